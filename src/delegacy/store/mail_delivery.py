"""Delivered messages: copies into many mailboxes, in a transaction that somebody else runs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from delegacy.domain.folder import FolderNotFound, SpecialFolder
from delegacy.domain.mail_item import AnalysedMessage
from delegacy.domain.mail_store import Deposit, Placed
from delegacy.store import mail_folders, mail_messages
from delegacy.store.mail_messages import NewMessage
from delegacy.store.mail_transaction import MailTransaction


def place_copies(
    transaction: MailTransaction, message: AnalysedMessage, deposits: Sequence[Deposit], received: datetime, now: int
) -> tuple[Placed, ...]:
    """Put the message where the deposits say, its content stored once; return where, deposit by deposit.

    ``now`` is the present moment in seconds, for mailboxes that come into being.
    """
    folder_ids = {
        place: _special_folder(transaction, *place, now)
        for place in sorted({(deposit.mailbox_guid, deposit.folder) for deposit in deposits}, key=str)
    }
    locked = mail_folders.lock_folders(
        transaction, [(mailbox, folder_id) for (mailbox, _), folder_id in folder_ids.items()]
    )
    content_id = mail_messages.store_content(transaction, message)
    placed = []
    for deposit in deposits:
        place = (deposit.mailbox_guid, folder_ids[deposit.mailbox_guid, deposit.folder])
        # A second copy for a folder finds its numbers changed by the first.
        folder = locked.pop(place, None) or mail_folders.find_folder(transaction, *place)
        new = NewMessage(content_id, deposit.flags, int(received.timestamp()), len(message.content))
        placed.append(mail_messages.place(transaction, folder, [new]))
    return tuple(placed)


def _special_folder(transaction: MailTransaction, mailbox: UUID, special: SpecialFolder, now: int) -> int:
    found = mail_folders.find_special_folder(transaction, mailbox, special)
    if found is None:
        mail_folders.ensure_mailbox(transaction, mailbox, now)
        found = mail_folders.find_special_folder(transaction, mailbox, special)
    if found is None:
        raise FolderNotFound("The mailbox has no such folder.", special.value)
    return found
