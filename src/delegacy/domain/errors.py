"""The exception tree of Delegacy.

Raise one of these for "could not do it"; what is not allowed is a ``Deny`` and no exception. Every leaf has an
``error_id`` (the words scripts test for), a PowerShell ``category`` and a ``target`` (what the error is about)::

    DelegacyError
    ├── InvalidInput                          a value that cannot be right
    │   ├── InvalidIdentity
    │   ├── InvalidFilter
    │   ├── InvalidSid
    │   ├── InvalidDistinguishedName
    │   ├── InvalidProperty
    │   └── UnsupportedRequest                documented by Microsoft, not offered here
    ├── LookupFailed
    │   ├── ManagementObjectNotFound
    │   ├── ManagementObjectAmbiguous
    │   ├── SecurityPrincipalNotFound         a delegate that is nobody, or not a security principal
    │   └── RecipientNotFound                 a Send on Behalf delegate or member that is nobody
    ├── Conflict
    │   ├── ManagementObjectAlreadyExists
    │   ├── ProxyAddressExists
    │   ├── MemberAlreadyExists
    │   ├── MemberNotFound
    │   ├── WrongRecipientType
    │   ├── AcceptedDomainInUse
    │   ├── UserAlreadyExistsInPermissionEntry
    │   ├── UserNotFoundInPermissionEntry
    │   ├── AccessControlListFull
    │   ├── LastAdministrator
    │   └── UndoRefused                       an entry of the audit log that can't be undone, or not any more
    ├── OutOfScope                            the caller may not do this to that object
    ├── NoManagementRole                      the caller may do nothing at all
    └── StoreError
        ├── StoreUnavailable
        ├── StoreFull                         no room on disk; nothing was changed
        ├── SchemaTooOld
        └── SchemaTooNew

Messages say what was typed and what to do. They are for administrators; a reply to a mail client is made by its surface and
never describes the directory.
"""

from enum import Enum
from typing import ClassVar


class Category(Enum):
    """The PowerShell error categories that our errors use."""

    INVALID_ARGUMENT = "InvalidArgument"
    INVALID_DATA = "InvalidData"
    INVALID_OPERATION = "InvalidOperation"
    NOT_SPECIFIED = "NotSpecified"
    OBJECT_NOT_FOUND = "ObjectNotFound"
    PERMISSION_DENIED = "PermissionDenied"
    RESOURCE_EXISTS = "ResourceExists"
    RESOURCE_UNAVAILABLE = "ResourceUnavailable"


class DelegacyError(Exception):
    """Anything that could not be done; ``target`` names what it is about."""

    error_id: ClassVar[str] = "DelegacyError"
    category: ClassVar[Category] = Category.NOT_SPECIFIED

    def __init__(self, message: str, target: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.target = target


class InvalidInput(DelegacyError):
    """A value that cannot be right, whatever the directory holds."""

    error_id = "InvalidInput"
    category = Category.INVALID_ARGUMENT


class InvalidIdentity(InvalidInput):
    """An identity that is empty, or too long to be one."""

    error_id = "InvalidIdentity"


class InvalidFilter(InvalidInput):
    """An OPATH filter that cannot be read, or names a property that no recipient has."""

    error_id = "InvalidFilter"


class InvalidSid(InvalidInput):
    """Text that is no security identifier."""

    error_id = "InvalidSid"


class InvalidDistinguishedName(InvalidInput):
    """Text that is no distinguished name."""

    error_id = "InvalidDistinguishedName"


class InvalidProperty(InvalidInput):
    """A property value outside its documented range."""

    error_id = "InvalidProperty"


class UnsupportedRequest(InvalidInput):
    """Something that Microsoft documents and this product does not offer."""

    error_id = "UnsupportedRequest"


class LookupFailed(DelegacyError):
    """What was named is not there, or not there once."""

    error_id = "LookupFailed"
    category = Category.OBJECT_NOT_FOUND


class ManagementObjectNotFound(LookupFailed):
    """No object of the wanted kind has this identity."""

    error_id = "ManagementObjectNotFound"

    def __init__(self, identity: str, server: str) -> None:
        super().__init__(
            f"The operation couldn't be performed because object '{identity}' couldn't be found on '{server}'.",
            identity,
        )


class ManagementObjectAmbiguous(LookupFailed):
    """More than one object has this identity; we never guess."""

    error_id = "ManagementObjectAmbiguous"
    category = Category.INVALID_DATA

    def __init__(self, identity: str) -> None:
        super().__init__(
            f"The operation couldn't be performed because '{identity}' matches multiple entries.", identity
        )


class SecurityPrincipalNotFound(LookupFailed):
    """A delegate that is nobody, or that cannot hold an access control entry."""

    error_id = "SecurityPrincipalNotFound"

    def __init__(self, identity: str) -> None:
        super().__init__(
            f"User or group \"{identity}\" wasn't found. Please make sure you've typed it correctly, and then try again.",
            identity,
        )


class RecipientNotFound(LookupFailed):
    """A recipient named in a list (Send on Behalf, members, managers) that is not there."""

    error_id = "RecipientNotFound"

    def __init__(self, identity: str) -> None:
        super().__init__(
            f'Couldn\'t find object "{identity}". Please make sure that it was spelled correctly or specify a different object.',
            identity,
        )


class Conflict(DelegacyError):
    """What the directory holds does not admit the change."""

    error_id = "Conflict"
    category = Category.INVALID_OPERATION


class ManagementObjectAlreadyExists(Conflict):
    """A name, alias, account name or UPN that is taken."""

    error_id = "ManagementObjectAlreadyExists"
    category = Category.RESOURCE_EXISTS


class ProxyAddressExists(Conflict):
    """An email address that another recipient has."""

    error_id = "ProxyAddressExists"
    category = Category.RESOURCE_EXISTS

    def __init__(self, address: str, owner: str) -> None:
        super().__init__(
            f'The proxy address "{address}" is already being used by "{owner}". Please choose another proxy address.',
            address,
        )


class MemberAlreadyExists(Conflict):
    """Somebody who is in the group already."""

    error_id = "MemberAlreadyExists"
    category = Category.RESOURCE_EXISTS

    def __init__(self, member: str, group: str) -> None:
        super().__init__(f'The recipient "{member}" is already a member of the group "{group}".', member)


class MemberNotFound(Conflict):
    """Somebody who is not in the group."""

    error_id = "MemberNotFound"
    category = Category.OBJECT_NOT_FOUND

    def __init__(self, member: str, group: str) -> None:
        super().__init__(f'The recipient "{member}" isn\'t a member of the group "{group}".', member)


class WrongRecipientType(Conflict):
    """The object is there, and is not of a kind that admits this."""

    error_id = "WrongRecipientType"


class AcceptedDomainInUse(Conflict):
    """An accepted domain that addresses are in, or that new ones come from."""

    error_id = "AcceptedDomainInUse"


class UserAlreadyExistsInPermissionEntry(Conflict):
    """Somebody who has a permission on the folder already."""

    error_id = "UserAlreadyExistsInPermissionEntry"
    category = Category.RESOURCE_EXISTS

    def __init__(self, user: str) -> None:
        super().__init__(f"An existing permission entry was found for user: {user}.", user)


class UserNotFoundInPermissionEntry(Conflict):
    """Somebody who has no permission on the folder."""

    error_id = "UserNotFoundInPermissionEntry"
    category = Category.OBJECT_NOT_FOUND

    def __init__(self, user: str) -> None:
        super().__init__(f"There is no existing permission entry found for user: {user}.", user)


class AccessControlListFull(Conflict):
    """A mailbox has as many access control entries as it can hold (Add-MailboxPermission: 500)."""

    error_id = "AccessControlListFull"
    LIMIT: ClassVar[int] = 500

    def __init__(self, mailbox: str) -> None:
        super().__init__(
            f"The mailbox {mailbox} has reached the limit of maximum allowed access control entries of {self.LIMIT}. Clean existing entries "
            "and rearrange them leveraging groups for assigning the same permissions to multiple users.",
            mailbox,
        )


class LastAdministrator(Conflict):
    """The change would leave the organization without anybody in charge."""

    error_id = "LastAdministrator"


class UndoRefused(Conflict):
    """An entry of the audit log that can't be undone, or not any more."""

    error_id = "UndoRefused"

    def __init__(self, entry: str, why: str) -> None:
        super().__init__(f"Entry {entry} of the administrator audit log can't be undone: {why}.", entry)


class OutOfScope(DelegacyError):
    """The caller may not do this to that object."""

    error_id = "OutOfScope"
    category = Category.PERMISSION_DENIED


class NoManagementRole(DelegacyError):
    """The caller has no management role, so there is nothing that he may do. ``caller`` is his name."""

    error_id = "NoManagementRole"
    category = Category.PERMISSION_DENIED

    def __init__(self, caller: str) -> None:
        super().__init__(
            f"'{caller}' has no management role, so there is no management shell for this account. Roles come from role groups: "
            "Add-RoleGroupMember.",
            caller,
        )


class StoreError(DelegacyError):
    """The database did not do what it was asked; nothing was changed."""

    error_id = "StoreError"
    category = Category.RESOURCE_UNAVAILABLE


class StoreUnavailable(StoreError):
    """The database cannot be reached, or another writer held it for too long."""

    error_id = "StoreUnavailable"


class StoreFull(StoreError):
    """No room on disk; nothing was changed."""

    error_id = "StoreFull"


class SchemaTooOld(StoreError):
    """The database was made by an older program: ``delegacy migrate`` brings it up to date."""

    error_id = "SchemaTooOld"


class SchemaTooNew(StoreError):
    """The database was made by a newer program than this one."""

    error_id = "SchemaTooNew"
