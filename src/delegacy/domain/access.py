"""The facts of many decisions at once, at one moment: now, or one that has passed.

Accounts and targets are read by themselves, a page at a time; the facts of a pair are put together from both without another query.
An object is a ``Recipient`` as far as decisions look at it: names, kind, flags and primary address; further properties are left out.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from delegacy.domain.access_token import AccessToken
from delegacy.domain.ace import Ace
from delegacy.domain.facts import OpeningFacts, SendingFacts, Target
from delegacy.domain.recipient import MAIL_GROUPS, Recipient
from delegacy.domain.rights import ADMITS_FULL_ACCESS, ADMITS_SEND_AS, Right
from delegacy.domain.sid import Sid


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups above some objects, through any nesting: ``groups`` by key, and the direct groups of each object and group.

    An access control entry for a group reaches its members through security groups alone, a place in a Send on Behalf list through groups
    with an address alone.
    """

    groups: Mapping[int, Recipient]
    above: Mapping[int, tuple[int, ...]]

    def reached(self, starts: Iterable[int], *, by_security: bool) -> Mapping[int, int]:
        """Return the groups that ``starts`` are in, each with the object below it on a shortest way, in order of distance."""
        below: dict[int, int] = {}
        waiting = deque(starts)
        while waiting:
            member = waiting.popleft()
            for group in self.above.get(member, ()):
                if group not in below and self._leads_on(group, by_security=by_security):
                    below[group] = member
                    waiting.append(group)
        return below

    def without(self, member: int, group: int) -> "Groups":
        """Return what it would be without one membership."""
        left = tuple(each for each in self.above.get(member, ()) if each != group)
        return Groups(self.groups, {**self.above, member: left})

    def sids(self, keys: Iterable[int]) -> frozenset[Sid]:
        """Return the SIDs of some of these groups."""
        return frozenset(sid for key in keys if (sid := self.groups[key].sid) is not None)

    def _leads_on(self, group: int, *, by_security: bool) -> bool:
        recipient = self.groups[group]
        return recipient.security_enabled if by_security else recipient.recipient_type_details in MAIL_GROUPS


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What decisions look at of who asks: ``identities`` are the account and the linked mailbox whose master it is.

    ``security_groups`` and ``mail_groups`` are those that it is in, each with the object below it on a shortest way.
    """

    account: Recipient
    identities: tuple[Recipient, ...]
    groups: Groups
    security_groups: Mapping[int, int]
    mail_groups: Mapping[int, int]
    token: AccessToken
    mail_group_sids: frozenset[Sid]

    @classmethod
    def of(cls, identities: tuple[Recipient, ...], groups: Groups) -> "AccountFacts":
        """Return the facts of an account that acts as ``identities``, itself first."""
        starts = [identity.id for identity in identities]
        by_security, by_mail = (groups.reached(starts, by_security=kind) for kind in (True, False))
        users = frozenset(identity.sid for identity in identities if identity.sid is not None)
        token = AccessToken(users, groups.sids(by_security))
        return cls(identities[0], identities, groups, by_security, by_mail, token, groups.sids(by_mail))

    @property
    def keys(self) -> frozenset[int]:
        """Return the keys of the identities."""
        return frozenset(identity.id for identity in self.identities)

    def chain(self, group: int, *, by_security: bool) -> tuple[Recipient, ...]:
        """Return a shortest way from the account to a group that it is in: an identity, and then the groups, the last one included."""
        below = self.security_groups if by_security else self.mail_groups
        way = [group]
        while way[0] in below:
            way.insert(0, below[way[0]])
        identity = next(identity for identity in self.identities if identity.id == way[0])
        return (identity, *(self.groups.groups[key] for key in way[1:]))


@dataclass(frozen=True, slots=True)
class ListedDelegate:
    """A place in a Send on Behalf list."""

    delegate: Recipient
    granted_by: str = ""
    granted_at: datetime | None = None
    expires_at: datetime | None = None

    def is_in_force(self, now: datetime) -> bool:
        """Tell whether the place counts at ``now``."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What decisions look at of a mailbox, group or other object.

    ``entries`` are those of its own lists and those that it inherits, as far as they are about Full Access or Send As, also such that
    have ended or pass it by; ``trustees`` are the objects that they name, by SID. ``places`` is the Send on Behalf list.
    """

    target: Recipient
    entries: tuple[Ace, ...]
    trustees: Mapping[Sid, Recipient]
    places: tuple[ListedDelegate, ...] = ()
    copy_sent_as: bool = False
    copy_sent_on_behalf: bool = False

    def entries_about(self, rights: frozenset[Right]) -> tuple[Ace, ...]:
        """Return the entries about any of these rights."""
        return tuple(entry for entry in self.entries if not entry.rights.isdisjoint(rights))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decisions look at beside account and target: the moment, the number of the change, and the organization's switch."""

    now: datetime
    change: int
    hidden_mailboxes_denied: bool


def opening_facts(account: AccountFacts, target: TargetFacts, at: Circumstances) -> OpeningFacts | None:
    """Return the facts of opening a mailbox; None if the target is none."""
    if not target.target.is_mailbox:
        return None
    entries = target.entries_about(ADMITS_FULL_ACCESS)
    ends = [entry.expires_at for entry in entries if entry.expires_at is not None and entry.expires_at > at.now]
    return OpeningFacts(
        at.change,
        account.account.account_disabled,
        account.token,
        _target(target.target),
        entries,
        at.hidden_mailboxes_denied,
        min(ends, default=None),
    )


def sending_facts(account: AccountFacts, target: TargetFacts, at: Circumstances) -> SendingFacts | None:
    """Return the facts of sending with the target's primary address in From; None if it has none."""
    if target.target.primary_smtp_address is None:
        return None
    listed = (place.delegate.sid for place in target.places if place.is_in_force(at.now))
    return SendingFacts(
        at.change,
        account.account.account_disabled,
        account.token,
        _target(target.target),
        target.entries_about(ADMITS_SEND_AS),
        at.hidden_mailboxes_denied,
        frozenset(sid for sid in listed if sid is not None),
        account.mail_group_sids,
        target.copy_sent_as,
        target.copy_sent_on_behalf,
    )


def _target(target: Recipient) -> Target:
    address = target.primary_smtp_address
    return Target(
        target.id,
        target.guid.bytes,
        target.sid,
        target.recipient_type_details,
        target.display_name,
        "" if address is None else str(address),
        target.hidden_from_address_lists_enabled,
    )


class AccessFacts(Protocol):
    """The facts of many decisions, from one read transaction: a bounded number of statements for a page, never one for each pair."""

    @property
    def circumstances(self) -> Circumstances:
        """Return the moment that these facts are of, and what holds for all of them."""

    def accounts(self, keys: Collection[int], *, within: Collection[int] | None = None) -> Mapping[int, AccountFacts]:
        """Return the facts of those of the accounts that were there; of groups, only of those ``within`` these, if any are given."""

    def targets(
        self, keys: Collection[int], *, naming: Collection[AccountFacts] | None = None
    ) -> Mapping[int, TargetFacts]:
        """Return the facts of those of the objects that were there; of their lists, only what names one of these accounts, if given."""

    def signing_in(self, keys: Collection[int]) -> Mapping[int, int]:
        """Return with which account each of these signs in: a linked mailbox with its master account, another with itself.

        What is no account, or was not there, is left out.
        """

    def targets_naming(self, account: AccountFacts, *, after: int, limit: int) -> Sequence[int]:
        """Return the first ``limit`` objects after ``after``, by key, on which something names the account, a group of it, or everybody."""

    def accounts_named_on(self, target: TargetFacts) -> Iterator[Mapping[int, AccountFacts]]:
        """Yield, a page at a time and each once, the accounts that something on the target names: directly, through groups, as everybody.

        Whom nothing but an inherited denial names is left out.
        """

    def accounts_of(self, keys: Collection[int]) -> Iterator[Sequence[int]]:
        """Yield, a page at a time, the accounts that sign in as one of these objects, or are in one through any nesting; some come twice."""

    def accounts_behind(self, trustees: Collection[Sid]) -> Iterator[Sequence[int]]:
        """Yield, likewise, the accounts that entries for these trustees are about; about SELF nobody else is."""

    def hidden_mailboxes(self, *, limit: int) -> Sequence[int]:
        """Return the first ``limit`` mailboxes that are hidden from address lists."""

    def key_of(self, guid: UUID) -> int | None:
        """Return the key of the object with this GUID."""

    def groups_above(self, keys: Collection[int]) -> Collection[int]:
        """Return the groups that any of these objects is in, through any nesting of any kind."""

    def targets_of(self, principals: Collection[int], *, after: int, limit: int) -> Sequence[int]:
        """Return the first ``limit`` objects after ``after``, by key, on which something names one of these principals by itself."""

    def mapped_on(self, mailboxes: Collection[int]) -> Mapping[int, frozenset[int]]:
        """Return the delegates that each mailbox is linked to for auto-mapping; of a moment that has passed nothing is known."""
