"""``AccessFacts``: accounts with their groups and targets with their lists, read a page at a time, now or as of a moment."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Final
from uuid import UUID

from delegacy.domain.access import AccountFacts, Circumstances, Groups, ListedDelegate, TargetFacts
from delegacy.domain.access_token import AccessToken
from delegacy.domain.ace import Ace
from delegacy.domain.recipient import ACCOUNTS, MAILBOXES, Recipient
from delegacy.domain.rights import Right, right_from_number
from delegacy.domain.sid import AUTHENTICATED_USERS, EVERYONE, Sid
from delegacy.store import reverse
from delegacy.store.connection import Connection, Row
from delegacy.store.grants import INHERITANCE_TYPES
from delegacy.store.moments import Present
from delegacy.store.rows import to_moment_or_none
from delegacy.store.schema import ROOT, WELL_KNOWN_KEYS

_PAGE: Final = 200
_EVERYBODY: Final = (WELL_KNOWN_KEYS[EVERYONE], WELL_KNOWN_KEYS[AUTHENTICATED_USERS])
_WELL_KNOWN_SIDS: Final = {key: sid for sid, key in WELL_KNOWN_KEYS.items()}
_ENTRIES: Final = (
    "SELECT a.target, a.inherited, a.entry, a.trustee, a.allow, a.access_right, a.inheritance_type, g.name, a.granted_at, a.expires_at "
    "FROM {aces} a LEFT JOIN grantor g ON g.id = a.granted_by "
    f"WHERE a.target IN ({{keys}}) AND a.access_right IN ({reverse.RIGHTS})"
)
_PLACES: Final = (
    "SELECT s.target, s.delegate, g.name, s.granted_at, s.expires_at FROM {places} s LEFT JOIN grantor g ON g.id = s.granted_by "
    "WHERE s.target IN ({keys})"
)


class SqlAccessFacts:
    """``AccessFacts`` over the tables of one moment."""

    def __init__(self, connection: Connection, tables: Present, now: datetime, change: int) -> None:
        self._connection = connection
        self._tables = tables
        self.circumstances = Circumstances(now, change, tables.hidden_mailboxes_denied)

    def accounts(self, keys: Collection[int], *, within: Collection[int] | None = None) -> Mapping[int, AccountFacts]:
        found = [one for one in self._tables.objects(keys).values() if one.recipient_type_details in ACCOUNTS]
        linked: dict[Sid, list[Recipient]] = {}
        for mailbox in self._tables.linked_to({one.sid for one in found if one.sid is not None}):
            if mailbox.linked_master_account is not None:
                linked.setdefault(mailbox.linked_master_account, []).append(mailbox)
        acting = {one.id: (one, *(linked.get(one.sid, ()) if one.sid else ())) for one in found}
        groups = self._groups({identity.id for identities in acting.values() for identity in identities}, within)
        return {key: AccountFacts.of(identities, groups) for key, identities in acting.items()}

    def targets(
        self, keys: Collection[int], *, naming: Collection[AccountFacts] | None = None
    ) -> Mapping[int, TargetFacts]:
        found = self._tables.objects(keys)
        of: tuple[set[int], set[int]] | tuple[None, None] = (None, None) if naming is None else _principals(naming)
        entries, places = self._entry_rows([*found, ROOT], of[0]), self._place_rows(found, of[1])
        copies = self._tables.copies(found)
        named = self._tables.objects({row[3] for row in entries if row[3] > 0} | {row[1] for row in places})
        sids = self._sids_of({row[3] for row in entries}, named)
        own, listed = _by_target(entries), _by_target(places)
        inherited = list(_entries(own.get(ROOT, ()), sids))
        trustees_by_sid = {sids[key]: named[key] for key in sids if key in named}
        return {
            key: TargetFacts(
                target,
                (*_entries(own.get(key, ()), sids), *(inherited if target.is_mailbox else ())),
                trustees_by_sid,
                tuple(_places(listed.get(key, ()), named)),
                *copies.get(key, (False, False)),
            )
            for key, target in found.items()
        }

    def signing_in(self, keys: Collection[int]) -> Mapping[int, int]:
        found = [one for one in self._tables.objects(keys).values() if one.recipient_type_details in ACCOUNTS]
        masters = {one.linked_master_account for one in found if one.linked_master_account is not None}
        accounts = {master.sid: master.id for master in self._tables.having_sids(masters)} if masters else {}
        return {one.id: accounts.get(one.linked_master_account, one.id) for one in found}

    def targets_naming(self, account: AccountFacts, *, after: int, limit: int) -> Sequence[int]:
        trustees, delegates = _principals([account])
        return self._first_targets(
            trustees, delegates, after, limit, inherited=self._is_named_by_inherited(account.token)
        )

    def targets_of(self, principals: Collection[int], *, after: int, limit: int) -> Sequence[int]:
        named = set(principals)
        inherited = not named.isdisjoint(row[3] for row in self._inherited_rows)
        return self._first_targets(named, named, after, limit, inherited=inherited)

    def accounts_named_on(self, target: TargetFacts) -> Iterator[Mapping[int, AccountFacts]]:
        now, tables = self.circumstances.now, self._tables
        entries = [entry for entry in target.entries if entry.is_in_force(now)]
        naming = {entry.trustee for entry in entries if entry.allow or not entry.inherited}
        named = [target.trustees[trustee] for trustee in naming if trustee in target.trustees]
        delegates = [place.delegate for place in target.places if place.is_in_force(now)]
        groups = tables.groups_within(_groups_among(named), by_security=True)
        groups |= tables.groups_within(_groups_among(delegates), by_security=False)
        # An inherited denial brings nobody in, and counts for those whom others bring.
        denied = {entry.trustee for entry in entries} - naming
        relevant = groups | tables.groups_within(
            _groups_among(target.trustees[trustee] for trustee in denied if trustee in target.trustees),
            by_security=True,
        )
        individuals = set(self.signing_in({one.id for one in (*named, *delegates)}).values())
        for page in _pages(sorted(individuals)):
            yield self.accounts(page, within=relevant)
        for members in self._members(sorted(groups)):
            keys = set(self.signing_in({member for _, member in members}).values()) - individuals
            pairs = set(members)
            yield {
                key: account
                for key, account in self.accounts(keys, within=relevant).items()
                if min(_memberships(account, groups), default=None) in pairs
            }
        if not naming.isdisjoint((EVERYONE, AUTHENTICATED_USERS)):
            for everybody in self._everybody():
                yield {
                    key: account
                    for key, account in self.accounts(set(everybody) - individuals, within=relevant).items()
                    if not _memberships(account, groups)
                }

    def accounts_of(self, keys: Collection[int]) -> Iterator[Sequence[int]]:
        tables = self._tables
        if individuals := sorted(set(self.signing_in(keys).values())):
            yield individuals
        groups = tables.groups_within(_groups_among(tables.objects(keys).values()), by_security=None)
        for members in self._members(sorted(groups)):
            yield sorted(set(self.signing_in({member for _, member in members}).values()))

    def accounts_behind(self, trustees: Collection[Sid]) -> Iterator[Sequence[int]]:
        if {EVERYONE, AUTHENTICATED_USERS} & set(trustees):
            yield from self._everybody()
            return
        yield from self.accounts_of({found.id for found in self._tables.having_sids(set(trustees))})

    def hidden_mailboxes(self, *, limit: int) -> Sequence[int]:
        return self._tables.hidden_mailboxes(limit)

    def key_of(self, guid: UUID) -> int | None:
        row = self._connection.row("SELECT id FROM object WHERE guid = ?", (guid.bytes,))
        return None if row is None else int(row[0])

    def groups_above(self, keys: Collection[int]) -> Collection[int]:
        return frozenset(self._groups(set(keys)).groups)

    def mapped_on(self, mailboxes: Collection[int]) -> Mapping[int, frozenset[int]]:
        return self._tables.mapped_on(mailboxes)

    @cached_property
    def _inherited_rows(self) -> list[Row]:
        return self._entry_rows([ROOT])

    def _is_named_by_inherited(self, token: AccessToken) -> bool:
        """Tell whether an inherited entry allows something to the account, on every mailbox unless another one goes before."""
        rows = [row for row in self._inherited_rows if row[4]]
        keys = {row[3] for row in rows}
        sids = self._sids_of(keys, self._tables.objects({key for key in keys if key > 0}))
        return any(token.admits(entry.trustee) for entry in _entries(rows, sids))

    def _first_targets(
        self, trustees: set[int], delegates: set[int], after: int, limit: int, *, inherited: bool
    ) -> list[int]:
        found = self._tables.first_targets(trustees, delegates, max(after, ROOT), limit)
        if inherited:
            found.update(self._tables.of_kinds(MAILBOXES, max(after, ROOT), limit))
        return sorted(found)[:limit]

    def _groups(self, starts: set[int], within: Collection[int] | None = None) -> Groups:
        """Return the groups above these objects: one statement for memberships and one for groups at each step up."""
        above: dict[int, list[int]] = {}
        groups: dict[int, Recipient] = {}
        edge = starts
        while edge:
            reached = set()
            for member, group in self._tables.direct_groups(edge):
                if within is None or group in within:
                    above.setdefault(member, []).append(group)
                    reached.add(group)
            new = {key: group for key, group in self._tables.objects(reached - groups.keys()).items() if group.is_group}
            groups |= new
            edge = new.keys() - above.keys()
        return Groups(
            groups, {member: tuple(group for group in held if group in groups) for member, held in above.items()}
        )

    def _members(self, groups: Sequence[int]) -> Iterator[list[tuple[int, int]]]:
        for some in self._tables.members(groups, _PAGE):
            for start in range(0, len(some), _PAGE):
                yield some[start : start + _PAGE]

    def _everybody(self) -> Iterator[Sequence[int]]:
        after = ROOT
        while keys := self._tables.of_kinds(ACCOUNTS, after, _PAGE):
            after = keys[-1]
            signing_in = self.signing_in(keys)
            yield [key for key in keys if signing_in.get(key) == key]

    def _entry_rows(self, targets: Collection[int], trustees: Collection[int] | None = None) -> list[Row]:
        connection = self._connection
        sql, parameters = _ENTRIES, [connection.keys(targets)]
        if trustees is not None:
            sql, parameters = f"{sql} AND +a.trustee IN ({{keys}})", [*parameters, connection.keys(trustees)]
        sql = f"{sql} ORDER BY a.target, a.inherited, a.entry, a.trustee, a.allow"
        return connection.rows(sql.format(aces=self._tables.aces, keys=connection.key_set), parameters)

    def _place_rows(self, targets: Collection[int], delegates: Collection[int] | None = None) -> list[Row]:
        connection = self._connection
        sql, parameters = _PLACES, [connection.keys(targets)]
        if delegates is not None:
            sql, parameters = f"{sql} AND +s.delegate IN ({{keys}})", [*parameters, connection.keys(delegates)]
        sql = f"{sql} ORDER BY s.target, s.entry, s.delegate"
        return connection.rows(sql.format(places=self._tables.places, keys=connection.key_set), parameters)

    def _sids_of(self, trustees: set[int], named: Mapping[int, Recipient]) -> dict[int, Sid]:
        """Return the SIDs of trustees; one that nobody is known to have had is left out."""
        connection = self._connection
        sids = {key: _WELL_KNOWN_SIDS[key] for key in trustees if key in _WELL_KNOWN_SIDS}
        sids |= {key: one.sid for key in trustees if (one := named.get(key)) is not None and one.sid is not None}
        if foreign := [key for key in trustees if key < 0 and key not in sids]:
            sql = f"SELECT id, sid FROM foreign_principal WHERE id IN ({connection.key_set})"
            sids |= {key: Sid(sid) for key, sid in connection.rows(sql, (connection.keys(foreign),))}
        return sids


def _principals(accounts: Iterable[AccountFacts]) -> tuple[set[int], set[int]]:
    """Return whom entries name that are about one of these accounts, and whom places in lists do."""
    trustees, delegates = set(_EVERYBODY), set[int]()
    for account in accounts:
        trustees.update(account.keys, account.security_groups)
        delegates.update(account.keys, account.mail_groups)
    return trustees, delegates


def _groups_among(objects: Iterable[Recipient]) -> set[int]:
    return {one.id for one in objects if one.is_group}


def _pages(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[start : start + _PAGE] for start in range(0, len(keys), _PAGE))


def _by_target(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _places(rows: Iterable[Row], named: Mapping[int, Recipient]) -> Iterator[ListedDelegate]:
    for _, delegate, granted_by, granted_at, expires_at in rows:
        if delegate in named:
            yield ListedDelegate(
                named[delegate], granted_by or "", to_moment_or_none(granted_at), to_moment_or_none(expires_at)
            )


def _memberships(account: AccountFacts, groups: Collection[int]) -> list[tuple[int, int]]:
    """Return group and member of those memberships by which an account is directly in one of the groups."""
    return [(group, key) for key in account.keys for group in account.groups.above.get(key, ()) if group in groups]


def _entries(rows: Iterable[Row], sids: Mapping[int, Sid]) -> Iterator[Ace]:
    """Yield an entry for each run of rows that were granted together."""
    joined: dict[tuple[object, ...], tuple[Row, set[Right]]] = {}
    for row in rows:
        if row[3] in sids:
            joined.setdefault(row[:5], (row, set()))[1].add(right_from_number(row[5]))
    for row, rights in joined.values():
        _, inherited, _, trustee, allow, _, inheritance_type, granted_by, granted_at, expires_at = row
        yield Ace(
            sids[trustee],
            frozenset(rights),
            bool(allow),
            bool(inherited),
            INHERITANCE_TYPES[inheritance_type],
            to_moment_or_none(expires_at),
            granted_by or "",
            to_moment_or_none(granted_at),
        )
