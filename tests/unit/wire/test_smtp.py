import pytest

from delegacy.domain.address import SmtpAddress
from delegacy.wire.smtp import CommandFault, InvalidCommand, MailCommand, read_mail_command, read_rcpt_command

AYLA = SmtpAddress.parse("ayla@contoso.com")


def fault_of_mail(argument: str) -> CommandFault:
    with pytest.raises(InvalidCommand) as caught:
        read_mail_command(argument)
    return caught.value.fault


def fault_of_rcpt(argument: str, *, smtputf8: bool = False) -> CommandFault:
    with pytest.raises(InvalidCommand) as caught:
        read_rcpt_command(argument, smtputf8=smtputf8, postmaster_domain="contoso.com")
    return caught.value.fault


@pytest.mark.parametrize(
    ("argument", "command"),
    [
        ("FROM:<ayla@contoso.com>", MailCommand(AYLA)),
        ("from: <AYLA@contoso.com>", MailCommand(AYLA)),
        ("FROM:<>", MailCommand(None)),
        ("FROM:<ayla@contoso.com> SIZE=10 BODY=8BITMIME", MailCommand(AYLA, 10)),
        ("FROM:<ayla@contoso.com> body=7bit smtputf8", MailCommand(AYLA, None, smtputf8=True)),
        ("FROM:<ayla@contoso.com> AUTH=<>", MailCommand(AYLA)),
        ("FROM:<cécile@contoso.com> SMTPUTF8", MailCommand(SmtpAddress.parse("cécile@contoso.com"), smtputf8=True)),
    ],
)
def test_mail(argument: str, command: MailCommand) -> None:
    assert read_mail_command(argument) == command


@pytest.mark.parametrize(
    ("argument", "fault"),
    [
        ("", CommandFault.SYNTAX),
        ("<ayla@contoso.com>", CommandFault.SYNTAX),
        ("FROM:", CommandFault.SYNTAX),
        ("FROM:ayla@contoso.com", CommandFault.SYNTAX),
        ("FROM:<ayla@contoso.com", CommandFault.SYNTAX),
        ("FROM:<ayla@contoso.com>>", CommandFault.SYNTAX),
        ("FROM:<<ayla@contoso.com>>", CommandFault.SYNTAX),
        ("FROM:<ayla@contoso.com>SIZE=1", CommandFault.SYNTAX),
        ("FROM:<ayla@contoso.com> SIZE=1\x01", CommandFault.SYNTAX),
        ("FROM:  <ayla@contoso.com>", CommandFault.SYNTAX),
        ("TO:<ayla@contoso.com>", CommandFault.SYNTAX),
        ("FROM:< >", CommandFault.ADDRESS),
        ("FROM:<ayla>", CommandFault.ADDRESS),
        ("FROM:<ayla@contoso.com,terrya@contoso.com>", CommandFault.ADDRESS),
        ("FROM:<@x:ayla@contoso.com>", CommandFault.ADDRESS),
        ('FROM:<"a b"@contoso.com>', CommandFault.ADDRESS),
        ("FROM:<ayla@[127.0.0.1]>", CommandFault.ADDRESS),
        ("FROM:<" + "(" * 400 + "@contoso.com>", CommandFault.ADDRESS),
        ("FROM:<a\udcffyla@contoso.com> SMTPUTF8", CommandFault.ADDRESS),
        ("FROM:<cécile@contoso.com>", CommandFault.NEEDS_SMTPUTF8),
        ("FROM:<a@bücher.example>", CommandFault.NEEDS_SMTPUTF8),
        ("FROM:<ayla@contoso.com> SIZE=", CommandFault.PARAMETER),
        ("FROM:<ayla@contoso.com> SIZE=-1", CommandFault.PARAMETER),
        ("FROM:<ayla@contoso.com> SIZE=1 SIZE=1", CommandFault.PARAMETER),
        ("FROM:<ayla@contoso.com> SMTPUTF8=1", CommandFault.PARAMETER),
        ("FROM:<ayla@contoso.com> BODY=BINARYMIME", CommandFault.PARAMETER),
        ("FROM:<ayla@contoso.com> ENVID=x", CommandFault.PARAMETER),
        ("FROM:<ayla@contoso.com> AUTH=", CommandFault.PARAMETER),
    ],
)
def test_what_is_wrong_with_mail(argument: str, fault: CommandFault) -> None:
    assert fault_of_mail(argument) is fault


def test_rcpt() -> None:
    def read(argument: str, *, smtputf8: bool = False) -> SmtpAddress:
        return read_rcpt_command(argument, smtputf8=smtputf8, postmaster_domain="contoso.com")

    assert read("TO:<Ayla@Contoso.com>") == AYLA
    assert read("to: <ayla@contoso.com>") == AYLA
    assert read("TO:<Postmaster>") == SmtpAddress.parse("postmaster@contoso.com")
    assert read("TO:<cécile@contoso.com>", smtputf8=True) == SmtpAddress.parse("cécile@contoso.com")


def test_what_is_wrong_with_rcpt() -> None:
    assert fault_of_rcpt("TO:<>") is CommandFault.ADDRESS
    assert fault_of_rcpt("TO:ayla@contoso.com") is CommandFault.SYNTAX
    assert fault_of_rcpt("TO:<ayla@contoso.com> NOTIFY=NEVER") is CommandFault.PARAMETER
    assert fault_of_rcpt("TO:<cécile@contoso.com>") is CommandFault.NEEDS_SMTPUTF8
