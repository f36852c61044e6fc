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
from delegacy.store.engine import Database
from delegacy.store.mail_queue import SqlMailQueue
from delegacy.store.mailstore import SqlMailStore
from delegacy.store.unit_of_work import SqlStore
from delegacy.store.versions import DIRECTORY, MAIL, prepare

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


def is_founded(store: SqlStore) -> bool:
    """Tell whether an organization has been written; the tables alone are none."""
    with store.read() as directory:
        return directory.change > 0


@contextmanager
def open_services(settings: Settings) -> Iterator[Services]:
    """Open an organization that is there.

    Raises ``StoreUnavailable`` if there is none, ``SchemaTooOld`` or ``SchemaTooNew`` if another version made it.
    """
    places = DataDirectory(settings.data)
    if not settings.database and not places.directory_database.is_file():
        raise StoreUnavailable(
            f"There is no organization in {settings.data}. Make one with `delegacy init`, or try `delegacy demo`.",
            str(settings.data),
        )
    with ExitStack() as closing:
        directory_database, mail_database = databases(settings)
        closing.callback(directory_database.close)
        closing.callback(mail_database.close)
        prepare(directory_database, DIRECTORY)
        prepare(mail_database, MAIL)
        clock = SystemClock()
        places.prepare()
        store = SqlStore(directory_database, clock, server=settings.server_name)
        if not is_founded(store):
            raise StoreUnavailable(f"There is no organization in {settings.database or settings.data}. {_ADVICE}")
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
            facts=facts,
            mail_store=mail_store,
            queue=SqlMailQueue(mail_store.transactions, clock),
            authorizer=Authorizer(facts, store, clock),
        )
