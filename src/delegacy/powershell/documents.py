"""Objects to what is shown of them: which view, which properties, which cells. Widths and lines are the business of `rendering`.

Objects become a document as in PowerShell: a start, groups of entries, an end. Text, and objects that do not fit the document that has
been begun, stand between its entries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Final

from delegacy.powershell.compare import equal
from delegacy.powershell.errors import ErrorRecord
from delegacy.powershell.formats import format_date, format_value
from delegacy.powershell.layout import ELLIPSIS
from delegacy.powershell.methods import table_entries
from delegacy.powershell.properties import MISSING, property_names
from delegacy.powershell.selection import Selected, quiet, read_own, resolve_all
from delegacy.powershell.streams import (
    DebugRecord,
    HostText,
    InformationRecord,
    VerboseRecord,
    WarningRecord,
)
from delegacy.powershell.text import to_text, type_names
from delegacy.powershell.values import Char, Hashtable, PSObject, ScriptBlock, SecureString, is_collection
from delegacy.powershell.views import Alignment, Column, ListItem, View, ViewRegistry
from delegacy.powershell.wildcard import matches_wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from delegacy.powershell.selection import RunBlock

ENUMERATION_LIMIT: Final = 16
TABLE_PROPERTIES: Final = 4
TABLE_COLUMNS: Final = 10
_SCALARS: Final = (str, bool, int, float, Decimal, Enum, SecureString)
_PLAIN: Final = (*_SCALARS, WarningRecord, VerboseRecord, DebugRecord, InformationRecord, HostText, ScriptBlock)
_NAME_PATTERNS: Final = ("name", "id", "key", "*key", "*name", "*id")


class Shape(Enum):
    """How objects are laid out."""

    TABLE = "table"
    LIST = "list"
    WIDE = "wide"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """A column of a table as it is to be laid out; width 0 is free."""

    label: str
    width: int
    alignment: Alignment


@dataclass(frozen=True, slots=True)
class DocumentStart:
    """The beginning of a document. `autosize` fits columns to what is in them; None leaves it to the layout."""

    shape: Shape
    columns: tuple[ColumnHead, ...] = ()
    autosize: bool | None = None
    hide_headers: bool = False
    wide_columns: int = 0


@dataclass(frozen=True, slots=True)
class GroupStart:
    """The beginning of a group, with what its members have in common when there is something."""

    label: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One object: its cells, and in a list their labels."""

    cells: tuple[str, ...]
    labels: tuple[str, ...] = ()
    wrap: bool = False


@dataclass(frozen=True, slots=True)
class Outsider:
    """An object that does not fit the document that was begun: a list of its own."""

    cells: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Text that stands by itself."""

    text: str


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error that stands among the output."""

    record: ErrorRecord


class Marker(Enum):
    """The end of a group or of a document."""

    GROUP_END = "group end"
    DOCUMENT_END = "document end"


Event = DocumentStart | GroupStart | Entry | Outsider | Line | ErrorText | Marker
FORMAT_EVENTS: Final = (DocumentStart, GroupStart, Entry, Outsider, Line, ErrorText, Marker)


@dataclass(frozen=True, slots=True)
class Request:
    """What a Format- command was asked for; all defaults for what is shown by itself."""

    shape: Shape | None = None
    properties: tuple[Selected, ...] = ()
    group_by: Selected | None = None
    autosize: bool | None = None
    wrap: bool = False
    hide_headers: bool = False
    wide_columns: int = 0
    force: bool = False


@dataclass(slots=True)
class _Open:
    """The document that was begun: its shape, and where its cells come from."""

    shape: Shape
    view: View | None = None
    columns: tuple[Column, ...] = ()
    items: tuple[ListItem, ...] = ()
    selected: tuple[Selected, ...] = ()
    wrap: bool = False
    group_by: Selected | None = None
    group: object = field(default=MISSING)


def _no_block(_block: ScriptBlock, _value: object) -> list[object]:
    return []


class Formatter:
    """Turns objects into the events of documents."""

    def __init__(
        self,
        views: ViewRegistry,
        request: Request | None = None,
        *,
        run_block: RunBlock = _no_block,
        enumeration_limit: int = ENUMERATION_LIMIT,
    ) -> None:
        self._views = views
        self._request = request or Request()
        self._run_block = run_block
        self._limit = enumeration_limit
        self._open: _Open | None = None
        self._in_group = False

    def feed(self, value: object) -> Iterable[Event]:
        """Return the events for one object."""
        if value is None:
            return
        if isinstance(value, FORMAT_EVENTS):
            yield from self.end()
            yield value
        elif isinstance(value, Hashtable):
            for entry in table_entries(value):
                yield from self._object(entry)
        elif is_collection(value):
            for item in value:
                if item is not None:
                    yield from self._object(item)
        else:
            yield from self._object(value)

    def end(self) -> Iterable[Event]:
        """Return the events that close the document, if one is open."""
        if self._in_group:
            self._in_group = False
            yield Marker.GROUP_END
        if self._open is not None:
            self._open = None
            yield Marker.DOCUMENT_END

    # ------------------------------------------------------------------------------------------------------------- objects

    def _object(self, value: object) -> Iterable[Event]:
        if not self._request.force:
            aside = self._aside(value)
            if aside is not None:
                yield aside
                return
        opened = self._open
        if opened is None:
            opened = self._open = self._begin(value)
            yield self._start(opened, value)
        elif opened.view is not None and not self._views.applies(opened.view, type_names(value)):
            yield self._outsider(value)
            return
        yield from self._group(opened, value)
        yield self._entry(opened, value)

    def _aside(self, value: object) -> Event | None:
        """Return the event for a value that never belongs to a document: text, numbers, records of the other streams."""
        if isinstance(value, ErrorRecord):
            return ErrorText(value)
        if isinstance(value, _PLAIN) or (not property_names(value) and self._views.find(type_names(value)) is None):
            return Line(to_text(value))
        return None

    def _group(self, opened: _Open, value: object) -> Iterable[Event]:
        by = self._request.group_by or opened.group_by
        if by is None:
            if not self._in_group:
                self._in_group = True
                yield GroupStart()
            return
        key = quiet(by, value, self._run_block)
        if self._in_group and (opened.group is key or equal(opened.group, key)):
            return
        if self._in_group:
            yield Marker.GROUP_END
        self._in_group = True
        opened.group = key
        title = resolve_all([by], value)[0].title if isinstance(by.expression, str) and by.label is None else by.title
        yield GroupStart(title, self.cell(None if key is MISSING else key))

    # ------------------------------------------------------------------------------------------------------------ document

    def _begin(self, value: object) -> _Open:
        """Choose the shape and the properties of a document by its first object."""
        request = self._request
        view = self._views.find(type_names(value))
        if request.properties:
            shape = request.shape or Shape.TABLE
            return _Open(shape, selected=tuple(resolve_all(request.properties, value)), wrap=request.wrap)
        if isinstance(value, datetime) and request.shape is None:
            return _Open(Shape.PLAIN)
        shown_as_list = view is not None and view.prefers_list and request.shape is None
        if view is not None and request.shape in (None, Shape.TABLE) and view.table is not None and not shown_as_list:
            by = Selected(view.table.group_by) if view.table.group_by else None
            return _Open(Shape.TABLE, view, view.table.columns, wrap=request.wrap or view.table.wrap, group_by=by)
        if view is not None and request.shape in (None, Shape.LIST) and view.list is not None:
            return _Open(Shape.LIST, view, items=view.list.items)
        names = (view.properties if view is not None else ()) or property_names(value)
        shape = request.shape or (Shape.TABLE if len(names) <= TABLE_PROPERTIES else Shape.LIST)
        if shape is Shape.TABLE:
            names = names[:TABLE_COLUMNS]
        if shape is Shape.WIDE:
            names = names_for_wide(value, view)
        return _Open(shape, selected=tuple(Selected(name) for name in names), wrap=request.wrap)

    def _start(self, opened: _Open, value: object) -> DocumentStart:
        request = self._request
        if opened.shape is not Shape.TABLE:
            autosize = request.autosize if opened.shape is Shape.WIDE else None
            return DocumentStart(opened.shape, autosize=autosize, wide_columns=request.wide_columns)
        if opened.view is not None and opened.view.table is not None:
            table = opened.view.table
            heads = tuple(
                ColumnHead(column.label, column.width, column.alignment or Alignment.LEFT) for column in table.columns
            )
            autosize = table.autosize or None if request.autosize is None else request.autosize
            return DocumentStart(Shape.TABLE, heads, autosize, request.hide_headers or table.hide_headers)
        heads = tuple(
            ColumnHead(one.title, one.width, one.alignment or self._alignment(quiet(one, value, self._run_block)))
            for one in opened.selected
        )
        return DocumentStart(Shape.TABLE, heads, request.autosize, request.hide_headers)

    def _alignment(self, value: object) -> Alignment:
        """Return on which side a column stands by its first value: numbers and their like stand right."""
        is_text = isinstance(value, str) and not isinstance(value, Char)
        if value is MISSING or not isinstance(value, _SCALARS) or is_text:
            return Alignment.LEFT
        return Alignment.RIGHT

    def _read(self, what: str | Callable[[object], object], value: object) -> object:
        found = read_own(value, what) if isinstance(what, str) else what(value)
        return None if found is MISSING else found

    def _entry(self, opened: _Open, value: object) -> Event:
        if opened.shape is Shape.PLAIN:
            return Entry((format_date(value, "F") if isinstance(value, datetime) else self.cell(value),))
        if opened.shape is Shape.LIST:
            return self._list_entry(opened, value)
        if opened.columns:
            return Entry(
                tuple(self.cell(self._read(column.value, value)) for column in opened.columns), wrap=opened.wrap
            )
        return Entry(tuple(self._selected_cell(one, value) for one in opened.selected), wrap=opened.wrap)

    def _list_entry(self, opened: _Open, value: object) -> Entry:
        if opened.items:
            return Entry(
                tuple(self.cell(self._read(item.value, value)) for item in opened.items),
                tuple(item.label for item in opened.items),
            )
        wanted = self._request.properties or self._list_properties(value)
        chosen = resolve_all(wanted, value)
        return Entry(tuple(self._selected_cell(one, value) for one in chosen), tuple(one.title for one in chosen))

    def _list_properties(self, value: object) -> tuple[Selected, ...]:
        view = self._views.find(type_names(value))
        names: Sequence[str] = (view.properties if view is not None else ()) or property_names(value)
        return tuple(Selected(name) for name in names)

    def _outsider(self, value: object) -> Event:
        view = self._views.find(type_names(value))
        if view is not None and view.list is not None:
            opened = _Open(Shape.LIST, view, items=view.list.items)
        else:
            opened = _Open(Shape.LIST)
        if opened.items:
            entry = self._list_entry(opened, value)
            return Outsider(entry.cells, entry.labels)
        chosen = self._list_properties(value)
        return Outsider(tuple(self._selected_cell(one, value) for one in chosen), tuple(one.title for one in chosen))

    # --------------------------------------------------------------------------------------------------------------- cells

    def _selected_cell(self, one: Selected, value: object) -> str:
        read = quiet(one, value, self._run_block)
        if read is MISSING or read is None:
            return ""
        if one.format:
            try:
                return format_value(read, one.format)
            except ValueError:
                return self.cell(read)
        return self.cell(read)

    def cell(self, value: object) -> str:
        """Return a value as a cell shows it: collections in braces, cut short after the enumeration limit."""
        if value is None:
            return ""
        if isinstance(value, Hashtable):
            return self._braces(value)
        if is_collection(value):
            return self._braces(value)
        return single_text(value)

    def _braces(self, items: Iterable[object]) -> str:
        shown: list[str] = []
        for count, item in enumerate(items):
            if 0 <= self._limit <= count:
                return "{" + ", ".join(shown) + ELLIPSIS + "}"
            shown.append(item_text(item))
        return "{" + ", ".join(shown) + "}"


def single_text(value: object) -> str:
    """Return a single value as a cell shows it: dates by culture."""
    return format_date(value, "") if isinstance(value, datetime) else to_text(value)


def item_text(value: object) -> str:
    """Return a member of a collection as a cell shows it: an object by its name."""
    if is_collection(value) or not isinstance(value, PSObject):
        return to_text(value) if is_collection(value) else single_text(value)
    if value.text is not None:
        return value.text
    name = display_name(value)
    return single_text(value) if name is None else single_text(value.get(name))


def display_name(value: PSObject) -> str | None:
    """Return the property that an object is called by: name, id, key, or the first that ends like that."""
    names = value.names()
    for pattern in _NAME_PATTERNS:
        found = next((name for name in names if name.lower() != "runspaceid" and matches_wildcard(pattern, name)), None)
        if found is not None:
            return found
    return None


def names_for_wide(value: object, view: View | None) -> list[str]:
    """Return the one property that Format-Wide shows."""
    if view is not None and view.name is not None:
        return [view.name]
    name = display_name(value) if isinstance(value, PSObject) else None
    return [name] if name is not None else property_names(value)[:1]
