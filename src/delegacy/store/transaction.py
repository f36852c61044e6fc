"""What a write transaction holds between its first statement and its commit: the counters of ``head``."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from delegacy.domain.errors import InvalidProperty, StoreError
from delegacy.domain.identity import fold
from delegacy.domain.sid import Sid
from delegacy.store.connection import Connection, Dialect

_LOCK = "SELECT change, next_object, next_entry, next_foreign, audit_sequence, audit_hash FROM head WHERE id = 1"
_KEEP = (
    "UPDATE head SET change = ?, next_object = ?, next_entry = ?, next_foreign = ?, audit_sequence = ?, audit_hash = ? "
    "WHERE id = 1"
)


@dataclass(slots=True)
class _Issuer:
    """Gives out the SIDs of one account domain."""

    sid: str
    next_rid: int


@dataclass(slots=True)
class Transaction:
    """A write transaction that has locked ``head``; keys, entry numbers and SIDs are given out here and written back at the end.

    ``now`` is the moment at which it began, as it is stored: what the transaction ends, ends then.
    """

    connection: Connection
    server: str
    change: int
    next_object: int
    next_entry: int
    next_foreign: int
    audit_sequence: int
    audit_hash: bytes
    now: int
    _issuers: dict[str, _Issuer] = field(default_factory=dict)
    _grantors: dict[str, int] = field(default_factory=dict)

    @classmethod
    def begin(cls, connection: Connection, server: str, now: int) -> "Transaction":
        """Begin a write transaction, waiting for other writers. Raises ``StoreUnavailable``."""
        connection.begin_writing()
        row = connection.row(_LOCK if connection.dialect is Dialect.SQLITE else f"{_LOCK} FOR UPDATE")
        if row is None:
            raise StoreError("The database holds no directory.")
        change, next_object, next_entry, next_foreign, audit_sequence, audit_hash = row
        return cls(
            connection, server, change, next_object, next_entry, next_foreign, audit_sequence, bytes(audit_hash), now
        )

    def commit(self) -> int:
        """Write the counters back, commit, and return the number of the change."""
        run = self.connection.run
        for domain, issuer in self._issuers.items():
            run("UPDATE account_domain SET next_rid = ? WHERE netbios_key = ?", (issuer.next_rid, domain))
        run(
            _KEEP,
            (
                self.change + 1,
                self.next_object,
                self.next_entry,
                self.next_foreign,
                self.audit_sequence,
                self.audit_hash,
            ),
        )
        self.connection.commit()
        self.change += 1
        return self.change

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Return a context whose changes are undone, alone, when it is left by an exception."""
        run = self.connection.run
        sequence, digest = self.audit_sequence, self.audit_hash
        known, named = set(self._issuers), dict(self._grantors)
        run("SAVEPOINT work")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:  # a full disk may have undone everything
                run("ROLLBACK TO SAVEPOINT work")
                run("RELEASE SAVEPOINT work")
            self.audit_sequence, self.audit_hash = sequence, digest
            self._issuers = {domain: issuer for domain, issuer in self._issuers.items() if domain in known}
            self._grantors = named
            raise
        run("RELEASE SAVEPOINT work")

    def object_keys(self, count: int) -> range:
        """Return new keys for so many objects."""
        first, self.next_object = self.next_object, self.next_object + count
        return range(first, self.next_object)

    def entry(self) -> int:
        """Return a new entry number; later entries have higher ones."""
        number, self.next_entry = self.next_entry, self.next_entry + 1
        return number

    def foreign_key(self) -> int:
        """Return a new key for a principal that is no object here."""
        number, self.next_foreign = self.next_foreign, self.next_foreign - 1
        return number

    def grantor(self, name: str) -> int | None:
        """Return the key under which the name of who grants is written, None for nobody."""
        if name and name not in self._grantors:
            row = self.connection.row("SELECT id FROM grantor WHERE name = ?", (name,))
            if row is None:
                row = (self.entry(),)
                self.connection.run("INSERT INTO grantor (id, name) VALUES (?, ?)", (*row, name))
            self._grantors[name] = row[0]
        return self._grantors.get(name)

    def new_sid(self, domain: str) -> Sid:
        """Return a new SID of an account domain. Raises ``InvalidProperty`` if there is no such domain."""
        issuer = self._issuer(domain)
        if issuer is None:
            raise InvalidProperty(f"There is no domain '{domain}' that accounts live in.", domain)
        rid, issuer.next_rid = issuer.next_rid, issuer.next_rid + 1
        return Sid(f"{issuer.sid}-{rid}")

    def taken(self, sid: Sid, domain: str) -> None:
        """Note that a SID was chosen by the caller, so that it is not given out again."""
        issuer = self._issuer(domain)
        prefix, _, rid = sid.rpartition("-")
        if issuer is not None and prefix == issuer.sid:
            issuer.next_rid = max(issuer.next_rid, int(rid) + 1)

    def _issuer(self, domain: str) -> _Issuer | None:
        key = fold(domain)
        if key not in self._issuers:
            row = self.connection.row("SELECT sid, next_rid FROM account_domain WHERE netbios_key = ?", (key,))
            if row is None:
                return None
            self._issuers[key] = _Issuer(*row)
        return self._issuers[key]
