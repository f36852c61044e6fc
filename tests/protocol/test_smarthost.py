import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from delegacy.domain.address import SmtpAddress
from delegacy.domain.mail_queue import OutgoingMail
from delegacy.mail.smarthost import Attempt, Smarthost, SmarthostSecurity, SmarthostSettings
from delegacy.mail.tls import ServerCertificates
from support.smtp_world import MachineClock, SmtpWorld, serving

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BILL, EVE = SmtpAddress.parse("bill@fabrikam.com"), SmtpAddress.parse("eve@fabrikam.com")
MAIL = OutgoingMail(
    envelope_sender=SmtpAddress.parse("ayla@contoso.com"),
    recipients=(BILL, EVE),
    content=b"From: ayla@contoso.com\r\n\r\n.dot\r\nbody\r\n",
    smtputf8=False,
    accepted_at=NOW,
    next_attempt_at=NOW,
)
TAKEN = Attempt({}, {})


@dataclass
class Script:
    """What a server says to commands, by their beginning; the longest beginning wins. Empty: it hangs up."""

    replies: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    content: bytes = b""

    def reply_to(self, line: str) -> str:
        verb, space, rest = line.partition(" ")
        self.heard.append(verb.upper() + space + rest)
        usual = {
            "": "250 OK",
            "EHLO": "250-there\r\n250-8BITMIME\r\n250-AUTH PLAIN\r\n250-STARTTLS\r\n250 SMTPUTF8",
            "DATA": "354 go on",
            "QUIT": "221 bye",
            "AUTH": "235 welcome",
            "STARTTLS": "220 go on",
        }
        fitting = [start for start in usual | self.replies if line.upper().startswith(start.upper())]
        return (usual | self.replies)[max(fitting, key=len)]


def serve(listener: socket.socket, script: Script, tls: ssl.SSLContext | None, *, implicit: bool) -> None:
    """Serve one connection by the script."""
    peer, _ = listener.accept()
    with suppress(OSError):
        if tls is not None and implicit:
            peer = tls.wrap_socket(peer, server_side=True)
        greeting = script.replies.get("greeting", "220 there")
        peer.sendall(greeting.encode() + b"\r\n")
        while line := read_line(peer):
            reply = script.reply_to(line)
            if not reply:
                break
            peer.sendall(reply.encode() + b"\r\n")
            if line == "STARTTLS" and tls is not None and reply.startswith("220"):
                peer = tls.wrap_socket(peer, server_side=True)
            if reply.startswith("354"):
                while not script.content.endswith(b"\r\n.\r\n"):
                    script.content += peer.recv(65536)
                peer.sendall(script.reply_to("(CONTENT)").encode() + b"\r\n")
    peer.close()


def read_line(peer: socket.socket) -> str:
    line = b""
    while not line.endswith(b"\r\n"):
        octet = peer.recv(1)
        if not octet:
            return ""
        line += octet
    return line.decode().removesuffix("\r\n")


@contextmanager
def smarthost(
    script: Script,
    *,
    security: SmarthostSecurity = SmarthostSecurity.NONE,
    folder: Path | None = None,
    username: str = "",
) -> Iterator[Smarthost]:
    """Return a ``Smarthost`` that talks to a scripted server."""
    certificates = ServerCertificates(folder, [], MachineClock()) if folder is not None else None
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(
            target=serve,
            args=(listener, script, certificates.context if certificates else None),
            kwargs={"implicit": security is SmarthostSecurity.IMPLICIT},
        )
        thread.start()
        settings = SmarthostSettings(
            host="localhost",
            port=listener.getsockname()[1],
            security=security,
            username=username,
            password="secret",
            ca=str(certificates.ca) if certificates else None,
        )
        yield Smarthost(settings, "mail.contoso.com")
        thread.join(20)
        assert not thread.is_alive()


def send(script: Script, mail: OutgoingMail = MAIL) -> Attempt:
    with smarthost(script) as hop:
        return hop.send(mail)


def test_a_message_is_handed_over_as_it_is() -> None:
    script = Script()
    assert send(script) == TAKEN
    assert script.heard == [
        "EHLO mail.contoso.com",
        "MAIL FROM:<ayla@contoso.com>",
        "RCPT TO:<bill@fabrikam.com>",
        "RCPT TO:<eve@fabrikam.com>",
        "DATA",
        "(CONTENT)",
        "QUIT",
    ]
    assert script.content == b"From: ayla@contoso.com\r\n\r\n..dot\r\nbody\r\n.\r\n"


def test_the_null_reverse_path_and_eight_bit_content() -> None:
    script = Script()
    assert send(script, replace(MAIL, envelope_sender=None, content=b"From: a@b.c\r\n\r\n\xff\r\n")) == TAKEN
    assert "MAIL FROM:<> BODY=8BITMIME" in script.heard


@pytest.mark.parametrize(
    ("replies", "attempt"),
    [
        ({"RCPT TO:<eve": "550 5.1.1 No such user"}, Attempt({EVE: "550 5.1.1 No such user"}, {})),
        ({"RCPT TO:<eve": "451 4.7.1 Later"}, Attempt({}, {EVE: "451 4.7.1 Later"})),
        (
            {"RCPT": "550-5.1.1 No\r\n550 5.1.1 such user"},
            Attempt(dict.fromkeys([BILL, EVE], "550 5.1.1 No 5.1.1 such user"), {}),
        ),
        ({"MAIL": "550 5.7.1 Not you"}, Attempt(dict.fromkeys([BILL, EVE], "550 5.7.1 Not you"), {})),
        ({"MAIL": "421 4.3.2 Later"}, Attempt({}, dict.fromkeys([BILL, EVE], "421 4.3.2 Later"))),
        ({"DATA": "554 5.5.1 No"}, Attempt(dict.fromkeys([BILL, EVE], "554 5.5.1 No"), {})),
        ({"(CONTENT)": "552 5.3.4 Too large"}, Attempt(dict.fromkeys([BILL, EVE], "552 5.3.4 Too large"), {})),
        ({"(CONTENT)": "452 4.3.1 Full"}, Attempt({}, dict.fromkeys([BILL, EVE], "452 4.3.1 Full"))),
        ({"greeting": "554 5.3.2 Not now"}, Attempt({}, dict.fromkeys([BILL, EVE], "554 5.3.2 Not now"))),
        (
            {"RCPT TO:<eve": "550 5.1.1 No", "(CONTENT)": "450 4.2.0 Later"},
            Attempt({EVE: "550 5.1.1 No"}, {BILL: "450 4.2.0 Later"}),
        ),
        ({"QUIT": ""}, TAKEN),
        ({"QUIT": "500 5.0.0 What?"}, TAKEN),
    ],
)
def test_recipients_are_sorted_by_the_replies(replies: dict[str, str], attempt: Attempt) -> None:
    assert send(Script(replies)) == attempt


@pytest.mark.parametrize(
    "replies", [{"EHLO": "", "HELO": ""}, {"MAIL": ""}, {"RCPT": ""}, {"DATA": ""}, {"(CONTENT)": ""}]
)
def test_a_connection_that_breaks_is_tried_again(replies: dict[str, str]) -> None:
    attempt = send(Script(replies))
    assert attempt.failed == {}
    assert attempt.deferred.keys() == {BILL, EVE}


def test_nobody_there_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    settings = SmarthostSettings(host="127.0.0.1", port=port, security=SmarthostSecurity.NONE)
    attempt = Smarthost(settings, "mail.contoso.com").send(MAIL)
    assert attempt.failed == {}
    assert attempt.deferred.keys() == {BILL, EVE}
    unusable = replace(settings, host="x" * 300)
    assert Smarthost(unusable, "mail.contoso.com").send(MAIL).deferred.keys() == {BILL, EVE}


def test_international_mail_needs_a_smarthost_that_takes_it() -> None:
    mail = replace(MAIL, recipients=(SmtpAddress.parse("ève@bücher.example"),))
    script = Script()
    assert send(script, mail) == TAKEN
    assert script.heard[1:3] == ["MAIL FROM:<ayla@contoso.com> SMTPUTF8", "RCPT TO:<ève@bücher.example>"]
    attempt = send(Script({"EHLO": "250 there"}), mail)
    assert list(attempt.failed.values()) == ["550 5.6.7 The smarthost doesn't offer SMTPUTF8"]
    domain_only = replace(MAIL, recipients=(SmtpAddress.parse("eve@bücher.example"),))
    script = Script({"EHLO": "250 there"})
    assert send(script, domain_only) == TAKEN
    assert "RCPT TO:<eve@xn--bcher-kva.example>" in script.heard


@pytest.mark.parametrize("security", [SmarthostSecurity.STARTTLS, SmarthostSecurity.IMPLICIT])
def test_tls_and_sign_in(tmp_path: Path, security: SmarthostSecurity) -> None:
    script = Script()
    with smarthost(script, security=security, folder=tmp_path, username="us") as hop:
        assert hop.send(MAIL) == TAKEN
    assert any(line.startswith("AUTH PLAIN") for line in script.heard)
    before_tls = script.heard[: script.heard.index("STARTTLS")] if "STARTTLS" in script.heard else []
    assert not any(line.startswith(("AUTH", "MAIL")) for line in before_tls)


def test_nothing_is_sent_without_the_tls_that_was_asked_for(tmp_path: Path) -> None:
    script = Script({"EHLO": "250 there"})
    with smarthost(script, security=SmarthostSecurity.STARTTLS, folder=tmp_path, username="us") as hop:
        assert hop.send(MAIL).deferred.keys() == {BILL, EVE}
    assert not any(line.startswith(("AUTH", "MAIL")) for line in script.heard)


def test_a_certificate_that_is_not_trusted_ends_it(tmp_path: Path) -> None:
    script = Script()
    with smarthost(script, security=SmarthostSecurity.IMPLICIT, folder=tmp_path) as trusting:
        stranger = Smarthost(replace(trusting._settings, ca=None), "mail.contoso.com")
        assert "certificate" in str(stranger.send(MAIL).deferred[BILL]).lower()
    assert script.heard == []


def test_a_refused_sign_in_is_not_the_messages_fault(tmp_path: Path) -> None:
    script = Script({"AUTH": "535 5.7.8 Wrong password"})
    with smarthost(script, security=SmarthostSecurity.IMPLICIT, folder=tmp_path, username="us") as hop:
        attempt = hop.send(MAIL)
    assert attempt == Attempt({}, dict.fromkeys([BILL, EVE], "535 5.7.8 Wrong password"))


def test_our_own_incoming_service_can_be_a_smarthost(tmp_path: Path) -> None:
    world = SmtpWorld(tmp_path)
    with serving(world, tmp_path) as services:
        settings = SmarthostSettings(host="127.0.0.1", port=services.incoming.port, security=SmarthostSecurity.NONE)
        mail = replace(
            MAIL,
            envelope_sender=BILL,
            recipients=(SmtpAddress.parse("ayla@contoso.com"), EVE),
            content=b"From: bill@fabrikam.com\r\n\r\nbody\r\n",
        )
        attempt = Smarthost(settings, "mx.fabrikam.com").send(mail)
    assert list(attempt.failed) == [EVE]
    assert len(world.messages("ayla")) == 1
    world.close()
