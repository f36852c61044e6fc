"""Indexes of the grants that end, so that those that have ended are found among all others."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add an index to each table."""
    condition = sa.text("expires_at IS NOT NULL")
    for table in ("ace", "send_on_behalf"):
        op.create_index(
            f"ix_{table}_expires_at",
            table,
            ["expires_at", "target"],
            sqlite_where=condition,
            postgresql_where=condition,
        )
