"""Every cmdlet that changes something leaves one entry in the audit log, whether it succeeds or fails; the others leave none."""

from datetime import timedelta
from pathlib import Path

import pytest

from delegacy.cmdlets.registry import CMDLETS, find_cmdlet
from support.audited_commands import COMMANDS, PREPARATION, SECRET
from support.commands import CAST, EXTRAS, NOW, Organization, Shell, organization

INFOS = [info for name in CMDLETS if (info := find_cmdlet(name)) is not None]
WRITING = [info.name for info in INFOS if info.supports_should_process]
READING = [info.name for info in INFOS if not info.supports_should_process]


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    with organization(folder) as made:
        made.shell().must(CAST + EXTRAS + PREPARATION)
    return folder


def failing(name: str) -> str:
    """Return a command that is refused: it names a server that is not ours, or an object that is not there."""
    info = find_cmdlet(name)
    assert info is not None
    for parameter in ("DomainController", "Server"):
        if info.parameter(parameter) is not None:
            return f"{COMMANDS[name]} -{parameter} nowhere.example"
    verb, _, rest = COMMANDS[name].partition(" ")
    return f"{verb} nowhere.example {rest.partition(' ')[2]}"


def test_there_is_a_command_for_every_cmdlet_that_changes_something() -> None:
    assert sorted(COMMANDS) == WRITING


@pytest.mark.parametrize("name", WRITING)
def test_a_success_is_logged_once_with_its_change(contoso: Organization, shell: Shell, name: str) -> None:
    before = contoso.audit()
    if name == "Remove-ExpiredPermission":
        contoso.clock.time = NOW + timedelta(days=1)
    if name == "Clear-ExpiredAdminAuditLog":
        contoso.clock.time = NOW + timedelta(days=100)
        before = []
    said = shell.must(COMMANDS[name])
    (entry,) = contoso.audit()[: len(contoso.audit()) - len(before)]
    assert (entry.cmdlet, entry.succeeded, entry.error) == (name, True, ""), said
    assert entry.caller == "contoso.com/Users/Administrator"
    assert entry.modified_properties or name == "Write-AdminAuditLog"
    assert (entry.change > 0) == bool(entry.modified_properties)
    assert SECRET not in repr(entry)
    with contoso.store.read() as directory:
        assert directory.verify_audit_log().broken is None


@pytest.mark.parametrize("name", WRITING)
def test_a_failure_is_logged_once_and_changes_nothing(contoso: Organization, shell: Shell, name: str) -> None:
    before = len(contoso.audit())
    said = shell.run(failing(name), *["Y"] * 3)
    assert said.code == 1
    (entry,) = contoso.audit()[: len(contoso.audit()) - before]
    assert (entry.cmdlet, entry.succeeded, entry.change) == (name, False, 0)
    assert "nowhere.example" in entry.error
    assert not entry.modified_properties
    assert SECRET not in repr(entry)


@pytest.mark.parametrize("name", WRITING)
def test_what_is_only_tried_is_not_logged(contoso: Organization, shell: Shell, name: str) -> None:
    before = contoso.audit()
    shell.run(f"{COMMANDS[name]} -WhatIf")
    assert contoso.audit() == before


@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize("identity", ["terrya", "nobody"])
def test_reading_is_not_logged(contoso: Organization, shell: Shell, name: str, identity: str) -> None:
    info = find_cmdlet(name)
    assert info is not None
    before = contoso.audit()
    shell.run(f"{name} {identity}" if info.parameter("Identity") else name)
    assert contoso.audit() == before
