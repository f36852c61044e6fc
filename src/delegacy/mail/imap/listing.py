"""LIST and LSUB (RFC 9051 section 6.3.9, RFC 3501 section 6.3.9, RFC 5258, RFC 5819, RFC 6154)."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final
from uuid import UUID

from delegacy.domain.folder import SEPARATOR, FolderPath, FolderRights, MailFolder, SpecialFolder
from delegacy.mail.imap.context import SessionContext
from delegacy.mail.imap.namespace import Namespace, ancestors, name_key
from delegacy.mail.imap.replies import OK, Outcome, Refusal
from delegacy.wire.imap.commands import List, ListReturn, ListSelection, ListSubscribed, StatusItem
from delegacy.wire.imap.patterns import MailboxPattern
from delegacy.wire.imap.printing import print_list, print_status_data

_ATTRIBUTES: Final = MappingProxyType(
    {
        SpecialFolder.DRAFTS: b"\\Drafts",
        SpecialFolder.SENT_ITEMS: b"\\Sent",
        SpecialFolder.DELETED_ITEMS: b"\\Trash",
        SpecialFolder.JUNK_EMAIL: b"\\Junk",
    }
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A name in the tree. ``folder`` is None for one that only stands above others, or that is subscribed to and not there.

    ``of_own`` tells that it is of the session's own mailbox, and ``rights`` what the user may do in it.
    """

    name: str
    folder: MailFolder | None
    of_own: bool
    subscribed: bool
    has_children: bool = False
    subscribed_below: bool = False
    rights: FolderRights = FolderRights.NONE


async def list_folders(context: SessionContext, command: List) -> Outcome:
    """Answer LIST."""
    if command.patterns == ("",):
        # RFC 9051 section 6.3.9: an empty name asks for the separator.
        context.stream.write(print_list(b"LIST", (b"\\Noselect",), SEPARATOR, b'""'))
        return OK
    entries = await _entries(context)
    show_subscribed = ListSelection.SUBSCRIBED in command.selection or ListReturn.SUBSCRIBED in command.returned
    for entry in _matching(entries, command.reference, command.patterns):
        if not _is_selected(entry, command.selection):
            continue
        printed = context.print_mailbox(entry.name)
        attributes = _attributes(entry, subscribed=show_subscribed)
        context.stream.write(print_list(b"LIST", attributes, SEPARATOR, printed, _child_info(entry, command)))
        # RFC 5819 section 2: none for a folder for which STATUS would fail.
        if command.status and entry.folder is not None and FolderRights.READ_ANY in entry.rights:
            context.stream.write(print_status_data(printed, status_values(entry.folder, command.status)))
        await context.stream.flush()
    return OK


async def describe(context: SessionContext, name: str) -> bytes:
    """Return the LIST response that goes with SELECT in IMAP4rev2 (RFC 9051 section 6.3.2), with the name that the folder has."""
    for entry in await _entries(context):
        if name_key(entry.name) == name_key(name):
            old = b"" if entry.name == name else b'"OLDNAME" (%b)' % context.print_mailbox(name)
            printed = context.print_mailbox(entry.name)
            return print_list(b"LIST", _attributes(entry, subscribed=False), SEPARATOR, printed, old)
    return b""  # renamed or gone since it was found


async def list_subscribed(context: SessionContext, command: ListSubscribed) -> Outcome:
    """Answer LSUB: names that are subscribed to, and with ``%`` at the end those that have such below them."""
    ends_in_wildcard = command.pattern.endswith("%")
    for entry in _matching(await _entries(context), command.reference, (command.pattern,)):
        if entry.subscribed or (ends_in_wildcard and entry.subscribed_below):
            attributes = [b"\\Noselect"] if not entry.subscribed or entry.folder is None else []
            context.stream.write(print_list(b"LSUB", attributes, SEPARATOR, context.print_mailbox(entry.name)))
    return OK


def status_values(folder: MailFolder, items: Iterable[StatusItem]) -> Mapping[StatusItem, int]:
    """Return what STATUS says of a folder."""
    values = {
        StatusItem.MESSAGES: folder.message_count,
        StatusItem.UIDNEXT: folder.uid_next,
        StatusItem.UIDVALIDITY: folder.uid_validity,
        StatusItem.UNSEEN: folder.unseen_count,
        StatusItem.RECENT: 0,
        StatusItem.DELETED: folder.deleted_count,
        StatusItem.SIZE: folder.size,
        StatusItem.HIGHESTMODSEQ: folder.highest_modseq,
    }
    return {item: values[item] for item in items}


async def _entries(context: SessionContext) -> list[_Entry]:
    """Return every name there is, by name, the session's own mailbox first."""
    namespace = await context.mailboxes.namespace()
    entries: list[_Entry] = []
    if context.mailboxes.has_root:
        entries += await _entries_of(context, namespace, None)
    for target in namespace.others.values():
        try:
            entries += await _entries_of(context, namespace, target.guid)
        except Refusal:  # the right to it has gone since the names were read
            continue
    return _with_relations(_with_ancestors(entries))


async def _entries_of(context: SessionContext, namespace: Namespace, mailbox: UUID | None) -> list[_Entry]:
    opening = await context.mailboxes.opening(mailbox)
    folders = await context.call(context.store.folders, opening)
    said = await context.call(context.store.subscriptions, opening, context.account_guid)
    wanted = {path.key: subscribed for path, subscribed in said.items()}
    visible = await context.mailboxes.visible(opening, folders)
    entries = [
        # What nobody has said anything about is shown: most programs show only what is subscribed to.
        _Entry(
            namespace.name(mailbox, folder.path),
            folder,
            mailbox is None,
            wanted.get(folder.path.key, True),
            rights=rights,
        )
        for folder, rights in visible
    ]
    there = {folder.path.key for folder, _ in visible}
    absent = (path for path, subscribed in said.items() if subscribed and path.key not in there)
    return entries + [_absent(namespace, mailbox, path) for path in absent]


def _absent(namespace: Namespace, mailbox: UUID | None, path: FolderPath) -> _Entry:
    return _Entry(namespace.name(mailbox, path), None, mailbox is None, subscribed=True)


def _with_ancestors(entries: list[_Entry]) -> list[_Entry]:
    """Add the names that stand above others and are no folders."""
    known = {entry.name.casefold() for entry in entries}
    added: list[_Entry] = []
    for entry in entries:
        for above in ancestors(entry.name):
            if above.casefold() not in known:
                known.add(above.casefold())
                added.append(_Entry(above, None, entry.of_own, subscribed=False))
    return entries + added


def _with_relations(entries: list[_Entry]) -> list[_Entry]:
    """Note with each entry whether there are folders below it, and whether any of them is subscribed to."""
    parents = {above.casefold() for entry in entries if entry.folder is not None for above in ancestors(entry.name)}
    subscribed = {above.casefold() for entry in entries if entry.subscribed for above in ancestors(entry.name)}
    related = [
        replace(
            entry,
            has_children=entry.name.casefold() in parents,
            subscribed_below=entry.name.casefold() in subscribed,
        )
        for entry in entries
    ]
    return [entry for entry in related if entry.folder is not None or entry.subscribed or entry.has_children]


def _matching(entries: list[_Entry], reference: str, patterns: Iterable[str]) -> Iterator[_Entry]:
    compiled = [MailboxPattern(unicodedata.normalize("NFC", reference + pattern), SEPARATOR) for pattern in patterns]
    return (entry for entry in entries if any(pattern.matches(entry.name) for pattern in compiled))


def _is_selected(entry: _Entry, selection: frozenset[ListSelection]) -> bool:
    recursive = ListSelection.RECURSIVEMATCH in selection
    if ListSelection.SUBSCRIBED in selection:
        return entry.subscribed or (recursive and entry.subscribed_below)
    if ListSelection.SPECIAL_USE in selection:
        return _special_use(entry) is not None
    # Names that are only subscribed to are for those who ask for subscriptions.
    return entry.folder is not None or entry.has_children


def _special_use(entry: _Entry) -> bytes | None:
    """Return the attribute of a special folder; another person's Sent Items are not where the session's user files his."""
    if entry.folder is None or entry.folder.special is None or not entry.of_own:
        return None
    return _ATTRIBUTES.get(entry.folder.special)


def _attributes(entry: _Entry, *, subscribed: bool) -> Iterator[bytes]:
    if entry.folder is None:
        yield b"\\NonExistent"
        yield b"\\Noselect"
    if subscribed and entry.subscribed:
        yield b"\\Subscribed"
    yield b"\\HasChildren" if entry.has_children else b"\\HasNoChildren"
    special = _special_use(entry)
    if special is not None:
        yield special


def _child_info(entry: _Entry, command: List) -> bytes:
    if ListSelection.RECURSIVEMATCH in command.selection and entry.subscribed_below:
        return b'"CHILDINFO" ("SUBSCRIBED")'
    return b""
