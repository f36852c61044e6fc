"""What the demo says when it is ready."""

import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from delegacy.bootstrap.services import Services
from delegacy.mail.listener import Endpoint


def welcome(services: Services, endpoints: Mapping[str, Endpoint], password: str | None) -> str:
    """Return what listens where, who can sign in, and three things to try; the last line says that all is ready.

    ``password`` is None where it is not known: the demo was made with another one than it was started with.
    """
    with_which = f"password {password}" if password else "password that the demo was made with"
    ca = services.places.tls / "ca.pem"
    submission, imap, smtp, http = (_place(endpoints[name]) for name in ("submission", "imap", "smtp", "http"))
    delegacy, data = program(sys.argv), f"--data {shlex.quote(str(services.settings.data))}"
    curl = f"curl -sS --cacert {shlex.quote(str(ca))}"
    raymond, holly = (shlex.quote(f"{alias}@contoso.com:{password or 'PASSWORD'}") for alias in ("raymonds", "hollyh"))
    return f"""
The demo organization contoso.com is in {services.settings.data}.

  Submission      {submission}   over TLS from the first byte
  IMAP            {imap}   likewise
  Incoming mail   {smtp}
  HTTP            http://{http}/healthz
  Clients trust the certificate authority {ca}

Everybody signs in with the address and the {with_which}: terrya@contoso.com, raymonds@contoso.com,
administrator@contoso.com (manages everything), FABRIKAM\\robinw (owns a linked mailbox), ...

Three things to try, in another terminal:

  1. Raymond sends as Terry. It is refused; grant it, send again, and see what Holly got.

     printf 'From: Terry Adams <terrya@contoso.com>\\nSubject: Hello\\n\\nHello.\\n' |
       {curl} --user {raymond} --crlf --upload-file - \\
       --mail-from terrya@contoso.com --mail-rcpt hollyh@contoso.com smtps://{submission}
     {delegacy} shell {data} -c 'Add-ADPermission -Identity "Terry Adams" -User raymonds -ExtendedRights "Send As"'
     {curl} --user {holly} 'imaps://{imap}/INBOX;MAILINDEX=*'

  2. Raymond opens Terry's mailbox. Grant it, and it is below "Other Users" in his mail program by itself.

     {delegacy} shell {data} -c 'Add-MailboxPermission -Identity "Terry Adams" -User raymonds -AccessRights FullAccess'
     {curl} --user {raymond} imaps://{imap}/

  3. Ask who may do what, and why.

     {delegacy} check {data} adamb open inquiries

Ctrl-C stops everything; the data stays. A start with --reset (make demo RESET=1) begins anew.

Delegacy is ready."""


def program(arguments: Sequence[str]) -> str:
    """Return how the reader can call the program that runs: by its name where that finds it, else as it was called."""
    called = Path(arguments[0])
    found = shutil.which(called.name)
    if called.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m delegacy"
    return called.name if found and Path(found).absolute() == called.absolute() else shlex.quote(str(called))


def _place(endpoint: Endpoint) -> str:
    return f"[{endpoint.host}]:{endpoint.port}" if ":" in endpoint.host else f"{endpoint.host}:{endpoint.port}"
