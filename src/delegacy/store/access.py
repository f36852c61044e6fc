"""``AccessFacts``: accounts with their groups and targets with their lists, read a page at a time, now or as of a moment."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Final

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
_EVERYBODY: Final = frozenset({WELL_KNOWN_KEYS[EVERYONE], WELL_KNOWN_KEYS[AUTHENTICATED_USERS]})
_WELL_KNOWN_SIDS: Final = {key: sid for sid, key in WELL_KNOWN_KEYS.items()}
_ENTRIES: Final = (
    "SELECT a.target, a.inherited, a.entry, a.trustee, a.allow, a.access_right, a.inheritance_type, g.name, a.granted_at, a.expires_at "
    "FROM {aces} a LEFT JOIN grantor g ON g.id = a.granted_by "
    f"WHERE a.target IN ({{keys}}) AND a.access_right IN ({reverse.RIGHTS}) "
    "ORDER BY a.target, a.inherited, a.entry, a.trustee, a.allow"
)
_PLACES: Final = (
    "SELECT s.target, s.delegate, g.name, s.granted_at, s.expires_at FROM {places} s LEFT JOIN grantor g ON g.id = s.granted_by "
    "WHERE s.target IN ({keys}) ORDER BY s.target, s.entry, s.delegate"
)


class SqlAccessFacts:
    """``AccessFacts`` over the tables of one moment."""

    def __init__(self, connection: Connection, tables: Present, now: datetime, change: int) -> None:
        self._connection = connection
        self._tables = tables
        self.circumstances = Circumstances(now, change, tables.hidden_mailboxes_denied)

    def accounts(self, keys: Collection[int]) -> Mapping[int, AccountFacts]:
        found = [one for one in self._tables.objects(keys).values() if one.recipient_type_details in ACCOUNTS]
        linked: dict[Sid, list[Recipient]] = {}
        for mailbox in self._tables.linked_to({one.sid for one in found if one.sid is not None}):
            if mailbox.linked_master_account is not None:
                linked.setdefault(mailbox.linked_master_account, []).append(mailbox)
        acting = {one.id: (one, *(linked.get(one.sid, ()) if one.sid else ())) for one in found}
        groups = self._groups({identity.id for identities in acting.values() for identity in identities})
        return {key: AccountFacts.of(identities, groups) for key, identities in acting.items()}

    def targets(self, keys: Collection[int]) -> Mapping[int, TargetFacts]:
        found = self._tables.objects(keys)
        entries, places = self._entry_rows([*found, ROOT]), self._place_rows(found)
        copies = self._tables.copies(found)
        named = self._tables.objects({row[3] for row in entries if row[3] > 0} | {row[1] for row in places})
        sids = self._sids_of({row[3] for row in entries}, named)
        inherited = list(_entries((row for row in entries if row[0] == ROOT), sids))
        own: dict[int, list[Row]] = {}
        for row in entries:
            own.setdefault(row[0], []).append(row)
        listed: dict[int, list[ListedDelegate]] = {}
        for target, delegate, granted_by, granted_at, expires_at in places:
            if delegate in named:
                place = ListedDelegate(
                    named[delegate], granted_by or "", to_moment_or_none(granted_at), to_moment_or_none(expires_at)
                )
                listed.setdefault(target, []).append(place)
        trustees = {sids[key]: named[key] for key in sids if key in named}
        return {
            key: TargetFacts(
                target,
                (*_entries(own.get(key, ()), sids), *(inherited if target.is_mailbox else ())),
                trustees,
                tuple(listed.get(key, ())),
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
        trustees = {*account.keys, *account.security_groups, *_EVERYBODY}
        delegates = {*account.keys, *account.mail_groups}
        return self._first_targets(
            trustees, delegates, after, limit, inherited=self._is_named_by_inherited(account.token)
        )

    def targets_of(self, principals: Collection[int], *, after: int, limit: int) -> Sequence[int]:
        named = set(principals)
        inherited = not named.isdisjoint(row[3] for row in self._inherited_rows)
        return self._first_targets(named, named, after, limit, inherited=inherited)

    def accounts_named_on(self, target: TargetFacts) -> Iterator[Mapping[int, AccountFacts]]:
        now = self.circumstances.now
        entries = [entry for entry in target.entries if entry.is_in_force(now) and (entry.allow or not entry.inherited)]
        trustees = {entry.trustee for entry in entries}
        named = [target.trustees[trustee] for trustee in trustees if trustee in target.trustees]
        delegates = [place.delegate for place in target.places if place.is_in_force(now)]
        individuals = set(self.signing_in({one.id for one in (*named, *delegates)}).values())
        yield from self._pages_of_accounts(sorted(individuals))
        tables = self._tables
        groups = tables.groups_within({one.id for one in named if one.is_group}, by_security=True)
        groups |= tables.groups_within({one.id for one in delegates if one.is_group}, by_security=False)
        for members in self._members(sorted(groups)):
            accounts = self.accounts(set(self.signing_in({member for _, member in members}).values()))
            pairs = set(members)
            yield {
                key: account
                for key, account in accounts.items()
                if key not in individuals and min(_memberships(account, groups), default=None) in pairs
            }
        if not trustees.isdisjoint((EVERYONE, AUTHENTICATED_USERS)):
            for page in self._everybody():
                yield {
                    key: account
                    for key, account in page.items()
                    if key not in individuals and not _memberships(account, groups)
                }

    def accounts_in(self, group: int) -> Iterator[Sequence[int]]:
        groups = self._tables.groups_within({group}, by_security=None)
        for members in self._members(sorted(groups)):
            yield sorted(set(self.signing_in({member for _, member in members}).values()))

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

    def _groups(self, starts: set[int]) -> Groups:
        """Return the groups above these objects: one statement for memberships and one for groups at each step up."""
        above: dict[int, list[int]] = {}
        groups: dict[int, Recipient] = {}
        edge = starts
        while edge:
            for member, group in self._tables.direct_groups(edge):
                above.setdefault(member, []).append(group)
            unknown = {group for member in edge for group in above.get(member, ())} - groups.keys()
            reached = {key: group for key, group in self._tables.objects(unknown).items() if group.is_group}
            groups |= reached
            edge = reached.keys() - above.keys()
        return Groups(
            groups, {member: tuple(group for group in held if group in groups) for member, held in above.items()}
        )

    def _members(self, groups: Sequence[int]) -> Iterator[list[tuple[int, int]]]:
        for some in self._tables.members(groups, _PAGE):
            for start in range(0, len(some), _PAGE):
                yield some[start : start + _PAGE]

    def _everybody(self) -> Iterator[Mapping[int, AccountFacts]]:
        after = ROOT
        while keys := self._tables.of_kinds(ACCOUNTS, after, _PAGE):
            after = keys[-1]
            signing_in = self.signing_in(keys)
            yield self.accounts([key for key in keys if signing_in.get(key) == key])

    def _pages_of_accounts(self, keys: Iterable[int]) -> Iterator[Mapping[int, AccountFacts]]:
        waiting = iter(keys)
        while page := list(islice(waiting, _PAGE)):
            yield self.accounts(page)

    def _entry_rows(self, targets: Collection[int]) -> list[Row]:
        connection = self._connection
        sql = _ENTRIES.format(aces=self._tables.aces, keys=connection.key_set)
        return connection.rows(sql, (connection.keys(targets),))

    def _place_rows(self, targets: Collection[int]) -> list[Row]:
        connection = self._connection
        sql = _PLACES.format(places=self._tables.places, keys=connection.key_set)
        return connection.rows(sql, (connection.keys(targets),))

    def _sids_of(self, trustees: set[int], named: Mapping[int, Recipient]) -> dict[int, Sid]:
        """Return the SIDs of trustees; one that nobody is known to have had is left out."""
        connection = self._connection
        sids = {key: _WELL_KNOWN_SIDS[key] for key in trustees if key in _WELL_KNOWN_SIDS}
        sids |= {key: one.sid for key in trustees if (one := named.get(key)) is not None and one.sid is not None}
        if foreign := [key for key in trustees if key < 0 and key not in sids]:
            sql = f"SELECT id, sid FROM foreign_principal WHERE id IN ({connection.key_set})"
            sids |= {key: Sid(sid) for key, sid in connection.rows(sql, (connection.keys(foreign),))}
        return sids


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
