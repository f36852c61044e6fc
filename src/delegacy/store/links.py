"""The objects that a recipient is linked with: where each property of that type lives."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from delegacy.domain.delivery_restriction import RestrictionList
from delegacy.domain.dn import DistinguishedName
from delegacy.domain.identity import fold
from delegacy.domain.object_link import ObjectLink
from delegacy.domain.properties import (
    ACCEPT_FROM,
    ACCEPT_FROM_MEMBERS,
    GRANT_SEND_ON_BEHALF_TO,
    MANAGED_BY,
    MEMBER_OF_GROUP,
    MEMBERS,
    REJECT_FROM,
    REJECT_FROM_MEMBERS,
    Property,
)
from delegacy.domain.recipient import ObjectName
from delegacy.store.connection import Connection
from delegacy.store.schema import ROOT, delivery_restriction, manager, member, recipient, send_on_behalf

Condition = sa.ColumnElement[bool]

_BY_NAME: Final = "o.name_key, o.id"
_IN_FORCE: Final = "AND (s.expires_at IS NULL OR s.expires_at > ?)"
_NAMES: Final = MappingProxyType(
    {
        ObjectLink.MEMBER_OF: ("member", "member", "group_id", "", _BY_NAME),
        ObjectLink.MEMBERS: ("member", "group_id", "member", "", _BY_NAME),
        ObjectLink.MANAGED_BY: ("manager", "group_id", "manager", "", "s.position"),
        ObjectLink.SEND_ON_BEHALF: ("send_on_behalf", "target", "delegate", _IN_FORCE, "s.entry"),
        ObjectLink.SEND_ON_BEHALF_OF: ("send_on_behalf", "delegate", "target", _IN_FORCE, _BY_NAME),
        ObjectLink.AUTO_MAPPING: ("automapping", "mailbox", "delegate", "", _BY_NAME),
        ObjectLink.AUTO_MAPPED: ("automapping", "delegate", "mailbox", "", _BY_NAME),
    }
)
"""Table, column of those that are linked, column of what they are linked with, what else a link needs, and the order."""

_RESTRICTIONS: Final[Mapping[str, RestrictionList]] = MappingProxyType(
    {
        ACCEPT_FROM.name: RestrictionList.ACCEPT_MESSAGES_ONLY_FROM,
        ACCEPT_FROM_MEMBERS.name: RestrictionList.ACCEPT_MESSAGES_ONLY_FROM_DL_MEMBERS,
        REJECT_FROM.name: RestrictionList.REJECT_MESSAGES_FROM,
        REJECT_FROM_MEMBERS.name: RestrictionList.REJECT_MESSAGES_FROM_DL_MEMBERS,
    }
)


def columns_of(prop: Property, now: int) -> tuple[sa.Column[int], sa.Column[int], Condition]:
    """Return the column of those that have the property, the column of those they are linked with, and what else a link needs at ``now``."""
    match prop.name:
        case MEMBER_OF_GROUP.name:
            return member.c.member, member.c.group_id, member.c.group_id != ROOT
        case MEMBERS.name:
            return member.c.group_id, member.c.member, sa.true()
        case MANAGED_BY.name:
            return manager.c.group_id, manager.c.manager, sa.true()
        case GRANT_SEND_ON_BEHALF_TO.name:
            end = send_on_behalf.c.expires_at
            return send_on_behalf.c.target, send_on_behalf.c.delegate, sa.or_(end.is_(None), end > now)
        case name:
            kind = int(_RESTRICTIONS[name])
            return delivery_restriction.c.target, delivery_restriction.c.other, delivery_restriction.c.kind == kind


def names(
    connection: Connection, link: ObjectLink, keys: Iterable[int], now: int
) -> Mapping[int, tuple[ObjectName, ...]]:
    """Return the names of what objects are linked with at ``now``, by object; those without such a link are left out."""
    table, own, other, condition, order = _NAMES[link]
    listed: dict[int, list[ObjectName]] = {}
    for key, guid, name, container in connection.rows(
        f"SELECT s.{own}, o.guid, o.name, o.container FROM {table} s CROSS JOIN object o "
        f"WHERE s.{own} IN ({connection.key_set}) AND o.id = s.{other} {condition} ORDER BY s.{own}, {order}",
        (connection.keys(keys), *([now] if condition is _IN_FORCE else [])),
    ):
        listed.setdefault(key, []).append(ObjectName(UUID(bytes=bytes(guid)), name, container))
    return {key: tuple(found) for key, found in listed.items()}


def others(connection: Connection, prop: Property, key: int, now: int) -> frozenset[str]:
    """Return the folded distinguished names of what an object is linked with at ``now``; a new object has no links yet."""
    if key == 0:
        return frozenset()
    own, other, holds = columns_of(prop, now)
    rows = connection.selected(
        sa.select(recipient.c.name, recipient.c.container)
        .join(own.table, recipient.c.id == other)
        .where(own == key, holds)
    )
    return frozenset(fold(str(DistinguishedName.in_container(name, container))) for name, container in rows)
