"""The same world in pycasbin and in Cedar, each in the form of its documentation that it answers fastest.

Casbin: the model of its documentation for roles, one policy line a grant, found by mailbox and verb (``FastEnforcer`` with a key order),
groups as roles. Cedar: one static policy a verb, the trustees as a set of entities in the mailbox's attributes, policies and
entities parsed once, requests as dictionaries. Both hold everything in memory, and nothing but what the questions need: no inherited,
denying or expiring entries, no hidden mailboxes, no account's state, and Send As is not told from Send on Behalf.
"""

import json
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Final

import casbin
import cedarpy
from casbin.model import FastModel

from timing import Contestant
from world import NEST, Question, Verb, World, address_of, group_name, nest_of

_EVERYBODY: Final = "everybody"
_CASBIN_MODEL: Final = """
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act
"""
_CEDAR_POLICIES: Final = """
permit(principal, action == Action::"OPEN", resource) when { principal in resource.OPEN };
permit(principal, action == Action::"SEND", resource) when { principal in resource.SEND };
"""

CASBIN: Final = f"pycasbin {version('pycasbin')} FastEnforcer"
CEDAR: Final = f"cedarpy {version('cedarpy')}"


class CasbinRival:
    """The world in a ``FastEnforcer``."""

    def __init__(self, world: World) -> None:
        model = FastModel([1, 2])
        model.load_model_from_text(_CASBIN_MODEL)
        for trustee, mailbox, verb in _grants(world):
            model.model["p"]["p"].policy.append([trustee, mailbox, verb])
        model.model["g"]["g"].policy.extend([member, group] for member, group in _memberships(world))
        self._enforcer = casbin.FastEnforcer(model, cache_key_order=[1, 2])
        self._enforcer.build_role_links()

    def contestant(self, questions: Sequence[Question]) -> Contestant:
        """Return its part in answering these questions."""
        arguments = [(address_of(q.person), address_of(q.mailbox), q.verb.name) for q in questions]
        return Contestant(CASBIN, self._enforcer.enforce, arguments, bool)


class CedarRival:
    """The world as Cedar's entities."""

    def __init__(self, world: World) -> None:
        self._policies = cedarpy.PolicySet.from_str(_CEDAR_POLICIES)
        self._entities = cedarpy.Entities.from_json_str(json.dumps(list(_cedar_entities(world))))

    def contestant(self, questions: Sequence[Question]) -> Contestant:
        """Return its part in answering these questions."""
        arguments = [
            (
                {
                    "principal": _uid(address_of(q.person)),
                    "action": {"type": "Action", "id": q.verb.name},
                    "resource": {"type": "Mailbox", "id": address_of(q.mailbox)},
                },
                self._policies,
                self._entities,
            )
            for q in questions
        ]
        return Contestant(CEDAR, cedarpy.is_authorized, arguments, lambda result: result.allowed)


def _grants(world: World) -> Iterator[tuple[str, str, str]]:
    for mailbox in range(world.recipients):
        trustees = world.trustees(mailbox)
        for verb in Verb:
            for trustee in sorted({trustees[place] for place in verb.value}):
                yield _trustee(trustee), address_of(mailbox), verb.name


def _memberships(world: World) -> Iterator[tuple[str, str]]:
    for person in range(world.recipients):
        yield address_of(person), _EVERYBODY
        for group in world.groups_of_person(person):
            yield address_of(person), group_name(group)
    for group, parent in world.parents():
        yield group_name(group), group_name(parent)


def _cedar_entities(world: World) -> Iterator[dict[str, object]]:
    parents: dict[str, list[str]] = {group_name(group): [] for group in range(world.groups)} | {_EVERYBODY: []}
    for member, group in _memberships(world):
        parents.setdefault(member, []).append(group)
    for member, groups in parents.items():
        yield {"uid": _uid(member), "attrs": {}, "parents": [_uid(group) for group in groups]}
    trustees: dict[str, dict[str, list[object]]] = {}
    for trustee, mailbox, verb in _grants(world):
        trustees.setdefault(mailbox, {}).setdefault(verb, []).append({"__entity": _uid(trustee)})
    for mailbox, attributes in trustees.items():
        yield {"uid": {"type": "Mailbox", "id": mailbox}, "attrs": attributes, "parents": []}


def _uid(name: str) -> dict[str, str]:
    return {"type": "User" if "@" in name else "Group", "id": name}


def _trustee(trustee: int) -> str:
    return address_of(trustee) if trustee >= 0 else group_name(nest_of(trustee) * len(NEST))
