from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser

import pytest

from delegacy.domain.address import SmtpAddress
from delegacy.wire.delivery_report import DeliveryReport, FailedRecipient, render_report
from delegacy.wire.mime import analyse
from delegacy.wire.rfc5322 import read_message

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def report(original: bytes, *failures: FailedRecipient, recipient: str = "ayla@contoso.com") -> bytes:
    return render_report(
        DeliveryReport(
            sender=SmtpAddress.parse("postmaster@contoso.com"),
            recipient=SmtpAddress.parse(recipient),
            reporting_mta="mail.contoso.com",
            arrived=NOW,
            moment=NOW,
            message_id="<1-2@mail.contoso.com>",
            failures=failures or (failed("bill@fabrikam.com"),),
            original=original,
        )
    )


def failed(address: str, diagnostic: str = "550 5.1.1 No such user") -> FailedRecipient:
    return FailedRecipient(SmtpAddress.parse(address), "5.1.1", diagnostic)


def parts_of(content: bytes) -> list[MIMEPart]:
    message = BytesParser(policy=policy.default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    assert message.get_content_type() == "multipart/report"
    return list(message.iter_parts())


def test_a_report_has_three_parts_that_another_program_reads() -> None:
    original = b"From: ayla@contoso.com\r\nSubject: Lunch\r\n\r\nsecret body\r\n"
    content = report(original, failed("bill@fabrikam.com"), failed("eve@fabrikam.com", "550 5.7.1\r\nnot\x00 you"))
    text, status, header = parts_of(content)
    assert "bill@fabrikam.com" in text.get_content()
    assert status.get_content_type() == "message/delivery-status"
    fields = [dict(block.items()) for block in status.iter_parts()] or status.as_string()
    assert "5.1.1" in str(fields)
    assert "smtp;550 5.7.1  not  you" in content.decode()
    assert header.get_content_type() == "text/rfc822-headers"
    assert "Subject: Lunch" in header.get_content()
    assert b"secret body" not in content


def test_a_report_is_a_message_that_our_own_reader_takes() -> None:
    content = report(b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n")
    read = read_message(content, smtputf8=False)
    assert (
        read.values("subject") == [b"Undeliverable: =?utf-8?q?Gr=C3=BC=C3=9Fe?="]
        or b"=?utf-8?" in read.values("subject")[0]
    )
    assert read.values("auto-submitted") == [b"auto-replied"]
    assert analyse(content).body.count(b'"delivery-status"') == 1


@pytest.mark.parametrize(
    "original", [b"", b"\xff\xfe", b"Subject: a\r\nno header", b"\r\n\r\nbody", b"X: " + b"y" * 200_000]
)
def test_whatever_the_original_is_there_is_a_report(original: bytes) -> None:
    content = report(original)
    assert len(parts_of(content)) == 3
    assert len(content) < 100_000
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_addresses_outside_ascii_make_an_international_report() -> None:
    content = report(b"Subject: x\r\n\r\n", failed("cécile@fabrikam.com"))
    assert b"message/global-delivery-status" in content
    assert "Final-Recipient: utf-8;cécile@fabrikam.com".encode() in content
