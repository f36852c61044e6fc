"""Who opened a mailbox last."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "mail_logon",
        sa.Column("mailbox_guid", sa.String(length=36), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox_guid", name=op.f("pk_mail_logon")),
        sqlite_with_rowid=False,
    )
