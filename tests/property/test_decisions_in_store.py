"""Every decision on the store's own facts against the second implementation, through histories at random."""

from hypothesis import HealthCheck, given, settings

from support.spec.cases import Step
from support.spec.store_world import StoreWorld
from support.spec.worlds import NaiveWorld
from support.spec.worlds_at_random import histories, questions
from support.stores import OpenStore

SHARED_STORE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def agrees(opened: OpenStore, history: list[Step]) -> None:
    naive, world = NaiveWorld(), StoreWorld(opened)
    try:
        for step in history:
            naive.apply(step)
            world.apply(step)
            for asked in questions(naive.model):
                opens = naive.opens(asked.account, asked.target)
                sends = naive.sends(asked.account, asked.target)
                assert world.decides_open(asked.account, asked.target).reason == opens.reason, asked
                assert world.decides_send(asked.account, asked.target).reason == sends.reason, asked
            for account in (name for name, thing in naive.model.things.items() if thing.declared.is_account):
                assert world.mapped(account) == naive.mapped(account), account
    finally:
        world.clear()


@settings(max_examples=40, deadline=None, suppress_health_check=SHARED_STORE)
@given(history=histories())
def test_sqlite_knows_what_a_naive_reader_knows(in_sqlite: OpenStore, history: list[Step]) -> None:
    agrees(in_sqlite, history)


@settings(max_examples=15, deadline=None, suppress_health_check=SHARED_STORE)
@given(history=histories())
def test_postgresql_knows_what_a_naive_reader_knows(in_postgresql: OpenStore, history: list[Step]) -> None:
    agrees(in_postgresql, history)
