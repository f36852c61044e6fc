r"""Mail folders as cmdlets name them, ``ayla@contoso.com:\Inbox\Reports``, and who holds permissions in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from delegacy.cmdlets import _views
from delegacy.cmdlets._base import DirectoryCmdlet, Identity, as_identity
from delegacy.cmdlets._usage import FOLDER_STATISTICS
from delegacy.domain.errors import DelegacyError, InvalidProperty, ManagementObjectNotFound, SecurityPrincipalNotFound
from delegacy.domain.folder import FOLDER_RIGHT_NAMES, FolderPath, FolderRights, FolderRole, SpecialFolder
from delegacy.domain.folder_permission import DEFAULT, NOT_SIGNED_IN, TOP, FolderPermission
from delegacy.domain.identity import fold
from delegacy.domain.recipient import MAILBOXES, Recipient, RecipientTypeDetails
from delegacy.domain.sid import Sid
from delegacy.powershell.values import PSObject

_USER_ID: Final = "Microsoft.Exchange.Management.StoreTasks.MailboxFolderUserId"
_HOLDERS: Final = MAILBOXES | {RecipientTypeDetails.MAIL_USER, RecipientTypeDetails.MAIL_UNIVERSAL_SECURITY_GROUP}
_TOP_NAME: Final = "Top of Information Store"
_OF_EVERY_FOLDER: Final = MappingProxyType({DEFAULT: "Default", NOT_SIGNED_IN: "Anonymous"})
_SEPARATORS: Final = re.compile(r"[\\/]")
_OF_STATISTICS: Final = re.compile(r"(?P<mailbox>[^\\/:]+/[^\\:]+)\\(?P<path>.+)")
_NAMED: Final = r"A folder is named as ayla@contoso.com:\Inbox\Reports."
_CALENDAR_ROLES: Final = (FolderRole.AVAILABILITY_ONLY, FolderRole.LIMITED_DETAILS)
_ROLES: Final = tuple(role for role in FolderRole if role not in _CALENDAR_ROLES)
_NAMED_RIGHTS: Final = MappingProxyType(
    {fold(role.value): role.rights for role in FolderRole}
    | {fold(name): right for right, name in FOLDER_RIGHT_NAMES.items()}
)
_INCLUDED: Final = MappingProxyType(
    {
        FolderRights.EDIT_ANY: FolderRights.EDIT_OWNED,
        FolderRights.DELETE_ANY: FolderRights.DELETE_OWNED,
    }
)
ACCESS_RIGHTS: Final = (*(role.value for role in FolderRole), *FOLDER_RIGHT_NAMES.values())
"""What -AccessRights can be: roles, and single rights."""


@dataclass(frozen=True, slots=True)
class FolderIdentity:
    """What a folder's identity was given as: the mailbox, and a path or a GUID in it; neither for what is above its folders."""

    text: str
    mailbox: Identity
    names: tuple[str, ...] = ()
    guid: UUID | None = None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class NamedFolder:
    """A folder of a mailbox. ``path`` is how it prints: ``\\Inbox\\Reports``."""

    mailbox: Recipient
    guid: UUID
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a folder permission is for: somebody with an account, the members of a group, or everybody. ``sids`` are all that he acts with."""

    sid: Sid
    name: str
    sids: tuple[Sid, ...]

    @property
    def is_everybody(self) -> bool:
        """Tell whether it is one of the two entries that every folder has."""
        return self.sid in _OF_EVERY_FOLDER


def as_folder_identity(value: object) -> FolderIdentity:
    r"""Return what names a folder: ``mailbox:\folder\subfolder``, or a mailbox for what is above its folders. Raises `ValueError`.

    Get-MailboxFolderStatistics writes another form, ``contoso.com/Users/Ayla Kol\folder\subfolder``.
    """
    if isinstance(value, PSObject):
        if value.type_name in (
            _views.FOLDER_PERMISSION,
            _USER_ID,
        ):  # its identity is who has it, and he may have a mailbox
            raise ValueError(f"A permission doesn't tell its folder. {_NAMED}")
        mailbox = as_identity(value)
        if value.type_name != FOLDER_STATISTICS:
            return FolderIdentity(mailbox.text, mailbox)
        value = mailbox.text
    text = str(as_identity(value))
    if found := _OF_STATISTICS.fullmatch(text):
        return FolderIdentity(text, as_identity(found["mailbox"]), tuple(found["path"].split("\\")))
    named, _, rest = text.partition(":")
    if not named.strip():
        raise ValueError(f"'{text}' names no mailbox. {_NAMED}")
    if not rest or rest in ("\\", "/"):
        return FolderIdentity(text, as_identity(named))
    if _SEPARATORS.match(rest):
        return FolderIdentity(text, as_identity(named), tuple(_SEPARATORS.split(rest[1:])))
    try:
        return FolderIdentity(text, as_identity(named), guid=UUID(rest))
    except ValueError:
        raise ValueError(f"'{text}' names no folder. {_NAMED}") from None


def as_holder(value: object) -> Identity:
    """Return whom -User names: somebody's identity, or the User of a permission. Raises `ValueError`."""
    if isinstance(value, PSObject) and value.type_name == _USER_ID and value.get("ADRecipient") is not None:
        return as_identity(value.get("ADRecipient"))  # two people may have the same display name
    return as_identity(value)


def find_folder(cmdlet: DirectoryCmdlet, named: FolderIdentity, *, to_change: bool) -> NamedFolder:
    """Return the folder. A mailbox that nobody has used yet has the folders that every mailbox has.

    Raises `ManagementObjectNotFound` or `InvalidFolderName`, and `OutOfScope` where it is to be changed.
    """
    find = cmdlet.find_to_change if to_change else cmdlet.find
    mailbox = find(named.mailbox, MAILBOXES)
    if not named.names and named.guid is None:
        return NamedFolder(mailbox, TOP, _TOP_NAME, "\\")
    wanted = FolderPath(named.names).key if named.names else None
    for guid, path in _folders(cmdlet, mailbox):
        if guid == named.guid or path.key == wanted:
            return NamedFolder(mailbox, guid, path.names[-1], "\\" + "\\".join(path.names))
    raise ManagementObjectNotFound(named.text, cmdlet.session.organization.server)


def has_folder(cmdlet: DirectoryCmdlet, mailbox: Recipient, guid: UUID) -> bool:
    """Tell whether a mailbox has a folder."""
    return guid == TOP or any(known == guid for known, _ in _folders(cmdlet, mailbox))


def find_holder(cmdlet: DirectoryCmdlet, named: Identity) -> Holder:
    """Return whom -User names: a mailbox, a mail user, a mail-enabled security group, Default or Anonymous.

    Raises `SecurityPrincipalNotFound` or `ManagementObjectAmbiguous`.
    """
    for sid, name in _OF_EVERY_FOLDER.items():
        if named.guid is None and named.text.strip().casefold() == name.casefold():
            return Holder(sid, name, (sid,))
    try:
        found = cmdlet.session.resolve(named.key, _HOLDERS)
    except ManagementObjectNotFound:
        raise SecurityPrincipalNotFound(named.text) from None
    sids = tuple(sid for sid in (found.linked_master_account, found.sid) if sid is not None)
    if not sids:
        raise SecurityPrincipalNotFound(named.text)
    return Holder(sids[0], found.display_name or found.name, sids)


def user_id(cmdlet: DirectoryCmdlet, sid: Sid) -> PSObject:
    """Return the holder of a permission as an object, which prints as his display name."""
    directory = cmdlet.session.directory
    everybody = _OF_EVERY_FOLDER.get(sid)
    found = None if everybody else directory.linked_mailbox(sid) or directory.by_sid(sid)
    if found is None:
        kind, name, recipient = everybody or "Unknown", everybody or f"NT User:{sid}", None
    else:
        kind, name = "Internal", found.display_name or found.name
        (recipient,) = _views.recipient_objects(cmdlet.session, _views.REDUCED_RECIPIENT, [found])
    return PSObject(_USER_ID, {"UserType": kind, "DisplayName": name, "ADRecipient": recipient}, text=name)


def with_both_of_every_folder(entries: tuple[FolderPermission, ...]) -> list[FolderPermission]:
    """Return the entries of a folder: Default and Anonymous first, which give nothing where nobody has said otherwise."""
    by_trustee = {one.trustee: one for one in entries}
    first = [by_trustee.pop(sid, FolderPermission(sid, FolderRights.NONE)) for sid in _OF_EVERY_FOLDER]
    return [*first, *by_trustee.values()]


def rights_of(words: tuple[str, ...]) -> FolderRights:
    """Return what roles and single rights give together. Raises `InvalidProperty` for None beside others, and for what calendars have."""
    named = [fold(word) for word in words]
    for role in _CALENDAR_ROLES:
        if fold(role.value) in named:
            raise _unfit(f"'{role.value}' is for calendars, and this folder holds messages.")
    if len(set(named)) > 1 and fold(FolderRole.NONE.value) in named:
        raise _unfit("'None' can't be given together with other rights.")
    rights = FolderRights.NONE
    for word in named:
        rights |= _NAMED_RIGHTS[word]
    for right, included in _INCLUDED.items():
        if right in rights:
            rights |= included
    return rights


def words_of(rights: FolderRights) -> tuple[str, ...]:
    """Return the role that gives just these rights, or else the single rights."""
    for role in _ROLES:
        if role.rights == rights:
            return (role.value,)
    return tuple(name for right, name in FOLDER_RIGHT_NAMES.items() if right in rights)


def _folders(cmdlet: DirectoryCmdlet, mailbox: Recipient) -> Iterator[tuple[UUID, FolderPath]]:
    folders = cmdlet.session.usage.folders(mailbox.guid)
    yield from ((folder.guid, folder.path) for folder in folders)
    if not folders:
        yield from ((special.guid_in(mailbox.guid), special.path) for special in SpecialFolder)


def _unfit(why: str) -> DelegacyError:
    return InvalidProperty(why, "AccessRights")
