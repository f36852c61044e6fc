import asyncio
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from delegacy.domain.errors import StoreFull
from delegacy.domain.mail_queue import Handover, OutgoingMail
from delegacy.mail.handover import SharedCommits


@dataclass
class SlowQueue:
    """Notes what it is handed, when it is let go on; refuses whatever holds a number from ``refused``."""

    refused: set[int] = field(default_factory=set)
    commits: list[tuple[int, ...]] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def hand_over(self, handover: Handover) -> None:
        self.begun.set()
        assert self.go_on.wait(20)
        if self.refused & set(handover.finished):
            raise StoreFull("full")
        self.commits.append(handover.finished)

    def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[OutgoingMail]:
        raise NotImplementedError

    def next_attempt(self) -> datetime | None:
        raise NotImplementedError


async def begin(commits: SharedCommits, queue: SlowQueue, count: int) -> list["asyncio.Task[None]"]:
    """Hand over one, and while it is being committed, the others."""
    tasks = [asyncio.create_task(commits.hand_over(Handover(finished=(0,))))]
    assert await asyncio.to_thread(queue.begun.wait, 20)
    tasks += [asyncio.create_task(commits.hand_over(Handover(finished=(number,)))) for number in range(1, count)]
    await asyncio.sleep(0)
    return tasks


def run(scenario: Coroutine[object, object, None]) -> None:
    asyncio.run(asyncio.wait_for(scenario, 20))


def test_those_who_wait_share_the_next_commit() -> None:
    queue = SlowQueue()

    async def scenario() -> None:
        tasks = await begin(SharedCommits(queue), queue, 5)
        queue.go_on.set()
        await asyncio.gather(*tasks)

    run(scenario())
    assert queue.commits == [(0,), (1, 2, 3, 4)]


def test_one_that_fails_does_not_fail_the_others() -> None:
    queue = SlowQueue(refused={2})

    async def scenario() -> None:
        tasks = await begin(SharedCommits(queue), queue, 4)
        queue.go_on.set()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [type(None), type(None), StoreFull, type(None)]

    run(scenario())
    assert queue.commits == [(0,), (1,), (3,)]


@pytest.mark.parametrize("cancelled", [0, 1, 2])
def test_one_that_is_cancelled_neither_loses_nor_blocks_the_others(cancelled: int) -> None:
    queue = SlowQueue()

    async def scenario() -> None:
        tasks = await begin(SharedCommits(queue), queue, 4)
        tasks[cancelled].cancel()
        await asyncio.sleep(0)
        queue.go_on.set()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [isinstance(outcome, asyncio.CancelledError) for outcome in outcomes].count(True) == 1
        assert all(outcome is None for number, outcome in enumerate(outcomes) if number != cancelled)

    run(scenario())
    assert sorted(number for commit in queue.commits for number in commit) == [0, 1, 2, 3]


def test_many_are_committed_in_several_steps() -> None:
    queue = SlowQueue()

    async def scenario() -> None:
        tasks = await begin(SharedCommits(queue), queue, 100)
        for task in tasks[1:60:2]:
            task.cancel()
        queue.go_on.set()
        await asyncio.gather(*tasks, return_exceptions=True)

    run(scenario())
    done = {number for commit in queue.commits for number in commit}
    assert {0, *range(2, 60, 2), *range(60, 100)} <= done
    assert max(map(len, queue.commits)) <= 32
