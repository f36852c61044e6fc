"""Get-Command, Get-Help, Get-Alias, and stand-ins for commands that set up sessions elsewhere."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

from delegacy.powershell.builtins._base import Builtin
from delegacy.powershell.common_parameters import all_parameters
from delegacy.powershell.errors import ErrorCategory
from delegacy.powershell.help import accepted_values, help_text, parameter_lines, short_type, syntax_lines
from delegacy.powershell.metadata import CmdletInfo, SetMembership, parameter
from delegacy.powershell.values import Hashtable, PSObject, Version
from delegacy.powershell.wildcard import has_wildcards, matches_wildcard

_VERSION: Final = Version((1, 0))


def command_object(info: CmdletInfo, source: str) -> PSObject:
    """Return a command as Get-Command shows it."""
    kind = f"System.Management.Automation.{info.kind}Info"
    parameters = Hashtable()
    for known in all_parameters(info):
        parameters[known.name] = PSObject(
            "System.Management.Automation.ParameterMetadata",
            {
                "Name": known.name,
                "ParameterType": short_type(known),
                "Aliases": list(known.aliases),
                "SwitchParameter": known.switch,
                "Values": list(accepted_values(known)),
            },
        )
    return PSObject(
        (kind, "System.Management.Automation.CommandInfo"),
        {
            "CommandType": info.kind,
            "Name": info.name,
            "Version": _VERSION if info.kind == "Cmdlet" else None,
            "Source": source,
            "Verb": info.verb,
            "Noun": info.noun,
            "ModuleName": source,
            "Definition": "\n\n".join(syntax_lines(info)),
            "Parameters": parameters,
            "ParameterSets": list(info.set_names),
        },
        text=info.name,
    )


@dataclass(kw_only=True)
class GetCommand(Builtin):
    """Show the commands that can be run."""

    name: ClassVar[str] = "Get-Command"
    default_parameter_set: ClassVar[str] = "AllCommandSet"

    name_: tuple[str, ...] | None = parameter(
        sets={"AllCommandSet": SetMembership(position=0, pipeline=True, pipeline_by_property_name=True)},
        name="Name",
        completer="command",
    )
    verb: tuple[str, ...] | None = parameter(sets=("CmdletSet",))
    noun: tuple[str, ...] | None = parameter(sets=("CmdletSet",))
    command_type: tuple[str, ...] | None = parameter(aliases=("Type",), values=("Alias", "All", "Cmdlet", "Function"))
    syntax: bool = parameter(switch=True)
    module: tuple[str, ...] | None = parameter(aliases=("PSSnapin",))
    parameter_name: tuple[str, ...] | None = parameter()
    total_count: int | None = parameter(minimum=0)
    list_imported: bool = parameter(switch=True)
    all: bool = parameter(switch=True)

    def process(self) -> None:
        """Show those that are asked for."""
        found = sorted(self._found(), key=lambda info: info.name.lower())
        for info in found[: self.total_count] if self.total_count is not None else found:
            if self.syntax:
                self.write_object("\r\n" + "\r\n\r\n".join(syntax_lines(info)) + "\r\n")
            else:
                self.write_object(command_object(info, self._source(info)))

    def _source(self, info: CmdletInfo) -> str:
        if info.kind != "Cmdlet":
            return ""
        return "Delegacy" if self.engine.is_gated(info) else "Microsoft.PowerShell.Core"

    def _found(self) -> Iterable[CmdletInfo]:
        known = [info for info in self.engine.commands() if self._admitted(info)]
        if self.name_ is None:
            return known
        found: dict[str, CmdletInfo] = {}
        for wanted in self.name_:
            if has_wildcards(wanted):
                matching = [info for info in known if matches_wildcard(wanted, info.name)]
            else:
                one = self.engine.find_command(wanted)
                matching = [one] if one is not None and self._admitted(one) else []
                if one is None:
                    self._not_found(wanted)
            found.update({info.name: info for info in matching})
        return found.values()

    def _not_found(self, name: str) -> None:
        self.complain(
            f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling "
            "of the name, or if a path was included, verify that the path is correct and try again.",
            "CommandNotFoundException",
            ErrorCategory.OBJECT_NOT_FOUND,
            name,
        )

    def _admitted(self, info: CmdletInfo) -> bool:
        kinds = {kind.lower() for kind in self.command_type or ()} - {"all"}
        if kinds and info.kind.lower() not in kinds:
            return False
        if self.verb is not None and not any(matches_wildcard(verb, info.verb) for verb in self.verb):
            return False
        if self.noun is not None and not any(matches_wildcard(noun, info.noun) for noun in self.noun):
            return False
        if self.module is not None and not any(matches_wildcard(module, self._source(info)) for module in self.module):
            return False
        if self.parameter_name is None:
            return True
        return any(matches_wildcard(wanted, known.name) for wanted in self.parameter_name for known in info.parameters)


@dataclass(kw_only=True)
class GetHelp(Builtin):
    """Explain a command."""

    name: ClassVar[str] = "Get-Help"
    unsupported: ClassVar[Collection[str]] = frozenset({"Online", "ShowWindow", "Path", "Functionality"})

    name_: str = parameter(position=0, pipeline_by_property_name=True, name="Name", default="", completer="command")
    full: bool = parameter(switch=True)
    detailed: bool = parameter(switch=True)
    examples_: bool = parameter(switch=True, name="Examples")
    parameter_: tuple[str, ...] | None = parameter(name="Parameter")
    category: tuple[str, ...] | None = parameter()
    component: tuple[str, ...] | None = parameter()
    role: tuple[str, ...] | None = parameter()

    def process(self) -> None:
        """Explain it, or list the commands that a pattern means."""
        if not self.name_:
            self.write_object(
                "Get-Command lists the commands that you can run. Get-Help followed by the name of one explains it; add -Examples, "
                "-Detailed or -Full for more."
            )
            return
        if not has_wildcards(self.name_):
            info = self.engine.find_command(self.name_)
            if info is not None:
                self._explain(info)
                return
        wanted = self.name_ if has_wildcards(self.name_) else f"*{self.name_}*"
        matching = sorted(
            (info for info in self.engine.commands() if matches_wildcard(wanted, info.name)), key=lambda info: info.name
        )
        if len(matching) == 1:
            self._explain(matching[0])
        elif matching:
            self.write_objects([self._summary(info) for info in matching])
        else:
            self.complain(
                f"Get-Help could not find {self.name_} in a help file in this session.",
                "HelpNotFound",
                ErrorCategory.RESOURCE_UNAVAILABLE,
                self.name_,
            )

    def _summary(self, info: CmdletInfo) -> PSObject:
        return PSObject(
            "HelpInfoShort", {"Name": info.name, "Category": info.kind, "Synopsis": info.synopsis}, text=info.name
        )

    def _explain(self, info: CmdletInfo) -> None:
        if self.parameter_ is not None:
            self._parameters(info)
            return
        chosen = [
            word
            for word, given in (("full", self.full), ("detailed", self.detailed), ("examples", self.examples_))
            if given
        ]
        self.write_object(help_text(info, detail=chosen[0] if chosen else ""))

    def _parameters(self, info: CmdletInfo) -> None:
        for wanted in self.parameter_ or ():
            known = [one for one in all_parameters(info) if matches_wildcard(wanted, one.name)]
            if not known:
                self.complain(
                    f"No parameter matches criteria {wanted}.", "NoParmsFound", ErrorCategory.INVALID_ARGUMENT, wanted
                )
            for one in known:
                self.write_object("\n".join(parameter_lines(one)))


@dataclass(kw_only=True)
class GetAlias(Builtin):
    """Show what aliases stand for."""

    name: ClassVar[str] = "Get-Alias"

    name_: tuple[str, ...] = parameter(
        position=0, pipeline=True, pipeline_by_property_name=True, name="Name", default=("*",)
    )
    definition: tuple[str, ...] | None = parameter()

    def process(self) -> None:
        """Show those that are asked for."""
        for name, command in sorted(self.engine.aliases().items()):
            if not any(matches_wildcard(wanted, name) for wanted in self.name_):
                continue
            if self.definition is not None and not any(matches_wildcard(wanted, command) for wanted in self.definition):
                continue
            self.write_object(
                PSObject(
                    "System.Management.Automation.AliasInfo",
                    {
                        "CommandType": "Alias",
                        "Name": name,
                        "DisplayName": f"{name} -> {command}",
                        "Version": None,
                        "Source": "",
                        "Definition": command,
                        "ResolvedCommandName": command,
                    },
                    text=name,
                )
            )


# -------------------------------------------------------------------------------------------------------------------- stand-ins


@dataclass(kw_only=True)
class _StandIn(Builtin):
    """A command that has nothing to do here, because what it would set up is there already."""

    lenient: ClassVar[bool] = True


@dataclass(kw_only=True)
class ImportModule(_StandIn):
    """Do nothing: every command of this product is there from the start."""

    name: ClassVar[str] = "Import-Module"


@dataclass(kw_only=True)
class RemoveModule(_StandIn):
    """Do nothing: the commands of this product cannot be removed."""

    name: ClassVar[str] = "Remove-Module"


@dataclass(kw_only=True)
class AddPSSnapin(_StandIn):
    """Do nothing: every command of this product is there from the start."""

    name: ClassVar[str] = "Add-PSSnapin"


@dataclass(kw_only=True)
class GetPSSnapin(_StandIn):
    """Show nothing: there are no snap-ins."""

    name: ClassVar[str] = "Get-PSSnapin"


@dataclass(kw_only=True)
class GetModule(_StandIn):
    """Show nothing: there are no modules."""

    name: ClassVar[str] = "Get-Module"


@dataclass(kw_only=True)
class GetPSSession(_StandIn):
    """Show nothing: there are no remote sessions."""

    name: ClassVar[str] = "Get-PSSession"


@dataclass(kw_only=True)
class RemovePSSession(_StandIn):
    """Do nothing: there are no remote sessions."""

    name: ClassVar[str] = "Remove-PSSession"


@dataclass(kw_only=True)
class ConnectExchangeOnline(_StandIn):
    """Do nothing: the session is connected."""

    name: ClassVar[str] = "Connect-ExchangeOnline"


@dataclass(kw_only=True)
class ConnectExchangeServer(_StandIn):
    """Do nothing: the session is connected."""

    name: ClassVar[str] = "Connect-ExchangeServer"


@dataclass(kw_only=True)
class DisconnectExchangeOnline(_StandIn):
    """Do nothing: the session stays connected."""

    name: ClassVar[str] = "Disconnect-ExchangeOnline"


@dataclass(kw_only=True)
class SetADServerSettings(_StandIn):
    """Do nothing: a session always sees the whole directory."""

    name: ClassVar[str] = "Set-ADServerSettings"


@dataclass(kw_only=True)
class ClearHost(Builtin):
    """Clear the screen."""

    name: ClassVar[str] = "Clear-Host"

    def process(self) -> None:
        """Clear it."""
        self.engine.before_question()
        self.engine.host.clear()
