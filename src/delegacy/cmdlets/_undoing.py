"""Undoing kept changes: each is turned round by the same methods of the directory that made it, or refused where something stands against it."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from delegacy.cmdlets._base import DirectoryCmdlet
from delegacy.cmdlets._folders import has_folder
from delegacy.cmdlets._groups import require_nestable
from delegacy.domain.access import ListedDelegate
from delegacy.domain.ace import Ace
from delegacy.domain.change import (
    Change,
    FolderPermissionSet,
    Granted,
    HeldPlace,
    Irreversible,
    Linked,
    ListChanged,
    ManagersSet,
    MembersAdded,
    MembersRemoved,
    Revoked,
    Unlinked,
    VisibilityChanged,
)
from delegacy.domain.errors import MemberAlreadyExists, MemberNotFound, UndoRefused
from delegacy.domain.folder_permission import FolderPermission
from delegacy.domain.ports import Directory, Place
from delegacy.domain.rbac import CmdletUse
from delegacy.domain.recipient import MAIL_GROUPS, MAILBOXES, Recipient, RecipientTypeDetails
from delegacy.domain.rights import ExtendedRight, MailboxRight, Right
from delegacy.domain.sid import WELL_KNOWN, Sid

_T: Final = RecipientTypeDetails
_SETTING: Final = MappingProxyType(
    {
        _T.DYNAMIC_DISTRIBUTION_GROUP: "Set-DynamicDistributionGroup",
        _T.MAIL_USER: "Set-MailUser",
        _T.MAIL_CONTACT: "Set-MailContact",
    }
)


class Undoing:
    """Undoes the changes of one entry of the audit log, as the caller of a cmdlet, in the transaction of its step."""

    def __init__(self, cmdlet: DirectoryCmdlet, entry: str) -> None:
        self._cmdlet = cmdlet
        self._directory: Directory = cmdlet.session.changes
        self._entry = entry
        self._now = cmdlet.session.clock.now()

    def undo(self, change: Change) -> None:
        """Undo one change. Raises `UndoRefused`."""
        match change:
            case Granted(target, ace):
                self._revoke(target, ace)
            case Revoked(target, entries):
                for entry in reversed(entries):
                    self._grant(target, entry)
            case ListChanged(target, gone, come):
                self._restore_list(target, gone, come)
            case MembersAdded(group, members):
                self._remove_members(group, members)
            case MembersRemoved(group, members):
                self._add_members(group, members)
            case _:
                self._undo_further(change)

    def _undo_further(self, change: Change) -> None:
        match change:
            case ManagersSet(group, before, after):
                self._restore_managers(group, before, after)
            case Linked(mailbox, delegates):
                self._require(mailbox)
                self._directory.unlink(mailbox, delegates)
            case Unlinked(mailbox, delegates):
                self._require(mailbox, *delegates)
                self._directory.link(mailbox, delegates)
            case FolderPermissionSet(mailbox, folder, before, after):
                self._restore_folder_permission(mailbox, folder, before, after)
            case VisibilityChanged(target, hidden):
                self._restore_visibility(target, hidden=hidden)
            case Irreversible(what):
                raise self._refused(f"{what}, and that can't be undone")
            case _:
                raise self._refused(f"a change of the kind {type(change).__name__} can't be undone")

    def _revoke(self, target: int, ace: Ace) -> None:
        found = self._require(target)
        held = [entry for entry in self._directory.entries_like(target, ace) if _is_same(entry, ace)]
        if ace.rights - frozenset[Right]().union(*(entry.rights for entry in held)):
            raise self._refused(f"what was granted on {_named(found)} is no longer there as it was granted")
        self._directory.revoke(target, ace.trustee, ace.rights, allow=ace.allow)

    def _grant(self, target: int, ace: Ace) -> None:
        found = self._require(target)
        self._require_principal(ace.trustee)
        if any(entry.rights & ace.rights for entry in self._directory.entries_like(target, ace)):
            raise self._refused(f"what was removed on {_named(found)} has been granted again since")
        self._require_time_left(ace.expires_at)
        caller = self._cmdlet.session.caller_name
        self._directory.grant(target, ace._replace(granted_by=caller, granted_at=self._now))

    def _restore_list(self, target: int, gone: Collection[HeldPlace], come: Collection[HeldPlace]) -> None:
        found = self._require(target, *(place.delegate for place in gone))
        listed = {place.delegate.id: place for place in self._places(target)}
        for place in come:
            if place.delegate not in listed or listed[place.delegate].granted_at != place.granted_at:
                raise self._refused(f"the Send on Behalf list of {_named(found)} has been changed since")
        left = [key for key in listed if key not in {place.delegate for place in come}]
        self._set_list(target, left)
        for place in gone:
            if place.delegate in left:
                raise self._refused(f"a delegate is in the Send on Behalf list of {_named(found)} again")
            self._require_time_left(place.expires_at)
            left.append(place.delegate)
            self._set_list(target, left, place)

    def _places(self, target: int) -> Iterable[ListedDelegate]:
        return self._directory.access_facts().targets([target])[target].places

    def _set_list(self, target: int, delegates: list[int], place: HeldPlace | None = None) -> None:
        end, named = (None, ()) if place is None else (place.expires_at, (place.delegate,))
        caller = self._cmdlet.session.caller_name
        self._directory.set_grant_send_on_behalf_to(target, delegates, Place(caller, self._now, end, named))

    def _remove_members(self, group: int, members: Collection[int]) -> None:
        self._require(group, *members)
        try:
            self._directory.remove_members(group, tuple(members))
        except MemberNotFound as error:
            raise self._refused(error.message.rstrip(".")) from None

    def _add_members(self, group: int, members: Collection[int]) -> None:
        found = self._require(group, *members)
        require_nestable(found, list(self._directory.get_many(members).values()))
        try:
            self._directory.add_members(group, tuple(members))
        except MemberAlreadyExists as error:
            raise self._refused(error.message.rstrip(".")) from None

    def _restore_managers(self, group: int, before: Collection[int], after: Collection[int]) -> None:
        found = self._require(group, *before)
        if tuple(manager.id for manager in self._directory.managers(group)) != tuple(after):
            raise self._refused(f"the managers of {_named(found)} have been changed since")
        self._directory.set_managers(group, tuple(before))

    def _restore_folder_permission(
        self, mailbox: int, folder: UUID, before: FolderPermission | None, after: FolderPermission | None
    ) -> None:
        found = self._require(mailbox)
        trustee = next(entry.trustee for entry in (before, after) if entry is not None)
        there = next(
            (one for one in self._directory.folder_permissions(mailbox, folder) if one.trustee == trustee), None
        )
        if not _is_same_in_folder(there, after):
            raise self._refused(f"the permission on the folder of {_named(found)} has been changed since")
        if before is None:
            self._directory.remove_folder_permission(mailbox, folder, trustee)
            return
        if not has_folder(self._cmdlet, found, folder):
            raise self._refused(f"the folder of {_named(found)} is gone")
        self._require_principal(trustee)
        self._require_time_left(before.expires_at)
        caller = self._cmdlet.session.caller_name
        restored = replace(before, granted_by=caller, granted_at=self._now)
        self._directory.set_folder_permission(mailbox, folder, restored)

    def _restore_visibility(self, target: int, *, hidden: bool) -> None:
        found = self._require(target)
        if found.hidden_from_address_lists_enabled is not hidden:
            raise self._refused(f"whether address lists show {_named(found)} has been changed since")
        self._directory.update(replace(found, hidden_from_address_lists_enabled=not hidden, when_changed=self._now))

    def _require(self, key: int, *others: int) -> Recipient:
        """Return the object with a key. Raises `UndoRefused` where it, or one of the others, is gone."""
        found = self._directory.get_many((key, *others))
        if len(found) < len({key, *others}):
            raise self._refused("an object that it is about is gone")
        return found[key]

    def _require_principal(self, trustee: Sid) -> None:
        directory = self._directory
        if trustee not in WELL_KNOWN and directory.by_sid(trustee) is None and directory.formerly(trustee):
            raise self._refused("the delegate is gone")

    def _require_time_left(self, end: datetime | None) -> None:
        if end is not None and end <= self._now:
            raise self._refused(f"what it would bring back has ended at {end:%Y-%m-%d %H:%M:%S} UTC")

    def _refused(self, why: str) -> UndoRefused:
        return UndoRefused(self._entry, why)


def inverse_uses(change: Change, target: Recipient) -> tuple[CmdletUse, ...]:
    """Return what, run on ``target``, does what undoing a change does, any of them; none where that can't be undone.

    The parameter that lets somebody change a security group that he doesn't manage is left out.
    """
    match change:
        case Granted(_, ace):
            return _on_entry("Remove", ace)
        case Revoked(_, entries):
            return _on_entry("Add", *entries)
        case MembersAdded():
            return _on_members("Remove", target)
        case MembersRemoved():
            return _on_members("Add", target)
        case Linked():
            return (CmdletUse("Remove-MailboxPermission", ("Identity",)),)
        case Unlinked():
            return (CmdletUse("Add-MailboxPermission", ("Identity", "User", "AccessRights")),)
        case FolderPermissionSet(_, _, before, after):
            return (_on_folder(before, after),)
        case _:
            return _inverse_settings(change, target)


def _inverse_settings(change: Change, target: Recipient) -> tuple[CmdletUse, ...]:
    match change:
        case ListChanged(_, gone):
            ends = ("ExpiresAt",) if any(place.expires_at for place in gone) else ()
            return _setting(target, "GrantSendOnBehalfTo", *ends)
        case VisibilityChanged():
            return _setting(target, "HiddenFromAddressListsEnabled")
        case ManagersSet():
            return _setting(target, "ManagedBy")
        case _:
            return ()


def target_of(change: Change) -> int | None:
    """Return the key of the object that a change is on."""
    match change:
        case Granted(key) | Revoked(key) | ListChanged(key) | VisibilityChanged(key):
            return key
        case MembersAdded(key) | MembersRemoved(key) | ManagersSet(key) | Linked(key) | Unlinked(key):
            return key
        case FolderPermissionSet(key):
            return key
        case _:
            return None


def _on_entry(verb: str, *entries: Ace) -> tuple[CmdletUse, ...]:
    named = ["Identity", "User"]
    if not all(entry.allow for entry in entries):
        named.append("Deny")
    if verb == "Add" and any(entry.expires_at for entry in entries):
        named.append("ExpiresAt")
    rights = frozenset[Right]().union(*(entry.rights for entry in entries))
    if any(isinstance(right, MailboxRight) for right in rights):
        return (CmdletUse(f"{verb}-MailboxPermission", (*named, "AccessRights")),)
    by_rights = CmdletUse(f"{verb}-ADPermission", tuple(named))
    if rights != {ExtendedRight.SEND_AS}:
        return (by_rights,)
    named[1] = "Trustee"
    return by_rights, CmdletUse(f"{verb}-RecipientPermission", (*named, "AccessRights"))


def _on_folder(before: FolderPermission | None, after: FolderPermission | None) -> CmdletUse:
    if before is None:
        return CmdletUse("Remove-MailboxFolderPermission", ("Identity", "User"))
    verb, ends = "Add" if after is None else "Set", ("ExpiresAt",) if before.expires_at else ()
    return CmdletUse(f"{verb}-MailboxFolderPermission", ("Identity", "User", "AccessRights", *ends))


def _on_members(verb: str, group: Recipient) -> tuple[CmdletUse, ...]:
    if group.recipient_type_details is _T.ROLE_GROUP:
        return (CmdletUse(f"{verb}-RoleGroupMember", ("Identity", "Member")),)
    by_account = CmdletUse(f"{verb}-ADGroupMember", ("Identity", "Members"))
    if group.recipient_type_details not in MAIL_GROUPS:
        return (by_account,)
    return CmdletUse(f"{verb}-DistributionGroupMember", ("Identity", "Member")), by_account


def _setting(target: Recipient, *parameters: str) -> tuple[CmdletUse, ...]:
    kind = target.recipient_type_details
    if kind in MAILBOXES:
        cmdlet = "Set-Mailbox"
    elif kind in MAIL_GROUPS:
        cmdlet = "Set-DistributionGroup"
    else:
        cmdlet = _SETTING.get(kind, "Set-Group")
    return (CmdletUse(cmdlet, ("Identity", *parameters)),)


def _is_same(held: Ace, granted: Ace) -> bool:
    """Tell whether an entry is still the one that was granted."""
    return (held.inheritance_type, held.granted_at, held.expires_at) == (
        granted.inheritance_type,
        granted.granted_at,
        granted.expires_at,
    )


def _is_same_in_folder(there: FolderPermission | None, wanted: FolderPermission | None) -> bool:
    if there is None or wanted is None:
        return there is wanted
    return replace(there, granted_by="") == replace(wanted, granted_by="")


def _named(recipient: Recipient) -> str:
    return f"'{recipient.canonical_name}'"
