"""Roles that the organization has made, scopes and assignments: written and read."""

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from delegacy.domain.identity import fold
from delegacy.domain.rbac import (
    ROLE_MANAGEMENT,
    ManagementRole,
    ManagementScope,
    RoleAssignment,
    RoleEntry,
    ScopeKind,
)
from delegacy.domain.recipient import ACCOUNTS
from delegacy.domain.role_catalogue import BUILT_IN_ROLES
from delegacy.store.connection import Connection, Row
from delegacy.store.rows import to_moment

_ROLES: Final = (
    "SELECT guid, name, parent_key, description, entries, when_changed FROM management_role ORDER BY name_key"
)
_SCOPES: Final = "SELECT guid, name, recipient_root, recipient_filter, exclusive, when_changed FROM management_scope ORDER BY name_key"
_ASSIGNMENTS: Final = (
    "SELECT guid, name, role_key, assignee, policy, delegating, write_scope, scope_key, container, enabled, when_changed "
    "FROM role_assignment ORDER BY name_key"
)
_PUT_ROLE: Final = (
    "INSERT INTO management_role (name_key, guid, name, parent_key, description, entries, when_changed) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name_key) DO UPDATE SET name = excluded.name, parent_key = excluded.parent_key, "
    "description = excluded.description, entries = excluded.entries, when_changed = excluded.when_changed"
)
_PUT_SCOPE: Final = (
    "INSERT INTO management_scope (name_key, guid, name, recipient_root, recipient_filter, exclusive, when_changed) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name_key) DO UPDATE SET name = excluded.name, "
    "recipient_root = excluded.recipient_root, recipient_filter = excluded.recipient_filter, exclusive = excluded.exclusive, "
    "when_changed = excluded.when_changed"
)
_PUT_ASSIGNMENT: Final = (
    "INSERT INTO role_assignment (name_key, guid, name, role_key, assignee, policy, delegating, write_scope, scope_key, container, "
    "enabled, when_changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name_key) DO UPDATE SET name = excluded.name, "
    "role_key = excluded.role_key, assignee = excluded.assignee, policy = excluded.policy, delegating = excluded.delegating, "
    "write_scope = excluded.write_scope, scope_key = excluded.scope_key, container = excluded.container, "
    "enabled = excluded.enabled, when_changed = excluded.when_changed"
)
_GIVES_CHARGE: Final = (
    f"r.role_key = ? AND r.delegating = 0 AND r.enabled = 1 AND r.write_scope = '{ScopeKind.NOT_APPLICABLE.value}'"
)
_ABLE: Final = f"""
    o.recipient_type_details IN ({", ".join(f"'{kind.value}'" for kind in sorted(ACCOUNTS, key=lambda kind: kind.value))})
    AND (
        o.account_disabled = 0
        OR EXISTS (SELECT 1 FROM object a WHERE a.sid = o.linked_master_account AND a.sid <> '' AND a.account_disabled = 0)
    )
"""
_IN_CHARGE: Final = (
    f"""
    SELECT 1 FROM role_assignment r CROSS JOIN group_closure c CROSS JOIN member m CROSS JOIN object o
    WHERE {_GIVES_CHARGE} AND c.ancestor = r.assignee AND c.security = 1 AND m.group_id = c.descendant AND o.id = m.member
      AND {_ABLE} LIMIT 1
    """,
    f"SELECT 1 FROM role_assignment r CROSS JOIN object o WHERE {_GIVES_CHARGE} AND o.id = r.assignee AND {_ABLE} LIMIT 1",
)


def roles(connection: Connection) -> tuple[ManagementRole, ...]:
    """Return the roles that the organization has made, with what they have from the built-in role at their root."""
    rows = {fold(row[1]): row for row in connection.rows(_ROLES)}
    return tuple(_role(row, rows) for row in rows.values())


def scopes(connection: Connection) -> tuple[ManagementScope, ...]:
    """Return the custom scopes."""
    return tuple(
        ManagementScope(
            guid=UUID(bytes=bytes(guid)),
            name=name,
            recipient_root=root,
            recipient_filter=condition,
            exclusive=bool(exclusive),
            when_changed=to_moment(when_changed),
        )
        for guid, name, root, condition, exclusive, when_changed in connection.rows(_SCOPES)
    )


def assignments(connection: Connection) -> tuple[RoleAssignment, ...]:
    """Return all role assignments."""
    return tuple(map(_assignment, connection.rows(_ASSIGNMENTS)))


def is_someone_in_charge(connection: Connection) -> bool:
    """Tell whether an account that can sign in holds Role Management for the whole organization."""
    return any(connection.row(sql, (fold(ROLE_MANAGEMENT),)) is not None for sql in _IN_CHARGE)


def put_role(connection: Connection, role: ManagementRole, guid: UUID, when_changed: int) -> None:
    """Store a role."""
    entries = json.dumps(
        [
            [entry.cmdlet, None if entry.parameters is None else sorted(entry.parameters), sorted(entry.excluded)]
            for entry in role.entries.values()
        ]
    )
    connection.run(
        _PUT_ROLE, (role.key, guid.bytes, role.name, fold(role.parent), role.description, entries, when_changed)
    )


def remove_role(connection: Connection, name: str) -> None:
    """Remove a role."""
    connection.run("DELETE FROM management_role WHERE name_key = ?", (fold(name),))


def put_scope(connection: Connection, scope: ManagementScope, when_changed: int) -> None:
    """Store a scope."""
    connection.run(
        _PUT_SCOPE,
        (
            scope.key,
            scope.guid.bytes,
            scope.name,
            scope.recipient_root,
            scope.recipient_filter,
            int(scope.exclusive),
            when_changed,
        ),
    )


def remove_scope(connection: Connection, name: str) -> None:
    """Remove a scope."""
    connection.run("DELETE FROM management_scope WHERE name_key = ?", (fold(name),))


def put_assignments(connection: Connection, given: Iterable[RoleAssignment], when_changed: int) -> None:
    """Store assignments."""
    connection.run_many(
        _PUT_ASSIGNMENT,
        [
            (
                one.key,
                one.guid.bytes,
                one.name,
                fold(one.role),
                one.assignee,
                one.policy,
                int(one.delegating),
                one.write_scope.value,
                fold(one.scope),
                one.container,
                int(one.enabled),
                when_changed,
            )
            for one in given
        ],
    )


def remove_assignment(connection: Connection, name: str) -> None:
    """Remove an assignment."""
    connection.run("DELETE FROM role_assignment WHERE name_key = ?", (fold(name),))


def _role(row: Row, rows: Mapping[str, Row]) -> ManagementRole:
    guid, name, parent, description, entries, when_changed = row
    root = parent
    while root in rows:
        root = rows[root][2]
    built_in = BUILT_IN_ROLES[root]
    return ManagementRole(
        name=name,
        role_type=built_in.role_type,
        description=description,
        entries=MappingProxyType({fold(entry.cmdlet): entry for entry in map(_entry, json.loads(entries))}),
        parent=rows[parent][1] if parent in rows else BUILT_IN_ROLES[parent].name,
        guid=UUID(bytes=bytes(guid)),
        when_changed=to_moment(when_changed),
        read_scope=built_in.read_scope,
        write_scope=built_in.write_scope,
        config_read_scope=built_in.config_read_scope,
        config_write_scope=built_in.config_write_scope,
        is_end_user_role=built_in.is_end_user_role,
    )


def _entry(stored: tuple[str, list[str] | None, list[str]]) -> RoleEntry:
    cmdlet, parameters, excluded = stored
    return RoleEntry(cmdlet, None if parameters is None else frozenset(parameters), frozenset(excluded))


def _assignment(row: Row) -> RoleAssignment:
    guid, name, role, assignee, policy, delegating, write_scope, scope, container, enabled, when_changed = row
    return RoleAssignment(
        guid=UUID(bytes=bytes(guid)),
        name=name,
        role=role,
        assignee=assignee,
        policy=policy,
        delegating=bool(delegating),
        enabled=bool(enabled),
        write_scope=ScopeKind(write_scope),
        scope=scope,
        container=container,
        when_changed=to_moment(when_changed),
    )
