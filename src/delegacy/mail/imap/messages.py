"""The commands on messages: FETCH, STORE, SEARCH, COPY, MOVE, EXPUNGE, APPEND (RFC 9051 sections 6.3.12 and 6.4)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, cast

from delegacy.domain.folder import FolderNotFound, FolderRights
from delegacy.domain.mail_item import NO_FLAGS, FlagLimits, Flags, SystemFlag
from delegacy.domain.mail_search import ChangedSince
from delegacy.domain.mail_store import (
    Copied,
    FlagAction,
    FlagChange,
    FlagChangeResult,
    FlagState,
    MessageColumn,
    Placed,
    Placing,
)
from delegacy.mail.imap.context import SessionContext
from delegacy.mail.imap.creators import all_removable, by_limits, own_of
from delegacy.mail.imap.mailboxes import OpenFolder
from delegacy.mail.imap.reading import FolderReader
from delegacy.mail.imap.replies import NOT_ALLOWED, NOT_FOUND, OK, Outcome, Refusal, bad, no
from delegacy.mail.imap.rights import admits_removal, flag_limits
from delegacy.mail.imap.searching import FolderSearch
from delegacy.mail.imap.selected import NoSuchMessage, SelectedFolder, Span
from delegacy.wire.analysis import analyse_message
from delegacy.wire.imap.commands import Append, Copy, Expunge, Fetch, Search, Store
from delegacy.wire.imap.fetch import Attribute, FetchItem
from delegacy.wire.imap.fetch_plan import FetchPlan
from delegacy.wire.imap.printing import (
    Condition,
    FlagItems,
    append_uid_code,
    copy_uid_code,
    highest_modseq_code,
    print_esearch,
    print_search,
    print_status,
    print_vanished,
)
from delegacy.wire.imap.search import AllKeys, NotKey, OrKey, ResultOption, SearchKey
from delegacy.wire.imap.sequence import SequenceSet, print_uids

_SEEN: Final = FlagChange(FlagAction.ADD, Flags(SystemFlag.SEEN))
_ALL: Final = frozenset({ResultOption.ALL})


async def fetch(context: SessionContext, command: Fetch) -> Outcome:
    """Answer FETCH."""
    if command.vanished and not context.enabled.qresync:
        raise bad("QRESYNC is not enabled.")  # RFC 7162 section 3.2.6
    selected = await context.use_selected(FolderRights.READ_ANY)
    spans = _spans(selected, command.numbers, by_uid=command.by_uid)
    plan = FetchPlan(_items(context, command, selected))
    if command.changed_since is not None:
        spans = await _changed(context, selected, spans, command.changed_since)
        if command.vanished:
            changes = await context.call(
                context.store.changes, selected.opening, selected.folder.id, command.changed_since
            )
            vanished = selected.unknown(command.numbers.pick(changes.vanished))
            await context.stream.send(print_vanished(vanished, earlier=True))
    told: dict[int, int] = {}
    reader = FolderReader(context.store, context.services.workers, selected)
    if plan.marks_seen and _may_mark_seen(selected):
        async for part in by_limits(context, selected, spans):
            if part.limits.admits_any_of(_SEEN.flags):
                told |= _modseqs((await _change_flags(context, selected, part.uids, _SEEN)).states)
    async for batch in reader.batches(spans, plan.columns):
        await context.stream.send(plan.print(batch.numbers, batch.rows))
    await context.tell_changes(expunged=command.by_uid, told=told)
    return OK


async def store(context: SessionContext, command: Store) -> Outcome:
    """Answer STORE."""
    selected = await _use_writable(context, lambda rights: _is_possible(command.change, flag_limits(rights, own=True)))
    if command.change.unchanged_since is not None:
        context.enable_condstore()
    spans = _spans(selected, command.numbers, by_uid=command.by_uid)
    parts = [part async for part in by_limits(context, selected, spans)]
    # RFC 4314 section 4: not refused while one of the flags may be changed; here, of each message.
    if not all(_is_possible(command.change, part.limits) for part in parts):
        raise Refusal(NOT_ALLOWED)
    told: dict[int, int] = {}
    modified: list[int] = []
    for part in parts:
        result = await _change_flags(context, selected, part.uids, replace(command.change, limits=part.limits))
        modified += result.modified
        # Who is told nothing of a message's flags works them out of what he knew, which must have been all.
        told |= _modseqs(_surely_known(selected, result) if command.silent else result.states)
        if not command.silent or context.enabled.condstore:
            await context.stream.send_parts(selected.flag_updates(result.states, _items_told(context, command)))
    await context.tell_changes(expunged=command.by_uid, told=told)
    if not modified:
        return OK
    left = modified if command.by_uid else selected.numbers_of(modified)
    # RFC 7162 section 3.1.3
    return Outcome(Condition.OK, "Some messages have been changed meanwhile.", b"MODIFIED %b" % print_uids(left))


async def search(context: SessionContext, command: Search, tag: str) -> Outcome:
    """Answer SEARCH."""
    selected = await context.use_selected(FolderRights.READ_ANY)
    options = command.program.options
    wants_modseq = _asks_for_modseq(command.program.key)
    if wants_modseq:
        context.enable_condstore()
    try:
        found = await FolderSearch(context.store, context.services.workers, selected).find(command.program.key)
    except NoSuchMessage:
        raise bad("There is no such message.") from None
    meant = found if options is None else _meant(found, options)
    if options is not None and ResultOption.SAVE in options:
        selected.saved_result = meant
    numbers = found if command.by_uid else selected.numbers_of(found)
    modseq = await _highest_modseq(context, selected, meant) if wants_modseq and found else None
    if options is None and not context.enabled.rev2:
        await context.stream.send(print_search(numbers, modseq))
    elif options is None or options - {ResultOption.SAVE}:
        results = _results(numbers, options or _ALL, modseq)
        await context.stream.send(print_esearch(tag, results, by_uid=command.by_uid))
    return OK


async def copy(context: SessionContext, command: Copy) -> Outcome:
    """Answer COPY and MOVE."""
    removing = command.removing
    selected = (
        await _use_writable(context, admits_removal) if removing else await context.use_selected(FolderRights.READ_ANY)
    )
    spans = _spans(selected, command.numbers, by_uid=command.by_uid)
    target = await _find_target(context, command.mailbox)
    uids = selected.all_uids(spans)
    if removing and not await all_removable(context, selected, uids):
        raise Refusal(NOT_ALLOWED)
    run = context.store.move if removing else context.store.copy
    copied = await context.call(
        run,
        selected.opening,
        selected.folder.id,
        uids,
        to=target.opening,
        to_folder_id=target.folder.id,
        placing=_placing(context, target),
    )
    code = _copied_code(copied)
    if not removing:
        return Outcome(Condition.OK, "Copied.", code)
    # RFC 6851 section 4.3: where messages went is said before they are said to be gone.
    if code:
        context.stream.write(print_status(Condition.OK, "Moved.", code=code))
    await context.tell_changes(expunged=True)
    return _removed(context, selected)


async def expunge(context: SessionContext, command: Expunge) -> Outcome:
    """Answer EXPUNGE and UID EXPUNGE."""
    selected = await _use_writable(context, admits_removal)
    uids: Sequence[int] | None = None
    if command.uids is not None:
        uids = selected.all_uids(_spans(selected, command.uids, by_uid=True))
    await remove_deleted(context, selected, uids)
    await context.tell_changes(expunged=True)
    return _removed(context, selected)


def _removed(context: SessionContext, selected: SelectedFolder) -> Outcome:
    """Return the outcome of a command that removes messages (RFC 7162 sections 3.2.7 and 3.2.9, RFC 6851 section 4.4)."""
    if not context.enabled.condstore:
        return OK
    return Outcome(Condition.OK, "Done.", highest_modseq_code(selected.modseq))


async def remove_deleted(context: SessionContext, selected: SelectedFolder, uids: Sequence[int] | None) -> None:
    """Remove the messages with the flag ``DELETED`` that the user may remove, of ``uids`` only if given."""
    if FolderRights.DELETE_ANY not in selected.rights:
        uids = await own_of(context, selected, selected.uids if uids is None else uids)
    await context.call(context.store.expunge, selected.opening, selected.folder.id, uids)


async def append(context: SessionContext, command: Append) -> Outcome:
    """Answer APPEND."""
    if not command.message:
        raise no("A message can't be empty.")
    if b"\0" in command.message:
        raise no("A message can't hold a NUL.", b"UNKNOWN-CTE")  # RFC 3516 section 4.4
    target = await _find_target(context, command.mailbox)
    received = command.received or context.now()
    placed = await context.call(_append, context, target, command, received)
    return Outcome(Condition.OK, "Appended.", append_uid_code(placed.uid_validity, placed.uids))


def _append(context: SessionContext, target: OpenFolder, command: Append, received: datetime) -> Placed:
    message = analyse_message(command.message)
    placing = _placing(context, target)
    return context.store.append(target.opening, target.folder.id, message, command.flags, received, placing)


def _placing(context: SessionContext, target: OpenFolder) -> Placing:
    # RFC 4314 section 4: flags that the user may not set are left out.
    return Placing(context.account_guid, flag_limits(target.rights, own=True))


async def _find_target(context: SessionContext, name: str) -> OpenFolder:
    """Return the folder that messages are to be put in. If it is not there, the client is told whether it may create it (TRYCREATE)."""
    try:
        return await context.mailboxes.find(name, FolderRights.CREATE)
    except FolderNotFound:
        # A folder that the user may not see is not told from one that is not there.
        if not await context.mailboxes.may_create(await context.mailboxes.locate(name)):
            raise Refusal(NOT_FOUND) from None
        raise no("There is no such mailbox.", b"TRYCREATE") from None


def _is_possible(change: FlagChange, limits: FlagLimits) -> bool:
    """Tell whether a change of flags may change any."""
    if change.action is FlagAction.REPLACE or change.flags == NO_FLAGS:
        return limits.admits_some
    return limits.admits_any_of(change.flags)


def _may_mark_seen(selected: SelectedFolder) -> bool:
    return not selected.read_only and flag_limits(selected.rights, own=True).admits_any_of(_SEEN.flags)


async def _use_writable(context: SessionContext, admits: Callable[[FolderRights], bool]) -> SelectedFolder:
    selected = await context.use_selected(FolderRights.READ_ANY)
    if not admits(selected.rights):
        raise Refusal(NOT_ALLOWED)
    if selected.read_only:
        raise no("The mailbox is selected for reading only.", b"READ-ONLY")
    return selected


def _spans(selected: SelectedFolder, numbers: SequenceSet, *, by_uid: bool) -> list[Span]:
    try:
        return selected.spans(numbers, by_uid=by_uid)
    except NoSuchMessage:
        raise bad("There is no such message.") from None


def _items(context: SessionContext, command: Fetch, selected: SelectedFolder) -> list[FetchItem]:
    """Return what to fetch: what was asked for, and what goes with it."""
    items = list(command.items)
    if Attribute.MODSEQ in items or command.changed_since is not None:
        context.enable_condstore()
    if command.by_uid:
        items.insert(0, Attribute.UID)
    if command.changed_since is not None:
        items.append(Attribute.MODSEQ)
    if FetchPlan(items).marks_seen and _may_mark_seen(selected):
        items.append(Attribute.FLAGS)
        if context.enabled.condstore:  # RFC 7162 section 3.2.4
            items += [Attribute.UID, Attribute.MODSEQ]
    return list(dict.fromkeys(items))


async def _changed(context: SessionContext, selected: SelectedFolder, spans: list[Span], since: int) -> list[Span]:
    found = await context.call(context.store.search, selected.opening, selected.folder.id, ChangedSince(since + 1))
    among = frozenset(selected.all_uids(spans))
    return [(number - 1, number) for number in selected.numbers_of(uid for uid in found if uid in among)]


async def _change_flags(
    context: SessionContext, selected: SelectedFolder, uids: Sequence[int], change: FlagChange
) -> FlagChangeResult:
    return await context.call(context.store.change_flags, selected.opening, selected.folder.id, uids, change)


def _modseqs(states: Iterable[FlagState]) -> dict[int, int]:
    return {state.uid: state.modseq for state in states}


def _surely_known(selected: SelectedFolder, result: FlagChangeResult) -> Iterator[FlagState]:
    """Yield the states of messages that nobody else has changed since the session took changes in."""
    return (
        state for state, previous in zip(result.states, result.previous, strict=True) if previous <= selected.modseq
    )


def _items_told(context: SessionContext, command: Store) -> FlagItems:
    # RFC 7162 section 3.2.4: a client that is aware of modification sequences is always told of both.
    aware = context.enabled.condstore
    return FlagItems(uid=command.by_uid or aware, flags=not command.silent, modseq=aware)


def _asks_for_modseq(key: SearchKey) -> bool:
    match key:
        case ChangedSince():
            return True
        case NotKey(inner):
            return _asks_for_modseq(inner)
        case AllKeys(keys):
            return any(_asks_for_modseq(inner) for inner in keys)
        case OrKey(one, other):
            return _asks_for_modseq(one) or _asks_for_modseq(other)
        case _:
            return False


async def _highest_modseq(context: SessionContext, selected: SelectedFolder, uids: list[int]) -> int:
    rows = await context.call(context.store.fetch, selected.opening, selected.folder.id, uids, (MessageColumn.MODSEQ,))
    return max((cast("int", row[1]) for row in rows), default=1)


def _meant(found: list[int], options: frozenset[ResultOption]) -> list[int]:
    """Return the messages that ``$`` means afterwards (RFC 5182 section 2.1), and MODSEQ in the answer (RFC 4731 section 3.2).

    With MIN or MAX alone, it is those only.
    """
    ends = options & {ResultOption.MIN, ResultOption.MAX}
    if not found or not ends or options & {ResultOption.ALL, ResultOption.COUNT}:
        return found
    kept = {found[0]} if ResultOption.MIN in ends else set()
    if ResultOption.MAX in ends:
        kept.add(found[-1])
    return sorted(kept)


def _results(numbers: list[int], options: frozenset[ResultOption], modseq: int | None) -> list[tuple[bytes, bytes]]:
    results: list[tuple[bytes, bytes]] = []
    if numbers and ResultOption.MIN in options:
        results.append((b"MIN", b"%d" % numbers[0]))
    if numbers and ResultOption.MAX in options:
        results.append((b"MAX", b"%d" % numbers[-1]))
    if numbers and ResultOption.ALL in options:
        results.append((b"ALL", print_uids(numbers)))
    if ResultOption.COUNT in options:
        results.append((b"COUNT", b"%d" % len(numbers)))
    if modseq is not None:
        results.append((b"MODSEQ", b"%d" % modseq))
    return results


def _copied_code(copied: Copied) -> bytes:
    if not copied.source_uids:
        return b""
    return copy_uid_code(copied.placed.uid_validity, copied.source_uids, copied.placed.uids)
