import pytest

from delegacy.cmdlets.registry import CMDLETS
from delegacy.domain.errors import StoreFull
from delegacy.session.transactions import Transactions
from support.commands import Organization, Shell


def holding(contoso: Organization, shell: Shell, group: str, name: str = "terrya") -> Shell:
    """Return the shell of somebody whom a group was given."""
    shell.must(f"Add-RoleGroupMember '{group}' -Member {name}")
    return contoso.shell(name)


def names(shell: Shell) -> set[str]:
    return set(shell.runspace.gate.names())


def parameters(shell: Shell, cmdlet: str) -> set[str]:
    info = shell.runspace.gate.find(cmdlet)
    return set() if info is None else {parameter.name for parameter in info.parameters}


def test_a_cmdlet_out_of_reach_does_not_exist(contoso: Organization) -> None:
    shell = contoso.shell("terrya")
    said = shell.run("Add-MailboxPermission ayla -User terrya -AccessRights FullAccess")
    assert said.code == 1
    assert "CommandNotFoundException" in said.errors
    assert "The term 'Add-MailboxPermission' is not recognized as the name of a cmdlet" in said.errors
    assert not contoso.opens("terrya", "ayla")
    assert "Add-MailboxPermission" not in shell.must("Get-Command | foreach { $_.Name }").lines


def test_a_parameter_out_of_reach_does_not_exist(contoso: Organization) -> None:
    shell = contoso.shell("terrya")
    said = shell.run("Set-Mailbox terrya -GrantSendOnBehalfTo ayla")
    assert "A parameter cannot be found that matches parameter name 'GrantSendOnBehalfTo'." in said.errors
    assert contoso.sends("ayla", "terrya") != "Send on Behalf"
    assert "GrantSendOnBehalfTo" not in parameters(shell, "Set-Mailbox")


def test_without_any_role_there_is_nothing(contoso: Organization) -> None:
    shell = contoso.shell("svcbackup")  # an account without a mailbox has no role assignment policy
    assert names(shell) == set()
    assert "CommandNotFoundException" in shell.run("Get-Mailbox").errors


@pytest.mark.parametrize("cmdlet", CMDLETS)
def test_organization_management_has_every_cmdlet(contoso: Organization, cmdlet: str) -> None:
    info = contoso.shell("Administrator").runspace.gate.find(cmdlet)
    assert info is not None
    assert info.parameters == contoso.shell().runspace.gate.find(cmdlet).parameters  # type: ignore[union-attr] # it is there


def test_recipient_management_sees_exactly_its_shell(contoso: Organization, shell: Shell) -> None:
    manager = holding(contoso, shell, "Recipient Management")
    assert {"Add-MailboxPermission", "Add-RecipientPermission", "New-Mailbox", "Set-DistributionGroup"} <= names(
        manager
    )
    for missing in (
        *("Add-ADPermission", "Remove-ADPermission", "Add-RoleGroupMember", "New-ManagementRole"),
        *("Search-AdminAuditLog", "Set-OrganizationConfig", "New-AcceptedDomain", "Add-ADGroupMember"),
    ):
        assert missing not in names(manager)
    assert "BypassSecurityGroupManagerCheck" not in parameters(manager, "Set-DistributionGroup")
    assert "GrantSendOnBehalfTo" in parameters(manager, "Set-Mailbox")
    manager.must("Add-MailboxPermission ayla -User raymonds -AccessRights FullAccess")
    manager.must("Add-RecipientPermission ayla -Trustee raymonds -AccessRights SendAs -Confirm:$false")
    assert contoso.opens("raymonds", "ayla")
    assert contoso.sends("raymonds", "ayla") == "Send As"


def test_help_desk_sees_exactly_its_shell(contoso: Organization, shell: Shell) -> None:
    desk = holding(contoso, shell, "Help Desk", "svcbackup")
    writing = {name for name in names(desk) if not name.startswith(("Get-", "Test-"))}
    assert writing == {
        *("Add-MailboxFolderPermission", "Remove-MailboxFolderPermission", "Set-MailboxFolderPermission"),
        *("Set-Mailbox", "Set-User", "Write-AdminAuditLog"),
    }
    assert {"Get-MailboxPermission", "Get-Recipient"} <= names(desk)
    assert parameters(desk, "Set-Mailbox") == {
        *("Identity", "DomainController", "MessageCopyForSentAsEnabled", "MessageCopyForSendOnBehalfEnabled"),
        "SimpleDisplayName",
    }
    assert desk.must("(Get-MailboxPermission ayla -User jimh).AccessRights").lines == ["FullAccess"]
    assert (
        "CommandNotFoundException"
        in desk.run("Add-MailboxPermission ayla -User terrya -AccessRights FullAccess").errors
    )


def test_view_only_may_read_everything_and_change_nothing(contoso: Organization, shell: Shell) -> None:
    viewer = holding(contoso, shell, "View-Only Organization Management", "svcbackup")
    assert {name for name in names(viewer) if not name.startswith(("Get-", "Test-"))} <= {"Write-AdminAuditLog"}


def test_membership_counts_through_security_groups_alone(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-RoleGroupMember 'Recipient Management' -Member 'Archive Readers'")
    assert "Set-Mailbox" in names(contoso.shell("svcbackup"))
    assert "New-Mailbox" not in names(contoso.shell("stefanh"))
    assert "WrongRecipientType" in shell.run("Add-RoleGroupMember 'Recipient Management' -Member printersupport").errors


def test_roles_add_up(contoso: Organization, shell: Shell) -> None:
    person = holding(contoso, shell, "Help Desk")
    holding(contoso, shell, "Records Management")
    assert {"Search-AdminAuditLog", "Get-MailboxPermission", "Set-User"} <= names(person)


def test_a_role_that_is_taken_away_is_gone_at_the_next_command(contoso: Organization, shell: Shell) -> None:
    manager = holding(contoso, shell, "Recipient Management")
    manager.must("Set-Mailbox ayla -CustomAttribute1 x")
    shell.must("Remove-RoleGroupMember 'Recipient Management' -Member terrya -Confirm:$false")
    assert manager.run("Set-Mailbox ayla -CustomAttribute1 y").code == 1
    assert contoso.find("ayla").attributes["CustomAttribute1"] == "x"


def test_a_role_that_is_taken_away_ends_a_running_script(contoso: Organization, shell: Shell) -> None:
    manager = holding(contoso, shell, "Recipient Management")

    def take_away(_: float) -> None:
        shell.must("Remove-RoleGroupMember 'Recipient Management' -Member terrya -Confirm:$false")

    manager.host.sleep = take_away  # type: ignore[assignment,method-assign] # while the script waits, somebody takes the role away
    said = manager.run("Set-Mailbox ayla -CustomAttribute1 x; Start-Sleep 1; 'ayla' | Set-Mailbox -CustomAttribute1 y")
    assert said.code == 1
    assert "OutOfScope" in said.errors
    assert contoso.find("ayla").attributes["CustomAttribute1"] == "x"


def test_a_disabled_account_has_no_role(contoso: Organization, shell: Shell) -> None:
    manager = holding(contoso, shell, "Recipient Management")
    shell.must("Set-Mailbox terrya -AccountDisabled $true")
    assert names(manager) == set()


def test_everybody_with_a_mailbox_manages_his_own_and_sees_no_other(contoso: Organization) -> None:
    terry = contoso.shell("terrya")
    assert terry.must("Get-Mailbox | foreach { $_.Name }").lines == ["Terry Adams"]
    assert "ManagementObjectNotFound" in terry.run("Get-Mailbox ayla").errors
    terry.must("Set-User terrya -Phone 555-0100 -Confirm:$false")
    said = terry.run("Set-User ayla -Phone 555-0100 -Confirm:$false")
    assert "ManagementObjectNotFound" in said.errors
    assert contoso.find("ayla").attributes.get("Phone") is None
    assert "parameter name 'Department'" in terry.run("Set-User terrya -Department Board -Confirm:$false").errors


def test_groups_and_recipients_in_address_lists_are_seen_by_everybody(contoso: Organization, shell: Shell) -> None:
    shell.must("Set-Mailbox jimh -HiddenFromAddressListsEnabled $true")
    seen = contoso.shell("terrya").must("Get-Recipient -ResultSize Unlimited | foreach { $_.Name }").lines
    assert "Ayla Kol" in seen
    assert "Jim Hance" not in seen
    assert not any("Discovery" in name for name in seen)
    assert "ManagementObjectNotFound" in contoso.shell("terrya").run("Get-Recipient jimh").errors


SCOPE = """
New-ManagementScope Sales -RecipientRestrictionFilter "Department -eq 'Sales'" | Out-Null
New-RoleGroup 'Sales Admins' -Roles 'Mail Recipients', 'Mail Recipient Creation' -Members terrya -CustomRecipientWriteScope Sales | Out-Null
Set-User ayla -Department Sales -Confirm:$false
"""


def test_an_object_outside_the_write_scope_is_refused_and_nothing_changes(contoso: Organization, shell: Shell) -> None:
    shell.must(SCOPE)
    admin = contoso.shell("terrya")
    admin.must("Add-MailboxPermission ayla -User raymonds -AccessRights FullAccess")
    for command in (
        "Add-MailboxPermission jamesa -User raymonds -AccessRights FullAccess",
        "Set-Mailbox jamesa -GrantSendOnBehalfTo raymonds",
        "Add-RecipientPermission jamesa -Trustee raymonds -AccessRights SendAs -Confirm:$false",
        "Set-Mailbox jamesa -HiddenFromAddressListsEnabled $true",
        "Remove-Mailbox jamesa -Confirm:$false",
        "Disable-Mailbox jamesa -Confirm:$false",
        "Remove-MailboxPermission jamesa -ResetDefault -Confirm:$false",
        "Add-MailboxPermission jamesa -User raymonds -AccessRights FullAccess -WhatIf",
    ):
        said = admin.run(command)
        assert said.code == 1, command
        assert "because it's out of the current user's write scope" in said.errors, command
        assert (
            "'contoso.com/Users/James Alvord' must be within the read scope before and after it's modified"
            in said.errors
        )
    assert not contoso.opens("raymonds", "jamesa")
    assert contoso.opens("raymonds", "ayla")
    assert admin.must("(Get-Mailbox jamesa).Name").lines == ["James Alvord"]


def test_nobody_moves_an_object_out_of_his_scope_or_makes_one_outside(contoso: Organization, shell: Shell) -> None:
    shell.must(SCOPE)
    admin = contoso.shell("terrya")
    assert "OutOfScope" in admin.run("Set-User ayla -Department Board -Confirm:$false").errors
    assert contoso.find("ayla").attributes["Department"] == "Sales"
    assert "OutOfScope" in admin.run("New-Mailbox -Shared -Name Elsewhere").errors
    assert "ManagementObjectNotFound" in shell.run("Get-Mailbox Elsewhere").errors


def test_a_scope_bounds_a_whole_pipeline_record_by_record(contoso: Organization, shell: Shell) -> None:
    shell.must(SCOPE)
    said = contoso.shell("terrya").run("'jamesa','ayla','jimh' | Set-Mailbox -CustomAttribute1 x")
    assert said.errors.count("FailureCategory=Cmdlet-OutOfScopeException") == 2
    assert contoso.find("ayla").attributes["CustomAttribute1"] == "x"
    assert contoso.find("jamesa").attributes.get("CustomAttribute1") is None
    assert [record.succeeded for record in contoso.audit()[:3]] == [False, True, False]


def test_a_changed_scope_bites_at_once(contoso: Organization, shell: Shell) -> None:
    shell.must(SCOPE)
    admin = contoso.shell("terrya")
    admin.must("Set-Mailbox ayla -CustomAttribute1 x")
    shell.must("Set-ManagementScope Sales -RecipientRestrictionFilter \"Department -eq 'Board'\"")
    assert "OutOfScope" in admin.run("Set-Mailbox ayla -CustomAttribute1 y").errors


def test_a_wider_assignment_counts_where_a_narrow_one_does_not(contoso: Organization, shell: Shell) -> None:
    shell.must(SCOPE)
    admin = holding(contoso, shell, "Help Desk")
    admin.must("Set-User jamesa -Phone 555-0100 -Confirm:$false")
    said = admin.run("Set-User jamesa -Phone 555-0100 -Department Sales -Confirm:$false")
    assert "OutOfScope" in said.errors


def test_the_members_of_a_group_are_a_scope(contoso: Organization, shell: Shell) -> None:
    shell.must(
        "New-DistributionGroup Pilots -Members ayla, jimh; $pilots = (Get-DistributionGroup Pilots).DistinguishedName"
    )
    shell.must("New-ManagementScope Pilots -RecipientRestrictionFilter \"MemberOfGroup -eq '$pilots'\" | Out-Null")
    shell.must("New-RoleGroup Tower -Roles 'Mail Recipients' -Members terrya -CustomRecipientWriteScope Pilots")
    admin = contoso.shell("terrya")
    admin.must("Set-Mailbox ayla -CustomAttribute1 x")
    assert "OutOfScope" in admin.run("Set-Mailbox jamesa -CustomAttribute1 x").errors
    assert "OutOfScope" in admin.run("Add-DistributionGroupMember Pilots -Member jamesa").errors
    shell.must("Remove-DistributionGroupMember Pilots -Member ayla -Confirm:$false")
    assert "OutOfScope" in admin.run("Set-Mailbox ayla -CustomAttribute1 y").errors
    admin.must("Disable-Mailbox jimh -Confirm:$false")


def test_an_exclusive_scope_fences_its_objects_off(contoso: Organization, shell: Shell) -> None:
    manager = holding(contoso, shell, "Recipient Management")
    shell.must(
        "New-ManagementScope Board -RecipientRestrictionFilter \"Department -eq 'Board'\" -Exclusive -Force | Out-Null"
    )
    shell.must("Set-User ayla -Department Board -Confirm:$false")
    assert "OutOfScope" in manager.run("Set-Mailbox ayla -CustomAttribute1 x").errors
    manager.must("Set-Mailbox jamesa -CustomAttribute1 x")
    shell.must(
        "New-ManagementRoleAssignment -Role 'Mail Recipients' -User terrya -ExclusiveRecipientWriteScope Board | Out-Null"
    )
    manager.must("Set-Mailbox ayla -CustomAttribute1 x")


def test_an_organizational_unit_is_a_scope(contoso: Organization, shell: Shell) -> None:
    shell.must(
        "New-RoleGroup 'Unit Admins' -Roles 'Mail Recipients' -Members terrya -RecipientOrganizationalUnitScope Users | Out-Null"
    )
    contoso.shell("terrya").must("Set-Mailbox ayla -CustomAttribute1 x")
    shell.must(
        "Set-ManagementRoleAssignment 'Mail Recipients-Unit Admins' -RecipientOrganizationalUnitScope contoso.com/Elsewhere"
    )
    assert "OutOfScope" in contoso.shell("terrya").run("Set-Mailbox ayla -CustomAttribute1 y").errors


def test_view_only_assignments_of_a_writing_role_change_nothing(contoso: Organization, shell: Shell) -> None:
    shell.must(
        "New-ManagementRoleAssignment -Role 'Mail Recipients' -User terrya -RecipientRelativeWriteScope None | Out-Null"
    )
    assert "OutOfScope" in contoso.shell("terrya").run("Set-Mailbox ayla -CustomAttribute1 x").errors


def test_a_delegating_assignment_gives_no_cmdlet(contoso: Organization, shell: Shell) -> None:
    shell.must("New-ManagementRoleAssignment -Role 'Mail Recipients' -User terrya -Delegating | Out-Null")
    assert "Add-MailboxPermission" not in names(contoso.shell("terrya"))


def test_a_change_names_the_caller_in_the_log_and_in_the_entry(contoso: Organization) -> None:
    shell = contoso.shell("Administrator")
    shell.must("Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess")
    assert contoso.audit()[0].caller == "contoso.com/Users/Administrator"
    with contoso.store.read() as directory:
        entries = directory.mailbox_acl(contoso.find("terrya").id).entries
    assert [ace.granted_by for ace in entries if ace.trustee == contoso.find("raymonds").sid] == [
        "contoso.com/Users/Administrator"
    ]


def test_a_change_is_numbered_in_the_log(contoso: Organization, shell: Shell) -> None:
    with contoso.store.read() as directory:
        before = directory.change
    shell.must("'terrya','ayla' | Set-Mailbox -CustomAttribute1 x")
    assert [record.change for record in contoso.audit()[:2]] == [before + 1, before + 1]
    with contoso.store.read() as directory:
        assert directory.change == before + 1


def test_a_pipeline_shows_nothing_that_is_not_durable(
    contoso: Organization, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contoso.store.write() as work:
        kind = type(work)

    def commit(_: object) -> int:
        raise StoreFull("There is no room on the disk.")

    monkeypatch.setattr(kind, "commit", commit)
    said = shell.run("'terrya','ayla' | Add-MailboxPermission -User raymonds -AccessRights FullAccess")
    assert said.code == 1
    assert said.output == ""
    assert "[FailureCategory=Cmdlet-StoreFullException]" in said.errors
    monkeypatch.undo()
    assert not contoso.opens("raymonds", "terrya")
    shell.must("Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess")


def test_a_stopped_statement_keeps_what_was_done_before(contoso: Organization, shell: Shell) -> None:
    said = shell.run("'terrya','nobody','ayla' | Set-Mailbox -CustomAttribute1 x -ErrorAction Stop")
    assert said.code == 1
    assert contoso.find("terrya").attributes.get("CustomAttribute1") == "x"
    assert contoso.find("ayla").attributes.get("CustomAttribute1") is None
    assert [record.succeeded for record in contoso.audit()[:2]] == [False, True]


def test_a_runspace_that_was_left_holds_no_lock(contoso: Organization, shell: Shell) -> None:
    shell.run("'terrya' | Set-Mailbox -CustomAttribute1 x; throw 'enough'")
    assert isinstance(shell.runspace.gate._transactions, Transactions)
    assert not shell.runspace.gate.pending
    contoso.shell().must("Set-Mailbox ayla -CustomAttribute1 x")
