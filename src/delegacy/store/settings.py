"""The organization's further settings: each a name and a JSON value."""

import json
from datetime import timedelta
from typing import Any, Final

from delegacy.domain.audit import AuditLogConfig, AuditLogLevel
from delegacy.store.connection import Connection

_AUDIT: Final = "AdminAuditLog"
_SECOND: Final = timedelta(seconds=1)


def audit_config(connection: Connection) -> AuditLogConfig:
    """Return what the administrator audit log takes in and keeps."""
    values = _read(connection, _AUDIT)
    if values is None:
        return AuditLogConfig()
    return AuditLogConfig(
        enabled=values["enabled"],
        cmdlets=tuple(values["cmdlets"]),
        parameters=tuple(values["parameters"]),
        excluded_cmdlets=tuple(values["excluded_cmdlets"]),
        age_limit=timedelta(seconds=values["age_limit"]),
        log_level=AuditLogLevel(values["log_level"]),
        test_cmdlet_logging_enabled=values["test_cmdlet_logging_enabled"],
    )


def set_audit_config(connection: Connection, config: AuditLogConfig) -> None:
    """Write the same."""
    _write(
        connection,
        _AUDIT,
        {
            "enabled": config.enabled,
            "cmdlets": config.cmdlets,
            "parameters": config.parameters,
            "excluded_cmdlets": config.excluded_cmdlets,
            "age_limit": config.age_limit // _SECOND,
            "log_level": config.log_level.value,
            "test_cmdlet_logging_enabled": config.test_cmdlet_logging_enabled,
        },
    )


def _read(connection: Connection, name: str) -> dict[str, Any] | None:
    row = connection.row("SELECT value FROM setting WHERE name = ?", (name,))
    if row is None:
        return None
    values: dict[str, Any] = json.loads(row[0])
    return values


def _write(connection: Connection, name: str, values: dict[str, object]) -> None:
    connection.run(
        "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, json.dumps(values)),
    )
