"""Whether an account opens a mailbox."""

from datetime import datetime

from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.facts import OpeningFacts
from delegacy.domain.folder import FolderRights, FolderRole
from delegacy.domain.rights import ADMITS_FULL_ACCESS
from delegacy.policy.access_check import deciding_entry
from delegacy.policy.decision import Allow, Deny, OpenDecision, OpenDenial, OpenRight


def decide_open(facts: OpeningFacts | None, now: datetime, over: ClientProtocol | None = None) -> OpenDecision:
    """Decide whether the account opens the mailbox; ``facts`` is None where there is no such mailbox or account.

    ``over`` is the protocol by which it is to be opened: one that is switched off for the mailbox, or for the account's own, opens nothing,
    not even to the owner (Set-CASMailbox). None asks about the right alone.

    The owner opens it otherwise always. A delegate needs Full Access, and a mailbox hidden from address lists opens for none, whatever was
    granted, while the organization keeps that rule. Sending rights play no part (Manage permissions for recipients).
    """
    if facts is None:
        return Deny(OpenDenial.NO_SUCH_MAILBOX)
    if facts.account_disabled:
        return Deny(OpenDenial.ACCOUNT_DISABLED)
    if over in facts.switched_off:
        return Deny(OpenDenial.PROTOCOL_SWITCHED_OFF)
    mailbox, token = facts.mailbox, facts.token
    if mailbox.sid in token.users:
        return Allow(OpenRight.OWNER)
    if mailbox.hidden and facts.hidden_mailboxes_denied:
        return Deny(OpenDenial.HIDDEN_FROM_ADDRESS_LISTS)
    entry = deciding_entry(facts.mailbox_acl, token, ADMITS_FULL_ACCESS, now, mailbox.sid)
    if entry is None:
        return Deny(OpenDenial.NO_FULL_ACCESS)
    if entry.allow:
        return Allow(OpenRight.FULL_ACCESS, entry)
    return Deny(OpenDenial.FULL_ACCESS_DENIED, entry)


def folder_rights(right: OpenRight) -> FolderRights:
    """Return what an open mailbox may be used for in each of its folders.

    The owner and whoever has Full Access act as owner of every folder; folder permissions are not needed beside them
    (Add-MailboxPermission).
    """
    match right:
        case OpenRight.OWNER | OpenRight.FULL_ACCESS:
            return FolderRole.OWNER.rights
