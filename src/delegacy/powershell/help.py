"""Get-Help from metadata: syntax, parameters, examples. Nothing is written twice."""

from __future__ import annotations

import textwrap
import typing
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from delegacy.powershell.arguments import target_name
from delegacy.powershell.common_parameters import all_parameters
from delegacy.powershell.metadata import ALL_SETS
from delegacy.powershell.text import to_text
from delegacy.powershell.values import TypeReference, enum_label

if TYPE_CHECKING:
    from delegacy.powershell.metadata import CmdletInfo, Membership, Parameter

WIDTH: Final = 120
_COMMON: Final = (
    "This command supports the common parameters: Verbose, Debug, ErrorAction, ErrorVariable, WarningAction, WarningVariable, "
    "InformationAction, InformationVariable, OutVariable, OutBuffer and PipelineVariable."
)


def short_type(parameter: Parameter) -> str:
    """Return a parameter's type as syntax lines show it, without its namespace."""
    name = target_name(parameter)
    plain, brackets, _ = name.partition("[]")
    return plain.rpartition(".")[2] + brackets


def accepted_values(parameter: Parameter) -> tuple[str, ...]:
    """Return the values that a parameter can have, when they are enumerated."""
    if parameter.values:
        return parameter.values
    enumeration = _enumeration(parameter.target)
    return tuple(enum_label(member) for member in enumeration) if enumeration is not None else ()


def _enumeration(target: Any) -> type[Enum] | None:  # noqa: ANN401 - an annotation can be anything
    if isinstance(target, TypeReference):
        return None
    if isinstance(target, type) and issubclass(target, Enum):
        return target
    found = (_enumeration(argument) for argument in typing.get_args(target) if argument is not Ellipsis)
    return next((enumeration for enumeration in found if enumeration is not None), None)


# ----------------------------------------------------------------------------------------------------------------------- syntax


def syntax_lines(info: CmdletInfo) -> list[str]:
    """Return the syntax of each parameter set, as `Get-Command -Syntax` shows it."""
    return [_syntax(info, name) for name in info.set_names]


def _syntax(info: CmdletInfo, set_name: str) -> str:
    positional: list[tuple[int, str]] = []
    named: list[str] = []
    for parameter in info.parameters:
        membership = parameter.membership(set_name)
        if membership is None or parameter.hidden:
            continue
        text = _parameter_syntax(parameter, membership)
        if membership.position is not None:
            positional.append((membership.position, text))
        else:
            named.append(("" if membership.mandatory else "~") + text)
    ordered = [text for _, text in sorted(positional, key=lambda entry: entry[0])]
    ordered += [text.lstrip("~") for text in sorted(named, key=lambda text: text.startswith("~"))]
    if info.supports_should_process:
        ordered += ["[-WhatIf]", "[-Confirm]"]
    return " ".join([info.name, *ordered, "[<CommonParameters>]"])


def _parameter_syntax(parameter: Parameter, membership: Membership) -> str:
    name = f"-{parameter.name}"
    if parameter.switch:
        return name if membership.mandatory else f"[{name}]"
    if membership.position is not None:
        name = f"[{name}]"
    text = f"{name} <{short_type(parameter)}>"
    return text if membership.mandatory else f"[{text}]"


# ------------------------------------------------------------------------------------------------------------------------ texts


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ") or [""]


def _section(title: str, lines: list[str]) -> list[str]:
    return [title, *lines, ""]


def _syntax_section(info: CmdletInfo) -> list[str]:
    lines: list[str] = []
    for syntax in syntax_lines(info):
        lines += textwrap.wrap(
            syntax, WIDTH, initial_indent="    ", subsequent_indent="        ", break_on_hyphens=False
        )
        lines.append("")
    return ["SYNTAX", *lines]


def _examples(info: CmdletInfo) -> list[str]:
    lines: list[str] = []
    for number, example in enumerate(info.examples, 1):
        lines.append(f"    -------------------------- EXAMPLE {number} --------------------------")
        lines += [
            "",
            *(
                f"    PS C:\\>{line}" if place == 0 else f"    {line}"
                for place, line in enumerate(example.code.splitlines())
            ),
            "",
        ]
        if example.remarks:
            lines += [*_indented(example.remarks), ""]
    return lines


def parameter_lines(parameter: Parameter) -> list[str]:
    """Return what help says of one parameter."""
    first = parameter.memberships[0]
    heading = f"    -{parameter.name}" if parameter.switch else f"    -{parameter.name} <{short_type(parameter)}>"
    lines = [heading]
    if parameter.help:
        lines += textwrap.wrap(parameter.help, WIDTH, initial_indent="        ", subsequent_indent="        ")
    values = accepted_values(parameter)
    if values:
        lines += textwrap.wrap(
            "Values: " + ", ".join(values), WIDTH, initial_indent="        ", subsequent_indent="        "
        )
    position = "named" if first.position is None else str(first.position)
    default = "" if parameter.switch or parameter.default is None else to_text(parameter.default)
    lines += [
        "",
        f"        Required?                    {str(any(m.mandatory for m in parameter.memberships)).lower()}",
        f"        Position?                    {position}",
        f"        Default value                {'False' if parameter.switch else default}",
        f"        Accept pipeline input?       {_pipeline_words(parameter)}",
        "        Accept wildcard characters?  false",
    ]
    if parameter.aliases:
        lines.append(f"        Aliases                      {', '.join(parameter.aliases)}")
    sets = ", ".join(m.set_name for m in parameter.memberships if m.set_name != ALL_SETS)
    if sets:
        lines.append(f"        Parameter sets               {sets}")
    return [*lines, ""]


def _pipeline_words(parameter: Parameter) -> str:
    ways = []
    if any(m.pipeline for m in parameter.memberships):
        ways.append("ByValue")
    if any(m.pipeline_by_property_name for m in parameter.memberships):
        ways.append("ByPropertyName")
    return f"true ({', '.join(ways)})" if ways else "false"


def help_text(info: CmdletInfo, *, detail: str = "") -> str:
    """Return the help page of a command. detail: '', 'examples', 'detailed' or 'full'."""
    lines = ["", *_section("NAME", [f"    {info.name}"]), *_section("SYNOPSIS", _indented(info.synopsis))]
    if detail == "examples":
        return "\n".join([*lines, *_examples(info)])
    lines += [*_syntax_section(info)]
    if info.description:
        lines += _section(
            "DESCRIPTION", [line for part in info.description.split("\n\n") for line in [*_indented(part), ""]][:-1]
        )
    if info.aliases:
        lines += _section("ALIASES", [f"    {', '.join(info.aliases)}"])
    if detail in ("detailed", "full"):
        lines += _parameter_section(info)
        if info.unsupported:
            names = ", ".join(sorted(info.unsupported, key=str.lower))
            lines += _section("PARAMETERS THAT THIS PRODUCT DOES NOT SUPPORT", _indented(names))
        if detail == "full" and info.output_types:
            lines += _section("OUTPUTS", [f"    {name}" for name in info.output_types])
        if info.examples:
            lines += ["EXAMPLES", *_examples(info)]
    else:
        lines += _section(
            "REMARKS",
            [
                f'    To see the examples, type: "Get-Help {info.name} -Examples".',
                f'    For more information, type: "Get-Help {info.name} -Detailed".',
                f'    For technical information, type: "Get-Help {info.name} -Full".',
            ],
        )
    return "\n".join(lines)


def _parameter_section(info: CmdletInfo) -> list[str]:
    lines = ["PARAMETERS"]
    for parameter in sorted(all_parameters(info), key=lambda parameter: parameter.name.lower()):
        own = not parameter.common or parameter.attribute in ("what_if", "confirm")
        if own and not parameter.hidden:
            lines += parameter_lines(parameter)
    return [*lines, "    <CommonParameters>", *(f"    {line}" for line in _indented(_COMMON)), ""]
