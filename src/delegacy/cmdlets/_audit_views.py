"""What the cmdlets of the administrator audit log write."""

from typing import Final

from delegacy.cmdlets._base import Session
from delegacy.cmdlets._views import NEW, UNCHANGED
from delegacy.domain.audit import AuditLogConfig, AuditLogLevel, AuditPurge, AuditRecord, AuditVerification
from delegacy.powershell.values import PSObject

AUDIT_EVENT: Final = "Microsoft.Exchange.Management.SystemConfigurationTasks.AdminAuditLogEvent"
AUDIT_PARAMETER: Final = "Microsoft.Exchange.Management.SystemConfigurationTasks.AdminAuditLogCmdletParameter"
AUDIT_PROPERTY: Final = "Microsoft.Exchange.Management.SystemConfigurationTasks.AdminAuditLogModifiedProperty"
AUDIT_CONFIG: Final = "Microsoft.Exchange.Data.Directory.SystemConfiguration.AdminAuditLogConfig"
AUDIT_INTEGRITY: Final = "Delegacy.AdminAuditLogIntegrity"
AUDIT_PURGE: Final = "Delegacy.ExpiredAdminAuditLog"

CONFIG_NAME: Final = "Admin Audit Log Settings"


def audit_event(session: Session, record: AuditRecord, level: AuditLogLevel) -> PSObject:
    """Return an entry as Search-AdminAuditLog writes it; what was changed is shown where the log level says so."""
    shown = record.modified_properties if level is AuditLogLevel.VERBOSE else ()
    return PSObject(
        AUDIT_EVENT,
        {
            "RunspaceId": session.runspace_id,
            "ObjectModified": record.object_modified,
            "CmdletName": record.cmdlet,
            "CmdletParameters": tuple(
                PSObject(AUDIT_PARAMETER, {"Name": name, "Value": value}, text=name)
                for name, value in record.parameters
            ),
            "ModifiedProperties": tuple(
                PSObject(
                    AUDIT_PROPERTY,
                    {"Name": changed.name, "OldValue": changed.old_value, "NewValue": changed.new_value},
                    text=changed.name,
                )
                for changed in shown
            ),
            "Caller": record.caller,
            "ExternalAccess": False,
            "Succeeded": record.succeeded,
            "Error": record.error or "None",
            "RunDate": record.run_date,
            "OriginatingServer": session.organization.server,
            "Identity": str(record.sequence),
            "IsValid": True,
            "ObjectState": NEW,
        },
        text=str(record.sequence),
    )


def audit_config(session: Session, config: AuditLogConfig) -> PSObject:
    """Return what is logged and kept, as Get-AdminAuditLogConfig writes it."""
    return PSObject(
        AUDIT_CONFIG,
        {
            "RunspaceId": session.runspace_id,
            "AdminAuditLogEnabled": config.enabled,
            "LogLevel": config.log_level,
            "TestCmdletLoggingEnabled": config.test_cmdlet_logging_enabled,
            "AdminAuditLogCmdlets": config.cmdlets,
            "AdminAuditLogParameters": config.parameters,
            "AdminAuditLogExcludedCmdlets": config.excluded_cmdlets,
            "AdminAuditLogAgeLimit": config.age_limit,
            "Name": CONFIG_NAME,
            "Identity": CONFIG_NAME,
            "OriginatingServer": session.organization.server,
            "IsValid": True,
            "ObjectState": UNCHANGED,
        },
        text=CONFIG_NAME,
    )


def audit_integrity(session: Session, found: AuditVerification) -> PSObject:
    """Return what came of checking the log."""
    return PSObject(
        AUDIT_INTEGRITY,
        {
            "IsIntact": found.broken is None,
            "Entries": found.entries,
            "BrokenEntry": None if found.broken is None else str(found.broken),
            "Problem": "" if found.problem is None else found.problem.value,
            "FirstEntry": str(found.first) if found.entries else None,
            "LastEntry": str(found.last) if found.entries else None,
            "LastHash": found.last_hash.hex(),
            "PurgedUpTo": str(found.checkpoint) if found.checkpoint else None,
            "CheckpointHash": found.checkpoint_hash.hex(),
            "OriginatingServer": session.organization.server,
        },
    )


def audit_purge(purged: AuditPurge) -> PSObject:
    """Return which entries were purged."""
    return PSObject(
        AUDIT_PURGE,
        {"FirstEntry": str(purged.first), "LastEntry": str(purged.last), "MoreIsDue": purged.more},
    )


def told_purge(purged: AuditPurge) -> str:
    """Return which entries were purged as the log tells it, with the hash that proves what follows."""
    return f"entries {purged.first} to {purged.last} (hash of the last: {purged.last_hash.hex()})"
