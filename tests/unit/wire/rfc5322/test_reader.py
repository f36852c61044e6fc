import pytest

from delegacy.domain.address import SmtpAddress
from delegacy.domain.message import MessageIdentity, NamedAddress
from delegacy.wire.rfc5322 import Malformation, MalformedMessage, read_message
from delegacy.wire.rfc5322.reader import LARGEST_HEADER, MOST_RESENT_FIELDS

CAROL = NamedAddress(SmtpAddress.parse("carol@contoso.com"))
TERRY = NamedAddress(SmtpAddress.parse("terry@contoso.com"), "Terry Adams")


def reason_of(raw: bytes) -> tuple[Malformation, str]:
    with pytest.raises(MalformedMessage) as caught:
        read_message(raw, smtputf8=False)
    return caught.value.reason, caught.value.field


def test_every_identity_is_read_for_itself() -> None:
    raw = (
        b"Resent-From: Terry Adams <terry@contoso.com>\r\n"
        b"Resent-Sender: carol@contoso.com\r\n"
        b"Resent-To: ayla@contoso.com\r\n"
        b"Resent-From: carol@contoso.com\r\n"
        b"Sender: carol@contoso.com\r\n"
        b"From: Terry Adams <terry@contoso.com>\r\n"
        b"\r\n"
    )
    envelope = SmtpAddress.parse("bounces@contoso.com")
    assert read_message(raw, smtputf8=False).identity(envelope) == MessageIdentity(
        envelope, TERRY, CAROL, (TERRY, CAROL), (CAROL,)
    )
    assert read_message(raw, smtputf8=False).identity(None).envelope_sender is None


def test_a_message_without_a_body_is_a_message() -> None:
    read = read_message(b"From: carol@contoso.com\r\n", smtputf8=False)
    assert (read.header_from, read.body_start) == (CAROL, 25)


def test_the_body_is_no_part_of_the_header() -> None:
    raw = b"From: carol@contoso.com\r\n\r\nFrom: ceo@contoso.com\r\n\x1b$B=\xff\r\n \r\n"
    read = read_message(raw, smtputf8=False)
    assert read.header_from == CAROL
    assert raw[read.body_start :] == b"\r\nFrom: ceo@contoso.com\r\n\x1b$B=\xff\r\n \r\n"


def test_values_are_unfolded() -> None:
    read = read_message(b"From: carol@contoso.com\r\nX-A: one\r\n\ttwo \r\nx-a:\r\n\r\n", smtputf8=False)
    assert read.values("x-a") == [b"one\ttwo", b""]
    assert [one.name for one in read.fields] == ["from", "x-a", "x-a"]


def test_other_fields_may_hold_raw_bytes() -> None:
    assert read_message(b"Subject: \xff\xfe\r\nFrom: carol@contoso.com\r\n\r\n", smtputf8=False).header_from == CAROL


@pytest.mark.parametrize(
    ("raw", "reason", "field"),
    [
        (b"", Malformation.UNTERMINATED_HEADER, ""),
        (b"\r\n", Malformation.NO_FROM, ""),
        (b"\r\nFrom: carol@contoso.com\r\n", Malformation.NO_FROM, ""),
        (b" From: carol@contoso.com\r\n\r\n", Malformation.NOT_A_FIELD, ""),
        (b"From: carol@contoso.com", Malformation.UNTERMINATED_HEADER, ""),
        (b"X: y\r\nFrom: carol@contoso.com", Malformation.UNTERMINATED_HEADER, ""),
        (b"From: carol@contoso.com\r\nbody without an empty line\r\n", Malformation.NOT_A_FIELD, ""),
        (b"From: carol@contoso.com\r\n\r\nbody\n", Malformation.BARE_LF, ""),
        (b"From: carol@contoso.com\r\n\r\nbody\r", Malformation.BARE_CR, ""),
        (b"From: carol@contoso.com\r\n\r\n\r\r\n.\r\n", Malformation.BARE_CR, ""),
        (b"From: carol@contoso.com\r\n\r\n\n.\n", Malformation.BARE_LF, ""),
        (b"From: carol@contoso.com\r\n\r\nbo\0dy\r\n", Malformation.NUL, ""),
        (b"From: carol@contoso.com\r\nSubject: \x1b\r\n\r\n", Malformation.CONTROL_CHARACTER, ""),
        (b"From: carol@contoso.com\r\nSender: a@b.c\r\nsender: a@b.c\r\n\r\n", Malformation.REPEATED_SENDER, ""),
        (b"From: carol@contoso.com\r\nSender : a@b.c\r\n\r\n", Malformation.SPACE_BEFORE_COLON, ""),
        (b"From: carol@contoso.com\r\nSender: a@b.c, d@e.f\r\n\r\n", Malformation.LIST, "Sender"),
        (b"From: carol@contoso.com\r\nSender: \r\n\r\n", Malformation.NO_ADDRESS, "Sender"),
        (b"From: carol@contoso.com\r\nResent-From: a@b.c (d)\r\n\r\n", Malformation.COMMENT, "Resent-From"),
        (
            b"From: carol@contoso.com\r\nResent-From: a@b.c\r\nResent-From: x:;\r\n\r\n",
            Malformation.GROUP,
            "Resent-From",
        ),
        (b"From: carol@contoso.com\r\nResent-Sender: <@x:a@b.c>\r\n\r\n", Malformation.SOURCE_ROUTE, "Resent-Sender"),
        (b"From: carol@contoso.com\r\n" + b"a:\r\n" * (LARGEST_HEADER // 4), Malformation.HEADER_TOO_LARGE, ""),
        (
            b"Resent-From: a@b.c\r\n" * (MOST_RESENT_FIELDS + 1) + b"From: carol@contoso.com\r\n",
            Malformation.TOO_OFTEN_RESENT,
            "",
        ),
    ],
)
def test_a_message_that_can_be_read_in_two_ways_is_refused(raw: bytes, reason: Malformation, field: str) -> None:
    assert reason_of(raw) == (reason, field)


def test_a_reason_can_be_told_to_the_author() -> None:
    with pytest.raises(MalformedMessage, match=r"^The message has more than one address in Sender\.$"):
        read_message(b"From: carol@contoso.com\r\nSender: a@b.c, d@e.f\r\n\r\n", smtputf8=False)
