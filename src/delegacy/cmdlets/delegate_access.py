"""Who can open and send as what, and through what: Get-DelegateAccess, which Exchange does not have."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from delegacy.cmdlets import _access_views
from delegacy.cmdlets._access_views import DelegateRight
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._listing import as_result_size, limited
from delegacy.cmdlets._moments import find_at, moment_of
from delegacy.domain.access import AccessFacts
from delegacy.domain.errors import InvalidProperty
from delegacy.domain.recipient import ACCOUNTS, RecipientTypeDetails
from delegacy.domain.rights import Permission
from delegacy.policy.questions import EVERY_PERMISSION, DelegateAccess
from delegacy.powershell.metadata import parameter

_ANY: Final[frozenset[RecipientTypeDetails]] = frozenset()


@dataclass(kw_only=True)
class GetDelegateAccess(ExchangeCmdlet):
    """Show who can open, send as or send on behalf of what, groups expanded, and why.

    With -User: every mailbox and group that somebody can use, directly and through groups. With -Identity: everybody who can use a
    mailbox or group. With both: what the one can do with the other. What is granted and does not work is shown too, with the reason: a denial,
    a mailbox that is hidden from address lists, an account that is disabled. What is somebody's own is left out. With -At, all of it as it was
    at a moment. Every answer is the one that mail services would give.
    """

    name = "Get-DelegateAccess"
    output_types = (_access_views.DELEGATE_ACCESS,)

    identity: Identity | None = parameter(
        position=0,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="recipient",
        help="The mailbox or group that is used.",
    )
    user: Identity | None = parameter(
        pipeline_by_property_name=True, convert=as_identity, completer="delegate", help="The person who uses it."
    )
    right: tuple[DelegateRight, ...] = parameter(
        default=(), help="Only this permission: FullAccess, SendAs or SendOnBehalf. All three, if it is left out."
    )
    at: datetime | None = parameter(help="The moment to look at. Now, if it is left out.")
    result_size: int | None = parameter(
        default=1000, convert=as_result_size, help="How many answers to show; Unlimited for all."
    )

    def run(self) -> None:
        """Show the answers."""
        if self.identity is None and self.user is None:
            raise InvalidProperty("Give -User, -Identity, or both.", "User")
        moment = moment_of(self.session, self.at)
        facts = self.session.directory.access_facts(moment)
        rows = (
            _access_views.delegate_access(self.session, access, moment) for access in self.each(self._answers(facts))
        )
        limited(self, rows, self.result_size)

    def _answers(self, facts: AccessFacts) -> Iterator[DelegateAccess]:
        questions, permissions = self.session.questions, self._permissions()
        target = None if self.identity is None else find_at(self, self.identity, _ANY, self.at)
        if self.user is None:
            return iter(()) if target is None else questions.access_to(facts, target.id, permissions)
        account = find_at(self, self.user, ACCOUNTS, self.at).id
        account = facts.signing_in([account]).get(account, account)
        return questions.access_of(facts, account, permissions, () if target is None else (target.id,))

    def _permissions(self) -> frozenset[Permission]:
        return frozenset(right.permission for right in self.right) or EVERY_PERMISSION
