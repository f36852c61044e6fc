"""What the Set- cmdlets share of recipients on whose behalf delegates may send."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import Identity, as_identity
from delegacy.cmdlets._delegates import find_behalf_delegates, hidden_rule_applies
from delegacy.cmdlets._expiry import end_of, expires_at_parameter, for_parameter, told_end
from delegacy.cmdlets._lists import ListChange, as_list_change
from delegacy.cmdlets._restrictions import SetRestrictedCmdlet
from delegacy.cmdlets._settings import Plan
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import InvalidProperty
from delegacy.domain.ports import Place
from delegacy.domain.recipient import Recipient
from delegacy.powershell.metadata import parameter

_LIST: Final = "GrantSendOnBehalfTo"


@dataclass(kw_only=True)
class SetSendOnBehalfCmdlet(SetRestrictedCmdlet):
    """A Set- cmdlet of a recipient that has a Send on Behalf list."""

    grant_send_on_behalf_to: ListChange[Identity] | None = parameter(
        convert=as_list_change(as_identity),
        completer="delegate",
        help='Who may send on its behalf: a new list, @{Add="..";Remove=".."}, or $null.',
    )
    expires_at: datetime | None = expires_at_parameter()
    for_: timedelta | None = for_parameter()

    def plan(self, plan: Plan) -> None:
        """Work out names, addresses and the Send on Behalf list."""
        super().plan(plan)
        if "grant_send_on_behalf_to" in self.bound:
            self._plan_list(plan, self.grant_send_on_behalf_to or ListChange(()))
        elif self.expires_at is not None or self.for_ is not None:
            raise InvalidProperty(
                "-ExpiresAt and -For say when Send on Behalf ends: give -GrantSendOnBehalfTo with them.", "ExpiresAt"
            )

    def apply(self, plan: Plan) -> None:
        """Write the Send on Behalf list, and warn where it lets nobody in."""
        super().apply(plan)
        if plan.place is None:
            return
        _, delegates = plan.lists[_LIST]
        self.session.changes.set_grant_send_on_behalf_to(
            plan.before.id, [delegate.id for delegate in delegates], plan.place
        )
        if delegates and hidden_rule_applies(self.session, plan.after):
            self.write_warning(_texts.HIDDEN_MAILBOX.format(identity=plan.after.canonical_name))

    def _plan_list(self, plan: Plan, change: ListChange[Identity]) -> None:
        session, target = self.session, plan.before

        def found(named: Sequence[Identity]) -> tuple[Recipient, ...]:
            return tuple(find_behalf_delegates(session, target, named))

        resolved = ListChange(
            None if change.replacement is None else found(change.replacement), found(change.add), found(change.remove)
        )
        self.plan_list(plan, _LIST, session.directory.grant_send_on_behalf_to(target.id), resolved)
        named = frozenset(delegate.id for delegate in (*(resolved.replacement or ()), *resolved.add))
        end = end_of(session, self.expires_at, self.for_)
        plan.place = Place(session.caller_name, session.clock.now(), end, named)
        self._tell_ends(plan, named, end)

    def _tell_ends(self, plan: Plan, named: frozenset[int], new: datetime | None) -> None:
        """Plan that places end, or end later than they did."""
        old = self.session.directory.send_on_behalf_ends(plan.before.id)
        before, after = plan.lists[_LIST]
        present = {delegate.id for delegate in before}
        for delegate in after:
            end = old.get(delegate.id)
            if delegate.id not in named:
                continue
            if (delegate.id not in present and new is not None) or (end is not None and (new is None or new > end)):
                name = f"{_LIST} of {delegate.canonical_name} ends"
                plan.further.append(ModifiedProperty(name, told_end(end) if end else "", told_end(new)))
