"""Format-*, Out-* and Write-*."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

from delegacy.powershell.builtins._base import Builtin
from delegacy.powershell.convert import ConversionError, to_integer
from delegacy.powershell.decoding import ENCODING_NAMES, encode
from delegacy.powershell.documents import ENUMERATION_LIMIT, Formatter, Request, Shape
from delegacy.powershell.errors import ErrorCategory, ErrorRecord
from delegacy.powershell.formatting import text_of
from delegacy.powershell.host import FileAccessError
from delegacy.powershell.limits import check_items, check_text
from delegacy.powershell.metadata import SetMembership, parameter
from delegacy.powershell.methods import table_entries
from delegacy.powershell.selection import Selected, selected
from delegacy.powershell.streams import HostText, InformationRecord, ProgressRecord, Stream
from delegacy.powershell.text import to_text
from delegacy.powershell.values import Hashtable, PSObject, is_collection

_COLORS: Final = (
    "Black",
    "DarkBlue",
    "DarkGreen",
    "DarkCyan",
    "DarkRed",
    "DarkMagenta",
    "DarkYellow",
    "Gray",
    "DarkGray",
    "Blue",
    "Green",
    "Cyan",
    "Red",
    "Magenta",
    "Yellow",
    "White",
)
_FORMAT_KEYS: Final = ("name", "expression", "width", "alignment", "format")


def enumeration_limit(value: object) -> int:
    """Return $FormatEnumerationLimit as a number."""
    try:
        return to_integer(value) if value is not None else ENUMERATION_LIMIT
    except ConversionError:
        return ENUMERATION_LIMIT


@dataclass(kw_only=True)
class _Formatting(Builtin):
    """A Format- command: its output is for the eyes only."""

    shape: ClassVar[Shape]

    input_object: object = parameter(pipeline=True)
    group_by: object = parameter()
    force: bool = parameter(switch=True)
    expand: str | None = parameter(values=("CoreOnly", "EnumOnly", "Both"))

    def begin(self) -> None:
        """Read what is asked for."""
        by = selected(self.group_by, keys=("name", "expression")) if self.group_by is not None else []
        self._formatter = Formatter(
            self.engine.views,
            self.request(by[0] if by else None),
            run_block=self.engine.calculate,
            enumeration_limit=enumeration_limit(self.engine.variable("FormatEnumerationLimit")),
        )

    def request(self, group_by: Selected | None) -> Request:
        """Return what is asked for."""
        raise NotImplementedError

    def process(self) -> None:
        """Format the object."""
        if "input_object" in self.bound:
            self.engine.tick()
            for event in self._formatter.feed(self.input_object):
                self.write_object(event)

    def end(self) -> None:
        """Close the document."""
        for event in self._formatter.end():
            self.write_object(event)


@dataclass(kw_only=True)
class FormatTable(_Formatting):
    """Show objects as a table."""

    name: ClassVar[str] = "Format-Table"
    unsupported: ClassVar[Collection[str]] = frozenset({"View", "ShowError", "DisplayError"})

    property: tuple[object, ...] | None = parameter(position=0)
    auto_size: bool = parameter(switch=True)
    wrap: bool = parameter(switch=True)
    hide_table_headers: bool = parameter(switch=True)

    def request(self, group_by: Selected | None) -> Request:
        """Return what is asked for."""
        return Request(
            Shape.TABLE,
            tuple(selected(list(self.property), keys=_FORMAT_KEYS)) if self.property is not None else (),
            group_by,
            autosize=self.auto_size if "auto_size" in self.bound else None,
            wrap=self.wrap,
            hide_headers=self.hide_table_headers,
            force=self.force,
        )


@dataclass(kw_only=True)
class FormatList(_Formatting):
    """Show objects as lists of their properties."""

    name: ClassVar[str] = "Format-List"
    unsupported: ClassVar[Collection[str]] = frozenset({"View", "ShowError", "DisplayError"})

    property: tuple[object, ...] | None = parameter(position=0)

    def request(self, group_by: Selected | None) -> Request:
        """Return what is asked for."""
        wanted = tuple(selected(list(self.property), keys=_FORMAT_KEYS)) if self.property is not None else ()
        return Request(Shape.LIST, wanted, group_by, force=self.force)


@dataclass(kw_only=True)
class FormatWide(_Formatting):
    """Show one property of each object, several in a line."""

    name: ClassVar[str] = "Format-Wide"
    unsupported: ClassVar[Collection[str]] = frozenset({"View", "ShowError", "DisplayError"})

    property: object = parameter(position=0)
    auto_size: bool = parameter(switch=True)
    column: int | None = parameter(minimum=1)

    def request(self, group_by: Selected | None) -> Request:
        """Return what is asked for."""
        if self.auto_size and self.column is not None:
            self.fail(
                "Cannot process the command because the AutoSize and Column parameters are used together.",
                "FormatCannotSpecifyAutosizeAndColumns",
            )
        wanted = tuple(selected(self.property, keys=_FORMAT_KEYS)) if self.property is not None else ()
        return Request(
            Shape.WIDE, wanted, group_by, autosize=self.auto_size, wide_columns=self.column or 0, force=self.force
        )


# ------------------------------------------------------------------------------------------------------------------------- Out-


@dataclass(kw_only=True)
class OutNull(Builtin):
    """Drop what comes."""

    name: ClassVar[str] = "Out-Null"

    input_object: object = parameter(pipeline=True)


@dataclass(kw_only=True)
class OutHost(Builtin):
    """Show what comes."""

    name: ClassVar[str] = "Out-Host"

    input_object: object = parameter(pipeline=True)
    paging: bool = parameter(switch=True)

    def process(self) -> None:
        """Pass the object to whoever shows output."""
        if "input_object" in self.bound:
            self.engine.emit(Stream.SUCCESS, self.input_object)


@dataclass(kw_only=True)
class OutDefault(OutHost):
    """Show what comes."""

    name: ClassVar[str] = "Out-Default"


@dataclass(kw_only=True)
class _TextMaking(Builtin):
    """A command that turns objects into the text that would be shown of them."""

    input_object: object = parameter(pipeline=True)
    width: int | None = parameter(minimum=2)
    _values: list[object] = field(init=False, default_factory=list, repr=False)

    def process(self) -> None:
        """Keep the object."""
        if "input_object" in self.bound:
            self.engine.tick()
            check_items(len(self._values) + 1)
            self._values.append(self.input_object)

    def text(self) -> str:
        """Return the text."""
        text = text_of(
            self._values,
            self.engine.views,
            width=self.width or self.engine.host.width,
            enumeration_limit=enumeration_limit(self.engine.variable("FormatEnumerationLimit")),
            wrap_lists=self.width is not None,
        )
        check_text(len(text))
        return text


@dataclass(kw_only=True)
class OutString(_TextMaking):
    """Turn objects into the text that would be shown of them."""

    name: ClassVar[str] = "Out-String"

    stream: bool = parameter(switch=True)

    def end(self) -> None:
        """Write the text, in one piece or by lines."""
        if self.stream:
            self.write_objects(self.text().splitlines())
        else:
            self.write_object(self.text().replace("\n", "\r\n"))


@dataclass(kw_only=True)
class OutFile(_TextMaking):
    """Save the text that would be shown of objects in a file."""

    name: ClassVar[str] = "Out-File"
    supports_should_process: ClassVar[bool] = True

    file_path: str = parameter(position=0, mandatory=True, aliases=("Path", "LiteralPath", "PSPath"))
    encoding: str = parameter(position=1, values=ENCODING_NAMES, default="Unicode")
    append: bool = parameter(switch=True)
    force: bool = parameter(switch=True)
    no_clobber: bool = parameter(switch=True, aliases=("NoOverwrite",))
    no_newline: bool = parameter(switch=True)

    def begin(self) -> None:
        """Check where the file will be."""
        files = self.engine.files()
        if self.no_clobber and not self.append and files.is_file(self.file_path):
            self.fail(
                f"The file '{self.file_path}' already exists.",
                "NoClobber",
                ErrorCategory.RESOURCE_EXISTS,
                self.file_path,
            )

    def end(self) -> None:
        """Write the file, once what it tells of is durable."""
        if not self.should_process(f'Performing the operation "Output to File" on target "{self.file_path}".'):
            return
        self.engine.flush()
        files = self.engine.files()
        append = self.append and files.is_file(self.file_path)
        text = self.text().replace("\n", "" if self.no_newline else "\r\n")
        try:
            files.write(self.file_path, encode(text, self.encoding, begins_file=not append), append=append)
        except FileAccessError as error:
            self.fail(str(error), "FileOpenFailure", ErrorCategory.OPEN_ERROR, self.file_path)


# ----------------------------------------------------------------------------------------------------------------------- Write-


@dataclass(kw_only=True)
class WriteOutput(Builtin):
    """Hand objects on."""

    name: ClassVar[str] = "Write-Output"

    input_object: tuple[object, ...] = parameter(
        position=0, mandatory=True, pipeline=True, remaining=True, allow_null=True, allow_empty=True
    )
    no_enumerate: bool = parameter(switch=True)

    def process(self) -> None:
        """Hand the objects on, the items of arrays one by one."""
        if self.input_object is None:
            return
        for value in self.input_object:
            if self.no_enumerate or not is_collection(value):
                self.write_object(value)
            else:
                self.write_objects(value)


@dataclass(kw_only=True)
class WriteHost(Builtin):
    """Show text to the person in front of the host."""

    name: ClassVar[str] = "Write-Host"

    shown: tuple[object, ...] | None = parameter(
        position=0, pipeline=True, remaining=True, name="Object", aliases=("Msg", "Message")
    )
    no_newline: bool = parameter(switch=True)
    separator: str = parameter(default=" ")
    foreground_color: str | None = parameter(values=_COLORS)
    background_color: str | None = parameter(values=_COLORS)

    def process(self) -> None:
        """Show the text."""
        text = self.separator.join(self._text(value) for value in self.shown or ())
        host_text = HostText(text, self.foreground_color, self.background_color, not self.no_newline)
        self.runtime.write_information(InformationRecord(host_text, ("PSHOST",)))

    def _text(self, value: object) -> str:
        items = table_entries(value) if isinstance(value, Hashtable) else value
        return self.separator.join(to_text(item) for item in items) if is_collection(items) else to_text(items)


@dataclass(kw_only=True)
class _Message(Builtin):
    """A command that writes a message to a stream."""

    message: str = parameter(position=0, mandatory=True, pipeline=True, aliases=("Msg",), allow_empty=True)


@dataclass(kw_only=True)
class WriteWarning(_Message):
    """Write a warning."""

    name: ClassVar[str] = "Write-Warning"

    def process(self) -> None:
        """Write it."""
        self.write_warning(self.message)


@dataclass(kw_only=True)
class WriteVerbose(_Message):
    """Write a line that -Verbose shows."""

    name: ClassVar[str] = "Write-Verbose"

    def process(self) -> None:
        """Write it."""
        self.write_verbose(self.message)


@dataclass(kw_only=True)
class WriteDebug(_Message):
    """Write a line that -Debug shows."""

    name: ClassVar[str] = "Write-Debug"

    def process(self) -> None:
        """Write it."""
        self.write_debug(self.message)


@dataclass(kw_only=True)
class WriteInformation(Builtin):
    """Write to the information stream."""

    name: ClassVar[str] = "Write-Information"

    message_data: object = parameter(
        position=0, mandatory=True, pipeline=True, aliases=("Message", "Msg"), allow_null=True, allow_empty=True
    )
    tags: tuple[str, ...] = parameter(position=1, default=())

    def process(self) -> None:
        """Write it."""
        self.write_information(self.message_data, self.tags)


@dataclass(kw_only=True)
class WriteError(Builtin):
    """Report an error and go on."""

    name: ClassVar[str] = "Write-Error"
    default_parameter_set: ClassVar[str] = "NoException"

    message: str = parameter(
        sets={
            "NoException": SetMembership(mandatory=True, position=0, pipeline=True),
            "WithException": SetMembership(mandatory=False),
        },
        aliases=("Msg",),
        allow_null=True,
        allow_empty=True,
        default="",
    )
    exception: object = parameter(sets={"WithException": True})
    error_record: ErrorRecord | None = parameter(
        sets={"ErrorRecord": True}, convert=lambda value: value if isinstance(value, ErrorRecord) else _no_record()
    )
    category: ErrorCategory = parameter(sets=("NoException", "WithException"), default=ErrorCategory.NOT_SPECIFIED)
    error_id: str = parameter(
        sets=("NoException", "WithException"), default="Microsoft.PowerShell.Commands.WriteErrorException"
    )
    target_object: object = parameter(sets=("NoException", "WithException"))
    recommended_action: str | None = parameter()
    category_activity: str | None = parameter(aliases=("Activity",))
    category_reason: str | None = parameter(aliases=("Reason",))
    category_target_name: str | None = parameter(aliases=("TargetName",))
    category_target_type: str | None = parameter(aliases=("TargetType",))

    def process(self) -> None:
        """Report it."""
        if self.error_record is not None:
            self.write_error(self._of_caller(self.error_record))
            return
        kind = "Microsoft.PowerShell.Commands.WriteErrorException"
        message = self.message
        if isinstance(self.exception, PSObject) and self.exception.find("Message"):
            kind, message = self.exception.type_name, message or to_text(self.exception.get("Message"))
        elif self.exception is not None:
            message = message or to_text(self.exception)
        self.write_error(self._of_caller(ErrorRecord(message, self.error_id, self.category, self.target_object, kind)))

    def _of_caller(self, record: ErrorRecord) -> ErrorRecord:
        """Return the record as one of the function or script that runs this command, whose error it is."""
        caller = self.engine.caller()
        return replace(
            record,
            command=self.category_activity or "Write-Error",
            invocation=caller.invocation,
            source=caller.name,
            position=caller.position,
            placed=True,
        )


def _no_record() -> ErrorRecord:
    raise ValueError('Cannot convert the value to type "System.Management.Automation.ErrorRecord".')


@dataclass(kw_only=True)
class WriteProgress(Builtin):
    """Show the state of something that takes time."""

    name: ClassVar[str] = "Write-Progress"

    activity: str = parameter(position=0, mandatory=True)
    status: str = parameter(position=1, default="Processing")
    id: int = parameter(position=2, default=0, minimum=0)
    percent_complete: int = parameter(default=-1, minimum=-1, maximum=100)
    seconds_remaining: int = parameter(default=-1)
    current_operation: str = parameter(default="")
    parent_id: int = parameter(default=-1, minimum=-1)
    completed: bool = parameter(switch=True)
    source_id: int = parameter(default=0)

    def process(self) -> None:
        """Show it."""
        self.write_progress(
            ProgressRecord(
                self.activity,
                self.status,
                self.id,
                self.parent_id,
                self.percent_complete,
                self.seconds_remaining,
                self.current_operation,
                completed=self.completed,
            )
        )
