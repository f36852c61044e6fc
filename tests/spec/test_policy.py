"""Every case of the specification against the pure policy, and against the naive second implementation."""

import pytest

from support.spec.cases import Case, load_cases
from support.spec.worlds import NaiveWorld, PolicyWorld, play


@pytest.mark.parametrize("case", load_cases(), ids=str)
def test_the_policy_keeps_the_sentence(case: Case) -> None:
    assert play(case, PolicyWorld()) > 0


@pytest.mark.parametrize("case", load_cases(), ids=str)
def test_a_naive_reading_of_the_sources_agrees(case: Case) -> None:
    assert play(case, NaiveWorld()) > 0
