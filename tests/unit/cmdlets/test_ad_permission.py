import pytest

from support.commands import Organization, Shell

ADD = "Add-ADPermission -Identity {} -User {} -ExtendedRights 'Send As'"
REMOVE = "Remove-ADPermission -Identity {} -User {} -ExtendedRights 'Send As' -Confirm:$false"


def entries(shell: Shell, identity: str, user: str = "raymonds") -> list[str]:
    """Return the entries of a delegate: access rights, extended rights, whether they deny."""
    return shell.must(
        f'Get-ADPermission {identity} -User {user} | foreach {{"$($_.AccessRights)|$($_.ExtendedRights)|$($_.Deny)"}}'
    ).lines


def test_the_new_entry_is_written_as_a_table(shell: Shell) -> None:
    header, _, row = shell.must(ADD.format("'Terry Adams'", "raymonds")).lines
    assert header.split() == ["Identity", "User", "Deny", "Inherited"]
    assert row.split() == ["contoso.com/Users...", "CONTOSO\\raymonds", "False", "False"]


def test_an_entry_has_the_documented_properties_in_their_order(shell: Shell) -> None:
    shell.must(ADD.format("'Terry Adams'", "raymonds"))
    said = shell.must("(Get-ADPermission 'Terry Adams' -User raymonds).PSObject.Properties | foreach {$_.Name}")
    assert said.lines == [
        "RunspaceId",
        "AccessRights",
        "ChildObjectTypes",
        "Deny",
        "ExtendedRights",
        "InheritanceType",
        "InheritedObjectType",
        "Properties",
        "User",
        "Identity",
        "IsInherited",
        "IsValid",
        "ObjectState",
    ]


@pytest.mark.parametrize("right", ["'Send As'", "Send-As", "send-as", "ab721a54-1e2f-11d0-9819-00aa0040529b"])
def test_an_extended_right_is_named_in_three_ways(shell: Shell, right: str) -> None:
    shell.must(f"Add-ADPermission 'Terry Adams' -User raymonds -ExtendedRights {right}")
    assert entries(shell, "terrya") == ["ExtendedRight|Send-As|False"]


@pytest.mark.parametrize("other", ["'Sent As'", "00000000-1e2f-11d0-9819-00aa0040529b", "''", "$null"])
def test_an_unknown_extended_right_is_refused(shell: Shell, other: str) -> None:
    said = shell.run(f"Add-ADPermission 'Terry Adams' -User raymonds -ExtendedRights {other}")
    assert said.code == 1
    assert entries(shell, "terrya") == []


def test_a_command_without_rights_is_refused(shell: Shell) -> None:
    said = shell.run("Add-ADPermission 'Terry Adams' -User raymonds")
    assert "[FailureCategory=Cmdlet-InvalidPropertyException]" in said.errors


@pytest.mark.parametrize(
    "identity",
    [
        "'Terry Adams'",
        "'CN=Terry Adams,CN=Users,DC=contoso,DC=com'",
        "contoso.com/Users/'Terry Adams'",
        "CONTOSO\\terrya",
        "terrya@contoso.com",
        "terrya",
    ],
)
def test_the_object_is_found_by_name_dn_and_leniently_otherwise(
    contoso: Organization, shell: Shell, identity: str
) -> None:
    shell.must(ADD.format(identity, "raymonds"))
    assert contoso.sends("raymonds", "terrya") == "Send As"


def test_full_control_and_all_extended_rights_include_send_as(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-ADPermission 'Terry Adams' -User raymonds -AccessRights ExtendedRight")
    shell.must("Add-ADPermission 'Terry Adams' -User jimh -AccessRights GenericAll")
    shell.must("Add-ADPermission 'Terry Adams' -User ayla -AccessRights ReadProperty")
    assert entries(shell, "terrya") == ["ExtendedRight||False"]
    assert contoso.sends("raymonds", "terrya") == contoso.sends("jimh", "terrya") == "Send As"
    assert contoso.sends("ayla", "terrya") != "Send As"


def test_rights_are_listed_one_extended_right_at_a_time(shell: Shell) -> None:
    shell.must(
        "Add-ADPermission 'Terry Adams' -User raymonds -AccessRights ReadProperty,ExtendedRight -ExtendedRights 'Send As','Receive As'"
    )
    assert entries(shell, "terrya") == [
        "ReadProperty||False",
        "ExtendedRight|Send-As|False",
        "ExtendedRight|Receive-As|False",
    ]
    shell.must("Remove-ADPermission 'Terry Adams' -User raymonds -ExtendedRights 'Receive As' -Confirm:$false")
    assert entries(shell, "terrya") == ["ReadProperty||False", "ExtendedRight|Send-As|False"]


def test_self_may_send_as_itself(shell: Shell) -> None:
    assert entries(shell, "terrya", "SELF") == ["ExtendedRight|Send-As|False", "ExtendedRight|Receive-As|False"]


def test_duplicate_and_missing_entries_are_warnings(shell: Shell) -> None:
    shell.must(ADD.format("'Terry Adams'", "raymonds"))
    assert "is already present on the object" in shell.must(ADD.format("'Terry Adams'", "raymonds")).warnings
    shell.must(REMOVE.format("'Terry Adams'", "raymonds"))
    said = shell.must(REMOVE.format("'Terry Adams'", "raymonds"))
    assert "because the ACE doesn't exist on the object." in said.warnings
    assert said.code == 0


def test_a_denial_stands_against_a_group(contoso: Organization, shell: Shell) -> None:
    shell.must(ADD.format("'Helpdesk Support Team'", "helpdesk"))
    shell.must(ADD.format("'Helpdesk Support Team'", "stefanh") + " -Deny")
    assert contoso.sends("stefanh", "helpdesksupport") != "Send As"
    shell.must(REMOVE.format("'Helpdesk Support Team'", "stefanh"))
    assert contoso.sends("stefanh", "helpdesksupport") != "Send As"
    shell.must(REMOVE.format("'Helpdesk Support Team'", "stefanh") + " -Deny")
    assert contoso.sends("stefanh", "helpdesksupport") == "Send As"


@pytest.mark.parametrize("delegate", ["nobody", "printersupport", "allemployees", "oliverl"])
def test_what_is_no_security_principal_is_refused(shell: Shell, delegate: str) -> None:
    said = shell.run(ADD.format("'Terry Adams'", delegate))
    assert said.code == 1
    assert "[FailureCategory=Cmdlet-SecurityPrincipalNotFoundException]" in said.errors


@pytest.mark.parametrize(
    "target",
    ["printersupport", "helpdesk", "allemployees", "roomadams", "executives", "paular", "oliverl", "svcbackup"],
)
def test_every_kind_of_object_can_carry_the_entry(shell: Shell, target: str) -> None:
    shell.must(ADD.format(target, "raymonds"))
    assert entries(shell, target) == ["ExtendedRight|Send-As|False"]


def test_a_linked_delegate_sends_with_the_master_account(contoso: Organization, shell: Shell) -> None:
    shell.must(ADD.format("'Terry Adams'", "CONTOSO\\robinw"))
    assert contoso.sends("FABRIKAM\\robinw", "terrya") == "Send As"
    shell.must(REMOVE.format("'Terry Adams'", "FABRIKAM\\robinw"))
    assert contoso.sends("FABRIKAM\\robinw", "terrya") != "Send As"


def test_questions_are_those_of_the_documentation(shell: Shell) -> None:
    said = shell.must("Add-ADPermission 'Terry Adams' -User raymonds -ExtendedRights 'Send As' -WhatIf")
    assert said.host.splitlines()[0] == (
        'What if: Adding Active Directory permission "Terry Adams" for user "raymonds" with access rights "\'ExtendedRight\'".'
    )
    said = shell.must("Remove-ADPermission 'Terry Adams' -User raymonds -ExtendedRights 'Send As' -WhatIf")
    assert said.host == (
        'What if: Removing Active Directory permission "Terry Adams" for user "raymonds" with access rights "\'ExtendedRight\'".'
    )
    assert shell.run(REMOVE.format("terrya", "jimh").replace(" -Confirm:$false", ""), "N").questions


def test_entries_are_removed_as_they_were_listed(shell: Shell) -> None:
    shell.must(ADD.format("'Terry Adams'", "raymonds"))
    shell.must("Get-ADPermission 'Terry Adams' -User raymonds | Remove-ADPermission -Confirm:$false")
    assert entries(shell, "terrya") == []


@pytest.mark.parametrize("parameter", ["Properties x", "ChildObjectTypes x", "InheritedObjectType x", "Owner x"])
def test_unsupported_parameters_are_refused_by_name(shell: Shell, parameter: str) -> None:
    said = shell.run(f"Add-ADPermission 'Terry Adams' -User raymonds -{parameter}")
    assert parameter.partition(" ")[0] in said.errors
    assert "ParameterNotSupported" in said.errors


def test_both_outcomes_are_audited(contoso: Organization, shell: Shell) -> None:
    shell.must(ADD.format("'Terry Adams'", "raymonds"))
    shell.run(ADD.format("'Terry Adams'", "nobody"))
    failed, granted = contoso.audit()[:2]
    assert dict(granted.parameters)["ExtendedRights"] == "Send-As"
    assert granted.modified_properties[0].new_value == "CONTOSO\\raymonds: Send-As"
    assert not failed.succeeded
