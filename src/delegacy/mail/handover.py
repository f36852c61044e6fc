"""Committing many messages at once: what is waiting when a commit begins shares it, so that a busy server waits for its disk less often."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from delegacy.domain.mail_queue import Handover, MailQueue

_MOST_TOGETHER: Final = 32
_MOST_OCTETS: Final = 64 * 1024 * 1024


@dataclass(slots=True)
class _Waiting:
    """A handover, and what came of it; None as long as nothing has."""

    handover: Handover
    outcome: bool | Exception | None = None


class SharedCommits:
    """Hands over to the queue. Whoever comes first commits for all who wait; each hears of his own."""

    def __init__(self, queue: MailQueue) -> None:
        self._queue = queue
        self._waiting: deque[_Waiting] = deque()
        self._turn = asyncio.Lock()
        self._running: asyncio.Future[None] | None = None

    async def hand_over(self, handover: Handover) -> None:
        """Return when all of it is durable. Raises as ``MailQueue.hand_over``, and then nothing of it was done."""
        mine = _Waiting(handover)
        self._waiting.append(mine)
        async with self._turn:
            # A commit goes on when who began it has been cancelled.
            await self._commit_ends()
            while mine.outcome is None:
                together = self._take()
                self._running = asyncio.get_running_loop().run_in_executor(None, self._commit, together)
                await self._commit_ends()
        if isinstance(mine.outcome, Exception):
            raise mine.outcome

    async def _commit_ends(self) -> None:
        if self._running is not None:
            await asyncio.wait([self._running])
            self._running.result()
            self._running = None

    def _take(self) -> list[_Waiting]:
        """Return those who are next; what somebody left behind who has been cancelled is committed all the same."""
        together: list[_Waiting] = []
        octets = 0
        while self._waiting and len(together) < _MOST_TOGETHER and octets < _MOST_OCTETS:
            together.append(self._waiting.popleft())
            octets += _size(together[-1].handover)
        return together

    def _commit(self, together: Sequence[_Waiting]) -> None:
        """Commit all in one transaction; if that fails, each in his own, so that one message's fault is not another's."""
        if len(together) > 1 and self._try([one.handover for one in together]) is True:
            for one in together:
                one.outcome = True
            return
        for one in together:
            one.outcome = self._try([one.handover])

    def _try(self, handovers: Sequence[Handover]) -> bool | Exception:
        try:
            self._queue.hand_over(_merged(handovers))
        except Exception as error:  # noqa: BLE001 - raised where it belongs
            return error
        return True


def _merged(handovers: Sequence[Handover]) -> Handover:
    return Handover(
        deliveries=tuple(delivery for handover in handovers for delivery in handover.deliveries),
        queued=tuple(mail for handover in handovers for mail in handover.queued),
        waiting=tuple(mail for handover in handovers for mail in handover.waiting),
        finished=tuple(key for handover in handovers for key in handover.finished),
    )


def _size(handover: Handover) -> int:
    copies = sum(len(delivery.message.content) for delivery in handover.deliveries)
    return copies + sum(len(mail.content) for mail in handover.queued)
