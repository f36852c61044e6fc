"""What a case is run against: a world that takes its changes and answers its questions."""

from collections.abc import Iterator
from typing import Final, Protocol

from delegacy.policy.automapping import mapped_mailboxes
from delegacy.policy.decision import Allow, Deny, OpenDecision, OpenDenial, SendDecision, SendDenial
from delegacy.policy.opening import decide_open
from delegacy.policy.sending import decide_send
from support.spec import naive
from support.spec.cases import Answer, Case, Step, Verdicts
from support.spec.facts import NOW, linked_facts, name_of, opening_facts, sending_facts
from support.spec.model import Model


class World(Protocol):
    """Somewhere a case can happen. Every ``who`` is a name whose account signs in: of a linked mailbox, its master account."""

    def apply(self, step: Step) -> None:
        """Make the changes of a step."""

    def opens(self, who: str, mailbox: str) -> Answer | None:
        """Answer whether somebody opens a mailbox; None where that cannot be asked here."""

    def sends(self, who: str, author: str) -> Answer | None:
        """Answer whether somebody sends with the author's address in From; None where that cannot be asked here."""

    def sends_from_its_own_profile(self, who: str, author: str) -> Answer | None:
        """Answer the same for a session that is opened on the author's mailbox itself."""

    def mapped(self, who: str) -> tuple[str, ...] | None:
        """Return the mailboxes that open in somebody's profile by themselves."""


class PolicyWorld:
    """The pure deciders, on facts from a model."""

    def __init__(self) -> None:
        self.model = Model()

    def apply(self, step: Step) -> None:
        self.model.apply(step)

    def opens(self, who: str, mailbox: str) -> Answer:
        facts = opening_facts(self.model, self.model.signs_in(who), mailbox)
        return self._answer(decide_open(facts, NOW))

    def sends(self, who: str, author: str) -> Answer:
        return self._answer(decide_send(sending_facts(self.model, self.model.signs_in(who), author), NOW))

    def sends_from_its_own_profile(self, who: str, author: str) -> Answer:
        facts = sending_facts(self.model, self.model.signs_in(who), author, from_its_own_profile=True)
        return self._answer(decide_send(facts, NOW))

    def mapped(self, who: str) -> tuple[str, ...]:
        linked = linked_facts(self.model, self.model.signs_in(who))
        return tuple(mailbox.display_name for mailbox in mapped_mailboxes(linked, NOW))

    def _answer(self, decision: OpenDecision | SendDecision) -> Answer:
        trustee = None if decision.entry is None else name_of(decision.entry.trustee, self.model)
        return answer_of(decision, trustee)


class NaiveWorld:
    """The second implementation."""

    def __init__(self) -> None:
        self.model = Model()

    def apply(self, step: Step) -> None:
        self.model.apply(step)

    def opens(self, who: str, mailbox: str) -> Answer:
        return naive.may_open(self.model, self.model.signs_in(who), mailbox)

    def sends(self, who: str, author: str) -> Answer:
        return naive.may_send(self.model, self.model.signs_in(who), author)

    def sends_from_its_own_profile(self, who: str, author: str) -> Answer:
        return naive.may_send(self.model, self.model.signs_in(who), author, from_its_own_profile=True)

    def mapped(self, who: str) -> tuple[str, ...]:
        return tuple(naive.profile(self.model, self.model.signs_in(who)))


def answer_of(
    decision: OpenDecision | SendDecision, trustee: str | None = None, chain: tuple[str, ...] | None = None
) -> Answer:
    """Return a decision as an answer."""
    match decision:
        case Allow(right):
            return Answer(allowed=True, reason=right.value, trustee=trustee, chain=chain)
        case Deny(reason):
            return Answer(allowed=False, reason=reason.value, trustee=trustee, chain=chain)


def play(case: Case, world: World) -> int:
    """Play a case in a world and return how many questions it could ask there; fail where an answer is not the expected one."""
    asked = 0
    book = Model()
    for number, step in enumerate(case.steps):
        book.apply(step)
        world.apply(step)
        where = f"step {number}: {case.sentence} {step.sentence}"
        for question, answer, expected in _decisions(step, world, book):
            if answer is not None:
                asked += 1
                assert answer.agrees(expected), f"{where}\n{question}\nexpected {expected}\ngot      {answer}"
        for who, mailboxes in step.mapped.items():
            mapped = world.mapped(who)
            if mapped is not None:
                asked += 1
                assert mapped == mailboxes, f"{where}\nthe profile of {who}"
    return asked


def _decisions(step: Step, world: World, book: Model) -> Iterator[tuple[str, Answer | None, Answer]]:
    asking = (
        ("opens", step.open, world.opens),
        ("sends as", step.send, world.sends),
        ("from its own profile sends as", step.send_from_its_own_profile, world.sends_from_its_own_profile),
    )
    for verb, questions, ask in asking:
        for on, verdicts in questions.items():
            for who, expected in _everybody(verdicts, book):
                yield f"{who} {verb} {on}", ask(who, on), expected


def _everybody(verdicts: Verdicts, book: Model) -> Iterator[tuple[str, Answer]]:
    yield from verdicts.named.items()
    if verdicts.others is None:
        return
    for who, thing in book.things.items():
        if thing.declared.is_account and who not in verdicts.named:
            dormant = book.things[book.signs_in(who)].disabled and verdicts.others not in _NOTHING_THERE
            yield who, Answer(allowed=False, reason=_DISABLED if dormant else verdicts.others)


_DISABLED: Final = OpenDenial.ACCOUNT_DISABLED.value
_NOTHING_THERE: Final = (OpenDenial.NO_SUCH_MAILBOX.value, SendDenial.NO_SUCH_AUTHOR.value)
