"""All built-in commands, as one table."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from delegacy.powershell.builtins import data, discovery, files, filtering, members, output, selecting, variables
from delegacy.powershell.builtins._base import Builtin
from delegacy.powershell.metadata import CmdletInfo, cmdlet_info

BUILTINS: Final[tuple[type[Builtin], ...]] = (
    filtering.WhereObject,
    filtering.ForEachObject,
    selecting.SelectObject,
    selecting.SortObject,
    selecting.GroupObject,
    selecting.MeasureObject,
    selecting.CompareObject,
    selecting.GetUnique,
    selecting.TeeObject,
    members.NewObject,
    members.AddMember,
    members.GetMember,
    data.ConvertToCsv,
    data.ExportCsv,
    data.ConvertFromCsv,
    data.ImportCsv,
    data.ConvertToJson,
    data.ConvertFromJson,
    data.ConvertToHtml,
    output.FormatTable,
    output.FormatList,
    output.FormatWide,
    output.OutNull,
    output.OutHost,
    output.OutDefault,
    output.OutString,
    output.OutFile,
    output.WriteOutput,
    output.WriteHost,
    output.WriteWarning,
    output.WriteVerbose,
    output.WriteDebug,
    output.WriteInformation,
    output.WriteError,
    output.WriteProgress,
    files.TestPath,
    files.GetContent,
    files.SetContent,
    files.AddContent,
    files.JoinPath,
    files.SplitPath,
    files.ResolvePath,
    files.GetLocation,
    variables.GetVariable,
    variables.SetVariable,
    variables.NewVariable,
    variables.RemoveVariable,
    variables.ClearVariable,
    variables.SetStrictMode,
    variables.GetDate,
    variables.NewTimeSpan,
    variables.StartSleep,
    variables.MeasureCommand,
    variables.GetRandom,
    variables.ConvertToSecureString,
    variables.GetCredential,
    variables.ReadHost,
    discovery.GetCommand,
    discovery.GetHelp,
    discovery.GetAlias,
    discovery.ImportModule,
    discovery.RemoveModule,
    discovery.AddPSSnapin,
    discovery.GetPSSnapin,
    discovery.GetModule,
    discovery.GetPSSession,
    discovery.RemovePSSession,
    discovery.ConnectExchangeOnline,
    discovery.ConnectExchangeServer,
    discovery.DisconnectExchangeOnline,
    discovery.SetADServerSettings,
    discovery.ClearHost,
)


def _info(builtin: type[Builtin]) -> CmdletInfo:
    info = cmdlet_info(builtin)
    return replace(info, error_source=f"Microsoft.PowerShell.Commands.{info.name.replace('-', '')}Command")


BUILTIN_INFOS: Final[Mapping[str, CmdletInfo]] = MappingProxyType(
    {info.name.lower(): info for info in map(_info, BUILTINS)}
)
BUILTIN_ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {alias.lower(): info.name for info in BUILTIN_INFOS.values() for alias in info.aliases}
)
