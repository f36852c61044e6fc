from datetime import UTC, datetime

import pytest

from delegacy.domain.address import InvalidAddress, SmtpAddress
from delegacy.wire.rfc5322 import HeaderEdit, date_value, mailbox_lines, read_message

RAW = (
    b"Received: from raymonds-pc (192.0.2.7)\r\n\tby mail.contoso.com\r\n"
    b"From: Terry Adams <terry@contoso.com>\r\n"
    b"To: raymonds@contoso.com\r\n"
    b"Subject: Report by RaymondS\r\n"
    b"Message-ID: <1@raymonds-pc.contoso.com>\r\n"
    b"References: <a@contoso.com> <b@raymonds-pc>\r\n <c@contoso.com>\r\n"
    b"In-Reply-To: <b@raymonds-pc>\r\n"
    b"X-Originating-User: CONTOSO\\raymonds\r\n"
    b"X-Encoded: =?utf-8?b?UmF5bW9uZHM=?=\r\n"
    b"X-Folded: ray\r\n monds\r\n"
    b"X-Quoted: raymonds%40contoso.com\r\n"
    b"X-Mailer: Contoso Mail\r\n"
    b"Content-Type: text/plain; name=raymonds.txt\r\n"
    b"\r\n"
    b"Regards, raymonds\r\n"
)
ADDRESS = SmtpAddress.parse("raymonds@contoso.com")


def edit(raw: bytes = RAW) -> HeaderEdit:
    return HeaderEdit(read_message(raw, smtputf8=False))


def test_nothing_changes_by_itself() -> None:
    assert edit().to_bytes() == RAW


def test_fields_are_put_above_and_below() -> None:
    change = edit(b"From: a@b.c\r\n\r\nbody\r\n")
    change.append("Date", "Mon, 07 Feb 2022 10:00:00 +0000")
    change.prepend("Received", "by mail.contoso.com", "for x; Mon, 07 Feb 2022 10:00:00 +0000")
    change.prepend("Return-Path", "<a@b.c>")
    assert change.to_bytes() == (
        b"Return-Path: <a@b.c>\r\nReceived: by mail.contoso.com\r\n\tfor x; Mon, 07 Feb 2022 10:00:00 +0000\r\n"
        b"From: a@b.c\r\nDate: Mon, 07 Feb 2022 10:00:00 +0000\r\n\r\nbody\r\n"
    )


def test_fields_are_dropped_with_their_continuations() -> None:
    change = edit()
    change.drop("received", "references")
    assert b"mail.contoso.com" not in change.to_bytes()
    assert b"<c@contoso.com>" not in change.to_bytes()
    assert not change.has("received")
    assert change.has("subject")


def test_a_replaced_field_stays_in_its_place() -> None:
    change = edit(b"A: 1\r\nB: 2\r\nFrom: a@b.c\r\nb: 3\r\n\r\n")
    change.replace("B", "4")
    change.replace("C", "5")
    assert change.to_bytes() == b"A: 1\r\nB: 4\r\nFrom: a@b.c\r\nC: 5\r\n\r\n"
    assert change.has("b")


def test_a_message_without_a_body_gets_its_empty_line() -> None:
    change = edit(b"From: a@b.c\r\n")
    change.append("Date", "x")
    assert change.to_bytes() == b"From: a@b.c\r\nDate: x\r\n\r\n"


def test_no_field_names_who_is_not_to_be_seen() -> None:
    change = edit()
    change.remove_traces(["Raymonds@contoso.com", "raymonds"], "<2@contoso.com>")
    assert change.to_bytes() == (
        b"From: Terry Adams <terry@contoso.com>\r\n"
        b"To: raymonds@contoso.com\r\n"
        b"Subject: Report by RaymondS\r\n"
        b"Message-ID: <2@contoso.com>\r\n"
        b"References: <a@contoso.com>\r\n\t<c@contoso.com>\r\n"
        b"X-Mailer: Contoso Mail\r\n"
        b"Content-Type: text/plain; name=raymonds.txt\r\n"
        b"\r\n"
        b"Regards, raymonds\r\n"
    )


def test_a_short_name_is_a_trace_only_where_it_stands_alone() -> None:
    raw = b"From: a@b.c\r\nImportance: normal\r\nX-User: AL\r\nX-Login: contoso\\al\r\nX-Host: al-pc\r\nMessage-ID: <alpha@x>\r\n\r\n"
    change = edit(raw)
    change.remove_traces(["al"], "<2@contoso.com>")
    assert change.to_bytes() == b"From: a@b.c\r\nImportance: normal\r\nMessage-ID: <alpha@x>\r\n\r\n"


def test_a_trace_in_the_name_of_a_field_counts() -> None:
    change = edit(b"From: a@b.c\r\nX-Raymonds: 1\r\n\r\n")
    change.remove_traces(["raymonds"], "<2@contoso.com>")
    assert change.to_bytes() == b"From: a@b.c\r\n\r\n"


def test_without_names_nothing_is_a_trace() -> None:
    change = edit()
    change.remove_traces(["", " "], "<2@contoso.com>")
    assert change.to_bytes() == RAW


@pytest.mark.parametrize(
    ("display_name", "lines"),
    [
        ("", ("raymonds@contoso.com",)),
        ("Ray Monds", ("Ray Monds <raymonds@contoso.com>",)),
        ("Monds, Ray", ('"Monds, Ray" <raymonds@contoso.com>',)),
        ("Ray Q. Monds", ('"Ray Q. Monds" <raymonds@contoso.com>',)),
        ('Ray "R\\" Monds', ('"Ray \\"R\\\\\\" Monds" <raymonds@contoso.com>',)),
        ("ceo@contoso.com", ('"ceo@contoso.com" <raymonds@contoso.com>',)),
        ("Ray\r\nBcc: x@y.z\0", ('"Ray Bcc: x@y.z" <raymonds@contoso.com>',)),
        ("Räy", ("=?utf-8?Q?R=C3=A4y?=", "<raymonds@contoso.com>")),
        ("=?utf-8?q?x?=", ("= ?utf-8?q?x?= <raymonds@contoso.com>",)),
        ("R" * 80, ("R" * 80, "<raymonds@contoso.com>")),
    ],
)
def test_a_display_name_is_written_so_that_it_reads_back(display_name: str, lines: tuple[str, ...]) -> None:
    assert mailbox_lines(display_name, ADDRESS, smtputf8=False) == lines


def test_an_address_that_needs_smtputf8_is_written_only_with_it() -> None:
    address = SmtpAddress.parse("andrée@bücher.example")
    assert mailbox_lines("", address, smtputf8=True) == ("andrée@bücher.example",)
    assert mailbox_lines("", SmtpAddress.parse("a@bücher.example"), smtputf8=False) == ("a@xn--bcher-kva.example",)
    with pytest.raises(InvalidAddress):
        mailbox_lines("", address, smtputf8=False)


@pytest.mark.parametrize(
    ("name", "line"),
    [("X", "a\r\nBcc: b"), ("X", "a\nb"), ("X", "a\0"), ("X Y", "a"), ("X:", "a"), ("", "a"), ("X", "")],
)
def test_no_field_can_be_smuggled_in(name: str, line: str) -> None:
    for put in (edit().prepend, edit().append, edit().replace):
        with pytest.raises(ValueError, match="can't have these lines"):
            put(name, line)


def test_dates_are_written_as_mail_has_them() -> None:
    assert date_value(datetime(2022, 2, 7, 10, 5, tzinfo=UTC)) == "Mon, 07 Feb 2022 10:05:00 +0000"
