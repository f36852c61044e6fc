"""Role groups, roles, entries, assignments and scopes: the questions that administrators ask, and what can be made."""

import pytest

from delegacy.cmdlets.registry import CMDLETS, find_cmdlet
from delegacy.domain.rbac import RoleEntry
from delegacy.domain.role_catalogue import BUILT_IN_ROLES
from support.commands import Organization, Shell

RECIPIENTS = "Recipient Management"


def lines(shell: Shell, command: str) -> list[str]:
    return shell.must(command).lines


def entries() -> list[tuple[str, RoleEntry]]:
    return [(role.name, entry) for role in BUILT_IN_ROLES.values() for entry in role.entries.values()]


def test_every_cmdlet_is_in_a_role() -> None:
    assert set(CMDLETS) <= {entry.cmdlet for _, entry in entries()}


def test_a_role_holds_cmdlets_that_there_are() -> None:
    assert {entry.cmdlet for _, entry in entries()} <= set(CMDLETS)


def test_a_role_holds_parameters_that_its_cmdlets_have() -> None:
    unknown = [
        (role, entry.cmdlet, name)
        for role, entry in entries()
        if (info := find_cmdlet(entry.cmdlet)) is not None
        for name in entry.parameters or ()
        if info.parameter(name) is None
    ]
    assert unknown == []


# ------------------------------------------------------------------------------------------------ what the page asks


def test_which_roles_hold_a_cmdlet(shell: Shell) -> None:
    asked = "Get-ManagementRole -Cmdlet Add-MailboxPermission | foreach { $_.Name }"
    assert lines(shell, asked) == ["Mail Recipients"]
    assert lines(shell, "Get-ManagementRole -Cmdlet Add-ADPermission | foreach { $_.Name }") == [
        "Active Directory Permissions"
    ]


def test_which_roles_hold_all_of_some_parameters(shell: Shell) -> None:
    asked = "Get-ManagementRole -Cmdlet Set-Mailbox -CmdletParameters {} | foreach {{ $_.Name }}"
    assert lines(shell, asked.format("GrantSendOnBehalfTo")) == ["Mail Recipients"]
    both = lines(shell, asked.format("Identity,SimpleDisplayName"))
    assert both == ["Mail Recipients", "MyBaseOptions", "User Options"]
    assert lines(shell, asked.format("GrantSendOnBehalfTo,NoSuchParameter")) == []


def test_who_has_a_role_that_holds_a_cmdlet(shell: Shell) -> None:
    said = shell.must(
        "Get-ManagementRole -Cmdlet Add-MailboxPermission | foreach "
        "{Get-ManagementRoleAssignment -Role $_.Name -Delegating $false | "
        "Format-Table -Auto Role,RoleAssigneeType,RoleAssigneeName}"
    )
    header, _, *rows = said.lines
    assert header.split() == ["Role", "RoleAssigneeType", "RoleAssigneeName"]
    assert sorted(" ".join(row.split()) for row in rows) == [
        "Mail Recipients RoleGroup Organization Management",
        "Mail Recipients RoleGroup Recipient Management",
    ]


def test_entries_by_wildcards_in_both_halves(shell: Shell) -> None:
    assert lines(shell, r"Get-ManagementRoleEntry *\Add-ADPermission | foreach { $_.Identity }") == [
        r"Active Directory Permissions\Add-ADPermission"
    ]
    assert lines(shell, r"Get-ManagementRoleEntry 'Mail*\Add-*Permission' | foreach { $_.Name }") == [
        name
        for name in ("Add-MailboxFolderPermission", "Add-MailboxPermission", "Add-RecipientPermission")
        if shell.runspace.gate.find(name)
    ]
    assert r"GrantSendOnBehalfTo" in lines(shell, r"(Get-ManagementRoleEntry 'Mail Recipients\Set-Mailbox').Parameters")
    assert "GrantSendOnBehalfTo" not in lines(shell, r"(Get-ManagementRoleEntry 'User Options\Set-Mailbox').Parameters")


def test_what_somebody_has_directly_and_through_groups(shell: Shell) -> None:
    shell.must("Add-RoleGroupMember 'Help Desk' -Member 'Archive Readers'")
    shell.must("Add-RoleGroupMember 'Archive Readers' -Member terrya -ErrorAction SilentlyContinue; $null")
    shell.must("Add-ADGroupMember 'Archive Readers' -Members terrya")
    shell.must("New-ManagementRoleAssignment -Role 'Mail Recipients' -User terrya | Out-Null")
    asked = (
        "Get-ManagementRoleAssignment -RoleAssignee terrya@contoso.com -Delegating $false | "
        'where { $_.Role -notlike "My*" } | foreach { "$($_.Role)|$($_.RoleAssigneeName)|$($_.AssignmentMethod)" }'
    )
    assert lines(shell, asked) == [
        "Mail Recipients|Terry Adams|Direct",
        "User Options|Help Desk|RoleGroup",
        "View-Only Recipients|Help Desk|RoleGroup",
    ]
    only = (
        "Get-ManagementRoleAssignment -RoleAssignee terrya -AssignmentMethod RoleAssignmentPolicy | foreach { $_.Role }"
    )
    assert "MyBaseOptions" in [str(line) for line in lines(shell, only)]


def test_effective_users_are_people(shell: Shell) -> None:
    shell.must("Add-ADGroupMember 'Archive Readers' -Members terrya")
    shell.must(
        f"Add-RoleGroupMember '{RECIPIENTS}' -Member 'Archive Readers'; Add-RoleGroupMember '{RECIPIENTS}' -Member ayla"
    )
    asked = (
        "Get-ManagementRoleAssignment -Role 'Mail Recipients' -Delegating $false -GetEffectiveUsers | "
        f"where {{ $_.RoleAssigneeName -eq '{RECIPIENTS}' }} | foreach {{ \"$($_.EffectiveUserName): $($_.AssignmentChain)\" }}"
    )
    assert lines(shell, asked) == [
        f"Ayla Kol: {RECIPIENTS}",
        f"Backup Service: {RECIPIENTS} -> Archive Readers",
        f"Terry Adams: {RECIPIENTS} -> Archive Readers",
    ]


def test_without_them_groups_stand_for_their_members(shell: Shell) -> None:
    said = lines(
        shell, "Get-ManagementRoleAssignment 'Mail Recipients-Recipient Management' | foreach { $_.EffectiveUserName }"
    )
    assert said == ["All Group Members"]


def test_which_assignments_may_change_somebody(shell: Shell) -> None:
    shell.must("New-ManagementScope Sales -RecipientRestrictionFilter \"Department -eq 'Sales'\" | Out-Null")
    shell.must("New-RoleGroup Narrow -Roles 'Mail Recipients' -CustomRecipientWriteScope Sales | Out-Null")
    asked = (
        "Get-ManagementRoleAssignment -Role 'Mail Recipients' -WritableRecipient {} | foreach {{ $_.RoleAssigneeName }}"
    )
    wide = ["Organization Management", "Recipient Management"]
    assert sorted(lines(shell, asked.format("ayla"))) == wide
    shell.must("Set-User ayla -Department Sales -Confirm:$false")
    assert sorted(lines(shell, asked.format("ayla"))) == ["Narrow", *wide]


# ------------------------------------------------------------------------------------------------------------- tables


@pytest.mark.parametrize(
    ("command", "columns"),
    [
        ("Get-RoleGroup 'Help Desk'", ["Name", "AssignedRoles", "RoleAssignments", "ManagedBy"]),
        ("Get-ManagementRole 'Mail Recipients'", ["Name", "RoleType"]),
        (r"Get-ManagementRoleEntry 'Mail Recipients\Set-Mailbox'", ["Name", "Role", "Parameters"]),
        (
            "Get-ManagementRoleAssignment 'Mail Recipients-Recipient Management'",
            ["Name", "Role", "RoleAssigneeName", "RoleAssigneeType", "AssignmentMethod", "EffectiveUserName"],
        ),
        ("Get-RoleGroupMember 'Organization Management'", ["Name", "RecipientType"]),
    ],
)
def test_the_columns_are_those_of_exchange(shell: Shell, command: str, columns: list[str]) -> None:
    assert shell.must(command).lines[0].split() == [column[: len(column)] for column in columns] or all(
        shown.startswith(column[:8])
        for shown, column in zip(shell.must(command).lines[0].split(), columns, strict=True)
    )


def test_the_roles_of_a_role_group_are_shown(shell: Shell) -> None:
    assert lines(shell, "(Get-RoleGroup 'Help Desk').Roles | foreach { $_.Name }") == [
        "User Options",
        "View-Only Recipients",
    ]
    assert len(lines(shell, "Get-RoleGroup | foreach { $_.Name }")) == 12


# -------------------------------------------------------------------------------------------------- making and changing


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("New-RoleGroup 'Help Desk'", "ManagementObjectAlreadyExists"),
        ("New-RoleGroup New -Roles 'No Such Role'", "ManagementObjectNotFound"),
        ("New-RoleGroup New -Members nobody", "RecipientNotFound"),
        ("New-RoleGroup New -Members oliverl", "RecipientNotFound"),
        ("New-RoleGroup New -Members printersupport", "WrongRecipientType"),
        ("New-RoleGroup New -CustomRecipientWriteScope None", "ManagementObjectNotFound"),
        (
            "New-RoleGroup New -LinkedForeignGroup helpdesk -LinkedDomainController dc01.fabrikam.com",
            "WrongRecipientType",
        ),
        ("Remove-RoleGroup 'Help Desk'", "InvalidProperty"),
        ("Set-RoleGroup 'Help Desk' -Name Other", "InvalidProperty"),
        ("Add-RoleGroupMember helpdesk -Member terrya", "ManagementObjectNotFound"),
        ("Add-RoleGroupMember 'Organization Management' -Member Administrator", "MemberAlreadyExists"),
        ("Remove-RoleGroupMember 'Help Desk' -Member terrya", "MemberNotFound"),
        ("New-ManagementRole New -Parent Nothing", "ManagementObjectNotFound"),
        ("New-ManagementRole 'Mail Recipients' -Parent 'Mail Recipients'", "ManagementObjectAlreadyExists"),
        (r"New-ManagementRole 'a\b' -Parent 'Mail Recipients'", "InvalidProperty"),
        ("Remove-ManagementRole 'Mail Recipients'", "InvalidProperty"),
        (r"Remove-ManagementRoleEntry 'Mail Recipients\Set-Mailbox'", "InvalidProperty"),
        (r"Set-ManagementRoleEntry 'Mail Recipients\Set-Mailbox' -Parameters Identity", "InvalidProperty"),
        (r"Get-ManagementRoleEntry 'Mail Recipients\Add-ADPermission'", "ManagementObjectNotFound"),
        ("Get-ManagementRoleEntry Add-ADPermission", "isn't an entry of a role"),
        ("Get-ManagementRole Nothing", "ManagementObjectNotFound"),
        ("Get-ManagementRoleAssignment Nothing", "ManagementObjectNotFound"),
        ("Get-ManagementScope Nothing", "ManagementObjectNotFound"),
        ("New-ManagementRoleAssignment -Role 'Mail Recipients' -User helpdesk", "ManagementObjectNotFound"),
        ("New-ManagementRoleAssignment -Role 'Mail Recipients' -SecurityGroup printersupport", "WrongRecipientType"),
        (
            "New-ManagementRoleAssignment -Role 'Mail Recipients' -Policy 'Default Role Assignment Policy'",
            "InvalidProperty",
        ),
        ("New-ManagementRoleAssignment -Role MyDistributionGroups -Policy Other", "ManagementObjectNotFound"),
        (
            "New-ManagementRoleAssignment -Role MyBaseOptions -User terrya -RecipientRelativeWriteScope Self -RecipientOrganizationalUnitScope Users",
            "InvalidProperty",
        ),
        (
            "foreach ($i in 1, 2) { New-ManagementRoleAssignment Twice -Role 'Mail Recipients' -User terrya }",
            "ManagementObjectAlreadyExists",
        ),
        ("New-ManagementScope New -RecipientRestrictionFilter 'Nonsense'", "InvalidFilter"),
        ("Remove-ManagementScope Nothing", "ManagementObjectNotFound"),
        ("Remove-ManagementRoleAssignment 'Mail Recipients-Organization Management-Delegating'", "InvalidProperty"),
        (
            "Set-ManagementRoleAssignment 'Mail Recipients-Organization Management-Delegating' -Enabled $false",
            "InvalidProperty",
        ),
    ],
)
def test_what_cannot_be_is_refused(shell: Shell, command: str, error: str) -> None:
    said = shell.run(command, *["A"] * 9)
    assert said.code == 1
    assert error in said.errors


def test_a_role_of_ones_own_loses_entries_and_gets_them_back(contoso: Organization, shell: Shell) -> None:
    shell.must("New-ManagementRole Permissions -Parent 'Mail Recipients' | Out-Null")
    shell.must(
        r"Get-ManagementRoleEntry Permissions\* | where { $_.Name -notlike '*-MailboxPermission' } | "
        "Remove-ManagementRoleEntry -Confirm:$false"
    )
    shell.must("New-RoleGroup Granters -Roles Permissions -Members terrya | Out-Null")
    granter = contoso.shell("terrya")
    granter.must("Add-MailboxPermission ayla -User raymonds -AccessRights FullAccess")
    assert (
        "CommandNotFoundException"
        in granter.run("Add-RecipientPermission ayla -Trustee raymonds -AccessRights SendAs").errors
    )
    said = shell.run(r"Add-ManagementRoleEntry Permissions\Add-ADPermission")
    assert (
        'The "Add-ADPermission" management role entry wasn\'t found on the "Mail Recipients" management role.'
        in said.errors
    )
    shell.must(r"Add-ManagementRoleEntry Permissions\Set-Mailbox -Parameters Identity,GrantSendOnBehalfTo")
    granter.must("Set-Mailbox ayla -GrantSendOnBehalfTo raymonds")
    assert "parameter name 'Office'" in granter.run("Set-Mailbox ayla -Office X").errors
    shell.must(r"Set-ManagementRoleEntry Permissions\Set-Mailbox -Parameters Office -AddParameter")
    granter.must("Set-Mailbox ayla -Office X")
    shell.must(r"Set-ManagementRoleEntry Permissions\Set-Mailbox -Parameters GrantSendOnBehalfTo -RemoveParameter")
    assert "parameter name 'GrantSendOnBehalfTo'" in granter.run("Set-Mailbox ayla -GrantSendOnBehalfTo jimh").errors


def test_a_role_made_from_a_role_holds_no_more_than_it(shell: Shell) -> None:
    shell.must(
        "New-ManagementRole Child -Parent 'Mail Recipients' | Out-Null; New-ManagementRole Grandchild -Parent Child | Out-Null"
    )
    said = shell.run(r"Remove-ManagementRoleEntry Child\Set-Mailbox -Confirm:$false")
    assert "Take it away there first" in said.errors
    shell.must(r"Remove-ManagementRoleEntry Grandchild\Set-Mailbox -Confirm:$false")
    shell.must(r"Remove-ManagementRoleEntry Child\Set-Mailbox -Confirm:$false")
    assert shell.run(r"Add-ManagementRoleEntry Grandchild\Set-Mailbox").code == 1
    assert lines(shell, "Get-ManagementRole Child -GetChildren | foreach { $_.Name }") == ["Grandchild"]
    assert lines(shell, "Get-ManagementRole Child -Recurse | foreach { $_.Name }") == ["Child", "Grandchild"]
    assert shell.run("Remove-ManagementRole Child -Confirm:$false").code == 1
    shell.must("Remove-ManagementRole Child -Recurse -Confirm:$false")
    assert lines(shell, "Get-ManagementRole *child | foreach { $_.Name }") == []


def test_a_role_in_use_stays(shell: Shell) -> None:
    shell.must("New-ManagementRole Mine -Parent 'Mail Recipients' | Out-Null; New-RoleGroup G -Roles Mine | Out-Null")
    assert "is assigned: Mine-G" in shell.run("Remove-ManagementRole Mine -Confirm:$false").errors
    shell.must("Remove-RoleGroup G -Confirm:$false; Remove-ManagementRole Mine -Confirm:$false")


def test_who_may_not_hand_a_role_on_assigns_it_to_nobody(contoso: Organization, shell: Shell) -> None:
    shell.must("New-ManagementRoleAssignment -Role 'Role Management' -User terrya | Out-Null")
    manager = contoso.shell("terrya")
    for command in (
        "New-ManagementRoleAssignment -Role 'Active Directory Permissions' -User terrya",
        "New-RoleGroup Mine -Roles 'Active Directory Permissions' -Members terrya",
        "New-ManagementRole Mine -Parent 'Active Directory Permissions'",
        "Remove-ManagementRoleAssignment 'Mail Recipients-Recipient Management' -Confirm:$false",
        "Set-ManagementRoleAssignment 'Mail Recipients-Recipient Management' -Enabled $false",
    ):
        said = manager.run(command)
        assert "You must be assigned a delegating role assignment" in said.errors, command
    shell.must("New-ManagementRoleAssignment -Role 'Active Directory Permissions' -User terrya -Delegating | Out-Null")
    manager.must("New-ManagementRoleAssignment -Role 'Active Directory Permissions' -User terrya | Out-Null")
    manager.must('Add-ADPermission "Ayla Kol" -User raymonds -ExtendedRights "Send As" | Out-Null')


def test_only_its_managers_change_who_is_in_a_role_group(contoso: Organization, shell: Shell) -> None:
    shell.must("New-RoleGroup Mine -Roles 'Mail Recipients' -ManagedBy ayla | Out-Null")
    shell.must("New-ManagementRoleAssignment -Role 'Role Management' -User terrya | Out-Null")
    shell.must("New-ManagementRoleAssignment -Role 'Role Management' -User ayla | Out-Null")
    said = contoso.shell("terrya").run("Add-RoleGroupMember Mine -Member terrya")
    assert "This operation can only be performed by a manager of the group." in said.errors
    assert (
        "manager of the group"
        in contoso.shell("terrya").run(f"Add-RoleGroupMember '{RECIPIENTS}' -Member terrya").errors
    )
    contoso.shell("ayla").must("Add-RoleGroupMember Mine -Member jimh")
    contoso.shell("Administrator").must(f"Add-RoleGroupMember '{RECIPIENTS}' -Member terrya")
    contoso.shell("terrya").must("Add-RoleGroupMember Mine -Member terrya -BypassSecurityGroupManagerCheck")


def test_a_linked_role_group_has_the_members_of_its_foreign_group(contoso: Organization, shell: Shell) -> None:
    shell.must("New-ADGroup -Name Admins -GroupScope Universal -Server fabrikam.com")
    shell.must("Add-ADGroupMember Admins -Members robinw -Server fabrikam.com")
    shell.must(
        "New-RoleGroup Linked -Roles 'Mail Recipients' -LinkedForeignGroup FABRIKAM\\Admins "
        "-LinkedDomainController dc01.fabrikam.com | Out-Null"
    )
    contoso.shell("FABRIKAM\\robinw").must("Set-Mailbox ayla -CustomAttribute1 x")
    said = shell.run("Add-RoleGroupMember Linked -Member terrya")
    assert "is a linked role group" in said.errors
    assert lines(shell, "(Get-RoleGroup Linked).RoleGroupType") == ["Linked"]
    filtered = 'Get-RoleGroup -Filter "{}" | foreach {{ $_.Name }}'
    assert lines(shell, filtered.format("RoleGroupType -eq 'Linked'")) == ["Linked"]
    assert lines(shell, filtered.format("LinkedGroup -like '*Admins'")) == ["Linked"]
    assert "Linked" not in lines(shell, filtered.format("RoleGroupType -eq 'Standard'"))
    assert "Help Desk" in lines(shell, filtered.format("RoleGroupType -ne 'Linked'"))


# -------------------------------------------------------------------------------------------------- somebody in charge


@pytest.mark.parametrize(
    "command",
    [
        "Remove-RoleGroupMember 'Organization Management' -Member Administrator",
        "Update-RoleGroupMember 'Organization Management' -Members 'Archive Readers'",
        "Set-Mailbox Administrator -AccountDisabled $true",
        "Set-Mailbox Administrator -Type Shared",
        "Remove-Mailbox Administrator",
        "Remove-ManagementRoleAssignment 'Role Management-Organization Management'",
        "Set-ManagementRoleAssignment 'Role Management-Organization Management' -Enabled $false",
        "Set-ManagementRoleAssignment 'Role Management-Organization Management' -RecipientRelativeWriteScope Self",
    ],
)
def test_somebody_remains_in_charge(contoso: Organization, shell: Shell, command: str) -> None:
    shell.must("Remove-ADGroupMember 'Archive Readers' -Members svcbackup -Confirm:$false")
    said = shell.run(f"{command} -Confirm:$false")
    assert said.code == 1
    assert "[FailureCategory=Cmdlet-LastAdministratorException]" in said.errors
    shell.must("New-ManagementRoleAssignment -Role 'Role Management' -User terrya | Out-Null")
    shell.must(f"{command} -Confirm:$false -WarningAction SilentlyContinue")
    assert lines(contoso.shell("terrya"), "Get-RoleGroup 'Help Desk' | foreach { $_.Name }") == ["Help Desk"]


def test_changes_of_roles_are_audited(contoso: Organization, shell: Shell) -> None:
    shell.must("New-RoleGroup Mine -Roles 'Mail Recipients' -Members terrya | Out-Null")
    record = contoso.audit()[0]
    assert (record.cmdlet, record.succeeded) == ("New-RoleGroup", True)
    assert ("Roles", "", "Mail Recipients-Mine") in [
        (changed.name, changed.old_value, changed.new_value) for changed in record.modified_properties
    ]
    shell.run("Remove-RoleGroup 'Help Desk' -Confirm:$false")
    assert (contoso.audit()[0].cmdlet, contoso.audit()[0].succeeded) == ("Remove-RoleGroup", False)


@pytest.mark.parametrize(
    "command",
    [
        "New-RoleGroup Mine -Roles 'Mail Recipients'",
        f"Add-RoleGroupMember '{RECIPIENTS}' -Member terrya",
        "New-ManagementRole Mine -Parent 'Mail Recipients'",
        "New-ManagementRoleAssignment -Role 'Mail Recipients' -User terrya",
        "New-ManagementScope Mine -RecipientRestrictionFilter \"Name -eq 'x'\"",
    ],
)
def test_what_if_changes_nothing(contoso: Organization, shell: Shell, command: str) -> None:
    with contoso.store.read() as directory:
        before = directory.change
    assert shell.run(f"{command} -WhatIf").host.startswith("What if: ")
    with contoso.store.read() as directory:
        assert directory.change == before


def test_a_role_group_can_be_emptied(shell: Shell) -> None:
    shell.must("Add-RoleGroupMember 'Help Desk' -Member terrya")
    shell.must("Update-RoleGroupMember 'Help Desk' -Members $null -Confirm:$false")
    assert not shell.must("Get-RoleGroupMember 'Help Desk'").output
