"""The directory inside a write transaction."""

from collections.abc import Sequence

from delegacy.domain.ace import Ace
from delegacy.domain.acl import RemovalOutcome
from delegacy.domain.errors import ManagementObjectAlreadyExists, ManagementObjectNotFound
from delegacy.domain.identity import fold
from delegacy.domain.organization import AcceptedDomain, AccountDomain, HiddenMailboxDelegation
from delegacy.domain.ports import LostGrant, Place
from delegacy.domain.recipient import Recipient
from delegacy.domain.rights import Right
from delegacy.domain.sid import Sid
from delegacy.store import grants, history, membership, objects
from delegacy.store.reading import SqlDirectoryReader
from delegacy.store.transaction import Transaction


class SqlDirectory(SqlDirectoryReader):
    """``Directory`` over a write transaction."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection, transaction.server, transaction.now)
        self._transaction = transaction

    def add(self, recipient: Recipient) -> Recipient:
        return objects.add(self._transaction, recipient)

    def add_many(self, recipients: Sequence[Recipient]) -> Sequence[int]:
        return objects.add_many(self._transaction, recipients)

    def update(self, recipient: Recipient) -> None:
        objects.update(self._transaction, recipient)

    def remove(self, key: int) -> tuple[LostGrant, ...]:
        return objects.remove(self._transaction, key)

    def add_account_domain(self, domain: AccountDomain) -> None:
        key = fold(domain.netbios_name)
        taken = self._connection.row("SELECT 1 FROM account_domain WHERE netbios_key = ? OR sid = ?", (key, domain.sid))
        if taken is not None:
            raise ManagementObjectAlreadyExists(
                f"A domain with the name '{domain.netbios_name}' or its SID is there already.", domain.netbios_name
            )
        self._connection.run(
            "INSERT INTO account_domain (netbios_key, netbios_name, dns_name, sid, trusted) VALUES (?, ?, ?, ?, ?)",
            (key, domain.netbios_name, domain.dns_name, domain.sid, int(domain.trusted)),
        )

    def add_accepted_domain(self, domain: AcceptedDomain) -> None:
        key = fold(domain.domain_name)
        if self._connection.row("SELECT 1 FROM accepted_domain WHERE domain_key = ?", (key,)) is not None:
            raise ManagementObjectAlreadyExists(
                f"The accepted domain '{domain.domain_name}' is there already.", domain.domain_name
            )
        if domain.default:
            self._connection.run("UPDATE accepted_domain SET is_default = 0")
        self._connection.run(
            "INSERT INTO accepted_domain (domain_key, name, domain_name, domain_type, is_default) VALUES (?, ?, ?, ?, ?)",
            (key, domain.name, domain.domain_name, domain.domain_type, int(domain.default)),
        )

    def set_hidden_mailbox_delegation(self, value: HiddenMailboxDelegation) -> None:
        denied = int(value is HiddenMailboxDelegation.DENY)
        before = self._connection.row("SELECT hidden_mailboxes_denied FROM head WHERE id = 1")
        if before is not None and before[0] != denied:
            history.end_switch(self._transaction, "HiddenMailboxDelegation", before[0])
        self._connection.run("UPDATE head SET hidden_mailboxes_denied = ? WHERE id = 1", (denied,))

    def set_credential(self, key: int, password_hash: str) -> None:
        if self._connection.row("SELECT 1 FROM object WHERE id = ?", (key,)) is None:
            raise ManagementObjectNotFound(str(key), self._server_name())
        self._connection.run(
            "INSERT INTO credential (object_id, password_hash) VALUES (?, ?) "
            "ON CONFLICT (object_id) DO UPDATE SET password_hash = excluded.password_hash",
            (key, password_hash),
        )

    def grant(self, target: int, ace: Ace) -> None:
        grants.grant(self._transaction, target, ace)

    def grant_many(self, targets: Sequence[int], ace: Ace) -> tuple[int, ...]:
        return grants.grant_many(self._transaction, targets, ace)

    def revoke(self, target: int, trustee: Sid, rights: frozenset[Right], *, allow: bool) -> RemovalOutcome:
        return grants.revoke(self._transaction, target, trustee, rights, allow=allow)

    def set_inherited(self, aces: Sequence[Ace]) -> None:
        grants.set_inherited(self._transaction, aces)

    def set_grant_send_on_behalf_to(self, target: int, delegates: Sequence[int], place: Place) -> None:
        grants.set_send_on_behalf(self._transaction, target, delegates, place)

    def add_members(self, group: int, members: Sequence[int]) -> None:
        membership.add_members(self._transaction, group, members)

    def remove_members(self, group: int, members: Sequence[int]) -> None:
        membership.remove_members(self._transaction, group, members)

    def set_managers(self, group: int, managers: Sequence[int]) -> None:
        self._connection.run("DELETE FROM manager WHERE group_id = ?", (group,))
        self._connection.run_many(
            "INSERT INTO manager (group_id, manager, position) VALUES (?, ?, ?)",
            [(group, manager, position) for position, manager in enumerate(dict.fromkeys(managers))],
        )

    def link(self, mailbox: int, delegates: Sequence[int]) -> None:
        self._connection.run_many(
            "INSERT INTO automapping (mailbox, delegate) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [(mailbox, delegate) for delegate in delegates],
        )

    def link_many(self, mailboxes: Sequence[int], delegate: int) -> None:
        self._connection.run(
            "INSERT INTO automapping (mailbox, delegate) "
            f"SELECT value, ? FROM ({self._connection.key_set}) AS wanted WHERE true ON CONFLICT DO NOTHING",
            (delegate, self._connection.keys(mailboxes)),
        )

    def unlink(self, mailbox: int, delegates: Sequence[int] | None = None) -> None:
        if delegates is None:
            self._connection.run("DELETE FROM automapping WHERE mailbox = ?", (mailbox,))
            return
        for delegate in delegates:
            self._connection.run("DELETE FROM automapping WHERE mailbox = ? AND delegate = ?", (mailbox, delegate))
