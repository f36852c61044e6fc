"""Variables and functions, and the scopes that they live in. Scopes are dynamic: a function sees the variables of its caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from delegacy.powershell.convert import ConversionError
from delegacy.powershell.errors import ErrorCategory, PowerShellError, runtime_error
from delegacy.powershell.properties import MISSING
from delegacy.powershell.text import to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from delegacy.powershell.interpreter.functions import FunctionInfo
    from delegacy.powershell.values import TypeReference

CONSTANTS: Final = {"true": True, "false": False, "null": None}
_QUALIFIERS: Final = frozenset({"global", "script", "local", "private", "variable", "env", "using", "function"})


class Variable:
    """A variable: its name as first written, its value, the type it was declared with, and whether it may be set."""

    __slots__ = ("checks", "constraint", "name", "read_only", "value")

    def __init__(
        self, name: str, value: object, constraint: TypeReference | None = None, *, read_only: bool = False
    ) -> None:
        self.name = name
        self.value = value
        self.constraint = constraint
        self.read_only = read_only
        self.checks: tuple[Callable[[object], str | None], ...] = ()

    def set(self, value: object) -> None:
        """Set the value, converted to the declared type. Raises `PowerShellError`."""
        if self.read_only:
            raise runtime_error(
                f"Cannot overwrite variable {self.name} because it is read-only or constant.",
                "VariableNotWritable",
                ErrorCategory.WRITE_ERROR,
                self.name,
                "System.Management.Automation.SessionStateUnauthorizedAccessException",
            )
        if self.constraint is not None:
            value = self._converted(self.constraint, value)
        for check in self.checks:
            self._validate(check, value)
        self.value = value

    def restrict(self, check: Callable[[object], str | None]) -> None:
        """Let a check say which values it may hold, the present one included. Raises `PowerShellError`."""
        self._validate(check, self.value)
        self.checks = (*self.checks, check)

    def _validate(self, check: Callable[[object], str | None], value: object) -> None:
        if check(value) is not None:
            raise runtime_error(
                f"The variable cannot be validated because the value {to_text(value)} is not a valid value for the {self.name} variable.",
                "ValidateSetFailure",
                ErrorCategory.METADATA_ERROR,
                exception_type="System.Management.Automation.ValidationMetadataException",
            )

    def _converted(self, constraint: TypeReference, value: object) -> object:
        try:
            return constraint.convert(value)
        except ConversionError as error:
            raise runtime_error(
                error.message,
                "RuntimeException",
                ErrorCategory.METADATA_ERROR,
                exception_type="System.Management.Automation.ArgumentTransformationMetadataException",
            ) from None


def converted_to(constraint: TypeReference, value: object) -> object:
    """Return a value converted by a cast. Raises `PowerShellError`."""
    try:
        return constraint.convert(value)
    except ConversionError as error:
        raise cast_error(error, value) from None


def cast_error(error: ConversionError, value: object) -> PowerShellError:
    """Return the error for a cast that failed."""
    return runtime_error(
        error.message,
        error.error_id,
        ErrorCategory.INVALID_ARGUMENT,
        value,
        "System.Management.Automation.PSInvalidCastException",
    )


class Scope:
    """One scope. `script` is the scope of the script that it belongs to, itself for a script's own."""

    __slots__ = ("functions", "parent", "script", "strict", "variables")

    def __init__(self, parent: Scope | None = None, *, is_script: bool = False) -> None:
        self.parent = parent
        self.variables: dict[str, Variable] = {}
        self.functions: dict[str, FunctionInfo] = {}
        self.script: Scope = self if is_script or parent is None else parent.script
        self.strict: bool = parent.strict if parent is not None else False

    @property
    def root(self) -> Scope:
        """The global scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def chain(self) -> Iterator[Scope]:
        """Go from this scope outwards."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def find(self, name: str) -> Variable | None:
        """Return the variable with a lower-case, unqualified name, from this scope or one around it."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.variables.get(name)
            if found is not None:
                return found
            scope = scope.parent
        return None

    def get(self, name: str) -> object:
        """Return a variable's value by its name as written, `MISSING` when there is no such variable."""
        lowered = name.lower()
        if lowered in CONSTANTS:
            return CONSTANTS[lowered]
        found = self.find(lowered)
        if found is not None:
            return found.value
        qualifier, colon, rest = lowered.partition(":")
        if not colon or qualifier not in _QUALIFIERS:
            return MISSING
        if qualifier in ("env", "function"):  # scripts see no environment; an absent variable of it is $null
            return None
        found = (
            self._qualified(qualifier).find(rest) if qualifier in ("variable", "using") else self._own(qualifier, rest)
        )
        return MISSING if found is None else found.value

    def _qualified(self, qualifier: str) -> Scope:
        return {"global": self.root, "script": self.script}.get(qualifier, self)

    def _own(self, qualifier: str, name: str) -> Variable | None:
        scope = self._qualified(qualifier)
        return scope.find(name) if scope is self.script and qualifier == "script" else scope.variables.get(name)

    def set(self, name: str, value: object, constraint: TypeReference | None = None) -> None:
        """Set a variable in this scope, or in the one its name is qualified with. Raises `PowerShellError`."""
        lowered = name.lower()
        if lowered == "null":  # `$null = ...` drops a value
            return
        if lowered in CONSTANTS:
            raise runtime_error(
                f"Cannot overwrite variable {lowered} because it is read-only or constant.",
                "VariableNotWritable",
                ErrorCategory.WRITE_ERROR,
                lowered,
                "System.Management.Automation.SessionStateUnauthorizedAccessException",
            )
        qualifier, colon, rest = name.partition(":")
        scope, plain = self, name
        if colon and qualifier.lower() in _QUALIFIERS:
            if qualifier.lower() in ("env", "function"):
                raise runtime_error(
                    f"The drive '{to_text(qualifier)}' can't be written to in this product.", "DriveNotSupported"
                )
            scope, plain = self._qualified(qualifier.lower()), rest
        known = scope.variables.get(plain.lower())
        if known is None:
            scope.variables[plain.lower()] = Variable(
                plain, value if constraint is None else converted_to(constraint, value), constraint
            )
            return
        if constraint is not None:
            known.constraint = constraint
        known.set(value)

    def restrict(self, name: str, check: Callable[[object], str | None]) -> None:
        """Let a check say which values a variable of this scope may hold. Raises `PowerShellError`; the variable is gone then."""
        known = self.variables.get(name.lower())
        if known is None:
            return
        try:
            known.restrict(check)
        except PowerShellError:
            del self.variables[name.lower()]
            raise

    def put(self, name: str, value: object) -> None:
        """Set an automatic variable (`$_`, `$args`) in this scope, whatever was there."""
        known = self.variables.get(name)
        if known is None:
            self.variables[name] = Variable(name, value)
        else:
            known.value = value

    def find_function(self, name: str) -> FunctionInfo | None:
        """Return the function with a name, case ignored, from this scope or one around it."""
        lowered = name.lower()
        for scope in self.chain():
            found = scope.functions.get(lowered)
            if found is not None:
                return found
        return None

    def define(self, function: FunctionInfo) -> None:
        """Define a function in this scope, or in the one its name is qualified with."""
        qualifier, colon, rest = function.name.partition(":")
        if colon and qualifier.lower() in ("global", "script", "local", "private"):
            self._qualified(qualifier.lower()).functions[rest.lower()] = function
        else:
            self.functions[function.name.lower()] = function
