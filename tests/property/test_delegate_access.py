"""Who can use what, in both directions, against the authorizer asked about every pair; the chains lead where they say."""

from collections.abc import Iterator
from datetime import timedelta

from hypothesis import HealthCheck, given, settings

from delegacy.domain.ports import DirectoryReader
from delegacy.domain.recipient import ACCOUNTS
from delegacy.domain.rights import ADMITS_FULL_ACCESS, ADMITS_SEND_AS, Permission
from delegacy.enforcement.authorizer import Authorizer
from delegacy.policy.decision import Allow, Deny, OpenRight, SendRight
from delegacy.policy.questions import EVERY_PERMISSION, DelegateAccess
from support.postgres import PostgresServer
from support.spec.cases import Step
from support.spec.store_world import StoreWorld
from support.spec.worlds_at_random import histories
from support.stores import OpenStore, fresh_store

FRESH_STORE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
HOUR = timedelta(hours=1)

Answer = tuple[int, int, Permission]


def told(answers: Iterator[DelegateAccess]) -> dict[Answer, DelegateAccess]:
    found: dict[Answer, DelegateAccess] = {}
    for answer in answers:
        key = (answer.account.id, answer.target.id, answer.permission)
        assert key not in found
        found[key] = answer
    return found


def everything(authorizer: Authorizer, directory: DirectoryReader, keys: set[int]) -> dict[Answer, DelegateAccess]:
    """Return every answer, read from both directions, which must agree."""
    facts = directory.access_facts()
    accounts = set(facts.signing_in(keys).values())
    of_accounts: dict[Answer, DelegateAccess] = {}
    for account in accounts:
        of_accounts |= told(authorizer.access_of(facts, account, EVERY_PERMISSION))
    to_targets: dict[Answer, DelegateAccess] = {}
    for target in keys:
        to_targets |= told(authorizer.access_to(facts, target, EVERY_PERMISSION))
    assert of_accounts == to_targets
    return of_accounts


def agrees_with_every_pair(opened: OpenStore, world: StoreWorld) -> None:
    authorizer, keys = Authorizer(opened.facts, opened.store, opened.clock), set(world.keys().values())
    with opened.store.read() as directory:
        answers = everything(authorizer, directory, keys)
        facts = directory.access_facts()
        accounts = set(facts.signing_in(keys).values())
        targets = facts.targets(keys)
        for who in accounts:
            for on in keys:
                opens = authorizer.decide_open(who, on)
                address = targets[on].target.primary_smtp_address
                sends = authorizer.decide_send(who, address.key if address else "")
                by = {permission: answers.get((who, on, permission)) for permission in Permission}
                full, send_as, behalf = (by[permission] for permission in Permission)
                assert opens == Allow(OpenRight.OWNER) or isinstance(opens, Allow) == bool(full and full.allowed)
                right = sends.right if isinstance(sends, Allow) else None
                if right is SendRight.OWNER:
                    assert by == dict.fromkeys(Permission)
                    continue
                assert (right is SendRight.SEND_AS) == bool(send_as and send_as.allowed)
                assert (right is SendRight.SEND_ON_BEHALF) == bool(behalf and behalf.allowed and not behalf.superseded)
                if full and isinstance(full.decision, Deny):
                    assert isinstance(opens, Deny)
                    assert full.decision.reason is opens.reason
                if behalf and isinstance(behalf.decision, Deny):
                    assert isinstance(sends, Deny)
                    assert behalf.decision.reason is sends.reason
                elif send_as and isinstance(send_as.decision, Deny) and not behalf:
                    assert isinstance(sends, Deny)
                    assert send_as.decision.reason is sends.reason
        for answer in answers.values():
            holds_together(directory, answer)


def holds_together(directory: DirectoryReader, answer: DelegateAccess) -> None:
    """Fail where an answer does not show what names the account, or a chain does not lead there."""
    assert (answer.entry is None) == (answer.permission is Permission.SEND_ON_BEHALF) == (answer.place is not None)
    assert answer.account.recipient_type_details in ACCOUNTS
    if answer.entry is not None:
        rights = ADMITS_FULL_ACCESS if answer.permission is Permission.FULL_ACCESS else ADMITS_SEND_AS
        assert answer.entry.rights & rights
        assert answer.entry.allow or not answer.entry.inherited
        if isinstance(answer.decision, Allow):
            assert answer.decision.entry == answer.entry
    if answer.chain:
        trustee = answer.chain[-1]
        assert answer.trustee == trustee
        for below, above in zip(answer.chain, answer.chain[1:], strict=False):
            assert below.id in {member.id for member in directory.members(above.id)}
        assert trustee.sid is not None
        shortest = directory.group_chain(
            answer.account.id, trustee.sid, security_only=answer.permission is not Permission.SEND_ON_BEHALF
        )
        assert len(shortest) == len(answer.chain) - 1


def plays(opened: OpenStore, history: list[Step]) -> None:
    world, seen = StoreWorld(opened), []
    keys = set[int]()
    authorizer = Authorizer(opened.facts, opened.store, opened.clock)
    for step in history:
        world.apply(step)
        agrees_with_every_pair(opened, world)
        keys |= set(world.keys().values())
        with opened.store.read() as directory:
            facts = directory.access_facts()
            answers = {
                key: shape(one) for key, one in everything(authorizer, directory, set(world.keys().values())).items()
            }
        seen.append((facts.circumstances.now, answers))
        opened.clock.moment += HOUR
    with opened.store.read() as directory:
        for moment, answers in seen:
            then = directory.access_facts(moment)
            again = told(one for key in keys for one in authorizer.access_to(then, key, EVERY_PERMISSION))
            assert {key: shape(one) for key, one in again.items()} == answers


def shape(answer: DelegateAccess) -> tuple[object, ...]:
    """Return what is known of an answer of the past too."""
    decision = answer.decision
    why: object = decision.right if isinstance(decision, Allow) else decision.reason
    return why, answer.entry, answer.place, tuple(each.id for each in answer.chain), answer.superseded


@settings(max_examples=30, deadline=None, suppress_health_check=FRESH_STORE)
@given(history=histories())
def test_sqlite_tells_what_the_authorizer_says_of_every_pair(history: list[Step]) -> None:
    with fresh_store() as opened:
        plays(opened, history)


@settings(max_examples=8, deadline=None, suppress_health_check=FRESH_STORE)
@given(history=histories())
def test_postgresql_tells_what_the_authorizer_says_of_every_pair(postgres: PostgresServer, history: list[Step]) -> None:
    with fresh_store(postgres) as opened:
        plays(opened, history)
