"""Non-delivery reports: to whom they go, and the copies and queue entries that they make."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import uuid4

from delegacy.domain.address import SmtpAddress
from delegacy.domain.mail_queue import LocalDelivery, OutgoingMail
from delegacy.domain.mail_store import Deposit
from delegacy.domain.ports import DirectoryReader
from delegacy.mail.routing import Origin, Undeliverable, route
from delegacy.wire.analysis import analyse_message
from delegacy.wire.delivery_report import DeliveryReport, FailedRecipient, render_report

_STATUS: Final = MappingProxyType(
    {
        Undeliverable.NOT_FOUND: (
            "5.1.10",
            "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        ),
        Undeliverable.NOT_OURS: ("5.7.54", "SMTP; Unable to relay recipient in non-accepted domain"),
        Undeliverable.NO_ROUTE: (
            "5.4.4",
            "SMTPSEND.DNS.NonExistentDomain; There is no route to the recipient's domain",
        ),
        Undeliverable.NO_EXTERNAL_ADDRESS: (
            "5.1.10",
            "RESOLVER.ADR.InvalidInSmtp; The contact's external address can't be used",
        ),
        Undeliverable.GROUP_NEEDS_SIGN_IN: (
            "5.7.133",
            "RESOLVER.RST.SenderNotAuthenticatedForGroup; Delivery restriction check failed because the sender was not authenticated when sending to this group",
        ),
        Undeliverable.MAILBOX_NEEDS_SIGN_IN: (
            "5.7.134",
            "RESOLVER.RST.SenderNotAuthenticatedForMailbox; Delivery restriction check failed because the sender was not authenticated when sending to this mailbox",
        ),
        # Delivery restrictions (error code list): why, and who is on the lists, is nobody's business.
        Undeliverable.GROUP_NOT_FOR_SENDER: (
            "5.7.124",
            "RESOLVER.RST.NotAuthorized; Sender not in allowed-senders list",
        ),
        Undeliverable.MAILBOX_NOT_FOR_SENDER: ("5.7.1", "RESOLVER.RST.NotAuthorized; not authorized"),
        Undeliverable.FILTER_UNREADABLE: ("5.2.4", "RESOLVER.GRP.DDL; The group's filter can't be read"),
        Undeliverable.LOOP: ("5.4.6", "RESOLVER.FWD.Loop; there is a forwarding loop configured in the directory"),
    }
)


def reply_for(reason: Undeliverable) -> str:
    """Return the SMTP reply that refuses a recipient (Non-delivery reports: error codes and what they mean)."""
    status, text = _STATUS[reason]
    return f"550 {status} {text}"


def failure_for(address: SmtpAddress, reason: Undeliverable) -> FailedRecipient:
    """Return what a report says of a recipient that routing could not reach."""
    return FailedRecipient(address, _STATUS[reason][0], reply_for(reason))


@dataclass(frozen=True, slots=True)
class UndeliveredMail:
    """A message that did not reach somebody: its content, when we took it, and who failed, by who hears of it (None: nobody)."""

    content: bytes
    accepted_at: datetime
    failures: tuple[tuple[FailedRecipient, SmtpAddress | None], ...]


class Reporter:
    """Makes reports. ``server_name`` is who reports; ``may_send_out`` tells whether there is a way to other organizations."""

    def __init__(self, server_name: str, *, may_send_out: bool) -> None:
        self._server_name = server_name
        self._may_send_out = may_send_out

    def report(
        self, directory: DirectoryReader, mail: UndeliveredMail, now: datetime
    ) -> tuple[tuple[LocalDelivery, ...], tuple[OutgoingMail, ...]]:
        """Return the copies and queue entries that tell whoever is to hear of the failures; nothing about what nobody hears of.

        Reports have the null reverse-path, and about a message that had it there are none, so no report is answered by another.
        """
        deliveries: list[LocalDelivery] = []
        queued: list[OutgoingMail] = []
        for recipient, failures in _by_recipient(mail.failures):
            content = self._render(directory, mail, recipient, failures, now)
            where = route(directory, [recipient], Origin(None, authenticated=True, may_send_out=self._may_send_out))
            if where.mailboxes:
                message = analyse_message(b"Return-Path: <>\r\n" + content)
                deliveries.append(LocalDelivery(message, tuple(map(Deposit, where.mailboxes)), now))
            if where.remote:
                queued.append(
                    OutgoingMail(
                        envelope_sender=None,
                        recipients=tuple(where.remote),
                        content=content,
                        smtputf8=not content.isascii(),
                        accepted_at=now,
                        next_attempt_at=now,
                    )
                )
        return tuple(deliveries), tuple(queued)

    def _render(
        self,
        directory: DirectoryReader,
        mail: UndeliveredMail,
        recipient: SmtpAddress,
        failures: list[FailedRecipient],
        now: datetime,
    ) -> bytes:
        domain = directory.accepted_domains()[0].domain_name
        return render_report(
            DeliveryReport(
                sender=SmtpAddress("postmaster", domain),
                recipient=recipient,
                reporting_mta=self._server_name,
                arrived=mail.accepted_at,
                moment=now,
                message_id=f"<{uuid4()}@{self._server_name}>",
                failures=failures,
                original=mail.content,
            )
        )


def _by_recipient(
    failures: Iterable[tuple[FailedRecipient, SmtpAddress | None]],
) -> Iterable[tuple[SmtpAddress, list[FailedRecipient]]]:
    grouped: defaultdict[SmtpAddress, list[FailedRecipient]] = defaultdict(list)
    for failure, recipient in failures:
        if recipient is not None:
            grouped[recipient].append(failure)
    return grouped.items()
