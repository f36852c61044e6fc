"""What the server says (RFC 9051 section 7): the words of the grammar, and one function per response."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Final

from delegacy.domain.mail_item import Flags, SystemFlag
from delegacy.domain.mail_store import FlagState
from delegacy.wire.imap import utf7
from delegacy.wire.imap.commands import StatusItem
from delegacy.wire.imap.sequence import print_uids

CRLF: Final = b"\r\n"

_SAFE: Final = re.compile(rb"[ !#-\[\]-~]*")
_QUOTABLE: Final = re.compile(rb"[\x01-\x09\x0b\x0c\x0e-\x7f]*")
_ESCAPED: Final = re.compile(rb'(["\\])')
_SYSTEM_FLAGS: Final = (
    (SystemFlag.ANSWERED, b"\\Answered"),
    (SystemFlag.FLAGGED, b"\\Flagged"),
    (SystemFlag.DELETED, b"\\Deleted"),
    (SystemFlag.SEEN, b"\\Seen"),
    (SystemFlag.DRAFT, b"\\Draft"),
)
ALL_SYSTEM_FLAGS: Final = b" ".join(name for _, name in _SYSTEM_FLAGS)


class Condition(Enum):
    """The kinds of status response (RFC 9051 section 7.1)."""

    OK = b"OK"
    NO = b"NO"
    BAD = b"BAD"
    BYE = b"BYE"


def print_string(value: bytes) -> bytes:
    """Return a ``string``: quoted, or a literal for what no quoted string can hold."""
    if _SAFE.fullmatch(value):
        return b'"%b"' % value
    if _QUOTABLE.fullmatch(value):
        return b'"%b"' % _ESCAPED.sub(rb"\\\1", value)
    return print_literal(value)


def print_literal(value: bytes) -> bytes:
    """Return a literal."""
    return b"{%d}\r\n%b" % (len(value), value)


def print_mailbox(name: str, *, utf8: bool) -> bytes:
    """Return the name of a mailbox, in modified UTF-7 or, where that is agreed, in UTF-8 (RFC 9051 section 5.1)."""
    if not utf8:
        return print_string(utf7.encode(name))
    return b'"%b"' % _ESCAPED.sub(rb"\\\1", name.encode("utf-8"))


def print_flags(system: int, keywords: str) -> bytes:
    """Return flags without the parentheses; ``keywords`` are separated by spaces."""
    words = [name for flag, name in _SYSTEM_FLAGS if system & flag]
    if keywords:
        words.append(keywords.encode("ascii"))
    return b" ".join(words)


def print_status(condition: Condition, text: str, *, tag: str | None = None, code: bytes = b"") -> bytes:
    """Return a status response, tagged or not, with a response code if there is one."""
    return b"%b %b %b%b\r\n" % (
        b"*" if tag is None else tag.encode("ascii"),
        condition.value,
        b"[%b] " % code if code else b"",
        text.encode("ascii"),
    )


def print_highest_modseq(modseq: int) -> bytes:
    """Return the response that tells the modification sequence of the folder's last change (RFC 7162 section 3.1.2.1)."""
    return print_status(Condition.OK, "The last change.", code=highest_modseq_code(modseq))


def print_continuation(text: bytes = b"") -> bytes:
    """Return a command continuation request."""
    return b"+ %b\r\n" % text


def print_untagged(*words: bytes) -> bytes:
    """Return an untagged response of these words."""
    return b"* %b\r\n" % b" ".join(words)


def print_list(
    word: bytes, attributes: Iterable[bytes], separator: str, mailbox: bytes, extended: bytes = b""
) -> bytes:
    """Return a LIST or LSUB response; ``mailbox`` is printed already, ``extended`` an extended data item (RFC 5258 section 4)."""
    return b'* %b (%b) "%b" %b%b\r\n' % (
        word,
        b" ".join(attributes),
        separator.encode("ascii"),
        mailbox,
        b" (%b)" % extended if extended else b"",
    )


def print_status_data(mailbox: bytes, values: Mapping[StatusItem, int]) -> bytes:
    """Return a STATUS response."""
    items = b" ".join(b"%b %d" % (item.value, value) for item, value in values.items())
    return b"* STATUS %b (%b)\r\n" % (mailbox, items)


@dataclass(frozen=True, slots=True)
class FlagItems:
    """What the FETCH responses that tell of changes say of each message; at least one of these."""

    uid: bool
    flags: bool
    modseq: bool


def print_flag_updates(updates: Iterable[tuple[int, FlagState]], items: FlagItems) -> bytes:
    """Return the FETCH responses that tell of changes, of messages by number."""
    words: list[bytes] = []
    columns: list[Callable[[FlagState], int | bytes]] = []
    if items.uid:
        words.append(b"UID %d")
        columns.append(attrgetter("uid"))
    if items.flags:
        words.append(b"FLAGS (%b)")
        columns.append(_FlagsPrinter().print)
    if items.modseq:
        words.append(b"MODSEQ (%d)")
        columns.append(attrgetter("modseq"))
    template = b"* %%d FETCH (%b)\r\n" % b" ".join(words)
    return b"".join([template % (number, *(column(state) for column in columns)) for number, state in updates])


class _FlagsPrinter:
    """Prints flags; messages of a folder have few different ones, and share the values."""

    def __init__(self) -> None:
        self._printed: dict[int, tuple[Flags, bytes]] = {}

    def print(self, state: FlagState) -> bytes:
        known = self._printed.get(id(state.flags))
        if known is None:
            printed = print_flags(state.flags.system, " ".join(state.flags.keywords))
            # The value is kept beside its print, so that its identity is nobody else's.
            known = self._printed[id(state.flags)] = state.flags, printed
        return known[1]


def print_search(numbers: Sequence[int], modseq: int | None) -> bytes:
    """Return a SEARCH response (RFC 3501 section 7.2.5, RFC 7162 section 3.1.5)."""
    found = b"".join([b" %d" % number for number in numbers])
    return b"* SEARCH%b%b\r\n" % (found, b"" if modseq is None else b" (MODSEQ %d)" % modseq)


def print_esearch(tag: str, results: Iterable[tuple[bytes, bytes]], *, by_uid: bool) -> bytes:
    """Return an ESEARCH response (RFC 9051 section 7.3.4)."""
    data = b"".join(b" %b %b" % result for result in results)
    return b"* ESEARCH (TAG %b)%b%b\r\n" % (print_string(tag.encode("ascii")), b" UID" if by_uid else b"", data)


def print_vanished(uids: Sequence[int], *, earlier: bool) -> bytes:
    """Return a VANISHED response (RFC 7162 section 3.2.10); nothing if there are no UIDs."""
    if not uids:
        return b""
    return b"* VANISHED %b%b\r\n" % (b"(EARLIER) " if earlier else b"", print_uids(uids))


def highest_modseq_code(modseq: int) -> bytes:
    """Return the response code HIGHESTMODSEQ (RFC 7162 section 3.1.2.1)."""
    return b"HIGHESTMODSEQ %d" % modseq


def append_uid_code(uid_validity: int, uids: Sequence[int]) -> bytes:
    """Return the response code APPENDUID (RFC 9051 section 7.1)."""
    return b"APPENDUID %d %b" % (uid_validity, print_uids(uids))


def copy_uid_code(uid_validity: int, source: Sequence[int], target: Sequence[int]) -> bytes:
    """Return the response code COPYUID (RFC 9051 section 7.1)."""
    return b"COPYUID %d %b %b" % (uid_validity, print_uids(source), print_uids(target))
