"""Role based access control: roles, their entries, who they are assigned to, and over which objects.

Source: Understanding Role Based Access Control; Understanding management role scopes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from delegacy.domain.identity import fold
from delegacy.domain.recipient import Recipient
from delegacy.domain.recipient_filter import Filter, Links, matches, parse_filter

DEFAULT_POLICY: Final = "Default Role Assignment Policy"
"""The role assignment policy that every mailbox has."""
ROLE_MANAGEMENT: Final = "Role Management"
"""The role whose holders decide who may do what; somebody must always have it."""


class ScopeKind(Enum):
    """Which objects an assignment is about, in Exchange's spelling."""

    NONE = "None"
    NOT_APPLICABLE = "NotApplicable"
    ORGANIZATION = "Organization"
    ORGANIZATION_CONFIG = "OrganizationConfig"
    MY_GAL = "MyGAL"
    SELF = "Self"
    MY_DISTRIBUTION_GROUPS = "MyDistributionGroups"
    OU = "OU"
    CUSTOM_RECIPIENT_SCOPE = "CustomRecipientScope"
    EXCLUSIVE_RECIPIENT_SCOPE = "ExclusiveRecipientScope"


@dataclass(frozen=True, slots=True)
class RoleEntry:
    """A cmdlet that a role holds, with the folded names of ``parameters`` that may be used (None: every one) but those ``excluded``."""

    cmdlet: str
    parameters: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()

    def admits(self, parameter: str) -> bool:
        """Tell whether the entry holds a parameter, by name in any case."""
        name = fold(parameter)
        return name not in self.excluded and (self.parameters is None or name in self.parameters)


@dataclass(frozen=True, slots=True)
class CmdletUse:
    """A cmdlet with the parameters that it takes to do something."""

    cmdlet: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementRole:
    """A set of entries, by folded cmdlet name. A role made from a ``parent`` can hold nothing that the parent lacks.

    ``read_scope`` and ``write_scope`` are the implicit scopes, which an assignment may narrow for writing.
    """

    name: str
    role_type: str
    description: str = ""
    entries: Mapping[str, RoleEntry] = field(default_factory=lambda: MappingProxyType({}))
    parent: str = ""
    guid: UUID | None = None
    when_changed: datetime | None = None
    read_scope: ScopeKind = ScopeKind.ORGANIZATION
    write_scope: ScopeKind = ScopeKind.ORGANIZATION
    config_read_scope: ScopeKind = ScopeKind.ORGANIZATION_CONFIG
    config_write_scope: ScopeKind = ScopeKind.ORGANIZATION_CONFIG
    is_end_user_role: bool = False

    @property
    def key(self) -> str:
        """Return the folded name."""
        return fold(self.name)

    @property
    def is_root_role(self) -> bool:
        """Tell whether it is built in."""
        return not self.parent


@dataclass(frozen=True, slots=True)
class RecipientScope:
    """A set of recipients: by key, below a container (folded canonical name), and by a condition; ``kind`` alone for all or none."""

    kind: ScopeKind
    keys: frozenset[int] | None = None
    root: str = ""
    condition: Filter | None = None

    @property
    def is_everything(self) -> bool:
        """Tell whether it holds every recipient."""
        return self.kind is ScopeKind.ORGANIZATION

    def admits(self, recipient: Recipient, links: Links) -> bool:
        """Tell whether it holds a recipient; ``links`` is asked only where the condition asks for links."""
        if self.kind is ScopeKind.ORGANIZATION:
            return True
        if self.kind is ScopeKind.NONE:
            return False
        if self.kind is ScopeKind.MY_DISTRIBUTION_GROUPS and recipient.is_group and recipient.id == 0:
            return True  # a new group, which whoever makes it will manage
        if self.keys is not None and recipient.id not in self.keys:
            return False
        if self.root and not f"{fold(recipient.container)}/".startswith(f"{self.root}/"):
            return False
        return self.condition is None or matches(self.condition, recipient, links)


EVERYTHING: Final = RecipientScope(ScopeKind.ORGANIZATION)
NOTHING: Final = RecipientScope(ScopeKind.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementScope:
    """A custom scope: the recipients that a filter admits, in or below a container (canonical name; anywhere if empty).

    What lies in an ``exclusive`` scope can be changed by nobody but those whose assignment has an exclusive scope that holds it.
    """

    guid: UUID
    name: str
    recipient_filter: str = ""
    recipient_root: str = ""
    exclusive: bool = False
    when_changed: datetime | None = None

    @property
    def key(self) -> str:
        """Return the folded name."""
        return fold(self.name)

    @property
    def recipients(self) -> RecipientScope:
        """Return what it holds."""
        condition = parse_filter(self.recipient_filter) if self.recipient_filter else None
        return RecipientScope(ScopeKind.CUSTOM_RECIPIENT_SCOPE, root=fold(self.recipient_root), condition=condition)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssignment:
    """A role given to a group or user (``assignee``, the store's key), or to a role assignment ``policy``.

    A ``delegating`` assignment lets its holder hand the role on, and gives none of its cmdlets. ``write_scope`` NOT_APPLICABLE leaves the
    role's own; OU names a ``container``, the two custom kinds a ``scope`` by name.
    """

    guid: UUID
    name: str
    role: str
    assignee: int = 0
    policy: str = ""
    delegating: bool = False
    enabled: bool = True
    write_scope: ScopeKind = ScopeKind.NOT_APPLICABLE
    scope: str = ""
    container: str = ""
    when_changed: datetime | None = None

    @property
    def key(self) -> str:
        """Return the folded name."""
        return fold(self.name)
