"""The answers about many accounts or many targets, a page at a time, from facts that the asker's transaction gives."""

from collections.abc import Collection, Iterator
from typing import Final

from delegacy.domain.access import AccessFacts, AccountFacts
from delegacy.domain.rights import Permission
from delegacy.enforcement.rehearsal import AccessRehearsal
from delegacy.policy.delegate_access import decide_delegate_access, decide_one
from delegacy.policy.questions import DelegateAccess, Remedy
from delegacy.policy.remedy import remedies

_FIRST_PAGE: Final = 50
_PAGE: Final = 200


class Insight:
    """Answers ``Questions`` about delegate access. It keeps nothing: every answer is of the facts that it is given."""

    def access_of(
        self, facts: AccessFacts, account: int, permissions: Collection[Permission], only: Collection[int] = ()
    ) -> Iterator[DelegateAccess]:
        """Yield what an account may do with what is another's, in order of the targets' keys; see ``policy.questions``."""
        found = facts.accounts([account]).get(account)
        if found is None:
            return
        for targets in [only] if only else _pages_naming(facts, found):
            links = facts.mapped_on(targets) if Permission.FULL_ACCESS in permissions else {}
            read = facts.targets(targets, naming=[found])
            for key in sorted(read):
                linked = links.get(key, frozenset())
                yield from decide_delegate_access(found, read[key], facts.circumstances, permissions, linked)

    def access_to(
        self, facts: AccessFacts, target: int, permissions: Collection[Permission]
    ) -> Iterator[DelegateAccess]:
        """Yield who may do what with a target, those whom it names themselves first; see ``policy.questions``."""
        found = facts.targets([target]).get(target)
        if found is None:
            return
        linked = facts.mapped_on([target]).get(target, frozenset())
        for page in facts.accounts_named_on(found):
            for key in sorted(page):
                yield from decide_delegate_access(page[key], found, facts.circumstances, permissions, linked)

    def access_between(
        self, facts: AccessFacts, account: int, target: int, permission: Permission
    ) -> tuple[DelegateAccess, tuple[Remedy, ...]] | None:
        """Return the answer about one pair and permission, and what would turn it round; see ``policy.questions``."""
        asking, asked = facts.accounts([account]).get(account), facts.targets([target]).get(target)
        if asking is None or asked is None:
            return None
        at = facts.circumstances
        return decide_one(asking, asked, at, permission), remedies(asking, asked, at, permission)

    def rehearse(self) -> AccessRehearsal:
        """Return what works out the effect of some changes; see ``policy.questions``."""
        return AccessRehearsal()


def _pages_naming(facts: AccessFacts, account: AccountFacts) -> Iterator[Collection[int]]:
    after, size = 0, _FIRST_PAGE
    while page := facts.targets_naming(account, after=after, limit=size):
        yield page
        after, size = page[-1], min(2 * size, _PAGE)
