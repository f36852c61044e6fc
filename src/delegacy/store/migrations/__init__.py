"""Schemas made, checked and brought up to date; forward only.

The directory and the mail store have each a history of their own, in the folders ``directory`` and ``mail``: on SQLite they are two files, on
PostgreSQL they share a database. No alembic.ini is needed.
"""

from importlib.resources import as_file, files

import sqlalchemy as sa

from delegacy.domain.errors import SchemaTooNew, StoreUnavailable
from delegacy.store.engine import Database
from delegacy.store.versions import DIRECTORY, MAIL, Schema, prepare, require_current, revision_of, schema_change


def create_schema(directory: Database, mail: Database) -> None:
    """Make the tables where there are none yet. Raises as ``require_current_schema``."""
    prepare(directory, DIRECTORY)
    prepare(mail, MAIL)


def require_current_schema(directory: Database, mail: Database) -> None:
    """Refuse databases that this program does not work with.

    Raises ``SchemaTooOld`` or ``SchemaTooNew``, and ``StoreUnavailable`` where there are no tables at all.
    """
    require_current(directory, DIRECTORY)
    require_current(mail, MAIL)


def upgrade_schema(directory: Database, mail: Database) -> bool:
    """Bring both schemas up to date; tell whether there was anything to do. Raises ``SchemaTooNew``."""
    done = [_upgrade(directory, DIRECTORY), _upgrade(mail, MAIL)]
    return any(done)


def _upgrade(database: Database, wanted: Schema) -> bool:
    with schema_change(database) as connection:
        revision = revision_of(connection, wanted)
        if revision is None:
            raise StoreUnavailable(
                f"The database holds no {wanted.name} to bring up to date. 'delegacy init' makes one."
            )
        if revision not in wanted.revisions:
            raise SchemaTooNew(f"The {wanted.name} database has schema {revision}, which is newer than this program.")
        if revision == wanted.revisions[-1]:
            return False
        run_revisions(connection, wanted)
        return True


def run_revisions(connection: sa.Connection, wanted: Schema) -> None:
    """Run the revisions that a database lacks, from the first one on an empty database; in the transaction that is open."""
    # Only an upgrade waits for Alembic.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    with as_file(files(__name__)) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.set_main_option("version_locations", str(folder / wanted.name))
        config.set_main_option("path_separator", "newline")
        config.attributes.update(connection=connection, schema=wanted)
        command.upgrade(config, wanted.revisions[-1])
