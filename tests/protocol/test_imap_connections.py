"""What the IMAP service does with connections that take too much, too long or too many, and how it ends those that it ends."""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from delegacy.mail import listener
from delegacy.mail.imap import session, stream
from delegacy.mail.listener import ConnectionLimits
from support.imap_server import ListeningImap, listening_imap
from support.mail_world import MailWorld, letter, mail_world

Start = Callable[[ConnectionLimits], ListeningImap]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[MailWorld]:
    with mail_world(tmp_path) as world:
        world.add("ayla", "Ayla Kol")
        yield world


@pytest.fixture
def start(world: MailWorld, tmp_path: Path) -> Iterator[Start]:
    """Start the service of the world."""
    with ExitStack() as stack:
        yield lambda connections: stack.enter_context(listening_imap(world, tmp_path, connections))


def everything_from(peer: ssl.SSLSocket, *, slowly: bool = False) -> bytes:
    octets = b""
    while more := peer.recv(16_384 if slowly else 65536):
        octets += more
        if slowly:
            time.sleep(0.001)
    return octets


def test_what_was_asked_for_before_leaving_arrives_however_slowly_it_is_taken(world: MailWorld, start: Start) -> None:
    for number in range(4):
        world.deliver("ayla", letter(f"letter {number}", "x" * 70 + "\r\n" * 2 + ("y" * 70 + "\r\n") * 40_000))
    with start(ConnectionLimits()).connect_tls(receive_buffer=4096) as peer:
        peer.sendall(b"a LOGIN ayla@contoso.com secret\r\nb SELECT INBOX\r\nc FETCH 1:* BODY.PEEK[]\r\nd LOGOUT\r\n")
        said = everything_from(peer, slowly=True)
    assert said.count(b"Subject: letter") == 4
    assert said.endswith(b"c OK Done.\r\n* BYE Good-bye.\r\nd OK Done.\r\n")


def test_one_peer_has_only_so_many_connections_half_open_ones_too_and_gets_them_back(start: Start) -> None:
    service = start(ConnectionLimits(total=10, per_address=2))
    with service.connect(), service.connect_tls() as second:
        assert second.recv(4) == b"* OK"
        with service.connect() as third:
            assert third.recv(1) == b""
    assert comes_back(service)


def test_there_are_only_so_many_connections_altogether(start: Start) -> None:
    service = start(ConnectionLimits(total=1, per_address=10))
    with service.connect_tls() as first:
        assert first.recv(4) == b"* OK"
        with service.connect() as second:
            assert second.recv(1) == b""
    assert comes_back(service)


def comes_back(service: ListeningImap) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with service.connect_tls() as peer:
                return peer.recv(4) == b"* OK"
        except (ssl.SSLError, OSError):
            time.sleep(0.02)
    return False


def test_a_peer_that_says_nothing_of_tls_is_given_up(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_HANDSHAKE_TIMEOUT", 0.2)
    with start(ConnectionLimits()).connect() as peer:
        assert peer.recv(1) == b""


def test_a_peer_that_speaks_without_tls_hears_nothing_of_us(start: Start) -> None:
    with start(ConnectionLimits()).connect() as peer:
        peer.sendall(b"a LOGIN ayla@contoso.com secret\r\nb SELECT INBOX\r\n")
        said = b""
        with suppress(ConnectionResetError):
            while more := peer.recv(65536):
                said += more
        assert b"IMAP4" not in said


def test_a_peer_that_does_not_sign_in_is_sent_away_whatever_else_it_says(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_LOGIN_SECONDS", 0.5)
    with start(ConnectionLimits()).connect_tls() as peer:
        with suppress(OSError):
            while True:
                peer.sendall(b"a NOOP\r\n")
                time.sleep(0.01)
        assert b"* BYE You have been silent for too long.\r\n" in everything_from(peer)


@pytest.mark.parametrize("before", [b"", b"b IDLE\r\n", b"b APPEND INBOX {1000+}\r\nabc", b"b AUTH"])
def test_a_peer_that_is_silent_afterwards_is_sent_away(
    start: Start, monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    monkeypatch.setattr(session, "_IDLE_SECONDS", 0.3)
    with start(ConnectionLimits()).connect_tls() as peer:
        peer.sendall(b"a LOGIN ayla@contoso.com secret\r\n" + before)
        assert everything_from(peer).endswith(b"* BYE You have been silent for too long.\r\n")


def test_a_peer_that_takes_nothing_is_given_up(world: MailWorld, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_LONGEST_WRITE", 0.2)
    world.deliver("ayla", letter("large", ("y" * 70 + "\r\n") * 200_000))
    service = start(ConnectionLimits(total=1))
    with service.connect_tls(receive_buffer=4096) as peer:
        peer.sendall(b"a LOGIN ayla@contoso.com secret\r\nb SELECT INBOX\r\nc FETCH 1 BODY[]\r\n")
        assert comes_back(service)


def test_a_service_that_stops_says_good_bye(world: MailWorld, tmp_path: Path) -> None:
    with ExitStack() as stack:
        with listening_imap(world, tmp_path) as service:
            idle, silent = stack.enter_context(service.connect_tls()), stack.enter_context(service.connect_tls())
            idle.sendall(b"a LOGIN ayla@contoso.com secret\r\nb IDLE\r\n")
            while b"+ Idling" not in idle.recv(65536):
                pass
            assert silent.recv(4) == b"* OK"
        assert everything_from(idle).endswith(b"* BYE The server is shutting down.\r\n")
        assert everything_from(silent).endswith(b"* BYE The server is shutting down.\r\n")
