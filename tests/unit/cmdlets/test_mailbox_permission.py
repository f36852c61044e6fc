import pytest

from delegacy.domain.ace import Ace
from delegacy.domain.rights import MailboxRight
from delegacy.domain.sid import Sid
from support.commands import NOW, Organization, Shell

ADD = "Add-MailboxPermission -Identity {} -User {} -AccessRights FullAccess"
REMOVE = "Remove-MailboxPermission -Identity {} -User {} -AccessRights FullAccess -Confirm:$false"
EXPLICIT = "Get-MailboxPermission {} | where {{-not $_.IsInherited -and $_.User -ne 'NT AUTHORITY\\SELF'}} | foreach {{\"$($_.User) $($_.AccessRights) $($_.Deny)\"}}"


def explicit(shell: Shell, mailbox: str) -> list[str]:
    """Return the explicit entries of a mailbox but SELF's: trustee, rights, whether they deny."""
    return shell.must(EXPLICIT.format(mailbox)).lines


def test_the_new_entry_is_written_as_a_table(shell: Shell) -> None:
    said = shell.must(ADD.format("terrya", "raymonds"))
    header, _, row = said.lines
    assert header.split() == ["Identity", "User", "AccessRights", "IsInherited", "Deny"]
    assert row.split() == ["contoso.com/Users...", "CONTOSO\\raymonds", "{FullAccess}", "False", "False"]


def test_an_entry_has_the_documented_properties_in_their_order(shell: Shell) -> None:
    shell.must(ADD.format("terrya", "raymonds"))
    said = shell.must("Get-MailboxPermission terrya -User raymonds | Format-List *")
    properties = {name: value for name, _, value in (line.partition(" :") for line in said.lines)}
    assert [name.strip() for name in properties] == [
        "RunspaceId",
        "AccessRights",
        "Deny",
        "InheritanceType",
        "User",
        "Identity",
        "IsInherited",
        "IsValid",
        "ObjectState",
    ]
    assert [value.strip() for name, value in properties.items() if not name.startswith("RunspaceId")] == [
        "{FullAccess}",
        "False",
        "All",
        "CONTOSO\\raymonds",
        "contoso.com/Users/Terry Adams",
        "False",
        "True",
        "Unchanged",
    ]


def test_a_new_mailbox_has_the_documented_entries(shell: Shell) -> None:
    said = shell.must(
        'Get-MailboxPermission terrya | foreach {"$($_.User)|$($_.AccessRights)|$($_.IsInherited)|$($_.Deny)"}'
    )
    every = "FullAccess DeleteItem ReadPermission ChangePermission ChangeOwner"
    assert said.lines == [
        "NT AUTHORITY\\SELF|FullAccess ReadPermission|False|False",
        "CONTOSO\\Administrator|FullAccess|True|True",
        "CONTOSO\\Domain Admins|FullAccess|True|True",
        "CONTOSO\\Enterprise Admins|FullAccess|True|True",
        "CONTOSO\\Organization Management|FullAccess|True|True",
        "NT AUTHORITY\\SYSTEM|FullAccess|True|False",
        "NT AUTHORITY\\NETWORK SERVICE|ReadPermission|True|False",
        f"CONTOSO\\Administrator|{every}|True|False",
        f"CONTOSO\\Domain Admins|{every}|True|False",
        f"CONTOSO\\Enterprise Admins|{every}|True|False",
        f"CONTOSO\\Organization Management|{every}|True|False",
        "CONTOSO\\Public Folder Management|ReadPermission|True|False",
        "CONTOSO\\Delegated Setup|ReadPermission|True|False",
        "CONTOSO\\Exchange Servers|FullAccess ReadPermission|True|False",
        "CONTOSO\\Exchange Trusted Subsystem|DeleteItem ReadPermission ChangePermission ChangeOwner|True|False",
        "CONTOSO\\Managed Availability Servers|ReadPermission|True|False",
    ]


def test_an_entry_that_is_there_is_warned_about_and_stays(shell: Shell) -> None:
    shell.must(ADD.format("terrya", "raymonds"))
    said = shell.must(ADD.format("terrya", "raymonds"))
    assert said.code == 0
    assert not said.output
    assert said.warnings == (
        "WARNING: The appropriate access control entry is already present on the object "
        '"CN=Terry Adams,CN=Users,DC=contoso,DC=com" for account "CONTOSO\\raymonds".'
    )
    assert explicit(shell, "terrya") == ["CONTOSO\\raymonds FullAccess False"]


def test_an_entry_that_is_not_there_is_warned_about(shell: Shell) -> None:
    said = shell.must(REMOVE.format("terrya", "raymonds"))
    assert said.code == 0
    assert said.warnings == (
        'WARNING: Can\'t remove the access control entry on the object "CN=Terry Adams,CN=Users,DC=contoso,DC=com" for account '
        '"CONTOSO\\raymonds" because the ACE doesn\'t exist on the object.'
    )


def test_an_inherited_entry_is_warned_about_and_ignored(shell: Shell) -> None:
    said = shell.must(
        "Remove-MailboxPermission terrya -User 'Exchange Servers' -AccessRights FullAccess,ReadPermission -Confirm:$false"
    )
    assert said.warnings == (
        "WARNING: An inherited access control entry has been specified: [Rights: CreateChild, ReadControl, ControlType: Allow] and "
        'was ignored on object "CN=Terry Adams,CN=Users,DC=contoso,DC=com".'
    )


def test_several_rights_form_one_entry_and_go_one_by_one(shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess,ReadPermission")
    assert explicit(shell, "terrya") == ["CONTOSO\\raymonds FullAccess ReadPermission False"]
    shell.must("Remove-MailboxPermission terrya -User raymonds -AccessRights ReadPermission -Confirm:$false")
    assert explicit(shell, "terrya") == ["CONTOSO\\raymonds FullAccess False"]
    shell.must(REMOVE.format("terrya", "raymonds"))
    assert explicit(shell, "terrya") == []


def test_a_denial_goes_with_deny_only_and_stands_beside_an_allowance(contoso: Organization, shell: Shell) -> None:
    shell.must(ADD.format("terrya", "raymonds"))
    shell.must(ADD.format("terrya", "raymonds") + " -Deny")
    assert explicit(shell, "terrya") == ["CONTOSO\\raymonds FullAccess False", "CONTOSO\\raymonds FullAccess True"]
    assert not contoso.opens("raymonds", "terrya")
    shell.must(REMOVE.format("terrya", "raymonds"))
    assert explicit(shell, "terrya") == ["CONTOSO\\raymonds FullAccess True"]
    shell.must(REMOVE.format("terrya", "raymonds") + " -Deny")
    assert explicit(shell, "terrya") == []


@pytest.mark.parametrize("kind", ["Children", "Descendents"])
def test_an_entry_for_folders_below_does_not_open_and_gives_way(contoso: Organization, shell: Shell, kind: str) -> None:
    shell.must(ADD.format("terrya", "raymonds") + f" -InheritanceType {kind}")
    assert not contoso.opens("raymonds", "terrya")
    assert contoso.mapped("terrya") == []
    said = shell.must(ADD.format("terrya", "raymonds"))
    assert not said.warnings
    assert contoso.opens("raymonds", "terrya")
    assert explicit(shell, "terrya") == ["CONTOSO\\raymonds FullAccess False"]


@pytest.mark.parametrize(
    ("command", "mapped"),
    [
        (ADD.format("terrya", "raymonds"), ["CONTOSO\\raymonds"]),
        (ADD.format("terrya", "raymonds") + " -AutoMapping $true", ["CONTOSO\\raymonds"]),
        (ADD.format("terrya", "CONTOSO\\robinw"), ["CONTOSO\\robinw"]),
        (ADD.format("terrya", "FABRIKAM\\robinw"), ["CONTOSO\\robinw"]),
        (ADD.format("terrya", "svcbackup"), ["CONTOSO\\svcbackup"]),
        (ADD.format("terrya", "raymonds") + " -AutoMapping $false", []),
        (ADD.format("terrya", "raymonds") + " -Deny", []),
        (ADD.format("terrya", "helpdesk"), []),
        (ADD.format("terrya", "'Archive Readers'"), []),
        (ADD.format("terrya", "Everyone"), []),
        ("Add-MailboxPermission terrya -User raymonds -AccessRights ReadPermission", []),
    ],
)
def test_auto_mapping_is_for_individuals_with_full_access(
    contoso: Organization, shell: Shell, command: str, mapped: list[str]
) -> None:
    shell.must(command)
    assert contoso.mapped("terrya") == mapped


def test_auto_mapping_ends_with_full_access_and_not_before(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess,ReadPermission")
    shell.must(ADD.format("terrya", "raymonds") + " -AutoMapping $false")
    shell.must("Remove-MailboxPermission terrya -User raymonds -AccessRights ReadPermission -Confirm:$false")
    assert contoso.mapped("terrya") == ["CONTOSO\\raymonds"]
    shell.must(REMOVE.format("terrya", "raymonds"))
    assert contoso.mapped("terrya") == []


def test_clearing_auto_mapping_leaves_the_rights(contoso: Organization, shell: Shell) -> None:
    shell.must(ADD.format("terrya", "raymonds"))
    shell.must("Remove-MailboxPermission terrya -ClearAutoMapping -Confirm:$false")
    assert contoso.mapped("terrya") == []
    assert contoso.opens("raymonds", "terrya")


def test_resetting_leaves_the_owner_and_other_permissions(contoso: Organization, shell: Shell) -> None:
    shell.must(ADD.format("terrya", "raymonds"))
    shell.must(ADD.format("terrya", "helpdesk") + " -Deny")
    shell.must("Remove-MailboxPermission terrya -User SELF -AccessRights ReadPermission -Confirm:$false")
    shell.must(
        "Add-ADPermission 'Terry Adams' -User raymonds -ExtendedRights 'Send As'; Set-Mailbox terrya -GrantSendOnBehalfTo jimh"
    )
    shell.must("Remove-MailboxPermission terrya -ResetDefault -Confirm:$false")
    assert explicit(shell, "terrya") == []
    assert contoso.mapped("terrya") == []
    self_entry = shell.must("(Get-MailboxPermission terrya -User SELF | foreach {$_.AccessRights}) -join ','").lines
    assert sorted(self_entry[0].split(",")) == ["FullAccess", "ReadPermission"]
    assert contoso.sends("raymonds", "terrya") == "Send As"
    assert contoso.sends("jimh", "terrya") == "Send on Behalf"


@pytest.mark.parametrize("delegate", ["CONTOSO\\robinw", "FABRIKAM\\robinw", "robinw@contoso.com"])
def test_a_linked_delegate_is_granted_as_the_master_account(contoso: Organization, shell: Shell, delegate: str) -> None:
    shell.must(ADD.format("terrya", delegate))
    assert explicit(shell, "terrya") == ["FABRIKAM\\robinw FullAccess False"]
    assert contoso.opens("FABRIKAM\\robinw", "terrya")
    shell.must(REMOVE.format("terrya", "CONTOSO\\robinw"))
    assert explicit(shell, "terrya") == []
    assert contoso.mapped("terrya") == []


@pytest.mark.parametrize(
    ("delegate", "member"),
    [
        ("svcbackup", "svcbackup"),
        ("paular", "paular"),
        ("helpdesk", "stefanh"),
        ("'Archive Readers'", "svcbackup"),
        ("'Floor Three'", "jimh"),
        ("'Scanner Operators'", "jimh"),
    ],
)
def test_every_kind_of_principal_can_hold_full_access(
    contoso: Organization, shell: Shell, delegate: str, member: str
) -> None:
    assert not contoso.opens(member, "terrya")
    shell.must(ADD.format("terrya", delegate))
    assert contoso.opens(member, "terrya")


@pytest.mark.parametrize(
    "delegate", ["nobody", "printersupport", "allemployees", "oliverl", "'Plain List'", "S-1-5-21-9-9-9-1234"]
)
def test_what_is_no_security_principal_is_refused(shell: Shell, delegate: str) -> None:
    said = shell.run(ADD.format("terrya", delegate))
    assert said.code == 1
    assert "[FailureCategory=Cmdlet-SecurityPrincipalNotFoundException]" in said.errors
    assert "Delegacy.Cmdlets.AddMailboxPermission" in said.errors
    assert explicit(shell, "terrya") == []


@pytest.mark.parametrize("mailbox", ["nobody", "helpdesk", "printersupport", "allemployees", "oliverl", "svcbackup"])
def test_a_target_that_is_no_mailbox_is_not_found(shell: Shell, mailbox: str) -> None:
    for command in (ADD, REMOVE):
        said = shell.run(command.format(mailbox, "raymonds"))
        assert said.code == 1
        assert "[FailureCategory=Cmdlet-ManagementObjectNotFoundException]" in said.errors


def test_a_mail_user_can_carry_the_entry(shell: Shell) -> None:
    shell.must(ADD.format("paular", "raymonds"))
    assert explicit(shell, "paular") == ["CONTOSO\\raymonds FullAccess False"]


def test_a_name_that_several_have_is_never_guessed(shell: Shell) -> None:
    shell.must("Set-Mailbox raymonds -DisplayName Namesake; Set-Mailbox hollyh -DisplayName Namesake")
    said = shell.run(ADD.format("terrya", "Namesake"))
    assert said.code == 1
    assert "[FailureCategory=Cmdlet-ManagementObjectAmbiguousException]" in said.errors
    assert explicit(shell, "terrya") == []


def test_the_alias_of_a_linked_mailbox_means_its_owner(shell: Shell) -> None:
    shell.must(ADD.format("terrya", "robinw"))
    assert explicit(shell, "terrya") == ["FABRIKAM\\robinw FullAccess False"]
    shell.must(REMOVE.format("terrya", "robinw"))
    assert explicit(shell, "terrya") == []


def test_an_entry_of_somebody_who_is_gone_is_removed_by_sid(contoso: Organization, shell: Shell) -> None:
    orphan = Sid("S-1-5-21-9-9-9-1234")
    with contoso.store.write() as work:
        work.directory.grant(contoso.find("terrya").id, Ace(orphan, frozenset({MailboxRight.FULL_ACCESS})))
        work.commit()
    assert explicit(shell, "terrya") == [f"{orphan} FullAccess False"]
    shell.must(REMOVE.format("terrya", orphan))
    assert explicit(shell, "terrya") == []


def test_a_grant_on_a_hidden_mailbox_is_warned_about_while_the_rule_holds(shell: Shell) -> None:
    shell.must("Set-Mailbox terrya -HiddenFromAddressListsEnabled $true")
    assert "hidden from address lists" in shell.must(ADD.format("terrya", "raymonds")).warnings
    assert not shell.must(ADD.format("terrya", "jimh") + " -Deny").warnings
    shell.must("Set-OrganizationConfig -HiddenMailboxDelegation Allow")
    assert not shell.must(ADD.format("terrya", "ayla")).warnings


def test_the_owner_is_self_until_it_is_set(shell: Shell) -> None:
    owner = 'Get-MailboxPermission terrya -Owner | foreach {"$($_.Identity) $($_.Owner)"}'
    assert shell.must(owner).lines == ["contoso.com/Users/Terry Adams NT AUTHORITY\\SELF"]
    shell.must("Add-MailboxPermission terrya -Owner raymonds")
    assert shell.must(owner).lines == ["contoso.com/Users/Terry Adams CONTOSO\\raymonds"]
    shell.must("Add-MailboxPermission terrya -Owner 'NT AUTHORITY\\SELF'")
    assert shell.must(owner).lines == ["contoso.com/Users/Terry Adams NT AUTHORITY\\SELF"]


def test_entries_are_removed_as_they_were_listed(shell: Shell) -> None:
    shell.must(ADD.format("terrya", "raymonds"))
    shell.must(ADD.format("terrya", "jimh") + " -Deny")
    shell.must(
        "Get-MailboxPermission terrya | where {-not $_.IsInherited -and $_.User -like 'CONTOSO\\*'} | "
        "Remove-MailboxPermission -Confirm:$false"
    )
    assert explicit(shell, "terrya") == []


def test_mailboxes_come_from_the_pipeline(shell: Shell) -> None:
    shell.must("Get-Mailbox -Anr James | Add-MailboxPermission -User raymonds -AccessRights FullAccess")
    shell.must("'terrya', 'ayla' | Add-MailboxPermission -User raymonds -AccessRights FullAccess")
    shell.must("[pscustomobject]@{Identity='seanc'} | Add-MailboxPermission -User raymonds -AccessRights FullAccess")
    for mailbox in ("jamesa", "terrya", "ayla", "seanc"):
        assert "CONTOSO\\raymonds FullAccess False" in explicit(shell, mailbox)


def test_one_bad_record_stops_no_other(shell: Shell) -> None:
    said = shell.run("'terrya', 'nobody', 'seanc' | Add-MailboxPermission -User raymonds -AccessRights FullAccess")
    assert said.errors.count("ManagementObjectNotFoundException]") == 1
    assert explicit(shell, "terrya") == explicit(shell, "seanc") == ["CONTOSO\\raymonds FullAccess False"]


def test_what_if_says_what_would_be_done_and_does_nothing(contoso: Organization, shell: Shell) -> None:
    before = len(contoso.audit())
    said = shell.must(ADD.format('"Terry Adams"', "raymonds") + " -WhatIf")
    assert said.host.splitlines() == [
        'What if: Adding mailbox permission "Terry Adams" for user "raymonds" with access rights "\'FullAccess\'".',
        "What if: Raymond Sam gains Full Access to Terry Adams.",
    ]
    assert not said.output
    assert explicit(shell, "terrya") == []
    assert len(contoso.audit()) == before


@pytest.mark.parametrize(("answer", "left"), [("N", 1), ("Y", 0), ("A", 0), ("L", 1), ("", 0)])
def test_removing_asks_first(contoso: Organization, shell: Shell, answer: str, left: int) -> None:
    shell.must(ADD.format("terrya", "raymonds"))
    before = len(contoso.audit())
    said = shell.run("Remove-MailboxPermission terrya -User raymonds -AccessRights FullAccess", answer)
    assert len(said.questions) == 1
    assert len(explicit(shell, "terrya")) == left
    assert len(contoso.audit()) == before + 1 - left


def test_nobody_to_answer_means_nothing_is_done(shell: Shell) -> None:
    shell.must(ADD.format("terrya", "raymonds"))
    said = shell.run("Remove-MailboxPermission terrya -User raymonds -AccessRights FullAccess")
    assert said.code == 1
    assert explicit(shell, "terrya") == ["CONTOSO\\raymonds FullAccess False"]


@pytest.mark.parametrize("server", ["dc01.contoso.com", "DC01"])
def test_this_server_is_the_domain_controller(shell: Shell, server: str) -> None:
    shell.must(ADD.format("terrya", "raymonds") + f" -DomainController {server}")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("terrya -User raymonds -AccessRights FullAccess -DomainController dc02.contoso.com", "UnsupportedRequest"),
        ("terrya -User raymonds -AccessRights FullAccess -GroupMailbox", "ParameterNotSupported"),
        ("terrya -User raymonds -AccessRights FullAcces2", "CannotConvertArgument"),
        ("terrya -User raymonds -AccessRights SendAs", "ParameterArgumentValidationError"),
        ("terrya -User raymonds -AccessRights FullAccess -InheritanceType Sideways", "CannotConvertArgument"),
        ("terrya -User raymonds -AccessRights FullAccess -Inheritance", "MissingArgument"),
        ("terrya -User raymonds -AccessRights FullAccess -Owner jimh", "AmbiguousParameterSet"),
        ("terrya -User $null -AccessRights FullAccess", "NullNotAllowed"),
        ("terrya -User '' -AccessRights FullAccess", "EmptyStringNotAllowed"),
        ("terrya -User raymonds -AccessRights @()", "EmptyArrayNotAllowed"),
        ("$null -User raymonds -AccessRights FullAccess", "NullNotAllowed"),
        ("'' -User raymonds -AccessRights FullAccess", "ParameterArgumentValidationErrorEmptyStringNotAllowed"),
        ("terrya -User 'Raymond Sam -AccessRights FullAccess", "TerminatorExpectedAtEndOfString"),
    ],
)
def test_bad_input_changes_nothing(shell: Shell, arguments: str, error: str) -> None:
    said = shell.run(f"Add-MailboxPermission {arguments}")
    assert said.code == 1
    assert error in said.errors
    assert explicit(shell, "terrya") == []


def test_a_mailbox_holds_500_entries_at_most(contoso: Organization, shell: Shell) -> None:
    mailbox = contoso.find("terrya")
    with contoso.store.write() as work:
        for number in range(499):
            trustee = Sid(f"S-1-5-21-9-9-9-{number + 1}")
            work.directory.grant(mailbox.id, Ace(trustee, frozenset({MailboxRight.READ_PERMISSION}), granted_at=NOW))
        work.commit()
    said = shell.run(ADD.format("terrya", "raymonds"))
    assert said.code == 1
    assert "[FailureCategory=Cmdlet-AccessControlListFullException]" in said.errors
    assert contoso.mapped("terrya") == []


def test_one_page_of_entries_is_shown_by_default(shell: Shell) -> None:
    assert len(shell.must('Get-MailboxPermission terrya -ResultSize 3 | foreach {"$($_.User)"}').lines) == 3
    assert "ResultSize" in shell.must("Get-MailboxPermission terrya -ResultSize 3").warnings
    assert not shell.must("Get-MailboxPermission terrya -ResultSize Unlimited").warnings
    assert len(shell.must('Get-MailboxPermission -Identity terry* -User SELF | foreach {"$($_.User)"}').lines) == 1


def test_each_record_is_audited_once(contoso: Organization, shell: Shell) -> None:
    before = len(contoso.audit())
    shell.run("'terrya', 'nobody' | Add-MailboxPermission -User raymonds -AccessRights FullAccess")
    shell.must(ADD.format("terrya", "raymonds"))
    again, failed, granted = contoso.audit()[:3]
    assert len(contoso.audit()) == before + 3
    assert (granted.cmdlet, granted.caller, granted.origin) == (
        "Add-MailboxPermission",
        "contoso.com/Users/Administrator",
        "shell",
    )
    assert granted.object_modified == "contoso.com/Users/Terry Adams"
    assert dict(granted.parameters) == {"Identity": "terrya", "User": "raymonds", "AccessRights": "FullAccess"}
    assert [(changed.name, changed.new_value) for changed in granted.modified_properties] == [
        ("MailboxPermission", "CONTOSO\\raymonds: FullAccess"),
        ("DelegateListLink", "contoso.com/Users/Raymond Sam"),
    ]
    assert granted.succeeded
    assert granted.change
    assert not failed.succeeded
    assert "nobody" in failed.error
    assert not failed.change
    assert again.succeeded
    assert not again.change
    assert not again.modified_properties
