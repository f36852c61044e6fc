"""Access control entries, Send on Behalf lists and auto-mapping links: written and read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from delegacy.domain.ace import Ace
from delegacy.domain.acl import Acl, RemovalOutcome
from delegacy.domain.change import HeldPlace, ListChanged
from delegacy.domain.errors import AccessControlListFull
from delegacy.domain.ports import Place
from delegacy.domain.recipient import MAILBOXES, Recipient
from delegacy.domain.rights import (
    ADMITS_FULL_ACCESS,
    ADMITS_SEND_AS,
    DirectoryRight,
    InheritanceType,
    Right,
    right_from_number,
)
from delegacy.domain.sid import AUTHENTICATED_USERS, EVERYONE, SELF, Sid
from delegacy.store import closure, history
from delegacy.store.connection import Connection, Row
from delegacy.store.principals import Trustee, find_trustee, sid_of, trustee_for
from delegacy.store.rows import to_moment_or_none, to_number_or_null
from delegacy.store.schema import ROOT, WELL_KNOWN_KEYS
from delegacy.store.transaction import Transaction

FIRST_DIRECTORY_RIGHT: Final = min(DirectoryRight)
"""Rights below are in a mailbox's own list, this one and those above in the directory object's."""
INHERITANCE_TYPES: Final = tuple(InheritanceType)
"""Stored by their place in this list."""

_INSERT: Final = (
    "INSERT INTO ace (target, access_right, trustee, allow, inherited, to_group, entry, inheritance_type, granted_by, granted_at, "
    "expires_at) "
)
_REACHING: Final = ", ".join(str(place) for place, kind in enumerate(INHERITANCE_TYPES) if kind.reaches_object)
# A right that is there already stays as it is where its entry covers the new one (``Ace.covers``), and is of the new entry otherwise.
_UNLESS_COVERED: Final = f"""
    ON CONFLICT (target, access_right, trustee, allow, inherited) DO UPDATE SET
        entry = excluded.entry, inheritance_type = excluded.inheritance_type, granted_by = excluded.granted_by,
        granted_at = excluded.granted_at, expires_at = excluded.expires_at
    WHERE excluded.inheritance_type IN ({_REACHING}) AND (
        ace.inheritance_type NOT IN ({_REACHING}) OR ace.expires_at < coalesce(excluded.expires_at, ace.expires_at + 1)
    )
"""
_GRANT: Final = f"{_INSERT} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) {_UNLESS_COVERED}"
_GRANT_MANY: Final = f"{_INSERT} SELECT value, ?, ?, ?, 0, ?, ?, ?, ?, ?, ? FROM ({{keys}}) AS wanted WHERE true ORDER BY 1 {_UNLESS_COVERED}"
_COVERING: Final = f"(? = 0 OR (inheritance_type IN ({_REACHING}) AND (expires_at IS NULL OR expires_at >= ?)))"
_ALWAYS: Final = 2**63 - 1
_HELD: Final = "target = ? AND access_right = ? AND trustee = ? AND allow = ? AND inherited = ?"
_REPLACED: Final = f"{_HELD} AND NOT {_COVERING}"
_REPLACED_MANY: Final = (
    f"target IN ({{keys}}) AND access_right = ? AND trustee = ? AND allow = ? AND inherited = 0 AND NOT {_COVERING}"
)
_PLACES: Final = """
    SELECT s.delegate, g.name, s.granted_at, s.expires_at
    FROM send_on_behalf s LEFT JOIN grantor g ON g.id = s.granted_by
    WHERE s.target = ? ORDER BY s.entry
"""
_PLACED: Final = "target = ? AND delegate = ?"
_REVOKE: Final = f"DELETE FROM ace WHERE {_HELD}"
_INHERITED: Final = (
    "SELECT 1 FROM ace WHERE target = ? AND access_right = ? AND trustee = ? AND allow = ? AND inherited = 1"
)
_ENTRIES: Final = """
    SELECT a.inherited, a.entry, a.trustee, a.allow, a.access_right, a.inheritance_type, g.name, a.granted_at, a.expires_at, o.sid, f.sid
    FROM ace a
    LEFT JOIN object o ON o.id = a.trustee
    LEFT JOIN foreign_principal f ON f.id = a.trustee
    LEFT JOIN grantor g ON g.id = a.granted_by
    WHERE a.target = ? AND a.access_right BETWEEN ? AND ? AND (a.expires_at IS NULL OR a.expires_at > ?)
    ORDER BY a.inherited, a.entry, a.trustee, a.allow
"""
_ENDED: Final = """
    SELECT a.inherited, a.entry, a.trustee, a.allow, a.access_right, a.inheritance_type, g.name, a.granted_at, a.expires_at, o.sid, f.sid
    FROM ace a
    LEFT JOIN object o ON o.id = a.trustee
    LEFT JOIN foreign_principal f ON f.id = a.trustee
    LEFT JOIN grantor g ON g.id = a.granted_by
    WHERE a.target = ? AND a.expires_at <= ? AND a.inherited = 0
    ORDER BY a.entry, a.trustee, a.allow
"""
_ENTRIES_OF_MANY: Final = (
    _ENTRIES.replace("SELECT a.inherited", "SELECT a.target, a.inherited")
    .replace("a.target = ?", "a.target IN ({keys})")
    .replace("ORDER BY", "ORDER BY a.target,")
)
_LIKE: Final = (
    "SELECT 0, a.entry, a.trustee, a.allow, a.access_right, a.inheritance_type, g.name, a.granted_at, a.expires_at, '', '' FROM ace a "
    "LEFT JOIN grantor g ON g.id = a.granted_by "
    "WHERE a.target = ? AND a.access_right = ? AND a.trustee = ? AND a.allow = ? AND a.inherited = 0"
)
_HIGHEST: Final = 2**31 - 1
_MAILBOX_KINDS: Final = frozenset(kind.value for kind in MAILBOXES)
_LISTS: Final = MappingProxyType({True: (0, FIRST_DIRECTORY_RIGHT - 1), False: (int(FIRST_DIRECTORY_RIGHT), _HIGHEST)})


def acl(connection: Connection, key: int, now: int, *, of_mailbox: bool) -> Acl:
    """Return a mailbox's own list, or the directory object's, with what it inherits after it, without what has ended at ``now``."""
    rows = connection.rows(_ENTRIES, (key, *_LISTS[of_mailbox], now))
    if _inherits(connection, key):
        rows += connection.rows(_ENTRIES, (ROOT, *_LISTS[of_mailbox], now))
    return Acl(tuple(_entries(rows)))


def inherited_entries(connection: Connection, now: int) -> tuple[Ace, ...]:
    """Return the entries that every mailbox inherits, without what has ended at ``now``."""
    return tuple(_entries(connection.rows(_ENTRIES, (ROOT, 0, _HIGHEST, now))))


def ad_acls(connection: Connection, recipients: Iterable[Recipient], now: int) -> Mapping[int, Acl]:
    """Return the lists of many directory objects, likewise, by key: with two queries, however many there are."""
    listed = {recipient.id: recipient.recipient_type_details in MAILBOXES for recipient in recipients}
    inherited = tuple(_entries(connection.rows(_ENTRIES, (ROOT, *_LISTS[False], now))))
    rows: dict[int, list[Row]] = {key: [] for key in listed}
    for target, *row in connection.rows(
        _ENTRIES_OF_MANY.format(keys=connection.key_set), (connection.keys(listed), *_LISTS[False], now)
    ):
        rows[target].append(tuple(row))
    return {key: Acl((*_entries(rows[key]), *(inherited if inherits else ()))) for key, inherits in listed.items()}


def entries_like(connection: Connection, key: int, ace: Ace) -> tuple[Ace, ...]:
    """Return the explicit entries of the trustee and kind of ``ace``, as far as they hold rights of it."""
    trustee = find_trustee(connection, ace.trustee)
    if trustee is None:
        return ()
    rows = [row for right in ace.rights for row in connection.rows(_LIKE, (key, right, trustee.key, int(ace.allow)))]
    return tuple(entry._replace(trustee=ace.trustee) for entry in _entries(rows))


def ended_entries(connection: Connection, key: int, now: int) -> tuple[Ace, ...]:
    """Return the explicit entries on an object that have ended at ``now`` and are still there."""
    return tuple(_entries(connection.rows(_ENDED, (key, now))))


def grant(transaction: Transaction, target: int, ace: Ace) -> None:
    """Add an explicit entry. Rights that an entry covers stay as they are. Raises ``AccessControlListFull``."""
    mailbox_rights = any(right < FIRST_DIRECTORY_RIGHT for right in ace.rights)
    if mailbox_rights and _is_full(transaction.connection, target):
        raise AccessControlListFull(_name(transaction.connection, target))
    _write(transaction, target, ace, inherited=0)


def grant_many(transaction: Transaction, targets: Sequence[int], ace: Ace) -> tuple[int, ...]:
    """Add the entry on each target that lacks one of its rights, set-based; return those targets. Raises ``AccessControlListFull``."""
    connection = transaction.connection
    trustee = trustee_for(transaction, ace.trustee)
    marks = ", ".join("?" * len(ace.rights))
    lacking = connection.rows(
        f"SELECT value FROM ({connection.key_set}) AS wanted WHERE (SELECT count(*) FROM ace WHERE target = value "
        f"AND access_right IN ({marks}) AND trustee = ? AND allow = ? AND inherited = 0 AND {_COVERING}) < ? ORDER BY 1",
        (connection.keys(targets), *sorted(ace.rights), trustee.key, int(ace.allow), *_covered(ace), len(ace.rights)),
    )
    changed = tuple(dict.fromkeys(row[0] for row in lacking))
    keys = connection.keys(changed)
    if any(right < FIRST_DIRECTORY_RIGHT for right in ace.rights):
        full = connection.row(
            f"SELECT target FROM ace WHERE target IN ({connection.key_set}) AND access_right < ? AND inherited = 0 "
            "GROUP BY target HAVING count(DISTINCT entry) >= ?",
            (keys, FIRST_DIRECTORY_RIGHT, AccessControlListFull.LIMIT),
        )
        if full is not None:
            raise AccessControlListFull(_name(connection, full[0]))
    entry = transaction.entry()
    for right in sorted(ace.rights):
        history.end_entries(
            transaction,
            _REPLACED_MANY.format(keys=connection.key_set),
            (keys, right, trustee.key, int(ace.allow), *_covered(ace)),
        )
        connection.run(
            _GRANT_MANY.format(keys=connection.key_set),
            (right, trustee.key, int(ace.allow), int(trustee.is_group), entry, *_details(transaction, ace), keys),
        )
    return changed


def revoke(transaction: Transaction, target: int, sid: Sid, rights: Iterable[Right], *, allow: bool) -> RemovalOutcome:
    """Take rights out of the explicit entries of one kind for a trustee."""
    connection = transaction.connection
    trustee = find_trustee(connection, sid)
    if trustee is None:
        return RemovalOutcome.NOT_PRESENT
    named = [(right, trustee.key, int(allow)) for right in rights]
    removed = 0
    for row in named:
        held = (target, *row, 0)
        history.end_entries(transaction, _HELD, held)
        removed += connection.run(_REVOKE, held)
    if removed:
        return RemovalOutcome.REMOVED
    if _inherits(connection, target) and any(connection.row(_INHERITED, (ROOT, *row)) for row in named):
        return RemovalOutcome.INHERITED
    return RemovalOutcome.NOT_PRESENT


def set_inherited(transaction: Transaction, aces: Sequence[Ace]) -> None:
    """Set the entries that every mailbox inherits, and whom the root of the closure holds."""
    connection = transaction.connection
    history.end_entries(transaction, "target = ?", (ROOT,))
    connection.run("DELETE FROM ace WHERE target = ?", (ROOT,))
    for (member,) in connection.rows("SELECT member FROM member WHERE group_id = ?", (ROOT,)):
        connection.run("DELETE FROM member WHERE member = ? AND group_id = ?", (member, ROOT))
        closure.remove_membership(connection, member, ROOT)
    for ace in aces:
        _write(transaction, ROOT, ace, inherited=1)
    deciding = [ace for ace in aces if ace.rights & (ADMITS_FULL_ACCESS | ADMITS_SEND_AS)]
    trustees = {trustee_for(transaction, ace.trustee) for ace in deciding}
    for trustee in trustees:
        if trustee.key > 0:
            connection.run("INSERT INTO member (member, group_id) VALUES (?, ?)", (trustee.key, ROOT))
        if trustee.is_group:
            closure.add_membership(connection, trustee.key, ROOT)
    by_all = not trustees.isdisjoint({Trustee(WELL_KNOWN_KEYS[sid]) for sid in (EVERYONE, AUTHENTICATED_USERS, SELF)})
    to_send = any(ace.rights & ADMITS_SEND_AS for ace in deciding)
    connection.run(
        "UPDATE head SET inherited_by_all = ?, inherited_to_send = ? WHERE id = 1", (int(by_all), int(to_send))
    )


def planned_places(connection: Connection, target: int, delegates: Sequence[int], place: Place) -> ListChanged:
    """Return what comes and goes where ``delegates`` become the list.

    Those who are in it keep their place, unless ``place`` names them and lasts longer.
    """
    held = {
        delegate: HeldPlace(delegate, granted_by or "", to_moment_or_none(granted_at), to_moment_or_none(expires_at))
        for delegate, granted_by, granted_at, expires_at in connection.rows(_PLACES, (target,))
    }
    named = frozenset(delegates if place.named is None else place.named)
    kept = {
        delegate
        for delegate in delegates
        if delegate in held and (delegate not in named or _lasts(held[delegate].expires_at, place.expires_at))
    }
    return ListChanged(
        target,
        tuple(before for delegate, before in held.items() if delegate not in kept),
        tuple(
            HeldPlace(delegate, place.granted_by, place.granted_at, place.expires_at)
            for delegate in dict.fromkeys(delegates)
            if delegate not in kept
        ),
    )


def set_send_on_behalf(transaction: Transaction, change: ListChanged) -> None:
    """Take places out of a Send on Behalf list, and put others into it."""
    connection = transaction.connection
    for place in change.gone:
        history.end_places(transaction, _PLACED, (change.target, place.delegate))
        connection.run(f"DELETE FROM send_on_behalf WHERE {_PLACED}", (change.target, place.delegate))
    for place in change.come:
        connection.run(
            "INSERT INTO send_on_behalf (target, delegate, to_group, entry, granted_by, granted_at, expires_at) "
            "SELECT ?, o.id, (SELECT count(*) FROM group_closure WHERE descendant = o.id AND ancestor = o.id), ?, ?, ?, ? "
            "FROM object o WHERE o.id = ?",
            (
                change.target,
                transaction.entry(),
                transaction.grantor(place.granted_by),
                to_number_or_null(place.granted_at),
                to_number_or_null(place.expires_at),
                place.delegate,
            ),
        )


def _lasts(end: datetime | None, wanted: datetime | None) -> bool:
    """Tell whether a place in a list that ends at ``end`` lasts as long as one that ends at ``wanted``."""
    return end is None or (wanted is not None and wanted <= end)


def _write(transaction: Transaction, target: int, ace: Ace, *, inherited: int) -> None:
    trustee = trustee_for(transaction, ace.trustee)
    entry, details = transaction.entry(), _details(transaction, ace)
    for right in ace.rights:
        history.end_entries(
            transaction, _REPLACED, (target, right, trustee.key, int(ace.allow), inherited, *_covered(ace))
        )
        transaction.connection.run(
            _GRANT,
            (target, right, trustee.key, int(ace.allow), inherited, int(trustee.is_group), entry, *details),
        )


def _details(transaction: Transaction, ace: Ace) -> tuple[int, int | None, int | None, int | None]:
    return (
        INHERITANCE_TYPES.index(ace.inheritance_type),
        transaction.grantor(ace.granted_by),
        to_number_or_null(ace.granted_at),
        to_number_or_null(ace.expires_at),
    )


def _covered(ace: Ace) -> tuple[int, int]:
    """Return what ``_COVERING`` asks of the new entry: whether it reaches the object, and how long it lasts."""
    ends = to_number_or_null(ace.expires_at)
    return int(ace.inheritance_type.reaches_object), _ALWAYS if ends is None else ends


def _is_full(connection: Connection, target: int) -> bool:
    held = "FROM ace WHERE target = ? AND access_right < ? AND inherited = 0"
    # An entry has as many rows as rights; rows are counted sooner.
    for counted in ("count(*)", "count(DISTINCT entry)"):
        row = connection.row(f"SELECT {counted} {held}", (target, FIRST_DIRECTORY_RIGHT))
        if row is None or row[0] < AccessControlListFull.LIMIT:
            return False
    return True


def _inherits(connection: Connection, key: int) -> bool:
    row = connection.row("SELECT recipient_type_details FROM object WHERE id = ?", (key,))
    return row is not None and row[0] in _MAILBOX_KINDS


def _name(connection: Connection, key: int) -> str:
    row = connection.row("SELECT name FROM object WHERE id = ?", (key,))
    return str(key) if row is None else str(row[0])


def _entries(rows: list[Row]) -> Iterable[Ace]:
    """Yield an entry for each run of rows that were granted together."""
    joined: dict[tuple[object, ...], tuple[Row, set[Right]]] = {}
    for row in rows:
        joined.setdefault(row[:4], (row, set()))[1].add(right_from_number(row[4]))
    for row, rights in joined.values():
        inherited, _, trustee, allow, _, inheritance_type, granted_by, granted_at, expires_at, own, foreign = row
        yield Ace(
            trustee=sid_of(trustee, own, foreign),
            rights=frozenset(rights),
            allow=bool(allow),
            inherited=bool(inherited),
            inheritance_type=INHERITANCE_TYPES[inheritance_type],
            expires_at=to_moment_or_none(expires_at),
            granted_by=granted_by or "",
            granted_at=to_moment_or_none(granted_at),
        )
