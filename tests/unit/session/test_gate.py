import pytest

from delegacy.cmdlets.registry import CMDLETS
from delegacy.domain.errors import StoreFull
from delegacy.session.transactions import Transactions
from support.commands import Organization, Shell


def reader(contoso: Organization) -> Shell:
    """Return the shell of somebody who is no administrator."""
    return contoso.shell("terrya")


@pytest.mark.parametrize("name", CMDLETS)
def test_who_is_no_administrator_has_the_cmdlets_that_read_recipients(contoso: Organization, name: str) -> None:
    gate = reader(contoso).runspace.gate
    assert (gate.find(name) is not None) == name.startswith("Get-")
    assert (name in gate.names()) == name.startswith("Get-")


def test_a_cmdlet_out_of_reach_does_not_exist(contoso: Organization) -> None:
    shell = reader(contoso)
    said = shell.run("Add-MailboxPermission ayla -User terrya -AccessRights FullAccess")
    assert said.code == 1
    assert "CommandNotFoundException" in said.errors
    assert not contoso.opens("terrya", "ayla")
    assert shell.must("Get-Mailbox ayla | foreach {$_.Name}").lines == ["Ayla Kol"]


@pytest.mark.parametrize("group", ["Recipient Management", "helpdesk", "'Archive Readers'"])
def test_other_groups_make_no_administrator(contoso: Organization, shell: Shell, group: str) -> None:
    shell.must(f"Add-ADGroupMember {group if chr(39) in group else repr(group)} -Members terrya")
    assert reader(contoso).runspace.gate.find("Set-Mailbox") is None


def test_organization_management_counts_through_any_nesting(contoso: Organization, shell: Shell) -> None:
    shell.must("Add-ADGroupMember 'Organization Management' -Members 'Archive Readers'")
    assert contoso.shell("svcbackup").runspace.gate.find("Set-Mailbox") is not None
    assert reader(contoso).runspace.gate.find("Set-Mailbox") is None


def test_a_distribution_group_in_organization_management_makes_no_administrator(
    contoso: Organization, shell: Shell
) -> None:
    shell.must("Add-ADGroupMember 'Organization Management' -Members printersupport")
    assert contoso.shell("stefanh").runspace.gate.find("Set-Mailbox") is None


def test_a_change_names_the_caller_in_the_log_and_in_the_entry(contoso: Organization) -> None:
    shell = contoso.shell("Administrator")
    shell.must("Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess")
    assert contoso.audit()[0].caller == "contoso.com/Users/Administrator"
    with contoso.store.read() as directory:
        entries = directory.mailbox_acl(contoso.find("terrya").id).entries
    assert [ace.granted_by for ace in entries if ace.trustee == contoso.find("raymonds").sid] == [
        "contoso.com/Users/Administrator"
    ]


def test_a_change_is_numbered_in_the_log(contoso: Organization, shell: Shell) -> None:
    with contoso.store.read() as directory:
        before = directory.change
    shell.must("'terrya','ayla' | Set-Mailbox -CustomAttribute1 x")
    assert [record.change for record in contoso.audit()[:2]] == [before + 1, before + 1]
    with contoso.store.read() as directory:
        assert directory.change == before + 1


def test_a_pipeline_shows_nothing_that_is_not_durable(
    contoso: Organization, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contoso.store.write() as work:
        kind = type(work)

    def commit(_: object) -> int:
        raise StoreFull("There is no room on the disk.")

    monkeypatch.setattr(kind, "commit", commit)
    said = shell.run("'terrya','ayla' | Add-MailboxPermission -User raymonds -AccessRights FullAccess")
    assert said.code == 1
    assert said.output == ""
    assert "[FailureCategory=Cmdlet-StoreFullException]" in said.errors
    monkeypatch.undo()
    assert not contoso.opens("raymonds", "terrya")
    shell.must("Add-MailboxPermission terrya -User raymonds -AccessRights FullAccess")


def test_a_stopped_statement_keeps_what_was_done_before(contoso: Organization, shell: Shell) -> None:
    said = shell.run("'terrya','nobody','ayla' | Set-Mailbox -CustomAttribute1 x -ErrorAction Stop")
    assert said.code == 1
    assert contoso.find("terrya").attributes.get("CustomAttribute1") == "x"
    assert contoso.find("ayla").attributes.get("CustomAttribute1") is None
    assert [record.succeeded for record in contoso.audit()[:2]] == [False, True]


def test_a_runspace_that_was_left_holds_no_lock(contoso: Organization, shell: Shell) -> None:
    shell.run("'terrya' | Set-Mailbox -CustomAttribute1 x; throw 'enough'")
    assert isinstance(shell.runspace.gate._transactions, Transactions)
    assert not shell.runspace.gate.pending
    contoso.shell().must("Set-Mailbox ayla -CustomAttribute1 x")
