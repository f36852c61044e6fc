"""The administrator audit log: searched, commented, configured, purged and proven."""

from datetime import timedelta

import pytest

from support.commands import NOW, Organization, Shell

FOUND = 'Search-AdminAuditLog {} | foreach {{"$($_.CmdletName) $($_.Succeeded) $($_.ObjectModified)"}}'
TERRY = "contoso.com/Users/Terry Adams"


def found(shell: Shell, arguments: str) -> list[str]:
    """Return cmdlet, success and object of the entries that a search finds."""
    return shell.must(FOUND.format(arguments)).lines


def config(shell: Shell, name: str) -> list[str]:
    return shell.must(f"(Get-AdminAuditLogConfig).{name}").lines


@pytest.fixture
def latest(shell: Shell) -> list[str]:
    shell.must("Set-Mailbox terrya -CustomAttribute1 x")
    shell.run("Set-Mailbox nobody -CustomAttribute1 x")
    return ["Set-Mailbox False nobody", f"Set-Mailbox True {TERRY}"]


@pytest.mark.parametrize(
    ("arguments", "which"),
    [
        ("-ResultSize 2", [0, 1]),
        ("-Cmdlets Set-Mailbox -IsSuccess $false", [0]),
        ("-Cmdlets set-mail* -Parameters CustomAttribute1", [0, 1]),
        ("-Cmdlets Set-Mailbox -Parameters customattribute* -IsSuccess $true", [1]),
        ("-Cmdlets Set-Mailbox -Parameters Alias", []),
        ("-Cmdlets Get-Mailbox", []),
        ("-UserIds Administrator -StartIndex 1 -ResultSize 1", [1]),
        ("-UserIds administrator@contoso.com -ResultSize 1", [0]),
        ("-UserIds contoso\\administrator,nobody -ResultSize 1", [0]),
        ("-UserIds contoso.com/Users/Administrator -ResultSize 1", [0]),
        ("-UserIds terrya", []),
        ("-StartDate 2027-01-01", []),
        ("-EndDate 2020-01-01", []),
        ("-ExternalAccess $true", []),
        ("-ExternalAccess $false -ResultSize 1", [0]),
        ("-ObjectIds nobody", [0]),
        ("-ObjectIds somebodyelse", []),
    ],
)
def test_a_search_finds_what_is_asked_for(shell: Shell, latest: list[str], arguments: str, which: list[int]) -> None:
    assert found(shell, arguments) == [latest[place] for place in which]


@pytest.mark.parametrize(
    "identity",
    [
        TERRY,
        "Terry Adams",
        "terrya",
        "TERRYA@contoso.com",
        "contoso\\terrya",
        "CN=Terry Adams,CN=Users,DC=contoso,DC=com",
        "*/Terry*",
    ],
)
def test_an_object_is_found_by_any_of_its_names(shell: Shell, latest: list[str], identity: str) -> None:
    assert found(shell, f"-ObjectIds '{identity}' -ResultSize 1") == latest[1:]


def test_an_object_is_found_by_its_guid(contoso: Organization, shell: Shell, latest: list[str]) -> None:
    assert found(shell, f"-ObjectIds {contoso.find('terrya').guid} -ResultSize 1") == latest[1:]


def test_an_object_that_is_gone_is_found_by_what_was_logged(shell: Shell, latest: list[str]) -> None:
    shell.must("Remove-Mailbox terrya -Confirm:$false")
    removed = f"Remove-Mailbox True {TERRY}"
    for identity in (TERRY, "Terry Adams", "CN=Terry Adams,CN=Users,DC=contoso,DC=com"):
        assert found(shell, f"-ObjectIds '{identity}' -ResultSize 2") == [removed, latest[1]]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("-Parameters Identity", "InvalidPropertyException"),
        ("-ResultSize 0", "ParameterArgumentValidationError"),
        ("-ResultSize 250001", "ParameterArgumentValidationError"),
        ("-StartIndex -1", "ParameterArgumentValidationError"),
        ("-StartDate soon", "CannotConvertArgument"),
        ("-ObjectIds ''", "InvalidIdentityException"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(shell: Shell, arguments: str, error: str) -> None:
    said = shell.run(f"Search-AdminAuditLog {arguments}")
    assert said.code == 1
    assert error in said.errors


def test_an_event_has_the_documented_properties_in_their_order(shell: Shell, latest: list[str]) -> None:
    assert latest
    listed = shell.must("Search-AdminAuditLog -ResultSize 1 | Format-List *")
    names = [name.strip() for name, colon, _ in (line.partition(" :") for line in listed.lines) if colon]
    assert names == [
        "RunspaceId",
        "ObjectModified",
        "CmdletName",
        "CmdletParameters",
        "ModifiedProperties",
        "Caller",
        "ExternalAccess",
        "Succeeded",
        "Error",
        "RunDate",
        "OriginatingServer",
        "Identity",
        "IsValid",
        "ObjectState",
    ]


def test_values_before_and_after_are_logged_always_and_shown_if_asked_for(contoso: Organization, shell: Shell) -> None:
    shell.must("Set-Mailbox terrya -CustomAttribute1 x")
    shown = (
        "Search-AdminAuditLog -Cmdlets Set-Mailbox -ResultSize 1 | foreach { $_.ModifiedProperties } | "
        'foreach { "$($_.Name) $($_.OldValue)>$($_.NewValue)" }'
    )
    assert shell.must(shown).lines == []
    assert contoso.audit()[0].modified_properties
    shell.must("Set-AdminAuditLogConfig -LogLevel Verbose")
    assert shell.must(shown).lines == ["CustomAttribute1 >x"]
    shell.must("Set-AdminAuditLogConfig -LogLevel None")
    assert shell.must(shown).lines == []


def test_a_comment_is_an_entry(contoso: Organization, shell: Shell) -> None:
    shell.must('Write-AdminAuditLog -Comment "Ran custom script."')
    entry = contoso.audit()[0]
    assert (entry.cmdlet, dict(entry.parameters)) == ("Write-AdminAuditLog", {"Comment": "Ran custom script."})
    assert entry.succeeded


@pytest.mark.parametrize("size", [500, 501])
def test_a_comment_has_five_hundred_characters_at_most(contoso: Organization, shell: Shell, size: int) -> None:
    said = shell.run(f"Write-AdminAuditLog -Comment ('x' * {size})")
    assert (said.code == 0) == (size == 500) == contoso.audit()[0].succeeded
    assert shell.run("Write-AdminAuditLog").code == 1


def test_a_comment_under_what_if_is_not_written(contoso: Organization, shell: Shell) -> None:
    before = len(contoso.audit())
    shell.must('Write-AdminAuditLog -Comment "x" -WhatIf')
    assert len(contoso.audit()) == before


def test_the_configuration_is_the_documented_one_at_first(shell: Shell) -> None:
    assert config(shell, "AdminAuditLogEnabled") == ["True"]
    assert config(shell, "AdminAuditLogCmdlets") == config(shell, "AdminAuditLogParameters") == ["*"]
    assert config(shell, "AdminAuditLogExcludedCmdlets") == []
    assert config(shell, "AdminAuditLogAgeLimit.ToString()") == ["90.00:00:00"]
    assert config(shell, "LogLevel") == ["None"]
    assert config(shell, "TestCmdletLoggingEnabled") == ["False"]


@pytest.mark.parametrize(
    ("arguments", "command", "logged"),
    [
        ("-AdminAuditLogEnabled $false", "Set-Mailbox terrya -CustomAttribute1 x", False),
        ("-AdminAuditLogEnabled $true", "Set-Mailbox terrya -CustomAttribute1 x", True),
        ("-AdminAuditLogCmdlets 'New-*',*Mailbox", "Set-Mailbox terrya -CustomAttribute1 x", True),
        ("-AdminAuditLogCmdlets 'New-*'", "Set-Mailbox terrya -CustomAttribute1 x", False),
        ("-AdminAuditLogCmdlets @{Remove='*'}", "Set-Mailbox terrya -CustomAttribute1 x", False),
        ("-AdminAuditLogParameters Alias,'Custom*'", "Set-Mailbox terrya -CustomAttribute1 x", True),
        ("-AdminAuditLogParameters Alias", "Set-Mailbox terrya -CustomAttribute1 x", False),
        ("-AdminAuditLogExcludedCmdlets '*-Mailbox'", "Set-Mailbox terrya -CustomAttribute1 x", False),
        ("-AdminAuditLogExcludedCmdlets @{Add='set-mailuser'}", "Set-Mailbox terrya -CustomAttribute1 x", True),
        ("-AdminAuditLogExcludedCmdlets Write-AdminAuditLog", "Write-AdminAuditLog -Comment x", False),
        ("-AdminAuditLogEnabled $false", "Set-AdminAuditLogConfig -LogLevel Verbose", True),
        ("-AdminAuditLogExcludedCmdlets *", "Set-AdminAuditLogConfig -LogLevel Verbose", True),
        ("-TestCmdletLoggingEnabled $false", "Test-AdminAuditLogIntegrity", False),
        ("-TestCmdletLoggingEnabled $true", "Test-AdminAuditLogIntegrity", True),
        ("-TestCmdletLoggingEnabled $true", "Get-Mailbox terrya", False),
        ("-TestCmdletLoggingEnabled $true -AdminAuditLogEnabled $false", "Test-AdminAuditLogIntegrity", False),
    ],
)
def test_what_is_logged_is_as_configured(
    contoso: Organization, shell: Shell, arguments: str, command: str, *, logged: bool
) -> None:
    shell.must(f"Set-AdminAuditLogConfig {arguments}")
    before = len(contoso.audit())
    shell.must(command)
    shell.run(command.replace("terrya", "nobody") if "terrya" in command else f"{command} -DomainController nowhere")
    assert len(contoso.audit()) == before + 2 * logged


def test_a_change_of_the_configuration_acts_on_the_rest_of_the_pipeline(contoso: Organization, shell: Shell) -> None:
    before = len(contoso.audit())
    shell.must(
        "1, 2 | foreach { Set-Mailbox terrya -CustomAttribute1 $_; Set-AdminAuditLogConfig -AdminAuditLogEnabled $false }"
    )
    assert [entry.cmdlet for entry in contoso.audit()[: len(contoso.audit()) - before]] == [
        "Set-AdminAuditLogConfig",
        "Set-AdminAuditLogConfig",
        "Set-Mailbox",
    ]


@pytest.mark.parametrize(
    ("given", "shown"), [("30", "30.00:00:00"), ("30.12:05:06", "30.12:05:06"), ("'1:00:00'", "01:00:00")]
)
def test_an_age_limit_is_days_or_days_and_time(shell: Shell, given: str, shown: str) -> None:
    shell.must(f"Set-AdminAuditLogConfig -AdminAuditLogAgeLimit {given}")
    assert config(shell, "AdminAuditLogAgeLimit.ToString()") == [shown]


@pytest.mark.parametrize(
    "arguments",
    [
        "-AdminAuditLogAgeLimit -1",
        "-AdminAuditLogAgeLimit 24856",
        "-AdminAuditLogAgeLimit soon",
        "-LogLevel Loud",
        "-AdminAuditLogCmdlets ''",
        "-AdminAuditLogCmdlets '[x'",
        "-UnifiedAuditLogIngestionEnabled $true",
        "-Name x",
    ],
)
def test_a_configuration_that_cannot_be_is_refused(shell: Shell, arguments: str) -> None:
    before = shell.must("Get-AdminAuditLogConfig | Format-List").output
    assert shell.run(f"Set-AdminAuditLogConfig {arguments}").code == 1
    assert shell.must("Get-AdminAuditLogConfig | Format-List").output == before


def test_a_change_of_the_configuration_is_told(contoso: Organization, shell: Shell) -> None:
    shell.must("Set-AdminAuditLogConfig -AdminAuditLogAgeLimit 30 -AdminAuditLogExcludedCmdlets New-Mailbox")
    entry = contoso.audit()[0]
    assert {(changed.name, changed.old_value, changed.new_value) for changed in entry.modified_properties} == {
        ("AdminAuditLogExcludedCmdlets", "", "New-Mailbox"),
        ("AdminAuditLogAgeLimit", "90 days, 0:00:00", "30 days, 0:00:00"),
    }
    assert "no settings" in shell.must("Set-AdminAuditLogConfig -AdminAuditLogAgeLimit 30").warnings


@pytest.mark.parametrize(("answer", "emptied"), [("Y", True), ("N", False)])
def test_an_age_limit_of_nothing_empties_the_log_if_that_is_wanted(
    contoso: Organization, shell: Shell, answer: str, *, emptied: bool
) -> None:
    before = len(contoso.audit())
    said = shell.run("Set-AdminAuditLogConfig -AdminAuditLogAgeLimit 0", answer)
    assert len(said.questions) == 1
    if not emptied:
        assert len(contoso.audit()) == before
        return
    (entry,) = contoso.audit()
    assert entry.cmdlet == "Set-AdminAuditLogConfig"
    assert f"entries 1 to {before}" in entry.modified_properties[-1].old_value
    assert shell.must("(Test-AdminAuditLogIntegrity).IsIntact").lines == ["True"]


def test_a_log_is_emptied_without_a_question_under_force_and_not_at_all_under_what_if(
    contoso: Organization, shell: Shell
) -> None:
    before = len(contoso.audit())
    assert not shell.must("Set-AdminAuditLogConfig -AdminAuditLogAgeLimit 0 -WhatIf").questions
    assert len(contoso.audit()) == before
    assert not shell.must("Set-AdminAuditLogConfig -AdminAuditLogAgeLimit 0 -Force").questions
    assert len(contoso.audit()) == 1


def test_what_is_older_than_the_age_limit_is_purged_and_that_is_logged(contoso: Organization, shell: Shell) -> None:
    shell.must("Set-AdminAuditLogConfig -AdminAuditLogEnabled $false")
    before = len(contoso.audit())
    purge = "Clear-ExpiredAdminAuditLog -Confirm:$false"
    assert shell.must(purge).lines == []
    assert len(contoso.audit()) == before
    contoso.clock.time = NOW + timedelta(days=90)
    assert shell.must(purge).lines == []
    contoso.clock.time += timedelta(seconds=1)
    assert shell.must(f"({purge}).LastEntry").lines == [str(before)]
    (entry,) = contoso.audit()
    assert entry.cmdlet == "Clear-ExpiredAdminAuditLog"
    assert entry.sequence == before + 1
    assert f"entries 1 to {before}" in entry.modified_properties[0].old_value
    checkpoint = shell.must("(Test-AdminAuditLogIntegrity).CheckpointHash").lines[0]
    assert checkpoint in entry.modified_properties[0].old_value


def test_entries_about_purges_are_no_reason_to_purge(contoso: Organization, shell: Shell) -> None:
    shell.must("Set-AdminAuditLogConfig -AdminAuditLogAgeLimit 1")
    purge = "Clear-ExpiredAdminAuditLog -Confirm:$false"
    for days in range(2, 5):
        contoso.clock.time = NOW + timedelta(days=days)
        shell.must(purge)
    assert [entry.cmdlet for entry in contoso.audit()] == ["Clear-ExpiredAdminAuditLog"]


def test_purging_asks_first(contoso: Organization, shell: Shell) -> None:
    before = len(contoso.audit())
    contoso.clock.time = NOW + timedelta(days=100)
    assert len(shell.run("Clear-ExpiredAdminAuditLog", "N").questions) == 1
    assert shell.must("Clear-ExpiredAdminAuditLog -WhatIf").host.startswith("What if: ")
    assert len(contoso.audit()) == before


def test_a_whole_log_is_proven(contoso: Organization, shell: Shell) -> None:
    said = shell.must('Test-AdminAuditLogIntegrity | foreach { "$($_.IsIntact) $($_.Entries) $($_.BrokenEntry)" }')
    assert said.lines == [f"True {len(contoso.audit())}"]


def test_the_first_broken_entry_is_named(contoso: Organization, shell: Shell) -> None:
    with contoso.database.connection() as connection:
        connection.run(
            "UPDATE audit_entry SET record = replace(record, 'New-Mailbox', 'New-Letter') WHERE sequence = 3"
        )
    said = shell.must('Test-AdminAuditLogIntegrity | foreach { "$($_.IsIntact) $($_.BrokenEntry) $($_.Problem)" }')
    assert said.lines == ["False 3 the entry isn't what was written"]
    with contoso.database.connection() as connection:
        connection.run("DELETE FROM audit_entry WHERE sequence = 2")
    said = shell.must('Test-AdminAuditLogIntegrity | foreach { "$($_.BrokenEntry) $($_.Problem)" }')
    assert said.lines == ["2 the entry is missing"]
