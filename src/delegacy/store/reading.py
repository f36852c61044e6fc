"""The directory as one transaction sees it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Final
from uuid import UUID

from delegacy.domain.ace import Ace
from delegacy.domain.acl import Acl
from delegacy.domain.address_list import AddressList
from delegacy.domain.audit import AuditLogConfig, AuditQuery, AuditRecord, AuditVerification
from delegacy.domain.delivery_restriction import DeliveryRestrictions
from delegacy.domain.errors import ManagementObjectAmbiguous, ManagementObjectNotFound, StoreError
from delegacy.domain.folder_permission import FolderPermission
from delegacy.domain.group import Membership
from delegacy.domain.identity import fold
from delegacy.domain.object_link import ObjectLink
from delegacy.domain.organization import AcceptedDomain, AccountDomain, HiddenMailboxDelegation, Organization
from delegacy.domain.ports import Holding, RecipientQuery
from delegacy.domain.properties import Property
from delegacy.domain.rbac import ManagementRole, ManagementScope, RecipientScope, RoleAssignment
from delegacy.domain.recipient import ObjectName, Recipient, RecipientTypeDetails
from delegacy.domain.sid import Sid
from delegacy.store import (
    address_lists,
    audit,
    audit_chain,
    domains,
    ended,
    folder_permissions,
    grants,
    links,
    listing,
    restrictions,
    reverse,
    roles,
    settings,
)
from delegacy.store.access import SqlAccessFacts
from delegacy.store.connection import Connection
from delegacy.store.moments import Past, Present, formerly
from delegacy.store.principals import identities_of, printed_names
from delegacy.store.resolving import address_key, find_rows
from delegacy.store.rows import SELECT, to_moment, to_number, to_recipient

_AT_ONCE: Final = 1000
_EVERYTHING_LOGGED: Final = AuditQuery()
_MEMBERS_AFTER: Final = (
    f"{SELECT} JOIN member m ON m.member = o.id WHERE m.group_id = ? AND o.name_key >= ? AND (o.name_key > ? OR o.id > ?) "
    f"ORDER BY o.name_key, o.id LIMIT {_AT_ONCE}"
)


class SqlDirectoryReader:
    """``DirectoryReader`` over a connection with an open transaction. Grants that have ended at ``now``, as it is stored, are not seen."""

    def __init__(self, connection: Connection, server: str, now: int) -> None:
        self._connection = connection
        self._server = server
        self._now = now
        self._scopes: tuple[RecipientScope, ...] | None = None
        row = connection.row("SELECT change FROM head WHERE id = 1")  # the first read fixes what the transaction sees
        if row is None:
            raise StoreError("The database holds no directory.")
        self._change: int = row[0]

    @property
    def change(self) -> int:
        return self._change

    def narrowed(self, scopes: tuple[RecipientScope, ...]) -> "SqlDirectoryReader":
        other = copy(self)
        other._scopes = scopes  # noqa: SLF001 - its own
        return other

    def organization(self) -> Organization:
        domains = self.account_domains()
        row = self._connection.row("SELECT hidden_mailboxes_denied FROM head WHERE id = 1")
        if row is None or not domains:
            raise StoreError("The directory holds no organization. 'delegacy init' makes one.")
        hidden = HiddenMailboxDelegation.DENY if row[0] else HiddenMailboxDelegation.ALLOW
        return Organization(
            name=domains[0].netbios_name,
            domain=domains[0],
            server=self._server or f"dc01.{domains[0].dns_name}",
            hidden_mailbox_delegation=hidden,
        )

    def account_domains(self) -> tuple[AccountDomain, ...]:
        rows = self._connection.rows(
            "SELECT netbios_name, dns_name, sid, trusted FROM account_domain ORDER BY trusted, netbios_key"
        )
        return tuple(AccountDomain(name, dns, Sid(sid), bool(trusted)) for name, dns, sid, trusted in rows)

    def accepted_domains(self) -> tuple[AcceptedDomain, ...]:
        rows = self._connection.rows(
            "SELECT name, domain_name, domain_type, is_default FROM accepted_domain ORDER BY is_default DESC, domain_key"
        )
        return tuple(AcceptedDomain(name, domain, kind, bool(default)) for name, domain, kind, default in rows)

    def with_address_in(self, domain_name: str) -> Recipient | None:
        key = domains.object_with_address_in(self._connection, domain_name)
        return None if key is None else self.get(key)

    def get(self, key: int) -> Recipient:
        row = self._connection.row(f"{SELECT} WHERE o.id = ?", (key,))
        if row is None:
            raise ManagementObjectNotFound(str(key), self._server_name())
        return to_recipient(row)

    def get_many(self, keys: Iterable[int]) -> Mapping[int, Recipient]:
        connection = self._connection
        rows = connection.rows(f"{SELECT} WHERE o.id IN ({connection.key_set})", (connection.keys(keys),))
        return {row[0]: to_recipient(row) for row in rows}

    def resolve(self, identity: str, kinds: frozenset[RecipientTypeDetails]) -> Recipient:
        found = self.find(identity, kinds)
        if len(found) == 1:
            return found[0]
        if found:
            raise ManagementObjectAmbiguous(identity)
        raise ManagementObjectNotFound(identity, self._server_name())

    def find(self, identity: str, kinds: frozenset[RecipientTypeDetails]) -> tuple[Recipient, ...]:
        found = tuple(map(to_recipient, find_rows(self._connection, identity, kinds)))
        if self._scopes is None:
            return found
        return tuple(one for one in found if any(scope.admits(one, self.linked) for scope in self._scopes))

    def by_address(self, address: str) -> Recipient | None:
        key = address_key(address)
        if key is None:
            return None
        row = self._connection.row(
            f"{SELECT} JOIN proxy_address p ON p.object_id = o.id WHERE p.address_key = ?", (key,)
        )
        return None if row is None else to_recipient(row)

    def by_sid(self, sid: Sid) -> Recipient | None:
        row = self._connection.row(f"{SELECT} WHERE o.sid = ? AND o.sid <> ''", (sid,))
        return None if row is None else to_recipient(row)

    def linked_mailbox(self, master_account: Sid) -> Recipient | None:
        row = self._connection.row(
            f"{SELECT} WHERE o.linked_master_account = ? AND o.linked_master_account <> ''", (master_account,)
        )
        return None if row is None else to_recipient(row)

    def linked(self, prop: Property, recipient: Recipient) -> frozenset[str]:
        return links.others(self._connection, prop, recipient.id, self._now)

    def list(self, query: RecipientQuery) -> Iterator[Recipient]:
        return listing.listed(self._connection, self._in_sight(query), self._now)

    def count(self, query: RecipientQuery) -> int:
        return listing.counted(self._connection, self._in_sight(query), self._now)

    def principal_names(self, sids: Iterable[Sid]) -> Mapping[Sid, str]:
        return printed_names(self._connection, sids)

    def mailbox_acl(self, key: int) -> Acl:
        return grants.acl(self._connection, key, self._now, of_mailbox=True)

    def ad_acl(self, key: int) -> Acl:
        return grants.acl(self._connection, key, self._now, of_mailbox=False)

    def inherited_entries(self) -> tuple[Ace, ...]:
        return grants.inherited_entries(self._connection, self._now)

    def ad_acls(self, recipients: Sequence[Recipient]) -> Mapping[int, Acl]:
        return grants.ad_acls(self._connection, recipients, self._now)

    def entries_like(self, key: int, ace: Ace) -> tuple[Ace, ...]:
        return grants.entries_like(self._connection, key, ace)

    def grant_send_on_behalf_to(self, key: int) -> tuple[Recipient, ...]:
        rows = self._connection.rows(
            f"{SELECT} JOIN send_on_behalf s ON s.delegate = o.id "
            "WHERE s.target = ? AND (s.expires_at IS NULL OR s.expires_at > ?) ORDER BY s.entry",
            (key, self._now),
        )
        return tuple(map(to_recipient, rows))

    def linked_names(self, link: ObjectLink, keys: Iterable[int]) -> Mapping[int, tuple[ObjectName, ...]]:
        return links.names(self._connection, link, keys, self._now)

    def send_on_behalf_ends(self, key: int) -> Mapping[int, datetime]:
        rows = self._connection.rows(
            "SELECT delegate, expires_at FROM send_on_behalf WHERE target = ? AND expires_at > ?", (key, self._now)
        )
        return {delegate: to_moment(end) for delegate, end in rows}

    def members(self, group: int) -> Iterator[Recipient]:
        name, key = "", 0
        while True:
            rows = self._connection.rows(_MEMBERS_AFTER, (group, name, name, key))
            page = [to_recipient(row) for row in rows]
            yield from page
            if len(page) < _AT_ONCE:
                return
            name, key = fold(page[-1].name), page[-1].id

    def groups_of(self, key: int) -> tuple[Recipient, ...]:
        return self._joined("member j ON j.group_id = o.id WHERE j.member = ? ORDER BY o.name_key, o.id", key)

    def managers(self, group: int) -> tuple[Recipient, ...]:
        return self._joined("manager j ON j.manager = o.id WHERE j.group_id = ? ORDER BY j.position", group)

    def manager_lists(self, groups: Iterable[int]) -> Mapping[int, tuple[Recipient, ...]]:
        return self._lists(
            "SELECT group_id, manager FROM manager WHERE group_id IN ({keys}) ORDER BY group_id, position", groups
        )

    def managed_by(self, managers: Iterable[int]) -> frozenset[int]:
        connection = self._connection
        rows = connection.rows(
            f"SELECT DISTINCT group_id FROM manager WHERE manager IN ({connection.key_set})",
            (connection.keys(managers),),
        )
        return frozenset(row[0] for row in rows)

    def delivery_restrictions(self, keys: Iterable[int]) -> Mapping[int, DeliveryRestrictions]:
        return restrictions.read(self._connection, keys)

    def accepting_only_from(self, sender: int) -> tuple[Recipient, ...]:
        found = self.get_many(restrictions.accepting_only_from(self._connection, sender))
        return tuple(sorted(found.values(), key=lambda one: fold(one.name)))

    def gets_mail_of(self, group: int, member: int) -> bool:
        return restrictions.gets_mail_of(self._connection, group, member, self._now)

    def group_chain(self, member: int, group: Sid, *, security_only: bool) -> tuple[Membership, ...]:
        found = self._connection.row("SELECT id FROM object WHERE sid = ? AND sid <> ''", (group,))
        if found is None:
            return ()
        flag = "security" if security_only else "mail"
        path = reverse.shortest_path(self._connection, identities_of(self._connection, member), found[0], flag)
        named = self.get_many(path)
        names = [named[key].logon_name for key in path]
        return tuple(Membership(below, above) for below, above in pairwise(names))

    def folder_permissions(self, mailbox: int, folder: UUID) -> tuple[FolderPermission, ...]:
        return folder_permissions.read(self._connection, mailbox, folder, self._now)

    def automapping_links(self, mailbox: int) -> tuple[Recipient, ...]:
        return self._joined("automapping j ON j.delegate = o.id WHERE j.mailbox = ? ORDER BY o.name_key, o.id", mailbox)

    def what_can(self, account: int, *, after: int | None = None, limit: int | None = None) -> Sequence[Holding]:
        return reverse.what_can(self._connection, account, after, limit)

    def with_ended_grants(self, *, limit: int) -> tuple[int, ...]:
        return ended.targets(self._connection, self._now, limit)

    def who_can(self, target: int) -> Sequence[Holding]:
        return reverse.who_can(self._connection, target)

    def security_groups_of(self, account: int) -> frozenset[int]:
        return reverse.security_groups(self._connection, account)

    def management_roles(self) -> tuple[ManagementRole, ...]:
        return roles.roles(self._connection)

    def management_scopes(self) -> tuple[ManagementScope, ...]:
        return roles.scopes(self._connection)

    def role_assignments(self) -> tuple[RoleAssignment, ...]:
        return roles.assignments(self._connection)

    def someone_is_in_charge(self) -> bool:
        return roles.is_someone_in_charge(self._connection)

    def address_lists(self) -> tuple[AddressList, ...]:
        return address_lists.read(self._connection)

    def access_facts(self, at: datetime | None = None) -> SqlAccessFacts:
        connection, change = self._connection, self._change
        if at is None:
            return SqlAccessFacts(connection, Present(connection), to_moment(self._now), change)
        return SqlAccessFacts(connection, Past(connection, to_number(at)), at, change)

    def formerly(self, identity: str) -> tuple[Recipient, ...]:
        return formerly(self._connection, identity)

    def audit_entries(self, query: AuditQuery = _EVERYTHING_LOGGED) -> Iterator[AuditRecord]:
        return audit.found(self._connection, query)

    def audit_entry(self, sequence: int) -> AuditRecord | None:
        return audit.entry(self._connection, sequence)

    def audit_config(self) -> AuditLogConfig:
        return settings.audit_config(self._connection)

    def verify_audit_log(self) -> AuditVerification:
        return audit_chain.verified(self._connection, audit.columns_of)

    def _in_sight(self, query: RecipientQuery) -> RecipientQuery:
        return query if self._scopes is None else replace(query, within=self._scopes)

    def _joined(self, join: str, key: int) -> tuple[Recipient, ...]:
        return tuple(map(to_recipient, self._connection.rows(f"{SELECT} JOIN {join}", (key,))))

    def _lists(self, sql: str, keys: Iterable[int]) -> Mapping[int, tuple[Recipient, ...]]:
        """Return the recipients that each object lists, from rows of object and recipient."""
        connection = self._connection
        rows = connection.rows(sql.format(keys=connection.key_set), (connection.keys(keys),))
        named = self.get_many({row[1] for row in rows}) if rows else {}
        lists: dict[int, list[Recipient]] = {}
        for key, listed in rows:
            lists.setdefault(key, []).append(named[listed])
        return {key: tuple(listed) for key, listed in lists.items()}

    def _server_name(self) -> str:
        return self.organization().server
