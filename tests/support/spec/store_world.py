"""A case in the store: its changes written through the ports, its questions asked of the authorizer."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from delegacy.domain.account import Account
from delegacy.domain.ace import Ace
from delegacy.domain.address import SmtpAddress
from delegacy.domain.errors import ManagementObjectNotFound
from delegacy.domain.group import Membership
from delegacy.domain.mailbox import initial_ad_acl, initial_mailbox_acl
from delegacy.domain.organization import HiddenMailboxDelegation
from delegacy.domain.ports import Directory, Place, RecipientQuery
from delegacy.domain.recipient import GroupScope, Recipient
from delegacy.domain.sid import Sid, well_known_by_name
from delegacy.enforcement.authorizer import Authorizer
from delegacy.enforcement.opening import Opening
from delegacy.policy.decision import Allow, Deny, OpenDecision, OpenDenial, SendDecision, SendDenial
from support.spec.cases import Answer, Declared, Grant, Step
from support.spec.facts import ENDS, NOW, RIGHTS
from support.spec.model import SEND_ON_BEHALF, Model, right_of
from support.spec.worlds import answer_of
from support.stores import OpenStore, recipient

_NO_MAILBOX: Final = Answer(allowed=False, reason=OpenDenial.NO_SUCH_MAILBOX.value)
_NO_AUTHOR: Final = Answer(allowed=False, reason=SendDenial.NO_SUCH_AUTHOR.value)


class FixedClock:
    """A clock that stands still at the moment of every decision about a case."""

    def now(self) -> datetime:
        return NOW


class StoreWorld:
    """The authorizer on a directory store.

    The names of a case are the names of its objects. The model beside it says who signs in as whom, and which mailboxes a cmdlet would
    have linked for auto-mapping. Every account gets ``password_hash``, if there is one.
    """

    def __init__(self, opened: OpenStore, password_hash: str = "") -> None:
        self._opened = opened
        self._password_hash = password_hash
        self._authorizer = Authorizer(opened.facts, opened.store, FixedClock())
        self._book = Model()
        self._objects: dict[str, Recipient] = {}
        self._masters: dict[str, str] = {}
        self._inherited: list[Ace] = []

    def apply(self, step: Step) -> None:
        links_before = self._links()
        self._book.apply(step)
        with self._opened.store.write() as work:
            self._write(work.directory, step)
            links = self._links()
            for mailbox, delegate in links_before - links:
                if mailbox in self._objects and delegate in self._objects:
                    work.directory.unlink(self._key(mailbox), [self._key(delegate)])
            for mailbox, delegate in links - links_before:
                work.directory.link(self._key(mailbox), [self._key(delegate)])
            work.commit()

    def opens(self, who: str, mailbox: str) -> Answer:
        account = self.account(who)
        opened = asyncio.run(self._authorizer.authorize_open(account, mailbox))
        try:
            explained = self._authorizer.explain_open(who, mailbox)
        except ManagementObjectNotFound:
            assert opened == Deny(OpenDenial.NO_SUCH_MAILBOX)
            return _NO_MAILBOX
        _require_same(opened, explained.decision)
        return self._answer(explained.decision, explained.chain)

    def sends(self, who: str, author: str) -> Answer:
        authorization = asyncio.run(self._authorizer.authorize_send(self.account(who), self.address(author)))
        try:
            explained = self._authorizer.explain_send(who, author)
        except ManagementObjectNotFound:
            assert authorization.decision == Deny(SendDenial.NO_SUCH_AUTHOR)
            return _NO_AUTHOR
        assert authorization.decision == explained.decision
        return self._answer(explained.decision, explained.chain)

    def sends_from_its_own_profile(self, who: str, author: str) -> None:
        """No surface opens a session for sending on another's mailbox."""

    def mapped(self, who: str) -> tuple[str, ...]:
        mapped = asyncio.run(self._authorizer.mapped_mailboxes(self.account(who)))
        return tuple(mailbox.display_name for mailbox in mapped)

    def decides_open(self, who: str, mailbox: str) -> Answer:
        """Answer as ``opens`` does, by key, without asking for the chain of groups."""
        if mailbox not in self._objects:
            return _NO_MAILBOX
        return answer_of(self._authorizer.decide_open(self._key(self._book.signs_in(who)), self._key(mailbox)))

    def decides_send(self, who: str, author: str) -> Answer:
        """Answer as ``sends`` does, by key, without asking for the chain of groups."""
        account = self._key(self._book.signs_in(who))
        return answer_of(self._authorizer.decide_send(account, self.address(author).key))

    @property
    def objects(self) -> Mapping[str, Recipient]:
        """Return the objects that there are, by name."""
        return self._objects

    @property
    def authorizer(self) -> Authorizer:
        """Return who decides."""
        return self._authorizer

    def account(self, who: str) -> Account:
        """Return the account that somebody signs in with."""
        credential = self._opened.names.credential(self._objects[self._book.signs_in(who)].user_principal_name or "")
        assert credential is not None
        return credential.account

    def address(self, author: str) -> SmtpAddress:
        """Return the address of an author; that of nobody for one without, or one that was deleted."""
        known = self._objects.get(author)
        return (known and known.primary_smtp_address) or SmtpAddress.parse("nobody@contoso.com")

    def keys(self) -> dict[str, int]:
        """Return the keys of what there is, by name."""
        return {name: one.id for name, one in self._objects.items()}

    def clear(self) -> None:
        """Remove everything that the case has made, and fail if something is left."""
        with self._opened.store.write() as work:
            work.directory.set_inherited([])
            work.directory.set_hidden_mailbox_delegation(HiddenMailboxDelegation.DENY)
            for one in self._objects.values():
                work.directory.remove(one.id)
            assert work.directory.count(RecipientQuery()) == 0
            work.commit()
        self._objects.clear()

    def _write(self, directory: Directory, step: Step) -> None:
        for declared in step.recipients:
            self._objects[declared.name] = self._add(directory, declared)
        for declared in step.recipients:
            self._join(directory, ((member, declared.name) for member in declared.members))
        for entry in step.inherit:
            self._inherited.append(
                Ace(self._sid(entry.to), frozenset({RIGHTS[right_of(entry.right)]}), not entry.deny, inherited=True)
            )
        if step.inherit:
            directory.set_inherited(self._inherited)
        self._join(directory, ((join.member, join.group) for join in step.join))
        for leave in step.leave:
            directory.remove_members(self._key(leave.group), [self._key(leave.member)])
        for revoke in step.revoke:
            self._revoke(directory, revoke)
        for grant in step.grant:
            self._grant(directory, grant)
        self._switch(directory, step)
        for name in step.delete:
            directory.remove(self._objects.pop(name).id)
            self._masters = {mailbox: master for mailbox, master in self._masters.items() if master != name}

    def _switch(self, directory: Directory, step: Step) -> None:
        for name in (*step.hide, *step.show):
            self._change(directory, name, hidden_from_address_lists_enabled=name in step.hide)
        for name in (*step.disable, *step.enable):
            self._change(directory, name, account_disabled=name in step.disable)
        if step.hidden_mailbox_delegation is not None:
            directory.set_hidden_mailbox_delegation(step.hidden_mailbox_delegation)

    def _add(self, directory: Directory, declared: Declared) -> Recipient:
        """Add an object as a cmdlet does: with the entries that every new one has."""
        domain, _, name = declared.name.rpartition("\\")
        master = None
        if declared.master is not None:
            master = self._sid(declared.master)
            self._masters[declared.name] = declared.master
        changes: dict[str, object] = {
            "hidden_from_address_lists_enabled": declared.hidden,
            "account_disabled": declared.disabled,
            "security_enabled": declared.security_enabled,
            "linked_master_account": master,
            "group_scope": GroupScope.UNIVERSAL if declared.is_group else None,
            "when_created": self._opened.clock.now(),
        }
        if domain:
            changes |= {
                "domain": domain,
                "container": f"{domain.lower()}.com/Users",
                "user_principal_name": f"{name}@{domain.lower()}.com",
                "name": name,
                "display_name": name,
                "sam_account_name": name,
            }
        added = directory.add(recipient(declared.name, declared.kind, **changes))
        if declared.is_mailbox:
            self._give(directory, added, initial_mailbox_acl(declared.kind, master))
        if declared.is_account:
            self._give(directory, added, initial_ad_acl())
            if self._password_hash:
                directory.set_credential(added.id, self._password_hash)
        return added

    def _give(self, directory: Directory, target: Recipient, entries: Iterable[Ace]) -> None:
        for entry in entries:
            directory.grant(target.id, entry)

    def _join(self, directory: Directory, memberships: Iterable[tuple[str, str]]) -> None:
        for member, group in memberships:
            directory.add_members(self._key(group), [self._key(member)])

    def _grant(self, directory: Directory, grant: Grant) -> None:
        target = self._key(grant.on)
        if grant.right == SEND_ON_BEHALF:
            self._list(directory, target, [*_listed(directory, target), self._key(grant.to)])
            return
        ace = Ace(
            self._trustee(grant.to),
            frozenset({RIGHTS[right_of(grant.right)]}),
            allow=not grant.deny,
            inheritance_type=grant.inheritance,
            expires_at=ENDS[grant.lifetime],
            granted_at=self._opened.clock.now(),
        )
        directory.grant(target, ace)

    def _revoke(self, directory: Directory, grant: Grant) -> None:
        target = self._key(grant.on)
        if grant.right == SEND_ON_BEHALF:
            gone = self._key(grant.to)
            self._list(directory, target, [key for key in _listed(directory, target) if key != gone])
            return
        rights = frozenset({RIGHTS[right_of(grant.right)]})
        directory.revoke(target, self._trustee(grant.to), rights, allow=not grant.deny)

    def _list(self, directory: Directory, target: int, delegates: list[int]) -> None:
        directory.set_grant_send_on_behalf_to(target, delegates, Place(granted_at=self._opened.clock.now()))

    def _change(self, directory: Directory, name: str, **changes: bool) -> None:
        directory.update(replace(directory.get(self._key(name)), **changes))  # type: ignore[arg-type] # all are flags

    def _key(self, name: str) -> int:
        return self._objects[name].id

    def _sid(self, name: str) -> Sid:
        sid = well_known_by_name(name) or self._objects[name].sid
        assert sid is not None
        return sid

    def _trustee(self, name: str) -> Sid:
        """Return whom an entry names: for a linked mailbox its master account."""
        return self._sid(self._masters.get(name, name))

    def _links(self) -> set[tuple[str, str]]:
        return {
            (name, delegate) for name, thing in self._book.things.items() for delegate in set(thing.linked_delegates)
        }

    def _answer(self, decision: OpenDecision | SendDecision, chain: tuple[Membership, ...]) -> Answer:
        names = {one.logon_name: name for name, one in self._objects.items()}
        sids = {one.sid: name for name, one in self._objects.items()}
        trustee = None if decision.entry is None else sids.get(decision.entry.trustee)
        groups = tuple(names[membership.group] for membership in chain)
        return answer_of(decision, trustee, groups)


def _listed(directory: Directory, target: int) -> list[int]:
    return [delegate.id for delegate in directory.grant_send_on_behalf_to(target)]


def _require_same(opened: Opening | Deny[OpenDenial], explained: OpenDecision) -> None:
    """Fail where the door for sessions and the one for administrators do not decide alike."""
    if isinstance(opened, Opening):
        assert isinstance(explained, Allow)
        assert opened.right == explained.right
    else:
        assert opened == explained
