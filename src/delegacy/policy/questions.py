"""The questions that cmdlets and the command line may ask; the authorizer answers them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from delegacy.domain.access import AccessFacts, ListedDelegate
from delegacy.domain.ace import Ace
from delegacy.domain.change import Change
from delegacy.domain.facts import Target
from delegacy.domain.group import Membership
from delegacy.domain.recipient import Recipient
from delegacy.domain.rights import Permission
from delegacy.policy.decision import Allow, OpenDecision, SendDecision

EVERY_PERMISSION: Final = frozenset(Permission)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateAccess:
    """The answer about one account, one target and one permission.

    ``entry`` or ``place`` is what names the account: of entries the one that decides. ``trustee`` is whom it names, None for somebody who is no
    object, such as Everyone; ``chain`` leads there from the account through groups, itself first and the trustee last, and is empty where it
    is named itself. ``superseded`` marks a place in a Send on Behalf list beside Send As, which is always used. ``auto_mapped`` tells that
    the mailbox opens in the account's profile by itself, None where that is not known.
    """

    account: Recipient
    target: Recipient
    permission: Permission
    decision: OpenDecision | SendDecision
    entry: Ace | None = None
    place: ListedDelegate | None = None
    trustee: Recipient | None = None
    chain: tuple[Recipient, ...] = ()
    superseded: bool = False
    auto_mapped: bool | None = None

    @property
    def allowed(self) -> bool:
        """Tell whether it works."""
        return isinstance(self.decision, Allow)


@dataclass(frozen=True, slots=True)
class EnableAccount:
    """Let somebody sign in with an account."""

    account: Recipient


@dataclass(frozen=True, slots=True)
class ShowInAddressLists:
    """Let address lists show a mailbox."""

    target: Recipient


@dataclass(frozen=True, slots=True)
class LeaveGroup:
    """Take a member out of a group."""

    member: Recipient
    group: Recipient


@dataclass(frozen=True, slots=True)
class LeaveList:
    """Take a delegate out of a Send on Behalf list."""

    target: Recipient
    delegate: Recipient


@dataclass(frozen=True, slots=True)
class RemoveEntry:
    """Remove an entry from one of the target's lists; ``trustee`` is None for a principal that is no object, such as Everyone."""

    target: Recipient
    entry: Ace
    trustee: Recipient | None


@dataclass(frozen=True, slots=True)
class GrantPermission:
    """Grant a permission to somebody, or deny it to him."""

    permission: Permission
    target: Recipient
    delegate: Recipient
    deny: bool = False


Remedy = EnableAccount | ShowInAddressLists | LeaveGroup | LeaveList | RemoveEntry | GrantPermission


@dataclass(frozen=True, slots=True)
class AccessEffect:
    """Who gains and who loses what by changes: answers as they are afterwards, and as they were before.

    ``is_whole`` is False where more are affected than could be looked at; ``is_about_access`` is False where the changes are of a kind that
    no decision looks at.
    """

    gained: tuple[DelegateAccess, ...] = ()
    lost: tuple[DelegateAccess, ...] = ()
    is_whole: bool = True
    is_about_access: bool = True


class Rehearsal(Protocol):
    """Works out the effect of changes that are made, looked at, and undone."""

    def note(self, facts: AccessFacts, change: Change) -> None:
        """Note a change that is about to be made, with the facts as they are before it."""

    def look(self, facts: AccessFacts) -> None:
        """Look at how it is with the changes made."""

    def effect(self, facts: AccessFacts) -> AccessEffect:
        """Compare with how it was, the changes undone."""


class Questions(Protocol):
    """What the authorizer decides, with the reason and the chain of groups, outside any sign-in."""

    def explain_open(self, delegate: str, mailbox: str) -> OpenAnswer:
        """Answer whether ``delegate`` opens ``mailbox``, both in any identity form.

        Raises ``ManagementObjectNotFound`` or ``ManagementObjectAmbiguous`` for either.
        """

    def explain_send(self, delegate: str, author: str) -> SendAnswer:
        """Answer whether ``delegate`` sends as ``author``, likewise."""

    def access_of(
        self, facts: AccessFacts, account: int, permissions: Collection[Permission], only: Collection[int] = ()
    ) -> Iterator[DelegateAccess]:
        """Yield what an account may do with what is another's, and what names it and does not work, a target after the other.

        ``only`` are the targets that are asked about; all if empty.
        """

    def access_to(
        self, facts: AccessFacts, target: int, permissions: Collection[Permission]
    ) -> Iterator[DelegateAccess]:
        """Yield who may do what with a target, groups expanded to people, and whom it names in vain, each account once."""

    def access_between(
        self, facts: AccessFacts, account: int, target: int, permission: Permission
    ) -> tuple[DelegateAccess, tuple[Remedy, ...]] | None:
        """Return the answer about one permission, with the steps that together would turn it round; None if either is not there.

        Unlike the others it also answers about what is the account's own, and where nothing names it.
        """

    def rehearse(self) -> Rehearsal:
        """Return what works out the effect of some changes on who may do what with what is another's."""
