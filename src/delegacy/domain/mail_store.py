"""The mail store: folders and messages of every mailbox, as a Protocol.

Mailboxes are named by the GUID of the directory object; a mailbox comes into being, with the folders that every mailbox has, when it is
first opened or delivered to. Every method but delivery, removal and the two that watch takes a ``MailboxAccess``, which only the
authorizer gives out. What a method that changes something returns has been committed; when it raises, nothing has changed.

Beside the errors named with each method, all raise ``StoreUnavailable``, and those that write ``StoreFull``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, Protocol
from uuid import UUID

from delegacy.domain.folder import FolderPath, MailFolder, SpecialFolder
from delegacy.domain.mail_item import ANY_FLAGS, NO_FLAGS, AnalysedMessage, FlagLimits, Flags
from delegacy.domain.mail_search import All, Either, KeptCriterion, Not


class MailboxAccess(Protocol):
    """Leave to use the content of one mailbox."""

    @property
    def mailbox_guid(self) -> UUID:
        """Return the mailbox that may be used."""


class MessageColumn(Enum):
    """What can be fetched of a message. The values' types are in the comments; ``fetch`` gives them as they are."""

    SYSTEM_FLAGS = "system_flags"  # int, the bits of SystemFlag
    KEYWORDS = "keywords"  # str, separated by spaces
    MODSEQ = "modseq"  # int
    RECEIVED = "received"  # int, seconds since 1970 (UTC)
    SIZE = "size"  # int, octets
    CREATOR = "creator"  # str, the GUID of the account that put the message there; empty for what was delivered
    ENVELOPE = "envelope"  # bytes, as the following
    BODY = "body"
    BODY_STRUCTURE = "body_structure"
    PARTS = "parts"
    LIST_FIELDS = "list_fields"
    LIST_FIELDS_PRESENT = "list_fields_present"  # int
    HEADER = "header"  # bytes, with the empty line
    TEXT = "text"  # bytes, what follows the header


ColumnValue = int | str | bytes
MessageRow = tuple[ColumnValue, ...]
"""The UID of a message, and then the columns asked for, in their order."""


@dataclass(frozen=True, slots=True)
class FolderView:
    """A folder with the UIDs of its messages, ascending, as one transaction saw them."""

    folder: MailFolder
    uids: Sequence[int]


@dataclass(frozen=True, slots=True)
class FlagState:
    """The flags of a message after a change."""

    uid: int
    flags: Flags
    modseq: int


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """What happened in a folder after a modification sequence: the messages that are new or have other flags, and those that are gone.

    ``updated`` is ordered by UID, and so is ``vanished``; the latter may name messages that came and went in between.
    """

    folder: MailFolder
    updated: tuple[FlagState, ...] = ()
    vanished: tuple[int, ...] = ()


class FlagAction(Enum):
    """What a change of flags does with those it names."""

    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class FlagChange:
    """A change of flags, of those within ``limits``.

    With ``unchanged_since``, messages with a greater modification sequence are left alone (RFC 7162 section 3.1.3).
    """

    action: FlagAction
    flags: Flags
    unchanged_since: int | None = None
    limits: FlagLimits = ANY_FLAGS


@dataclass(frozen=True, slots=True)
class FlagChangeResult:
    """The messages that a change of flags met, with the flags they have now, and those that it left alone as changed meanwhile.

    ``previous`` are the modification sequences of the former from before, one by one: whoever has not seen those has not seen all flags.
    """

    states: tuple[FlagState, ...]
    previous: tuple[int, ...]
    modified: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Placing:
    """Who puts messages into a folder, and which flags he may set there. The messages are his from then on; nobody's where it is None."""

    creator: UUID | None = None
    limits: FlagLimits = ANY_FLAGS


BY_NOBODY: Final = Placing()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where new messages went: UIDs in the order of the messages, in a folder of this UIDVALIDITY."""

    folder_id: int
    uid_validity: int
    uids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy or move: the messages it met, and their UIDs where they went, pair by pair."""

    source_uids: tuple[int, ...]
    placed: Placed


@dataclass(frozen=True, slots=True)
class Deposit:
    """One copy of a delivered message: into this mailbox, this folder, with these flags."""

    mailbox_guid: UUID
    folder: SpecialFolder = SpecialFolder.INBOX
    flags: Flags = NO_FLAGS


@dataclass(frozen=True, slots=True)
class MailboxStatistics:
    """How much a mailbox holds (Get-MailboxStatistics): messages, octets, and those of them in Deleted Items."""

    item_count: int
    total_item_size: int
    deleted_item_count: int
    total_deleted_item_size: int


class MailStore(Protocol):
    """Folders and messages."""

    def folders(self, access: MailboxAccess) -> tuple[MailFolder, ...]:
        """Return the folders of a mailbox: those that every mailbox has, then the others, each above those below it."""

    def folder(self, access: MailboxAccess, path: FolderPath) -> MailFolder:
        """Return one folder. Raises ``FolderNotFound``."""

    def create_folder(self, access: MailboxAccess, path: FolderPath) -> MailFolder:
        """Create a folder, and those above it that are missing. Raises ``FolderExists``."""

    def delete_folder(self, access: MailboxAccess, folder_id: int) -> None:
        """Delete a folder with its messages. Raises ``FolderNotFound``, ``FolderProtected``, ``FolderNotEmpty``."""

    def rename_folder(self, access: MailboxAccess, folder_id: int, path: FolderPath) -> None:
        """Give a folder, and with it those below, another path; folders above it that are missing are created.

        Raises ``FolderNotFound``, ``FolderProtected``, ``FolderExists``, ``InvalidFolderName`` (the new path lies below the old one).
        """

    def set_subscribed(self, access: MailboxAccess, subscriber: UUID, path: FolderPath, *, subscribed: bool) -> None:
        """Remember that an account wants to see a folder, or does not; the folder need not exist (RFC 9051 section 6.3.7)."""

    def subscriptions(self, access: MailboxAccess, subscriber: UUID) -> Mapping[FolderPath, bool]:
        """Return what an account has said about the folders of a mailbox."""

    def view(self, access: MailboxAccess, folder_id: int) -> FolderView:
        """Return a folder with the UIDs of its messages. Raises ``FolderNotFound``."""

    def first_unseen(self, access: MailboxAccess, folder_id: int) -> int | None:
        """Return the lowest UID of a message without ``SEEN``. Raises ``FolderNotFound``."""

    def changes(self, access: MailboxAccess, folder_id: int, since: int) -> FolderChanges:
        """Return what happened after the modification sequence ``since``. Raises ``FolderNotFound``."""

    def fetch(
        self, access: MailboxAccess, folder_id: int, uids: Sequence[int], columns: Sequence[MessageColumn]
    ) -> list[MessageRow]:
        """Return the messages that there are of ``uids`` (ascending), ordered by UID; a ``range`` is read as one stretch.

        Raises ``FolderNotFound``.
        """

    def search(
        self, access: MailboxAccess, folder_id: int, criterion: KeptCriterion | Not | All | Either
    ) -> Sequence[int]:
        """Return the UIDs, ascending, of the messages that meet a criterion without content criteria. Raises ``FolderNotFound``."""

    def append(
        self,
        access: MailboxAccess,
        folder_id: int,
        message: AnalysedMessage,
        flags: Flags,
        received: datetime,
        placing: Placing = BY_NOBODY,
    ) -> Placed:
        """Add a message. Raises ``FolderNotFound``, ``TooManyKeywords``."""

    def copy(
        self,
        access: MailboxAccess,
        folder_id: int,
        uids: Sequence[int],
        *,
        to: MailboxAccess,
        to_folder_id: int,
        placing: Placing = BY_NOBODY,
    ) -> Copied:
        """Copy messages with flags and dates, all or none, into a folder of the same or another mailbox. Raises ``FolderNotFound``."""

    def move(
        self,
        access: MailboxAccess,
        folder_id: int,
        uids: Sequence[int],
        *,
        to: MailboxAccess,
        to_folder_id: int,
        placing: Placing = BY_NOBODY,
    ) -> Copied:
        """Move messages, as ``copy`` and removal in one transaction. Raises ``FolderNotFound``."""

    def change_flags(
        self, access: MailboxAccess, folder_id: int, uids: Sequence[int], change: FlagChange
    ) -> FlagChangeResult:
        """Change the flags of messages. Raises ``FolderNotFound``, ``TooManyKeywords``."""

    def expunge(self, access: MailboxAccess, folder_id: int, uids: Sequence[int] | None = None) -> tuple[int, ...]:
        """Remove the messages with ``DELETED``, of ``uids`` only if given, and return their UIDs. Raises ``FolderNotFound``."""

    def statistics(self, access: MailboxAccess) -> MailboxStatistics:
        """Return how much a mailbox holds."""

    def deliver(self, message: AnalysedMessage, deposits: Iterable[Deposit], received: datetime) -> tuple[Placed, ...]:
        """Put one message into many mailboxes in one transaction, its content stored once; return where, deposit by deposit."""

    def remove_mailbox(self, mailbox_guid: UUID) -> None:
        """Remove a mailbox with all it holds; nothing happens if it holds nothing."""

    def modseqs(self, folder_ids: Iterable[int]) -> Mapping[int, int]:
        """Return the highest modification sequence of each of these folders that still exists."""

    def watching(self, listener: Callable[[frozenset[int]], None]) -> AbstractContextManager[None]:
        """Return a context in which ``listener`` is told the ids of folders after each commit here that changed them.

        It is called in the thread that committed, and must neither block nor raise.
        """
