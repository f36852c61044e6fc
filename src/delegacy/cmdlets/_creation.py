"""New objects: names, account names, containers and first entries, as the New- and Enable- cmdlets give them."""

import re
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets._addresses import POLICY, Addresses, alias_from, first_addresses
from delegacy.cmdlets._base import DirectoryCmdlet, Identity
from delegacy.cmdlets._listing import container_of
from delegacy.cmdlets._views import FOLLOWING, plain
from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import InvalidProperty, ManagementObjectNotFound
from delegacy.domain.mailbox import WITHOUT_OWN_ACCOUNT, initial_ad_acl, initial_mailbox_acl
from delegacy.domain.organization import USERS_CONTAINER, AccountDomain
from delegacy.domain.properties import PROPERTIES, check_value, property_named
from delegacy.domain.recipient import (
    ACCOUNTS,
    GROUPS,
    MAILBOXES,
    SYSTEM_MAILBOXES,
    GroupScope,
    Recipient,
    RecipientTypeDetails,
)
from delegacy.powershell.values import SecureString, pascal_case

LONGEST_PASSWORD: Final = 1024
_LONGEST_USER_ACCOUNT: Final = 20
_LONGEST_GROUP_ACCOUNT: Final = 256
# Active Directory: characters that a SamAccountName may not hold.
_NOT_IN_ACCOUNT: Final = re.compile(r'["/\\\[\]:;|=,+*?<>@\x00-\x1f]')


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a New- command says about an object; what it leaves out is made up from the rest."""

    name: str
    display_name: str | None = None
    alias: str | None = None
    sam_account_name: str | None = None
    user_principal_name: str | None = None
    organizational_unit: str | None = None
    primary_smtp_address: SmtpAddress | None = None
    other_addresses: tuple[ProxyAddress, ...] = ()
    domain: AccountDomain | None = None
    account_disabled: bool = False
    group_scope: GroupScope | None = None
    security_enabled: bool = False
    linked_master_account: Recipient | None = None
    attributes: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


def draft_recipient(cmdlet: DirectoryCmdlet, kind: RecipientTypeDetails, draft: Draft, *, mail: bool) -> Recipient:
    """Return the new object of ``kind``, not yet added. Raises `InvalidInput` for a value that can't be."""
    session = cmdlet.session
    directory, organization = session.directory, session.organization
    domain = draft.domain or organization.domain
    name = checked_text("Name", draft.name)
    alias = draft.alias or alias_from(_local_part(draft.user_principal_name) or name)
    addresses: Addresses | None = None
    if mail:
        addresses = first_addresses(directory, alias, draft.primary_smtp_address, draft.other_addresses)
    account_name = draft.sam_account_name
    if kind in ACCOUNTS | GROUPS:
        account_name = _account_name(cmdlet, kind, domain, draft.sam_account_name, alias)
    guid, now = uuid.uuid4(), session.clock.now()
    attributes = dict(draft.attributes)
    if addresses is not None:
        attributes[POLICY] = addresses.follows_policy
    master = draft.linked_master_account
    return Recipient(
        guid=guid,
        recipient_type_details=kind,
        name=name,
        display_name=checked_text("DisplayName", draft.display_name or name),
        domain=domain.netbios_name,
        container=container_of(cmdlet, draft.organizational_unit)
        if draft.organizational_unit
        else f"{domain.dns_name}/{USERS_CONTAINER}",
        legacy_exchange_dn=legacy_exchange_dn(organization.name, guid, alias) if mail else "",
        alias=addresses.alias if addresses else None,
        sam_account_name=account_name,
        user_principal_name=_principal_name(kind, domain, draft, alias),
        primary_smtp_address=addresses.primary if addresses else None,
        email_addresses=addresses.proxies if addresses else (),
        hidden_from_address_lists_enabled=kind in SYSTEM_MAILBOXES,
        account_disabled=draft.account_disabled or kind in WITHOUT_OWN_ACCOUNT or master is not None,
        linked_master_account=None if master is None else master.sid,
        group_scope=draft.group_scope,
        security_enabled=draft.security_enabled,
        when_created=now,
        when_changed=now,
        attributes=attributes,
    )


def find_own(cmdlet: DirectoryCmdlet, identity: Identity, kinds: frozenset[RecipientTypeDetails]) -> Recipient:
    """Return an object of our own domains, for changing: what lies in a trusted domain is another organization's.

    Raises `ManagementObjectNotFound` or `OutOfScope`.
    """
    found = cmdlet.find_to_change(identity, kinds)
    trusted = {domain.netbios_name for domain in cmdlet.session.directory.account_domains() if domain.trusted}
    if found.domain in trusted:
        raise ManagementObjectNotFound(identity.text, cmdlet.session.organization.server)
    return found


def with_mail(cmdlet: DirectoryCmdlet, before: Recipient, kind: RecipientTypeDetails, draft: Draft) -> Recipient:
    """Return an object without mail as it will be as ``kind``: with addresses, and with all that it has already.

    The alias is made from the account name where ``draft`` gives none. Raises `InvalidInput`.
    """
    drafted = draft_recipient(
        cmdlet,
        kind,
        replace(
            draft,
            display_name=draft.display_name or before.display_name,
            alias=draft.alias or alias_from(before.sam_account_name or before.name),
            sam_account_name=before.sam_account_name,
            user_principal_name=before.user_principal_name,
            account_disabled=before.account_disabled,
            group_scope=before.group_scope,
            security_enabled=before.security_enabled,
            attributes={**before.attributes, **draft.attributes},
        ),
        mail=True,
    )
    return replace(
        drafted,
        id=before.id,
        guid=before.guid,
        sid=before.sid,
        domain=before.domain,
        container=before.container,
        when_created=before.when_created,
    )


def add_recipient(cmdlet: DirectoryCmdlet, drafted: Recipient, password: SecureString | None = None) -> Recipient:
    """Add the object with the entries and the password that it starts with, and return it."""
    changes = cmdlet.session.changes
    added = changes.add(drafted)
    cmdlet.modified(added.canonical_name, *_told_of_new(added))
    if added.recipient_type_details in ACCOUNTS:
        for ace in initial_ad_acl():
            changes.grant(added.id, ace)
    grant_initial_mailbox_entries(cmdlet, added)
    if password is not None:
        set_password(cmdlet, added, password)
    return added


def _told_of_new(recipient: Recipient) -> list[ModifiedProperty]:
    """Return the properties that a new object starts with, as the audit log tells them."""
    values = ((prop.name, prop.value_of(recipient)) for prop in PROPERTIES.values() if prop.name not in FOLLOWING)
    return [ModifiedProperty(name, "", plain(value)) for name, value in values if value not in (None, (), False)]


def grant_initial_mailbox_entries(cmdlet: DirectoryCmdlet, mailbox: Recipient) -> None:
    """Give a new mailbox the entries that it starts with; other objects have none."""
    if mailbox.recipient_type_details in MAILBOXES:
        for ace in initial_mailbox_acl(mailbox.recipient_type_details, mailbox.linked_master_account):
            cmdlet.session.changes.grant(mailbox.id, ace._replace(granted_at=cmdlet.session.clock.now()))


def set_password(cmdlet: DirectoryCmdlet, account: Recipient, password: SecureString) -> None:
    """Store the hash of a password. Raises `InvalidProperty` for one that is empty or too long."""
    if not 0 < len(password) <= LONGEST_PASSWORD:
        raise InvalidProperty(f"A password has 1 to {LONGEST_PASSWORD} characters.", "Password")
    cmdlet.session.changes.set_credential(account.id, cmdlet.session.passwords.hash(password.reveal()))


def find_master_account(cmdlet: DirectoryCmdlet, named: Identity, controller: str | None) -> Recipient:
    """Return the account of a trusted domain that owns a linked mailbox.

    Raises `InvalidProperty` for an account of our own domain, and for a domain controller that is none of the account's domain.
    """
    account = cmdlet.find(named, frozenset(kind for kind in ACCOUNTS if kind not in MAILBOXES))
    domain = next(known for known in cmdlet.session.directory.account_domains() if known.netbios_name == account.domain)
    if not domain.trusted:
        raise InvalidProperty(
            f"'{named}' can't be a linked master account: it is in the domain {domain.netbios_name}, which is not a "
            "trusted domain of another forest.",
            named.text,
        )
    words = (domain.dns_name.casefold(), domain.netbios_name.casefold())
    if controller is not None and not any(word in controller.casefold() for word in words):
        raise InvalidProperty(
            f"'{controller}' isn't a domain controller of {domain.dns_name}, where '{named}' is.", controller
        )
    return account


def find_account_domain(cmdlet: DirectoryCmdlet, name: str | None) -> AccountDomain | None:
    """Return the domain that ``name`` (DNS or NetBIOS name, or a server in it) means; None where it is left out."""
    if name is None:
        return None
    wanted = name.casefold()
    for domain in cmdlet.session.directory.account_domains():
        dns = domain.dns_name.casefold()
        if wanted in (dns, domain.netbios_name.casefold()) or wanted.endswith("." + dns):
            return domain
    raise ManagementObjectNotFound(name, cmdlet.session.organization.server)


def attributes_of(cmdlet: DirectoryCmdlet, names: Iterable[str]) -> dict[str, object]:
    """Return the given parameters, by Python name, that are plain properties of the object, checked."""
    attributes: dict[str, object] = {}
    for name in names:
        prop = property_named(pascal_case(name))
        if name in cmdlet.bound and prop is not None:
            value = check_value(prop, cmdlet.bound[name])
            if value is not None:
                attributes[prop.name] = value
    return attributes


def checked_text(name: str, value: str) -> str:
    """Return a property's text, checked. Raises `InvalidProperty` when it is empty, too long or unprintable."""
    text = check_value(PROPERTIES[name.casefold()], value.strip())
    if not isinstance(text, str):
        raise InvalidProperty(f"{name} is empty.", name)
    return text


def legacy_exchange_dn(organization: str, guid: uuid.UUID, alias: str) -> str:
    """Return the X.500 name of a new recipient."""
    return f"/o={organization}/ou=Exchange Administrative Group/cn=Recipients/cn={guid.hex}-{alias}"


def checked_account_name(kind: RecipientTypeDetails, name: str) -> str:
    """Return a SamAccountName, checked. Raises `InvalidProperty`."""
    longest = _LONGEST_GROUP_ACCOUNT if kind in GROUPS else _LONGEST_USER_ACCOUNT
    if not 0 < len(name) <= longest or _NOT_IN_ACCOUNT.search(name) or name.endswith(".") or not name.strip(" ."):
        raise InvalidProperty(
            f"'{name}' can't be a SamAccountName: it has 1 to {longest} characters, none of \"/\\[]:;|=,+*?<>@, and "
            "does not end in a dot.",
            "SamAccountName",
        )
    return name


def checked_principal_name(name: str) -> str:
    """Return a user principal name, checked. Raises `InvalidProperty`."""
    try:
        return str(SmtpAddress.parse(name))
    except ValueError:
        raise InvalidProperty(
            f"'{name}' can't be a user principal name. One looks like terrya@contoso.com.", "UserPrincipalName"
        ) from None


def with_credentials_of(kind: RecipientTypeDetails, recipient: Recipient, *, enabled: bool) -> Recipient:
    """Return the object as ``kind``, its account disabled where nobody signs in as that kind."""
    return replace(
        recipient,
        recipient_type_details=kind,
        account_disabled=kind in WITHOUT_OWN_ACCOUNT or not enabled,
    )


def _local_part(principal_name: str | None) -> str:
    return "" if principal_name is None else principal_name.rpartition("@")[0]


def _account_name(
    cmdlet: DirectoryCmdlet, kind: RecipientTypeDetails, domain: AccountDomain, given: str | None, alias: str
) -> str:
    """Return the account name asked for, or one made from the alias that nobody has."""
    if given is not None:
        return checked_account_name(kind, given)
    if kind in SYSTEM_MAILBOXES:
        return f"SM_{secrets.token_hex(8)}"
    longest = _LONGEST_GROUP_ACCOUNT if kind in GROUPS else _LONGEST_USER_ACCOUNT
    stem = _NOT_IN_ACCOUNT.sub("", alias).rstrip(".")
    candidate, number = stem[:longest].rstrip("."), 0
    while not candidate or cmdlet.session.directory.find(f"{domain.netbios_name}\\{candidate}", frozenset()):
        number += 1
        candidate = f"{stem[: longest - len(str(number))]}{number}"
    return checked_account_name(kind, candidate)


def _principal_name(kind: RecipientTypeDetails, domain: AccountDomain, draft: Draft, alias: str) -> str | None:
    if kind not in ACCOUNTS:
        return None
    local_part = draft.alias or draft.sam_account_name or alias
    return checked_principal_name(draft.user_principal_name or f"{local_part}@{domain.dns_name}")
