import pytest

from delegacy.wire.imap.errors import InvalidImapCommand
from delegacy.wire.imap.sequence import EVERYTHING, SAVED_RESULT, parse_sequence_set, print_uids


@pytest.mark.parametrize(
    ("data", "largest", "ranges"),
    [
        (b"1", 9, ((1, 1),)),
        (b"2:4", 9, ((2, 4),)),
        (b"4:2", 9, ((2, 4),)),
        (b"*", 9, ((9, 9),)),
        (b"7:*", 9, ((7, 9),)),
        (b"*:7", 9, ((7, 9),)),
        (b"12:*", 9, ((9, 12),)),  # the last message, whatever its number (RFC 9051 section 9, seq-range)
        (b"1,3,2", 9, ((1, 3),)),
        (b"5:6,1:2,6:8", 9, ((1, 2), (5, 8))),
        (b"4294967295", 9, ((4294967295, 4294967295),)),
    ],
)
def test_sets_are_resolved(data: bytes, largest: int, ranges: tuple[tuple[int, int], ...]) -> None:
    assert parse_sequence_set(data).resolve(largest) == ranges


def test_the_saved_result_is_no_range() -> None:
    assert parse_sequence_set(b"$") is SAVED_RESULT


@pytest.mark.parametrize(
    "data",
    [b"", b"0", b"01", b"1:", b":1", b"1::2", b"1:2:3", b"1,", b",1", b"1,,2", b"4294967296", b"-1", b"$,1", b"a"],
)
def test_what_is_no_set_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidImapCommand):
        parse_sequence_set(data)


def test_uids_are_picked() -> None:
    assert parse_sequence_set(b"9:*,2:3").pick([1, 2, 4, 8, 9, 12]) == [2, 9, 12]
    assert EVERYTHING.pick([1, 7]) == [1, 7]


@pytest.mark.parametrize(
    ("uids", "printed"), [([1], b"1"), ([1, 2, 3], b"1:3"), ([1, 3, 4, 9], b"1,3:4,9"), (range(5, 8), b"5:7")]
)
def test_uids_are_printed_as_ranges(uids: list[int], printed: bytes) -> None:
    assert print_uids(uids) == printed
