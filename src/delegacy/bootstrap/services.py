"""What every command needs: the store, the clock and the two doors, opened in order and closed in reverse."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from delegacy.bootstrap.data_directory import DataDirectory
from delegacy.config import Settings
from delegacy.domain.errors import StoreUnavailable
from delegacy.enforcement.authorizer import Authorizer
from delegacy.store.decisions import SqlDecisionFacts
from delegacy.store.engine import Database, described
from delegacy.store.mail_queue import SqlMailQueue
from delegacy.store.mailstore import SqlMailStore
from delegacy.store.signin import SqlSignInNames
from delegacy.store.unit_of_work import SqlStore
from delegacy.store.versions import DIRECTORY, MAIL, has_schema, require_current

_ADVICE: Final = "Make one with `delegacy init`, or try `delegacy demo`."


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, in UTC, aware."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The product without its surfaces."""

    settings: Settings
    places: DataDirectory
    clock: SystemClock
    directory_database: Database
    mail_database: Database
    store: SqlStore
    names: SqlSignInNames
    facts: SqlDecisionFacts
    mail_store: SqlMailStore
    queue: SqlMailQueue
    authorizer: Authorizer


def databases(settings: Settings) -> tuple[Database, Database]:
    """Return the databases of directory and mail: two SQLite files, or one PostgreSQL database twice."""
    if settings.database:
        database = Database(settings.database)
        return database, database
    places = DataDirectory(settings.data)
    return Database.at(places.directory_database), Database.at(places.mail_database)


def place_of(settings: Settings) -> str:
    """Return where the organization is, for people to read: without a database's user and password."""
    return described(settings.database) if settings.database else str(settings.data)


def holds_organization(directory_database: Database, store: SqlStore) -> bool:
    """Tell whether an organization has been written; the tables alone are none. Raises ``SchemaTooOld`` or ``SchemaTooNew``."""
    if not has_schema(directory_database, DIRECTORY):
        return False
    require_current(directory_database, DIRECTORY)
    with store.read() as directory:
        return directory.change > 0


def require_database_files(settings: Settings) -> None:
    """Raise ``StoreUnavailable`` where the files of an organization in SQLite are missing; opening them would make new ones."""
    places = DataDirectory(settings.data)
    if settings.database:
        return
    if not places.directory_database.is_file():
        raise StoreUnavailable(f"There is no organization in {place_of(settings)}. {_ADVICE}", place_of(settings))
    if not places.mail_database.is_file():
        raise StoreUnavailable(
            f"The mail store {places.mail_database} is missing. Put it back, or restore a backup with `delegacy restore`.",
            str(places.mail_database),
        )


@contextmanager
def open_services(settings: Settings) -> Iterator[Services]:
    """Open an organization that is there.

    Raises ``StoreUnavailable`` if there is none, ``SchemaTooOld`` or ``SchemaTooNew`` if another version made it.
    """
    places = DataDirectory(settings.data)
    require_database_files(settings)
    with ExitStack() as closing:
        directory_database, mail_database = databases(settings)
        closing.callback(directory_database.close)
        closing.callback(mail_database.close)
        places.prepare()
        clock = SystemClock()
        store = SqlStore(directory_database, clock, server=settings.server_name)
        if not holds_organization(directory_database, store):
            raise StoreUnavailable(f"There is no organization in {place_of(settings)}. {_ADVICE}", place_of(settings))
        require_current(mail_database, MAIL)
        facts = SqlDecisionFacts(directory_database)
        closing.callback(facts.close)
        mail_store = SqlMailStore(mail_database, clock)
        yield Services(
            settings=settings,
            places=places,
            clock=clock,
            directory_database=directory_database,
            mail_database=mail_database,
            store=store,
            names=SqlSignInNames(directory_database),
            facts=facts,
            mail_store=mail_store,
            queue=SqlMailQueue(mail_store.transactions, clock),
            authorizer=Authorizer(facts, store, clock),
        )
