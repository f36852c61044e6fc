"""The commands about an organization as a whole: made, asked, brought up to date, copied and put back."""

from pathlib import Path

from delegacy.bootstrap.data_directory import DataDirectory
from delegacy.bootstrap.directory import SystemClock, is_founded, open_directory
from delegacy.bootstrap.explanation import in_words
from delegacy.bootstrap.services import databases, open_services
from delegacy.config import Settings
from delegacy.domain.errors import InvalidInput, ManagementObjectAlreadyExists
from delegacy.domain.ports import PasswordHasher
from delegacy.domain.recipient import ACCOUNTS
from delegacy.session.founding import complete_organization, found_organization, netbios_name
from delegacy.session.signin import LONGEST_PASSWORD, Argon2Passwords
from delegacy.store import maintenance
from delegacy.store.migrations import upgrade_schema
from delegacy.store.unit_of_work import SqlStore
from delegacy.store.versions import DIRECTORY, MAIL, prepare


def initialise(
    settings: Settings, domain: str, netbios: str | None, password: str, passwords: PasswordHasher | None = None
) -> str:
    """Make a new organization and return the sign-in name of its administrator.

    Raises ``InvalidInput`` for a domain or password that can't be, ``ManagementObjectAlreadyExists`` where there is an organization.
    """
    if not password or len(password) > LONGEST_PASSWORD:
        raise InvalidInput(f"The administrator's password must have 1 to {LONGEST_PASSWORD} characters.")
    DataDirectory(settings.data).prepare()
    directory_database, mail_database = databases(settings)
    try:
        prepare(directory_database, DIRECTORY)
        prepare(mail_database, MAIL)
        store = SqlStore(directory_database, SystemClock(), server=settings.server_name)
        if is_founded(store):
            raise ManagementObjectAlreadyExists(
                f"There is an organization in {settings.database or settings.data} already. Nothing was changed.",
                domain,
            )
        with store.write() as work:
            hashed = (passwords or Argon2Passwords()).hash(password)
            administrator = found_organization(
                work, domain, netbios or netbios_name(domain), hashed, SystemClock().now()
            )
            work.commit()
        return administrator.logon_name
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
    directory_database, mail_database = databases(settings)
    try:
        done = upgrade_schema(directory_database, mail_database)
        store = SqlStore(directory_database, SystemClock(), server=settings.server_name)
        if is_founded(store):
            with store.write() as work:
                if complete_organization(work):
                    work.commit()
                    done = True
    finally:
        directory_database.close()
        mail_database.close()
    return "The database was brought up to date." if done else "The database is up to date."


def backup(settings: Settings, file: Path) -> str:
    """Copy everything into one file and return what was done in words. Raises ``InvalidInput`` if the file is there already."""
    with open_services(settings) as services:
        maintenance.backup(services.directory_database, services.mail_database, file)
    return f"Everything was copied into {file}."


def restore(settings: Settings, file: Path) -> str:
    """Put back what ``backup`` wrote and return what was done in words."""
    DataDirectory(settings.data).prepare()
    directory_database, mail_database = databases(settings)
    try:
        maintenance.restore(directory_database, mail_database, file)
    finally:
        directory_database.close()
        mail_database.close()
    return f"Everything was put back from {file}."
