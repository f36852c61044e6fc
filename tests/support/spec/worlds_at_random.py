"""Hypothesis strategies for directories: small, and full of what is rare."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from hypothesis import strategies as st

from delegacy.domain.organization import HiddenMailboxDelegation
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.rights import InheritanceType
from support.spec.cases import Declared, Grant, Inherited, Lifetime, Membership, Step
from support.spec.model import SELF, SEND_ON_BEHALF, Entry, Model

T = RecipientTypeDetails

MASTER: Final = "FABRIKAM\\robinw"
_ACCOUNTS: Final = {
    "Terry Adams": T.USER_MAILBOX,
    "Ayla Kol": T.USER_MAILBOX,
    "Jim Hance": T.USER_MAILBOX,
    "Helpdesk Tickets": T.SHARED_MAILBOX,
    "Discovery Search Mailbox": T.DISCOVERY_MAILBOX,
    "Paula Reiter": T.MAIL_USER,
    "Backup Service": T.USER,
    MASTER: T.USER,
    "Robin Wood": T.LINKED_MAILBOX,
}
_OTHERS: Final = {"Oliver Lee": T.MAIL_CONTACT, "All Employees": T.DYNAMIC_DISTRIBUTION_GROUP}
_GROUP_NAMES: Final = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon")
_GROUP_KINDS: Final = (
    T.MAIL_UNIVERSAL_SECURITY_GROUP,
    T.MAIL_UNIVERSAL_SECURITY_GROUP,
    T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP,
    T.MAIL_NON_UNIVERSAL_GROUP,
    T.UNIVERSAL_SECURITY_GROUP,
    T.UNIVERSAL_DISTRIBUTION_GROUP,
    T.NON_UNIVERSAL_GROUP,
    T.ROLE_GROUP,
    T.ROOM_LIST,
)
_EITHER_WAY: Final = (T.NON_UNIVERSAL_GROUP, T.MAIL_NON_UNIVERSAL_GROUP)
_SECURITY: Final = (T.MAIL_UNIVERSAL_SECURITY_GROUP, T.UNIVERSAL_SECURITY_GROUP, T.ROLE_GROUP)
_PRINCIPALS: Final = (*_ACCOUNTS, *_GROUP_NAMES)
_WELL_KNOWN: Final = (SELF, "Everyone", "NT AUTHORITY\\Authenticated Users", "NT AUTHORITY\\SYSTEM")
_EVERYTHING: Final = (*_ACCOUNTS, *_OTHERS, *_GROUP_NAMES)
_MAILBOX_RIGHTS: Final = ("FullAccess", "FullAccess", "FullAccess", "ReadPermission", "SendAs")
_DIRECTORY_RIGHTS: Final = ("Send-As", "Send-As", "ExtendedRight", "GenericAll", "Receive-As", "ReadProperty")
TARGETS: Final = (
    "Terry Adams",
    "Helpdesk Tickets",
    "Robin Wood",
    "Paula Reiter",
    "Oliver Lee",
    "All Employees",
    "Alpha",
    "Beta",
)

_trustees: Final = st.sampled_from((*_PRINCIPALS, *_PRINCIPALS, *_WELL_KNOWN))
_lifetimes: Final = st.sampled_from((Lifetime.FOREVER, Lifetime.FOREVER, Lifetime.STILL_LASTS, Lifetime.ENDED))
_inheritance: Final = st.sampled_from((InheritanceType.ALL, InheritanceType.ALL, *InheritanceType))
_rights: Final = st.sampled_from((*_MAILBOX_RIGHTS, *_DIRECTORY_RIGHTS))


@st.composite
def organizations(draw: st.DrawFn) -> Step:
    """Draw a world as the first step of a case: what there is and who is in which group, with grants of every kind."""
    declared = [_account(draw, name, kind) for name, kind in _ACCOUNTS.items()]
    declared += [
        Declared(name, kind, hidden=draw(st.booleans()), disabled=False, security_enabled=False)
        for name, kind in _OTHERS.items()
    ]
    declared += [_group(draw, name) for name in _GROUP_NAMES]
    pairs = st.tuples(st.sampled_from(_EVERYTHING), st.sampled_from(_GROUP_NAMES)).filter(
        lambda pair: pair[0] != pair[1]
    )
    memberships = draw(st.sets(pairs, max_size=14))
    return Step(
        recipients=tuple(declared),
        inherit=tuple(
            draw(st.lists(_inherited_entries, max_size=3, unique_by=lambda entry: (entry.to, entry.right, entry.deny)))
        ),
        join=tuple(Membership(*pair) for pair in sorted(memberships)),
        grant=tuple(draw(st.lists(grants, max_size=14))),
        hidden_mailbox_delegation=draw(st.sampled_from(HiddenMailboxDelegation)),
    )


def _account(draw: st.DrawFn, name: str, kind: RecipientTypeDetails) -> Declared:
    hidden = draw(st.sampled_from((False, False, True)))
    disabled = draw(st.sampled_from((False, False, False, True)))
    master = MASTER if kind is T.LINKED_MAILBOX else None
    return Declared(name, kind, hidden=hidden, disabled=disabled, security_enabled=False, master=master)


def _group(draw: st.DrawFn, name: str) -> Declared:
    kind = draw(st.sampled_from(_GROUP_KINDS))
    security_enabled = draw(st.booleans()) if kind in _EITHER_WAY else kind in _SECURITY
    return Declared(name, kind, hidden=draw(st.booleans()), disabled=False, security_enabled=security_enabled)


_inherited_entries: Final = st.builds(
    Inherited,
    to=_trustees,
    right=st.sampled_from(("FullAccess", "FullAccess", "ReadPermission", "Send-As", "GenericAll")),
    deny=st.booleans(),
)
_entry_grants: Final = st.builds(
    Grant,
    to=_trustees,
    right=_rights,
    on=st.sampled_from(TARGETS),
    deny=st.sampled_from((False, False, True)),
    inheritance=_inheritance,
    lifetime=_lifetimes,
    auto_mapping=st.booleans(),
)
_list_grants: Final = st.builds(
    Grant, to=st.sampled_from(_PRINCIPALS), right=st.just(SEND_ON_BEHALF), on=st.sampled_from(TARGETS)
)
grants: Final = st.one_of(_entry_grants, _entry_grants, _list_grants)
"""Grants on the targets of ``organizations``, entries and places in lists."""

entries: Final = st.builds(
    Entry,
    to=_trustees,
    right=_rights,
    deny=st.booleans(),
    inherited=st.booleans(),
    inheritance=_inheritance,
    lifetime=_lifetimes,
)
"""Single rights in a list, as no cmdlet would make them all."""


@st.composite
def directories(draw: st.DrawFn) -> Model:
    """Draw a model: an organization, and on each target further entries in any order."""
    model = Model()
    model.apply(draw(organizations()))
    for target in TARGETS:
        model.things[target].entries += draw(st.lists(entries, max_size=5))
        model.things[target].entries = draw(st.permutations(model.things[target].entries))
    return model


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """Draw an organization and then changes to it, each possible after those before it."""
    steps = [draw(organizations())]
    model = Model()
    model.apply(steps[0])
    for _ in range(draw(st.integers(0, 4))):
        steps.append(_change(draw, model))
        model.apply(steps[-1])
    return steps


def _change(draw: st.DrawFn, model: Model) -> Step:
    things = sorted(model.things)
    accounts = [name for name in things if model.things[name].declared.is_account]
    memberships = [
        Membership(member, group) for group in _GROUP_NAMES if group in things for member in model.things[group].members
    ]
    made = [
        Grant(entry.to, entry.right, on, entry.deny)
        for on in TARGETS
        if on in things
        for entry in model.things[on].entries
        if not entry.inherited
    ]
    listed = [Grant(to, SEND_ON_BEHALF, on) for on in TARGETS if on in things for to in model.things[on].send_on_behalf]
    possible = grants.filter(lambda grant: grant.on in things and (grant.to in things or grant.to in _WELL_KNOWN))
    gone = draw(st.sampled_from(["", "", *_GROUP_NAMES, "Terry Adams", "Jim Hance"]))
    free = [
        Membership(member, group)
        for group in _GROUP_NAMES
        if group in things
        for member in things
        if member != group and member not in model.things[group].members
    ]
    return Step(
        join=tuple(_some(draw, free)),
        leave=tuple(_some(draw, memberships)),
        revoke=tuple(_some(draw, [*made, *listed])),
        grant=tuple(draw(st.lists(possible, max_size=4))),
        hide=tuple(_some(draw, [name for name in things if not model.things[name].hidden])),
        show=tuple(_some(draw, [name for name in things if model.things[name].hidden])),
        disable=tuple(_some(draw, [name for name in accounts if not model.things[name].disabled])),
        enable=tuple(_some(draw, [name for name in accounts if model.things[name].disabled])),
        delete=(gone,) if gone in things else (),
        hidden_mailbox_delegation=draw(st.sampled_from(HiddenMailboxDelegation)),
    )


_ChoiceT = TypeVar("_ChoiceT")


def _some(draw: st.DrawFn, choices: Sequence[_ChoiceT]) -> list[_ChoiceT]:
    if not choices:
        return []
    places = draw(st.sets(st.integers(0, len(choices) - 1), max_size=3))
    return [choices[place] for place in sorted(places)]


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks about what."""

    account: str
    target: str


def questions(model: Model) -> list[Question]:
    """Return every question that a model can be asked: each account about each target, and about each account."""
    accounts = [name for name, thing in model.things.items() if thing.declared.is_account]
    return [
        Question(account, target) for account in accounts for target in dict.fromkeys((*TARGETS, *accounts, "Nobody"))
    ]
