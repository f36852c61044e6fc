"""What every new mailbox starts with."""

from typing import Final

from delegacy.domain.ace import Ace
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.rights import ExtendedRight, MailboxRight
from delegacy.domain.sid import SELF, Sid

WITHOUT_OWN_ACCOUNT: Final = frozenset(
    {
        RecipientTypeDetails.SHARED_MAILBOX,
        RecipientTypeDetails.ROOM_MAILBOX,
        RecipientTypeDetails.EQUIPMENT_MAILBOX,
        RecipientTypeDetails.ARBITRATION_MAILBOX,
        RecipientTypeDetails.DISCOVERY_MAILBOX,
    }
)
"""Mailboxes whose account is disabled: nobody signs in as them (Recipients: shared and resource mailboxes)."""


def initial_mailbox_acl(kind: RecipientTypeDetails, linked_master_account: Sid | None = None) -> tuple[Ace, ...]:
    """Return the explicit entries of a new mailbox (Get-MailboxPermission).

    The owner is SELF; a mailbox whose account is disabled and has no other master marks SELF as its external account, and a
    linked mailbox has an entry for its master account.
    """
    own = {MailboxRight.FULL_ACCESS, MailboxRight.READ_PERMISSION}
    if linked_master_account is not None:
        master = frozenset({*own, MailboxRight.EXTERNAL_ACCOUNT})
        return (Ace(SELF, frozenset(own)), Ace(linked_master_account, master))
    if kind in WITHOUT_OWN_ACCOUNT:
        own.add(MailboxRight.EXTERNAL_ACCOUNT)
    return (Ace(SELF, frozenset(own)),)


def initial_ad_acl() -> tuple[Ace, ...]:
    """Return the explicit entries of a new account's directory object: SELF may send and receive as itself (MS-ADTS)."""
    return (Ace(SELF, frozenset({ExtendedRight.SEND_AS, ExtendedRight.RECEIVE_AS})),)
