"""The pages of cmdlets: an index, and one for each."""

import inspect
from collections.abc import Iterable, Iterator, Mapping

from delegacy.domain.identity import fold
from delegacy.domain.role_catalogue import BUILT_IN_ROLES
from delegacy.powershell.builtins.table import BUILTIN_INFOS
from delegacy.powershell.help import accepted_values, short_type, syntax_lines
from delegacy.powershell.metadata import ALL_SETS, CmdletInfo, Parameter
from delegacy.powershell.text import to_text
from delegacy.reference.markdown import block, bullets, code, page, table
from delegacy.session.declarations import declared_cmdlets

_FOLDER = "cmdlets"


def cmdlet_pages() -> Mapping[str, str]:
    """Return the pages by their places."""
    cmdlets = declared_cmdlets()
    return {"cmdlets.md": _index(cmdlets)} | {f"{_FOLDER}/{info.name}.md": _page(info) for info in cmdlets}


def _index(cmdlets: Iterable[CmdletInfo]) -> str:
    commands = sorted(BUILTIN_INFOS.values(), key=lambda info: info.name.lower())
    return page(
        "Cmdlets",
        "Names, parameters and output are Exchange's and, where Exchange has none, those of the Active Directory module. A parameter that "
        "Microsoft documents and this product does not support is refused with an error that names it; each page lists them. `Get-Help NAME "
        "-Full` shows the same in the shell.",
        table(
            ("Cmdlet", "What it does"),
            ((f"[{info.name}]({_FOLDER}/{info.name}.md)", info.synopsis) for info in cmdlets),
        ),
        "## Commands of the language",
        "Everybody has these; their parameters are in `Get-Help`.",
        table(
            ("Command", "Aliases", "What it does"),
            ((code(info.name), ", ".join(map(code, info.aliases)), info.synopsis) for info in commands),
        ),
    )


def _page(info: CmdletInfo) -> str:
    return page(
        info.name,
        info.synopsis,
        _paragraphs(info.description),
        "## Syntax",
        block(syntax_lines(info), "powershell"),
        *_examples(info),
        "## Parameters",
        table(
            ("Parameter", "Value", "Required", "Position", "From the pipeline", "Default", "Meaning"),
            (_row(parameter) for parameter in info.parameters if not parameter.hidden),
        ),
        _confirmation(info),
        _unsupported(info),
        *_output(info),
        "## Roles",
        _roles(info),
    )


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _row(parameter: Parameter) -> tuple[str, ...]:
    first = parameter.memberships[0]
    required = [membership.set_name for membership in parameter.memberships if membership.mandatory]
    values = accepted_values(parameter)
    ways = {
        "value": any(membership.pipeline for membership in parameter.memberships),
        "property": any(membership.pipeline_by_property_name for membership in parameter.memberships),
    }
    meaning = [parameter.help, f"One of {', '.join(map(code, values))}." if values else ""]
    return (
        code(f"-{parameter.name}") + "".join(f", `-{alias}`" for alias in parameter.aliases),
        "switch" if parameter.switch else code(short_type(parameter)),
        "" if not required else "yes" if required == [ALL_SETS] else f"with {', '.join(required)}",
        "" if first.position is None else str(first.position),
        ", ".join(way for way, taken in ways.items() if taken),
        "" if parameter.switch or parameter.default in (None, ()) else code(to_text(parameter.default)),
        " ".join(filter(None, meaning)),
    )


def _confirmation(info: CmdletInfo) -> str:
    common = "Also the common parameters: `-Verbose`, `-ErrorAction`, `-ErrorVariable`, `-WarningAction`, `-OutVariable` and the others."
    if not info.supports_should_process:
        return common
    return f"{common} `-WhatIf` says what would be done; `-Confirm` asks first ({info.confirm_impact.name.lower()} impact)."


def _unsupported(info: CmdletInfo) -> str:
    if not info.unsupported:
        return ""
    names = ", ".join(code(f"-{name}") for name in sorted(info.unsupported, key=str.lower))
    return f"## Not supported\n\nKnown, and refused: {names}."


def _examples(info: CmdletInfo) -> Iterator[str]:
    if info.examples:
        yield "## Examples"
    for example in info.examples:
        yield block(inspect.cleandoc(example.code).splitlines(), "powershell")
        yield example.remarks


def _output(info: CmdletInfo) -> Iterator[str]:
    if info.output_types:
        yield "## Output"
        yield bullets(map(code, info.output_types))


def _roles(info: CmdletInfo) -> str:
    holders = [role.name for role in BUILT_IN_ROLES.values() if fold(info.name) in role.entries]
    return f"Held by {', '.join(holders)}; see [roles](../roles.md)." if holders else "No built-in role holds it."
