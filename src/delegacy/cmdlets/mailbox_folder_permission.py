"""Permissions on single folders of a mailbox: Get-, Add-, Set- and Remove-MailboxFolderPermission."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, quoted
from delegacy.cmdlets._delegates import hidden_rule_applies
from delegacy.cmdlets._expiry import end_of, expires_at_parameter, for_parameter, told_end
from delegacy.cmdlets._folders import (
    ACCESS_RIGHTS,
    FolderIdentity,
    Holder,
    NamedFolder,
    as_folder_identity,
    as_holder,
    find_folder,
    find_holder,
    rights_of,
    user_id,
    with_both_of_every_folder,
    words_of,
)
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import InvalidProperty, UserAlreadyExistsInPermissionEntry, UserNotFoundInPermissionEntry
from delegacy.domain.folder_permission import FolderPermission
from delegacy.domain.sid import Sid
from delegacy.powershell.metadata import ConfirmImpact, parameter
from delegacy.powershell.values import PSObject


@dataclass(kw_only=True)
class _OnFolder(ExchangeCmdlet):
    """A cmdlet about one folder."""

    identity: FolderIdentity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_folder_identity,
        completer="mailbox",
        help=r"The folder, as ayla@contoso.com:\Inbox\Reports; a mailbox alone is what is above its folders.",
    )


@dataclass(kw_only=True)
class _OnEntry(_OnFolder):
    """A cmdlet that changes one entry of a folder."""

    supports_should_process = True
    changes_recipients = False

    user: Identity = parameter(
        mandatory=True,
        convert=as_holder,
        completer="delegate",
        help="A mailbox, a mail user or a mail-enabled security group; Default is everybody whom no other entry names.",
    )

    def entry_of(self, folder: NamedFolder, holder: Holder) -> FolderPermission | None:
        """Return the entry that is there."""
        entries = self.session.directory.folder_permissions(folder.mailbox.id, folder.guid)
        return next((one for one in entries if one.trustee in holder.sids), None)

    def put(
        self, folder: NamedFolder, holder: Holder, before: FolderPermission | None, after: FolderPermission
    ) -> None:
        """Store the entry, and say where it lets nobody in."""
        self.session.changes.set_folder_permission(folder.mailbox.id, folder.guid, after)
        self.modified(folder.mailbox.canonical_name, _change(folder, holder.name, before, after))
        if hidden_rule_applies(self.session, folder.mailbox):
            self.write_warning(_texts.HIDDEN_MAILBOX.format(identity=folder.mailbox.canonical_name))


@dataclass(kw_only=True)
class _Giving(_OnEntry):
    """A cmdlet that gives rights in a folder."""

    access_rights: tuple[str, ...] = parameter(mandatory=True, values=ACCESS_RIGHTS, help="A role, or single rights.")
    expires_at: datetime | None = expires_at_parameter()
    for_: timedelta | None = for_parameter()

    def permission(self, sid: Sid, kept_end: datetime | None = None) -> FolderPermission:
        """Return the entry that was asked for. Raises `InvalidProperty`."""
        return FolderPermission(
            sid,
            rights_of(self.access_rights),
            granted_by=self.session.caller_name,
            granted_at=self.session.clock.now(),
            expires_at=end_of(self.session, self.expires_at, self.for_) or kept_end,
        )


@dataclass(kw_only=True)
class GetMailboxFolderPermission(_OnFolder):
    """List who may do what in a folder."""

    name = "Get-MailboxFolderPermission"
    output_types = (_views.FOLDER_PERMISSION,)

    user: Identity | None = parameter(convert=as_holder, completer="delegate", help="Only the entry of this holder.")

    def run(self) -> None:
        """List the entries of one folder."""
        folder = find_folder(self, self.identity, to_change=False)
        entries = with_both_of_every_folder(self.session.directory.folder_permissions(folder.mailbox.id, folder.guid))
        if self.user is not None:
            holder = find_holder(self, self.user)
            entries = [one for one in entries if one.trustee in holder.sids]
            if not entries:
                raise UserNotFoundInPermissionEntry(holder.name)
        for one in entries:
            self.write_object(_shown(self, folder, one))


@dataclass(kw_only=True)
class AddMailboxFolderPermission(_Giving):
    """Let somebody use a folder of a mailbox who has no permission in it yet.

    Whoever has Full Access to the mailbox, and its owner, need none. In a mailbox that is hidden from address lists, and where the mailbox
    denies him Full Access, a folder permission lets nobody in.
    """

    name = "Add-MailboxFolderPermission"
    output_types = (_views.FOLDER_PERMISSION,)

    def run(self) -> None:
        """Add one entry."""
        folder = find_folder(self, self.identity, to_change=True)
        holder = find_holder(self, self.user)
        added = self.permission(holder.sid)
        if holder.is_everybody or self.entry_of(folder, holder) is not None:
            raise UserAlreadyExistsInPermissionEntry(holder.name)
        sentence = _texts.ADD_FOLDER_PERMISSION.format(
            identity=self.identity, user=self.user, rights=quoted(self.access_rights)
        )
        if self.should_process(sentence):
            self.put(folder, holder, None, added)
            self.write_object(_shown(self, folder, added, _views.NEW))


@dataclass(kw_only=True)
class SetMailboxFolderPermission(_Giving):
    """Give somebody other rights in a folder in place of those that he has.

    A permission that ends keeps its end, unless -ExpiresAt or -For gives it another.
    """

    name = "Set-MailboxFolderPermission"

    def run(self) -> None:
        """Change one entry."""
        folder = find_folder(self, self.identity, to_change=True)
        holder = find_holder(self, self.user)
        before = self.entry_of(folder, holder)
        after = self.permission(holder.sid) if before is None else self.permission(before.trustee, before.expires_at)
        if before is None and not holder.is_everybody:
            raise UserNotFoundInPermissionEntry(holder.name)
        sentence = _texts.SET_FOLDER_PERMISSION.format(
            identity=self.identity, user=self.user, rights=quoted(self.access_rights)
        )
        if self.should_process(sentence):
            self.put(folder, holder, before, after)


@dataclass(kw_only=True)
class RemoveMailboxFolderPermission(_OnEntry):
    """Take somebody's permission in a folder away."""

    name = "Remove-MailboxFolderPermission"
    confirm_impact = ConfirmImpact.HIGH

    def run(self) -> None:
        """Remove one entry."""
        folder = find_folder(self, self.identity, to_change=True)
        holder = find_holder(self, self.user)
        if holder.is_everybody:
            raise InvalidProperty(
                f"The permission of '{holder.name}' can't be removed. To take its rights away, use Set-MailboxFolderPermission with "
                "-AccessRights None.",
                holder.name,
            )
        before = self.entry_of(folder, holder)
        if before is None:
            raise UserNotFoundInPermissionEntry(holder.name)
        if not self.should_process(_texts.REMOVE_FOLDER_PERMISSION.format(identity=self.identity, user=self.user)):
            return
        self.session.changes.remove_folder_permission(folder.mailbox.id, folder.guid, before.trustee)
        self.modified(folder.mailbox.canonical_name, _change(folder, holder.name, before, None))


def _change(
    folder: NamedFolder, holder: str, before: FolderPermission | None, after: FolderPermission | None
) -> ModifiedProperty:
    """Return how the audit log tells of an entry that came, went or became another."""

    def told(one: FolderPermission | None) -> str:
        if one is None:
            return ""
        until = "" if one.expires_at is None else f" (until {told_end(one.expires_at)})"
        return f"{folder.path}: {holder}: {', '.join(words_of(one.rights))}{until}"

    return ModifiedProperty("MailboxFolderPermission", told(before), told(after))


def _shown(
    cmdlet: ExchangeCmdlet, folder: NamedFolder, one: FolderPermission, state: str = _views.UNCHANGED
) -> PSObject:
    """Return an entry as Get-MailboxFolderPermission writes it."""
    user = user_id(cmdlet, one.trustee)
    return PSObject(
        _views.FOLDER_PERMISSION,
        {
            "RunspaceId": cmdlet.session.runspace_id,
            "FolderName": folder.name,
            "User": user,
            "AccessRights": words_of(one.rights),
            "SharingPermissionFlags": None,
            "Identity": user,
            "IsValid": True,
            "ObjectState": state,
            **({} if one.expires_at is None else {"ExpiresAt": one.expires_at}),
        },
    )
