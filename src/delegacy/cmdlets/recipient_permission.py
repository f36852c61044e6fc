"""Send As in Exchange Online's spelling: Add-, Get- and Remove-RecipientPermission."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import DirectoryCmdlet, Identity, as_identity
from delegacy.cmdlets._delegates import Principal, find_principal, hidden_rule_applies, require_assignable
from delegacy.cmdlets._entries import entry_added, entry_change, grant, outcome_warning, revoke
from delegacy.cmdlets._expiry import end_of, expires_at_parameter, for_parameter
from delegacy.cmdlets._listing import as_result_size, limited, matching
from delegacy.domain.ace import Ace
from delegacy.domain.acl import RemovalOutcome
from delegacy.domain.ports import RecipientQuery
from delegacy.domain.recipient import RECIPIENTS, Recipient
from delegacy.domain.rights import ExtendedRight, Permission, Right
from delegacy.powershell.metadata import ConfirmImpact, parameter
from delegacy.powershell.values import PSObject

_SEND_AS: Final = frozenset[Right]({ExtendedRight.SEND_AS})
_VALUES: Final = ("SendAs",)
_CHANGED: Final = "RecipientPermission"
_AT_ONCE: Final = 500


@dataclass(kw_only=True)
class AddRecipientPermission(DirectoryCmdlet):
    """Grant a delegate Send As on a recipient."""

    name = "Add-RecipientPermission"
    supports_should_process = True
    shows_effect = True
    confirm_impact = ConfirmImpact.HIGH
    changes_recipients = False
    output_types = (_views.RECIPIENT_ACE,)

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="recipient",
        help="The recipient.",
    )
    trustee: Identity = parameter(
        mandatory=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="delegate",
        help="The delegate.",
    )
    access_rights: tuple[str, ...] = parameter(
        mandatory=True, pipeline_by_property_name=True, values=_VALUES, help="SendAs."
    )

    expires_at: datetime | None = expires_at_parameter()
    for_: timedelta | None = for_parameter()

    def run(self) -> None:
        """Grant on one recipient."""
        target = self.find_to_change(self.identity, RECIPIENTS)
        delegate = find_principal(self.session, self.trustee)
        require_assignable(Permission.SEND_AS, target, delegate, self.trustee)
        end = end_of(self.session, self.expires_at, self.for_)
        if not self.should_process(_texts.ADD_RECIPIENT_PERMISSION.format(identity=self.identity, user=self.trustee)):
            return
        ace = Ace(
            delegate.sid,
            _SEND_AS,
            expires_at=end,
            granted_by=self.session.caller_name,
            granted_at=self.session.clock.now(),
        )
        changes = self.session.changes
        self.modified(target.canonical_name)
        if not grant(changes, target.id, ace):
            self.write_warning(_texts.ENTRY_PRESENT.format(object=target.distinguished_name, account=delegate.name))
            return
        self.modified(target.canonical_name, entry_added(_CHANGED, delegate.name, _SEND_AS, ace))
        if hidden_rule_applies(self.session, target):
            self.write_warning(_texts.HIDDEN_MAILBOX.format(identity=target.canonical_name))
        self.write_object(_views.recipient_ace(self.session, target, ace, delegate.name, _views.NEW))


@dataclass(kw_only=True)
class GetRecipientPermission(DirectoryCmdlet):
    """List who may send as a recipient, or as whom a delegate may send."""

    name = "Get-RecipientPermission"
    output_types = (_views.RECIPIENT_ACE,)

    identity: Identity | None = parameter(
        position=0,
        pipeline=True,
        pipeline_by_property_name=True,
        allow_null=True,
        allow_empty=True,
        convert=lambda value: as_identity(value) if value not in (None, "") else None,
        completer="recipient",
        help="The recipient; * stands for any characters. Every recipient, if it is left out.",
    )
    trustee: Identity | None = parameter(
        convert=as_identity, completer="delegate", help="Only the entries of this delegate."
    )
    access_rights: tuple[str, ...] | None = parameter(values=_VALUES, help="SendAs.")
    result_size: int | None = parameter(
        default=1000, convert=as_result_size, help="How many entries to show; Unlimited for all."
    )

    def run(self) -> None:
        """List the entries of one recipient, or of all."""
        limited(self, self._rows(), self.result_size)

    def _rows(self) -> Iterator[PSObject]:
        wanted = None if self.trustee is None else find_principal(self.session, self.trustee, orphans=True)
        targets = iter(self._targets(wanted))
        while page := list(islice(targets, _AT_ONCE)):
            directory = self.session.directory
            acls = directory.ad_acls(page)
            found = [
                (target, ace)
                for target in page
                for ace in acls[target.id].entries
                if ExtendedRight.SEND_AS in ace.rights and (wanted is None or ace.trustee in wanted.sids)
            ]
            names = directory.principal_names({ace.trustee for _, ace in found})
            for target, ace in found:
                yield _views.recipient_ace(self.session, target, ace, names[ace.trustee])

    def _targets(self, trustee: Principal | None) -> Iterator[Recipient]:
        directory = self.session.directory
        if self.identity is not None:
            yield from matching(self, self.identity, RECIPIENTS)
        elif trustee is not None and (account := directory.by_sid(trustee.sid)) is not None:
            held = (
                holding.target
                for holding in directory.what_can(account.id)
                if holding.permission is Permission.SEND_AS and holding.trustee in trustee.sids
            )
            found = directory.get_many(dict.fromkeys(held))
            yield from sorted(found.values(), key=lambda recipient: recipient.name.casefold())
        else:
            yield from self.each(directory.list(RecipientQuery(kinds=RECIPIENTS)))


@dataclass(kw_only=True)
class RemoveRecipientPermission(DirectoryCmdlet):
    """Take Send As on a recipient away from a delegate."""

    name = "Remove-RecipientPermission"
    shows_effect = True
    supports_should_process = True
    confirm_impact = ConfirmImpact.HIGH
    changes_recipients = False

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="recipient",
        help="The recipient.",
    )
    trustee: Identity = parameter(
        mandatory=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="delegate",
        help="The delegate.",
    )
    access_rights: tuple[str, ...] = parameter(
        mandatory=True, pipeline_by_property_name=True, values=_VALUES, help="SendAs."
    )
    deny: bool = parameter(switch=True, help="Remove an entry that denies.")

    def run(self) -> None:
        """Remove from one recipient."""
        target = self.find_to_change(self.identity, RECIPIENTS)
        delegate = find_principal(self.session, self.trustee, orphans=True)
        if not self.should_process(
            _texts.REMOVE_RECIPIENT_PERMISSION.format(identity=self.identity, user=self.trustee)
        ):
            return
        allow = not self.deny
        self.modified(target.canonical_name)
        outcome = revoke(self.session.changes, target.id, delegate, _SEND_AS, allow=allow)
        if outcome is not RemovalOutcome.REMOVED:
            self.write_warning(outcome_warning(outcome, target, delegate, _SEND_AS, allow=allow))
            return
        self.modified(target.canonical_name, entry_change(_CHANGED, delegate.name, _SEND_AS, allow=allow, added=False))
