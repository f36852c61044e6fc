"""Who can open and send as what, and through what: Get-DelegateAccess, which Exchange does not have."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from delegacy.cmdlets import _access_views
from delegacy.cmdlets._access_subjects import find_account, find_target, moment_of
from delegacy.cmdlets._access_views import DelegateRight
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._listing import as_result_size, limited
from delegacy.domain.access import AccessFacts
from delegacy.domain.errors import InvalidProperty
from delegacy.domain.rights import Permission
from delegacy.policy.questions import EVERY_PERMISSION, DelegateAccess
from delegacy.powershell.metadata import parameter


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
        target = None if self.identity is None else find_target(self, self.identity, self.at)
        if self.user is None:
            return iter(()) if target is None else questions.access_to(facts, target, permissions)
        account = find_account(self, facts, self.user, self.at)
        return questions.access_of(facts, account, permissions, () if target is None else (target,))

    def _permissions(self) -> frozenset[Permission]:
        return frozenset(right.permission for right in self.right) or EVERY_PERMISSION


@dataclass(kw_only=True)
class TestDelegateAccess(ExchangeCmdlet):
    """Say whether somebody can open, send as or send on behalf of something, why, and what would change that.

    The answer names the entry that decides and the groups that lead to it. ToChange holds the commands that together would turn the
    answer round, ready to be run: those that would let him, or those that would keep him out. It is empty for what is his own, and where
    nothing that is done to him or to the target would help.
    """

    name = "Test-DelegateAccess"
    output_types = (_access_views.ACCESS_TEST,)

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="recipient",
        help="The mailbox or group that is used.",
    )
    user: Identity = parameter(
        mandatory=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="delegate",
        help="The person who uses it.",
    )
    right: tuple[DelegateRight, ...] = parameter(
        default=tuple(DelegateRight),
        help="The permission: FullAccess, SendAs or SendOnBehalf. All three, if it is left out.",
    )

    def run(self) -> None:
        """Answer about one pair."""
        facts = self.session.directory.access_facts()
        target, account = find_target(self, self.identity), find_account(self, facts, self.user)
        for right in dict.fromkeys(self.right):
            answer = self.session.questions.access_between(facts, account, target, right.permission)
            if answer is not None:
                self.write_object(_access_views.access_test(*answer))
