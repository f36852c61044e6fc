"""``RecipientQuery`` to SQL: filters, wildcards, name resolution by prefix, order, and pages by key."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

import sqlalchemy as sa

from delegacy.domain.errors import InvalidProperty
from delegacy.domain.identity import fold
from delegacy.domain.ports import RecipientQuery
from delegacy.domain.rbac import RecipientScope, ScopeKind
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.store.connection import Connection
from delegacy.store.filter_sql import Condition, Terms, condition, is_like, within
from delegacy.store.rows import READ, to_recipient
from delegacy.store.schema import proxy_address, recipient

PAGE: Final = 1000
_SORTED_BY: Final = MappingProxyType(
    {
        "name": recipient.c.name_key,
        "displayname": recipient.c.display_name_key,
        "alias": recipient.c.alias_key,
        "city": recipient.c.city_key,
        "firstname": recipient.c.first_name_key,
        "lastname": recipient.c.last_name_key,
        "office": recipient.c.office_key,
        "legacyexchangedn": recipient.c.legacy_key,
        "serverlegacydn": recipient.c.legacy_key,
    }
)
_NAMES: Final = (
    recipient.c.name_key,
    recipient.c.display_name_key,
    recipient.c.first_name_key,
    recipient.c.last_name_key,
    recipient.c.alias_key,
)


def listed(connection: Connection, query: RecipientQuery, now: int) -> Iterator[Recipient]:
    """Yield the objects that ``query`` asks for at ``now``, a page at a time. Raises ``InvalidProperty`` for an order that there is none."""
    key = _sort_column(query.sort_by)
    wanted = _wanted(query, Terms(connection.dialect, now))
    columns = [key, *(recipient.c[column] for column in READ)]
    statement = sa.select(*columns).where(wanted).order_by(key, recipient.c.id)
    after = None if query.after is None else (fold(query.after[0]), query.after[1])
    left = query.limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        page = statement if after is None else statement.where(_beyond(key, *after))
        rows = connection.selected(page.limit(size))
        for row in rows:
            yield to_recipient(row[1:])
        if len(rows) < size:
            return
        after = (rows[-1][0], rows[-1][1])
        left = None if left is None else left - size


def counted(connection: Connection, query: RecipientQuery, now: int) -> int:
    """Return how many objects ``query`` asks for at ``now``."""
    statement = sa.select(sa.func.count()).select_from(recipient).where(_wanted(query, Terms(connection.dialect, now)))
    return int(connection.selected(statement)[0][0])


def _beyond(key: sa.Column[str], value: str, number: int) -> Condition:
    # Written out: SQLite takes the index for the first half, and checks the second on the row.
    return sa.and_(key >= value, sa.or_(key > value, recipient.c.id > number))


def _sort_column(name: str) -> sa.Column[str]:
    column = _SORTED_BY.get(name.casefold())
    if column is None:
        raise InvalidProperty(f"Recipients can't be sorted by {name}.", name)
    return column


def _wanted(query: RecipientQuery, terms: Terms) -> Condition:
    conditions: list[Condition] = []
    if query.kinds and query.kinds != frozenset(RecipientTypeDetails):
        conditions.append(recipient.c.recipient_type_details.in_(sorted(kind.value for kind in query.kinds)))
    if query.filter is not None:
        conditions.append(condition(query.filter, terms))
    if query.wildcard is not None:
        conditions.append(_wildcard(fold(query.wildcard.strip())))
    if query.anr is not None:
        prefix = fold(query.anr.strip())
        conditions.append(sa.or_(*(within(name, prefix) for name in _NAMES)) if prefix else sa.false())
    if query.container is not None:
        conditions.append(_below(fold(query.container.rstrip("/"))))
    if query.within is not None:
        conditions.append(sa.or_(sa.false(), *(_inside(scope, terms) for scope in query.within)))
    return sa.and_(sa.true(), *conditions)


def _wildcard(pattern: str) -> Condition:
    if pattern.strip("*") == "":
        return sa.true() if pattern else sa.false()
    inner = pattern[1:-1]
    if pattern[0] == pattern[-1] == "*" and "*" not in inner and "\n" not in inner and len(inner) > 0:
        return is_like(recipient.c.search_key, pattern)
    addresses = sa.select(proxy_address.c.object_id).where(is_like(proxy_address.c.address_key, f"smtp:{pattern}"))
    return sa.or_(
        is_like(recipient.c.name_key, pattern),
        is_like(recipient.c.display_name_key, pattern),
        is_like(recipient.c.alias_key, pattern),
        recipient.c.id.in_(addresses),
    )


def _inside(scope: RecipientScope, terms: Terms) -> Condition:
    """Return the condition that ``RecipientScope.admits`` computes."""
    if scope.kind is ScopeKind.ORGANIZATION:
        return sa.true()
    if scope.kind is ScopeKind.NONE:
        return sa.false()
    conditions: list[Condition] = []
    if scope.keys is not None:
        conditions.append(recipient.c.id.in_(sorted(scope.keys)))
    if scope.root:
        conditions.append(_below(scope.root))
    if scope.condition is not None:
        conditions.append(condition(scope.condition, terms))
    return sa.and_(sa.true(), *conditions)


def _below(container: str) -> Condition:
    return sa.or_(recipient.c.container_key == container, within(recipient.c.container_key, f"{container}/"))
