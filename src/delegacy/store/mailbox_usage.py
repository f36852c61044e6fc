"""How much mailboxes hold, and who opened them last."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from delegacy.domain.folder import MailFolder
from delegacy.domain.mailbox_usage import Logon
from delegacy.store import mail_folders
from delegacy.store.mail_transaction import MailTransactions
from delegacy.store.rows import to_moment, to_number

_NOTE: Final = (
    "INSERT INTO mail_logon (mailbox_guid, account, at) VALUES (?, ?, ?) "
    "ON CONFLICT (mailbox_guid) DO UPDATE SET account = excluded.account, at = excluded.at WHERE excluded.at >= mail_logon.at"
)
_DATES: Final = (
    "SELECT m.folder_id, MIN(m.received), MAX(m.received) "
    "FROM mail_mailbox b JOIN mail_folder f ON f.mailbox_id = b.id JOIN mail_message m ON m.folder_id = f.id "
    "WHERE b.guid = ? GROUP BY m.folder_id"
)


class SqlMailboxUsage:
    """Implements ``MailboxUsage`` and ``LogonJournal``. The database has the tables of ``mail_schema``."""

    def __init__(self, transactions: MailTransactions) -> None:
        self._transactions = transactions

    def folders(self, mailbox_guid: UUID) -> tuple[MailFolder, ...]:
        with self._transactions.reading() as transaction:
            return mail_folders.list_folders(transaction, mailbox_guid)

    def item_dates(self, mailbox_guid: UUID) -> Mapping[int, tuple[datetime, datetime]]:
        with self._transactions.reading() as transaction:
            rows = transaction.rows(_DATES, (str(mailbox_guid),))
        return {folder: (_seconds(oldest), _seconds(newest)) for folder, oldest, newest in rows}

    def last_logon(self, mailbox_guid: UUID) -> Logon | None:
        with self._transactions.reading() as transaction:
            row = transaction.row("SELECT account, at FROM mail_logon WHERE mailbox_guid = ?", (str(mailbox_guid),))
        return None if row is None else Logon(mailbox_guid, row[0], to_moment(row[1]))

    def note(self, logons: Iterable[Logon]) -> None:
        rows = [(str(logon.mailbox_guid), logon.account, to_number(logon.at)) for logon in logons]
        with self._transactions.writing() as transaction:
            transaction.run_many(_NOTE, sorted(rows))


def _seconds(number: int) -> datetime:
    return datetime.fromtimestamp(number, UTC)
