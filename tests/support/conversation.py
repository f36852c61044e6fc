"""Golden conversations: text files with what a client says and what it must hear.

``C:`` lines are sent with CRLF; ``c:`` lines are sent as they stand after escapes (``\\r``, ``\\n``, ``\\0``, ``\\xff``), without any line end.
``S:`` lines must come back, in which ``...`` stands for anything. ``==`` lines connect (``== submission``, ``== incoming``), say what a mailbox
must hold (``== ayla has 1 message``, ``== terrya has 1 message in Sent Items``) or wait for the server to hang up (``== closed``); ``M:`` lines after one of
the former must be in the last message there, in this order, and ``!M:`` texts must not be in it at all. ``#`` begins a comment. ``{PLAIN name}`` is a SASL PLAIN
message of ``name@contoso.com`` with the password ``secret``, ``{b64 text}`` is base64.
"""

import re
import socket
import ssl
from base64 import b64encode
from pathlib import Path
from typing import Final

from delegacy.domain.folder import SpecialFolder
from support.smtp_world import SmtpServices

_PLAIN: Final = re.compile(r"\{PLAIN ([^}]*)\}")
_BASE64: Final = re.compile(r"\{b64 ([^}]*)\}")
_HAS: Final = re.compile(r"(\w+) has (\d+) messages?(?: in (.*))?")


class Conversation:
    """Plays the lines of a file against services."""

    def __init__(self, services: SmtpServices) -> None:
        self._services = services
        self._socket: socket.socket | None = None
        self._buffer = b""
        self._whole: list[str] = []
        self._message: list[str] = []

    def play(self, file: Path) -> None:
        """Play a file; an assertion names the line that went wrong."""
        try:
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                try:
                    self._play(line)
                except (AssertionError, OSError) as error:
                    raise AssertionError(f"{file.name}:{number}: {line}\n{error}") from None
        finally:
            self._disconnect()

    def _play(self, line: str) -> None:
        kind, _, rest = line.partition(" ")
        match kind:
            case "" | "#":
                return
            case "C:":
                self._send(expanded(rest).encode() + b"\r\n")
            case "c:":
                self._send(escaped(rest))
            case "S:":
                heard = self._hear()
                assert fits(rest, heard), f"the server said: {heard}"
            case "==":
                self._direct(rest)
            case "M:":
                while self._message:
                    if fits(rest, self._message.pop(0)):
                        return
                raise AssertionError("the message has no such line after the one before")
            case "!M:":
                assert not [one for one in self._whole if rest.lower() in one.lower()]
            case _:
                raise AssertionError("not a line of a conversation")

    def _direct(self, words: str) -> None:
        if words == "closed":
            assert self._receive() == b"", "the server has not hung up"
        elif words in {"submission", "incoming"}:
            self._connect(words)
        elif match := _HAS.fullmatch(words):
            folder = SpecialFolder(match[3]) if match[3] else SpecialFolder.INBOX
            messages = self._services.world.messages(match[1], folder)
            assert len(messages) == int(match[2]), f"there are {len(messages)}"
            self._whole = messages[-1].decode("utf-8", "replace").split("\r\n") if messages else []
            self._message = list(self._whole)
        else:
            raise AssertionError("no such direction")

    def _connect(self, service: str) -> None:
        self._disconnect()
        services = self._services
        endpoint = services.submission if service == "submission" else services.incoming
        peer = socket.create_connection((endpoint.host, endpoint.port), timeout=20)
        if service == "submission":
            context = ssl.create_default_context(cafile=services.certificates.ca)
            peer = context.wrap_socket(peer, server_hostname="localhost")
        self._socket, self._buffer = peer, b""

    def _disconnect(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, octets: bytes) -> None:
        assert self._socket is not None
        self._socket.sendall(octets)

    def _hear(self) -> str:
        while b"\r\n" not in self._buffer:
            octets = self._receive()
            assert octets, "the server has hung up"
            self._buffer += octets
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line.decode("utf-8", "replace")

    def _receive(self) -> bytes:
        assert self._socket is not None
        return self._socket.recv(65536)


def expanded(text: str) -> str:
    """Return what a client's line stands for."""
    text = _PLAIN.sub(lambda found: _base64(f"\0{found[1]}@contoso.com\0secret"), text)
    return _BASE64.sub(lambda found: _base64(found[1].replace("\\0", "\0")), text)


def escaped(text: str) -> bytes:
    """Return the octets that a line with escapes writes."""
    return text.encode().decode("unicode_escape").encode("latin-1")


def fits(pattern: str, text: str) -> bool:
    """Tell whether a line is what an expectation says."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("..."))), text) is not None


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")
