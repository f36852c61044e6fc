"""The guide "From Exchange": its scripts carry an organization over, with who may do what."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from delegacy.admin.shell.files import LocalFiles
from delegacy.bootstrap.directory import open_directory
from delegacy.bootstrap.organization import initialise
from delegacy.bootstrap.runspaces import open_runspace
from delegacy.config import Settings
from delegacy.demo import make_demo
from delegacy.powershell.streams import Stream
from delegacy.powershell.values import SecureString
from delegacy.session.runspace import Runspace
from support.commands import PASSWORD, PlainPasswords, RecordingHost

GUIDE: Final = Path(__file__).parents[2] / "docs/administrators/from-exchange.md"
SHOWN: Final = r"""
function Show($Target, $Permission) { "$($Target.Alias): $($Permission.User) $($Permission.Deny) $($Permission.AccessRights) $($Permission.ExtendedRights)" }

$mailboxes = Get-Mailbox -ResultSize Unlimited
$others = @(Get-DistributionGroup) + @(Get-DynamicDistributionGroup)
$mailboxes | ForEach-Object { $target = $_; Get-MailboxPermission $_.Alias | ForEach-Object { Show $target $_ } }
@($mailboxes) + $others | ForEach-Object { $target = $_; Get-ADPermission $_.DistinguishedName | ForEach-Object { Show $target $_ } }
@($mailboxes) + $others | ForEach-Object { "$($_.Alias): $($_.GrantSendOnBehalfTo) $($_.HiddenFromAddressListsEnabled) $($_.GroupType) $($_.RecipientFilter)" }
Get-DistributionGroup | ForEach-Object { "$($_.Alias): $((Get-DistributionGroupMember $_.Alias).Name)" }
Get-User -RecipientTypeDetails UserMailbox | ForEach-Object { "$($_.Name): $($_.Department) $($_.Title) $($_.Office) $($_.Phone)" }
$mailboxes | ForEach-Object {
    $target = $_
    foreach ($folder in "Inbox", "Sent Items", "Junk Email") {
        Get-MailboxFolderPermission "$($target.Alias):\$folder" | ForEach-Object { "$($target.Alias):\$folder`: $($_.User) $($_.AccessRights)" }
    }
}
Get-MailContact | ForEach-Object { "$($_.Name): $($_.ExternalEmailAddress)" }
"""
"""Everything that is to be carried over, as lines."""
BY_HAND: Final = {"robinw", "FABRIKAM\\robinw", "CONTOSO\\Archive Readers"}
"""What the guide says it leaves to the administrator: a linked mailbox, an account elsewhere, and a group without mail."""


def script(name: str) -> str:
    """Return a script of the guide."""
    found = re.search(
        rf"^```powershell {name}\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert found is not None
    return found[1]


@contextmanager
def opened(folder: Path, host: RecordingHost) -> Iterator[Runspace]:
    with open_directory(Settings(data=folder)) as services:
        yield open_runspace(services, host, user=None, origin="shell", passwords=PlainPasswords())


def test_an_organization_is_carried_over(tmp_path: Path) -> None:
    old, new, host = tmp_path / "old", tmp_path / "new", RecordingHost(files=LocalFiles(folder=lambda: tmp_path))
    old.mkdir()
    make_demo(Settings(data=old), PASSWORD, lambda _: None)
    with opened(old, host) as runspace:
        runspace.run(
            "Set-Mailbox hollyh -HiddenFromAddressListsEnabled $true; Add-MailboxPermission jobs -User hollyh -AccessRights FullAccess -Deny"
        )
        runspace.run(
            r"Set-MailboxFolderPermission terrya:\Inbox -User Default -AccessRights FolderVisible;"
            r"Add-MailboxFolderPermission terrya:\Inbox -User hollyh -AccessRights ReadItems,CreateSubfolders;"
            r"Add-MailboxFolderPermission 'terrya:\Sent Items' -User helpdesk -AccessRights PublishingAuthor"
        )
        assert not host.text(Stream.ERROR)
        runspace.run(script("export"))
        assert not host.text(Stream.ERROR)
        before = [str(line) for line in runspace.run_or_raise(SHOWN)]
    initialise(Settings(data=new), "contoso.com", "CONTOSO", lambda: PASSWORD, PlainPasswords())
    with opened(new, host) as runspace:
        runspace.run(script("import"), arguments=[SecureString(PASSWORD)])
        after = [str(line) for line in runspace.run_or_raise(SHOWN)]
    assert r"terrya:\Inbox: Default FolderVisible" in after
    assert r"terrya:\Inbox: Holly Holt ReadItems CreateSubfolders" in after
    assert r"terrya:\Sent Items: Helpdesk PublishingAuthor" in after
    failed = [
        line for line in host.text(Stream.ERROR).splitlines() if "couldn't be found" in line or "wasn't found" in line
    ]
    lost = [line for line in before if line not in after]
    assert all(any(name in line for name in BY_HAND) for line in [*failed, *lost])
    assert not [line for line in after if line not in before]
    assert len(lost) < len(before) // 20
