"""What the services need besides the directory: the mail of its mailboxes, and who signs in. Opened in order and closed in reverse."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from delegacy.bootstrap.directory import DirectoryServices, directory_database, mail_database, open_directory
from delegacy.config import Settings
from delegacy.store.engine import Database
from delegacy.store.mail_queue import SqlMailQueue
from delegacy.store.mailstore import SqlMailStore
from delegacy.store.signin import SqlSignInNames
from delegacy.store.versions import MAIL, require_current


@dataclass(frozen=True, slots=True, kw_only=True)
class Services(DirectoryServices):
    """The product without its surfaces."""

    names: SqlSignInNames
    mail_database: Database
    mail_store: SqlMailStore
    queue: SqlMailQueue


def databases(settings: Settings) -> tuple[Database, Database]:
    """Return the databases of directory and mail: two SQLite files, or one PostgreSQL database twice."""
    directory = directory_database(settings)
    return directory, mail_database(settings, directory)


@contextmanager
def open_services(settings: Settings) -> Iterator[Services]:
    """Open an organization that is there.

    Raises ``StoreUnavailable`` if there is none, ``SchemaTooOld`` or ``SchemaTooNew`` if another version made it.
    """
    with ExitStack() as closing:
        found = closing.enter_context(open_directory(settings))
        database = mail_database(settings, found.directory_database)
        closing.callback(database.close)
        require_current(database, MAIL)
        mail_store = SqlMailStore(database, found.clock)
        yield Services(
            settings=found.settings,
            places=found.places,
            clock=found.clock,
            directory_database=found.directory_database,
            names=SqlSignInNames(found.directory_database),
            mail_database=database,
            store=found.store,
            facts=found.facts,
            mail_store=mail_store,
            queue=SqlMailQueue(mail_store.transactions, found.clock),
            authorizer=found.authorizer,
            usage=found.usage,
        )
