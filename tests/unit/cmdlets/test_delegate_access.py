"""Get-DelegateAccess: who can open and send as what, and through what."""

from datetime import timedelta

import pytest

from support.commands import NOW, Organization, Shell

SHOWN = (
    "Get-DelegateAccess {} | foreach {{ "
    '"$($_.User)|$($_.Identity.Name)|$($_.Right)|$($_.Allowed)|$($_.Via)|$($_.Reason)" }}'
)
HIDDEN = "the mailbox is hidden from address lists"


def answers(shell: Shell, arguments: str) -> list[str]:
    return shell.must(SHOWN.format(arguments)).lines


@pytest.fixture
def granted(shell: Shell) -> None:
    """Grants of every kind on Terry Adams: to a group, a person who has both sending rights, a distribution group."""
    shell.must("Add-MailboxPermission terrya -User helpdesk -AccessRights FullAccess")
    shell.must("Add-ADPermission 'Terry Adams' -User raymonds -ExtendedRights 'Send As'")
    shell.must("Set-Mailbox terrya -GrantSendOnBehalfTo raymonds,printersupport")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("", "InvalidPropertyException"),
        ("-User nobody", "ManagementObjectNotFoundException"),
        ("-User helpdesk", "ManagementObjectNotFoundException"),
        ("-Identity nobody", "ManagementObjectNotFoundException"),
        ("terrya -User raymonds -Right ReadPermission", "CannotConvertArgument"),
        ("terrya -At 2999-01-01", "InvalidPropertyException"),
        ("nobody -At 2020-01-01", "ManagementObjectNotFoundException"),
        ("terrya -ResultSize few", "CannotConvertArgument"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(shell: Shell, arguments: str, error: str) -> None:
    said = shell.run(f"Get-DelegateAccess {arguments}")
    assert said.code == 1
    assert error in said.errors


@pytest.mark.usefixtures("granted")
def test_everybody_who_can_is_shown_with_the_groups_between(shell: Shell) -> None:
    assert answers(shell, "terrya") == [
        "CONTOSO\\raymonds|Terry Adams|SendAs|True||Send As",
        "CONTOSO\\raymonds|Terry Adams|SendOnBehalf|True||Send on Behalf, but Send As is used",
        "CONTOSO\\stefanh|Terry Adams|FullAccess|True|Helpdesk|Full Access",
        "CONTOSO\\stefanh|Terry Adams|SendOnBehalf|True|Printer Support|Send on Behalf",
    ]


@pytest.mark.usefixtures("granted")
def test_everything_that_somebody_can_is_shown(shell: Shell) -> None:
    shell.must("Add-ADPermission helpdesk -User stefanh -ExtendedRights 'Send As'")
    assert answers(shell, "-User stefanh") == [
        "CONTOSO\\stefanh|Terry Adams|FullAccess|True|Helpdesk|Full Access",
        "CONTOSO\\stefanh|Terry Adams|SendOnBehalf|True|Printer Support|Send on Behalf",
        "CONTOSO\\stefanh|Helpdesk|SendAs|True||Send As",
    ]
    assert answers(shell, "-User terrya") == []


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize(
    ("arguments", "rights"),
    [
        ("terrya -Right FullAccess", ["FullAccess"]),
        ("terrya -Right sendas", ["SendAs"]),
        ("-Identity terrya -Right SendAs,SendOnBehalf -User raymonds", ["SendAs", "SendOnBehalf"]),
        ("-User stefanh -Right SendAs", []),
        ("-User stefanh -Identity ayla", []),
        ("'contoso.com/Users/Terry Adams' -User raymonds@contoso.com", ["SendAs", "SendOnBehalf"]),
    ],
)
def test_one_permission_or_one_pair_can_be_asked_about(shell: Shell, arguments: str, rights: list[str]) -> None:
    assert [line.split("|")[2] for line in answers(shell, arguments)] == rights


def test_the_chain_leads_through_nested_groups(shell: Shell) -> None:
    shell.must("New-DistributionGroup -Type Security -Name 'Tier Two' -Members felipea")
    shell.must("Add-DistributionGroupMember helpdesk -Member 'Tier Two'")
    shell.must("Add-MailboxPermission terrya -User helpdesk -AccessRights FullAccess")
    assert "CONTOSO\\felipea|Terry Adams|FullAccess|True|Tier Two > Helpdesk|Full Access" in answers(shell, "terrya")
    said = shell.must("(Get-DelegateAccess terrya -User felipea).Chain | foreach { $_.Name }")
    assert said.lines == ["Tier Two", "Helpdesk"]
    assert shell.must("(Get-DelegateAccess terrya -User felipea).Trustee.ToString()").lines == ["CONTOSO\\helpdesk"]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("Add-MailboxPermission terrya -User helpdesk -AccessRights FullAccess -Deny", "an entry denies Full Access"),
        ("Set-Mailbox terrya -HiddenFromAddressListsEnabled $true", HIDDEN),
        ("Set-Mailbox stefanh -AccountDisabled $true", "the account is disabled"),
    ],
)
def test_what_does_not_work_is_shown_with_the_reason(shell: Shell, command: str, reason: str) -> None:
    shell.must("Add-MailboxPermission terrya -User stefanh -AccessRights FullAccess")
    shell.must(command)
    for arguments in ("terrya", "-User stefanh"):
        (line,) = answers(shell, f"{arguments} -Right FullAccess")
        _, _, _, allowed, _, told = line.split("|")
        assert (allowed, told) == ("False", reason)


@pytest.mark.usefixtures("granted")
def test_a_grant_shows_who_made_it_and_when_it_ends(shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User jimh -AccessRights FullAccess -ExpiresAt 2999-05-06T07:08:09Z")
    shown = (
        "Get-DelegateAccess terrya -User jimh | foreach { "
        '"$($_.GrantedBy) $($_.GrantedAt.ToString("u")) $($_.ExpiresAt.ToString("u")) $($_.AutoMapped)" }'
    )
    assert shell.must(shown).lines == ["contoso.com/Users/Administrator 2026-03-04 05:06:07Z 2999-05-06 07:08:09Z True"]
    shell.must("Remove-MailboxPermission terrya -User jimh -AccessRights FullAccess -Confirm:$false")
    shell.must("Add-MailboxPermission terrya -User jimh -AccessRights FullAccess -AutoMapping $false")
    assert shell.must("(Get-DelegateAccess terrya -User jimh).AutoMapped").lines == ["False"]
    assert shell.must("(Get-DelegateAccess terrya -User stefanh -Right FullAccess).AutoMapped").lines == ["False"]


def test_what_every_mailbox_inherits_counts_too(contoso: Organization, shell: Shell) -> None:
    assert answers(shell, "-User svcbackup") == []
    shell.must("Add-ADGroupMember 'Exchange Servers' -Members svcbackup")
    shown = shell.must(SHOWN.format("-User svcbackup -ResultSize Unlimited")).lines
    shown_mailboxes = "Get-Mailbox -ResultSize Unlimited -Filter 'HiddenFromAddressListsEnabled -eq $false'"
    count = shell.must(f"({shown_mailboxes}).Count").lines
    assert len([line for line in shown if "FullAccess|True|Exchange Servers" in line]) == int(count[0])
    assert len([line for line in shown if HIDDEN in line]) == 5
    assert contoso.opens("svcbackup", "terrya")
    said = shell.must("(Get-DelegateAccess terrya -User svcbackup).IsInherited")
    assert said.lines == ["True"]


def test_an_administrator_is_kept_out_of_every_mailbox_and_that_is_no_news(shell: Shell) -> None:
    assert not [line for line in answers(shell, "-User Administrator") if "FullAccess" in line]
    shell.must("Add-MailboxPermission terrya -User Administrator -AccessRights FullAccess")
    assert [line for line in answers(shell, "-User Administrator") if "FullAccess" in line] == [
        "CONTOSO\\Administrator|Terry Adams|FullAccess|True||Full Access"
    ]


def test_a_linked_mailbox_is_asked_about_as_its_master_account(shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User robinw@contoso.com -AccessRights FullAccess")
    shell.must("Set-Mailbox terrya -GrantSendOnBehalfTo robinw@contoso.com")
    shown = [
        "FABRIKAM\\robinw|Terry Adams|FullAccess|True||Full Access",
        "FABRIKAM\\robinw|Terry Adams|SendOnBehalf|True||Send on Behalf",
    ]
    assert answers(shell, "terrya") == shown
    assert answers(shell, "-User robinw@contoso.com") == shown
    assert answers(shell, "-User FABRIKAM\\robinw") == answers(shell, "-User robinw") == shown


def test_so_many_are_shown_as_are_asked_for(shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User Everyone -AccessRights FullAccess")
    said = shell.must(SHOWN.format("terrya -ResultSize 3"))
    assert len(said.lines) == 3
    assert "ResultSize" in said.warnings
    everybody = shell.must(SHOWN.format("terrya -ResultSize Unlimited"))
    assert not everybody.warnings
    assert len(everybody.lines) > 10


@pytest.mark.usefixtures("granted")
def test_mailboxes_and_entries_are_taken_from_the_pipeline(shell: Shell) -> None:
    piped = SHOWN.format("").replace("Get-DelegateAccess", "Get-Mailbox terrya | Get-DelegateAccess")
    assert shell.must(piped).lines == answers(shell, "terrya")
    entries = "Get-MailboxPermission terrya -User stefanh | Get-DelegateAccess"
    assert shell.must(entries).lines == []
    shell.must("Add-MailboxPermission terrya -User stefanh -AccessRights FullAccess")
    assert shell.must(f"({entries} -Right FullAccess).Right").lines == ["FullAccess"]
    names = "'terrya', 'nobody', 'ayla' | Get-DelegateAccess -Right FullAccess | foreach { $_.Identity.Name }"
    said = shell.run(names)
    assert said.lines == ["Terry Adams", "Ayla Kol"]
    assert "ManagementObjectNotFoundException" in said.errors


def test_as_it_was(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User helpdesk -AccessRights FullAccess")
    contoso.clock.time = NOW + timedelta(days=1)
    shell.must("Remove-DistributionGroupMember helpdesk -Member stefanh -Confirm:$false")
    shell.must("Set-Mailbox terrya -HiddenFromAddressListsEnabled $true")
    shell.must("Add-ADPermission 'Terry Adams' -User raymonds -ExtendedRights 'Send As'")
    contoso.clock.time = NOW + timedelta(days=2)
    shell.must("Remove-Mailbox raymonds -Confirm:$false")
    shell.must("Remove-DistributionGroup helpdesk -Confirm:$false")
    contoso.clock.time = NOW + timedelta(days=3)
    assert answers(shell, "terrya") == []
    first = ["CONTOSO\\stefanh|Terry Adams|FullAccess|True|Helpdesk|Full Access"]
    assert answers(shell, "terrya -At 2026-03-04T12:00:00Z") == first
    assert answers(shell, "-User stefanh -At 2026-03-04T12:00:00Z") == first
    hidden = [f"CONTOSO\\raymonds|Terry Adams|SendAs|False||{HIDDEN}"]
    assert answers(shell, "terrya -At 2026-03-05T12:00:00Z") == hidden
    assert answers(shell, "-User raymonds -At 2026-03-05T12:00:00Z") == hidden
    assert answers(shell, "-User 'Raymond Sam' -At 2026-03-04T12:00:00Z") == []
    assert shell.run("Get-DelegateAccess -User raymonds").code == 1
    said = shell.must('(Get-DelegateAccess terrya -At 2026-03-05T12:00:00Z).AsOf.ToString("u")')
    assert said.lines == ["2026-03-05 12:00:00Z"]


def test_the_table_has_what_an_administrator_looks_for_first(shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User helpdesk -AccessRights FullAccess")
    header, _, row = shell.must("Get-DelegateAccess terrya").lines
    assert header.split() == ["User", "Identity", "Right", "Allowed", "Via", "Reason"]
    assert row.split(maxsplit=1)[0] == "CONTOSO\\stefanh"
    assert "Terry Adams" in row
    assert row.endswith("Full Access")
