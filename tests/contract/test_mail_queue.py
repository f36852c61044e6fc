from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from delegacy.domain.address import SmtpAddress
from delegacy.domain.errors import StoreFull
from delegacy.domain.folder import SpecialFolder
from delegacy.domain.mail_queue import Handover, LocalDelivery, OutgoingMail
from delegacy.domain.mail_store import Deposit
from delegacy.store.engine import Database
from delegacy.store.mail_queue import SqlMailQueue
from delegacy.store.mailstore import SqlMailStore
from delegacy.store.versions import MAIL, prepare
from delegacy.wire.analysis import analyse_message
from support.mail_world import SteppingClock
from support.postgres import PostgresServer

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
AYLA, TERRY = UUID(int=1), UUID(int=2)
BILL, EVE = SmtpAddress.parse("bill@fabrikam.com"), SmtpAddress.parse("ève@fabrikam.com")


@dataclass
class OpenQueue:
    mail: SqlMailStore
    queue: SqlMailQueue


@dataclass(frozen=True)
class Access:
    mailbox_guid: UUID


@contextmanager
def opened_queue(database: Database) -> Iterator[OpenQueue]:
    prepare(database, MAIL)
    clock = SteppingClock(NOW)
    mail = SqlMailStore(database, clock)
    try:
        yield OpenQueue(mail, SqlMailQueue(mail.transactions, clock))
    finally:
        database.close()


def outgoing(*recipients: SmtpAddress, sender: SmtpAddress | None = None, due: datetime = NOW) -> OutgoingMail:
    return OutgoingMail(
        envelope_sender=sender,
        recipients=recipients or (BILL,),
        content=b"From: a@b.c\r\n\r\n\xff\x00\r\n",
        smtputf8=False,
        accepted_at=NOW,
        next_attempt_at=due,
    )


def delivery(*deposits: Deposit) -> LocalDelivery:
    return LocalDelivery(analyse_message(b"From: a@b.c\r\n\r\nbody\r\n"), deposits, NOW)


def count(opened: OpenQueue, mailbox: UUID, folder: SpecialFolder = SpecialFolder.INBOX) -> int:
    return opened.mail.folder(Access(mailbox), folder.path).message_count


class MailQueueContract:
    def test_an_empty_queue_has_nothing_due(self, opened: OpenQueue) -> None:
        assert opened.queue.next_attempt() is None
        assert opened.queue.claim(NOW, LATER, 10) == ()
        opened.queue.hand_over(Handover())

    def test_what_is_queued_comes_back_as_it_was(self, opened: OpenQueue) -> None:
        mail = replace(outgoing(BILL, EVE, sender=EVE), smtputf8=True, attempts=3)
        opened.queue.hand_over(Handover(queued=(mail,)))
        assert opened.queue.next_attempt() == NOW
        (claimed,) = opened.queue.claim(NOW, LATER, 10)
        assert claimed.id > 0
        assert replace(claimed, id=0) == mail
        assert list(map(str, claimed.recipients)) == ["bill@fabrikam.com", "ève@fabrikam.com"]

    def test_what_is_claimed_is_nobody_elses_until_its_lease_ends(self, opened: OpenQueue) -> None:
        opened.queue.hand_over(Handover(queued=(outgoing(),)))
        assert len(opened.queue.claim(NOW, LATER, 10)) == 1
        assert opened.queue.claim(NOW, LATER, 10) == ()
        assert opened.queue.next_attempt() == LATER
        assert len(opened.queue.claim(LATER, LATER, 10)) == 1

    def test_only_what_is_due_is_claimed_the_longest_waiting_first(self, opened: OpenQueue) -> None:
        early, late = outgoing(BILL, due=NOW - timedelta(hours=1)), outgoing(EVE, due=NOW)
        opened.queue.hand_over(Handover(queued=(late, early, outgoing(due=LATER))))
        (first,) = opened.queue.claim(NOW, LATER, 1)
        assert first.recipients == (BILL,)
        assert [mail.recipients for mail in opened.queue.claim(NOW, LATER, 10)] == [(EVE,)]

    def test_an_entry_goes_on_waiting_for_those_that_are_left(self, opened: OpenQueue) -> None:
        opened.queue.hand_over(Handover(queued=(outgoing(BILL, EVE),)))
        (mail,) = opened.queue.claim(NOW, LATER, 1)
        opened.queue.hand_over(Handover(waiting=(replace(mail, recipients=(EVE,), next_attempt_at=NOW, attempts=1),)))
        (again,) = opened.queue.claim(NOW, LATER, 1)
        assert (again.id, again.recipients, again.attempts) == (mail.id, (EVE,), 1)

    def test_an_entry_that_is_finished_is_gone(self, opened: OpenQueue) -> None:
        opened.queue.hand_over(Handover(queued=(outgoing(),)))
        (mail,) = opened.queue.claim(NOW, LATER, 1)
        opened.queue.hand_over(Handover(finished=(mail.id,)))
        assert opened.queue.next_attempt() is None

    def test_copies_and_queue_entries_are_one_step(self, opened: OpenQueue) -> None:
        sent = Deposit(TERRY, SpecialFolder.SENT_ITEMS)
        opened.queue.hand_over(Handover(deliveries=(delivery(Deposit(AYLA), sent),), queued=(outgoing(),)))
        assert (count(opened, AYLA), count(opened, TERRY), count(opened, TERRY, SpecialFolder.SENT_ITEMS)) == (1, 0, 1)
        assert opened.queue.next_attempt() == NOW

    def test_when_one_part_fails_nothing_has_happened(self, opened: OpenQueue) -> None:
        unusable = replace(outgoing(), attempts=2**80)
        with pytest.raises(Exception, match=r"."):
            opened.queue.hand_over(Handover(deliveries=(delivery(Deposit(AYLA)),), queued=(unusable,)))
        assert count(opened, AYLA) == 0
        assert opened.queue.next_attempt() is None

    def test_who_watches_a_folder_hears_of_what_is_delivered(self, opened: OpenQueue) -> None:
        opened.queue.hand_over(Handover(deliveries=(delivery(Deposit(AYLA)),)))
        inbox = opened.mail.folder(Access(AYLA), SpecialFolder.INBOX.path).id
        heard: list[frozenset[int]] = []
        with opened.mail.watching(heard.append):
            opened.queue.hand_over(Handover(deliveries=(delivery(Deposit(AYLA)),)))
            opened.queue.hand_over(Handover(queued=(outgoing(),)))
        assert heard == [frozenset({inbox})]


class TestSqliteMailQueue(MailQueueContract):
    @pytest.fixture
    def opened(self, tmp_path: Path) -> Iterator[OpenQueue]:
        with opened_queue(Database.at(tmp_path / "mail.db")) as opened:
            yield opened


class TestPostgresMailQueue(MailQueueContract):
    @pytest.fixture
    def opened(self, postgres: PostgresServer) -> Iterator[OpenQueue]:
        with opened_queue(Database(postgres.new_database())) as opened:
            yield opened


def test_a_full_disk_leaves_the_queue_as_it_was(tmp_path: Path) -> None:
    with opened_queue(Database.at(tmp_path / "mail.db", page_limit=80)) as opened:
        large = replace(outgoing(), content=b"x" * 1_000_000)
        with pytest.raises(StoreFull):
            opened.queue.hand_over(Handover(deliveries=(delivery(Deposit(AYLA)),), queued=(large,)))
        assert opened.queue.next_attempt() is None
        assert count(opened, AYLA) == 0
