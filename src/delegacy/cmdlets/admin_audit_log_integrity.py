"""Whether the administrator audit log is what was written: Test-AdminAuditLogIntegrity, which Exchange does not have."""

from dataclasses import dataclass

from delegacy.cmdlets import _audit_views
from delegacy.cmdlets._base import ExchangeCmdlet


@dataclass(kw_only=True)
class TestAdminAuditLogIntegrity(ExchangeCmdlet):
    """Prove that nobody has changed, removed or slipped in an entry of the administrator audit log.

    Each entry carries a hash over itself and the entry before. All of them are worked out again, and compared with what is stored, as is
    what searches look at beside them. The first entry that is not what was written is named. Where old entries were purged, the chain
    goes on from the hash of the last of them, which the entry about the purge repeats.
    """

    name = "Test-AdminAuditLogIntegrity"
    output_types = (_audit_views.AUDIT_INTEGRITY,)

    def run(self) -> None:
        """Check the whole log."""
        self.write_object(_audit_views.audit_integrity(self.session, self.session.directory.verify_audit_log()))
