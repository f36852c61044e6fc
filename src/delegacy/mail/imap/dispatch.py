"""Which function runs which command of a session that has signed in."""

from delegacy.domain.folder import FolderRights
from delegacy.mail.imap import folders, listing, messages, selecting
from delegacy.mail.imap.context import SessionContext
from delegacy.mail.imap.namespace import OTHER_USERS
from delegacy.mail.imap.replies import OK, Outcome
from delegacy.mail.imap.rights import admits_removal
from delegacy.wire.imap.commands import (
    Append,
    ChangeAcl,
    Copy,
    Create,
    Delete,
    Expunge,
    Fetch,
    GetAcl,
    List,
    ListSubscribed,
    MyRights,
    Rename,
    Search,
    Select,
    Status,
    Store,
    Subscribe,
)
from delegacy.wire.imap.printing import print_string, print_untagged

_LookingCommand = Select | List | ListSubscribed | Status | MyRights | GetAcl
_ChangingCommand = Create | Delete | Rename | Subscribe | ChangeAcl


async def run_on_messages(
    context: SessionContext, command: Fetch | Store | Search | Copy | Expunge | Append, tag: str
) -> Outcome:
    """Run a command about messages; ``tag`` is part of the answer to a search."""
    match command:
        case Fetch():
            return await messages.fetch(context, command)
        case Store():
            return await messages.store(context, command)
        case Search():
            return await messages.search(context, command, tag)
        case Copy():
            return await messages.copy(context, command)
        case Expunge():
            return await messages.expunge(context, command)
        case Append():
            return await messages.append(context, command)


async def run_on_folders(context: SessionContext, command: _LookingCommand | _ChangingCommand) -> Outcome:
    """Run a command about folders."""
    if isinstance(command, _LookingCommand):
        return await _look_at_folders(context, command)
    return await _change_folders(context, command)


async def _look_at_folders(context: SessionContext, command: _LookingCommand) -> Outcome:
    match command:
        case Select():
            return await selecting.select(context, command)
        case List():
            return await listing.list_folders(context, command)
        case ListSubscribed():
            return await listing.list_subscribed(context, command)
        case Status():
            return await folders.status(context, command)
        case MyRights():
            return await folders.my_rights(context, command)
        case GetAcl():
            return await folders.get_acl(context, command)


async def _change_folders(context: SessionContext, command: _ChangingCommand) -> Outcome:
    match command:
        case Create():
            return await folders.create(context, command)
        case Delete():
            return await folders.delete(context, command)
        case Rename():
            return await folders.rename(context, command)
        case Subscribe():
            return await folders.subscribe(context, command)
        case ChangeAcl():
            return await folders.change_acl(context, command)


async def leave_folder(context: SessionContext, *, expunge: bool) -> Outcome:
    """Leave the selected folder; messages with the flag ``DELETED`` go without a word if they may (RFC 9051 section 6.4.1)."""
    selected = context.selected
    if selected is None:
        if expunge or not context.selection_lost:
            raise context.nothing_selected()
        context.select(None)
        return OK
    if expunge and not selected.read_only:
        selected = await context.use_selected(FolderRights.READ_ANY)
        if admits_removal(selected.rights):  # RFC 4314 section 4: it is closed all the same
            await messages.remove_deleted(context, selected, None)
    context.select(None)
    return OK


def show_namespace(context: SessionContext) -> Outcome:
    """Answer NAMESPACE (RFC 2342): one's own folders, if any, and those of other people."""
    own = b'(("" "/"))' if context.mailboxes.has_root else b"NIL"
    others = b"NIL"
    if not context.mailboxes.direct:
        others = b'((%b "/"))' % print_string(f"{OTHER_USERS}/".encode("ascii"))
    context.stream.write(print_untagged(b"NAMESPACE", own, others, b"NIL"))
    return OK


def enable(context: SessionContext, capabilities: tuple[bytes, ...]) -> Outcome:
    """Answer ENABLE (RFC 5161): what is not known is passed over."""
    enabled = context.enabled
    answer = [b"ENABLED"]
    for capability in dict.fromkeys(capabilities):
        match capability:
            case b"IMAP4REV2":
                enabled.rev2 = True
                answer.append(b"IMAP4rev2")  # as CAPABILITY has it, for clients that compare octets
                continue
            case b"CONDSTORE":
                context.enable_condstore()
            case b"QRESYNC":
                context.enable_condstore()
                enabled.qresync = True
            case _:
                continue
        answer.append(capability)
    context.stream.write(print_untagged(*answer))
    return OK
