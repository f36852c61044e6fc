"""The organization: its domains and its switches."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from delegacy.domain.sid import Sid

USERS_CONTAINER: Final = "Users"
SECURITY_GROUPS_CONTAINER: Final = "Microsoft Exchange Security Groups"


class HiddenMailboxDelegation(Enum):
    """Whether a mailbox hidden from address lists can be used by delegates (Set-OrganizationConfig -HiddenMailboxDelegation, ours)."""

    DENY = "Deny"
    ALLOW = "Allow"


@dataclass(frozen=True, slots=True)
class AccountDomain:
    """A domain that accounts live in: ``CONTOSO``, contoso.com, and the SID that its accounts' SIDs begin with.

    ``trusted`` marks another forest's domain, which holds the master accounts of linked mailboxes.
    """

    netbios_name: str
    dns_name: str
    sid: Sid
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class AcceptedDomain:
    """An SMTP domain that the organization receives mail for."""

    name: str
    domain_name: str
    domain_type: str = "Authoritative"
    default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """The organization's own facts and switches; ``server`` is the host name that errors print (``dc01.contoso.com``)."""

    name: str
    domain: AccountDomain
    server: str
    hidden_mailbox_delegation: HiddenMailboxDelegation = HiddenMailboxDelegation.DENY
