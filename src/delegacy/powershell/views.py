"""How objects of a type are shown, as data: table columns, list items. The session passes its own to the formatter; none are global."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

Read = Callable[[object], object]


class Alignment(Enum):
    """On which side of its column a cell stands."""

    LEFT = "Left"
    RIGHT = "Right"
    CENTER = "Center"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `value` is the property shown, or a function of the object; width 0 leaves it to the layout."""

    label: str
    value: str | Read
    width: int = 0
    alignment: Alignment | None = None


@dataclass(frozen=True, slots=True)
class TableView:
    """Objects as rows. `autosize` fits the columns to what is in them; `wrap` lets a cell take several lines.

    `group_by` is the property that a table is for each value of.
    """

    columns: tuple[Column, ...]
    autosize: bool = False
    wrap: bool = False
    hide_headers: bool = False
    group_by: str = ""


@dataclass(frozen=True, slots=True)
class ListItem:
    """A line of a list."""

    label: str
    value: str | Read


@dataclass(frozen=True, slots=True)
class ListView:
    """Objects as blocks of `label : value` lines."""

    items: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class View:
    """How objects of one type are shown.

    Without being told the shape, a table is used when there is one, else a list. `properties` are those shown when there is no view of
    the shape asked for; all when empty. `name` is the property that stands for the whole object in Format-Wide. `prefers_list`: the
    list is used even though there is a table.
    """

    table: TableView | None = None
    list: ListView | None = None
    properties: tuple[str, ...] = ()
    name: str | None = None
    prefers_list: bool = False


def columns(*declared: str | Column) -> tuple[Column, ...]:
    """Return columns, from plain property names where nothing else is to be said of them."""
    return tuple(Column(column, column) if isinstance(column, str) else column for column in declared)


def items(*declared: str | ListItem) -> tuple[ListItem, ...]:
    """Return list items, from plain property names where nothing else is to be said of them."""
    return tuple(ListItem(item, item) if isinstance(item, str) else item for item in declared)


class ViewRegistry:
    """Views by type name."""

    def __init__(self, views: Mapping[str, View] = MappingProxyType({})) -> None:
        self._views = {name.lower(): view for name, view in views.items()}

    def find(self, type_names: Iterable[str]) -> View | None:
        """Return the view for the first of the type names that has one."""
        for name in type_names:
            found = self._views.get(name.lower())
            if found is not None:
                return found
        return None

    def applies(self, view: View, type_names: Iterable[str]) -> bool:
        """Return whether a view is (one of) those of the type names."""
        return any(self._views.get(name.lower()) is view for name in type_names)

    def over(self, other: ViewRegistry) -> ViewRegistry:
        """Return a registry with the views of both; where both have one, ours counts."""
        merged = ViewRegistry()
        merged._views = other._views | self._views
        return merged


_ENTRY: Final = "System.Collections.DictionaryEntry"
_SPAN_PARTS: Final = ("Days", "Hours", "Minutes", "Seconds", "Milliseconds")
_SPAN_TOTALS: Final = ("TotalDays", "TotalHours", "TotalMinutes", "TotalSeconds", "TotalMilliseconds")


def _command_table(name: str) -> TableView:
    return TableView(
        columns(
            Column("CommandType", "CommandType", 15),
            Column("Name", name, 50),
            Column("Version", "Version", 10),
            "Source",
        )
    )


BUILTIN_VIEWS: Final[Mapping[str, View]] = MappingProxyType(
    {
        _ENTRY: View(table=TableView(columns(Column("Name", "Name", 30), "Value"))),
        "System.Management.Automation.PSVariable": View(table=TableView(columns(Column("Name", "Name", 30), "Value"))),
        "System.Management.Automation.CmdletInfo": View(table=_command_table("Name"), name="Name"),
        "System.Management.Automation.FunctionInfo": View(table=_command_table("Name"), name="Name"),
        "System.Management.Automation.AliasInfo": View(
            table=_command_table("DisplayName"),
            list=ListView(items("DisplayName", "CommandType", "Definition")),
            name="Name",
        ),
        "Microsoft.PowerShell.Commands.GroupInfo": View(
            table=TableView(
                columns(Column("Count", "Count", 5, Alignment.RIGHT), Column("Name", "Name", 25), "Group"),
            ),
            list=ListView(items("Name", "Count", "Group", "Values")),
        ),
        "Microsoft.PowerShell.Commands.GroupInfoNoElement": View(
            table=TableView(columns(Column("Count", "Count", 5, Alignment.RIGHT), Column("Name", "Name", 25))),
            list=ListView(items("Name", "Count", "Values")),
        ),
        "Microsoft.PowerShell.Commands.MemberDefinition": View(
            table=TableView(columns("Name", "MemberType", "Definition"), autosize=True, group_by="TypeName")
        ),
        "System.Management.Automation.PSCredential": View(
            table=TableView(columns("UserName", Column("Password", "Password"))),
        ),
        "System.Version": View(
            table=TableView(
                columns(
                    *(Column(name, name, 6) for name in ("Major", "Minor", "Build")), Column("Revision", "Revision", 8)
                )
            )
        ),
        "System.RuntimeType": View(
            table=TableView(
                columns(
                    Column("IsPublic", "IsPublic", 8),
                    Column("IsSerial", "IsSerializable", 8),
                    Column("Name", "Name", 40),
                    "BaseType",
                )
            )
        ),
        "System.TimeSpan": View(
            list=ListView(items(*_SPAN_PARTS, "Ticks", *_SPAN_TOTALS)),
            table=TableView(columns(*_SPAN_PARTS)),
            prefers_list=True,
            name="TotalMilliseconds",
        ),
        "System.Guid": View(table=TableView(columns("Guid"))),
        "System.Management.Automation.PathInfo": View(table=TableView(columns("Path"))),
    }
)
