"""One access control entry."""

from datetime import datetime
from typing import NamedTuple

from delegacy.domain.rights import InheritanceType, Right
from delegacy.domain.sid import Sid


class Ace(NamedTuple):
    """An entry: these rights are allowed to, or denied, this trustee. A tuple, as the facts of decisions are.

    ``inherited`` entries come from above the object. ``granted_by`` and ``granted_at`` say who made the entry and when;
    after ``expires_at`` the entry counts for nothing.
    """

    trustee: Sid
    rights: frozenset[Right]
    allow: bool = True
    inherited: bool = False
    inheritance_type: InheritanceType = InheritanceType.ALL
    expires_at: datetime | None = None
    granted_by: str = ""
    granted_at: datetime | None = None

    def is_in_force(self, now: datetime) -> bool:
        """Tell whether the entry counts at ``now`` for the object that carries it."""
        return self.inheritance_type.reaches_object and (self.expires_at is None or now < self.expires_at)

    def covers(self, other: "Ace") -> bool:
        """Tell whether this entry does for the object all that ``other`` would, as far as they hold the same rights."""
        if not other.inheritance_type.reaches_object:
            return True
        lasts = self.expires_at is None or (other.expires_at is not None and other.expires_at <= self.expires_at)
        return self.inheritance_type.reaches_object and lasts
