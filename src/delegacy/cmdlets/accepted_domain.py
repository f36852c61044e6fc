"""The SMTP domains that the organization receives mail for: Get- and New-AcceptedDomain."""

from dataclasses import dataclass
from enum import Enum

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet
from delegacy.cmdlets._creation import checked_text
from delegacy.domain.address import normalise_domain
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import InvalidProperty, ManagementObjectAlreadyExists, ManagementObjectNotFound
from delegacy.domain.organization import AcceptedDomain
from delegacy.powershell.metadata import parameter


class AcceptedDomainType(Enum):
    """What happens to mail for an address of the domain that nobody has."""

    AUTHORITATIVE = "Authoritative"


@dataclass(kw_only=True)
class GetAcceptedDomain(ExchangeCmdlet):
    """List the accepted domains."""

    name = "Get-AcceptedDomain"
    output_types = (_views.ACCEPTED_DOMAIN,)

    identity: str | None = parameter(
        position=0,
        pipeline=True,
        pipeline_by_property_name=True,
        help="The name of the domain. All, if it is left out.",
    )

    def run(self) -> None:
        """List all, or one."""
        domains = self.session.directory.accepted_domains()
        if self.identity:
            wanted = self.identity.casefold()
            domains = tuple(d for d in domains if wanted in (d.name.casefold(), d.domain_name.casefold()))
            if not domains:
                raise ManagementObjectNotFound(self.identity, self.session.organization.server)
        self.write_objects([_views.accepted_domain(self.session, domain) for domain in domains])


@dataclass(kw_only=True)
class NewAcceptedDomain(ExchangeCmdlet):
    """Accept mail for a domain."""

    name = "New-AcceptedDomain"
    supports_should_process = True
    output_types = (_views.ACCEPTED_DOMAIN,)

    name_: str = parameter(name="Name", position=0, mandatory=True, help="A name for the domain.")
    domain_name: str = parameter(mandatory=True, help="The domain, as contoso.com.")
    domain_type: AcceptedDomainType = parameter(
        default=AcceptedDomainType.AUTHORITATIVE, help="Mail for nobody's address in it is refused (Authoritative)."
    )

    def run(self) -> None:
        """Accept one domain."""
        domain_name = normalise_domain(self.domain_name)
        if "." not in domain_name:
            raise InvalidProperty(f"'{self.domain_name}' isn't a domain, as contoso.com is.", "DomainName")
        domain = AcceptedDomain(checked_text("Name", self.name_), domain_name, self.domain_type.value)
        for known in self.session.directory.accepted_domains():
            if domain_name == known.domain_name.casefold() or domain.name.casefold() == known.name.casefold():
                raise ManagementObjectAlreadyExists(
                    f"The accepted domain '{known.name}' is there already.", domain.name
                )
        if not self.should_process(_texts.ADD_ACCEPTED_DOMAIN.format(name=self.name_, domain=domain_name)):
            return
        self.session.changes.add_accepted_domain(domain)
        self.modified(domain.name, ModifiedProperty("DomainName", "", domain.domain_name))
        self.write_object(_views.accepted_domain(self.session, domain))
