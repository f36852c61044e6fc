"""The directory's store opened for a test, and short ways to fill it."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_DNS, UUID, uuid5

import pytest

from delegacy.domain.ace import Ace
from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.organization import AcceptedDomain, AccountDomain
from delegacy.domain.ports import Place
from delegacy.domain.recipient import GROUPS, RECIPIENTS, Recipient, RecipientTypeDetails
from delegacy.domain.rights import ExtendedRight, MailboxRight, Right
from delegacy.domain.sid import Sid
from delegacy.store.decisions import SqlDecisionFacts
from delegacy.store.engine import Database
from delegacy.store.signin import SqlSignInNames
from delegacy.store.unit_of_work import SqlStore
from delegacy.store.versions import DIRECTORY, prepare
from support.postgres import PostgresServer
from support.scratch import copy_schema

NOW: Final = datetime(2026, 3, 4, 5, 6, 7, 891234, tzinfo=UTC)
CONTOSO: Final = AccountDomain("CONTOSO", "contoso.com", Sid("S-1-5-21-1-2-3"))
FABRIKAM: Final = AccountDomain("FABRIKAM", "fabrikam.com", Sid("S-1-5-21-7-8-9"), trusted=True)
FULL_ACCESS: Final = frozenset[Right]({MailboxRight.FULL_ACCESS})
SEND_AS: Final = frozenset[Right]({ExtendedRight.SEND_AS})

_T = RecipientTypeDetails
_SECURITY_GROUPS: Final = GROUPS - {
    _T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP,
    _T.ROOM_LIST,
    _T.UNIVERSAL_DISTRIBUTION_GROUP,
}


def recipient(name: str, kind: RecipientTypeDetails = _T.USER_MAILBOX, /, **changes: object) -> Recipient:
    """Return an object of a kind, every property as the kind has it, except for ``changes``.

    Alias and account name are the name without spaces, in lower case.
    """
    alias = name.replace(" ", "").lower()
    has_mail = kind in RECIPIENTS
    address = SmtpAddress.parse(f"{alias}@contoso.com") if has_mail and alias.isascii() else None
    has_account = kind not in (_T.MAIL_CONTACT, _T.DYNAMIC_DISTRIBUTION_GROUP)
    properties: dict[str, object] = {
        "guid": guid_of(name),
        "recipient_type_details": kind,
        "name": name,
        "display_name": name,
        "domain": "CONTOSO",
        "container": "contoso.com/Users",
        "alias": alias if has_mail else None,
        "sam_account_name": alias if has_account else None,
        "user_principal_name": f"{alias}@contoso.com" if has_account and kind not in GROUPS else None,
        "primary_smtp_address": address,
        "email_addresses": (ProxyAddress.primary(address),) if address else (),
        "legacy_exchange_dn": f"/o=Contoso/cn=Recipients/cn={alias}" if has_mail else "",
        "security_enabled": kind in _SECURITY_GROUPS,
        "when_created": NOW,
        "when_changed": NOW,
    }
    return Recipient(**(properties | changes))  # type: ignore[arg-type] # the names are a recipient's


def guid_of(name: str) -> UUID:
    """Return the GUID that ``recipient`` gives to a name."""
    return uuid5(NAMESPACE_DNS, name)


@dataclass(slots=True)
class SetClock:
    """A clock that stands where a test sets it."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


@dataclass(slots=True)
class OpenStore:
    """A directory of an organization without recipients: CONTOSO, and FABRIKAM that it trusts."""

    database: Database
    store: SqlStore
    facts: SqlDecisionFacts
    names: SqlSignInNames
    clock: "SetClock"

    def add(self, *recipients: Recipient) -> list[Recipient]:
        """Add objects and return them as they were added."""
        with self.store.write() as work:
            added = [work.directory.add(each) for each in recipients]
            work.commit()
        return added

    def add_named(self, kind: RecipientTypeDetails, *names: str) -> list[Recipient]:
        """Add objects of one kind, by name."""
        return self.add(*(recipient(name, kind) for name in names))

    def join(self, members: Mapping[Recipient, Recipient] | list[tuple[Recipient, Recipient]]) -> None:
        """Make each first a member of the second."""
        pairs = members.items() if isinstance(members, Mapping) else members
        with self.store.write() as work:
            for member, group in pairs:
                work.directory.add_members(group.id, [member.id])
            work.commit()

    def grant(
        self, target: Recipient, trustee: Recipient | Sid, rights: frozenset[Right] = FULL_ACCESS, *, allow: bool = True
    ) -> None:
        """Add an entry for a trustee on a target."""
        sid = sid_of(trustee) if isinstance(trustee, Recipient) else trustee
        with self.store.write() as work:
            work.directory.grant(target.id, Ace(sid, rights, allow=allow, granted_by="CONTOSO\\Admin", granted_at=NOW))
            work.commit()

    def list_send_on_behalf(self, target: Recipient, *delegates: Recipient) -> None:
        """Make the delegates the target's Send on Behalf list."""
        with self.store.write() as work:
            work.directory.set_grant_send_on_behalf_to(
                target.id, [delegate.id for delegate in delegates], Place("CONTOSO\\Admin", NOW)
            )
            work.commit()

    def close(self) -> None:
        """Close every connection."""
        self.facts.close()
        self.store.close()
        self.database.close()


def sid_of(obj: Recipient) -> Sid:
    """Return the SID that an object has."""
    assert obj.sid is not None
    return obj.sid


@contextmanager
def directory_store(database: Database | Path) -> Iterator[OpenStore]:
    """Make a directory in a database, or in a new SQLite file in a folder, and close it at the end."""
    if isinstance(database, Path):
        database = Database.at(copy_schema(database / "directory.db", DIRECTORY))
    prepare(database, DIRECTORY)
    clock = SetClock()
    opened = OpenStore(database, SqlStore(database, clock), SqlDecisionFacts(database), SqlSignInNames(database), clock)
    try:
        with opened.store.write() as work:
            work.directory.add_account_domain(CONTOSO)
            work.directory.add_account_domain(FABRIKAM)
            work.directory.add_accepted_domain(AcceptedDomain("contoso.com", "contoso.com", default=True))
            work.commit()
        yield opened
    finally:
        opened.close()


@contextmanager
def fresh_store(server: PostgresServer | None = None) -> Iterator[OpenStore]:
    """Make a directory that only one example of a property has: in a SQLite file, or on a PostgreSQL server."""
    if server is not None:
        with directory_store(Database(server.new_database())) as opened:
            yield opened
        return
    with tempfile.TemporaryDirectory() as folder, directory_store(Path(folder)) as opened:
        yield opened


class OnSqlite:
    """Gives a contract's tests a directory in SQLite."""

    @pytest.fixture
    def opened(self, tmp_path: Path) -> Iterator[OpenStore]:
        with directory_store(tmp_path) as opened:
            yield opened


class OnPostgres:
    """Gives a contract's tests a directory in PostgreSQL."""

    @pytest.fixture
    def opened(self, postgres: PostgresServer) -> Iterator[OpenStore]:
        with directory_store(Database(postgres.new_database())) as opened:
            yield opened
