"""What administrators have done: Search-AdminAuditLog."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from delegacy.cmdlets import _views
from delegacy.cmdlets._base import ExchangeCmdlet
from delegacy.domain.audit import AuditRecord
from delegacy.domain.errors import InvalidProperty
from delegacy.powershell.metadata import parameter
from delegacy.powershell.values import PSObject

_MOST: Final = 250_000


@dataclass(kw_only=True)
class SearchAdminAuditLog(ExchangeCmdlet):
    """Search the log of what administrators have done, newest first."""

    name = "Search-AdminAuditLog"
    output_types = (_views.AUDIT_EVENT,)

    cmdlets: tuple[str, ...] = parameter(default=(), help="Only runs of these cmdlets.")
    parameters: tuple[str, ...] = parameter(default=(), help="Only runs with these parameters; goes with -Cmdlets.")
    start_date: datetime | None = parameter(help="Only runs from here on.")
    end_date: datetime | None = parameter(help="Only runs up to here.")
    is_success: bool | None = parameter(help="Only runs that succeeded, or only those that failed.")
    object_ids: tuple[str, ...] = parameter(default=(), help="Only changes of these objects (canonical names).")
    user_ids: tuple[str, ...] = parameter(default=(), help="Only runs by these callers.")
    result_size: int = parameter(default=1000, minimum=1, maximum=_MOST, help="How many to show.")
    start_index: int = parameter(default=0, minimum=0, help="How many to leave out first.")

    def run(self) -> None:
        """Show the entries."""
        if self.parameters and not self.cmdlets:
            raise InvalidProperty("-Parameters goes with -Cmdlets: say whose parameters they are.", "Parameters")
        for record in islice(self._found(), self.start_index, self.start_index + self.result_size):
            self.write_object(_event(record, self))

    def _found(self) -> Iterator[AuditRecord]:
        cmdlets = {name.casefold() for name in self.cmdlets}
        parameters = {name.casefold() for name in self.parameters}
        objects = {name.casefold() for name in self.object_ids}
        callers = {name.casefold() for name in self.user_ids}
        entries = self.session.directory.audit_entries(
            start=self.start_date and self.session.to_utc(self.start_date),
            end=self.end_date and self.session.to_utc(self.end_date),
            limit=_MOST,
        )
        for record in entries:
            if cmdlets and record.cmdlet.casefold() not in cmdlets:
                continue
            if parameters and parameters.isdisjoint(name.casefold() for name, _ in record.parameters):
                continue
            if self.is_success is not None and record.succeeded is not self.is_success:
                continue
            if objects and record.object_modified.casefold() not in objects:
                continue
            if callers and not _names(record.caller, callers):
                continue
            yield record


def _names(caller: str, wanted: set[str]) -> bool:
    name = caller.casefold()
    return name in wanted or name.rpartition("/")[2] in wanted


def _event(record: AuditRecord, cmdlet: SearchAdminAuditLog) -> PSObject:
    return PSObject(
        _views.AUDIT_EVENT,
        {
            "RunspaceId": cmdlet.session.runspace_id,
            "ObjectModified": record.object_modified,
            "CmdletName": record.cmdlet,
            "CmdletParameters": tuple(
                PSObject(_views.AUDIT_PARAMETER, {"Name": name, "Value": value}, text=name)
                for name, value in record.parameters
            ),
            "ModifiedProperties": tuple(
                PSObject(
                    _views.AUDIT_PROPERTY,
                    {"Name": changed.name, "OldValue": changed.old_value, "NewValue": changed.new_value},
                    text=changed.name,
                )
                for changed in record.modified_properties
            ),
            "Caller": record.caller,
            "ExternalAccess": False,
            "Succeeded": record.succeeded,
            "Error": record.error or "None",
            "RunDate": record.run_date,
            "OriginatingServer": cmdlet.session.organization.server,
            "Identity": f"{record.run_date:%Y%m%d%H%M%S%f}-{record.change}",
            "IsValid": True,
            "ObjectState": _views.NEW,
        },
    )
