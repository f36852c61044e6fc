"""What holds for every cmdlet: without a role it does not exist, a no to its question is a no, and bad input is an error in words."""

from datetime import timedelta
from pathlib import Path

import pytest

from delegacy.cmdlets.registry import CMDLETS, find_cmdlet
from support.audited_commands import COMMANDS, PREPARATION
from support.commands import CAST, EXTRAS, NOW, Organization, Shell, organization

WITH_IDENTITY = [name for name in CMDLETS if (info := find_cmdlet(name)) is not None and info.parameter("Identity")]


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    with organization(folder) as made:
        made.shell().must(CAST + EXTRAS + PREPARATION)
    return folder


@pytest.mark.parametrize("name", CMDLETS)
def test_without_a_role_it_does_not_exist(contoso: Organization, shell: Shell, name: str) -> None:
    before, log = contoso.facts.change(), contoso.audit()
    said = contoso.shell("svcbackup").run(COMMANDS.get(name, f"{name} terrya"), *["A"] * 3)
    assert said.errors.startswith(f"{name} : The term '{name}' is not recognized as the name of a cmdlet")
    assert (said.code, said.output, said.questions) == (1, "", ())
    assert (contoso.facts.change(), contoso.audit()) == (before, log)
    assert shell.runspace.gate.find(name) is not None


@pytest.mark.parametrize("name", COMMANDS)
def test_a_no_changes_nothing(contoso: Organization, shell: Shell, name: str) -> None:
    contoso.clock.time = NOW + timedelta(days=100)  # what ends has ended
    before, log = contoso.facts.change(), contoso.audit()
    said = shell.run(f"{COMMANDS[name]} -Confirm", *["N"] * 3)
    assert said.questions
    assert not said.errors
    assert (contoso.facts.change(), contoso.audit()) == (before, log)


@pytest.mark.parametrize("name", WITH_IDENTITY)
def test_an_object_that_is_not_there_is_told_of(shell: Shell, name: str) -> None:
    _, _, rest = COMMANDS.get(name, "").partition(" ")
    others = rest[rest.index(" -") :] if " -" in rest else ""
    said = shell.run(f"{name} -Identity 'No Such Object'{others}", *["A"] * 3)
    assert said.code == 1
    assert "No Such Object" in said.errors
    assert not said.output


@pytest.mark.parametrize("name", CMDLETS)
def test_a_parameter_that_there_is_not_is_told_of(shell: Shell, name: str) -> None:
    said = shell.run(f"{name} -NoSuchParameter 1")
    assert "A parameter cannot be found that matches parameter name 'NoSuchParameter'." in said.errors


@pytest.mark.parametrize("name", CMDLETS)
def test_null_is_taken_or_refused_in_words(shell: Shell, name: str) -> None:
    info = find_cmdlet(name)
    assert info is not None
    command = COMMANDS.get(name, f"{name} terrya" if info.parameter("Identity") else name)
    for parameter in info.parameters:
        if not parameter.hidden and f"-{parameter.name} " not in command:
            what_if = " -WhatIf" if info.supports_should_process else ""
            said = shell.run(f"{command} -{parameter.name} $null{what_if}", *["A"] * 3)
            assert "internal error" not in said.errors, parameter.name
