"""Runspaces: for the built-in administrator, or for somebody by name."""

from delegacy.bootstrap.directory import DirectoryServices
from delegacy.domain.errors import NoManagementRole
from delegacy.domain.ports import DirectoryReader, PasswordHasher
from delegacy.domain.recipient import ACCOUNTS
from delegacy.powershell.host import Host
from delegacy.session.access import load_access
from delegacy.session.caller import Caller, built_in_administrator, caller_of
from delegacy.session.runspace import Runspace
from delegacy.session.signin import Argon2Passwords


def open_runspace(
    services: DirectoryServices, host: Host, *, user: str | None, origin: str, passwords: PasswordHasher | None = None
) -> Runspace:
    """Return a runspace of ``user``, by any identity form, or of the built-in administrator.

    Raises ``ManagementObjectNotFound`` or ``ManagementObjectAmbiguous`` for a name that isn't one account's, ``NoManagementRole`` for
    somebody who may do nothing.
    """
    with services.store.read() as directory:
        caller = _caller(directory, user, origin)
        access = load_access(directory, caller)
    if not access.unlimited and not access.entries:
        raise NoManagementRole(caller.name)
    return Runspace(
        services.store,
        caller,
        host,
        clock=services.clock,
        questions=services.authorizer,
        passwords=passwords or Argon2Passwords(),
        usage=services.usage,
    )


def _caller(directory: DirectoryReader, user: str | None, origin: str) -> Caller:
    if user is None:
        return built_in_administrator(directory, origin)
    return caller_of(directory, directory.resolve(user, ACCOUNTS).id, origin)
