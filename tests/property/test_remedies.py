"""What Test-DelegateAccess says would change an answer does change it: its commands are run, and the authorizer is asked again."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delegacy.domain.rights import Permission
from delegacy.enforcement.authorizer import Authorizer
from delegacy.policy.decision import Allow, SendRight
from support.commands import Organization
from support.spec.cases import Step
from support.spec.store_world import StoreWorld
from support.spec.worlds_at_random import organizations
from support.stores import OpenStore, fresh_store

RIGHTS = {"FullAccess": Permission.FULL_ACCESS, "SendAs": Permission.SEND_AS, "SendOnBehalf": Permission.SEND_ON_BEHALF}


def may(opened: OpenStore, account: int, target: int, right: str) -> bool:
    """Ask the authorizer; about Send on Behalf he says Send As where both are granted."""
    authorizer = Authorizer(opened.facts, opened.store, opened.clock)
    if right == "FullAccess":
        return isinstance(authorizer.decide_open(account, target), Allow)
    with opened.store.read() as directory:
        address = directory.get(target).primary_smtp_address
    decision = authorizer.decide_send(account, address.key if address else "")
    if not isinstance(decision, Allow):
        return False
    wanted = SendRight.SEND_AS if right == "SendAs" else SendRight.SEND_ON_BEHALF
    return decision.right in (wanted, SendRight.OWNER)


@pytest.mark.parametrize("right", RIGHTS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=organizations(), data=st.data())
def test_the_commands_turn_the_answer_round(right: str, world: Step, data: st.DataObject) -> None:
    with fresh_store() as opened:
        made = StoreWorld(opened)
        made.apply(world)
        shell = Organization(opened.database, opened.store, opened.facts, opened.clock).shell()  # type: ignore[arg-type]
        keys = made.keys()
        with opened.store.read() as directory:
            facts = directory.access_facts()
            signing_in = facts.signing_in(list(keys.values()))
            guids = {key: found.guid for key, found in directory.get_many(keys.values()).items()}
        pairs = [(who, on) for who in sorted(set(signing_in.values())) for on in sorted(keys.values())]
        for who, on in data.draw(st.lists(st.sampled_from(pairs), min_size=4, max_size=6, unique=True)):
            asked = f"Test-DelegateAccess {guids[on]} -User {guids[who]} -Right {right}"
            allowed = shell.must(f"({asked}).Allowed").lines == ["True"]
            if not (right == "SendOnBehalf" and "Send As is used" in shell.must(f"({asked}).Reason").output):
                assert allowed == may(opened, who, on, right)
            commands = shell.must(f"({asked}).ToChange").lines
            for command in commands:
                shell.must(command)
            assert (shell.must(f"({asked}).Allowed").lines == ["True"]) == (allowed != bool(commands))
            if commands and right != "SendOnBehalf":
                assert may(opened, who, on, right) != allowed
