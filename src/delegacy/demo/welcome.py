"""What the demo says when it is ready."""

from collections.abc import Mapping

from delegacy.bootstrap.services import Services
from delegacy.mail.listener import Endpoint


def welcome(services: Services, endpoints: Mapping[str, Endpoint], password: str) -> str:
    """Return what listens where, who can sign in, and three things to try; the last line says that all is ready."""
    data, ca = services.settings.data, services.places.tls / "ca.pem"
    submission, imap, smtp, http = (endpoints[name] for name in ("submission", "imap", "smtp", "http"))
    delegacy = f"delegacy shell --data {data}"
    return f"""
The demo organization contoso.com is in {data}.

  Submission (TLS)   {submission.host}:{submission.port}
  IMAP (TLS)         {imap.host}:{imap.port}
  Incoming mail      {smtp.host}:{smtp.port}
  HTTP               http://{http.host}:{http.port}/healthz
  Certificate authority for clients to trust: {ca}

Everybody signs in with the address and the password {password!r}: terrya@contoso.com, raymonds@contoso.com,
administrator@contoso.com (manages everything), FABRIKAM\\robinw (owns a linked mailbox), ...

Three things to try, in another terminal:

  1. Raymond sends as Terry: refused, granted, sent.
       swaks --server {submission.host}:{submission.port} --tls-on-connect --auth-user raymonds@contoso.com --auth-password {password} \\
             --from terrya@contoso.com --to hollyh@contoso.com
       {delegacy} -c 'Add-ADPermission -Identity "Terry Adams" -User raymonds -ExtendedRights "Send As"'
  2. Raymond opens Terry's mailbox: grant it, and it appears below "Other Users" in his mail program.
       {delegacy} -c 'Add-MailboxPermission -Identity "Terry Adams" -User raymonds -AccessRights FullAccess -InheritanceType All'
       curl --cacert {ca} --user raymonds@contoso.com:{password} 'imaps://{imap.host}:{imap.port}/'
  3. Ask who may do what, and why.
       delegacy check --data {data} adamb open inquiries

Ctrl-C stops everything; the data stays. Another start with --reset begins anew.

Delegacy is ready."""
