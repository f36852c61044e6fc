"""Permissions that have ended by themselves: Remove-ExpiredPermission, which Exchange does not have."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from delegacy.cmdlets import _access_views, _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet
from delegacy.cmdlets._delegates import mapped_object_of
from delegacy.cmdlets._entries import entry_change
from delegacy.domain.ace import Ace
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.change import HeldPlace
from delegacy.domain.recipient import Recipient
from delegacy.domain.rights import ADMITS_FULL_ACCESS, MailboxRight
from delegacy.powershell.metadata import ConfirmImpact

_AT_ONCE: Final = 200


@dataclass(kw_only=True)
class RemoveExpiredPermission(ExchangeCmdlet):
    """Remove the permissions that have ended (-ExpiresAt, -For).

    They have decided nothing since they ended, and no cmdlet shows them; here they go for good, with an entry in the administrator audit log
    for each recipient, and with the auto-mapping that came with them. The server does this by itself every minute. One run takes 200
    recipients at most.
    """

    name = "Remove-ExpiredPermission"
    supports_should_process = True
    confirm_impact = ConfirmImpact.HIGH
    changes_recipients = False
    output_types = (_access_views.EXPIRED_PERMISSION,)

    def run(self) -> None:
        """Remove them."""
        keys = self.session.directory.with_ended_grants(limit=_AT_ONCE)
        if not keys:
            self.session.declined()
            return
        if not self.should_process(_texts.REMOVE_EXPIRED_PERMISSION.format(count=len(keys))):
            return
        targets = self.session.changes.get_many(keys)
        for place, key in enumerate(keys):
            if place:
                self.session.another_entry()
            self._remove(targets[key])

    def _remove(self, target: Recipient) -> None:
        entries, places = self.session.changes.remove_ended_grants(target.id)
        self._tell_entries(target, entries)
        self._tell_places(target, places)
        self._unlink(target, entries)

    def _tell_entries(self, target: Recipient, entries: Iterable[Ace]) -> None:
        names = self.session.changes.principal_names({entry.trustee for entry in entries})
        for entry in entries:
            kind = "MailboxPermission" if _is_of_mailbox(entry) else "ADPermission"
            told = entry_change(kind, names[entry.trustee], entry.rights, allow=entry.allow, added=False)
            self.modified(target.canonical_name, told)
            user = _views.principal_id(entry.trustee, names[entry.trustee])
            self.write_object(
                _access_views.expired_permission(target, user, entry.rights, deny=not entry.allow, end=entry.expires_at)
            )

    def _tell_places(self, target: Recipient, places: Iterable[HeldPlace]) -> None:
        delegates = self.session.changes.get_many([place.delegate for place in places])
        for place in places:
            delegate = delegates[place.delegate]
            self.modified(target.canonical_name, ModifiedProperty("GrantSendOnBehalfTo", delegate.canonical_name, ""))
            self.write_object(
                _access_views.expired_permission(
                    target, _views.object_id(delegate), None, deny=False, end=place.expires_at
                )
            )

    def _unlink(self, mailbox: Recipient, entries: Iterable[Ace]) -> None:
        """Forget the auto-mapping of individuals who have Full Access in an entry of their own no more."""
        changes = self.session.changes
        kept = {entry.trustee for entry in changes.mailbox_acl(mailbox.id).entries if _maps(entry)}
        for trustee in {entry.trustee for entry in entries if _maps(entry)} - kept:
            delegate = changes.by_sid(trustee)
            if delegate is not None:
                changes.unlink(mailbox.id, [mapped_object_of(self.session, delegate).id])


def _is_of_mailbox(entry: Ace) -> bool:
    return any(isinstance(right, MailboxRight) for right in entry.rights)


def _maps(entry: Ace) -> bool:
    return entry.allow and not entry.inherited and not entry.rights.isdisjoint(ADMITS_FULL_ACCESS)
