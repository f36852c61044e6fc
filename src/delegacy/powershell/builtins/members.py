"""New-Object, Add-Member and Get-Member."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar, Final

from delegacy.powershell.builtins._base import Builtin
from delegacy.powershell.errors import ErrorCategory
from delegacy.powershell.metadata import SetMembership, parameter
from delegacy.powershell.methods import method_names
from delegacy.powershell.properties import MISSING, member_kind, property_values, set_property
from delegacy.powershell.script_types import find_type
from delegacy.powershell.statics import construct, static_type
from delegacy.powershell.text import to_text, type_name
from delegacy.powershell.values import (
    CUSTOM_OBJECT,
    AliasProperty,
    Hashtable,
    PSObject,
    ScriptBlock,
    ScriptMethod,
    ScriptProperty,
)
from delegacy.powershell.wildcard import matches_wildcard

_PLAIN: Final = ("psobject", "pscustomobject", "object")
_SIGNATURES: Final = {
    "Equals": "bool Equals(System.Object obj)",
    "GetType": "type GetType()",
    "ToString": "string ToString()",
}
_KINDS: Final = ("NoteProperty", "AliasProperty", "ScriptProperty", "ScriptMethod")


@dataclass(kw_only=True)
class NewObject(Builtin):
    """Make an object."""

    name: ClassVar[str] = "New-Object"
    unsupported: ClassVar[Collection[str]] = frozenset({"ComObject", "Strict"})

    type_name: str = parameter(position=0, mandatory=True)
    argument_list: tuple[object, ...] = parameter(position=1, aliases=("Args",), default=())
    property: Hashtable | None = parameter()

    def process(self) -> None:
        """Make it."""
        reference = static_type(self.type_name)
        if reference is None:
            self.fail(
                f"Cannot find type [{self.type_name}]: verify that the assembly containing this type is loaded.",
                "TypeNotFound",
                ErrorCategory.INVALID_TYPE,
                self.type_name,
            )
        if reference.name.lower() in _PLAIN and not self.argument_list:
            made: object = PSObject(
                CUSTOM_OBJECT, {to_text(key): value for key, value in (self.property or {}).items()}
            )
        else:
            made = construct(reference, list(self.argument_list))
            for key, value in (self.property or {}).items():
                set_property(made, to_text(key), value)
        self.write_object(made)


@dataclass(kw_only=True)
class AddMember(Builtin):
    """Add a property or method to objects."""

    name: ClassVar[str] = "Add-Member"
    default_parameter_set: ClassVar[str] = "MemberSet"

    input_object: object = parameter(mandatory=True, pipeline=True)
    member_type: str = parameter(
        sets={"MemberSet": SetMembership(mandatory=True, position=0)},
        aliases=("Type",),
        values=_KINDS,
        default="NoteProperty",
    )
    name_: str = parameter(sets={"MemberSet": SetMembership(mandatory=True, position=1)}, name="Name", default="")
    value: object = parameter(sets={"MemberSet": SetMembership(position=2)})
    second_value: object = parameter(sets={"MemberSet": SetMembership(position=3)})
    note_property_name: str = parameter(
        sets={"NotePropertySingleMemberSet": SetMembership(mandatory=True, position=0)}, default=""
    )
    note_property_value: object = parameter(
        sets={"NotePropertySingleMemberSet": SetMembership(mandatory=True, position=1)},
        allow_null=True,
        allow_empty=True,
    )
    note_property_members: Hashtable | None = parameter(
        sets={"NotePropertyMultiMemberSet": SetMembership(mandatory=True, position=0)}
    )
    type_name: str | None = parameter()
    force: bool = parameter(switch=True)
    pass_thru: bool = parameter(switch=True)

    def process(self) -> None:
        """Add to the object."""
        target = self.input_object
        if not isinstance(target, PSObject):
            self.complain(
                f"Members can't be added to an object of type {type_name(target)} in this product.",
                "MemberTargetNotSupported",
                ErrorCategory.INVALID_OPERATION,
                target,
            )
            return
        if self.note_property_members is not None:
            for key, value in self.note_property_members.items():
                self._add(target, to_text(key), value)
        elif self.note_property_name:
            self._add(target, self.note_property_name, self.note_property_value)
        else:
            self._add(target, self.name_, self._member())
        if self.type_name is not None:
            target.type_names = (self.type_name, *target.type_names)
        if self.pass_thru:
            self.write_object(target)

    def _member(self) -> object:
        kind, value = self.member_type.lower(), self.value
        if kind == "aliasproperty":
            return AliasProperty(to_text(value))
        if kind == "noteproperty":
            return value
        if not isinstance(value, ScriptBlock):
            self.fail(
                f"The Value parameter of a {self.member_type} must be a script block.", "InvalidValue", target=value
            )
        engine = self.engine

        def run(owner: PSObject, arguments: list[object]) -> object:
            engine.set_variable("this", owner)
            output = engine.invoke_block(value, arguments)
            return output[0] if len(output) == 1 else (output or None)

        if kind == "scriptproperty":
            return ScriptProperty(lambda owner: run(owner, []))
        target = self.input_object
        return ScriptMethod(lambda *arguments: run(target, list(arguments)) if isinstance(target, PSObject) else None)

    def _add(self, target: PSObject, name: str, member: object) -> None:
        if target.find(name) is not None and not self.force:
            self.complain(
                f'Cannot add a member with the name "{name}" because a member with that name already exists. To overwrite the member '
                "anyway, add the Force parameter to your command.",
                "MemberAlreadyExists",
                ErrorCategory.INVALID_OPERATION,
                target,
            )
            return
        target.set(name, member)


@dataclass(kw_only=True)
class GetMember(Builtin):
    """Tell which properties and methods objects have."""

    name: ClassVar[str] = "Get-Member"

    input_object: object = parameter(pipeline=True)
    name_: tuple[str, ...] | None = parameter(position=0, name="Name")
    member_type: tuple[str, ...] | None = parameter(aliases=("Type",))
    force: bool = parameter(switch=True)

    def begin(self) -> None:
        """No type was seen yet."""
        self._seen: set[str] = set()

    def process(self) -> None:
        """Tell it of the first object of each type."""
        value = self.input_object
        if value is None or type_name(value) in self._seen:
            return
        self._seen.add(type_name(value))
        for name, kind, definition in sorted(
            self._members(value), key=lambda member: (member[1] != "Method", member[0].lower())
        ):
            if self._wanted(name, kind):
                self.write_object(
                    PSObject(
                        "Microsoft.PowerShell.Commands.MemberDefinition",
                        {"TypeName": type_name(value), "Name": name, "MemberType": kind, "Definition": definition},
                        text=definition,
                    )
                )

    def end(self) -> None:
        """Complain when nothing was piped in."""
        if not self._seen:
            self.complain(
                "You must specify an object for the Get-Member cmdlet.",
                "NoObjectInGetMember",
                ErrorCategory.CLOSE_ERROR,
            )

    def _wanted(self, name: str, kind: str) -> bool:
        if self.name_ is not None and not any(matches_wildcard(pattern, name) for pattern in self.name_):
            return False
        kinds = {wanted.lower() for wanted in self.member_type or ()} - {"all"}
        group = "properties" if kind.endswith("Property") else "methods"
        return not kinds or kind.lower() in kinds or group in kinds

    def _members(self, value: object) -> list[tuple[str, str, str]]:
        found = []
        members = value.members() if isinstance(value, PSObject) else {}
        is_custom = isinstance(value, PSObject) and value.is_custom
        for name, read in property_values(value).items():
            kind = member_kind(members.get(name)) if isinstance(value, PSObject) else "Property"
            if kind == "NoteProperty" and not is_custom:
                kind = "Property"
            shown = "" if read is MISSING or read is None else to_text(read)
            definition = (
                f"{_type_label(read)} {name}={shown}"
                if kind == "NoteProperty"
                else f"{_type_label(read)} {name} {{get;}}"
            )
            found.append((name, kind, definition))
        found += [(name, "Method", _SIGNATURES.get(name, f"{name}()")) for name in method_names(value)]
        return found


def _type_label(value: object) -> str:
    """Return a value's type as definitions of members show it: by its short name where it has one."""
    name = type_name(value)
    known = find_type(name) if name else None
    return str(known) if known is not None else name or "object"
