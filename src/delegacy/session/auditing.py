"""One `AuditRecord` for each record that a writing cmdlet runs, whether it succeeded or not. Secrets are masked here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from delegacy.cmdlets._base import Identity
from delegacy.cmdlets._lists import ListChange
from delegacy.domain.audit import AuditRecord, ModifiedProperty
from delegacy.domain.change import Change
from delegacy.domain.rights import DirectoryRight, ExtendedRight, MailboxRight
from delegacy.powershell.cmdlet import Cmdlet
from delegacy.powershell.metadata import CmdletInfo
from delegacy.powershell.values import Hashtable, PSCredential, PSObject, ScriptBlock, SecureString, enum_label
from delegacy.session.caller import Caller

MASK: Final = "********"


@dataclass
class Entry:
    """What a step tells of itself while it runs."""

    target: str = ""
    properties: list[ModifiedProperty] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    declined: bool = False
    error: str = ""


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
        object_modified=entry.target,
        modified_properties=tuple(entry.properties),
        succeeded=not entry.error,
        error=entry.error,
        change=change,
    )


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
