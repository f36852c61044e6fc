"""The objects that a recipient is linked with: where each property of that type lives."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import sqlalchemy as sa

from delegacy.domain.delivery_restriction import RestrictionList
from delegacy.domain.dn import DistinguishedName
from delegacy.domain.identity import fold
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
from delegacy.store.connection import Connection
from delegacy.store.schema import ROOT, delivery_restriction, manager, member, recipient, send_on_behalf

Condition = sa.ColumnElement[bool]

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
