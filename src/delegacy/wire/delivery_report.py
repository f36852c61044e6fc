"""Non-delivery reports (RFC 3464), in the form that Exchange gives their readable part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from delegacy.domain.address import SmtpAddress
from delegacy.wire.envelope import read_fields
from delegacy.wire.message_text import header_text
from delegacy.wire.mime import analyse
from delegacy.wire.rfc5322.writer import date_value, text_lines

_LONGEST_HEADER: Final = 65_536
"""Octets of the original header that a report repeats."""
_LONGEST_SUBJECT: Final = 200


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """Whom a message did not reach, and why: an enhanced status code (RFC 3463), and the reply that said so."""

    address: SmtpAddress
    status: str
    diagnostic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What a report says. ``reporting_mta`` is our name, ``original`` the message that was not delivered."""

    sender: SmtpAddress
    recipient: SmtpAddress
    reporting_mta: str
    arrived: datetime
    moment: datetime
    message_id: str
    failures: Sequence[FailedRecipient]
    original: bytes


def render_report(report: DeliveryReport) -> bytes:
    """Return the report as a message with CRLF lines, without Return-Path."""
    header_size = analyse(report.original).header_size
    header = report.original[: min(header_size, _LONGEST_HEADER)]
    subject = header_text(read_fields(header, 0, len(header)).get(b"subject", b""))[:_LONGEST_SUBJECT]
    international = not all(
        address.is_ascii for address in (report.recipient, *(failure.address for failure in report.failures))
    )
    # A line of the boundary that stood in the original header would end the part early.
    boundary = f"=_report_{report.message_id.strip('<>').partition('@')[0]}"
    status_type, header_type = (
        ("message/global-delivery-status", "message/global-headers")
        if international
        else ("message/delivery-status", "text/rfc822-headers")
    )
    lines = [
        f"From: Mail Delivery System <{report.sender}>",
        f"To: {_written(report.recipient)}",
        "Subject: " + "\r\n ".join(text_lines(f"Undeliverable: {subject}")),
        f"Date: {date_value(report.moment)}",
        f"Message-ID: {report.message_id}",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="{boundary}"',
        "",
        f"--{boundary}",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        "Delivery has failed to these recipients or groups:",
        "",
        *(line for failure in report.failures for line in (str(failure.address), _one_line(failure.diagnostic), "")),
        f"--{boundary}",
        f"Content-Type: {status_type}",
        "",
        f"Reporting-MTA: dns;{report.reporting_mta}",
        f"Arrival-Date: {date_value(report.arrived)}",
        *(line for failure in report.failures for line in _recipient_lines(failure)),
        "",
        f"--{boundary}",
        f"Content-Type: {header_type}",
        *(["Content-Transfer-Encoding: 8bit"] if not header.isascii() else []),
        "",
    ]
    top = "\r\n".join(lines).encode() + b"\r\n"
    return b"%b%b\r\n--%b--\r\n" % (top, header.rstrip(b"\r\n") + b"\r\n", boundary.encode("ascii"))


def _recipient_lines(failure: FailedRecipient) -> tuple[str, ...]:
    kind = "rfc822" if failure.address.is_ascii else "utf-8"
    return (
        "",
        f"Final-Recipient: {kind};{_written(failure.address)}",
        "Action: failed",
        f"Status: {failure.status}",
        f"Diagnostic-Code: smtp;{_one_line(failure.diagnostic)}",
    )


def _written(address: SmtpAddress) -> str:
    return address.to_ascii() if address.is_ascii else str(address)


def _one_line(text: str) -> str:
    """Return a foreign reply as one printable ASCII line."""
    return "".join(character if " " <= character <= "~" else " " for character in text)[:500].strip() or "no reply"
