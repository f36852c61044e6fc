"""Groups: who may change one, who may be in one, and who manages it."""

from collections.abc import Iterable, Sequence
from typing import Final

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import DirectoryCmdlet, Identity
from delegacy.domain.errors import (
    InvalidProperty,
    LookupFailed,
    ManagementObjectNotFound,
    OutOfScope,
    RecipientNotFound,
    WrongRecipientType,
)
from delegacy.domain.ports import DirectoryReader
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
JOIN: Final = "MemberJoinRestriction"
DEPART: Final = "MemberDepartRestriction"
OPEN: Final = "Open"
_ROLE_GROUPS: Final = frozenset({RecipientTypeDetails.ROLE_GROUP})


def find_group(
    cmdlet: DirectoryCmdlet, identity: Identity, kinds: frozenset[RecipientTypeDetails], instead: str
) -> Recipient:
    """Return a group of ``kinds``, for changing. A role group is refused by naming the cmdlet to use ``instead``.

    Raises `LookupFailed`, `OutOfScope` or `WrongRecipientType`.
    """
    try:
        return cmdlet.find_to_change(identity, kinds)
    except ManagementObjectNotFound:
        refuse_role_group(cmdlet, identity, instead)
        raise


def refuse_role_group(cmdlet: DirectoryCmdlet, identity: Identity, instead: str) -> None:
    """Raise `WrongRecipientType` where the identity is that of a role group, whose members have roles."""
    try:
        group = cmdlet.session.resolve_object(identity.key, _ROLE_GROUPS)
    except LookupFailed:
        return
    raise WrongRecipientType(
        f"'{group.canonical_name}' is a role group. To change it, use {instead}.", group.canonical_name
    )


def require_manager(cmdlet: DirectoryCmdlet, group: Recipient, *, bypass: bool) -> None:
    """Raise `OutOfScope` unless the caller manages the group, or bypasses the check.

    The built-in administrator manages every group. One without managers is changed by whoever has a role for it, beyond what everybody
    may do for himself.
    """
    if not (bypass or manages(cmdlet, group)):
        raise OutOfScope(_texts.NOT_A_MANAGER, group.canonical_name)


def manages(cmdlet: DirectoryCmdlet, group: Recipient) -> bool:
    """Tell whether the caller manages the group as far as `require_manager` asks."""
    session, caller = cmdlet.session, cmdlet.session.caller_account
    if caller is None:
        return True
    managers = session.directory.managers(group.id)
    return is_manager(session.directory, caller, managers) if managers else not session.is_self_service(group)


def require_may_join(cmdlet: DirectoryCmdlet, group: Recipient, member: Recipient, *, bypass: bool) -> None:
    """Raise `OutOfScope` unless the caller may add the member: as a manager anybody, himself where the group is open."""
    _require_own_step(cmdlet, group, member, bypass=bypass, restriction=join_restriction(group), step="join")


def require_may_leave(cmdlet: DirectoryCmdlet, group: Recipient, member: Recipient, *, bypass: bool) -> None:
    """Raise `OutOfScope` unless the caller may remove the member: as a manager anybody, himself where the group lets him leave."""
    _require_own_step(cmdlet, group, member, bypass=bypass, restriction=depart_restriction(group), step="leave")


def join_restriction(group: Recipient) -> str:
    """Return who can join: Closed unless it was set otherwise."""
    return str(group.attributes.get(JOIN) or "Closed")


def depart_restriction(group: Recipient) -> str:
    """Return who can leave: Open unless it was set otherwise, and Closed for a security group."""
    return str(group.attributes.get(DEPART) or ("Closed" if group.security_enabled else OPEN))


def require_closed_security_group(group: Recipient, join: str | None, depart: str | None) -> None:
    """Raise `InvalidProperty` for a security group that anybody could join or leave by himself (Set-DistributionGroup)."""
    for name, value in ((JOIN, join), (DEPART, depart)):
        if group.security_enabled and value is not None and value.casefold() == OPEN.casefold():
            raise InvalidProperty(
                f"{name} can't be {OPEN} on '{group.name}': it is a security group, whose managers say who is in it.",
                name,
            )


def may_bypass(cmdlet: DirectoryCmdlet, member_cmdlet: str) -> bool:
    """Tell whether the caller's roles let him change groups that he doesn't manage."""
    return cmdlet.session.may_run(member_cmdlet, "BypassSecurityGroupManagerCheck")


def is_manager(directory: DirectoryReader, account: int, managers: Iterable[Recipient]) -> bool:
    """Tell whether an account, or the linked mailbox whose master it is, is among the managers, or in a group of whatever kind that is."""
    for manager in managers:
        if manager.id in own_objects(directory, account):
            return True
        if manager.is_group and manager.sid is not None:
            chains = (directory.group_chain(account, manager.sid, security_only=secure) for secure in (True, False))
            if any(chains):
                return True
    return False


def own_objects(directory: DirectoryReader, account: int) -> dict[int, Recipient]:
    """Return the objects that an account is: itself, and before it the linked mailbox whose master account it is."""
    own = directory.get(account)
    linked = None if own.sid is None else directory.linked_mailbox(own.sid)
    return {one.id: one for one in (linked, own) if one is not None}


def _require_own_step(
    cmdlet: DirectoryCmdlet, group: Recipient, member: Recipient, *, bypass: bool, restriction: str, step: str
) -> None:
    if bypass or manages(cmdlet, group):
        return
    caller = cmdlet.session.caller_account
    if caller is None or member.id not in own_objects(cmdlet.session.directory, caller):
        raise OutOfScope(_texts.NOT_A_MANAGER, group.canonical_name)
    if restriction != OPEN:
        raise OutOfScope(
            _texts.NOT_OPEN.format(step=step, identity=group.canonical_name, restriction=restriction),
            group.canonical_name,
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
