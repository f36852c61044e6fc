"""The questions the other way round: what somebody can use, who can use something, and through which groups.

Two steps rather than one statement: joined in one, SQLite may read a whole table into a Bloom filter first.
"""

from collections.abc import Sequence
from itertools import chain
from types import MappingProxyType
from typing import Final

from delegacy.domain.ports import Holding
from delegacy.domain.rights import ADMITS_FULL_ACCESS, ADMITS_SEND_AS, Permission
from delegacy.domain.sid import AUTHENTICATED_USERS, EVERYONE
from delegacy.store.connection import Connection
from delegacy.store.principals import identities_of, sid_of
from delegacy.store.rows import to_moment_or_none
from delegacy.store.schema import ROOT, WELL_KNOWN_KEYS

_EVERYBODY: Final = (WELL_KNOWN_KEYS[EVERYONE], WELL_KNOWN_KEYS[AUTHENTICATED_USERS])
_RIGHTS: Final = tuple(sorted(ADMITS_FULL_ACCESS | ADMITS_SEND_AS))
RIGHTS: Final = ", ".join(map(str, map(int, _RIGHTS)))
"""The rights that decisions ask for, as statements list them."""
_PERMISSIONS: Final = MappingProxyType(
    {
        int(right): (permission, permission.value)
        for permission, rights in ((Permission.FULL_ACCESS, ADMITS_FULL_ACCESS), (Permission.SEND_AS, ADMITS_SEND_AS))
        for right in rights
    }
)
_ON_BEHALF: Final = Permission.SEND_ON_BEHALF
_GROUPS: Final = """
    SELECT DISTINCT c.ancestor, c.security, c.mail
    FROM member m CROSS JOIN group_closure c
    WHERE m.member IN ({keys}) AND c.descendant = m.group_id
"""
_TARGETS_OF_ENTRIES: Final = f"""
    SELECT DISTINCT target FROM ace
    WHERE trustee IN ({{keys}}) AND access_right IN ({RIGHTS}) AND target > ?
"""
_TARGETS_OF_LISTS: Final = "SELECT DISTINCT target FROM send_on_behalf WHERE delegate IN ({keys}) AND target > ?"
# A page is merged from the first targets of each trustee that has any: sorting all of a large group's targets takes as long as all of them.
_HOLDERS_OF_ENTRIES: Final = f"""
    SELECT k.value, r.access_right
    FROM ({{keys}}) k CROSS JOIN ({" UNION ALL ".join(f"SELECT {int(right)} AS access_right" for right in _RIGHTS)}) r
    WHERE EXISTS (SELECT 1 FROM ace a WHERE a.trustee = k.value AND a.access_right = r.access_right AND a.target > ?)
"""
_FIRST_OF_ENTRIES: Final = """
    SELECT DISTINCT target FROM ace WHERE trustee = ? AND access_right = ? AND target > ? ORDER BY target LIMIT ?
"""
_HOLDERS_OF_LISTS: Final = """
    SELECT k.value FROM ({keys}) k
    WHERE EXISTS (SELECT 1 FROM send_on_behalf s WHERE s.delegate = k.value AND s.target > ?)
"""
_FIRST_OF_LISTS: Final = "SELECT target FROM send_on_behalf WHERE delegate = ? AND target > ? ORDER BY target LIMIT ?"
# The unary plus keeps SQLite from searching a target's list once for each right.
_ENTRIES: Final = f"""
    SELECT a.target, a.access_right, a.trustee, a.allow, a.expires_at, o.sid, f.sid
    FROM ace a LEFT JOIN object o ON o.id = a.trustee LEFT JOIN foreign_principal f ON f.id = a.trustee
    WHERE a.target IN ({{keys}}) AND +a.access_right IN ({RIGHTS})
"""
_LISTED: Final = """
    SELECT s.target, s.delegate, o.sid, s.expires_at FROM send_on_behalf s JOIN object o ON o.id = s.delegate WHERE s.target IN ({keys})
"""
_OF_THESE: Final = "AND {column} IN ({keys})"
_STEP: Final = """
    SELECT m.member, m.group_id
    FROM member m CROSS JOIN group_closure c
    WHERE m.member IN ({keys}) AND c.descendant = m.group_id AND c.ancestor = ? AND c.{flag} = 1
"""


def what_can(connection: Connection, account: int, after: int | None, limit: int | None) -> Sequence[Holding]:
    """Return the grants that name the account, one of its groups, or everybody, ordered by target; ``limit`` counts targets."""
    selves = identities_of(connection, account)
    groups = connection.rows(_GROUPS.format(keys=connection.key_set), (connection.keys(selves),))
    trustees = {*selves, *_EVERYBODY, *(key for key, security, _ in groups if security)}
    delegates = {*selves, *(key for key, _, mail in groups if mail)}
    beyond = ROOT if after is None else after
    if limit is None:
        targets = _targets(connection, _TARGETS_OF_ENTRIES, trustees, beyond)
        targets |= _targets(connection, _TARGETS_OF_LISTS, delegates, beyond)
    else:
        targets = first_targets(connection, trustees, delegates, beyond, limit)
    return [holding for _, holding in _holdings(connection, sorted(targets)[:limit], (trustees, delegates))]


def security_groups(connection: Connection, account: int) -> frozenset[int]:
    """Return the security groups that an account, or its linked mailbox, is in, through any nesting."""
    selves = identities_of(connection, account)
    rows = connection.rows(_GROUPS.format(keys=connection.key_set), (connection.keys(selves),))
    return frozenset(key for key, security, _ in rows if security)


def who_can(connection: Connection, target: int) -> Sequence[Holding]:
    """Return the grants on a target that are its own, ordered by trustee."""
    return sorted(
        (holding for _, holding in _holdings(connection, [target])),
        key=lambda holding: (holding.trustee, holding.permission.value, holding.allow),
    )


def shortest_path(connection: Connection, start: Sequence[int], group: int, flag: str) -> list[int]:
    """Return the keys of a shortest chain of memberships from one of ``start`` to ``group``, both included; empty if there is none.

    Every group on the way has the ``flag`` of the closure.
    """
    came_from: dict[int, int] = {}
    edge: set[int] = set(start)
    seen = set(start)
    while edge and group not in came_from:
        rows = connection.rows(_STEP.format(keys=connection.key_set, flag=flag), (connection.keys(sorted(edge)), group))
        edge = set()
        for member, above in sorted(rows):
            if above not in seen:
                seen.add(above)
                came_from[above] = member
                edge.add(above)
    if group not in came_from:
        return []
    path = [group]
    while path[0] in came_from:
        path.insert(0, came_from[path[0]])
    return path


def first_targets(connection: Connection, trustees: set[int], delegates: set[int], beyond: int, limit: int) -> set[int]:
    """Return at least the ``limit`` lowest targets after ``beyond`` that entries or lists of these principals are on."""
    found: set[int] = set()
    for holders, first, principals in (
        (_HOLDERS_OF_ENTRIES, _FIRST_OF_ENTRIES, trustees),
        (_HOLDERS_OF_LISTS, _FIRST_OF_LISTS, delegates),
    ):
        for holder in connection.rows(holders.format(keys=connection.key_set), (connection.keys(principals), beyond)):
            found.update(chain.from_iterable(connection.rows(first, (*holder, beyond, limit))))
    return found


def _targets(connection: Connection, sql: str, principals: set[int], beyond: int) -> set[int]:
    rows = connection.rows(sql.format(keys=connection.key_set), (connection.keys(principals), beyond))
    return set(chain.from_iterable(rows))


def _holdings(
    connection: Connection, targets: Sequence[int], of: tuple[set[int], set[int]] | None = None
) -> list[tuple[int, Holding]]:
    """Return the grants of one of the three permissions on ``targets``, with the trustee's key, ordered by target.

    ``of`` are the trustees of entries and the delegates of lists that are asked for; everybody if it is None.
    """
    keys, parameters = connection.key_set, (connection.keys(targets),)
    entries_sql, listed_sql = _ENTRIES.format(keys=keys), _LISTED.format(keys=keys)
    if of is None:
        entries, listed = connection.rows(entries_sql, parameters), connection.rows(listed_sql, parameters)
    else:
        trustees, delegates = of
        entries_sql += _OF_THESE.format(column="+a.trustee", keys=keys)
        listed_sql += _OF_THESE.format(column="+s.delegate", keys=keys)
        entries = connection.rows(entries_sql, (*parameters, connection.keys(trustees)))
        listed = connection.rows(listed_sql, (*parameters, connection.keys(delegates)))
    found: dict[tuple[int, int, str, int], Holding] = {}
    for target, right, trustee, allow, expires_at, own, foreign in entries:
        permission, word = _PERMISSIONS[right]
        sid = own or sid_of(trustee, own, foreign)
        found[target, trustee, word, allow] = Holding(
            target, permission, sid, allow == 1, to_moment_or_none(expires_at)
        )
    for target, delegate, sid, expires_at in listed:
        found[target, delegate, _ON_BEHALF.value, 1] = Holding(
            target, _ON_BEHALF, sid, expires_at=to_moment_or_none(expires_at)
        )
    return [(key[1], found[key]) for key in sorted(found)]
