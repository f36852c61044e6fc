"""OPATH filters as conditions in SQL.

A condition means exactly what ``recipient_filter.matches`` computes. No part of one is ever NULL, so that ``NOT`` keeps the rows in which
a property was never set: columns of text are empty there, and what comes out of JSON is given its default.
"""

import operator as operators
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from delegacy.domain.dn import DistinguishedName
from delegacy.domain.identity import fold
from delegacy.domain.properties import Property, PropertyType
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.recipient_filter import And, Comparison, Filter, Not, Operator, Or, Value, like
from delegacy.store import links
from delegacy.store.connection import Dialect
from delegacy.store.rows import to_number
from delegacy.store.schema import ATTRIBUTE_COLUMNS, proxy_address, recipient

Condition = sa.ColumnElement[bool]
_Column = sa.ColumnElement[Any]

_TEXT_COLUMNS: Final = MappingProxyType(
    {
        "Name": recipient.c.name_key,
        "DisplayName": recipient.c.display_name_key,
        "Alias": recipient.c.alias_key,
        "SamAccountName": recipient.c.sam_key,
        "UserPrincipalName": recipient.c.upn_key,
        "PrimarySmtpAddress": recipient.c.primary_smtp_key,
        "WindowsEmailAddress": recipient.c.primary_smtp_key,
        "OrganizationalUnit": recipient.c.container_key,
        "LegacyExchangeDN": recipient.c.legacy_key,
    }
    | {name: recipient.c[column] for name, column in ATTRIBUTE_COLUMNS.items()}
)
_NUMBER_COLUMNS: Final = MappingProxyType(
    {
        "HiddenFromAddressListsEnabled": recipient.c.hidden,
        "AccountDisabled": recipient.c.account_disabled,
        "WhenCreated": recipient.c.when_created,
        "WhenChanged": recipient.c.when_changed,
    }
)
_KIND_WORDS: Final[Mapping[str, Callable[[RecipientTypeDetails], str]]] = MappingProxyType(
    {
        "RecipientType": lambda kind: kind.recipient_type,
        "RecipientTypeDetails": lambda kind: kind.value,
    }
)
_ORDER: Final[Mapping[Operator, Callable[[Any, Any], Any]]] = MappingProxyType(  # of columns, and of plain text
    {
        Operator.EQ: operators.eq,
        Operator.GT: operators.gt,
        Operator.GE: operators.ge,
        Operator.LT: operators.lt,
        Operator.LE: operators.le,
    }
)
_LAST_BEFORE_SURROGATES: Final = 0xD7FF
_FIRST_AFTER_SURROGATES: Final = 0xE000
_LAST_CHARACTER: Final = 0x10FFFF


@dataclass(frozen=True, slots=True)
class Terms:
    """For which database a condition is, and the moment at which it is to hold, as it is stored."""

    dialect: Dialect
    now: int


def condition(wanted: Filter, terms: Terms) -> Condition:
    """Return the condition on ``object`` that holds for the recipients that match ``wanted``."""
    match wanted:
        case Comparison(operator=Operator.NE):
            return sa.not_(_comparison(wanted.property, Operator.EQ, wanted.value, terms))
        case Comparison(operator=Operator.NOTLIKE):
            return sa.not_(_comparison(wanted.property, Operator.LIKE, wanted.value, terms))
        case Comparison():
            return _comparison(wanted.property, wanted.operator, wanted.value, terms)
        case Not(part):
            return sa.not_(condition(part, terms))
        case And(parts):
            return sa.and_(*(condition(part, terms) for part in parts))
        case Or(parts):
            return sa.or_(*(condition(part, terms) for part in parts))


def is_like(column: _Column, pattern: str) -> Condition:
    """Return the condition that a folded text column has the form of a folded pattern, by range where the pattern begins with text."""
    first, star, rest = pattern.partition("*")
    if not star:
        return sa.and_(column == pattern, column != "")
    conditions = [within(column, first)] if first else [column != ""]
    if rest:
        escaped = "%".join(
            part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for part in pattern.split("*")
        )
        conditions.append(column.like(escaped, escape="\\"))
    return sa.and_(*conditions)


def within(column: _Column, prefix: str) -> Condition:
    """Return the condition that a text column begins with ``prefix``, as a range of an index."""
    end = _after(prefix)
    return column >= prefix if end is None else sa.and_(column >= prefix, column < end)


def _after(prefix: str) -> str | None:
    """Return the least text above every text that begins with ``prefix``."""
    for length in range(len(prefix), 0, -1):
        last = ord(prefix[length - 1])
        if last == _LAST_BEFORE_SURROGATES:
            return prefix[: length - 1] + chr(_FIRST_AFTER_SURROGATES)
        if last < _LAST_CHARACTER:
            return prefix[: length - 1] + chr(last + 1)
    return None


def _comparison(prop: Property, operator: Operator, value: Value, terms: Terms) -> Condition:
    if (column := _TEXT_COLUMNS.get(prop.name)) is not None:
        return _text(column, operator, value)
    if (number := _NUMBER_COLUMNS.get(prop.name)) is not None:
        return _number(number, operator, value)
    if (word := _KIND_WORDS.get(prop.name)) is not None:
        return _kind(word, operator, value)
    if prop.type is PropertyType.OBJECTS:
        return _objects(prop, value, terms.now)
    if prop.name == "RoleGroupType":
        return _text(_role_group_type(terms.dialect), operator, value)
    return _by_type(prop, operator, value, terms.dialect)


def _by_type(prop: Property, operator: Operator, value: Value, dialect: Dialect) -> Condition:
    match prop.type:
        case PropertyType.GUID:
            return recipient.c.guid == value.bytes if isinstance(value, UUID) else sa.false()
        case PropertyType.DISTINGUISHED_NAME:
            return _distinguished_name(value)
        case PropertyType.PROXY_ADDRESSES:
            return _proxy_addresses(operator, value)
        case PropertyType.STRINGS:
            return _strings(prop, operator, value, dialect)
        case PropertyType.BOOLEAN:
            return _boolean(prop, value, dialect)
        case PropertyType.INTEGER:
            return _integer(prop, operator, value, dialect)
        case _:
            return _text(_json_text(recipient.c.attribute_keys, prop.name, dialect), operator, value)


def _role_group_type(dialect: Dialect) -> _Column:
    is_none = recipient.c.recipient_type_details != RecipientTypeDetails.ROLE_GROUP.value
    is_linked = _json_text(recipient.c.attribute_keys, "LinkedGroup", dialect) != ""
    return sa.case((is_none, ""), (is_linked, "linked"), else_="standard")


def _text(column: _Column, operator: Operator, value: Value) -> Condition:
    if value is None:
        return column == ""
    wanted = fold(str(value))
    if operator is Operator.LIKE:
        return is_like(column, wanted)
    compared = _ORDER[operator](column, wanted)
    return compared if operator is Operator.EQ else sa.and_(column != "", compared)


def _number(column: _Column, operator: Operator, value: Value) -> Condition:
    if value is None:
        return sa.false()
    wanted = to_number(value) if isinstance(value, datetime) else int(bool(value))
    compared: Condition = _ORDER[operator](column, wanted)
    return compared


def _kind(word: Callable[[RecipientTypeDetails], str], operator: Operator, value: Value) -> Condition:
    def holds(kind: RecipientTypeDetails) -> bool:
        text, wanted = fold(word(kind)), fold(str(value))
        return like(wanted, text) if operator is Operator.LIKE else bool(_ORDER[operator](text, wanted))

    kinds = [kind.value for kind in RecipientTypeDetails if value is not None and holds(kind)]
    return recipient.c.recipient_type_details.in_(kinds) if kinds else sa.false()


def _distinguished_name(value: Value) -> Condition:
    if value is None:
        return sa.false()
    name = DistinguishedName.parse(str(value))
    return sa.and_(recipient.c.container_key == fold(name.container), recipient.c.name_key == fold(name.name))


def _objects(prop: Property, value: Value, now: int) -> Condition:
    own, other, holds = links.columns_of(prop, now)
    if value is None:
        return ~sa.exists(sa.select(own).where(own == recipient.c.id, holds))
    name = DistinguishedName.parse(str(value))
    named = recipient.alias("named")
    linked = sa.select(own).join(named, named.c.id == other)
    return recipient.c.id.in_(
        linked.where(named.c.name_key == fold(name.name), named.c.container_key == fold(name.container), holds)
    )


def _proxy_addresses(operator: Operator, value: Value) -> Condition:
    owners = sa.select(proxy_address.c.object_id)
    if value is None:
        return ~sa.exists(owners.where(proxy_address.c.object_id == recipient.c.id))
    wanted = fold(str(value))
    column = proxy_address.c.address_key
    matching = is_like(column, wanted) if operator is Operator.LIKE else column == str(value)
    return recipient.c.id.in_(owners.where(matching))


def _strings(prop: Property, operator: Operator, value: Value, dialect: Dialect) -> Condition:
    present = sa.func.nullif(recipient.c.attribute_keys, "")
    if dialect is Dialect.SQLITE:
        items = sa.func.json_each(present, f'$."{prop.name}"').table_valued("value", name="item")
    else:
        listed = sa.func.json_extract_path(sa.cast(present, sa.JSON()), prop.name)
        items = sa.func.json_array_elements_text(listed).table_valued("value", name="item")
    item = items.c.value
    if value is None:
        return ~sa.exists(sa.select(sa.literal(1)).select_from(items))
    wanted = fold(str(value))
    matching = is_like(item, wanted) if operator is Operator.LIKE else item == wanted
    return sa.exists(sa.select(sa.literal(1)).select_from(items).where(matching))


def _boolean(prop: Property, value: Value, dialect: Dialect) -> Condition:
    if value is None:
        return sa.false()
    default = prop.default
    if dialect is Dialect.SQLITE:
        return sa.func.coalesce(_json(prop.name, dialect), int(default)) == int(bool(value))
    return sa.func.coalesce(_json(prop.name, dialect), str(default).lower()) == str(bool(value)).lower()


def _integer(prop: Property, operator: Operator, value: Value, dialect: Dialect) -> Condition:
    number = sa.cast(_json(prop.name, dialect), sa.BigInteger())
    if value is None:
        return number.is_(None)
    return sa.func.coalesce(_ORDER[operator](number, value), sa.false())


def _json(name: str, dialect: Dialect) -> _Column:
    present = sa.func.nullif(recipient.c.attributes, "")
    if dialect is Dialect.SQLITE:
        return sa.func.json_extract(present, f'$."{name}"')
    return sa.func.json_extract_path_text(sa.cast(present, sa.JSON()), name)


def _json_text(column: _Column, name: str, dialect: Dialect) -> _Column:
    present = sa.func.nullif(column, "")
    if dialect is Dialect.SQLITE:
        return sa.func.coalesce(sa.func.json_extract(present, f'$."{name}"'), "")
    return sa.func.coalesce(sa.func.json_extract_path_text(sa.cast(present, sa.JSON()), name), "")
