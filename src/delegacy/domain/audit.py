"""The administrator audit log's entries, and what is logged and kept (Administrator audit logging, and its log structure)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from delegacy.domain.change import Change


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
    ``error`` empty on success. ``change`` is the number of the directory change that the run made, 0 if it made none. ``sequence``
    is the entry's number in the log, 0 while it is in none. ``changes`` are what was done, as ``change.reversible`` keeps it.
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
    changes: tuple[Change, ...] = ()
    sequence: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which entries to look for; a tuple that is empty asks for nothing, of the others one item must fit.

    ``cmdlets`` and ``parameters`` are names, in which ``*`` stands for any characters. ``objects`` and ``callers`` are canonical names
    or their last part, likewise; case never matters. From ``start`` to before ``end``. The first ``skip`` are left out.
    """

    cmdlets: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    succeeded: bool | None = None
    objects: tuple[str, ...] = ()
    callers: tuple[str, ...] = ()
    skip: int = 0
    limit: int | None = None


class AuditLogLevel(Enum):
    """Whether a search shows what a command changed, before and after (Set-AdminAuditLogConfig -LogLevel)."""

    NONE = "None"
    VERBOSE = "Verbose"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLogConfig:
    """What the log takes in, how long it keeps it, and how much of it searches show (Get-AdminAuditLogConfig).

    A run is logged where its cmdlet fits one of ``cmdlets`` and none of ``excluded_cmdlets``, and one of its parameters one of
    ``parameters``; ``*`` stands for any characters, and alone also for no parameter at all.
    """

    enabled: bool = True
    cmdlets: tuple[str, ...] = ("*",)
    parameters: tuple[str, ...] = ("*",)
    excluded_cmdlets: tuple[str, ...] = ()
    age_limit: timedelta = timedelta(days=90)
    log_level: AuditLogLevel = AuditLogLevel.NONE
    test_cmdlet_logging_enabled: bool = False


class AuditProblem(Enum):
    """Why a log is not what was written."""

    CHANGED = "the entry isn't what was written"
    MISSING = "the entry is missing"
    ADDED = "the entry was added past the log"
    COLUMNS = "what searches look at isn't what the entry says"


@dataclass(frozen=True, slots=True)
class AuditVerification:
    """What came of checking the log: its entries from ``first`` to ``last`` (0 and 0 for none), and the first that is broken, if any.

    Entries up to ``checkpoint`` have been purged; ``checkpoint_hash`` is what the chain goes on from. ``last_hash`` is that of the last
    entry checked.
    """

    first: int
    last: int
    entries: int
    checkpoint: int
    checkpoint_hash: bytes
    last_hash: bytes
    broken: int | None = None
    problem: AuditProblem | None = None


@dataclass(frozen=True, slots=True)
class AuditPurge:
    """The entries that were purged, and the hash of the last one; ``more`` tells that others are due."""

    first: int
    last: int
    last_hash: bytes
    more: bool = False
