"""Undoing what commands at random did leaves the authorizer's answers as they were; undoing that leaves them as they had become."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delegacy.domain.change import Irreversible
from delegacy.enforcement.authorizer import Authorizer
from support.commands import Organization
from support.commands_at_random import commands
from support.spec.cases import Step
from support.spec.store_world import StoreWorld
from support.spec.worlds_at_random import organizations
from support.stores import OpenStore, fresh_store

MINUTE = timedelta(minutes=1)


def answers(opened: OpenStore, keys: list[int]) -> list[object]:
    """Return what the authorizer decides about every pair, and which mailboxes are linked to whom."""
    authorizer, found = Authorizer(opened.facts, opened.store, opened.clock), list[object]()
    with opened.store.read() as directory:
        objects = directory.get_many(keys)
        found += [[one.id for one in directory.automapping_links(key)] for key in keys]
        found += [sorted(one.id for one in directory.members(key)) for key in keys if objects[key].is_group]
    for who in keys:
        for on, target in objects.items():
            address = target.primary_smtp_address
            for decision in (
                authorizer.decide_open(who, on),
                authorizer.decide_send(who, address.key if address else ""),
            ):
                found.append(getattr(decision, "right", getattr(decision, "reason", None)))
    return found


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=organizations(), given_commands=st.lists(commands, min_size=1, max_size=5))
def test_undoing_is_the_way_back(world: Step, given_commands: list[str]) -> None:
    with fresh_store() as opened:
        made = StoreWorld(opened)
        made.apply(world)
        contoso = Organization(opened.database, opened.store, opened.facts, opened.clock)  # type: ignore[arg-type]
        shell, keys = contoso.shell(), list(made.keys().values())
        for command in given_commands:
            opened.clock.moment += MINUTE
            with opened.store.read() as directory:
                keys = [key for key in keys if key in directory.get_many([key])]
            before = answers(opened, keys)
            said = shell.run(command, *["Y"] * 3)
            done = contoso.audit()[0]
            if said.code or not done.changes or any(isinstance(change, Irreversible) for change in done.changes):
                assert shell.run(f"Undo-AdminChange {done.sequence}").code == 1
                continue
            after = answers(opened, keys)
            opened.clock.moment += MINUTE
            shell.must(f"Undo-AdminChange {done.sequence}")
            assert answers(opened, keys) == before, command
            opened.clock.moment += MINUTE
            shell.must(f"Undo-AdminChange {contoso.audit()[0].sequence}")
            assert answers(opened, keys) == after, command
