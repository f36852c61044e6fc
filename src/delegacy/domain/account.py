"""Accounts: who signs in."""

from dataclasses import dataclass
from uuid import UUID

from delegacy.domain.address import SmtpAddress
from delegacy.domain.sid import Sid


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who has signed in.

    ``id`` is the store's key of the account. ``mailbox_id`` and ``mailbox_guid`` name the account's own mailbox, if it has one:
    the account's own, or the linked mailbox whose master account it is (``linked_id`` is then that mailbox's key, and the account
    acts with both identities). ``primary_smtp_address`` and ``display_name`` are what mail of his own comes from: the mailbox's, if
    there is one.
    """

    id: int
    guid: UUID
    sid: Sid
    logon_name: str
    display_name: str
    user_principal_name: str | None = None
    primary_smtp_address: SmtpAddress | None = None
    mailbox_id: int | None = None
    mailbox_guid: UUID | None = None
    linked_id: int | None = None
