"""-WhatIf tells who gains and who loses what, and leaves everything as it was."""

from datetime import timedelta

import pytest

from delegacy.cmdlets import _rehearsal
from delegacy.domain.errors import StoreUnavailable
from delegacy.powershell.streams import HostText
from support.commands import NOW, Organization, Shell

FULL = "-AccessRights FullAccess"


def effect(shell: Shell, command: str) -> list[str]:
    """Return what -WhatIf tells beside the sentences about what would be done."""
    told = shell.must(f"{command} -WhatIf").host.splitlines()
    assert all(line.startswith("What if: ") for line in told)
    return [line.removeprefix("What if: ") for line in told[1:]]


@pytest.fixture
def granted(shell: Shell) -> None:
    """Let Helpdesk, which is Stefan Hesse, open Terry Adams; Raymond Sam send as him; Printer Support on his behalf."""
    shell.must(f"Add-MailboxPermission terrya -User helpdesk {FULL}")
    shell.must("Add-ADPermission 'Terry Adams' -User raymonds -ExtendedRights 'Send As'")
    shell.must("Set-Mailbox terrya -GrantSendOnBehalfTo printersupport")


GAIN_BY_GROUP = "Jim Hance gains Full Access to Terry Adams (through Helpdesk)."
ALL_LOSE = [
    "Raymond Sam loses Send As for Terry Adams.",
    "Stefan Hesse loses Full Access to Terry Adams (through Helpdesk).",
    "Stefan Hesse loses Send on Behalf of Terry Adams (through Printer Support).",
]


@pytest.mark.usefixtures("granted")
@pytest.mark.parametrize(
    ("command", "lines"),
    [
        (f"Add-MailboxPermission terrya -User jimh {FULL}", ["Jim Hance gains Full Access to Terry Adams."]),
        (f"Add-MailboxPermission terrya -User stefanh {FULL}", ["Nobody gains or loses access."]),
        (f"Add-MailboxPermission terrya -User helpdesk {FULL}", []),
        (
            f"Add-MailboxPermission terrya -User helpdesk {FULL} -Deny",
            ["Stefan Hesse loses Full Access to Terry Adams (through Helpdesk)."],
        ),
        (f"Add-MailboxPermission terrya -User 'Archive Readers' {FULL}", ["Backup Service gains Full Access to Terry Adams (through Archive Readers)."]),
        ("Add-MailboxPermission terrya -User jimh -AccessRights ReadPermission", ["Nobody gains or loses access."]),
        ("Add-MailboxPermission terrya -Owner jimh", []),
        (f"Remove-MailboxPermission terrya -User helpdesk {FULL}", ALL_LOSE[1:2]),
        ("Remove-MailboxPermission terrya -ResetDefault", ALL_LOSE[1:2]),
        (f"Remove-MailboxPermission terrya -User jimh {FULL}", []),
        ("Add-ADPermission 'Terry Adams' -User jimh -AccessRights GenericAll", ["Jim Hance gains Send As for Terry Adams."]),
        ("Remove-ADPermission 'Terry Adams' -User raymonds -ExtendedRights 'Send As'", ALL_LOSE[:1]),
        ("Add-RecipientPermission terrya -Trustee jimh -AccessRights SendAs", ["Jim Hance gains Send As for Terry Adams."]),
        ("Remove-RecipientPermission terrya -Trustee raymonds -AccessRights SendAs", ALL_LOSE[:1]),
        (
            "Set-Mailbox terrya -GrantSendOnBehalfTo jimh",
            ["Jim Hance gains Send on Behalf of Terry Adams.", ALL_LOSE[2]],
        ),
        ("Set-Mailbox terrya -HiddenFromAddressListsEnabled $true", ALL_LOSE),
        ("Set-Mailbox terrya -Office 12", []),
        ("Set-Mailbox stefanh -AccountDisabled $true", ALL_LOSE[1:]),
        ("Set-Mailbox stefanh -Type Shared", ALL_LOSE[1:]),
        ("Disable-Mailbox terrya", ALL_LOSE),
        ("Remove-Mailbox terrya", ALL_LOSE),
        ("Remove-Mailbox raymonds", ALL_LOSE[:1]),
        ("Add-DistributionGroupMember helpdesk -Member jimh", [GAIN_BY_GROUP]),
        ("Add-DistributionGroupMember helpdesk -Member 'Archive Readers'", ["Backup Service gains Full Access to Terry Adams (through Archive Readers > Helpdesk)."]),
        ("Remove-DistributionGroupMember helpdesk -Member stefanh", ALL_LOSE[1:2]),
        ("Remove-DistributionGroup helpdesk", ALL_LOSE[1:2]),
        ("Remove-DistributionGroup printersupport", ALL_LOSE[2:]),
        ("Set-DistributionGroup helpdesk -GrantSendOnBehalfTo jimh", ["Jim Hance gains Send on Behalf of Helpdesk."]),
        ("Set-DynamicDistributionGroup allemployees -GrantSendOnBehalfTo $null", ["Administrator loses Send on Behalf of All Employees."]),
        ("Remove-DynamicDistributionGroup allemployees", ["Administrator loses Send on Behalf of All Employees."]),
        ("Set-MailUser paular -GrantSendOnBehalfTo jimh", ["Jim Hance gains Send on Behalf of Paula Reiter."]),
        ("Remove-ADGroupMember helpdesk -Members stefanh", ALL_LOSE[1:2]),
        ("Update-DistributionGroupMember helpdesk -Members jimh", [GAIN_BY_GROUP, ALL_LOSE[1]]),
        ("Disable-ADAccount stefanh", ALL_LOSE[1:]),
        ("Enable-ADAccount stefanh", []),
        ("Remove-ADUser svcbackup", ["Nobody gains or loses access."]),
        ("Remove-ADGroup 'Archive Readers'", ["Nobody gains or loses access."]),
        ("Disable-DistributionGroup printersupport", ALL_LOSE[2:]),
        ("Disable-DistributionGroup helpdesk", ["Nobody gains or loses access."]),
        ("Disable-MailUser paular", ["Nobody gains or loses access."]),
        ("Add-RoleGroupMember 'Help Desk' -Member jimh", ["Nobody gains or loses access."]),
    ],
)  # fmt: skip
def test_the_effect_is_told_and_nothing_is_done(
    contoso: Organization, shell: Shell, command: str, lines: list[str]
) -> None:
    before, log = contoso.facts.change(), contoso.audit()
    said = shell.must(f"{command} -WhatIf")
    assert not said.output
    assert not said.warnings
    assert not said.questions
    assert sorted(effect(shell, command)) == sorted(lines)
    assert contoso.facts.change() == before
    assert contoso.audit() == log


@pytest.mark.usefixtures("granted")
def test_the_rule_for_hidden_mailboxes_is_told_of_too(shell: Shell) -> None:
    shell.must("Set-Mailbox terrya -HiddenFromAddressListsEnabled $true")
    gained = [line.replace("loses", "gains") for line in ALL_LOSE]
    allow = "Set-OrganizationConfig -HiddenMailboxDelegation Allow"
    assert sorted(effect(shell, allow)) == gained
    assert effect(shell, f"Add-MailboxPermission terrya -User jimh {FULL}") == ["Nobody gains or loses access."]
    assert sorted(effect(shell, "Set-Mailbox terrya -HiddenFromAddressListsEnabled $false")) == gained


def test_an_account_that_becomes_a_mailbox_is_opened_by_whom_mailboxes_let_in(shell: Shell) -> None:
    shell.must("Add-ADGroupMember 'Exchange Servers' -Members jimh")
    assert effect(shell, "Enable-Mailbox svcbackup") == [
        "Jim Hance gains Full Access to Backup Service (through Exchange Servers)."
    ]


def test_what_every_mailbox_inherits_is_told_of_as_far_as_there_is_room(shell: Shell) -> None:
    lines = effect(shell, "Add-ADGroupMember 'Exchange Servers' -Members jimh")
    assert len(lines) == _rehearsal.MOST_LINES + 1
    assert all(line.startswith("Jim Hance gains Full Access to ") for line in lines[:-1])
    more = shell.must("(Get-Mailbox -ResultSize Unlimited -Filter 'HiddenFromAddressListsEnabled -eq $false').Count")
    left = int(more.lines[0]) - _rehearsal.MOST_LINES - 2  # one is his own, another he opens already
    assert lines[-1] == f"... and {left} more."


def test_more_than_can_be_looked_at_is_said(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("delegacy.enforcement.rehearsal.MOST_TARGETS", 3)
    lines = effect(shell, "Add-ADGroupMember 'Exchange Servers' -Members jimh")
    assert len(lines) < _rehearsal.MOST_LINES
    assert lines[-1].startswith("... and maybe more")
    monkeypatch.setattr("delegacy.enforcement.rehearsal.MOST_TARGETS", 18)
    lines = effect(shell, "Add-ADGroupMember 'Exchange Servers' -Members jimh")
    assert lines[-1].startswith("... and at least ")


def test_what_would_fail_is_said(contoso: Organization, shell: Shell) -> None:
    before = contoso.audit()
    (line,) = effect(shell, "Add-DistributionGroupMember helpdesk -Member stefanh")
    assert line.startswith("It would fail: ")
    assert "already a member" in line
    assert contoso.audit() == before


def test_a_directory_that_is_held_by_somebody_else_is_said(
    contoso: Organization, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise StoreUnavailable("Somebody else holds it.")

    monkeypatch.setattr(type(contoso.store), "write", refuse)
    assert effect(shell, f"Add-MailboxPermission terrya -User jimh {FULL}") == [
        "It would fail: Somebody else holds it."
    ]


def test_the_lock_is_not_kept(contoso: Organization, shell: Shell) -> None:
    other = contoso.shell()
    seen: list[bool] = []
    told = shell.host.write_host

    def write_host(text: HostText) -> None:
        other.must("Set-Mailbox ayla -CustomAttribute1 x")
        seen.append(shell.runspace.gate.pending)
        told(text)

    shell.host.write_host = write_host  # type: ignore[method-assign] # only here
    shell.must(f"'terrya','ayla' | Add-MailboxPermission -User raymonds {FULL} -WhatIf")
    assert seen == [False] * 4
    assert not contoso.opens("raymonds", "terrya")


def test_changes_of_the_pipeline_before_it_stay(contoso: Organization, shell: Shell) -> None:
    said = shell.must(
        f"'terrya','ayla' | foreach {{ Set-Mailbox $_ -CustomAttribute1 x; Add-MailboxPermission $_ -User helpdesk {FULL} -WhatIf }}"
    )
    assert [line for line in said.host.splitlines() if "gains" in line] == [
        "What if: Stefan Hesse gains Full Access to Terry Adams (through Helpdesk).",
        "What if: Stefan Hesse gains Full Access to Ayla Kol (through Helpdesk).",
    ]
    assert not contoso.opens("stefanh", "terrya")
    for name in ("terrya", "ayla"):
        assert contoso.find(name).attributes["CustomAttribute1"] == "x"
    assert [entry.cmdlet for entry in contoso.audit()[:2]] == ["Set-Mailbox"] * 2


def test_a_record_after_a_rehearsal_is_done_for_real(contoso: Organization, shell: Shell) -> None:
    shell.must(f"$WhatIfPreference = $true; Add-MailboxPermission terrya -User raymonds {FULL}")
    shell.must("$WhatIfPreference = $false")
    said = shell.must(f"Add-MailboxPermission terrya -User raymonds {FULL}")
    assert said.lines
    assert contoso.opens("raymonds", "terrya")


def test_a_grant_that_ends_is_told_of_as_long_as_it_lasts(contoso: Organization, shell: Shell) -> None:
    command = f"Add-MailboxPermission terrya -User raymonds {FULL} -For 1"
    assert effect(shell, command) == ["Raymond Sam gains Full Access to Terry Adams."]
    shell.must(command)
    contoso.clock.time = NOW + timedelta(days=1)
    assert effect(shell, f"Remove-MailboxPermission terrya -User raymonds {FULL}") == ["Nobody gains or loses access."]


def test_a_directory_that_changes_meanwhile_is_read_again(contoso: Organization, shell: Shell) -> None:
    other = contoso.shell()
    write = type(contoso.store).write
    meddled: list[bool] = []

    def write_after_somebody_else(store: object) -> object:
        if not meddled:
            meddled.append(True)
            other.must(f"Add-MailboxPermission terrya -User helpdesk {FULL}")
        return write(store)  # type: ignore[arg-type] # it is the store

    type(contoso.store).write = write_after_somebody_else  # type: ignore[method-assign,assignment] # only here
    try:
        said = shell.must(f"Remove-MailboxPermission terrya -User helpdesk {FULL} -WhatIf")
    finally:
        type(contoso.store).write = write  # type: ignore[method-assign] # as it was
    assert said.host.splitlines()[1:] == ["What if: Stefan Hesse loses Full Access to Terry Adams (through Helpdesk)."]
    assert contoso.opens("stefanh", "terrya")
