"""Text to command (RFC 9051 section 9)."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType
from typing import Final

from delegacy.wire.imap.commands import (
    Authenticate,
    Command,
    Delete,
    Enable,
    Expunge,
    GetAcl,
    Identify,
    Login,
    MyRights,
    Plain,
    PlainCommand,
    Rename,
    Subscribe,
    Tagged,
)
from delegacy.wire.imap.cursor import Cursor
from delegacy.wire.imap.errors import InvalidImapCommand, UnsupportedCharset
from delegacy.wire.imap.folder_commands import (
    one_mailbox,
    parse_create,
    parse_delete_acl,
    parse_list,
    parse_list_subscribed,
    parse_selection,
    parse_set_acl,
    parse_status,
)
from delegacy.wire.imap.message_commands import (
    parse_append,
    parse_copy,
    parse_fetch,
    parse_search_command,
    parse_store,
    parse_uid_expunge,
)
from delegacy.wire.imap.reader import CommandText

MOST_ID_FIELDS: Final = 30

Parser = Callable[[Cursor], Command]


def parse_command(text: CommandText, *, utf8: bool = False) -> Tagged:
    """Return the command that ``text`` is. ``utf8`` tells that mailbox names are in UTF-8 instead of modified UTF-7.

    Raises ``InvalidImapCommand`` (with the tag, if there is one), or ``UnsupportedCharset`` with it.
    """
    cursor = Cursor(text, utf8=utf8)
    tag = cursor.command_tag()
    cursor.space()
    try:
        word = cursor.word()
        parsers = _PARSERS
        if word == b"UID":
            cursor.space()
            word = cursor.word()
            parsers = _UID_PARSERS
        parser = parsers.get(word)
        if parser is None:
            raise cursor.failure("Unknown command")
        command = parser(cursor)
        cursor.end()
    except InvalidImapCommand as error:
        raise InvalidImapCommand(error.message, tag) from error
    except UnsupportedCharset as error:
        raise UnsupportedCharset(error.target, tag) from error
    return Tagged(tag, command)


def _identify(cursor: Cursor) -> Command:
    cursor.space()
    if not cursor.take(b"NIL"):
        fields = cursor.parenthesised(cursor.nstring)
        if len(fields) % 2 or len(fields) > 2 * MOST_ID_FIELDS:
            raise cursor.failure("Invalid ID")
    return Identify()


def _login(cursor: Cursor) -> Command:
    cursor.space()
    name = cursor.text()
    cursor.space()
    return Login(name, cursor.text())


def _authenticate(cursor: Cursor) -> Command:
    cursor.space()
    mechanism = cursor.atom().upper()
    initial = None
    if not cursor.at_end:
        cursor.space()
        initial = cursor.base64()
    return Authenticate(mechanism, initial)


def _enable(cursor: Cursor) -> Command:
    words: list[bytes] = []
    while not words or not cursor.at_end:
        cursor.space()
        words.append(cursor.atom().upper())
    return Enable(tuple(words))


def _subscribe(cursor: Cursor, *, subscribed: bool) -> Command:
    return Subscribe(one_mailbox(cursor), subscribed)


def _plain(cursor: Cursor, *, command: Plain) -> Command:
    del cursor
    return PlainCommand(command)


_PARSERS: Final = MappingProxyType[bytes, Parser](
    {
        **{command.value: partial(_plain, command=command) for command in Plain},
        b"APPEND": parse_append,
        b"AUTHENTICATE": _authenticate,
        b"COPY": partial(parse_copy, by_uid=False, removing=False),
        b"CREATE": parse_create,
        b"DELETE": lambda cursor: Delete(one_mailbox(cursor)),
        b"DELETEACL": parse_delete_acl,
        b"ENABLE": _enable,
        b"EXAMINE": partial(parse_selection, read_only=True),
        b"EXPUNGE": lambda _: Expunge(),
        b"FETCH": partial(parse_fetch, by_uid=False),
        b"GETACL": lambda cursor: GetAcl(one_mailbox(cursor)),
        b"ID": _identify,
        b"LIST": parse_list,
        b"LISTRIGHTS": parse_delete_acl,
        b"LOGIN": _login,
        b"LSUB": parse_list_subscribed,
        b"MOVE": partial(parse_copy, by_uid=False, removing=True),
        b"MYRIGHTS": lambda cursor: MyRights(one_mailbox(cursor)),
        b"RENAME": lambda cursor: Rename(one_mailbox(cursor), one_mailbox(cursor)),
        b"SEARCH": partial(parse_search_command, by_uid=False),
        b"SELECT": partial(parse_selection, read_only=False),
        b"SETACL": parse_set_acl,
        b"STATUS": parse_status,
        b"STORE": partial(parse_store, by_uid=False),
        b"SUBSCRIBE": partial(_subscribe, subscribed=True),
        b"UNSUBSCRIBE": partial(_subscribe, subscribed=False),
    }
)
_UID_PARSERS: Final = MappingProxyType[bytes, Parser](
    {
        b"COPY": partial(parse_copy, by_uid=True, removing=False),
        b"EXPUNGE": parse_uid_expunge,
        b"FETCH": partial(parse_fetch, by_uid=True),
        b"MOVE": partial(parse_copy, by_uid=True, removing=True),
        b"SEARCH": partial(parse_search_command, by_uid=True),
        b"STORE": partial(parse_store, by_uid=True),
    }
)
