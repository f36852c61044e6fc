"""The default output: objects and messages of a run to text on a host; and objects to text for files and strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from delegacy.powershell.documents import ENUMERATION_LIMIT, FORMAT_EVENTS, Formatter
from delegacy.powershell.errors import ErrorRecord
from delegacy.powershell.rendering import Renderer, error_text, message_text
from delegacy.powershell.streams import (
    HostText,
    InformationRecord,
    ProgressRecord,
    Stream,
)
from delegacy.powershell.text import to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from delegacy.powershell.host import Host
    from delegacy.powershell.views import ViewRegistry

_WORDS: Final = {Stream.WARNING: "WARNING", Stream.VERBOSE: "VERBOSE", Stream.DEBUG: "DEBUG"}


class TextOutput:
    """The sink of a text host: lays out objects as they come, and puts every message in its place among them."""

    def __init__(self, host: Host, views: ViewRegistry, *, enumeration_limit: Callable[[], int]) -> None:
        self._host = host
        self._views = views
        self._limit = enumeration_limit
        self._formatter: Formatter | None = None
        self._renderer: Renderer | None = None

    def emit(self, stream: Stream, record: object) -> None:
        """Show a record."""
        if stream is Stream.SUCCESS:
            self._show(record)
            return
        if isinstance(record, ProgressRecord):
            self._host.write_progress(record)
            return
        if self._renderer is not None:
            self._renderer.release()
        if isinstance(record, ErrorRecord):
            self._host.write(Stream.ERROR, error_text(record, self._line_width))
        elif isinstance(record, InformationRecord):
            self._inform(record)
        else:
            text = message_text(_WORDS.get(stream, stream.name), to_text(record), self._line_width)
            self._host.write(stream, text)

    @property
    def _line_width(self) -> int | None:
        """The width that messages are wrapped to, None off a terminal."""
        return self._host.width if self._host.is_terminal else None

    def end(self) -> None:
        """Finish the document that is open: the script is over."""
        formatter, renderer = self._formatter, self._renderer
        self._formatter = self._renderer = None
        if formatter is not None and renderer is not None:
            for event in formatter.end():
                renderer.feed(event)
            renderer.release()

    def release(self) -> None:
        """Show what waits for its columns: a question comes next."""
        if self._renderer is not None:
            self._renderer.release()

    def _inform(self, record: InformationRecord) -> None:
        if isinstance(record.data, HostText):
            self._host.write_host(record.data)
        else:
            self._host.write(Stream.INFORMATION, to_text(record.data))

    def _show(self, record: object) -> None:
        if self._formatter is None or self._renderer is None:
            self._formatter = Formatter(self._views, enumeration_limit=self._limit())
            self._renderer = Renderer(
                self._host.width, self._write, wrap_lists=self._host.is_terminal, now=self._host.now
            )
        for event in self._formatter.feed(record):
            self._renderer.feed(event)

    def _write(self, line: str) -> None:
        self._host.write(Stream.SUCCESS, line)


def text_of(
    values: Iterable[object],
    views: ViewRegistry,
    *,
    width: int,
    enumeration_limit: int = ENUMERATION_LIMIT,
    wrap_lists: bool = False,
) -> str:
    """Return objects as the text that would be shown of them, each line with its end."""
    lines: list[str] = []
    formatter = Formatter(views, enumeration_limit=enumeration_limit)
    renderer = Renderer(width, lines.append, wrap_lists=wrap_lists)
    for value in values:
        for event in formatter.feed(value):
            renderer.feed(event)
    for event in formatter.end():
        renderer.feed(event)
    renderer.release()
    return "".join(f"{line}\n" for line in lines)


def is_formatted(value: object) -> bool:
    """Return whether a value is the output of a Format- command, which is for the eyes only."""
    return isinstance(value, FORMAT_EVENTS)
