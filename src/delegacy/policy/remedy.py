"""What would have to change for a decision to be the other one: the steps together, of which each concerns as few others as can be.

Each step is tried on the facts, and the decision asked again, until it is the other one: more than one thing may stand in the way, and more
than one grant may have to go.
"""

from dataclasses import replace
from typing import Final

from delegacy.domain.access import AccountFacts, Circumstances, ListedDelegate, TargetFacts
from delegacy.domain.ace import Ace
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.rights import ExtendedRight, MailboxRight, Permission, Right
from delegacy.policy.assignment import decide_assignment
from delegacy.policy.decision import Deny, OpenDenial, SendDenial
from delegacy.policy.delegate_access import decide_one
from delegacy.policy.questions import (
    DelegateAccess,
    EnableAccount,
    GrantPermission,
    LeaveGroup,
    LeaveList,
    Remedy,
    RemoveEntry,
    ShowInAddressLists,
)

_MOST_STEPS: Final = 25
_OPENS: Final[frozenset[Right]] = frozenset({MailboxRight.FULL_ACCESS})
_SENDS: Final[frozenset[Right]] = frozenset({ExtendedRight.SEND_AS})
_DISABLED: Final = frozenset[object]({OpenDenial.ACCOUNT_DISABLED, SendDenial.ACCOUNT_DISABLED})
_HIDDEN: Final = frozenset[object]({OpenDenial.HIDDEN_FROM_ADDRESS_LISTS, SendDenial.HIDDEN_FROM_ADDRESS_LISTS})
_NOTHING_THERE: Final = frozenset[object]({OpenDenial.NO_SUCH_MAILBOX, SendDenial.NO_SUCH_AUTHOR})

_Facts = tuple[AccountFacts, TargetFacts]


def remedies(
    account: AccountFacts, target: TargetFacts, at: Circumstances, permission: Permission
) -> tuple[Remedy, ...]:
    """Return the steps that together turn the decision about one permission round; none where it can't be."""
    first = decide_one(account, target, at, permission)
    if first.allowed and first.entry is None and first.place is None:
        return ()  # it is the account's own
    steps: list[Remedy] = []
    facts, answer = (account, target), first
    while answer.allowed == first.allowed:
        step = _next(facts, answer)
        if step is None or len(steps) == _MOST_STEPS:
            return ()
        steps.append(step)
        facts = _after(facts, step)
        answer = decide_one(*facts, at, permission)
    return tuple(steps)


def _next(facts: _Facts, answer: DelegateAccess) -> Remedy | None:
    account, target = facts
    decision = answer.decision
    if not isinstance(decision, Deny):
        return _taking_away(account, answer)
    if decision.reason in _NOTHING_THERE:
        return None
    if decision.reason in _DISABLED:
        enabled = account.account.recipient_type_details is RecipientTypeDetails.USER_MAILBOX
        return EnableAccount(account.account) if enabled else None
    if decision.reason in _HIDDEN:
        return ShowInAddressLists(target.target)
    if answer.entry is not None and not answer.entry.allow and not answer.entry.inherited:
        return _ending_denial(answer, answer.entry)
    return _granting(account, target, answer.permission)


def _taking_away(account: AccountFacts, answer: DelegateAccess) -> Remedy | None:
    if answer.chain:
        return LeaveGroup(answer.chain[0], answer.chain[1])
    if answer.place is not None:
        return LeaveList(answer.target, answer.place.delegate)
    entry = answer.entry
    if entry is not None and answer.trustee is not None and not entry.inherited:
        return RemoveEntry(answer.target, entry, answer.trustee)
    return GrantPermission(answer.permission, answer.target, account.account, deny=True)


def _ending_denial(answer: DelegateAccess, entry: Ace) -> Remedy | None:
    if answer.chain:
        return LeaveGroup(answer.chain[0], answer.chain[1])
    return RemoveEntry(answer.target, entry, answer.trustee)


def _granting(account: AccountFacts, target: TargetFacts, permission: Permission) -> Remedy | None:
    for identity in account.identities:
        if decide_assignment(permission, target.target.recipient_type_details, identity) is None:
            return GrantPermission(permission, target.target, identity)
    return None


def _after(facts: _Facts, step: Remedy) -> _Facts:
    """Return the facts as they would be after a step."""
    account, target = facts
    match step:
        case EnableAccount():
            identities = (replace(account.account, account_disabled=False), *account.identities[1:])
            return AccountFacts.of(identities, account.groups), target
        case LeaveGroup(member, group):
            return AccountFacts.of(account.identities, account.groups.without(member.id, group.id)), target
        case ShowInAddressLists():
            return account, replace(target, target=replace(target.target, hidden_from_address_lists_enabled=False))
        case LeaveList(_, delegate):
            places = tuple(place for place in target.places if place.delegate.id != delegate.id)
            return account, replace(target, places=places)
        case RemoveEntry(_, entry):
            return account, replace(target, entries=tuple(each for each in target.entries if each != entry))
        case GrantPermission(Permission.SEND_ON_BEHALF, _, delegate):
            return account, replace(target, places=(*target.places, ListedDelegate(delegate)))
        case GrantPermission(permission, _, _, deny):
            return account, _with_entry(account, target, permission, allow=not deny)


def _with_entry(account: AccountFacts, target: TargetFacts, permission: Permission, *, allow: bool) -> TargetFacts:
    if account.account.sid is None:
        return target
    rights = _OPENS if permission is Permission.FULL_ACCESS else _SENDS
    entry = Ace(account.account.sid, rights, allow=allow)
    trustees = {**target.trustees, account.account.sid: account.account}
    return replace(target, entries=(*target.entries, entry), trustees=trustees)
