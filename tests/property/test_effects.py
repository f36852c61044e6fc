"""What -WhatIf says of the effect is the difference of the authorizer's answers before and after the command is run for real."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delegacy.cmdlets import _rehearsal
from delegacy.domain.recipient import ACCOUNTS
from delegacy.enforcement.authorizer import Authorizer
from delegacy.policy.decision import Allow, OpenRight, SendRight
from support.commands import Organization
from support.commands_at_random import commands
from support.spec.cases import Step
from support.spec.store_world import StoreWorld
from support.spec.worlds_at_random import organizations
from support.stores import OpenStore, fresh_store

Allowed = set[tuple[str, str, str]]
FULL_ACCESS, SEND_AS, ON_BEHALF = "Full Access to", "Send As for", "Send on Behalf of"


def allowed(opened: OpenStore, keys: Sequence[int]) -> Allowed:
    """Return what the authorizer allows to whom who is no owner, asked about every pair."""
    authorizer, found = Authorizer(opened.facts, opened.store, opened.clock), set[tuple[str, str, str]]()
    with opened.store.read() as directory:
        objects = directory.get_many(keys)
        accounts = {key: one for key, one in objects.items() if one.recipient_type_details in ACCOUNTS}
        signing_in = set(directory.access_facts().signing_in(list(accounts)).values())
    for who in signing_in:
        for on, target in objects.items():
            names = (accounts[who].display_name, target.display_name)
            opens = authorizer.decide_open(who, on)
            if isinstance(opens, Allow) and opens.right is OpenRight.FULL_ACCESS:
                found.add((*names, FULL_ACCESS))
            address = target.primary_smtp_address
            sends = authorizer.decide_send(who, address.key if address else "")
            if isinstance(sends, Allow) and sends.right is not SendRight.OWNER:
                found.add((*names, SEND_AS if sends.right is SendRight.SEND_AS else ON_BEHALF))
    return found


def told(lines: Sequence[str]) -> tuple[Allowed, Allowed]:
    """Return who gains and who loses what by what was told."""
    gained, lost = set[tuple[str, str, str]](), set[tuple[str, str, str]]()
    for line in lines:
        sentence = line.removeprefix("What if: ").partition(" (through ")[0].rstrip(".")
        for verb, into in ((" gains ", gained), (" loses ", lost)):
            for permission in (FULL_ACCESS, SEND_AS, ON_BEHALF):
                user, found, target = sentence.partition(f"{verb}{permission} ")
                if found:
                    into.add((user, target, permission))
    return gained, lost


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(world=organizations(), given_commands=st.lists(commands, min_size=1, max_size=4))
def test_the_effect_is_the_difference_of_decisions(
    monkeypatch: pytest.MonkeyPatch, world: Step, given_commands: list[str]
) -> None:
    monkeypatch.setattr(_rehearsal, "MOST_LINES", 10_000)
    with fresh_store() as opened:
        made = StoreWorld(opened)
        made.apply(world)
        keys = list(made.keys().values())
        shell = Organization(opened.database, opened.store, opened.facts, opened.clock).shell()  # type: ignore[arg-type]
        for command in given_commands:
            before, change = allowed(opened, keys), opened.facts.change()
            said = shell.run(f"{command} -WhatIf")
            assert opened.facts.change() == change
            assert allowed(opened, keys) == before
            gained, lost = told(said.host.splitlines())
            shell.run(command, *["Y"] * 3)
            after = allowed(opened, keys)
            # Whoever has Send As too sends on behalf of nobody, and would without it: that is no gain and no loss.
            sends_as = {(who, on) for who, on, permission in before | after if permission == SEND_AS}
            aside = {(who, on, ON_BEHALF) for who, on in sends_as}
            assert gained - aside == after - before - aside, command
            assert lost - aside == before - after - aside, command
