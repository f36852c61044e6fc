"""AccessCheck (MS-DTYP 2.5.3.2): one access control list, one token, one wanted right."""

from collections.abc import Iterable
from datetime import datetime

from delegacy.domain.access_token import AccessToken
from delegacy.domain.ace import Ace
from delegacy.domain.acl import canonical_rank
from delegacy.domain.rights import Right
from delegacy.domain.sid import SELF, Sid


def deciding_entry(
    entries: Iterable[Ace], token: AccessToken, admitting: frozenset[Right], now: datetime, owner: Sid | None = None
) -> Ace | None:
    """Return the entry that decides about a right, or None where none does, which means no.

    ``admitting`` are the rights any of which holds the wanted one. Entries are walked in canonical order: explicit deny, explicit allow,
    inherited deny, inherited allow; the first that names the token and holds the right decides, and is an answer of yes if it
    ``allow``s. ``owner`` is the object's own account, for which SELF stands (MS-ADTS 5.1.3).
    """
    first: Ace | None = None
    for entry in entries:
        if (
            not entry.rights.isdisjoint(admitting)
            and (token.admits(entry.trustee) or (entry.trustee == SELF and owner in token.users))
            and entry.is_in_force(now)
            and (first is None or canonical_rank(entry) < canonical_rank(first))
        ):
            first = entry
    return first
