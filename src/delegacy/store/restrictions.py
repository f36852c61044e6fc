"""From whom recipients accept messages and from whom not, and who is meant by a group."""

from collections.abc import Iterable
from typing import Final

from delegacy.domain.delivery_restriction import DeliveryRestrictions, RestrictionList
from delegacy.domain.errors import InvalidFilter
from delegacy.domain.ports import RecipientQuery
from delegacy.domain.rbac import RecipientScope, ScopeKind
from delegacy.domain.recipient import RECIPIENTS, RecipientTypeDetails
from delegacy.domain.recipient_filter import parse_filter
from delegacy.store import listing
from delegacy.store.connection import Connection

_LISTS: Final = (
    "SELECT target, kind, other FROM delivery_restriction WHERE target IN ({keys}) ORDER BY target, kind, position"
)
_ACCEPTING: Final = ", ".join(
    str(int(kind))
    for kind in (RestrictionList.ACCEPT_MESSAGES_ONLY_FROM, RestrictionList.ACCEPT_MESSAGES_ONLY_FROM_DL_MEMBERS)
)
_ACCEPTING_ONLY: Final = f"""
    SELECT DISTINCT r.target FROM delivery_restriction r
    WHERE r.other = ? AND r.kind IN ({_ACCEPTING}) AND NOT EXISTS (
        SELECT 1 FROM delivery_restriction s WHERE s.target = r.target AND s.kind IN ({_ACCEPTING}) AND s.other <> r.other
    )
"""
_IS_MEMBER: Final = """
    SELECT 1 FROM member m CROSS JOIN group_closure c
    WHERE m.member = ? AND c.descendant = m.group_id AND c.ancestor = ? AND c.mail = 1
"""
# From the dynamic groups, which are few, and not from the members of a group, who may be many.
_DYNAMIC_IN: Final = f"""
    SELECT DISTINCT o.recipient_filter, o.recipient_container
    FROM object o CROSS JOIN member m CROSS JOIN group_closure c
    WHERE o.recipient_type_details = '{RecipientTypeDetails.DYNAMIC_DISTRIBUTION_GROUP.value}'
      AND m.member = o.id AND c.descendant = m.group_id AND c.ancestor = ? AND c.mail = 1
"""
_DYNAMIC: Final = f"""
    SELECT recipient_filter, recipient_container FROM object
    WHERE id = ? AND recipient_type_details = '{RecipientTypeDetails.DYNAMIC_DISTRIBUTION_GROUP.value}'
"""


def read(connection: Connection, keys: Iterable[int]) -> dict[int, DeliveryRestrictions]:
    """Return the restrictions of those that have any."""
    rows = connection.rows(_LISTS.format(keys=connection.key_set), (connection.keys(keys),))
    lists: dict[int, dict[int, list[int]]] = {}
    for target, kind, other in rows:
        lists.setdefault(target, {}).setdefault(kind, []).append(other)
    return {
        target: DeliveryRestrictions(*(tuple(found.get(kind, ())) for kind in RestrictionList))
        for target, found in lists.items()
    }


def write(connection: Connection, target: int, restrictions: DeliveryRestrictions) -> None:
    """Set the lists of one recipient."""
    connection.run("DELETE FROM delivery_restriction WHERE target = ?", (target,))
    connection.run_many(
        "INSERT INTO delivery_restriction (target, kind, other, position) VALUES (?, ?, ?, ?)",
        [
            (target, int(kind), other, position)
            for kind, others in restrictions.lists.items()
            for position, other in enumerate(dict.fromkeys(others))
        ],
    )


def accepting_only_from(connection: Connection, sender: int) -> list[int]:
    """Return the recipients that accept messages from this sender, or this group's members, and from nobody else."""
    return [row[0] for row in connection.rows(_ACCEPTING_ONLY, (sender,))]


def gets_mail_of(connection: Connection, group: int, member: int, now: int) -> bool:
    """Tell whether mail for a group reaches an object."""
    if group == member or connection.row(_IS_MEMBER, (member, group)) is not None:
        return True
    dynamic = connection.rows(_DYNAMIC, (group,)) + connection.rows(_DYNAMIC_IN, (group,))
    return any(_describes(connection, condition, container, member, now) for condition, container in dynamic)


def _describes(connection: Connection, condition: str, container: str, member: int, now: int) -> bool:
    try:
        query = RecipientQuery(
            kinds=RECIPIENTS,
            filter=parse_filter(condition),
            container=container or None,
            within=(RecipientScope(ScopeKind.SELF, keys=frozenset({member})),),
        )
    except InvalidFilter:
        return False
    return listing.counted(connection, query, now) > 0
