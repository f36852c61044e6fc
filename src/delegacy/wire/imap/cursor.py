"""The words of the IMAP grammar (RFC 9051 section 9), read from left to right."""

import re
from collections.abc import Callable
from typing import Final, TypeVar

from delegacy.wire.imap import utf7
from delegacy.wire.imap.errors import InvalidImapCommand, InvalidMailboxName
from delegacy.wire.imap.reader import CommandText, Literal

T = TypeVar("T")

LONGEST_MAILBOX_NAME: Final = 4096

_TAG: Final = re.compile(rb"[!#$&',\-./0-9:;<=>?@A-Z\[\]^_`a-z|}~]{1,200}")
_ATOM: Final = re.compile(rb"[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]+")
_ASTRING: Final = re.compile(rb"[!#$&'+,\-./0-9:;<=>?@A-Z\[\]^_`a-z|}~]+")
_LIST_ATOM: Final = re.compile(rb"[!#$%&'*+,\-./0-9:;<=>?@A-Z\[\]^_`a-z|}~]+")
_WORD: Final = re.compile(rb"[A-Za-z0-9.\-=]+")
_FLAG: Final = re.compile(rb"\\?[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]{1,255}")
_BASE64: Final = re.compile(rb"=|[A-Za-z0-9+/]+={0,2}")
_SET: Final = re.compile(rb"\$|[0-9*:,]+")
_SECTION_PATH: Final = re.compile(rb"[A-Za-z0-9.]*")
_NUMBER: Final = re.compile(rb"[0-9]{1,20}")
_QUOTED: Final = re.compile(rb'"((?:[^"\\\r\n\x00]|\\["\\])*)"')
_QUOTED_PAIR: Final = re.compile(rb"\\(.)")
_LITERAL_HEADER: Final = re.compile(rb"~?\{[0-9]{1,20}\+?\}")


class Cursor:
    """A place in a command. Every method that reads moves it on, or raises ``InvalidImapCommand``.

    ``utf8`` tells that the client has enabled UTF-8 in quoted strings (RFC 6855 section 3, RFC 9051 section 5.1).
    """

    def __init__(self, command: CommandText, *, utf8: bool = False) -> None:
        self._text = command.text
        self._literals = {literal.offset: literal for literal in command.literals}
        self._place = 0
        self._utf8 = utf8

    def failure(self, message: str) -> InvalidImapCommand:
        """Return the error to raise when what comes next is not what should."""
        return InvalidImapCommand(message)

    @property
    def at_end(self) -> bool:
        """Tell whether everything has been read."""
        return self._place == len(self._text)

    def end(self) -> None:
        """Read the end of the command."""
        if not self.at_end:
            raise self.failure("Unexpected text after the command")

    def sees(self, text: bytes) -> bool:
        """Tell whether ``text`` comes next, in any case."""
        return self._text[self._place : self._place + len(text)].upper() == text

    def take(self, text: bytes) -> bool:
        """Read ``text``, in any case, if it comes next, and tell whether it did."""
        if not self.sees(text):
            return False
        self._place += len(text)
        return True

    def expect(self, text: bytes) -> None:
        """Read ``text``, in any case."""
        if not self.take(text):
            raise self.failure(f"Expected {text.decode('ascii')!r}")

    def space(self) -> None:
        """Read one space."""
        if not self.take(b" "):
            raise self.failure("Expected a space")

    def command_tag(self) -> str:
        """Read the tag of a command."""
        return self._match(_TAG, "Invalid tag").decode("ascii")

    def word(self) -> bytes:
        """Read a keyword of the protocol, and return it in upper case."""
        return self._match(_WORD, "Expected a keyword").upper()

    def atom(self) -> bytes:
        """Read an ``atom``."""
        return self._match(_ATOM, "Expected an atom")

    def flag(self) -> bytes:
        """Read a flag: a keyword, or a system flag with its backslash."""
        return self._match(_FLAG, "Invalid flag")

    def base64(self) -> bytes:
        """Read base64, or the ``=`` that stands for an empty initial response (RFC 4959 section 3)."""
        return self._match(_BASE64, "Invalid base64")

    def number(self, largest: int = 2**32 - 1) -> int:
        """Read a number."""
        number = int(self._match(_NUMBER, "Expected a number"))
        if number > largest:
            raise self.failure("Number too large")
        return number

    def modseq(self) -> int:
        """Read a modification sequence value (RFC 7162 section 7)."""
        return self.number(2**63 - 1)

    def sequence_set(self) -> bytes:
        """Read the text of a sequence set."""
        return self._match(_SET, "Expected a sequence set")

    def section_path(self) -> bytes:
        """Read the numbers and words of a section, which may be none."""
        return self._match(_SECTION_PATH, "Expected a section")

    @property
    def sees_sequence_set(self) -> bool:
        """Tell whether a sequence set comes next."""
        return self._place < len(self._text) and self._text[self._place] in b"$*0123456789"

    def string(self) -> bytes:
        """Read a ``string``: quoted, or a literal."""
        if self.sees(b'"'):
            quoted = self._match(_QUOTED, "Invalid quoted string")[1:-1]
            return _QUOTED_PAIR.sub(rb"\1", quoted) if b"\\" in quoted else quoted
        return self.literal().data

    def literal(self) -> Literal:
        """Read a literal."""
        literal = self._literals.get(self._place)
        if literal is None:
            raise self.failure("Expected a string")
        self._match(_LITERAL_HEADER, "Expected a literal")
        return literal

    def astring(self) -> bytes:
        """Read an ``astring``: an atom, in which ``]`` may stand, or a string."""
        if self._sees_string:
            return self.string()
        return self._match(_ASTRING, "Expected a string or an atom")

    def nstring(self) -> bytes | None:
        """Read an ``nstring``: a string, or NIL."""
        return None if self.take(b"NIL") else self.string()

    def text(self) -> str:
        """Read an ``astring`` of UTF-8."""
        data = self.astring()
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.failure("Text that is not UTF-8") from error

    def mailbox(self) -> str:
        """Read the name of a mailbox; INBOX, in any case, comes back in upper case."""
        return self._mailbox_name(self.astring())

    def list_mailbox(self) -> str:
        """Read a ``list-mailbox``: a name with wildcards."""
        if self._sees_string:
            return self._mailbox_name(self.string())
        return self._mailbox_name(self._match(_LIST_ATOM, "Expected a mailbox pattern"))

    def parenthesised(self, item: Callable[[], T]) -> tuple[T, ...]:
        """Read a list in parentheses with spaces between, which may be empty, each item with ``item``."""
        self.expect(b"(")
        items: list[T] = []
        while not self.take(b")"):
            if items:
                self.space()
            items.append(item())
        return tuple(items)

    @property
    def _sees_string(self) -> bool:
        return self._place in self._literals or self.sees(b'"')

    def _mailbox_name(self, data: bytes) -> str:
        if len(data) > LONGEST_MAILBOX_NAME:
            raise self.failure("Mailbox name too long")
        try:
            name = data.decode("utf-8") if self._utf8 else utf7.decode(data)
        except UnicodeDecodeError as error:
            raise self.failure("The mailbox name is not in UTF-8") from error
        except InvalidMailboxName as error:
            raise self.failure(error.message) from error
        return "INBOX" if name.upper() == "INBOX" else name

    def _match(self, pattern: re.Pattern[bytes], otherwise: str) -> bytes:
        found = pattern.match(self._text, self._place)
        if found is None:
            raise self.failure(otherwise)
        self._place = found.end()
        return found[0]
