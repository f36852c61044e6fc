"""Who may change a group: its managers, whoever bypasses the check, and everybody his own membership where the group is open."""

import pytest

from support.commands import Organization, Shell

_NOT_A_MANAGER = "This operation can only be performed by a manager of the group."

CHANGES = (
    "Set-DistributionGroup {group} -DisplayName x",
    "Set-DistributionGroup {group} -ManagedBy jimh",
    "Set-Group {group} -Notes x",
    "Add-DistributionGroupMember {group} -Member terrya",
    "Remove-DistributionGroupMember {group} -Member stefanh",
    "Update-DistributionGroupMember {group} -Members terrya",
    "Disable-DistributionGroup {group}",
    "Remove-DistributionGroup {group}",
)


@pytest.fixture
def administrators(contoso: Organization, shell: Shell) -> Organization:
    """Return the organization with ayla and jimh in charge; ayla manages helpdesk and printersupport."""
    shell.must("'ayla','jimh' | foreach { Add-RoleGroupMember 'Organization Management' -Member $_ }")
    shell.must("'helpdesk','printersupport' | foreach { Set-DistributionGroup $_ -ManagedBy ayla }")
    return contoso


def members(shell: Shell, group: str) -> list[str]:
    return shell.must(f"Get-DistributionGroupMember '{group}' | foreach {{$_.Name}}").lines


def refused(shell: Shell, command: str) -> str:
    said = shell.run(command)
    assert said.code == 1
    assert "[FailureCategory=Cmdlet-OutOfScopeException]" in said.errors, said.errors
    return " ".join(said.errors.split())


@pytest.mark.parametrize("command", CHANGES)
@pytest.mark.parametrize("group", ["helpdesk", "printersupport"])
def test_a_group_with_managers_is_changed_by_them_alone(administrators: Organization, group: str, command: str) -> None:
    before = administrators.find(group)
    text = f"{command.format(group=group)} -Confirm:$false"
    assert _NOT_A_MANAGER in refused(administrators.shell("jimh"), text)
    assert administrators.find(group) == before
    record = administrators.audit()[0]
    assert (record.cmdlet, record.succeeded) == (command.partition(" ")[0], False)
    administrators.shell("ayla").must(text)


@pytest.mark.parametrize("command", CHANGES)
def test_whoever_may_bypass_the_check_may_say_so(administrators: Organization, command: str) -> None:
    administrators.shell("jimh").must(
        f"{command.format(group='helpdesk')} -Confirm:$false -BypassSecurityGroupManagerCheck"
    )


@pytest.mark.parametrize("command", CHANGES)
def test_recipient_management_has_nothing_to_bypass_with(contoso: Organization, shell: Shell, command: str) -> None:
    shell.must(
        "Add-RoleGroupMember 'Recipient Management' -Member jimh; Set-DistributionGroup helpdesk -ManagedBy ayla"
    )
    text = f"{command.format(group='helpdesk')} -Confirm:$false"
    said = contoso.shell("jimh").run(f"{text} -BypassSecurityGroupManagerCheck")
    assert "A parameter cannot be found" in said.errors
    assert _NOT_A_MANAGER in refused(contoso.shell("jimh"), text)
    shell.must("Set-DistributionGroup helpdesk -ManagedBy jimh")
    contoso.shell("jimh").must(text)


@pytest.mark.parametrize("command", CHANGES)
def test_a_group_without_managers_is_every_administrators(contoso: Organization, shell: Shell, command: str) -> None:
    shell.must("Add-RoleGroupMember 'Recipient Management' -Member jimh")
    contoso.shell("jimh").must(f"{command.format(group='helpdesk')} -Confirm:$false")


@pytest.mark.usefixtures("administrators")
@pytest.mark.parametrize("command", CHANGES)
def test_the_built_in_administrator_manages_every_group(shell: Shell, command: str) -> None:
    shell.must(f"{command.format(group='helpdesk')} -Confirm:$false")


@pytest.mark.parametrize(
    ("manager", "joining"),
    [
        ("tempassistants", "Add-DistributionGroupMember tempassistants -Member jimh"),
        ("falcon", "Add-DistributionGroupMember inner -Member jimh"),
        ("'Archive Readers'", "Add-ADGroupMember 'Archive Readers' -Members jimh"),
    ],
)
def test_members_of_a_managing_group_are_managers(
    administrators: Organization, shell: Shell, manager: str, joining: str
) -> None:
    shell.must("New-DistributionGroup inner; New-DistributionGroup falcon -Members inner")
    shell.must(f"Set-DistributionGroup helpdesk -ManagedBy {manager}")
    jim = administrators.shell("jimh")
    refused(jim, "Set-DistributionGroup helpdesk -DisplayName x")
    shell.must(joining)
    jim.must("Set-DistributionGroup helpdesk -DisplayName x")


def test_groups_of_the_active_directory_have_managers_too(contoso: Organization, shell: Shell) -> None:
    shell.must("New-RoleGroup Groups -Roles 'Security Group Creation and Membership' -Members jimh")
    shell.must("Set-Group 'Archive Readers' -ManagedBy ayla")
    contoso.shell("jimh").must("Add-ADGroupMember 'Archive Readers' -Members terrya")  # who may bypass need not say so
    shell.must("New-ManagementRole 'Plain Groups' -Parent 'Security Group Creation and Membership'")
    shell.must(
        "Set-ManagementRoleEntry 'Plain Groups\\Add-DistributionGroupMember' -Parameters BypassSecurityGroupManagerCheck -RemoveParameter"
    )
    shell.must(
        "Set-ManagementRoleEntry 'Plain Groups\\Remove-DistributionGroup' -Parameters BypassSecurityGroupManagerCheck -RemoveParameter"
    )
    shell.must("New-RoleGroup 'Plain Managers' -Roles 'Plain Groups' -Members pilarp")
    pilar = contoso.shell("pilarp")
    for command in (
        "Add-ADGroupMember 'Archive Readers' -Members seanc",
        "Remove-ADGroupMember 'Archive Readers' -Members terrya -Confirm:$false",
        "Remove-ADGroup 'Archive Readers' -Confirm:$false",
    ):
        assert _NOT_A_MANAGER in refused(pilar, command)
    shell.must("Set-Group 'Archive Readers' -ManagedBy pilarp")
    pilar.must("Add-ADGroupMember 'Archive Readers' -Members seanc")
    pilar.must("Remove-ADGroup 'Archive Readers' -Confirm:$false")


def test_who_makes_a_group_manages_it(contoso: Organization, shell: Shell) -> None:
    managers = "(Get-DistributionGroup {}).ManagedBy | foreach {{$_.Name}}"
    administrator = contoso.shell("Administrator")
    administrator.must("New-DistributionGroup Mine -CopyOwnerToMember; New-DistributionGroup Hers -ManagedBy ayla")
    assert shell.must(managers.format("Mine")).lines == ["Administrator"]
    assert members(shell, "Mine") == ["Administrator"]
    assert shell.must(managers.format("Hers")).lines == ["Ayla Kol"]
    refused(administrator, "Set-DistributionGroup Hers -DisplayName x")
    shell.must("New-DistributionGroup Nobodys")
    assert shell.must(managers.format("Nobodys")).lines == []


def test_a_linked_mailbox_manages_what_its_master_account_makes(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-RoleGroupMember 'Recipient Management' -Member CONTOSO\\robinw")
    robin = contoso.shell("FABRIKAM\\robinw")
    robin.must("New-DistributionGroup Ours -MemberDepartRestriction Closed")
    assert shell.must('(Get-DistributionGroup Ours).ManagedBy | foreach {"$_"}').lines == [
        "contoso.com/Users/Robin Wood"
    ]
    robin.must("Set-DistributionGroup Ours -DisplayName x")


class TestEverybody:
    """What the default role assignment policy lets people do, who hold nothing else."""

    @pytest.mark.parametrize("group", ["helpdesk", "printersupport"])
    @pytest.mark.parametrize("managed", [True, False])
    def test_nobody_adds_others(self, contoso: Organization, shell: Shell, group: str, *, managed: bool) -> None:
        if managed:
            shell.must(f"Set-DistributionGroup {group} -ManagedBy ayla")
        if group == "printersupport":
            shell.must("Set-DistributionGroup printersupport -MemberJoinRestriction Open")
        raymond = contoso.shell("raymonds")
        assert _NOT_A_MANAGER in refused(raymond, f"Add-DistributionGroupMember {group} -Member terrya")
        assert _NOT_A_MANAGER in refused(
            raymond, f"Remove-DistributionGroupMember {group} -Member stefanh -Confirm:$false"
        )
        assert members(shell, group) == ["Stefan Hesse"]

    @pytest.mark.parametrize("restriction", ["Closed", "ApprovalRequired"])
    def test_a_group_that_is_not_open_is_not_joined(
        self, contoso: Organization, shell: Shell, restriction: str
    ) -> None:
        shell.must(f"Set-DistributionGroup printersupport -MemberJoinRestriction {restriction}")
        said = refused(contoso.shell("raymonds"), "Add-DistributionGroupMember printersupport -Member raymonds")
        assert f"because the group is {restriction}" in said
        assert members(shell, "printersupport") == ["Stefan Hesse"]

    def test_a_security_group_is_never_joined(self, contoso: Organization, shell: Shell) -> None:
        shell.must("Add-MailboxPermission terrya -User helpdesk -AccessRights FullAccess")
        refused(contoso.shell("raymonds"), "Add-DistributionGroupMember helpdesk -Member raymonds")
        assert not contoso.opens("raymonds", "terrya")
        for command in (
            "Set-DistributionGroup helpdesk -MemberJoinRestriction Open",
            "Set-DistributionGroup helpdesk -MemberDepartRestriction Open",
            "New-DistributionGroup X -Type Security -MemberJoinRestriction Open",
            "New-DistributionGroup X -Type Security -MemberDepartRestriction Open",
        ):
            assert "[FailureCategory=Cmdlet-InvalidPropertyException]" in shell.run(command).errors

    def test_an_open_group_is_joined_and_left(self, contoso: Organization, shell: Shell) -> None:
        shell.must("Set-DistributionGroup printersupport -MemberJoinRestriction Open")
        raymond = contoso.shell("raymonds")
        raymond.must("Add-DistributionGroupMember printersupport -Member raymonds")
        assert members(shell, "printersupport") == ["Raymond Sam", "Stefan Hesse"]
        raymond.must("Remove-DistributionGroupMember printersupport -Member raymonds -Confirm:$false")
        assert members(shell, "printersupport") == ["Stefan Hesse"]
        record = contoso.audit()[0]
        assert (record.cmdlet, record.caller) == ("Remove-DistributionGroupMember", "contoso.com/Users/Raymond Sam")

    def test_a_group_whose_members_stay_is_not_left(self, contoso: Organization, shell: Shell) -> None:
        shell.must("Set-DistributionGroup printersupport -MemberDepartRestriction Closed")
        said = refused(
            contoso.shell("stefanh"), "Remove-DistributionGroupMember printersupport -Member stefanh -Confirm:$false"
        )
        assert "You can't leave" in said
        refused(contoso.shell("stefanh"), "Remove-DistributionGroupMember helpdesk -Member stefanh -Confirm:$false")
        assert members(shell, "printersupport") == ["Stefan Hesse"]

    def test_a_manager_adds_others(self, contoso: Organization, shell: Shell) -> None:
        shell.must("Set-DistributionGroup helpdesk -ManagedBy raymonds")
        contoso.shell("raymonds").must("Add-DistributionGroupMember helpdesk -Member terrya")
        assert members(shell, "helpdesk") == ["Stefan Hesse", "Terry Adams"]

    def test_a_hidden_group_is_not_found(self, contoso: Organization, shell: Shell) -> None:
        shell.must(
            "Set-DistributionGroup printersupport -MemberJoinRestriction Open -HiddenFromAddressListsEnabled $true"
        )
        said = contoso.shell("raymonds").run("Add-DistributionGroupMember printersupport -Member raymonds")
        assert "ManagementObjectNotFound" in said.errors

    def test_a_linked_mailbox_joins_as_itself(self, contoso: Organization, shell: Shell) -> None:
        shell.must("Set-DistributionGroup printersupport -MemberJoinRestriction Open")
        contoso.shell("FABRIKAM\\robinw").must("Add-DistributionGroupMember printersupport -Member CONTOSO\\robinw")
        assert members(shell, "printersupport") == ["Robin Wood", "Stefan Hesse"]
