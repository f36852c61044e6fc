"""An organization of any size, the same one for the same seed: mailboxes, nested groups, five grants a mailbox.

The world is plain numbers, so that every system under measurement loads the same one, and can be asked the same questions.
"""

import random
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

DOMAIN: Final = "contoso.com"
GRANTS_PER_MAILBOX: Final = 5
GROUP_GRANTS: Final = 0.1
GROUPS_PER_PERSON: Final = 3
RECIPIENTS_PER_NEST: Final = 250
FEWEST_NESTS: Final = 10

NEST: Final = (None, 0, 1, 2, 2, 3, 3, 4, 4)
"""The parent of each group of a nest: the outermost group, down to four groups that have people in them, five deep."""
LEAVES: Final = (5, 6, 7, 8)


class Grant(Enum):
    """What a mailbox's grants are of, by their places: two of Full Access, two of Send As, one of Send on Behalf."""

    FULL_ACCESS = (0, 1)
    SEND_AS = (2, 3)
    SEND_ON_BEHALF = (4,)


class Verb(Enum):
    """The two questions, and the places of the grants that answer each with yes."""

    OPEN = (0, 1)
    SEND = (2, 3, 4)


@dataclass(frozen=True, slots=True)
class Question:
    """May this person do this with this mailbox; both by number. ``allowed`` is the answer that every system must give."""

    person: int
    verb: Verb
    mailbox: int
    allowed: bool


class World:
    """``recipients`` user mailboxes, numbered from 0, and groups in nests of nine.

    Each person is in three innermost groups of different nests, and in the group of everybody. A grant's trustee is a person (0 and up)
    or a nest's outermost group (``outermost(nest)``, below 0).
    """

    def __init__(self, recipients: int, seed: int = 1) -> None:
        self.recipients = recipients
        self.nests = max(FEWEST_NESTS, recipients // RECIPIENTS_PER_NEST)
        chance = random.Random(seed)
        self._memberships = array("l")
        self._grants = array("l")
        delegates = max(1, recipients // 10)
        for person in range(recipients):
            self._memberships.extend(
                nest * len(NEST) + chance.choice(LEAVES) for nest in chance.sample(range(self.nests), GROUPS_PER_PERSON)
            )
            for _ in range(GRANTS_PER_MAILBOX):
                if chance.random() < GROUP_GRANTS:
                    self._grants.append(outermost(chance.randrange(self.nests)))
                else:
                    delegate = chance.randrange(delegates) * 10
                    self._grants.append(delegate if delegate != person else (delegate + 10) % (delegates * 10))
        self._people_of_nest: list[list[int]] = []

    @property
    def groups(self) -> int:
        """Return how many groups the nests have together."""
        return self.nests * len(NEST)

    def groups_of_person(self, person: int) -> tuple[int, ...]:
        """Return the numbers of the innermost groups that a person is in."""
        return tuple(self._memberships[person * GROUPS_PER_PERSON : (person + 1) * GROUPS_PER_PERSON])

    def trustees(self, mailbox: int) -> tuple[int, ...]:
        """Return the trustees of a mailbox's five grants."""
        return tuple(self._grants[mailbox * GRANTS_PER_MAILBOX : (mailbox + 1) * GRANTS_PER_MAILBOX])

    def targets_by_trustee(self, grant: Grant) -> dict[int, list[int]]:
        """Return, for each trustee, the mailboxes that it has this kind of grant on."""
        targets: dict[int, list[int]] = {}
        for mailbox in range(self.recipients):
            for trustee in {self._grants[mailbox * GRANTS_PER_MAILBOX + place] for place in grant.value}:
                targets.setdefault(trustee, []).append(mailbox)
        return targets

    def members(self) -> dict[int, list[int]]:
        """Return the people of each innermost group."""
        members: dict[int, list[int]] = {}
        for place, group in enumerate(self._memberships):
            members.setdefault(group, []).append(place // GROUPS_PER_PERSON)
        return members

    def parents(self) -> Iterator[tuple[int, int]]:
        """Yield each group that is in another, and the other."""
        for nest in range(self.nests):
            for group, parent in enumerate(NEST):
                if parent is not None:
                    yield nest * len(NEST) + group, nest * len(NEST) + parent

    def is_allowed(self, person: int, verb: Verb, mailbox: int) -> bool:
        """Answer a question from the plain numbers."""
        identities = {person, *(outermost(group // len(NEST)) for group in self.groups_of_person(person))}
        return person == mailbox or any(
            self._grants[mailbox * GRANTS_PER_MAILBOX + place] in identities for place in verb.value
        )

    def questions(self, verb: Verb, count: int, seed: int = 2) -> list[Question]:
        """Return questions in random order: a third allowed directly, a third through nested groups, a third refused."""
        chance = random.Random(f"{seed} {verb.name}")
        thirds = (self._directly_allowed, self._allowed_through_groups, self._refused)
        questions = [thirds[number % 3](verb, chance) for number in range(count)]
        chance.shuffle(questions)
        return questions

    def _directly_allowed(self, verb: Verb, chance: random.Random) -> Question:
        while True:
            mailbox, trustee = self._some_grant(verb, chance)
            if trustee >= 0:
                return Question(trustee, verb, mailbox, allowed=True)

    def _allowed_through_groups(self, verb: Verb, chance: random.Random) -> Question:
        if not self._people_of_nest:
            self._people_of_nest = [[] for _ in range(self.nests)]
            for place, group in enumerate(self._memberships):
                self._people_of_nest[group // len(NEST)].append(place // GROUPS_PER_PERSON)
        while True:
            mailbox, trustee = self._some_grant(verb, chance)
            if trustee < 0 and self._people_of_nest[nest_of(trustee)]:
                person = chance.choice(self._people_of_nest[nest_of(trustee)])
                if person != mailbox and person not in self.trustees(mailbox):
                    return Question(person, verb, mailbox, allowed=True)

    def _refused(self, verb: Verb, chance: random.Random) -> Question:
        while True:
            person, mailbox = chance.randrange(self.recipients), chance.randrange(self.recipients)
            if not self.is_allowed(person, verb, mailbox):
                return Question(person, verb, mailbox, allowed=False)

    def _some_grant(self, verb: Verb, chance: random.Random) -> tuple[int, int]:
        mailbox = chance.randrange(self.recipients)
        return mailbox, self._grants[mailbox * GRANTS_PER_MAILBOX + chance.choice(verb.value)]


def outermost(nest: int) -> int:
    """Return a nest's outermost group as a trustee."""
    return -1 - nest


def nest_of(trustee: int) -> int:
    """Return the nest whose outermost group a trustee below 0 is."""
    return -1 - trustee


def address_of(mailbox: int) -> str:
    """Return the address of a mailbox, in the form that is compared."""
    return f"person{mailbox:07}@{DOMAIN}"


def group_name(group: int) -> str:
    """Return the name of a group."""
    return f"group{group:06}"
