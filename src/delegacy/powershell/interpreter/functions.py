"""Functions as commands: their param blocks read into the metadata that cmdlets have, so that one binder serves both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from delegacy.powershell.arguments import failed_check
from delegacy.powershell.cmdlet import Cmdlet
from delegacy.powershell.convert import ConversionError, truth
from delegacy.powershell.errors import ErrorCategory, PowerShellError, runtime_error
from delegacy.powershell.metadata import ALL_SETS, CmdletInfo, ConfirmImpact, Membership, Parameter
from delegacy.powershell.patterns import compiled
from delegacy.powershell.script_types import find_type
from delegacy.powershell.syntax import ParameterDeclaration
from delegacy.powershell.text import to_text
from delegacy.powershell.values import ScriptBlock, TypeReference, as_list, is_collection

if TYPE_CHECKING:
    from collections.abc import Callable

    from delegacy.powershell.syntax import Attribute, Expression, ParamBlock, ScriptBody, TypeName

_OBJECT: Final = find_type("object")
_STRING: Final = "System.String"
_SWITCH: Final = "System.Management.Automation.SwitchParameter"
_NET: Final = ("system.", "microsoft.", "reflection.", "io.", "net.", "diagnostics.")
_IGNORED: Final = frozenset(
    {
        "cmdletbinding",
        "outputtype",
        "psdefaultvalue",
        "supportswildcards",
        "diagnostics.codeanalysis.suppressmessageattribute",
    }
)


@dataclass(frozen=True, slots=True)
class FunctionInfo:
    """A function, script or script block as a command. `is_advanced`: it binds as cmdlets do and has the common parameters."""

    name: str
    body: ScriptBody
    info: CmdletInfo
    is_advanced: bool = False
    source: str | None = None


@dataclass(slots=True)
class _Options:
    """What the attributes of one parameter say."""

    memberships: list[tuple[str, dict[str, object]]]
    aliases: list[str]
    values: tuple[str, ...]
    checks: list[Callable[[object], str | None]]
    minimum: int | None = None
    maximum: int | None = None
    allow_null: bool = False
    allow_empty: bool = False
    not_null: bool = False
    not_empty: bool = False
    help: str = ""
    hidden: bool = False


def resolve_type(name: TypeName) -> TypeReference:
    """Return the type that a script names. Raises `PowerShellError`."""
    found = find_type(name.name)
    if found is None:
        raise unknown_type(name)
    return found


def unknown_type(name: TypeName) -> PowerShellError:
    """Return the error for a type that does not exist here, or that scripts are kept out of: all of .NET but what is listed."""
    if name.name.lower().startswith(_NET):
        text, error_id, category = (
            f"The type [{name.name}] isn't supported by this product.",
            "TypeNotSupported",
            ErrorCategory.NOT_IMPLEMENTED,
        )
    else:
        text, error_id, category = (
            f"Unable to find type [{name.name}].",
            "TypeNotFound",
            ErrorCategory.INVALID_OPERATION,
        )
    error = runtime_error(text, error_id, category, name.name)
    error.record = error.record.located(name.extent.position)
    return error


def describe_function(
    name: str,
    body: ScriptBody,
    evaluate: Callable[[Expression], object],
    run_check: Callable[[ScriptBlock, object], bool],
    source: str | None = None,
) -> FunctionInfo:
    """Read a function's declaration.

    evaluate: gives the value of an attribute's argument. run_check: runs the block of a ValidateScript with a value as `$_`.
    Raises `PowerShellError` for attributes and types that do not exist here.
    """
    try:
        return _described(name, body, evaluate, run_check, source)
    except ValueError:
        raise runtime_error(f"The parameter attributes of '{name}' are not valid.", "InvalidAttribute") from None


def _described(
    name: str,
    body: ScriptBody,
    evaluate: Callable[[Expression], object],
    run_check: Callable[[ScriptBlock, object], bool],
    source: str | None,
) -> FunctionInfo:
    block = body.parameters
    binding = _find(block, "cmdletbinding")
    settings = _named(binding, evaluate)
    options = [
        (declared, _read_options(declared, evaluate, run_check)) for declared in (block.parameters if block else ())
    ]
    is_advanced = binding is not None or any(
        attribute.name.lower() == "parameter" for declared, _ in options for attribute in declared.attributes
    )
    parameters = _with_positions(
        [_parameter(declared, found, is_advanced=is_advanced) for declared, found in options],
        positional=truth(settings.get("positionalbinding", True)),
    )
    impact = to_text(settings.get("confirmimpact", "Medium")).upper()
    info = CmdletInfo(
        name=name,
        cmdlet_type=Cmdlet,
        parameters=tuple(parameters),
        default_set=_default_set(settings, parameters),
        supports_should_process=truth(settings.get("supportsshouldprocess", False)),
        confirm_impact=ConfirmImpact[impact] if impact in ConfirmImpact.__members__ else ConfirmImpact.MEDIUM,
        kind="Function",
    )
    return FunctionInfo(name, body, info, is_advanced, source)


def variable_check(
    attribute: Attribute,
    evaluate: Callable[[Expression], object],
    run_check: Callable[[ScriptBlock, object], bool],
) -> Callable[[object], str | None] | None:
    """Return the check that a validating attribute makes of the values of a variable, None when it is no validating one."""
    declared = ParameterDeclaration("value", attributes=(attribute,))
    parameter = _parameter(declared, _read_options(declared, evaluate, run_check), is_advanced=False)
    if not (parameter.values or parameter.checks or parameter.minimum is not None):
        return None
    return lambda value: failed_check(parameter, value)


def _default_set(settings: dict[str, object], parameters: list[Parameter]) -> str:
    wanted = to_text(settings.get("defaultparametersetname", ""))
    known = {name.lower(): name for parameter in parameters for name in parameter.set_names}
    return known.get(wanted.lower(), ALL_SETS)


def _find(block: ParamBlock | None, name: str) -> Attribute | None:
    return next(
        (attribute for attribute in (block.attributes if block else ()) if attribute.name.lower() == name), None
    )


def _named(attribute: Attribute | None, evaluate: Callable[[Expression], object]) -> dict[str, object]:
    if attribute is None:
        return {}
    return {name.lower(): True if value is None else evaluate(value) for name, value in attribute.named}


def _read_options(
    declared: ParameterDeclaration,
    evaluate: Callable[[Expression], object],
    run_check: Callable[[ScriptBlock, object], bool],
) -> _Options:
    options = _Options([], [], (), [])
    for attribute in declared.attributes:
        kind = attribute.name.lower().removeprefix("system.management.automation.").removesuffix("attribute")
        named = _named(attribute, evaluate)
        values = [item for expression in attribute.positional for item in as_list(evaluate(expression))]
        if kind == "parameter":
            options.memberships.append((to_text(named.get("parametersetname", ALL_SETS)), named))
            options.help = to_text(named.get("helpmessage", options.help))
            options.hidden = options.hidden or truth(named.get("dontshow", False))
        elif kind == "alias":
            options.aliases += [to_text(value) for value in values]
        elif kind in _VALIDATORS:
            _VALIDATORS[kind](options, values)
        elif kind == "validatescript":
            options.checks += [_script_check(value, run_check) for value in values if isinstance(value, ScriptBlock)]
        elif kind not in _IGNORED and kind != "argumentcompleter":
            raise _unknown_attribute(attribute)
    return options


def _unknown_attribute(attribute: Attribute) -> PowerShellError:
    error = runtime_error(f"Unable to find type [{attribute.name}].", "TypeNotFound", target=attribute.name)
    error.record = error.record.located(attribute.extent.position)
    return error


def _script_check(
    block: ScriptBlock, run_check: Callable[[ScriptBlock, object], bool]
) -> Callable[[object], str | None]:
    def check(value: object) -> str | None:
        for item in as_list(value):
            if not run_check(block, item):
                return (
                    f'The "{block.source}" validation script for the argument with value "{to_text(item)}" did not return a result of '
                    "True. Determine why the validation script failed, and then try the command again."
                )
        return None

    return check


# ------------------------------------------------------------------------------------------------------------------ validators


def _validate_set(options: _Options, values: list[object]) -> None:
    options.values = tuple(to_text(value) for value in values)


def _validate_range(options: _Options, values: list[object]) -> None:
    numbers = [value for value in values if isinstance(value, int)]
    if len(numbers) == 2:  # noqa: PLR2004 - least and most
        options.minimum, options.maximum = numbers


def _validate_length(options: _Options, values: list[object]) -> None:
    least, most = [int(to_text(value)) for value in values][:2]

    def check(value: object) -> str | None:
        for item in as_list(value):
            length = len(to_text(item))
            if length < least:
                return (
                    f"The character length ({length}) of the argument is too short. Specify an argument with a length that is greater than "
                    f'or equal to "{least}", and then try the command again.'
                )
            if length > most:
                return (
                    f"The character length of the {length} argument is too long. Shorten the character length of the argument so it is "
                    f'fewer than or equal to "{most}" characters, and then try the command again.'
                )
        return None

    options.checks.append(check)


def _validate_count(options: _Options, values: list[object]) -> None:
    least, most = [int(to_text(value)) for value in values][:2]

    def check(value: object) -> str | None:
        count = len(as_list(value))
        if least <= count <= most:
            return None
        return f"The number of provided arguments ({count}) is not between {least} and {most}."

    options.checks.append(check)


def _validate_pattern(options: _Options, values: list[object]) -> None:
    pattern = compiled(to_text(values[0]) if values else "")

    def check(value: object) -> str | None:
        for item in as_list(value):
            if pattern.search(to_text(item)) is None:
                return (
                    f'The argument "{to_text(item)}" does not match the "{pattern.pattern}" pattern. Supply an argument that matches '
                    f'"{pattern.pattern}" and try the command again.'
                )
        return None

    options.checks.append(check)


def _validate_not_null(options: _Options, _values: list[object]) -> None:
    options.not_null = True
    options.checks.append(_null_check)


def _validate_not_null_or_empty(options: _Options, _values: list[object]) -> None:
    options.not_null = options.not_empty = True
    options.checks.append(_empty_check)


def _null_check(value: object) -> str | None:
    if value is None:
        return "The argument is null. Provide a valid value for the argument, and then try running the command again."
    return None


def _empty_check(value: object) -> str | None:
    empty = is_collection(value) and not value
    if value is None or empty or any(item in (None, "") for item in as_list(value)):
        return "The argument is null or empty. Provide an argument that is not null or empty, and then try the command again."
    return None


def _allow_null(options: _Options, _values: list[object]) -> None:
    options.allow_null = True


def _allow_empty(options: _Options, _values: list[object]) -> None:
    options.allow_empty = True


_VALIDATORS: Final[dict[str, Callable[[_Options, list[object]], None]]] = {
    "validateset": _validate_set,
    "validaterange": _validate_range,
    "validatelength": _validate_length,
    "validatecount": _validate_count,
    "validatepattern": _validate_pattern,
    "validatenotnull": _validate_not_null,
    "validatenotnullorempty": _validate_not_null_or_empty,
    "allownull": _allow_null,
    "allowemptystring": _allow_empty,
    "allowemptycollection": _allow_empty,
}


# ------------------------------------------------------------------------------------------------------------------ parameters


def _text_of_one(value: object) -> object:
    """Return a value as text for an advanced function, which takes no array for one."""
    if is_collection(value):
        raise ConversionError("Cannot convert value to type System.String.", "InvalidCastFromAnyTypeToString")
    return to_text(value)


def _parameter(declared: ParameterDeclaration, options: _Options, *, is_advanced: bool) -> Parameter:
    types = [resolve_type(name) for name in declared.types]
    target = types[-1] if types else _OBJECT
    if is_advanced and target is not None and target.full_name == _STRING:
        target = replace(target, convert=_text_of_one)
    mandatory = any(truth(named.get("mandatory", False)) for _, named in options.memberships)
    memberships = tuple(_membership(set_name, named) for set_name, named in options.memberships) or (
        Membership(
            ALL_SETS, mandatory=False, position=None, pipeline=False, pipeline_by_property_name=False, remaining=False
        ),
    )
    return Parameter(
        attribute=declared.name,
        name=declared.name,
        target=target,
        memberships=memberships,
        aliases=tuple(options.aliases),
        values=options.values,
        switch=target is not None and target.full_name == _SWITCH,
        help=options.help,
        allow_null=options.allow_null or not mandatory,
        allow_empty=options.allow_empty or not mandatory,
        hidden=options.hidden,
        minimum=options.minimum,
        maximum=options.maximum,
        checks=tuple(options.checks),
    )


def _membership(set_name: str, named: dict[str, object]) -> Membership:
    position = named.get("position")
    return Membership(
        set_name,
        mandatory=truth(named.get("mandatory", False)),
        position=position if isinstance(position, int) and not isinstance(position, bool) else None,
        pipeline=truth(named.get("valuefrompipeline", False)),
        pipeline_by_property_name=truth(named.get("valuefrompipelinebypropertyname", False)),
        remaining=truth(named.get("valuefromremainingarguments", False)),
    )


def _with_positions(parameters: list[Parameter], *, positional: bool) -> list[Parameter]:
    """Give the parameters positions in order when none was given one, switches left out."""
    explicit = any(m.position is not None for parameter in parameters for m in parameter.memberships)
    if explicit or not positional:
        return parameters
    numbered = []
    position = 0
    for parameter in parameters:
        if parameter.switch or any(m.remaining for m in parameter.memberships):
            numbered.append(parameter)
            continue
        memberships = tuple(replace(m, position=position) for m in parameter.memberships)
        numbered.append(replace(parameter, memberships=memberships))
        position += 1
    return numbered
