from dataclasses import replace
from datetime import timedelta

import pytest

from delegacy.domain.ace import Ace
from delegacy.domain.audit import (
    AuditLogConfig,
    AuditLogLevel,
    AuditProblem,
    AuditPurge,
    AuditQuery,
    AuditRecord,
    ModifiedProperty,
)
from delegacy.domain.change import (
    Granted,
    HeldPlace,
    Irreversible,
    Linked,
    ListChanged,
    ManagersSet,
    MembersAdded,
    MembersRemoved,
    Revoked,
    Unlinked,
    VisibilityChanged,
)
from delegacy.domain.rights import ExtendedRight, InheritanceType, MailboxRight, Right
from delegacy.domain.sid import EVERYONE, Sid
from support.stores import NOW, OnPostgres, OnSqlite, OpenStore

MINUTE = timedelta(minutes=1)


def record(number: int, **changes: object) -> AuditRecord:
    made = AuditRecord(
        run_date=NOW + number * MINUTE,
        caller="contoso.com/Users/Administrator",
        origin="shell",
        cmdlet=f"Set-Mailbox{number}",
        parameters=(("Identity", "Größe"), ("AutoMapping", "False")),
        object_modified="contoso.com/Users/Terry Adams",
        modified_properties=(ModifiedProperty("DisplayName", "old", 'new "\n\0'),),
        succeeded=number % 2 == 0,
        error="" if number % 2 == 0 else "no",
        change=number,
    )
    return replace(made, **changes)  # type: ignore[arg-type] # the names are a record's


def log(opened: OpenStore, *records: AuditRecord) -> None:
    with opened.store.write() as work:
        work.audit.append(records)
        work.commit()


def found(opened: OpenStore, **query: object) -> list[int]:
    """Return the numbers of the entries that a query finds, in order."""
    with opened.store.read() as directory:
        return [entry.sequence for entry in directory.audit_entries(AuditQuery(**query))]  # type: ignore[arg-type]


def broken(opened: OpenStore) -> tuple[int | None, AuditProblem | None]:
    with opened.store.read() as directory:
        result = directory.verify_audit_log()
    return result.broken, result.problem


def purge(opened: OpenStore, number: int, limit: int | None = None, aside: str = "") -> AuditPurge | None:
    """Purge what was run before the record with this number."""
    with opened.store.write() as work:
        purged = work.directory.purge_audit_entries(NOW + number * MINUTE, limit=limit, aside=aside)
        work.commit()
    return purged


def tamper(opened: OpenStore, statement: str) -> None:
    with opened.database.connection() as connection:
        connection.run(statement)


class AuditLogContract:
    def test_entries_are_read_as_they_were_written_newest_first(self, opened: OpenStore) -> None:
        records = [record(number) for number in range(5)]
        log(opened, *records[:2])
        log(opened)
        log(opened, *records[2:])
        with opened.store.read() as directory:
            assert list(directory.audit_entries()) == records[::-1]
            assert directory.audit_entry(2) == records[1]
            assert directory.audit_entry(6) is None
        assert found(opened) == [5, 4, 3, 2, 1]
        assert found(opened, start=records[1].run_date, end=records[3].run_date) == [3, 2]
        assert found(opened, start=NOW + timedelta(days=1)) == []

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            ({"cmdlets": ("set-MAILBOX1",)}, [2]),
            ({"cmdlets": ("Set-Mailbox",)}, []),
            ({"cmdlets": ("Set-Mailbox1", "Set-Mailbox3")}, [4, 2]),
            ({"cmdlets": ("*mailbox*", "nothing")}, [4, 3, 2, 1]),
            ({"cmdlets": ("Set-Mailbox_", "Set-Mailbox%")}, []),
            ({"cmdlets": ("Remove-*",)}, [5]),
            ({"succeeded": True}, [5, 3, 1]),
            ({"succeeded": False}, [4, 2]),
            ({"objects": ("contoso.com/Users/Terry Adams",)}, [4, 3, 2, 1]),
            ({"objects": ("terry ADAMS",)}, [4, 3, 2, 1]),
            ({"objects": ("Adams",)}, []),
            ({"objects": ("Users",)}, []),
            ({"objects": ("*/users/*",)}, [5, 4, 3, 2, 1]),
            ({"objects": ("Straße", "nobody")}, [5]),
            ({"objects": ("STRASSE",)}, [5]),
            ({"callers": ("administrator",)}, [4, 3, 2, 1]),
            ({"callers": ("contoso.com/Users/Sara_Davis",)}, [5]),
            ({"callers": ("contoso.com/Users/SaraXDavis",)}, []),
            ({"callers": ("a*",), "succeeded": False}, [4, 2]),
            ({"cmdlets": ("*",), "parameters": ("automapping",)}, [4, 3, 2, 1]),
            ({"cmdlets": ("*",), "parameters": ("Auto*", "User")}, [5, 4, 3, 2, 1]),
            ({"cmdlets": ("*",), "parameters": ("Größe",)}, []),
            ({"cmdlets": ("*",), "parameters": ("Identity",), "succeeded": True, "objects": ("Terry Adams",)}, [3, 1]),
            ({"skip": 1, "limit": 2}, [4, 3]),
            ({"skip": 9}, []),
            ({"limit": 0}, []),
        ],
    )
    def test_what_is_asked_for_is_found_and_nothing_else(
        self, opened: OpenStore, query: dict[str, object], numbers: list[int]
    ) -> None:
        other = record(
            4,
            cmdlet="Remove-Thing",
            object_modified="contoso.com/Users/Straße",
            caller="contoso.com/Users/Sara_Davis",
            parameters=(("User", "x\0y \ud800 \\u0000 \\\\u0000"),),
        )
        log(opened, *(record(number) for number in range(4)), other)
        assert found(opened, **query) == numbers

    @pytest.mark.parametrize("name", ["x\0y", "\ud800", "x" * 5000, ""])
    def test_a_name_that_no_database_holds_is_logged_and_does_no_harm(self, opened: OpenStore, name: str) -> None:
        odd = record(1, object_modified=name, parameters=(("Identity", name),))
        log(opened, odd)
        with opened.store.read() as directory:
            assert list(directory.audit_entries()) == [odd]
        assert found(opened, objects=(name,)) == [1]
        assert found(opened, objects=(name + "z",)) == ([1] if len(name) > 1024 else [])
        assert broken(opened) == (None, None)

    def test_pages_of_entries_of_one_moment_follow_each_other(self, opened: OpenStore) -> None:
        log(opened, *(record(number, run_date=NOW) for number in range(1203)), record(0, run_date=NOW - MINUTE))
        assert found(opened) == [*range(1203, 0, -1), 1204]
        assert found(opened, skip=2, limit=1100) == [*range(1201, 101, -1)]
        assert found(opened, succeeded=True, limit=501) == [*range(1203, 201, -2)]
        with opened.store.read() as directory:
            assert directory.verify_audit_log().entries == 1204

    @pytest.mark.parametrize(
        ("tampering", "first", "problem"),
        [
            (
                "UPDATE audit_entry SET record = replace(record, 'Set-Mailbox2', 'Get-Mailbox2')",
                3,
                AuditProblem.CHANGED,
            ),
            ("UPDATE audit_entry SET run_date = run_date + 1 WHERE sequence = 2", 2, AuditProblem.CHANGED),
            (
                "UPDATE audit_entry SET hash = (SELECT hash FROM audit_entry WHERE sequence = 1) WHERE sequence = 4",
                4,
                AuditProblem.CHANGED,
            ),
            ("DELETE FROM audit_entry WHERE sequence = 1", 1, AuditProblem.MISSING),
            ("DELETE FROM audit_entry WHERE sequence = 3", 3, AuditProblem.MISSING),
            ("DELETE FROM audit_entry WHERE sequence = 5", 5, AuditProblem.MISSING),
            ("DELETE FROM audit_entry", 1, AuditProblem.MISSING),
            ("UPDATE head SET audit_sequence = 4", 5, AuditProblem.ADDED),
            (
                "UPDATE head SET audit_hash = (SELECT hash FROM audit_entry WHERE sequence = 1)",
                5,
                AuditProblem.CHANGED,
            ),
            ("UPDATE head SET audit_base_sequence = 1", 2, AuditProblem.CHANGED),
            ("UPDATE audit_entry SET cmdlet_key = 'get-mailbox' WHERE sequence = 2", 2, AuditProblem.COLUMNS),
            ("UPDATE audit_entry SET object_key = '' WHERE sequence = 3", 3, AuditProblem.COLUMNS),
            ("UPDATE audit_entry SET caller_key = 'x' WHERE sequence = 5", 5, AuditProblem.COLUMNS),
            ("UPDATE audit_entry SET failed = 1 - failed WHERE sequence = 1", 1, AuditProblem.COLUMNS),
        ],
    )
    def test_a_log_that_was_tampered_with_is_found_out(
        self, opened: OpenStore, tampering: str, first: int, problem: AuditProblem
    ) -> None:
        log(opened, *(record(number) for number in range(5)))
        assert broken(opened) == (None, None)
        tamper(opened, tampering)
        assert broken(opened) == (first, problem)

    def test_a_whole_log_says_where_it_begins_and_ends(self, opened: OpenStore) -> None:
        with opened.store.read() as directory:
            empty = directory.verify_audit_log()
        assert (empty.first, empty.last, empty.entries, empty.broken, empty.last_hash) == (0, 0, 0, None, bytes(32))
        log(opened, *(record(number) for number in range(5)))
        purge(opened, 2)
        with opened.store.read() as directory:
            rest = directory.verify_audit_log()
        assert (rest.first, rest.last, rest.entries, rest.checkpoint, rest.broken) == (3, 5, 3, 2, None)
        assert rest.checkpoint_hash != bytes(32)

    def test_purging_takes_the_oldest_and_leaves_a_chain(self, opened: OpenStore) -> None:
        log(opened, *(record(number) for number in range(5)))
        assert purge(opened, 0) is None
        purged = purge(opened, 3)
        assert purged is not None
        assert (purged.first, purged.last, purged.more) == (1, 3, False)
        assert found(opened) == [5, 4]
        assert purge(opened, 3) is None
        log(opened, record(5))
        assert found(opened) == [6, 5, 4]
        assert broken(opened) == (None, None)
        again = purge(opened, 99)
        assert again is not None
        assert (again.first, again.last) == (4, 6)
        assert found(opened) == []
        log(opened, record(7))
        assert found(opened) == [7]
        assert broken(opened) == (None, None)

    def test_purging_is_done_in_parts(self, opened: OpenStore) -> None:
        log(opened, *(record(number) for number in range(5)))
        parts = [purge(opened, 4, limit=3) for _ in range(3)]
        assert [part and (part.first, part.last, part.more) for part in parts] == [(1, 3, True), (4, 4, False), None]
        assert found(opened) == [5]
        assert broken(opened) == (None, None)

    def test_an_entry_stays_as_long_as_one_before_it_does(self, opened: OpenStore) -> None:
        log(opened, record(9), record(1), record(2))  # somebody set the clock back
        assert purge(opened, 5) is None
        assert found(opened) == [1, 3, 2]

    def test_purging_leaves_what_is_no_reason_for_it(self, opened: OpenStore) -> None:
        log(opened, record(1, cmdlet="Clear-It"), record(2, cmdlet="Clear-It"))
        assert purge(opened, 9, aside="clear-IT") is None
        assert found(opened) == [2, 1]
        log(opened, record(3))
        purged = purge(opened, 9, aside="clear-IT")
        assert purged is not None
        assert purged.last == 3

    def test_a_purge_that_is_undone_never_was(self, opened: OpenStore) -> None:
        log(opened, *(record(number) for number in range(3)))
        with opened.store.write() as work:
            assert work.directory.purge_audit_entries(None, limit=None) is not None
            assert list(work.directory.audit_entries()) == []
        assert found(opened) == [3, 2, 1]
        assert broken(opened) == (None, None)

    def test_changes_are_kept_with_the_entry(self, opened: OpenStore) -> None:
        sid, moment = Sid("S-1-5-21-1-2-3-1104"), NOW + MINUTE
        ace = Ace(
            sid,
            frozenset[Right]({MailboxRight.FULL_ACCESS, MailboxRight.READ_PERMISSION}),
            allow=False,
            inheritance_type=InheritanceType.CHILDREN,
            expires_at=moment,
            granted_at=NOW,
        )
        changes = (
            Granted(1, ace),
            Revoked(2, (ace, Ace(EVERYONE, frozenset[Right]({ExtendedRight.SEND_AS})))),
            ListChanged(3, (HeldPlace(4),), (HeldPlace(4, granted_at=NOW, expires_at=moment), HeldPlace(5))),
            MembersAdded(6, (7, 8)),
            MembersRemoved(6, ()),
            ManagersSet(6, (1,), (2, 3)),
            Linked(9, (10,)),
            Unlinked(9, (10, 11)),
            VisibilityChanged(12, hidden=True),
            Irreversible("'Größe' was removed"),
        )
        log(opened, record(1, changes=changes), record(2))
        with opened.store.read() as directory:
            assert [entry.changes for entry in directory.audit_entries()] == [(), changes]
        assert broken(opened) == (None, None)

    def test_an_entry_from_before_changes_were_kept_is_read(self, opened: OpenStore) -> None:
        with opened.store.write() as work:
            work.audit.append([record(1)])
            work.commit()
        tamper(opened, "UPDATE audit_entry SET record = replace(record, ', 1, []]', ', 1]')")
        with opened.store.read() as directory:
            (entry,) = directory.audit_entries()
        assert entry == record(1)

    def test_what_is_logged_and_kept_is_remembered(self, opened: OpenStore) -> None:
        config = AuditLogConfig(
            enabled=False,
            cmdlets=("Add-*", "Set-Mailbox"),
            parameters=("User",),
            excluded_cmdlets=("*-User",),
            age_limit=timedelta(days=1, seconds=2),
            log_level=AuditLogLevel.VERBOSE,
            test_cmdlet_logging_enabled=True,
        )
        with opened.store.write() as work:
            assert work.directory.audit_config() == AuditLogConfig()
            work.directory.set_audit_config(config)
            work.directory.set_audit_config(config)
            work.commit()
        with opened.store.read() as directory:
            assert directory.audit_config() == config


class TestSqlite(OnSqlite, AuditLogContract): ...


class TestPostgres(OnPostgres, AuditLogContract): ...
