import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from delegacy.domain.errors import SchemaTooNew, SchemaTooOld, StoreError, StoreUnavailable
from delegacy.domain.folder import FolderPath
from delegacy.domain.mail_item import SystemFlag
from delegacy.domain.mail_store import MessageColumn, Placing
from delegacy.domain.ports import RecipientQuery
from delegacy.session.founding import complete_organization, found_organization
from delegacy.store import migrations
from delegacy.store.connection import Dialect
from delegacy.store.engine import Database
from delegacy.store.mailstore import SqlMailStore
from delegacy.store.unit_of_work import SqlStore
from delegacy.store.versions import DIRECTORY, MAIL, Schema, has_schema, prepare, require_current, schema_change
from support.mail_store import AYLA, SEEN, OpenMail
from support.mail_world import SteppingClock
from support.postgres import PostgresServer
from support.stores import NOW, SetClock

SCHEMAS = pytest.mark.parametrize("schema", [DIRECTORY, MAIL], ids=lambda schema: schema.name)


def description(database: Database) -> dict[str, object]:
    """Return what the database itself says of its tables."""
    with database.engine.connect() as connection:
        if database.dialect is Dialect.SQLITE:
            rows = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
            return {name: _parts(sql) for name, sql in rows}
        columns = connection.execute(
            sa.text(
                "SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default, is_identity "
                "FROM information_schema.columns WHERE table_schema = 'public'"
            )
        )
        indexes = connection.execute(sa.text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"))
        constraints = connection.execute(
            sa.text(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            )
        )
        return {
            "columns": sorted(map(tuple, columns)),
            "indexes": sorted(map(tuple, indexes)),
            "constraints": sorted(map(tuple, constraints)),
        }


def _parts(sql: str) -> list[str]:
    """Return what DDL says, without quotes and spaces, in an order that does not depend on its own."""
    before, _, rest = "".join(sql.replace('"', "").split()).partition("(")
    inner, _, after = rest.rpartition(")")
    return sorted([before, after, *re.split(r",(?![^(]*\))", inner)])


def copy_rows(source: Database, target: Database, schema: Schema = DIRECTORY) -> None:
    """Copy every row of the tables and columns that the target has."""
    tables = sa.MetaData()
    tables.reflect(target.engine)
    with source.engine.connect() as reading, target.engine.connect() as writing:
        for table in tables.sorted_tables:
            if table.name in schema.metadata.tables:
                columns = [column.name for column in table.columns]
                rows = reading.execute(sa.text(f"SELECT {', '.join(columns)} FROM {table.name}")).mappings()
                writing.execute(sa.delete(table))
                if found := [dict(row) for row in rows]:
                    writing.execute(sa.insert(table), found)


class MigrationsContract:
    @pytest.fixture
    def databases(self, tmp_path: Path) -> Iterator[tuple[Database, Database]]:
        places = Database.at(tmp_path / "one.db"), Database.at(tmp_path / "two.db")
        yield places
        for place in places:
            place.close()

    @SCHEMAS
    def test_the_revisions_make_what_a_new_database_has(
        self, databases: tuple[Database, Database], schema: Schema
    ) -> None:
        new, migrated = databases
        prepare(new, schema)
        with schema_change(migrated) as connection:
            migrations.run_revisions(connection, schema)
        assert description(migrated) == description(new)
        require_current(migrated, schema)
        with migrated.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"version_table": schema.version_table})
            assert compare_metadata(context, schema.metadata) == []
        for table, row in schema.first_rows.items():
            columns = ", ".join(row)
            with new.connection() as one, migrated.connection() as two:
                rows = one.rows(f"SELECT {columns} FROM {table.name}")
                assert two.rows(f"SELECT {columns} FROM {table.name}") == rows != []

    def test_a_new_database_is_made_once(self, databases: tuple[Database, Database]) -> None:
        directory, mail = databases
        assert not has_schema(directory, DIRECTORY)
        migrations.create_schema(directory, mail)
        with directory.connection() as connection:
            connection.run("UPDATE head SET change = 7")
        migrations.create_schema(directory, mail)
        migrations.require_current_schema(directory, mail)
        assert has_schema(directory, DIRECTORY)
        assert not migrations.upgrade_schema(directory, mail)
        with directory.connection() as connection:
            assert connection.row("SELECT change FROM head") == (7,)

    def test_both_schemas_fit_into_one_database(self, databases: tuple[Database, Database]) -> None:
        directory, _ = databases
        migrations.create_schema(directory, directory)
        migrations.require_current_schema(directory, directory)

    def test_of_many_who_make_it_at_once_one_does(self, databases: tuple[Database, Database]) -> None:
        directory, _ = databases
        errors: list[BaseException] = []

        def make() -> None:
            database = Database(directory.url)
            try:
                prepare(database, DIRECTORY)
            except StoreError as error:
                errors.append(error)
            finally:
                database.close()

        threads = [threading.Thread(target=make) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        with directory.connection() as connection:
            assert connection.row("SELECT count(*) FROM head") == (1,)

    @SCHEMAS
    def test_an_older_schema_is_refused_with_the_command_to_run(
        self, databases: tuple[Database, Database], schema: Schema
    ) -> None:
        database, _ = databases
        prepare(database, schema)
        newer = replace(schema, revisions=(*schema.revisions, "9999"))
        for check in (prepare, require_current):
            with pytest.raises(SchemaTooOld, match="delegacy migrate"):
                check(database, newer)

    @SCHEMAS
    def test_a_newer_schema_is_refused(self, databases: tuple[Database, Database], schema: Schema) -> None:
        database, _ = databases
        migrations.create_schema(database, database)
        with database.connection() as connection:
            connection.run(f"UPDATE {schema.version_table} SET version_num = '9999'")
        for check in (prepare, require_current):
            with pytest.raises(SchemaTooNew):
                check(database, schema)
        with pytest.raises(SchemaTooNew):
            migrations.upgrade_schema(database, database)
        with pytest.raises(SchemaTooNew):
            migrations.require_current_schema(database, database)

    def test_a_database_without_tables_is_refused(self, databases: tuple[Database, Database]) -> None:
        for check in (migrations.require_current_schema, migrations.upgrade_schema):
            with pytest.raises(StoreUnavailable):
                check(*databases)

    def test_a_directory_of_the_first_schema_is_brought_up_to_date_with_all_that_is_in_it(
        self, databases: tuple[Database, Database]
    ) -> None:
        old, new = databases
        store = SqlStore(new, SetClock())
        migrations.create_schema(new, new)
        with store.write() as work:
            found_organization(work, "contoso.com", "CONTOSO", "hash", NOW)
            work.commit()
        with schema_change(old) as connection:
            migrations.run_revisions(connection, replace(DIRECTORY, revisions=("0001",)))
        copy_rows(new, old)
        with pytest.raises(SchemaTooOld):
            prepare(old, DIRECTORY)
        migrations.create_schema(new, new)
        prepare(old, MAIL)
        assert migrations.upgrade_schema(old, old)
        upgraded = SqlStore(old, SetClock())
        with upgraded.write() as work:
            assert complete_organization(work)
            assert not complete_organization(work)
            work.commit()
        with store.read() as expected, upgraded.read() as directory:
            query = RecipientQuery()
            assert list(directory.list(query)) == list(expected.list(query))
            assert directory.someone_is_in_charge()
            names = [{one.name for one in each.role_assignments()} for each in (directory, expected)]
            assert names[0] == names[1]
            administrator = expected.resolve("Administrator", frozenset()).id
            assert directory.mailbox_acl(administrator) == expected.mailbox_acl(administrator)
            assert directory.verify_audit_log().broken is None
        with old.connection() as connection:
            assert connection.rows("SELECT cmdlet_key, object_key, failed FROM audit_entry WHERE sequence = 1") == [
                ("install-organization", "contoso.com", 0)
            ]

    def test_a_mail_store_of_the_second_schema_is_brought_up_to_date_with_all_that_is_in_it(
        self, databases: tuple[Database, Database]
    ) -> None:
        old, new = databases
        prepare(new, MAIL)
        prepare(old, DIRECTORY)
        before = OpenMail(new, SqlMailStore(new, SetClock()), SteppingClock())
        uids = [before.append("one", SEEN), before.append("two")]
        with schema_change(old) as connection:
            migrations.run_revisions(connection, replace(MAIL, revisions=("0001", "0002")))
        copy_rows(new, old, MAIL)
        with pytest.raises(SchemaTooOld):
            require_current(old, MAIL)
        assert migrations.upgrade_schema(old, old)
        store = SqlMailStore(old, SetClock())
        folder_id = store.folder(AYLA, FolderPath(("Inbox",))).id
        columns = (MessageColumn.SYSTEM_FLAGS, MessageColumn.CREATOR)
        assert store.fetch(AYLA, folder_id, uids, columns) == [(1, SystemFlag.SEEN, ""), (2, 0, "")]
        placing = Placing(UUID(int=7))
        store.copy(AYLA, folder_id, uids, to=AYLA, to_folder_id=folder_id, placing=placing)
        assert store.fetch(AYLA, folder_id, [3], columns) == [(3, SystemFlag.SEEN, str(placing.creator))]

    def test_a_database_that_does_not_say_its_schema_is_refused(self, databases: tuple[Database, Database]) -> None:
        directory, mail = databases
        migrations.create_schema(directory, mail)
        with directory.connection() as connection:
            connection.run("DELETE FROM directory_version")
        with pytest.raises(StoreError):
            migrations.require_current_schema(directory, mail)


class TestSqlite(MigrationsContract):
    @pytest.mark.parametrize(
        "content", [b"not a database at all, but long enough to be read as a page header of one" * 20]
    )
    def test_a_file_that_is_no_database_is_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "x.db").write_bytes(content)
        database = Database.at(tmp_path / "x.db")
        with pytest.raises(StoreError):
            prepare(database, DIRECTORY)
        database.close()

    def test_a_file_in_a_missing_folder_is_refused(self, tmp_path: Path) -> None:
        database = Database.at(tmp_path / "missing" / "x.db")
        for check in (prepare, require_current):
            with pytest.raises(StoreUnavailable):
                check(database, DIRECTORY)
        with pytest.raises(StoreUnavailable), database.connection():
            pass


class TestPostgres(MigrationsContract):
    @pytest.fixture
    def databases(self, postgres: PostgresServer) -> Iterator[tuple[Database, Database]]:
        places = Database(postgres.new_database()), Database(postgres.new_database())
        yield places
        for place in places:
            place.close()

    def test_a_server_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        database = Database(f"postgresql://nobody@/none?host={tmp_path}")
        for check in (prepare, require_current):
            with pytest.raises(StoreUnavailable):
                check(database, DIRECTORY)
        with pytest.raises(StoreUnavailable):
            database.lasting_connection()


@SCHEMAS
def test_the_revisions_that_the_program_knows_are_those_that_there_are(schema: Schema) -> None:
    folder = Path(migrations.__file__).parent
    scripts = ScriptDirectory(str(folder), version_locations=[str(folder / schema.name)])
    assert tuple(reversed([script.revision for script in scripts.walk_revisions()])) == schema.revisions


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://user:secret@host/name", "postgresql:/x"])
def test_what_names_no_database_is_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(StoreError) as raised:
        Database(url)
    assert "secret" not in raised.value.message
