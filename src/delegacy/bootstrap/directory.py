"""What commands about the directory need: the store, the clock and the two doors. Mail is not touched, and its code not loaded."""

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
from delegacy.store.unit_of_work import SqlStore
from delegacy.store.versions import DIRECTORY, prepare

_ADVICE: Final = "Make one with `delegacy init`, or try `delegacy demo`."


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, in UTC, aware."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryServices:
    """The directory of an organization, and who decides."""

    settings: Settings
    places: DataDirectory
    clock: SystemClock
    directory_database: Database
    store: SqlStore
    facts: SqlDecisionFacts
    authorizer: Authorizer


def directory_database(settings: Settings) -> Database:
    """Return the database of the directory: a SQLite file, or a PostgreSQL database that holds everything."""
    if settings.database:
        return Database(settings.database)
    return Database.at(DataDirectory(settings.data).directory_database)


def is_founded(store: SqlStore) -> bool:
    """Tell whether an organization has been written; the tables alone are none."""
    with store.read() as directory:
        return directory.change > 0


@contextmanager
def open_directory(settings: Settings) -> Iterator[DirectoryServices]:
    """Open the directory of an organization that is there.

    Raises ``StoreUnavailable`` if there is none, ``SchemaTooOld`` or ``SchemaTooNew`` if another version made it.
    """
    places = DataDirectory(settings.data)
    if not settings.database and not places.directory_database.is_file():
        raise StoreUnavailable(
            f"There is no organization in {settings.data}. Make one with `delegacy init`, or try `delegacy demo`.",
            str(settings.data),
        )
    with ExitStack() as closing:
        database = directory_database(settings)
        closing.callback(database.close)
        prepare(database, DIRECTORY)
        clock = SystemClock()
        places.prepare()
        store = SqlStore(database, clock, server=settings.server_name)
        if not is_founded(store):
            raise StoreUnavailable(f"There is no organization in {settings.database or settings.data}. {_ADVICE}")
        facts = SqlDecisionFacts(database)
        closing.callback(facts.close)
        yield DirectoryServices(
            settings=settings,
            places=places,
            clock=clock,
            directory_database=database,
            store=store,
            facts=facts,
            authorizer=Authorizer(facts, store, clock),
        )
