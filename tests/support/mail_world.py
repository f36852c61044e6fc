"""A small organization with real stores and both doors, for tests of the mail surfaces; only password hashing is replaced, as it is slow."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

from delegacy.domain.ace import Ace
from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.folder import FolderPath, FolderRights, SpecialFolder
from delegacy.domain.folder_permission import DEFAULT, TOP, FolderPermission
from delegacy.domain.mail_item import NO_FLAGS, Flags
from delegacy.domain.mail_store import Deposit
from delegacy.domain.mailbox import initial_ad_acl, initial_mailbox_acl
from delegacy.domain.recipient import MAILBOXES, GroupScope, Recipient, RecipientTypeDetails
from delegacy.domain.rights import MailboxRight
from delegacy.domain.sid import Sid
from delegacy.enforcement.authorizer import Authorizer
from delegacy.session.founding import found_organization
from delegacy.session.signin import SignIn
from delegacy.store.decisions import SqlDecisionFacts
from delegacy.store.mailstore import SqlMailStore
from delegacy.store.signin import SqlSignInNames
from delegacy.store.unit_of_work import SqlStore
from delegacy.store.versions import DIRECTORY, MAIL
from delegacy.wire.analysis import analyse_message
from support.scratch import scratch_database

PASSWORD: Final = "secret"
START: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

_FULL_ACCESS: Final = frozenset({MailboxRight.FULL_ACCESS})
_GUIDS: Final = UUID("6f1d7a52-3a8b-4c5e-9d2f-0b7c8e1a4d63")


@dataclass
class SteppingClock:
    """A clock that stands still until it is moved."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class PlainPasswords:
    """Keeps passwords as they are."""

    def hash(self, password: str) -> str:
        return f"plain:{password}"

    def verify(self, password_hash: str, password: str) -> bool:
        return password_hash == f"plain:{password}"


@dataclass(frozen=True)
class _Access:
    mailbox_guid: UUID


@dataclass
class MailWorld:
    """The organization, and how tests change it. People are named by alias."""

    directory: SqlStore
    authorizer: Authorizer
    mail: SqlMailStore
    sign_in: SignIn
    clock: SteppingClock
    _people: dict[str, Recipient] = field(default_factory=dict)

    def person(self, alias: str) -> Recipient:
        return self._people[alias]

    def guid(self, alias: str) -> UUID:
        return self._people[alias].guid

    def add(
        self, alias: str, display_name: str, kind: RecipientTypeDetails = RecipientTypeDetails.USER_MAILBOX
    ) -> Recipient:
        """Add a mailbox or an account, with the password ``PASSWORD`` if somebody signs in as it; an account without mail has no address."""
        has_mail = kind is not RecipientTypeDetails.USER
        address = SmtpAddress.parse(f"{alias}@contoso.com")
        with self.directory.write() as work:
            added = work.directory.add(
                Recipient(
                    guid=uuid5(_GUIDS, alias),
                    recipient_type_details=kind,
                    name=display_name if kind is not RecipientTypeDetails.USER else alias,
                    display_name=display_name,
                    domain="CONTOSO",
                    container="contoso.com/Users",
                    alias=alias if has_mail else None,
                    sam_account_name=alias,
                    user_principal_name=str(address),
                    primary_smtp_address=address if has_mail else None,
                    email_addresses=(ProxyAddress.primary(address),) if has_mail else (),
                    account_disabled=kind is RecipientTypeDetails.SHARED_MAILBOX,
                    when_created=START,
                    when_changed=START,
                )
            )
            if kind in MAILBOXES:
                for ace in (*initial_mailbox_acl(kind), *initial_ad_acl()):
                    work.directory.grant(added.id, ace)
            work.directory.set_credential(added.id, f"plain:{PASSWORD}")
            work.commit()
        self._people[alias] = added
        return added

    def add_group(self, alias: str, *members: str) -> Recipient:
        """Add a mail-enabled security group."""
        address = SmtpAddress.parse(f"{alias}@contoso.com")
        with self.directory.write() as work:
            added = work.directory.add(
                Recipient(
                    guid=uuid5(_GUIDS, alias),
                    recipient_type_details=RecipientTypeDetails.MAIL_UNIVERSAL_SECURITY_GROUP,
                    name=alias,
                    display_name=alias,
                    domain="CONTOSO",
                    container="contoso.com/Users",
                    alias=alias,
                    sam_account_name=alias,
                    primary_smtp_address=address,
                    email_addresses=(ProxyAddress.primary(address),),
                    group_scope=GroupScope.UNIVERSAL,
                    security_enabled=True,
                    when_created=START,
                    when_changed=START,
                )
            )
            work.directory.add_members(added.id, [self._people[member].id for member in members])
            work.commit()
        self._people[alias] = added
        return added

    def leave(self, group: str, member: str) -> None:
        with self.directory.write() as work:
            work.directory.remove_members(self._people[group].id, [self._people[member].id])
            work.commit()

    def grant(
        self, delegate: str, mailbox: str, *, mapped: bool = False, allow: bool = True, until: datetime | None = None
    ) -> None:
        """Grant or deny Full Access."""
        target, trustee = self._people[mailbox], self._people[delegate]
        assert trustee.sid is not None
        with self.directory.write() as work:
            work.directory.grant(target.id, Ace(trustee.sid, _FULL_ACCESS, allow=allow, expires_at=until))
            if mapped:
                work.directory.link(target.id, [trustee.id])
            work.commit()

    def revoke(self, delegate: str, mailbox: str) -> None:
        target, trustee = self._people[mailbox], self._people[delegate]
        assert trustee.sid is not None
        with self.directory.write() as work:
            work.directory.revoke(target.id, trustee.sid, frozenset({MailboxRight.FULL_ACCESS}), allow=True)
            work.directory.unlink(target.id, [trustee.id])
            work.commit()

    def permit(
        self, trustee: str, mailbox: str, folder: str, rights: FolderRights, *, until: datetime | None = None
    ) -> None:
        """Set what somebody, or ``everybody``, may do in a folder, or at the ``top`` of a mailbox."""
        permission = FolderPermission(self._trustee(trustee), rights, expires_at=until)
        with self.directory.write() as work:
            work.directory.set_folder_permission(
                self._people[mailbox].id, self._folder_guid(mailbox, folder), permission
            )
            work.commit()

    def forbid(self, trustee: str, mailbox: str, folder: str) -> None:
        """Remove the entry of somebody, or of ``everybody``, on a folder."""
        with self.directory.write() as work:
            work.directory.remove_folder_permission(
                self._people[mailbox].id, self._folder_guid(mailbox, folder), self._trustee(trustee)
            )
            work.commit()

    def _trustee(self, alias: str) -> Sid:
        sid = DEFAULT if alias == "everybody" else self._people[alias].sid
        assert sid is not None
        return sid

    def _folder_guid(self, mailbox: str, folder: str) -> UUID:
        if folder == "top":
            return TOP
        return self.mail.folder(_Access(self._people[mailbox].guid), FolderPath.parse(folder)).guid

    def hide(self, mailbox: str) -> None:
        self._update(mailbox, replace(self._people[mailbox], hidden_from_address_lists_enabled=True))

    def show(self, mailbox: str) -> None:
        self._update(mailbox, replace(self._people[mailbox], hidden_from_address_lists_enabled=False))

    def rename(self, alias: str, display_name: str) -> None:
        """Give somebody another display name."""
        self._update(alias, replace(self._people[alias], display_name=display_name))

    def remove(self, alias: str) -> None:
        """Remove an object from the directory."""
        with self.directory.write() as work:
            work.directory.remove(self._people[alias].id)
            work.commit()

    def switch(self, alias: str, **attributes: bool) -> None:
        """Turn the switches of a mailbox (Set-CASMailbox)."""
        person = self._people[alias]
        self._update(alias, replace(person, attributes={**person.attributes, **attributes}))

    def disable(self, alias: str) -> None:
        self._update(alias, replace(self._people[alias], account_disabled=True))

    def deliver(
        self, alias: str, message: bytes, *, folder: SpecialFolder = SpecialFolder.INBOX, flags: Flags = NO_FLAGS
    ) -> None:
        deposit = Deposit(self._people[alias].guid, folder, flags)
        self.mail.deliver(analyse_message(message), [deposit], self.clock.now())

    def _update(self, alias: str, changed: Recipient) -> None:
        with self.directory.write() as work:
            work.directory.update(changed)
            work.commit()
        self._people[alias] = changed


@contextmanager
def mail_world(folder: Path) -> Iterator[MailWorld]:
    """Return an organization without people in two SQLite files."""
    clock = SteppingClock()
    directory_database = scratch_database(folder / "directory.db", DIRECTORY)
    mail_database = scratch_database(folder / "mail.db", MAIL)
    store, facts = SqlStore(directory_database, clock), SqlDecisionFacts(directory_database)
    try:
        with store.write() as work:
            found_organization(work, "contoso.com", "CONTOSO", f"plain:{PASSWORD}", START)
            work.commit()
        yield MailWorld(
            store,
            Authorizer(facts, store, clock),
            SqlMailStore(mail_database, clock),
            SignIn(SqlSignInNames(directory_database), PlainPasswords(), clock),
            clock,
        )
    finally:
        facts.close()
        store.close()
        mail_database.close()


def letter(
    subject: str, body: str = "Hello.", *, sender: str = "ayla@contoso.com", to: str = "terrya@contoso.com"
) -> bytes:
    """Return a short message."""
    lines = [
        f"From: <{sender}>",
        f"To: <{to}>",
        f"Subject: {subject}",
        "Date: Mon, 2 Mar 2026 08:00:00 +0000",
        f"Message-ID: <{subject.replace(' ', '.')}@contoso.com>",
        "",
        body,
        "",
    ]
    return "\r\n".join(lines).encode("ascii")
