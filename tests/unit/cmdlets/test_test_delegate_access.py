"""Test-DelegateAccess: whether somebody can, why, and what would change that."""

import pytest

from support.commands import Organization, Shell

ASK = "Test-DelegateAccess terrya -User stefanh -Right {}"


def shown(shell: Shell, right: str, name: str) -> list[str]:
    return shell.must(f"({ASK.format(right)}).{name}").lines


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("terrya", "MissingMandatoryParameter"),
        ("terrya -User nobody", "ManagementObjectNotFoundException"),
        ("terrya -User helpdesk", "ManagementObjectNotFoundException"),
        ("nobody -User terrya", "ManagementObjectNotFoundException"),
        ("terrya -User jimh -Right Everything", "CannotConvertArgument"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(shell: Shell, arguments: str, error: str) -> None:
    said = shell.run(f"Test-DelegateAccess {arguments}")
    assert said.code == 1
    assert error in said.errors


def test_where_nothing_is_granted_the_grant_would_change_it(shell: Shell) -> None:
    said = shell.must('Test-DelegateAccess terrya -User stefanh | foreach { "$($_.Right)|$($_.Allowed)|$($_.Reason)" }')
    assert said.lines == [
        "FullAccess|False|nothing grants Full Access",
        "SendAs|False|nothing grants Send As or Send on Behalf",
        "SendOnBehalf|False|nothing grants Send As or Send on Behalf",
    ]
    assert shell.must("(Test-DelegateAccess terrya -User stefanh).ToChange").lines == [
        "Add-MailboxPermission -Identity 'terrya@contoso.com' -User 'CONTOSO\\stefanh' -AccessRights FullAccess",
        "Add-ADPermission -Identity 'terrya@contoso.com' -User 'CONTOSO\\stefanh' -ExtendedRights 'Send As'",
        "Set-Mailbox -Identity 'terrya@contoso.com' -GrantSendOnBehalfTo @{Add = 'stefanh@contoso.com'}",
    ]


GROUP = "New-DistributionGroup -Type Security -Name 'Tier Two' -Members stefanh; Add-DistributionGroupMember helpdesk -Member 'Tier Two'"
DIRECTLY = "Add-MailboxPermission terrya -User stefanh -AccessRights FullAccess"
SITUATIONS = {
    "direct": (DIRECTLY, "FullAccess", True),
    "group": ("Add-MailboxPermission terrya -User helpdesk -AccessRights FullAccess", "FullAccess", True),
    "two ways": (
        f"{GROUP}; Add-MailboxPermission terrya -User helpdesk -AccessRights FullAccess",
        "FullAccess",
        True,
    ),
    "everyone": ("Add-MailboxPermission terrya -User Everyone -AccessRights FullAccess", "FullAccess", True),
    "inherited": ("Add-ADGroupMember 'Exchange Servers' -Members stefanh", "FullAccess", True),
    "denied": (
        f"{DIRECTLY}; Add-MailboxPermission terrya -User stefanh -AccessRights FullAccess -Deny",
        "FullAccess",
        False,
    ),
    "denied by a group": (
        f"{DIRECTLY}; Add-MailboxPermission terrya -User helpdesk -AccessRights FullAccess -Deny",
        "FullAccess",
        False,
    ),
    "denied to all": (
        "Add-MailboxPermission terrya -User Everyone -AccessRights FullAccess -Deny",
        "FullAccess",
        False,
    ),
    "hidden and disabled": (
        "Set-Mailbox terrya -HiddenFromAddressListsEnabled $true; Set-Mailbox stefanh -AccountDisabled $true",
        "FullAccess",
        False,
    ),
    "role group": (
        "Add-RoleGroupMember 'Help Desk' -Member stefanh; Add-MailboxPermission terrya -User 'Help Desk' -AccessRights FullAccess",
        "FullAccess",
        True,
    ),
    "denied from above": ("Add-RoleGroupMember 'Organization Management' -Member stefanh", "FullAccess", False),
    "send as": ("Add-ADPermission 'Terry Adams' -User stefanh -ExtendedRights 'Send As'", "SendAs", True),
    "full control": (
        "Add-ADPermission 'Terry Adams' -User stefanh -AccessRights GenericAll,ReadProperty -ExtendedRights 'Send As'",
        "SendAs",
        True,
    ),
    "send as denied": (
        "Add-ADPermission 'Terry Adams' -User stefanh -ExtendedRights 'Send As' -Deny",
        "SendAs",
        False,
    ),
    "on behalf": ("Set-Mailbox terrya -GrantSendOnBehalfTo stefanh,printersupport", "SendOnBehalf", True),
    "nothing": ("Set-Mailbox terrya -GrantSendOnBehalfTo jimh", "SendOnBehalf", False),
}


@pytest.mark.parametrize(("commands", "right", "allowed"), SITUATIONS.values(), ids=SITUATIONS)
def test_the_commands_change_the_answer(
    contoso: Organization, shell: Shell, commands: str, right: str, *, allowed: bool
) -> None:
    shell.must(commands)
    assert shown(shell, right, "Allowed") == [str(allowed)]
    for command in shown(shell, right, "ToChange"):
        shell.must(command)
    assert shown(shell, right, "Allowed") == [str(not allowed)]
    if right == "FullAccess":
        assert contoso.opens("stefanh", "terrya") is not allowed
    else:
        assert (contoso.sends("stefanh", "terrya") in ("Send As", "Send on Behalf")) is not allowed


@pytest.mark.parametrize("situation", ["group", "everyone", "inherited", "denied by a group"])
def test_what_concerns_him_alone_is_changed(contoso: Organization, shell: Shell, situation: str) -> None:
    commands, right, _ = SITUATIONS[situation]
    shell.must("Add-DistributionGroupMember helpdesk -Member jimh; Add-ADGroupMember 'Exchange Servers' -Members jimh")
    shell.must(commands)
    before = contoso.opens("jimh", "terrya"), contoso.opens("ayla", "terrya")
    for command in shown(shell, right, "ToChange"):
        shell.must(command)
    assert (contoso.opens("jimh", "terrya"), contoso.opens("ayla", "terrya")) == before


def test_the_entry_and_the_groups_that_decide_are_named(shell: Shell) -> None:
    shell.must(f"{GROUP}; Remove-DistributionGroupMember helpdesk -Member stefanh -Confirm:$false")
    shell.must("Add-MailboxPermission terrya -User helpdesk -AccessRights FullAccess -Deny")
    assert shown(shell, "FullAccess", "DecidedBy") == ["Deny FullAccess for CONTOSO\\helpdesk"]
    assert shown(shell, "FullAccess", "Via") == ["Tier Two > Helpdesk"]
    assert shown(shell, "FullAccess", "GrantedBy") == ["contoso.com/Users/Administrator"]
    shell.must("Add-RoleGroupMember 'Organization Management' -Member jimh")
    said = shell.must("(Test-DelegateAccess terrya -User jimh -Right FullAccess).DecidedBy")
    assert said.lines == ["Deny FullAccess for CONTOSO\\Organization Management, inherited"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("terrya -User terrya -Right FullAccess", "owner"),
        ("terrya -User terrya -Right SendAs", "owner"),
        ("'Robin Wood' -User robinw@contoso.com -Right SendOnBehalf", "owner"),
        ("helpdesk -User terrya -Right FullAccess", "there is no such mailbox"),
        ("svcbackup -User terrya -Right SendAs", "nobody here has this address"),
    ],
)
def test_what_is_his_own_or_nothing_cannot_be_changed(shell: Shell, arguments: str, reason: str) -> None:
    said = shell.must(f'Test-DelegateAccess {arguments} | foreach {{ "$($_.Reason)|$($_.ToChange)" }}')
    assert said.lines == [f"{reason}|"]


def test_a_delegate_without_an_address_cannot_be_listed(shell: Shell) -> None:
    said = shell.must("(Test-DelegateAccess terrya -User svcbackup -Right SendOnBehalf).ToChange")
    assert said.lines == []


def test_a_linked_mailbox_is_changed_by_its_master_account(contoso: Organization, shell: Shell) -> None:
    ask = "Test-DelegateAccess terrya -User robinw"
    for right, sends in (("FullAccess", ""), ("SendOnBehalf", "Send on Behalf"), ("SendAs", "Send As")):
        for command in shell.must(f"({ask} -Right {right}).ToChange").lines:
            shell.must(command)
        assert shell.must(f"({ask} -Right {right}).Allowed").lines == ["True"]
        assert contoso.opens("FABRIKAM\\robinw", "terrya")
        assert not sends or contoso.sends("FABRIKAM\\robinw", "terrya") == sends


def test_an_arbitration_mailbox_is_shown_with_its_own_switch(shell: Shell) -> None:
    mailbox = "'SystemMailbox{1f05a927-35d4-4bc1-9dd9-3d3bb09bd3c6}'"
    ask = f"Test-DelegateAccess {mailbox} -User jimh -Right FullAccess"
    commands = shell.must(f"({ask}).ToChange").lines
    assert any(command.endswith("-Arbitration") for command in commands)
    for command in commands:
        shell.must(command)
    assert shell.must(f"({ask}).Allowed").lines == ["True"]
