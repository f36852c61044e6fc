r"""Permissions on single folders: ayla:\Inbox, who has them, gives them and takes them away."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from delegacy.domain.folder import FolderPath, SpecialFolder
from delegacy.store.engine import Database
from delegacy.store.mailstore import SqlMailStore
from delegacy.store.versions import MAIL, prepare
from support.commands import Organization, Shell
from support.smtp_world import Access

INBOX = r"ayla:\Inbox"
ADD = rf"Add-MailboxFolderPermission {INBOX} -User terrya -AccessRights Reviewer"


@pytest.fixture
def mail(contoso: Organization, tmp_path: Path) -> Iterator[SqlMailStore]:
    """Return the mail store of the organization, in which ayla has the folders Reports and Reports/2026."""
    database = Database.at(tmp_path / "mail.db")
    prepare(database, MAIL)
    store = SqlMailStore(database, contoso.clock)
    store.create_folder(Access(contoso.find("ayla").guid), FolderPath(("Reports", "2026")))
    yield store
    database.close()


def shown(shell: Shell, folder: str, *more: str) -> dict[str, str]:
    command = " ".join((f"Get-MailboxFolderPermission '{folder}'", *more))
    rows = shell.must(f'{command} | foreach {{"$($_.User)=$($_.AccessRights)"}}').lines
    return dict(row.split("=") for row in rows)


def test_a_new_mailbox_gives_nothing_to_others(shell: Shell) -> None:
    said = shell.must(f"Get-MailboxFolderPermission {INBOX}")
    assert said.lines[0].split() == ["FolderName", "User", "AccessRights", "SharingPermissionFlags"]
    assert [line.split() for line in said.lines[2:]] == [
        ["Inbox", "Default", "{None}"],
        ["Inbox", "Anonymous", "{None}"],
    ]


def test_somebody_is_let_in_and_out_again(shell: Shell) -> None:
    added = shell.must(ADD)
    assert added.lines[2].split() == ["Inbox", "Terry", "Adams", "{Reviewer}"]
    assert shown(shell, INBOX) == {"Default": "None", "Anonymous": "None", "Terry Adams": "Reviewer"}
    assert shown(shell, INBOX, "-User", "terrya") == {"Terry Adams": "Reviewer"}
    shell.must(f"Set-MailboxFolderPermission {INBOX} -User terrya@contoso.com -AccessRights Editor")
    assert shown(shell, INBOX)["Terry Adams"] == "Editor"
    shell.must(f"Remove-MailboxFolderPermission {INBOX} -User 'CONTOSO\\terrya' -Confirm:$false")
    assert shown(shell, INBOX) == {"Default": "None", "Anonymous": "None"}


@pytest.mark.parametrize(
    ("asked", "printed"),
    [
        ("Owner", "Owner"),
        ("publishingeditor", "PublishingEditor"),
        ("None", "None"),
        ("ReadItems,FolderVisible", "Reviewer"),
        ("CreateItems,FolderVisible", "Contributor"),
        ("ReadItems", "ReadItems"),
        ("Contributor,Reviewer", "ReadItems CreateItems FolderVisible"),
        ("EditAllItems", "EditOwnedItems EditAllItems"),
        ("DeleteAllItems", "DeleteOwnedItems DeleteAllItems"),
        ("FolderContact,FolderOwner,CreateSubfolders", "CreateSubfolders FolderOwner FolderContact"),
    ],
)
def test_roles_and_single_rights(shell: Shell, asked: str, printed: str) -> None:
    shell.must(f"Add-MailboxFolderPermission {INBOX} -User terrya -AccessRights {asked}")
    assert shown(shell, INBOX)["Terry Adams"] == printed


def test_everybody_is_given_rights_and_never_removed(shell: Shell) -> None:
    shell.must(f"Set-MailboxFolderPermission {INBOX} -User Default -AccessRights Reviewer")
    assert shown(shell, INBOX, "-User default") == {"Default": "Reviewer"}
    shell.must(f"Set-MailboxFolderPermission {INBOX} -User Default -AccessRights None")
    assert shown(shell, INBOX)["Default"] == "None"
    shell.must(f"Set-MailboxFolderPermission {INBOX} -User Anonymous -AccessRights Contributor")
    assert shown(shell, INBOX)["Anonymous"] == "Contributor"


@pytest.mark.parametrize(
    "identity",
    [r"ayla@contoso.com:\Inbox", r"Ayla Kol:\inbox", r"CONTOSO\ayla:/INBOX", r"contoso.com/Users/Ayla Kol\Inbox"],
)
def test_a_folder_is_named_by_mailbox_and_path(shell: Shell, identity: str) -> None:
    shell.must(ADD)
    assert shown(shell, identity)["Terry Adams"] == "Reviewer"


def test_a_mailbox_alone_is_what_is_above_its_folders(shell: Shell) -> None:
    shell.must("Add-MailboxFolderPermission ayla -User terrya -AccessRights FolderVisible")
    rows = shell.must('Get-MailboxFolderPermission ayla:\\ -User terrya | foreach {"$($_.FolderName)"}').lines
    assert rows == ["Top of Information Store"]
    assert "Terry Adams" in shown(shell, "ayla")
    assert "Terry Adams" not in shown(shell, INBOX)
    piped = shell.must('Get-Mailbox ayla | Get-MailboxFolderPermission | foreach {"$($_.User)"}').lines
    assert piped == ["Default", "Anonymous", "Terry Adams"]


@pytest.mark.usefixtures("mail")
def test_folders_of_ones_own_are_known_by_path_and_by_number(shell: Shell) -> None:
    shell.must(r"Add-MailboxFolderPermission ayla:\Reports\2026 -User terrya -AccessRights Author")
    assert shown(shell, "ayla:/reports/2026")["Terry Adams"] == "Author"
    assert "Terry Adams" not in shown(shell, r"ayla:\Reports")
    statistics = "Get-MailboxFolderStatistics ayla | where {$_.Name -eq '2026'}"
    number = shell.must(f'"$(({statistics}).FolderId)"').lines[0]
    assert shown(shell, f"ayla:{number}")["Terry Adams"] == "Author"


def test_what_is_given_before_a_mailbox_is_used_holds_when_it_is(
    contoso: Organization, shell: Shell, mail: SqlMailStore
) -> None:
    shell.must(r"Add-MailboxFolderPermission terrya:\Drafts -User ayla -AccessRights Reviewer")
    terry = contoso.find("terrya")
    folders = {folder.special: folder for folder in mail.folders(Access(terry.guid))}
    with contoso.store.read() as directory:
        (entry,) = directory.folder_permissions(terry.id, folders[SpecialFolder.DRAFTS].guid)
    assert entry.trustee == contoso.find("ayla").sid
    assert shown(shell, r"terrya:\Drafts")["Ayla Kol"] == "Reviewer"


def test_groups_mail_users_and_linked_mailboxes_hold_permissions(shell: Shell) -> None:
    for holder in ("helpdesk", "paular", "robinw"):
        shell.must(f"Add-MailboxFolderPermission {INBOX} -User {holder} -AccessRights Reviewer")
    assert list(shown(shell, INBOX)) == ["Default", "Anonymous", "Helpdesk", "Paula Reiter", "Robin Wood"]
    shell.must(f"Remove-MailboxFolderPermission {INBOX} -User robinw -Confirm:$false")
    assert "Robin Wood" not in shown(shell, INBOX)


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (r"Get-MailboxFolderPermission nobody:\Inbox", "ManagementObjectNotFoundException]"),
        (r"Get-MailboxFolderPermission helpdesk:\Inbox", "ManagementObjectNotFoundException]"),
        (r"Get-MailboxFolderPermission ayla:\Nothing", "ManagementObjectNotFoundException]"),
        (r"Get-MailboxFolderPermission ayla:\Inbox\\x", "InvalidFolderNameException]"),
        ("Get-MailboxFolderPermission ayla:Inbox", "CannotConvertArgument"),
        (r"Get-MailboxFolderPermission :\Inbox", "CannotConvertArgument"),
        (f"Get-MailboxFolderPermission {INBOX} -User jimh", "UserNotFoundInPermissionEntryException]"),
        (f"Get-MailboxFolderPermission {INBOX} -User nobody", "SecurityPrincipalNotFoundException]"),
        (f"Get-MailboxFolderPermission {INBOX} -GroupMailbox", "ParameterNotSupported"),
        (ADD, "UserAlreadyExistsInPermissionEntryException]"),
        (f"Add-MailboxFolderPermission {INBOX} -User Default -AccessRights Reviewer", "UserAlreadyExists"),
        (f"Add-MailboxFolderPermission {INBOX} -User anonymous -AccessRights Reviewer", "UserAlreadyExists"),
        (f"Add-MailboxFolderPermission {INBOX} -User printersupport -AccessRights Owner", "SecurityPrincipalNotFound"),
        (f"Add-MailboxFolderPermission {INBOX} -User allemployees -AccessRights Owner", "SecurityPrincipalNotFound"),
        (
            f"Add-MailboxFolderPermission {INBOX} -User 'Archive Readers' -AccessRights Owner",
            "SecurityPrincipalNotFound",
        ),
        (f"Add-MailboxFolderPermission {INBOX} -User svcbackup -AccessRights Owner", "SecurityPrincipalNotFound"),
        (f"Add-MailboxFolderPermission {INBOX} -User oliverl -AccessRights Owner", "SecurityPrincipalNotFound"),
        (f"Add-MailboxFolderPermission {INBOX} -User jimh -AccessRights FullAccess", "FullAccess"),
        (f"Add-MailboxFolderPermission {INBOX} -User jimh -AccessRights None,Owner", "InvalidPropertyException]"),
        (f"Add-MailboxFolderPermission {INBOX} -User jimh -AccessRights AvailabilityOnly", "InvalidPropertyException]"),
        (f"Add-MailboxFolderPermission {INBOX} -User jimh", "MissingMandatoryParameter"),
        (f"Add-MailboxFolderPermission {INBOX} -User jimh -AccessRights Owner -For 0", "InvalidPropertyException]"),
        (
            f"Add-MailboxFolderPermission {INBOX} -User jimh -AccessRights Editor -SharingPermissionFlags Delegate",
            "ParameterNotSupported",
        ),
        (
            f"Set-MailboxFolderPermission {INBOX} -User jimh -AccessRights Owner",
            "UserNotFoundInPermissionEntryException]",
        ),
        (
            f"Remove-MailboxFolderPermission {INBOX} -User jimh -Confirm:$false",
            "UserNotFoundInPermissionEntryException]",
        ),
        (f"Remove-MailboxFolderPermission {INBOX} -User Default -Confirm:$false", "InvalidPropertyException]"),
    ],
)
def test_what_cannot_be_is_refused(shell: Shell, command: str, error: str) -> None:
    shell.must(ADD)
    before = shown(shell, INBOX)
    said = shell.run(command)
    assert said.code == 1
    assert error in said.errors, said.errors
    assert shown(shell, INBOX) == before


# ---------------------------------------------------------------------------------------- scripts, as they are published


@pytest.fixture
def shared_out(contoso: Organization, mail: SqlMailStore, shell: Shell) -> Shell:
    """Return a shell after ayla has given away several folders."""
    mail.folders(Access(contoso.find("terrya").guid))
    shell.must(r"Add-MailboxFolderPermission ayla:\Inbox -User terrya -AccessRights Editor")
    shell.must(r"Add-MailboxFolderPermission ayla:\Reports\2026 -User helpdesk -AccessRights ReadItems,FolderOwner")
    shell.must(r"Set-MailboxFolderPermission ayla:\Reports -User Default -AccessRights Reviewer")
    return shell


def test_a_report_over_all_folders_of_all_mailboxes(shared_out: Shell) -> None:
    report = shared_out.must(
        r"""
        $result = foreach ($mbx in Get-Mailbox -ResultSize Unlimited) {
            Get-MailboxFolderStatistics $mbx.Alias -WarningAction SilentlyContinue | ForEach-Object {
                $path = $mbx.Alias + ':' + $_.FolderPath.Replace('/', '\')
                Get-MailboxFolderPermission -Identity $path -ErrorAction SilentlyContinue |
                    Where-Object { $_.AccessRights -ne 'None' } |
                    Select-Object @{n='Mailbox';e={$mbx.PrimarySmtpAddress}}, FolderName,
                        @{n='User';e={$_.User.DisplayName}}, @{n='Kind';e={$_.User.UserType}},
                        @{n='Address';e={$_.User.ADRecipient.PrimarySmtpAddress}},
                        @{n='Rights';e={$_.AccessRights -join ','}}, SharingPermissionFlags
            }
        }
        $result | ConvertTo-Csv -NoTypeInformation
        """
    )
    assert report.lines == [
        '"Mailbox","FolderName","User","Kind","Address","Rights","SharingPermissionFlags"',
        '"ayla@contoso.com","Inbox","Terry Adams","Internal","terrya@contoso.com","Editor",',
        '"ayla@contoso.com","Reports","Default","Default",,"Reviewer",',
        '"ayla@contoso.com","2026","Helpdesk","Internal","helpdesk@contoso.com","ReadItems,FolderOwner",',
    ]


def test_folders_of_the_statistics_are_piped(shared_out: Shell) -> None:
    said = shared_out.must(
        "Get-MailboxFolderStatistics ayla | Get-MailboxFolderPermission -User helpdesk -ErrorAction SilentlyContinue | "
        'foreach { "$($_.FolderName): $($_.AccessRights)" }'
    )
    assert said.lines == ["2026: ReadItems FolderOwner"]
    shared_out.must(
        "Get-MailboxFolderStatistics ayla -FolderScope Drafts | Add-MailboxFolderPermission -User jimh -AccessRights Author"
    )
    assert shown(shared_out, r"ayla:\Drafts")["Jim Hance"] == "Author"


def test_permissions_are_given_as_a_file_says(shared_out: Shell) -> None:
    shared_out.must(
        r"""
        'Mailbox,Folder,User,Rights', 'ayla,/Drafts,jimh,Reviewer', 'jimh,/Inbox,terrya@contoso.com,"CreateItems,FolderVisible"' |
            ConvertFrom-Csv | ForEach-Object {
                $path = "$($_.Mailbox):$($_.Folder -replace '/', '\')"
                Add-MailboxFolderPermission -Identity $path -User $_.User -AccessRights $_.Rights.Split(',')
            } | Out-Null
        """
    )
    assert shown(shared_out, r"ayla:\Drafts")["Jim Hance"] == "Reviewer"
    assert shown(shared_out, r"jimh:\Inbox")["Terry Adams"] == "Contributor"


def test_whom_a_permission_is_of_can_be_said_by_it_though_others_have_his_name(shared_out: Shell) -> None:
    shared_out.must("Set-User jimh -DisplayName 'Terry Adams' -Confirm:$false")
    shared_out.must("Set-User terrya -Name Terry -Confirm:$false")
    assert (
        "matches multiple entries" in shared_out.run(rf"Get-MailboxFolderPermission {INBOX} -User 'Terry Adams'").errors
    )
    shared_out.must(
        rf"""
        Get-MailboxFolderPermission {INBOX} | Where-Object {{ $_.User.UserType -eq 'Internal' }} | ForEach-Object {{
            Remove-MailboxFolderPermission {INBOX} -User $_.User -Confirm:$false
        }}
        """
    )
    assert shown(shared_out, INBOX) == {"Default": "None", "Anonymous": "None"}


def test_a_permission_is_no_folder(shared_out: Shell) -> None:
    shared_out.must("Add-MailboxFolderPermission terrya -User ayla -AccessRights CreateSubfolders")
    said = shared_out.run(
        rf"Get-MailboxFolderPermission {INBOX} -User terrya | Remove-MailboxFolderPermission -User ayla -Confirm:$false"
    )
    assert "A permission doesn't tell its folder." in said.errors
    assert shown(shared_out, "terrya")["Ayla Kol"] == "CreateSubfolders"


# ------------------------------------------------------------------------------------------------------------ the rest


def test_the_errors_are_those_of_exchange(shell: Shell) -> None:
    shell.must(ADD)
    assert "An existing permission entry was found for user: Terry Adams." in shell.run(ADD).errors
    said = shell.run(f"Remove-MailboxFolderPermission {INBOX} -User jimh -Confirm:$false")
    assert "There is no existing permission entry found for user: Jim Hance." in said.errors


def test_a_permission_ends_by_itself(contoso: Organization, shell: Shell) -> None:
    shell.must(f"{ADD} -For 2 | Out-Null")
    ends = shell.must(f'(Get-MailboxFolderPermission {INBOX} -User terrya).ExpiresAt.ToString("yyyy-MM-dd")').lines
    assert ends == ["2026-03-06"]
    shell.must(f"Set-MailboxFolderPermission {INBOX} -User terrya -AccessRights Editor")
    assert shell.must(f"(Get-MailboxFolderPermission {INBOX} -User terrya).ExpiresAt -ne $null").lines == ["True"]
    shell.must(f"Set-MailboxFolderPermission {INBOX} -User terrya -AccessRights Editor -ExpiresAt '2026-03-05'")
    contoso.clock.time += timedelta(days=1)
    assert shown(shell, INBOX) == {"Default": "None", "Anonymous": "None"}
    shell.must(ADD)
    assert shown(shell, INBOX)["Terry Adams"] == "Reviewer"


def test_a_hidden_mailbox_is_warned_about(shell: Shell) -> None:
    shell.must("Set-Mailbox ayla -HiddenFromAddressListsEnabled $true")
    assert "is hidden from address lists" in shell.must(ADD).warnings


@pytest.mark.parametrize(
    "command",
    [
        f"Add-MailboxFolderPermission {INBOX} -User jimh -AccessRights Owner",
        f"Set-MailboxFolderPermission {INBOX} -User terrya -AccessRights Owner",
        f"Remove-MailboxFolderPermission {INBOX} -User terrya",
    ],
)
def test_what_if_changes_nothing(contoso: Organization, shell: Shell, command: str) -> None:
    shell.must(ADD)
    before, entries = shown(shell, INBOX), len(contoso.audit())
    assert "What if:" in shell.must(f"{command} -WhatIf").host
    assert shown(shell, INBOX) == before
    assert len(contoso.audit()) == entries


def test_a_mailbox_that_is_disabled_gives_nothing_away_when_it_is_enabled_again(shell: Shell) -> None:
    shell.must(ADD)
    shell.must("Disable-Mailbox ayla -Confirm:$false; Enable-Mailbox ayla | Out-Null")
    assert shown(shell, INBOX) == {"Default": "None", "Anonymous": "None"}


def test_who_is_removed_had_permissions_and_that_is_said(shell: Shell) -> None:
    shell.must(ADD)
    said = shell.must("Remove-Mailbox terrya -Confirm:$false")
    assert (
        "Folder permission of 'contoso.com/Users/Terry Adams' on 'contoso.com/Users/Ayla Kol' is removed"
        in said.warnings
    )
    assert shown(shell, INBOX) == {"Default": "None", "Anonymous": "None"}


def test_removing_one_is_asked_about(shell: Shell) -> None:
    shell.must(ADD)
    said = shell.run(f"Remove-MailboxFolderPermission {INBOX} -User terrya", "N")
    assert "Are you sure you want to perform this action?" in said.questions[0]
    assert "Terry Adams" in shown(shell, INBOX)


def test_changes_are_audited(contoso: Organization, shell: Shell) -> None:
    shell.must(f"{ADD} -For 1 | Out-Null; Set-MailboxFolderPermission {INBOX} -User terrya -AccessRights ReadItems")
    shell.must(f"Remove-MailboxFolderPermission {INBOX} -User terrya -Confirm:$false")
    removed, changed, added = contoso.audit()[:3]
    told = [
        [(one.name, one.old_value, one.new_value) for one in each.modified_properties]
        for each in (added, changed, removed)
    ]
    until = " (until 2026-03-05 05:06:07 UTC)"
    reviewer, reading = rf"\Inbox: Terry Adams: Reviewer{until}", rf"\Inbox: Terry Adams: ReadItems{until}"
    assert told == [
        [("MailboxFolderPermission", "", reviewer)],
        [("MailboxFolderPermission", reviewer, reading)],
        [("MailboxFolderPermission", reading, "")],
    ]
    assert {each.object_modified for each in (added, changed, removed)} == {"contoso.com/Users/Ayla Kol"}
    assert dict(added.parameters)["Identity"] == INBOX


def test_everybody_gives_away_folders_of_his_own_and_nobody_elses(contoso: Organization, shell: Shell) -> None:
    owner = contoso.shell("ayla")
    owner.must(ADD)
    assert shown(owner, INBOX)["Terry Adams"] == "Reviewer"
    said = owner.run(r"Add-MailboxFolderPermission jimh:\Inbox -User ayla -AccessRights Owner")
    assert said.code == 1
    assert shown(shell, r"jimh:\Inbox") == {"Default": "None", "Anonymous": "None"}


def test_an_administrator_stays_within_his_scope(contoso: Organization, shell: Shell) -> None:
    shell.must("New-ManagementScope Sales -RecipientRestrictionFilter \"Department -eq 'Sales'\" | Out-Null")
    shell.must(
        "New-RoleGroup Sellers -Roles 'Mail Recipients' -Members estherv -CustomRecipientWriteScope Sales | Out-Null"
    )
    admin = contoso.shell("estherv")
    assert "because it's out of the current user's write scope" in admin.run(ADD).errors
    shell.must("Set-User ayla -Department Sales -Confirm:$false")
    admin.must(ADD)
