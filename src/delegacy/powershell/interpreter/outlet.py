"""Where records go: to whoever shows them, once the changes behind them are durable; or elsewhere by redirection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from delegacy.powershell.streams import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from delegacy.powershell.cmdlet import CommandGate

HELD_LIMIT: Final = 20_000


class OutputSink(Protocol):
    """Takes the records of all streams, in order."""

    def emit(self, stream: Stream, record: object) -> None:
        """Take one record: an output object, an `ErrorRecord`, a record of `streams`."""


class FinalSink(OutputSink, Protocol):
    """The sink at the end of everything, which may wait a little before it shows what it took."""

    def release(self) -> None:
        """Show what was taken so far: a question comes next."""

    def end(self) -> None:
        """Show everything: the script is over."""


class Outlet:
    """The way out of an interpreter. Holds records back while the gate has changes that are not durable."""

    def __init__(self, gate: CommandGate, sink: FinalSink) -> None:
        self._gate = gate
        self.sink = sink
        self._held: list[tuple[Stream, object]] = []

    def emit(self, stream: Stream, record: object) -> None:
        """Pass a record on, or hold it back; progress is a claim of nothing and never held."""
        if stream is Stream.PROGRESS:
            self.sink.emit(stream, record)
        elif self._held or self._gate.pending:
            self._held.append((stream, record))
        else:
            self.sink.emit(stream, record)

    @property
    def is_full(self) -> bool:
        """Whether so much is held back that the changes should be made durable."""
        return len(self._held) >= HELD_LIMIT

    def release(self) -> None:
        """Pass on what was held back, if nothing stands against it any more."""
        if self._held and not self._gate.pending:
            held, self._held = self._held, []
            for stream, record in held:
                self.sink.emit(stream, record)

    def discard(self) -> None:
        """Drop what was held back, apart from errors: the changes that it tells of are gone."""
        held, self._held = self._held, []
        for stream, record in held:
            if stream is Stream.ERROR:
                self.sink.emit(stream, record)


class Redirected:
    """A sink with some of its streams led elsewhere."""

    def __init__(self, base: OutputSink, routes: Mapping[Stream, Callable[[object], None]]) -> None:
        self._base = base
        self._routes = routes

    def emit(self, stream: Stream, record: object) -> None:
        """Pass a record to its route."""
        route = self._routes.get(stream)
        if route is None:
            self._base.emit(stream, record)
        else:
            route(record)


class Collector:
    """A sink that keeps everything, for callers that want objects and not text."""

    def __init__(self) -> None:
        self.records: list[tuple[Stream, object]] = []

    def emit(self, stream: Stream, record: object) -> None:
        """Keep a record."""
        self.records.append((stream, record))

    def release(self) -> None:
        """Nothing is shown here."""

    def end(self) -> None:
        """Nothing is shown here."""

    def of(self, stream: Stream) -> list[object]:
        """Return the records of one stream."""
        return [record for found, record in self.records if found is stream]


def discard(_record: object) -> None:
    """Take a record and forget it: the route of `2>$null`."""
