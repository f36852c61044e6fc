"""The SMTP domains that the organization receives mail for: Get-, New-, Set- and Remove-AcceptedDomain."""

from dataclasses import dataclass, replace
from enum import Enum

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet
from delegacy.cmdlets._creation import checked_text
from delegacy.cmdlets._views import plain
from delegacy.domain.address import normalise_domain
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import (
    AcceptedDomainInUse,
    InvalidProperty,
    ManagementObjectAlreadyExists,
    ManagementObjectNotFound,
)
from delegacy.domain.organization import AcceptedDomain
from delegacy.powershell.metadata import ConfirmImpact, parameter


class AcceptedDomainType(Enum):
    """What happens to mail for an address of the domain that nobody has: it is refused, or goes on to the smarthost."""

    AUTHORITATIVE = "Authoritative"
    INTERNAL_RELAY = "InternalRelay"
    EXTERNAL_RELAY = "ExternalRelay"


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
            domains = (_find(self, self.identity),)
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
        default=AcceptedDomainType.AUTHORITATIVE,
        help="Whether mail for nobody's address in it is refused (Authoritative) or goes on.",
    )

    def run(self) -> None:
        """Accept one domain."""
        domain_name = normalise_domain(self.domain_name)
        if "." not in domain_name:
            raise InvalidProperty(f"'{self.domain_name}' isn't a domain, as contoso.com is.", "DomainName")
        domain = AcceptedDomain(checked_text("Name", self.name_), domain_name, self.domain_type.value)
        _refuse_taken(self, domain.name, domain_name)
        if not self.should_process(_texts.ADD_ACCEPTED_DOMAIN.format(name=self.name_, domain=domain_name)):
            return
        self.session.changes.add_accepted_domain(domain)
        self.modified(domain.name, ModifiedProperty("DomainName", "", domain.domain_name))
        self.write_object(_views.accepted_domain(self.session, domain))


@dataclass(kw_only=True)
class SetAcceptedDomain(ExchangeCmdlet):
    """Change an accepted domain: its name, what happens to mail for nobody, whether it is the default one."""

    name = "Set-AcceptedDomain"
    supports_should_process = True

    identity: str = parameter(
        position=0, mandatory=True, pipeline=True, pipeline_by_property_name=True, help="The name of the domain."
    )
    name_: str | None = parameter(name="Name", help="Another name for the domain.")
    domain_type: AcceptedDomainType | None = parameter(
        help="Whether mail for nobody's address in it is refused (Authoritative) or goes on."
    )
    make_default: bool | None = parameter(help="Whether new recipients get their addresses in this domain.")

    def run(self) -> None:
        """Change one domain."""
        before = _find(self, self.identity)
        after = replace(
            before,
            name=before.name if self.name_ is None else checked_text("Name", self.name_),
            domain_type=before.domain_type if self.domain_type is None else self.domain_type.value,
            default=before.default or self.make_default is True,
        )
        if before.default and self.make_default is False:
            raise InvalidProperty(
                f"'{before.name}' has to stay the default domain until another one is. Run Set-AcceptedDomain with "
                "-MakeDefault $true on that one.",
                "MakeDefault",
            )
        if after.default and after.domain_type == AcceptedDomainType.EXTERNAL_RELAY.value:
            raise InvalidProperty(
                f"'{before.name}' can't be both the default domain and an external relay: new recipients' addresses are in "
                "the default domain.",
                "DomainType",
            )
        if after.name.casefold() != before.name.casefold():
            _refuse_taken(self, after.name)
        if not self.should_process(_texts.SET.format(kind="Accepted Domain", identity=before.name)):
            return
        told = [
            ModifiedProperty(name, plain(old), plain(new))
            for name, old, new in (
                ("Name", before.name, after.name),
                ("DomainType", before.domain_type, after.domain_type),
                ("Default", before.default, after.default),
            )
            if old != new
        ]
        self.modified(before.name, *told)
        if told:
            self.session.changes.update_accepted_domain(after)
        else:
            self.write_warning(_texts.NOTHING_MODIFIED.format(identity=before.name))


@dataclass(kw_only=True)
class RemoveAcceptedDomain(ExchangeCmdlet):
    """Accept no more mail for a domain. The default domain, and one that somebody has an address in, stay."""

    name = "Remove-AcceptedDomain"
    supports_should_process = True
    confirm_impact = ConfirmImpact.HIGH

    identity: str = parameter(
        position=0, mandatory=True, pipeline=True, pipeline_by_property_name=True, help="The name of the domain."
    )

    def run(self) -> None:
        """Remove one domain."""
        domain = _find(self, self.identity)
        directory = self.session.directory
        if len(directory.accepted_domains()) == 1:
            raise AcceptedDomainInUse(
                f"'{domain.name}' is the only accepted domain, so it can't be removed.", domain.name
            )
        if domain.default:
            raise AcceptedDomainInUse(
                f"'{domain.name}' is the default domain, so it can't be removed. Make another one the default first, with "
                "Set-AcceptedDomain -MakeDefault $true.",
                domain.name,
            )
        user = directory.with_address_in(domain.domain_name)
        if user is not None:
            raise AcceptedDomainInUse(
                f"'{domain.name}' can't be removed: recipients have addresses in it, \"{user.canonical_name}\" among them.",
                domain.name,
            )
        if self.should_process(_texts.REMOVE.format(kind="Accepted Domain", identity=domain.name)):
            self.session.changes.remove_accepted_domain(domain.domain_name)
            self.modified(domain.name, ModifiedProperty("DomainName", domain.domain_name, ""))


def _find(cmdlet: ExchangeCmdlet, identity: str) -> AcceptedDomain:
    """Return the domain with this name or domain name. Raises `ManagementObjectNotFound`."""
    wanted = identity.strip().casefold()
    domains = cmdlet.session.directory.accepted_domains()
    for known in domains:
        if wanted == known.name.casefold():
            return known
    for known in domains:
        if wanted == known.domain_name.casefold():
            return known
    raise ManagementObjectNotFound(identity, cmdlet.session.organization.server)


def _refuse_taken(cmdlet: ExchangeCmdlet, name: str, domain_name: str = "") -> None:
    for known in cmdlet.session.directory.accepted_domains():
        if domain_name == known.domain_name.casefold() or name.casefold() == known.name.casefold():
            raise ManagementObjectAlreadyExists(f"The accepted domain '{known.name}' is there already.", name)
