"""Peers that we did not write: the standard library's smtplib, and swaks."""

import smtplib
import ssl
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from support.peers import require_perl_module, require_program
from support.smtp_world import SmtpServices, SmtpWorld, serving

pytestmark = pytest.mark.interop


@pytest.fixture
def services(tmp_path: Path) -> Iterator[SmtpServices]:
    world = SmtpWorld(tmp_path)
    with serving(world, tmp_path) as services:
        yield services
    world.close()


def smtplib_client(services: SmtpServices) -> smtplib.SMTP_SSL:
    context = ssl.create_default_context(cafile=services.certificates.ca)
    return smtplib.SMTP_SSL("localhost", services.submission.port, timeout=20, context=context)


def message(author: str, **fields: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = author
    letter["To"] = "carol@contoso.com"
    letter["Subject"] = "Grüße"
    for name, value in fields.items():
        letter[name.replace("_", "-")] = value
    letter.set_content("Schöne Grüße\n")
    return letter


@pytest.mark.parametrize("mechanism", ["auth_plain", "auth_login"])
def test_smtplib_signs_in(services: SmtpServices, mechanism: str) -> None:
    with smtplib_client(services) as client:
        client.ehlo()
        client.user, client.password = "CONTOSO\\raymonds", "secret"
        name = mechanism.removeprefix("auth_").upper()
        assert client.auth(name, getattr(client, mechanism), initial_response_ok=True)[0] == 235


def test_smtplib_sends_as_and_on_behalf(services: SmtpServices) -> None:
    with smtplib_client(services) as client:
        client.login("raymonds@contoso.com", "secret")
        client.send_message(message("Terry Adams <terrya@contoso.com>"), from_addr="raymonds@contoso.com")
        client.send_message(message("ayla@contoso.com"), from_addr="ayla@contoso.com")
        client.send_message(
            message("ayla@contoso.com", Sender="raymonds@contoso.com")
        )  # smtplib takes the envelope from Sender
    sent_as, on_behalf, with_sender = services.world.messages("carol")
    assert b"raymond" not in sent_as.lower()
    for copy in (on_behalf, with_sender):
        assert b"Sender: Raymond Sam <raymonds@contoso.com>\r\n" in copy


def test_smtplib_is_refused(services: SmtpServices) -> None:
    with smtplib_client(services) as client:
        with pytest.raises(smtplib.SMTPSenderRefused) as anonymous:
            client.sendmail("raymonds@contoso.com", ["carol@contoso.com"], "From: raymonds@contoso.com\r\n\r\n")
        assert anonymous.value.smtp_code == 530
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("raymonds@contoso.com", "wrong")
    with smtplib_client(services) as client:
        client.login("carol@contoso.com", "secret")
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.send_message(message("terrya@contoso.com"), from_addr="carol@contoso.com")
        assert refused.value.smtp_error == b"5.7.60 SMTP; Client does not have permissions to send as this sender"


def swaks(services: SmtpServices, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = require_program("swaks")
    require_perl_module("Net::SSLeay")
    submission = (
        *("--server", "localhost", "--port", str(services.submission.port), "--tls-on-connect", "--tls-verify"),
        *("--tls-ca-path", str(services.certificates.ca), "--auth-password", "secret"),
    )
    return subprocess.run([program, *submission, *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_swaks_sends_as(services: SmtpServices, mechanism: str) -> None:
    done = swaks(
        services,
        *("--auth", mechanism, "--auth-user", "raymonds@contoso.com", "--from", "raymonds@contoso.com"),
        *("--to", "carol@contoso.com,ayla@contoso.com", "--header", "From: Terry Adams <terrya@contoso.com>"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (copy,) = services.world.messages("carol")
    assert b"From: Terry Adams <terrya@contoso.com>\r\n" in copy
    assert b"raymond" not in copy.lower()
    assert len(services.world.messages("ayla")) == 1


def test_swaks_is_refused(services: SmtpServices) -> None:
    done = swaks(
        services,
        *("--auth", "PLAIN", "--auth-user", "carol@contoso.com", "--from", "carol@contoso.com"),
        *("--to", "ayla@contoso.com", "--header", "From: Terry Adams <terrya@contoso.com>"),
    )
    assert done.returncode == 26  # swaks: error in DATA
    assert "550 5.7.60 SMTP; Client does not have permissions to send as this sender" in done.stdout
    assert services.world.messages("ayla") == []


def test_swaks_pipelines_incoming_mail(services: SmtpServices) -> None:
    done = subprocess.run(
        [
            require_program("swaks"),
            *("--server", services.incoming.host, "--port", str(services.incoming.port), "--pipeline"),
            *(
                "--from",
                "bill@fabrikam.com",
                "--to",
                "ayla@contoso.com,carol@contoso.com",
                "--h-From",
                "bill@fabrikam.com",
            ),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(services.world.messages("ayla")) == len(services.world.messages("carol")) == 1
