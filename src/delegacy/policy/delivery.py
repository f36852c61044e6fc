"""Whether a recipient takes a message from its sender."""

from delegacy.domain.facts import DeliveryFacts
from delegacy.policy.decision import DeliveryDenial


def decide_delivery(facts: DeliveryFacts) -> DeliveryDenial | None:
    """Return why a message isn't taken, or None where it is.

    Who is rejected is rejected though he is also accepted. A sender of whom nothing is known but what the message itself says is rejected by
    name, and accepted by none.
    """
    restrictions, sender, groups = facts.restrictions, facts.sender, facts.groups
    if facts.requires_authentication and not facts.authenticated:
        return DeliveryDenial.SENDER_NOT_AUTHENTICATED
    if sender in restrictions.reject_messages_from:
        return DeliveryDenial.SENDER_REJECTED
    if not groups.isdisjoint(restrictions.reject_messages_from_dl_members):
        return DeliveryDenial.MEMBERS_REJECTED
    if not (restrictions.accept_messages_only_from or restrictions.accept_messages_only_from_dl_members):
        return None
    if facts.is_vouched_for and sender in restrictions.accept_messages_only_from:
        return None
    if facts.is_vouched_for and not groups.isdisjoint(restrictions.accept_messages_only_from_dl_members):
        return None
    return DeliveryDenial.SENDER_NOT_ACCEPTED
