"""SMTP command arguments: the paths and parameters of MAIL and RCPT, read strictly (RFC 5321 section 4.1.1, RFC 6531 section 3.4)."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from delegacy.domain.address import InvalidAddress, SmtpAddress

# One space after the colon is what many clients send; nothing else may stand there.
_MAIL: Final = re.compile(r"FROM: ?<([^<>]*)>((?: [!-~]+)*) *", re.IGNORECASE)
_RCPT: Final = re.compile(r"TO: ?<([^<>]*)>((?: [!-~]+)*) *", re.IGNORECASE)
_SIZE: Final = re.compile(r"[0-9]{1,20}", re.ASCII)


class CommandFault(Enum):
    """What is wrong with a command's argument."""

    SYNTAX = "it is not written as it must be"
    ADDRESS = "the address is none that we take"
    NEEDS_SMTPUTF8 = "the address needs SMTPUTF8"
    PARAMETER = "a parameter is unknown, repeated or wrong"


class InvalidCommand(ValueError):
    """An argument of MAIL or RCPT that is refused."""

    def __init__(self, fault: CommandFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class MailCommand:
    """``MAIL FROM``: the reverse-path (None for the null one), the announced size if any, and whether the transaction is one of SMTPUTF8."""

    sender: SmtpAddress | None
    size: int | None = None
    smtputf8: bool = False


def read_mail_command(argument: str) -> MailCommand:
    """Return what an argument of MAIL says; raise ``InvalidCommand``. BODY may be 7BIT or 8BITMIME, which makes no difference to us."""
    path, parameters = _split(_MAIL, argument)
    body = parameters.pop("BODY", "7BIT")
    smtputf8 = parameters.pop("SMTPUTF8", None)
    size = parameters.pop("SIZE", None)
    identity = parameters.pop("AUTH", "<>")  # RFC 4954 section 5: whom the client says it speaks for; never believed
    if parameters or smtputf8 not in {None, ""} or not identity or body.upper() not in {"7BIT", "8BITMIME"}:
        raise InvalidCommand(CommandFault.PARAMETER)
    if size is not None and not _SIZE.fullmatch(size):
        raise InvalidCommand(CommandFault.PARAMETER)
    utf8 = smtputf8 is not None
    return MailCommand(_read_address(path, smtputf8=utf8) if path else None, None if size is None else int(size), utf8)


def read_rcpt_command(argument: str, *, smtputf8: bool, postmaster_domain: str) -> SmtpAddress:
    """Return the recipient that an argument of RCPT names; raise ``InvalidCommand``.

    ``<postmaster>`` without a domain is the one at ``postmaster_domain`` (RFC 5321 section 4.1.1.3).
    """
    path, parameters = _split(_RCPT, argument)
    if parameters:
        raise InvalidCommand(CommandFault.PARAMETER)
    if path.lower() == "postmaster":
        path = f"postmaster@{postmaster_domain}"
    return _read_address(path, smtputf8=smtputf8)


def _split(form: re.Pattern[str], argument: str) -> tuple[str, dict[str, str]]:
    match = form.fullmatch(argument)
    if match is None:
        raise InvalidCommand(CommandFault.SYNTAX)
    parameters: dict[str, str] = {}
    for parameter in match[2].split():
        name, _, value = parameter.partition("=")
        if name.upper() in parameters:
            raise InvalidCommand(CommandFault.PARAMETER)
        parameters[name.upper()] = value
    return match[1], parameters


def _read_address(path: str, *, smtputf8: bool) -> SmtpAddress:
    if not path.isascii() and not smtputf8:
        raise InvalidCommand(CommandFault.NEEDS_SMTPUTF8)
    try:
        return SmtpAddress.parse(path)
    except InvalidAddress:
        raise InvalidCommand(CommandFault.ADDRESS) from None
