"""Delegates: who a -User, -Trustee or -GrantSendOnBehalfTo value is, and whether he may be assigned the permission."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import Identity, Session
from delegacy.domain.errors import (
    DelegacyError,
    ManagementObjectNotFound,
    RecipientNotFound,
    SecurityPrincipalNotFound,
    WrongRecipientType,
)
from delegacy.domain.organization import HiddenMailboxDelegation
from delegacy.domain.recipient import ACCOUNTS, Recipient, RecipientTypeDetails
from delegacy.domain.rights import Permission
from delegacy.domain.sid import WELL_KNOWN, Sid, looks_like_sid, parse_sid, well_known_by_name
from delegacy.policy.assignment import DELEGATES, TARGETS, AssignmentDenial, decide_assignment

_ANY: Final[frozenset[RecipientTypeDetails]] = frozenset()
_ROUNDS: Final = MappingProxyType({permission: (frozenset(kinds), _ANY) for permission, kinds in DELEGATES.items()})
"""Whom a name is looked for among: those who may hold the permission, then everything, so that a refusal can name it."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who an access control entry names.

    ``name`` is how the trustee prints. ``recipient`` is the object that was named: for a linked mailbox the mailbox, while ``sid`` is its
    master account's; None for a well-known principal or the SID of nobody. ``sids`` are all under which it may have entries.
    """

    sid: Sid
    name: str
    recipient: Recipient | None = None
    sids: tuple[Sid, ...] = ()

    @property
    def individual(self) -> Recipient | None:
        """Return the object where it is one account, and no group."""
        recipient = self.recipient
        return recipient if recipient is not None and recipient.recipient_type_details in ACCOUNTS else None


def find_principal(session: Session, named: Identity, *, orphans: bool = False) -> Principal:
    """Return the security principal that ``named`` is; with ``orphans`` also the SID of somebody who is gone.

    What may hold entries is found first; an object that may not is returned where nothing else has the name, so that the assignment
    can refuse it. Raises `SecurityPrincipalNotFound` or `ManagementObjectAmbiguous`.
    """
    text = named.text.strip()
    well_known = parse_sid(text) if looks_like_sid(text) else well_known_by_name(text)
    if named.guid is None and well_known in WELL_KNOWN and well_known is not None:
        return Principal(well_known, WELL_KNOWN[well_known], sids=(well_known,))
    recipient = _first(session, named, _ROUNDS[Permission.FULL_ACCESS])
    if recipient is None and orphans and looks_like_sid(text):
        return Principal(parse_sid(text), parse_sid(text), sids=(parse_sid(text),))
    if recipient is None or recipient.sid is None:
        raise SecurityPrincipalNotFound(named.text)
    master = recipient.linked_master_account
    if master is None:
        return Principal(recipient.sid, recipient.logon_name, recipient, (recipient.sid,))
    name = session.directory.principal_names([master])[master]
    return Principal(master, name, recipient, (master, recipient.sid))


def require_assignable(permission: Permission, target: Recipient, principal: Principal, named: Identity) -> None:
    """Raise the refusal where ``permission`` can't be assigned on ``target`` to ``principal``, who was ``named`` so."""
    denial = decide_assignment(permission, target.recipient_type_details, principal.recipient)
    if denial is not None:
        raise PRINCIPAL_REFUSALS[denial](named.text)


def find_behalf_delegates(session: Session, target: Recipient, named: Iterable[Identity]) -> list[Recipient]:
    """Return the recipients that Send on Behalf values name. Raises `RecipientNotFound` or `WrongRecipientType`."""
    return [_find_behalf_delegate(session, target, identity) for identity in named]


def _find_behalf_delegate(session: Session, target: Recipient, named: Identity) -> Recipient:
    permission = Permission.SEND_ON_BEHALF
    recipient = _first(session, named, _ROUNDS[permission])
    if recipient is None:
        raise RecipientNotFound(named.text)
    denial = decide_assignment(permission, target.recipient_type_details, recipient)
    if denial is not None:
        raise RECIPIENT_REFUSALS[denial](named.text)
    return recipient


def targets_of(permission: Permission) -> frozenset[RecipientTypeDetails]:
    """Return the kinds of object on which the shell assigns ``permission``; others are not found."""
    return frozenset(TARGETS[permission])


def mapped_object_of(session: Session, delegate: Recipient) -> Recipient:
    """Return the object that auto-mapping links of a delegate name: of a master account its linked mailbox, else itself."""
    if delegate.is_mailbox or delegate.sid is None:
        return delegate
    return session.directory.linked_mailbox(delegate.sid) or delegate


def hidden_rule_applies(session: Session, target: Recipient) -> bool:
    """Tell whether a grant on ``target`` lets nobody in, because it is a mailbox hidden from address lists."""
    return (
        target.is_mailbox
        and target.hidden_from_address_lists_enabled
        and session.organization.hidden_mailbox_delegation is HiddenMailboxDelegation.DENY
    )


def _first(session: Session, named: Identity, rounds: Iterable[frozenset[RecipientTypeDetails]]) -> Recipient | None:
    for kinds in rounds:
        try:
            return session.resolve(named.key, kinds)
        except ManagementObjectNotFound:
            continue
    return None


def _wrong_type(named: str) -> DelegacyError:
    return WrongRecipientType(_texts.NOT_THE_EXPECTED_TYPE.format(identity=named), named)


_Refusal = Callable[[str], DelegacyError]

PRINCIPAL_REFUSALS: Final[Mapping[AssignmentDenial, _Refusal]] = MappingProxyType(
    {
        AssignmentDenial.TARGET_HAS_NO_MAILBOX: _wrong_type,
        AssignmentDenial.TARGET_IS_NO_RECIPIENT: _wrong_type,
        AssignmentDenial.DELEGATE_IS_NO_SECURITY_PRINCIPAL: SecurityPrincipalNotFound,
        AssignmentDenial.DELEGATE_IS_NO_RECIPIENT: SecurityPrincipalNotFound,
        AssignmentDenial.DELEGATE_HAS_NO_FIXED_MEMBERS: SecurityPrincipalNotFound,
        AssignmentDenial.DELEGATE_HAS_NO_ACCOUNT: SecurityPrincipalNotFound,
    }
)
"""What is raised where an access control entry is refused. A target of a wrong kind is not found in the first place."""

RECIPIENT_REFUSALS: Final[Mapping[AssignmentDenial, _Refusal]] = MappingProxyType(
    {
        AssignmentDenial.TARGET_HAS_NO_MAILBOX: _wrong_type,
        AssignmentDenial.TARGET_IS_NO_RECIPIENT: _wrong_type,
        AssignmentDenial.DELEGATE_IS_NO_SECURITY_PRINCIPAL: RecipientNotFound,
        AssignmentDenial.DELEGATE_IS_NO_RECIPIENT: RecipientNotFound,
        AssignmentDenial.DELEGATE_HAS_NO_FIXED_MEMBERS: _wrong_type,
        AssignmentDenial.DELEGATE_HAS_NO_ACCOUNT: _wrong_type,
    }
)
"""What is raised where a place in a Send on Behalf list is refused."""
