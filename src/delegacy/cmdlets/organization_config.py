"""The organization's settings: Get- and Set-OrganizationConfig."""

from dataclasses import dataclass

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.organization import HiddenMailboxDelegation
from delegacy.powershell.metadata import parameter


@dataclass(kw_only=True)
class GetOrganizationConfig(ExchangeCmdlet):
    """Show the organization's settings."""

    name = "Get-OrganizationConfig"
    output_types = (_views.ORGANIZATION_CONFIG,)

    def run(self) -> None:
        """Show them."""
        self.write_object(_views.organization_config(self.session))


@dataclass(kw_only=True)
class SetOrganizationConfig(ExchangeCmdlet):
    """Change the organization's settings.

    -HiddenMailboxDelegation is ours: Deny (the default) keeps delegates out of mailboxes that are hidden from address lists, as "Manage
    permissions for recipients" says; Allow lets them in.
    """

    name = "Set-OrganizationConfig"
    shows_effect = True
    supports_should_process = True

    hidden_mailbox_delegation: HiddenMailboxDelegation | None = parameter(
        help="Whether delegates can use mailboxes that are hidden from address lists."
    )

    def run(self) -> None:
        """Change them."""
        organization = self.session.organization
        if not self.should_process(_texts.SET_ORGANIZATION_CONFIG.format(name=organization.name)):
            return
        changes = self.session.changes
        old, new = organization.hidden_mailbox_delegation, self.hidden_mailbox_delegation
        self.modified(organization.name)
        if new is None or new is old:
            self.write_warning(_texts.NOTHING_MODIFIED.format(identity=organization.name))
            return
        changes.set_hidden_mailbox_delegation(new)
        self.modified(organization.name, ModifiedProperty("HiddenMailboxDelegation", old.value, new.value))
