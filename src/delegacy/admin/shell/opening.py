"""A session that opens while the prompt is there already."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from delegacy.admin.shell.session import NamedSession, Outcome
from delegacy.powershell.suggestions import Suggestions


class OpeningSession:
    """A `NamedSession` that opens in a thread of its own, when it is first waited for. Every method waits until it is open."""

    def __init__(self, open_session: Callable[[], NamedSession]) -> None:
        self._open = open_session
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._opening: Future[NamedSession] | None = None

    def __enter__(self) -> None:
        """Do nothing yet."""

    def __exit__(self, *_: object) -> None:
        """Wait until nothing is opened any more."""
        self._thread.shutdown()

    async def opened(self) -> None:
        """Wait until it is open, while others go on. Raises what opening raises."""
        await asyncio.shield(asyncio.wrap_future(self._future()))

    def wait(self) -> NamedSession:
        """Return it once it is open. Raises what opening raises."""
        return self._future().result()

    @property
    def organization(self) -> str:
        """The name of the organization."""
        return self.wait().organization

    @property
    def caller(self) -> str:
        """The name of the caller."""
        return self.wait().caller

    def run(self, text: str, *, name: str | None = None, arguments: Sequence[str] = ()) -> Outcome:
        """Run a script."""
        return self.wait().run(text, name=name, arguments=arguments)

    def complete(self, text: str, cursor: int) -> Suggestions:
        """Return what could stand at the cursor."""
        return self.wait().complete(text, cursor)

    def _future(self) -> Future[NamedSession]:
        if self._opening is None:
            self._opening = self._thread.submit(self._open)
        return self._opening
