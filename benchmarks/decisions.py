"""How fast Delegacy decides, looks up and changes: beside its targets and, where they can hold the data, beside pycasbin and Cedar.

    python benchmarks/decisions.py [--recipients N ...] [--database URL] [--json FILE] [--seconds S] [--keep DIR]

A *decision* is what a protocol asks, without thread hop and log line: ``Authorizer.decide_send`` (address resolution, facts in one
transaction, policy) and ``decide_open``. Its *facts* are what the store reads for it, and its *statement* is the SQL of that. The *bare query* is
the check alone, on the same tables: both by key, and yes or no, which is what the rivals answer. A third of the questions are to be allowed
directly, a third through groups nested five deep, a third refused; the answers of all are checked before they count. All of all sizes take
turns in several rounds, and medians are printed. Commits are durable.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import changes
import lookups
from databases import postgres_organization, sqlite_organization
from delegacy.domain.rights import ExtendedRight, MailboxRight
from delegacy.enforcement.authorizer import Authorizer
from delegacy.policy.decision import Allow
from delegacy.store.connection import Row
from delegacy.store.decisions import SqlDecisionFacts
from delegacy.store.engine import Database
from organization import Organization
from report import Figure, table, write_json
from rivals import CASBIN, CEDAR, CasbinRival, CedarRival
from timing import Contestant, rates
from world import Verb, address_of

SIZES: Final = (1_000, 100_000, 1_000_000)
LARGEST_FOR_RIVALS: Final = 100_000
FEWEST_FOR_BULK: Final = changes.MOST_GRANTS
QUESTIONS: Final = 20_000

DECISION: Final = "decision"
FACTS: Final = "its facts"
STATEMENT: Final = "its statement"
QUERY: Final = "bare query"

LEAST_RATE: Final = 30_000
MOST_GROWTH: Final = 1.5
TIMES_CASBIN: Final = {DECISION: 2.0, QUERY: 5.0}
TIMES_CEDAR: Final = {DECISION: 1.2, QUERY: 3.0}
LONGEST_LOOKUP_MS: Final = 1.0
LONGEST_ACCESS_MS: Final = 30.0
LONGEST_MEMBERSHIP_MS: Final = 10.0
LONGEST_BULK: Final = 2.0
LEAST_PIPED: Final = 3_000

Key = tuple[int, Verb, str]
"""Recipients, question, contestant."""


_IN_GROUP: Final = """
    EXISTS (
        SELECT 1 FROM member m CROSS JOIN group_closure c
        WHERE m.member = ? AND c.descendant = m.group_id AND c.ancestor = {group} AND c.{flag} = 1
    )
"""
_GRANTED: Final = f"""
    EXISTS (
        SELECT 1 FROM ace e
        WHERE e.target = ? AND e.access_right = {{right}} AND e.allow = 1
          AND (e.trustee = ? OR (e.to_group = 1 AND {_IN_GROUP.format(group="e.trustee", flag="security")}))
    )
"""
_LISTED: Final = f"""
    EXISTS (
        SELECT 1 FROM send_on_behalf s
        WHERE s.target = ? AND (s.delegate = ? OR (s.to_group = 1 AND {_IN_GROUP.format(group="s.delegate", flag="mail")}))
    )
"""
_MAY_OPEN: Final = f"SELECT {_GRANTED.format(right=int(MailboxRight.FULL_ACCESS))}"
_MAY_SEND: Final = f"SELECT {_GRANTED.format(right=int(ExtendedRight.SEND_AS))} OR {_LISTED}"


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class _Statements(SqlDecisionFacts):
    """Notes the statement that a question comes to, in place of running it."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._noted: list[tuple[str, Sequence[object]]] = []

    def of(self, verb: Verb, asked: Sequence[tuple[int, Any]]) -> list[tuple[str, Sequence[object]]]:
        """Return the statements of these questions."""
        read = self.sending if verb is Verb.SEND else self.opening
        for account, target in asked:
            read(account, target, datetime.now(UTC))
        return self._noted

    def _rows(self, sql: str, parameters: Sequence[object]) -> list[Row]:
        self._noted.append((sql, parameters))
        return []


def _check_opening(person: int, mailbox: int) -> tuple[str, Sequence[object]]:
    return _MAY_OPEN, (mailbox, person, person)


def _check_sending(person: int, mailbox: int) -> tuple[str, Sequence[object]]:
    return _MAY_SEND, (mailbox, person, person) * 2


def _is_yes(rows: list[Row]) -> bool:
    return bool(rows[0][0])


def contestants(organization: Organization, database: Database) -> dict[Key, Contestant]:
    """Return who answers which questions about an organization, every answer checked."""
    world, people = organization.world, organization.people
    facts, connection = SqlDecisionFacts(database), database.lasting_connection()
    authorizer = Authorizer(facts, organization.store, _Clock())
    rivals = [CasbinRival(world), CedarRival(world)] if world.recipients <= LARGEST_FOR_RIVALS else []
    found: dict[Key, Contestant] = {}
    for verb, decide, read, check in (
        (Verb.SEND, authorizer.decide_send, facts.sending, _check_sending),
        (Verb.OPEN, authorizer.decide_open, facts.opening, _check_opening),
    ):
        questions = world.questions(verb, QUESTIONS)
        asked = [
            (people[q.person], address_of(q.mailbox) if verb is Verb.SEND else people[q.mailbox]) for q in questions
        ]
        now = datetime.now(UTC)
        ours = [
            Contestant(DECISION, decide, asked, lambda decision: isinstance(decision, Allow)),
            Contestant(FACTS, read, [(*some, now) for some in asked]),
            Contestant(STATEMENT, connection.rows, _Statements(database).of(verb, asked)),
            Contestant(
                QUERY, connection.rows, [check(people[q.person], people[q.mailbox]) for q in questions], _is_yes
            ),
        ]
        answers = [q.allowed for q in questions]
        for contestant in (*ours, *(rival.contestant(questions) for rival in rivals)):
            contestant.check(answers)
            found[world.recipients, verb, contestant.name] = contestant
    return found


def decision_figures(rate: Mapping[Key, float]) -> Iterator[Figure]:
    """Return the rates, what they are of those of the rivals, and how they fall as the directory grows."""
    sizes = sorted({recipients for recipients, _, _ in rate})
    for verb in Verb:
        of_verb = {(recipients, name): value for (recipients, asked, name), value in rate.items() if asked is verb}
        for (recipients, name), value in sorted(of_verb.items()):
            target = LEAST_RATE if name == DECISION else None
            yield Figure(f"{verb.name.lower()}: {name}", recipients, value, "/s", target)
        for recipients in sizes:
            for rival, wanted in ((CASBIN, TIMES_CASBIN), (CEDAR, TIMES_CEDAR)):
                if (recipients, rival) in of_verb:
                    for name, times in wanted.items():
                        ratio = of_verb[recipients, name] / of_verb[recipients, rival]
                        target = times if recipients == LARGEST_FOR_RIVALS else None
                        yield Figure(f"{verb.name.lower()}: {name} / {rival}", recipients, ratio, "times", target)
        if len(sizes) > 1:
            growth = of_verb[sizes[0], DECISION] / of_verb[sizes[-1], DECISION]
            yield Figure(
                f"{verb.name.lower()}: growth from {sizes[0]:,}",
                sizes[-1],
                growth,
                "times",
                MOST_GROWTH,
                at_least=False,
            )


def lookup_figures(organization: Organization, seconds: float) -> Iterator[Figure]:
    """Return how long reverse look-ups take."""
    measured = rates({contestant.name: contestant for contestant in lookups.contestants(organization)}, seconds)
    for name, rate in measured.items():
        target = None if name == lookups.EVERYTHING else LONGEST_LOOKUP_MS
        yield Figure(name, organization.world.recipients, 1000 / rate, "ms", target, at_least=False)
    measured = rates({each.name: each for each in lookups.access_contestants(organization)}, seconds)
    for name, rate in measured.items():
        yield Figure(name, organization.world.recipients, 1000 / rate, "ms", LONGEST_ACCESS_MS, at_least=False)


def change_figures(organization: Organization, database: Database) -> Iterator[Figure]:
    """Return how long changes take."""
    size = organization.world.recipients
    for name, seconds in changes.membership(organization).items():
        yield Figure(name, size, seconds * 1000, "ms", LONGEST_MEMBERSHIP_MS, at_least=False)
    if size >= FEWEST_FOR_BULK:
        seconds = changes.bulk_grant(organization)
        yield Figure(f"{changes.MOST_GRANTS:,} grants in one change", size, seconds, "s", LONGEST_BULK, at_least=False)
        rate = changes.piped_grant(organization, database)
        yield Figure(f"{changes.MOST_GRANTS:,} grants through a pipeline", size, rate, "objects/s", LEAST_PIPED)


def _measured(arguments: argparse.Namespace) -> list[Figure]:
    figures: list[Figure] = []
    with ExitStack() as closing:
        organizations = {}
        databases = {}
        answering: dict[Key, Contestant] = {}
        for recipients in sorted(arguments.recipients):
            if arguments.database:
                opened = postgres_organization(recipients, arguments.database)
            else:
                opened = sqlite_organization(recipients, arguments.keep)
            databases[recipients], organizations[recipients] = closing.enter_context(opened)
            answering |= contestants(organizations[recipients], databases[recipients])
        figures.extend(decision_figures(rates(answering, arguments.seconds)))
        for organization in organizations.values():
            figures.extend(lookup_figures(organization, arguments.seconds))
        answering.clear()
        for recipients, organization in organizations.items():
            figures.extend(change_figures(organization, databases[recipients]))
    if arguments.database:
        return [replace(figure, target=None) for figure in figures]
    return figures


def main() -> int:
    """Run the benchmark; return 1 if a target was missed."""
    parser = argparse.ArgumentParser(description="The decision benchmark.")
    parser.add_argument(
        "--recipients", type=int, nargs="+", default=SIZES, metavar="N", help="sizes; 1000 100000 1000000"
    )
    parser.add_argument(
        "--database", default="", metavar="URL", help="an empty PostgreSQL database in place of SQLite files"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--seconds", type=float, default=3.0, metavar="S", help="how long each rate is measured; 3")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep the SQLite files there, and start from those that are"
    )
    arguments = parser.parse_args()
    if arguments.database and len(arguments.recipients) > 1:
        parser.error("--database holds one organization at a time: give one --recipients")
    figures = _measured(arguments)
    print(table(figures))
    if arguments.json:
        write_json(arguments.json, figures, arguments.database.partition(":")[0] or "sqlite")
    return int(any(figure.reached is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
