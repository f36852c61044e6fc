"""Undoing what administrators have done: Undo-AdminChange, which Exchange does not have."""

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets import _audit_views, _texts
from delegacy.cmdlets._base import ExchangeCmdlet
from delegacy.cmdlets._groups import manages
from delegacy.cmdlets._roles import is_role_group_manager
from delegacy.cmdlets._undoing import Undoing, inverse_uses, target_of
from delegacy.domain.audit import AuditQuery, AuditRecord, ModifiedProperty
from delegacy.domain.change import Irreversible
from delegacy.domain.errors import ManagementObjectNotFound, OutOfScope, UndoRefused
from delegacy.domain.rbac import CmdletUse
from delegacy.domain.recipient import Recipient
from delegacy.powershell.metadata import parameter
from delegacy.powershell.values import PSObject

_MANAGED: Final = MappingProxyType(
    {
        "Add-ADGroupMember": manages,
        "Remove-ADGroupMember": manages,
        "Add-DistributionGroupMember": manages,
        "Remove-DistributionGroupMember": manages,
        "Set-DistributionGroup": manages,
        "Add-RoleGroupMember": is_role_group_manager,
        "Remove-RoleGroupMember": is_role_group_manager,
    }
)
"""The cmdlets that ask whether the caller manages the group."""


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

    What can be undone are permissions on mailboxes and folders that were granted or removed, Send on Behalf lists, members and managers of groups, auto-mapping, and
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
        self._require_allowed(record)
        self._require_undoable(record)
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
        """Raise `UndoRefused` for a run that failed, changed nothing, did something that can't be undone, or is undone already."""
        entry = str(self.identity)
        if not record.succeeded:
            raise UndoRefused(entry, f"{record.cmdlet} failed, and so changed nothing")
        if not record.changes:
            raise UndoRefused(entry, f"{record.cmdlet} changed nothing that can be undone")
        for change in record.changes:
            if isinstance(change, Irreversible):
                raise UndoRefused(entry, f"{change.what}, and that can't be undone")
        by = self._undone_by(record)
        if by is not None:
            raise UndoRefused(entry, f"it has been undone already, by entry {by.sequence}")

    def _undone_by(self, record: AuditRecord) -> AuditRecord | None:
        """Return the entry that has undone another, unless it has been undone itself."""
        query = AuditQuery(
            cmdlets=(self.name,), objects=(record.object_modified,), start=record.run_date, succeeded=True
        )
        undone: dict[str, AuditRecord] = {}
        for later in self.session.directory.audit_entries(query):  # the latest first
            if str(later.sequence) not in undone:
                undone[dict(later.parameters)["Identity"]] = later
        return undone.get(str(record.sequence))

    def _require_allowed(self, record: AuditRecord) -> None:
        """Raise `OutOfScope` unless the caller may do the inverse of each change by another cmdlet, on the same object."""
        keys = {key for change in record.changes if (key := target_of(change)) is not None}
        targets = self.session.directory.get_many(keys)
        for change in record.changes:
            target = targets.get(target_of(change) or 0)
            if target is None:  # gone, or no recipient: said by what follows
                continue
            uses = inverse_uses(change, target)
            if uses and not any(self._may(use, target) for use in uses):
                raise OutOfScope(
                    _texts.UNDO_NOT_ALLOWED.format(cmdlet=uses[0].cmdlet, object=target.canonical_name),
                    str(self.identity),
                )

    def _may(self, use: CmdletUse, target: Recipient) -> bool:
        """Tell whether the caller may do something by another cmdlet: also to a security group, of which that asks a manager."""
        if self.session.caller_account is None:
            return True
        is_ours = _MANAGED.get(use.cmdlet)
        if is_ours is not None and not is_ours(self, target):
            use = replace(use, parameters=(*use.parameters, "BypassSecurityGroupManagerCheck"))
        return self.session.may_change(use, target)
