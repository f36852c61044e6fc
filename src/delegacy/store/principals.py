"""Security principals: SIDs to the keys by which entries name them, and back to SIDs and printed names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from delegacy.domain.recipient import GROUPS
from delegacy.domain.sid import WELL_KNOWN, Sid
from delegacy.store.connection import Connection
from delegacy.store.rows import to_kind
from delegacy.store.schema import WELL_KNOWN_KEYS
from delegacy.store.transaction import Transaction

_WELL_KNOWN_SIDS: Final = MappingProxyType({key: sid for sid, key in WELL_KNOWN_KEYS.items()})
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Trustee:
    """How entries name a principal."""

    key: int
    is_group: bool = False


def find_trustee(connection: Connection, sid: Sid) -> Trustee | None:
    """Return how entries name this SID, or None if none ever did and it is no object's."""
    if sid in WELL_KNOWN_KEYS:
        return Trustee(WELL_KNOWN_KEYS[sid])
    row = connection.row("SELECT id, recipient_type_details FROM object WHERE sid = ? AND sid <> ''", (sid,))
    if row is not None:
        return Trustee(row[0], to_kind(row[1]) in GROUPS)
    row = connection.row("SELECT id FROM foreign_principal WHERE sid = ?", (sid,))
    return None if row is None else Trustee(row[0])


def trustee_for(transaction: Transaction, sid: Sid) -> Trustee:
    """Return how entries name this SID, after writing it down if it is nobody's here."""
    found = find_trustee(transaction.connection, sid)
    if found is not None:
        return found
    key = transaction.foreign_key()
    transaction.connection.run("INSERT INTO foreign_principal (id, sid) VALUES (?, ?)", (key, sid))
    return Trustee(key)


def adopt(transaction: Transaction, sids: Mapping[Sid, Trustee]) -> None:
    """Make entries that name SIDs of nobody here name the new objects that have them."""
    connection = transaction.connection
    for key, sid in connection.rows("SELECT id, sid FROM foreign_principal"):
        trustee = sids.get(sid)
        if trustee is not None:
            for table in ("ace", "ace_history"):
                connection.run(
                    f"UPDATE {table} SET trustee = ?, to_group = ? WHERE trustee = ?",
                    (trustee.key, int(trustee.is_group), key),
                )
            connection.run("DELETE FROM foreign_principal WHERE id = ?", (key,))


def sid_of(key: int, sid_of_object: str | None, foreign_sid: str | None) -> Sid:
    """Return the SID that a trustee's key stands for, with what its joined rows gave."""
    return _WELL_KNOWN_SIDS[key] if key in _WELL_KNOWN_SIDS else Sid(sid_of_object or foreign_sid or "")


def printed_names(connection: Connection, sids: Iterable[Sid]) -> dict[Sid, str]:
    """Return how each SID prints."""
    wanted = list(dict.fromkeys(sids))
    names = {sid: WELL_KNOWN.get(sid, str(sid)) for sid in wanted}
    asked = [sid for sid in wanted if sid not in WELL_KNOWN]
    for start in range(0, len(asked), _AT_ONCE):
        chunk = asked[start : start + _AT_ONCE]
        for sid, domain, account, name in connection.rows(
            f"SELECT sid, domain, sam_account_name, name FROM object WHERE sid <> '' AND sid IN ({', '.join('?' * len(chunk))})",
            chunk,
        ):
            names[Sid(sid)] = f"{domain}\\{account}" if account else name
    return names


def identities_of(connection: Connection, account: int) -> list[int]:
    """Return the objects that an account acts as: itself, and the linked mailbox whose master account it is."""
    return [
        account,
        *(
            row[0]
            for row in connection.rows(
                "SELECT l.id FROM object a JOIN object l ON l.linked_master_account = a.sid AND l.linked_master_account <> '' "
                "WHERE a.id = ?",
                (account,),
            )
        ),
    ]
