"""One argument to one parameter: converted, checked, and refused with PowerShell's own texts."""

from __future__ import annotations

import types
import typing
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from delegacy.powershell.convert import ConversionError, converter_for, is_instance, to_boolean, type_name_of
from delegacy.powershell.errors import ErrorCategory, ErrorRecord, PowerShellError
from delegacy.powershell.text import to_text, type_name
from delegacy.powershell.values import SecureString, TypeReference, Version, as_list, is_collection

if TYPE_CHECKING:
    from delegacy.powershell.convert import Converter
    from delegacy.powershell.metadata import Parameter

_SINGLE: Final = frozenset({str, int, float, bool, Decimal, datetime, timedelta, UUID, Version, SecureString})
BINDING_EXCEPTION: Final = "System.Management.Automation.ParameterBindingException"
_VALIDATION_EXCEPTION: Final = "System.Management.Automation.ParameterBindingValidationException"


def binding_error(
    message: str, error_id: str, target: object = None, *, category: ErrorCategory = ErrorCategory.INVALID_ARGUMENT
) -> PowerShellError:
    """Return the error for arguments that do not fit a command."""
    return PowerShellError(ErrorRecord(message, error_id, category, target, BINDING_EXCEPTION))


def _validation_error(message: str, error_id: str) -> PowerShellError:
    return PowerShellError(ErrorRecord(message, error_id, ErrorCategory.INVALID_DATA, None, _VALIDATION_EXCEPTION))


def target_name(parameter: Parameter) -> str:
    """Return the full name of a parameter's type."""
    if parameter.switch:
        return "System.Management.Automation.SwitchParameter"
    return parameter.target.full_name if isinstance(parameter.target, TypeReference) else type_name_of(parameter.target)


def converter_of(parameter: Parameter) -> Converter:
    """Return the function that turns an argument into the parameter's value. It raises `PowerShellError`.

    Make it once and call it for each record: it is what a long pipeline spends its time on.
    """
    convert = _conversion(parameter)
    check = _checks(parameter)
    takes_one = parameter.convert is None and _takes_one(parameter.target)

    def bind(value: object) -> object:
        if value is None:
            return _bind_null(parameter, convert)
        if not parameter.allow_empty:
            _refuse_empty(parameter, value)
        if takes_one and is_collection(value):
            raise binding_error(
                f"Cannot convert '{type_name(value)}' to the type '{target_name(parameter)}' required by parameter "
                f"'{parameter.name}'. Specified method is not supported.",
                "CannotConvertArgument",
            )
        try:
            found = convert(value)
        except ConversionError as error:
            raise _conversion_error(parameter, error) from None
        if check:
            _apply_checks(parameter, found)
        return found

    return bind


def _takes_one(target: Any) -> bool:  # noqa: ANN401 - an annotation can be anything
    """Return whether a cmdlet's parameter is of a type that no array is ever turned into."""
    if typing.get_origin(target) in (typing.Union, types.UnionType):
        members = [member for member in typing.get_args(target) if member is not type(None)]
        return len(members) == 1 and _takes_one(members[0])
    return target in _SINGLE


def _bind_null(parameter: Parameter, convert: Converter) -> object:
    if _is_string(parameter) and not parameter.allow_empty:  # [string] makes '' of $null before anything is checked
        _refuse_empty(parameter, "")
    if not parameter.allow_null:
        raise _null_refused(parameter)
    if parameter.switch:
        return False
    if not isinstance(parameter.target, TypeReference):
        return _null_of(parameter)
    try:
        found = convert(None)
    except ConversionError as error:
        raise _conversion_error(parameter, error) from None
    _apply_checks(parameter, found)
    return found


def _null_of(parameter: Parameter) -> object:
    """Return what $null is to a cmdlet's parameter: no items to a list, else None, where its type or its own conversion takes that."""
    target = parameter.target
    origin = typing.get_origin(target)
    if origin in (tuple, list, frozenset):
        return origin()
    if parameter.convert is None and not is_instance(None, target):
        raise _null_refused(parameter)
    return None


def _null_refused(parameter: Parameter) -> PowerShellError:
    return _validation_error(
        f"Cannot bind argument to parameter '{parameter.name}' because it is null.",
        "ParameterArgumentValidationErrorNullNotAllowed",
    )


def _is_string(parameter: Parameter) -> bool:
    return isinstance(parameter.target, TypeReference) and parameter.target.full_name == "System.String"


def _refuse_empty(parameter: Parameter, value: object) -> None:
    if is_collection(value):
        if not value:
            raise _validation_error(
                f"Cannot bind argument to parameter '{parameter.name}' because it is an empty array.",
                "ParameterArgumentValidationErrorEmptyArrayNotAllowed",
            )
        if any(item is None for item in value):
            raise _validation_error(
                f"Cannot bind argument to parameter '{parameter.name}' because it is null.",
                "ParameterArgumentValidationErrorNullNotAllowed",
            )
    if any(item == "" for item in as_list(value) if isinstance(item, str)):
        raise _validation_error(
            f"Cannot bind argument to parameter '{parameter.name}' because it is an empty string.",
            "ParameterArgumentValidationErrorEmptyStringNotAllowed",
        )


def _conversion(parameter: Parameter) -> Converter:
    if parameter.switch:
        return lambda value: _to_switch(parameter, value)
    custom = parameter.convert
    if custom is not None:

        def convert(value: object) -> object:
            try:
                return custom(value)
            except ValueError as error:
                raise ConversionError(str(error)) from error

        return convert
    if isinstance(parameter.target, TypeReference):
        return to_boolean if parameter.target.full_name == "System.Boolean" else parameter.target.convert
    return converter_for(parameter.target)


def _to_switch(parameter: Parameter, value: object) -> bool:
    if isinstance(value, (bool, int, float, Decimal)):
        return bool(value)
    raise binding_error(
        f"Cannot convert '{type_name(value)}' to the type 'System.Management.Automation.SwitchParameter' required by parameter "
        f"'{parameter.name}'. ",
        "CannotConvertArgument",
    )


def _conversion_error(parameter: Parameter, error: ConversionError) -> PowerShellError:
    if isinstance(parameter.target, TypeReference):  # a function's parameter: an attribute converts it
        return PowerShellError(
            ErrorRecord(
                f"Cannot process argument transformation on parameter '{parameter.name}'. {error.message}",
                "ParameterArgumentTransformationError",
                ErrorCategory.INVALID_DATA,
                None,
                "System.Management.Automation.ParameterBindingArgumentTransformationException",
            )
        )
    return binding_error(f"Cannot bind parameter '{parameter.name}'. {error.message}", "CannotConvertArgumentNoMessage")


# ---------------------------------------------------------------------------------------------------------------------- checks


def _checks(parameter: Parameter) -> bool:
    return bool(parameter.values or parameter.checks) or parameter.minimum is not None or parameter.maximum is not None


def _apply_checks(parameter: Parameter, value: object) -> None:
    message = failed_check(parameter, value)
    if message is not None:
        raise _invalid(parameter, message)


def failed_check(parameter: Parameter, value: object) -> str | None:
    """Return what is wrong with a value by the checks of a parameter, None when nothing is."""
    for item in as_list(value):
        message = _outside_set(parameter, item) or _outside_range(parameter, item)
        if message is not None:
            return message
    return next((message for check in parameter.checks if (message := check(value)) is not None), None)


def _invalid(parameter: Parameter, message: str) -> PowerShellError:
    return _validation_error(
        f"Cannot validate argument on parameter '{parameter.name}'. {message}", "ParameterArgumentValidationError"
    )


def _outside_set(parameter: Parameter, value: object) -> str | None:
    if not parameter.values:
        return None
    text = to_text(value)
    if any(text.lower() == allowed.lower() for allowed in parameter.values):
        return None
    return (
        f'The argument "{text}" does not belong to the set "{",".join(parameter.values)}" specified by the ValidateSet attribute. '
        "Supply an argument that is in the set and then try the command again."
    )


def _outside_range(parameter: Parameter, value: object) -> str | None:
    if not isinstance(value, (int, float, Decimal)):
        return None
    if parameter.maximum is not None and value > parameter.maximum:
        return (
            f"The {to_text(value)} argument is greater than the maximum allowed range of {parameter.maximum}. Supply an argument that "
            f"is less than or equal to {parameter.maximum} and then try the command again."
        )
    if parameter.minimum is not None and value < parameter.minimum:
        return (
            f"The {to_text(value)} argument is less than the minimum allowed range of {parameter.minimum}. Supply an argument that is "
            f"greater than or equal to {parameter.minimum} and then try the command again."
        )
    return None
