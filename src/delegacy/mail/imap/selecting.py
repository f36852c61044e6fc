"""SELECT and EXAMINE (RFC 9051 sections 6.3.2 and 6.3.3, RFC 7162)."""

from collections.abc import Iterator

from delegacy.domain.folder import FolderRights, MailFolder
from delegacy.domain.mail_store import FolderChanges, FolderView, MailboxAccess, MailStore
from delegacy.mail.imap.context import SessionContext
from delegacy.mail.imap.listing import describe
from delegacy.mail.imap.replies import Outcome, bad
from delegacy.mail.imap.rights import admits_changes
from delegacy.mail.imap.selected import SelectedFolder
from delegacy.wire.imap.commands import Resync, Select
from delegacy.wire.imap.printing import (
    ALL_SYSTEM_FLAGS,
    Condition,
    FlagItems,
    print_highest_modseq,
    print_status,
    print_untagged,
    print_vanished,
)
from delegacy.wire.imap.sequence import EVERYTHING


async def select(context: SessionContext, command: Select) -> Outcome:
    """Select a folder. Whatever was selected before is not any more, also when this fails."""
    if command.resync is not None and not context.enabled.qresync:
        raise bad("QRESYNC is not enabled.")  # RFC 7162 section 3.2.5
    if context.selected is not None:
        context.close_selected("The previous mailbox is closed.")
    if command.condstore:
        context.enable_condstore()
    found = await context.mailboxes.find(command.mailbox, FolderRights.READ_ANY)
    read_only = command.read_only or not admits_changes(found.rights)
    view, first_unseen = await context.call(_look, context.store, found.opening, found.folder.id)
    selected = SelectedFolder(view, found, read_only=read_only)
    context.select(selected)
    context.stream.write(_description(context, view.folder, selected, first_unseen))
    if context.enabled.rev2:
        context.stream.write(await describe(context, command.mailbox))
    if command.resync is not None and command.resync.uid_validity == view.folder.uid_validity:
        changes = await context.call(context.store.changes, found.opening, found.folder.id, command.resync.modseq)
        await context.stream.send_parts(_resynchronization(selected, command.resync, changes))
    mode = b"READ-ONLY" if read_only else b"READ-WRITE"
    return Outcome(Condition.OK, "Selected.", mode)


def _look(store: MailStore, access: MailboxAccess, folder_id: int) -> tuple[FolderView, int | None]:
    return store.view(access, folder_id), store.first_unseen(access, folder_id)


def _description(
    context: SessionContext, folder: MailFolder, selected: SelectedFolder, first_unseen: int | None
) -> bytes:
    keywords = "".join(f" {keyword}" for keyword in sorted(folder.keywords)).encode("ascii")
    flags = ALL_SYSTEM_FLAGS + keywords
    unseen = selected.numbers_of(() if first_unseen is None else (first_unseen,))
    responses = [
        print_untagged(b"FLAGS", b"(%b)" % flags),
        selected.permanent_flags(),
        print_untagged(b"%d" % len(selected), b"EXISTS"),
    ]
    if not context.enabled.rev2:
        responses.append(print_untagged(b"0", b"RECENT"))
        responses += [
            print_status(Condition.OK, "The first unseen message.", code=b"UNSEEN %d" % number) for number in unseen
        ]
    responses += [
        print_status(Condition.OK, "UIDs are valid.", code=b"UIDVALIDITY %d" % folder.uid_validity),
        print_status(Condition.OK, "The next UID.", code=b"UIDNEXT %d" % folder.uid_next),
        print_highest_modseq(folder.highest_modseq),
    ]
    return b"".join(responses)


def _resynchronization(selected: SelectedFolder, resync: Resync, changes: FolderChanges) -> Iterator[bytes]:
    """Yield what has happened since the client was last here (RFC 7162 section 3.2.5), a part at a time."""
    known = resync.known_uids or EVERYTHING
    wanted = frozenset(known.pick([state.uid for state in changes.updated]))
    yield print_vanished(selected.unknown(known.pick(changes.vanished)), earlier=True)
    updated = [state for state in changes.updated if state.uid in wanted]
    yield from selected.flag_updates(updated, FlagItems(uid=True, flags=True, modseq=True))
