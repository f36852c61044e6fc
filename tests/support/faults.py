"""Objects that fail or wait when a test says so."""

import threading
from collections.abc import Callable
from typing import Any


class Faulty:
    """Stands before an object. Its methods raise ``error`` as long as that is set, and wait as long as ``open`` is not.

    Only those in ``methods`` do so, if there are any. ``waiting`` is set when one waits.
    """

    def __init__(self, real: object, *methods: str) -> None:
        self._real = real
        self._methods = methods
        self.error: Exception | None = None
        self.open = threading.Event()
        self.open.set()
        self.waiting = threading.Event()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._real, name)
        if self._methods and name not in self._methods:
            return method

        def run(*args: object, **named: object) -> object:
            if not self.open.is_set():
                self.waiting.set()
                assert self.open.wait(20)
            if self.error is not None:
                raise self.error
            return method(*args, **named)

        return run
