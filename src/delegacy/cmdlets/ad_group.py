"""Groups without mail: New-, Get- and Remove-ADGroup (the Active Directory module's names)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._active_directory import ActiveDirectoryCmdlet, in_domain, query_of
from delegacy.cmdlets._ad_views import GROUP, ad_group, ad_objects
from delegacy.cmdlets._base import Identity, as_identity
from delegacy.cmdlets._creation import Draft, add_recipient, attributes_of, draft_recipient
from delegacy.cmdlets._groups import may_bypass, require_manager
from delegacy.cmdlets._listing import as_filter_text, as_result_size, container_of, limited
from delegacy.cmdlets._removal import remove_recipient
from delegacy.domain.errors import WrongRecipientType
from delegacy.domain.recipient import GROUPS, MAIL_GROUPS, GroupScope, Recipient, RecipientTypeDetails
from delegacy.powershell.metadata import ConfirmImpact, parameter

_T = RecipientTypeDetails


class GroupCategory(Enum):
    """Whether a group can hold permissions."""

    SECURITY = "Security"
    DISTRIBUTION = "Distribution"


@dataclass(kw_only=True)
class NewADGroup(ActiveDirectoryCmdlet):
    """Make a group without mail."""

    name = "New-ADGroup"
    supports_should_process = True
    output_types = (_views.AD_GROUP,)

    name_: str = parameter(
        name="Name", position=0, mandatory=True, pipeline_by_property_name=True, help="The unique name of the group."
    )
    group_scope: GroupScope = parameter(
        position=1, mandatory=True, pipeline_by_property_name=True, help="Universal, Global or DomainLocal."
    )
    group_category: GroupCategory = parameter(
        default=GroupCategory.SECURITY, pipeline_by_property_name=True, help="Whether it can hold permissions."
    )
    sam_account_name: str | None = parameter(
        pipeline_by_property_name=True, help="The account name, as in DOMAIN\\group; the name, if it is left out."
    )
    display_name: str | None = parameter(pipeline_by_property_name=True, help="The display name.")
    description: str | None = parameter(pipeline_by_property_name=True, help="What the group is for.")
    path: str | None = parameter(help="Where the group goes, as a distinguished name; Users, if it is left out.")
    pass_thru: bool = parameter(switch=True, help="Write the group to the pipeline.")

    def run(self) -> None:
        """Make one group."""
        secure = self.group_category is GroupCategory.SECURITY
        universal = _T.UNIVERSAL_SECURITY_GROUP if secure else _T.UNIVERSAL_DISTRIBUTION_GROUP
        drafted = draft_recipient(
            self,
            universal if self.group_scope is GroupScope.UNIVERSAL else _T.NON_UNIVERSAL_GROUP,
            Draft(
                name=self.name_,
                display_name=self.display_name,
                alias=self.name_,
                sam_account_name=self.sam_account_name,
                organizational_unit=self.path,
                domain=self.domain,
                group_scope=self.group_scope,
                security_enabled=secure,
                attributes=attributes_of(self, ("description",)),
            ),
            mail=False,
        )
        if not self.should_process(_texts.CREATE.format(kind="group", name=self.name_)):
            return
        group = add_recipient(self, drafted)
        if self.pass_thru:
            self.write_object(ad_group(group))


@dataclass(kw_only=True)
class GetADGroup(ActiveDirectoryCmdlet):
    """List groups of a domain, with mail or without."""

    name = "Get-ADGroup"
    default_parameter_set = "Filter"
    output_types = (_views.AD_GROUP,)

    identity: Identity | None = parameter(
        position=0,
        sets={"Identity": True},
        pipeline=True,
        convert=as_identity,
        completer="group",
        help="The group: its account name, distinguished name, GUID or SID.",
    )
    filter: str | None = parameter(
        sets={"Filter": True}, convert=as_filter_text, help="An OPATH filter with Exchange's property names, or *."
    )
    search_base: str | None = parameter(sets=("Filter",), help="Only what lies in or below this organizational unit.")
    result_set_size: int | None = parameter(
        sets=("Filter",),
        convert=lambda value: None if value is None else as_result_size(value),
        help="How many to show; $null for all.",
    )
    properties: tuple[str, ...] = parameter(
        default=(),
        aliases=("Property",),
        help="What to show besides, as Active Directory or its module calls it; * for everything.",
    )

    def run(self) -> None:
        """Show what was asked for."""
        limited(self, ad_objects(self.session, GROUP, self._found(), self.properties), self.result_set_size)

    def _found(self) -> Iterable[Recipient]:
        if self.identity is not None:
            return [self.find_in_domain(self.identity, GROUPS)]
        container = None if self.search_base is None else container_of(self, self.search_base)
        listed = self.each(self.session.directory.list(query_of(GROUPS, self.filter or "*", container)))
        return in_domain(listed, self.domain)


@dataclass(kw_only=True)
class RemoveADGroup(ActiveDirectoryCmdlet):
    """Remove a group without mail, with every grant that names it."""

    name = "Remove-ADGroup"
    supports_should_process = True
    shows_effect = True
    confirm_impact = ConfirmImpact.HIGH

    identity: Identity = parameter(
        position=0, mandatory=True, pipeline=True, convert=as_identity, completer="group", help="The group."
    )

    def run(self) -> None:
        """Remove one group."""
        group = self.find_in_domain(self.identity, GROUPS)
        self.session.require_writable(group)
        kind = group.recipient_type_details
        if kind is _T.ROLE_GROUP or kind in MAIL_GROUPS:
            instead = "Remove-RoleGroup" if kind is _T.ROLE_GROUP else "Remove-DistributionGroup"
            raise WrongRecipientType(
                f"'{group.canonical_name}' is a {kind.value}. {instead} removes it.", group.canonical_name
            )
        inherited = self.session.directory.inherited_entries()
        if any(entry.trustee == group.sid for entry in inherited):
            raise WrongRecipientType(
                f"'{group.canonical_name}' can't be removed: every mailbox has entries that name it.",
                group.canonical_name,
            )
        require_manager(self, group, bypass=may_bypass(self, "Remove-DistributionGroup"))
        if self.should_process(_texts.AD_OPERATION.format(operation="Remove", identity=group.distinguished_name)):
            remove_recipient(self, group)
