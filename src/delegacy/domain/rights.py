"""The words of access control: mailbox rights, directory rights, extended rights, inheritance."""

from enum import Enum, IntEnum
from functools import cache
from types import MappingProxyType
from typing import Final
from uuid import UUID


class MailboxRight(IntEnum):
    """A right in a mailbox's own access control list (Get-MailboxPermission); the values are the documented masks."""

    FULL_ACCESS = 0x1
    SEND_AS = 0x2
    EXTERNAL_ACCOUNT = 0x4
    DELETE_ITEM = 0x10000
    READ_PERMISSION = 0x20000
    CHANGE_PERMISSION = 0x40000
    CHANGE_OWNER = 0x80000

    @property
    def label(self) -> str:
        """Return the Exchange spelling, ``FullAccess``."""
        return _pascal(self.name)


class DirectoryRight(IntEnum):
    """A right in a directory object's access control list (Add-ADPermission -AccessRights; MS-ADTS 5.1.3.2).

    The values are our own numbers, above every mailbox right, so that one column holds both.
    """

    GENERIC_ALL = 0x1000001
    EXTENDED_RIGHT = 0x1000002
    READ_PROPERTY = 0x1000003
    WRITE_PROPERTY = 0x1000004
    CREATE_CHILD = 0x1000005
    DELETE_CHILD = 0x1000006
    LIST_CHILDREN = 0x1000007
    SELF = 0x1000008
    DELETE_TREE = 0x1000009
    LIST_OBJECT = 0x100000A
    DELETE = 0x100000B
    READ_CONTROL = 0x100000C
    WRITE_DACL = 0x100000D
    WRITE_OWNER = 0x100000E
    GENERIC_READ = 0x100000F
    GENERIC_WRITE = 0x1000010
    GENERIC_EXECUTE = 0x1000011

    @property
    def label(self) -> str:
        """Return the Exchange spelling, ``GenericAll``."""
        return _pascal(self.name)


class ExtendedRight(IntEnum):
    """An extended right of a directory object (MS-ADTS 5.1.3.2.1)."""

    SEND_AS = 0x2000001
    RECEIVE_AS = 0x2000002

    @property
    def label(self) -> str:
        """Return the common name, ``Send-As``, which is what cmdlets print."""
        return self.name.replace("_", "-").title()

    @property
    def rights_guid(self) -> UUID:
        """Return the rightsGuid (MS-ADTS 5.1.3.2.1)."""
        return _RIGHTS_GUIDS[self]


_RIGHTS_GUIDS: Final = MappingProxyType(
    {
        ExtendedRight.SEND_AS: UUID("ab721a54-1e2f-11d0-9819-00aa0040529b"),
        ExtendedRight.RECEIVE_AS: UUID("ab721a56-1e2f-11d0-9819-00aa0040529b"),
    }
)

Right = MailboxRight | DirectoryRight | ExtendedRight

ADMITS_FULL_ACCESS: Final = frozenset[Right]({MailboxRight.FULL_ACCESS})
ADMITS_SEND_AS: Final = frozenset[Right](
    {ExtendedRight.SEND_AS, DirectoryRight.EXTENDED_RIGHT, DirectoryRight.GENERIC_ALL}
)
"""Full control and "all extended rights" include Send As (MS-ADTS 5.1.3.2)."""

_BY_NUMBER: Final = MappingProxyType(
    {int(right): right for kind in (MailboxRight, DirectoryRight, ExtendedRight) for right in kind}
)


def right_from_number(number: int) -> Right:
    """Return the right of this number, as stored; raise ``KeyError`` for a number that is none."""
    return _BY_NUMBER[number]


def parse_extended_right(text: str) -> ExtendedRight | None:
    """Return the extended right named by display name (``Send As``), common name (``Send-As``) or GUID, any case; None if unknown."""
    wanted = text.strip().strip("{}").casefold()
    for right in ExtendedRight:
        if wanted in (right.label.casefold(), right.label.replace("-", " ").casefold(), str(right.rights_guid)):
            return right
    return None


class InheritanceType(Enum):
    """How an entry is inherited (Add-MailboxPermission -InheritanceType); spelled as Exchange spells it."""

    NONE = "None"
    ALL = "All"
    DESCENDENTS = "Descendents"
    SELF_AND_CHILDREN = "SelfAndChildren"
    CHILDREN = "Children"

    @property
    def reaches_object(self) -> bool:
        """Tell whether the entry counts for the object that carries it, and not only for what lies below."""
        return self not in (InheritanceType.DESCENDENTS, InheritanceType.CHILDREN)


class Permission(Enum):
    """The three delegate permissions."""

    FULL_ACCESS = "Full Access"
    SEND_AS = "Send As"
    SEND_ON_BEHALF = "Send on Behalf"


@cache
def _pascal(name: str) -> str:
    return name.title().replace("_", "")
