"""Every table that translates the policy's vocabularies has an entry for each word."""

from collections.abc import Iterator, Mapping
from enum import Enum

import pytest

from delegacy.policy.assignment import AssignmentDenial
from delegacy.policy.decision import DeliveryDenial, OpenDenial, SendDenial
from support.sources import modules

VOCABULARIES = (SendDenial, OpenDenial, DeliveryDenial, AssignmentDenial)


def tables() -> Iterator[tuple[str, Mapping[Enum, object]]]:
    """Yield every mapping of a module whose keys are of one of the vocabularies."""
    for module in modules():
        for name, value in vars(module).items():
            if isinstance(value, Mapping) and any(isinstance(key, VOCABULARIES) for key in value):
                yield f"{module.__name__}.{name}", value


def test_there_are_tables() -> None:
    assert dict(tables())


@pytest.mark.parametrize(("name", "table"), [pytest.param(*each, id=each[0]) for each in tables()])
def test_a_table_has_every_word_of_its_vocabulary(name: str, table: Mapping[Enum, object]) -> None:
    vocabularies = {type(key) for key in table}
    assert len(vocabularies) == 1, name
    assert set(table) == set(*vocabularies), name


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_no_two_reasons_read_the_same(vocabulary: type[Enum]) -> None:
    words = [reason.value for reason in vocabulary]
    assert len(set(words)) == len(words)
