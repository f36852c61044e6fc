"""The world in Delegacy's own store, loaded through the store's bulk methods."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from delegacy.domain.ace import Ace
from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.mailbox import initial_ad_acl, initial_mailbox_acl
from delegacy.domain.ports import Directory, Place, Store
from delegacy.domain.recipient import GroupScope, Recipient, RecipientTypeDetails
from delegacy.domain.rights import ExtendedRight, MailboxRight, Right
from delegacy.domain.sid import Sid
from delegacy.session.founding import found_organization
from world import DOMAIN, NEST, Grant, World, address_of, group_name, nest_of

NETBIOS: Final = "CONTOSO"
CREATED: Final = datetime(2026, 1, 1, tzinfo=UTC)

_SPARE: Final = 100
_AT_ONCE: Final = 20_000
_FIRST_GROUP: Final = 1_000_000
_FIRST_PERSON: Final = 10_000_000
_GRANTOR: Final = "contoso.com/Users/Administrator"
_RIGHTS: Final[dict[Grant, frozenset[Right]]] = {
    Grant.FULL_ACCESS: frozenset({MailboxRight.FULL_ACCESS}),
    Grant.SEND_AS: frozenset({ExtendedRight.SEND_AS}),
}


class Organization:
    """A world and the store's keys of what is in it.

    ``everybody`` is the group that all people are in; the ``spare`` mailboxes are in no group.
    """

    def __init__(self, world: World, store: Store) -> None:
        """Load the world into an empty store; into one that it was loaded into before, only the keys are read."""
        self.world = world
        self.store = store
        with store.read() as directory:
            loaded = directory.by_address(_spare_address(0)) is not None
        if not loaded:
            with store.write() as work:
                found_organization(work, DOMAIN, NETBIOS, "", CREATED)
                work.commit()
        with store.read() as directory:
            self._domain_sid = directory.account_domains()[0].sid
        if not loaded:
            self._add(self._recipients())
        with store.read() as directory:
            first = directory.resolve(address_of(0), frozenset()).id
        self.people = range(first, first + world.recipients)
        self.groups = range(self.people.stop, self.people.stop + world.groups)
        self.everybody = self.groups.stop
        self.spare = range(self.everybody + 1, self.everybody + 1 + _SPARE)
        if not loaded:
            for fill in (self._start_lists, self._join, self._grant):
                with store.write() as work:
                    fill(work.directory)
                    work.commit()

    def sid_of(self, trustee: int) -> Sid:
        """Return the SID of a trustee of the world."""
        return self._sid(_FIRST_PERSON + trustee if trustee >= 0 else _FIRST_GROUP + nest_of(trustee) * len(NEST))

    def _sid(self, rid: int) -> Sid:
        return Sid(f"{self._domain_sid}-{rid}")

    def _add(self, recipients: Iterable[Recipient]) -> None:
        for some in _batches(recipients):
            with self.store.write() as work:
                work.directory.add_many(some)
                work.commit()

    def _recipients(self) -> Iterator[Recipient]:
        for person in range(self.world.recipients):
            yield _mailbox(address_of(person), self._sid(_FIRST_PERSON + person))
        for group in range(self.world.groups):
            yield _group(group_name(group), self._sid(_FIRST_GROUP + group))
        yield _group("everybody")
        for number in range(_SPARE):
            yield _mailbox(_spare_address(number))

    def _start_lists(self, directory: Directory) -> None:
        for ace in (*initial_mailbox_acl(RecipientTypeDetails.USER_MAILBOX), *initial_ad_acl()):
            directory.grant_many([*self.people, *self.spare], ace)

    def _join(self, directory: Directory) -> None:
        for group, parent in self.world.parents():
            directory.add_members(self.groups[parent], [self.groups[group]])
        for group, members in sorted(self.world.members().items()):
            directory.add_members(self.groups[group], [self.people[person] for person in members])
        directory.add_members(self.everybody, self.people)

    def _grant(self, directory: Directory) -> None:
        for grant, rights in _RIGHTS.items():
            for trustee, mailboxes in sorted(self.world.targets_by_trustee(grant).items()):
                ace = Ace(self.sid_of(trustee), rights, granted_by=_GRANTOR, granted_at=CREATED)
                directory.grant_many([self.people[mailbox] for mailbox in mailboxes], ace)
        (place,) = Grant.SEND_ON_BEHALF.value
        for mailbox, key in enumerate(self.people):
            trustee = self.world.trustees(mailbox)[place]
            delegate = self.people[trustee] if trustee >= 0 else self.groups[nest_of(trustee) * len(NEST)]
            directory.set_grant_send_on_behalf_to(key, [delegate], Place(_GRANTOR, CREATED))


def _spare_address(number: int) -> str:
    return f"spare{number:03}@{DOMAIN}"


def _batches(recipients: Iterable[Recipient]) -> Iterator[list[Recipient]]:
    batch: list[Recipient] = []
    for recipient in recipients:
        batch.append(recipient)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _mailbox(text: str, sid: Sid | None = None) -> Recipient:
    address = SmtpAddress.parse(text)
    alias, guid = address.local_part, uuid.uuid5(uuid.NAMESPACE_DNS, text)
    return Recipient(
        guid=guid,
        recipient_type_details=RecipientTypeDetails.USER_MAILBOX,
        name=alias,
        display_name=f"{alias[:6].title()} {alias[6:]}",
        domain=NETBIOS,
        container=f"{DOMAIN}/Users",
        legacy_exchange_dn=f"/o={NETBIOS}/ou=Exchange Administrative Group/cn=Recipients/cn={guid.hex}",
        sid=sid,
        alias=alias,
        sam_account_name=alias,
        user_principal_name=text,
        primary_smtp_address=address,
        email_addresses=(ProxyAddress.primary(address),),
        when_created=CREATED,
        when_changed=CREATED,
        attributes={"Department": f"Department {int(guid) % 50}", "Title": "Clerk"},
    )


def _group(name: str, sid: Sid | None = None) -> Recipient:
    address = SmtpAddress.parse(f"{name}@{DOMAIN}")
    return Recipient(
        guid=uuid.uuid5(uuid.NAMESPACE_DNS, str(address)),
        recipient_type_details=RecipientTypeDetails.MAIL_UNIVERSAL_SECURITY_GROUP,
        name=name,
        display_name=name.title(),
        domain=NETBIOS,
        container=f"{DOMAIN}/Users",
        sid=sid,
        alias=name,
        sam_account_name=name,
        primary_smtp_address=address,
        email_addresses=(ProxyAddress.primary(address),),
        group_scope=GroupScope.UNIVERSAL,
        security_enabled=True,
        when_created=CREATED,
        when_changed=CREATED,
    )
