"""Sequence sets (RFC 9051 section 9, ``sequence-set``): ``1:4,7,12:*``."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from delegacy.wire.imap.errors import InvalidImapCommand

LARGEST: Final = 2**32 - 1
STAR: Final = 0
"""How ``*`` is kept: no message has this number."""

_SET: Final = re.compile(rb"(?:\*|[1-9][0-9]{0,9})(?::(?:\*|[1-9][0-9]{0,9}))?")


@dataclass(frozen=True, slots=True)
class SequenceSet:
    """Ranges of message numbers as the client wrote them; ``saved`` stands for ``$``, the result of the last search (RFC 5182)."""

    ranges: tuple[tuple[int, int], ...]
    saved: bool = False

    def resolve(self, largest: int) -> tuple[tuple[int, int], ...]:
        """Return the ranges with ``*`` as ``largest``, each the right way round, ascending and merged."""
        spans = sorted((min(pair), max(pair)) for pair in self._numbers(largest))
        merged: list[tuple[int, int]] = []
        for low, high in spans:
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        return tuple(merged)

    def pick(self, uids: Sequence[int]) -> list[int]:
        """Return those of ``uids`` (ascending) that are in the set, ``*`` being the largest number there can be."""
        picked: list[int] = []
        for low, high in self.resolve(LARGEST):
            picked += uids[bisect_left(uids, low) : bisect_right(uids, high)]
        return picked

    def _numbers(self, largest: int) -> Iterable[tuple[int, int]]:
        for first, last in self.ranges:
            yield (largest if first == STAR else first, largest if last == STAR else last)


EVERYTHING: Final = SequenceSet(((1, STAR),))
SAVED_RESULT: Final = SequenceSet((), saved=True)


def parse_sequence_set(data: bytes) -> SequenceSet:
    """Return the set that ``data`` writes; raise ``InvalidImapCommand``."""
    if data == b"$":
        return SAVED_RESULT
    return SequenceSet(tuple(_parse_range(part) for part in data.split(b",")))


def _parse_range(part: bytes) -> tuple[int, int]:
    if not _SET.fullmatch(part):
        raise InvalidImapCommand("Invalid sequence set")
    first, _, last = part.partition(b":")
    low = _parse_number(first)
    return (low, _parse_number(last)) if last else (low, low)


def _parse_number(data: bytes) -> int:
    number = STAR if data == b"*" else int(data)
    if number > LARGEST:
        raise InvalidImapCommand("Invalid sequence set")
    return number


def print_uids(uids: Sequence[int]) -> bytes:
    """Return ascending ``uids`` as a sequence set with ranges: ``1:3,7``. There must be at least one."""
    parts: list[bytes] = []
    first = last = uids[0]
    for uid in uids[1:]:
        if uid != last + 1:
            parts.append(_print_range(first, last))
            first = uid
        last = uid
    parts.append(_print_range(first, last))
    return b",".join(parts)


def _print_range(first: int, last: int) -> bytes:
    return b"%d" % first if first == last else b"%d:%d" % (first, last)
