"""The facts of one decision, as the store reads them in one transaction.

They are tuples because every decision makes them: a frozen dataclass takes three times as long.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from delegacy.domain.access_token import AccessToken
from delegacy.domain.ace import Ace
from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.delivery_restriction import UNRESTRICTED, DeliveryRestrictions
from delegacy.domain.folder import FolderRights
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.sid import Sid


class Target(NamedTuple):
    """The mailbox or group that a decision is about. ``address`` is its primary address as written, empty if it has none.

    ``guid_octets`` are those of its GUID: few of those who decide ask for it, and to make one takes as long as all the other values.
    """

    id: int
    guid_octets: bytes
    sid: Sid | None
    recipient_type_details: RecipientTypeDetails
    display_name: str
    address: str
    hidden: bool

    @property
    def guid(self) -> UUID:
        """Return its GUID."""
        return UUID(bytes=self.guid_octets)


class OpeningFacts(NamedTuple):
    """What decides whether an account opens a mailbox.

    ``change`` is the number of the directory change that these facts are of. ``mailbox_acl`` holds at least every entry of the
    mailbox's list that names the token's user, one of its groups, everyone or SELF; inherited ones unless an explicit one decides for
    good. ``expires_at`` is the earliest moment at which one of those entries ends, so that an answer is never used beyond it.
    ``switched_off`` are the protocols that are closed for the account's own mailbox or for this one.
    """

    change: int
    account_disabled: bool
    token: AccessToken
    mailbox: Target
    mailbox_acl: tuple[Ace, ...]
    hidden_mailboxes_denied: bool
    expires_at: datetime | None = None
    switched_off: frozenset[ClientProtocol] = frozenset()


class FolderEntry(NamedTuple):
    """What one entry says of a folder. ``expires_at`` is when it ends."""

    folder: UUID
    trustee: Sid
    rights: FolderRights
    expires_at: datetime | None = None


class FolderFacts(NamedTuple):
    """What decides what an account may do in the folders of a mailbox: the entries in force that name it, one of its groups, or everybody.

    ``change`` is the number of the directory change that these facts are of, and ``token`` holds the groups that the entries name.
    """

    change: int
    token: AccessToken
    entries: tuple[FolderEntry, ...] = ()


class SendingFacts(NamedTuple):
    """What decides whether an account sends with the target's address in From.

    ``ad_acl`` is to the directory object what ``OpeningFacts.mailbox_acl`` is to the mailbox. ``grant_send_on_behalf_to`` holds at least
    those of the list's principals that are the account or one of its ``mail_groups``: groups with an address and members, security or
    not, that it belongs to through other such groups; it may be empty where nothing but Send As can decide. ``copy_sent_as`` and ``copy_sent_on_behalf`` are the target's
    MessageCopyForSentAsEnabled and MessageCopyForSendOnBehalfEnabled.
    """

    change: int
    account_disabled: bool
    token: AccessToken
    author: Target
    ad_acl: tuple[Ace, ...]
    hidden_mailboxes_denied: bool
    grant_send_on_behalf_to: frozenset[Sid] = frozenset()
    mail_groups: frozenset[Sid] = frozenset()
    copy_sent_as: bool = False
    copy_sent_on_behalf: bool = False
    signed_in_as_author: bool = False


class DeliveryFacts(NamedTuple):
    """What decides whether a recipient takes a message.

    ``sender`` is the key of who the message is from, None for nobody here, and ``groups`` are those of the restrictions' groups that he is
    in. ``is_vouched_for`` tells whether there is more to it than the message's own word.
    """

    requires_authentication: bool
    authenticated: bool
    is_vouched_for: bool
    sender: int | None
    groups: frozenset[int] = frozenset()
    restrictions: DeliveryRestrictions = UNRESTRICTED
