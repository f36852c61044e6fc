"""Send As and the other rights in a directory object's list: Add-, Get- and Remove-ADPermission."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity, quoted
from delegacy.cmdlets._delegates import (
    Principal,
    find_principal,
    hidden_rule_applies,
    require_assignable,
    targets_of,
)
from delegacy.cmdlets._entries import as_ace_of, entry_added, entry_change, grant, outcome_warning, revoke, split
from delegacy.cmdlets._expiry import end_of, expires_at_parameter, for_parameter
from delegacy.cmdlets._listing import matching
from delegacy.domain.ace import Ace
from delegacy.domain.acl import RemovalOutcome
from delegacy.domain.errors import InvalidProperty
from delegacy.domain.recipient import Recipient
from delegacy.domain.rights import (
    ADMITS_SEND_AS,
    DirectoryRight,
    ExtendedRight,
    InheritanceType,
    Permission,
    Right,
    parse_extended_right,
)
from delegacy.powershell.metadata import ConfirmImpact, parameter
from delegacy.powershell.values import PSObject

_TARGETS: Final = targets_of(Permission.SEND_AS)
_CHANGED: Final = "ADPermission"


def as_extended_rights(value: object) -> tuple[ExtendedRight, ...]:
    """Return extended rights given by display name, common name or GUID. Raises `ValueError`."""
    names = value if isinstance(value, (list, tuple)) else (value,)
    rights = []
    for name in names:
        right = parse_extended_right(str(name))
        if right is None:
            known = ", ".join(f'"{right.label.replace("-", " ")}"' for right in ExtendedRight)
            raise ValueError(f"'{name}' isn't an extended right of this product. It knows {known}.")
        rights.append(right)
    return tuple(rights)


@dataclass(kw_only=True)
class AddADPermission(ExchangeCmdlet):
    """Grant or deny a delegate rights on a directory object, such as Send As."""

    name = "Add-ADPermission"
    default_parameter_set = "AccessRights"
    supports_should_process = True
    shows_effect = True
    changes_recipients = False
    output_types = (_views.AD_ACE,)

    identity: Identity = parameter(
        position=0,
        sets={"AccessRights": True},
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="recipient",
        help="The object: its name or distinguished name, or any other identity.",
    )
    user: Identity = parameter(
        sets={"AccessRights": True}, convert=as_identity, completer="delegate", help="The delegate."
    )
    access_rights: tuple[DirectoryRight, ...] = parameter(default=(), help="The rights on the object itself.")
    extended_rights: tuple[ExtendedRight, ...] = parameter(
        default=(), convert=as_extended_rights, help='The extended rights, such as "Send As".'
    )
    deny: bool = parameter(switch=True, help="Deny the rights.")
    inheritance_type: InheritanceType = parameter(
        default=InheritanceType.ALL, help="How objects below inherit the entry."
    )

    expires_at: datetime | None = expires_at_parameter()
    for_: timedelta | None = for_parameter()

    def run(self) -> None:
        """Grant on one object."""
        target = self.find_to_change(self.identity, _TARGETS)
        delegate = find_principal(self.session, self.user)
        end = end_of(self.session, self.expires_at, self.for_)
        require_assignable(Permission.SEND_AS, target, delegate, self.user)
        rights = _wanted(self.access_rights, self.extended_rights)
        sentence = _texts.ADD_AD_PERMISSION.format(
            identity=self.identity, user=self.user, rights=_named(self.access_rights)
        )
        if not self.should_process(sentence):
            return
        changes = self.session.changes
        self.modified(target.canonical_name)
        for part in split(rights):
            ace = Ace(
                delegate.sid,
                part,
                allow=not self.deny,
                inheritance_type=self.inheritance_type,
                expires_at=end,
                granted_by=self.session.caller_name,
                granted_at=self.session.clock.now(),
            )
            missing = grant(changes, target.id, ace)
            if not missing:
                self.write_warning(_texts.ENTRY_PRESENT.format(object=target.distinguished_name, account=delegate.name))
                continue
            self.modified(target.canonical_name, entry_added(_CHANGED, delegate.name, missing, ace))
            self.write_objects(_views.ad_aces(self.session, target, ace, delegate.name, _views.NEW))
        if not self.deny and rights & ADMITS_SEND_AS and hidden_rule_applies(self.session, target):
            self.write_warning(_texts.HIDDEN_MAILBOX.format(identity=target.canonical_name))


@dataclass(kw_only=True)
class GetADPermission(ExchangeCmdlet):
    """List the entries of a directory object's list, Send As among them."""

    name = "Get-ADPermission"
    output_types = (_views.AD_ACE,)

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="recipient",
        help="The object; * stands for any characters.",
    )
    user: Identity | None = parameter(
        convert=as_identity, completer="delegate", help="Only the entries of this delegate."
    )

    def run(self) -> None:
        """List the entries of one object, or of those whose names match."""
        for target in matching(self, self.identity, _TARGETS):
            for row in self._rows(target):
                self.write_object(row)
            if self.stopping:
                return

    def _rows(self, target: Recipient) -> Iterator[PSObject]:
        directory = self.session.directory
        wanted = None if self.user is None else find_principal(self.session, self.user, orphans=True).sids
        entries = [ace for ace in directory.ad_acl(target.id).entries if wanted is None or ace.trustee in wanted]
        names = directory.principal_names({ace.trustee for ace in entries})
        for ace in entries:
            yield from _views.ad_aces(self.session, target, ace, names[ace.trustee])


@dataclass(kw_only=True)
class RemoveADPermission(ExchangeCmdlet):
    """Take rights on a directory object, such as Send As, away from a delegate."""

    name = "Remove-ADPermission"
    default_parameter_set = "AccessRights"
    supports_should_process = True
    shows_effect = True
    confirm_impact = ConfirmImpact.HIGH
    changes_recipients = False

    identity: Identity | None = parameter(
        position=0,
        sets={"AccessRights": True, "Instance": False},
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="recipient",
        help="The object: its name or distinguished name, or any other identity.",
    )
    user: Identity | None = parameter(
        sets={"AccessRights": True, "Instance": False}, convert=as_identity, completer="delegate", help="The delegate."
    )
    instance: PSObject | None = parameter(
        sets={"Instance": True},
        pipeline=True,
        convert=as_ace_of(_views.AD_ACE),
        help="An entry as Get-ADPermission wrote it.",
    )
    access_rights: tuple[DirectoryRight, ...] = parameter(default=(), help="The rights on the object itself.")
    extended_rights: tuple[ExtendedRight, ...] = parameter(
        default=(), convert=as_extended_rights, help='The extended rights, such as "Send As".'
    )
    deny: bool = parameter(switch=True, help="Remove an entry that denies.")
    inheritance_type: InheritanceType = parameter(
        default=InheritanceType.ALL, help="How objects below inherit the entry."
    )

    def run(self) -> None:
        """Remove from one object."""
        instance = self.instance
        named = self.identity or as_identity(instance and instance.get("Identity"))
        user = self.user or as_identity(instance and instance.get("User"))
        deny = self.deny or (instance is not None and instance.get("Deny") is True)
        given = bool(self.access_rights or self.extended_rights)
        access, extended = (self.access_rights, self.extended_rights) if given else _rights_of(instance)
        rights = _wanted(access, extended)
        target = self.find_to_change(named, _TARGETS)
        delegate = find_principal(self.session, user, orphans=True)
        sentence = _texts.REMOVE_AD_PERMISSION.format(identity=named, user=user, rights=_named(access))
        if not self.should_process(sentence):
            return
        self.modified(target.canonical_name)
        for part in split(rights):
            self._revoke(target, delegate, part, allow=not deny)

    def _revoke(self, target: Recipient, delegate: Principal, rights: frozenset[Right], *, allow: bool) -> None:
        outcome = revoke(self.session.changes, target.id, delegate, rights, allow=allow)
        if outcome is not RemovalOutcome.REMOVED:
            self.write_warning(outcome_warning(outcome, target, delegate, rights, allow=allow))
            return
        self.modified(target.canonical_name, entry_change(_CHANGED, delegate.name, rights, allow=allow, added=False))


def _wanted(access: tuple[DirectoryRight, ...], extended: tuple[ExtendedRight, ...]) -> frozenset[Right]:
    """Return the rights that a command names; ExtendedRight beside extended rights says nothing more than they do.

    Alone, ExtendedRight means all extended rights (MS-ADTS 5.1.3.2).
    """
    if not access and not extended:
        raise InvalidProperty(
            'The command names no rights. Give -ExtendedRights "Send As", or rights of the object with -AccessRights.',
            "AccessRights",
        )
    named = frozenset[Right](access)
    if not extended:
        return named
    return named - {DirectoryRight.EXTENDED_RIGHT} | frozenset[Right](extended)


def _named(access: tuple[DirectoryRight, ...]) -> str:
    """Return the access rights as questions print them; extended rights alone are ``'ExtendedRight'``."""
    return quoted([right.label for right in access or (DirectoryRight.EXTENDED_RIGHT,)])


def _rights_of(instance: PSObject | None) -> tuple[tuple[DirectoryRight, ...], tuple[ExtendedRight, ...]]:
    if instance is None:
        return (), ()
    access, extended = instance.get("AccessRights"), instance.get("ExtendedRights")
    return (
        tuple(right for right in DirectoryRight if isinstance(access, (list, tuple)) and right.label in access),
        tuple(right for right in ExtendedRight if isinstance(extended, (list, tuple)) and right.label in extended),
    )
