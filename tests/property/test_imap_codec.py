"""IMAP without sessions: what is read does not depend on how it comes, what is printed is what is read, and anything gives a value or our own error."""

import re
from contextlib import suppress
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from delegacy.wire.imap import utf7
from delegacy.wire.imap.cursor import Cursor
from delegacy.wire.imap.errors import InvalidImapCommand, InvalidMailboxName, UnsupportedCharset
from delegacy.wire.imap.parser import parse_command
from delegacy.wire.imap.patterns import MailboxPattern
from delegacy.wire.imap.printing import print_string
from delegacy.wire.imap.reader import CommandReader, CommandText, Incoming, Limits
from delegacy.wire.imap.sequence import LARGEST, SequenceSet, parse_sequence_set, print_uids

LIMITS = Limits(line=200, literal=20, message=60, literals=3)
PIECES = st.sampled_from(
    [b"a LOGIN ", b"b APPEND INBOX ", b"{3}", b"{3+}", b"~{2+}", b"{30+}", b"{100+}", b"\r\n", b"\r\n", b"\r\n", b"abc", b" ", b'"x"', b"\n", b"\r", b"\0", b"x" * 90]
)  # fmt: skip
STREAMS = st.lists(st.one_of(PIECES, st.binary(max_size=4)), max_size=20).map(b"".join)


def read(stream: list[bytes]) -> list[Incoming]:
    reader = CommandReader(LIMITS)
    read: list[Incoming] = []
    for piece in stream:
        reader.feed(piece)
        while (incoming := reader.next_command()) is not None:
            read.append(incoming)
    return read


@given(STREAMS, st.lists(st.integers(0, 400), max_size=8))
def test_it_does_not_matter_in_which_pieces_bytes_come(stream: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    pieces = [stream[start:end] for start, end in pairwise(places)]
    assert read(pieces) == read([stream])


@given(st.binary(max_size=80), st.booleans())
def test_any_text_is_a_command_or_none(text: bytes, utf8: bool) -> None:  # noqa: FBT001 - drawn
    for start in (b"", b"a ", b"a FETCH 1 ", b"a SEARCH ", b"a LIST ", b"a STORE 1 ", b"a SELECT ", b"a STATUS "):
        with suppress(InvalidImapCommand, UnsupportedCharset):
            assert parse_command(CommandText(start + text), utf8=utf8).tag.isascii()


@given(st.binary(max_size=60))
def test_a_string_that_is_printed_is_the_string_that_is_read(value: bytes) -> None:
    printed = print_string(value)
    reader = CommandReader(Limits(1000, 1000, 0, 1))
    reader.feed(printed.replace(b"}\r\n", b"+}\r\n", 1) + b"\r\n" if printed.startswith(b"{") else printed + b"\r\n")
    command = reader.next_command()
    assert isinstance(command, CommandText)
    assert Cursor(command).string() == value


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_name_in_modified_utf7_is_the_name(name: str) -> None:
    encoded = utf7.encode(name)
    assert re.fullmatch(rb"[\x20-\x7e]*", encoded)
    assert utf7.decode(encoded) == name


@given(st.binary(max_size=20))
def test_any_bytes_are_a_name_in_its_one_spelling_or_none(data: bytes) -> None:
    try:
        name = utf7.decode(data)
    except InvalidMailboxName:
        return
    assert utf7.encode(name) == data


NUMBERS = st.integers(1, 30)
RANGES = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=4)


@given(RANGES, st.sets(NUMBERS))
def test_a_sequence_set_picks_what_lies_in_its_ranges(ranges: list[tuple[int, int]], uids: set[int]) -> None:
    written = b",".join(b"%d:%d" % pair for pair in ranges)
    wanted = parse_sequence_set(written)
    inside = {uid for low, high in ranges for uid in range(min(low, high), max(low, high) + 1)}
    assert wanted.pick(sorted(uids)) == sorted(uids & inside)
    assert {uid for low, high in wanted.resolve(LARGEST) for uid in range(low, high + 1)} == inside


@given(st.sets(NUMBERS, min_size=1))
def test_uids_that_are_printed_are_the_uids_that_are_read(uids: set[int]) -> None:
    read_back = parse_sequence_set(print_uids(sorted(uids)))
    assert isinstance(read_back, SequenceSet)
    assert read_back.pick(range(1, 31)) == sorted(uids)


@given(st.text("a/b*%", max_size=8), st.text("ab/", max_size=8))
def test_wildcards_mean_what_the_standard_says(pattern: str, name: str) -> None:
    plain = "".join({"*": ".*", "%": "[^/]*"}.get(character, character) for character in pattern)
    assert MailboxPattern(pattern, "/").matches(name) == (re.fullmatch(plain, name) is not None)
