"""A directory of plain Python values, for cases and properties: who there is, what was granted, who is in which group.

It knows nothing of the store, and of the policy only the facts that it is asked with. ``facts`` builds those, ``naive`` decides without
them.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from delegacy.domain.organization import HiddenMailboxDelegation
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.rights import InheritanceType, Permission
from support.spec.cases import Declared, Grant, Lifetime, Step

PERMISSION_RIGHTS: Final = {Permission.FULL_ACCESS.value: "FullAccess", Permission.SEND_AS.value: "Send-As"}
"""The right of an entry that each permission with entries is; other rights go by their own label."""
SEND_ON_BEHALF: Final = Permission.SEND_ON_BEHALF.value
SELF: Final = "NT AUTHORITY\\SELF"

_DIRECTORY_RIGHTS: Final = frozenset({"Send-As", "Receive-As", "GenericAll", "ExtendedRight", "ReadProperty"})
_OWN_MAILBOX: Final = ("FullAccess", "ReadPermission")
_OWN_OBJECT: Final = ("Send-As", "Receive-As")


@dataclass(frozen=True, slots=True)
class Entry:
    """One right of one trustee, by name: allowed or denied, on the object itself or from above."""

    to: str
    right: str
    deny: bool = False
    inherited: bool = False
    inheritance: InheritanceType = InheritanceType.ALL
    lifetime: Lifetime = Lifetime.FOREVER

    @property
    def is_of_mailbox(self) -> bool:
        """Tell whether it belongs in the mailbox's own list, and not in the directory object's."""
        return self.right not in _DIRECTORY_RIGHTS


@dataclass(slots=True)
class Thing:
    """An object and everything that hangs on it."""

    declared: Declared
    hidden: bool
    disabled: bool
    members: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    send_on_behalf: list[str] = field(default_factory=list)
    linked_delegates: list[str] = field(default_factory=list)

    @property
    def kind(self) -> RecipientTypeDetails:
        """Return what it is."""
        return self.declared.kind


class Model:
    """The directory. ``apply`` makes the changes of a step as an administrator's cmdlets make them."""

    def __init__(self) -> None:
        self.things: dict[str, Thing] = {}
        self.hidden_mailboxes_denied = True

    def apply(self, step: Step) -> None:
        for declared in step.recipients:
            self.add(declared)
        for inherited in step.inherit:
            entry = Entry(inherited.to, right_of(inherited.right), inherited.deny, inherited=True)
            for thing in self.things.values():
                if thing.declared.is_mailbox:
                    thing.entries.append(entry)
        for join in step.join:
            self.things[join.group].members.append(join.member)
        for leave in step.leave:
            self.things[leave.group].members.remove(leave.member)
        for revoke in step.revoke:
            self._revoke(revoke)
        for grant in step.grant:
            self._grant(grant)
        self._switch(step)
        for name in step.delete:
            self._delete(name)

    def add(self, declared: Declared) -> None:
        """Add an object as a cmdlet does: with the entries that every new one has."""
        thing = Thing(declared, declared.hidden, declared.disabled, list(declared.members))
        if declared.is_mailbox:
            thing.entries += [Entry(SELF, right) for right in _OWN_MAILBOX]
        if declared.is_account:
            thing.entries += [Entry(SELF, right) for right in _OWN_OBJECT]
        if declared.master is not None:
            thing.entries += [Entry(declared.master, right) for right in _OWN_MAILBOX]
        self.things[declared.name] = thing

    def signs_in(self, who: str) -> str:
        """Return the account that ``who`` signs in with: the master account of a linked mailbox, else itself."""
        return self.things[who].declared.master or who

    def identities(self, account: str) -> set[str]:
        """Return the objects that an account acts as: itself, and the linked mailboxes whose master account it is."""
        return {account, *(name for name, thing in self.things.items() if thing.declared.master == account)}

    def _grant(self, grant: Grant) -> None:
        target = self.things[grant.on]
        if grant.right == SEND_ON_BEHALF:
            if grant.to not in target.send_on_behalf:
                target.send_on_behalf.append(grant.to)
            return
        trustee = self._trustee(grant.to)
        right = right_of(grant.right)
        entry = Entry(trustee, right, grant.deny, inheritance=grant.inheritance, lifetime=grant.lifetime)
        held = [one for one in target.entries if _same_kind(one, entry)]
        if any(_covers(one, entry) for one in held):
            return  # already present: a warning, and nothing changes
        target.entries = [one for one in target.entries if one not in held]
        target.entries.append(entry)
        mapped = self._profile_of(grant.to)
        if right == "FullAccess" and not grant.deny and grant.auto_mapping and mapped is not None:
            target.linked_delegates.append(mapped)

    def _revoke(self, grant: Grant) -> None:
        target = self.things[grant.on]
        if grant.right == SEND_ON_BEHALF:
            target.send_on_behalf.remove(grant.to)
            return
        gone = Entry(self._trustee(grant.to), right_of(grant.right), grant.deny)
        target.entries = [one for one in target.entries if not _same_kind(one, gone)]
        mapped = self._profile_of(grant.to)
        if gone.right == "FullAccess" and not grant.deny and mapped in target.linked_delegates:
            target.linked_delegates.remove(mapped)

    def _switch(self, step: Step) -> None:
        for name in (*step.hide, *step.show):
            self.things[name].hidden = name in step.hide
        for name in (*step.disable, *step.enable):
            self.things[name].disabled = name in step.disable
        if step.hidden_mailbox_delegation is not None:
            self.hidden_mailboxes_denied = step.hidden_mailbox_delegation is HiddenMailboxDelegation.DENY

    def _delete(self, name: str) -> None:
        del self.things[name]
        for thing in self.things.values():
            thing.members = [member for member in thing.members if member != name]
            thing.entries = [entry for entry in thing.entries if entry.to != name]
            thing.send_on_behalf = [delegate for delegate in thing.send_on_behalf if delegate != name]
            thing.linked_delegates = [delegate for delegate in thing.linked_delegates if delegate != name]
            if thing.declared.master == name:
                thing.declared = replace(thing.declared, master=None)

    def _trustee(self, named: str) -> str:
        """Return whom an entry names: for a linked mailbox its master account."""
        return self.signs_in(named) if named in self.things else named

    def _profile_of(self, named: str) -> str | None:
        """Return the object whose profile a mailbox opens in: of a master account its linked mailbox; None for no account."""
        if named not in self.things or not self.things[named].declared.is_account:
            return None
        linked = [name for name, thing in self.things.items() if thing.declared.master == named]
        return linked[0] if linked else named


def right_of(word: str) -> str:
    """Return the label of the right that a case means by ``word``."""
    return PERMISSION_RIGHTS.get(word, word)


def _same_kind(one: Entry, other: Entry) -> bool:
    return (one.to, one.right, one.deny, one.inherited) == (other.to, other.right, other.deny, other.inherited)


def _covers(held: Entry, wanted: Entry) -> bool:
    order = [Lifetime.ENDED, Lifetime.STILL_LASTS, Lifetime.FOREVER]
    lasts = order.index(held.lifetime) >= order.index(wanted.lifetime)
    return not reaches(wanted) or (reaches(held) and lasts)


def reaches(entry: Entry) -> bool:
    """Tell whether the entry is for the object itself, and not only for what lies below."""
    return entry.inheritance in (InheritanceType.ALL, InheritanceType.NONE, InheritanceType.SELF_AND_CHILDREN)
