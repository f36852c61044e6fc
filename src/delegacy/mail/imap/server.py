"""The IMAP service: a listener with TLS from the first byte, and one session for each connection."""

import asyncio
import ssl
from collections.abc import Callable

from delegacy.domain.mail_store import MailStore
from delegacy.domain.ports import Clock
from delegacy.enforcement.authorizer import Authorizer
from delegacy.mail.imap.context import ImapServices
from delegacy.mail.imap.session import ImapSession
from delegacy.mail.imap.watch import FolderWatch
from delegacy.mail.imap.workers import MailWorkers
from delegacy.mail.listener import ConnectionLimits, Endpoint, Listener
from delegacy.session.signin import SignIn


class ImapServer:
    """Serves IMAP. ``message_size`` is the largest message that can be appended, in octets."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        store: MailStore,
        authorizer: Authorizer,
        sign_in: SignIn,
        clock: Clock,
        tls: ssl.SSLContext,
        limits: ConnectionLimits,
        message_size: int,
    ) -> None:
        self._endpoint = endpoint
        self._store = store
        self._authorizer = authorizer
        self._sign_in = sign_in
        self._clock = clock
        self._tls = tls
        self._limits = limits
        self._message_size = message_size

    async def run(self, listening: Callable[[Endpoint], None]) -> None:
        """Serve until cancelled; ``listening`` is told the actual endpoint once. Raises ``OSError`` if the port cannot be had."""
        with MailWorkers.running() as workers:
            watch = FolderWatch(self._store, workers, self._authorizer, self._clock)
            services = ImapServices(
                store=self._store,
                workers=workers,
                authorizer=self._authorizer,
                sign_in=self._sign_in,
                clock=self._clock,
                watch=watch,
            )
            listener = Listener(
                self._endpoint,
                lambda: ImapSession(services, self._message_size),
                tls=self._tls,
                limits=self._limits,
            )
            async with asyncio.TaskGroup() as group:
                group.create_task(watch.run(), name="imap watch")
                group.create_task(listener.run(listening), name="imap listener")
