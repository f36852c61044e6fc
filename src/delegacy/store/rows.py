"""Recipients to rows of ``object`` and back."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from uuid import UUID

from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.client_access import ClientProtocol, switched_off
from delegacy.domain.errors import InvalidProperty
from delegacy.domain.identity import fold
from delegacy.domain.recipient import GroupScope, Recipient, RecipientTypeDetails
from delegacy.domain.sid import Sid
from delegacy.store.connection import Row
from delegacy.store.schema import ATTRIBUTE_COLUMNS, recipient

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_KINDS: Final = MappingProxyType({kind.value: kind for kind in RecipientTypeDetails})
_SCOPES: Final = MappingProxyType({scope.value: scope for scope in GroupScope} | {"": None})
_REMEMBERED: Final = 4096
_NO_ATTRIBUTES: Final[Mapping[str, object]] = MappingProxyType({})

READ: Final = (
    "id",
    "guid",
    "recipient_type_details",
    "name",
    "display_name",
    "domain",
    "container",
    "legacy_exchange_dn",
    "sid",
    "alias",
    "sam_account_name",
    "user_principal_name",
    "primary_smtp_address",
    "email_addresses",
    "hidden",
    "account_disabled",
    "linked_master_account",
    "group_scope",
    "security_enabled",
    "recipient_filter",
    "recipient_container",
    "when_created",
    "when_changed",
    "attributes",
)
"""The columns that ``to_recipient`` takes, in its order."""
WRITTEN: Final = tuple(column.name for column in recipient.columns)
"""The columns that ``to_row`` gives, in its order."""

SELECT: Final = f"SELECT {', '.join(f'o.{column}' for column in READ)} FROM object o"
INSERT: Final = f"INSERT INTO object ({', '.join(WRITTEN)}) VALUES ({', '.join('?' for _ in WRITTEN)})"
UPDATE: Final = f"UPDATE object SET {', '.join(f'{column} = ?' for column in WRITTEN[1:])} WHERE id = ?"


def to_number(moment: datetime) -> int:
    """Return a moment as it is stored: microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def to_number_or_null(moment: datetime | None) -> int | None:
    """Return a moment as it is stored, None for none."""
    return None if moment is None else to_number(moment)


def to_moment(number: int) -> datetime:
    """Return a stored moment."""
    return _EPOCH + timedelta(microseconds=number)


def to_moment_or_none(number: int | None) -> datetime | None:
    """Return a stored moment, None for none."""
    return None if number is None else to_moment(number)


def to_kind(text: str) -> RecipientTypeDetails:
    """Return a stored kind."""
    return _KINDS[text]


def to_recipient(row: Row) -> Recipient:
    """Return the object in a row of the ``READ`` columns."""
    (
        key,
        guid,
        kind,
        name,
        display_name,
        domain,
        container,
        legacy_exchange_dn,
        sid,
        alias,
        sam_account_name,
        user_principal_name,
        primary_smtp_address,
        email_addresses,
        hidden,
        account_disabled,
        linked_master_account,
        group_scope,
        security_enabled,
        recipient_filter,
        recipient_container,
        when_created,
        when_changed,
        attributes,
    ) = row
    return Recipient(
        id=key,
        guid=UUID(bytes=bytes(guid)),
        recipient_type_details=_KINDS[kind],
        name=name,
        display_name=display_name,
        domain=domain,
        container=container,
        legacy_exchange_dn=legacy_exchange_dn,
        sid=Sid(sid) if sid else None,
        alias=alias or None,
        sam_account_name=sam_account_name or None,
        user_principal_name=user_principal_name or None,
        primary_smtp_address=read_address(primary_smtp_address) if primary_smtp_address else None,
        email_addresses=_read_proxy_addresses(email_addresses) if email_addresses else (),
        hidden_from_address_lists_enabled=bool(hidden),
        account_disabled=bool(account_disabled),
        linked_master_account=Sid(linked_master_account) if linked_master_account else None,
        group_scope=_SCOPES[group_scope],
        security_enabled=bool(security_enabled),
        recipient_filter=recipient_filter or None,
        recipient_container=recipient_container or None,
        when_created=_EPOCH + timedelta(microseconds=when_created),
        when_changed=_EPOCH + timedelta(microseconds=when_changed),
        attributes=_read_attributes(attributes) if attributes else _NO_ATTRIBUTES,
    )


def normalised(obj: Recipient) -> Recipient:
    """Return ``obj`` with its primary address among its addresses, each address once."""
    addresses = {address.key: address for address in obj.email_addresses}
    if len(addresses) != len(obj.email_addresses):
        addresses = {}
        for address in obj.email_addresses:
            if address.key not in addresses or address.is_primary:
                addresses[address.key] = address
    primary = obj.primary_smtp_address
    if primary is not None and f"smtp:{primary.key}" not in addresses:
        addresses = {f"smtp:{primary.key}": ProxyAddress.primary(primary), **addresses}
    return (
        obj if len(addresses) == len(obj.email_addresses) else replace(obj, email_addresses=tuple(addresses.values()))
    )


def to_row(key: int, obj: Recipient, sid: Sid | None) -> tuple[object, ...]:
    """Return the row that holds ``obj`` under ``key`` and with ``sid``, in the order of ``WRITTEN``. Raises ``InvalidProperty``."""
    attributes = {name: value for name, value in obj.attributes.items() if value not in (None, "", ())}
    primary = obj.primary_smtp_address
    name_key, display_name_key, alias_key = fold(obj.name), fold(obj.display_name), fold(obj.alias or "")
    primary_key = primary.key if primary else ""
    searched = [name_key, display_name_key, alias_key]
    searched += [
        address.key.removeprefix("smtp:") for address in obj.email_addresses if address.key.startswith("smtp:")
    ]
    return (
        key,
        obj.recipient_type_details.value,
        sid or "",
        int(obj.hidden_from_address_lists_enabled),
        int(obj.account_disabled),
        int(attributes.get("MessageCopyForSentAsEnabled") is True),
        int(attributes.get("MessageCopyForSendOnBehalfEnabled") is True),
        obj.guid.bytes,
        obj.display_name,
        str(primary) if primary else "",
        primary_key,
        obj.name,
        name_key,
        display_name_key,
        obj.domain,
        fold(obj.domain),
        obj.container,
        fold(obj.container),
        obj.alias or "",
        alias_key,
        obj.sam_account_name or "",
        fold(obj.sam_account_name or ""),
        obj.user_principal_name or "",
        fold(obj.user_principal_name or ""),
        json.dumps([str(address) for address in obj.email_addresses]) if obj.email_addresses else "",
        obj.legacy_exchange_dn,
        fold(obj.legacy_exchange_dn),
        obj.linked_master_account or "",
        obj.group_scope.value if obj.group_scope else "",
        int(obj.security_enabled),
        obj.recipient_filter or "",
        obj.recipient_container or "",
        to_number(obj.when_created),
        to_number(obj.when_changed),
        *(_folded(attributes.get(name)) for name in ATTRIBUTE_COLUMNS),
        "\n".join(searched),
        json.dumps(_written_attributes(attributes)) if attributes else "",
        _attribute_keys(attributes) if attributes else "",
        int(ClientProtocol.IMAP in switched_off(attributes)),
    )


def _folded(value: object) -> str:
    return fold(value) if isinstance(value, str) else ""


def _attribute_keys(attributes: Mapping[str, object]) -> str:
    keys = {
        name: fold(value) if isinstance(value, str) else [fold(str(item)) for item in value]
        for name, value in attributes.items()
        if name not in ATTRIBUTE_COLUMNS and isinstance(value, (str, tuple, list))
    }
    return json.dumps(keys) if keys else ""


def _written_attributes(attributes: Mapping[str, object]) -> dict[str, object]:
    return {name: _written(name, value) for name, value in attributes.items()}


def _written(name: str, value: object) -> object:
    match value:
        case str() | bool() | int():
            return value
        case tuple() | list() if all(isinstance(item, str) for item in value):
            return list(value)
        case _:
            raise InvalidProperty(f"{name} can't hold {value!r}.", name)


# A command reads the same object several times, and text that was stored gives the same value each time.
@lru_cache(maxsize=_REMEMBERED)
def read_address(text: str) -> SmtpAddress:
    """Return a stored address."""
    return SmtpAddress.parse(text)


@lru_cache(maxsize=_REMEMBERED)
def _read_proxy_addresses(text: str) -> tuple[ProxyAddress, ...]:
    return tuple(map(ProxyAddress.parse, json.loads(text)))


@lru_cache(maxsize=_REMEMBERED)
def _read_attributes(text: str) -> Mapping[str, object]:
    return MappingProxyType(
        {name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(text).items()}
    )
