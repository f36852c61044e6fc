"""What the commands of a session share: the services, who has signed in, what is selected, what the client has enabled."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from delegacy.domain.folder import FolderNotFound, FolderRights
from delegacy.domain.mail_store import MailStore
from delegacy.domain.ports import Clock
from delegacy.enforcement.authorizer import Authorizer
from delegacy.enforcement.opening import Opening
from delegacy.mail.imap.mailboxes import LOST, OpeningLost, SessionMailboxes, SessionOver
from delegacy.mail.imap.replies import NOT_ALLOWED, Refusal, bad
from delegacy.mail.imap.selected import NOTHING_TOLD, SelectedFolder, Telling
from delegacy.mail.imap.stream import ImapStream
from delegacy.mail.imap.watch import FolderWatch, Watcher
from delegacy.mail.imap.workers import MailWorkers
from delegacy.session.signin import SignIn
from delegacy.wire.imap.printing import Condition, print_highest_modseq, print_mailbox, print_status


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapServices:
    """What every session is given."""

    store: MailStore
    workers: MailWorkers
    authorizer: Authorizer
    sign_in: SignIn
    clock: Clock
    watch: FolderWatch


@dataclass(slots=True)
class Enabled:
    """What the client has asked for (RFC 5161): IMAP4rev2, CONDSTORE, QRESYNC."""

    rev2: bool = False
    condstore: bool = False
    qresync: bool = False


class SessionContext:
    """The state of a session that has signed in.

    ``selection_lost`` tells that the selected folder has been closed by us, as its mailbox can't be opened any more, and that no command has
    been refused for it yet.
    """

    def __init__(
        self, services: ImapServices, stream: ImapStream, watcher: Watcher, mailboxes: SessionMailboxes
    ) -> None:
        self.services = services
        self.store = services.store
        self.call = services.workers.call
        self.stream = stream
        self._watcher = watcher
        self.mailboxes = mailboxes
        self.enabled = Enabled()
        self.folder_changed = False
        self._selected: SelectedFolder | None = None
        self.selection_lost = False

    @property
    def selected(self) -> SelectedFolder | None:
        """Return the selected folder."""
        return self._selected

    def select(self, selected: SelectedFolder | None) -> None:
        """Make a folder the selected one, and hear of its changes."""
        self._selected, self.selection_lost = selected, False
        self.services.watch.follow(self._watcher, None if selected is None else selected.folder.id)

    def enable_condstore(self) -> None:
        """Note that the client is aware of modification sequences from now on (RFC 7162 section 3.1)."""
        if not self.enabled.condstore and self._selected is not None:
            self.stream.write(print_highest_modseq(self._selected.told_until))
        self.enabled.condstore = True

    @property
    def account_guid(self) -> UUID:
        """Return whose subscriptions count."""
        return self.mailboxes.account.guid

    def now(self) -> datetime:
        """Return the present moment."""
        return self.services.clock.now()

    def print_mailbox(self, name: str) -> bytes:
        """Return a mailbox name as this client reads it."""
        return print_mailbox(name, utf8=self.enabled.rev2)

    async def use_selected(self, needed: FolderRights) -> SelectedFolder:
        """Return the selected folder for a use that needs these rights, its opening renewed.

        Raises ``Refusal``; as ``OpeningLost`` when the mailbox can't be opened or the folder can't be read any more, and then nothing is
        selected; or ``SessionOver`` when the mailbox is the session's own.
        """
        selected = self._selected
        if selected is None:
            raise self.nothing_selected()
        await self._renew(selected)
        if needed not in selected.rights:
            raise Refusal(NOT_ALLOWED)
        return selected

    async def _renew(self, selected: SelectedFolder) -> None:
        """Renew the right to the selected folder, and say so where it has become another (RFC 4314 section 5.1.1)."""
        try:
            allowed = await self.mailboxes.renew_folder(selected.mailbox, selected.opening, selected.folder)
        except OpeningLost:
            self._close_lost()
            raise
        if FolderRights.READ_ANY not in allowed.rights:
            self._close_lost()
            raise OpeningLost
        selected.opening = allowed.opening
        if selected.rights != allowed.rights:
            selected.rights = allowed.rights
            self.stream.write(selected.permanent_flags())

    def nothing_selected(self) -> Refusal:
        """Return the refusal of a command that needs a selected folder."""
        return OpeningLost() if self.selection_lost else bad("No mailbox is selected.")

    def close_selected(self, why: str) -> None:
        """Select nothing any more, and say so (RFC 7162 section 3.2.11)."""
        self.select(None)
        self.stream.write(print_status(Condition.OK, why, code=b"CLOSED"))

    def _close_lost(self) -> None:
        self.close_selected(LOST)
        self.selection_lost = True

    def held_openings(self) -> Iterator[Opening]:
        """Yield the openings that the session holds."""
        if self.mailboxes.root is not None:
            yield self.mailboxes.root
        if self._selected is not None:
            yield self._selected.opening

    async def renew(self) -> None:
        """Renew what the session holds, outside any command; a selected folder that is lost is closed. Raises ``SessionOver``."""
        await self.mailboxes.renew_root()
        selected = self._selected
        if selected is not None:
            with suppress(OpeningLost):  # that the folder is closed has been said
                await self._renew(selected)

    def has_to_tell(self, *, expunged: bool) -> bool:
        """Tell whether something may have happened in the selected folder that the client has not been told of."""
        selected = self._selected
        return selected is not None and (self.folder_changed or (expunged and selected.keeps_back))

    async def tell_changes(self, *, expunged: bool, told: Mapping[int, int] = NOTHING_TOLD, look: bool = False) -> None:
        """Tell the client what has happened in the selected folder, whose opening has been renewed for this command.

        Nothing is read when nobody has said that the folder changed, unless ``look`` is set. Raises ``SessionOver`` if the folder is gone.
        """
        selected = self._selected
        if selected is None or not (look or self.has_to_tell(expunged=expunged)):
            return
        self.folder_changed = False
        try:
            changes = await self.call(self.store.changes, selected.opening, selected.folder.id, selected.modseq)
        except FolderNotFound:
            raise SessionOver("The selected mailbox has been deleted.") from None
        telling = Telling(expunged, vanished=self.enabled.qresync, modseq=self.enabled.condstore)
        await self.stream.send_parts(selected.absorb(changes, telling, told))
