"""The commands that look at or change one folder: STATUS, CREATE, DELETE, RENAME, SUBSCRIBE, and those of RFC 4314."""

from collections.abc import Sequence

from delegacy.domain.folder import SEPARATOR, FolderPath, FolderRights, MailFolder
from delegacy.enforcement.opening import Opening
from delegacy.mail.imap.context import SessionContext
from delegacy.mail.imap.listing import status_values
from delegacy.mail.imap.mailboxes import OpenFolder, folder_above
from delegacy.mail.imap.namespace import FolderName
from delegacy.mail.imap.replies import NOT_ALLOWED, NOT_FOUND, OK, Outcome, Refusal, no
from delegacy.mail.imap.rights import letters
from delegacy.wire.imap.commands import (
    ChangeAcl,
    Create,
    Delete,
    GetAcl,
    MyRights,
    Rename,
    Status,
    StatusItem,
    Subscribe,
)
from delegacy.wire.imap.printing import print_status_data, print_string, print_untagged


async def status(context: SessionContext, command: Status) -> Outcome:
    """Answer STATUS."""
    found = await context.mailboxes.find(command.mailbox, FolderRights.READ_ANY)
    if StatusItem.HIGHESTMODSEQ in command.items:
        context.enable_condstore()
    values = status_values(found.folder, command.items)
    context.stream.write(print_status_data(context.print_mailbox(command.mailbox), values))
    return OK


async def create(context: SessionContext, command: Create) -> Outcome:
    """Create a folder; a separator at the end says that others are to be below it (RFC 9051 section 6.3.4)."""
    if command.special_use:
        raise no("Special mailboxes can't be created.", b"USEATTR")
    located = await _locate_new(context, command.mailbox.removesuffix(SEPARATOR))
    opening = await context.mailboxes.opening(located.mailbox)
    before = await context.call(context.store.folders, opening)
    await context.call(context.store.create_folder, opening, located.path)
    await _begin_new(context, opening, located.path, before)
    return OK


async def delete(context: SessionContext, command: Delete) -> Outcome:
    """Delete a folder with its messages."""
    found = await context.mailboxes.find(command.mailbox, FolderRights.FOLDER_OWNER)
    if context.selected is not None and context.selected.folder.id == found.folder.id:
        context.close_selected("The mailbox is being deleted.")
    await context.call(context.store.delete_folder, found.opening, found.folder.id)
    await context.services.authorizer.upkeep.deleted(found.opening, found.folder.guid)
    return OK


async def rename(context: SessionContext, command: Rename) -> Outcome:
    """Rename a folder within its mailbox."""
    found = await context.mailboxes.find(command.mailbox, FolderRights.FOLDER_OWNER)
    target = await context.mailboxes.try_locate(command.new_name)
    if target is not None and target.mailbox != found.mailbox:
        raise no("A mailbox can't be moved to another person's.", b"CANNOT")
    if target is None or not await context.mailboxes.may_create(target):
        raise Refusal(NOT_ALLOWED)
    before = await context.call(context.store.folders, found.opening)
    await context.call(context.store.rename_folder, found.opening, found.folder.id, target.path)
    await _begin_new(context, found.opening, target.path, before)
    return OK


async def subscribe(context: SessionContext, command: Subscribe) -> Outcome:
    """Remember whether the user wants to see a folder; it need not be there."""
    located = await context.mailboxes.locate(command.mailbox)
    opening = await context.mailboxes.opening(located.mailbox)
    await context.call(
        context.store.set_subscribed, opening, context.account_guid, located.path, subscribed=command.subscribed
    )
    return OK


async def my_rights(context: SessionContext, command: MyRights) -> Outcome:
    """Answer MYRIGHTS."""
    # RFC 4314 section 4: any right will do; without one, the folder is not there.
    found = await context.mailboxes.find(command.mailbox, FolderRights.NONE)
    if not found.rights:
        raise Refusal(NOT_FOUND)
    mailbox = context.print_mailbox(command.mailbox)
    context.stream.write(print_untagged(b"MYRIGHTS", mailbox, _letters(found)))
    return OK


async def get_acl(context: SessionContext, command: GetAcl) -> Outcome:
    """Answer GETACL with the user's own rights; those of others are the directory's business."""
    found = await context.mailboxes.find(command.mailbox, FolderRights.FOLDER_VISIBLE)
    mailbox = context.print_mailbox(command.mailbox)
    name = print_string(context.mailboxes.account.logon_name.encode("utf-8"))
    context.stream.write(print_untagged(b"ACL", mailbox, name, _letters(found)))
    return OK


async def change_acl(context: SessionContext, command: ChangeAcl) -> Outcome:
    """Refuse SETACL, DELETEACL and LISTRIGHTS: rights are granted by cmdlets."""
    await context.mailboxes.find(command.mailbox, FolderRights.FOLDER_VISIBLE)
    raise no("Permissions can't be changed over IMAP.", b"CANNOT")


async def _locate_new(context: SessionContext, name: str) -> FolderName:
    """Return what the name of a folder to be means.

    Raises ``Refusal`` if it would lie among other people's mailboxes or beside them, or where the user may make none.
    """
    located = await context.mailboxes.try_locate(name)
    if located is None or not await context.mailboxes.may_create(located):
        raise Refusal(NOT_ALLOWED)
    return located


async def _begin_new(context: SessionContext, opening: Opening, path: FolderPath, before: Sequence[MailFolder]) -> None:
    """Give the folder at ``path`` and those above it, as far as they are new, the permissions that they begin with."""
    known = {folder.guid for folder in before}
    new = [
        folder.guid
        for folder in await context.call(context.store.folders, opening)
        if folder.guid not in known and (folder.path.key == path.key or path.is_below(folder.path))
    ]
    if new:
        await context.services.authorizer.upkeep.made(opening, folder_above(path, before), new)


def _letters(found: OpenFolder) -> bytes:
    return letters(found.rights, found.folder).encode("ascii")
