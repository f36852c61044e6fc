"""What commands about the directory need: the store, the clock and the two doors. Mail is not touched, and its code not loaded."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from delegacy.bootstrap.data_directory import DataDirectory
from delegacy.bootstrap.mailbox_usage import UsageWhenAsked
from delegacy.config import Settings
from delegacy.domain.errors import StoreUnavailable
from delegacy.domain.mailbox_usage import MailboxUsage
from delegacy.enforcement.authorizer import Authorizer
from delegacy.store.decisions import SqlDecisionFacts
from delegacy.store.engine import Database, described
from delegacy.store.unit_of_work import SqlStore
from delegacy.store.versions import DIRECTORY, MAIL, has_schema, require_current

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
    usage: UsageWhenAsked


def directory_database(settings: Settings) -> Database:
    """Return the database of the directory: a SQLite file, or a PostgreSQL database that holds everything."""
    if settings.database:
        return Database(settings.database)
    return Database.at(DataDirectory(settings.data).directory_database)


def mail_database(settings: Settings, directory: Database) -> Database:
    """Return the database of mail: another SQLite file, or the directory's own PostgreSQL database."""
    return directory if settings.database else Database.at(DataDirectory(settings.data).mail_database)


def place_of(settings: Settings) -> str:
    """Return where the organization is, for people to read: without a database's user and password."""
    return described(settings.database) if settings.database else str(settings.data)


def holds_organization(database: Database, store: SqlStore) -> bool:
    """Tell whether an organization has been written; the tables alone are none. Raises ``SchemaTooOld`` or ``SchemaTooNew``."""
    if not has_schema(database, DIRECTORY):
        return False
    require_current(database, DIRECTORY)
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
def open_directory(settings: Settings) -> Iterator[DirectoryServices]:
    """Open the directory of an organization that is there.

    Raises ``StoreUnavailable`` if there is none, ``SchemaTooOld`` or ``SchemaTooNew`` if another version made it.
    """
    places = DataDirectory(settings.data)
    require_database_files(settings)
    with ExitStack() as closing:
        database = directory_database(settings)
        closing.callback(database.close)
        places.prepare()
        clock = SystemClock()
        store = SqlStore(database, clock, server=settings.server_name)
        if not holds_organization(database, store):
            raise StoreUnavailable(f"There is no organization in {place_of(settings)}. {_ADVICE}", place_of(settings))
        facts = SqlDecisionFacts(database)
        closing.callback(facts.close)
        usage = UsageWhenAsked(partial(_open_usage, settings, database))
        closing.callback(usage.close)
        yield DirectoryServices(
            settings=settings,
            places=places,
            clock=clock,
            directory_database=database,
            store=store,
            facts=facts,
            authorizer=Authorizer(facts, store, clock),
            usage=usage,
        )


def _open_usage(settings: Settings, directory: Database, closing: ExitStack) -> MailboxUsage:
    from delegacy.store.mail_transaction import MailTransactions  # noqa: PLC0415 - the shell starts without the code of mail
    from delegacy.store.mailbox_usage import SqlMailboxUsage  # noqa: PLC0415 - as above

    database = mail_database(settings, directory)
    if database is not directory:
        closing.callback(database.close)
    require_current(database, MAIL)
    return SqlMailboxUsage(MailTransactions(database))
