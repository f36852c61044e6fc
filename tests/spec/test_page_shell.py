"""The shell procedures of "Manage permissions for recipients": every command as it stands there, and how to know that it worked."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.commands import CAST, Organization, Shell, organization

DISCOVERY = "DiscoverySearchMailbox{D919BA05-46A6-415f-80AD-7E09334BB852}"


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cast")
    with organization(folder) as made:
        made.shell().must(CAST)
    return folder


@pytest.fixture
def contoso(cast: Path, tmp_path: Path) -> Iterator[Organization]:
    shutil.copy(cast / "directory.db", tmp_path)
    with organization(tmp_path) as made:
        yield made


@pytest.fixture
def shell(contoso: Organization) -> Shell:
    return contoso.shell()


def full_access(shell: Shell, mailbox: str) -> list[list[str]]:
    """Return the rows of the page's verification of Full Access, as words."""
    said = shell.must(
        f"Get-MailboxPermission '{mailbox}' | where {{$_.AccessRights -like 'Full*'}} | "
        "Format-Table -Auto User,Deny,IsInherited,AccessRights"
    )
    return [line.split() for line in said.lines]


def send_as(shell: Shell, name: str) -> list[list[str]]:
    said = shell.must(
        f"Get-ADPermission -Identity '{name}' | where {{$_.ExtendedRights -like 'Send*'}} | "
        "Format-Table -Auto User,Deny,ExtendedRights"
    )
    return [line.split() for line in said.lines]


def send_on_behalf(shell: Shell, cmdlet: str, identity: str) -> str:
    (line,) = shell.must(f"{cmdlet} -Identity '{identity}' | Format-List GrantSendOnBehalfTo").lines
    return line


@dataclass(frozen=True)
class FullAccess:
    command: str
    mailbox: str
    trustee: str
    delegate: str
    mapped: bool


GRANTS = [
    FullAccess(
        'Add-MailboxPermission -Identity "Terry Adams" -User raymonds -AccessRights FullAccess -InheritanceType All',
        "Terry Adams",
        "CONTOSO\\raymonds",
        "raymonds",
        mapped=True,
    ),
    FullAccess(
        f'Add-MailboxPermission -Identity "{DISCOVERY}" -User estherv -AccessRights FullAccess -InheritanceType All -AutoMapping $false',
        DISCOVERY,
        "CONTOSO\\estherv",
        "estherv",
        mapped=False,
    ),
    FullAccess(
        'Add-MailboxPermission -Identity "Helpdesk Tickets" -User Helpdesk -AccessRights FullAccess -InheritanceType All',
        "Helpdesk Tickets",
        "CONTOSO\\helpdesk",
        "stefanh",
        mapped=False,
    ),
]


@pytest.mark.parametrize("grant", GRANTS, ids=lambda grant: grant.mailbox)
def test_full_access_is_granted(contoso: Organization, shell: Shell, grant: FullAccess) -> None:
    row = [grant.trustee, "False", "False", "{FullAccess}"]
    assert row not in full_access(shell, grant.mailbox)
    shell.must(grant.command)
    assert row in full_access(shell, grant.mailbox)
    assert bool(contoso.mapped(grant.mailbox)) == grant.mapped


def test_full_access_opens_the_mailbox_and_sends_nothing(contoso: Organization, shell: Shell) -> None:
    for grant in GRANTS:
        shell.must(grant.command)
    assert contoso.opens("raymonds", "Terry Adams")
    assert contoso.opens("stefanh", "Helpdesk Tickets")
    assert not contoso.opens("terrya", "Helpdesk Tickets")
    assert contoso.sends("raymonds", "Terry Adams") not in ("Send As", "Send on Behalf")


def test_full_access_on_a_hidden_mailbox_opens_it_once_it_is_shown(contoso: Organization, shell: Shell) -> None:
    said = shell.must(GRANTS[1].command)
    assert "hidden from address lists" in said.warnings
    assert not contoso.opens("estherv", DISCOVERY)
    shell.must(f"Set-Mailbox '{DISCOVERY}' -HiddenFromAddressListsEnabled $false")
    assert contoso.opens("estherv", DISCOVERY)


def test_full_access_is_taken_away(contoso: Organization, shell: Shell) -> None:
    row = ["CONTOSO\\jimh", "False", "False", "{FullAccess}"]
    assert row in full_access(shell, "ayla")
    assert contoso.opens("jimh", "ayla")
    assert contoso.mapped("ayla")
    said = shell.run(
        'Remove-MailboxPermission -Identity ayla -User "Jim Hance" -AccessRights FullAccess -InheritanceType All', "Y"
    )
    assert said.code == 0
    assert said.questions[0].endswith(
        'Removing mailbox permission "ayla" for user "Jim Hance" with access rights "\'FullAccess\'".'
    )
    assert row not in full_access(shell, "ayla")
    assert not contoso.opens("jimh", "ayla")
    assert not contoso.mapped("ayla")


def test_the_name_and_dn_for_send_as_are_found_by_any_identity(shell: Shell) -> None:
    said = shell.must("Get-Recipient -Identity helpdesk@contoso.com | Format-List Name,DistinguishedName")
    assert said.lines == ["Name              : Helpdesk", "DistinguishedName : CN=Helpdesk,CN=Users,DC=contoso,DC=com"]


@pytest.mark.parametrize("implied", ["", "-AccessRights ExtendedRight "])
def test_send_as_is_granted(contoso: Organization, shell: Shell, implied: str) -> None:
    row = ["CONTOSO\\helpdesk", "False", "{Send-As}"]
    assert row not in send_as(shell, "Helpdesk Support Team")
    shell.must(f'Add-ADPermission -Identity "Helpdesk Support Team" -User Helpdesk {implied}-ExtendedRights "Send As"')
    assert row in send_as(shell, "Helpdesk Support Team")
    assert contoso.sends("stefanh", "Helpdesk Support Team") == "Send As"
    assert not contoso.opens("stefanh", "Helpdesk Support Team")


@pytest.mark.parametrize("implied", ["", "-AccessRights ExtendedRight "])
def test_send_as_is_taken_away(contoso: Organization, shell: Shell, implied: str) -> None:
    row = ["CONTOSO\\pilarp", "False", "{Send-As}"]
    assert row in send_as(shell, "CN=James Alvord,CN=Users,DC=contoso,DC=com")
    assert contoso.sends("pilarp", "jamesa") == "Send As"
    said = shell.run(
        f'Remove-ADPermission -Identity "James Alvord" -User pilarp {implied}-ExtendedRights "Send As"', "Y"
    )
    assert said.code == 0
    assert row not in send_as(shell, "James Alvord")
    assert contoso.sends("pilarp", "jamesa") not in ("Send As", "Send on Behalf")


@dataclass(frozen=True)
class OnBehalf:
    command: str
    cmdlet: str
    identity: str
    delegate: str
    member: str


LISTED = [
    OnBehalf(
        "Set-Mailbox -Identity seanc@contoso.com -GrantSendOnBehalfTo hollyh",
        "Get-Mailbox",
        "seanc",
        "contoso.com/Users/Holly Holt",
        "hollyh",
    ),
    OnBehalf(
        'Set-Mailbox "Contoso Executives" -GrantSendOnBehalfTo @{Add="tempassistants@contoso.com"}',
        "Get-Mailbox",
        "Contoso Executives",
        "contoso.com/Users/Temporary Assistants",
        "coralr",
    ),
    OnBehalf(
        "Set-DistributionGroup -Identity printersupport@contoso.com -GrantSendOnBehalfTo sarad",
        "Get-DistributionGroup",
        "printersupport",
        "contoso.com/Users/Sara Davis",
        "sarad",
    ),
]


@pytest.mark.parametrize("grant", LISTED, ids=lambda grant: grant.identity)
def test_send_on_behalf_is_granted(contoso: Organization, shell: Shell, grant: OnBehalf) -> None:
    assert send_on_behalf(shell, grant.cmdlet, grant.identity) == "GrantSendOnBehalfTo : {}"
    said = shell.must(grant.command)
    assert not said.output
    assert send_on_behalf(shell, grant.cmdlet, grant.identity) == f"GrantSendOnBehalfTo : {{{grant.delegate}}}"
    assert contoso.sends(grant.member, grant.identity) == "Send on Behalf"
    assert contoso.sends("terrya", grant.identity) not in ("Send As", "Send on Behalf")


def test_send_on_behalf_is_taken_away(contoso: Organization, shell: Shell) -> None:
    shown = send_on_behalf(shell, "Get-DynamicDistributionGroup", "All Employees")
    assert shown == "GrantSendOnBehalfTo : {contoso.com/Users/Administrator}"
    assert contoso.sends("Administrator", "All Employees") == "Send on Behalf"
    shell.must('Set-DynamicDistributionGroup "All Employees" -GrantSendOnBehalfTo @{Remove="Administrator"}')
    assert send_on_behalf(shell, "Get-DynamicDistributionGroup", "All Employees") == "GrantSendOnBehalfTo : {}"
    assert contoso.sends("Administrator", "All Employees") not in ("Send As", "Send on Behalf")


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("hollyh", "{contoso.com/Users/Holly Holt}"),
        ('"sarad","hollyh"', "{contoso.com/Users/Sara Davis, contoso.com/Users/Holly Holt}"),
        (
            '@{Add="hollyh","sarad"}',
            "{contoso.com/Users/Jim Hance, contoso.com/Users/Holly Holt, contoso.com/Users/Sara Davis}",
        ),
        ('@{Add="hollyh"; Remove="jimh"}', "{contoso.com/Users/Holly Holt}"),
        ('@{remove="jimh"}', "{}"),
        ("$null", "{}"),
    ],
)
def test_the_list_is_replaced_changed_or_emptied(shell: Shell, value: str, after: str) -> None:
    shell.must("Set-Mailbox ayla -GrantSendOnBehalfTo jimh")
    shell.must(f"Set-Mailbox ayla -GrantSendOnBehalfTo {value}")
    assert send_on_behalf(shell, "Get-Mailbox", "ayla") == f"GrantSendOnBehalfTo : {after}"


def test_send_as_is_used_when_both_are_granted(contoso: Organization, shell: Shell) -> None:
    shell.must("Set-Mailbox ayla -GrantSendOnBehalfTo jimh")
    assert contoso.sends("jimh", "ayla") == "Send on Behalf"
    shell.must('Add-ADPermission -Identity "Ayla Kol" -User jimh -ExtendedRights "Send As"')
    assert contoso.sends("jimh", "ayla") == "Send As"
