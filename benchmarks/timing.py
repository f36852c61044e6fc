"""Rates and times, measured so that what else the machine does disturbs all alike."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

ROUNDS: Final = 7
_AT_ONCE: Final = 250

Key = TypeVar("Key")


class WrongAnswer(Exception):
    """A contestant answered a question otherwise than the world does."""


@dataclass(slots=True)
class Contestant:
    """Who answers questions: the call, the arguments for each question, and how to read a result (None: it gives no answer)."""

    name: str
    ask: Callable[..., Any]
    arguments: Sequence[tuple[Any, ...]]
    is_allowed: Callable[[Any], bool] | None = None
    _next: int = field(default=0, init=False)

    def check(self, answers: Sequence[bool]) -> None:
        """Ask every question once, and compare with the answers that are right. Raises ``WrongAnswer``."""
        for arguments, answer in zip(self.arguments, answers, strict=True):
            result = self.ask(*arguments)
            if self.is_allowed is not None and self.is_allowed(result) is not answer:
                raise WrongAnswer(f"{self.name}: {arguments!r} is {answer}, not {result!r}")

    def rate(self, seconds: float) -> float:
        """Ask questions for so many seconds, on from the last one asked, and return how many were answered a second."""
        ask, asked, spent = self.ask, 0, 0.0
        while spent < seconds:
            some = self.arguments[self._next : self._next + _AT_ONCE]
            self._next = (self._next + _AT_ONCE) % len(self.arguments)
            begun = time.perf_counter()
            for arguments in some:
                ask(*arguments)
            spent += time.perf_counter() - begun
            asked += len(some)
        return asked / spent


def rates(contestants: Mapping[Key, Contestant], seconds: float) -> dict[Key, float]:
    """Return each contestant's median rate of several rounds, in which they take turns; ``seconds`` is each one's whole time."""
    with still():
        rounds = [
            {key: contestant.rate(seconds / ROUNDS) for key, contestant in contestants.items()} for _ in range(ROUNDS)
        ]
    return {key: statistics.median(one[key] for one in rounds) for key in contestants}


@contextmanager
def still() -> Iterator[None]:
    """Keep the garbage collector from walking, again and again, over what was loaded before."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
