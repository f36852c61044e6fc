"""What the directory's store does with the administrator audit log, beside appending to it (``ports.AuditLog``)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from delegacy.domain.audit import AuditLogConfig, AuditPurge, AuditQuery, AuditRecord, AuditVerification


class AuditLogReader(Protocol):
    """The log as it is in one transaction."""

    def audit_entries(self, query: AuditQuery = ...) -> Iterator[AuditRecord]:
        """Yield the entries that ``query`` asks for, newest first, read in pages by key."""

    def audit_entry(self, sequence: int) -> AuditRecord | None:
        """Return the entry with this number; None if there is none, or none any more."""

    def audit_config(self) -> AuditLogConfig:
        """Return what is logged and kept."""

    def verify_audit_log(self) -> AuditVerification:
        """Check every entry's hash and search columns, a page at a time, up to the first that is broken."""


class AuditLogKeeper(Protocol):
    """The log inside a write transaction."""

    def set_audit_config(self, config: AuditLogConfig) -> None:
        """Set what is logged and kept."""

    def purge_audit_entries(self, before: datetime | None, *, limit: int | None, aside: str = "") -> AuditPurge | None:
        """Remove entries from the beginning of the log, up to the first that was run at ``before`` or later; all if it is None.

        At most ``limit`` of them. Where nothing but runs of the cmdlet ``aside`` would go, nothing does, and None is returned.
        """
