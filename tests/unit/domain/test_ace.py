from datetime import UTC, datetime, timedelta

import pytest

from delegacy.domain.ace import Ace
from delegacy.domain.rights import InheritanceType, MailboxRight, Right
from delegacy.domain.sid import Sid

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
FULL = frozenset[Right]({MailboxRight.FULL_ACCESS})


def ace(inheritance_type: InheritanceType = InheritanceType.ALL, expires_at: datetime | None = None) -> Ace:
    return Ace(Sid("S-1-5-21-1"), FULL, inheritance_type=inheritance_type, expires_at=expires_at)


@pytest.mark.parametrize(
    "inheritance_type", [InheritanceType.ALL, InheritanceType.NONE, InheritanceType.SELF_AND_CHILDREN]
)
def test_an_entry_counts_for_the_object_that_carries_it(inheritance_type: InheritanceType) -> None:
    assert ace(inheritance_type).is_in_force(NOW)


@pytest.mark.parametrize("inheritance_type", [InheritanceType.CHILDREN, InheritanceType.DESCENDENTS])
def test_an_entry_for_what_lies_below_passes_the_object_by(inheritance_type: InheritanceType) -> None:
    assert not ace(inheritance_type).is_in_force(NOW)


def test_an_entry_counts_until_it_expires() -> None:
    assert ace(expires_at=NOW + TICK).is_in_force(NOW)


@pytest.mark.parametrize("expires_at", [NOW, NOW - TICK])
def test_an_entry_counts_for_nothing_from_the_moment_it_expires(expires_at: datetime) -> None:
    assert not ace(expires_at=expires_at).is_in_force(NOW)


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (ace(), ace()),
        (ace(), ace(InheritanceType.NONE)),
        (ace(InheritanceType.NONE), ace()),
        (ace(), ace(expires_at=NOW)),
        (ace(expires_at=NOW), ace(expires_at=NOW)),
        (ace(expires_at=NOW), ace(expires_at=NOW - TICK)),
        (ace(InheritanceType.CHILDREN), ace(InheritanceType.DESCENDENTS)),
        (ace(expires_at=NOW), ace(InheritanceType.CHILDREN)),
    ],
)
def test_an_entry_that_reaches_as_far_and_lasts_as_long_covers_another(held: Ace, wanted: Ace) -> None:
    assert held.covers(wanted)


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (ace(InheritanceType.CHILDREN), ace()),
        (ace(InheritanceType.DESCENDENTS), ace(InheritanceType.NONE)),
        (ace(expires_at=NOW), ace()),
        (ace(expires_at=NOW), ace(expires_at=NOW + TICK)),
        (ace(InheritanceType.CHILDREN), ace(expires_at=NOW)),
    ],
)
def test_an_entry_that_reaches_less_or_ends_earlier_does_not(held: Ace, wanted: Ace) -> None:
    assert not held.covers(wanted)
