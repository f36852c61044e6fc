"""The domains that accounts live in, and those that mail is accepted for: written."""

from typing import Final

from delegacy.domain.address import normalise_domain
from delegacy.domain.errors import ManagementObjectAlreadyExists, ManagementObjectNotFound
from delegacy.domain.identity import fold
from delegacy.domain.organization import AcceptedDomain, AccountDomain
from delegacy.store.connection import Connection

_WITH_ADDRESS_IN: Final = "SELECT object_id FROM proxy_address WHERE address_key LIKE ? ESCAPE '!' LIMIT 1"


def add_account_domain(connection: Connection, domain: AccountDomain) -> None:
    """Add a domain of accounts. Raises ``ManagementObjectAlreadyExists``."""
    key = fold(domain.netbios_name)
    taken = connection.row("SELECT 1 FROM account_domain WHERE netbios_key = ? OR sid = ?", (key, domain.sid))
    if taken is not None:
        raise ManagementObjectAlreadyExists(
            f"A domain with the name '{domain.netbios_name}' or its SID is there already.", domain.netbios_name
        )
    connection.run(
        "INSERT INTO account_domain (netbios_key, netbios_name, dns_name, sid, trusted) VALUES (?, ?, ?, ?, ?)",
        (key, domain.netbios_name, domain.dns_name, domain.sid, int(domain.trusted)),
    )


def add_accepted_domain(connection: Connection, domain: AcceptedDomain) -> None:
    """Add an SMTP domain. Raises ``ManagementObjectAlreadyExists``."""
    key = fold(domain.domain_name)
    if _is_accepted(connection, key):
        raise ManagementObjectAlreadyExists(
            f"The accepted domain '{domain.domain_name}' is there already.", domain.domain_name
        )
    _end_other_default(connection, domain)
    connection.run(
        "INSERT INTO accepted_domain (domain_key, name, domain_name, domain_type, is_default) VALUES (?, ?, ?, ?, ?)",
        (key, domain.name, domain.domain_name, domain.domain_type, int(domain.default)),
    )


def update_accepted_domain(connection: Connection, domain: AcceptedDomain, server: str) -> None:
    """Store an SMTP domain over the one of its domain name. Raises ``ManagementObjectNotFound``."""
    key = fold(domain.domain_name)
    if not _is_accepted(connection, key):
        raise ManagementObjectNotFound(domain.domain_name, server)
    _end_other_default(connection, domain)
    connection.run(
        "UPDATE accepted_domain SET name = ?, domain_type = ?, is_default = ? WHERE domain_key = ?",
        (domain.name, domain.domain_type, int(domain.default), key),
    )


def remove_accepted_domain(connection: Connection, domain_name: str, server: str) -> None:
    """Remove an SMTP domain. Raises ``ManagementObjectNotFound``."""
    if not connection.run("DELETE FROM accepted_domain WHERE domain_key = ?", (fold(domain_name),)):
        raise ManagementObjectNotFound(domain_name, server)


def object_with_address_in(connection: Connection, domain_name: str) -> int | None:
    """Return the key of an object that has an address in an SMTP domain; None if there is none."""
    escaped = normalise_domain(domain_name).replace("!", "!!").replace("_", "!_").replace("%", "!%")
    row = connection.row(_WITH_ADDRESS_IN, (f"smtp:%@{escaped}",))
    return None if row is None else row[0]


def _is_accepted(connection: Connection, key: str) -> bool:
    return connection.row("SELECT 1 FROM accepted_domain WHERE domain_key = ?", (key,)) is not None


def _end_other_default(connection: Connection, domain: AcceptedDomain) -> None:
    if domain.default:
        connection.run("UPDATE accepted_domain SET is_default = 0")
