"""Remove-ExpiredPermission: what has ended goes, with an entry in the log for each recipient; nothing else does."""

from datetime import UTC, timedelta

import pytest

from support.commands import NOW, Organization, Shell

FULL = "-AccessRights FullAccess"
TIDY = "Remove-ExpiredPermission"


def kept(contoso: Organization) -> list[int]:
    """Return the keys of the objects on which something has ended and is still kept."""
    with contoso.store.read() as directory:
        return list(directory.with_ended_grants(limit=100))


def later(contoso: Organization, **by: float) -> None:
    contoso.clock.time = NOW + timedelta(**by)


@pytest.fixture
def ending(shell: Shell) -> None:
    shell.must(f"Add-MailboxPermission terrya -User raymonds {FULL},ReadPermission -For 1")
    shell.must(f"Add-MailboxPermission terrya -User helpdesk {FULL} -Deny -For 1")
    shell.must(f"Add-MailboxPermission terrya -User jimh {FULL} -For 2")
    shell.must(f"Add-MailboxPermission terrya -User estherv {FULL}")
    shell.must("Add-RecipientPermission helpdesk -Trustee raymonds -AccessRights SendAs -For 1")
    shell.must(
        "Set-Mailbox ayla -GrantSendOnBehalfTo raymonds -For 1; Set-Mailbox ayla -GrantSendOnBehalfTo @{Add='jimh'}"
    )


@pytest.mark.usefixtures("ending")
def test_what_has_not_ended_stays(contoso: Organization, shell: Shell) -> None:
    later(contoso, days=1, seconds=-1)
    log = contoso.audit()
    assert shell.must(TIDY).lines == []
    assert contoso.audit() == log  # nothing was done
    assert contoso.opens("raymonds", "terrya")
    assert contoso.sends("raymonds", "helpdesk") == "Send As"


@pytest.mark.usefixtures("ending")
def test_what_has_ended_goes_with_an_entry_for_each_recipient(contoso: Organization, shell: Shell) -> None:
    later(contoso, days=1)
    log = len(contoso.audit())
    assert len(kept(contoso)) == 3
    shown = shell.must(
        f'{TIDY} | foreach {{ "$($_.Identity.Name) $($_.User) $($_.AccessRights) $($_.Deny)" }} | Sort-Object'
    )
    assert shown.lines == [
        "Ayla Kol contoso.com/Users/Raymond Sam SendOnBehalf False",
        "Helpdesk CONTOSO\\raymonds Send-As False",
        "Terry Adams CONTOSO\\helpdesk FullAccess True",
        "Terry Adams CONTOSO\\raymonds FullAccess ReadPermission False",
    ]
    entries = contoso.audit()[: len(contoso.audit()) - log]
    assert {entry.object_modified: {told.name for told in entry.modified_properties} for entry in entries} == {
        "contoso.com/Users/Ayla Kol": {"GrantSendOnBehalfTo"},
        "contoso.com/Users/Helpdesk": {"ADPermission"},
        "contoso.com/Users/Terry Adams": {"MailboxPermission"},
    }
    assert all(entry.cmdlet == TIDY and entry.succeeded and entry.change for entry in entries)
    assert kept(contoso) == []
    assert contoso.opens("estherv", "terrya")
    assert contoso.opens("jimh", "terrya")
    assert contoso.sends("jimh", "ayla") == "Send on Behalf"


@pytest.mark.usefixtures("ending")
def test_auto_mapping_forgets_whom_it_came_with(contoso: Organization, shell: Shell) -> None:
    later(contoso, days=1)
    shell.must(TIDY)
    assert sorted(contoso.mapped("terrya")) == ["CONTOSO\\estherv", "CONTOSO\\jimh"]


def test_a_linked_mailbox_is_forgotten_by_its_master_account(contoso: Organization, shell: Shell) -> None:
    shell.must(f"Add-MailboxPermission terrya -User robinw@contoso.com {FULL} -For 1")
    assert contoso.mapped("terrya") == ["CONTOSO\\robinw"]
    later(contoso, days=1)
    shell.must(TIDY)
    assert contoso.mapped("terrya") == []


def test_auto_mapping_stays_where_a_grant_remains(contoso: Organization, shell: Shell) -> None:
    shell.must(f"Add-MailboxPermission terrya -User raymonds {FULL}")
    shell.must("Add-MailboxPermission terrya -User raymonds -AccessRights ReadPermission -For 1")
    later(contoso, days=1)
    shell.must(TIDY)
    assert contoso.mapped("terrya") == ["CONTOSO\\raymonds"]


def test_history_tells_what_was_until_it_ended(contoso: Organization, shell: Shell) -> None:
    shell.must(f"Add-MailboxPermission terrya -User raymonds {FULL} -For 1")
    later(contoso, days=3)
    shell.must(TIDY)
    for moment, allowed in (("2026-03-05 05:06:06Z", ["True"]), ("2026-03-05 05:06:07Z", []), ("2026-03-06", [])):
        asked = f"Get-DelegateAccess -Identity terrya -User raymonds -Right FullAccess -At '{moment}' | foreach {{ $_.Allowed }}"
        assert shell.must(asked).lines == allowed, moment


@pytest.mark.usefixtures("ending")
def test_it_is_asked_about_and_told_as_any_removal(contoso: Organization, shell: Shell) -> None:
    later(contoso, days=1)
    log = contoso.audit()
    assert shell.must(f"{TIDY} -WhatIf").host == "What if: Removing the permissions on 3 recipients that have ended."
    assert len(shell.run(TIDY, "N").questions) == 1
    assert len(kept(contoso)) == 3
    assert contoso.audit() == log


@pytest.mark.usefixtures("ending")
def test_what_has_ended_is_not_brought_back(contoso: Organization, shell: Shell) -> None:
    later(contoso, days=1)
    shell.must(TIDY)
    for entry in contoso.audit()[:3]:
        said = shell.run(f"Undo-AdminChange {entry.sequence}")
        assert "UndoRefusedException" in said.errors
        assert "has ended" in said.errors.replace("\n", "")


@pytest.mark.usefixtures("ending")
def test_somebody_without_the_role_has_no_such_cmdlet(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-RoleGroupMember 'Recipient Management' -Member jimh")
    later(contoso, days=1)
    assert "CommandNotFoundException" in contoso.shell("jimh").run(TIDY).errors
    assert len(kept(contoso)) == 3


def test_one_run_takes_a_part_and_the_next_one_goes_on(contoso: Organization, shell: Shell) -> None:
    shell.must('1..205 | foreach { New-Mailbox -Shared -Name "Pool $_" -Alias pool$_ | Out-Null }')
    shell.must(
        "1..205 | foreach { Add-RecipientPermission pool$_ -Trustee raymonds -AccessRights SendAs -For 1 -Confirm:$false | Out-Null }"
    )
    later(contoso, days=1)
    assert [shell.must(f"@({TIDY}).Count").lines for _ in range(3)] == [["200"], ["5"], ["0"]]
    with contoso.store.read() as directory:
        assert directory.verify_audit_log().broken is None


def test_a_moment_is_shown_in_utc(contoso: Organization, shell: Shell) -> None:
    shell.must(f"Add-MailboxPermission terrya -User raymonds {FULL} -For 1")
    later(contoso, days=2)
    shown = shell.must(f'({TIDY}).ExpiresAt.ToString("u")').lines
    assert shown == [f"{(NOW + timedelta(days=1)).astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"]
