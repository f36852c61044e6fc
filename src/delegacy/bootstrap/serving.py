"""All services: which listen where, in which order they start, and how they stop together."""

import asyncio
import errno
import gc
import ipaddress
import logging
import os
import resource
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from delegacy.admin.http import HttpServer
from delegacy.bootstrap.housekeeping import Housekeeping
from delegacy.bootstrap.services import Services, open_services
from delegacy.config import LogFormat, LogLevel, Settings, SmarthostSecurity
from delegacy.domain.address import SmtpAddress
from delegacy.domain.errors import DelegacyError, InvalidInput, StoreUnavailable
from delegacy.domain.ports import DirectoryReader
from delegacy.enforcement.logons import LogonNotes
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
from delegacy.store.mailbox_usage import SqlMailboxUsage
from delegacy.telemetry import configure_logging

_log = logging.getLogger(__name__)

_STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SERVICES_WITH_LIMITS: Final = 4
_OTHER_FILES: Final = 256  # databases, their connections, listening sockets
_PROTECTION: Final = MappingProxyType(
    {
        SmarthostSecurity.STARTTLS: SmarthostProtection.STARTTLS,
        SmarthostSecurity.IMPLICIT: SmarthostProtection.IMPLICIT,
        SmarthostSecurity.NONE: SmarthostProtection.NONE,
    }
)


Ready = Callable[[Services, Mapping[str, Endpoint]], None]


@dataclass(slots=True)
class Listening:
    """Where the services listen, as they come up; ``announce`` is called once, when all do."""

    expected: int
    announce: Callable[[Mapping[str, Endpoint]], None]
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    def heard(self, service: str, endpoint: Endpoint) -> None:
        """Note that a service listens."""
        self.endpoints[service] = endpoint
        if len(self.endpoints) == self.expected:
            self.announce(self.endpoints)

    async def serve(
        self, service: str, wanted: Endpoint, run: Callable[[Callable[[Endpoint], None]], Awaitable[None]]
    ) -> None:
        """Run a service. Raises ``InvalidInput`` where it can't listen."""
        try:
            await run(partial(self.heard, service))
        except* OSError as failures:
            if service in self.endpoints:
                raise
            raise InvalidInput(
                f"Nothing can listen on port {wanted.port} of {wanted.host} ({service}): {_reason(failures)}. Choose another with "
                f"--{service}-port or --host.",
                service,
            ) from None


def run_services(settings: Settings, ready: Ready | None = None) -> None:
    """Run every service until SIGINT, SIGTERM or SIGHUP.

    ``ready`` is called when all listen, instead of a log line for each; then the log has warnings only until it was called. Raises
    ``StoreUnavailable`` where there is no organization or another server runs on the data, ``InvalidInput`` for a port that can't be had
    or a certificate that can't be used.
    """
    _configure_logging(settings, LogLevel.WARNING if ready is not None else settings.log_level)
    _allow_open_files(_SERVICES_WITH_LIMITS * settings.limits_connections + _OTHER_FILES)
    with open_services(settings) as services, services.places.only_server():
        try:
            asyncio.run(_serve(services, ready or _log_endpoints))
        except ExceptionGroup as failures:
            failure = _first(failures)
            if isinstance(failure, DelegacyError | BrokenPipeError):
                raise failure from None
            raise


def _configure_logging(settings: Settings, level: LogLevel) -> None:
    plain = {LogFormat.AUTO: None, LogFormat.JSON: False, LogFormat.PLAIN: True}[settings.log_format]
    configure_logging(level.value, plain=plain)


def _allow_open_files(wanted: int) -> None:
    """Let the process have as many open files as its connections may need, as far as the system admits it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    admitted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft == resource.RLIM_INFINITY or soft >= admitted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (admitted, hard))
    except (OSError, ValueError) as error:
        _log.warning("the limit on open files stays as it is", extra={"limit": soft, "reason": str(error)})


def _first(failures: ExceptionGroup[Exception]) -> Exception:
    failure = failures.exceptions[0]
    return _first(failure) if isinstance(failure, ExceptionGroup) else failure


def _reason(failures: ExceptionGroup[OSError]) -> str:
    failure = _first(failures)
    if isinstance(failure, OSError) and failure.errno is not None and failure.errno in errno.errorcode:
        return os.strerror(failure.errno)  # without what the standard library adds to it
    return str(getattr(failure, "strerror", failure))


def _log_endpoints(_services: Services, endpoints: Mapping[str, Endpoint]) -> None:
    for service, endpoint in endpoints.items():
        _log.info("listening", extra={"service": service, "host": endpoint.host, "port": endpoint.port})


async def _serve(services: Services, ready: Ready) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    stopped_by = [number for number in _STOPPING if number != signal.SIGHUP or _ends_us(number)]
    for number in stopped_by:
        loop.add_signal_handler(number, stopping.set)
    try:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(_run_all(services, ready), name="services")
            await stopping.wait()
            _log.info("stopping")
            running.cancel()
    finally:
        for number in stopped_by:
            loop.remove_signal_handler(number)


def _ends_us(number: signal.Signals) -> bool:
    """Tell whether a signal is not ignored, as `nohup` has it."""
    return signal.getsignal(number) is not signal.SIG_IGN


async def _run_all(services: Services, ready: Ready) -> None:
    settings = services.settings
    with services.store.read() as directory:
        server_name, mail_domain = _names(directory)
    certificates = ServerCertificates(
        services.places.tls, _certificate_hosts(settings, server_name), services.clock, _configured(settings)
    )
    logons = LogonNotes(SqlMailboxUsage(services.mail_store.transactions), services.clock)
    authorizer = services.authorizer.telling(logons.opened)
    sign_in = SignIn(services.names, Argon2Passwords(), services.clock)
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
    places = {
        name: Endpoint(settings.host, port)
        for name, port in (
            ("submission", settings.submission_port),
            ("smtp", settings.smtp_port),
            ("imap", settings.imap_port),
            ("http", settings.http_port),
        )
    }
    submission = SubmissionServer(
        places["submission"],
        SubmissionServices(
            sign_in=sign_in,
            authorizer=authorizer,
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
        places["smtp"],
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
        places["imap"],
        store=services.mail_store,
        authorizer=authorizer,
        sign_in=sign_in,
        clock=services.clock,
        tls=certificates.context,
        limits=connections,
        message_size=settings.limits_message_size,
    )
    http = HttpServer(
        settings.host, settings.http_port, services.facts.change, most_connections=settings.limits_connections
    )

    def announce(endpoints: Mapping[str, Endpoint]) -> None:
        services.places.write_endpoints(
            {
                **{name: {"host": endpoint.host, "port": endpoint.port} for name, endpoint in endpoints.items()},
                "ca": str((certificates.ca or settings.tls_certificate or Path()).absolute()),
            }
        )
        # What starting has made stays. Looking through it, as full collections do, stops every session for tens of milliseconds.
        gc.collect()
        gc.freeze()
        ready(services, endpoints)
        _configure_logging(settings, settings.log_level)

    listening = Listening(len(places), announce)
    runs: dict[str, Callable[[Callable[[Endpoint], None]], Awaitable[None]]] = {
        "submission": submission.run,
        "smtp": incoming.run,
        "imap": imap.run,
        "http": lambda heard: http.run(lambda host, port: heard(Endpoint(host, port))),
    }
    try:
        async with asyncio.TaskGroup() as group:
            for name, run in runs.items():
                group.create_task(listening.serve(name, places[name], run), name=name)
            group.create_task(runner.run(), name="queue")
            group.create_task(logons.run(), name="logons")
            group.create_task(certificates.keep_current(), name="certificates")
            group.create_task(Housekeeping(services).run(), name="housekeeping")
    finally:
        services.places.remove_endpoints()


def _names(directory: DirectoryReader) -> tuple[str, str]:
    """Return the name that the mail services greet with, and the domain of postmaster."""
    domains = directory.accepted_domains()
    if not domains:
        raise StoreUnavailable("The organization has no accepted domain, so no mail can be served.")
    return _in_ascii(directory.organization().server), domains[0].domain_name


def _in_ascii(name: str) -> str:
    """Return a host's name as protocols and certificates have it, with A-labels (RFC 5890 section 2.3.2.1)."""
    return name if name.isascii() else SmtpAddress("postmaster", name).domain_key


def _certificate_hosts(settings: Settings, server_name: str) -> list[str]:
    host = settings.host.partition("%")[0]  # the zone of a link-local address says nothing to others (RFC 6874)
    with suppress(ValueError):
        if ipaddress.ip_address(host).is_unspecified:
            return [server_name]
    return [server_name, _in_ascii(host)]


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
