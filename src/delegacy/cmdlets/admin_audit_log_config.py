"""What the administrator audit log takes in and keeps: Get- and Set-AdminAuditLogConfig."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from delegacy.cmdlets import _audit_views, _texts
from delegacy.cmdlets._base import ExchangeCmdlet
from delegacy.cmdlets._expiry import as_period
from delegacy.cmdlets._lists import ListChange, as_list_change, changed
from delegacy.cmdlets._views import plain
from delegacy.domain.audit import AuditLogConfig, AuditLogLevel, ModifiedProperty
from delegacy.domain.errors import InvalidProperty
from delegacy.powershell.metadata import parameter
from delegacy.powershell.wildcard import wildcard_pattern

_LONGEST: Final = timedelta(days=24_855)
_PROPERTIES: Final = (
    ("enabled", "AdminAuditLogEnabled"),
    ("cmdlets", "AdminAuditLogCmdlets"),
    ("parameters", "AdminAuditLogParameters"),
    ("excluded_cmdlets", "AdminAuditLogExcludedCmdlets"),
    ("age_limit", "AdminAuditLogAgeLimit"),
    ("log_level", "LogLevel"),
    ("test_cmdlet_logging_enabled", "TestCmdletLoggingEnabled"),
)


def as_pattern(value: object) -> str:
    """Return a name in which ``*`` may stand for any characters. Raises `ValueError`."""
    text = str(value).strip()
    if not text:
        raise ValueError("The name is empty. * stands for every name.")
    wildcard_pattern(text)
    return text


@dataclass(kw_only=True)
class GetAdminAuditLogConfig(ExchangeCmdlet):
    """Show what the administrator audit log takes in and keeps."""

    name = "Get-AdminAuditLogConfig"
    output_types = (_audit_views.AUDIT_CONFIG,)

    def run(self) -> None:
        """Show it."""
        self.write_object(_audit_views.audit_config(self.session, self.session.directory.audit_config()))


@dataclass(kw_only=True)
class SetAdminAuditLogConfig(ExchangeCmdlet):
    """Change what the administrator audit log takes in and keeps.

    What has been logged stays until it is older than the age limit. An age limit of 0 empties the log at once. Changes made with this
    cmdlet are always logged. The log level only says what searches show: the log itself always has the values before and after.
    """

    name = "Set-AdminAuditLogConfig"
    supports_should_process = True

    admin_audit_log_enabled: bool | None = parameter(help="Whether anything is logged.")
    admin_audit_log_cmdlets: ListChange[str] | None = parameter(
        convert=as_list_change(as_pattern), help="The cmdlets that are logged; * stands for any characters."
    )
    admin_audit_log_parameters: ListChange[str] | None = parameter(
        convert=as_list_change(as_pattern),
        help="The parameters of which a run must have one to be logged; * stands for any characters.",
    )
    admin_audit_log_excluded_cmdlets: ListChange[str] | None = parameter(
        convert=as_list_change(as_pattern), help="The cmdlets that are not logged after all."
    )
    admin_audit_log_age_limit: timedelta | None = parameter(
        convert=as_period, help="How long entries are kept: a number of days, or dd.hh:mm:ss; 0 empties the log."
    )
    log_level: AuditLogLevel | None = parameter(help="Whether searches show values before and after.")
    test_cmdlet_logging_enabled: bool | None = parameter(help="Whether cmdlets that test are logged too.")
    force: bool = parameter(switch=True, help="Empty the log without asking a second time.")

    def run(self) -> None:
        """Change it."""
        before = self.session.directory.audit_config()
        after = self._changed(before)
        if not self.should_process(_texts.SET_AUDIT_CONFIG.format(name=_audit_views.CONFIG_NAME)):
            return
        told = [
            ModifiedProperty(name, plain(getattr(before, field)), plain(getattr(after, field)))
            for field, name in _PROPERTIES
            if getattr(before, field) != getattr(after, field)
        ]
        empties = self.admin_audit_log_age_limit == timedelta(0)
        if empties and not self.force and not self.should_continue(_texts.EMPTY_AUDIT_LOG):
            self.session.declined()
            return
        self.modified(_audit_views.CONFIG_NAME, *told)
        if not told and not empties:
            self.write_warning(_texts.NOTHING_MODIFIED.format(identity=_audit_views.CONFIG_NAME))
            return
        self.session.changes.set_audit_config(after)
        if empties:
            purged = self.session.changes.purge_audit_entries(None, limit=None)
            if purged is not None:
                self.modified(
                    _audit_views.CONFIG_NAME,
                    ModifiedProperty("AdminAuditLog", _audit_views.told_purge(purged), ""),
                )

    def _changed(self, config: AuditLogConfig) -> AuditLogConfig:
        """Return the configuration with what was given in place. Raises `InvalidProperty`."""
        limit = self.admin_audit_log_age_limit
        if limit is not None and not timedelta(0) <= limit <= _LONGEST:
            raise InvalidProperty(f"The age limit must be from 0 to {_LONGEST.days} days.", "AdminAuditLogAgeLimit")
        lists = {
            "cmdlets": self.admin_audit_log_cmdlets,
            "parameters": self.admin_audit_log_parameters,
            "excluded_cmdlets": self.admin_audit_log_excluded_cmdlets,
        }
        single = {
            "enabled": self.admin_audit_log_enabled,
            "age_limit": limit,
            "log_level": self.log_level,
            "test_cmdlet_logging_enabled": self.test_cmdlet_logging_enabled,
        }
        values: dict[str, Any] = {name: value for name, value in single.items() if value is not None}
        values |= {
            name: changed(getattr(config, name), change, str.casefold)
            for name, change in lists.items()
            if change is not None
        }
        return replace(config, **values)
