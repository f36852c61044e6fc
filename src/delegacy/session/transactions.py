"""The transactions of a pipeline: one write transaction for its changes, each record in a savepoint; reads beside it.

A writing step reads in a read transaction, or in the write transaction once there is one, and opens that at its first change: so -WhatIf
and questions hold no lock. Whatever changed between the two makes the step read again. The write transaction is committed when
the pipeline ends, before a question, and every so often, so that other writers never wait long.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from delegacy.cmdlets._base import ReadAgain
from delegacy.domain.audit import AuditLogConfig
from delegacy.domain.change import Change
from delegacy.domain.errors import StoreError
from delegacy.domain.organization import Organization
from delegacy.domain.ports import AuditLog, Directory, DirectoryReader, Store, UnitOfWork
from delegacy.domain.recipient import Recipient, RecipientTypeDetails

MOST_RECORDS: Final = 500
LONGEST: Final = 0.1
"""Seconds from the first change to the commit, beyond which the next record commits."""


@dataclass(slots=True)
class _Step:
    """One step: what it reads, and the savepoint that its changes are in."""

    writes: bool
    reading: ExitStack | None = None
    reader: DirectoryReader | None = None
    organization: Organization | None = None
    seen: int | None = None
    savepoint: ExitStack | None = None


@dataclass(slots=True)
class _Unit:
    """An open write transaction: the number of the change before it, what was looked up in it, and whether ended steps wrote in it."""

    work: UnitOfWork
    closing: ExitStack
    base: int
    opened: float
    resolved: dict[tuple[str, frozenset[RecipientTypeDetails]], Recipient]
    organization: Organization | None = None
    audit_config: AuditLogConfig | None = None
    records: int = 0
    dirty: bool = False
    holds_others: bool = False


class _Rehearsed(Exception):
    """Ends a rehearsal: what it has changed is undone."""


class Transactions:
    """The transactions behind the steps of one runspace. Not for several threads at once.

    ``watcher`` is told of every change before it is made, and may refuse it by raising.
    """

    def __init__(
        self, store: Store, watcher: Callable[[Change], None], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._watcher = watcher
        self._monotonic = monotonic
        self._steps: list[_Step] = []
        self._unit: _Unit | None = None
        self._lost: StoreError | None = None

    def enter(self, *, writes: bool) -> None:
        """Begin a step; a reading step may contain others."""
        self._steps.append(_Step(writes))

    def leave(self) -> None:
        """End the step, and commit when that is due. What a failed commit loses is told by `flush`."""
        step = self._steps.pop()
        try:
            self._release(step)
        except StoreError as error:
            self._lost = error
        _close(step)
        unit = self._unit
        if unit is None or not step.writes or self._lost is not None:
            return
        unit.records += 1
        unit.holds_others = unit.dirty
        if unit.records >= MOST_RECORDS or self._monotonic() - unit.opened >= LONGEST:
            try:
                self._finish(unit)
            except StoreError as error:
                self._lost = error

    @property
    def holding(self) -> tuple[bool, bool]:
        """Whether a write transaction is open, and has changed anything: for `end_rehearsal`."""
        return self._unit is not None, self._unit is not None and self._unit.dirty

    def undo_rehearsed(self) -> Directory:
        """Undo what the step has changed to see its effect, and return the directory without it."""
        self.undo(_Rehearsed())
        return self._opened_unit().work.directory

    def end_rehearsal(self, before: tuple[bool, bool]) -> None:
        """Undo what the step has changed, and go back to the write transaction as it was ``holding`` before, or to none."""
        self.undo(_Rehearsed())
        was_open, was_dirty = before
        if not was_open:
            self.discard()
        elif self._unit is not None:
            self._unit.dirty = was_dirty

    def undo(self, error: BaseException) -> None:
        """Undo what the step has changed; after a `StoreError` the transaction too, unless it holds what other steps have changed."""
        step = self._steps[-1]
        savepoint, step.savepoint = step.savepoint, None
        if savepoint is not None:
            savepoint.__exit__(type(error), error, error.__traceback__)
            self.forget()
        if isinstance(error, StoreError) and self._unit is not None and not self._unit.holds_others:
            self.discard()

    @property
    def reader(self) -> DirectoryReader:
        """The directory as the step sees it."""
        step = self._steps[-1]
        if step.reader is not None:
            return step.reader
        if self._unit is not None:
            step.seen = self._unit.base
            return self._unit.work.directory
        step.reading = ExitStack()
        step.reader = step.reading.enter_context(self._store.read())
        step.seen = step.reader.change
        return step.reader

    @property
    def writer(self) -> Directory:
        """The directory for writing. Raises `ReadAgain`, or the error that lost earlier changes of the pipeline."""
        step = self._steps[-1]
        if not step.writes:
            raise TypeError("A cmdlet that changes the directory declares supports_should_process.")
        unit = self._opened_unit()
        if step.reader is not None:
            _close(step)
        if step.seen not in (None, unit.base):
            step.seen = None
            raise ReadAgain
        if step.savepoint is None:
            step.savepoint = ExitStack()
            step.savepoint.enter_context(unit.work.savepoint())
        unit.dirty = True
        return unit.work.directory

    @property
    def directory(self) -> DirectoryReader:
        """The directory as the write transaction that is open sees it."""
        return self._opened_unit().work.directory

    def audit(self) -> AuditLog:
        """Return the audit log of the write transaction, which is opened if there is none."""
        unit = self._opened_unit()
        unit.dirty = True
        return unit.work.audit

    @property
    def audit_config(self) -> AuditLogConfig:
        """What is logged: as the write transaction sees it, remembered there; as the step sees it where there is none."""
        unit = self._unit
        if unit is None:
            return self.reader.audit_config()
        unit.audit_config = unit.audit_config or unit.work.directory.audit_config()
        return unit.audit_config

    @property
    def next_change(self) -> int:
        """The number that the changes of the open write transaction will have, 0 if there is none."""
        return 0 if self._unit is None else self._unit.base + 1

    @property
    def is_snapshot(self) -> bool:
        """Whether what the step reads stays readable when the write transaction ends."""
        return self._unit is None or self._steps[-1].reader is not None

    @property
    def has_changed(self) -> bool:
        """Whether the step has changed anything."""
        return self._steps[-1].savepoint is not None

    def resolve(self, identity: str, kinds: frozenset[RecipientTypeDetails]) -> Recipient:
        """Return the object that an identity names, remembered in the write transaction. Raises `LookupFailed`."""
        directory, unit = self.reader, self._unit
        if unit is None or directory is not unit.work.directory:
            return directory.resolve(identity, kinds)
        found = unit.resolved.get((identity, kinds))
        if found is None:
            found = unit.resolved[identity, kinds] = directory.resolve(identity, kinds)
        return found

    @property
    def organization(self) -> Organization:
        """The organization, remembered likewise."""
        step, unit = self._steps[-1], self._unit
        directory = self.reader
        if unit is not None and directory is unit.work.directory:
            unit.organization = unit.organization or directory.organization()
            return unit.organization
        step.organization = step.organization or directory.organization()
        return step.organization

    def forget(self) -> None:
        """Forget what was looked up: an identity may name another object now."""
        if self._unit is not None:
            self._unit.resolved.clear()
            self._unit.organization = None
            self._unit.audit_config = None

    @property
    def pending(self) -> bool:
        """Whether a write transaction is open, or was lost by a commit that failed."""
        return self._lost is not None or self._unit is not None

    def flush(self) -> None:
        """Make the changes durable. Raises `StoreError`, also for changes that an earlier commit has lost."""
        if self._lost is not None:
            error, self._lost = self._lost, None
            self.discard()
            raise error
        for step in self._steps:
            self._release(step)
        if self._unit is not None:
            self._finish(self._unit)

    def discard(self) -> None:
        """Undo every change that is not durable."""
        unit, self._unit = self._unit, None
        if unit is not None:
            unit.closing.close()

    def _opened_unit(self) -> _Unit:
        if self._lost is not None:
            raise self._lost
        if self._unit is None:
            closing = ExitStack()
            work = closing.enter_context(self._store.write())
            work.watch(self._watcher)
            self._unit = _Unit(work, closing, work.directory.change, self._monotonic(), {})
        return self._unit

    def _finish(self, unit: _Unit) -> None:
        try:
            if unit.dirty:
                unit.work.commit()
        finally:
            self.discard()

    @staticmethod
    def _release(step: _Step) -> None:
        savepoint, step.savepoint = step.savepoint, None
        if savepoint is not None:
            savepoint.close()


def _close(step: _Step) -> None:
    reading, step.reading, step.reader = step.reading, None, None
    if reading is not None:
        reading.close()
