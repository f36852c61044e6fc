"""The parameters that every cmdlet has: about_CommonParameters."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from delegacy.powershell.metadata import CmdletInfo, Parameter, declared_parameters, parameter


class ActionPreference(Enum):
    """What to do with an error, warning or other message (System.Management.Automation.ActionPreference)."""

    SILENTLY_CONTINUE = 0
    STOP = 1
    CONTINUE = 2
    INQUIRE = 3
    IGNORE = 4
    SUSPEND = 5

    @classmethod
    def type_name(cls) -> str:
        """Return the type's full name."""
        return "System.Management.Automation.ActionPreference"


@dataclass(kw_only=True)
class _Common:
    verbose: bool = parameter(switch=True, aliases=("vb",), help="Shows what the command says about its work.")
    debug: bool = parameter(switch=True, aliases=("db",), help="Shows messages for programmers.")
    error_action: ActionPreference | None = parameter(
        aliases=("ea",), help="What to do with errors that do not end the command."
    )
    warning_action: ActionPreference | None = parameter(aliases=("wa",), help="What to do with warnings.")
    information_action: ActionPreference | None = parameter(
        aliases=("infa",), help="What to do with information messages."
    )
    error_variable: str | None = parameter(
        aliases=("ev",), help="The variable that errors are stored in as well; +name appends."
    )
    warning_variable: str | None = parameter(aliases=("wv",), help="The variable that warnings are stored in as well.")
    information_variable: str | None = parameter(
        aliases=("iv",), help="The variable that information messages are stored in as well."
    )
    out_variable: str | None = parameter(aliases=("ov",), help="The variable that output is stored in as well.")
    out_buffer: int | None = parameter(
        aliases=("ob",), minimum=0, help="Accepted; output is handed on at once all the same."
    )
    pipeline_variable: str | None = parameter(
        aliases=("pv",), help="The variable that holds the current object for later commands."
    )


@dataclass(kw_only=True)
class _ShouldProcess:
    what_if: bool = parameter(switch=True, aliases=("wi",), help="Says what would be done and does nothing.")
    confirm: bool = parameter(switch=True, aliases=("cf",), help="Asks before it does anything.")


COMMON_PARAMETERS: Final[tuple[Parameter, ...]] = declared_parameters(_Common, common=True)
SHOULD_PROCESS_PARAMETERS: Final[tuple[Parameter, ...]] = declared_parameters(_ShouldProcess, common=True)


def all_parameters(info: CmdletInfo, *, common: bool = True) -> tuple[Parameter, ...]:
    """Return the parameters of a command together with those that every command has."""
    if not common:
        return info.parameters
    if info.supports_should_process:
        return info.parameters + COMMON_PARAMETERS + SHOULD_PROCESS_PARAMETERS
    return info.parameters + COMMON_PARAMETERS
