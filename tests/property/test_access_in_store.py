"""The facts of many decisions at once against the authorizer's, one pair at a time; and as of a moment against what was read then."""

from collections.abc import Mapping
from datetime import timedelta

from hypothesis import HealthCheck, given, settings

from delegacy.domain.access import AccessFacts, Circumstances, TargetFacts, opening_facts, sending_facts
from delegacy.domain.facts import OpeningFacts, SendingFacts
from delegacy.enforcement.authorizer import Authorizer
from delegacy.policy.decision import Allow, OpenDecision, SendDecision
from delegacy.policy.opening import decide_open
from delegacy.policy.sending import decide_send
from support.postgres import PostgresServer
from support.spec.cases import Step
from support.spec.facts import NOW
from support.spec.store_world import StoreWorld
from support.spec.worlds_at_random import histories
from support.stores import OpenStore, fresh_store

FRESH_STORE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
STEP = timedelta(hours=12)

Facts = tuple[OpeningFacts | None, SendingFacts | None]


def comparable(facts: Facts, at: Circumstances) -> tuple[object, ...]:
    """Return the facts without what they do not have of the past: the change, and who has copies."""
    opening, sending = facts
    return (
        opening and opening._replace(change=0),
        sending and sending._replace(change=0, copy_sent_as=False, copy_sent_on_behalf=False),
        decide_open(opening, at.now),
        decide_send(sending, at.now),
    )


def read(facts: AccessFacts, accounts: set[int], targets: set[int]) -> dict[tuple[int, int], tuple[object, ...]]:
    """Return the facts of every pair, by account and target."""
    at = facts.circumstances
    of_accounts, of_targets = facts.accounts(accounts), facts.targets(targets)
    return {
        (who, on): comparable((opening_facts(account, target, at), sending_facts(account, target, at)), at)
        for who, account in of_accounts.items()
        for on, target in of_targets.items()
    }


def shape(decision: OpenDecision | SendDecision) -> tuple[object, ...]:
    """Return what two ways to a decision must have in common; of entries of the same rank either may name itself the first."""
    entry = decision.entry
    why: object = decision.right if isinstance(decision, Allow) else decision.reason
    return why, entry and (entry.allow, entry.inherited)


def agree_with_the_authorizer(opened: OpenStore, world: StoreWorld) -> None:
    authorizer, keys = Authorizer(opened.facts, opened.store, opened.clock), set(world.keys().values())
    with opened.store.read() as directory:
        facts = directory.access_facts()
        at, accounts, targets = facts.circumstances, facts.accounts(keys), facts.targets(keys)
        assert targets.keys() == keys
        for who, account in accounts.items():
            for on, target in targets.items():
                address = target.target.primary_smtp_address
                opens = decide_open(opening_facts(account, target, at), at.now)
                sends = decide_send(sending_facts(account, target, at), at.now)
                assert shape(opens) == shape(authorizer.decide_open(who, on))
                assert shape(sends) == shape(authorizer.decide_send(who, address.key if address else ""))
        for key in keys:
            candidates_are_complete(facts, targets[key], accounts.keys() - {key})
            targets_are_complete(facts, key, targets)


def candidates_are_complete(facts: AccessFacts, target: TargetFacts, accounts: set[int]) -> None:
    """Fail where somebody may do something with the target and is not among those whom it names."""
    at = facts.circumstances
    named = [key for page in facts.accounts_named_on(target) for key in page]
    assert len(named) == len(set(named))
    signing_in = facts.signing_in(accounts)
    for who, account in facts.accounts(set(signing_in.values())).items():
        opens = decide_open(opening_facts(account, target, at), at.now)
        sends = decide_send(sending_facts(account, target, at), at.now)
        if any(isinstance(each, Allow) and each.right.value != "owner" for each in (opens, sends)):
            assert who in named


def targets_are_complete(facts: AccessFacts, key: int, targets: Mapping[int, TargetFacts]) -> None:
    """Fail where somebody may do something with a target that does not name him; pages of one object make the whole."""
    account = facts.accounts({key}).get(key)
    if account is None:
        return
    at = facts.circumstances
    named = list(facts.targets_naming(account, after=0, limit=1000))
    paged, after = list[int](), 0
    while page := facts.targets_naming(account, after=after, limit=1):
        paged += page
        after = page[-1]
    assert paged == named
    for on, target in targets.items():
        opens = decide_open(opening_facts(account, target, at), at.now)
        sends = decide_send(sending_facts(account, target, at), at.now)
        if any(isinstance(each, Allow) and each.right.value != "owner" for each in (opens, sends)):
            assert on in named


def the_past_is_what_was(opened: OpenStore, history: list[Step]) -> None:
    opened.clock.moment = NOW - 2 * STEP
    world = StoreWorld(opened)
    seen, keys = [], set[int]()
    for step in history:
        world.apply(step)
        agree_with_the_authorizer(opened, world)
        keys |= set(world.keys().values())
        with opened.store.read() as directory:
            facts = directory.access_facts()
            named = {
                key: [who for page in facts.accounts_named_on(target) for who in page]
                for key, target in facts.targets(keys).items()
            }
            states = {key: target.target for key, target in facts.targets(keys).items()}
            seen.append((opened.clock.now(), read(facts, keys, keys), named, states))
        opened.clock.moment += STEP
    with opened.store.read() as directory:
        for moment, pairs, named, states in seen:
            facts = directory.access_facts(moment)
            assert facts.circumstances.now == moment
            assert read(facts, keys, keys) == pairs
            found = facts.targets(keys)
            assert {key: target.target for key, target in found.items()} == states
            for key, target in found.items():
                assert sorted(who for page in facts.accounts_named_on(target) for who in page) == sorted(named[key])
                targets_are_complete(facts, key, found)
        assert read(directory.access_facts(seen[0][0] - STEP), keys, keys) == {}


@settings(max_examples=25, deadline=None, suppress_health_check=FRESH_STORE)
@given(history=histories())
def test_sqlite_knows_what_was_and_what_is(history: list[Step]) -> None:
    with fresh_store() as opened:
        the_past_is_what_was(opened, history)


@settings(max_examples=8, deadline=None, suppress_health_check=FRESH_STORE)
@given(history=histories())
def test_postgresql_knows_what_was_and_what_is(postgres: PostgresServer, history: list[Step]) -> None:
    with fresh_store(postgres) as opened:
        the_past_is_what_was(opened, history)
