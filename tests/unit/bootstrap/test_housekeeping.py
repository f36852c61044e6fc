"""What the server tidies up by itself: as the system, audited as anybody's changes are, and until nothing is left."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from delegacy.bootstrap.directory import DirectoryServices, SystemClock, open_directory
from delegacy.bootstrap.housekeeping import SYSTEM, Housekeeping
from delegacy.bootstrap.organization import initialise
from delegacy.bootstrap.runspaces import open_runspace
from delegacy.config import Settings
from delegacy.domain.errors import StoreUnavailable
from delegacy.powershell.silent_host import SilentHost
from delegacy.store.unit_of_work import SqlStore
from support.commands import PlainPasswords

REMOVE, CLEAR = "Remove-ExpiredPermission", "Clear-ExpiredAdminAuditLog"


class MovedClock(SystemClock):
    """The machine's clock, moved on."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def services(tmp_path: Path, clock: MovedClock) -> Iterator[DirectoryServices]:
    settings = Settings(data=tmp_path)
    initialise(settings, "contoso.com", None, lambda: "correct horse", PlainPasswords())
    with open_directory(settings) as opened:
        yield replace(opened, clock=clock, store=SqlStore(opened.directory_database, clock))


def run(services: DirectoryServices, script: str) -> tuple[object, ...]:
    host = SilentHost(services.clock.now)
    return open_runspace(services, host, user=None, origin="shell", passwords=PlainPasswords()).run_or_raise(script)


def test_permissions_that_have_ended_go(services: DirectoryServices, clock: MovedClock) -> None:
    run(
        services,
        "1..250 | foreach { New-Mailbox -Shared -Name Pool$_ -Alias pool$_; "
        "Add-RecipientPermission pool$_ -Trustee Administrator -AccessRights SendAs -For 1 }",
    )
    Housekeeping(services).tidy(REMOVE)
    with services.store.read() as directory:
        assert next(directory.audit_entries()).cmdlet == "Add-RecipientPermission"
    clock.by = timedelta(days=1)
    Housekeeping(services).tidy(REMOVE)
    with services.store.read() as directory:
        assert directory.with_ended_grants(limit=1) == ()
        entries = list(directory.audit_entries())[:250]
        assert {(entry.cmdlet, entry.caller, entry.origin) for entry in entries} == {(REMOVE, SYSTEM, "housekeeping")}
        assert len({entry.object_modified for entry in entries}) == 250
        assert directory.verify_audit_log().broken is None


def test_entries_of_the_log_past_their_age_go(services: DirectoryServices, clock: MovedClock) -> None:
    run(services, "New-Mailbox -Shared -Name Pool -Alias pool")
    Housekeeping(services).tidy(CLEAR)
    with services.store.read() as directory:
        assert directory.verify_audit_log().first == 1
    clock.by = timedelta(days=91)
    for _ in range(3):  # what the first leaves is not worth another
        Housekeeping(services).tidy(CLEAR)
    with services.store.read() as directory:
        assert [entry.cmdlet for entry in directory.audit_entries()] == [CLEAR]
        assert directory.verify_audit_log().broken is None


def test_a_failure_is_told_and_ends_nothing(services: DirectoryServices, caplog: pytest.LogCaptureFixture) -> None:
    class Unavailable(SqlStore):
        def read(self) -> "SqlStore":  # type: ignore[override] # nothing is returned
            raise StoreUnavailable("The database can't be reached.", "here")

    broken = replace(services, store=Unavailable(services.directory_database, services.clock))
    with caplog.at_level(logging.WARNING):
        Housekeeping(broken).tidy(REMOVE)
    (record,) = caplog.records
    assert "can't be reached" in vars(record)["reason"]
