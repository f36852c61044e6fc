"""Management roles: Get-, New- and Remove-ManagementRole."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._creation import checked_text
from delegacy.cmdlets._role_views import ROLE, role_object
from delegacy.cmdlets._roles import (
    children_of,
    entry_names,
    every_role,
    find_role,
    guid_of,
    matching_names,
    require_delegable,
    require_own_role,
)
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import InvalidProperty, ManagementObjectAlreadyExists, ManagementObjectNotFound
from delegacy.domain.identity import fold
from delegacy.domain.rbac import ManagementRole
from delegacy.domain.role_catalogue import lineage
from delegacy.powershell.metadata import ConfirmImpact, parameter
from delegacy.powershell.wildcard import has_wildcards, matches_wildcard


@dataclass(kw_only=True)
class GetManagementRole(ExchangeCmdlet):
    """List management roles: by name, by type, or by the cmdlet and parameters that they hold."""

    name = "Get-ManagementRole"
    default_parameter_set = "Identity"
    output_types = (ROLE,)

    identity: Identity | None = parameter(
        position=0,
        sets={"Identity": False, "GetChildren": True, "Recurse": True},
        pipeline=True,
        pipeline_by_property_name=True,
        allow_null=True,
        allow_empty=True,
        convert=lambda value: as_identity(value) if value not in (None, "") else None,
        completer="role",
        help="The role; * stands for any characters. Every one, if it is left out.",
    )
    cmdlet: str | None = parameter(
        sets=("Identity",), help="Only roles that hold this cmdlet; * stands for any characters."
    )
    cmdlet_parameters: tuple[str, ...] = parameter(
        sets=("Identity",), default=(), help="Only roles that hold a cmdlet with all of these parameters."
    )
    get_children: bool = parameter(sets={"GetChildren": True}, switch=True, help="The roles made from the role.")
    recurse: bool = parameter(
        sets={"Recurse": True}, switch=True, help="The role, and all that are made from it at any remove."
    )
    role_type: str | None = parameter(help="Only roles of this type.")

    def run(self) -> None:
        """Show what was asked for."""
        for role in sorted(self._roles(), key=lambda role: role.key):
            if self.role_type is None or fold(role.role_type) == fold(self.role_type):
                self.write_object(role_object(self, role))

    def _roles(self) -> Iterable[ManagementRole]:
        roles = every_role(self)
        if self.get_children or self.recurse:
            parent = find_role(self, self.identity or as_identity(""))
            children = children_of(roles, parent)
            return [parent, *children] if self.recurse else [one for one in children if fold(one.parent) == parent.key]
        found = matching_names(self.identity, roles.values(), guid_of)
        if not found and self.identity is not None and not has_wildcards(self.identity.text):
            raise ManagementObjectNotFound(self.identity.text, self.session.organization.server)
        return [role for role in found if self._holds(role)]

    def _holds(self, role: ManagementRole) -> bool:
        if self.cmdlet is None and not self.cmdlet_parameters:
            return True
        wanted = {fold(name) for name in self.cmdlet_parameters}
        return any(
            (self.cmdlet is None or matches_wildcard(self.cmdlet, entry.cmdlet))
            and wanted <= {fold(name) for name in entry_names(self, entry)}
            and self.session.declaration(entry.cmdlet) is not None
            for entry in role.entries.values()
        )


@dataclass(kw_only=True)
class NewManagementRole(ExchangeCmdlet):
    """Make a role from another one: it starts with the same entries, of which some can then be taken away."""

    name = "New-ManagementRole"
    supports_should_process = True
    changes_recipients = False
    output_types = (ROLE,)

    name_: str = parameter(name="Name", position=0, mandatory=True, help="The unique name of the role.")
    parent: Identity = parameter(
        mandatory=True, convert=as_identity, completer="role", help="The role to make it from."
    )
    description: str | None = parameter(help="What the role is for.")

    def run(self) -> None:
        """Make one role."""
        name = checked_text("Name", self.name_).strip()
        parent = find_role(self, self.parent)
        require_delegable(self, parent)
        if fold(name) in every_role(self):
            raise ManagementObjectAlreadyExists(f"There is a management role with the name '{name}' already.", name)
        if "\\" in name or "*" in name:
            raise InvalidProperty(f"'{name}' can't be the name of a role: it holds \\ or *.", "Name")
        if not self.should_process(_texts.CREATE.format(kind="management role", name=name)):
            return
        role = replace(
            parent,
            name=name,
            parent=parent.name,
            description=self.description or "",
            guid=uuid.uuid4(),
            when_changed=self.session.clock.now(),
        )
        self.session.changes.put_management_role(role)
        self.modified(name, ModifiedProperty("Name", "", name), ModifiedProperty("Parent", "", parent.name))
        self.write_object(role_object(self, role))


@dataclass(kw_only=True)
class RemoveManagementRole(ExchangeCmdlet):
    """Remove a role that the organization has made, when it is assigned to nobody and none is made from it."""

    name = "Remove-ManagementRole"
    supports_should_process = True
    changes_recipients = False
    confirm_impact = ConfirmImpact.HIGH

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="role",
        help="The role.",
    )
    recurse: bool = parameter(switch=True, help="Remove the roles that are made from it as well.")

    def run(self) -> None:
        """Remove one role."""
        role = find_role(self, self.identity)
        require_own_role(role)
        require_delegable(self, role)
        roles = every_role(self)
        going = [role, *children_of(roles, role)]
        if len(going) > 1 and not self.recurse:
            names = ", ".join(one.name for one in going[1:])
            raise InvalidProperty(
                f"'{role.name}' has roles made from it: {names}. Give -Recurse to remove them as well.", role.name
            )
        keys = {one.key for one in going}
        assigned = [one.name for one in self.session.directory.role_assignments() if one.role in keys]
        if assigned:
            raise InvalidProperty(
                f"'{role.name}' is assigned: {', '.join(assigned)}. Remove these assignments first, with "
                "Remove-ManagementRoleAssignment.",
                role.name,
            )
        if not self.should_process(_texts.REMOVE.format(kind="management role", identity=role.name)):
            return
        for one in sorted(going, key=lambda one: -len(list(lineage(roles, one.key)))):
            self.session.changes.remove_management_role(one.name)
            self.modified(role.name, ModifiedProperty("Name", one.name, ""))
