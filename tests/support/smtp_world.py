"""A small contoso.com with its SMTP services on loopback.

Raymond Sam is the delegate: Send As for Terry Adams, the sales mailbox and the Helpdesk group; Send on Behalf for Ayla Kol; Send As, to no avail,
for Hal Hidden. Carol Troy may send as nobody. Everybody's password is ``secret``.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Final, TypeVar
from uuid import NAMESPACE_DNS, UUID, uuid5

from delegacy.domain.account import Account
from delegacy.domain.ace import Ace
from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.delivery_restriction import DeliveryRestrictions
from delegacy.domain.folder import SpecialFolder
from delegacy.domain.mail_store import MessageColumn
from delegacy.domain.mailbox import initial_ad_acl, initial_mailbox_acl
from delegacy.domain.ports import Directory, Place, RecipientQuery
from delegacy.domain.recipient import MAILBOXES, GroupScope, Recipient, RecipientTypeDetails
from delegacy.domain.rights import ExtendedRight
from delegacy.domain.sid import Sid
from delegacy.enforcement.authorizer import Authorizer
from delegacy.mail.delivery import Delivery
from delegacy.mail.incoming.server import IncomingServer, IncomingServices
from delegacy.mail.listener import ConnectionLimits, Endpoint
from delegacy.mail.queue import QueueRunner
from delegacy.mail.reports import Reporter
from delegacy.mail.smarthost import NextHop
from delegacy.mail.smtp import SmtpLimits
from delegacy.mail.submission.server import SubmissionServer, SubmissionServices
from delegacy.mail.tls import ServerCertificates
from delegacy.session.founding import found_organization
from delegacy.session.signin import SignIn
from delegacy.store.decisions import SqlDecisionFacts
from delegacy.store.engine import Database
from delegacy.store.mail_queue import SqlMailQueue
from delegacy.store.mailstore import SqlMailStore
from delegacy.store.signin import SqlSignInNames
from delegacy.store.unit_of_work import SqlStore
from delegacy.store.versions import DIRECTORY, MAIL, prepare
from support.mail_world import PASSWORD, START, PlainPasswords, SteppingClock

T = TypeVar("T")
_T = RecipientTypeDetails

SERVER_NAME: Final = "mail.contoso.com"
_SEND_AS: Final = frozenset({ExtendedRight.SEND_AS})


class MachineClock:
    """The machine's clock, which TLS goes by."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class Access:
    """Leave to look into a mailbox, for tests."""

    mailbox_guid: UUID


class SmtpWorld:
    """The stores of contoso.com, and what delivers mail there, made in a folder or opened again.

    ``mail_pages`` makes the mail store full at so many pages.
    """

    def __init__(self, folder: Path, *, mail_pages: int | None = None, next_hop: NextHop | None = None) -> None:
        self.clock = SteppingClock()
        self.people: dict[str, Recipient] = {}
        self._directory_database = Database.at(folder / "directory.db")
        self._mail_database = Database.at(folder / "mail.db", page_limit=mail_pages)
        prepare(self._directory_database, DIRECTORY)
        prepare(self._mail_database, MAIL)
        self.store = SqlStore(self._directory_database, self.clock)
        self.facts = SqlDecisionFacts(self._directory_database)
        self.mail = SqlMailStore(self._mail_database, self.clock)
        self.queue = SqlMailQueue(self.mail.transactions, self.clock)
        with self.store.read() as directory:
            self.people = {one.alias: one for one in directory.list(RecipientQuery()) if one.alias is not None}
        if not self.people:
            with self.store.write() as work:
                found_organization(work, "contoso.com", "CONTOSO", "", START)
                self._populate(work.directory)
                work.commit()
        reporter = Reporter(SERVER_NAME, may_send_out=next_hop is not None)
        self.runner = QueueRunner(self.queue, self.store, self.clock, next_hop, reporter)
        self.delivery = Delivery(
            self.store,
            self.queue,
            self.clock,
            server_name=SERVER_NAME,
            may_send_out=next_hop is not None,
            queued=self.runner.wake,
        )
        self.authorizer = Authorizer(self.facts, self.store, self.clock)
        self.names = SqlSignInNames(self._directory_database)
        self.sign_in = SignIn(self.names, PlainPasswords(), self.clock)

    def close(self) -> None:
        self.facts.close()
        self._directory_database.close()
        self._mail_database.close()

    def change(self, change: Callable[[Directory], object]) -> None:
        """Make a change in the directory."""
        with self.store.write() as work:
            change(work.directory)
            work.commit()

    def messages(self, name: str, special: SpecialFolder = SpecialFolder.INBOX) -> list[bytes]:
        """Return the messages in a folder of somebody's mailbox."""
        access = Access(self.people[name].guid)
        folder = self.mail.folder(access, special.path)
        columns = [MessageColumn.HEADER, MessageColumn.TEXT]
        rows = self.mail.fetch(access, folder.id, range(1, folder.uid_next), columns)
        return [bytes(row[1]) + bytes(row[2]) for row in rows]  # type: ignore[arg-type]  # both columns are bytes

    def account(self, name: str) -> Account:
        """Return somebody's account."""
        credential = self.names.credential(f"{name}@contoso.com")
        assert credential is not None
        return credential.account

    def add(self, directory: Directory, name: str, display_name: str, kind: _T, **fields: object) -> Recipient:
        """Add a recipient that has ``name`` for alias, account name and address."""
        address = SmtpAddress.parse(f"{name}@contoso.com")
        has_account = kind in MAILBOXES or kind is _T.MAIL_USER
        is_principal = kind not in {_T.MAIL_CONTACT, _T.DYNAMIC_DISTRIBUTION_GROUP}
        values: dict[str, object] = {
            "guid": uuid5(NAMESPACE_DNS, name),
            "recipient_type_details": kind,
            "name": display_name,
            "display_name": display_name,
            "domain": "CONTOSO",
            "container": "contoso.com/Users",
            "alias": name,
            "sam_account_name": name if is_principal else None,
            "user_principal_name": f"{name}@contoso.com" if has_account else None,
            "primary_smtp_address": address,
            "email_addresses": (ProxyAddress.primary(address),),
            "when_created": START,
            "when_changed": START,
        }
        recipient = directory.add(Recipient(**(values | fields)))  # type: ignore[arg-type]  # keyword by keyword they fit
        self.people[name] = recipient
        if kind in MAILBOXES:
            for ace in (*initial_mailbox_acl(kind), *initial_ad_acl()):
                directory.grant(recipient.id, ace)
            directory.set_credential(recipient.id, f"plain:{PASSWORD}")
        return recipient

    def add_group(
        self, directory: Directory, name: str, members: Iterable[Recipient], *, security: bool = False, **fields: object
    ) -> Recipient:
        """Add a universal group with an address."""
        kind = _T.MAIL_UNIVERSAL_SECURITY_GROUP if security else _T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP
        group = self.add(
            directory,
            name,
            name.title(),
            kind,
            group_scope=GroupScope.UNIVERSAL,
            security_enabled=security,
            **fields,
        )
        directory.add_members(group.id, [member.id for member in members])
        return group

    def _populate(self, directory: Directory) -> None:
        def mailbox(name: str, display_name: str, kind: _T = _T.USER_MAILBOX, **fields: object) -> Recipient:
            return self.add(directory, name, display_name, kind, **fields)

        second = (ProxyAddress.parse("SMTP:raymonds@contoso.com"), ProxyAddress.parse("smtp:ray@contoso.com"))
        raymonds = mailbox("raymonds", "Raymond Sam", email_addresses=second)
        terrya = mailbox("terrya", "Terry Adams")
        ayla = mailbox("ayla", "Ayla Kol")
        carol = mailbox("carol", "Carol Troy")
        hal = mailbox("hal", "Hal Hidden", hidden_from_address_lists_enabled=True)
        copied = {"MessageCopyForSentAsEnabled": True}
        sales = mailbox("sales", "Sales", _T.SHARED_MAILBOX, account_disabled=True, attributes=copied)
        restricted = {"RequireSenderAuthenticationEnabled": True}
        boxed = mailbox("boxed", "Bo Xed", attributes=restricted)
        away = mailbox("away", "Away Day", attributes={"ForwardingSmtpAddress": "smtp:ayla@contoso.com"})
        directory.set_grant_send_on_behalf_to(ayla.id, [raymonds.id], Place("test", START))
        helpdesk = self.add_group(directory, "helpdesk", [carol], security=True)
        for target in (terrya, hal, sales, helpdesk):
            directory.grant(target.id, Ace(raymonds.sid or Sid(""), _SEND_AS))
        inner = self.add_group(directory, "inner", [terrya, carol])
        everyone = self.add_group(directory, "everyone", [inner, terrya, ayla, hal])
        directory.add_members(inner.id, [everyone.id])
        self.add_group(directory, "staff", [ayla, boxed], attributes=restricted)
        to_manager = {"ReportToManagerEnabled": True, "ReportToOriginatorEnabled": False}
        managed = self.add_group(directory, "managed", [terrya], attributes=to_manager)
        directory.set_managers(managed.id, [away.id, carol.id])
        self.add(
            directory,
            "dynamic",
            "Dynamic",
            _T.DYNAMIC_DISTRIBUTION_GROUP,
            recipient_filter="Alias -eq 'carol' -or Alias -eq 'terrya'",
            recipient_container="contoso.com",
        )
        outside = SmtpAddress.parse("partner@fabrikam.com")
        partner = self.add(
            directory,
            "partner",
            "Pat Partner",
            _T.MAIL_CONTACT,
            primary_smtp_address=outside,
            email_addresses=(ProxyAddress.primary(outside), ProxyAddress.parse("smtp:partner@contoso.com")),
            attributes={"ExternalEmailAddress": "SMTP:partner@fabrikam.com"},
        )
        self.add_group(directory, "mixed", [ayla, partner, boxed])
        picky, deaf = mailbox("picky", "Picky One"), mailbox("deaf", "Deaf One")
        closed = self.add_group(directory, "closed", [ayla])
        partners = self.add_group(directory, "partners", [hal])
        for target, restrictions in (
            (picky, DeliveryRestrictions(accept_messages_only_from=(terrya.id,))),
            (deaf, DeliveryRestrictions(accept_messages_only_from=(raymonds.id,))),
            (
                closed,
                DeliveryRestrictions(
                    accept_messages_only_from_dl_members=(inner.id,), reject_messages_from=(carol.id,)
                ),
            ),
            (partners, DeliveryRestrictions(accept_messages_only_from=(partner.id,))),
        ):
            directory.set_delivery_restrictions(target.id, restrictions)


@dataclass(frozen=True)
class SmtpServices:
    """Where the services of a world listen."""

    world: SmtpWorld
    submission: Endpoint
    incoming: Endpoint
    certificates: ServerCertificates
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[object, object, T]) -> T:
        """Run something in the services' event loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)


@dataclass(frozen=True, kw_only=True)
class SmtpOptions:
    """How the services differ from the usual."""

    limits: SmtpLimits = field(default_factory=SmtpLimits)
    connections: ConnectionLimits = field(default_factory=ConnectionLimits)
    trusted: tuple[str, ...] = ()
    allow_local_header_from: bool = False


class _Stopped(Exception):
    """The test has ended."""


@contextmanager
def serving(world: SmtpWorld, folder: Path, options: SmtpOptions | None = None) -> Iterator[SmtpServices]:
    """Run both SMTP services of a world in a thread of their own."""
    certificates = ServerCertificates(folder / "tls", [SERVER_NAME], MachineClock())
    submission, incoming = _servers(world, certificates, options or SmtpOptions())
    listening: list[Endpoint] = []
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
    ready = threading.Event()

    async def serve() -> None:
        stop = asyncio.Event()
        running.append((asyncio.get_running_loop(), stop))
        async with asyncio.TaskGroup() as group:
            for server in (submission, incoming):
                started = asyncio.Event()

                def tell(endpoint: Endpoint, started: asyncio.Event = started) -> None:
                    listening.append(endpoint)
                    started.set()

                group.create_task(server.run(tell))
                await started.wait()
            ready.set()
            await stop.wait()
            raise _Stopped

    def run() -> None:
        try:
            asyncio.run(serve())
        except* _Stopped:
            pass

    thread = threading.Thread(target=run, name="mail services")
    thread.start()
    try:
        assert ready.wait(30)
        yield SmtpServices(world, listening[0], listening[1], certificates, running[0][0])
    finally:
        for loop, stop in running:
            loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        assert not thread.is_alive()


def submission_services(world: SmtpWorld, options: SmtpOptions) -> SubmissionServices:
    """Return what the submission service of a world works with."""
    return SubmissionServices(
        sign_in=world.sign_in,
        authorizer=world.authorizer,
        delivery=world.delivery,
        store=world.store,
        clock=world.clock,
        server_name=SERVER_NAME,
        postmaster_domain="contoso.com",
        limits=options.limits,
    )


def _servers(
    world: SmtpWorld, certificates: ServerCertificates, options: SmtpOptions
) -> tuple[SubmissionServer, IncomingServer]:
    anywhere = Endpoint("127.0.0.1", 0)
    submission = submission_services(world, options)
    incoming = IncomingServices(
        delivery=world.delivery,
        store=world.store,
        clock=world.clock,
        server_name=SERVER_NAME,
        postmaster_domain="contoso.com",
        limits=options.limits,
        trusted_networks=tuple(map(ip_network, options.trusted)),
        allow_local_header_from=options.allow_local_header_from,
    )
    return (
        SubmissionServer(anywhere, submission, certificates.context, options.connections),
        IncomingServer(anywhere, incoming, options.connections),
    )
