"""Whether an account sends with an address in From, and how that must look."""

from datetime import datetime
from typing import Final

from delegacy.domain.facts import SendingFacts
from delegacy.domain.recipient import MAILBOXES
from delegacy.domain.rights import ADMITS_SEND_AS
from delegacy.policy.access_check import deciding_entry
from delegacy.policy.decision import Allow, Deny, Obligation, SendDecision, SendDenial, SendRight

_AS: Final = frozenset({Obligation.LEAVE_NO_TRACE})
_AS_WITH_COPY: Final = _AS | {Obligation.COPY_TO_SENT_ITEMS}
_ON_BEHALF: Final = frozenset({Obligation.SHOW_DELEGATE})
_ON_BEHALF_WITH_COPY: Final = _ON_BEHALF | {Obligation.COPY_TO_SENT_ITEMS}
_AS_OWNER: Final = Allow(SendRight.OWNER)
_WITHOUT_RIGHT: Final = Deny(SendDenial.NO_SEND_RIGHT)


def decide_send(facts: SendingFacts | None, now: datetime) -> SendDecision:
    """Decide whether the account sends as the owner of the From address; ``facts`` is None where nobody has the address.

    Send As is tried before Send on Behalf, so it wins when both are granted. A deny of Send As does not take away a place in the
    Send on Behalf list, which is separate. Full Access plays no part. In a session opened on the author's mailbox itself Send on
    Behalf is not enough (Manage permissions for recipients, and the support article it links to).
    """
    if facts is None:
        return Deny(SendDenial.NO_SUCH_AUTHOR)
    if facts.account_disabled:
        return Deny(SendDenial.ACCOUNT_DISABLED)
    author, token = facts.author, facts.token
    if author.sid in token.users:
        return _AS_OWNER
    if author.hidden and facts.hidden_mailboxes_denied and author.recipient_type_details in MAILBOXES:
        return Deny(SendDenial.HIDDEN_FROM_ADDRESS_LISTS)
    entry = deciding_entry(facts.ad_acl, token, ADMITS_SEND_AS, now, author.sid)
    if entry is not None and entry.allow:
        return Allow(SendRight.SEND_AS, entry, _AS_WITH_COPY if facts.copy_sent_as else _AS)
    listed = facts.grant_send_on_behalf_to
    if listed and not listed.isdisjoint(token.users | facts.mail_groups):
        if facts.signed_in_as_author:
            return Deny(SendDenial.SEND_AS_REQUIRED)
        return Allow(SendRight.SEND_ON_BEHALF, None, _ON_BEHALF_WITH_COPY if facts.copy_sent_on_behalf else _ON_BEHALF)
    if entry is not None:
        return Deny(SendDenial.SEND_AS_DENIED, entry)
    return _WITHOUT_RIGHT
