"""All built-in commands, by module. One is imported when somebody first asks for a command of it: a prompt doesn't wait for all of them."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from delegacy.powershell.command_table import CommandTable
from delegacy.powershell.metadata import CmdletInfo, cmdlet_info

_MODULES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "filtering": (
            "Where-Object",
            "ForEach-Object",
        ),
        "selecting": (
            "Select-Object",
            "Sort-Object",
            "Group-Object",
            "Measure-Object",
            "Compare-Object",
            "Get-Unique",
            "Tee-Object",
        ),
        "members": (
            "New-Object",
            "Add-Member",
            "Get-Member",
        ),
        "data": (
            "ConvertTo-Csv",
            "Export-Csv",
            "ConvertFrom-Csv",
            "Import-Csv",
            "ConvertTo-Json",
            "ConvertFrom-Json",
            "ConvertTo-Html",
        ),
        "output": (
            "Format-Table",
            "Format-List",
            "Format-Wide",
            "Out-Null",
            "Out-Host",
            "Out-Default",
            "Out-String",
            "Out-File",
            "Write-Output",
            "Write-Host",
            "Write-Warning",
            "Write-Verbose",
            "Write-Debug",
            "Write-Information",
            "Write-Error",
            "Write-Progress",
        ),
        "files": (
            "Test-Path",
            "Get-Content",
            "Set-Content",
            "Add-Content",
            "Join-Path",
            "Split-Path",
            "Resolve-Path",
            "Get-Location",
        ),
        "variables": (
            "Get-Variable",
            "Set-Variable",
            "New-Variable",
            "Remove-Variable",
            "Clear-Variable",
            "Set-StrictMode",
            "Get-Date",
            "New-TimeSpan",
            "Start-Sleep",
            "Measure-Command",
            "Get-Random",
            "ConvertTo-SecureString",
            "Get-Credential",
            "Read-Host",
        ),
        "discovery": (
            "Get-Command",
            "Get-Help",
            "Get-Alias",
            "Import-Module",
            "Remove-Module",
            "Add-PSSnapin",
            "Get-PSSnapin",
            "Get-Module",
            "Get-PSSession",
            "Remove-PSSession",
            "Connect-ExchangeOnline",
            "Connect-ExchangeServer",
            "Disconnect-ExchangeOnline",
            "Set-ADServerSettings",
            "Clear-Host",
        ),
    }
)
_ALIASES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Where-Object": (
            "where",
            "?",
        ),
        "ForEach-Object": (
            "foreach",
            "%",
        ),
        "Select-Object": ("select",),
        "Sort-Object": ("sort",),
        "Group-Object": ("group",),
        "Measure-Object": ("measure",),
        "Compare-Object": (
            "compare",
            "diff",
        ),
        "Get-Unique": ("gu",),
        "Tee-Object": ("tee",),
        "Get-Member": ("gm",),
        "Export-Csv": ("epcsv",),
        "Import-Csv": ("ipcsv",),
        "Format-Table": ("ft",),
        "Format-List": ("fl",),
        "Format-Wide": ("fw",),
        "Out-Host": ("oh",),
        "Write-Output": (
            "echo",
            "write",
        ),
        "Get-Content": (
            "cat",
            "gc",
            "type",
        ),
        "Set-Content": ("sc",),
        "Add-Content": ("ac",),
        "Resolve-Path": ("rvpa",),
        "Get-Location": (
            "gl",
            "pwd",
        ),
        "Get-Variable": ("gv",),
        "Set-Variable": (
            "set",
            "sv",
        ),
        "New-Variable": ("nv",),
        "Remove-Variable": ("rv",),
        "Clear-Variable": ("clv",),
        "Start-Sleep": ("sleep",),
        "Get-Command": ("gcm",),
        "Get-Help": (
            "help",
            "man",
        ),
        "Get-Alias": ("gal",),
        "Import-Module": ("ipmo",),
        "Remove-Module": ("rmo",),
        "Add-PSSnapin": ("asnp",),
        "Get-Module": ("gmo",),
        "Remove-PSSession": ("rsn",),
        "Clear-Host": (
            "clear",
            "cls",
        ),
    }
)


def _declared(builtin: type) -> CmdletInfo:
    info = cmdlet_info(builtin)
    source = f"Microsoft.PowerShell.Commands.{info.name.replace('-', '')}Command"
    return replace(info, aliases=_ALIASES.get(info.name, ()), error_source=source)


BUILTIN_INFOS: Final = CommandTable("delegacy.powershell.builtins", _MODULES, _declared)
BUILTIN_ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {alias: name for name, aliases in _ALIASES.items() for alias in aliases}
)
