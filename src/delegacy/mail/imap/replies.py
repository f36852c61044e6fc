"""What a client is told: the outcome of a command, and the one table from errors to responses (RFC 5530, RFC 9051 section 7.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from delegacy.domain.errors import DelegacyError, StoreFull, StoreUnavailable
from delegacy.domain.folder import FolderExists, FolderNotEmpty, FolderNotFound, FolderProtected, InvalidFolderName
from delegacy.domain.mail_item import TooManyKeywords
from delegacy.wire.imap.errors import InvalidImapCommand, UnsupportedCharset
from delegacy.wire.imap.fetch_plan import UnknownTransferEncoding
from delegacy.wire.imap.printing import Condition


@dataclass(frozen=True, slots=True)
class Outcome:
    """The tagged response to a command."""

    condition: Condition
    text: str
    code: bytes = b""


class Refusal(Exception):
    """A command that is not done; ``outcome`` says what the client is told."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


def no(text: str, code: bytes = b"") -> Refusal:
    """Return the refusal ``NO``."""
    return Refusal(Outcome(Condition.NO, text, code))


def bad(text: str) -> Refusal:
    """Return the refusal ``BAD``."""
    return Refusal(Outcome(Condition.BAD, text))


OK: Final = Outcome(Condition.OK, "Done.")
NOT_FOUND: Final = Outcome(Condition.NO, "There is no such mailbox.", b"NONEXISTENT")
CANNOT_OPEN: Final = Outcome(Condition.NO, "The mailbox can't be opened.", b"NOPERM")
NOT_ALLOWED: Final = Outcome(Condition.NO, "That is not allowed in this mailbox.", b"NOPERM")

_REPLIES: Final[Mapping[type[DelegacyError], Outcome]] = MappingProxyType(
    {
        FolderNotFound: NOT_FOUND,
        FolderExists: Outcome(Condition.NO, "There is a mailbox of that name already.", b"ALREADYEXISTS"),
        FolderNotEmpty: Outcome(Condition.NO, "The mailbox has mailboxes below it.", b"HASCHILDREN"),
        FolderProtected: Outcome(Condition.NO, "That is not possible with this mailbox.", b"CANNOT"),
        InvalidFolderName: Outcome(Condition.NO, "A mailbox can't have that name.", b"CANNOT"),
        TooManyKeywords: Outcome(Condition.NO, "Too many keywords.", b"LIMIT"),
        UnknownTransferEncoding: Outcome(Condition.NO, "The part can't be decoded.", b"UNKNOWN-CTE"),
        UnsupportedCharset: Outcome(
            Condition.NO, "The character set is not supported.", b"BADCHARSET (US-ASCII UTF-8)"
        ),
        StoreFull: Outcome(Condition.NO, "There is no room left.", b"OVERQUOTA"),
        StoreUnavailable: Outcome(Condition.NO, "The mail store can't be reached. Try again.", b"UNAVAILABLE"),
    }
)
_FAILED: Final = Outcome(Condition.NO, "The server could not do that.", b"SERVERBUG")


def outcome_of(error: DelegacyError) -> Outcome:
    """Return what a client is told of an error. A command that can't be read is ``BAD``; what is in no table says nothing."""
    if isinstance(error, InvalidImapCommand):
        return Outcome(Condition.BAD, error.message)
    return _REPLIES.get(type(error), _FAILED)
