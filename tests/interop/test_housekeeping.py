"""A server tidies up what has ended while it was not running."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from support import server as servers

pytestmark = pytest.mark.interop

WITHIN = timedelta(seconds=30)
LOG = 'Search-AdminAuditLog -Cmdlets Remove-ExpiredPermission | foreach { "$($_.Caller)|$($_.ObjectModified)" }'


def test_a_permission_that_has_ended_goes_with_an_entry_in_the_log(tmp_path: Path) -> None:
    assert servers.run("init", "--data", str(tmp_path), "--domain", "contoso.com").returncode == 0
    servers.shell(
        tmp_path,
        "New-Mailbox -Shared -Name Pool -Alias pool | Out-Null; "
        "Add-MailboxPermission pool -User Administrator -AccessRights FullAccess -For 0.00:00:00.001 | Out-Null",
    )
    with servers.serving(tmp_path):
        deadline = time.monotonic() + WITHIN.total_seconds()
        while not (found := servers.shell(tmp_path, LOG).split("\n")[:-1]):
            assert time.monotonic() < deadline, "nothing was tidied up"
        assert found == ["NT AUTHORITY\\SYSTEM|contoso.com/Users/Pool"]
