"""Directory objects written: keys and SIDs given out, names and addresses kept unique, and everything that hangs on an object removed with it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from delegacy.domain.errors import (
    Conflict,
    ManagementObjectAlreadyExists,
    ManagementObjectNotFound,
    ProxyAddressExists,
)
from delegacy.domain.identity import fold
from delegacy.domain.ports import LostGrant
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.domain.rights import ADMITS_FULL_ACCESS, ADMITS_SEND_AS, Permission, Right, right_from_number
from delegacy.domain.sid import Sid
from delegacy.store import closure, folder_permissions, history
from delegacy.store.connection import Connection, ConstraintViolated
from delegacy.store.principals import Trustee, adopt
from delegacy.store.rows import INSERT, SELECT, UPDATE, normalised, to_recipient, to_row
from delegacy.store.schema import ROOT
from delegacy.store.transaction import Transaction

_WITHOUT_SID: Final = frozenset({RecipientTypeDetails.MAIL_CONTACT, RecipientTypeDetails.DYNAMIC_DISTRIBUTION_GROUP})
_CLASHING: Final = """
    SELECT 'name', id, container, name FROM object WHERE container_key = ? AND name_key = ?
    UNION ALL SELECT 'alias', id, container, name FROM object WHERE alias_key = ? AND alias_key <> ''
    UNION ALL SELECT 'account name', id, container, name FROM object WHERE domain_key = ? AND sam_key = ? AND sam_key <> ''
    UNION ALL SELECT 'user principal name', id, container, name FROM object WHERE upn_key = ? AND upn_key <> ''
    UNION ALL SELECT 'SID', id, container, name FROM object WHERE sid = ? AND sid <> ''
    UNION ALL SELECT 'GUID', id, container, name FROM object WHERE guid = ?
    UNION ALL SELECT 'legacyExchangeDN', id, container, name FROM object WHERE legacy_key = ? AND legacy_key <> ''
    UNION ALL SELECT 'linked master account', id, container, name FROM object
        WHERE linked_master_account = ? AND linked_master_account <> ''
"""
_ADD_ADDRESS: Final = "INSERT INTO proxy_address (address_key, object_id) VALUES (?, ?)"
_HANGING_ON: Final = (
    "DELETE FROM ace WHERE target = ?",
    "DELETE FROM ace WHERE trustee = ?",
    "DELETE FROM send_on_behalf WHERE target = ?",
    "DELETE FROM send_on_behalf WHERE delegate = ?",
    "DELETE FROM automapping WHERE mailbox = ?",
    "DELETE FROM automapping WHERE delegate = ?",
    "DELETE FROM manager WHERE group_id = ?",
    "DELETE FROM manager WHERE manager = ?",
    "DELETE FROM member WHERE member = ?",
    "DELETE FROM delivery_restriction WHERE target = ?",
    "DELETE FROM delivery_restriction WHERE other = ?",
    "DELETE FROM folder_permission WHERE mailbox = ?",
    "DELETE FROM folder_permission WHERE trustee = ?",
    "DELETE FROM role_assignment WHERE assignee = ?",
    "DELETE FROM credential WHERE object_id = ?",
    "DELETE FROM proxy_address WHERE object_id = ?",
    "DELETE FROM object WHERE id = ?",
)


def add(transaction: Transaction, obj: Recipient) -> Recipient:
    """Add an object; return it with key and SID. Raises ``ManagementObjectAlreadyExists`` or ``ProxyAddressExists``."""
    connection = transaction.connection
    obj = normalised(obj)
    obj = replace(obj, id=transaction.object_keys(1)[0], sid=_sid_for(transaction, obj))
    _refuse_clash(connection, obj)
    connection.run(INSERT, to_row(obj.id, obj, obj.sid))
    for address in obj.email_addresses:
        connection.run(_ADD_ADDRESS, (address.key, obj.id))
    if obj.is_group:
        closure.add_group(connection, obj.id, _flags(obj))
    if obj.sid is not None:
        adopt(transaction, {obj.sid: Trustee(obj.id, obj.is_group)})
    return obj


def add_many(transaction: Transaction, objects: Sequence[Recipient]) -> range:
    """Add many objects, set-based; return their keys. Raises as ``add``; then none was added."""
    connection = transaction.connection
    keys = transaction.object_keys(len(objects))
    added = [(key, obj, _sid_for(transaction, obj)) for key, obj in zip(keys, map(normalised, objects), strict=True)]
    try:
        with transaction.savepoint():
            connection.run_many(INSERT, (to_row(*each) for each in added))
            connection.run_many(
                _ADD_ADDRESS, ((address.key, key) for key, obj, _ in added for address in obj.email_addresses)
            )
    except ConstraintViolated as error:
        raise _clash_among(connection, [obj for _, obj, _ in added]) or error from None
    for key, obj, _ in added:
        if obj.is_group:
            closure.add_group(connection, key, _flags(obj))
    adopt(transaction, {sid: Trustee(key, obj.is_group) for key, obj, sid in added if sid is not None})
    return keys


def update(transaction: Transaction, obj: Recipient) -> None:
    """Store ``obj`` over the object with its key. Raises as ``add``, and ``ManagementObjectNotFound``."""
    connection = transaction.connection
    row = connection.row(f"{SELECT} WHERE o.id = ?", (obj.id,))
    if row is None:
        raise ManagementObjectNotFound(obj.name, transaction.server)
    before = to_recipient(row)
    after = normalised(obj)
    if after.sid is None:
        after = replace(after, sid=before.sid or _sid_for(transaction, after))
    _refuse_clash(connection, after)
    history.end_state(transaction, before, after)
    key, *columns = to_row(after.id, after, after.sid)
    connection.run(UPDATE, (*columns, key))
    kept = {address.key for address in after.email_addresses}
    had = {address.key for address in before.email_addresses}
    for address in had - kept:
        connection.run("DELETE FROM proxy_address WHERE address_key = ?", (address,))
    for address in kept - had:
        connection.run(_ADD_ADDRESS, (address, after.id))
    if after.is_group and _flags(after) != _flags(before):
        closure.change_type(connection, after.id, _flags(after))


def remove(transaction: Transaction, key: int) -> tuple[LostGrant, ...]:
    """Remove an object with all that hangs on it, and return the grants that named it. Raises ``ManagementObjectNotFound``."""
    connection = transaction.connection
    row = connection.row(f"{SELECT} WHERE o.id = ?", (key,))
    if row is None:
        raise ManagementObjectNotFound(str(key), transaction.server)
    lost = tuple(_lost_grants(connection, key))
    removed = to_recipient(row)
    history.end_entries(transaction, "target = ? OR trustee = ?", (key, key))
    history.end_places(transaction, "target = ? OR delegate = ?", (key, key))
    history.end_memberships(transaction, "member = ? OR group_id = ?", (key, key))
    history.end_state(transaction, removed, None)
    if removed.is_group:
        closure.remove_group(connection, key)
    for statement in _HANGING_ON:
        connection.run(statement, (key,))
    return lost


def _sid_for(transaction: Transaction, obj: Recipient) -> Sid | None:
    if obj.sid is not None:
        transaction.taken(obj.sid, obj.domain)
        return obj.sid
    return None if obj.recipient_type_details in _WITHOUT_SID else transaction.new_sid(obj.domain)


def _flags(obj: Recipient) -> tuple[int, int]:
    return closure.flags_of(obj.recipient_type_details, security_enabled=obj.security_enabled)


def _refuse_clash(connection: Connection, obj: Recipient) -> None:
    error = next(_clashes(connection, obj), None)
    if error is not None:
        raise error


def _clashes(connection: Connection, obj: Recipient) -> Iterator[Conflict]:
    rows = connection.rows(
        _CLASHING,
        (
            fold(obj.container),
            fold(obj.name),
            fold(obj.alias or ""),
            fold(obj.domain),
            fold(obj.sam_account_name or ""),
            fold(obj.user_principal_name or ""),
            obj.sid or "",
            obj.guid.bytes,
            fold(obj.legacy_exchange_dn),
            obj.linked_master_account or "",
        ),
    )
    for what, key, container, name in rows:
        if key != obj.id:
            yield ManagementObjectAlreadyExists(
                f"'{obj.name}' can't be written: its {what} is already being used by \"{container}/{name}\".", obj.name
            )
    for address in obj.email_addresses:
        row = connection.row(
            "SELECT o.id, o.container, o.name FROM proxy_address p JOIN object o ON o.id = p.object_id WHERE p.address_key = ?",
            (address.key,),
        )
        if row is not None and row[0] != obj.id:
            yield ProxyAddressExists(str(address), f"{row[1]}/{row[2]}")


def _clash_among(connection: Connection, objects: Sequence[Recipient]) -> Conflict | None:
    """Return why the objects can't all be added: the first that clashes with the directory, or with one before it."""
    seen: dict[tuple[str, ...], Recipient] = {}
    for obj in objects:
        for error in _clashes(connection, obj):
            return error
        for what, *key in _unique_keys(obj):
            other = seen.setdefault((what, *key), obj)
            if key[-1] and other is not obj:
                return ManagementObjectAlreadyExists(
                    f"'{obj.name}' can't be written: its {what} is already being used by \"{other.canonical_name}\".",
                    obj.name,
                )
        for address in obj.email_addresses:
            other = seen.setdefault(("address", address.key), obj)
            if other is not obj:
                return ProxyAddressExists(str(address), other.canonical_name)
    return None


def _unique_keys(obj: Recipient) -> Iterator[tuple[str, ...]]:
    yield "name", fold(obj.container), fold(obj.name)
    yield "alias", fold(obj.alias or "")
    yield "account name", fold(obj.domain), fold(obj.sam_account_name or "")
    yield "user principal name", fold(obj.user_principal_name or "")
    yield "SID", obj.sid or ""
    yield "GUID", str(obj.guid)
    yield "legacyExchangeDN", fold(obj.legacy_exchange_dn)
    yield "linked master account", obj.linked_master_account or ""


def _lost_grants(connection: Connection, key: int) -> Iterator[LostGrant]:
    entries: dict[tuple[int, int, int], tuple[str, set[Right]]] = {}
    for target, entry, allow, number, container, name in connection.rows(
        "SELECT a.target, a.entry, a.allow, a.access_right, o.container, o.name FROM ace a LEFT JOIN object o ON o.id = a.target "
        "WHERE a.trustee = ? AND a.target <> ? ORDER BY a.target, a.entry",
        (key, key),
    ):
        printed = "every mailbox" if target == ROOT else f"{container}/{name}"
        entries.setdefault((target, entry, allow), (printed, set()))[1].add(right_from_number(number))
    for printed, rights in entries.values():
        yield LostGrant(_permission(rights), frozenset(rights), printed)
    for container, name in connection.rows(
        "SELECT o.container, o.name FROM send_on_behalf s JOIN object o ON o.id = s.target WHERE s.delegate = ? ORDER BY s.target",
        (key,),
    ):
        yield LostGrant(Permission.SEND_ON_BEHALF, frozenset(), f"{container}/{name}")
    yield from folder_permissions.lost_with(connection, key)


def _permission(rights: set[Right]) -> Permission | None:
    if rights & ADMITS_FULL_ACCESS:
        return Permission.FULL_ACCESS
    return Permission.SEND_AS if rights & ADMITS_SEND_AS else None
