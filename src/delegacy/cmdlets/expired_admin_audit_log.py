"""Entries of the administrator audit log that are older than its age limit: Clear-ExpiredAdminAuditLog, which Exchange does not have."""

from dataclasses import dataclass
from typing import Final

from delegacy.cmdlets import _audit_views, _texts
from delegacy.cmdlets._base import ExchangeCmdlet
from delegacy.cmdlets._expiry import told_end
from delegacy.domain.audit import AuditQuery, ModifiedProperty
from delegacy.powershell.metadata import ConfirmImpact

_AT_ONCE: Final = 20_000


@dataclass(kw_only=True)
class ClearExpiredAdminAuditLog(ExchangeCmdlet):
    """Remove the entries of the administrator audit log that are older than its age limit.

    The server does this by itself every so often. What is left can still be proven: the hash of the last entry that goes is kept. One run
    removes 20,000 entries at most and says whether more is due.
    """

    name = "Clear-ExpiredAdminAuditLog"
    supports_should_process = True
    confirm_impact = ConfirmImpact.HIGH
    changes_recipients = False
    output_types = (_audit_views.AUDIT_PURGE,)

    def run(self) -> None:
        """Remove them."""
        directory = self.session.directory
        before = self.session.clock.now() - directory.audit_config().age_limit
        if next(directory.audit_entries(AuditQuery(end=before, limit=1)), None) is None:
            self.session.declined()
            return
        if not self.should_process(_texts.PURGE_AUDIT_LOG.format(before=told_end(before))):
            return
        purged = self.session.changes.purge_audit_entries(before, limit=_AT_ONCE, aside=self.name)
        if purged is None:  # nothing but what earlier runs of this cmdlet have left
            self.session.declined()
            return
        self.modified("AdminAuditLog", ModifiedProperty("AdminAuditLog", _audit_views.told_purge(purged), ""))
        self.write_object(_audit_views.audit_purge(purged))
