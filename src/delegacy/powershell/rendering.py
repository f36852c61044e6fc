"""What is shown, as lines: documents laid out for a width, errors and warnings as Windows PowerShell 5.1 prints them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from delegacy.powershell.documents import (
    ColumnHead,
    DocumentStart,
    Entry,
    ErrorText,
    GroupStart,
    Line,
    Marker,
    Outsider,
    Shape,
)
from delegacy.powershell.errors import ErrorCategory
from delegacy.powershell.layout import cells, fitted, head, share, split_lines, table_row, table_rows, wrapped
from delegacy.powershell.properties import category_object
from delegacy.powershell.text import object_text
from delegacy.powershell.views import Alignment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from delegacy.powershell.documents import Event
    from delegacy.powershell.errors import ErrorRecord

GATHER: Final = timedelta(
    milliseconds=300
)  # Windows PowerShell sizes the columns of a table by what comes within this time
GATHER_LIMIT: Final = 5_000
_LEAST_WIDTH: Final = 5
_INDENT: Final = 4
_COLON: Final = " : "


class Renderer:
    """Lays out the events of documents, line by line.

    Tables whose first column has no width wait for their rows, for a short time, so that columns can be as wide as what is in them;
    with -AutoSize, until the group ends.
    """

    def __init__(
        self,
        width: int,
        write: Callable[[str], None],
        *,
        wrap_lists: bool = True,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._width = max(width, _LEAST_WIDTH)
        self._write = write
        self._wrap_lists = wrap_lists
        self._now = now
        self._start: DocumentStart | None = None
        self._widths: list[int] = []
        self._waits = False
        self._is_patient = False
        self._gathered: list[Event] | None = None
        self._deadline: datetime | None = None
        self._wide_row: list[str] = []
        self._wide_widths: list[int] = []

    def feed(self, event: Event) -> None:
        """Lay out an event, or keep it until the columns are known."""
        if isinstance(event, GroupStart) and self._waits:
            self.release()
            self._gathered = [event]
            self._deadline = None if self._now is None or self._is_patient else self._now() + GATHER
            return
        if self._gathered is not None and not isinstance(event, Marker):
            self._gathered.append(event)
            if self._is_late() or len(self._gathered) >= GATHER_LIMIT:
                self.release()
            return
        self.release()
        self._lay_out(event)

    def release(self) -> None:
        """Lay out what was kept, with the columns that it asks for."""
        if self._gathered is None:
            return
        gathered, self._gathered = self._gathered, None
        entries = [event for event in gathered if isinstance(event, Entry)]
        if self._start is not None and self._start.shape is Shape.WIDE:
            self._size_wide(max((cells(entry.cells[0]) for entry in entries if entry.cells), default=0))
        elif self._start is not None:
            self._size_columns(self._start.columns, entries)
        for event in gathered:
            self._lay_out(event)

    def _is_late(self) -> bool:
        return self._deadline is not None and self._now is not None and self._now() > self._deadline

    # -------------------------------------------------------------------------------------------------------------- events

    def _lay_out(self, event: Event) -> None:
        if isinstance(event, DocumentStart):
            self._start = event
            self._write("")
            self._prepare(event)
        elif isinstance(event, GroupStart):
            self._begin_group(event)
        elif isinstance(event, Entry):
            self._entry(event)
        elif isinstance(event, Outsider):
            self._write("")
            self._list(event.labels, event.cells)
            self._write("")
        elif isinstance(event, Line):
            self._text(event.text)
        elif isinstance(event, ErrorText):
            self._text(error_text(event.record))
        elif event is Marker.GROUP_END:
            self._end_wide_row()
            self._write("")
        else:
            self._write("")
            self._start = None
            self._waits = False

    def _text(self, text: str) -> None:
        for line in split_lines(text):
            self._write(line)

    def _prepare(self, start: DocumentStart) -> None:
        """Decide whether the columns must wait for what is in them: for a while, or (patiently) until the group ends."""
        self._is_patient = bool(start.autosize)
        if start.shape is Shape.WIDE:
            self._size_wide(0)
            self._waits = self._is_patient
        elif start.shape is Shape.TABLE and start.columns:
            self._size_columns(start.columns, None)
            self._waits = start.columns[0].width == 0 if start.autosize is None else start.autosize
        else:
            self._waits = False

    def _size_columns(self, columns: Sequence[ColumnHead], entries: list[Entry] | None) -> None:
        if entries is None:
            widths = [column.width for column in columns]
        else:
            widths = [
                max(
                    [
                        cells(column.label),
                        *(_line_cells(entry.cells[place]) for entry in entries if place < len(entry.cells)),
                    ]
                )
                for place, column in enumerate(columns)
            ]
        self._widths = share(widths, self._width)

    def _size_wide(self, longest: int) -> None:
        count = self._start.wide_columns if self._start is not None else 0
        if longest:
            count = 1
            while longest * (count + 1) + count < self._width:
                count += 1
        self._wide_widths = share([0] * (count or 2), self._width)

    def _begin_group(self, group: GroupStart) -> None:
        start = self._start
        if group.label:
            self._write("")
            self._write(f"   {group.label}: {group.value}")
            self._write("")
        if start is not None and start.shape is Shape.LIST:
            self._write("")
        if start is None or start.shape is not Shape.TABLE or start.hide_headers or not start.columns:
            return
        alignments = [column.alignment for column in start.columns]
        for line in table_rows([column.label for column in start.columns], self._widths, alignments):
            self._write(line)
        dashes = [
            "-" * min(cells(column.label), width) for column, width in zip(start.columns, self._widths, strict=True)
        ]
        self._write(table_row(dashes, self._widths, alignments))

    def _entry(self, entry: Entry) -> None:
        start = self._start
        if start is None:
            return
        if start.shape is Shape.TABLE:
            self._row(start, entry)
        elif start.shape is Shape.LIST:
            self._list(entry.labels, entry.cells)
            self._write("")
        elif start.shape is Shape.WIDE:
            self._wide_row.append(entry.cells[0] if entry.cells else "")
            if len(self._wide_row) == len(self._wide_widths):
                self._end_wide_row()
        else:
            self._text(entry.cells[0])

    def _row(self, start: DocumentStart, entry: Entry) -> None:
        if not start.columns:
            return
        alignments = [column.alignment for column in start.columns]
        values = [*entry.cells, *[""] * len(alignments)][: len(alignments)]
        if entry.wrap:
            for line in table_rows(values, self._widths, alignments):
                self._write(line)
        else:
            self._write(table_row(values, self._widths, alignments))

    def _list(self, labels: Sequence[str], values: Sequence[str]) -> None:
        """Write `label : value` lines, long values wrapped under themselves."""
        room = self._width - len(_COLON) - 1
        widest = min(max((cells(label) for label in labels), default=0), room)
        for label, value in zip(labels, values, strict=True):
            start = fitted(head(label, widest), widest, Alignment.LEFT) + _COLON
            indent = " " * (widest + len(_COLON))
            lines = wrapped(value, self._width - len(indent)) if self._wrap_lists else split_lines(value)
            for place, line in enumerate(lines):
                self._write((indent if place else start) + line)

    def _end_wide_row(self) -> None:
        if self._wide_row:
            row = [*self._wide_row, *[""] * len(self._wide_widths)][: len(self._wide_widths)]
            self._write(table_row(row, self._wide_widths, [Alignment.LEFT] * len(row)))
            self._wide_row = []


def _line_cells(text: str) -> int:
    return cells(split_lines(text)[0]) if "\n" in text else cells(text)


# --------------------------------------------------------------------------------------------------------------- other streams


def error_text(record: ErrorRecord, width: int | None = None) -> str:
    """Return an error as it is printed: what happened, where, and which error it is; wrapped when there is a width."""
    message = record.details or record.message
    lines = [f"{record.invocation} : {message}" if record.invocation else message]
    if record.position is not None:
        is_parser_error = record.category is ErrorCategory.PARSER_ERROR  # its message begins with the place
        lines.insert(0 if is_parser_error else 1, record.position.describe())
    if width is not None:
        lines = [line.rstrip(" ") for line in wrapped("\n".join(lines), width)]
    lines += _indented(f"+ CategoryInfo          : {_category(record)}", width)
    lines += _indented(f"+ FullyQualifiedErrorId : {record.fully_qualified_id}", width)
    lines.append(" ")
    return "\n".join(lines)


def _indented(text: str, width: int | None) -> list[str]:
    """Return a text indented by four, cut into lines wherever they end."""
    room = len(text) if width is None else max(1, width - _INDENT - 1)
    return [" " * _INDENT + text[place : place + room] for place in range(0, len(text), room)]


def _category(record: ErrorRecord) -> str:
    return object_text(category_object(record))


def message_text(word: str, message: str, width: int | None) -> str:
    """Return a warning or the like as it is printed (`WARNING: ...`), wrapped when there is a width."""
    text = f"{word}: {message}"
    return "\n".join(line.rstrip(" ") for line in wrapped(text, width)) if width is not None else text
