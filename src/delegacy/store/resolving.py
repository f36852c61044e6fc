"""Identities to rows: each reading of an identity is one indexed query."""

from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import Final

from delegacy.domain.address import InvalidAddress, SmtpAddress
from delegacy.domain.identity import IdentityForm, IdentityReading, readings
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.store.connection import Connection, Row
from delegacy.store.rows import SELECT, to_kind

SELECT_KEY: Final = "SELECT o.id, o.guid, o.recipient_type_details FROM object o"

_WHERE: Final = MappingProxyType(
    {
        IdentityForm.GUID: "o.guid = ?",
        IdentityForm.SID: "o.sid = ? AND o.sid <> ''",
        IdentityForm.DISTINGUISHED_NAME: "o.container_key = ? AND o.name_key = ?",
        IdentityForm.CANONICAL_NAME: "o.container_key = ? AND o.name_key = ?",
        IdentityForm.LOGON_NAME: "o.domain_key = ? AND o.sam_key = ? AND o.sam_key <> ''",
        IdentityForm.USER_PRINCIPAL_NAME: "o.upn_key = ? AND o.upn_key <> ''",
        IdentityForm.ADDRESS: "o.id = (SELECT object_id FROM proxy_address WHERE address_key = ?)",
        IdentityForm.LEGACY_EXCHANGE_DN: "o.legacy_key = ? AND o.legacy_key <> ''",
        IdentityForm.ALIAS: "o.alias_key = ? AND o.alias_key <> ''",
        IdentityForm.NAME: "o.name_key = ?",
        IdentityForm.SAM_ACCOUNT_NAME: "o.sam_key = ? AND o.sam_key <> ''",
        IdentityForm.DISPLAY_NAME: "o.display_name_key = ?",
    }
)
_KIND: Final = 2


def find_rows(
    connection: Connection, identity: str, kinds: frozenset[RecipientTypeDetails], select: str = SELECT
) -> list[Row]:
    """Return the rows of every object of ``kinds`` that ``identity`` names, in the first round of readings that names any.

    ``select`` begins the query; its third column is the kind, its first the key. What a trusted domain has is meant only where the organization has
    nothing of that name, as Windows resolves names (MS-LSAT 3.1.4.5). Raises ``InvalidIdentity``.
    """
    for round_ in readings(identity):
        if not is_storable(identity):
            return []
        found = {
            row[0]: row
            for reading in round_
            for row in _matching(connection, reading, select)
            if not kinds or to_kind(row[_KIND]) in kinds
        }
        if len(found) > 1:
            trusted = _of_trusted_domains(connection, found)
            return [row for key, row in found.items() if key not in trusted] or list(found.values())
        if found:
            return list(found.values())
    return []


def is_storable(text: str) -> bool:
    """Tell whether a database can hold the text: what it can't hold, nobody is called."""
    if text.isascii():
        return "\0" not in text
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def address_key(address: str) -> str | None:
    """Return the key under which an SMTP address is stored, or None where the text is no address."""
    try:
        return f"smtp:{SmtpAddress.parse(address).key}"
    except InvalidAddress:
        return None


def _of_trusted_domains(connection: Connection, keys: Iterable[int]) -> frozenset[int]:
    rows = connection.rows(
        "SELECT o.id FROM object o JOIN account_domain d ON d.netbios_key = o.domain_key "
        f"WHERE d.trusted = 1 AND o.id IN ({connection.key_set})",
        (connection.keys(keys),),
    )
    return frozenset(row[0] for row in rows)


def _matching(connection: Connection, reading: IdentityReading, select: str) -> Iterator[Row]:
    for parameters in _parameters(reading):
        yield from connection.rows(f"{select} WHERE {_WHERE[reading.form]}", parameters)


def _parameters(reading: IdentityReading) -> Sequence[tuple[object, ...]]:
    match reading.form:
        case IdentityForm.GUID:
            return [(bytes.fromhex(reading.key.replace("-", "")),)]
        case IdentityForm.DISTINGUISHED_NAME | IdentityForm.CANONICAL_NAME | IdentityForm.LOGON_NAME:
            return [(reading.container, reading.key)]
        case IdentityForm.ADDRESS:
            key = address_key(reading.key)
            return [] if key is None else [(key,)]
        case _:
            return [(reading.key,)]
