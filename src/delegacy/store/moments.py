"""The directory's tables as decisions look at them, at one moment: now, or one that has passed.

What was at a moment is what is there now and began before it, and what has ended since (``history``). The past has no closure of groups,
so that its way through them is longer; both ask no more for a page than for one.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from delegacy.domain.dn import DistinguishedName, looks_like_dn, split_canonical_name
from delegacy.domain.errors import InvalidDistinguishedName
from delegacy.domain.identity import fold
from delegacy.domain.recipient import GROUPS, MAIL_GROUPS, MAILBOXES, Recipient, RecipientTypeDetails
from delegacy.domain.sid import Sid
from delegacy.store import reverse
from delegacy.store.connection import Connection, Row
from delegacy.store.rows import read_address, to_kind, to_moment
from delegacy.store.schema import ROOT

_STATE: Final = (
    "id, guid, recipient_type_details, name, display_name, domain, container, sid, sam_account_name, primary_smtp_address, hidden, "
    "account_disabled, linked_master_account, security_enabled, when_created"
)
_ACE: Final = (
    "target, access_right, trustee, allow, inherited, entry, inheritance_type, granted_by, granted_at, expires_at"
)
_PLACE: Final = "target, delegate, entry, granted_by, granted_at, expires_at"
_MEMBER: Final = "member, group_id"
_SIDS_AT_ONCE: Final = 500
_SWITCH: Final = "HiddenMailboxDelegation"
_GROUPS_AT_ONCE: Final = 20


def _words(kinds: Iterable[RecipientTypeDetails]) -> str:
    return ", ".join(sorted(f"'{kind.value}'" for kind in kinds))


class Present:
    """The tables as they are. ``aces``, ``places`` and ``memberships`` are what statements select from."""

    aces = "ace"
    places = "send_on_behalf"
    memberships = "member"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def hidden_mailboxes_denied(self) -> bool:
        row = self._connection.row("SELECT hidden_mailboxes_denied FROM head WHERE id = 1")
        return row is not None and bool(row[0])

    def objects(self, keys: Collection[int]) -> dict[int, Recipient]:
        """Return the objects with these keys, as far as decisions look at them."""
        if not keys:
            return {}
        connection = self._connection
        rows = connection.rows(
            f"SELECT {_STATE} FROM object WHERE id IN ({connection.key_set})", (connection.keys(keys),)
        )
        return {row[0]: _recipient(row) for row in rows}

    def copies(self, keys: Collection[int]) -> Mapping[int, tuple[bool, bool]]:
        """Return who has a copy of what is sent as him, or on his behalf, put into his Sent Items."""
        connection = self._connection
        rows = connection.rows(
            "SELECT id, copy_sent_as, copy_sent_on_behalf FROM object "
            f"WHERE id IN ({connection.key_set}) AND (copy_sent_as = 1 OR copy_sent_on_behalf = 1)",
            (connection.keys(keys),),
        )
        return {row[0]: (bool(row[1]), bool(row[2])) for row in rows}

    def having_sids(self, sids: Collection[Sid]) -> list[Recipient]:
        """Return the objects with these SIDs."""
        return [found for found in self._with("sid", sids) if found.sid in sids]

    def linked_to(self, masters: Collection[Sid]) -> list[Recipient]:
        """Return the linked mailboxes whose master accounts have these SIDs."""
        return [
            found for found in self._with("linked_master_account", masters) if found.linked_master_account in masters
        ]

    def of_kinds(self, kinds: Collection[RecipientTypeDetails], after: int, limit: int) -> list[int]:
        """Return the first objects of these kinds after a key."""
        # Written so that no index of kinds is taken, which would have to be sorted by key first.
        return self._keys(
            f"SELECT id FROM object WHERE id > ? AND recipient_type_details || '' IN ({_words(kinds)}) ORDER BY id LIMIT ?",
            (after, limit),
        )

    def hidden_mailboxes(self, limit: int) -> list[int]:
        """Return the first mailboxes that are hidden from address lists now."""
        return self._keys(
            f"SELECT id FROM object WHERE hidden = 1 AND recipient_type_details || '' IN ({_words(MAILBOXES)}) ORDER BY id LIMIT ?",
            (limit,),
        )

    def direct_groups(self, members: Collection[int]) -> list[Row]:
        """Return member and group of the memberships of these objects."""
        connection = self._connection
        return connection.rows(
            f"SELECT DISTINCT member, group_id FROM {self.memberships} m WHERE member IN ({connection.key_set}) AND group_id <> {ROOT} "
            "ORDER BY member, group_id",
            (connection.keys(members),),
        )

    def groups_within(self, groups: Collection[int], *, by_security: bool | None) -> set[int]:
        """Return these groups and those in them through any nesting: by security groups or by groups with an address, by any if None."""
        flag = {True: "AND security = 1", False: "AND mail = 1", None: ""}[by_security]
        connection = self._connection
        sql = f"SELECT DISTINCT descendant FROM group_closure WHERE ancestor IN ({connection.key_set}) {flag}"
        return set(self._keys(sql, (connection.keys(groups),)))

    def members(self, groups: Sequence[int], page: int) -> Iterator[list[tuple[int, int]]]:
        """Yield group and member of everything that is directly in these groups, by group and member, a page of each group at a time."""
        one = (
            f"SELECT * FROM (SELECT group_id, member FROM {self.memberships} m WHERE group_id = ? AND member > ? "
            "ORDER BY member LIMIT ?) AS page"
        )
        waiting = [(group, ROOT - 1) for group in groups]
        while waiting:
            asked, waiting = waiting[:_GROUPS_AT_ONCE], waiting[_GROUPS_AT_ONCE:]
            parameters = [value for group, after in asked for value in (group, after, page)]
            rows = [tuple(row) for row in self._connection.rows(" UNION ALL ".join([one] * len(asked)), parameters)]
            found: dict[int, list[int]] = {}
            for group, member in sorted(rows):
                found.setdefault(group, []).append(member)
            waiting = [(group, members[-1]) for group, members in found.items() if len(members) == page] + waiting
            if rows:
                yield [(group, member) for group, members in found.items() for member in members]

    def first_targets(self, trustees: set[int], delegates: set[int], after: int, limit: int) -> set[int]:
        """Return at least the first targets after a key that entries or lists of these principals are on."""
        return reverse.first_targets(self._connection, trustees, delegates, after, limit)

    def mapped_on(self, mailboxes: Collection[int]) -> dict[int, frozenset[int]]:
        """Return the delegates that each mailbox is linked to."""
        connection = self._connection
        linked: dict[int, set[int]] = {}
        for mailbox, delegate in connection.rows(
            f"SELECT mailbox, delegate FROM automapping WHERE mailbox IN ({connection.key_set})",
            (connection.keys(mailboxes),),
        ):
            linked.setdefault(mailbox, set()).add(delegate)
        return {mailbox: frozenset(delegates) for mailbox, delegates in linked.items()}

    def _with(self, column: str, sids: Collection[Sid]) -> list[Recipient]:
        wanted = sorted(sids)
        found: dict[int, Recipient] = {}
        for start in range(0, len(wanted), _SIDS_AT_ONCE):
            found |= self.objects(self._keys_with(column, wanted[start : start + _SIDS_AT_ONCE]))
        return list(found.values())

    def _keys_with(self, column: str, sids: Sequence[Sid]) -> list[int]:
        marks = ", ".join("?" * len(sids))
        return self._keys(f"SELECT id FROM object WHERE {column} IN ({marks}) AND {column} <> '' ORDER BY id", sids)

    def _keys(self, sql: str, parameters: Sequence[object]) -> list[int]:
        return [row[0] for row in self._connection.rows(sql, parameters)]


class Past(Present):
    """The tables as they were at ``moment``, a stored one."""

    def __init__(self, connection: Connection, moment: int) -> None:
        super().__init__(connection)
        self._moment = moment
        began, lasted = f"({{0}} IS NULL OR {{0}} <= {moment})", f"ended_at > {moment}"
        granted, joined = began.format("granted_at"), began.format("added_at")
        self.aces = _then("ace", _ACE, granted, lasted)
        self.places = _then("send_on_behalf", _PLACE, granted, lasted)
        self.memberships = _then("member", _MEMBER, joined, lasted)

    @property
    def hidden_mailboxes_denied(self) -> bool:
        row = self._connection.row(
            "SELECT value FROM switch_history WHERE name = ? AND ended_at > ? ORDER BY ended_at LIMIT 1",
            (_SWITCH, self._moment),
        )
        return super().hidden_mailboxes_denied if row is None else bool(row[0])

    def objects(self, keys: Collection[int]) -> dict[int, Recipient]:
        if not keys:
            return {}
        connection, moment = self._connection, self._moment
        parameters = (connection.keys(keys), moment)
        states = {
            row[0]: row
            for row in connection.rows(
                f"SELECT {_STATE} FROM object WHERE id IN ({connection.key_set}) AND when_created <= ?", parameters
            )
        }
        # What an object was at the moment is what it was until the first change after it.
        for row in connection.rows(
            f"SELECT {_STATE} FROM object_history WHERE id IN ({connection.key_set}) AND when_created <= ? AND ended_at > ? "
            "ORDER BY ended_at DESC",
            (*parameters, moment),
        ):
            states[row[0]] = row
        return {key: _recipient(row) for key, row in states.items()}

    def copies(self, keys: Collection[int]) -> Mapping[int, tuple[bool, bool]]:
        """Return nothing: of these settings no history is kept."""
        del keys
        return {}

    def of_kinds(self, kinds: Collection[RecipientTypeDetails], after: int, limit: int) -> list[int]:
        words, found = _words(kinds), list[int]()
        while len(found) < limit:
            keys = self._keys(
                f"SELECT id FROM object WHERE id > ? AND recipient_type_details IN ({words}) UNION "
                f"SELECT id FROM object_history WHERE id > ? AND ended_at > ? AND recipient_type_details IN ({words}) "
                "ORDER BY id LIMIT ?",
                (after, after, self._moment, limit),
            )
            objects = self.objects(keys)
            found += [key for key in keys if key in objects and objects[key].recipient_type_details in kinds]
            if len(keys) < limit:
                break
            after = keys[-1]
        return found[:limit]

    def groups_within(self, groups: Collection[int], *, by_security: bool | None) -> set[int]:
        connection = self._connection
        was_group = f"recipient_type_details IN ({_words(GROUPS)})"
        found: set[int] = set()
        edge = set(groups)
        while edge:
            reached = self.objects(edge)
            leading = {key for key, group in reached.items() if _leads_on(group, by_security=by_security)}
            found |= leading
            sql = (
                f"SELECT DISTINCT member FROM {self.memberships} m WHERE group_id IN ({connection.key_set}) AND ("
                f"EXISTS (SELECT 1 FROM object o WHERE o.id = m.member AND o.{was_group}) OR "
                f"EXISTS (SELECT 1 FROM object_history h WHERE h.id = m.member AND h.{was_group}))"
            )
            edge = set(self._keys(sql, (connection.keys(leading),))) - found
        return found

    def first_targets(self, trustees: set[int], delegates: set[int], after: int, limit: int) -> set[int]:
        connection = self._connection
        targets = self._keys(
            f"SELECT DISTINCT target FROM {self.aces} a WHERE trustee IN ({connection.key_set}) "
            f"AND access_right IN ({reverse.RIGHTS}) AND target > ? ORDER BY target LIMIT ?",
            (connection.keys(trustees), max(after, ROOT), limit),
        )
        targets += self._keys(
            f"SELECT DISTINCT target FROM {self.places} s WHERE delegate IN ({connection.key_set}) AND target > ? "
            "ORDER BY target LIMIT ?",
            (connection.keys(delegates), after, limit),
        )
        return set(targets)

    def mapped_on(self, mailboxes: Collection[int]) -> dict[int, frozenset[int]]:
        """Return nothing: of links no history is kept."""
        del mailboxes
        return {}

    def _keys_with(self, column: str, sids: Sequence[Sid]) -> list[int]:
        marks = ", ".join("?" * len(sids))
        history = f"SELECT id FROM object_history WHERE ended_at > ? AND {column} IN ({marks})"
        return sorted({*super()._keys_with(column, sids), *self._keys(history, (self._moment, *sids))})


def formerly(connection: Connection, identity: str) -> tuple[Recipient, ...]:
    """Return the objects that are gone and had this name when they went, in any form but an alias, which is not kept."""
    wanted = fold(identity.strip())
    names = {identity.strip(), identity.strip().rpartition("\\")[2]}
    if (canonical := split_canonical_name(identity.strip())) is not None:
        names.add(canonical[1])
    if looks_like_dn(identity.strip()):
        with suppress(InvalidDistinguishedName):
            names.add(DistinguishedName.parse(identity.strip()).name)
    marks = ", ".join("?" * len(names))
    columns = ("name", "display_name", "sam_account_name", "primary_smtp_address", "sid")
    named = " OR ".join(f"lower({column}) IN ({marks}) OR {column} IN ({marks})" for column in columns)
    parameters: list[object] = [name for _ in columns for name in (*(one.lower() for one in names), *names)]
    with suppress(ValueError):
        named, parameters = f"{named} OR guid = ?", [*parameters, UUID(identity.strip()).bytes]
    rows = connection.rows(
        f"SELECT {_STATE} FROM object_history WHERE removed = 1 AND ({named}) ORDER BY id", parameters
    )
    return tuple(found for found in map(_recipient, rows) if wanted in map(fold, _names(found)))


def _names(recipient: Recipient) -> Iterator[str]:
    yield from (recipient.name, recipient.display_name, recipient.canonical_name, recipient.distinguished_name)
    yield from (recipient.logon_name, recipient.sam_account_name or "", str(recipient.primary_smtp_address or ""))
    yield from (recipient.sid or "", str(recipient.guid), f"{{{recipient.guid}}}")


def _then(table: str, columns: str, began: str, lasted: str) -> str:
    return (
        f"(SELECT {columns} FROM {table} WHERE {began} UNION ALL "
        f"SELECT {columns} FROM {table}_history WHERE {began} AND {lasted})"
    )


def _leads_on(group: Recipient, *, by_security: bool | None) -> bool:
    if by_security is None:
        return group.is_group
    return group.security_enabled if by_security else group.recipient_type_details in MAIL_GROUPS


def _recipient(row: Row) -> Recipient:
    (
        key,
        guid,
        kind,
        name,
        display_name,
        domain,
        container,
        sid,
        sam_account_name,
        address,
        hidden,
        disabled,
        master,
        security_enabled,
        when_created,
    ) = row
    return Recipient(
        id=key,
        guid=UUID(bytes=bytes(guid)),
        recipient_type_details=to_kind(kind),
        name=name,
        display_name=display_name,
        domain=domain,
        container=container,
        sid=Sid(sid) if sid else None,
        sam_account_name=sam_account_name or None,
        primary_smtp_address=read_address(address) if address else None,
        hidden_from_address_lists_enabled=bool(hidden),
        account_disabled=bool(disabled),
        linked_master_account=Sid(master) if master else None,
        security_enabled=bool(security_enabled),
        when_created=to_moment(when_created),
        when_changed=to_moment(when_created),
    )
