"""The selected folder as a session knows it: an array of UIDs, whose places are the message numbers, and what it has not told yet."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Final, cast

from delegacy.domain.mail_item import NO_FLAG
from delegacy.domain.mail_store import FlagState, FolderChanges, FolderView, MessageRow
from delegacy.mail.imap.mailboxes import OpenFolder
from delegacy.mail.imap.rights import flag_limits
from delegacy.wire.imap.printing import (
    Condition,
    FlagItems,
    print_flag_updates,
    print_flags,
    print_highest_modseq,
    print_status,
    print_untagged,
    print_vanished,
)
from delegacy.wire.imap.sequence import SequenceSet

Span = tuple[int, int]
"""Places in the array of UIDs, from the first on and up to the second."""


class NoSuchMessage(Exception):
    """A message number beyond the last message (RFC 9051 section 9, ``seq-number``)."""


@dataclass(frozen=True, slots=True)
class NumberedRows:
    """Messages as the store gives them, and the numbers that the client knows them by."""

    numbers: Sequence[int]
    rows: Sequence[MessageRow]


@dataclass(frozen=True, slots=True)
class Telling:
    """How changes are told: expunged messages now or later, as VANISHED (RFC 7162) or EXPUNGE; with modification sequences or not."""

    expunged: bool
    vanished: bool
    modseq: bool


_UPDATES_AT_ONCE: Final = 500

NOTHING_TOLD: Final[Mapping[int, int]] = MappingProxyType({})


class SelectedFolder:
    """A selected folder.

    ``opening`` is of the mailbox that it is in, which ``mailbox`` names, None for the session's own; ``rights`` are those of the last command;
    ``modseq`` is the state of the folder that has been taken in, and ``told_until`` the one up to which the client knows everything.
    """

    def __init__(self, view: FolderView, found: OpenFolder, *, read_only: bool) -> None:
        self.folder = view.folder
        self.opening = found.opening
        self.mailbox = found.mailbox
        self.rights = found.rights
        self.read_only = read_only
        self.modseq = self.told_until = view.folder.highest_modseq
        self.saved_result: Sequence[int] = ()
        self._uids = array("I", view.uids)
        self._gone: list[int] = []

    def __len__(self) -> int:
        return len(self._uids)

    def permanent_flags(self) -> bytes:
        """Return the response that says which flags the user may change, if only of messages of his own (RFC 4314 section 5.1.1)."""
        limits = NO_FLAG if self.read_only else flag_limits(self.rights, own=True)
        keywords = " ".join((*sorted(self.folder.keywords), "\\*")) if limits.keywords else ""
        code = b"PERMANENTFLAGS (%b)" % print_flags(limits.system, keywords)
        return print_status(Condition.OK, "Flags that are kept.", code=code)

    @property
    def uids(self) -> Sequence[int]:
        """Return the UIDs of all messages that the client knows of."""
        return self._uids

    @property
    def keeps_back(self) -> bool:
        """Tell whether messages have been expunged that the client has not been told of."""
        return bool(self._gone)

    def spans(self, numbers: SequenceSet, *, by_uid: bool) -> list[Span]:
        """Return where the messages of a sequence set are. UIDs that are no message's are passed over; raises ``NoSuchMessage``."""
        if numbers.saved:
            return [(place, place + 1) for place in self._places(self.saved_result)]
        if by_uid:
            largest = self._uids[-1] if self._uids else 0
            found = (
                (bisect_left(self._uids, low), bisect_right(self._uids, high)) for low, high in numbers.resolve(largest)
            )
            return [span for span in found if span[0] < span[1]]
        ranges = numbers.resolve(len(self._uids))
        if self._uids and ranges[-1][1] > len(self._uids):
            raise NoSuchMessage
        return [(low - 1, high) for low, high in ranges] if self._uids else []

    def uid_batches(self, spans: Iterable[Span], most: int) -> Iterator[Sequence[int]]:
        """Yield the UIDs of ``spans``, at most so many at a time; those of one stretch as a ``range``."""
        batch: list[Span] = []
        room = most
        for start, end in spans:
            place = start
            while place < end:
                taken = min(end - place, room)
                batch.append((place, place + taken))
                place += taken
                room -= taken
                if room == 0:
                    yield self.all_uids(batch)
                    batch, room = [], most
        if batch:
            yield self.all_uids(batch)

    def all_uids(self, spans: Iterable[Span]) -> Sequence[int]:
        """Return the UIDs of ``spans``: those of one stretch as a ``range``, which may name messages that are not there."""
        stretches = list(spans)
        if not stretches:
            return ()
        if len(stretches) == 1:
            start, end = stretches[0]
            return range(self._uids[start], self._uids[end - 1] + 1)
        return array("I", chain.from_iterable(self._uids[start:end] for start, end in stretches))

    def numbers_of(self, uids: Iterable[int]) -> list[int]:
        """Return the numbers of those of ``uids`` that the client knows."""
        return [place + 1 for place in self._places(uids)]

    def known(self, uids: Iterable[int]) -> list[int]:
        """Return those of ``uids`` that the client knows."""
        return [self._uids[place] for place in self._places(uids)]

    def unknown(self, uids: Sequence[int]) -> list[int]:
        """Return those of ``uids`` that the client does not know, or knows to be gone."""
        known = frozenset(self.known(uids))
        return [uid for uid in uids if uid not in known]

    def number_rows(self, rows: list[MessageRow]) -> NumberedRows:
        """Return rows of the store, ordered by UID, with their numbers; rows of messages that the client does not know are left out."""
        if not rows:
            return NumberedRows((), ())
        first = bisect_left(self._uids, cast("int", rows[0][0]))
        last = first + len(rows) - 1
        if last < len(self._uids) and self._uids[last] == rows[-1][0]:
            return NumberedRows(range(first + 1, last + 2), rows)
        places = {self._uids[place]: place + 1 for place in self._places(cast("int", row[0]) for row in rows)}
        known = [row for row in rows if row[0] in places]
        return NumberedRows([places[cast("int", row[0])] for row in known], known)

    def absorb(
        self, changes: FolderChanges, telling: Telling, told: Mapping[int, int] = NOTHING_TOLD
    ) -> Iterator[bytes]:
        """Take changes in, and yield the responses that tell the client of them, a part at a time; all of it must be taken.

        ``told`` are UIDs with the modification sequence that the client has been told by other means. When ``telling`` keeps expunged
        messages back they keep their numbers, until a later call that does not.
        """
        known_until, was_behind = self.folder.uid_next, self.keeps_back
        self.folder, self.modseq = changes.folder, changes.folder.highest_modseq
        self._gone += changes.vanished
        if telling.expunged and self._gone:
            yield self._forget(sorted(set(self._gone)), vanished=telling.vanished)
            self._gone.clear()
        new = [state.uid for state in changes.updated if state.uid >= known_until]
        if new:
            self._uids.extend(new)
            yield print_untagged(b"%d" % len(self._uids), b"EXISTS")
        untold = [state for state in changes.updated if state.uid < known_until and told.get(state.uid) != state.modseq]
        yield from self.flag_updates(untold, FlagItems(uid=True, flags=True, modseq=telling.modseq))
        if not self.keeps_back:
            self.told_until = self.modseq
        if telling.vanished and (was_behind or self.keeps_back):
            # RFC 7162 section 3.2: whoever loses the connection now must ask for what was kept back.
            yield print_highest_modseq(self.told_until)

    def flag_updates(self, states: Sequence[FlagState], items: FlagItems) -> Iterator[bytes]:
        """Yield the responses that tell of the flags of those messages, of ``states``, that the client knows, a part at a time."""
        for start in range(0, len(states), _UPDATES_AT_ONCE):
            part = states[start : start + _UPDATES_AT_ONCE]
            numbered = ((place + 1, state) for state in part for place in self._places((state.uid,)))
            yield print_flag_updates(numbered, items)

    def _forget(self, gone: list[int], *, vanished: bool) -> bytes:
        uids, numbers = self.known(gone), self.numbers_of(gone)
        removed = frozenset(uids)
        self._uids = array("I", [uid for uid in self._uids if uid not in removed])
        if vanished:
            return print_vanished(uids, earlier=False)
        # From the last to the first, so that no number is changed by what was said before it.
        return b"".join(print_untagged(b"%d" % number, b"EXPUNGE") for number in reversed(numbers))

    def _places(self, uids: Iterable[int]) -> Iterator[int]:
        known = self._uids
        for uid in uids:
            place = bisect_left(known, uid)
            if place < len(known) and known[place] == uid:
                yield place
