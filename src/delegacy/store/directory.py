"""The directory inside a write transaction."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from delegacy.domain.ace import Ace
from delegacy.domain.acl import RemovalOutcome
from delegacy.domain.address_list import AddressList
from delegacy.domain.audit import AuditLogConfig, AuditPurge
from delegacy.domain.change import (
    Change,
    CredentialSet,
    FolderPermissionSet,
    Granted,
    HeldPlace,
    Linked,
    ListChanged,
    ManagersSet,
    MembersAdded,
    MembersRemoved,
    ObjectAdded,
    ObjectRemoved,
    ObjectUpdated,
    OrganizationChanged,
    RestrictionsSet,
    Revoked,
    Unlinked,
)
from delegacy.domain.delivery_restriction import UNRESTRICTED, DeliveryRestrictions
from delegacy.domain.errors import ManagementObjectNotFound
from delegacy.domain.folder_permission import FolderPermission
from delegacy.domain.identity import fold
from delegacy.domain.organization import AcceptedDomain, AccountDomain, HiddenMailboxDelegation
from delegacy.domain.ports import LostGrant, Place
from delegacy.domain.rbac import ManagementRole, ManagementScope, RoleAssignment
from delegacy.domain.recipient import Recipient
from delegacy.domain.rights import Right
from delegacy.domain.sid import Sid
from delegacy.store import (
    address_lists,
    audit_chain,
    domains,
    ended,
    folder_permissions,
    grants,
    history,
    membership,
    objects,
    roles,
    settings,
)
from delegacy.store import restrictions as restriction_lists
from delegacy.store.reading import SqlDirectoryReader
from delegacy.store.rows import to_number_or_null
from delegacy.store.transaction import Transaction


class SqlDirectory(SqlDirectoryReader):
    """``Directory`` over a write transaction."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection, transaction.server, transaction.now)
        self._transaction = transaction
        self.watcher: Callable[[Change], None] | None = None

    def add(self, recipient: Recipient) -> Recipient:
        self._tell(lambda: ObjectAdded(recipient))
        return objects.add(self._transaction, recipient)

    def add_many(self, recipients: Sequence[Recipient]) -> Sequence[int]:
        for recipient in recipients:
            self._tell(partial(ObjectAdded, recipient))
        return objects.add_many(self._transaction, recipients)

    def update(self, recipient: Recipient) -> None:
        self._tell(lambda: ObjectUpdated(self.get(recipient.id), recipient))
        objects.update(self._transaction, recipient)

    def remove(self, key: int) -> tuple[LostGrant, ...]:
        self._tell(lambda: ObjectRemoved(self.get(key)))
        return objects.remove(self._transaction, key)

    def add_account_domain(self, domain: AccountDomain) -> None:
        self._tell(lambda: OrganizationChanged("account domain"))
        domains.add_account_domain(self._connection, domain)

    def add_accepted_domain(self, domain: AcceptedDomain) -> None:
        self._tell(lambda: OrganizationChanged("accepted domain"))
        domains.add_accepted_domain(self._connection, domain)

    def update_accepted_domain(self, domain: AcceptedDomain) -> None:
        self._tell(lambda: OrganizationChanged("accepted domain"))
        domains.update_accepted_domain(self._connection, domain, self._server_name())

    def remove_accepted_domain(self, domain_name: str) -> None:
        self._tell(lambda: OrganizationChanged("accepted domain"))
        domains.remove_accepted_domain(self._connection, domain_name, self._server_name())

    def set_hidden_mailbox_delegation(self, value: HiddenMailboxDelegation) -> None:
        self._tell(lambda: OrganizationChanged("HiddenMailboxDelegation"))
        denied = int(value is HiddenMailboxDelegation.DENY)
        before = self._connection.row("SELECT hidden_mailboxes_denied FROM head WHERE id = 1")
        if before is not None and before[0] != denied:
            history.end_switch(self._transaction, "HiddenMailboxDelegation", before[0])
        self._connection.run("UPDATE head SET hidden_mailboxes_denied = ? WHERE id = 1", (denied,))

    def set_credential(self, key: int, password_hash: str) -> None:
        if self._connection.row("SELECT 1 FROM object WHERE id = ?", (key,)) is None:
            raise ManagementObjectNotFound(str(key), self._server_name())
        self._tell(lambda: CredentialSet(key))
        self._connection.run(
            "INSERT INTO credential (object_id, password_hash) VALUES (?, ?) "
            "ON CONFLICT (object_id) DO UPDATE SET password_hash = excluded.password_hash",
            (key, password_hash),
        )

    def grant(self, target: int, ace: Ace) -> None:
        self._tell(lambda: Granted(target, ace))
        grants.grant(self._transaction, target, ace)

    def grant_many(self, targets: Sequence[int], ace: Ace) -> tuple[int, ...]:
        for target in targets:
            self._tell(partial(Granted, target, ace))
        return grants.grant_many(self._transaction, targets, ace)

    def revoke(self, target: int, trustee: Sid, rights: frozenset[Right], *, allow: bool) -> RemovalOutcome:
        if self.watcher is not None and (held := self._held(target, Ace(trustee, rights, allow=allow))):
            self.watcher(Revoked(target, held))
        return grants.revoke(self._transaction, target, trustee, rights, allow=allow)

    def set_inherited(self, aces: Sequence[Ace]) -> None:
        self._tell(lambda: OrganizationChanged("inherited entries"))
        grants.set_inherited(self._transaction, aces)

    def set_grant_send_on_behalf_to(self, target: int, delegates: Sequence[int], place: Place) -> None:
        change = grants.planned_places(self._connection, target, delegates, place)
        self._tell(lambda: change)
        grants.set_send_on_behalf(self._transaction, change)

    def remove_ended_grants(self, target: int) -> tuple[tuple[Ace, ...], tuple[HeldPlace, ...]]:
        found = ended.on(self._connection, target, self._now)
        if found.entries:
            self._tell(lambda: Revoked(target, found.entries))
        if found.places:
            self._tell(lambda: ListChanged(target, found.places))
        ended.remove(self._transaction, target)
        return found.entries, found.places

    def add_members(self, group: int, members: Sequence[int]) -> None:
        self._tell(lambda: MembersAdded(group, tuple(members)))
        membership.add_members(self._transaction, group, members)

    def remove_members(self, group: int, members: Sequence[int]) -> None:
        self._tell(lambda: MembersRemoved(group, tuple(members)))
        membership.remove_members(self._transaction, group, members)

    def set_managers(self, group: int, managers: Sequence[int]) -> None:
        after = tuple(dict.fromkeys(managers))
        self._tell(lambda: ManagersSet(group, tuple(one.id for one in self.managers(group)), after))
        self._connection.run("DELETE FROM manager WHERE group_id = ?", (group,))
        self._connection.run_many(
            "INSERT INTO manager (group_id, manager, position) VALUES (?, ?, ?)",
            [(group, manager, position) for position, manager in enumerate(after)],
        )

    def set_delivery_restrictions(self, target: int, restrictions: DeliveryRestrictions) -> None:
        before = self.delivery_restrictions([target]).get(target, UNRESTRICTED)
        if before == restrictions:
            return
        self._tell(lambda: RestrictionsSet(target, before, restrictions))
        restriction_lists.write(self._connection, target, restrictions)

    def set_folder_permission(self, mailbox: int, folder: UUID, permission: FolderPermission) -> None:
        self._tell(lambda: self._folder_change(mailbox, folder, permission.trustee, permission))
        folder_permissions.put(self._transaction, mailbox, folder, permission)

    def remove_folder_permission(self, mailbox: int, folder: UUID, trustee: Sid) -> None:
        self._tell(lambda: self._folder_change(mailbox, folder, trustee, None))
        folder_permissions.remove(self._connection, mailbox, folder, trustee)

    def remove_folder_permissions(self, mailbox: int) -> None:
        for folder, entry in tuple(folder_permissions.entries_of(self._connection, mailbox, self._now)):
            self._tell(partial(FolderPermissionSet, mailbox, folder, entry, None))
        self._connection.run("DELETE FROM folder_permission WHERE mailbox = ?", (mailbox,))

    def link(self, mailbox: int, delegates: Sequence[int]) -> None:
        if self.watcher is not None:
            linked = set(self._linked(mailbox))
            new = tuple(delegate for delegate in dict.fromkeys(delegates) if delegate not in linked)
            if not new:
                return
            self.watcher(Linked(mailbox, new))
        for delegate in delegates:
            self._connection.run(
                "INSERT INTO automapping (mailbox, delegate) VALUES (?, ?) ON CONFLICT DO NOTHING", (mailbox, delegate)
            )

    def link_many(self, mailboxes: Sequence[int], delegate: int) -> None:
        for mailbox in mailboxes:
            self._tell(partial(Linked, mailbox, (delegate,)))
        self._connection.run(
            "INSERT INTO automapping (mailbox, delegate) "
            f"SELECT value, ? FROM ({self._connection.key_set}) AS wanted WHERE true ON CONFLICT DO NOTHING",
            (delegate, self._connection.keys(mailboxes)),
        )

    def unlink(self, mailbox: int, delegates: Sequence[int] | None = None) -> None:
        linked = self._linked(mailbox)
        gone = linked if delegates is None else [delegate for delegate in linked if delegate in delegates]
        if not gone:
            return
        self._tell(lambda: Unlinked(mailbox, tuple(gone)))
        for delegate in gone:
            self._connection.run("DELETE FROM automapping WHERE mailbox = ? AND delegate = ?", (mailbox, delegate))

    def put_management_role(self, role: ManagementRole) -> None:
        self._tell(lambda: OrganizationChanged("management role"))
        roles.put_role(self._connection, role, role.guid or uuid4(), self._now)

    def remove_management_role(self, name: str) -> None:
        self._tell(lambda: OrganizationChanged("management role"))
        roles.remove_role(self._connection, name)

    def put_management_scope(self, scope: ManagementScope) -> None:
        self._tell(lambda: OrganizationChanged("management scope"))
        roles.put_scope(self._connection, scope, self._now)

    def remove_management_scope(self, name: str) -> None:
        self._tell(lambda: OrganizationChanged("management scope"))
        roles.remove_scope(self._connection, name)

    def put_role_assignments(self, assignments: Iterable[RoleAssignment]) -> None:
        self._tell(lambda: OrganizationChanged("role assignment"))
        roles.put_assignments(self._connection, assignments, self._now)

    def remove_role_assignment(self, name: str) -> None:
        self._tell(lambda: OrganizationChanged("role assignment"))
        roles.remove_assignment(self._connection, name)

    def put_address_lists(self, lists: Iterable[AddressList]) -> None:
        self._tell(lambda: OrganizationChanged("address list"))
        address_lists.put(self._connection, lists, self._now)

    def remove_address_lists(self, paths: Iterable[str]) -> None:
        self._tell(lambda: OrganizationChanged("address list"))
        address_lists.remove(self._connection, paths)

    def set_audit_config(self, config: AuditLogConfig) -> None:
        self._tell(lambda: OrganizationChanged("administrator audit log"))
        settings.set_audit_config(self._connection, config)

    def purge_audit_entries(self, before: datetime | None, *, limit: int | None, aside: str = "") -> AuditPurge | None:
        return audit_chain.purge(self._connection, to_number_or_null(before), limit, fold(aside))

    def _tell(self, change: Callable[[], Change]) -> None:
        """Tell the watcher of a change before it is made; what was before is read only where somebody watches."""
        if self.watcher is not None:
            self.watcher(change())

    def _folder_change(
        self, mailbox: int, folder: UUID, trustee: Sid, after: FolderPermission | None
    ) -> FolderPermissionSet:
        entries = self.folder_permissions(mailbox, folder)
        before = next((one for one in entries if one.trustee == trustee), None)
        return FolderPermissionSet(mailbox, folder, before, after)

    def _linked(self, mailbox: int) -> list[int]:
        rows = self._connection.rows("SELECT delegate FROM automapping WHERE mailbox = ?", (mailbox,))
        return [row[0] for row in rows]

    def _held(self, target: int, asked: Ace) -> tuple[Ace, ...]:
        """Return what explicit entries hold of the rights asked about, an entry each."""
        return tuple(
            entry._replace(rights=entry.rights & asked.rights)
            for entry in grants.entries_like(self._connection, target, asked)
        )
