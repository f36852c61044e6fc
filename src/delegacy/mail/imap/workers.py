"""The hop from the event loop to the mail store, which is synchronous: a few threads that do nothing else."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_THREADS: Final = 4


class MailWorkers:
    """Runs calls to the mail store, a few at a time."""

    def __init__(self, executor: ThreadPoolExecutor) -> None:
        self._executor = executor

    @classmethod
    @contextmanager
    def running(cls) -> Iterator["MailWorkers"]:
        """Return workers whose threads end with the context."""
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="mail-store") as executor:
            yield cls(executor)

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what ``function`` returns, or raise what it raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, partial(function, *args, **kwargs))
