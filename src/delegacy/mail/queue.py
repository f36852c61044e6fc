"""The runner of the queue: hands outgoing mail to the smarthost, tries again later, and reports what cannot be delivered."""

import asyncio
import logging
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from delegacy.domain.address import SmtpAddress
from delegacy.domain.errors import StoreError
from delegacy.domain.mail_queue import Handover, MailQueue, OutgoingMail
from delegacy.domain.ports import Clock, Store
from delegacy.mail.reports import Reporter, UndeliveredMail
from delegacy.mail.smarthost import Attempt, NextHop
from delegacy.wire.delivery_report import FailedRecipient

_log = logging.getLogger(__name__)

# Set-TransportService: MessageExpirationTimeout is 2 days by default.
_EXPIRY: Final = timedelta(days=2)
_WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
_LEASE: Final = timedelta(minutes=30)
_AT_ONCE: Final = 4
_LONGEST_SLEEP: Final = 60.0
_PAUSE_AFTER_FAILURE: Final = 10.0
_STATUS: Final = re.compile(r"\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})(?: |$)")


class QueueRunner:
    """Empties the queue. ``next_hop`` is None where there is no smarthost: what is queued all the same waits, and expires."""

    def __init__(
        self, queue: MailQueue, store: Store, clock: Clock, next_hop: NextHop | None, reporter: Reporter
    ) -> None:
        self._queue = queue
        self._store = store
        self._clock = clock
        self._next_hop = next_hop
        self._reporter = reporter
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look into the queue now; to be called in the event loop."""
        self._woken.set()

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            self._woken.clear()
            try:
                await self.run_due()
                wait = await asyncio.to_thread(self._time_to_next)
            except StoreError:
                _log.exception("queue not readable")
                wait = _PAUSE_AFTER_FAILURE
            try:
                async with asyncio.timeout(wait):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def run_due(self) -> None:
        """Try everything whose time has come, once. Raises ``StoreError`` if the queue cannot be read."""
        while True:
            now = self._clock.now()
            claimed = await asyncio.to_thread(self._queue.claim, now, now + _LEASE, _AT_ONCE)
            if not claimed:
                return
            async with asyncio.TaskGroup() as group:
                for mail in claimed:
                    group.create_task(asyncio.to_thread(self._try, mail), name=f"outgoing mail {mail.id}")

    def _time_to_next(self) -> float:
        """Return how many seconds to sleep, at most a minute: another node may have queued something."""
        due = self._queue.next_attempt()
        if due is None:
            return _LONGEST_SLEEP
        return min(max((due - self._clock.now()).total_seconds(), 0.0), _LONGEST_SLEEP)

    def _try(self, mail: OutgoingMail) -> None:
        if self._next_hop is None:
            attempt = Attempt({}, dict.fromkeys(mail.recipients, "451 4.4.0 No smarthost is configured"))
        else:
            attempt = self._next_hop.send(mail)
        now = self._clock.now()
        try:
            self._settle(mail, attempt, now)
        except StoreError:
            # The lease ends, and it is tried again.
            _log.exception("outgoing mail not settled", extra={"mail": mail.id})

    def _settle(self, mail: OutgoingMail, attempt: Attempt, now: datetime) -> None:
        """Write down what came of an attempt, with the reports that it makes, in one transaction."""
        expired = now - mail.accepted_at >= _EXPIRY
        failed = [_failure(address, reply) for address, reply in attempt.failed.items()]
        waiting: tuple[OutgoingMail, ...] = ()
        if expired:
            failed += [
                FailedRecipient(address, "4.4.7", f"550 4.4.7 QUEUE.Expired; message expired; last reply: {reply}")
                for address, reply in attempt.deferred.items()
            ]
        elif attempt.deferred:
            wait = _WAITS[min(mail.attempts, len(_WAITS) - 1)]
            later = replace(
                mail,
                recipients=tuple(attempt.deferred),
                next_attempt_at=min(now + wait, mail.accepted_at + _EXPIRY),
                attempts=mail.attempts + 1,
            )
            waiting = (later,)
        with self._store.read() as directory:
            undelivered = UndeliveredMail(
                mail.content, mail.accepted_at, tuple((failure, mail.envelope_sender) for failure in failed)
            )
            deliveries, queued = self._reporter.report(directory, undelivered, now)
        finished = () if waiting else (mail.id,)
        self._queue.hand_over(Handover(deliveries=deliveries, queued=queued, waiting=waiting, finished=finished))
        _log.info(
            "outgoing mail tried",
            extra={
                "mail": mail.id,
                "taken": len(mail.recipients) - len(attempt.failed) - len(attempt.deferred),
                "failed": len(failed),
                "waiting": len(waiting and waiting[0].recipients),
                "replies": sorted({*attempt.failed.values(), *attempt.deferred.values()}),
            },
        )


def _failure(address: SmtpAddress, reply: str) -> FailedRecipient:
    status = _STATUS.match(reply)
    return FailedRecipient(address, status[1] if status else "5.0.0", reply)
