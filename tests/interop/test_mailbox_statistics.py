"""Who was in a mailbox, told by the server to the shell of an administrator."""

import imaplib
import time
from pathlib import Path

import pytest

from support.server import run, shell, start

pytestmark = pytest.mark.slow

_MAKE = """
$password = ConvertTo-SecureString "correct horse" -AsPlainText -Force
"ayla", "raymonds" | ForEach-Object {
    New-Mailbox -Name $_ -Alias $_ -UserPrincipalName "$_@contoso.com" -Password $password
} | Out-Null
Add-MailboxPermission -Identity ayla -User raymonds -AccessRights FullAccess | Out-Null
"""
_SHOW = 'Get-MailboxStatistics ayla -WarningAction SilentlyContinue | ForEach-Object { "$($_.ItemCount) $($_.LastLoggedOnUserAccount)" }'
_WITHIN = 60.0


def test_the_shell_tells_who_opened_a_mailbox(tmp_path: Path) -> None:
    assert run("init", "--data", str(tmp_path), "--domain", "contoso.com").returncode == 0
    shell(tmp_path, _MAKE)
    assert shell(tmp_path, _SHOW).strip() == ""
    server = start(tmp_path)
    try:
        for login in ("ayla@contoso.com", "CONTOSO/raymonds/ayla"):
            with imaplib.IMAP4_SSL("127.0.0.1", server.port("imap"), ssl_context=server.tls) as client:
                client.login(login, "correct horse")
                client.select()
    finally:
        assert server.stop() == 0
    until = time.monotonic() + _WITHIN
    while shell(tmp_path, _SHOW).strip() != "0 CONTOSO\\raymonds" and time.monotonic() < until:
        time.sleep(0.2)
    assert shell(tmp_path, _SHOW).strip() == "0 CONTOSO\\raymonds"
