"""The directory's first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "accepted_domain",
        sa.Column("domain_key", _TEXT, nullable=False),
        sa.Column("name", _TEXT, server_default="", nullable=False),
        sa.Column("domain_name", _TEXT, server_default="", nullable=False),
        sa.Column("domain_type", _TEXT, server_default="", nullable=False),
        sa.Column("is_default", sa.SmallInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("domain_key", name=op.f("pk_accepted_domain")),
    )
    op.create_table(
        "account_domain",
        sa.Column("netbios_key", _TEXT, nullable=False),
        sa.Column("netbios_name", _TEXT, server_default="", nullable=False),
        sa.Column("dns_name", _TEXT, server_default="", nullable=False),
        sa.Column("sid", _TEXT, server_default="", nullable=False),
        sa.Column("trusted", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("next_rid", sa.BigInteger(), server_default="1000", nullable=False),
        sa.PrimaryKeyConstraint("netbios_key", name=op.f("pk_account_domain")),
        sa.UniqueConstraint("sid", name=op.f("uq_account_domain_sid")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("sequence", _KEY, autoincrement=False, nullable=False),
        sa.Column("run_date", sa.BigInteger(), nullable=False),
        sa.Column("record", _TEXT, server_default="", nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_run_date", "audit_entry", ["run_date", "sequence"], unique=False)
    op.create_table(
        "foreign_principal",
        sa.Column("id", _KEY, autoincrement=False, nullable=False),
        sa.Column("sid", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_foreign_principal")),
        sa.UniqueConstraint("sid", name=op.f("uq_foreign_principal_sid")),
    )
    op.create_table(
        "grantor",
        sa.Column("id", _KEY, autoincrement=False, nullable=False),
        sa.Column("name", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grantor")),
        sa.UniqueConstraint("name", name=op.f("uq_grantor_name")),
    )
    op.create_table(
        "group_closure",
        sa.Column("descendant", _KEY, autoincrement=False, nullable=False),
        sa.Column("ancestor", _KEY, autoincrement=False, nullable=False),
        sa.Column("security", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("mail", sa.SmallInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("descendant", "ancestor", name=op.f("pk_group_closure")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_group_closure_ancestor", "group_closure", ["ancestor", "descendant"], unique=False)
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_object", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("next_entry", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("next_foreign", sa.BigInteger(), server_default="-1000", nullable=False),
        sa.Column("hidden_mailboxes_denied", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("inherited_by_all", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("inherited_to_send", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("audit_sequence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("audit_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_head")),
    )
    op.create_table(
        "object",
        sa.Column("id", _KEY, autoincrement=False, nullable=False),
        sa.Column("recipient_type_details", _TEXT, server_default="", nullable=False),
        sa.Column("sid", _TEXT, server_default="", nullable=False),
        sa.Column("hidden", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("account_disabled", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("copy_sent_as", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("copy_sent_on_behalf", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("guid", sa.LargeBinary(), nullable=False),
        sa.Column("display_name", _TEXT, server_default="", nullable=False),
        sa.Column("primary_smtp_address", _TEXT, server_default="", nullable=False),
        sa.Column("primary_smtp_key", _TEXT, server_default="", nullable=False),
        sa.Column("name", _TEXT, server_default="", nullable=False),
        sa.Column("name_key", _TEXT, server_default="", nullable=False),
        sa.Column("display_name_key", _TEXT, server_default="", nullable=False),
        sa.Column("domain", _TEXT, server_default="", nullable=False),
        sa.Column("domain_key", _TEXT, server_default="", nullable=False),
        sa.Column("container", _TEXT, server_default="", nullable=False),
        sa.Column("container_key", _TEXT, server_default="", nullable=False),
        sa.Column("alias", _TEXT, server_default="", nullable=False),
        sa.Column("alias_key", _TEXT, server_default="", nullable=False),
        sa.Column("sam_account_name", _TEXT, server_default="", nullable=False),
        sa.Column("sam_key", _TEXT, server_default="", nullable=False),
        sa.Column("user_principal_name", _TEXT, server_default="", nullable=False),
        sa.Column("upn_key", _TEXT, server_default="", nullable=False),
        sa.Column("email_addresses", _TEXT, server_default="", nullable=False),
        sa.Column("legacy_exchange_dn", _TEXT, server_default="", nullable=False),
        sa.Column("legacy_key", _TEXT, server_default="", nullable=False),
        sa.Column("linked_master_account", _TEXT, server_default="", nullable=False),
        sa.Column("group_scope", _TEXT, server_default="", nullable=False),
        sa.Column("security_enabled", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("recipient_filter", _TEXT, server_default="", nullable=False),
        sa.Column("recipient_container", _TEXT, server_default="", nullable=False),
        sa.Column("when_created", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("when_changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("first_name_key", _TEXT, server_default="", nullable=False),
        sa.Column("last_name_key", _TEXT, server_default="", nullable=False),
        sa.Column("department_key", _TEXT, server_default="", nullable=False),
        sa.Column("office_key", _TEXT, server_default="", nullable=False),
        sa.Column("title_key", _TEXT, server_default="", nullable=False),
        sa.Column("company_key", _TEXT, server_default="", nullable=False),
        sa.Column("city_key", _TEXT, server_default="", nullable=False),
        sa.Column("search_key", _TEXT, server_default="", nullable=False),
        sa.Column("attributes", _TEXT, server_default="", nullable=False),
        sa.Column("attribute_keys", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_object")),
    )
    op.create_index("ix_object_department_key", "object", ["department_key", "id"], unique=False)
    op.create_index("ix_object_display_name_key", "object", ["display_name_key", "id"], unique=False)
    op.create_index("ix_object_first_name_key", "object", ["first_name_key", "id"], unique=False)
    op.create_index("ix_object_kind_name_key", "object", ["recipient_type_details", "name_key", "id"], unique=False)
    op.create_index("ix_object_last_name_key", "object", ["last_name_key", "id"], unique=False)
    op.create_index(
        "uq_object_alias_key",
        "object",
        ["alias_key"],
        unique=True,
        sqlite_where=sa.text("alias_key != ''"),
        postgresql_where=sa.text("alias_key != ''"),
    )
    op.create_index("uq_object_guid", "object", ["guid"], unique=True)
    op.create_index(
        "uq_object_legacy_key",
        "object",
        ["legacy_key"],
        unique=True,
        sqlite_where=sa.text("legacy_key != ''"),
        postgresql_where=sa.text("legacy_key != ''"),
    )
    op.create_index(
        "uq_object_linked_master_account",
        "object",
        ["linked_master_account"],
        unique=True,
        sqlite_where=sa.text("linked_master_account != ''"),
        postgresql_where=sa.text("linked_master_account != ''"),
    )
    op.create_index("uq_object_name_key_container_key", "object", ["name_key", "container_key"], unique=True)
    op.create_index(
        "uq_object_sam_key_domain_key",
        "object",
        ["sam_key", "domain_key"],
        unique=True,
        sqlite_where=sa.text("sam_key != ''"),
        postgresql_where=sa.text("sam_key != ''"),
    )
    op.create_index(
        "uq_object_sid",
        "object",
        ["sid"],
        unique=True,
        sqlite_where=sa.text("sid != ''"),
        postgresql_where=sa.text("sid != ''"),
    )
    op.create_index(
        "uq_object_upn_key",
        "object",
        ["upn_key"],
        unique=True,
        sqlite_where=sa.text("upn_key != ''"),
        postgresql_where=sa.text("upn_key != ''"),
    )
    op.create_table(
        "ace",
        sa.Column("target", _KEY, nullable=False),
        sa.Column("access_right", sa.Integer(), nullable=False),
        sa.Column("trustee", _KEY, nullable=False),
        sa.Column("allow", sa.SmallInteger(), nullable=False),
        sa.Column("inherited", sa.SmallInteger(), nullable=False),
        sa.Column("to_group", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("inheritance_type", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("granted_by", _KEY, nullable=True),
        sa.Column("granted_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["granted_by"], ["grantor.id"], name=op.f("fk_ace_granted_by")),
        sa.PrimaryKeyConstraint("target", "access_right", "trustee", "allow", "inherited", name=op.f("pk_ace")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ace_trustee", "ace", ["trustee", "access_right", "target", "allow"], unique=False)
    op.create_table(
        "automapping",
        sa.Column("mailbox", _KEY, nullable=False),
        sa.Column("delegate", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["delegate"], ["object.id"], name=op.f("fk_automapping_delegate")),
        sa.ForeignKeyConstraint(["mailbox"], ["object.id"], name=op.f("fk_automapping_mailbox")),
        sa.PrimaryKeyConstraint("mailbox", "delegate", name=op.f("pk_automapping")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_automapping_delegate", "automapping", ["delegate", "mailbox"], unique=False)
    op.create_table(
        "credential",
        sa.Column("object_id", _KEY, nullable=False),
        sa.Column("password_hash", _TEXT, server_default="", nullable=False),
        sa.ForeignKeyConstraint(["object_id"], ["object.id"], name=op.f("fk_credential_object_id")),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_credential")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "manager",
        sa.Column("group_id", _KEY, nullable=False),
        sa.Column("manager", _KEY, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["object.id"], name=op.f("fk_manager_group_id")),
        sa.ForeignKeyConstraint(["manager"], ["object.id"], name=op.f("fk_manager_manager")),
        sa.PrimaryKeyConstraint("group_id", "manager", name=op.f("pk_manager")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_manager_manager", "manager", ["manager", "group_id"], unique=False)
    op.create_table(
        "member",
        sa.Column("member", _KEY, nullable=False),
        sa.Column("group_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["member"], ["object.id"], name=op.f("fk_member_member")),
        sa.PrimaryKeyConstraint("member", "group_id", name=op.f("pk_member")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_member_group_id", "member", ["group_id", "member"], unique=False)
    op.create_table(
        "proxy_address",
        sa.Column("address_key", _TEXT, nullable=False),
        sa.Column("object_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["object_id"], ["object.id"], name=op.f("fk_proxy_address_object_id")),
        sa.PrimaryKeyConstraint("address_key", name=op.f("pk_proxy_address")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_proxy_address_object_id", "proxy_address", ["object_id"], unique=False)
    op.create_table(
        "send_on_behalf",
        sa.Column("target", _KEY, nullable=False),
        sa.Column("delegate", _KEY, nullable=False),
        sa.Column("to_group", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("granted_by", _KEY, nullable=True),
        sa.Column("granted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["delegate"], ["object.id"], name=op.f("fk_send_on_behalf_delegate")),
        sa.ForeignKeyConstraint(["granted_by"], ["grantor.id"], name=op.f("fk_send_on_behalf_granted_by")),
        sa.ForeignKeyConstraint(["target"], ["object.id"], name=op.f("fk_send_on_behalf_target")),
        sa.PrimaryKeyConstraint("target", "delegate", name=op.f("pk_send_on_behalf")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_send_on_behalf_delegate", "send_on_behalf", ["delegate", "target"], unique=False)
    op.execute("INSERT INTO group_closure (descendant, ancestor, security, mail) VALUES (0, 0, 1, 0)")
    op.bulk_insert(
        sa.table(
            "head", sa.column("id"), sa.column("hidden_mailboxes_denied"), sa.column("audit_hash", sa.LargeBinary())
        ),
        [{"id": 1, "hidden_mailboxes_denied": 1, "audit_hash": bytes(32)}],
    )
