"""Who put a message into a folder. Of those that are there already nobody is known to have."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column."""
    op.add_column("mail_message", sa.Column("creator", sa.String(length=36), nullable=True))
