"""Select-Object, Sort-Object, Group-Object, Measure-Object, Compare-Object, Get-Unique and Tee-Object."""

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Final

from delegacy.powershell.arithmetic import add
from delegacy.powershell.builtins._base import Builtin
from delegacy.powershell.compare import compare, equal, sort_key
from delegacy.powershell.convert import ConversionError, to_double
from delegacy.powershell.errors import ErrorCategory, PowerShellError
from delegacy.powershell.limits import check_items
from delegacy.powershell.metadata import SetMembership, parameter
from delegacy.powershell.properties import MISSING, read_property
from delegacy.powershell.selection import Selected, quiet, resolve_all, selected
from delegacy.powershell.text import to_text, type_name
from delegacy.powershell.values import CUSTOM_OBJECT, Hashtable, PSObject, as_list, is_collection
from delegacy.powershell.wildcard import matches_wildcard

_GROUP: Final = "Microsoft.PowerShell.Commands.GroupInfo"


@dataclass(kw_only=True)
class _Gathering(Builtin):
    """A command that needs all objects before it can answer. $null is no object."""

    input_object: object = parameter(pipeline=True)
    gathered: list[object] = field(init=False, default_factory=list, repr=False)

    def process(self) -> None:
        """Keep the object."""
        if self.input_object is not None:
            self.engine.tick()
            check_items(len(self.gathered) + 1)
            self.gathered.append(self.input_object)


@dataclass(kw_only=True)
class SelectObject(Builtin):
    """Choose properties of objects, or some of the objects."""

    name: ClassVar[str] = "Select-Object"

    input_object: object = parameter(pipeline=True)
    property: tuple[object, ...] | None = parameter(position=0)
    exclude_property: tuple[str, ...] = parameter(default=())
    expand_property: str | None = parameter()
    unique: bool = parameter(switch=True)
    first: int | None = parameter(minimum=0)
    last: int | None = parameter(minimum=0)
    skip: int = parameter(default=0, minimum=0)
    skip_last: int = parameter(default=0, minimum=0)
    index: tuple[int, ...] | None = parameter(minimum=0)
    wait: bool = parameter(switch=True)

    def begin(self) -> None:
        """Read the properties."""
        self._selected = selected(list(self.property)) if self.property is not None else []
        self._place = -1
        self._passed = 0
        self._queue: deque[object] = deque()
        self._seen: list[object] = []
        if self.exclude_property and not self._selected:
            self._selected = [Selected("*")]

    def process(self) -> None:
        """Pass the object on if it is one of those wanted; stop the commands before when no more are."""
        if "input_object" not in self.bound:
            return
        if self.first == 0 and self.last is None:
            self.engine.stop_upstream(self)
        self.engine.tick()
        self._place += 1
        if self.index is not None:
            self._by_index()
        elif self.last is not None or self.skip_last:
            self._queue_up()
        elif self._place >= self.skip:
            self._pass(self.input_object)
            if self.first is not None and self._passed >= self.first and not self.wait:
                self.engine.stop_upstream(self)

    def _by_index(self) -> None:
        wanted = self.index or ()
        if self._place in wanted:
            self._pass(self.input_object)
        if not self.wait and self._place >= max(wanted, default=0):
            self.engine.stop_upstream(self)

    def _queue_up(self) -> None:
        if self.first is not None and self._passed < self.first:
            self._pass(self.input_object)
            return
        check_items(len(self._queue) + 1)
        self._queue.append(self.input_object)
        if self.skip_last and len(self._queue) > self.skip_last:
            self._pass(self._queue.popleft())
        elif self.last is not None and len(self._queue) > self.last + self.skip:
            self._queue.popleft()

    def end(self) -> None:
        """Pass on the last objects."""
        if self.last is None or self.skip_last:
            return
        kept = list(self._queue)
        kept = kept[: len(kept) - self.skip] if self.skip else kept
        for value in kept[-self.last :] if self.last else ():
            self._pass(value)

    def _pass(self, value: object) -> None:
        if self.first is not None and self._passed >= self.first and self.last is None:
            return
        self._passed += 1
        if self.expand_property is not None:
            self._expand(value)
        else:
            self._write(self._projected(value) if self._selected else value)

    def _write(self, value: object) -> None:
        if self.unique:
            if any(_same(value, known) for known in self._seen):
                return
            check_items(len(self._seen) + 1)
            self._seen.append(value)
        self.write_object(value)

    def _projected(self, value: object) -> PSObject:
        properties: dict[str, object] = {}
        for one in resolve_all(self._selected, value):
            if self.exclude_property and any(matches_wildcard(pattern, one.title) for pattern in self.exclude_property):
                continue
            found = quiet(one, value, self.engine.calculate)
            properties[one.title] = None if found is MISSING else found
        return PSObject((f"Selected.{_plain_type(value)}", CUSTOM_OBJECT), properties)

    def _expand(self, value: object) -> None:
        wanted = selected(self.expand_property)[0]
        matches = wanted.resolved(value)
        if len(matches) != 1:
            word = (
                "Multiple properties cannot be expanded."
                if matches
                else f'Property "{self.expand_property}" cannot be found.'
            )
            self.complain(word, "ExpandPropertyNotFound" if not matches else "MutlipleExpandProperties", target=value)
            return
        found = matches[0].read(value, self.engine.calculate)
        if found is MISSING:
            self.complain(f'Property "{self.expand_property}" cannot be found.', "ExpandPropertyNotFound", target=value)
            return
        for item in as_list(found) if is_collection(found) else [found]:
            if self._selected and isinstance(item, PSObject):
                item = self._with_properties(item, value)  # noqa: PLW2901 - the item, more of it
            if item is not None:
                self._write(item)

    def _with_properties(self, item: PSObject, source: object) -> PSObject:
        copy = item.copy()
        for name, found in self._projected(source).members().items():
            copy.set(name, found)
        return copy


def _plain_type(value: object) -> str:
    name = type_name(value)
    return name.removeprefix("Selected.")


def _same(left: object, right: object) -> bool:
    if isinstance(left, PSObject) and isinstance(right, PSObject) and left.text is None:
        return left.names() == right.names() and all(equal(left.get(name), right.get(name)) for name in left.names())
    return equal(left, right, ignore_case=False)


@dataclass(kw_only=True)
class SortObject(_Gathering):
    """Put objects in order."""

    name: ClassVar[str] = "Sort-Object"

    property: tuple[object, ...] | None = parameter(position=0)
    descending: bool = parameter(switch=True)
    unique: bool = parameter(switch=True)
    case_sensitive: bool = parameter(switch=True)
    culture: str | None = parameter()

    def end(self) -> None:
        """Sort, and pass the objects on."""
        key = sort_key(ignore_case=not self.case_sensitive)
        wanted = (
            selected(list(self.property), keys=("expression", "descending", "ascending"))
            if self.property is not None
            else []
        )
        objects = self.gathered
        for one in reversed(wanted):
            values = {id(value): _value(self._first(one, value), value, self) for value in objects}
            reverse = self.descending if one.descending is None else one.descending
            objects = sorted(objects, key=lambda value, values=values: key(values[id(value)]), reverse=reverse)  # type: ignore[misc]
        if not wanted:
            objects = sorted(objects, key=key, reverse=self.descending)
        if self.unique:
            objects = self._distinct(objects, wanted)
        self.write_objects(objects)

    def _first(self, one: Selected, value: object) -> Selected:
        found = one.resolved(value)
        return found[0] if found else one

    def _distinct(self, objects: list[object], wanted: list[Selected]) -> list[object]:
        kept: list[object] = []
        last: list[object] | None = None
        for value in objects:
            current = [_value(one, value, self) for one in wanted] if wanted else [value]
            if last is None or not all(
                equal(first, second, ignore_case=not self.case_sensitive)
                for first, second in zip(current, last, strict=True)
            ):
                kept.append(value)
            last = current
        return kept


def _value(one: Selected, value: object, command: Builtin) -> object:
    found = quiet(one, value, command.engine.calculate)
    return None if found is MISSING else found


@dataclass(kw_only=True)
class GroupObject(_Gathering):
    """Put objects together that have the same values."""

    name: ClassVar[str] = "Group-Object"

    property: tuple[object, ...] | None = parameter(position=0)
    no_element: bool = parameter(switch=True)
    as_hash_table: bool = parameter(switch=True, aliases=("AHT",))
    as_string: bool = parameter(switch=True)
    case_sensitive: bool = parameter(switch=True)
    culture: str | None = parameter()

    def end(self) -> None:
        """Group, and pass the groups on."""
        wanted = selected(list(self.property), keys=("expression",)) if self.property is not None else []
        groups: dict[tuple[str, ...], tuple[list[object], list[object]]] = {}
        for value in self.gathered:
            values = [_value(one, value, self) for one in wanted] if wanted else [value]
            key = tuple(self._folded(found) for found in values)
            groups.setdefault(key, (values, []))[1].append(value)
        if self.as_hash_table:
            table = Hashtable()
            for values, members in groups.values():
                table[to_text(values[0]) if self.as_string else values[0]] = members
            self.write_object(table)
            return
        for values, members in groups.values():
            self.write_object(self._group(values, members))

    def _folded(self, value: object) -> str:
        text = f"{type_name(value)}:{to_text(value)}" if value is None else to_text(value)
        return text if self.case_sensitive else text.lower()

    def _group(self, values: list[object], members: list[object]) -> PSObject:
        properties: dict[str, object] = {"Values": values, "Count": len(members)}
        kind = f"{_GROUP}NoElement" if self.no_element else _GROUP
        if not self.no_element:
            properties["Group"] = members
        properties["Name"] = ", ".join(to_text(value) for value in values)
        return PSObject(kind, properties)


@dataclass(kw_only=True)
class MeasureObject(_Gathering):
    """Count objects, or add up what they hold."""

    name: ClassVar[str] = "Measure-Object"
    default_parameter_set: ClassVar[str] = "GenericMeasure"

    property: tuple[str, ...] | None = parameter(position=0)
    sum: bool = parameter(switch=True, sets=("GenericMeasure",))
    average: bool = parameter(switch=True, sets=("GenericMeasure",))
    maximum: bool = parameter(switch=True, sets=("GenericMeasure",))
    minimum: bool = parameter(switch=True, sets=("GenericMeasure",))
    line: bool = parameter(switch=True, sets=("TextMeasure",))
    word: bool = parameter(switch=True, sets=("TextMeasure",))
    character: bool = parameter(switch=True, sets=("TextMeasure",))
    ignore_white_space: bool = parameter(switch=True, sets=("TextMeasure",))

    def end(self) -> None:
        """Measure."""
        for name in self.property or (None,):
            values = self._values(name)
            if values is None:
                kind = "Text" if self._measures_text() else "Generic"
                self.complain(
                    f'The property "{name}" cannot be found in the input for any objects.',
                    f"{kind}MeasurePropertyNotFound",
                )
            elif self._measures_text():
                self._text(name, values)
            else:
                self._numbers(name, values)

    def _measures_text(self) -> bool:
        return self.line or self.word or self.character

    def _values(self, name: str | None) -> list[object] | None:
        """Return the values of a property, or the objects themselves; None when no object has the property."""
        if name is None:
            return list(self.gathered)
        found = [value for one in self.gathered if (value := read_property(one, name)) is not MISSING]
        return [value for value in found if value is not None] if found else None

    def _numbers(self, name: str | None, values: list[object]) -> None:
        numbers: list[float | Decimal] = []
        if self.sum or self.average:
            for value in values:
                try:
                    numbers.append(value if isinstance(value, Decimal) else to_double(value))
                except ConversionError:
                    self.complain(
                        f'Input object "{to_text(value)}" is not numeric.',
                        "NonNumericInputObject",
                        ErrorCategory.INVALID_TYPE,
                        value,
                    )
        total: object = 0.0
        for number in numbers:
            total = add(total, number)
        average = to_double(total) / len(numbers) if numbers else None
        properties = {
            "Count": len(values),
            "Average": average if self.average else None,
            "Sum": total if self.sum and numbers else None,
            "Maximum": self._extreme(values, 1) if self.maximum else None,
            "Minimum": self._extreme(values, -1) if self.minimum else None,
            "Property": name,
        }
        self.write_object(PSObject("Microsoft.PowerShell.Commands.GenericMeasureInfo", properties))

    def _extreme(self, values: list[object], sign: int) -> object:
        best: object = None
        for value in values:
            try:
                if best is None or compare(value, best) == sign:
                    best = value
            except PowerShellError as error:
                self.write_error(error.record)
        return float(best) if isinstance(best, int) and not isinstance(best, bool) else best

    def _text(self, name: str | None, values: list[object]) -> None:
        texts = [to_text(value) for value in values]
        counted = ["".join(text.split()) if self.ignore_white_space else text for text in texts]
        properties = {
            "Lines": sum(text.count("\n") + 1 for text in texts if text) if self.line else None,
            "Words": sum(len(text.split()) for text in texts) if self.word else None,
            "Characters": sum(map(len, counted)) if self.character else None,
            "Property": name,
        }
        self.write_object(PSObject("Microsoft.PowerShell.Commands.TextMeasureInfo", properties))


@dataclass(kw_only=True)
class CompareObject(Builtin):
    """Tell what is in one collection of objects and not in the other."""

    name: ClassVar[str] = "Compare-Object"

    reference_object: tuple[object, ...] = parameter(position=0, mandatory=True, allow_empty=True)
    difference_object: tuple[object, ...] = parameter(position=1, mandatory=True, pipeline=True, allow_empty=True)
    property: tuple[object, ...] | None = parameter(position=2)
    include_equal: bool = parameter(switch=True)
    exclude_different: bool = parameter(switch=True)
    case_sensitive: bool = parameter(switch=True)
    pass_thru: bool = parameter(switch=True)
    sync_window: int | None = parameter()
    _different: list[object] = field(init=False, default_factory=list, repr=False)

    def process(self) -> None:
        """Keep the objects of the second collection."""
        self._different.extend(self.difference_object)
        check_items(len(self._different))

    def end(self) -> None:
        """Compare."""
        wanted = selected(list(self.property), keys=("expression",)) if self.property is not None else []
        rest = list(self._different)
        missing: list[object] = []
        for value in self.reference_object:
            self.engine.tick()
            place = next((place for place, other in enumerate(rest) if self._same(value, other, wanted)), None)
            if place is None:
                missing.append(value)
                continue
            del rest[place]
            if self.include_equal:
                self._write(value, "==", wanted)
        if not self.exclude_different:
            for value in rest:
                self._write(value, "=>", wanted)
            for value in missing:
                self._write(value, "<=", wanted)

    def _same(self, left: object, right: object, wanted: list[Selected]) -> bool:
        ignore = not self.case_sensitive
        if wanted:
            return all(equal(_value(one, left, self), _value(one, right, self), ignore_case=ignore) for one in wanted)
        if isinstance(left, PSObject) and isinstance(right, PSObject):
            return equal(to_text(left), to_text(right), ignore_case=ignore)
        return equal(left, right, ignore_case=ignore)

    def _write(self, value: object, side: str, wanted: list[Selected]) -> None:
        if self.pass_thru:
            shown = value.copy() if isinstance(value, PSObject) else value
            if isinstance(shown, PSObject):
                shown.set("SideIndicator", side)
            self.write_object(shown)
            return
        properties: dict[str, object] = {one.title: _value(one, value, self) for one in wanted} or {
            "InputObject": value
        }
        self.write_object(PSObject(CUSTOM_OBJECT, {**properties, "SideIndicator": side}))


@dataclass(kw_only=True)
class GetUnique(Builtin):
    """Pass on each of a sorted row of objects once."""

    name: ClassVar[str] = "Get-Unique"

    input_object: object = parameter(pipeline=True)
    as_string: bool = parameter(switch=True)
    on_type: bool = parameter(switch=True)

    def begin(self) -> None:
        """Nothing was seen yet."""
        self._last: object = MISSING

    def process(self) -> None:
        """Pass the object on unless it is the same as the one before."""
        if "input_object" not in self.bound:
            return
        current: object = type_name(self.input_object) if self.on_type else self.input_object
        if self._last is MISSING or not _same(to_text(current) if self.as_string else current, self._last):
            self.write_object(self.input_object)
        self._last = to_text(current) if self.as_string else current


@dataclass(kw_only=True)
class TeeObject(_Gathering):
    """Keep objects in a variable or the text of them in a file, and pass them on."""

    name: ClassVar[str] = "Tee-Object"
    default_parameter_set: ClassVar[str] = "File"

    file_path: str | None = parameter(
        sets={"File": SetMembership(mandatory=True, position=0)}, aliases=("Path", "LiteralPath", "PSPath")
    )
    append: bool = parameter(switch=True, sets=("File",))
    variable: str | None = parameter(sets={"Variable": True})

    def process(self) -> None:
        """Keep the object, and pass it on."""
        super().process()
        if "input_object" in self.bound:
            self.write_object(self.input_object)

    def end(self) -> None:
        """Set the variable, or write the file."""
        kept = self.gathered
        if self.variable is not None:
            self.engine.set_variable(self.variable, kept[0] if len(kept) == 1 else kept)
        elif self.file_path is not None:
            self.engine.write_text_of(kept, self.file_path, append=self.append)
