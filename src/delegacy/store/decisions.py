"""The facts of decisions: the hand-written SQL of the hot path.

Each answer comes from one statement, which is a snapshot by itself: the number of the change, account and target, and those entries of the list
that name the account, one of its groups, or everybody. An entry for a group is tried against the account's own groups and the closure, so
that what is read grows with neither the directory nor the length of the list's groups.

Every statement has two forms. The first is for nearly everybody, and tells whom it is not for: the account is the master of a linked
mailbox, or named by what every mailbox inherits where nothing goes before that. For those the second one is asked, which looks at both.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from delegacy.domain.access_token import AccessToken
from delegacy.domain.ace import Ace
from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.errors import InvalidIdentity, StoreUnavailable
from delegacy.domain.facts import FolderEntry, FolderFacts, OpeningFacts, SendingFacts, Target
from delegacy.domain.folder import FolderRights
from delegacy.domain.folder_permission import DEFAULT
from delegacy.domain.recipient import MAILBOXES
from delegacy.domain.rights import ADMITS_FULL_ACCESS, ADMITS_SEND_AS, Right, right_from_number
from delegacy.domain.sid import AUTHENTICATED_USERS, EVERYONE, SELF, Sid
from delegacy.store.connection import Connection, Dialect, Row
from delegacy.store.engine import Database
from delegacy.store.grants import INHERITANCE_TYPES
from delegacy.store.resolving import SELECT_KEY, find_rows
from delegacy.store.rows import to_kind, to_moment_or_none, to_number
from delegacy.store.schema import ROOT, WELL_KNOWN_KEYS


def _one_of(column: str, values: Iterable[object]) -> str:
    """Return a condition; for a list of three values or more SQLite would build a table at every execution, needed or not."""
    return f"({' OR '.join(f'{column} = {value}' for value in values)})"


_LOWEST_TO_SEND: Final = int(min(ADMITS_SEND_AS))
_HIGHEST_TO_SEND: Final = int(max(ADMITS_SEND_AS))
# The unary plus keeps SQLite from searching for each right where it is to read one range.
_OPENS: Final = _one_of("e.access_right", map(int, sorted(ADMITS_FULL_ACCESS)))
_SENDS: Final = (
    f"e.access_right BETWEEN {_LOWEST_TO_SEND} AND {_HIGHEST_TO_SEND} "
    f"AND {_one_of('+e.access_right', map(int, sorted(ADMITS_SEND_AS)))}"
)
_REACHING: Final = (place for place, kind in enumerate(INHERITANCE_TYPES) if kind.reaches_object)
_LASTS: Final = f"e.expires_at IS NULL AND {_one_of('e.inheritance_type', _REACHING)}"
_IS_MAILBOX: Final = _one_of("t.recipient_type_details", sorted(f"'{kind.value}'" for kind in MAILBOXES))

_COLUMNS: Final = """
    h.change, h.hidden_mailboxes_denied, a.account_disabled, a.sid, {linked_sid},
    t.id, t.guid, t.sid, t.recipient_type_details, t.display_name, t.primary_smtp_address, t.hidden,
    e.entry, e.trustee, e.allow, e.inherited, e.access_right, e.inheritance_type, g.sid, w.name, e.granted_at, e.expires_at,
    a.id, {exceptional}, {switches}
"""
_IN_GROUP: Final = """
    EXISTS (
        SELECT 1 FROM member x CROSS JOIN group_closure c
        WHERE x.member {{account}} AND c.descendant = x.group_id AND c.ancestor = {group} AND c.{flag} = 1
    )
"""
_IS_MASTER: Final = """
    EXISTS (SELECT 1 FROM object l WHERE l.linked_master_account = a.sid AND l.linked_master_account <> '')
"""
_LINKED: Final = "LEFT JOIN object l ON l.linked_master_account = a.sid AND l.linked_master_account <> ''"
_INHERITS_TO_OPEN: Final = f"(h.inherited_by_all = 1 OR {_IN_GROUP.format(group=ROOT, flag='security')})"
_INHERITS_TO_SEND: Final = f"(h.inherited_to_send = 1 AND {_IS_MAILBOX})"

_NAMED: Final = f"""
    (
        e.trustee {{account}}
        OR e.trustee = {WELL_KNOWN_KEYS[EVERYONE]}
        OR e.trustee = {WELL_KNOWN_KEYS[AUTHENTICATED_USERS]}
        OR (e.trustee = {WELL_KNOWN_KEYS[SELF]} AND t.id {{account}})
        OR (e.to_group = 1 AND {_IN_GROUP.format(group="e.trustee", flag="security")})
    )
"""
_WHO: Final = """
    LEFT JOIN object g ON e.to_group = 1 AND g.id = e.trustee
    LEFT JOIN grantor w ON w.id = e.granted_by
"""
_ENTRIES_TO_OPEN: Final = f"LEFT JOIN ace e ON e.target {{lists}} AND {_OPENS} AND {_NAMED} {_WHO}"
_ENTRIES_TO_SEND: Final = f"LEFT JOIN ace e ON e.target {{lists}} AND {_SENDS} AND {_NAMED} {_WHO}"
_OPENING: Final = f"""
    SELECT {_COLUMNS}
    FROM head h CROSS JOIN object a CROSS JOIN object t
    {{linked}}
    {_ENTRIES_TO_OPEN}
    WHERE h.id = 1 AND a.id = ? AND t.id = ?
"""
_MAPPED: Final = f"""
    SELECT {_COLUMNS}
    FROM head h CROSS JOIN object a
    {{linked}}
    CROSS JOIN automapping m CROSS JOIN object t
    {_ENTRIES_TO_OPEN}
    WHERE h.id = 1 AND a.id = ? AND m.delegate {{account}} AND t.id = m.mailbox
    ORDER BY t.id
"""
_NAMED_FOLDER: Final = f"""
    (
        p.trustee IN (a.id, l.id)
        OR p.trustee = {WELL_KNOWN_KEYS[DEFAULT]}
        OR (p.to_group = 1 AND {_IN_GROUP.format(group="p.trustee", flag="security").format(account="IN (a.id, l.id)")})
    )
"""
_FOLDERS: Final = f"""
    SELECT h.change, a.sid, l.sid, a.id, p.folder, p.trustee, p.rights, p.expires_at, g.sid
    FROM head h CROSS JOIN object a {_LINKED}
    LEFT JOIN folder_permission p ON p.mailbox = ? AND (p.expires_at IS NULL OR p.expires_at > ?) AND {_NAMED_FOLDER}
    LEFT JOIN object g ON p.to_group = 1 AND g.id = p.trustee
    WHERE h.id = 1 AND a.id = ?
"""
_GIVES: Final = "p.rights <> 0 AND (p.expires_at IS NULL OR p.expires_at > ?)"
_WITH_FOLDERS: Final = f"""
    SELECT {_COLUMNS}
    FROM head h CROSS JOIN object a
    {{linked}}
    CROSS JOIN (
        SELECT p.mailbox FROM folder_permission p WHERE p.trustee IN (?, ?) AND {_GIVES}
        UNION
        SELECT p.mailbox FROM member x CROSS JOIN group_closure c CROSS JOIN folder_permission p
        WHERE x.member IN (?, ?) AND c.descendant = x.group_id AND c.security = 1 AND p.trustee = c.ancestor AND {_GIVES}
        UNION
        SELECT p.mailbox FROM folder_permission p WHERE p.trustee = {WELL_KNOWN_KEYS[DEFAULT]} AND {_GIVES}
    ) f CROSS JOIN object t
    {_ENTRIES_TO_OPEN}
    WHERE h.id = 1 AND a.id = ? AND t.id = f.mailbox
    ORDER BY t.id
"""
_MAILBOX_OF_MASTER: Final = f"SELECT l.id FROM object a {_LINKED} WHERE a.id = ?"
# The Send on Behalf list is looked at beside an entry that leaves the decision to it.
_SENDING: Final = f"""
    SELECT {_COLUMNS}, t.copy_sent_as, t.copy_sent_on_behalf,
        CASE WHEN e.allow = 1 AND {_LASTS} THEN NULL ELSE (
            SELECT {{joined}} FROM send_on_behalf s CROSS JOIN object d
            WHERE s.target = t.id AND d.id = s.delegate AND (s.expires_at IS NULL OR s.expires_at > ?)
              AND (s.delegate {{account}} OR (s.to_group = 1 AND {_IN_GROUP.format(group="s.delegate", flag="mail")}))
        ) END
    FROM head h CROSS JOIN object a CROSS JOIN proxy_address p CROSS JOIN object t
    {{linked}}
    {_ENTRIES_TO_SEND}
    WHERE h.id = 1 AND a.id = ? AND p.address_key = ? AND t.id = p.object_id
"""
_JOINED: Final = MappingProxyType({Dialect.SQLITE: "group_concat(d.sid)", Dialect.POSTGRESQL: "string_agg(d.sid, ',')"})

_WELL_KNOWN_SIDS: Final[Mapping[int, Sid]] = MappingProxyType({key: sid for sid, key in WELL_KNOWN_KEYS.items()})
_MAILBOX_KINDS: Final = frozenset(kind.value for kind in MAILBOXES)
_ALONE: Final = MappingProxyType({int(right): frozenset({right}) for right in ADMITS_FULL_ACCESS | ADMITS_SEND_AS})
_KIND: Final = 8
_ACE: Final = 12
_RIGHT: Final = 16
_ACCOUNT: Final = 22
_EXCEPTIONAL: Final = 23
_SWITCHES: Final = 24
_COPIES: Final = 25
_LISTED: Final = 27
_NO_ENTRIES: Final[tuple[Ace, ...]] = ()
_NOBODY: Final[frozenset[Sid]] = frozenset()
_NO_IMAP: Final = frozenset({ClientProtocol.IMAP})
_EVERYTHING_ON: Final[frozenset[ClientProtocol]] = frozenset()


@dataclass(frozen=True, slots=True)
class _Statement:
    """The two forms of a statement: for nearly everybody, and for those whom it calls exceptional."""

    usual: str
    exceptional: str


_IMAP_OFF: Final = _Statement("a.imap_off + t.imap_off", "a.imap_off + t.imap_off + COALESCE(l.imap_off, 0)")
_NOT_LOOKED_AT: Final = _Statement("0", "0")


def _statement(template: str, inherits: str, dialect: Dialect, switches: _Statement) -> _Statement:
    alone, linked_too = "= a.id", "IN (a.id, l.id)"
    lists = f"IN (t.id, CASE WHEN {inherits.format(account=linked_too)} THEN {ROOT} END)"
    return _Statement(
        template.format(
            account=alone,
            lists="= t.id",
            linked="",
            linked_sid="NULL",
            exceptional=f"CASE WHEN {_IS_MASTER} THEN 1 WHEN {_LASTS} THEN 0 WHEN {inherits.format(account=alone)} THEN 1 ELSE 0 END",
            joined=_JOINED[dialect],
            switches=switches.usual,
        ),
        template.format(
            account=linked_too,
            lists=lists,
            linked=_LINKED,
            linked_sid="l.sid",
            exceptional="NULL",
            joined=_JOINED[dialect],
            switches=switches.exceptional,
        ),
    )


class SqlDecisionFacts:
    """``DecisionFacts`` over connections of its own, as many as ask at the same time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._idle: deque[Connection] = deque()
        self._opening = _statement(_OPENING, _INHERITS_TO_OPEN, database.dialect, _IMAP_OFF)
        self._sending = _statement(_SENDING, _INHERITS_TO_SEND, database.dialect, _NOT_LOOKED_AT)
        # Whose links are all those of another account gets no row of the usual form that would tell so.
        self._with_folders = _statement(_WITH_FOLDERS, _INHERITS_TO_OPEN, database.dialect, _IMAP_OFF).exceptional
        self._mapped = _statement(_MAPPED, _INHERITS_TO_OPEN, database.dialect, _IMAP_OFF).exceptional

    def change(self) -> int:
        return int(self._rows("SELECT change FROM head WHERE id = 1", ())[0][0])

    def opening(self, account: int, mailbox: int, now: datetime) -> OpeningFacts | None:
        rows = self._ask(self._opening, (account, mailbox))
        return _opening_facts(rows, now) if rows else None

    def sending(self, account: int, address: str, now: datetime) -> SendingFacts | None:
        rows = self._ask(self._sending, (to_number(now), account, f"smtp:{address}"))
        return _sending_facts(rows) if rows else None

    def mapped(self, account: int, now: datetime) -> tuple[OpeningFacts, ...]:
        return _facts_of_each(self._rows(self._mapped, (account,)), now)

    def folders(self, account: int, mailbox: int, now: datetime) -> FolderFacts | None:
        rows = self._rows(_FOLDERS, (mailbox, to_number(now), account))
        return _folder_facts(rows) if rows else None

    def with_folders_for(self, account: int, now: datetime) -> tuple[OpeningFacts, ...]:
        found = self._rows(_MAILBOX_OF_MASTER, (account,))
        if not found:
            return ()
        selves, moment = (account, found[0][0]), to_number(now)
        rows = self._rows(self._with_folders, (*selves, moment, *selves, moment, moment, account))
        return _facts_of_each(rows, now)

    def mailbox_key(self, identity: str) -> int | None:
        with self._connection() as connection:
            connection.begin_reading()
            try:
                rows = find_rows(connection, identity, MAILBOXES, SELECT_KEY)
            except InvalidIdentity:
                return None
            finally:
                connection.rollback()
            return rows[0][0] if len(rows) == 1 else None

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._idle:
            self._idle.pop().close()

    def _ask(self, statement: _Statement, parameters: Sequence[object]) -> list[Row]:
        rows = self._rows(statement.usual, parameters)
        if rows and rows[0][_EXCEPTIONAL]:
            return self._rows(statement.exceptional, parameters)
        return rows

    def _rows(self, sql: str, parameters: Sequence[object]) -> list[Row]:
        connection = self._take()
        try:
            rows = connection.rows(sql, parameters)
        except StoreUnavailable:
            connection.close()
            self.close()  # a server that was restarted has lost the others too
            with self._connection() as another:
                return another.rows(sql, parameters)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return rows

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        connection = self._take()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)

    def _take(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._database.lasting_connection()


def _opening_facts(rows: list[Row], now: datetime) -> OpeningFacts | None:
    row = rows[0]
    if row[_KIND] not in _MAILBOX_KINDS:
        return None
    users, mailbox = _users(rows), _target(row)
    if row[_ACE] is None:
        return OpeningFacts(
            row[0], row[2] == 1, AccessToken(users), mailbox, _NO_ENTRIES, row[1] == 1, None, _switched_off(row)
        )
    entries = _entries(rows)
    ends = [entry.expires_at for entry in entries if entry.expires_at is not None and entry.expires_at > now]
    return OpeningFacts(
        row[0],
        row[2] == 1,
        AccessToken(users, _groups(rows)),
        mailbox,
        entries,
        row[1] == 1,
        min(ends) if ends else None,
        _switched_off(row),
    )


def _facts_of_each(rows: Iterable[Row], now: datetime) -> tuple[OpeningFacts, ...]:
    """Return the facts of opening each mailbox that the rows are about."""
    of_mailbox: dict[int, list[Row]] = {}
    for row in rows:
        of_mailbox.setdefault(row[5], []).append(row)
    return tuple(facts for rows in of_mailbox.values() if (facts := _opening_facts(rows, now)) is not None)


def _folder_facts(rows: list[Row]) -> FolderFacts:
    change, account, linked = rows[0][:3]
    entries = tuple(_folder_entry(row) for row in rows if row[4] is not None)
    users = frozenset(sid for sid in (account, linked) if sid)
    return FolderFacts(
        change, AccessToken(users, frozenset(Sid(row[8]) for row in rows if row[8] is not None)), entries
    )


def _folder_entry(row: Row) -> FolderEntry:
    _, account, linked, key, folder, trustee, rights, expires_at, group = row
    sid = group or _WELL_KNOWN_SIDS.get(trustee) or (account if trustee == key else linked)
    return FolderEntry(UUID(bytes=bytes(folder)), Sid(sid), FolderRights(rights), to_moment_or_none(expires_at))


def _sending_facts(rows: list[Row]) -> SendingFacts:
    row = rows[0]
    users = _users(rows)
    delegates = _listed(rows)
    if row[_ACE] is None:
        token, entries = AccessToken(users), _NO_ENTRIES
    else:
        token, entries = AccessToken(users, _groups(rows)), _entries(rows)
    return SendingFacts(
        row[0],
        row[2] == 1,
        token,
        _target(row),
        entries,
        row[1] == 1,
        delegates,
        delegates - users if delegates else _NOBODY,
        row[_COPIES] == 1,
        row[_COPIES + 1] == 1,
    )


def _target(row: Row) -> Target:
    key, guid_octets, sid, kind, display_name, address, hidden = row[5:_ACE]
    return Target(key, guid_octets, sid or None, to_kind(kind), display_name, address, hidden == 1)


def _switched_off(row: Row) -> frozenset[ClientProtocol]:
    """Return the protocols that are closed for the mailbox, or for the account's own."""
    return _NO_IMAP if row[_SWITCHES] else _EVERYTHING_ON


def _users(rows: list[Row]) -> frozenset[Sid]:
    """Return the account's SID and those of the mailboxes whose master account it is."""
    if rows[0][4] is None:
        return frozenset((rows[0][3],))
    return frozenset((rows[0][3], *(row[4] for row in rows)))


def _groups(rows: list[Row]) -> frozenset[Sid]:
    """Return the groups by which entries named the account: it is in each whose entry was read."""
    return frozenset(Sid(row[18]) for row in rows if row[18] is not None)


def _listed(rows: list[Row]) -> frozenset[Sid]:
    """Return the principals of the Send on Behalf list, which every row has that was read with it."""
    for row in rows:
        if row[_LISTED] is not None:
            return frozenset(row[_LISTED].split(","))
    return _NOBODY


def _entries(rows: list[Row]) -> tuple[Ace, ...]:
    if len(rows) == 1:
        return (_entry(rows[0], _ALONE[rows[0][_RIGHT]]),)
    joined: dict[tuple[object, ...], tuple[Row, set[Right]]] = {}
    for row in rows:
        joined.setdefault(row[_ACE:_RIGHT], (row, set()))[1].add(right_from_number(row[_RIGHT]))
    return tuple(_entry(row, frozenset(rights)) for row, rights in joined.values())


def _entry(row: Row, rights: frozenset[Right]) -> Ace:
    _, trustee, allow, inherited, _, inheritance_type, group, granted_by, granted_at, expires_at = row[_ACE:_ACCOUNT]
    return Ace(
        group or _WELL_KNOWN_SIDS.get(trustee) or row[3 if trustee == row[_ACCOUNT] else 4],
        rights,
        allow == 1,
        inherited == 1,
        INHERITANCE_TYPES[inheritance_type],
        to_moment_or_none(expires_at),
        granted_by or "",
        to_moment_or_none(granted_at),
    )
