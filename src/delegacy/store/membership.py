"""Members of groups, written together with the closure."""

from collections.abc import Sequence
from typing import Final

from delegacy.domain.errors import (
    ManagementObjectNotFound,
    MemberAlreadyExists,
    MemberNotFound,
    WrongRecipientType,
)
from delegacy.domain.recipient import GROUPS
from delegacy.store import closure, history
from delegacy.store.rows import to_kind
from delegacy.store.transaction import Transaction

_MEMBERSHIP: Final = "member = ? AND group_id = ?"


def add_members(transaction: Transaction, group: int, members: Sequence[int]) -> None:
    """Add members. Raises ``MemberAlreadyExists``, ``ManagementObjectNotFound`` or ``WrongRecipientType``; then none was added."""
    connection = transaction.connection
    wanted = list(dict.fromkeys(members))
    group_name, kinds = _group(transaction, group), _kinds(transaction, wanted)
    for member in wanted:
        if member not in kinds:
            raise ManagementObjectNotFound(str(member), transaction.server)
    present = _present(transaction, group, wanted)
    if present:
        raise MemberAlreadyExists(kinds[present[0]][0], group_name)
    connection.run_many(
        "INSERT INTO member (member, group_id, added_at) VALUES (?, ?, ?)",
        [(member, group, transaction.now) for member in wanted],
    )
    for member in wanted:
        if kinds[member][1]:
            closure.add_membership(connection, member, group)


def remove_members(transaction: Transaction, group: int, members: Sequence[int]) -> None:
    """Remove members. Raises ``MemberNotFound``, ``ManagementObjectNotFound`` or ``WrongRecipientType``; then none was removed."""
    connection = transaction.connection
    wanted = list(dict.fromkeys(members))
    group_name, kinds = _group(transaction, group), _kinds(transaction, wanted)
    present = set(_present(transaction, group, wanted))
    for member in wanted:
        if member not in present:
            raise MemberNotFound(kinds[member][0] if member in kinds else str(member), group_name)
    for member in wanted:
        history.end_memberships(transaction, _MEMBERSHIP, (member, group))
        connection.run(f"DELETE FROM member WHERE {_MEMBERSHIP}", (member, group))
        if kinds[member][1]:
            closure.remove_membership(connection, member, group)


def _group(transaction: Transaction, group: int) -> str:
    row = transaction.connection.row("SELECT name, recipient_type_details FROM object WHERE id = ?", (group,))
    if row is None:
        raise ManagementObjectNotFound(str(group), transaction.server)
    if to_kind(row[1]) not in GROUPS:
        raise WrongRecipientType(f"'{row[0]}' has no list of members.", row[0])
    return str(row[0])


def _kinds(transaction: Transaction, keys: Sequence[int]) -> dict[int, tuple[str, bool]]:
    """Return name, and whether it is a group, of each object with one of ``keys``."""
    connection = transaction.connection
    rows = connection.rows(
        f"SELECT id, name, recipient_type_details FROM object WHERE id IN ({connection.key_set})",
        (connection.keys(keys),),
    )
    return {key: (name, to_kind(kind) in GROUPS) for key, name, kind in rows}


def _present(transaction: Transaction, group: int, members: Sequence[int]) -> list[int]:
    connection = transaction.connection
    rows = connection.rows(
        f"SELECT member FROM member WHERE group_id = ? AND member IN ({connection.key_set}) ORDER BY member",
        (group, connection.keys(members)),
    )
    return [row[0] for row in rows]
