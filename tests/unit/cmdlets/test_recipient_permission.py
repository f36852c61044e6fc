import pytest

from support.commands import Organization, Shell

ADD = "Add-RecipientPermission {} -Trustee {} -AccessRights SendAs -Confirm:$false"
REMOVE = "Remove-RecipientPermission {} -Trustee {} -AccessRights SendAs -Confirm:$false"


def trustees(shell: Shell, arguments: str) -> list[str]:
    return shell.must(f'Get-RecipientPermission {arguments} | foreach {{"$($_.Identity)|$($_.Trustee)"}}').lines


def test_it_is_the_same_permission_as_the_directory_entry(contoso: Organization, shell: Shell) -> None:
    header, _, row = shell.must(ADD.format("terrya", "raymonds")).lines
    assert header.split() == ["Identity", "Trustee", "AccessControlType", "AccessRights", "Inherited"]
    assert row.split()[1:] == ["CONTOSO\\raymonds", "Allow", "{SendAs}", "False"]
    assert contoso.sends("raymonds", "terrya") == "Send As"
    assert (
        "is already present" in shell.must("Add-ADPermission terrya -User raymonds -ExtendedRights 'Send As'").warnings
    )
    shell.must(REMOVE.format("terrya", "raymonds"))
    assert contoso.sends("raymonds", "terrya") != "Send As"
    assert "doesn't exist" in shell.must(REMOVE.format("terrya", "raymonds")).warnings


def test_an_entry_has_the_documented_properties_in_their_order(shell: Shell) -> None:
    said = shell.must("(Get-RecipientPermission terrya).PSObject.Properties | foreach {$_.Name}")
    assert said.lines == [
        "Identity",
        "Trustee",
        "AccessControlType",
        "AccessRights",
        "IsInherited",
        "InheritanceType",
        "IsValid",
        "ObjectState",
        "RunspaceId",
    ]


@pytest.mark.parametrize("verb", ["Add", "Remove"])
def test_it_asks_first(contoso: Organization, shell: Shell, verb: str) -> None:
    said = shell.run(f"{verb}-RecipientPermission terrya -Trustee raymonds -AccessRights SendAs", "N")
    action = {"Add": "Adding", "Remove": "Removing"}[verb]
    assert said.questions[0].endswith(
        f"{action} recipient permission 'SendAs' for user or group 'raymonds' on recipient 'terrya'."
    )
    assert contoso.sends("raymonds", "terrya") != "Send As"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("terrya -Trustee nobody -AccessRights SendAs", "SecurityPrincipalNotFound"),
        ("terrya -Trustee printersupport -AccessRights SendAs", "SecurityPrincipalNotFound"),
        ("svcbackup -Trustee raymonds -AccessRights SendAs", "ManagementObjectNotFound"),
        ("'Archive Readers' -Trustee raymonds -AccessRights SendAs", "ManagementObjectNotFound"),
        ("terrya -Trustee raymonds -AccessRights FullAccess", "ParameterArgumentValidationError"),
    ],
)
def test_bad_input_is_refused(shell: Shell, arguments: str, error: str) -> None:
    said = shell.run(f"Add-RecipientPermission {arguments} -Confirm:$false")
    assert said.code == 1
    assert error in said.errors


@pytest.mark.parametrize("target", ["oliverl", "paular", "printersupport", "allemployees", "helpdesk", "roomadams"])
def test_every_recipient_can_carry_it(shell: Shell, target: str) -> None:
    shell.must(ADD.format(target, "raymonds"))
    assert trustees(shell, f"{target} -Trustee raymonds")


def test_what_a_delegate_may_send_as_is_listed(shell: Shell) -> None:
    shell.must(ADD.format("terrya", "raymonds"))
    shell.must(ADD.format("allemployees", "raymonds"))
    assert (
        trustees(shell, "-Trustee raymonds")
        == [
            "contoso.com/Users/All Employees|CONTOSO\\raymonds",
            "contoso.com/Users/Terry Adams|CONTOSO\\raymonds",
            "contoso.com/Users/Raymond Sam|NT AUTHORITY\\SELF",
        ][:2]
    )
    assert "contoso.com/Users/James Alvord|CONTOSO\\pilarp" in trustees(shell, "-ResultSize Unlimited")
