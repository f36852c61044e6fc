"""Every decision against a second implementation that was written from the documentation, on directories at random."""

from hypothesis import given, settings

from delegacy.policy.automapping import mapped_mailboxes
from delegacy.policy.decision import OpenDecision, SendDecision
from delegacy.policy.opening import decide_open
from delegacy.policy.sending import decide_send
from support.spec import naive
from support.spec.cases import Answer
from support.spec.facts import NOW, linked_facts, name_of, opening_facts, sending_facts
from support.spec.model import Model
from support.spec.worlds import answer_of
from support.spec.worlds_at_random import directories, questions

OFTEN = settings(max_examples=150)


def answer(decision: OpenDecision | SendDecision, model: Model) -> Answer:
    return answer_of(decision, None if decision.entry is None else name_of(decision.entry.trustee, model))


@OFTEN
@given(directories())
def test_who_opens_which_mailbox(model: Model) -> None:
    for asked in questions(model):
        decision = decide_open(opening_facts(model, asked.account, asked.target), NOW)
        assert answer(decision, model) == naive.may_open(model, asked.account, asked.target), asked


@OFTEN
@given(directories())
def test_who_sends_as_whom(model: Model) -> None:
    for asked in questions(model):
        decision = decide_send(sending_facts(model, asked.account, asked.target), NOW)
        assert answer(decision, model) == naive.may_send(model, asked.account, asked.target), asked


@OFTEN
@given(directories())
def test_who_sends_as_whom_in_a_session_that_is_opened_on_the_author(model: Model) -> None:
    for asked in questions(model):
        decision = decide_send(sending_facts(model, asked.account, asked.target, from_its_own_profile=True), NOW)
        expected = naive.may_send(model, asked.account, asked.target, from_its_own_profile=True)
        assert answer(decision, model) == expected, asked


@OFTEN
@given(directories())
def test_what_opens_in_whose_profile(model: Model) -> None:
    for account in (name for name, thing in model.things.items() if thing.declared.is_account):
        mapped = mapped_mailboxes(linked_facts(model, account), NOW)
        assert [mailbox.display_name for mailbox in mapped] == naive.profile(model, account), account
