"""The entries of roles, a cmdlet with its parameters each: Get-, Add-, Set- and Remove-ManagementRoleEntry."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import ExchangeCmdlet, as_identity
from delegacy.cmdlets._listing import as_result_size, limited
from delegacy.cmdlets._role_views import ROLE_ENTRY, entry_object
from delegacy.cmdlets._roles import (
    children_of,
    entry_names,
    every_role,
    find_role,
    require_delegable,
    require_own_role,
)
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import InvalidProperty, ManagementObjectAlreadyExists, ManagementObjectNotFound
from delegacy.domain.identity import fold
from delegacy.domain.rbac import ManagementRole, RoleEntry
from delegacy.powershell.metadata import ConfirmImpact, parameter
from delegacy.powershell.values import PSObject
from delegacy.powershell.wildcard import has_wildcards, matches_wildcard


def as_entry_name(value: object) -> str:
    """Return ``Role\\Cmdlet``, given as text or as an entry. Raises `ValueError`."""
    text = value.text if isinstance(value, PSObject) else value
    if not isinstance(text, str) or text.count("\\") != 1 or text.startswith("\\") or text.endswith("\\"):
        raise ValueError(f"'{text}' isn't an entry of a role. Give Role\\Cmdlet, as \"Mail Recipients\\Set-Mailbox\".")
    return text


@dataclass(kw_only=True)
class GetManagementRoleEntry(ExchangeCmdlet):
    """List the entries of roles: which cmdlets they hold, with which parameters."""

    name = "Get-ManagementRoleEntry"
    output_types = (ROLE_ENTRY,)

    identity: str = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_entry_name,
        help="Role\\Cmdlet; * stands for any characters in both.",
    )
    parameters: tuple[str, ...] = parameter(default=(), help="Only entries that hold all of these parameters.")
    type: tuple[str, ...] = parameter(
        default=("Cmdlet",), values=("Cmdlet", "Script", "ApplicationPermission"), help="The type of entry."
    )
    result_size: int | None = parameter(
        default=1000, convert=as_result_size, help="How many to show; Unlimited for all."
    )

    def run(self) -> None:
        """Show what was asked for."""
        of_role, of_cmdlet = self.identity.split("\\")
        wanted = {fold(name) for name in self.parameters}
        found = [
            entry_object(self, role, entry)
            for role in sorted(every_role(self).values(), key=lambda role: role.key)
            if matches_wildcard(of_role, role.name)
            for _, entry in sorted(role.entries.items())
            if matches_wildcard(of_cmdlet, entry.cmdlet)
            and self.session.declaration(entry.cmdlet) is not None
            and wanted <= {fold(name) for name in entry_names(self, entry)}
        ]
        if not found and not self.parameters and not has_wildcards(self.identity):
            raise ManagementObjectNotFound(self.identity, self.session.organization.server)
        limited(self, found if "Cmdlet" in self.type else [], self.result_size)


@dataclass(kw_only=True)
class _EntryCmdlet(ExchangeCmdlet):
    """A cmdlet that changes the entries of a role that the organization has made."""

    supports_should_process = True
    changes_recipients = False

    identity: str = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_entry_name,
        help="Role\\Cmdlet.",
    )

    def find_own_role(self) -> tuple[ManagementRole, str]:
        """Return the role, if the caller may change it, and the cmdlet's name."""
        of_role, cmdlet = self.identity.split("\\")
        role = find_role(self, as_identity(of_role))
        require_own_role(role)
        require_delegable(self, role)
        return role, cmdlet

    def store(self, role: ManagementRole, entries: Mapping[str, RoleEntry], *told: ModifiedProperty) -> None:
        """Store the role with other entries."""
        changed = replace(role, entries=MappingProxyType(dict(entries)), when_changed=self.session.clock.now())
        self.session.changes.put_management_role(changed)
        self.modified(role.name, *told)

    def entry_of(self, role: ManagementRole, cmdlet: str) -> RoleEntry:
        """Return an entry of a role. Raises `ManagementObjectNotFound`."""
        entry = role.entries.get(fold(cmdlet))
        if entry is None:
            raise ManagementObjectNotFound(f"{role.name}\\{cmdlet}", self.session.organization.server)
        return entry

    def parent_entry(self, role: ManagementRole, cmdlet: str) -> RoleEntry:
        """Return the entry that the parent of a role has. Raises `InvalidProperty`: a role holds nothing that its parent lacks."""
        entry = every_role(self)[fold(role.parent)].entries.get(fold(cmdlet))
        if entry is None:
            raise InvalidProperty(
                f'The "{cmdlet}" management role entry wasn\'t found on the "{role.parent}" management role. Make sure you typed it '
                "correctly, and try again",
                cmdlet,
            )
        return entry

    def chosen(self, role: ManagementRole, allowed: RoleEntry, names: tuple[str, ...]) -> frozenset[str]:
        """Return folded names of parameters. Raises `InvalidProperty` for one that the parent's entry lacks."""
        known = {fold(name) for name in entry_names(self, allowed)}
        for name in names:
            if fold(name) not in known:
                raise InvalidProperty(
                    f'The "{name}" parameter of the "{allowed.cmdlet}" management role entry wasn\'t found on the "{role.parent}" '
                    "management role. Make sure you typed it correctly, and try again",
                    name,
                )
        return frozenset(map(fold, names))

    def require_none_needs(self, role: ManagementRole, cmdlet: str, gone: frozenset[str] | None) -> None:
        """Raise `InvalidProperty` where a role made from this one holds what is to go: parameters, or the whole entry (None)."""
        for child in children_of(every_role(self), role):
            entry = child.entries.get(fold(cmdlet))
            if entry is not None and (gone is None or any(entry.admits(name) for name in gone)):
                raise InvalidProperty(
                    f"'{child.name}', which is made from '{role.name}', holds that too. Take it away there first.",
                    child.name,
                )


@dataclass(kw_only=True)
class AddManagementRoleEntry(_EntryCmdlet):
    """Give a role back an entry that its parent has."""

    name = "Add-ManagementRoleEntry"

    parameters: tuple[str, ...] | None = parameter(
        help="The parameters that may be used; every one, if it is left out."
    )
    overwrite: bool = parameter(switch=True, help="Replace the entry if the role has it already.")

    def run(self) -> None:
        """Add one entry."""
        role, cmdlet = self.find_own_role()
        allowed = self.parent_entry(role, cmdlet)
        entry = allowed
        if self.parameters is not None:
            entry = RoleEntry(allowed.cmdlet, self.chosen(role, allowed, self.parameters))
        if fold(cmdlet) in role.entries and not self.overwrite:
            raise ManagementObjectAlreadyExists(f"'{role.name}' has the entry '{entry.cmdlet}' already.", self.identity)
        if self.should_process(_texts.ADD_ROLE_ENTRY.format(entry=entry.cmdlet, role=role.name)):
            self.store(role, {**role.entries, fold(cmdlet): entry}, ModifiedProperty("RoleEntries", "", entry.cmdlet))


@dataclass(kw_only=True)
class SetManagementRoleEntry(_EntryCmdlet):
    """Say which parameters of an entry may be used: exactly these, these besides, or no longer these."""

    name = "Set-ManagementRoleEntry"

    parameters: tuple[str, ...] = parameter(default=(), help="The parameters.")
    add_parameter: bool = parameter(switch=True, help="They may be used besides those that the entry has.")
    remove_parameter: bool = parameter(switch=True, help="They may no longer be used.")

    def run(self) -> None:
        """Change one entry."""
        role, cmdlet = self.find_own_role()
        entry, allowed = self.entry_of(role, cmdlet), self.parent_entry(role, cmdlet)
        if self.add_parameter and self.remove_parameter:
            raise InvalidProperty("Give -AddParameter or -RemoveParameter, not both.", "AddParameter")
        named = self.chosen(role, allowed, self.parameters)
        before = frozenset(fold(name) for name in entry_names(self, entry))
        after = before | named if self.add_parameter else before - named if self.remove_parameter else named
        self.require_none_needs(role, cmdlet, before - after)
        if self.should_process(_texts.SET_ROLE_ENTRY.format(entry=entry.cmdlet, role=role.name)):
            changed = RoleEntry(entry.cmdlet, after)
            self.store(
                role,
                {**role.entries, fold(cmdlet): changed},
                ModifiedProperty(
                    f"RoleEntries {entry.cmdlet}",
                    ", ".join(entry_names(self, entry)),
                    ", ".join(entry_names(self, changed)),
                ),
            )


@dataclass(kw_only=True)
class RemoveManagementRoleEntry(_EntryCmdlet):
    """Take a cmdlet away from a role that the organization has made."""

    name = "Remove-ManagementRoleEntry"
    confirm_impact = ConfirmImpact.HIGH

    def run(self) -> None:
        """Remove one entry."""
        role, cmdlet = self.find_own_role()
        entry = self.entry_of(role, cmdlet)
        self.require_none_needs(role, cmdlet, None)
        if self.should_process(_texts.REMOVE_ROLE_ENTRY.format(entry=entry.cmdlet, role=role.name)):
            left = {key: one for key, one in role.entries.items() if key != fold(cmdlet)}
            self.store(role, left, ModifiedProperty("RoleEntries", entry.cmdlet, ""))
