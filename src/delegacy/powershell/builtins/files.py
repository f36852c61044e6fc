"""Files of the person at the local shell, and paths as text."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

from delegacy.powershell.builtins._base import Builtin
from delegacy.powershell.decoding import ENCODING_NAMES, decode_as, encode
from delegacy.powershell.documents import single_text
from delegacy.powershell.errors import ErrorCategory
from delegacy.powershell.host import FileAccessError, HostFiles
from delegacy.powershell.limits import check_items
from delegacy.powershell.metadata import SetMembership, parameter
from delegacy.powershell.text import to_text
from delegacy.powershell.values import PSObject, is_collection

_VARIABLES: Final = "variable:"
_FUNCTIONS: Final = "function:"


def _separator(path: str) -> str:
    return "\\" if "\\" in path and "/" not in path else "/"


@dataclass(kw_only=True)
class TestPath(Builtin):
    """Tell whether there is something at a path."""

    name: ClassVar[str] = "Test-Path"

    path: tuple[str, ...] = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        aliases=("LiteralPath", "PSPath"),
        allow_empty=True,
    )
    path_type: str = parameter(aliases=("Type",), values=("Any", "Container", "Leaf"), default="Any")
    is_valid: bool = parameter(switch=True)

    def process(self) -> None:
        """Tell it of each path."""
        for path in self.path:
            self.write_object(self._exists(path))

    def _exists(self, path: str) -> bool:
        lowered = path.lower()
        if lowered.startswith(_VARIABLES):
            return lowered.removeprefix(_VARIABLES) in {name.lower() for name in self.engine.variables()}
        if lowered.startswith(_FUNCTIONS):
            return self.engine.find_command(path[len(_FUNCTIONS) :]) is not None
        files = self.engine.files()
        kind = self.path_type.lower()
        return (kind != "container" and files.is_file(path)) or (kind != "leaf" and files.is_folder(path))


@dataclass(kw_only=True)
class GetContent(Builtin):
    """Read a file, line by line."""

    name: ClassVar[str] = "Get-Content"

    path: tuple[str, ...] = parameter(
        position=0,
        mandatory=True,
        pipeline_by_property_name=True,
        pipeline=True,
        aliases=("LiteralPath", "PSPath", "FullName"),
    )
    raw: bool = parameter(switch=True)
    total_count: int | None = parameter(aliases=("First", "Head"), minimum=0)
    tail: int | None = parameter(aliases=("Last",), minimum=0)
    encoding: str | None = parameter(values=ENCODING_NAMES)
    read_count: int = parameter(default=1, minimum=0)

    def process(self) -> None:
        """Write the lines."""
        files = self.engine.files()
        for path in self.path:
            if not files.is_file(path):
                self.complain(
                    f"Cannot find path '{files.resolve(path)}' because it does not exist.",
                    "PathNotFound",
                    ErrorCategory.OBJECT_NOT_FOUND,
                    path,
                )
                continue
            self._read(files, path)

    def _read(self, files: HostFiles, path: str) -> None:
        try:
            text = decode_as(files.read(path), self.encoding)
        except FileAccessError as error:
            self.complain(str(error), "GetContentReaderUnauthorizedAccessError", ErrorCategory.PERMISSION_DENIED, path)
            return
        if self.raw:
            self.write_object(text)
            return
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if lines[-1] == "":
            lines.pop()
        if self.total_count is not None:
            lines = lines[: self.total_count]
        if self.tail is not None:
            lines = lines[-self.tail :] if self.tail else []
        for line in lines:
            self.engine.tick()
            self.write_object(line)


@dataclass(kw_only=True)
class _Writing(Builtin):
    """A command that writes lines to a file."""

    supports_should_process: ClassVar[bool] = True
    appends: ClassVar[bool]

    path: str = parameter(position=0, mandatory=True, pipeline_by_property_name=True, aliases=("LiteralPath", "PSPath"))
    value: tuple[object, ...] = parameter(position=1, mandatory=True, pipeline=True, allow_null=True, allow_empty=True)
    encoding: str | None = parameter(values=ENCODING_NAMES)
    force: bool = parameter(switch=True)
    no_newline: bool = parameter(switch=True)
    pass_thru: bool = parameter(switch=True)
    _lines: list[str] = field(init=False, default_factory=list, repr=False)

    def process(self) -> None:
        """Keep the lines."""
        for value in self.value or ():
            check_items(len(self._lines) + 1)
            self._lines.append(
                " ".join(to_text(item) for item in value) if is_collection(value) else single_text(value)
            )
        if self.pass_thru:
            self.write_objects(self.value or ())

    def end(self) -> None:
        """Write the file, once what it tells of is durable."""
        word = "Add Content" if self.appends else "Set Content"
        if not self.should_process(f'Performing the operation "{word}" on target "Path: {self.path}".'):
            return
        files = self.engine.files()
        self.engine.flush()
        append = self.appends and files.is_file(self.path)
        end = "" if self.no_newline else "\r\n"
        text = "".join(f"{line}{end}" for line in self._lines)
        try:
            files.write(self.path, encode(text, self.encoding, begins_file=not append), append=append)
        except FileAccessError as error:
            self.fail(str(error), "GetContentWriterIOError", ErrorCategory.WRITE_ERROR, self.path)


@dataclass(kw_only=True)
class SetContent(_Writing):
    """Replace what a file holds."""

    name: ClassVar[str] = "Set-Content"
    appends: ClassVar[bool] = False


@dataclass(kw_only=True)
class AddContent(_Writing):
    """Add lines to a file."""

    name: ClassVar[str] = "Add-Content"
    appends: ClassVar[bool] = True


@dataclass(kw_only=True)
class JoinPath(Builtin):
    """Join the parts of a path."""

    name: ClassVar[str] = "Join-Path"

    path: tuple[str, ...] = parameter(
        position=0, mandatory=True, pipeline=True, pipeline_by_property_name=True, aliases=("PSPath",)
    )
    child_path: str = parameter(position=1, mandatory=True, pipeline_by_property_name=True, allow_empty=True)
    additional_child_path: tuple[str, ...] = parameter(remaining=True, default=())

    def process(self) -> None:
        """Write the joined path."""
        for path in self.path:
            joined = path
            for part in (self.child_path, *self.additional_child_path):
                separator = _separator(joined)
                joined = joined.rstrip("/\\") + separator + part.lstrip("/\\")
            self.write_object(joined)


@dataclass(kw_only=True)
class SplitPath(Builtin):
    """Take a part of a path."""

    name: ClassVar[str] = "Split-Path"
    default_parameter_set: ClassVar[str] = "ParentSet"

    path: tuple[str, ...] = parameter(
        position=0, mandatory=True, pipeline=True, pipeline_by_property_name=True, aliases=("LiteralPath", "PSPath")
    )
    parent: bool = parameter(switch=True, sets=("ParentSet",))
    leaf: bool = parameter(switch=True, sets={"LeafSet": SetMembership(mandatory=True)})
    leaf_base: bool = parameter(switch=True, sets={"LeafBaseSet": SetMembership(mandatory=True)})
    extension: bool = parameter(switch=True, sets={"ExtensionSet": SetMembership(mandatory=True)})
    is_absolute: bool = parameter(switch=True, sets={"AbsoluteSet": SetMembership(mandatory=True)})

    def process(self) -> None:
        """Write the part."""
        for path in self.path:
            self.write_object(self._part(path))

    def _part(self, path: str) -> object:
        if self.is_absolute:
            return path.startswith(("/", "\\")) or path[1:2] == ":"
        trimmed = path.rstrip("/\\")
        cut = max(trimmed.rfind("/"), trimmed.rfind("\\"))
        name = trimmed[cut + 1 :]
        base, dot, extension = name.rpartition(".")
        if self.leaf:
            return name
        if self.leaf_base:
            return base if dot else name
        if self.extension:
            return dot + extension if dot else ""
        return trimmed[: max(cut, 0)]


@dataclass(kw_only=True)
class ResolvePath(Builtin):
    """Write a path in full."""

    name: ClassVar[str] = "Resolve-Path"

    path: tuple[str, ...] = parameter(
        position=0, mandatory=True, pipeline=True, pipeline_by_property_name=True, aliases=("LiteralPath",)
    )

    def process(self) -> None:
        """Write the paths of what is there."""
        files = self.engine.files()
        for path in self.path:
            if files.is_file(path) or files.is_folder(path):
                full = files.resolve(path)
                self.write_object(
                    PSObject("System.Management.Automation.PathInfo", {"Path": full, "ProviderPath": full}, text=full)
                )
            else:
                self.complain(
                    f"Cannot find path '{files.resolve(path)}' because it does not exist.",
                    "PathNotFound",
                    ErrorCategory.OBJECT_NOT_FOUND,
                    path,
                )


@dataclass(kw_only=True)
class GetLocation(Builtin):
    """Tell the current folder."""

    name: ClassVar[str] = "Get-Location"

    def process(self) -> None:
        """Write it."""
        full = self.engine.files().resolve(".")
        self.write_object(
            PSObject("System.Management.Automation.PathInfo", {"Path": full, "ProviderPath": full}, text=full)
        )
