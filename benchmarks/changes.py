"""Changes, durable when they are done: the largest group's members, many grants at once, and as many through a pipeline."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Final

from delegacy.bootstrap.directory import SystemClock
from delegacy.domain.ace import Ace
from delegacy.domain.audit import AuditRecord, ModifiedProperty
from delegacy.domain.ports import Directory
from delegacy.domain.rights import MailboxRight
from delegacy.enforcement.authorizer import Authorizer
from delegacy.powershell.silent_host import SilentHost
from delegacy.session.caller import built_in_administrator
from delegacy.session.runspace import Runspace
from delegacy.session.signin import Argon2Passwords
from delegacy.store.decisions import SqlDecisionFacts
from delegacy.store.engine import Database
from delegacy.store.mail_transaction import MailTransactions
from delegacy.store.mailbox_usage import SqlMailboxUsage
from organization import Organization
from timing import still

MOST_GRANTS: Final = 100_000
_TIMES: Final = 7
_BULK_TIMES: Final = 3


def membership(organization: Organization) -> dict[str, float]:
    """Return the seconds of each change of the group that everybody is in: a person joins and leaves, a nest of groups does."""
    group, person, nest = organization.everybody, organization.spare[0], organization.groups[0]
    return {
        f"{who} {what} the largest group": median(times)
        for who, member in (("a person", person), ("a nest of groups", nest))
        for what, times in _joins_and_leaves(organization, group, member).items()
    }


def bulk_grant(organization: Organization) -> float:
    """Return the seconds of one transaction that grants one delegate Full Access on many mailboxes, with an audit entry for each."""
    targets = organization.people[:MOST_GRANTS]
    return median(_grant_all(organization, targets, delegate) for delegate in organization.spare[:_BULK_TIMES])


def piped_grant(organization: Organization, database: Database) -> float:
    """Return the objects a second of ``Get-Mailbox | Add-MailboxPermission``, each with its output, audit entry and auto-mapping link."""
    store, clock = organization.store, SystemClock()
    with store.read() as directory:
        caller = built_in_administrator(directory, "benchmark")
        delegate = directory.get(organization.spare[-1])
    facts = SqlDecisionFacts(database)
    runspace = Runspace(
        store,
        caller,
        SilentHost(clock.now),
        clock=clock,
        questions=Authorizer(facts, store, clock),
        passwords=Argon2Passwords(),
        usage=SqlMailboxUsage(MailTransactions(database)),
    )
    with still():
        begun = time.perf_counter()
        (granted,) = runspace.run_or_raise(
            f"$granted = 0; Get-Mailbox -ResultSize {MOST_GRANTS} -WarningAction SilentlyContinue | "
            f"Add-MailboxPermission -User {delegate.alias} -AccessRights FullAccess | ForEach-Object {{ $granted++ }}; $granted"
        )
        spent = time.perf_counter() - begun
    facts.close()
    assert granted == MOST_GRANTS
    return MOST_GRANTS / spent


def _grant_all(organization: Organization, targets: Sequence[int], delegate: int) -> float:
    now = datetime.now(UTC)
    with organization.store.read() as directory:
        sid = directory.get(delegate).sid
    assert sid is not None
    ace = Ace(sid, frozenset({MailboxRight.FULL_ACCESS}), granted_by="contoso.com/Users/Administrator", granted_at=now)
    records = [_record(target, delegate, now) for target in targets]
    begun = time.perf_counter()
    with organization.store.write() as work:
        granted = work.directory.grant_many(targets, ace)
        work.audit.append(records)
        work.commit()
    spent = time.perf_counter() - begun
    assert len(granted) == len(targets)
    return spent


def _record(target: int, delegate: int, now: datetime) -> AuditRecord:
    return AuditRecord(
        run_date=now,
        caller="contoso.com/Users/Administrator",
        origin="shell",
        cmdlet="Add-MailboxPermission",
        parameters=(("Identity", f"person{target:07}"), ("User", f"spare{delegate}"), ("AccessRights", "FullAccess")),
        object_modified=f"contoso.com/Users/person{target:07}",
        modified_properties=(ModifiedProperty("MailboxPermission", "", f"CONTOSO\\spare{delegate}: FullAccess"),),
    )


def _joins_and_leaves(organization: Organization, group: int, member: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {"joins": [], "leaves": []}
    for _ in range(_TIMES):
        times["joins"].append(_changed(organization, lambda directory: directory.add_members(group, [member])))
        times["leaves"].append(_changed(organization, lambda directory: directory.remove_members(group, [member])))
    return times


def _changed(organization: Organization, change: Callable[[Directory], None]) -> float:
    begun = time.perf_counter()
    with organization.store.write() as work:
        change(work.directory)
        work.commit()
    return time.perf_counter() - begun
