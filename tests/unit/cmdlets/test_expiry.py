"""Grants that end by themselves, on every cmdlet that grants."""

from datetime import timedelta

import pytest

from support.commands import NOW, Organization, Shell

GRANTS = [
    ("Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess", "Full Access"),
    ('Add-ADPermission "Terry Adams" -User raymonds -ExtendedRights "Send As"', "Send As"),
    ("Add-RecipientPermission terrya -Trustee raymonds -AccessRights SendAs -Confirm:$false", "Send As"),
    ("Set-Mailbox terrya -GrantSendOnBehalfTo raymonds", "Send on Behalf"),
]
EVERY_GRANT = pytest.mark.parametrize(("command", "permission"), GRANTS)


def holds(contoso: Organization, permission: str) -> bool:
    if permission == "Full Access":
        return contoso.opens("raymonds", "terrya")
    return contoso.sends("raymonds", "terrya") == permission


@EVERY_GRANT
@pytest.mark.parametrize(
    "when",
    [
        "-ExpiresAt '2020-01-01'",
        "-ExpiresAt '2999-01-01' -For 3",
        "-For 0",
        "-For -1",
        "-For soon",
        "-ExpiresAt tomorrow",
        "-For 99999999999",
    ],
)
def test_an_end_that_cannot_be_is_refused(
    contoso: Organization, shell: Shell, command: str, permission: str, when: str
) -> None:
    said = shell.run(f"{command} {when}")
    assert said.code == 1
    assert said.errors
    assert not holds(contoso, permission)


@EVERY_GRANT
def test_a_grant_ends_at_the_decision_without_anything_being_run(
    contoso: Organization, shell: Shell, command: str, permission: str
) -> None:
    shell.must(f"{command} -For 2")
    assert holds(contoso, permission)
    contoso.clock.time = NOW + timedelta(days=2) - timedelta(seconds=1)
    assert holds(contoso, permission)
    contoso.clock.time = NOW + timedelta(days=2)
    assert not holds(contoso, permission)


@EVERY_GRANT
def test_the_audit_log_tells_when_it_ends(contoso: Organization, shell: Shell, command: str, permission: str) -> None:
    shell.must(f"{command} -ExpiresAt 2999-05-06T07:08:09Z")
    assert holds(contoso, permission)
    record = contoso.audit()[0]
    assert dict(record.parameters)["ExpiresAt"]
    assert any("2999-05-06 07:08:09 UTC" in changed.new_value for changed in record.modified_properties)


@EVERY_GRANT
def test_a_longer_grant_replaces_a_shorter_one_and_not_the_other_way_round(
    contoso: Organization, shell: Shell, command: str, permission: str
) -> None:
    shell.must(f"{command} -For 1")
    shell.run(command)
    shell.run(f"{command} -For 1")
    contoso.clock.time = NOW + timedelta(days=400)
    assert holds(contoso, permission)


def test_an_entry_shows_its_end_until_then(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess -ExpiresAt 2999-05-06T07:08:09Z")
    shown = '(Get-MailboxPermission terrya -User raymonds).ExpiresAt.ToString("u")'
    assert shell.must(shown).lines == ["2999-05-06 07:08:09Z"]
    shell.must("Add-MailboxPermission terrya -User jimh -AccessRights FullAccess -For 1")
    contoso.clock.time = NOW + timedelta(days=1)
    assert shell.must("Get-MailboxPermission terrya -User jimh").lines == []


def test_a_place_that_has_ended_is_in_no_list(contoso: Organization, shell: Shell) -> None:
    shell.must("Set-Mailbox terrya -GrantSendOnBehalfTo raymonds -For 1")
    shell.must("Set-Mailbox terrya -GrantSendOnBehalfTo @{Add='jimh'}")
    contoso.clock.time = NOW + timedelta(days=1)
    names = "(Get-Mailbox terrya).GrantSendOnBehalfTo | foreach { $_.Name }"
    assert shell.must(names).lines == ["Jim Hance"]


def test_what_is_added_ends_and_what_was_there_stays(contoso: Organization, shell: Shell) -> None:
    shell.must("Set-Mailbox terrya -GrantSendOnBehalfTo jimh")
    shell.must("Set-Mailbox terrya -GrantSendOnBehalfTo @{Add='raymonds'} -For 1")
    contoso.clock.time = NOW + timedelta(days=1)
    assert contoso.sends("jimh", "terrya") == "Send on Behalf"
    assert contoso.sends("raymonds", "terrya") != "Send on Behalf"


def test_an_end_without_a_grant_is_refused(shell: Shell) -> None:
    assert shell.run("Set-Mailbox terrya -Office X -For 1").code == 1
    assert shell.run("Add-MailboxPermission terrya -Owner raymonds -For 1").code == 1


def test_a_mapped_mailbox_leaves_the_profile_when_the_grant_ends(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess -For 1.12:00:00")
    contoso.clock.time = NOW + timedelta(hours=36)
    with contoso.store.read() as directory:
        account = directory.resolve("raymonds", frozenset()).id
    assert contoso.facts.mapped(account, contoso.clock.now())
    assert not contoso.opens("raymonds", "terrya")
