"""The smarthost: the one server that mail to other organizations is handed to."""

import contextlib
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol

from delegacy.domain.address import SmtpAddress
from delegacy.domain.mail_queue import OutgoingMail

_TIMEOUT: Final = 120.0
_DONE: Final = 250
_TAKEN: Final = frozenset({_DONE, 251})
_PERMANENT: Final = range(500, 600)


class SmarthostSecurity(Enum):
    """How the connection is protected."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmarthostSettings:
    """Where the smarthost is and how to sign in to it (no sign-in without a name). ``ca`` is a file of authorities besides the system's."""

    host: str
    port: int
    security: SmarthostSecurity = SmarthostSecurity.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    ca: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of sending: recipients that failed for good and those to be tried again, each with the reply; all others were taken."""

    failed: Mapping[SmtpAddress, str]
    deferred: Mapping[SmtpAddress, str]


class NextHop(Protocol):
    """Where outgoing mail goes."""

    def send(self, mail: OutgoingMail) -> Attempt:
        """Hand a message over and return what came of it. Raises nothing: what cannot be done now is deferred."""


class Smarthost:
    """Sends over SMTP, one connection a message. ``server_name`` is what EHLO says."""

    def __init__(self, settings: SmarthostSettings, server_name: str) -> None:
        self._settings = settings
        self._server_name = server_name

    def send(self, mail: OutgoingMail) -> Attempt:
        """See ``NextHop.send``."""
        try:
            connection = self._connected()
        except smtplib.SMTPResponseException as error:
            return Attempt({}, dict.fromkeys(mail.recipients, _reply(error.smtp_code, error.smtp_error)))
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            return Attempt({}, dict.fromkeys(mail.recipients, f"451 4.4.1 {error}"))
        try:
            return _send(connection, mail)
        except (smtplib.SMTPException, OSError) as error:
            return Attempt({}, dict.fromkeys(mail.recipients, f"451 4.4.2 {error}"))
        finally:
            # Whatever happens to the farewell, the message has been taken or not.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                connection.quit()
            connection.close()

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.security is SmarthostSecurity.IMPLICIT:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host,
                settings.port,
                local_hostname=self._server_name,
                timeout=_TIMEOUT,
                context=_trusting(settings.ca),
            )
        else:
            connection = smtplib.SMTP(settings.host, settings.port, local_hostname=self._server_name, timeout=_TIMEOUT)
        try:
            if settings.security is SmarthostSecurity.STARTTLS:
                connection.starttls(context=_trusting(settings.ca))
            connection.ehlo_or_helo_if_needed()
            if settings.username:
                connection.login(settings.username, settings.password)
        except BaseException:
            connection.close()
            raise
        return connection


def _send(connection: smtplib.SMTP, mail: OutgoingMail) -> Attempt:
    """Run one transaction and sort the recipients by the replies (RFC 5321 section 4.2.1)."""
    addresses = (*mail.recipients, *([mail.envelope_sender] if mail.envelope_sender else []))
    international = mail.smtputf8 or not all(address.is_ascii for address in addresses)
    if international and not connection.has_extn("smtputf8"):
        return Attempt(dict.fromkeys(mail.recipients, "550 5.6.7 The smarthost doesn't offer SMTPUTF8"), {})
    parameters = ""
    if connection.has_extn("8bitmime") and not mail.content.isascii():
        parameters += " BODY=8BITMIME"
    if international:
        parameters += " SMTPUTF8"
        connection.command_encoding = "utf-8"

    def path(address: SmtpAddress | None) -> str:
        return f"<{'' if address is None else str(address) if international else address.to_ascii()}>"

    code, text = connection.docmd("MAIL", f"FROM:{path(mail.envelope_sender)}{parameters}")
    if code != _DONE:
        return _sorted(dict.fromkeys(mail.recipients, (code, text)))
    answers: dict[SmtpAddress, tuple[int, bytes]] = {}
    for recipient in mail.recipients:
        answers[recipient] = connection.docmd("RCPT", f"TO:{path(recipient)}")
    taken = [recipient for recipient, (code, _) in answers.items() if code in _TAKEN]
    if taken:
        try:
            answer = connection.data(mail.content)
        except smtplib.SMTPDataError as error:
            answer = error.smtp_code, _octets(error.smtp_error)
        answers |= dict.fromkeys(taken, answer)
    return _sorted(answers)


def _sorted(answers: Mapping[SmtpAddress, tuple[int, bytes]]) -> Attempt:
    refused = {address: answer for address, answer in answers.items() if answer[0] not in _TAKEN}
    return Attempt(
        {address: _reply(*answer) for address, answer in refused.items() if answer[0] in _PERMANENT},
        {address: _reply(*answer) for address, answer in refused.items() if answer[0] not in _PERMANENT},
    )


def _trusting(ca: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca is not None:
        context.load_verify_locations(ca)
    return context


def _reply(code: int, text: bytes | str) -> str:
    return f"{code} {' '.join(_octets(text).decode('utf-8', 'replace').split())}"


def _octets(text: bytes | str) -> bytes:
    """Return a reply's text, which smtplib gives in either type."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "replace")
