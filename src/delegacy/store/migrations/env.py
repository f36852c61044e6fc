"""What Alembic runs for every upgrade: on the connection that it is handed, inside the transaction that is open there."""

from alembic import context

_schema = context.config.attributes["schema"]

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=_schema.metadata,
    version_table=_schema.version_table,
    render_as_batch=True,
)
context.run_migrations()
