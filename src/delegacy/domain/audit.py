"""The administrator audit log's entries (Administrator audit log structure)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ModifiedProperty:
    """One property that a command changed, as text before and after."""

    name: str
    old_value: str
    new_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One run of a writing cmdlet, whether it succeeded or not. Secrets are masked before a record is made.

    ``caller`` is the canonical name of who ran it, ``origin`` from where (``shell``, ``eac 192.0.2.7``), ``run_date`` in UTC,
    ``error`` empty on success. ``change`` is the number of the directory change that the run made, 0 if it made none.
    """

    run_date: datetime
    caller: str
    origin: str
    cmdlet: str
    parameters: tuple[tuple[str, str], ...] = ()
    object_modified: str = ""
    modified_properties: tuple[ModifiedProperty, ...] = ()
    succeeded: bool = True
    error: str = ""
    change: int = 0
