"""The commands about folders: SELECT, CREATE, LIST, STATUS and their like (RFC 9051 section 6.3)."""

from typing import Final

from delegacy.wire.imap.commands import (
    ChangeAcl,
    Command,
    Create,
    List,
    ListReturn,
    ListSelection,
    ListSubscribed,
    Resync,
    Select,
    Status,
    StatusItem,
)
from delegacy.wire.imap.cursor import Cursor
from delegacy.wire.imap.sequence import parse_sequence_set

MOST_PATTERNS: Final = 100

_MATCHABLE: Final = frozenset({ListSelection.SUBSCRIBED, ListSelection.SPECIAL_USE})


def parse_selection(cursor: Cursor, *, read_only: bool) -> Command:
    """Read the arguments of SELECT and EXAMINE, with the parameters of RFC 7162."""
    cursor.space()
    mailbox = cursor.mailbox()
    condstore = False
    resync: Resync | None = None
    if not cursor.at_end:
        cursor.space()
        for parameter in cursor.parenthesised(lambda: _select_parameter(cursor)):
            if parameter is None:
                condstore = True
            else:
                resync = parameter
    return Select(mailbox, read_only, condstore, resync)


def _select_parameter(cursor: Cursor) -> Resync | None:
    word = cursor.word()
    if word == b"CONDSTORE":
        return None
    if word != b"QRESYNC":
        raise cursor.failure("Unknown SELECT parameter")
    # RFC 7162 section 7: uidvalidity, modification sequence, known UIDs, and pairs of numbers and UIDs, which save us nothing.
    cursor.expect(b" (")
    uid_validity = cursor.number()
    cursor.space()
    modseq = cursor.modseq()
    known = None
    if cursor.take(b" "):
        if cursor.sees_sequence_set:
            known = parse_sequence_set(cursor.sequence_set())
            if cursor.take(b" "):
                _sequence_match(cursor)
        else:
            _sequence_match(cursor)
    cursor.expect(b")")
    return Resync(uid_validity, modseq, known)


def _sequence_match(cursor: Cursor) -> None:
    cursor.expect(b"(")
    parse_sequence_set(cursor.sequence_set())
    cursor.space()
    parse_sequence_set(cursor.sequence_set())
    cursor.expect(b")")


def parse_create(cursor: Cursor) -> Command:
    """Read the arguments of CREATE, with USE (RFC 6154)."""
    cursor.space()
    mailbox = cursor.mailbox()
    special_use: tuple[bytes, ...] = ()
    if not cursor.at_end:
        cursor.space()
        cursor.expect(b"(USE ")
        special_use = cursor.parenthesised(cursor.flag)
        cursor.expect(b")")
    return Create(mailbox, special_use)


def parse_set_acl(cursor: Cursor) -> Command:
    """Read the arguments of SETACL (RFC 4314): a mailbox, an identifier, rights."""
    mailbox = one_mailbox(cursor)
    for _ in range(2):
        cursor.space()
        cursor.astring()
    return ChangeAcl(mailbox)


def parse_delete_acl(cursor: Cursor) -> Command:
    """Read the arguments of DELETEACL and LISTRIGHTS (RFC 4314): a mailbox and an identifier."""
    mailbox = one_mailbox(cursor)
    cursor.space()
    cursor.astring()
    return ChangeAcl(mailbox)


def one_mailbox(cursor: Cursor) -> str:
    """Read a space and the name of a mailbox."""
    cursor.space()
    return cursor.mailbox()


def parse_list(cursor: Cursor) -> Command:
    """Read the arguments of LIST, with the options of RFC 5258 and RFC 5819."""
    cursor.space()
    selection: frozenset[ListSelection] | None = None
    if cursor.sees(b"("):
        selection = frozenset(cursor.parenthesised(lambda: _list_selection(cursor)))
        if ListSelection.RECURSIVEMATCH in selection and not selection & _MATCHABLE:
            # RFC 5258 section 3.1
            raise cursor.failure("RECURSIVEMATCH needs another selection option")
        cursor.space()
    reference = cursor.mailbox()
    cursor.space()
    several = cursor.sees(b"(")
    patterns = cursor.parenthesised(cursor.list_mailbox) if several else (cursor.list_mailbox(),)
    if not 0 < len(patterns) <= MOST_PATTERNS:
        raise cursor.failure("Too few or too many patterns")
    returned: set[ListReturn] = set()
    status: tuple[StatusItem, ...] = ()
    returns = not cursor.at_end
    if returns:
        cursor.expect(b" RETURN ")
        for option, items in cursor.parenthesised(lambda: _list_return(cursor)):
            returned.add(option)
            status = items or status
    return List(
        reference,
        patterns,
        selection or frozenset(),
        frozenset(returned),
        status,
        extended=selection is not None or several or returns,
    )


def _list_selection(cursor: Cursor) -> ListSelection:
    word = cursor.word()
    for option in ListSelection:
        if option.value == word:
            return option
    raise cursor.failure("Unknown LIST selection option")


def _list_return(cursor: Cursor) -> tuple[ListReturn, tuple[StatusItem, ...]]:
    word = cursor.word()
    for option in ListReturn:
        if option.value == word:
            if option is ListReturn.STATUS:
                cursor.space()
                return option, _status_items(cursor)
            return option, ()
    raise cursor.failure("Unknown LIST return option")


def parse_list_subscribed(cursor: Cursor) -> Command:
    """Read the arguments of LSUB."""
    cursor.space()
    reference = cursor.mailbox()
    cursor.space()
    return ListSubscribed(reference, cursor.list_mailbox())


def parse_status(cursor: Cursor) -> Command:
    """Read the arguments of STATUS."""
    mailbox = one_mailbox(cursor)
    cursor.space()
    return Status(mailbox, _status_items(cursor))


def _status_items(cursor: Cursor) -> tuple[StatusItem, ...]:
    known = {item.value: item for item in StatusItem}
    words = cursor.parenthesised(cursor.word)
    if not words or any(word not in known for word in words):
        raise cursor.failure("Unknown STATUS item")
    return tuple(dict.fromkeys(known[word] for word in words))
