"""`$PSCmdlet`: what an advanced function can do that a cmdlet can."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from delegacy.powershell.errors import ErrorRecord, PowerShellError
from delegacy.powershell.properties import MISSING
from delegacy.powershell.text import to_text
from delegacy.powershell.values import PSObject, ScriptMethod

if TYPE_CHECKING:
    from collections.abc import Callable

    from delegacy.powershell.binder import Binding
    from delegacy.powershell.cmdlet import CommandRuntime


def script_cmdlet(runtime: CommandRuntime, binding: Binding, invocation: PSObject) -> PSObject:
    """Return what `$PSCmdlet` is in an advanced function."""
    name = binding.info.name

    def should_process(target: object, action: object = None, *_more: object) -> bool:
        return runtime.should_process(
            f'Performing the operation "{to_text(action) or name}" on target "{to_text(target)}".'
        )

    def write_error(record: object) -> object:
        if isinstance(record, ErrorRecord):
            runtime.write_error(record)
        return MISSING

    def throw(record: object) -> NoReturn:
        known = record if isinstance(record, ErrorRecord) else ErrorRecord(to_text(record), to_text(record))
        raise PowerShellError(known)

    def quietly(write: Callable[[str], None]) -> ScriptMethod:
        def call(message: object) -> object:
            write(to_text(message))
            return MISSING

        return ScriptMethod(call)

    def write_object(value: object, *_enumerate: object) -> object:
        runtime.write_object(value)
        return MISSING

    return PSObject(
        "System.Management.Automation.PSScriptCmdlet",
        {
            "ParameterSetName": binding.set_name,
            "MyInvocation": invocation,
            "ShouldProcess": ScriptMethod(should_process),
            "ShouldContinue": ScriptMethod(
                lambda query, caption="Confirm", *_more: runtime.should_continue(to_text(query), to_text(caption))
            ),
            "WriteObject": ScriptMethod(write_object),
            "WriteError": ScriptMethod(write_error),
            "WriteWarning": quietly(runtime.write_warning),
            "WriteVerbose": quietly(runtime.write_verbose),
            "WriteDebug": quietly(runtime.write_debug),
            "ThrowTerminatingError": ScriptMethod(throw),
        },
    )
