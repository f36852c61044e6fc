"""The mail store's first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "mail_content",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("list_fields_present", sa.BigInteger(), nullable=False),
        sa.Column("sent_on", sa.Integer(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("recipients_to", sa.Text(), nullable=False),
        sa.Column("recipients_cc", sa.Text(), nullable=False),
        sa.Column("recipients_bcc", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("list_fields", sa.LargeBinary(), nullable=False),
        sa.Column("body_structure", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("parts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_content")),
        sa.UniqueConstraint("digest", name=op.f("uq_mail_content_digest")),
    )
    op.create_table(
        "mail_mailbox",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("guid", sa.String(length=36), nullable=False),
        sa.Column("last_uid_validity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_mailbox")),
        sa.UniqueConstraint("guid", name=op.f("uq_mail_mailbox_guid")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mail_outgoing",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("envelope_sender", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("smtputf8", sa.Boolean(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_outgoing")),
    )
    op.create_index(op.f("ix_mail_outgoing_next_attempt_at"), "mail_outgoing", ["next_attempt_at"], unique=False)
    op.create_table(
        "mail_subscription",
        sa.Column("subscriber", sa.String(length=36), nullable=False),
        sa.Column("mailbox_guid", sa.String(length=36), nullable=False),
        sa.Column("path_key", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("subscribed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subscriber", "mailbox_guid", "path_key", name=op.f("pk_mail_subscription")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mail_data",
        sa.Column("content_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["mail_content.id"], name=op.f("fk_mail_data_content_id")),
        sa.PrimaryKeyConstraint("content_id", name=op.f("pk_mail_data")),
    )
    op.create_table(
        "mail_folder",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("mailbox_id", _KEY, nullable=False),
        sa.Column("guid", sa.String(length=36), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("path_key", sa.Text(), nullable=False),
        sa.Column("special", sa.String(length=32), nullable=True),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("uid_next", sa.BigInteger(), nullable=False),
        sa.Column("highest_modseq", sa.BigInteger(), nullable=False),
        sa.Column("message_count", sa.Integer(), nullable=False),
        sa.Column("unseen_count", sa.Integer(), nullable=False),
        sa.Column("deleted_count", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mail_mailbox.id"], name=op.f("fk_mail_folder_mailbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_folder")),
        sa.UniqueConstraint("mailbox_id", "path_key", name=op.f("uq_mail_folder_mailbox_id_path_key")),
        sa.UniqueConstraint("mailbox_id", "special", name=op.f("uq_mail_folder_mailbox_id_special")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mail_message",
        sa.Column("folder_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("uid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content_id", _KEY, nullable=False),
        sa.Column("system_flags", sa.SmallInteger(), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=False),
        sa.Column("modseq", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["mail_content.id"], name=op.f("fk_mail_message_content_id")),
        sa.ForeignKeyConstraint(["folder_id"], ["mail_folder.id"], name=op.f("fk_mail_message_folder_id")),
        sa.PrimaryKeyConstraint("folder_id", "uid", name=op.f("pk_mail_message")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_mail_message_content_id"), "mail_message", ["content_id"], unique=False)
    op.create_index("ix_mail_message_folder_id_modseq", "mail_message", ["folder_id", "modseq"], unique=False)
    op.create_index(
        "ix_mail_message_unseen",
        "mail_message",
        ["folder_id", "uid"],
        unique=False,
        sqlite_where=sa.text("(system_flags & 1) = 0"),
        postgresql_where=sa.text("(system_flags & 1) = 0"),
    )
    op.create_table(
        "mail_tombstone",
        sa.Column("folder_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("modseq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["folder_id"], ["mail_folder.id"], name=op.f("fk_mail_tombstone_folder_id")),
        sa.PrimaryKeyConstraint("folder_id", "modseq", "uid", name=op.f("pk_mail_tombstone")),
        sqlite_with_rowid=False,
    )
