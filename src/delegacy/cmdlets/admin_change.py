"""Undoing what administrators have done: Undo-AdminChange, which Exchange does not have."""

from dataclasses import dataclass

from delegacy.cmdlets import _audit_views, _texts
from delegacy.cmdlets._base import ExchangeCmdlet
from delegacy.cmdlets._undoing import Undoing, inverse_cmdlets, target_of
from delegacy.domain.audit import AuditRecord, ModifiedProperty
from delegacy.domain.change import Irreversible
from delegacy.domain.errors import ManagementObjectNotFound, OutOfScope, UndoRefused
from delegacy.powershell.metadata import parameter
from delegacy.powershell.values import PSObject


def as_entry_number(value: object) -> int:
    """Return the number of an entry of the audit log, given so, as text, or as Search-AdminAuditLog wrote it. Raises `ValueError`."""
    if isinstance(value, PSObject):
        if _audit_views.AUDIT_EVENT not in value.type_names:
            raise ValueError("Give an entry as Search-AdminAuditLog wrote it, or its Identity.")
        value = value.get("Identity")
    text = str(value).strip()
    if isinstance(value, bool) or not text.isascii() or not text.isdecimal():
        raise ValueError(f"'{value}' isn't the identity of an entry of the administrator audit log, which is a number.")
    return int(text)


@dataclass(kw_only=True)
class UndoAdminChange(ExchangeCmdlet):
    """Undo what one entry of the administrator audit log tells of.

    What can be undone are permissions that were granted or removed, Send on Behalf lists, members and managers of groups, auto-mapping, and
    whether address lists show a recipient. It is undone as a whole or not at all: not where something has been changed again
    since, or an object is gone. Undoing is a change like any other: it needs the same roles, is logged, and can be undone itself. Entries
    piped from Search-AdminAuditLog are undone the latest first, which is the order that undoes them all.
    """

    name = "Undo-AdminChange"
    supports_should_process = True
    shows_effect = True

    identity: int = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_entry_number,
        help="The entry: its Identity as Search-AdminAuditLog shows it, or the entry itself.",
    )

    def run(self) -> None:
        """Undo one entry."""
        record = self.session.directory.audit_entry(self.identity)
        if record is None:
            raise ManagementObjectNotFound(str(self.identity), self.session.organization.server)
        self._require_undoable(record)
        self._require_allowed(record)
        sentence = _texts.UNDO.format(
            cmdlet=record.cmdlet,
            object=record.object_modified,
            entry=self.identity,
            date=f"{record.run_date:%Y-%m-%d %H:%M}",
        )
        if not self.should_process(sentence):
            return
        undoing = Undoing(self, str(self.identity))
        for change in reversed(record.changes):
            undoing.undo(change)
        told = [ModifiedProperty(prop.name, prop.new_value, prop.old_value) for prop in record.modified_properties]
        self.modified(record.object_modified, *told)

    def _require_undoable(self, record: AuditRecord) -> None:
        """Raise `UndoRefused` for a run that failed, changed nothing, or did something that can't be undone."""
        entry = str(self.identity)
        if not record.succeeded:
            raise UndoRefused(entry, f"{record.cmdlet} failed, and so changed nothing")
        if not record.changes:
            raise UndoRefused(entry, f"{record.cmdlet} changed nothing that can be undone")
        for change in record.changes:
            if isinstance(change, Irreversible):
                raise UndoRefused(entry, f"{change.what}, and that can't be undone")

    def _require_allowed(self, record: AuditRecord) -> None:
        """Raise `OutOfScope` unless the caller may run a cmdlet that does the inverse of each change."""
        for change in record.changes:
            key = target_of(change)
            target = None if key is None else self.session.directory.get_many([key]).get(key)
            cmdlets = inverse_cmdlets(change, target)
            if cmdlets and not any(self.session.may_run(name) for name in cmdlets):
                raise OutOfScope(_texts.UNDO_NOT_ALLOWED.format(cmdlet=cmdlets[0]), str(self.identity))
