"""Undo-AdminChange: what can be undone is undone as a whole, and what stands against it is said."""

from datetime import timedelta

import pytest

from support.commands import NOW, Organization, Shell

FULL = "-AccessRights FullAccess"
LAST = "Undo-AdminChange (Search-AdminAuditLog -ResultSize 1).Identity"
EXPLICIT = (
    "Get-MailboxPermission terrya | where { -not $_.IsInherited } | foreach { $entry = $_; $_.AccessRights | foreach { "
    '"$($entry.User) $_ $($entry.Deny) $($entry.InheritanceType) $($entry.ExpiresAt)" } } | Sort-Object'
)
ALL = (
    EXPLICIT,
    'Get-ADPermission terrya | foreach { "$($_.User) $($_.AccessRights) $($_.ExtendedRights) $($_.Deny)" }',
    "(Get-Mailbox terrya).GrantSendOnBehalfTo | foreach { $_.Name } | Sort-Object",
    "(Get-Mailbox terrya).HiddenFromAddressListsEnabled",
    "Get-DistributionGroupMember helpdesk | foreach { $_.Name }",
    "(Get-DistributionGroup helpdesk).ManagedBy | foreach { $_.Name }",
    "(Get-DistributionGroup helpdesk).GrantSendOnBehalfTo | foreach { $_.Name }",
    r'Get-MailboxFolderPermission terrya:\Inbox | foreach { "$($_.User) $($_.AccessRights) $($_.ExpiresAt)" } | Sort-Object',
)


def state(contoso: Organization, shell: Shell) -> list[list[str]]:
    """Return what there is on Terry Adams and Helpdesk, auto-mapping too."""
    return [*(shell.must(command).lines for command in ALL), contoso.mapped("terrya")]


@pytest.fixture
def made(shell: Shell) -> None:
    shell.must(f"Add-MailboxPermission terrya -User jimh {FULL},ReadPermission")
    shell.must(f"Add-MailboxPermission terrya -User helpdesk {FULL} -Deny -InheritanceType None")
    shell.must("Add-ADPermission 'Terry Adams' -User raymonds -AccessRights GenericAll")
    shell.must("Set-Mailbox terrya -GrantSendOnBehalfTo ayla,jimh")
    shell.must(r"Add-MailboxFolderPermission terrya:\Inbox -User jimh -AccessRights Reviewer")


REVERSIBLE = [
    f"Add-MailboxPermission terrya -User raymonds {FULL}",
    f"Add-MailboxPermission terrya -User raymonds {FULL} -AutoMapping $false",
    f"Add-MailboxPermission terrya -User raymonds {FULL} -Deny",
    f"Add-MailboxPermission terrya -User raymonds {FULL} -For 3",
    "Add-MailboxPermission terrya -User jimh -AccessRights ReadPermission,DeleteItem",
    f"Remove-MailboxPermission terrya -User jimh {FULL}",
    f"Remove-MailboxPermission terrya -User jimh {FULL},ReadPermission",
    f"Remove-MailboxPermission terrya -User helpdesk {FULL} -Deny",
    "Remove-MailboxPermission terrya -ClearAutoMapping",
    "Remove-MailboxPermission terrya -ResetDefault",
    "Add-ADPermission 'Terry Adams' -User jimh -AccessRights ReadProperty -ExtendedRights 'Send As','Receive As'",
    "Remove-ADPermission 'Terry Adams' -User raymonds -AccessRights GenericAll",
    "Add-RecipientPermission terrya -Trustee jimh -AccessRights SendAs",
    "Set-Mailbox terrya -GrantSendOnBehalfTo raymonds",
    "Set-Mailbox terrya -GrantSendOnBehalfTo $null",
    "Set-Mailbox terrya -GrantSendOnBehalfTo @{Add='raymonds'; Remove='ayla'}",
    "Set-Mailbox terrya -GrantSendOnBehalfTo @{Add='raymonds'} -For 3",
    "Set-Mailbox terrya -HiddenFromAddressListsEnabled $true",
    "Set-Mailbox terrya -HiddenFromAddressListsEnabled $true -GrantSendOnBehalfTo raymonds",
    r"Add-MailboxFolderPermission terrya:\Inbox -User raymonds -AccessRights Editor",
    r"Add-MailboxFolderPermission terrya:\Inbox -User helpdesk -AccessRights Author -For 3",
    r"Set-MailboxFolderPermission terrya:\Inbox -User jimh -AccessRights Owner",
    r"Set-MailboxFolderPermission terrya:\Inbox -User Default -AccessRights Reviewer",
    r"Remove-MailboxFolderPermission terrya:\Inbox -User jimh",
    "Add-DistributionGroupMember helpdesk -Member terrya",
    "Remove-DistributionGroupMember helpdesk -Member stefanh",
    "Add-ADGroupMember helpdesk -Members terrya,ayla",
    "Remove-ADGroupMember helpdesk -Members stefanh",
    "Set-DistributionGroup helpdesk -GrantSendOnBehalfTo jimh",
    "Set-DistributionGroup helpdesk -ManagedBy jimh,ayla -BypassSecurityGroupManagerCheck",
]


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("command", REVERSIBLE)
def test_undoing_brings_back_what_was_and_can_be_undone(contoso: Organization, shell: Shell, command: str) -> None:
    before = state(contoso, shell)
    contoso.clock.time = NOW + timedelta(hours=1)
    shell.must(command)
    after = state(contoso, shell)
    assert after != before
    contoso.clock.time = NOW + timedelta(hours=2)
    done = contoso.audit()[0]
    said = shell.must(LAST)
    assert not said.output
    assert not said.questions
    assert state(contoso, shell) == before
    undone = contoso.audit()[0]
    assert (undone.cmdlet, undone.object_modified) == ("Undo-AdminChange", done.object_modified)
    assert dict(undone.parameters) == {"Identity": str(done.sequence)}
    assert undone.changes
    assert {(prop.name, prop.old_value, prop.new_value) for prop in undone.modified_properties} == {
        (prop.name, prop.new_value, prop.old_value) for prop in done.modified_properties
    }
    contoso.clock.time = NOW + timedelta(hours=3)
    shell.must(LAST)
    assert state(contoso, shell) == after


@pytest.mark.parametrize(
    ("commands", "why"),
    [
        ("Set-Mailbox terrya -Office 12", "properties of 'Terry Adams' were changed"),
        ("Set-Mailbox terrya -Office 12 -GrantSendOnBehalfTo jimh", "properties of 'Terry Adams' were changed"),
        ("Remove-Mailbox terrya -Confirm:$false", "'Terry Adams' was removed"),
        ("New-DistributionGroup -Name Wardens", "'Wardens' was made"),
        ("New-AcceptedDomain -Name W -DomainName w.example", "accepted domain was changed"),
        ("Set-OrganizationConfig -HiddenMailboxDelegation Allow", "HiddenMailboxDelegation was changed"),
        (
            "Set-Mailbox terrya -Password (ConvertTo-SecureString 'S3cret!' -AsPlainText -Force)",
            "a password was set",
        ),
        ("Set-Mailbox nobody -Office 12", "failed"),
        ("Write-AdminAuditLog -Comment x", "changed nothing"),
        (f"Add-MailboxPermission ayla -User jimh {FULL}", "changed nothing"),
    ],
)
def test_what_cannot_be_undone_is_refused(contoso: Organization, shell: Shell, commands: str, why: str) -> None:
    shell.run(commands)
    log = len(contoso.audit())
    said = shell.run(LAST)
    assert said.code == 1
    assert "UndoRefusedException" in said.errors
    assert why in said.errors.replace("\n", "")
    assert len(contoso.audit()) == log + 1
    assert not contoso.audit()[0].succeeded


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("done", "later", "why"),
    [
        (
            f"Add-MailboxPermission terrya -User raymonds {FULL}",
            f"Remove-MailboxPermission terrya -User raymonds {FULL}",
            "no longer there",
        ),
        (f"Add-MailboxPermission terrya -User raymonds {FULL}", LAST, "undone already"),
        (
            f"Add-MailboxPermission terrya -User raymonds {FULL}",
            f"{LAST}; Add-MailboxPermission terrya -User raymonds {FULL}",
            "undone already",
        ),
        ("Add-DistributionGroupMember helpdesk -Member terrya", f"{LAST}; {LAST}; {LAST}", "undone already"),
        (
            f"Add-MailboxPermission terrya -User raymonds {FULL}",
            f"Remove-MailboxPermission terrya -User raymonds {FULL}; Add-MailboxPermission terrya -User raymonds {FULL}",
            "no longer there",
        ),
        (
            f"Add-MailboxPermission terrya -User raymonds {FULL} -For 1",
            f"Add-MailboxPermission terrya -User raymonds {FULL}",
            "no longer there",
        ),
        (
            f"Remove-MailboxPermission terrya -User jimh {FULL}",
            f"Add-MailboxPermission terrya -User jimh {FULL}",
            "granted again",
        ),
        (
            r"Add-MailboxFolderPermission terrya:\Inbox -User raymonds -AccessRights Editor",
            r"Set-MailboxFolderPermission terrya:\Inbox -User raymonds -AccessRights Reviewer",
            "changed since",
        ),
        (
            r"Remove-MailboxFolderPermission terrya:\Inbox -User jimh",
            r"Add-MailboxFolderPermission terrya:\Inbox -User jimh -AccessRights Reviewer",
            "changed since",
        ),
        (r"Remove-MailboxFolderPermission terrya:\Inbox -User jimh", "Remove-Mailbox jimh", "gone"),
        (f"Remove-MailboxPermission terrya -User jimh {FULL}", "Remove-Mailbox jimh", "gone"),
        (f"Add-MailboxPermission terrya -User raymonds {FULL}", "Remove-Mailbox terrya", "gone"),
        (
            "Set-Mailbox terrya -GrantSendOnBehalfTo raymonds",
            "Set-Mailbox terrya -GrantSendOnBehalfTo coralr",
            "changed",
        ),
        (
            "Set-Mailbox terrya -GrantSendOnBehalfTo raymonds",
            "Set-Mailbox terrya -GrantSendOnBehalfTo @{Add='ayla'}",
            "again",
        ),
        ("Set-Mailbox terrya -GrantSendOnBehalfTo raymonds", "Remove-Mailbox ayla", "gone"),
        (
            "Set-Mailbox terrya -HiddenFromAddressListsEnabled $true",
            "Set-Mailbox terrya -HiddenFromAddressListsEnabled $false",
            "changed",
        ),
        (
            "Add-DistributionGroupMember helpdesk -Member terrya",
            "Remove-DistributionGroupMember helpdesk -Member terrya",
            "isn't a member",
        ),
        (
            "Remove-DistributionGroupMember helpdesk -Member stefanh",
            "Add-DistributionGroupMember helpdesk -Member stefanh",
            "already a member",
        ),
        ("Add-DistributionGroupMember helpdesk -Member terrya", "Remove-DistributionGroup helpdesk", "gone"),
        (
            "Set-DistributionGroup helpdesk -ManagedBy jimh -BypassSecurityGroupManagerCheck",
            "Set-DistributionGroup helpdesk -ManagedBy ayla -BypassSecurityGroupManagerCheck",
            "changed",
        ),
    ],
)
def test_what_was_changed_since_is_not_undone(
    contoso: Organization, shell: Shell, done: str, later: str, why: str
) -> None:
    shell.must(done)
    entry = contoso.audit()[0].sequence
    contoso.clock.time = NOW + timedelta(hours=1)
    shell.must(later)
    gone = "Remove-Mailbox terrya" in later or "Remove-DistributionGroup " in later
    before = None if gone else state(contoso, shell)
    said = shell.run(f"Undo-AdminChange {entry}")
    assert said.code == 1
    assert "UndoRefusedException" in said.errors
    assert why in said.errors.replace("\n", "")
    assert gone or state(contoso, shell) == before


def test_a_grant_that_would_have_ended_is_not_brought_back(contoso: Organization, shell: Shell) -> None:
    shell.must(f"Add-MailboxPermission terrya -User raymonds {FULL} -For 1")
    shell.must(f"Remove-MailboxPermission terrya -User raymonds {FULL}")
    entry = contoso.audit()[0].sequence
    contoso.clock.time = NOW + timedelta(days=1)
    assert "has ended" in shell.run(f"Undo-AdminChange {entry}").errors.replace("\n", "")


def test_what_is_undone_lasts_as_long_as_it_did(contoso: Organization, shell: Shell) -> None:
    shell.must(f"Add-MailboxPermission terrya -User raymonds {FULL} -For 2")
    shell.must("Set-Mailbox terrya -GrantSendOnBehalfTo raymonds -For 2")
    shell.must(f"Remove-MailboxPermission terrya -User raymonds {FULL}")
    shell.must(LAST)
    shell.must("Set-Mailbox terrya -GrantSendOnBehalfTo $null")
    shell.must(LAST)
    contoso.clock.time = NOW + timedelta(days=1)
    assert contoso.opens("raymonds", "terrya")
    assert contoso.sends("raymonds", "terrya") == "Send on Behalf"
    contoso.clock.time = NOW + timedelta(days=2)
    assert not contoso.opens("raymonds", "terrya")
    assert contoso.sends("raymonds", "terrya") != "Send on Behalf"


@pytest.mark.parametrize(
    ("identity", "error"),
    [
        ("4711", "ManagementObjectNotFoundException"),
        ("soon", "CannotConvertArgument"),
        ("-1", "ParameterBindingException"),
        ("''", "ParameterBinding"),
        ("$null", "NullNotAllowed"),
        ("(Get-Mailbox terrya)", "CannotConvertArgument"),
    ],
)
def test_what_is_no_entry_is_refused(shell: Shell, identity: str, error: str) -> None:
    said = shell.run(f"Undo-AdminChange {identity}")
    assert said.code == 1
    assert error in said.errors


def test_entries_are_taken_from_a_search_the_latest_first(contoso: Organization, shell: Shell) -> None:
    before = state(contoso, shell)
    shell.must(f"Add-MailboxPermission terrya -User raymonds {FULL}")
    shell.must(f"Remove-MailboxPermission terrya -User raymonds {FULL}")
    shell.must(f"'jimh','ayla' | foreach {{ Add-MailboxPermission terrya -User $_ {FULL} }}")
    shell.must("Set-Mailbox terrya -GrantSendOnBehalfTo raymonds,ayla")
    assert state(contoso, shell) != before
    shell.must("Search-AdminAuditLog -ObjectIds terrya -ResultSize 5 | Undo-AdminChange")
    assert state(contoso, shell) == before
    shell.must("Search-AdminAuditLog -Cmdlets Undo-AdminChange -ResultSize 5 | Undo-AdminChange")
    assert contoso.opens("jimh", "terrya")
    assert not contoso.opens("raymonds", "terrya")


def test_undoing_is_told_and_asked_about_as_any_change(contoso: Organization, shell: Shell) -> None:
    shell.must(f"Add-MailboxPermission terrya -User raymonds {FULL}")
    entry = contoso.audit()[0].sequence
    sentence, effect = shell.must(f"Undo-AdminChange {entry} -WhatIf").host.splitlines()
    assert sentence == (
        'What if: Undoing Add-MailboxPermission on "contoso.com/Users/Terry Adams" of 2026-03-04 05:06 UTC '
        f"(entry {entry} of the administrator audit log)."
    )
    assert effect == "What if: Raymond Sam loses Full Access to Terry Adams."
    assert len(shell.run(f"Undo-AdminChange {entry} -Confirm", "N").questions) == 1
    assert contoso.opens("raymonds", "terrya")
    shell.must(f"Remove-MailboxPermission terrya -User raymonds {FULL}")
    (_, line) = shell.must(f"Undo-AdminChange {entry} -WhatIf").host.splitlines()
    assert line.startswith("What if: It would fail: ")


def test_nobody_is_left_without_an_administrator(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-RoleGroupMember 'Organization Management' -Member jimh")
    entry = contoso.audit()[0].sequence
    shell.must("Remove-RoleGroupMember 'Organization Management' -Member Administrator")
    said = shell.run(f"Undo-AdminChange {entry}")
    assert "LastAdministratorException" in said.errors


def test_an_undoing_that_was_undone_leaves_the_entry_to_undo(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-DistributionGroupMember helpdesk -Member terrya")
    entry = contoso.audit()[0].sequence
    before = state(contoso, shell)
    shell.must(f"Undo-AdminChange {entry}; {LAST}")
    assert state(contoso, shell) == before
    shell.must(f"Undo-AdminChange {entry}")
    assert state(contoso, shell) != before


# ---------------------------------------------------------------------------------------------------------- who may undo


def only(shell: Shell, role: str, kept: str, name: str = "jimh") -> None:
    """Give somebody a role that holds Undo-AdminChange and the cmdlets that fit ``kept``, for Terry Adams's department alone."""
    shell.must(f"New-ManagementRole Undoers -Parent '{role}' | Out-Null")
    shell.must(
        f"Get-ManagementRoleEntry 'Undoers\\*' | where {{ $_.Name -ne 'Undo-AdminChange' -and $_.Name -notlike '{kept}' }} | "
        "Remove-ManagementRoleEntry"
    )
    shell.must(
        "Set-User terrya -Department Sales; New-ManagementScope Sales -RecipientRestrictionFilter \"Department -eq 'Sales'\" | Out-Null"
    )
    shell.must(f"New-RoleGroup Undoing -Roles Undoers -Members {name} -CustomRecipientWriteScope Sales | Out-Null")


@pytest.mark.parametrize(
    ("command", "wants"),
    [
        (f"Add-MailboxPermission terrya -User raymonds {FULL}", "Remove-MailboxPermission"),
        (f"Remove-MailboxPermission terrya -User jimh {FULL}", "Add-MailboxPermission"),
        ("Add-RecipientPermission terrya -Trustee jimh -AccessRights SendAs", "Remove-RecipientPermission"),
        ("Remove-RecipientPermission terrya -Trustee ayla -AccessRights SendAs", "Add-RecipientPermission"),
        ("Set-Mailbox terrya -GrantSendOnBehalfTo raymonds", "Set-Mailbox"),
        ("Set-Mailbox terrya -HiddenFromAddressListsEnabled $true", "Set-Mailbox"),
    ],
)
@pytest.mark.usefixtures("made")
def test_undoing_takes_what_the_inverse_takes(contoso: Organization, shell: Shell, command: str, wants: str) -> None:
    shell.must("Add-RecipientPermission terrya -Trustee ayla -AccessRights SendAs")
    before = state(contoso, shell)
    shell.must(command)
    entry, after = contoso.audit()[0].sequence, state(contoso, shell)
    only(shell, "Mail Recipients", "Get-*")
    limited = contoso.shell("jimh")
    said = limited.run(f"Undo-AdminChange {entry}", "Y")
    assert "OutOfScopeException" in said.errors
    assert not said.questions
    assert state(contoso, shell) == after
    assert not contoso.audit()[0].succeeded
    shell.must(f"Add-ManagementRoleEntry 'Undoers\\{wants}'")
    limited.must(f"Undo-AdminChange {entry}")
    assert state(contoso, shell) == before
    assert contoso.audit()[0].caller == "contoso.com/Users/Jim Hance"


def test_send_as_with_other_rights_takes_the_cmdlet_that_gives_those(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-ADPermission 'Terry Adams' -User raymonds -AccessRights ReadProperty -ExtendedRights 'Send As'")
    entry = contoso.audit()[0].sequence
    only(shell, "Mail Recipients", "*-RecipientPermission")
    said = contoso.shell("jimh").run(f"Undo-AdminChange {entry}")
    assert "OutOfScopeException" in said.errors
    assert "Remove-ADPermission" in said.errors


def test_undoing_takes_the_parameters_that_the_inverse_takes(contoso: Organization, shell: Shell) -> None:
    shell.must("Set-Mailbox terrya -GrantSendOnBehalfTo raymonds")
    entry = contoso.audit()[0].sequence
    only(shell, "Mail Recipients", "Set-Mailbox")
    shell.must("Set-ManagementRoleEntry 'Undoers\\Set-Mailbox' -Parameters GrantSendOnBehalfTo -RemoveParameter")
    limited = contoso.shell("jimh")
    assert "OutOfScopeException" in limited.run(f"Undo-AdminChange {entry}").errors
    shell.must("Set-ManagementRoleEntry 'Undoers\\Set-Mailbox' -Parameters GrantSendOnBehalfTo -AddParameter")
    limited.must(f"Undo-AdminChange {entry}")


@pytest.mark.parametrize("who", ["ayla", "helpdesk"])
def test_what_lies_outside_the_scope_of_the_inverse_is_not_undone(
    contoso: Organization, shell: Shell, who: str
) -> None:
    shell.must(f"Add-RecipientPermission {who} -Trustee raymonds -AccessRights SendAs")
    entry = contoso.audit()[0].sequence
    only(shell, "Mail Recipients", "*-*Permission")
    limited = contoso.shell("jimh")
    assert "OutOfScopeException" in limited.run(f"Undo-AdminChange {entry}").errors
    assert (
        "OutOfScopeException"
        in limited.run(f"Remove-RecipientPermission {who} -Trustee raymonds -AccessRights SendAs", "Y").errors
    )
    assert contoso.sends("raymonds", who) == "Send As"


def test_the_scope_of_another_role_that_holds_the_undoing_does_not_count(contoso: Organization, shell: Shell) -> None:
    shell.must(f"Add-MailboxPermission ayla -User raymonds {FULL}")
    entry = contoso.audit()[0].sequence
    only(shell, "Mail Recipients", "*-MailboxPermission")
    shell.must(
        "New-ManagementRoleAssignment -Role 'Distribution Groups' -User jimh | Out-Null"
    )  # everywhere, but groups alone
    said = contoso.shell("jimh").run(f"Undo-AdminChange {entry}")
    assert "OutOfScopeException" in said.errors
    assert contoso.opens("raymonds", "ayla")


def test_members_of_a_security_group_are_its_managers_to_undo(contoso: Organization, shell: Shell) -> None:
    shell.must("Set-DistributionGroup helpdesk -ManagedBy ayla -BypassSecurityGroupManagerCheck")
    shell.must("Add-DistributionGroupMember helpdesk -Member terrya -BypassSecurityGroupManagerCheck")
    entry = contoso.audit()[0].sequence
    for name in ("jimh", "ayla"):
        shell.must(f"New-ManagementRoleAssignment -Role 'Distribution Groups' -User {name} | Out-Null")
    assert "OutOfScopeException" in contoso.shell("jimh").run(f"Undo-AdminChange {entry}").errors
    contoso.shell("ayla").must(f"Undo-AdminChange {entry}")


def test_members_of_role_groups_take_role_management_to_undo(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-RoleGroupMember 'Recipient Management' -Member jimh")
    entry = contoso.audit()[0].sequence
    shell.must("Add-RoleGroupMember 'Recipient Management' -Member ayla")
    shell.must("New-ManagementRoleAssignment -Role 'Security Group Creation and Membership' -User ayla | Out-Null")
    said = contoso.shell("ayla").run(f"Undo-AdminChange {entry}")
    assert "OutOfScopeException" in said.errors
    assert "Remove-RoleGroupMember" in said.errors
    shell.must("Add-RoleGroupMember 'Organization Management' -Member coralr")
    contoso.shell("coralr").must(f"Undo-AdminChange {entry}")
    assert "Jim Hance" not in shell.must("Get-RoleGroupMember 'Recipient Management' | foreach { $_.Name }").lines


def test_somebody_without_a_role_has_no_such_cmdlet(contoso: Organization, shell: Shell) -> None:
    shell.must(f"Add-MailboxPermission terrya -User raymonds {FULL}")
    shell.must("Add-RoleGroupMember 'Help Desk' -Member jimh")
    said = contoso.shell("jimh").run(f"Undo-AdminChange {contoso.audit()[1].sequence}")
    assert "CommandNotFoundException" in said.errors
