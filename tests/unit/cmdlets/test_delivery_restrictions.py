"""From whom a recipient takes messages: the lists of Set-Mailbox and the like, and how they are shown."""

import pytest

from delegacy.domain.delivery_restriction import UNRESTRICTED
from support.commands import Organization, Shell

TARGETS = {
    "Mailbox": "terrya",
    "MailUser": "paular",
    "MailContact": "oliverl",
    "DistributionGroup": "printersupport",
    "DynamicDistributionGroup": "allemployees",
}
ACCEPT, ACCEPT_MEMBERS, ACCEPT_BOTH = (
    "AcceptMessagesOnlyFrom",
    "AcceptMessagesOnlyFromDLMembers",
    "AcceptMessagesOnlyFromSendersOrMembers",
)
REJECT, REJECT_MEMBERS, REJECT_BOTH = (
    "RejectMessagesFrom",
    "RejectMessagesFromDLMembers",
    "RejectMessagesFromSendersOrMembers",
)


def shown(shell: Shell, noun: str, name: str) -> list[str]:
    return shell.must(f"(Get-{noun} {TARGETS[noun]}).{name} | foreach {{$_.Name}}").lines


@pytest.mark.parametrize("noun", TARGETS)
def test_the_lists_are_empty_at_first_and_shown_by_get(shell: Shell, noun: str) -> None:
    listed = shell.must(f"Get-{noun} {TARGETS[noun]} | Format-List").lines
    for name in (ACCEPT, ACCEPT_MEMBERS, ACCEPT_BOTH, REJECT, REJECT_MEMBERS, REJECT_BOTH):
        assert [line for line in listed if line.partition(":")[0].strip() == name] == [
            f"{name.ljust(listed[0].index(':') - 1)} : {{}}"
        ]


@pytest.mark.parametrize("noun", TARGETS)
@pytest.mark.parametrize(
    ("senders", "members", "both"), [(ACCEPT, ACCEPT_MEMBERS, ACCEPT_BOTH), (REJECT, REJECT_MEMBERS, REJECT_BOTH)]
)
def test_lists_are_set_changed_and_emptied(
    contoso: Organization, shell: Shell, noun: str, senders: str, members: str, both: str
) -> None:
    command = f"Set-{noun} {TARGETS[noun]}"
    shell.must(f"{command} -{senders} jimh,oliverl -{members} helpdesk")
    assert shown(shell, noun, senders) == ["Jim Hance", "Oliver Lee"]
    assert shown(shell, noun, members) == ["Helpdesk"]
    assert shown(shell, noun, both) == ["Jim Hance", "Oliver Lee", "Helpdesk"]
    shell.must(f"{command} -{senders} @{{Add='ayla','jimh';Remove='oliverl'}} -{members} @{{Add='allemployees'}}")
    assert shown(shell, noun, both) == ["Jim Hance", "Ayla Kol", "Helpdesk", "All Employees"]
    told = {changed.name: (changed.old_value, changed.new_value) for changed in contoso.audit()[0].modified_properties}
    assert told == {
        senders: (
            "contoso.com/Users/Jim Hance, contoso.com/Users/Oliver Lee",
            "contoso.com/Users/Jim Hance, contoso.com/Users/Ayla Kol",
        ),
        members: ("contoso.com/Users/Helpdesk", "contoso.com/Users/Helpdesk, contoso.com/Users/All Employees"),
    }
    shell.must(f"{command} -{both} printersupport,paular")
    assert shown(shell, noun, senders) == ["Paula Reiter"]
    assert shown(shell, noun, members) == ["Printer Support"]
    shell.must(f"{command} -{both} @{{Add='terrya';Remove='printersupport'}}")
    assert shown(shell, noun, both) == ["Paula Reiter", "Terry Adams"]
    shell.must(f"{command} -{both} $null")
    assert shown(shell, noun, both) == []


@pytest.mark.parametrize("noun", TARGETS)
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (f"-{ACCEPT} nobody", "RecipientNotFound"),
        (f"-{ACCEPT} helpdesk", "WrongRecipientType"),
        (f"-{ACCEPT} svcbackup", "WrongRecipientType"),
        (f"-{ACCEPT_MEMBERS} terrya", "WrongRecipientType"),
        (f"-{ACCEPT_MEMBERS} 'Archive Readers'", "WrongRecipientType"),
        (f"-{ACCEPT_BOTH} 'Help Desk'", "WrongRecipientType"),
        (f"-{REJECT} jimh,nobody", "RecipientNotFound"),
        (f"-{REJECT_MEMBERS} @{{Add='helpdesk';Remove='nobody'}}", "RecipientNotFound"),
        (f"-{ACCEPT} jimh -{ACCEPT_BOTH} ayla", "InvalidProperty"),
        (f"-{REJECT_MEMBERS} helpdesk -{REJECT_BOTH} ayla", "InvalidProperty"),
        ("-BypassModerationFromSendersOrMembers ayla", "ParameterNotSupported"),
        ("-ModerationEnabled $true", "ParameterNotSupported"),
        ("-ModeratedBy ayla", "ParameterNotSupported"),
    ],
)
def test_what_cannot_be_is_refused(contoso: Organization, shell: Shell, noun: str, arguments: str, error: str) -> None:
    said = shell.run(f"Set-{noun} {TARGETS[noun]} {arguments}")
    assert said.code == 1
    assert error in said.errors
    target = contoso.find(TARGETS[noun])
    with contoso.store.read() as directory:
        assert directory.delivery_restrictions([target.id]).get(target.id, UNRESTRICTED) == UNRESTRICTED


def test_nothing_is_written_without_a_yes(shell: Shell) -> None:
    shell.must(f"Set-Mailbox terrya -{ACCEPT} jimh -WhatIf")
    assert shell.run(f"Set-Mailbox terrya -{ACCEPT} jimh -Confirm", "N").questions
    assert shown(shell, "Mailbox", ACCEPT) == []


def test_the_same_list_is_no_change(shell: Shell) -> None:
    shell.must(f"Set-Mailbox terrya -{ACCEPT} jimh")
    assert "no settings" in shell.must(f"Set-Mailbox terrya -{ACCEPT} jimh").warnings


def test_removing_the_only_accepted_sender_is_told(shell: Shell) -> None:
    shell.must(f"Set-Mailbox terrya -{ACCEPT} jimh; Set-Mailbox ayla -{ACCEPT} jimh,seanc")
    said = shell.run("Remove-Mailbox jimh", "Y")
    told = [line for line in said.warnings.splitlines() if "accepts messages from everybody" in line]
    assert len(told) == 1
    assert told[0].startswith("WARNING: 'contoso.com/Users/Terry Adams' accepts messages from everybody now")


def test_without_mail_nothing_is_restricted(contoso: Organization, shell: Shell) -> None:
    shell.must(f"Set-MailUser paular -{ACCEPT} jimh; Disable-MailUser paular -Confirm:$false")
    with contoso.store.read() as directory:
        assert directory.delivery_restrictions([contoso.find("paular").id]) == {}


@pytest.mark.parametrize("noun", TARGETS)
def test_signing_in_is_asked_for(contoso: Organization, shell: Shell, noun: str) -> None:
    shell.must(f"Set-{noun} {TARGETS[noun]} -RequireSenderAuthenticationEnabled $true")
    assert contoso.find(TARGETS[noun]).attributes["RequireSenderAuthenticationEnabled"] is True
    assert shell.must(f"(Get-{noun} {TARGETS[noun]}).RequireSenderAuthenticationEnabled").lines == ["True"]
