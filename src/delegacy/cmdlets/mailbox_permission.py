"""Full Access and the other rights in a mailbox's own list: Add-, Get- and Remove-MailboxPermission."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity, quoted
from delegacy.cmdlets._delegates import (
    find_principal,
    hidden_rule_applies,
    mapped_object_of,
    require_assignable,
    targets_of,
)
from delegacy.cmdlets._entries import as_ace_of, entry_added, entry_change, grant, outcome_warning, revoke
from delegacy.cmdlets._expiry import end_of, expires_at_parameter, for_parameter
from delegacy.cmdlets._listing import as_result_size, limited, matching
from delegacy.domain.ace import Ace
from delegacy.domain.acl import RemovalOutcome
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.mailbox import initial_mailbox_acl
from delegacy.domain.recipient import Recipient
from delegacy.domain.rights import InheritanceType, MailboxRight, Permission, Right
from delegacy.domain.sid import SELF, Sid
from delegacy.powershell.metadata import ConfirmImpact, parameter
from delegacy.powershell.values import PSObject

_TARGETS: Final = targets_of(Permission.FULL_ACCESS)
_GRANTABLE: Final = tuple(right.label for right in MailboxRight if right is not MailboxRight.SEND_AS)
_CHANGED: Final = "MailboxPermission"
_OWNER: Final = "Owner"
"""The attribute that holds the owner's SID where it is not SELF."""


@dataclass(kw_only=True)
class AddMailboxPermission(ExchangeCmdlet):
    """Grant or deny a delegate rights on a mailbox, or change its owner.

    With FullAccess the mailbox also opens in the delegate's mail profile by itself, unless -AutoMapping $false is given or the delegate
    is a group.
    """

    name = "Add-MailboxPermission"
    default_parameter_set = "AccessRights"
    supports_should_process = True
    shows_effect = True
    changes_recipients = False
    output_types = (_views.MAILBOX_ACE,)

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="mailbox",
        help="The mailbox.",
    )
    user: Identity = parameter(
        sets={"AccessRights": True}, convert=as_identity, completer="delegate", help="The delegate."
    )
    access_rights: tuple[MailboxRight, ...] = parameter(
        sets={"AccessRights": True}, values=_GRANTABLE, help="The rights; they form one entry."
    )
    deny: bool = parameter(sets=("AccessRights",), switch=True, help="Deny the rights.")
    inheritance_type: InheritanceType = parameter(
        sets=("AccessRights",), default=InheritanceType.ALL, help="How folders inherit the entry."
    )
    auto_mapping: bool = parameter(
        sets=("AccessRights",), default=True, help="Whether the mailbox opens in the delegate's profile by itself."
    )
    expires_at: datetime | None = expires_at_parameter(("AccessRights",))
    for_: timedelta | None = for_parameter(("AccessRights",))
    owner: Identity = parameter(sets={"Owner": True}, convert=as_identity, help="The new owner.")

    def run(self) -> None:
        """Grant on one mailbox."""
        mailbox = self.find_to_change(self.identity, _TARGETS)
        if self.parameter_set == _OWNER:
            self._set_owner(mailbox)
        else:
            self._grant(mailbox)

    def _grant(self, mailbox: Recipient) -> None:
        delegate = find_principal(self.session, self.user)
        require_assignable(Permission.FULL_ACCESS, mailbox, delegate, self.user)
        end = end_of(self.session, self.expires_at, self.for_)
        sentence = _texts.ADD_MAILBOX_PERMISSION.format(
            identity=self.identity, user=self.user, rights=quoted([right.label for right in self.access_rights])
        )
        if not self.should_process(sentence):
            return
        rights = frozenset[Right](self.access_rights)
        ace = Ace(
            delegate.sid,
            rights,
            allow=not self.deny,
            inheritance_type=self.inheritance_type,
            expires_at=end,
            granted_by=self.session.caller_name,
            granted_at=self.session.clock.now(),
        )
        missing = grant(self.session.changes, mailbox.id, ace)
        told = [entry_added(_CHANGED, delegate.name, missing, ace)] if missing else []
        if delegate.individual is not None and self._maps(missing):
            told.append(self._link(mailbox, delegate.individual))
        self.modified(mailbox.canonical_name, *told)
        if not missing:
            self.write_warning(_texts.ENTRY_PRESENT.format(object=mailbox.distinguished_name, account=delegate.name))
            return
        if ace.allow and hidden_rule_applies(self.session, mailbox):
            self.write_warning(_texts.HIDDEN_MAILBOX.format(identity=mailbox.canonical_name))
        self.write_object(_views.mailbox_ace(self.session, mailbox, ace, delegate.name, _views.NEW))

    def _maps(self, granted: frozenset[Right]) -> bool:
        return (
            self.auto_mapping
            and not self.deny
            and self.inheritance_type.reaches_object
            and MailboxRight.FULL_ACCESS in granted
        )

    def _link(self, mailbox: Recipient, delegate: Recipient) -> ModifiedProperty:
        mapped = mapped_object_of(self.session, delegate)
        self.session.changes.link(mailbox.id, [mapped.id])
        return ModifiedProperty("DelegateListLink", "", mapped.canonical_name)

    def _set_owner(self, mailbox: Recipient) -> None:
        owner = find_principal(self.session, self.owner)
        if not self.should_process(_texts.SET_MAILBOX_OWNER.format(identity=self.identity, user=self.owner)):
            return
        old = _owner_of(mailbox)
        attributes = {name: value for name, value in mailbox.attributes.items() if name != _OWNER}
        if owner.sid != SELF:
            attributes[_OWNER] = owner.sid
        changes = self.session.changes
        changes.update(replace(mailbox, attributes=attributes, when_changed=self.session.clock.now()))
        names = changes.principal_names([old])
        self.modified(mailbox.canonical_name, ModifiedProperty(_OWNER, names[old], owner.name))
        self.write_object(_views.mailbox_owner(self.session, mailbox, owner.sid, owner.name))


@dataclass(kw_only=True)
class GetMailboxPermission(ExchangeCmdlet):
    """List the entries of a mailbox's own list, or its owner."""

    name = "Get-MailboxPermission"
    default_parameter_set = "AccessRights"
    output_types = (_views.MAILBOX_ACE,)

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="mailbox",
        help="The mailbox; * stands for any characters.",
    )
    user: Identity | None = parameter(
        sets=("AccessRights",), convert=as_identity, completer="delegate", help="Only the entries of this delegate."
    )
    owner: bool = parameter(sets={"Owner": True}, switch=True, help="Show the owner instead.")
    result_size: int | None = parameter(
        default=1000, convert=as_result_size, help="How many entries to show; Unlimited for all."
    )

    def run(self) -> None:
        """List the entries of one mailbox, or of those whose names match."""
        rows = (row for mailbox in matching(self, self.identity, _TARGETS) for row in self._rows(mailbox))
        limited(self, rows, self.result_size)

    def _rows(self, mailbox: Recipient) -> Iterator[PSObject]:
        directory = self.session.directory
        if self.owner:
            owner = _owner_of(mailbox)
            yield _views.mailbox_owner(self.session, mailbox, owner, directory.principal_names([owner])[owner])
            return
        wanted = None if self.user is None else find_principal(self.session, self.user, orphans=True).sids
        entries = [ace for ace in directory.mailbox_acl(mailbox.id).entries if wanted is None or ace.trustee in wanted]
        names = directory.principal_names({ace.trustee for ace in entries})
        for ace in entries:
            yield _views.mailbox_ace(self.session, mailbox, ace, names[ace.trustee])


@dataclass(kw_only=True)
class RemoveMailboxPermission(ExchangeCmdlet):
    """Take rights on a mailbox away from a delegate.

    -ResetDefault leaves only the owner's entries, -ClearAutoMapping only ends the auto-mapping of the mailbox. Both do what they say here;
    in Exchange Server they have no effect.
    """

    name = "Remove-MailboxPermission"
    default_parameter_set = "AccessRights"
    supports_should_process = True
    shows_effect = True
    confirm_impact = ConfirmImpact.HIGH
    changes_recipients = False

    identity: Identity | None = parameter(
        position=0,
        sets={"AccessRights": True, "Instance": False, "ClearAutoMapping": True, "ResetDefault": True},
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="mailbox",
        help="The mailbox.",
    )
    user: Identity | None = parameter(
        sets={"AccessRights": True, "Instance": False}, convert=as_identity, completer="delegate", help="The delegate."
    )
    access_rights: tuple[MailboxRight, ...] | None = parameter(
        sets={"AccessRights": True, "Instance": False}, help="The rights to take away."
    )
    instance: PSObject | None = parameter(
        sets={"Instance": True},
        pipeline=True,
        convert=as_ace_of(_views.MAILBOX_ACE),
        help="An entry as Get-MailboxPermission wrote it.",
    )
    deny: bool = parameter(sets=("AccessRights", "Instance"), switch=True, help="Remove an entry that denies.")
    inheritance_type: InheritanceType = parameter(
        sets=("AccessRights", "Instance"), default=InheritanceType.ALL, help="How folders inherit the entry."
    )
    clear_auto_mapping: bool = parameter(
        sets={"ClearAutoMapping": True}, switch=True, help="Only end the auto-mapping of the mailbox, for everyone."
    )
    reset_default: bool = parameter(
        sets={"ResetDefault": True}, switch=True, help="Remove every entry but the owner's, and all auto-mapping."
    )

    def run(self) -> None:
        """Remove from one mailbox."""
        named = self.identity or as_identity(self.instance and self.instance.get("Identity"))
        mailbox = self.find_to_change(named, _TARGETS)
        if self.reset_default:
            self._reset(mailbox, named)
        elif self.clear_auto_mapping:
            self._clear(mailbox, named)
        else:
            self._revoke(mailbox, named)

    def _revoke(self, mailbox: Recipient, named: Identity) -> None:
        user = self.user or as_identity(self.instance and self.instance.get("User"))
        rights = self.access_rights or _rights_of(self.instance)
        deny = self.deny or (self.instance is not None and self.instance.get("Deny") is True)
        delegate = find_principal(self.session, user, orphans=True)
        sentence = _texts.REMOVE_MAILBOX_PERMISSION.format(
            identity=named, user=user, rights=quoted([right.label for right in rights])
        )
        if not self.should_process(sentence):
            return
        asked = frozenset[Right](rights)
        self.modified(mailbox.canonical_name)
        outcome = revoke(self.session.changes, mailbox.id, delegate, asked, allow=not deny)
        if outcome is not RemovalOutcome.REMOVED:
            self.write_warning(outcome_warning(outcome, mailbox, delegate, asked, allow=not deny))
            return
        self.modified(mailbox.canonical_name, entry_change(_CHANGED, delegate.name, asked, allow=not deny, added=False))
        if MailboxRight.FULL_ACCESS in asked and not deny and delegate.recipient is not None:
            mapped = mapped_object_of(self.session, delegate.recipient)
            self.session.changes.unlink(mailbox.id, [mapped.id])

    def _clear(self, mailbox: Recipient, named: Identity) -> None:
        if self.should_process(_texts.CLEAR_AUTO_MAPPING.format(identity=named)):
            self._unlink_all(mailbox)

    def _reset(self, mailbox: Recipient, named: Identity) -> None:
        if not self.should_process(_texts.RESET_MAILBOX_PERMISSION.format(identity=named)):
            return
        changes = self.session.changes
        initial = initial_mailbox_acl(mailbox.recipient_type_details, mailbox.linked_master_account)
        entries = [ace for ace in changes.mailbox_acl(mailbox.id).entries if not ace.inherited]
        names = changes.principal_names({ace.trustee for ace in entries})
        for ace in entries:
            kept = frozenset[Right]()
            if ace.allow:
                kept = kept.union(*(own.rights for own in initial if own.trustee == ace.trustee))
            if gone := ace.rights - kept:
                changes.revoke(mailbox.id, ace.trustee, gone, allow=ace.allow)
                self.modified(
                    mailbox.canonical_name,
                    entry_change(_CHANGED, names[ace.trustee], gone, allow=ace.allow, added=False),
                )
        for own in initial:
            grant(changes, mailbox.id, own._replace(granted_at=self.session.clock.now()))
        self._unlink_all(mailbox)

    def _unlink_all(self, mailbox: Recipient) -> None:
        changes = self.session.changes
        linked = changes.automapping_links(mailbox.id)
        changes.unlink(mailbox.id)
        self.modified(
            mailbox.canonical_name,
            *([ModifiedProperty("DelegateListLink", _views.plain(linked), "")] if linked else []),
        )


def _owner_of(mailbox: Recipient) -> Sid:
    owner = mailbox.attributes.get(_OWNER)
    return Sid(owner) if isinstance(owner, str) else SELF


def _rights_of(instance: PSObject | None) -> tuple[MailboxRight, ...]:
    labels = () if instance is None else instance.get("AccessRights")
    if not isinstance(labels, (list, tuple)):
        return ()
    return tuple(right for right in MailboxRight if right.label in labels)
