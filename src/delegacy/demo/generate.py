"""More recipients for the demo organization, for trying scale: set-based, in one audited change per batch."""

import random
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from delegacy.domain.ace import Ace
from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.audit import AuditRecord
from delegacy.domain.mailbox import initial_ad_acl, initial_mailbox_acl
from delegacy.domain.organization import USERS_CONTAINER, AccountDomain
from delegacy.domain.ports import Directory, Store
from delegacy.domain.recipient import GroupScope, Recipient, RecipientTypeDetails
from delegacy.domain.rights import ExtendedRight, MailboxRight, Right
from delegacy.domain.sid import Sid

_BATCH: Final = 10_000
_TEAM: Final = 40
_FIRST_NAMES: Final = (
    "Ada",
    "Bruno",
    "Celia",
    "Dario",
    "Edith",
    "Frank",
    "Gloria",
    "Hugo",
    "Irene",
    "Jonas",
    "Klara",
    "Leon",
    "Mira",
    "Noah",
    "Orla",
    "Pavel",
    "Rosa",
    "Sven",
    "Tilda",
    "Walter",
    "Yusuf",
    "Zoe",
)
_LAST_NAMES: Final = (
    "Abel",
    "Brandt",
    "Castro",
    "Dahl",
    "Engel",
    "Fischer",
    "Gallo",
    "Hansen",
    "Iversen",
    "Jansen",
    "Kraus",
    "Lang",
    "Moreau",
    "Neri",
    "Olsen",
    "Petit",
    "Rossi",
    "Silva",
    "Weber",
)
_DEPARTMENTS: Final = ("Sales", "Finance", "Engineering", "Operations", "Human Resources", "Marketing", "IT", "Legal")
_TITLES: Final = ("Clerk", "Analyst", "Manager", "Assistant", "Consultant")


def generate_recipients(store: Store, count: int, password_hash: str, now: datetime) -> None:
    """Add ``count`` user mailboxes in teams of forty, each team a nested security group, with grants inside the teams.

    Numbers go on where an earlier run ended. Every mailbox gets five grants: four to colleagues, and one, in every second mailbox, to
    the team or its department.
    """
    with store.read() as directory:
        domain = directory.organization().domain
        start = _first_free(directory.by_address, domain)
    chance = random.Random(start)  # noqa: S311 - plausible names, no secrets
    done = 0
    while done < count:
        size = min(_BATCH, count - done)
        with store.write() as work:
            _Batch(work.directory, domain, password_hash, now, chance).add(start + done, size)
            work.audit.append(
                [
                    AuditRecord(
                        run_date=now,
                        caller=f"{domain.dns_name}/{USERS_CONTAINER}/Administrator",
                        origin="demo",
                        cmdlet="New-DemoRecipient",
                        parameters=(("First", str(start + done)), ("Count", str(size))),
                    )
                ]
            )
            work.commit()
        done += size


def _first_free(by_address: Callable[[str], Recipient | None], domain: AccountDomain) -> int:
    """Return the first number without a recipient, by doubling and halving."""

    def taken(number: int) -> bool:
        return by_address(f"{_alias(number)}@{domain.dns_name}") is not None

    if not taken(0):
        return 0
    beyond = 1
    while taken(beyond):
        beyond *= 2
    low, high = beyond // 2, beyond
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if taken(middle) else (low, middle)
    return high


def _alias(number: int) -> str:
    return f"person{number:07}"


class _Batch:
    def __init__(
        self, directory: Directory, domain: AccountDomain, password_hash: str, now: datetime, chance: random.Random
    ) -> None:
        self._directory = directory
        self._domain = domain
        self._password_hash = password_hash
        self._now = now
        self._chance = chance

    def add(self, first: int, count: int) -> None:
        people = self._directory.add_many([self._person(number) for number in range(first, first + count)])
        for ace in (*initial_mailbox_acl(RecipientTypeDetails.USER_MAILBOX), *initial_ad_acl()):
            self._directory.grant_many(people, ace)
        for key in people:
            self._directory.set_credential(key, self._password_hash)
        department = self._group(f"Department {first}")
        for place in range(0, count, _TEAM):
            self._add_team(f"Team {first + place}", department, people[place : place + _TEAM])

    def _add_team(self, name: str, department: int, people: Sequence[int]) -> None:
        team = self._group(name)
        self._directory.add_members(department, [team])
        self._directory.add_members(team, people)
        sids = {key: recipient.sid for key, recipient in self._directory.get_many([*people, team, department]).items()}
        shared = people[::2]
        for right in (MailboxRight.FULL_ACCESS, ExtendedRight.SEND_AS):
            for shift in (1, 2):
                for place, key in enumerate(people):
                    colleague = people[(place + shift) % len(people)]
                    if colleague != key:
                        self._grant([key], sids[colleague], right)
        self._grant(shared, sids[self._chance.choice((team, department))], MailboxRight.FULL_ACCESS)

    def _grant(self, targets: Sequence[int], trustee: Sid | None, right: Right) -> None:
        if trustee is not None:
            ace = Ace(trustee, frozenset({right}), granted_by="demo", granted_at=self._now)
            self._directory.grant_many(targets, ace)

    def _person(self, number: int) -> Recipient:
        first, last = self._chance.choice(_FIRST_NAMES), self._chance.choice(_LAST_NAMES)
        return self._recipient(
            RecipientTypeDetails.USER_MAILBOX,
            _alias(number),
            f"{first} {last}",
            {
                "FirstName": first,
                "LastName": last,
                "Department": self._chance.choice(_DEPARTMENTS),
                "Title": self._chance.choice(_TITLES),
                "Office": f"Building {number % 9 + 1}/{number % 400}",
            },
        )

    def _group(self, name: str) -> int:
        alias = name.replace(" ", "").lower()
        group = self._recipient(RecipientTypeDetails.MAIL_UNIVERSAL_SECURITY_GROUP, alias, name, {})
        return self._directory.add(group).id

    def _recipient(
        self, kind: RecipientTypeDetails, alias: str, display_name: str, attributes: dict[str, object]
    ) -> Recipient:
        address = SmtpAddress.parse(f"{alias}@{self._domain.dns_name}")
        guid = uuid.uuid4()
        is_group = kind is RecipientTypeDetails.MAIL_UNIVERSAL_SECURITY_GROUP
        return Recipient(
            guid=guid,
            recipient_type_details=kind,
            name=display_name if is_group else f"{display_name} {alias[-7:]}",
            display_name=display_name,
            domain=self._domain.netbios_name,
            container=f"{self._domain.dns_name}/{USERS_CONTAINER}",
            legacy_exchange_dn=f"/o={self._domain.netbios_name}/ou=Exchange Administrative Group/cn=Recipients/cn={guid.hex}",
            alias=alias,
            sam_account_name=alias,
            user_principal_name=None if is_group else str(address),
            primary_smtp_address=address,
            email_addresses=(ProxyAddress.primary(address),),
            group_scope=GroupScope.UNIVERSAL if is_group else None,
            security_enabled=is_group,
            when_created=self._now,
            when_changed=self._now,
            attributes=attributes,
        )
