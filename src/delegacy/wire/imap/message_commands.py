"""The commands about messages: APPEND, SEARCH, FETCH, STORE, COPY, MOVE, UID EXPUNGE (RFC 9051 sections 6.3.12 and 6.4)."""

from types import MappingProxyType
from typing import Final

from delegacy.domain.mail_item import NO_FLAGS, Flags, SystemFlag, TooManyKeywords
from delegacy.domain.mail_store import FlagAction, FlagChange
from delegacy.wire.imap.commands import Append, Command, Copy, Expunge, Fetch, Search, Store
from delegacy.wire.imap.cursor import Cursor
from delegacy.wire.imap.dates import parse_date_time
from delegacy.wire.imap.errors import InvalidImapCommand
from delegacy.wire.imap.fetch import parse_fetch_items
from delegacy.wire.imap.folder_commands import one_mailbox
from delegacy.wire.imap.search import parse_search
from delegacy.wire.imap.sequence import parse_sequence_set

_SYSTEM_FLAGS: Final = MappingProxyType(
    {
        b"\\ANSWERED": SystemFlag.ANSWERED,
        b"\\DELETED": SystemFlag.DELETED,
        b"\\DRAFT": SystemFlag.DRAFT,
        b"\\FLAGGED": SystemFlag.FLAGGED,
        b"\\SEEN": SystemFlag.SEEN,
    }
)


def parse_append(cursor: Cursor) -> Command:
    """Read the arguments of APPEND."""
    mailbox = one_mailbox(cursor)
    cursor.space()
    flags = NO_FLAGS
    if cursor.sees(b"("):
        flags = _flags(cursor.parenthesised(cursor.flag), cursor)
        cursor.space()
    received = None
    if cursor.sees(b'"'):
        received = parse_date_time(cursor.string())
        cursor.space()
    return Append(mailbox, flags, received, cursor.literal().data)


def parse_uid_expunge(cursor: Cursor) -> Command:
    """Read the arguments of UID EXPUNGE (RFC 4315)."""
    cursor.space()
    return Expunge(parse_sequence_set(cursor.sequence_set()))


def parse_search_command(cursor: Cursor, *, by_uid: bool) -> Command:
    """Read the arguments of SEARCH."""
    cursor.space()
    return Search(parse_search(cursor), by_uid)


def parse_fetch(cursor: Cursor, *, by_uid: bool) -> Command:
    """Read the arguments of FETCH, with the modifiers of RFC 7162."""
    cursor.space()
    numbers = parse_sequence_set(cursor.sequence_set())
    cursor.space()
    items = parse_fetch_items(cursor)
    changed_since: int | None = None
    vanished = False
    if not cursor.at_end:
        cursor.space()
        for modseq in cursor.parenthesised(lambda: _fetch_modifier(cursor)):
            if modseq is None:
                vanished = True
            else:
                changed_since = modseq
    if vanished and not (by_uid and changed_since is not None):
        # RFC 7162 section 3.2.6
        raise cursor.failure("VANISHED is for UID FETCH with CHANGEDSINCE")
    return Fetch(numbers, items, by_uid, changed_since, vanished)


def _fetch_modifier(cursor: Cursor) -> int | None:
    word = cursor.word()
    if word == b"VANISHED":
        return None
    if word != b"CHANGEDSINCE":
        raise cursor.failure("Unknown FETCH modifier")
    cursor.space()
    return cursor.modseq()


def parse_store(cursor: Cursor, *, by_uid: bool) -> Command:
    """Read the arguments of STORE, with UNCHANGEDSINCE (RFC 7162)."""
    cursor.space()
    numbers = parse_sequence_set(cursor.sequence_set())
    cursor.space()
    unchanged_since = None
    if cursor.take(b"(UNCHANGEDSINCE "):
        unchanged_since = cursor.modseq()
        cursor.expect(b") ")
    action = FlagAction.REPLACE
    if cursor.take(b"+"):
        action = FlagAction.ADD
    elif cursor.take(b"-"):
        action = FlagAction.REMOVE
    cursor.expect(b"FLAGS")
    silent = cursor.take(b".SILENT")
    cursor.space()
    words = cursor.parenthesised(cursor.flag) if cursor.sees(b"(") else _bare_flags(cursor)
    return Store(numbers, FlagChange(action, _flags(words, cursor), unchanged_since), silent, by_uid)


def _bare_flags(cursor: Cursor) -> tuple[bytes, ...]:
    words = [cursor.flag()]
    while cursor.take(b" "):
        words.append(cursor.flag())
    return tuple(words)


def _flags(words: tuple[bytes, ...], cursor: Cursor) -> Flags:
    system = SystemFlag.NONE
    keywords: list[str] = []
    for word in words:
        if word.startswith(b"\\"):
            flag = _SYSTEM_FLAGS.get(word.upper())
            if flag is None:
                raise cursor.failure("Unknown system flag")
            system |= flag
        else:
            keywords.append(word.decode("ascii"))
    try:
        return Flags(system, tuple(keywords))
    except TooManyKeywords as error:
        raise InvalidImapCommand(error.message) from error


def parse_copy(cursor: Cursor, *, by_uid: bool, removing: bool) -> Command:
    """Read the arguments of COPY and MOVE."""
    cursor.space()
    numbers = parse_sequence_set(cursor.sequence_set())
    return Copy(numbers, one_mailbox(cursor), by_uid, removing)
