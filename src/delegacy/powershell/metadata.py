"""Declarations as data: what a cmdlet is called, which parameters it takes and how they bind.

The PascalCase spelling of a parameter exists once: it is derived here from the Python name of the field. Binder, completion, help,
Get-Command, web forms and the generated reference all read the same `CmdletInfo`.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Final

from delegacy.powershell.values import pascal_case

ALL_SETS: Final = "__AllParameterSets"
_KEY: Final = "powershell.parameter"


class ConfirmImpact(IntEnum):
    """How much a cmdlet may do harm; compared with $ConfirmPreference (High unless changed)."""

    NONE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True, slots=True)
class SetMembership:
    """How a parameter takes part in one parameter set. What is None is as the parameter says."""

    mandatory: bool | None = None
    position: int | None = None
    pipeline: bool | None = None
    pipeline_by_property_name: bool | None = None
    remaining: bool | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A resolved `SetMembership`."""

    set_name: str
    mandatory: bool
    position: int | None
    pipeline: bool
    pipeline_by_property_name: bool
    remaining: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Parameter:
    """One parameter of a cmdlet. Parameters are told apart by identity: they are keys wherever arguments are bound.

    `attribute` is the Python name, `name` the PowerShell one, `target` the Python type that arguments are converted to.
    `secret` values are kept out of logs. `checks` are given the converted value and answer with a sentence when it is not valid.
    `completer` names what completion should offer as values ("recipient"; "noun" for what the command's own noun is), apart from the
    enumerated `values`.
    """

    attribute: str
    name: str
    target: Any
    memberships: tuple[Membership, ...]
    aliases: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    switch: bool = False
    default: object = None
    help: str = ""
    allow_null: bool = True
    allow_empty: bool = True
    secret: bool = False
    hidden: bool = False
    completer: str = ""
    minimum: int | None = None
    maximum: int | None = None
    convert: Callable[[object], object] | None = None
    checks: tuple[Callable[[object], str | None], ...] = ()
    common: bool = False

    @cached_property
    def set_names(self) -> frozenset[str]:
        """The sets it belongs to; `ALL_SETS` alone when it belongs to every set."""
        return frozenset(membership.set_name for membership in self.memberships)

    @cached_property
    def in_all_sets(self) -> bool:
        """Whether it belongs to every set."""
        return ALL_SETS in self.set_names

    @cached_property
    def takes_pipeline(self) -> bool:
        """Whether it binds from the pipeline in any way."""
        return any(m.pipeline or m.pipeline_by_property_name for m in self.memberships)

    def membership(self, set_name: str) -> Membership | None:
        """Return how it takes part in a set, or None when it does not."""
        for candidate in self.memberships:
            if candidate.set_name in (set_name, ALL_SETS):
                return candidate
        return None

    def answers_to(self, name: str) -> bool:
        """Return whether this is its name or one of its aliases; case is ignored."""
        wanted = name.lower()
        return self.name.lower() == wanted or any(alias.lower() == wanted for alias in self.aliases)


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """Parameters that may be given together."""

    name: str
    parameters: tuple[Parameter, ...]
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example for help: the command, and a sentence about it."""

    code: str
    remarks: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class CmdletInfo:
    """Everything that is declared about a cmdlet. Told apart by identity, as parameters are.

    `unsupported` holds the names of parameters that the documented product has and this one has not: they are known to the binder,
    to completion and to prefix matching, and refused by name. `error_source` is what the full ids of its errors end with, where that is
    not its name.
    """

    name: str
    cmdlet_type: type
    synopsis: str = ""
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    default_set: str = ALL_SETS
    aliases: tuple[str, ...] = ()
    supports_should_process: bool = False
    confirm_impact: ConfirmImpact = ConfirmImpact.MEDIUM
    output_types: tuple[str, ...] = ()
    unsupported: frozenset[str] = frozenset()
    examples: tuple[Example, ...] = ()
    kind: str = "Cmdlet"
    error_source: str = ""

    @property
    def verb(self) -> str:
        """The part before the dash."""
        verb, dash, _ = self.name.partition("-")
        return verb if dash else ""

    @property
    def noun(self) -> str:
        """The part after the dash."""
        return self.name.partition("-")[2]

    @cached_property
    def set_names(self) -> tuple[str, ...]:
        """The names of the parameter sets in order of declaration; `ALL_SETS` when there is only one, unnamed."""
        names = dict.fromkeys(m.set_name for p in self.parameters for m in p.memberships if m.set_name != ALL_SETS)
        return tuple(names) or (ALL_SETS,)

    @cached_property
    def sets(self) -> tuple[ParameterSet, ...]:
        """The parameter sets with their parameters."""
        return tuple(
            ParameterSet(
                name,
                tuple(p for p in self.parameters if p.membership(name) is not None),
                is_default=name == self.default_set or len(self.set_names) == 1,
            )
            for name in self.set_names
        )

    @cached_property
    def _by_name(self) -> Mapping[str, Parameter]:
        found: dict[str, Parameter] = {}
        for candidate in self.parameters:
            for name in (candidate.name, *candidate.aliases):
                found.setdefault(name.lower(), candidate)
        return found

    @cached_property
    def _by_attribute(self) -> Mapping[str, Parameter]:
        return {candidate.attribute: candidate for candidate in self.parameters}

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter with exactly this name or alias (case ignored), or None."""
        return self._by_name.get(name.lower())

    def parameter_of(self, attribute: str) -> Parameter | None:
        """Return the parameter that a Python field declares, or None."""
        return self._by_attribute.get(attribute)


@dataclass(frozen=True, kw_only=True)
class _Declaration:
    """What `parameter` was given, kept on the field until the class is read."""

    position: int | None
    mandatory: bool
    pipeline: bool
    pipeline_by_property_name: bool
    remaining: bool
    sets: Mapping[str, SetMembership]
    name: str | None
    options: Mapping[str, Any]


def parameter(  # noqa: PLR0913 - a declaration names everything that can be declared
    *,
    position: int | None = None,
    mandatory: bool = False,
    pipeline: bool = False,
    pipeline_by_property_name: bool = False,
    remaining: bool = False,
    aliases: tuple[str, ...] = (),
    sets: Mapping[str, bool | SetMembership] | Iterable[str] = (),
    values: tuple[str, ...] = (),
    switch: bool = False,
    default: object = None,
    help: str = "",  # noqa: A002 - the word of the field
    name: str | None = None,
    allow_null: bool | None = None,
    allow_empty: bool | None = None,
    secret: bool = False,
    hidden: bool = False,
    completer: str = "",
    minimum: int | None = None,
    maximum: int | None = None,
    convert: Callable[[object], object] | None = None,
) -> Any:  # noqa: ANN401 - stands where a value of the field's type stands, as dataclasses.field does
    """Declare a field of a cmdlet as a parameter.

    sets: the names of the parameter sets it belongs to (all when empty); as a mapping, the value says whether it is mandatory in that
    set, or is a `SetMembership` when position or pipeline differ too.
    name: the PowerShell name where PascalCase of the field's name is not it (`SamAccountName` from `samaccountname`).
    allow_null, allow_empty: whether $null, and empty text or an empty list, bind. Parameters that are mandatory in some set refuse both
    unless told.
    convert: turns an argument into the field's value instead of the field's type; raises `ValueError` with a sentence for the user.
    A field that is not given keeps `default` (False for a switch).
    """
    if isinstance(sets, Mapping):
        memberships = {
            set_name: SetMembership(mandatory=given) if isinstance(given, bool) else given
            for set_name, given in sets.items()
        }
    else:
        memberships = {set_name: SetMembership() for set_name in sets}
    if switch and default is None:
        default = False
    needed = mandatory or any(membership.mandatory for membership in memberships.values())
    declaration = _Declaration(
        position=position,
        mandatory=mandatory,
        pipeline=pipeline,
        pipeline_by_property_name=pipeline_by_property_name,
        remaining=remaining,
        sets=memberships,
        name=name,
        options={
            "aliases": aliases,
            "values": values,
            "switch": switch,
            "default": default,
            "help": help,
            "allow_null": not needed if allow_null is None else allow_null,
            "allow_empty": not needed if allow_empty is None else allow_empty,
            "secret": secret,
            "hidden": hidden,
            "completer": completer,
            "minimum": minimum,
            "maximum": maximum,
            "convert": convert,
        },
    )
    return dataclasses.field(default=default, metadata={_KEY: declaration})


def _resolve(declaration: _Declaration) -> tuple[Membership, ...]:
    def resolved(set_name: str, own: SetMembership) -> Membership:
        def chosen(given: bool | None, otherwise: bool) -> bool:  # noqa: FBT001 - two flags, one choice
            return otherwise if given is None else given

        return Membership(
            set_name=set_name,
            mandatory=chosen(own.mandatory, declaration.mandatory),
            position=declaration.position if own.position is None else own.position,
            pipeline=chosen(own.pipeline, declaration.pipeline),
            pipeline_by_property_name=chosen(own.pipeline_by_property_name, declaration.pipeline_by_property_name),
            remaining=chosen(own.remaining, declaration.remaining),
        )

    if not declaration.sets:
        return (resolved(ALL_SETS, SetMembership()),)
    return tuple(resolved(set_name, own) for set_name, own in declaration.sets.items())


def _evaluated(cls: type) -> dict[str, Any]:
    declared = {field.name for field in dataclasses.fields(cls) if _KEY in field.metadata}
    hints: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        own = {name: value for name, value in inspect.get_annotations(base).items() if name in declared}
        holder = SimpleNamespace(__annotations__=own)
        hints |= typing.get_type_hints(holder, globalns=vars(sys.modules[base.__module__]))
    return hints


def declared_parameters(cls: type, *, common: bool = False) -> tuple[Parameter, ...]:
    """Return the parameters that the fields of a dataclass declare, in order.

    The annotations of these fields are evaluated, so what they name must be there at run time, not only for the type checker. Other
    fields, such as what the session puts into a cmdlet, are left alone.
    """
    hints = _evaluated(cls)
    by_property = getattr(cls, "binds_properties", True)
    found = []
    for field in dataclasses.fields(cls):
        declaration = field.metadata.get(_KEY)
        if declaration is None:
            continue
        found.append(
            Parameter(
                attribute=field.name,
                name=declaration.name or pascal_case(field.name),
                target=hints[field.name],
                memberships=tuple(
                    membership if by_property else dataclasses.replace(membership, pipeline_by_property_name=False)
                    for membership in _resolve(declaration)
                ),
                common=common,
                **declaration.options,
            )
        )
    return tuple(found)


def cmdlet_info(cls: type, *, unsupported: Iterable[str] = ()) -> CmdletInfo:
    """Read the declaration of a cmdlet class.

    The first line of the docstring is the synopsis, the rest the description. `unsupported` adds to the names that the class itself
    declares as unsupported. Raises `TypeError` when a name is declared twice or both supported and unsupported.
    """
    synopsis, _, description = (inspect.getdoc(cls) or "").partition("\n")
    declared: Any = cls
    info = CmdletInfo(
        name=declared.name,
        cmdlet_type=cls,
        synopsis=synopsis.strip(),
        description=description.strip(),
        parameters=declared_parameters(cls),
        default_set=declared.default_parameter_set or ALL_SETS,
        supports_should_process=declared.supports_should_process,
        confirm_impact=declared.confirm_impact,
        output_types=declared.output_types,
        unsupported=frozenset(declared.unsupported) | frozenset(unsupported),
        examples=declared.examples,
    )
    taken: set[str] = set()
    for name in [n for p in info.parameters for n in (p.name, *p.aliases)] + sorted(info.unsupported):
        if name.lower() in taken:
            raise TypeError(f"{info.name} declares the parameter name {name} twice")
        taken.add(name.lower())
    if info.default_set not in (ALL_SETS, *info.set_names):
        raise TypeError(f"{info.name} has no parameter set {info.default_set}")
    return info
