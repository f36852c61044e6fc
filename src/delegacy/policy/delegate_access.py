"""What somebody may do with what is another's, and what does not work though something names him: one answer for each permission."""

from collections.abc import Collection, Iterator
from types import MappingProxyType
from typing import Final

from delegacy.domain.access import (
    AccountFacts,
    Circumstances,
    ListedDelegate,
    TargetFacts,
    opening_facts,
    sending_facts,
)
from delegacy.domain.ace import Ace
from delegacy.domain.rights import ADMITS_FULL_ACCESS, ADMITS_SEND_AS, Permission
from delegacy.policy.access_check import deciding_entry
from delegacy.policy.automapping import mapped_mailboxes
from delegacy.policy.decision import Allow, OpenDecision, SendDecision
from delegacy.policy.opening import decide_open
from delegacy.policy.questions import EVERY_PERMISSION, DelegateAccess
from delegacy.policy.sending import decide_send

_RIGHTS: Final = MappingProxyType({Permission.FULL_ACCESS: ADMITS_FULL_ACCESS, Permission.SEND_AS: ADMITS_SEND_AS})


def decide_delegate_access(
    account: AccountFacts,
    target: TargetFacts,
    at: Circumstances,
    permissions: Collection[Permission] = EVERY_PERMISSION,
    mapped: frozenset[int] | None = None,
) -> Iterator[DelegateAccess]:
    """Yield an answer for each permission of which something on the target names the account; nothing about what is its own.

    What every mailbox inherits names an account where it allows: an inherited denial that nothing goes before is the same everywhere,
    and no news. Each answer is the authorizer's; that about Send on Behalf is what it would be without Send As. ``mapped`` are the
    delegates that the mailbox is linked to for auto-mapping.
    """
    if _is_own(account, target):
        return
    for permission in Permission:
        if permission not in permissions:
            continue
        if permission is Permission.SEND_ON_BEHALF:
            if (place := _place(account, target, at)) is not None:
                yield _by_place(account, target, at, place)
        elif (entry := _deciding(account, target, at, permission)) and (entry.allow or not entry.inherited):
            yield _by_entry(account, target, at, permission, entry, mapped)


def decide_one(account: AccountFacts, target: TargetFacts, at: Circumstances, permission: Permission) -> DelegateAccess:
    """Return the answer about one permission, also about what is the account's own, and where nothing names it."""
    if permission is Permission.SEND_ON_BEHALF:
        return _by_place(account, target, at, None if _is_own(account, target) else _place(account, target, at))
    entry = None if _is_own(account, target) else _deciding(account, target, at, permission)
    return _by_entry(account, target, at, permission, entry, None)


def _is_own(account: AccountFacts, target: TargetFacts) -> bool:
    return target.target.sid is not None and target.target.sid in account.token.users


def _deciding(account: AccountFacts, target: TargetFacts, at: Circumstances, permission: Permission) -> Ace | None:
    return deciding_entry(target.entries, account.token, _RIGHTS[permission], at.now, target.target.sid)


def _place(account: AccountFacts, target: TargetFacts, at: Circumstances) -> ListedDelegate | None:
    """Return the place in the Send on Behalf list that names the account most directly."""
    named = [place for place in target.places if place.is_in_force(at.now)]
    for place in named:
        if place.delegate.sid in account.token.users:
            return place
    through = [place for place in named if place.delegate.id in account.mail_groups]
    return min(through, key=lambda place: len(account.chain(place.delegate.id, by_security=False)), default=None)


def _by_entry(
    account: AccountFacts,
    target: TargetFacts,
    at: Circumstances,
    permission: Permission,
    entry: Ace | None,
    mapped: frozenset[int] | None,
) -> DelegateAccess:
    trustee = None if entry is None else target.trustees.get(entry.trustee)
    is_group = trustee is not None and trustee.sid not in account.token.users and trustee.id in account.security_groups
    decision: OpenDecision | SendDecision
    shown = None
    if permission is Permission.FULL_ACCESS:
        facts = opening_facts(account, target, at)
        decision = decide_open(facts, at.now)
        if mapped is not None and facts is not None:
            shown = bool(mapped & account.keys) and bool(mapped_mailboxes([facts], at.now))
    else:
        decision = _decide_send_as(account, target, at)
    return DelegateAccess(
        account=account.account,
        target=target.target,
        permission=permission,
        decision=decision,
        entry=entry,
        trustee=trustee,
        chain=account.chain(trustee.id, by_security=True) if is_group and trustee is not None else (),
        auto_mapped=shown,
    )


def _by_place(
    account: AccountFacts, target: TargetFacts, at: Circumstances, place: ListedDelegate | None
) -> DelegateAccess:
    facts = sending_facts(account, target, at)
    delegate = None if place is None else place.delegate
    is_group = delegate is not None and delegate.sid not in account.token.users
    return DelegateAccess(
        account=account.account,
        target=target.target,
        permission=Permission.SEND_ON_BEHALF,
        decision=decide_send(facts and facts._replace(ad_acl=()), at.now),
        place=place,
        trustee=delegate,
        chain=account.chain(delegate.id, by_security=False) if is_group and delegate is not None else (),
        superseded=place is not None and isinstance(_decide_send_as(account, target, at), Allow),
    )


def _decide_send_as(account: AccountFacts, target: TargetFacts, at: Circumstances) -> SendDecision:
    facts = sending_facts(account, target, at)
    return decide_send(facts and facts._replace(grant_send_on_behalf_to=frozenset()), at.now)
