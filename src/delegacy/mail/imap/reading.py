"""Reading the messages of a selected folder in batches small enough that other sessions are not kept waiting."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Final, cast

from delegacy.domain.mail_store import MailStore, MessageColumn, MessageRow
from delegacy.mail.imap.selected import NumberedRows, SelectedFolder, Span
from delegacy.mail.imap.workers import MailWorkers

_NARROW: Final = frozenset(
    {
        MessageColumn.SYSTEM_FLAGS,
        MessageColumn.KEYWORDS,
        MessageColumn.MODSEQ,
        MessageColumn.RECEIVED,
        MessageColumn.SIZE,
    }
)
_MOST_NARROW_ROWS: Final = 2000
_MOST_ROWS: Final = 500
_MOST_OCTETS: Final = 4 * 1024 * 1024


class FolderReader:
    """Reads messages of a selected folder."""

    def __init__(self, store: MailStore, workers: MailWorkers, selected: SelectedFolder) -> None:
        self._store = store
        self._workers = workers
        self._selected = selected

    async def batches(self, spans: Iterable[Span], columns: Sequence[MessageColumn]) -> AsyncIterator[NumberedRows]:
        """Yield the messages of ``spans``; those that are gone are passed over.

        A batch holds so many messages, and so many octets, that it takes about a millisecond or one message.
        """
        if _NARROW.issuperset(columns):
            for uids in self._selected.uid_batches(spans, _MOST_NARROW_ROWS):
                yield self._selected.number_rows(await self._fetch(uids, columns))
            return
        for uids in self._selected.uid_batches(spans, _MOST_ROWS):
            for piece in _pieces(uids, await self._fetch(uids, (MessageColumn.SIZE,))):
                yield self._selected.number_rows(await self._fetch(piece, columns))

    async def _fetch(self, uids: Sequence[int], columns: Sequence[MessageColumn]) -> list[MessageRow]:
        selected = self._selected
        return await self._workers.call(self._store.fetch, selected.opening, selected.folder.id, uids, columns)


def _pieces(uids: Sequence[int], sizes: Sequence[MessageRow]) -> Iterator[Sequence[int]]:
    """Cut UIDs so that the messages of a piece are not too large together; ``sizes`` are rows of UID and size."""
    piece: list[int] = []
    octets = 0
    for row in sizes:
        uid, size = cast("tuple[int, int]", row)
        if piece and octets + size > _MOST_OCTETS:
            yield _like(uids, piece)
            piece, octets = [], 0
        piece.append(uid)
        octets += size
    if piece:
        yield _like(uids, piece)


def _like(uids: Sequence[int], piece: list[int]) -> Sequence[int]:
    return range(piece[0], piece[-1] + 1) if isinstance(uids, range) else piece
