import pytest

from delegacy.domain.delivery_restriction import DeliveryRestrictions
from delegacy.domain.facts import DeliveryFacts
from delegacy.policy.decision import DeliveryDenial
from delegacy.policy.delivery import decide_delivery

D = DeliveryDenial
SENDER, OTHER, GROUP = 7, 8, 20


def facts(
    restrictions: DeliveryRestrictions,
    *,
    sender: int | None = SENDER,
    groups: frozenset[int] = frozenset(),
    vouched: bool = True,
    signed_in: bool = True,
    sign_in_needed: bool = False,
) -> DeliveryFacts:
    return DeliveryFacts(sign_in_needed, signed_in, vouched, sender, groups, restrictions)


@pytest.mark.parametrize(
    ("restrictions", "groups", "expected"),
    [
        (DeliveryRestrictions(reject_messages_from=(SENDER,)), set(), D.SENDER_REJECTED),
        (DeliveryRestrictions(reject_messages_from_dl_members=(GROUP,)), {GROUP}, D.MEMBERS_REJECTED),
        (DeliveryRestrictions(accept_messages_only_from=(OTHER,)), set(), D.SENDER_NOT_ACCEPTED),
        (DeliveryRestrictions(accept_messages_only_from_dl_members=(GROUP,)), set(), D.SENDER_NOT_ACCEPTED),
        (
            DeliveryRestrictions(accept_messages_only_from=(SENDER,), reject_messages_from=(SENDER,)),
            set(),
            D.SENDER_REJECTED,
        ),
        (
            DeliveryRestrictions(accept_messages_only_from=(SENDER,), reject_messages_from_dl_members=(GROUP,)),
            {GROUP},
            D.MEMBERS_REJECTED,
        ),
        (
            DeliveryRestrictions(accept_messages_only_from=(OTHER,), reject_messages_from=(OTHER,)),
            set(),
            D.SENDER_NOT_ACCEPTED,
        ),
        (DeliveryRestrictions(), set(), None),
        (DeliveryRestrictions(reject_messages_from=(OTHER,)), set(), None),
        (DeliveryRestrictions(reject_messages_from_dl_members=(GROUP,)), set(), None),
        (DeliveryRestrictions(accept_messages_only_from=(OTHER, SENDER)), set(), None),
        (DeliveryRestrictions(accept_messages_only_from_dl_members=(GROUP,)), {GROUP}, None),
        (
            DeliveryRestrictions(accept_messages_only_from=(OTHER,), accept_messages_only_from_dl_members=(GROUP,)),
            {GROUP},
            None,
        ),
    ],
)
def test_lists_decide(restrictions: DeliveryRestrictions, groups: set[int], expected: DeliveryDenial | None) -> None:
    assert decide_delivery(facts(restrictions, groups=frozenset(groups))) is expected


def test_somebody_unknown_is_accepted_where_nobody_is_named_alone() -> None:
    accepting = DeliveryRestrictions(accept_messages_only_from=(OTHER,))
    rejecting = DeliveryRestrictions(reject_messages_from=(OTHER,))
    assert decide_delivery(facts(accepting, sender=None)) is D.SENDER_NOT_ACCEPTED
    assert decide_delivery(facts(rejecting, sender=None)) is None


def test_a_name_that_nobody_vouches_for_opens_nothing_and_closes() -> None:
    accepting = DeliveryRestrictions(accept_messages_only_from=(SENDER,), accept_messages_only_from_dl_members=(GROUP,))
    rejecting = DeliveryRestrictions(reject_messages_from=(SENDER,))
    assert decide_delivery(facts(accepting, groups=frozenset({GROUP}), vouched=False)) is D.SENDER_NOT_ACCEPTED
    assert decide_delivery(facts(rejecting, vouched=False)) is D.SENDER_REJECTED
    assert decide_delivery(facts(DeliveryRestrictions(), vouched=False)) is None


def test_signing_in_comes_first() -> None:
    accepting = DeliveryRestrictions(accept_messages_only_from=(SENDER,))
    assert decide_delivery(facts(accepting, signed_in=False, sign_in_needed=True)) is D.SENDER_NOT_AUTHENTICATED
    assert decide_delivery(facts(accepting, signed_in=True, sign_in_needed=True)) is None
    assert decide_delivery(facts(accepting, signed_in=False, sign_in_needed=False)) is None
