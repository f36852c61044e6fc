"""The demo organization: contoso.com, made by running cmdlets, with sample mail, and all services on it."""

import csv
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Final

from delegacy.bootstrap.data_directory import DataDirectory
from delegacy.bootstrap.organization import initialise
from delegacy.bootstrap.runspaces import open_runspace
from delegacy.bootstrap.services import Services, open_services
from delegacy.bootstrap.serving import run_services
from delegacy.config import Settings, default_data_directory
from delegacy.demo import sample_mail
from delegacy.demo.generate import generate_recipients
from delegacy.demo.welcome import welcome
from delegacy.domain.errors import InvalidInput
from delegacy.domain.ports import PasswordHasher
from delegacy.powershell.silent_host import SilentHost
from delegacy.powershell.values import PSObject, SecureString
from delegacy.session.founding import ADMINISTRATOR
from delegacy.session.signin import Argon2Passwords

DOMAIN: Final = "contoso.com"
_PASSWORD_VARIABLE: Final = "DELEGACY_DEMO_PASSWORD"  # noqa: S105 - the name of a variable
_DEFAULT_PASSWORD: Final = "delegacy"  # noqa: S105 - the documented password of the demo's accounts
_MARK: Final = "demo"
_UNFINISHED: Final = "unfinished\n"
_FINISHED: Final = "finished\n"


def run_demo(
    settings: Settings,
    environment: Mapping[str, str],
    say: Callable[[str], None],
    *,
    reset: bool,
    more_recipients: int,
) -> None:
    """Make the demo organization if it is not there, and run all services on it until interrupted.

    Without a data directory of its own the demo has one beside the user's. ``say`` is told what the user is to read. ``reset`` starts over. Raises ``InvalidInput`` where the data
    directory holds something else than a demo.
    """
    if settings.data == default_data_directory():
        settings = replace(settings, data=settings.data.with_name("delegacy-demo"))
    if settings.database:
        raise InvalidInput("The demo runs on SQLite only. Use `delegacy init` and `delegacy serve` with --database.")
    password = environment.get(_PASSWORD_VARIABLE) or _DEFAULT_PASSWORD
    places = DataDirectory(settings.data)
    places.prepare()
    with places.only_server():
        make_demo(settings, password, say, reset=reset)
        if more_recipients:
            say(f"Generating {more_recipients} recipients ...")
            with open_services(settings) as services:
                hashed = Argon2Passwords().hash(password)
                generate_recipients(services.store, more_recipients, hashed, services.clock.now())
    run_services(
        settings,
        lambda services, endpoints: say(
            welcome(services, endpoints, password if _is_password(services, password) else None)
        ),
    )


def _is_password(services: Services, password: str) -> bool:
    """Tell whether the administrator still has the password; a demo that is there keeps the one that it was made with."""
    credential = services.names.credential(f"{ADMINISTRATOR}@{DOMAIN}")
    return credential is not None and Argon2Passwords().verify(credential.password_hash, password)


def make_demo(settings: Settings, password: str, say: Callable[[str], None], *, reset: bool = False) -> None:
    """Make the demo organization if it is not there, with one password for every account. Raises ``InvalidInput`` as ``run_demo``."""
    mark = settings.data / _MARK
    known = mark.read_text(encoding="utf-8") if mark.is_file() else ""
    has_data = DataDirectory(settings.data).directory_database.exists()
    if has_data and not known:
        raise InvalidInput(
            f"{settings.data} holds an organization that is no demo, so the demo leaves it alone. Name another directory with --data.",
            str(settings.data),
        )
    if known == _FINISHED and has_data and not reset:
        return
    if has_data:
        _remove_data(settings.data)
    mark.write_text(_UNFINISHED, encoding="utf-8")
    say("Making the demo organization ...")
    passwords = _HashedOnce()
    initialise(settings, DOMAIN, "CONTOSO", lambda: password, passwords)
    with open_services(settings) as services:
        _build(services, password, passwords)
    mark.write_text(_FINISHED, encoding="utf-8")


def _remove_data(directory: Path) -> None:
    """Remove what the product has written into a demo's directory, and nothing else; the certificates stay trusted."""
    for name in ("directory.db", "mail.db"):
        for suffix in ("", "-wal", "-shm"):
            (directory / f"{name}{suffix}").unlink(missing_ok=True)
    shutil.rmtree(directory / "backups", ignore_errors=True)


class _HashedOnce(Argon2Passwords):
    """Hashes a password once for all accounts that get it: hashing is slow by design, and the demo's accounts share theirs anyway."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, str] = {}

    def hash(self, password: str) -> str:
        if password not in self._known:
            self._known[password] = super().hash(password)
        return self._known[password]


def _build(services: Services, password: str, passwords: PasswordHasher) -> None:
    data = resources.files("delegacy.demo")
    people = list(csv.DictReader(data.joinpath("people.csv").read_text(encoding="utf-8").splitlines()))
    script = data.joinpath("contoso.ps1").read_text(encoding="utf-8")
    runspace = open_runspace(services, SilentHost(services.clock.now), user=None, origin="demo", passwords=passwords)
    runspace.run_or_raise(script, [PSObject(properties=person) for person in people], SecureString(password))
    sample_mail.deliver(services)
