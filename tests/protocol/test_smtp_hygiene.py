"""What an SMTP service does with peers that take too much, too long or too many."""

import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from delegacy.domain.errors import StoreUnavailable
from delegacy.domain.ports import Place
from delegacy.mail.listener import ConnectionLimits
from delegacy.mail.smtp import SmtpLimits
from support.smtp_world import SmtpOptions, SmtpServices, SmtpWorld, serving

MESSAGE = "From: raymonds@contoso.com\r\nSubject: x\r\n\r\nbody\r\n"
Start = Callable[[SmtpOptions], SmtpServices]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the services of a world, as often as asked, with options."""
    world = SmtpWorld(tmp_path)
    running = []

    def begin(options: SmtpOptions) -> SmtpServices:
        context = serving(world, tmp_path, options)
        services = context.__enter__()
        running.append(context)
        return services

    yield begin
    for context in running:
        context.__exit__(None, None, None)
    world.close()


def trusting(services: SmtpServices) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=services.certificates.ca)


def signed_in(services: SmtpServices) -> smtplib.SMTP_SSL:
    client = smtplib.SMTP_SSL("localhost", services.submission.port, timeout=20, context=trusting(services))
    client.login("raymonds@contoso.com", "secret")
    return client


def incoming(services: SmtpServices) -> socket.socket:
    return socket.create_connection((services.incoming.host, services.incoming.port), timeout=20)


def everything_from(peer: socket.socket) -> bytes:
    octets = b""
    while more := peer.recv(65536):
        octets += more
    return octets


def test_a_message_that_is_too_large_is_refused_whether_announced_or_not(start: Start) -> None:
    services = start(SmtpOptions(limits=SmtpLimits(message_size=1000)))
    with signed_in(services) as client:
        with pytest.raises(smtplib.SMTPSenderRefused) as announced:
            client.sendmail("raymonds@contoso.com", ["ayla@contoso.com"], MESSAGE + "x" * 2000)
        assert announced.value.smtp_code == 552
        client.mail("raymonds@contoso.com")
        client.rcpt("ayla@contoso.com")
        assert client.data(MESSAGE + ("x" * 70 + "\r\n") * 100) == (552, b"5.3.4 The message is larger than the limit")
        client.sendmail("raymonds@contoso.com", ["ayla@contoso.com"], MESSAGE)
    assert len(services.world.messages("ayla")) == 1


def test_lines_that_are_too_long_are_refused(start: Start) -> None:
    services = start(SmtpOptions())
    with signed_in(services) as client:
        client.mail("raymonds@contoso.com")
        client.rcpt("ayla@contoso.com")
        assert client.data(MESSAGE + "x" * 5000)[0] == 500
        assert client.docmd("NOOP " + "x" * 5000)[0] == 500
        assert client.docmd("NOOP " + "x" * 600)[0] == 500
        assert client.docmd("NOOP")[0] == 250
    assert services.world.messages("ayla") == []


def test_there_are_only_so_many_recipients(start: Start) -> None:
    services = start(SmtpOptions(limits=SmtpLimits(recipients=2)))
    with signed_in(services) as client:
        refused = client.sendmail(
            "raymonds@contoso.com", ["ayla@contoso.com", "carol@contoso.com", "terrya@contoso.com"], MESSAGE
        )
    assert refused == {"terrya@contoso.com": (452, b"4.5.3 Too many recipients")}


def test_an_idle_peer_is_sent_away(start: Start) -> None:
    services = start(SmtpOptions(limits=SmtpLimits(idle=0.3)))
    with incoming(services) as peer:
        assert everything_from(peer).endswith(b"421 4.4.2 The connection has been idle for too long\r\n")


def test_a_peer_that_sends_its_message_too_slowly_is_sent_away(start: Start) -> None:
    services = start(SmtpOptions(limits=SmtpLimits(data=0.3)))
    with incoming(services) as peer:
        peer.sendall(
            b"EHLO x.example\r\nMAIL FROM:<bill@fabrikam.com>\r\nRCPT TO:<ayla@contoso.com>\r\nDATA\r\nFrom: bill@fabrikam.com\r\n"
        )
        assert b"421 4.4.2" in everything_from(peer)
    assert services.world.messages("ayla") == []


def test_one_peer_has_only_so_many_connections_and_gets_them_back(start: Start) -> None:
    services = start(SmtpOptions(connections=ConnectionLimits(total=10, per_address=2)))
    first, second = incoming(services), incoming(services)
    with first, second:
        assert first.recv(4) == second.recv(4) == b"220 "
        with incoming(services) as third:
            assert everything_from(third) == b"421 4.3.2 Too many connections\r\n"
    assert comes_back(services)


def test_half_open_tls_connections_count(start: Start) -> None:
    services = start(SmtpOptions(connections=ConnectionLimits(total=2, per_address=10)))
    address = (services.submission.host, services.submission.port)
    with socket.create_connection(address), socket.create_connection(address):
        with pytest.raises((OSError, smtplib.SMTPException)):
            signed_in(services)
        with incoming(services) as peer:
            assert peer.recv(4) == b"220 "


def comes_back(services: SmtpServices) -> bool:
    """Tell whether a place becomes free within a while."""
    for _ in range(100):
        with incoming(services) as peer:
            if peer.recv(3) == b"220":
                return True
        time.sleep(0.05)
    return False


def test_submission_speaks_nothing_but_tls(start: Start) -> None:
    services = start(SmtpOptions())
    with socket.create_connection((services.submission.host, services.submission.port), timeout=20) as peer:
        peer.sendall(b"EHLO client.example\r\n")
        try:
            heard = everything_from(peer)
        except ConnectionResetError:
            heard = b""
    assert b"220" not in heard


def test_a_peer_that_vanishes_in_the_middle_leaves_nothing(start: Start) -> None:
    services = start(SmtpOptions())
    with incoming(services) as peer:
        peer.sendall(
            b"EHLO x.example\r\nMAIL FROM:<bill@fabrikam.com>\r\nRCPT TO:<ayla@contoso.com>\r\nDATA\r\nFrom: bill@fabrikam.com\r\n\r\nhalf"
        )
        time.sleep(0.1)
    with incoming(services) as peer:
        assert peer.recv(4) == b"220 "
    assert services.world.messages("ayla") == []


def test_too_many_unknown_commands_end_the_connection(start: Start) -> None:
    services = start(SmtpOptions())
    with incoming(services) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\nC: d\r\nE: f\r\nG: h\r\n\r\n")
        assert b"Too many unrecognized commands" in everything_from(peer)


def test_commands_with_binary_rubbish_are_answered(start: Start) -> None:
    services = start(SmtpOptions())
    with incoming(services) as peer:
        peer.sendall(b"EHLO \xff\xfe\r\nMAIL FROM:<\xff@x>\r\n\xff\xfe\r\nMAIL FROM:<a\0b@c.d>\r\nNO\x1bOP\r\nQUIT\r\n")
        replies = everything_from(peer).split(b"\r\n")
    assert [reply[:3] for reply in replies[7:-1]] == [b"553", b"500", b"553", b"500", b"221"]
    assert all(reply.isascii() and b"\x1b" not in reply for reply in replies)


def test_peers_are_told_when_the_service_stops(tmp_path: Path) -> None:
    world = SmtpWorld(tmp_path)
    with serving(world, tmp_path) as services:
        peer = incoming(services)
        assert peer.recv(4) == b"220 "
    with peer:
        assert everything_from(peer).endswith(b"421 4.3.2 The service is shutting down\r\n")
    world.close()


def test_a_full_disk_refuses_the_message_and_loses_none(tmp_path: Path) -> None:
    world = SmtpWorld(tmp_path, mail_pages=150)
    accepted = 0
    with serving(world, tmp_path) as services, signed_in(services) as client:
        for number in range(100):
            try:
                client.sendmail(
                    "raymonds@contoso.com", ["ayla@contoso.com"], f"{MESSAGE}{number}\r\n" + ("x" * 70 + "\r\n") * 300
                )
            except smtplib.SMTPDataError as error:
                assert (error.smtp_code, error.smtp_error) == (452, b"4.3.1 Insufficient system storage")  # noqa: PT017 - the loop goes on
                break
            accepted += 1
        assert client.docmd("NOOP")[0] == 250
    assert 0 < accepted < 100
    assert len(world.messages("ayla")) == accepted
    world.close()


def test_an_unavailable_store_asks_to_try_again(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    services = start(SmtpOptions())

    def fail(*_: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(services.world.facts, "sending", fail)
    with signed_in(services) as client:
        assert client.mail("raymonds@contoso.com")[0] == 451
        assert client.mail("")[0] == 250
        client.rcpt("ayla@contoso.com")
        assert client.data(MESSAGE)[0] == 451
    assert services.world.messages("ayla") == []


def test_a_fault_of_ours_is_not_the_peers_and_tells_nothing(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    services = start(SmtpOptions())
    deliver = services.world.delivery.deliver

    async def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    with signed_in(services) as client:
        monkeypatch.setattr(services.world.delivery, "deliver", fail)
        with pytest.raises(smtplib.SMTPDataError) as caught:
            client.sendmail("raymonds@contoso.com", ["ayla@contoso.com"], MESSAGE)
        assert caught.value.smtp_code == 451
        assert b"secret" not in caught.value.smtp_error
        monkeypatch.setattr(services.world.delivery, "deliver", deliver)
        client.sendmail("raymonds@contoso.com", ["ayla@contoso.com"], MESSAGE)
    assert len(services.world.messages("ayla")) == 1


def test_a_message_that_goes_round_is_stopped(start: Start) -> None:
    services = start(SmtpOptions())
    hops = "Received: by x.example; Mon, 2 Mar 2026 09:00:00 +0000\r\n"
    with signed_in(services) as client:
        with pytest.raises(smtplib.SMTPDataError) as caught:
            client.sendmail("raymonds@contoso.com", ["ayla@contoso.com"], hops * 101 + MESSAGE)
        assert "5.4.6" in str(caught.value.smtp_error)
        client.sendmail("raymonds@contoso.com", ["ayla@contoso.com"], hops * 100 + MESSAGE)
    assert len(services.world.messages("ayla")) == 1


def test_a_sign_in_that_is_too_long_ends_the_connection(start: Start) -> None:
    services = start(SmtpOptions())
    with smtplib.SMTP_SSL("localhost", services.submission.port, timeout=20, context=trusting(services)) as client:
        client.ehlo()
        assert client.docmd("AUTH PLAIN")[0] == 334
        client.send(b"A" * 5000 + b"\r\n")
        assert client.getreply() == (500, b"5.5.6 The response is too long")


def test_a_right_that_is_lost_is_lost_at_the_next_message(start: Start) -> None:
    services = start(SmtpOptions())
    world = services.world
    message = MESSAGE.replace("raymonds@", "ayla@")
    with signed_in(services) as client:
        client.sendmail("raymonds@contoso.com", ["carol@contoso.com"], message)
        client.mail("raymonds@contoso.com")
        client.rcpt("carol@contoso.com")
        ayla = world.people["ayla"].id
        world.change(
            lambda directory: directory.set_grant_send_on_behalf_to(ayla, [], Place("test", world.clock.now()))
        )
        assert client.data(message)[0] == 550
    assert len(world.messages("carol")) == 1


def test_trusted_networks_may_use_our_addresses_but_not_relay(start: Start) -> None:
    services = start(SmtpOptions(trusted=("127.0.0.0/8",)))
    with smtplib.SMTP(services.incoming.host, services.incoming.port) as client:
        client.sendmail("printer@contoso.com", ["ayla@contoso.com"], "From: printer@contoso.com\r\n\r\nscan\r\n")
        client.mail("printer@contoso.com")
        assert client.rcpt("bill@fabrikam.com")[0] == 550
        assert client.rcpt("staff@contoso.com")[0] == 550
    assert len(services.world.messages("ayla")) == 1


def test_sites_with_mailing_lists_may_let_our_addresses_into_the_header_only(start: Start) -> None:
    services = start(SmtpOptions(allow_local_header_from=True))
    with smtplib.SMTP(services.incoming.host, services.incoming.port) as client:
        client.sendmail("list@fabrikam.com", ["ayla@contoso.com"], "From: terrya@contoso.com\r\n\r\nlist\r\n")
        assert client.mail("terrya@contoso.com")[0] == 550
    assert len(services.world.messages("ayla")) == 1


def test_international_mail_is_taken_with_smtputf8_only(start: Start) -> None:
    services = start(SmtpOptions())
    message = "From: Cécile <cécile@fabrikam.com>\r\nSubject: été\r\n\r\nça va\r\n".encode()
    with smtplib.SMTP(services.incoming.host, services.incoming.port) as client:
        client.ehlo()
        client.sendmail("cécile@fabrikam.com", ["ayla@contoso.com"], message, ["SMTPUTF8", "BODY=8BITMIME"])
        with pytest.raises(smtplib.SMTPDataError):
            client.sendmail("bill@fabrikam.com", ["ayla@contoso.com"], message)
    assert "UTF8SMTP id" in services.world.messages("ayla")[0].decode()
