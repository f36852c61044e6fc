"""The commands about an organization as a whole: made, asked, brought up to date, copied and put back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from delegacy.bootstrap.data_directory import DataDirectory
from delegacy.bootstrap.directory import (
    SystemClock,
    holds_organization,
    open_directory,
    place_of,
    require_database_files,
)
from delegacy.bootstrap.explanation import in_words
from delegacy.bootstrap.services import databases, open_services
from delegacy.config import Settings
from delegacy.domain.errors import InvalidInput, ManagementObjectAlreadyExists
from delegacy.domain.ports import PasswordHasher
from delegacy.domain.recipient import ACCOUNTS
from delegacy.session.founding import OrganizationName, complete_organization, found_organization, netbios_name
from delegacy.session.signin import LONGEST_PASSWORD, Argon2Passwords
from delegacy.store import maintenance
from delegacy.store.engine import Database
from delegacy.store.migrations import create_schema, upgrade_schema
from delegacy.store.unit_of_work import SqlStore


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """Where a new organization is, and the sign-in name of its administrator."""

    place: str
    administrator: str


def initialise(
    settings: Settings,
    domain: str,
    netbios: str | None,
    ask_password: Callable[[], str],
    passwords: PasswordHasher | None = None,
) -> NewOrganization:
    """Make a new organization; its administrator's password is asked for when all else is right.

    Raises ``InvalidInput`` for a domain or password that can't be, ``ManagementObjectAlreadyExists`` where there is an organization.
    """
    name = OrganizationName(domain, netbios or netbios_name(domain))
    places = DataDirectory(settings.data)
    if settings.database or places.directory_database.is_file():
        _refuse_existing(settings, domain)
    password = ask_password()
    if not 0 < len(password) <= LONGEST_PASSWORD:
        raise InvalidInput(f"The administrator's password must have 1 to {LONGEST_PASSWORD} characters.")
    hashed = (passwords or Argon2Passwords()).hash(password)
    places.prepare()
    with _opened(settings, make=True) as (directory_database, mail_database):
        create_schema(directory_database, mail_database)
        with SqlStore(directory_database, SystemClock(), server=settings.server_name).write() as work:
            if work.directory.change:
                raise _taken(settings, domain)
            administrator = found_organization(work, name.dns, name.netbios, hashed, SystemClock().now())
            work.commit()
    return NewOrganization(place_of(settings), administrator.logon_name)


def _refuse_existing(settings: Settings, domain: str) -> None:
    with _opened(settings) as (directory_database, _):
        if holds_organization(directory_database, SqlStore(directory_database, SystemClock())):
            raise _taken(settings, domain)


def _taken(settings: Settings, domain: str) -> ManagementObjectAlreadyExists:
    return ManagementObjectAlreadyExists(
        f"There is an organization in {place_of(settings)} already. Nothing was changed.", domain
    )


@contextmanager
def _opened(settings: Settings, *, make: bool = False) -> Iterator[tuple[Database, Database]]:
    """Return the databases; ``make`` makes the files of SQLite first where they are missing."""
    if make and not settings.database:
        DataDirectory(settings.data).prepare_databases()
    directory_database, mail_database = databases(settings)
    try:
        yield directory_database, mail_database
    finally:
        directory_database.close()
        mail_database.close()


def check(settings: Settings, delegate: str, question: str, target: str) -> tuple[bool, str]:
    """Return whether ``delegate`` may ``open`` or ``send`` as ``target``, and the decision in words.

    Raises ``ManagementObjectNotFound`` or ``ManagementObjectAmbiguous`` for either name.
    """
    with open_directory(settings) as services:
        ask = services.authorizer.explain_open if question == "open" else services.authorizer.explain_send
        answer = ask(delegate, target)
        with services.store.read() as directory:
            asking = directory.resolve(delegate, ACCOUNTS)
            name = f"{asking.display_name} ({asking.logon_name})"
            return answer.allowed, in_words(answer, name, target, directory)


def migrate(settings: Settings) -> str:
    """Bring the databases and what every organization has up to date, and return what was done in words."""
    require_database_files(settings)
    with _opened(settings) as (directory_database, mail_database):
        done = upgrade_schema(directory_database, mail_database)
        done = _complete(directory_database) or done
    return "The database was brought up to date." if done else "The database is up to date."


def _complete(directory_database: Database) -> bool:
    """Add what every organization has by now; tell whether anything was missing."""
    store = SqlStore(directory_database, SystemClock())
    if not holds_organization(directory_database, store):
        return False
    with store.write() as work:
        if not complete_organization(work):
            return False
        work.commit()
        return True


def backup(settings: Settings, file: Path) -> str:
    """Copy everything into one file and return what was done in words. Raises ``InvalidInput`` if the file is there already."""
    with open_services(settings) as services:
        maintenance.backup(services.directory_database, services.mail_database, file)
    return f"Everything was copied into {file}."


def restore(settings: Settings, file: Path) -> str:
    """Put back what ``backup`` wrote and return what was done in words."""
    DataDirectory(settings.data).prepare()
    with _opened(settings, make=True) as (directory_database, mail_database):
        maintenance.restore(directory_database, mail_database, file, SystemClock().now())
        _complete(directory_database)
    return f"Everything was put back from {file}."
