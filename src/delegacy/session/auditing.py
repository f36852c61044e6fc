"""One `AuditRecord` for each record that a writing cmdlet runs, whether it succeeded or not. Secrets are masked here."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from delegacy.cmdlets._base import Identity
from delegacy.cmdlets._lists import ListChange
from delegacy.domain.audit import AuditLogConfig, AuditRecord, ModifiedProperty
from delegacy.domain.change import Change, reversible
from delegacy.domain.rights import DirectoryRight, ExtendedRight, MailboxRight
from delegacy.powershell.cmdlet import Cmdlet
from delegacy.powershell.metadata import CmdletInfo
from delegacy.powershell.values import Hashtable, PSCredential, PSObject, ScriptBlock, SecureString, enum_label
from delegacy.powershell.wildcard import matches_wildcard
from delegacy.session.caller import Caller

MASK: Final = "********"
_ALWAYS_LOGGED: Final = frozenset({"Set-AdminAuditLogConfig", "Clear-ExpiredAdminAuditLog"})
"""What changes the log itself is logged whatever the log is to take in."""
_TESTING: Final = "Test-"
_ANYTHING: Final = "*"


@dataclass
class Entry:
    """What a step tells of itself while it runs."""

    target: str = ""
    properties: list[ModifiedProperty] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    declined: bool = False
    error: str = ""

    @property
    def has_changed(self) -> bool:
        """Whether the step has changed anything."""
        return bool(self.properties or self.changes)


def is_logged(config: AuditLogConfig, cmdlet: str, parameters: Collection[str]) -> bool:
    """Tell whether a run of a cmdlet with these parameters is to be logged."""
    if cmdlet in _ALWAYS_LOGGED:
        return True
    if not config.enabled or (cmdlet.startswith(_TESTING) and not config.test_cmdlet_logging_enabled):
        return False
    if not _fits(config.cmdlets, (cmdlet,)) or _fits(config.excluded_cmdlets, (cmdlet,)):
        return False
    return _ANYTHING in config.parameters or _fits(config.parameters, parameters)


def _fits(patterns: Iterable[str], names: Collection[str]) -> bool:
    return any(pattern == _ANYTHING or matches_wildcard(pattern, name) for pattern in patterns for name in names)


def audit_record(
    info: CmdletInfo, cmdlet: Cmdlet, caller: Caller, entry: Entry, run_date: datetime, change: int
) -> AuditRecord:
    """Return the record of one run. ``change`` is the number of the change it made, 0 if it made none."""
    return AuditRecord(
        run_date=run_date,
        caller=caller.name,
        origin=caller.origin,
        cmdlet=info.name,
        parameters=tuple(_parameters(info, cmdlet)),
        object_modified=entry.target or (_asked_for(cmdlet) if entry.error else ""),
        modified_properties=tuple(entry.properties),
        succeeded=not entry.error,
        error=entry.error,
        change=change,
        changes=tuple(kept for each in entry.changes if (kept := reversible(each)) is not None),
    )


def _asked_for(cmdlet: Cmdlet) -> str:
    """Return the object that a command was to change, as it was named: it may have failed before it found it."""
    named = cmdlet.bound.get("identity")
    return "" if named is None else printed(named)


def _parameters(info: CmdletInfo, cmdlet: Cmdlet) -> Iterable[tuple[str, str]]:
    for attribute, value in cmdlet.bound.items():
        parameter = info.parameter_of(attribute)
        if parameter is not None:
            yield parameter.name, MASK if parameter.secret else printed(value)


def printed(value: object) -> str:
    """Return a parameter's value as the log keeps it: as PowerShell would read it, secrets masked."""
    if isinstance(value, (Identity, str)):
        return str(value)
    if isinstance(value, (SecureString, PSCredential)):
        return MASK
    if isinstance(value, ListChange):
        if value.replacement is None:
            return f"@{{Add={_joined(value.add)};Remove={_joined(value.remove)}}}"
        return _joined(value.replacement) or "$null"
    if isinstance(value, (list, tuple, frozenset)):
        return _joined(value)
    if isinstance(value, Hashtable):
        return "@{" + ";".join(f"{printed(key)}={printed(item)}" for key, item in value.items()) + "}"
    return _printed_single(value)


def _printed_single(value: object) -> str:
    match value:
        case None:
            return "$null"
        case MailboxRight() | DirectoryRight() | ExtendedRight():
            return value.label
        case Enum():
            return enum_label(value)
        case PSObject():
            return value.text or value.type_name
        case ScriptBlock():
            return f"{{{value.source}}}"
        case _:
            return str(value)


def _joined(values: Iterable[object]) -> str:
    return ",".join(printed(value) for value in values)
