"""CSV, JSON and HTML."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import ClassVar

from delegacy.powershell.builtins._base import Builtin
from delegacy.powershell.csv_format import quoted_row, read_rows, read_rows_with_places
from delegacy.powershell.decoding import ENCODING_NAMES, decode_as, encode
from delegacy.powershell.documents import single_text
from delegacy.powershell.errors import ErrorCategory
from delegacy.powershell.formatting import is_formatted
from delegacy.powershell.host import FileAccessError
from delegacy.powershell.json_format import JsonWriter, read_json
from delegacy.powershell.limits import MAX_JSON_DEPTH, check_items, check_text
from delegacy.powershell.metadata import SetMembership, parameter
from delegacy.powershell.properties import MISSING, property_names
from delegacy.powershell.selection import quiet, read_own, resolve_all, selected
from delegacy.powershell.text import to_text, type_name
from delegacy.powershell.values import CUSTOM_OBJECT, Hashtable, PSObject, as_list, is_collection


def _cell(value: object) -> str | None:
    if value is None or value is MISSING:
        return None
    return type_name(value) if is_collection(value) or isinstance(value, Hashtable) else single_text(value)


@dataclass(kw_only=True)
class _CsvWriting(Builtin):
    """A command that writes objects as CSV. The first object says which columns there are."""

    input_object: object = parameter(pipeline=True, mandatory=True, allow_null=True, allow_empty=True)
    delimiter: str = parameter(position=1, default=",")
    no_type_information: bool = parameter(switch=True, aliases=("NTI",))
    use_culture: bool = parameter(switch=True)
    _columns: list[str] | None = field(init=False, default=None, repr=False)

    def rows(self, value: object) -> Iterable[str]:
        """Return the lines for an object, the header with the first one."""
        if value is None:
            return
        if self._columns is None:
            self._columns = property_names(value)
            if not self.no_type_information:
                yield f"#TYPE {type_name(value)}"
            yield quoted_row(self._columns, self.delimiter)
        yield quoted_row([_cell(read_own(value, name)) for name in self._columns], self.delimiter)

    def check_delimiter(self) -> None:
        """Raise unless the delimiter is one character."""
        if len(self.delimiter) != 1:
            self.fail("The delimiter must be one character.", "InvalidDelimiter", target=self.delimiter)


@dataclass(kw_only=True)
class ConvertToCsv(_CsvWriting):
    """Turn objects into lines of comma-separated values."""

    name: ClassVar[str] = "ConvertTo-Csv"

    def begin(self) -> None:
        """Check the delimiter."""
        self.check_delimiter()

    def process(self) -> None:
        """Write the object's line."""
        for row in self.rows(self.input_object):
            self.write_object(row)


@dataclass(kw_only=True)
class ExportCsv(_CsvWriting):
    """Save objects in a file of comma-separated values."""

    name: ClassVar[str] = "Export-Csv"
    supports_should_process: ClassVar[bool] = True

    path: str = parameter(position=0, mandatory=True, aliases=("FilePath", "LiteralPath", "PSPath"))
    append: bool = parameter(switch=True)
    force: bool = parameter(switch=True)
    no_clobber: bool = parameter(switch=True, aliases=("NoOverwrite",))
    encoding: str | None = parameter(values=ENCODING_NAMES)
    _lines: list[str] = field(init=False, default_factory=list, repr=False)

    def begin(self) -> None:
        """Check where the file will be; an existing one keeps its columns under -Append."""
        self.check_delimiter()
        files = self.engine.files()
        exists = files.is_file(self.path)
        if self.no_clobber and exists:
            self.fail(f"The file '{self.path}' already exists.", "NoClobber", ErrorCategory.RESOURCE_EXISTS, self.path)
        if self.append and exists:
            self._columns = self._known_columns(files.read(self.path))

    def _known_columns(self, content: bytes) -> list[str] | None:
        rows = (
            row
            for row in read_rows(decode_as(content, self.encoding), self.delimiter)
            if not row[0].startswith("#TYPE")
        )
        return next(rows, None)

    def process(self) -> None:
        """Keep the object's line until the end."""
        if is_formatted(self.input_object):
            self.fail(
                "Objects of a Format- command can't be saved as CSV. Use Select-Object in its place.",
                "FormattedObjectsNotExportable",
            )
        check_items(len(self._lines))
        self._lines.extend(self.rows(self.input_object))

    def end(self) -> None:
        """Write the file, once what it tells of is durable."""
        if not self.should_process(f'Performing the operation "Export-Csv" on target "{self.path}".'):
            return
        self.engine.flush()
        files = self.engine.files()
        append = self.append and files.is_file(self.path)
        text = "".join(f"{line}\r\n" for line in self._lines)
        try:
            files.write(self.path, encode(text, self.encoding, begins_file=not append), append=append)
        except FileAccessError as error:
            self.fail(str(error), "FileOpenFailure", ErrorCategory.OPEN_ERROR, self.path)


@dataclass(kw_only=True)
class _CsvReading(Builtin):
    """A command that reads objects from CSV. The first row says how their properties are called, unless -Header does."""

    header: tuple[str, ...] | None = parameter()

    def objects(self, text: str, delimiter: str) -> Iterable[PSObject]:
        """Return the objects of a text."""
        names = list(self.header) if self.header is not None else None
        for row, end in read_rows_with_places(text, delimiter):
            if names is None:
                if row[0].startswith("#TYPE"):
                    continue
                names = self._names(row)
                continue
            self.engine.tick()
            self.engine.fed(end / len(text))
            yield PSObject(
                CUSTOM_OBJECT, {name: row[place] if place < len(row) else None for place, name in enumerate(names)}
            )
        self.engine.fed(None)

    def _names(self, row: list[str]) -> list[str]:
        names: list[str] = []
        taken: set[str] = set()
        for place, name in enumerate(row, 1):
            if name.lower() in taken:
                self.fail(f'The member "{name}" is already present.', "AlreadyPresentPSMemberInfoInternalCollectionAdd")
            taken.add(name.lower())
            names.append(name or f"H{place}")
        if not all(row):
            self.write_warning(
                'One or more headers were not specified. Default names starting with "H" have been used in place of any missing headers.'
            )
        return names


@dataclass(kw_only=True)
class ConvertFromCsv(_CsvReading):
    """Turn lines of comma-separated values into objects."""

    name: ClassVar[str] = "ConvertFrom-Csv"

    input_object: tuple[str, ...] = parameter(
        position=0, mandatory=True, pipeline=True, allow_null=True, allow_empty=True
    )
    delimiter: str = parameter(position=1, default=",")
    _lines: list[str] = field(init=False, default_factory=list, repr=False)

    def process(self) -> None:
        """Keep the lines."""
        self._lines.extend(self.input_object or ())
        check_items(len(self._lines))

    def end(self) -> None:
        """Write the objects."""
        check_text(sum(map(len, self._lines)))
        for value in self.objects("\n".join(self._lines), self.delimiter[:1] or ","):
            self.write_object(value)


@dataclass(kw_only=True)
class ImportCsv(_CsvReading):
    """Read objects from a file of comma-separated values."""

    name: ClassVar[str] = "Import-Csv"

    path: tuple[str, ...] = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        aliases=("LiteralPath", "PSPath", "FullName"),
    )
    delimiter: str = parameter(position=1, default=",")
    use_culture: bool = parameter(switch=True)
    encoding: str | None = parameter(values=ENCODING_NAMES)

    def process(self) -> None:
        """Write the objects of the files."""
        files = self.engine.files()
        for path in self.path:
            if not files.is_file(path):
                self.complain(
                    f"Could not find file '{files.resolve(path)}'.", "FileOpenFailure", ErrorCategory.OPEN_ERROR, path
                )
                continue
            try:
                text = decode_as(files.read(path), self.encoding)
            except FileAccessError as error:
                self.complain(str(error), "FileOpenFailure", ErrorCategory.OPEN_ERROR, path)
                continue
            for value in self.objects(text, self.delimiter[:1] or ","):
                self.write_object(value)


@dataclass(kw_only=True)
class ConvertToJson(Builtin):
    """Turn objects into JSON."""

    name: ClassVar[str] = "ConvertTo-Json"

    input_object: object = parameter(position=0, mandatory=True, pipeline=True, allow_null=True, allow_empty=True)
    depth: int = parameter(default=2, minimum=0, maximum=MAX_JSON_DEPTH)
    compress: bool = parameter(switch=True)
    _values: list[object] = field(init=False, default_factory=list, repr=False)

    def process(self) -> None:
        """Keep the object."""
        check_items(len(self._values) + 1)
        self._values.append(self.input_object)

    def end(self) -> None:
        """Write the text."""
        value = self._values[0] if len(self._values) == 1 else self._values
        self.write_object(JsonWriter(self.depth, compress=self.compress).write(value))


@dataclass(kw_only=True)
class ConvertFromJson(Builtin):
    """Turn JSON into objects."""

    name: ClassVar[str] = "ConvertFrom-Json"

    input_object: str = parameter(position=0, mandatory=True, pipeline=True, allow_empty=True)
    _lines: list[str] = field(init=False, default_factory=list, repr=False)

    def process(self) -> None:
        """Keep the text."""
        self._lines.append(self.input_object)

    def end(self) -> None:
        """Write the objects. Lines that are complete by themselves are taken one by one, as several texts."""
        text = "\n".join(self._lines)
        check_text(len(text))
        if text.strip():
            self.write_object(read_json(text))


@dataclass(kw_only=True)
class ConvertToHtml(Builtin):
    """Turn objects into an HTML table."""

    name: ClassVar[str] = "ConvertTo-Html"
    default_parameter_set: ClassVar[str] = "Page"

    input_object: object = parameter(pipeline=True)
    property: tuple[object, ...] | None = parameter(position=0)
    body: tuple[str, ...] = parameter(sets={"Page": SetMembership(position=3)}, default=())
    head: tuple[str, ...] = parameter(sets={"Page": SetMembership(position=1)}, default=())
    title: str = parameter(sets={"Page": SetMembership(position=2)}, default="HTML TABLE")
    as_: str = parameter(name="As", values=("Table", "List"), default="Table")
    css_uri: str | None = parameter(sets=("Page",), aliases=("cu", "uri"))
    fragment: bool = parameter(switch=True, sets=("Fragment",))
    pre_content: tuple[str, ...] = parameter(default=())
    post_content: tuple[str, ...] = parameter(default=())
    _values: list[object] = field(init=False, default_factory=list, repr=False)

    def process(self) -> None:
        """Keep the object."""
        if "input_object" in self.bound and self.input_object is not None:
            check_items(len(self._values) + 1)
            self._values.append(self.input_object)

    def end(self) -> None:
        """Write the page, line by line."""
        lines: list[str] = []
        if not self.fragment:
            lines += [
                '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"  "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">',
                '<html xmlns="http://www.w3.org/1999/xhtml">',
                "<head>",
                *(self.head or (f"<title>{escape(self.title, quote=False)}</title>",)),
            ]
            if self.css_uri:
                lines.append(f'<link rel="stylesheet" type="text/css" href="{escape(self.css_uri)}" />')
            lines += ["</head><body>", *self.body]
        lines += [*self.pre_content, "<table>", *self._table(), "</table>", *self.post_content]
        if not self.fragment:
            lines.append("</body></html>")
        self.write_objects(lines)

    def _table(self) -> list[str]:
        if not self._values:
            return []
        wanted = selected(list(self.property)) if self.property is not None else selected("*")
        columns = resolve_all(wanted, self._values[0])
        names = [escape(one.title, quote=False) for one in columns]
        rows = []
        for value in self._values:
            self.engine.tick()
            found = [quiet(one, value, self.engine.calculate) for one in columns]
            texts = [
                escape(
                    " ".join(to_text(item) for item in as_list(one)) if is_collection(one) else _cell(one) or "",
                    quote=False,
                )
                for one in found
            ]
            rows.append(texts)
        if self.as_.lower() == "list":
            return [
                f"<tr><td>{name}:</td><td>{text}</td></tr>"
                for row in rows
                for name, text in zip(names, row, strict=True)
            ]
        lines = [
            "<colgroup>" + "<col/>" * len(names) + "</colgroup>",
            "<tr>" + "".join(f"<th>{name}</th>" for name in names) + "</tr>",
        ]
        lines += ["<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in rows]
        return lines
