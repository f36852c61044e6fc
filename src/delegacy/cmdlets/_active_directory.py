"""What the cmdlets of the Active Directory module share: -Server, identities within a domain, and their objects."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from delegacy.cmdlets import _views
from delegacy.cmdlets._base import DirectoryCmdlet, Identity
from delegacy.cmdlets._creation import find_account_domain
from delegacy.domain.errors import InvalidProperty, ManagementObjectNotFound
from delegacy.domain.organization import AccountDomain
from delegacy.domain.ports import RecipientQuery
from delegacy.domain.recipient import GroupScope, Recipient, RecipientTypeDetails
from delegacy.domain.recipient_filter import parse_filter
from delegacy.powershell.metadata import parameter
from delegacy.powershell.values import PSObject

_EVERYTHING: Final = "*"


@dataclass(kw_only=True)
class ActiveDirectoryCmdlet(DirectoryCmdlet):
    """A cmdlet of the Active Directory module."""

    server: str | None = parameter(help="The domain, or a domain controller in it; our own domain, if it is left out.")

    def check_server(self) -> None:
        """Refuse a server of no domain that we know, unless it is this server."""
        if self.server is not None and not self._is_this_server():
            find_account_domain(self, self.server)

    @property
    def domain(self) -> AccountDomain:
        """Return the domain that the command works on."""
        if self.server is None or self._is_this_server():
            return self.session.organization.domain
        return find_account_domain(self, self.server) or self.session.organization.domain

    def find_in_domain(self, identity: Identity, kinds: frozenset[RecipientTypeDetails]) -> Recipient:
        """Return the object with this identity; an account name is one of the command's domain first."""
        if identity.guid is None and not {"\\", "@", "=", "/"} & set(identity.text):
            try:
                return self.session.resolve(f"{self.domain.netbios_name}\\{identity.text}", kinds)
            except ManagementObjectNotFound:
                pass
        return self.find(identity, kinds)

    def _is_this_server(self) -> bool:
        known = self.session.organization.server.casefold()
        return (self.server or "").casefold() in (known, known.partition(".")[0])


def query_of(kinds: frozenset[RecipientTypeDetails], text: str, container: str | None) -> RecipientQuery:
    """Return what -Filter and -SearchBase ask for; ``*`` is everything. Raises `InvalidFilter`."""
    condition = None if text.strip() == _EVERYTHING else parse_filter(text)
    return RecipientQuery(kinds=kinds, filter=condition, container=container)


def in_domain(recipients: Iterable[Recipient], domain: AccountDomain) -> Iterator[Recipient]:
    """Return those whose accounts are in the domain."""
    return (recipient for recipient in recipients if recipient.domain == domain.netbios_name)


def ad_user(user: Recipient) -> PSObject:
    """Return an account as Get-ADUser writes it."""
    return PSObject(
        _views.AD_USER,
        {
            "DistinguishedName": user.distinguished_name,
            "Enabled": not user.account_disabled,
            "GivenName": user.attributes.get("FirstName", ""),
            "Name": user.name,
            "ObjectClass": "user",
            "ObjectGUID": user.guid,
            "SamAccountName": user.sam_account_name or "",
            "SID": user.sid or "",
            "Surname": user.attributes.get("LastName", ""),
            "UserPrincipalName": user.user_principal_name or "",
        },
        text=user.distinguished_name,
    )


def ad_group(group: Recipient) -> PSObject:
    """Return a group as Get-ADGroup writes it."""
    return PSObject(
        _views.AD_GROUP,
        {
            "DistinguishedName": group.distinguished_name,
            "GroupCategory": "Security" if group.security_enabled else "Distribution",
            "GroupScope": (group.group_scope or GroupScope.UNIVERSAL).value,
            "Name": group.name,
            "ObjectClass": "group",
            "ObjectGUID": group.guid,
            "SamAccountName": group.sam_account_name or "",
            "SID": group.sid or "",
        },
        text=group.distinguished_name,
    )


def require_present(value: object, name: str) -> None:
    """Raise `InvalidProperty` where a value that the request needs is missing."""
    if not value:
        raise InvalidProperty(f"{name} is needed for this.", name)
