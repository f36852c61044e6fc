"""Messages in folders: placing, copying, flags, removing, in a transaction that somebody else runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from delegacy.domain.folder import MailFolder
from delegacy.domain.mail_item import NO_FLAGS, AnalysedMessage, Flags, SystemFlag, TooManyKeywords
from delegacy.domain.mail_search import fold_text
from delegacy.domain.mail_store import (
    BY_NOBODY,
    Copied,
    FlagAction,
    FlagChange,
    FlagChangeResult,
    FlagState,
    Placed,
    Placing,
)
from delegacy.store.connection import Dialect, Row
from delegacy.store.mail_transaction import MailTransaction

MOST_FOLDER_KEYWORDS: Final = 1000

_LONGEST_TEXT: Final = 65_536
_CONTENT_COLUMNS: Final = (
    "digest, list_fields_present, sent_on, subject, sender, message_id, recipients_to, recipients_cc, recipients_bcc, "
    "envelope, list_fields, body_structure, body, parts"
)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A row to be: content that is stored already, with what a folder adds to it."""

    content_id: int
    flags: Flags
    received: int
    size: int


class FlagsReader:
    """Turns stored flags into values; messages of a folder have few different ones."""

    def __init__(self) -> None:
        self._read: dict[tuple[int, str], Flags] = {}

    def read(self, system: int, keywords: str) -> Flags:
        """Return the flags."""
        flags = self._read.get((system, keywords))
        if flags is None:
            flags = self._read[system, keywords] = Flags(SystemFlag(system), tuple(keywords.split()))
        return flags


def store_content(transaction: MailTransaction, message: AnalysedMessage) -> int:
    """Return the number of a message's content, which is stored unless it is already."""
    find = f"SELECT id FROM mail_content WHERE digest = ?{transaction.share}"
    row = transaction.row(find, (message.digest,))
    if row is not None:
        return int(row[0])
    texts = message.texts
    row = transaction.row(
        f"INSERT INTO mail_content ({_CONTENT_COLUMNS}) VALUES ({', '.join('?' * 14)}) ON CONFLICT (digest) DO NOTHING RETURNING id",
        (
            message.digest,
            message.list_fields_present,
            None if texts.sent is None else texts.sent.toordinal(),
            *(_kept(text) for text in (texts.subject, texts.sender, texts.message_id, texts.to, texts.cc, texts.bcc)),
            message.envelope,
            message.list_fields,
            message.body_structure,
            message.body,
            message.parts,
        ),
    )
    if row is None:  # another transaction has stored it meanwhile
        return transaction.value(find, (message.digest,))
    transaction.run(
        "INSERT INTO mail_data (content_id, header, text) VALUES (?, ?, ?)",
        (row[0], message.content[: message.header_size], message.content[message.header_size :]),
    )
    return int(row[0])


def place(
    transaction: MailTransaction, folder: MailFolder, new: Sequence[NewMessage], placing: Placing = BY_NOBODY
) -> Placed:
    """Add messages to a folder that is locked. Raises ``TooManyKeywords``."""
    messages = [replace(message, flags=placing.limits.kept(NO_FLAGS, message.flags)) for message in new]
    creator = None if placing.creator is None else str(placing.creator)
    modseq = folder.highest_modseq + 1
    uids = range(folder.uid_next, folder.uid_next + len(messages))
    transaction.run_many(
        "INSERT INTO mail_message (folder_id, uid, content_id, system_flags, keywords, modseq, received, size, creator) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                folder.id,
                uid,
                message.content_id,
                int(message.flags.system),
                " ".join(message.flags.keywords),
                modseq,
                message.received,
                message.size,
                creator,
            )
            for uid, message in zip(uids, messages, strict=True)
        ],
    )
    keywords = _united(folder, (message.flags for message in messages))
    transaction.run(
        "UPDATE mail_folder SET uid_next = ?, highest_modseq = ?, message_count = message_count + ?, unseen_count = unseen_count + ?, "
        "deleted_count = deleted_count + ?, size = size + ?, keywords = ? WHERE id = ?",
        (
            uids.stop,
            modseq,
            len(messages),
            sum(SystemFlag.SEEN not in message.flags.system for message in messages),
            sum(SystemFlag.DELETED in message.flags.system for message in messages),
            sum(message.size for message in messages),
            keywords,
            folder.id,
        ),
    )
    transaction.changed.add(folder.id)
    return Placed(folder.id, folder.uid_validity, tuple(uids))


def copy(
    transaction: MailTransaction, source: MailFolder, uids: Sequence[int], target: MailFolder, placing: Placing
) -> Copied:
    """Copy messages between two folders that are locked. Raises ``TooManyKeywords``."""
    reader = FlagsReader()
    rows = select(transaction, source.id, uids, "uid, content_id, system_flags, keywords, received, size")
    if not rows:
        return Copied((), Placed(target.id, target.uid_validity, ()))
    messages = [NewMessage(row[1], reader.read(row[2], row[3]), row[4], row[5]) for row in rows]
    return Copied(tuple(row[0] for row in rows), place(transaction, target, messages, placing))


def change_flags(
    transaction: MailTransaction, folder: MailFolder, uids: Sequence[int], change: FlagChange
) -> FlagChangeResult:
    """Change flags in a folder that is locked. Raises ``TooManyKeywords``."""
    reader = FlagsReader()
    modseq = folder.highest_modseq + 1
    states: list[FlagState] = []
    previous: list[int] = []
    modified: list[int] = []
    changed: list[tuple[Flags, FlagState]] = []
    for uid, system, keywords, old_modseq in select(
        transaction, folder.id, uids, "uid, system_flags, keywords, modseq"
    ):
        if change.unchanged_since is not None and old_modseq > change.unchanged_since:
            modified.append(uid)
            continue
        old = reader.read(system, keywords)
        new = change.limits.kept(old, _changed(old, change))
        state = FlagState(uid, new, old_modseq if new == old else modseq)
        states.append(state)
        previous.append(old_modseq)
        if new != old:
            changed.append((old, state))
    if changed:
        _write_flags(transaction, folder, changed, modseq)
    return FlagChangeResult(tuple(states), tuple(previous), tuple(modified))


def remove(transaction: MailTransaction, folder: MailFolder, rows: Sequence[Row]) -> None:
    """Remove messages of a folder that is locked: rows of UID, content number, system flags and size."""
    if not rows:
        return
    modseq = folder.highest_modseq + 1
    transaction.run_many(
        "DELETE FROM mail_message WHERE folder_id = ? AND uid = ?", [(folder.id, row[0]) for row in rows]
    )
    transaction.run_many(
        "INSERT INTO mail_tombstone (folder_id, modseq, uid) VALUES (?, ?, ?)",
        [(folder.id, modseq, row[0]) for row in rows],
    )
    transaction.run(
        "UPDATE mail_folder SET highest_modseq = ?, message_count = message_count - ?, unseen_count = unseen_count - ?, "
        "deleted_count = deleted_count - ?, size = size - ? WHERE id = ?",
        (
            modseq,
            len(rows),
            sum(not row[2] & SystemFlag.SEEN for row in rows),
            sum(bool(row[2] & SystemFlag.DELETED) for row in rows),
            sum(row[3] for row in rows),
            folder.id,
        ),
    )
    transaction.changed.add(folder.id)


def sweep(transaction: MailTransaction, content_ids: Iterable[int]) -> None:
    """Remove contents that no message has any more."""
    candidates = sorted(set(content_ids))
    if transaction.dialect is Dialect.POSTGRESQL:
        # Those that another transaction is placing a message of are in use; the others stay ours until we commit.
        condition, keys = transaction.among("id", candidates)
        locked = transaction.rows(f"SELECT id FROM mail_content WHERE {condition} FOR UPDATE SKIP LOCKED", keys)
        candidates = [row[0] for row in locked]
    condition, keys = transaction.among("c.id", candidates)
    unused = transaction.rows(
        f"SELECT c.id FROM mail_content c WHERE {condition} "
        "AND NOT EXISTS (SELECT 1 FROM mail_message m WHERE m.content_id = c.id)",
        keys,
    )
    transaction.run_many("DELETE FROM mail_data WHERE content_id = ?", unused)
    transaction.run_many("DELETE FROM mail_content WHERE id = ?", unused)


def select(transaction: MailTransaction, folder_id: int, uids: Sequence[int], columns: str) -> list[Row]:
    """Return columns of the messages that there are of ``uids``, ordered by UID."""
    condition, keys = transaction.among("uid", uids)
    return transaction.rows(
        f"SELECT {columns} FROM mail_message WHERE folder_id = ? AND {condition} ORDER BY uid", (folder_id, *keys)
    )


def _write_flags(
    transaction: MailTransaction, folder: MailFolder, changed: Sequence[tuple[Flags, FlagState]], modseq: int
) -> None:
    transaction.run_many(
        "UPDATE mail_message SET system_flags = ?, keywords = ?, modseq = ? WHERE folder_id = ? AND uid = ?",
        [
            (int(state.flags.system), " ".join(state.flags.keywords), modseq, folder.id, state.uid)
            for _, state in changed
        ],
    )
    transaction.run(
        "UPDATE mail_folder SET highest_modseq = ?, unseen_count = unseen_count + ?, deleted_count = deleted_count + ?, keywords = ? "
        "WHERE id = ?",
        (
            modseq,
            sum((SystemFlag.SEEN in old.system) - (SystemFlag.SEEN in state.flags.system) for old, state in changed),
            sum(
                (SystemFlag.DELETED in state.flags.system) - (SystemFlag.DELETED in old.system)
                for old, state in changed
            ),
            _united(folder, (state.flags for _, state in changed)),
            folder.id,
        ),
    )
    transaction.changed.add(folder.id)


def _changed(flags: Flags, change: FlagChange) -> Flags:
    match change.action:
        case FlagAction.REPLACE:
            return change.flags
        case FlagAction.ADD:
            return flags.with_added(change.flags)
        case FlagAction.REMOVE:
            return flags.without(change.flags)


def _united(folder: MailFolder, flags: Iterable[Flags]) -> str:
    """Return the folder's keywords and those of ``flags``, each in one spelling."""
    spelled = {keyword.lower(): keyword for keyword in folder.keywords}
    for one in {flag for flag in flags if flag.keywords}:
        for keyword in one.keywords:
            spelled.setdefault(keyword.lower(), keyword)
    if len(spelled) > MOST_FOLDER_KEYWORDS:
        raise TooManyKeywords(f"The messages of a folder can have {MOST_FOLDER_KEYWORDS} keywords.", str(folder.path))
    return " ".join(spelled[key] for key in sorted(spelled))


def _kept(text: str) -> str:
    """Return a text as searches compare it, without what a database cannot hold."""
    kept = text[:_LONGEST_TEXT].replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return fold_text(kept)
