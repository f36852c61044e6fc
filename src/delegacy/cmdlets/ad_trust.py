"""Trusted domains, which hold the master accounts of linked mailboxes: New- and Get-ADTrust."""

import secrets
from dataclasses import dataclass

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet
from delegacy.domain.address import normalise_domain
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import InvalidProperty, ManagementObjectAlreadyExists, ManagementObjectNotFound
from delegacy.domain.organization import AccountDomain
from delegacy.domain.sid import Sid
from delegacy.powershell.metadata import parameter
from delegacy.powershell.values import PSObject

_LONGEST_NETBIOS_NAME = 15


@dataclass(kw_only=True)
class NewADTrust(ExchangeCmdlet):
    """Trust the domain of another forest, so that its accounts can own linked mailboxes. Ours; its accounts are kept here."""

    name = "New-ADTrust"
    supports_should_process = True
    output_types = (_views.AD_TRUST,)

    name_: str = parameter(name="Name", position=0, mandatory=True, help="The domain's DNS name, as fabrikam.com.")
    netbios_name: str | None = parameter(
        name="NetBIOSName", help="The domain part of its logon names, as FABRIKAM; made from the DNS name if left out."
    )

    def run(self) -> None:
        """Trust one domain."""
        dns = normalise_domain(self.name_)
        if "." not in dns:
            raise InvalidProperty(f"'{self.name_}' isn't the DNS name of a domain, as fabrikam.com is.", "Name")
        netbios = (self.netbios_name or dns.partition(".")[0][:_LONGEST_NETBIOS_NAME]).upper()
        if not 0 < len(netbios) <= _LONGEST_NETBIOS_NAME or not netbios.replace("-", "").isalnum():
            raise InvalidProperty(
                f"'{netbios}' can't be a NetBIOS name: 1 to 15 letters, digits and hyphens.", "NetBIOSName"
            )
        for known in self.session.directory.account_domains():
            if dns == known.dns_name.casefold() or netbios == known.netbios_name.upper():
                raise ManagementObjectAlreadyExists(f"The domain '{known.dns_name}' is known already.", dns)
        if not self.should_process(_texts.ADD_TRUST.format(name=dns, netbios=netbios)):
            return
        parts = "-".join(str(secrets.randbelow(2**32 - 1) + 1) for _ in range(3))
        domain = AccountDomain(netbios, dns, Sid(f"S-1-5-21-{parts}"), trusted=True)
        self.session.changes.add_account_domain(domain)
        self.modified(dns, ModifiedProperty("NetBIOSName", "", netbios))
        self.write_object(_trust(domain, self.session.organization.domain))


@dataclass(kw_only=True)
class GetADTrust(ExchangeCmdlet):
    """List the trusted domains."""

    name = "Get-ADTrust"
    default_parameter_set = "Filter"
    output_types = (_views.AD_TRUST,)

    identity: str | None = parameter(
        position=0, sets={"Identity": True}, pipeline=True, help="The domain's DNS or NetBIOS name."
    )
    filter: str | None = parameter(sets={"Filter": True}, values=("*",), help="* for all.")

    def run(self) -> None:
        """List all, or one."""
        own = self.session.organization.domain
        trusted = [domain for domain in self.session.directory.account_domains() if domain.trusted]
        if self.identity is not None:
            wanted = self.identity.casefold()
            trusted = [d for d in trusted if wanted in (d.dns_name.casefold(), d.netbios_name.casefold())]
            if not trusted:
                raise ManagementObjectNotFound(self.identity, self.session.organization.server)
        self.write_objects([_trust(domain, own) for domain in trusted])


def _trust(domain: AccountDomain, own: AccountDomain) -> PSObject:
    return PSObject(
        _views.AD_TRUST,
        {
            "Direction": "Outbound",
            "ForestTransitive": True,
            "Name": domain.dns_name,
            "NetBIOSName": domain.netbios_name,
            "ObjectClass": "trustedDomain",
            "SecurityIdentifier": domain.sid,
            "Source": own.dns_name,
            "Target": domain.dns_name,
        },
        text=domain.dns_name,
    )
