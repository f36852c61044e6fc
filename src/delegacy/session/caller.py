"""`Caller`: who runs commands, and from where."""

from dataclasses import dataclass

from delegacy.domain.ports import DirectoryReader
from delegacy.session.founding import ADMINISTRATOR


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who runs commands.

    ``name`` is the canonical name that the audit log gives, ``origin`` from where he comes (``shell``, ``eac 192.0.2.7``). ``account`` is
    the key of his account, whose roles say what he may do; None for the built-in administrator, who is whoever can read the data
    directory, and may do everything.
    """

    name: str
    origin: str
    account: int | None = None


def built_in_administrator(directory: DirectoryReader, origin: str) -> Caller:
    """Return the caller of a local shell without a sign-in."""
    domain = directory.organization().domain.dns_name
    return Caller(f"{domain}/Users/{ADMINISTRATOR}", origin)


def caller_of(directory: DirectoryReader, account: int, origin: str) -> Caller:
    """Return the caller with this account. Raises `ManagementObjectNotFound` if the account is gone."""
    return Caller(directory.get(account).canonical_name, origin, account)
