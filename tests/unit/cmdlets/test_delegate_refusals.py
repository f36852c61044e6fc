import pytest

from delegacy.cmdlets._delegates import PRINCIPAL_REFUSALS, RECIPIENT_REFUSALS
from delegacy.domain.errors import RecipientNotFound, SecurityPrincipalNotFound, WrongRecipientType
from delegacy.policy.assignment import AssignmentDenial


def test_every_denial_has_a_refusal() -> None:
    assert PRINCIPAL_REFUSALS.keys() == RECIPIENT_REFUSALS.keys() == set(AssignmentDenial)


@pytest.mark.parametrize("denial", AssignmentDenial)
def test_a_refusal_names_what_was_typed(denial: AssignmentDenial) -> None:
    for refusals in (PRINCIPAL_REFUSALS, RECIPIENT_REFUSALS):
        error = refusals[denial]("somebody")
        assert error.target == "somebody"
        assert "somebody" in error.message


def test_delegates_are_refused_by_the_documented_error() -> None:
    contact = AssignmentDenial.DELEGATE_HAS_NO_ACCOUNT
    assert isinstance(PRINCIPAL_REFUSALS[contact]("x"), SecurityPrincipalNotFound)
    assert isinstance(RECIPIENT_REFUSALS[contact]("x"), WrongRecipientType)
    assert isinstance(RECIPIENT_REFUSALS[AssignmentDenial.DELEGATE_IS_NO_RECIPIENT]("x"), RecipientNotFound)
