"""How much mailboxes and folders hold, as administrators are shown it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from delegacy.cmdlets._usage import size_text
from delegacy.domain.folder import FolderPath, SpecialFolder
from delegacy.domain.mail_store import Deposit
from delegacy.domain.mailbox_usage import Logon
from delegacy.store.engine import Database
from delegacy.store.mail_transaction import MailTransactions
from delegacy.store.mailbox_usage import SqlMailboxUsage
from delegacy.store.mailstore import SqlMailStore
from delegacy.store.versions import MAIL, prepare
from delegacy.wire.analysis import analyse_message
from support.commands import NOW, Organization, Shell, SteadyClock
from support.mail_world import letter
from support.smtp_world import Access


class Mail:
    """The mail of the organization."""

    def __init__(self, database: Database, clock: SteadyClock) -> None:
        self.store = SqlMailStore(database, clock)
        self.usage = SqlMailboxUsage(MailTransactions(database))

    def deliver(self, mailbox: UUID, body: str, folder: SpecialFolder = SpecialFolder.INBOX) -> int:
        message = analyse_message(letter("Hello", body))
        self.store.deliver(message, [Deposit(mailbox, folder)], NOW)
        return len(message.content)


@pytest.fixture
def mail(contoso: Organization, tmp_path: Path) -> Iterator[Mail]:
    database = Database.at(tmp_path / "mail.db")
    prepare(database, MAIL)
    yield Mail(database, contoso.clock)
    database.close()


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (0, "0 B (0 bytes)"),
        (1023, "1023 B (1,023 bytes)"),
        (1024, "1 KB (1,024 bytes)"),
        (349_377, "341.2 KB (349,377 bytes)"),
        (15_982_213, "15.24 MB (15,982,213 bytes)"),
        (1_296_236_339, "1.207 GB (1,296,236,339 bytes)"),
        (2**50, "1024 TB (1,125,899,906,842,624 bytes)"),
    ],
)
def test_sizes_print_as_in_exchange(octets: int, text: str) -> None:
    assert size_text(octets) == text


def test_a_mailbox_is_counted(contoso: Organization, shell: Shell, mail: Mail) -> None:
    terry = contoso.find("terrya").guid
    sizes = [
        mail.deliver(terry, "one"),
        mail.deliver(terry, "two" * 1000),
        mail.deliver(terry, "x", SpecialFolder.DELETED_ITEMS),
    ]
    header, _, row = shell.must("Get-MailboxStatistics terrya").lines
    assert header.split() == ["DisplayName", "ItemCount", "StorageLimitStatus", "LastLogonTime"]
    assert row.split() == ["Terry", "Adams", "3", "NoChecking"]
    values = "$($_.ItemCount) $($_.DeletedItemCount) $($_.TotalItemSize.Value.ToBytes()) $($_.TotalDeletedItemSize.Value.ToBytes())"
    assert shell.must(f'Get-MailboxStatistics terrya | foreach {{"{values}"}}').lines == [
        f"3 1 {sum(sizes)} {sizes[2]}"
    ]
    assert shell.must('"$((Get-MailboxStatistics terrya).TotalItemSize)"').lines == [size_text(sum(sizes))]


def test_who_was_in_last_is_shown(contoso: Organization, shell: Shell, mail: Mail) -> None:
    terry = contoso.find("terrya").guid
    mail.deliver(terry, "one")
    show = 'Get-MailboxStatistics terrya | foreach {"$($_.LastLoggedOnUserAccount) $($_.LastLogonTime.Year)"}'
    assert shell.must(show).lines == []
    mail.usage.note([Logon(terry, "CONTOSO\\terrya", NOW)])
    mail.usage.note([Logon(terry, "CONTOSO\\raymonds", NOW + timedelta(days=1))])
    assert shell.must(show).lines == ["CONTOSO\\raymonds 2026"]


@pytest.mark.usefixtures("mail")
def test_a_mailbox_that_nobody_has_used_has_nothing_to_show(shell: Shell) -> None:
    for command in ("Get-MailboxStatistics ayla", "Get-MailboxFolderStatistics ayla"):
        said = shell.run(command)
        assert (said.output, said.errors) == ("", "")
        assert said.warnings.startswith("WARNING: The user hasn't logged on to mailbox 'contoso.com/Users/Ayla Kol'")


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("Get-MailboxStatistics nobody", "ManagementObjectNotFound"),
        ("Get-MailboxStatistics helpdesk", "ManagementObjectNotFound"),
        ("Get-MailboxStatistics -Server other.com", "UnsupportedRequest"),
        ("Get-MailboxStatistics -Database db", "ParameterNotSupported"),
        ("Get-MailboxFolderStatistics nobody", "ManagementObjectNotFound"),
        ("Get-MailboxFolderStatistics terrya -FolderScope Basement", "Basement"),
    ],
)
def test_what_is_not_there_is_refused(shell: Shell, command: str, error: str) -> None:
    said = shell.run(command)
    assert said.code == 1
    assert error in said.errors


def test_mailboxes_are_sorted_and_compared_by_size(contoso: Organization, shell: Shell, mail: Mail) -> None:
    for name, body in (("terrya", "x" * 90_000), ("ayla", "x" * 8_000), ("jimh", "x" * 500_000)):
        mail.deliver(contoso.find(name).guid, body)
    everybody = "Get-Mailbox -ResultSize Unlimited | Get-MailboxStatistics -WarningAction SilentlyContinue"
    ordered = shell.must(f"{everybody} | Sort-Object TotalItemSize -Descending | foreach {{$_.DisplayName}}").lines
    assert ordered == ["Jim Hance", "Terry Adams", "Ayla Kol"]
    large = shell.must(f"{everybody} | where {{$_.TotalItemSize -gt 50KB}} | foreach {{$_.DisplayName}}").lines
    assert sorted(large) == ["Jim Hance", "Terry Adams"]
    small = shell.must(
        "Get-MailboxStatistics -Server dc01 | where {50KB -gt $_.TotalItemSize.Value} | foreach {$_.DisplayName}"
    )
    assert small.lines == ["Ayla Kol"]
    assert shell.must("(Get-MailboxStatistics jimh).TotalItemSize.Value.ToKB()").lines == ["488"]
    assert shell.must("Get-MailboxStatistics terrya | Get-Mailbox | foreach {$_.Name}").lines == ["Terry Adams"]


def test_folders_are_counted(contoso: Organization, shell: Shell, mail: Mail) -> None:
    terry = contoso.find("terrya").guid
    mail.deliver(terry, "one")
    mail.store.create_folder(Access(terry), FolderPath.parse("Projects/Falcon"))
    header, *_ = shell.must("Get-MailboxFolderStatistics terrya").lines
    assert header.split() == ["Name", "FolderPath", "FolderSize", "ItemsInFolder"]
    rows = shell.must(
        'Get-MailboxFolderStatistics terrya | foreach {"$($_.FolderPath) $($_.FolderType) $($_.ItemsInFolderAndSubfolders)"}'
    ).lines
    assert rows == [
        "/Inbox Inbox 1",
        "/Drafts Drafts 0",
        "/Sent Items SentItems 0",
        "/Deleted Items DeletedItems 0",
        "/Junk Email JunkEmail 0",
        "/Projects User Created 0",
        "/Projects/Falcon User Created 0",
    ]
    names = "Get-MailboxFolderStatistics terrya {} | foreach {{$_.Name}}"
    assert shell.must(names.format("-FolderScope inbox")).lines == ["Inbox"]
    assert shell.must(names.format("-FolderScope Personal")).lines == ["Projects", "Falcon"]
    assert shell.must(names.format("-SkipCount 5 -ResultSize 1")).lines == ["Projects"]
    assert shell.must("(Get-MailboxFolderStatistics terrya -FolderScope Inbox).Identity").lines == [
        "contoso.com/Users/Terry Adams\\Inbox"
    ]


def test_what_lies_below_a_folder_counts_for_it(contoso: Organization, shell: Shell, mail: Mail) -> None:
    terry = contoso.find("terrya").guid
    falcon = mail.store.create_folder(Access(terry), FolderPath.parse("Projects/Falcon"))
    message = analyse_message(letter("Hello"))
    mail.store.deliver(message, [Deposit(terry)], NOW)
    inbox = mail.store.folder(Access(terry), SpecialFolder.INBOX.path)
    mail.store.move(Access(terry), inbox.id, [1], to=Access(terry), to_folder_id=falcon.id)
    values = "$($_.ItemsInFolder) $($_.ItemsInFolderAndSubfolders) $($_.FolderAndSubfolderSize.ToBytes()) $($_.OldestItemReceivedDate.Year)"
    command = f'Get-MailboxFolderStatistics terrya -FolderScope Personal -IncludeOldestAndNewestItems | foreach {{"{values}"}}'
    size = len(message.content)
    assert shell.must(command).lines == [f"0 1 {size}", f"1 1 {size} 2026"]


def test_people_see_their_own_mailbox_alone(contoso: Organization, mail: Mail) -> None:
    for name in ("terrya", "raymonds"):
        mail.deliver(contoso.find(name).guid, "one")
    raymond = contoso.shell("raymonds")
    assert raymond.must("(Get-MailboxStatistics raymonds).ItemCount").lines == ["1"]
    assert "ManagementObjectNotFound" in raymond.run("Get-MailboxStatistics terrya").errors
