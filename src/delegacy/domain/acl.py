"""Access control lists: canonical order, and how entries are added and removed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from delegacy.domain.ace import Ace
from delegacy.domain.rights import Right
from delegacy.domain.sid import Sid


class RemovalOutcome(Enum):
    """What became of a request to remove rights."""

    REMOVED = "removed"
    NOT_PRESENT = "not present"
    INHERITED = "inherited"


@dataclass(frozen=True, slots=True)
class Acl:
    """Entries in the order in which they were made; ``canonical`` gives the order in which they are evaluated."""

    entries: tuple[Ace, ...] = ()

    @property
    def canonical(self) -> tuple[Ace, ...]:
        """Return explicit deny, explicit allow, inherited deny, inherited allow (Order of ACEs in a DACL)."""
        return tuple(sorted(self.entries, key=canonical_rank))

    def missing_rights(self, ace: Ace) -> frozenset[Right]:
        """Return those rights of ``ace`` that no explicit entry of its kind for its trustee covers.

        An entry that has expired, or that is inherited by what lies below and passes the object by, covers nothing that counts.
        """
        present = (entry.rights for entry in self._explicit(ace.trustee, allow=ace.allow) if entry.covers(ace))
        return ace.rights.difference(*present)

    def add(self, ace: Ace) -> "Acl":
        """Return the list with the missing rights of ``ace`` as one more entry; itself where none was missing.

        An explicit entry of the same kind that holds such a right without covering it gives it up: a right is held once.
        """
        if not (missing := self.missing_rights(ace)):
            return self
        kept = [_without(entry, ace.trustee, missing, allow=ace.allow) for entry in self.entries]
        return Acl((*(entry for entry in kept if entry.rights), ace._replace(rights=missing)))

    def remove(self, trustee: Sid, rights: frozenset[Right], *, allow: bool) -> tuple["Acl", RemovalOutcome]:
        """Take ``rights`` out of the explicit entries of this kind for ``trustee``; an entry without rights goes.

        The other kind (deny when allow is asked for) and inherited entries stay as they are.
        """
        if not any(entry.rights & rights for entry in self._explicit(trustee, allow=allow)):
            inherited = any(
                entry.trustee == trustee and entry.allow == allow and entry.rights & rights for entry in self.entries
            )
            return self, RemovalOutcome.INHERITED if inherited else RemovalOutcome.NOT_PRESENT
        kept = [_without(entry, trustee, rights, allow=allow) for entry in self.entries]
        return Acl(tuple(entry for entry in kept if entry.rights)), RemovalOutcome.REMOVED

    def _explicit(self, trustee: Sid, *, allow: bool) -> Iterable[Ace]:
        return (
            entry for entry in self.entries if not entry.inherited and entry.trustee == trustee and entry.allow == allow
        )


def canonical_rank(ace: Ace) -> int:
    """Return the place of an entry's class in canonical order, 0 to 3: explicit before inherited, and then deny before allow."""
    return 2 * ace.inherited + ace.allow


def _without(entry: Ace, trustee: Sid, rights: frozenset[Right], *, allow: bool) -> Ace:
    if entry.inherited or entry.trustee != trustee or entry.allow != allow:
        return entry
    return entry._replace(rights=entry.rights - rights)
