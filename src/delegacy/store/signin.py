"""Accounts by sign-in name."""

from delegacy.domain.account import Account
from delegacy.domain.client_access import ClientProtocol, switched_off
from delegacy.domain.identity import LONGEST, fold
from delegacy.domain.ports import Credential
from delegacy.domain.recipient import ACCOUNTS, Recipient
from delegacy.store.connection import Connection
from delegacy.store.engine import Database
from delegacy.store.resolving import address_key, is_storable
from delegacy.store.rows import SELECT, to_recipient


class SqlSignInNames:
    """``SignInNames`` over the directory's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def credential(self, name: str) -> Credential | None:
        if len(name) > LONGEST or not is_storable(name):
            return None
        with self._database.connection() as connection:
            connection.begin_reading()
            named = {obj.id: obj for obj in _named(connection, name.strip())}
            if len(named) != 1:
                return None
            return _credential(connection, _master_of(connection, *named.values()))

    def switched_off(self, account: Account) -> frozenset[ClientProtocol]:
        if account.mailbox_id is None:
            return frozenset()
        with self._database.connection() as connection:
            connection.begin_reading()
            row = connection.row(f"{SELECT} WHERE o.id = ?", (account.mailbox_id,))
            return frozenset() if row is None else switched_off(to_recipient(row).attributes)


def _named(connection: Connection, name: str) -> list[Recipient]:
    """Return the accounts with this logon name, UPN or primary address."""
    domain, backslash, account = name.partition("\\")
    if backslash:
        rows = connection.rows(
            f"{SELECT} WHERE o.domain_key = ? AND o.sam_key = ? AND o.sam_key <> ''", (fold(domain), fold(account))
        )
    else:
        rows = connection.rows(f"{SELECT} WHERE o.upn_key = ? AND o.upn_key <> ''", (fold(name),))
        rows += connection.rows(
            f"{SELECT} JOIN proxy_address p ON p.object_id = o.id "
            "WHERE p.address_key = ? AND p.address_key = 'smtp:' || o.primary_smtp_key",
            (address_key(name) or "",),
        )
    return [obj for obj in map(to_recipient, rows) if obj.recipient_type_details in ACCOUNTS]


def _master_of(connection: Connection, obj: Recipient) -> Recipient:
    """Return the account that signs in for a linked mailbox; any other account signs in itself."""
    if obj.linked_master_account is None:
        return obj
    row = connection.row(f"{SELECT} WHERE o.sid = ? AND o.sid <> ''", (obj.linked_master_account,))
    return obj if row is None else to_recipient(row)


def _credential(connection: Connection, obj: Recipient) -> Credential | None:
    if obj.sid is None:
        return None
    row = connection.row(f"{SELECT} WHERE o.linked_master_account = ? AND o.linked_master_account <> ''", (obj.sid,))
    linked = None if row is None else to_recipient(row)
    mailbox = linked or (obj if obj.is_mailbox else None)
    stored = connection.row("SELECT password_hash FROM credential WHERE object_id = ?", (obj.id,))
    account = Account(
        id=obj.id,
        guid=obj.guid,
        sid=obj.sid,
        logon_name=obj.logon_name,
        display_name=(mailbox or obj).display_name,
        user_principal_name=obj.user_principal_name,
        primary_smtp_address=(mailbox or obj).primary_smtp_address,
        mailbox_id=mailbox.id if mailbox else None,
        mailbox_guid=mailbox.guid if mailbox else None,
        linked_id=linked.id if linked else None,
    )
    closed = switched_off(mailbox.attributes) if mailbox else frozenset[ClientProtocol]()
    return Credential(account, "" if stored is None else stored[0], obj.account_disabled, closed)
