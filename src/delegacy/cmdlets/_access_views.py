"""What the cmdlets about delegate access write."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets._base import Session
from delegacy.cmdlets._remedies import commands_for
from delegacy.cmdlets._views import object_id, principal_id
from delegacy.domain.recipient import Recipient
from delegacy.domain.rights import Permission, Right
from delegacy.domain.sid import WELL_KNOWN
from delegacy.policy.decision import Deny
from delegacy.policy.questions import DelegateAccess, Remedy
from delegacy.powershell.values import PSObject

DELEGATE_ACCESS: Final = "Delegacy.DelegateAccess"
ACCESS_TEST: Final = "Delegacy.DelegateAccessTest"
EXPIRED_PERMISSION: Final = "Delegacy.ExpiredPermission"


class DelegateRight(Enum):
    """The three permissions as -Right takes them."""

    FULL_ACCESS = "FullAccess"
    SEND_AS = "SendAs"
    SEND_ON_BEHALF = "SendOnBehalf"

    @property
    def permission(self) -> Permission:
        """Return the permission."""
        return Permission[self.name]


_RIGHTS: Final = MappingProxyType({right.permission: right for right in DelegateRight})
_SUPERSEDED: Final = "Send on Behalf, but Send As is used"


def delegate_access(session: Session, access: DelegateAccess, as_of: datetime | None) -> PSObject:
    """Return an answer as Get-DelegateAccess writes it."""
    grant = access.entry or access.place
    return PSObject(
        DELEGATE_ACCESS,
        {
            "User": principal(access.account),
            "UserDisplayName": access.account.display_name,
            "Identity": object_id(access.target),
            "RecipientTypeDetails": access.target.recipient_type_details.value,
            "Right": _RIGHTS[access.permission],
            "Allowed": access.allowed,
            "Reason": reason(access),
            "Trustee": trustee(access),
            "Via": via(access.chain),
            "Chain": tuple(object_id(group) for group in access.chain[1:]),
            "IsInherited": access.entry is not None and access.entry.inherited,
            "Deny": access.entry is not None and not access.entry.allow,
            "AutoMapped": access.auto_mapped,
            "GrantedBy": "" if grant is None else grant.granted_by,
            "GrantedAt": None if grant is None else grant.granted_at,
            "ExpiresAt": None if grant is None else grant.expires_at,
            "AsOf": as_of,
            "RunspaceId": session.runspace_id,
        },
    )


def expired_permission(
    target: Recipient, delegate: PSObject, rights: Iterable[Right] | None, *, deny: bool, end: datetime | None
) -> PSObject:
    """Return a permission that had ended, as Remove-ExpiredPermission writes it; ``rights`` is None for Send on Behalf."""
    labels = ("SendOnBehalf",) if rights is None else tuple(right.label for right in sorted(rights))
    return PSObject(
        EXPIRED_PERMISSION,
        {"Identity": object_id(target), "User": delegate, "AccessRights": labels, "Deny": deny, "ExpiresAt": end},
    )


def access_test(access: DelegateAccess, steps: tuple[Remedy, ...]) -> PSObject:
    """Return an answer as Test-DelegateAccess writes it, with the commands that would turn it round."""
    grant = access.entry or access.place
    return PSObject(
        ACCESS_TEST,
        {
            "User": principal(access.account),
            "Identity": object_id(access.target),
            "Right": _RIGHTS[access.permission],
            "Allowed": access.allowed,
            "Reason": reason(access),
            "DecidedBy": _decided_by(access),
            "Trustee": trustee(access),
            "Via": via(access.chain),
            "Chain": tuple(object_id(group) for group in access.chain[1:]),
            "GrantedBy": "" if grant is None else grant.granted_by,
            "GrantedAt": None if grant is None else grant.granted_at,
            "ExpiresAt": None if grant is None else grant.expires_at,
            "ToChange": commands_for(steps),
        },
    )


def _decided_by(access: DelegateAccess) -> str:
    r"""Return the entry or place that names the account: ``Deny FullAccess for CONTOSO\Helpdesk``."""
    if access.place is not None:
        return f"{_RIGHTS[access.permission].value} for {access.place.delegate.logon_name}"
    entry = access.entry
    if entry is None:
        return ""
    rights = ", ".join(right.label for right in sorted(entry.rights))
    kind, origin = "Allow" if entry.allow else "Deny", ", inherited" if entry.inherited else ""
    named = WELL_KNOWN.get(entry.trustee, entry.trustee) if access.trustee is None else access.trustee.logon_name
    return f"{kind} {rights} for {named}{origin}"


def principal(account: Recipient) -> PSObject | str:
    """Return an account as it prints: ``CONTOSO\\raymonds``."""
    return account.logon_name if account.sid is None else principal_id(account.sid, account.logon_name)


def trustee(access: DelegateAccess) -> PSObject | str:
    """Return whom the grant names, as it prints."""
    if access.trustee is not None:
        return principal(access.trustee)
    return "" if access.entry is None else WELL_KNOWN.get(access.entry.trustee, access.entry.trustee)


def reason(access: DelegateAccess) -> str:
    """Return why it works, or why not, in words."""
    decision = access.decision
    if isinstance(decision, Deny):
        return str(decision.reason.value)
    return _SUPERSEDED if access.superseded else str(decision.right.value)


def via(chain: tuple[Recipient, ...]) -> str:
    """Return the groups from the account to the one that is named: ``Tier Two > Helpdesk``."""
    return " > ".join(group.display_name for group in chain[1:])
