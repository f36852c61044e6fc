"""The queue of outgoing mail on SQLite or PostgreSQL (see ``domain.mail_queue``)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from delegacy.domain.address import SmtpAddress
from delegacy.domain.mail_queue import Handover, OutgoingMail
from delegacy.domain.ports import Clock
from delegacy.store import mail_delivery
from delegacy.store.connection import Dialect, Row
from delegacy.store.mail_transaction import MailTransactions

_COLUMNS: Final = "id, envelope_sender, recipients, smtputf8, accepted_at, next_attempt_at, attempts, content"


class SqlMailQueue:
    """Implements ``MailQueue``, in the transactions of the mail store, so that who watches a folder hears of what is delivered."""

    def __init__(self, transactions: MailTransactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    def hand_over(self, handover: Handover) -> None:
        """See ``MailQueue.hand_over``."""
        now = _seconds(self._clock.now())
        with self._transactions.writing() as transaction:
            for delivery in handover.deliveries:
                mail_delivery.place_copies(transaction, delivery.message, delivery.deposits, delivery.received, now)
            transaction.run_many(
                "INSERT INTO mail_outgoing (envelope_sender, recipients, smtputf8, accepted_at, next_attempt_at, attempts, content) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        str(mail.envelope_sender or ""),
                        "\n".join(map(str, mail.recipients)),
                        mail.smtputf8,
                        _seconds(mail.accepted_at),
                        _seconds(mail.next_attempt_at),
                        mail.attempts,
                        mail.content,
                    )
                    for mail in handover.queued
                ],
            )
            transaction.run_many(
                "UPDATE mail_outgoing SET recipients = ?, next_attempt_at = ?, attempts = ? WHERE id = ?",
                [
                    ("\n".join(map(str, mail.recipients)), _seconds(mail.next_attempt_at), mail.attempts, mail.id)
                    for mail in handover.waiting
                ],
            )
            transaction.run_many("DELETE FROM mail_outgoing WHERE id = ?", [(key,) for key in handover.finished])

    def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[OutgoingMail]:
        """See ``MailQueue.claim``."""
        with self._transactions.writing() as transaction:
            rows = transaction.rows(
                f"SELECT {_COLUMNS} FROM mail_outgoing WHERE next_attempt_at <= ? ORDER BY next_attempt_at, id LIMIT ?"
                + (" FOR UPDATE SKIP LOCKED" if transaction.dialect is Dialect.POSTGRESQL else ""),
                (_seconds(now), limit),
            )
            transaction.run_many(
                "UPDATE mail_outgoing SET next_attempt_at = ? WHERE id = ?",
                [(_seconds(until), row[0]) for row in rows],
            )
        return tuple(map(_outgoing, rows))

    def next_attempt(self) -> datetime | None:
        """See ``MailQueue.next_attempt``."""
        with self._transactions.reading() as transaction:
            row = transaction.row("SELECT MIN(next_attempt_at) FROM mail_outgoing")
        return None if row is None or row[0] is None else datetime.fromtimestamp(row[0], UTC)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _outgoing(row: Row) -> OutgoingMail:
    key, sender, recipients, smtputf8, accepted_at, next_attempt_at, attempts, content = row
    return OutgoingMail(
        id=key,
        envelope_sender=SmtpAddress.parse(sender) if sender else None,
        recipients=tuple(map(SmtpAddress.parse, recipients.split("\n"))),
        smtputf8=bool(smtputf8),
        accepted_at=datetime.fromtimestamp(accepted_at, UTC),
        next_attempt_at=datetime.fromtimestamp(next_attempt_at, UTC),
        attempts=attempts,
        content=bytes(content),
    )
