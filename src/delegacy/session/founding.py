"""A new organization: its domain, its administrator, the groups that hold roles, and the mailboxes that every organization has."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from delegacy.domain.ace import Ace
from delegacy.domain.address import InvalidAddress, ProxyAddress, SmtpAddress
from delegacy.domain.address_list import DEFAULT_ADDRESS_LISTS, AddressList
from delegacy.domain.audit import AuditRecord
from delegacy.domain.errors import InvalidProperty
from delegacy.domain.mailbox import initial_ad_acl, initial_mailbox_acl
from delegacy.domain.organization import (
    SECURITY_GROUPS_CONTAINER,
    USERS_CONTAINER,
    AcceptedDomain,
    AccountDomain,
)
from delegacy.domain.ports import Directory, UnitOfWork
from delegacy.domain.rbac import DEFAULT_POLICY, RoleAssignment, ScopeKind
from delegacy.domain.recipient import GroupScope, Recipient, RecipientTypeDetails
from delegacy.domain.rights import MailboxRight, Right
from delegacy.domain.role_catalogue import (
    DEFAULT_POLICY_ROLES,
    DISCOVERY_MANAGEMENT,
    ORGANIZATION_MANAGEMENT,
    ROLE_GROUPS,
)
from delegacy.domain.sid import ADMINISTRATOR_RID, NETWORK_SERVICE, SYSTEM, Sid

ADMINISTRATOR: Final = "Administrator"
_EXCHANGE_GROUPS: Final = ("Exchange Servers", "Exchange Trusted Subsystem", "Managed Availability Servers")
_WELL_KNOWN_GROUPS: Final = (
    ("Domain Admins", 512, GroupScope.GLOBAL),
    ("Enterprise Admins", 519, GroupScope.UNIVERSAL),
)
_ROLE_GROUP: Final = frozenset({RecipientTypeDetails.ROLE_GROUP})
_LONGEST_NETBIOS: Final = 15

_DISCOVERY_MAILBOX: Final = "DiscoverySearchMailbox{D919BA05-46A6-415f-80AD-7E09334BB852}"
_ARBITRATION_MAILBOXES: Final = (
    ("SystemMailbox{1f05a927-35d4-4bc1-9dd9-3d3bb09bd3c6}", "Microsoft Exchange Approval Assistant"),
    ("SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}", "Microsoft Exchange"),
    ("Migration.8f3e7716-2011-43e4-96b1-aba62d229136", "Microsoft Exchange Migration"),
    ("FederatedEmail.4c1f4d8b-8179-4148-93bf-00a95fa1e042", "Microsoft Exchange Federation Mailbox"),
)

_ADMINISTER: Final = frozenset[Right](
    {
        MailboxRight.FULL_ACCESS,
        MailboxRight.DELETE_ITEM,
        MailboxRight.READ_PERMISSION,
        MailboxRight.CHANGE_PERMISSION,
        MailboxRight.CHANGE_OWNER,
    }
)
_OPEN: Final = frozenset[Right]({MailboxRight.FULL_ACCESS})
_READ: Final = frozenset[Right]({MailboxRight.READ_PERMISSION})


def netbios_name(domain: str) -> str:
    """Return the NetBIOS name that a DNS domain gets when none is asked for: its first label, 15 characters at most."""
    return domain.partition(".")[0].upper()[:_LONGEST_NETBIOS]


@dataclass(frozen=True, slots=True)
class OrganizationName:
    """What a new organization is called: the DNS name of the forest and default accepted domain, and the domain part of logon names.

    Raises ``InvalidProperty`` for a name that is no domain.
    """

    dns: str
    netbios: str

    def __post_init__(self) -> None:
        try:
            address = SmtpAddress.parse(f"postmaster@{self.dns}")
        except InvalidAddress as error:
            raise InvalidProperty(f"'{self.dns}' can't be the organization's domain: {error}", self.dns) from None
        if "." not in self.dns:
            raise InvalidProperty(
                f"'{self.dns}' can't be the organization's domain: it has no dot, as contoso.com has.", self.dns
            )
        if not 0 < len(self.netbios) <= _LONGEST_NETBIOS or not self.netbios.replace("-", "").isalnum():
            raise InvalidProperty(
                f"'{self.netbios}' can't be a NetBIOS name: 1 to {_LONGEST_NETBIOS} letters, digits and hyphens.",
                self.netbios,
            )
        object.__setattr__(self, "dns", address.domain.lower())
        object.__setattr__(self, "netbios", self.netbios.upper())


def found_organization(
    work: UnitOfWork, domain: str, netbios: str, administrator_password_hash: str, now: datetime
) -> Recipient:
    """Write a new organization into an empty directory and return its administrator; the caller commits.

    Raises ``InvalidProperty`` for a name that is no domain.
    """
    name = OrganizationName(domain, netbios)
    founder = _Founder(work.directory, name, now)
    administrator = founder.found(administrator_password_hash)
    work.audit.append(
        [
            AuditRecord(
                run_date=now,
                caller=administrator.canonical_name,
                origin="setup",
                cmdlet="Install-Organization",
                parameters=(("Domain", name.dns), ("NetBiosName", name.netbios)),
                object_modified=name.dns,
            )
        ]
    )
    return administrator


def default_assignments(role_groups: Mapping[str, int]) -> list[RoleAssignment]:
    """Return the role assignments that an organization starts with. ``role_groups`` are the keys of the built-in role groups by name."""

    def given(name: str, role: str, group: int, *, delegating: bool = False, view_only: bool = False) -> RoleAssignment:
        scope = ScopeKind.NONE if view_only else ScopeKind.NOT_APPLICABLE
        return RoleAssignment(
            guid=uuid.uuid4(), name=name, role=role, assignee=group, delegating=delegating, write_scope=scope
        )

    assignments = []
    for group in ROLE_GROUPS:
        key = role_groups.get(group.name)
        if key is None:
            continue
        assignments += [given(f"{role}-{group.name}", role, key) for role in group.roles]
        assignments += [given(f"{role}-{group.name}", role, key, view_only=True) for role in group.view_only]
        assignments += [
            given(f"{role}-{group.name}-Delegating", role, key, delegating=True) for role in group.delegating
        ]
    return assignments + [
        RoleAssignment(guid=uuid.uuid4(), name=f"{role}-{DEFAULT_POLICY}", role=role, policy=DEFAULT_POLICY)
        for role in DEFAULT_POLICY_ROLES
    ]


def default_address_lists() -> list[AddressList]:
    """Return the address lists that an organization starts with."""
    return [
        AddressList(guid=uuid.uuid4(), name=name, display_name=name, recipient_filter=text)
        for name, text in DEFAULT_ADDRESS_LISTS.items()
    ]


def complete_organization(work: UnitOfWork) -> bool:
    """Add to an organization of an older version what every organization has by now; the caller commits. Tell whether anything was missing."""
    directory = work.directory
    if directory.role_assignments():
        return False
    found = {group.name: directory.find(group.name, _ROLE_GROUP) for group in ROLE_GROUPS}
    keys = {name: groups[0].id for name, groups in found.items() if groups}
    for key in keys.values():
        directory.set_managers(key, [keys[ORGANIZATION_MANAGEMENT]])
    directory.put_role_assignments(default_assignments(keys))
    directory.put_address_lists(default_address_lists())
    return True


class _Founder:
    def __init__(self, directory: Directory, name: OrganizationName, now: datetime) -> None:
        self._directory = directory
        self._dns = name.dns
        self._netbios = name.netbios
        self._now = now
        parts = [str(secrets.randbelow(2**32 - 1) + 1) for _ in range(3)]
        self._domain_sid = Sid(f"S-1-5-21-{'-'.join(parts)}")

    def found(self, password_hash: str) -> Recipient:
        directory = self._directory
        directory.add_account_domain(AccountDomain(self._netbios, self._dns, self._domain_sid))
        directory.add_accepted_domain(AcceptedDomain(self._dns, self._dns, default=True))
        groups = {name: self._group(name, scope, USERS_CONTAINER, rid) for name, rid, scope in _WELL_KNOWN_GROUPS}
        groups |= {
            name: self._group(name, GroupScope.UNIVERSAL, SECURITY_GROUPS_CONTAINER) for name in _EXCHANGE_GROUPS
        }
        groups |= {
            name: self._group(
                name, GroupScope.UNIVERSAL, SECURITY_GROUPS_CONTAINER, kind=RecipientTypeDetails.ROLE_GROUP
            )
            for name in (group.name for group in ROLE_GROUPS)
        }
        administrator = self._mailbox(
            ADMINISTRATOR, ADMINISTRATOR, RecipientTypeDetails.USER_MAILBOX, rid=ADMINISTRATOR_RID
        )
        directory.set_credential(administrator.id, password_hash)
        for name in ("Domain Admins", "Enterprise Admins", ORGANIZATION_MANAGEMENT):
            directory.add_members(groups[name].id, [administrator.id])
        directory.set_inherited(_inherited_entries(administrator, groups))
        role_groups = {group.name: groups[group.name].id for group in ROLE_GROUPS}
        for key in role_groups.values():
            directory.set_managers(key, [role_groups[ORGANIZATION_MANAGEMENT]])
        directory.put_role_assignments(default_assignments(role_groups))
        directory.put_address_lists(default_address_lists())
        for name, display_name in _ARBITRATION_MAILBOXES:
            self._mailbox(name, display_name, RecipientTypeDetails.ARBITRATION_MAILBOX)
        discovery = self._mailbox(
            _DISCOVERY_MAILBOX, "Discovery Search Mailbox", RecipientTypeDetails.DISCOVERY_MAILBOX
        )
        directory.grant(
            discovery.id, Ace(_sid(groups[DISCOVERY_MANAGEMENT]), _OPEN, granted_by="setup", granted_at=self._now)
        )
        return administrator

    def _group(
        self,
        name: str,
        scope: GroupScope,
        container: str,
        rid: int | None = None,
        *,
        kind: RecipientTypeDetails | None = None,
    ) -> Recipient:
        universal = scope is GroupScope.UNIVERSAL
        plain = RecipientTypeDetails.UNIVERSAL_SECURITY_GROUP if universal else RecipientTypeDetails.NON_UNIVERSAL_GROUP
        return self._directory.add(
            Recipient(
                guid=uuid.uuid4(),
                recipient_type_details=kind or plain,
                name=name,
                display_name=name,
                domain=self._netbios,
                container=f"{self._dns}/{container}",
                sid=None if rid is None else Sid(f"{self._domain_sid}-{rid}"),
                sam_account_name=name,
                group_scope=scope,
                security_enabled=True,
                when_created=self._now,
                when_changed=self._now,
            )
        )

    def _mailbox(
        self, name: str, display_name: str, kind: RecipientTypeDetails, *, rid: int | None = None
    ) -> Recipient:
        own_account = kind is RecipientTypeDetails.USER_MAILBOX
        account = name if own_account else f"SM_{secrets.token_hex(8)}"
        address = SmtpAddress.parse(f"{name.lower() if own_account else name}@{self._dns}")
        guid = uuid.uuid4()
        mailbox = self._directory.add(
            Recipient(
                guid=guid,
                recipient_type_details=kind,
                name=name,
                display_name=display_name,
                domain=self._netbios,
                container=f"{self._dns}/{USERS_CONTAINER}",
                legacy_exchange_dn=f"/o={self._netbios}/ou=Exchange Administrative Group/cn=Recipients/cn={guid.hex}",
                sid=None if rid is None else Sid(f"{self._domain_sid}-{rid}"),
                alias=name,
                sam_account_name=account,
                user_principal_name=str(address),
                primary_smtp_address=address,
                email_addresses=(ProxyAddress.primary(address),),
                hidden_from_address_lists_enabled=not own_account,
                account_disabled=not own_account,
                when_created=self._now,
                when_changed=self._now,
            )
        )
        for ace in (*initial_mailbox_acl(kind), *initial_ad_acl()):
            self._directory.grant(mailbox.id, ace)
        return mailbox


def _inherited_entries(administrator: Recipient, groups: dict[str, Recipient]) -> list[Ace]:
    """Return the entries that every mailbox inherits, in the order in which Get-MailboxPermission documents them.

    The denials keep administrators out of mailboxes: an explicit grant is needed, and goes before them.
    """
    administering = [
        administrator,
        groups["Domain Admins"],
        groups["Enterprise Admins"],
        groups[ORGANIZATION_MANAGEMENT],
    ]

    def inherited(trustee: Sid, rights: frozenset[Right], *, allow: bool = True) -> Ace:
        return Ace(trustee, rights, allow=allow, inherited=True)

    return [
        *(inherited(_sid(principal), _OPEN, allow=False) for principal in administering),
        inherited(SYSTEM, _OPEN),
        inherited(NETWORK_SERVICE, _READ),
        *(inherited(_sid(principal), _ADMINISTER) for principal in administering),
        inherited(_sid(groups["Public Folder Management"]), _READ),
        inherited(_sid(groups["Delegated Setup"]), _READ),
        inherited(_sid(groups["Exchange Servers"]), _OPEN | _READ),
        inherited(_sid(groups["Exchange Trusted Subsystem"]), _ADMINISTER - _OPEN),
        inherited(_sid(groups["Managed Availability Servers"]), _READ),
    ]


def _sid(recipient: Recipient) -> Sid:
    if recipient.sid is None:
        raise InvalidProperty(f"{recipient.name} is no security principal.", recipient.name)
    return recipient.sid
