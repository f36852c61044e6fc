"""Parameter binding: names and prefixes, positions, parameter sets, and the pipeline. Follows about_Parameter_Binding.

Everything that is the same for each use of a command is worked out once, in `Binder`; everything that is the same for each record of a
pipeline once more, in `Binding`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from delegacy.powershell.arguments import binding_error, converter_of, target_name
from delegacy.powershell.common_parameters import all_parameters
from delegacy.powershell.errors import ErrorCategory, PowerShellError
from delegacy.powershell.metadata import ALL_SETS, Parameter
from delegacy.powershell.properties import MISSING, read_property
from delegacy.powershell.script_types import holds_annotation
from delegacy.powershell.text import to_text
from delegacy.powershell.values import PSObject, ScriptBlock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from delegacy.powershell.convert import Converter
    from delegacy.powershell.metadata import CmdletInfo, Membership


class _NoValue:
    """Says that a parameter was named and given no value with a colon."""


NO_VALUE: Final = _NoValue()


@dataclass(frozen=True, slots=True)
class Argument:
    """A word of a command after evaluation: a value; a parameter's name; or both, when they were written with a colon or splatted."""

    name: str | None = None
    value: object = NO_VALUE


@dataclass(slots=True)
class Binding:
    """What the command line bound, and how the rest binds from records."""

    info: CmdletInfo
    values: dict[Parameter, object] = field(default_factory=dict)
    deferred: dict[Parameter, ScriptBlock] = field(default_factory=dict)
    leftover: list[object] = field(default_factory=list)
    sets: set[str] = field(default_factory=set)
    set_name: str = ALL_SETS

    def common(self, attribute: str) -> object:
        """Return the value of a common parameter by its Python name, None when it was not given."""
        for parameter, value in self.values.items():
            if parameter.common and parameter.attribute == attribute:
                return value
        return None

    def own_values(self) -> dict[str, object]:
        """Return the values of the command's own parameters by Python name."""
        return {parameter.attribute: value for parameter, value in self.values.items() if not parameter.common}


class Binder:
    """Binds arguments to the parameters of one command.

    `takes_extra` is for functions without [CmdletBinding()]: what fits no parameter is left over, and there are no common parameters.
    """

    def __init__(self, info: CmdletInfo, *, takes_extra: bool = False) -> None:
        self.info = info
        self.takes_extra = takes_extra
        self.parameters = all_parameters(info, common=not takes_extra)
        self._by_name: dict[str, Parameter] = {}
        for parameter in self.parameters:
            for name in (parameter.name, *parameter.aliases):
                self._by_name.setdefault(name.lower(), parameter)
        self._unsupported = {name.lower(): name for name in info.unsupported}
        self._converters: dict[Parameter, Converter] = {}

    # --------------------------------------------------------------------------------------------------------------- names

    def resolve(self, name: str) -> Parameter | None:
        """Return the parameter that a name or an unambiguous beginning of one means; None when nothing does.

        Raises `PowerShellError` for an ambiguous beginning and for a parameter that the product does not support.
        """
        wanted = name.lower()
        exact = self._by_name.get(wanted)
        if exact is not None:
            return exact
        if wanted in self._unsupported:
            raise self._not_supported(self._unsupported[wanted])
        found: dict[str, Parameter | None] = {}
        for known, parameter in self._by_name.items():
            if known.startswith(wanted):
                found.setdefault(parameter.name, parameter)
        for known, spelled in self._unsupported.items():
            if known.startswith(wanted):
                found.setdefault(spelled, None)
        if not found:
            return None
        if len(found) > 1:
            names = "".join(f" -{candidate}" for candidate in found)
            raise binding_error(
                f"Parameter cannot be processed because the parameter name '{name}' is ambiguous. Possible matches include:{names}.",
                "AmbiguousParameter",
            )
        ((spelled, only),) = found.items()
        if only is None:
            raise self._not_supported(spelled)
        return only

    def _not_supported(self, name: str) -> PowerShellError:
        return binding_error(
            f"The parameter '{name}' of {self.info.name} isn't supported by this product.",
            "ParameterNotSupported",
            category=ErrorCategory.NOT_IMPLEMENTED,
        )

    def convert(self, parameter: Parameter, value: object) -> object:
        """Return an argument as the parameter's value. Raises `PowerShellError`."""
        converter = self._converters.get(parameter)
        if converter is None:
            converter = self._converters[parameter] = converter_of(parameter)
        return converter(value)

    # -------------------------------------------------------------------------------------------------------- command line

    def bind(self, arguments: Sequence[Argument], *, expects_input: bool) -> Binding:
        """Bind the words of a command. `expects_input`: records will come from a pipeline. Raises `PowerShellError`."""
        binding = Binding(self.info, sets=set(self.info.set_names))
        positional = self._bind_named(binding, arguments, expects_input=expects_input)
        self._bind_positional(binding, positional, expects_input=expects_input)
        binding.set_name = self._choose_set(binding, expects_input=expects_input)
        return binding

    def _bind_named(self, binding: Binding, arguments: Sequence[Argument], *, expects_input: bool) -> list[object]:
        positional: list[object] = []
        waiting = list(arguments)
        while waiting:
            argument = waiting.pop(0)
            if argument.name is None:
                positional.append(argument.value)
                continue
            parameter = self.resolve(argument.name)
            if parameter is None:
                if not self.takes_extra:
                    raise binding_error(
                        f"A parameter cannot be found that matches parameter name '{argument.name}'.",
                        "NamedParameterNotFound",
                    )
                positional.append(f"-{argument.name}")
                if argument.value is not NO_VALUE:
                    positional.append(argument.value)
                continue
            value = argument.value
            if value is NO_VALUE:
                value = self._value_for(parameter, waiting)
            self._set(binding, parameter, value, expects_input=expects_input)
        return positional

    def _value_for(self, parameter: Parameter, waiting: list[Argument]) -> object:
        if parameter.switch:
            return True
        if waiting and waiting[0].name is None:
            return waiting.pop(0).value
        raise binding_error(
            f"Missing an argument for parameter '{parameter.name}'. Specify a parameter of type '{target_name(parameter)}' and try again.",
            "MissingArgument",
        )

    def _set(self, binding: Binding, parameter: Parameter, value: object, *, expects_input: bool) -> None:
        if parameter in binding.values or parameter in binding.deferred:
            raise binding_error(
                f"Cannot bind parameter because parameter '{parameter.name}' is specified more than once. To provide multiple values to "
                'parameters that can accept multiple values, use the array syntax. For example, "-parameter value1,value2,value3".',
                "ParameterAlreadyBound",
            )
        if expects_input and _is_deferred(parameter, value):
            binding.deferred[parameter] = value  # type: ignore[assignment]
        else:
            binding.values[parameter] = self.convert(parameter, value)
        if not parameter.in_all_sets:
            binding.sets &= parameter.set_names
            if not binding.sets:
                raise _ambiguous_set()

    def _bind_positional(self, binding: Binding, positional: list[object], *, expects_input: bool) -> None:
        rest: list[object] = []
        for value in positional:
            candidates = self._next_position(binding)
            if not candidates:
                rest.append(value)
                continue
            self._bind_first(binding, candidates, value, expects_input=expects_input)
        if not rest:
            return
        remaining = self._remaining(binding)
        if remaining is not None:
            self._set(binding, remaining, rest, expects_input=expects_input)
        elif self.takes_extra:
            binding.leftover = rest
        else:
            shown = to_text(rest[0])
            raise binding_error(
                f"A positional parameter cannot be found that accepts argument '{shown}'.",
                "PositionalParameterNotFound",
            )

    def _bind_first(self, binding: Binding, candidates: list[Parameter], value: object, *, expects_input: bool) -> None:
        """Bind the first candidate that the value can be converted for."""
        failure: PowerShellError | None = None
        for parameter in candidates:
            try:
                self._set(binding, parameter, value, expects_input=expects_input)
            except PowerShellError as error:
                failure = failure or error
                binding.values.pop(parameter, None)
            else:
                return
        if failure is not None:
            raise failure

    def _memberships(self, binding: Binding, parameter: Parameter) -> Iterable[Membership]:
        return (m for m in parameter.memberships if m.set_name == ALL_SETS or m.set_name in binding.sets)

    def _next_position(self, binding: Binding) -> list[Parameter]:
        """Return the free parameters at the lowest position, those of the default set first."""
        default = self.info.default_set
        found: dict[int, list[tuple[bool, Parameter]]] = {}
        for parameter in self.info.parameters:
            if parameter in binding.values or parameter in binding.deferred:
                continue
            for membership in self._memberships(binding, parameter):
                if membership.position is not None and not membership.remaining:
                    is_default = membership.set_name in (default, ALL_SETS)
                    found.setdefault(membership.position, []).append((not is_default, parameter))
        if not found:
            return []
        at_position = sorted(found[min(found)], key=lambda entry: entry[0])
        return list(dict.fromkeys(parameter for _, parameter in at_position))

    def _remaining(self, binding: Binding) -> Parameter | None:
        for parameter in self.info.parameters:
            if parameter not in binding.values and any(m.remaining for m in self._memberships(binding, parameter)):
                return parameter
        return None

    # ---------------------------------------------------------------------------------------------------------------- sets

    def _unmet(self, binding: Binding, set_name: str, *, expects_input: bool) -> list[Parameter]:
        """Return the mandatory parameters of a set that neither the command line nor the pipeline gives."""
        unmet = []
        for parameter in self.info.parameters:
            membership = parameter.membership(set_name)
            if (
                membership is None
                or not membership.mandatory
                or parameter in binding.values
                or parameter in binding.deferred
            ):
                continue
            if expects_input and (membership.pipeline or membership.pipeline_by_property_name):
                continue
            unmet.append(parameter)
        return unmet

    def _choose_set(self, binding: Binding, *, expects_input: bool) -> str:
        candidates = [name for name in self.info.set_names if name in binding.sets]
        if expects_input:  # sets that take nothing from the pipeline are out where others do
            candidates = [name for name in candidates if self._takes_input(binding, name)] or candidates
        if len(candidates) == 1:
            return candidates[0]
        default = self.info.default_set
        complete = [name for name in candidates if not self._unmet(binding, name, expects_input=expects_input)]
        if default in candidates and (default in complete or not complete):
            return default
        if complete:
            return complete[0] if len(complete) == 1 else self._most_specific(binding, complete)
        if default not in candidates and len(candidates) > 1:
            raise _ambiguous_set()
        return candidates[0]

    def _takes_input(self, binding: Binding, set_name: str) -> bool:
        return any(
            membership is not None and (membership.pipeline or membership.pipeline_by_property_name)
            for parameter in self.info.parameters
            if parameter not in binding.values
            for membership in (parameter.membership(set_name),)
        )

    def _most_specific(self, binding: Binding, names: list[str]) -> str:
        """Return the one set that holds every parameter given and asks for most of them; ambiguous otherwise."""

        def asked(name: str) -> int:
            memberships = (parameter.membership(name) for parameter in binding.values)
            return sum(1 for membership in memberships if membership is not None and membership.mandatory)

        ranked = sorted(names, key=asked, reverse=True)
        if asked(ranked[0]) == asked(ranked[1]):
            raise _ambiguous_set()
        return ranked[0]

    def missing(self, binding: Binding, *, expects_input: bool) -> list[Parameter]:
        """Return the mandatory parameters that are still without a value."""
        return self._unmet(binding, binding.set_name, expects_input=expects_input)

    # ------------------------------------------------------------------------------------------------------------- records

    def record_binder(self, binding: Binding) -> RecordBinder:
        """Return what binds the records of a pipeline to the parameters that are still free."""
        return RecordBinder(self, binding)


class RecordBinder:
    """Binds records: by value and by property name, each first without conversion and then with it."""

    def __init__(self, binder: Binder, binding: Binding) -> None:
        self._binder = binder
        self._binding = binding
        self.by_value: list[Parameter] = []
        self.by_name: list[tuple[Parameter, tuple[str, ...]]] = []
        self._mandatory: list[Parameter] = []
        for parameter in binder.info.parameters:
            membership = parameter.membership(binding.set_name)
            if membership is None or parameter in binding.values or parameter in binding.deferred:
                continue
            if membership.pipeline:
                self.by_value.append(parameter)
            if membership.pipeline_by_property_name:
                self.by_name.append((parameter, (parameter.name, *parameter.aliases)))
            if membership.mandatory:
                self._mandatory.append(parameter)
        self._both = {parameter for parameter, _ in self.by_name}.intersection(self.by_value)

    @property
    def takes_input(self) -> bool:
        """Whether anything of a record can bind."""
        return bool(self.by_value or self.by_name or self._binding.deferred)

    def bind(self, record: object, run_block: Callable[[ScriptBlock, object], list[object]]) -> dict[Parameter, object]:
        """Return the parameters that a record gives values to. Raises `PowerShellError` when it gives none, or too few."""
        bound: dict[Parameter, object] = {}
        for parameter, block in self._binding.deferred.items():
            bound[parameter] = self._evaluated(parameter, block, record, run_block)
        self._by_value_as_is(record, bound)
        named = self._properties(record, bound)
        for parameter, value in named.items():
            if holds_annotation(value, parameter.target):
                bound[parameter] = self._binder.convert(parameter, value)
        self._by_value_converted(record, bound, named)
        for parameter, value in named.items():
            if parameter not in bound:
                bound[parameter] = self._binder.convert(parameter, value)
        if not bound:
            raise self._not_bound(record)
        absent = [parameter.name for parameter in self._mandatory if parameter not in bound]
        if absent:
            raise binding_error(
                "The input object cannot be bound because it did not contain the information required to bind all mandatory parameters: "
                f" {' '.join(absent)}",
                "InputObjectMissingMandatory",
                record,
            )
        return bound

    def _evaluated(
        self,
        parameter: Parameter,
        block: ScriptBlock,
        record: object,
        run_block: Callable[[ScriptBlock, object], list[object]],
    ) -> object:
        output = run_block(block, record)
        if not output:
            raise binding_error(
                f"Cannot evaluate parameter '{parameter.name}' because its argument input did not produce any output.",
                "ScriptBlockArgumentNoOutput",
            )
        return self._binder.convert(parameter, output[0] if len(output) == 1 else output)

    def _by_value_as_is(self, record: object, bound: dict[Parameter, object]) -> None:
        for parameter in self.by_value:
            if record is not None and holds_annotation(record, parameter.target):
                bound[parameter] = self._binder.convert(parameter, record)

    def _properties(self, record: object, bound: dict[Parameter, object]) -> dict[Parameter, object]:
        """Return the properties of the record that are named as free parameters are."""
        named: dict[Parameter, object] = {}
        if record is None:
            return named
        for parameter, names in self.by_name:
            if parameter in bound:
                continue
            for name in names:
                value = _property(record, name)
                if value is not MISSING:
                    named[parameter] = value
                    break
        return named

    def _by_value_converted(
        self, record: object, bound: dict[Parameter, object], named: dict[Parameter, object]
    ) -> None:
        last: PowerShellError | None = None
        for parameter in self.by_value:
            if parameter in bound or (parameter in self._both and parameter in named):
                continue
            try:
                bound[parameter] = self._binder.convert(parameter, record)
            except PowerShellError as error:
                last = error
        if last is not None and not bound and not named:
            raise last if record is None else self._not_bound(record)

    def _not_bound(self, record: object) -> PowerShellError:
        return binding_error(
            "The input object cannot be bound to any parameters for the command either because the command does not take pipeline input "
            "or the input and its properties do not match any of the parameters that take pipeline input.",
            "InputObjectNotBound",
            record,
        )


def _property(record: object, name: str) -> object:
    if isinstance(record, PSObject):
        return record.get(name) if record.find(name) is not None else MISSING
    found = read_property(record, name)
    return MISSING if name.lower() in ("count", "length", "psobject") else found


def _is_deferred(parameter: Parameter, value: object) -> bool:
    """Return whether a script block is to be run for each record, because the parameter takes records and no script blocks."""
    return isinstance(value, ScriptBlock) and parameter.takes_pipeline and not holds_annotation(value, parameter.target)


def _ambiguous_set() -> PowerShellError:
    return binding_error(
        "Parameter set cannot be resolved using the specified named parameters.", "AmbiguousParameterSet"
    )


def missing_mandatory(parameters: Iterable[Parameter]) -> PowerShellError:
    """Return the error for mandatory parameters that nobody gave."""
    names = "".join(f" {parameter.name}" for parameter in parameters)
    return binding_error(
        f"Cannot process command because of one or more missing mandatory parameters:{names}.",
        "MissingMandatoryParameter",
    )
