import threading
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from delegacy.domain.audit import AuditRecord, ModifiedProperty
from delegacy.domain.errors import ManagementObjectNotFound, StoreError, StoreFull, StoreUnavailable
from delegacy.domain.ports import RecipientQuery, UnitOfWork
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.store.engine import Database
from delegacy.store.unit_of_work import SqlStore
from support.stores import NOW, OnPostgres, OnSqlite, OpenStore, recipient

T = RecipientTypeDetails


def record(number: int) -> AuditRecord:
    return AuditRecord(
        run_date=NOW + timedelta(minutes=number),
        caller="contoso.com/Users/Administrator",
        origin="shell",
        cmdlet=f"Set-Mailbox{number}",
        parameters=(("Identity", "Größe"), ("AutoMapping", "False")),
        object_modified="contoso.com/Users/Terry Adams",
        modified_properties=(ModifiedProperty("DisplayName", "old", 'new "\n'),),
        succeeded=number % 2 == 0,
        error="" if number % 2 == 0 else "no",
        change=number,
    )


def add_many(work: UnitOfWork) -> None:
    for number in range(1000):
        work.directory.add(recipient(f"A{number}"))


def add_what_fits(work: UnitOfWork) -> None:
    with work.savepoint(), suppress(StoreFull):
        add_many(work)


class TransactionsContract:
    def test_every_commit_has_the_next_number(self, opened: OpenStore) -> None:
        with opened.store.read() as directory:
            before = directory.change
        for step in (1, 2):
            with opened.store.write() as work:
                work.directory.add(recipient(f"A{step}"))
                work.directory.add(recipient(f"B{step}"))
                assert work.directory.change == before + step - 1
                assert work.commit() == before + step
        assert opened.facts.change() == before + 2

    def test_what_is_not_committed_never_was(self, opened: OpenStore) -> None:
        change = opened.facts.change()
        with opened.store.write() as work:
            work.directory.add(recipient("A"))
            work.audit.append([record(1)])
        with opened.store.write() as work:
            work.directory.add(recipient("B"))
            work.rollback()
        with suppress(KeyError), opened.store.write() as work:
            work.directory.add(recipient("C"))
            raise KeyError
        assert opened.facts.change() == change
        with opened.store.read() as directory:
            assert directory.find("A", frozenset()) == directory.find("B", frozenset()) == ()
            assert list(directory.audit_entries()) == []

    def test_a_savepoint_is_undone_alone(self, opened: OpenStore) -> None:
        with opened.store.write() as work:
            work.audit.append([record(1)])
            with suppress(KeyError), work.savepoint():
                work.directory.add(recipient("Undone"))
                work.audit.append([record(2)])
                with work.savepoint():
                    work.directory.add(recipient("Undone too"))
                raise KeyError
            with work.savepoint():
                work.directory.add(recipient("Kept"))
                with pytest.raises(ManagementObjectNotFound), work.savepoint():
                    work.directory.remove(4711)
                work.audit.append([record(3)])
            work.commit()
        with opened.store.read() as directory:
            assert [directory.find(name, frozenset()) != () for name in ("Undone", "Undone too", "Kept")] == [
                False,
                False,
                True,
            ]
            assert [entry.cmdlet for entry in directory.audit_entries()] == ["Set-Mailbox3", "Set-Mailbox1"]
        assert self.broken(opened) is None

    def test_a_reader_sees_one_state(self, opened: OpenStore) -> None:
        (terry,) = opened.add(recipient("Terry Adams"))
        with opened.store.read() as directory:
            change = directory.change
            with opened.store.write() as work:
                work.directory.update(replace(terry, display_name="New"))
                work.commit()
            assert directory.get(terry.id).display_name == "Terry Adams"
            assert directory.change == change
        with opened.store.read() as directory:
            assert directory.get(terry.id).display_name == "New"

    def test_a_writer_of_another_process_waits_and_gives_up_in_time(self, opened: OpenStore) -> None:
        impatient = Database(opened.database.url, lock_timeout=0.2)
        try:
            with opened.store.write() as work:
                work.directory.add(recipient("A"))
                with pytest.raises(StoreUnavailable), SqlStore(impatient, opened.clock).write():
                    pass
                work.commit()
            with SqlStore(impatient, opened.clock).write() as work:
                work.directory.add(recipient("B"))
                work.commit()
        finally:
            impatient.close()

    def test_a_writer_of_another_process_has_its_turn_while_somebody_writes_again_and_again(
        self, opened: OpenStore
    ) -> None:
        other, done = Database(opened.database.url, lock_timeout=20), threading.Event()

        def write_on() -> None:
            while not done.is_set():
                with opened.store.write() as work:
                    done.wait(0.02)
                    work.audit.append([record(1)])
                    work.commit()

        writer = threading.Thread(target=write_on)
        writer.start()
        try:
            with SqlStore(other, opened.clock).write() as work:
                added = work.directory.add(recipient("A"))
                work.commit()
        finally:
            done.set()
            writer.join()
            other.close()
        with opened.store.read() as directory:
            assert directory.get(added.id).name == "A"

    def test_threads_of_a_process_queue(self, opened: OpenStore) -> None:
        store = SqlStore(opened.database, opened.clock, lock_timeout=0.1)
        with store.write(), pytest.raises(StoreUnavailable), store.write():
            pass
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Group")
        before = opened.facts.change()

        def work_on(number: int) -> None:
            for turn in range(5):
                with opened.store.write() as work:
                    added = work.directory.add(recipient(f"Person {number} {turn}"))
                    work.directory.add_members(group.id, [added.id])
                    work.audit.append([record(turn)])
                    work.commit()

        threads = [threading.Thread(target=work_on, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert opened.facts.change() == before + 20
        with opened.store.read() as directory:
            assert len(list(directory.members(group.id))) == 20
        assert self.broken(opened) is None

    def test_a_database_without_an_organization_says_so(self, opened: OpenStore) -> None:
        with opened.database.connection() as connection:
            connection.run("DELETE FROM account_domain")
        with opened.store.read() as directory, pytest.raises(StoreError):
            directory.organization()
        with opened.database.connection() as connection:
            connection.run("DELETE FROM head")
        with pytest.raises(StoreError), opened.store.read():
            pass
        with pytest.raises(StoreError), opened.store.write():
            pass

    def broken(self, opened: OpenStore) -> int | None:
        with opened.store.read() as directory:
            return directory.verify_audit_log().broken


class TestSqlite(OnSqlite, TransactionsContract):
    def test_what_follows_a_full_disk_in_a_transaction_fails_too_and_nothing_is_written(
        self, opened: OpenStore
    ) -> None:
        (terry,) = opened.add(recipient("Terry Adams"))
        with opened.store.read() as directory:
            before = directory.change, directory.count(RecipientQuery())
        full = Database.at(opened.database.file, page_limit=1)  # SQLite takes it as: no more than there are
        try:
            with SqlStore(full, opened.clock).write() as work:
                with pytest.raises(StoreFull), work.savepoint():
                    add_many(work)
                for go_on in (
                    lambda: work.directory.set_credential(terry.id, "hash"),
                    lambda: work.audit.append([record(1)]),
                    work.commit,
                ):
                    with pytest.raises(StoreFull):
                        go_on()
        finally:
            full.close()
        with opened.store.read() as directory:
            assert (directory.change, directory.count(RecipientQuery())) == before
        with opened.database.connection() as connection:
            assert connection.rows("SELECT * FROM credential") == []
        assert self.broken(opened) is None

    def test_a_savepoint_that_a_full_disk_ended_is_left_with_its_error(self, opened: OpenStore) -> None:
        full = Database.at(opened.database.file, page_limit=1)
        try:
            with SqlStore(full, opened.clock).write() as work, pytest.raises(StoreFull):
                add_what_fits(work)
        finally:
            full.close()


class TestPostgres(OnPostgres, TransactionsContract): ...
