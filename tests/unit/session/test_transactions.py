from collections.abc import Iterator
from pathlib import Path

import pytest

from delegacy.cmdlets._base import ReadAgain
from delegacy.domain.errors import ManagementObjectNotFound, StoreError, StoreFull
from delegacy.domain.ports import UnitOfWork
from delegacy.domain.recipient import MAILBOXES
from delegacy.session import transactions
from delegacy.session.transactions import Transactions
from delegacy.store.engine import Database
from delegacy.store.unit_of_work import SqlStore
from support.stores import OpenStore, directory_store, recipient


class Stopwatch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenStore]:
    with directory_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def work(opened: OpenStore, watch: Stopwatch) -> Transactions:
    return Transactions(opened.store, lambda _: None, watch)


def add(work: Transactions, name: str) -> None:
    work.enter(writes=True)
    work.writer.add(recipient(name))
    work.leave()


def names(opened: OpenStore) -> set[str]:
    with opened.store.read() as directory:
        return {found.name for found in directory.find("a", MAILBOXES) + directory.find("b", MAILBOXES)}


def test_changes_are_durable_after_a_flush_and_not_before(opened: OpenStore, work: Transactions) -> None:
    assert not work.pending
    add(work, "a")
    assert work.pending
    assert names(opened) == set()
    work.flush()
    assert not work.pending
    assert names(opened) == {"a"}


def test_a_discarded_pipeline_changes_nothing(opened: OpenStore, work: Transactions) -> None:
    add(work, "a")
    work.discard()
    work.flush()
    assert names(opened) == set()


def test_a_failed_step_is_undone_alone(opened: OpenStore, work: Transactions) -> None:
    add(work, "a")
    work.enter(writes=True)
    work.writer.add(recipient("b"))
    work.undo(ValueError())
    work.leave()
    work.flush()
    assert names(opened) == {"a"}


def test_a_transaction_that_a_full_disk_ended_is_told_of_once_and_the_next_is_another(
    opened: OpenStore, work: Transactions, watch: Stopwatch
) -> None:
    full = Database.at(opened.database.file, page_limit=1)
    try:
        on_full_disk = Transactions(SqlStore(full, opened.clock), lambda _: None, watch)
        add(on_full_disk, "a")
        on_full_disk.enter(writes=True)
        with pytest.raises(StoreFull):
            add_many(on_full_disk)
        on_full_disk.leave()  # without an undo: what failed was the record of the audit
        with pytest.raises(StoreFull):
            on_full_disk.flush()
        assert not on_full_disk.pending
    finally:
        full.close()
    assert names(opened) == set()
    add(work, "b")
    work.flush()
    assert names(opened) == {"b"}


def add_many(work: Transactions) -> None:
    for number in range(1000):
        work.writer.add(recipient(f"Number {number}"))


def test_a_step_sees_what_earlier_steps_of_the_pipeline_changed(work: Transactions) -> None:
    add(work, "a")
    work.enter(writes=False)
    assert work.reader.resolve("a", MAILBOXES).name == "a"
    assert not work.is_snapshot
    work.leave()


def test_a_reading_step_keeps_its_state_of_the_directory(opened: OpenStore, work: Transactions) -> None:
    work.enter(writes=False)
    assert not work.reader.find("a", MAILBOXES)
    assert work.is_snapshot
    add(work, "a")
    work.flush()
    assert not work.reader.find("a", MAILBOXES)
    work.leave()
    assert names(opened) == {"a"}


def test_a_reading_step_may_not_write(work: Transactions) -> None:
    work.enter(writes=False)
    with pytest.raises(TypeError):
        _ = work.writer
    work.leave()


def test_a_step_that_read_before_another_change_reads_again(opened: OpenStore, work: Transactions) -> None:
    work.enter(writes=True)
    assert not work.reader.find("a", MAILBOXES)
    opened.add(recipient("a"))
    with pytest.raises(ReadAgain):
        _ = work.writer
    assert work.reader.find("a", MAILBOXES)
    work.writer.add(recipient("b"))
    work.leave()
    work.flush()
    assert names(opened) == {"a", "b"}


def test_a_step_that_only_reads_holds_no_lock(opened: OpenStore, work: Transactions) -> None:
    work.enter(writes=True)
    assert not work.reader.find("a", MAILBOXES)
    opened.add(recipient("a"))
    work.leave()
    assert not work.pending


def test_a_question_in_a_step_releases_the_lock(opened: OpenStore, work: Transactions) -> None:
    add(work, "a")
    work.enter(writes=True)
    assert work.reader.find("a", MAILBOXES)
    work.flush()
    opened.add(recipient("b"))
    with pytest.raises(ReadAgain):
        _ = work.writer
    assert work.reader.find("b", MAILBOXES)
    work.leave()


def test_a_commit_is_due_after_so_many_records(
    opened: OpenStore, work: Transactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "MOST_RECORDS", 2)
    add(work, "a")
    assert work.pending
    add(work, "b")
    assert not work.pending
    assert names(opened) == {"a", "b"}


def test_a_commit_is_due_after_so_long(opened: OpenStore, work: Transactions, watch: Stopwatch) -> None:
    add(work, "a")
    watch.seconds += transactions.LONGEST
    add(work, "b")
    assert not work.pending
    assert names(opened) == {"a", "b"}


def test_an_identity_is_looked_up_once_in_a_transaction(work: Transactions) -> None:
    add(work, "a")
    work.enter(writes=True)
    first = work.resolve("a", MAILBOXES)
    assert work.resolve("a", MAILBOXES) is first
    work.forget()
    assert work.resolve("a", MAILBOXES) is not first
    work.leave()


def test_what_was_undone_is_not_remembered(work: Transactions) -> None:
    add(work, "b")
    work.enter(writes=True)
    work.writer.add(recipient("a"))
    assert work.resolve("a", MAILBOXES).name == "a"
    work.undo(ValueError())
    with pytest.raises(ManagementObjectNotFound):
        work.resolve("a", MAILBOXES)
    work.leave()


class FullDisk:
    """A store whose commits fail."""

    def __init__(self, opened: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
        with opened.store.write() as work:
            self.kind = type(work)
        self.monkeypatch = monkeypatch

    def fill(self) -> None:
        def commit(_: UnitOfWork) -> int:
            raise StoreFull("There is no room on the disk.")

        self.monkeypatch.setattr(self.kind, "commit", commit)


@pytest.fixture
def disk(opened: OpenStore, monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    return FullDisk(opened, monkeypatch)


def test_a_failed_flush_raises_and_forgets(opened: OpenStore, work: Transactions, disk: FullDisk) -> None:
    add(work, "a")
    disk.fill()
    with pytest.raises(StoreFull):
        work.flush()
    assert not work.pending
    assert names(opened) == set()


def test_what_a_commit_in_between_lost_is_told_at_the_flush(
    opened: OpenStore, work: Transactions, disk: FullDisk, watch: Stopwatch
) -> None:
    watch.seconds = transactions.LONGEST
    work.enter(writes=True)
    work.writer.add(recipient("a"))
    watch.seconds *= 3
    disk.fill()
    work.leave()
    assert work.pending
    work.enter(writes=True)
    with pytest.raises(StoreError):
        _ = work.writer
    work.leave()
    with pytest.raises(StoreFull):
        work.flush()
    assert not work.pending
    assert names(opened) == set()
