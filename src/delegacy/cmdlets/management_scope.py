"""Custom scopes: Get-, New-, Set- and Remove-ManagementScope."""

import uuid
from dataclasses import dataclass, replace

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._creation import checked_text
from delegacy.cmdlets._listing import as_filter_text, container_of
from delegacy.cmdlets._role_views import SCOPE, scope_object
from delegacy.cmdlets._roles import find_scope, matching_names
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import InvalidProperty, ManagementObjectAlreadyExists, ManagementObjectNotFound
from delegacy.domain.identity import fold
from delegacy.domain.rbac import ManagementScope
from delegacy.domain.recipient_filter import parse_filter
from delegacy.powershell.metadata import ConfirmImpact, parameter
from delegacy.powershell.wildcard import has_wildcards


@dataclass(kw_only=True)
class GetManagementScope(ExchangeCmdlet):
    """List custom scopes."""

    name = "Get-ManagementScope"
    output_types = (SCOPE,)

    identity: Identity | None = parameter(
        position=0,
        pipeline=True,
        pipeline_by_property_name=True,
        allow_null=True,
        allow_empty=True,
        convert=lambda value: as_identity(value) if value not in (None, "") else None,
        completer="scope",
        help="The scope; * stands for any characters. Every one, if it is left out.",
    )
    exclusive: bool | None = parameter(help="Only exclusive scopes, or only the others.")
    orphan: bool = parameter(switch=True, help="Only scopes that no role assignment has.")

    def run(self) -> None:
        """Show what was asked for."""
        found = matching_names(self.identity, self.session.directory.management_scopes(), lambda scope: scope.guid)
        if not found and self.identity is not None and not has_wildcards(self.identity.text):
            raise ManagementObjectNotFound(self.identity.text, self.session.organization.server)
        used = {one.scope for one in self.session.directory.role_assignments()}
        for scope in found:
            if self.exclusive in (None, scope.exclusive) and not (self.orphan and scope.key in used):
                self.write_object(scope_object(self, scope))


@dataclass(kw_only=True)
class NewManagementScope(ExchangeCmdlet):
    """Make a custom scope: the recipients that a filter admits, in or below an organizational unit.

    What lies in an exclusive scope can be changed by those alone who have an assignment with such a scope.
    """

    name = "New-ManagementScope"
    supports_should_process = True
    changes_recipients = False
    output_types = (SCOPE,)

    name_: str = parameter(name="Name", position=0, mandatory=True, help="The unique name of the scope.")
    recipient_restriction_filter: str = parameter(
        mandatory=True, convert=as_filter_text, help="An OPATH filter: Property -operator 'value'."
    )
    recipient_root: str | None = parameter(help="Only recipients in or below this organizational unit.")
    exclusive: bool = parameter(switch=True, help="Fence the recipients off from everybody without such a scope.")
    force: bool = parameter(switch=True, help="Don't ask before an exclusive scope is made.")

    def run(self) -> None:
        """Make one scope."""
        name = checked_text("Name", self.name_).strip()
        scope = ManagementScope(
            guid=uuid.uuid4(),
            name=name,
            recipient_filter=str(parse_filter(self.recipient_restriction_filter)),
            recipient_root="" if self.recipient_root is None else container_of(self, self.recipient_root),
            exclusive=self.exclusive,
            when_changed=self.session.clock.now(),
        )
        if scope.key in {one.key for one in self.session.directory.management_scopes()}:
            raise ManagementObjectAlreadyExists(f"There is a management scope with the name '{name}' already.", name)
        if not self.should_process(_texts.CREATE.format(kind="management scope", name=name)):
            return
        if self.exclusive and not self.force and not self.should_continue(_texts.EXCLUSIVE_SCOPE.format(name=name)):
            self.session.declined()
            return
        self.session.changes.put_management_scope(scope)
        self.modified(
            name,
            ModifiedProperty("Name", "", name),
            ModifiedProperty("RecipientFilter", "", scope.recipient_filter),
            *([ModifiedProperty("Exclusive", "False", "True")] if scope.exclusive else []),
        )
        self.write_object(scope_object(self, scope))


@dataclass(kw_only=True)
class SetManagementScope(ExchangeCmdlet):
    """Change a custom scope; those who have it have what it holds from then on."""

    name = "Set-ManagementScope"
    supports_should_process = True
    changes_recipients = False

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="scope",
        help="The scope.",
    )
    recipient_restriction_filter: str | None = parameter(
        convert=as_filter_text, help="An OPATH filter: Property -operator 'value'."
    )
    recipient_root: str | None = parameter(
        help="Only recipients in or below this organizational unit; $null for anywhere."
    )

    def run(self) -> None:
        """Change one scope."""
        before = find_scope(self, self.identity)
        after = before
        if self.recipient_restriction_filter is not None:
            after = replace(after, recipient_filter=str(parse_filter(self.recipient_restriction_filter)))
        if "recipient_root" in self.bound:
            after = replace(
                after, recipient_root=container_of(self, self.recipient_root) if self.recipient_root else ""
            )
        if not self.should_process(_texts.SET.format(kind="management scope", identity=before.name)):
            return
        told = [
            ModifiedProperty(name, old, new)
            for name, old, new in (
                ("RecipientFilter", before.recipient_filter, after.recipient_filter),
                ("RecipientRoot", before.recipient_root, after.recipient_root),
            )
            if old != new
        ]
        self.modified(before.name, *told)
        if not told:
            self.write_warning(_texts.NOTHING_MODIFIED.format(identity=before.name))
            return
        self.session.changes.put_management_scope(after)


@dataclass(kw_only=True)
class RemoveManagementScope(ExchangeCmdlet):
    """Remove a custom scope that no role assignment has."""

    name = "Remove-ManagementScope"
    supports_should_process = True
    changes_recipients = False
    confirm_impact = ConfirmImpact.HIGH

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="scope",
        help="The scope.",
    )

    def run(self) -> None:
        """Remove one scope."""
        scope = find_scope(self, self.identity)
        used = [one.name for one in self.session.directory.role_assignments() if one.scope == fold(scope.name)]
        if used:
            raise InvalidProperty(
                f"'{scope.name}' is in use by {', '.join(used)}. Change these assignments first, with Set-ManagementRoleAssignment.",
                scope.name,
            )
        if self.should_process(_texts.REMOVE.format(kind="management scope", identity=scope.name)):
            self.session.changes.remove_management_scope(scope.name)
            self.modified(scope.name, ModifiedProperty("Name", scope.name, ""))
