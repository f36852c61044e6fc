"""From fetch items to what is read of the store and how it is printed (RFC 9051 section 7.5.2).

A plan is made once for a command and applied to every message: a template of bytes, and for each hole of it a column of values. Nothing about a message is
worked out here that was worked out when it was stored.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from types import MappingProxyType
from typing import Final, cast

from delegacy.domain.errors import InvalidInput
from delegacy.domain.mail_item import LIST_FIELDS, list_field_bits
from delegacy.domain.mail_store import ColumnValue, MessageColumn, MessageRow
from delegacy.wire import mime
from delegacy.wire.imap.dates import DateTimePrinter
from delegacy.wire.imap.fetch import (
    Attribute,
    Binary,
    BinarySize,
    BodySection,
    FetchItem,
    Partial,
    Section,
    SectionText,
)
from delegacy.wire.imap.printing import CRLF, print_flags, print_literal
from delegacy.wire.message_text import FieldSelection, transfer_decoded

_Getter = Callable[[MessageRow], ColumnValue]
_Column = Callable[[Sequence[MessageRow]], Iterable[ColumnValue]]

_SIMPLE: Final = MappingProxyType(
    {
        Attribute.SIZE: (MessageColumn.SIZE, b"%d"),
        Attribute.ENVELOPE: (MessageColumn.ENVELOPE, b"%b"),
        Attribute.BODY: (MessageColumn.BODY, b"%b"),
        Attribute.BODY_STRUCTURE: (MessageColumn.BODY_STRUCTURE, b"%b"),
        Attribute.MODSEQ: (MessageColumn.MODSEQ, b"(%d)"),
    }
)

_LIST_FIELDS: Final = frozenset(name.encode("ascii") for name in LIST_FIELDS)
_PART_TEXTS: Final = MappingProxyType(
    {
        SectionText.ALL: None,
        SectionText.HEADER: mime.SectionText.HEADER,
        SectionText.HEADER_FIELDS: mime.SectionText.HEADER,
        SectionText.HEADER_FIELDS_NOT: mime.SectionText.HEADER,
        SectionText.TEXT: mime.SectionText.TEXT,
        SectionText.MIME: mime.SectionText.MIME,
    }
)


class UnknownTransferEncoding(InvalidInput):
    """BINARY was asked of a part whose content transfer encoding is unknown (RFC 9051 section 7.1, UNKNOWN-CTE)."""

    error_id = "UnknownTransferEncoding"


class _PrintedFlags(dict[tuple[int, str], bytes]):
    """Flags by how they are stored, printed when first met: messages of a folder have few different ones."""

    def __missing__(self, stored: tuple[int, str]) -> bytes:
        flags = self[stored] = print_flags(*stored)
        return flags


class FetchPlan:
    """How to answer a FETCH. ``columns`` are to be read of the store; ``marks_seen`` tells that messages become ``SEEN`` by it."""

    def __init__(self, items: Sequence[FetchItem]) -> None:
        self._columns: list[MessageColumn] = []
        self._holes: list[_Column] = []
        self.marks_seen = any(isinstance(item, BodySection | Binary) and not item.peek for item in items)
        names = [self._plan(item) for item in items]
        self._template = b"* %%d FETCH (%b)\r\n" % b" ".join(names)
        self.columns = tuple(self._columns)

    def print(self, numbers: Iterable[int], rows: Sequence[MessageRow]) -> bytes:
        """Return the FETCH responses for messages, given by number and row. Raises ``UnknownTransferEncoding``."""
        # Column by column: the loops over the messages run inside the interpreter, which takes a third of the time.
        columns = [column(rows) for column in self._holes]
        return b"".join(map(self._template.__mod__, zip(numbers, *columns, strict=True)))

    def _plan(self, item: FetchItem) -> bytes:
        match item:
            case Attribute():
                return self._plan_attribute(item)
            case BodySection():
                self._holes.append(_each(self._section_getter(item)))
                return item.name.replace(b"%", b"%%") + b" %b"
            case Binary():
                self._holes.append(_each(self._binary_getter(item)))
                start = b"" if item.partial is None else b"<%d>" % item.partial.start
                return b"BINARY[%b]%b %%b" % (_print_part(item.part), start)
            case BinarySize():
                self._holes.append(_each(self._binary_size_getter(item)))
                return b"BINARY.SIZE[%b] %%d" % _print_part(item.part)

    def _plan_attribute(self, item: Attribute) -> bytes:
        match item:
            case Attribute.UID:
                self._holes.append(_each(itemgetter(0)))
                return b"UID %d"
            case Attribute.FLAGS:
                self._holes.append(self._flags_column())
                return b"FLAGS (%b)"
            case Attribute.INTERNALDATE:
                printer, received = DateTimePrinter(), self._place(MessageColumn.RECEIVED)
                self._holes.append(_each(lambda row: printer.print(cast("int", row[received]))))
                return b"INTERNALDATE %b"
            case _:
                column, hole = _SIMPLE[item]
                self._holes.append(_each(itemgetter(self._place(column))))
                return b"%b %b" % (item.value, hole)

    def _place(self, column: MessageColumn) -> int:
        if column not in self._columns:
            self._columns.append(column)
        return self._columns.index(column) + 1

    def _flags_column(self) -> _Column:
        stored = itemgetter(self._place(MessageColumn.SYSTEM_FLAGS), self._place(MessageColumn.KEYWORDS))
        printed = _PrintedFlags()
        return lambda rows: map(printed.__getitem__, map(stored, rows))

    def _section_getter(self, item: BodySection) -> _Getter:
        section = item.section
        if section.part:
            read = self._part_reader(section)
        elif section.text in (SectionText.HEADER_FIELDS, SectionText.HEADER_FIELDS_NOT):
            read = self._fields_reader(section)
        elif section.text is SectionText.ALL:
            read = self._whole_reader()
        else:
            column = MessageColumn.HEADER if section.text is SectionText.HEADER else MessageColumn.TEXT
            read = cast("Callable[[MessageRow], bytes | None]", itemgetter(self._place(column)))
        partial = item.partial

        def get(row: MessageRow) -> bytes:
            data = read(row)
            return b"NIL" if data is None else print_literal(_cut(data, partial))

        return get

    def _whole_reader(self) -> Callable[[MessageRow], bytes]:
        header, text = self._place(MessageColumn.HEADER), self._place(MessageColumn.TEXT)
        return lambda row: cast("bytes", row[header]) + cast("bytes", row[text])

    def _part_reader(self, section: Section) -> Callable[[MessageRow], bytes | None]:
        whole, parts = self._whole_reader(), self._place(MessageColumn.PARTS)
        text, selection = _PART_TEXTS[section.text], _selection(section)

        def read(row: MessageRow) -> bytes | None:
            found = mime.section(cast("bytes", row[parts]), section.part, text)
            if found is None:
                return None
            data = whole(row)[found[0] : found[1]]
            return data if selection is None else selection.apply(data)

        return read

    def _fields_reader(self, section: Section) -> Callable[[MessageRow], bytes]:
        selection = cast("FieldSelection", _selection(section))
        names = {name.lower() for name in section.fields}
        if section.text is SectionText.HEADER_FIELDS and names <= _LIST_FIELDS:
            kept, present = self._place(MessageColumn.LIST_FIELDS), self._place(MessageColumn.LIST_FIELDS_PRESENT)
            unwanted = ~list_field_bits(name.decode("ascii") for name in names)

            def read(row: MessageRow) -> bytes:
                fields = cast("bytes", row[kept])
                # When nothing else is there, the kept fields are the answer as they stand.
                return fields + CRLF if not cast("int", row[present]) & unwanted else selection.apply(fields)

            return read
        header = self._place(MessageColumn.HEADER)
        return lambda row: selection.apply(cast("bytes", row[header]))

    def _binary_getter(self, item: Binary) -> _Getter:
        read, partial = self._binary_reader(item.part), item.partial

        def get(row: MessageRow) -> bytes:
            data = read(row)
            if data is None:
                return b"NIL"
            cut = _cut(data, partial)
            return (b"~" if b"\0" in cut else b"") + print_literal(cut)

        return get

    def _binary_size_getter(self, item: BinarySize) -> _Getter:
        read = self._binary_reader(item.part)
        return lambda row: len(read(row) or b"")

    def _binary_reader(self, part: tuple[int, ...]) -> Callable[[MessageRow], bytes | None]:
        whole = self._whole_reader()
        if not part:
            return whole
        parts = self._place(MessageColumn.PARTS)

        def read(row: MessageRow) -> bytes | None:
            table = cast("bytes", row[parts])
            found = mime.section(table, part)
            if found is None:
                return None
            decoded = transfer_decoded(whole(row)[found[0] : found[1]], mime.transfer_encoding(table, part))
            if decoded is None:
                raise UnknownTransferEncoding("The part has an unknown content transfer encoding.")
            return decoded

        return read


def _each(get: _Getter) -> _Column:
    return lambda rows: map(get, rows)


def _selection(section: Section) -> FieldSelection | None:
    if not section.fields:
        return None
    return FieldSelection(section.fields, inverted=section.text is SectionText.HEADER_FIELDS_NOT)


def _cut(data: bytes, partial: Partial | None) -> bytes:
    return data if partial is None else data[partial.start : partial.start + partial.length]


def _print_part(part: tuple[int, ...]) -> bytes:
    return b".".join(b"%d" % number for number in part)
