"""Groups: who may change one, who may be in one, and who manages it."""

from collections.abc import Iterable, Sequence
from typing import Final

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import DirectoryCmdlet, Identity
from delegacy.domain.errors import (
    ManagementObjectNotFound,
    OutOfScope,
    RecipientNotFound,
    WrongRecipientType,
)
from delegacy.domain.recipient import (
    ACCOUNTS,
    GROUPS,
    RECIPIENTS,
    GroupScope,
    Recipient,
    RecipientTypeDetails,
)

MEMBERS: Final = (RECIPIENTS | ACCOUNTS | GROUPS) - {RecipientTypeDetails.ROLE_GROUP}
"""What can be a member of a group (Add-DistributionGroupMember -Member)."""
MANAGERS: Final = RECIPIENTS | ACCOUNTS | GROUPS


def require_manager(cmdlet: DirectoryCmdlet, group: Recipient, *, bypass: bool) -> None:
    """Raise `OutOfScope` unless the caller manages the security group, or bypasses the check.

    The built-in administrator manages every group, and a group without managers is every administrator's.
    """
    if not bypass and not is_manager(cmdlet, group):
        raise OutOfScope(_texts.NOT_A_MANAGER, group.canonical_name)


def is_manager(cmdlet: DirectoryCmdlet, group: Recipient) -> bool:
    """Tell whether the caller manages the group as far as `require_manager` asks."""
    caller = cmdlet.session.caller_account
    if caller is None or not group.security_enabled:
        return True
    directory = cmdlet.session.directory
    managers = directory.managers(group.id)
    if not managers or any(manager.id == caller for manager in managers):
        return True
    return any(
        manager.is_group and manager.sid and directory.group_chain(caller, manager.sid, security_only=False)
        for manager in managers
    )


def find_members(cmdlet: DirectoryCmdlet, named: Iterable[Identity]) -> list[Recipient]:
    """Return who is to be a member, each once. Raises `RecipientNotFound`."""
    found = [_find(cmdlet, identity, MEMBERS) for identity in named]
    return list({member.id: member for member in found}.values())


def find_managers(cmdlet: DirectoryCmdlet, named: Iterable[Identity]) -> list[Recipient]:
    """Return who is to manage a group, each once. Raises `RecipientNotFound`."""
    found = [_find(cmdlet, identity, MANAGERS) for identity in named]
    return list({manager.id: manager for manager in found}.values())


def require_nestable(group: Recipient, members: Sequence[Recipient]) -> None:
    """Raise `WrongRecipientType` for a member that a group of this scope can't have (Active Directory: group scope)."""
    for member in members:
        if member.guid == group.guid:
            raise WrongRecipientType(f"'{group.canonical_name}' can't be a member of itself.", group.canonical_name)
        if not member.is_group or group.group_scope is GroupScope.DOMAIN_LOCAL:
            continue
        needs_global = group.group_scope is GroupScope.GLOBAL
        if member.group_scope is GroupScope.DOMAIN_LOCAL or (
            needs_global and member.group_scope is not GroupScope.GLOBAL
        ):
            scopes = (group.group_scope or GroupScope.UNIVERSAL, member.group_scope or GroupScope.UNIVERSAL)
            raise WrongRecipientType(
                f"'{member.canonical_name}' can't be a member of '{group.canonical_name}': a group of scope "
                f"{scopes[0].value} can't hold one of scope {scopes[1].value}.",
                member.canonical_name,
            )


def _find(cmdlet: DirectoryCmdlet, named: Identity, kinds: frozenset[RecipientTypeDetails]) -> Recipient:
    try:
        return cmdlet.session.resolve(named.key, kinds)
    except ManagementObjectNotFound:
        raise RecipientNotFound(named.text) from None
