"""`Caller`: who runs commands, from where, and whether he is in charge."""

from dataclasses import dataclass

from delegacy.domain.ports import DirectoryReader
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.session.founding import ADMINISTRATOR, ORGANIZATION_MANAGEMENT

_ROLE_GROUPS = frozenset({RecipientTypeDetails.ROLE_GROUP})


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who runs commands.

    ``name`` is the canonical name that the audit log gives, ``origin`` from where he comes (``shell``, ``eac 192.0.2.7``). ``account`` is
    the key of his account; None for the built-in administrator, who is whoever can read the data directory. An administrator has
    every cmdlet, anybody else those that only read.
    """

    name: str
    origin: str
    is_administrator: bool = False
    account: int | None = None


def built_in_administrator(directory: DirectoryReader, origin: str) -> Caller:
    """Return the caller of a local shell without a sign-in."""
    domain = directory.organization().domain.dns_name
    return Caller(f"{domain}/Users/{ADMINISTRATOR}", origin, is_administrator=True)


def caller_of(directory: DirectoryReader, account: int, origin: str) -> Caller:
    """Return the caller with this account: an administrator if it is in Organization Management, through any nesting.

    Raises `ManagementObjectNotFound` if the account is gone.
    """
    person = directory.get(account)
    return Caller(person.canonical_name, origin, _is_administrator(directory, account), account)


def _is_administrator(directory: DirectoryReader, account: int) -> bool:
    return any(
        group.sid is not None and directory.group_chain(account, group.sid, security_only=True)
        for group in directory.find(ORGANIZATION_MANAGEMENT, _ROLE_GROUPS)
    )
