import re
from importlib import import_module
from pkgutil import iter_modules

import pytest

from delegacy import cmdlets
from delegacy.cmdlets._base import DirectoryCmdlet, ExchangeCmdlet
from delegacy.cmdlets.registry import CMDLETS, find_cmdlet, unsupported_cmdlet
from delegacy.powershell.metadata import ALL_SETS, CmdletInfo, ConfirmImpact

INFOS = [info for name in CMDLETS if (info := find_cmdlet(name)) is not None]
PROMPTING = {"Remove", "Disable", "Update", "Clear"}
ALSO_PROMPTING = {"Add-RecipientPermission", "Set-User"}
NOT_PROMPTING = {"Disable-ADAccount"}  # the Active Directory module asks before it removes, no more


def test_every_cmdlet_of_every_module_is_in_the_registry() -> None:
    modules = [import_module(f"{cmdlets.__name__}.{found.name}") for found in iter_modules(cmdlets.__path__)]
    written = {
        cls.name
        for module in modules
        for cls in vars(module).values()
        if isinstance(cls, type) and issubclass(cls, DirectoryCmdlet) and cls.name
    }
    assert written == set(CMDLETS)


def test_every_cmdlet_is_found_by_its_name_in_any_case() -> None:
    assert len(INFOS) == len(CMDLETS)
    assert find_cmdlet("get-MAILBOX") is find_cmdlet("GET-mailbox")
    assert find_cmdlet("Get-Nothing") is None


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
def test_a_cmdlet_is_declared_in_full(info: CmdletInfo) -> None:
    cls = info.cmdlet_type
    assert issubclass(cls, DirectoryCmdlet)
    assert info.name == cls.name
    assert cls.__name__ == info.name.replace("-", "")
    assert info.synopsis.endswith(".")
    assert all(parameter.help.endswith(".") for parameter in info.parameters)


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
def test_only_verbs_that_change_something_ask(info: CmdletInfo) -> None:
    assert info.supports_should_process == (info.verb not in ("Get", "Search", "Test"))
    prompts = info.name not in NOT_PROMPTING and (info.verb in PROMPTING or info.name in ALSO_PROMPTING)
    assert info.confirm_impact == (ConfirmImpact.HIGH if prompts else ConfirmImpact.MEDIUM)


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
def test_unsupported_parameters_are_none_that_we_have(info: CmdletInfo) -> None:
    assert not {name for name in info.unsupported if info.parameter(name) is not None}
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]+", name) for name in info.unsupported)


def test_a_cmdlet_of_exchange_that_there_is_not_is_known_by_its_name() -> None:
    assert unsupported_cmdlet("get-unifiedgroup") == "Get-UnifiedGroup"
    assert unsupported_cmdlet("Get-Nothing") is None
    assert not [name for name in CMDLETS if unsupported_cmdlet(name) is not None]


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
def test_passwords_are_declared_secret(info: CmdletInfo) -> None:
    for parameter in info.parameters:
        assert parameter.secret == ("Password" in parameter.name)


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
def test_an_exchange_cmdlet_knows_the_domain_controller(info: CmdletInfo) -> None:
    if issubclass(info.cmdlet_type, ExchangeCmdlet):
        assert info.parameter("DomainController") is not None


def test_parameter_sets_are_those_of_the_reference() -> None:
    permission = find_cmdlet("Remove-MailboxPermission")
    assert permission is not None
    assert set(permission.set_names) == {"AccessRights", "Instance", "ClearAutoMapping", "ResetDefault"}
    groups = find_cmdlet("Set-DistributionGroup")
    assert groups is not None
    assert groups.set_names == (ALL_SETS,)
