"""Cases of the specification as data: a world, changes to it, and then who may and who may not.

A file of tests/spec/cases holds a world that its cases share, and each case one sentence of the specification. The words are those of the
TOML files: recipients by name, rights by the name that cmdlets and the admin center use, answers by the reason that a decision gives.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Final

from delegacy.domain.mailbox import WITHOUT_OWN_ACCOUNT
from delegacy.domain.organization import HiddenMailboxDelegation
from delegacy.domain.recipient import ACCOUNTS, GROUPS, MAILBOXES, SYSTEM_MAILBOXES, RecipientTypeDetails
from delegacy.domain.rights import InheritanceType

CASES: Final = Path(__file__).parents[2] / "spec" / "cases"

_SECURITY_GROUPS: Final = frozenset(
    {
        RecipientTypeDetails.MAIL_UNIVERSAL_SECURITY_GROUP,
        RecipientTypeDetails.UNIVERSAL_SECURITY_GROUP,
        RecipientTypeDetails.NON_UNIVERSAL_GROUP,
        RecipientTypeDetails.ROLE_GROUP,
    }
)
_DISABLED: Final = WITHOUT_OWN_ACCOUNT | {RecipientTypeDetails.LINKED_MAILBOX, RecipientTypeDetails.DISABLED_USER}


class Lifetime(Enum):
    """When a grant ends, seen from the moment of the decision."""

    FOREVER = "never"
    STILL_LASTS = "later"
    ENDED = "before"


@dataclass(frozen=True, slots=True)
class Declared:
    """An object of a world, as a case names it. A name with a domain (``FABRIKAM\\robinw``) is an account of that domain."""

    name: str
    kind: RecipientTypeDetails
    hidden: bool
    disabled: bool
    security_enabled: bool
    master: str | None = None
    members: tuple[str, ...] = ()

    @property
    def is_account(self) -> bool:
        """Tell whether somebody may sign in as it."""
        return self.kind in ACCOUNTS

    @property
    def is_mailbox(self) -> bool:
        """Tell whether it is a mailbox."""
        return self.kind in MAILBOXES

    @property
    def is_group(self) -> bool:
        """Tell whether it has members."""
        return self.kind in GROUPS


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission for ``to`` on ``on``, or a single right by its label (``ReadPermission``)."""

    to: str
    right: str
    on: str
    deny: bool = False
    inheritance: InheritanceType = InheritanceType.ALL
    lifetime: Lifetime = Lifetime.FOREVER
    auto_mapping: bool = True


@dataclass(frozen=True, slots=True)
class Inherited:
    """An entry that every mailbox inherits."""

    to: str
    right: str
    deny: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """A member and its group."""

    member: str
    group: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a world answers: whether it is allowed and, as far as it can tell, why.

    ``trustee`` is whom the deciding entry names, ``chain`` the groups from the delegate to it. None is what the world cannot tell.
    """

    allowed: bool
    reason: str | None = None
    trustee: str | None = None
    chain: tuple[str, ...] | None = None

    def agrees(self, expected: "Answer") -> bool:
        """Tell whether this answer is the expected one, as far as both say."""
        if self.allowed != expected.allowed:
            return False
        pairs = (
            (self.reason, expected.reason),
            (self.trustee, expected.trustee),
            (self.chain, expected.chain),
        )
        return all(None in pair or pair[0] == pair[1] for pair in pairs)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Who may and who may not; ``others`` is the reason for which every account that is not named may not."""

    named: Mapping[str, Answer]
    others: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Changes, made in the order of these fields, and what must hold after them.

    ``sentence`` and ``page`` are given where they are not those of the case.
    """

    sentence: str = ""
    page: str = ""
    recipients: tuple[Declared, ...] = ()
    inherit: tuple[Inherited, ...] = ()
    join: tuple[Membership, ...] = ()
    leave: tuple[Membership, ...] = ()
    revoke: tuple[Grant, ...] = ()
    grant: tuple[Grant, ...] = ()
    hide: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    enable: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    hidden_mailbox_delegation: HiddenMailboxDelegation | None = None
    open: Mapping[str, Verdicts] = field(default_factory=dict)
    send: Mapping[str, Verdicts] = field(default_factory=dict)
    send_from_its_own_profile: Mapping[str, Verdicts] = field(default_factory=dict)
    mapped: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def expects_something(self) -> bool:
        """Tell whether anything is asked after the changes."""
        return bool(self.open or self.send or self.send_from_its_own_profile or self.mapped)


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence of the specification: where it stands, and the steps that show it. The first step is the world."""

    file: str
    point: str
    page: str
    sentence: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        words = re.sub(r"\W+", "-", self.sentence.lower()).strip("-")
        return f"{self.file}:{self.point}:{words[:80]}"

    @property
    def declared(self) -> Mapping[str, Declared]:
        """Return every object that the case ever names, by name."""
        return {one.name: one for step in self.steps for one in step.recipients}


class MalformedCase(Exception):
    """A case file that says something that no case can say."""


def load_cases() -> tuple[Case, ...]:
    """Return every case of every file that holds cases."""
    return tuple(case for path in sorted(CASES.glob("*.toml")) for case in _load(path))


def _load(path: Path) -> Iterator[Case]:
    document = tomllib.loads(path.read_text("utf-8"))
    if "case" not in document:
        return
    reader = _Reader(path.stem)
    page = document.pop("page")
    cases = document.pop("case")
    world = reader.step(document)
    for table in cases:
        point, sentence = table.pop("point"), table.pop("sentence")
        own_page = table.pop("page", page)
        then = [reader.step(step) for step in table.pop("then", ())]
        yield Case(path.stem, point, own_page, sentence, (world, reader.step(table), *then))


class _Reader:
    """Reads tables of a case file; anything unknown in them is an error."""

    def __init__(self, file: str) -> None:
        self._file = file

    def step(self, table: dict[str, Any]) -> Step:
        table = dict(table)
        switch = table.pop("hidden_mailbox_delegation", None)
        step = Step(
            sentence=table.pop("sentence", ""),
            page=table.pop("page", ""),
            recipients=tuple(self._declared(name, value) for name, value in table.pop("recipients", {}).items()),
            inherit=tuple(Inherited(**entry) for entry in table.pop("inherit", ())),
            join=tuple(Membership(**entry) for entry in table.pop("join", ())),
            leave=tuple(Membership(**entry) for entry in table.pop("leave", ())),
            revoke=tuple(self._grant(entry) for entry in table.pop("revoke", ())),
            grant=tuple(self._grant(entry) for entry in table.pop("grant", ())),
            hide=tuple(table.pop("hide", ())),
            show=tuple(table.pop("show", ())),
            disable=tuple(table.pop("disable", ())),
            enable=tuple(table.pop("enable", ())),
            delete=tuple(table.pop("delete", ())),
            hidden_mailbox_delegation=HiddenMailboxDelegation(switch) if switch else None,
            open=self._questions(table.pop("open", {})),
            send=self._questions(table.pop("send", {})),
            send_from_its_own_profile=self._questions(table.pop("send_from_its_own_profile", {})),
            mapped={who: tuple(what) for who, what in table.pop("mapped", {}).items()},
        )
        self._nothing_left(table)
        return step

    def _declared(self, name: str, value: str | dict[str, Any]) -> Declared:
        table: dict[str, Any] = {"type": value} if isinstance(value, str) else dict(value)
        kind = RecipientTypeDetails(table.pop("type"))
        declared = Declared(
            name,
            kind,
            hidden=table.pop("hidden", kind in SYSTEM_MAILBOXES),
            disabled=table.pop("disabled", kind in _DISABLED),
            security_enabled=table.pop("security_enabled", kind in _SECURITY_GROUPS),
            master=table.pop("master", None),
            members=tuple(table.pop("members", ())),
        )
        self._nothing_left(table)
        return declared

    def _grant(self, table: dict[str, Any]) -> Grant:
        table = dict(table)
        inheritance = InheritanceType(table.pop("inheritance", InheritanceType.ALL.value))
        lifetime = Lifetime(table.pop("ends", Lifetime.FOREVER.value))
        return Grant(**table, inheritance=inheritance, lifetime=lifetime)

    def _questions(self, table: dict[str, dict[str, Any]]) -> dict[str, Verdicts]:
        return {on: self._verdicts(dict(verdicts)) for on, verdicts in table.items()}

    def _verdicts(self, table: dict[str, Any]) -> Verdicts:
        named = {who: self._answer(reason, allowed=True) for who, reason in table.pop("may", {}).items()}
        named |= {who: self._answer(reason, allowed=False) for who, reason in table.pop("may_not", {}).items()}
        verdicts = Verdicts(named, table.pop("others", None))
        self._nothing_left(table)
        return verdicts

    def _answer(self, value: str | dict[str, Any], *, allowed: bool) -> Answer:
        if isinstance(value, str):
            return Answer(allowed, value)
        table = dict(value)
        chain = tuple(table.pop("through"))
        answer = Answer(allowed, table.pop("reason"), chain[-1], chain)
        self._nothing_left(table)
        return answer

    def _nothing_left(self, table: dict[str, Any]) -> None:
        if table:
            raise MalformedCase(f"{self._file}: {', '.join(table)} says nothing here")
