"""How much mailboxes and their folders hold: Get-MailboxStatistics and Get-MailboxFolderStatistics."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import DirectoryCmdlet, ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._listing import as_result_size, limited
from delegacy.cmdlets._usage import FOLDER_STATISTICS, MAILBOX_STATISTICS, folder_size, mailbox_statistics
from delegacy.cmdlets._views import UNCHANGED
from delegacy.domain.folder import MailFolder, SpecialFolder
from delegacy.domain.ports import RecipientQuery
from delegacy.domain.recipient import MAILBOXES, Recipient
from delegacy.powershell.metadata import parameter
from delegacy.powershell.values import PSObject

_SCOPES: Final = MappingProxyType(
    {
        "Inbox": SpecialFolder.INBOX,
        "Drafts": SpecialFolder.DRAFTS,
        "SentItems": SpecialFolder.SENT_ITEMS,
        "DeletedItems": SpecialFolder.DELETED_ITEMS,
        "JunkEmail": SpecialFolder.JUNK_EMAIL,
    }
)
_TYPES: Final = MappingProxyType({special: name for name, special in _SCOPES.items()})
_OWN: Final = "User Created"
_NO_DATES: Final[Mapping[int, tuple[datetime, datetime]]] = MappingProxyType({})


@dataclass(kw_only=True)
class GetMailboxStatistics(ExchangeCmdlet):
    """Show how much a mailbox holds, and who opened it last."""

    name = "Get-MailboxStatistics"
    default_parameter_set = "Identity"
    output_types = (MAILBOX_STATISTICS,)

    identity: Identity | None = parameter(
        position=0,
        sets={"Identity": True},
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="mailbox",
        help="The mailbox.",
    )
    server: str | None = parameter(sets={"Server": True}, help="This server, for every mailbox.")

    def run(self) -> None:
        """Show one mailbox, or every one that has been used."""
        if self.identity is not None:
            mailbox = self.find(self.identity, MAILBOXES)
            if _folders_in_use(self, mailbox):
                self.write_object(self._statistics(mailbox))
            return
        self.refuse_other_server(self.server, "Server")
        for mailbox in self.each(self.session.directory.list(RecipientQuery(kinds=MAILBOXES))):
            if self.stopping:
                return
            if self.session.usage.folders(mailbox.guid):
                self.write_object(self._statistics(mailbox))

    def _statistics(self, mailbox: Recipient) -> PSObject:
        usage = self.session.usage
        return mailbox_statistics(self.session, mailbox, usage.folders(mailbox.guid), usage.last_logon(mailbox.guid))


@dataclass(kw_only=True)
class GetMailboxFolderStatistics(ExchangeCmdlet):
    """Show how much each folder of a mailbox holds."""

    name = "Get-MailboxFolderStatistics"
    output_types = (FOLDER_STATISTICS,)

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="mailbox",
        help="The mailbox.",
    )
    folder_scope: str = parameter(
        default="All",
        values=("All", *_SCOPES, "Personal"),
        help="Only a folder that every mailbox has, or those that its owner has made (Personal).",
    )
    include_oldest_and_newest_items: bool = parameter(
        switch=True, help="Show when the oldest and the newest message came."
    )
    result_size: int | None = parameter(
        default=None, convert=as_result_size, help="How many folders to show; all, if it is left out."
    )
    skip_count: int = parameter(default=0, minimum=0, help="How many folders to leave out first.")

    def run(self) -> None:
        """Show the folders of one mailbox."""
        mailbox = self.find(self.identity, MAILBOXES)
        folders = _folders_in_use(self, mailbox)
        dates = self.session.usage.item_dates(mailbox.guid) if self.include_oldest_and_newest_items else _NO_DATES
        wanted = (folder for folder in folders if self._is_wanted(folder))
        rows = (self._statistics(mailbox, folder, folders, dates) for folder in wanted)
        limited(self, islice(rows, self.skip_count, None), self.result_size)

    def _is_wanted(self, folder: MailFolder) -> bool:
        scope = next((name for name in _SCOPES if name.casefold() == self.folder_scope.casefold()), None)
        if scope is not None:
            return folder.special is _SCOPES[scope]
        return self.folder_scope.casefold() == "all" or folder.special is None

    def _statistics(
        self,
        mailbox: Recipient,
        folder: MailFolder,
        folders: Sequence[MailFolder],
        dates: Mapping[int, tuple[datetime, datetime]],
    ) -> PSObject:
        below = list(_with_below(folder, folders))
        oldest, newest = dates.get(folder.id, (None, None))
        identity = "\\".join((mailbox.canonical_name, *folder.path.names))
        return PSObject(
            FOLDER_STATISTICS,
            {
                "RunspaceId": self.session.runspace_id,
                "Date": None,
                "Name": folder.path.names[-1],
                "FolderPath": f"/{folder.path}",
                "FolderId": folder.guid,
                "FolderType": _OWN if folder.special is None else _TYPES[folder.special],
                "FolderSize": folder_size(folder.size),
                "ItemsInFolder": folder.message_count,
                "DeletedItemsInFolder": folder.deleted_count,
                "FolderAndSubfolderSize": folder_size(sum(one.size for one in below)),
                "ItemsInFolderAndSubfolders": sum(one.message_count for one in below),
                "OldestItemReceivedDate": oldest,
                "NewestItemReceivedDate": newest,
                "Identity": identity,
                "IsValid": True,
                "ObjectState": UNCHANGED,
            },
            text=identity,
        )


def _folders_in_use(cmdlet: DirectoryCmdlet, mailbox: Recipient) -> Sequence[MailFolder]:
    """Return the folders of a mailbox, and say so where nobody has used it yet."""
    folders = cmdlet.session.usage.folders(mailbox.guid)
    if not folders:
        cmdlet.write_warning(_texts.NEVER_LOGGED_ON.format(identity=mailbox.canonical_name, guid=mailbox.guid))
    return folders


def _with_below(folder: MailFolder, folders: Iterable[MailFolder]) -> Iterator[MailFolder]:
    return (one for one in folders if one is folder or one.path.is_below(folder.path))
