"""How an authorised message leaves: Send As without a trace of the delegate, Send on Behalf with the delegate in Sender."""

from dataclasses import dataclass
from datetime import datetime

from delegacy.domain.account import Account
from delegacy.domain.address import InvalidAddress, SmtpAddress
from delegacy.domain.ports import DirectoryReader
from delegacy.mail.submission.authorship import Authorship
from delegacy.policy.decision import Obligation
from delegacy.wire.rfc5322 import HeaderEdit, MessageHeaders, date_value, mailbox_lines, names_any


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What we write into a message: our name, the moment, an identifier of the transaction, and a Message-ID for one that has none."""

    server_name: str
    moment: datetime
    transaction: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Departure:
    """A message as it leaves, with its envelope sender (None for the null reverse-path).

    ``author`` is who it is from for those who take mail from some and not from others: on behalf of somebody it is the delegate's.
    """

    content: bytes
    envelope_sender: SmtpAddress | None
    author: SmtpAddress


def identifying_names(directory: DirectoryReader, account: Account) -> frozenset[str]:
    """Return what names the account: every address, account name and display name, its own and its linked mailbox's."""
    names = {account.logon_name, account.display_name, account.user_principal_name or "", str(account.guid)}
    keys = [key for key in (account.id, account.linked_id) if key is not None]
    for recipient in directory.get_many(keys).values():
        names |= {
            recipient.name,
            recipient.display_name,
            recipient.alias or "",
            recipient.sam_account_name or "",
            recipient.user_principal_name or "",
            recipient.legacy_exchange_dn,
            *(proxy.address for proxy in recipient.email_addresses),
        }
    return frozenset(name for name in names if name)


def depart(
    message: MessageHeaders,
    authorship: Authorship,
    account: Account,
    envelope_sender: SmtpAddress | None,
    stamp: Stamp,
    names: frozenset[str],
) -> Departure:
    """Return the message as its authorship says it must look. ``names`` are those of the submitter, and of where he is.

    Manage permissions for recipients: Send As shows the author alone, Send on Behalf shows "Delegate on behalf of Author". A Reply-To
    is kept and none is added, so that replies go to the author. Who else gets a blind copy is told to nobody (RFC 5322 section 3.6.3).
    Raises ``InvalidAddress`` if Sender cannot be written.
    """
    edit = HeaderEdit(message)
    edit.drop("return-path", "sender", "bcc", "resent-bcc")
    author = message.header_from.address
    if Obligation.LEAVE_NO_TRACE in authorship.obligations:
        edit.drop("received")
        edit.remove_traces(names, stamp.message_id)
        if names_any(names, message.header_from.display_name):
            # Mail programs that change the address alone leave their user's name before it.
            edit.replace("From", *mailbox_lines(authorship.author.display_name, author, smtputf8=message.smtputf8))
        reverse_path: SmtpAddress | None = author
    elif Obligation.SHOW_DELEGATE in authorship.obligations:
        reverse_path = account.primary_smtp_address
        if reverse_path is None:
            raise InvalidAddress(f"{account.logon_name} has no address to be shown with.", account.logon_name)
        author = reverse_path
        edit.replace("Sender", *mailbox_lines(account.display_name, reverse_path, smtputf8=message.smtputf8))
    else:
        reverse_path = envelope_sender
    if not edit.has("date"):
        edit.append("Date", date_value(stamp.moment))  # RFC 6409 section 8.2
    if not edit.has("message-id"):
        edit.append("Message-ID", stamp.message_id)  # RFC 6409 section 8.3
    # Neither login, host nor address of the submitter: no message tells where it was written, so none tells by not telling.
    protocol = "UTF8SMTPSA" if message.smtputf8 else "ESMTPSA"
    edit.prepend(
        "Received", f"by {stamp.server_name} with {protocol} id {stamp.transaction};", date_value(stamp.moment)
    )
    return Departure(edit.to_bytes(), None if envelope_sender is None else reverse_path, author)
