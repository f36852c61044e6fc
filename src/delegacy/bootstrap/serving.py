"""All services: which listen where, in which order they start, and how they stop together."""

import asyncio
import gc
import ipaddress
import logging
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from delegacy.admin.http import HttpServer
from delegacy.bootstrap.services import Services, open_services
from delegacy.config import LogFormat, Settings, SmarthostSecurity
from delegacy.domain.errors import InvalidInput, StoreUnavailable
from delegacy.domain.ports import DirectoryReader
from delegacy.mail.delivery import Delivery
from delegacy.mail.imap.server import ImapServer
from delegacy.mail.incoming.server import IncomingServer, IncomingServices
from delegacy.mail.listener import ConnectionLimits, Endpoint
from delegacy.mail.queue import QueueRunner
from delegacy.mail.reports import Reporter
from delegacy.mail.smarthost import Smarthost, SmarthostSettings
from delegacy.mail.smarthost import SmarthostSecurity as SmarthostProtection
from delegacy.mail.smtp import SmtpLimits
from delegacy.mail.submission.server import SubmissionServer, SubmissionServices
from delegacy.mail.tls import ServerCertificates
from delegacy.session.signin import Argon2Passwords, SignIn
from delegacy.store.signin import SqlSignInNames
from delegacy.telemetry import configure_logging

_log = logging.getLogger(__name__)

_PROTECTION: Final = MappingProxyType(
    {
        SmarthostSecurity.STARTTLS: SmarthostProtection.STARTTLS,
        SmarthostSecurity.IMPLICIT: SmarthostProtection.IMPLICIT,
        SmarthostSecurity.NONE: SmarthostProtection.NONE,
    }
)


@dataclass(slots=True)
class Listening:
    """Where the services listen, as they come up; ``announce`` is called once, when all do."""

    expected: int
    announce: Callable[[Mapping[str, Endpoint]], None]
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    def heard(self, service: str, endpoint: Endpoint) -> None:
        """Note that a service listens."""
        self.endpoints[service] = endpoint
        _log.info("listening", extra={"service": service, "host": endpoint.host, "port": endpoint.port})
        if len(self.endpoints) == self.expected:
            self.announce(self.endpoints)


def run_services(settings: Settings, ready: Callable[[Services, Mapping[str, Endpoint]], None] | None = None) -> None:
    """Run every service until SIGINT or SIGTERM; ``ready`` is called when all listen.

    Raises ``StoreUnavailable`` where there is no organization or another server runs on the data, ``InvalidInput`` for a port that can't be
    had or a certificate that can't be used.
    """
    plain = {LogFormat.AUTO: None, LogFormat.JSON: False, LogFormat.PLAIN: True}[settings.log_format]
    configure_logging(settings.log_level, plain=plain)
    with open_services(settings) as services, services.places.only_server():
        try:
            asyncio.run(_serve(services, ready or _nobody_waits))
        except* OSError as failures:
            failure = failures.exceptions[0]
            raise InvalidInput(f"A service can't listen: {failure}. Choose another port or address.") from None


def _nobody_waits(_services: Services, _endpoints: Mapping[str, Endpoint]) -> None:
    """Do nothing more when all services listen."""


async def _serve(services: Services, ready: Callable[[Services, Mapping[str, Endpoint]], None]) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    try:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(_run_all(services, ready), name="services")
            await stopping.wait()
            _log.info("stopping")
            running.cancel()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _run_all(services: Services, ready: Callable[[Services, Mapping[str, Endpoint]], None]) -> None:
    settings = services.settings
    with services.store.read() as directory:
        server_name, mail_domain = _names(directory)
    certificates = ServerCertificates(
        services.places.tls, _certificate_hosts(settings, server_name), services.clock, _configured(settings)
    )
    sign_in = SignIn(SqlSignInNames(services.directory_database), Argon2Passwords(), services.clock)
    smarthost = _smarthost(settings, server_name)
    reporter = Reporter(server_name, may_send_out=smarthost is not None)
    runner = QueueRunner(services.queue, services.store, services.clock, smarthost, reporter)
    delivery = Delivery(
        services.store,
        services.queue,
        services.clock,
        server_name=server_name,
        may_send_out=smarthost is not None,
        queued=runner.wake,
    )
    smtp_limits = SmtpLimits(message_size=settings.limits_message_size, recipients=settings.limits_recipients)
    connections = ConnectionLimits(settings.limits_connections, settings.limits_connections_per_address)
    submission = SubmissionServer(
        Endpoint(settings.host, settings.submission_port),
        SubmissionServices(
            sign_in=sign_in,
            authorizer=services.authorizer,
            delivery=delivery,
            store=services.store,
            clock=services.clock,
            server_name=server_name,
            postmaster_domain=mail_domain,
            limits=smtp_limits,
        ),
        certificates.context,
        connections,
    )
    incoming = IncomingServer(
        Endpoint(settings.host, settings.smtp_port),
        IncomingServices(
            delivery=delivery,
            store=services.store,
            clock=services.clock,
            server_name=server_name,
            postmaster_domain=mail_domain,
            limits=smtp_limits,
            trusted_networks=settings.smtp_trusted_networks,
            allow_local_header_from=settings.smtp_allow_local_header_from,
        ),
        connections,
    )
    imap = ImapServer(
        Endpoint(settings.host, settings.imap_port),
        store=services.mail_store,
        authorizer=services.authorizer,
        sign_in=sign_in,
        clock=services.clock,
        tls=certificates.context,
        limits=connections,
        message_size=settings.limits_message_size,
    )
    http = HttpServer(settings.host, settings.http_port, services.facts.change)

    def announce(endpoints: Mapping[str, Endpoint]) -> None:
        services.places.write_endpoints(
            {
                **{name: {"host": endpoint.host, "port": endpoint.port} for name, endpoint in endpoints.items()},
                "ca": str(certificates.ca or settings.tls_certificate),
            }
        )
        # What starting has made stays. Looking through it, as full collections do, stops every session for tens of milliseconds.
        gc.collect()
        gc.freeze()
        ready(services, endpoints)

    listening = Listening(4, announce)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(submission.run(partial(listening.heard, "submission")), name="submission")
            group.create_task(incoming.run(partial(listening.heard, "smtp")), name="incoming")
            group.create_task(imap.run(partial(listening.heard, "imap")), name="imap")
            group.create_task(http.run(lambda host, port: listening.heard("http", Endpoint(host, port))), name="http")
            group.create_task(runner.run(), name="queue")
            group.create_task(certificates.keep_current(), name="certificates")
    finally:
        services.places.remove_endpoints()


def _names(directory: DirectoryReader) -> tuple[str, str]:
    """Return the name that the mail services greet with, and the domain of postmaster."""
    domains = directory.accepted_domains()
    if not domains:
        raise StoreUnavailable("The organization has no accepted domain, so no mail can be served.")
    return directory.organization().server, domains[0].domain_name


def _certificate_hosts(settings: Settings, server_name: str) -> list[str]:
    hosts = [server_name, settings.host]
    with suppress(ValueError):
        if ipaddress.ip_address(settings.host).is_unspecified:
            hosts.remove(settings.host)
    return hosts


def _configured(settings: Settings) -> tuple[Path, Path] | None:
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    return settings.tls_certificate, settings.tls_key


def _smarthost(settings: Settings, server_name: str) -> Smarthost | None:
    if not settings.smarthost_host:
        return None
    password = ""
    if settings.smarthost_password_file is not None:
        try:
            password = settings.smarthost_password_file.read_text(encoding="utf-8").partition("\n")[0]
        except OSError as error:
            raise InvalidInput(
                f"The smarthost's password file {settings.smarthost_password_file} can't be read: {error.strerror}."
            ) from None
    return Smarthost(
        SmarthostSettings(
            host=settings.smarthost_host,
            port=settings.smarthost_port,
            security=_PROTECTION[settings.smarthost_security],
            username=settings.smarthost_username,
            password=password,
        ),
        server_name,
    )
