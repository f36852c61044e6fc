"""The directory's tables.

Keys are integers given out from ``head``; GUIDs, SIDs and names are for the outside. Columns that end in ``_key`` hold text folded for
comparison, empty where there is none. Moments are microseconds since 1970, in UTC. In ``ace``, ``trustee`` is the key of an object, or a negative
number: a well-known principal's (``WELL_KNOWN_KEYS``) or that of a ``foreign_principal``.
"""

from types import MappingProxyType
from typing import Final

import sqlalchemy as sa

from delegacy.domain.sid import (
    ANONYMOUS,
    AUTHENTICATED_USERS,
    EVERYONE,
    NETWORK_SERVICE,
    SELF,
    SYSTEM,
)

REVISIONS: Final = ("0001", "0002", "0003")
"""The revisions of the directory's schema, oldest first; the last one is what this program works with."""

ROOT: Final = 0
"""The container above every mailbox: the target under which ``ace`` keeps the entries that mailboxes inherit.

In ``member`` and ``group_closure`` it stands for a group that holds those whom these entries name, so that one look-up tells whether they
concern an account.
"""
FIRST_FOREIGN: Final = -1000
"""Foreign principals have this key and lower ones."""
WELL_KNOWN_KEYS: Final = MappingProxyType(
    {EVERYONE: -1, AUTHENTICATED_USERS: -2, SELF: -3, ANONYMOUS: -4, SYSTEM: -5, NETWORK_SERVICE: -6}
)

metadata: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Bytes in order, on both databases: what is sorted and compared by range has been folded already.
_TEXT: Final = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
_KEY: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FLAG: Final = sa.SmallInteger()


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=False, server_default="")


def _number(name: str, default: int | None = 0) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default=None if default is None else str(default))


def _flag(name: str) -> sa.Column[int]:
    return sa.Column(name, _FLAG, nullable=False, server_default="0")


def _object(name: str, *, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(name, _KEY, sa.ForeignKey("object.id"), primary_key=primary_key, nullable=False)


head = sa.Table(
    "head",
    metadata,
    sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
    _number("change"),
    _number("next_object", 1),
    _number("next_entry", 1),
    _number("next_foreign", FIRST_FOREIGN),
    _flag("hidden_mailboxes_denied"),
    _flag("inherited_by_all"),
    _flag("inherited_to_send"),
    _number("audit_sequence"),
    sa.Column("audit_hash", sa.LargeBinary(), nullable=False),
    _number("audit_base_sequence"),
    sa.Column("audit_base_hash", sa.LargeBinary()),
)
"""One row. Every writer locks it first, and every commit raises ``change`` by one.
``inherited_by_all`` and ``inherited_to_send`` tell whether mailboxes inherit entries for everyone, and for sending.
``audit_base_sequence`` and ``audit_base_hash`` are those of the last audit entry that was purged: the chain goes on from there."""

account_domain = sa.Table(
    "account_domain",
    metadata,
    sa.Column("netbios_key", _TEXT, primary_key=True),
    _text("netbios_name"),
    _text("dns_name"),
    _text("sid"),
    _flag("trusted"),
    _number("next_rid", 1000),
    sa.UniqueConstraint("sid"),
)

accepted_domain = sa.Table(
    "accepted_domain",
    metadata,
    sa.Column("domain_key", _TEXT, primary_key=True),
    _text("name"),
    _text("domain_name"),
    _text("domain_type"),
    _flag("is_default"),
)

# What decisions read comes first: SQLite reads a row from its beginning.
recipient = sa.Table(
    "object",
    metadata,
    sa.Column("id", _KEY, primary_key=True, autoincrement=False),
    _text("recipient_type_details"),
    _text("sid"),
    _flag("hidden"),
    _flag("account_disabled"),
    _flag("copy_sent_as"),
    _flag("copy_sent_on_behalf"),
    sa.Column("guid", sa.LargeBinary(), nullable=False),
    _text("display_name"),
    _text("primary_smtp_address"),
    _text("primary_smtp_key"),
    _text("name"),
    _text("name_key"),
    _text("display_name_key"),
    _text("domain"),
    _text("domain_key"),
    _text("container"),
    _text("container_key"),
    _text("alias"),
    _text("alias_key"),
    _text("sam_account_name"),
    _text("sam_key"),
    _text("user_principal_name"),
    _text("upn_key"),
    _text("email_addresses"),
    _text("legacy_exchange_dn"),
    _text("legacy_key"),
    _text("linked_master_account"),
    _text("group_scope"),
    _flag("security_enabled"),
    _text("recipient_filter"),
    _text("recipient_container"),
    _number("when_created"),
    _number("when_changed"),
    _text("first_name_key"),
    _text("last_name_key"),
    _text("department_key"),
    _text("office_key"),
    _text("title_key"),
    _text("company_key"),
    _text("city_key"),
    _text("search_key"),
    _text("attributes"),
    _text("attribute_keys"),
    _flag("imap_off"),
)
"""Every directory object. Names of people and places that are often filtered or sorted by have columns; all further properties are in
``attributes``, as JSON, and their text, folded, in ``attribute_keys``. ``search_key`` joins what an administrator searches in."""

ATTRIBUTE_COLUMNS: Final = MappingProxyType(
    {
        "FirstName": "first_name_key",
        "LastName": "last_name_key",
        "Department": "department_key",
        "Office": "office_key",
        "Title": "title_key",
        "Company": "company_key",
        "City": "city_key",
    }
)
"""The attributes that have a column of their own for comparison."""


def _unless_empty(*columns: str) -> sa.Index:
    condition = recipient.c[columns[0]] != sa.literal_column("''")
    return sa.Index(
        f"uq_object_{'_'.join(columns)}",
        *(recipient.c[column] for column in columns),
        unique=True,
        sqlite_where=condition,
        postgresql_where=condition,
    )


_unless_empty("sid")
_unless_empty("alias_key")
_unless_empty("sam_key", "domain_key")
_unless_empty("upn_key")
_unless_empty("legacy_key")
_unless_empty("linked_master_account")
sa.Index("uq_object_guid", recipient.c.guid, unique=True)
sa.Index("uq_object_name_key_container_key", recipient.c.name_key, recipient.c.container_key, unique=True)
sa.Index("ix_object_kind_name_key", recipient.c.recipient_type_details, recipient.c.name_key, recipient.c.id)
for _column in ("display_name_key", "first_name_key", "last_name_key", "department_key"):
    sa.Index(f"ix_object_{_column}", recipient.c[_column], recipient.c.id)

proxy_address = sa.Table(
    "proxy_address",
    metadata,
    sa.Column("address_key", _TEXT, primary_key=True),
    _object("object_id"),
    sa.Index("ix_proxy_address_object_id", "object_id"),
    sqlite_with_rowid=False,
)
"""Who has an address: ``smtp:terry@contoso.com``, each once in the organization."""

foreign_principal = sa.Table(
    "foreign_principal",
    metadata,
    sa.Column("id", _KEY, primary_key=True, autoincrement=False),
    _text("sid"),
    sa.UniqueConstraint("sid"),
)
"""Principals that entries name and that are no object here."""

grantor = sa.Table(
    "grantor",
    metadata,
    sa.Column("id", _KEY, primary_key=True, autoincrement=False),
    _text("name"),
    sa.UniqueConstraint("name"),
)
"""Who made entries, each written once."""


def _of_what_ends(table: str) -> sa.Index:
    condition = sa.text("expires_at IS NOT NULL")
    return sa.Index(
        f"ix_{table}_expires_at", "expires_at", "target", sqlite_where=condition, postgresql_where=condition
    )


ace = sa.Table(
    "ace",
    metadata,
    sa.Column("target", _KEY, nullable=False),
    sa.Column("access_right", sa.Integer(), nullable=False),
    sa.Column("trustee", _KEY, nullable=False),
    sa.Column("allow", _FLAG, nullable=False),
    sa.Column("inherited", _FLAG, nullable=False),
    _flag("to_group"),
    _number("entry", None),
    _flag("inheritance_type"),
    sa.Column("granted_by", _KEY, sa.ForeignKey("grantor.id")),
    sa.Column("granted_at", sa.BigInteger()),
    sa.Column("expires_at", sa.BigInteger()),
    sa.PrimaryKeyConstraint("target", "access_right", "trustee", "allow", "inherited"),
    sa.Index("ix_ace_trustee", "trustee", "access_right", "target", "allow"),
    _of_what_ends("ace"),
    sqlite_with_rowid=False,
)
"""One row for each right of an entry; ``entry`` joins what was granted together. ``to_group`` tells that the trustee is a group."""

send_on_behalf = sa.Table(
    "send_on_behalf",
    metadata,
    _object("target", primary_key=True),
    _object("delegate", primary_key=True),
    _flag("to_group"),
    _number("entry", None),
    sa.Column("granted_by", _KEY, sa.ForeignKey("grantor.id")),
    sa.Column("granted_at", sa.BigInteger()),
    sa.Column("expires_at", sa.BigInteger()),
    sa.Index("ix_send_on_behalf_delegate", "delegate", "target"),
    _of_what_ends("send_on_behalf"),
    sqlite_with_rowid=False,
)

member = sa.Table(
    "member",
    metadata,
    _object("member", primary_key=True),
    sa.Column("group_id", _KEY, primary_key=True),
    sa.Column("added_at", sa.BigInteger()),
    sa.Index("ix_member_group_id", "group_id", "member"),
    sqlite_with_rowid=False,
)

group_closure = sa.Table(
    "group_closure",
    metadata,
    sa.Column("descendant", _KEY, primary_key=True, autoincrement=False),
    sa.Column("ancestor", _KEY, primary_key=True, autoincrement=False),
    _flag("security"),
    _flag("mail"),
    sa.Index("ix_group_closure_ancestor", "ancestor", "descendant"),
    sqlite_with_rowid=False,
)
"""Which groups are in which, through any nesting, themselves included; never users.

``security`` and ``mail``: there is a way through security groups alone, through groups with an address alone, both ends included. A
group's row with itself therefore tells which of the two it is.
"""

automapping = sa.Table(
    "automapping",
    metadata,
    _object("mailbox", primary_key=True),
    _object("delegate", primary_key=True),
    sa.Index("ix_automapping_delegate", "delegate", "mailbox"),
    sqlite_with_rowid=False,
)

manager = sa.Table(
    "manager",
    metadata,
    _object("group_id", primary_key=True),
    _object("manager", primary_key=True),
    _number("position", None),
    sa.Index("ix_manager_manager", "manager", "group_id"),
    sqlite_with_rowid=False,
)

credential = sa.Table(
    "credential",
    metadata,
    _object("object_id", primary_key=True),
    _text("password_hash"),
    sqlite_with_rowid=False,
)

audit_entry = sa.Table(
    "audit_entry",
    metadata,
    sa.Column("sequence", _KEY, primary_key=True, autoincrement=False),
    _number("run_date", None),
    _text("record"),
    sa.Column("hash", sa.LargeBinary(), nullable=False),
    _text("cmdlet_key"),
    _text("object_key"),
    _text("caller_key"),
    _flag("failed"),
    sa.Index("ix_audit_entry_run_date", "run_date", "sequence"),
)
"""The administrator audit log. ``hash`` is SHA-256 over the hash before and the record; what a search asks for most stands beside it."""

management_role = sa.Table(
    "management_role",
    metadata,
    sa.Column("name_key", _TEXT, primary_key=True),
    sa.Column("guid", sa.LargeBinary(), nullable=False),
    _text("name"),
    _text("parent_key"),
    _text("description"),
    _text("entries"),
    _number("when_changed"),
)
"""Roles that the organization has made; the built-in ones are of the program. ``entries`` is JSON: cmdlets with their parameters."""

management_scope = sa.Table(
    "management_scope",
    metadata,
    sa.Column("name_key", _TEXT, primary_key=True),
    sa.Column("guid", sa.LargeBinary(), nullable=False),
    _text("name"),
    _text("recipient_root"),
    _text("recipient_filter"),
    _flag("exclusive"),
    _number("when_changed"),
)

role_assignment = sa.Table(
    "role_assignment",
    metadata,
    sa.Column("name_key", _TEXT, primary_key=True),
    sa.Column("guid", sa.LargeBinary(), nullable=False),
    _text("name"),
    _text("role_key"),
    _number("assignee"),
    _text("policy"),
    _flag("delegating"),
    _text("write_scope"),
    _text("scope_key"),
    _text("container"),
    sa.Column("enabled", _FLAG, nullable=False, server_default="1"),
    _number("when_changed"),
    sa.Index("ix_role_assignment_assignee", "assignee"),
    sa.Index("ix_role_assignment_role_key", "role_key"),
)
"""Which role whom: ``assignee`` is the key of a group or user, or 0 where ``policy`` names a role assignment policy."""

address_list = sa.Table(
    "address_list",
    metadata,
    sa.Column("name_key", _TEXT, primary_key=True),
    sa.Column("guid", sa.LargeBinary(), nullable=False),
    _text("name"),
    _text("display_name"),
    _text("container"),
    _text("recipient_filter"),
    _text("recipient_container"),
    _text("conditions"),
    _number("when_changed"),
)
"""Named filters, one below another: ``name_key`` is the whole path. ``conditions`` is JSON: what a ready-made filter is made from."""

setting = sa.Table("setting", metadata, sa.Column("name", _TEXT, primary_key=True), _text("value"))
"""The organization's further settings, as JSON."""

delivery_restriction = sa.Table(
    "delivery_restriction",
    metadata,
    _object("target", primary_key=True),
    sa.Column("kind", _FLAG, primary_key=True),
    _object("other", primary_key=True),
    _number("position", None),
    sa.Index("ix_delivery_restriction_other", "other", "target"),
    sqlite_with_rowid=False,
)
"""From whom a recipient accepts messages, and from whom not."""

folder_permission = sa.Table(
    "folder_permission",
    metadata,
    _object("mailbox", primary_key=True),
    sa.Column("folder", sa.LargeBinary(), primary_key=True),
    sa.Column("trustee", _KEY, primary_key=True),
    _flag("to_group"),
    _number("rights", None),
    sa.Column("granted_by", _KEY, sa.ForeignKey("grantor.id")),
    sa.Column("granted_at", sa.BigInteger()),
    sa.Column("expires_at", sa.BigInteger()),
    sa.Index("ix_folder_permission_trustee", "trustee", "mailbox"),
    sqlite_with_rowid=False,
)
"""Rights in single mail folders, which the mail store knows by GUID."""

ace_history = sa.Table(
    "ace_history",
    metadata,
    _number("target", None),
    sa.Column("access_right", sa.Integer(), nullable=False),
    _number("trustee", None),
    _flag("allow"),
    _flag("inherited"),
    _flag("to_group"),
    _number("entry", None),
    _flag("inheritance_type"),
    sa.Column("granted_by", _KEY),
    sa.Column("granted_at", sa.BigInteger()),
    sa.Column("expires_at", sa.BigInteger()),
    _number("ended_at", None),
    sa.Index("ix_ace_history_target", "target", "ended_at"),
    sa.Index("ix_ace_history_trustee", "trustee", "access_right", "ended_at"),
)
"""Entries that are no more, with the moment at which they ended: with ``ace``, what was granted at any time. So with the tables below."""

send_on_behalf_history = sa.Table(
    "send_on_behalf_history",
    metadata,
    _number("target", None),
    _number("delegate", None),
    _flag("to_group"),
    _number("entry", None),
    sa.Column("granted_by", _KEY),
    sa.Column("granted_at", sa.BigInteger()),
    sa.Column("expires_at", sa.BigInteger()),
    _number("ended_at", None),
    sa.Index("ix_send_on_behalf_history_target", "target", "ended_at"),
    sa.Index("ix_send_on_behalf_history_delegate", "delegate", "ended_at"),
)

member_history = sa.Table(
    "member_history",
    metadata,
    _number("member", None),
    _number("group_id", None),
    sa.Column("added_at", sa.BigInteger()),
    _number("ended_at", None),
    sa.Index("ix_member_history_member", "member", "ended_at"),
    sa.Index("ix_member_history_group_id", "group_id", "ended_at"),
)

object_history = sa.Table(
    "object_history",
    metadata,
    _number("id", None),
    _number("ended_at", None),
    _flag("removed"),
    *(
        _text(name)
        for name in (
            "recipient_type_details",
            "sid",
            "display_name",
            "primary_smtp_address",
            "name",
            "container",
            "domain",
            "sam_account_name",
            "linked_master_account",
        )
    ),
    sa.Column("guid", sa.LargeBinary(), nullable=False),
    _flag("hidden"),
    _flag("account_disabled"),
    _flag("security_enabled"),
    _number("when_created"),
    sa.Index("ix_object_history_id", "id", "ended_at"),
)
"""What decisions look at of an object, up to a moment at which it became otherwise, or was removed."""

switch_history = sa.Table("switch_history", metadata, _text("name"), _number("value", None), _number("ended_at", None))
"""What an organization's switch was, up to a moment at which it was turned."""
