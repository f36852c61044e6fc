"""The questions that cmdlets and the command line may ask; the authorizer answers them."""

from dataclasses import dataclass
from typing import Protocol

from delegacy.domain.facts import Target
from delegacy.domain.group import Membership
from delegacy.policy.decision import Allow, OpenDecision, SendDecision


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """A decision about opening, the mailbox (None where there is none), and the chain of groups from the delegate to the trustee."""

    decision: OpenDecision
    mailbox: Target | None
    chain: tuple[Membership, ...] = ()

    @property
    def allowed(self) -> bool:
        """Tell whether the answer is yes."""
        return isinstance(self.decision, Allow)


@dataclass(frozen=True, slots=True)
class SendAnswer:
    """A decision about sending, the author (None where there is none), and the chain of groups from the delegate to the trustee."""

    decision: SendDecision
    author: Target | None
    chain: tuple[Membership, ...] = ()

    @property
    def allowed(self) -> bool:
        """Tell whether the answer is yes."""
        return isinstance(self.decision, Allow)


class Questions(Protocol):
    """What the authorizer decides, with the reason and the chain of groups, outside any sign-in."""

    def explain_open(self, delegate: str, mailbox: str) -> OpenAnswer:
        """Answer whether ``delegate`` opens ``mailbox``, both in any identity form.

        Raises ``ManagementObjectNotFound`` or ``ManagementObjectAmbiguous`` for either.
        """

    def explain_send(self, delegate: str, author: str) -> SendAnswer:
        """Answer whether ``delegate`` sends as ``author``, likewise."""
