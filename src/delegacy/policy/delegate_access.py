"""What somebody may do with what is another's, and what does not work though something names him: one answer for each permission."""

from collections.abc import Collection, Iterator

from delegacy.domain.access import (
    AccountFacts,
    Circumstances,
    ListedDelegate,
    TargetFacts,
    opening_facts,
    sending_facts,
)
from delegacy.domain.ace import Ace
from delegacy.domain.rights import ADMITS_FULL_ACCESS, ADMITS_SEND_AS, Permission, Right
from delegacy.policy.access_check import deciding_entry
from delegacy.policy.automapping import mapped_mailboxes
from delegacy.policy.decision import Allow, OpenDecision, SendDecision
from delegacy.policy.opening import decide_open
from delegacy.policy.questions import EVERY_PERMISSION, DelegateAccess
from delegacy.policy.sending import decide_send


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
    if target.target.sid is not None and target.target.sid in account.token.users:
        return
    if Permission.FULL_ACCESS in permissions and (entry := _naming(account, target, at, ADMITS_FULL_ACCESS)):
        facts = opening_facts(account, target, at)
        shown = None
        if mapped is not None and facts is not None:
            shown = bool(mapped & account.keys) and bool(mapped_mailboxes([facts], at.now))
        decision = decide_open(facts, at.now)
        yield _by_entry(account, target, Permission.FULL_ACCESS, decision, entry, auto_mapped=shown)
    yield from _sending(account, target, at, permissions)


def _sending(
    account: AccountFacts, target: TargetFacts, at: Circumstances, permissions: Collection[Permission]
) -> Iterator[DelegateAccess]:
    entry, place = _naming(account, target, at, ADMITS_SEND_AS), _place(account, target, at)
    if entry is None and place is None:
        return
    facts = sending_facts(account, target, at)
    alone = facts and facts._replace(grant_send_on_behalf_to=frozenset())
    sends_as = decide_send(alone, at.now)
    if entry is not None and Permission.SEND_AS in permissions:
        yield _by_entry(account, target, Permission.SEND_AS, sends_as, entry)
    if place is not None and Permission.SEND_ON_BEHALF in permissions:
        delegate = place.delegate
        direct = delegate.sid in account.token.users
        yield DelegateAccess(
            account=account.account,
            target=target.target,
            permission=Permission.SEND_ON_BEHALF,
            decision=decide_send(facts and facts._replace(ad_acl=()), at.now),
            place=place,
            trustee=delegate,
            chain=() if direct else account.chain(delegate.id, by_security=False),
            superseded=isinstance(sends_as, Allow),
        )


def _naming(account: AccountFacts, target: TargetFacts, at: Circumstances, rights: frozenset[Right]) -> Ace | None:
    """Return the entry that decides about one of these rights, unless it is an inherited denial."""
    entry = deciding_entry(target.entries, account.token, rights, at.now, target.target.sid)
    return entry if entry is not None and (entry.allow or not entry.inherited) else None


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
    permission: Permission,
    decision: OpenDecision | SendDecision,
    entry: Ace,
    *,
    auto_mapped: bool | None = None,
) -> DelegateAccess:
    trustee = target.trustees.get(entry.trustee)
    through = trustee is not None and entry.trustee not in account.token.users and trustee.id in account.security_groups
    return DelegateAccess(
        account=account.account,
        target=target.target,
        permission=permission,
        decision=decision,
        entry=entry,
        trustee=trustee,
        chain=account.chain(trustee.id, by_security=True) if through and trustee is not None else (),
        auto_mapped=auto_mapped,
    )
