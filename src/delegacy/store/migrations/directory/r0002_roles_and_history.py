"""Roles, folder permissions, restrictions, address lists, and what was granted when."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT_ONCE = 1000


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, server_default="", nullable=False)


def _number(name: str, default: int | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default=None if default is None else str(default), nullable=False)


def _moment(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=True)


def _flag(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), server_default="0", nullable=False)


def _named(table: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("name_key", _TEXT, nullable=False),
        sa.Column("guid", sa.LargeBinary(), nullable=False),
        _text("name"),
        *columns,
        _number("when_changed", 0),
        sa.PrimaryKeyConstraint("name_key", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    """Add columns and tables, and what searches of the audit log look at."""
    op.add_column("head", _number("audit_base_sequence", 0))
    op.add_column("head", sa.Column("audit_base_hash", sa.LargeBinary(), nullable=True))
    op.add_column("object", _flag("imap_off"))
    op.add_column("send_on_behalf", _moment("expires_at"))
    op.add_column("member", _moment("added_at"))
    for column in (_text("cmdlet_key"), _text("object_key"), _text("caller_key"), _flag("failed")):
        op.add_column("audit_entry", column)
    _fill_audit_keys()
    _make_roles()
    _make_lists()
    _make_history()


def _fill_audit_keys() -> None:
    connection, last = op.get_bind(), 0
    while True:
        rows = connection.execute(
            sa.text("SELECT sequence, record FROM audit_entry WHERE sequence > :last ORDER BY sequence LIMIT :count"),
            {"last": last, "count": _AT_ONCE},
        ).fetchall()
        if not rows:
            return
        for sequence, record in rows:
            caller, _, cmdlet, _, changed, _, succeeded, *_ = json.loads(record)
            connection.execute(
                sa.text(
                    "UPDATE audit_entry SET cmdlet_key = :cmdlet, object_key = :object, caller_key = :caller, failed = :failed "
                    "WHERE sequence = :sequence"
                ),
                {
                    "cmdlet": cmdlet.casefold(),
                    "object": changed.casefold(),
                    "caller": caller.casefold(),
                    "failed": int(not succeeded),
                    "sequence": sequence,
                },
            )
        last = rows[-1][0]


def _make_roles() -> None:
    _named("management_role", _text("parent_key"), _text("description"), _text("entries"))
    _named("management_scope", _text("recipient_root"), _text("recipient_filter"), _flag("exclusive"))
    _named(
        "role_assignment",
        _text("role_key"),
        _number("assignee", 0),
        _text("policy"),
        _flag("delegating"),
        _text("write_scope"),
        _text("scope_key"),
        _text("container"),
        sa.Column("enabled", sa.SmallInteger(), server_default="1", nullable=False),
    )
    op.create_index("ix_role_assignment_assignee", "role_assignment", ["assignee"], unique=False)
    op.create_index("ix_role_assignment_role_key", "role_assignment", ["role_key"], unique=False)


def _make_lists() -> None:
    _named(
        "address_list",
        _text("display_name"),
        _text("container"),
        _text("recipient_filter"),
        _text("recipient_container"),
        _text("conditions"),
    )
    op.create_table(
        "setting",
        sa.Column("name", _TEXT, nullable=False),
        _text("value"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "delivery_restriction",
        sa.Column("target", _KEY, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("other", _KEY, nullable=False),
        _number("position"),
        sa.ForeignKeyConstraint(["target"], ["object.id"], name=op.f("fk_delivery_restriction_target")),
        sa.ForeignKeyConstraint(["other"], ["object.id"], name=op.f("fk_delivery_restriction_other")),
        sa.PrimaryKeyConstraint("target", "kind", "other", name=op.f("pk_delivery_restriction")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_delivery_restriction_other", "delivery_restriction", ["other", "target"], unique=False)
    op.create_table(
        "folder_permission",
        sa.Column("mailbox", _KEY, nullable=False),
        sa.Column("folder", sa.LargeBinary(), nullable=False),
        sa.Column("trustee", _KEY, nullable=False),
        _flag("to_group"),
        _number("rights"),
        sa.Column("granted_by", _KEY, nullable=True),
        _moment("granted_at"),
        _moment("expires_at"),
        sa.ForeignKeyConstraint(["mailbox"], ["object.id"], name=op.f("fk_folder_permission_mailbox")),
        sa.ForeignKeyConstraint(["granted_by"], ["grantor.id"], name=op.f("fk_folder_permission_granted_by")),
        sa.PrimaryKeyConstraint("mailbox", "folder", "trustee", name=op.f("pk_folder_permission")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_folder_permission_trustee", "folder_permission", ["trustee", "mailbox"], unique=False)


def _make_history() -> None:
    op.create_table(
        "ace_history",
        _number("target"),
        sa.Column("access_right", sa.Integer(), nullable=False),
        _number("trustee"),
        _flag("allow"),
        _flag("inherited"),
        _flag("to_group"),
        _number("entry"),
        _flag("inheritance_type"),
        sa.Column("granted_by", _KEY, nullable=True),
        _moment("granted_at"),
        _moment("expires_at"),
        _number("ended_at"),
    )
    op.create_index("ix_ace_history_target", "ace_history", ["target", "ended_at"], unique=False)
    op.create_index("ix_ace_history_trustee", "ace_history", ["trustee", "access_right", "ended_at"], unique=False)
    op.create_table(
        "send_on_behalf_history",
        _number("target"),
        _number("delegate"),
        _flag("to_group"),
        _number("entry"),
        sa.Column("granted_by", _KEY, nullable=True),
        _moment("granted_at"),
        _moment("expires_at"),
        _number("ended_at"),
    )
    op.create_index("ix_send_on_behalf_history_target", "send_on_behalf_history", ["target", "ended_at"], unique=False)
    op.create_index(
        "ix_send_on_behalf_history_delegate", "send_on_behalf_history", ["delegate", "ended_at"], unique=False
    )
    op.create_table("member_history", _number("member"), _number("group_id"), _moment("added_at"), _number("ended_at"))
    op.create_index("ix_member_history_member", "member_history", ["member", "ended_at"], unique=False)
    op.create_index("ix_member_history_group_id", "member_history", ["group_id", "ended_at"], unique=False)
    op.create_table(
        "object_history",
        _number("id"),
        _number("ended_at"),
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
        _number("when_created", 0),
    )
    op.create_index("ix_object_history_id", "object_history", ["id", "ended_at"], unique=False)
    op.create_table("switch_history", _text("name"), _number("value"), _number("ended_at"))
