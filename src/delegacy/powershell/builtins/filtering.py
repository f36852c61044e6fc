"""Where-Object and ForEach-Object."""

from dataclasses import dataclass
from typing import ClassVar, Final

from delegacy.powershell.builtins._base import Builtin
from delegacy.powershell.convert import truth
from delegacy.powershell.metadata import SetMembership, parameter
from delegacy.powershell.methods import find_method
from delegacy.powershell.operators import binary
from delegacy.powershell.properties import MISSING, read_property
from delegacy.powershell.values import Hashtable, PSObject, ScriptBlock, is_collection

_OPERATORS: Final = (
    "eq ne gt ge lt le like notlike match notmatch contains notcontains in notin".split()  # noqa: SIM905 - a table
)
_BY_PROPERTY: Final = {"Property": False}
_BY_SCRIPT: Final = {"ScriptBlock": False}


def _operator(name: str) -> bool:
    found: bool = parameter(switch=True, sets=_BY_PROPERTY, name=name, aliases=(f"i{name}",) if name[0] != "c" else ())
    return found


@dataclass(kw_only=True)
class WhereObject(Builtin):
    """Pass on the objects that a condition holds for."""

    name: ClassVar[str] = "Where-Object"
    default_parameter_set: ClassVar[str] = "ScriptBlock"

    input_object: object = parameter(pipeline=True)
    filter_script: ScriptBlock | None = parameter(sets={"ScriptBlock": SetMembership(mandatory=True, position=0)})
    property: str | None = parameter(sets={"Property": SetMembership(mandatory=True, position=0)})
    value: object = parameter(sets={"Property": SetMembership(position=1)})
    eq: bool = _operator("EQ")
    ne: bool = _operator("NE")
    gt: bool = _operator("GT")
    ge: bool = _operator("GE")
    lt: bool = _operator("LT")
    le: bool = _operator("LE")
    like: bool = _operator("Like")
    notlike: bool = _operator("NotLike")
    match: bool = _operator("Match")
    notmatch: bool = _operator("NotMatch")
    contains: bool = _operator("Contains")
    notcontains: bool = _operator("NotContains")
    in_: bool = _operator("In")
    notin: bool = _operator("NotIn")
    is_: bool = _operator("Is")
    isnot: bool = _operator("IsNot")
    not_: bool = _operator("Not")
    ceq: bool = _operator("CEQ")
    cne: bool = _operator("CNE")
    clike: bool = _operator("CLike")
    cnotlike: bool = _operator("CNotLike")
    cmatch: bool = _operator("CMatch")
    cnotmatch: bool = _operator("CNotMatch")
    ccontains: bool = _operator("CContains")
    cnotcontains: bool = _operator("CNotContains")

    def begin(self) -> None:
        """Work out which operator was given."""
        given = [
            name
            for name in self.bound
            if self.bound[name] is True and name not in ("input_object", "property", "value")
        ]
        if len(given) > 1:
            self.fail("Parameter set cannot be resolved using the specified named parameters.", "AmbiguousParameterSet")
        self._operator = given[0].rstrip("_") if given else ""
        if self._operator and self._operator != "not" and "value" not in self.bound:
            self.fail(
                "The specified operator requires both the -Property and -Value parameters. Provide values for both parameters, and then "
                "try the command again.",
                "ValueNotSpecifiedForWhereObject",
            )
        if self.property is not None and not self._operator and "value" in self.bound:
            self.fail(
                "An operator is required to compare the two specified values. Include a valid operator in the command, and then try the "
                "command again. For example, Get-Process | Where-Object -Property Name -eq Idle",
                "OperatorNotSpecified",
            )

    def process(self) -> None:
        """Pass the object on if the condition holds."""
        if "input_object" not in self.bound:
            return
        self.engine.tick()
        if self._holds(self.input_object):
            self.runtime.write_object(self.input_object)

    def _holds(self, value: object) -> bool:
        if self.filter_script is not None:
            output = self.engine.run_block(self.filter_script, value)
            return truth(output[0] if len(output) == 1 else output)
        found = read_property(value, self.property or "")
        found = None if found is MISSING else found
        if not self._operator:
            return truth(found)
        if self._operator == "not":
            return not truth(found)
        return truth(binary(self._operator, found, self.value))


@dataclass(kw_only=True)
class ForEachObject(Builtin):
    """Do something with each object."""

    name: ClassVar[str] = "ForEach-Object"
    default_parameter_set: ClassVar[str] = "ScriptBlockSet"

    input_object: object = parameter(pipeline=True)
    begin_: ScriptBlock | None = parameter(sets={"ScriptBlockSet": False}, name="Begin")
    process_: tuple[ScriptBlock | None, ...] = parameter(
        sets={"ScriptBlockSet": SetMembership(mandatory=True, position=0)},
        name="Process",
        default=(),
        allow_null=True,
        allow_empty=True,
    )
    remaining_scripts: tuple[ScriptBlock | None, ...] = parameter(
        sets={"ScriptBlockSet": SetMembership(remaining=True)}, default=()
    )
    end_: ScriptBlock | None = parameter(sets={"ScriptBlockSet": False}, name="End")
    member_name: str | None = parameter(sets={"PropertyAndMethodSet": SetMembership(mandatory=True, position=0)})
    argument_list: tuple[object, ...] = parameter(
        sets={"PropertyAndMethodSet": SetMembership(remaining=True)}, aliases=("Args",), default=()
    )

    def begin(self) -> None:
        """Sort the blocks, and run the first one."""
        blocks = [*self.process_, *self.remaining_scripts]
        first, last = self.begin_, self.end_
        if first is None and len(blocks) > 1:
            first = blocks.pop(0)
        if last is None and len(blocks) > 1:
            last = blocks.pop()
        self._blocks = [block for block in blocks if block is not None]
        self._last = last
        if first is not None:
            self._run(first, None)

    def process(self) -> None:
        """Run the block on the object, or take its member."""
        if "input_object" not in self.bound and self.member_name is not None:
            return
        self.engine.tick()
        value = self.input_object
        if self.member_name is not None:
            self._member(value)
            return
        for block in self._blocks:
            self._run(block, value)

    def _run(self, block: ScriptBlock, value: object) -> None:
        self.engine.stream_block(block, value, self.runtime.write_object)

    def _member(self, value: object) -> None:
        name = self.member_name or ""
        found = read_property(value, name)
        if found is MISSING and ((isinstance(value, PSObject) and value.method(name)) or find_method(value, name)):
            found = self.engine.call_method(value, name, list(self.argument_list))
        if found is MISSING:
            found = None if isinstance(value, (PSObject, Hashtable)) or value is not None else MISSING
        if is_collection(found):
            self.write_objects(found)
        elif found is not MISSING:
            self.write_object(found)

    def end(self) -> None:
        """Run the last block."""
        if self._last is not None:
            self._run(self._last, None)
