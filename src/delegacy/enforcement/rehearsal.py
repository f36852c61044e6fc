"""Who gains and loses access by changes: the decisions that they can affect, with the changes made and without.

Each change says which accounts and which targets its pairs are made of, as they are before it and as they are after all of them. Decisions
about every such pair are then made twice, from the facts with the changes and from those without. A change can affect more than can be
looked at while others wait: then the first are, and the effect says that it isn't whole.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

from delegacy.domain.access import AccessFacts
from delegacy.domain.change import (
    Change,
    Granted,
    ListChanged,
    MembersAdded,
    MembersRemoved,
    ObjectAdded,
    ObjectRemoved,
    ObjectUpdated,
    OrganizationChanged,
    Revoked,
)
from delegacy.domain.recipient import Recipient
from delegacy.domain.rights import Permission
from delegacy.policy.delegate_access import decide_delegate_access
from delegacy.policy.questions import AccessEffect, DelegateAccess

MOST_ACCOUNTS: Final = 2_000
MOST_TARGETS: Final = 2_000
MOST_PAIRS: Final = 50_000
_PAGE: Final = 200
_HIDDEN_RULE: Final = "HiddenMailboxDelegation"

_Answers = dict[tuple[int, int, Permission], DelegateAccess]


class AccessRehearsal:
    """``Rehearsal``."""

    def __init__(self) -> None:
        self._changes: list[Change] = []
        self._pairs: dict[int, set[int]] = {}
        self._count = 0
        self._is_whole = True
        self._after: _Answers = {}

    def note(self, facts: AccessFacts, change: Change) -> None:
        """Note a change, with the facts as they are before it."""
        self._changes.append(change)
        self._affect(facts, change)

    def look(self, facts: AccessFacts) -> None:
        """Look at how it is with the changes made."""
        for change in self._changes:
            self._affect(facts, change)
        self._after = self._answers(facts)

    def effect(self, facts: AccessFacts) -> AccessEffect:
        """Compare with how it was."""
        before = self._answers(facts)
        gained = tuple(answer for key, answer in self._after.items() if key not in before)
        lost = tuple(answer for key, answer in before.items() if key not in self._after)
        return AccessEffect(gained, lost, self._is_whole, any(map(_is_about_access, self._changes)))

    def _answers(self, facts: AccessFacts) -> _Answers:
        """Return what is allowed about each pair that may be affected."""
        found: _Answers = {}
        targets_of: dict[frozenset[int], list[int]] = {}
        for key, keys in sorted(self._pairs.items()):
            targets_of.setdefault(frozenset(keys), []).append(key)
        for asking, asked in targets_of.items():
            themselves = [key for key, account in facts.signing_in(asking).items() if key == account]
            accounts = list(facts.accounts(sorted(themselves)).values())
            targets = (target for page in _pages(asked) for target in facts.targets(page, naming=accounts).values())
            for account, target in ((account, target) for target in targets for account in accounts):
                for answer in decide_delegate_access(account, target, facts.circumstances):
                    if answer.allowed:
                        found[answer.account.id, answer.target.id, answer.permission] = answer
        return found

    def _affect(self, facts: AccessFacts, change: Change) -> None:
        """Add the pairs that a change can affect, as far as they are seen from the state that the facts are of."""
        match change:
            case ObjectUpdated(before, after):
                self._affect_by_object(facts, before, after)
            case ObjectRemoved(removed):
                self._affect_by_object(facts, removed, None)
            case ObjectAdded(added):
                if (key := facts.key_of(added.guid)) is not None:
                    self._affect_by_target(facts, key)
            case OrganizationChanged(what) if what == _HIDDEN_RULE:
                hidden = facts.hidden_mailboxes(limit=_PAGE + 1)
                self._is_whole = self._is_whole and len(hidden) <= _PAGE
                for key in hidden[:_PAGE]:
                    self._affect_by_target(facts, key)
            case _:
                self._affect_by_grant(facts, change)

    def _affect_by_grant(self, facts: AccessFacts, change: Change) -> None:
        match change:
            case Granted(target, ace):
                self._add(facts.accounts_behind([ace.trustee]), [target])
            case Revoked(target, entries):
                self._add(facts.accounts_behind([entry.trustee for entry in entries]), [target])
            case ListChanged(target, gone, come):
                self._add(facts.accounts_of([place.delegate for place in (*gone, *come)]), [target])
            case MembersAdded(group, members) | MembersRemoved(group, members):
                self._add(facts.accounts_of(members), self._targets_of(facts, {group, *facts.groups_above([group])}))
            case _:
                pass

    def _affect_by_object(self, facts: AccessFacts, before: Recipient, after: Recipient | None) -> None:
        """Affect pairs of which an object is the target, the account, or the group between."""
        if after is None or _as_target(before) != _as_target(after):
            self._affect_by_target(facts, before.id)
        if after is None or _as_account(before) != _as_account(after):
            for account in facts.accounts(self._accounts_of(facts, before, after)).values():
                self._add([[account.account.id]], self._targets_naming(facts, account.account.id))
        if before.is_group and (after is None or _as_group(before) != _as_group(after)):
            targets = self._targets_of(facts, {before.id, *facts.groups_above([before.id])})
            self._add(facts.accounts_of([before.id]), targets)

    def _affect_by_target(self, facts: AccessFacts, key: int) -> None:
        found = facts.targets([key]).get(key)
        if found is not None:
            self._add((list(page) for page in facts.accounts_named_on(found)), [key])

    def _accounts_of(self, facts: AccessFacts, before: Recipient, after: Recipient | None) -> set[int]:
        """Return the accounts that an object is, or that signed or will sign in as it."""
        states = [before] if after is None else [before, after]
        masters = {state.linked_master_account for state in states if state.linked_master_account is not None}
        pages = chain(facts.accounts_of([before.id]), facts.accounts_behind(masters) if masters else ())
        return {before.id, *(key for page in pages for key in page)} if not before.is_group else set()

    def _targets_of(self, facts: AccessFacts, principals: Collection[int]) -> Sequence[int]:
        found = facts.targets_of(principals, after=0, limit=MOST_TARGETS + 1)
        self._is_whole = self._is_whole and len(found) <= MOST_TARGETS
        return found[:MOST_TARGETS]

    def _targets_naming(self, facts: AccessFacts, key: int) -> Sequence[int]:
        account = facts.accounts([key])[key]
        found = facts.targets_naming(account, after=0, limit=MOST_TARGETS + 1)
        self._is_whole = self._is_whole and len(found) <= MOST_TARGETS
        return found[:MOST_TARGETS]

    def _add(self, accounts: Iterable[Sequence[int]], targets: Sequence[int]) -> None:
        """Add the pairs of these accounts and targets, as far as there is room."""
        if not targets:
            return
        waiting = (key for page in accounts for key in page)
        keys = set(islice(waiting, MOST_ACCOUNTS))
        self._is_whole = self._is_whole and next(waiting, None) is None
        for target in targets:
            known = self._pairs.setdefault(target, set())
            new = keys - known
            if self._count + len(new) > MOST_PAIRS:
                self._is_whole = False
                return
            known |= new
            self._count += len(new)


def _is_about_access(change: Change) -> bool:
    match change:
        case Granted() | Revoked() | ListChanged() | MembersAdded() | MembersRemoved() | ObjectRemoved():
            return True
        case ObjectUpdated(before, after):
            parts = (_as_target, _as_account, _as_group)
            return any(part(before) != part(after) for part in parts)
        case OrganizationChanged(what):
            return what == _HIDDEN_RULE
        case _:
            return False


def _as_target(one: Recipient) -> tuple[object, ...]:
    has_address = one.primary_smtp_address is not None
    return one.recipient_type_details, one.sid, one.hidden_from_address_lists_enabled, has_address


def _as_account(one: Recipient) -> tuple[object, ...]:
    return one.recipient_type_details, one.sid, one.account_disabled, one.linked_master_account


def _as_group(one: Recipient) -> tuple[object, ...]:
    return one.recipient_type_details, one.sid, one.security_enabled


def _pages(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[start : start + _PAGE] for start in range(0, len(keys), _PAGE))
