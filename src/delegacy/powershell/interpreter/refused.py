"""Names of commands that exist in PowerShell and are kept out of here, so that they are refused by name and not as typing errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from delegacy.powershell.errors import ErrorCategory, runtime_error

if TYPE_CHECKING:
    from delegacy.powershell.cmdlet import CommandGate
    from delegacy.powershell.errors import PowerShellError

_REMOTING: Final = (
    "Connect-PSSession",
    "Disconnect-PSSession",
    "Disable-PSRemoting",
    "Enable-PSRemoting",
    "Enter-PSSession",
    "Exit-PSSession",
    "Export-PSSession",
    "Import-PSSession",
    "Invoke-Command",
    "New-PSSession",
    "New-PSSessionOption",
    "Receive-PSSession",
)
_CODE: Final = (
    "Add-Type",
    "Invoke-Expression",
    "Invoke-Item",
    "Invoke-RestMethod",
    "Invoke-WebRequest",
    "New-Module",
    "New-ModuleManifest",
    "Register-ObjectEvent",
    "Start-Process",
    "Update-FormatData",
    "Update-TypeData",
)
_JOBS: Final = (
    "Get-Job",
    "Receive-Job",
    "Register-ScheduledJob",
    "Remove-Job",
    "Resume-Job",
    "Start-Job",
    "Start-ThreadJob",
    "Stop-Job",
    "Wait-Job",
    "Wait-Process",
)
_SYSTEM: Final = (
    "ConvertTo-Xml",
    "Export-Clixml",
    "Get-Acl",
    "Get-EventLog",
    "Get-ExecutionPolicy",
    "Get-FileHash",
    "Get-History",
    "Import-Clixml",
    "New-Alias",
    "Out-GridView",
    "Out-Printer",
    "Pop-Location",
    "Push-Location",
    "Select-String",
    "Select-Xml",
    "Set-Alias",
    "Set-Location",
    "Start-Transcript",
    "Stop-Transcript",
    "Unblock-File",
    "Write-EventLog",
    "Copy-Item",
    "Get-ChildItem",
    "Get-CimInstance",
    "Get-Item",
    "Get-ItemProperty",
    "Get-Process",
    "Get-Service",
    "Get-WmiObject",
    "Invoke-CimMethod",
    "Move-Item",
    "New-Item",
    "Register-PSRepository",
    "Install-Module",
    "Remove-Item",
    "Rename-Item",
    "Restart-Computer",
    "Restart-Service",
    "Send-MailMessage",
    "Set-Acl",
    "Set-ExecutionPolicy",
    "Set-Item",
    "Set-ItemProperty",
    "Start-Service",
    "Stop-Computer",
    "Stop-Process",
    "Stop-Service",
)
_ALIASES: Final = {
    "icm": "Invoke-Command",
    "iex": "Invoke-Expression",
    "ii": "Invoke-Item",
    "irm": "Invoke-RestMethod",
    "iwr": "Invoke-WebRequest",
    "nsn": "New-PSSession",
    "etsn": "Enter-PSSession",
    "ipsn": "Import-PSSession",
    "sajb": "Start-Job",
    "saps": "Start-Process",
    "gci": "Get-ChildItem",
    "gi": "Get-Item",
    "gps": "Get-Process",
    "gsv": "Get-Service",
    "gwmi": "Get-WmiObject",
    "ri": "Remove-Item",
    "ni": "New-Item",
}
REFUSED_COMMANDS: Final = {name.lower(): name for name in (*_REMOTING, *_CODE, *_JOBS, *_SYSTEM)} | _ALIASES


def refused_command(name: str, gate: CommandGate) -> PowerShellError | None:
    """Return the error for a command that is kept out, or that the gate's product has not; None when the name is not one of those."""
    known = REFUSED_COMMANDS.get(name.lower()) or gate.unsupported(name)
    if known is None:
        return None
    return runtime_error(
        f"The command '{known}' isn't supported by this product.",
        "CommandNotSupported",
        ErrorCategory.NOT_IMPLEMENTED,
        name,
        "System.Management.Automation.CommandNotFoundException",
    )
