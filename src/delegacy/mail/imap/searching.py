"""Answering SEARCH: what the store can answer is asked of it, whole branches at a time; for the rest messages are read."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, cast

from delegacy.domain.mail_search import (
    All,
    BodyContains,
    ContentCriterion,
    Either,
    HeaderContains,
    KeptCriterion,
    MessageContains,
    Not,
    fold_text,
)
from delegacy.domain.mail_store import MailStore, MessageColumn, MessageRow
from delegacy.mail.imap.reading import FolderReader
from delegacy.mail.imap.selected import SelectedFolder
from delegacy.mail.imap.workers import MailWorkers
from delegacy.wire.imap.search import AllKeys, NotKey, Numbered, OrKey, SearchKey
from delegacy.wire.message_text import HeaderReader, decoded_texts, header_text
from delegacy.wire.mime import text_parts

_Kept = KeptCriterion | Not | All | Either
_Matcher = Callable[[MessageRow], bool]
_WHOLE: Final = (MessageColumn.HEADER, MessageColumn.TEXT, MessageColumn.PARTS)


class FolderSearch:
    """One search of a selected folder."""

    def __init__(self, store: MailStore, workers: MailWorkers, selected: SelectedFolder) -> None:
        self._store = store
        self._workers = workers
        self._selected = selected

    async def find(self, key: SearchKey) -> list[int]:
        """Return the UIDs, ascending, of the messages that match, of those that the client knows.

        Raises ``NoSuchMessage`` for a message number that there is not.
        """
        return sorted(await self._find(key, frozenset(self._selected.uids)))

    async def _find(self, key: SearchKey, among: frozenset[int]) -> frozenset[int]:
        if isinstance(key, Numbered):
            spans = self._selected.spans(key.numbers, by_uid=key.by_uid)
            return among.intersection(self._selected.all_uids(spans))
        kept = _kept(key)
        if kept is not None:
            return among & frozenset(await self._ask(kept))
        match key:
            case NotKey(inner):
                return among - await self._find(inner, among)
            case OrKey(one, other):
                found = await self._find(one, among)
                return found | await self._find(other, among - found)
            case AllKeys(keys):
                return await self._find_all(keys, among)
            case HeaderContains() | BodyContains() | MessageContains():
                return await self._read(key, among)
            case _:
                raise TypeError(key)

    async def _find_all(self, keys: Iterable[SearchKey], among: frozenset[int]) -> frozenset[int]:
        """Find what matches all keys: first by what costs least, so that few messages have to be read."""
        asked: list[_Kept] = []
        rest: list[SearchKey] = []
        for key in keys:
            if isinstance(key, Numbered):
                among = await self._find(key, among)
                continue
            kept = _kept(key)
            if kept is None:
                rest.append(key)
            else:
                asked.append(kept)
        if asked and among:
            among &= frozenset(await self._ask(All(tuple(asked))))
        for key in rest:
            among = await self._find(key, among)
        return among

    async def _ask(self, criterion: _Kept) -> Iterable[int]:
        selected = self._selected
        return await self._workers.call(self._store.search, selected.opening, selected.folder.id, criterion)

    async def _read(self, criterion: ContentCriterion, among: frozenset[int]) -> frozenset[int]:
        columns, matches = _matcher(criterion)
        reader = FolderReader(self._store, self._workers, self._selected)
        found: set[int] = set()
        spans = [(number - 1, number) for number in self._selected.numbers_of(sorted(among))]
        async for batch in reader.batches(spans, columns):
            # Undoing transfer encodings and charsets is work for a thread.
            found.update(await self._workers.call(_matching, batch.rows, matches))
        return frozenset(found)


def _matching(rows: Sequence[MessageRow], matches: _Matcher) -> list[int]:
    return [cast("int", row[0]) for row in rows if matches(row)]


def _kept(key: SearchKey) -> _Kept | None:
    """Return the key as a criterion for the store; None if a message number or a message's content is needed."""
    match key:
        case NotKey(inner):
            kept = _kept(inner)
            return None if kept is None else Not(kept)
        case AllKeys(keys):
            several = [_kept(inner) for inner in keys]
            return None if None in several else All(tuple(inner for inner in several if inner is not None))
        case OrKey(one, other):
            left, right = _kept(one), _kept(other)
            return None if left is None or right is None else Either(left, right)
        case Numbered() | HeaderContains() | BodyContains() | MessageContains():
            return None
        case _:
            return key


def _matcher(criterion: ContentCriterion) -> tuple[tuple[MessageColumn, ...], _Matcher]:
    """Return the columns that a criterion needs, and what tells whether a row of them matches."""
    match criterion:
        case HeaderContains(name, text):
            return (MessageColumn.HEADER,), _header_matcher(name, fold_text(text))
        case BodyContains(text):
            return _WHOLE, _body_matcher(fold_text(text))
        case MessageContains(text):
            wanted = fold_text(text)
            in_body = _body_matcher(wanted)
            return _WHOLE, lambda row: wanted in fold_text(header_text(_header(row))) or in_body(row)


def _header(row: MessageRow) -> bytes:
    return cast("bytes", row[1])


def _header_matcher(name: str, wanted: str) -> _Matcher:
    reader = HeaderReader(name.encode("utf-8"))
    return lambda row: any(wanted in fold_text(value) for value in reader.values(_header(row)))


def _body_matcher(wanted: str) -> _Matcher:
    def matches(row: MessageRow) -> bool:
        raw = _header(row) + cast("bytes", row[2])
        return any(wanted in fold_text(text) for text in decoded_texts(raw, text_parts(cast("bytes", row[3]))))

    return matches
