"""Changes to a header by cutting and inserting lines; every other byte of the message stays as it is."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote_to_bytes

from delegacy.domain.address import SmtpAddress
from delegacy.wire import encoded_words
from delegacy.wire.rfc5322.reader import HeaderField, MessageHeaders

_ATOMS: Final = re.compile(r"[-A-Za-z0-9!#$%&'*+/=?^_`{|}~ ]*")
_FIELD_NAME: Final = re.compile(r"[!-9;-~]+")
_UNWRITABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u2029\u202d-\u202e\ud800-\udfff]")
_MESSAGE_ID: Final = re.compile(rb"<[^<>]*>|[^<>\s]+")
_LONGEST_LINE: Final = 78  # RFC 5322 section 2.1.1

# What the author wrote to the reader, or what the message cannot be read without: whoever it names, it stays.
_CONTENT: Final = frozenset(
    {"from", "to", "cc", "bcc", "reply-to", "resent-from", "resent-to", "resent-cc", "subject", "date", "mime-version"}
)
_REFERENCES: Final = frozenset({"references", "in-reply-to"})
_SHORTEST_SUBSTRING: Final = 4


class HeaderEdit:
    """A message being changed: name what to drop, replace and add, then take ``to_bytes``.

    Values are given as lines to be folded, without CRLF; they may hold non-ASCII characters only in a message of SMTPUTF8.
    """

    def __init__(self, message: MessageHeaders) -> None:
        self._message = message
        self._replaced: dict[HeaderField, bytes] = {}
        self._top: list[bytes] = []
        self._bottom: list[bytes] = []

    def prepend(self, name: str, *lines: str) -> None:
        """Put a field above all others; the last one put there is the first."""
        self._top.insert(0, _field(name, lines))

    def append(self, name: str, *lines: str) -> None:
        """Put a field below all others."""
        self._bottom.append(_field(name, lines))

    def drop(self, *names: str) -> None:
        """Leave out every field of these names (in lower case)."""
        for one in self._message.fields:
            if one.name in names:
                self._replaced[one] = b""

    def replace(self, name: str, *lines: str) -> None:
        """Put a field in the place of the first of its name, and leave out the others; put it below all others if there is none."""
        present = [one for one in self._message.fields if one.name == name.lower()]
        self.drop(name.lower())
        if present:
            self._replaced[present[0]] = _field(name, lines)
        else:
            self.append(name, *lines)

    def has(self, name: str) -> bool:
        """Tell whether the message has a field of this name (in lower case) that was not dropped."""
        return any(one.name == name and self._replaced.get(one) != b"" for one in self._message.fields)

    def remove_traces(self, names: Iterable[str], message_id: str) -> None:
        """Leave out every field that holds one of the names: addresses and account names of somebody who is not to be seen.

        Names are found in any case, folded, encoded or not; one of less than four characters only where it stands alone. A Message-ID that holds
        one is replaced by ``message_id``; of References and In-Reply-To only the identifiers that do are left out. What the author wrote to
        the reader stays (recipients, Reply-To, subject) and so do the fields that describe the body.
        """
        pattern = _pattern(names)
        if pattern is None:
            return
        for one in self._message.fields:
            if one.name in _CONTENT or one.name.startswith("content-") or self._replaced.get(one) == b"":
                continue
            value = self._message.value(one)
            if not _holds_any(pattern, one.name, value):
                continue
            if one.name == "message-id":
                self._replaced[one] = _field("Message-ID", (message_id,))
            elif one.name in _REFERENCES:
                kept = [
                    identifier for identifier in _MESSAGE_ID.findall(value) if not _holds_any(pattern, "", identifier)
                ]
                self._replaced[one] = (
                    b"%b: %b\r\n" % (one.name.title().encode("ascii"), b"\r\n\t".join(kept)) if kept else b""
                )
            else:
                self._replaced[one] = b""

    def to_bytes(self) -> bytes:
        """Return the message with the changes made."""
        message = self._message
        kept = [
            self._replaced[one] if one in self._replaced else message.raw[one.start : one.end] for one in message.fields
        ]
        return b"".join([*self._top, *kept, *self._bottom, message.raw[message.body_start :] or b"\r\n"])


def mailbox_lines(display_name: str, address: SmtpAddress, *, smtputf8: bool) -> tuple[str, ...]:
    """Return ``phrase <addr>`` (or ``addr``, without a name) as lines to be folded.

    What the strict reader would refuse in a display name, and what looks like an encoded word, is written with spaces instead.
    Raises ``InvalidAddress`` if the local part is not ASCII and the message not SMTPUTF8.
    """
    written = str(address) if smtputf8 else address.to_ascii()
    name = " ".join(_UNWRITABLE.sub(" ", display_name).replace("=?", "= ?").split())
    if not name:
        return (written,)
    if not name.isascii():
        return (*encoded_words.encode(name), f"<{written}>")
    phrase = name if _ATOMS.fullmatch(name) else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    line = f"{phrase} <{written}>"
    return (line,) if len(line) < _LONGEST_LINE - len("Sender: ") else (phrase, f"<{written}>")


def text_lines(text: str) -> tuple[str, ...]:
    """Return unstructured text (a subject) as lines to be folded, encoded where it is not plain ASCII."""
    plain = " ".join(_UNWRITABLE.sub(" ", text).replace("=?", "= ?").split())
    return (plain,) if plain.isascii() else tuple(encoded_words.encode(plain))


def names_any(names: Iterable[str], text: str) -> bool:
    """Tell whether decoded text holds one of the names, as ``HeaderEdit.remove_traces`` finds them in fields."""
    pattern = _pattern(names)
    return pattern is not None and pattern.search(_fold(text)) is not None


def date_value(moment: datetime) -> str:
    """Return a moment, which must know its time zone, as the value of a Date field (RFC 5322 section 3.3)."""
    return format_datetime(moment)


def _field(name: str, lines: Sequence[str]) -> bytes:
    """Return a field, folded between the lines."""
    if not _FIELD_NAME.fullmatch(name) or not any(lines) or any(_UNWRITABLE.search(line) for line in lines):
        raise ValueError(f"A field {name!r} can't have these lines: {lines!r}.")
    folded = "\r\n\t".join(line for line in lines if line)
    return f"{name}: {folded}\r\n".encode()


def _pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds any of the names in folded text, or None if there are none."""
    folded = sorted({text for name in names if (text := _fold(name))}, key=len, reverse=True)
    if not folded:
        return None
    choices = [
        re.escape(text) if len(text) >= _SHORTEST_SUBSTRING else rf"(?<![^\W_]){re.escape(text)}(?![^\W_])"
        for text in folded
    ]
    return re.compile("|".join(choices))


def _holds_any(pattern: re.Pattern[str], field_name: str, value: bytes) -> bool:
    """Tell whether a field holds one of the names, in any way that mail programs write text in a header."""
    written = f"{field_name}: {value.decode('utf-8', 'replace')}"
    decoded = encoded_words.decode(written)
    unquoted = unquote_to_bytes(value).decode("utf-8", "replace")
    return any(
        pattern.search(text)
        for text in {_fold(written), _fold(decoded), _fold(unquoted), "".join(_fold(decoded).split())}
    )


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()
