"""Messages as a mailbox holds them: flags, and what is worked out of a message once, when it is stored."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import IntFlag
from typing import Final

from delegacy.domain.errors import Conflict

MOST_KEYWORDS: Final = 64
"""Keywords that one message can have."""


class TooManyKeywords(Conflict):
    """The message, or its folder, has as many keywords as it can hold."""

    error_id = "TooManyKeywords"


class SystemFlag(IntFlag):
    """The flags that IMAP defines (RFC 9051 section 2.3.2); the values are what is stored."""

    NONE = 0
    SEEN = 0x1
    ANSWERED = 0x2
    FLAGGED = 0x4
    DELETED = 0x8
    DRAFT = 0x10


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of a message: system flags, and keywords in the spelling in which they were first set.

    Keywords compare without case (RFC 9051 section 2.3.2). Raises ``TooManyKeywords``.
    """

    system: SystemFlag = SystemFlag.NONE
    keywords: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        spelled: dict[str, str] = {}
        for keyword in self.keywords:
            spelled.setdefault(keyword.lower(), keyword)
        if len(spelled) > MOST_KEYWORDS:
            raise TooManyKeywords(f"A message can have {MOST_KEYWORDS} keywords.")
        object.__setattr__(self, "keywords", tuple(spelled[key] for key in sorted(spelled)))

    def with_added(self, other: "Flags") -> "Flags":
        """Return these flags and those of ``other``."""
        return Flags(self.system | other.system, self.keywords + other.keywords)

    def without(self, other: "Flags") -> "Flags":
        """Return these flags less those of ``other``."""
        gone = {keyword.lower() for keyword in other.keywords}
        return Flags(self.system & ~other.system, tuple(word for word in self.keywords if word.lower() not in gone))


NO_FLAGS: Final = Flags()


@dataclass(frozen=True, slots=True)
class FlagLimits:
    """Which flags somebody may set and clear: these system flags; keywords too, or not."""

    system: SystemFlag
    keywords: bool

    @property
    def admits_some(self) -> bool:
        """Tell whether there are any."""
        return self.keywords or self.system is not SystemFlag.NONE

    def admits_any_of(self, flags: Flags) -> bool:
        """Tell whether one of ``flags`` is among them."""
        return bool(self.system & flags.system) or (self.keywords and bool(flags.keywords))

    def kept(self, before: Flags, after: Flags) -> Flags:
        """Return what becomes of ``before`` when somebody makes it ``after``: the flags that he may not change stay as they were."""
        system = (after.system & self.system) | (before.system & ~self.system)
        return Flags(system, after.keywords if self.keywords else before.keywords)


ANY_FLAGS: Final = FlagLimits(~SystemFlag.NONE, keywords=True)
NO_FLAG: Final = FlagLimits(SystemFlag.NONE, keywords=False)

LIST_FIELDS: Final = (
    "from",
    "to",
    "cc",
    "bcc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "reply-to",
    "sender",
    "content-type",
    "content-description",
    "priority",
    "x-priority",
    "importance",
    "newsgroups",
    "lines",
    "list-post",
    "list-unsubscribe",
    "x-label",
)
"""The header fields that mail programs ask for to show a list of messages, in lower case.

Fields that nearly every message has and lists do not show (MIME-Version, Received) are left out: then what is kept of a message is most often
the answer as it stands.

A field's place in this tuple is its bit in ``AnalysedMessage.list_fields_present``, which is stored: append, never reorder.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTexts:
    """The decoded texts of a message that searches look in; ``sent`` is the date that the Date field gives, in its own zone."""

    sender: str = ""
    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    message_id: str = ""
    sent: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysedMessage:
    """A message with everything that is worked out of it once.

    ``content`` is the message as it came, CRLF lines throughout; ``digest`` its SHA-256; ``header_size`` the length of the header with the
    empty line that ends it (all of the message if there is none). ``envelope``, ``body`` and ``body_structure`` are the IMAP texts (RFC 9051
    sections 7.5.2) ready to be sent; ``parts`` tells where the body parts lie, in the form of ``wire.mime``. ``list_fields`` are the
    fields of ``LIST_FIELDS`` that the header has, as they stand in it and in its order; ``list_fields_present`` has their bits.
    """

    content: bytes = field(repr=False)
    digest: bytes
    header_size: int
    envelope: bytes = field(repr=False)
    body: bytes = field(repr=False)
    body_structure: bytes = field(repr=False)
    parts: bytes = field(repr=False)
    list_fields: bytes = field(repr=False)
    list_fields_present: int
    texts: SearchTexts = field(repr=False)


def list_field_bits(names: Iterable[str]) -> int:
    """Return the bits of those of ``names`` (lower case) that are in ``LIST_FIELDS``."""
    wanted = frozenset(names)
    return sum(1 << bit for bit, name in enumerate(LIST_FIELDS) if name in wanted)
