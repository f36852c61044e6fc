"""Who somebody is, for an access check (MS-DTYP 2.5.2)."""

from typing import NamedTuple

from delegacy.domain.sid import AUTHENTICATED_USERS, EVERYONE, Sid


class AccessToken(NamedTuple):
    """The SIDs that an account acts with.

    ``users`` is the account's own SID and, for a linked master account, that of its mailbox. ``groups`` are the security groups it
    belongs to through any nesting; a token read for one access control list need only hold those that the list names.
    """

    users: frozenset[Sid]
    groups: frozenset[Sid] = frozenset()

    def admits(self, trustee: Sid) -> bool:
        """Tell whether an entry for ``trustee`` is an entry for this token."""
        return trustee in self.users or trustee in self.groups or trustee in (EVERYONE, AUTHENTICATED_USERS)
