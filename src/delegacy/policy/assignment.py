"""Which permission can be assigned on which recipient, to which delegate, and on which surface.

Source: Manage permissions for recipients, "Recipients and delegates" table; what it leaves open follows the cmdlet pages.
"""

from enum import Enum
from types import MappingProxyType
from typing import Final

from delegacy.domain.recipient import MAIL_GROUPS, MAILBOXES, SYSTEM_MAILBOXES, Recipient, RecipientTypeDetails
from delegacy.domain.rights import Permission

_T = RecipientTypeDetails


class Surface(Enum):
    """Where an assignment is offered."""

    ADMIN_CENTER_AND_SHELL = "admin center and shell"
    SHELL = "shell only"
    NOWHERE = "not offered"


class AssignmentDenial(Enum):
    """Why an assignment is refused."""

    TARGET_HAS_NO_MAILBOX = "the target is no mailbox, so it holds no Full Access"
    TARGET_IS_NO_RECIPIENT = "the target is no recipient that has a Send on Behalf list"
    DELEGATE_IS_NO_SECURITY_PRINCIPAL = "the delegate is no security principal, so no access control entry can name it"
    DELEGATE_IS_NO_RECIPIENT = "the delegate has no address, so it can't be in a Send on Behalf list"
    DELEGATE_HAS_NO_FIXED_MEMBERS = (
        "the delegate's members are worked out anew for each message, so it can't hold permissions"
    )
    DELEGATE_HAS_NO_ACCOUNT = "the delegate is a contact without an account, so nobody can sign in as it"


_EVERYWHERE: Final = Surface.ADMIN_CENTER_AND_SHELL
_ASSIGNED_IN_ADMIN_CENTER: Final = frozenset(
    {_T.USER_MAILBOX, _T.LINKED_MAILBOX, _T.SHARED_MAILBOX, _T.ROOM_MAILBOX, _T.EQUIPMENT_MAILBOX}
)
_SENDING_GROUPS: Final = MAIL_GROUPS | {_T.DYNAMIC_DISTRIBUTION_GROUP}

TARGETS: Final = MappingProxyType(
    {
        Permission.FULL_ACCESS: MappingProxyType(
            dict.fromkeys(_ASSIGNED_IN_ADMIN_CENTER, _EVERYWHERE)
            | dict.fromkeys(SYSTEM_MAILBOXES, Surface.SHELL)
            | {_T.MAIL_USER: Surface.SHELL}
        ),
        Permission.SEND_AS: MappingProxyType(
            dict.fromkeys(_T, Surface.SHELL)  # Add-ADPermission takes any directory object
            | dict.fromkeys(_ASSIGNED_IN_ADMIN_CENTER | _SENDING_GROUPS, _EVERYWHERE)
        ),
        Permission.SEND_ON_BEHALF: MappingProxyType(
            dict.fromkeys(_ASSIGNED_IN_ADMIN_CENTER | _SENDING_GROUPS, _EVERYWHERE)
            | dict.fromkeys(SYSTEM_MAILBOXES | {_T.SHARED_MAILBOX, _T.MAIL_USER}, Surface.SHELL)
        ),
    }
)
"""Where a permission on a kind of target is offered; a kind that is not named is offered nowhere."""

_PRINCIPALS_EVERYWHERE: Final = frozenset(
    {_T.USER_MAILBOX, _T.LINKED_MAILBOX, _T.MAIL_USER, _T.MAIL_UNIVERSAL_SECURITY_GROUP}
)
_PRINCIPALS_IN_SHELL: Final = frozenset(
    {
        _T.SHARED_MAILBOX,
        _T.ROOM_MAILBOX,
        _T.EQUIPMENT_MAILBOX,
        _T.ARBITRATION_MAILBOX,
        _T.DISCOVERY_MAILBOX,
        _T.USER,
        _T.DISABLED_USER,
        _T.LINKED_USER,
        _T.UNIVERSAL_SECURITY_GROUP,
        _T.MAIL_NON_UNIVERSAL_GROUP,
        _T.NON_UNIVERSAL_GROUP,
        _T.ROLE_GROUP,
    }
)
_PRINCIPALS: Final = MappingProxyType(
    dict.fromkeys(_PRINCIPALS_IN_SHELL, Surface.SHELL) | dict.fromkeys(_PRINCIPALS_EVERYWHERE, _EVERYWHERE)
)

DELEGATES: Final = MappingProxyType(
    {
        Permission.FULL_ACCESS: _PRINCIPALS,
        Permission.SEND_AS: _PRINCIPALS,
        Permission.SEND_ON_BEHALF: MappingProxyType(
            dict.fromkeys(MAILBOXES, Surface.SHELL)
            | dict.fromkeys(
                _PRINCIPALS_EVERYWHERE
                | {_T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, _T.MAIL_NON_UNIVERSAL_GROUP, _T.ROOM_LIST},
                _EVERYWHERE,
            )
        ),
    }
)
"""Where a kind of delegate is offered for a permission, likewise."""


def decide_assignment(
    permission: Permission, target: RecipientTypeDetails, delegate: Recipient | None
) -> AssignmentDenial | None:
    """Return why ``permission`` can't be assigned on a ``target`` kind to a delegate, or None where the shell may assign it.

    ``delegate`` is None for a well-known principal (NT AUTHORITY\\SELF, Everyone), which can hold entries and nothing else. A
    non-universal group counts by whether it is security enabled.
    """
    if TARGETS[permission].get(target, Surface.NOWHERE) is Surface.NOWHERE:
        return (
            AssignmentDenial.TARGET_HAS_NO_MAILBOX
            if permission is Permission.FULL_ACCESS
            else AssignmentDenial.TARGET_IS_NO_RECIPIENT
        )
    if delegate is None:
        return AssignmentDenial.DELEGATE_IS_NO_RECIPIENT if permission is Permission.SEND_ON_BEHALF else None
    kind = delegate.recipient_type_details
    if kind is _T.DYNAMIC_DISTRIBUTION_GROUP:
        return AssignmentDenial.DELEGATE_HAS_NO_FIXED_MEMBERS
    if kind is _T.MAIL_CONTACT:
        return AssignmentDenial.DELEGATE_HAS_NO_ACCOUNT
    if DELEGATES[permission].get(kind, Surface.NOWHERE) is Surface.NOWHERE:
        return _refused_delegate(permission)
    if permission is not Permission.SEND_ON_BEHALF and delegate.is_group and not delegate.security_enabled:
        return AssignmentDenial.DELEGATE_IS_NO_SECURITY_PRINCIPAL
    return None


def _refused_delegate(permission: Permission) -> AssignmentDenial:
    if permission is Permission.SEND_ON_BEHALF:
        return AssignmentDenial.DELEGATE_IS_NO_RECIPIENT
    return AssignmentDenial.DELEGATE_IS_NO_SECURITY_PRINCIPAL
