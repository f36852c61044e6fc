"""How much mailboxes hold, as objects: sizes, and the statistics of mailboxes and folders."""

from collections.abc import Callable, Sequence
from typing import Final

from delegacy.cmdlets._base import Session
from delegacy.cmdlets._views import UNCHANGED
from delegacy.domain.folder import MailFolder, SpecialFolder
from delegacy.domain.mailbox_usage import Logon
from delegacy.domain.recipient import Recipient
from delegacy.powershell.values import PSObject, ScriptMethod

MAILBOX_STATISTICS: Final = "Microsoft.Exchange.Management.MapiTasks.Presentation.MailboxStatistics"
FOLDER_STATISTICS: Final = "Microsoft.Exchange.Management.Tasks.MailboxFolderConfiguration"
_SIZE: Final = "Microsoft.Exchange.Data.ByteQuantifiedSize"
_LIMITED_SIZE: Final = "Microsoft.Exchange.Data.Unlimited`1[Microsoft.Exchange.Data.ByteQuantifiedSize]"
_UNITS: Final = ("B", "KB", "MB", "GB", "TB")
_STEP: Final = 1024


def folder_size(octets: int) -> PSObject:
    """Return a size: prints as ``1.5 MB (1,572,864 bytes)``, compares as a number, and has ``ToMB()`` and the like."""
    exact = {f"To{unit}": ScriptMethod(_whole(octets, power)) for power, unit in enumerate(_UNITS) if power}
    return PSObject(_SIZE, {"ToBytes": ScriptMethod(lambda: octets), **exact}, text=size_text(octets), order=octets)


def mailbox_size(octets: int) -> PSObject:
    """Return a size that could be without limit: the same, with the size proper in ``Value``."""
    size = folder_size(octets)
    return PSObject(_LIMITED_SIZE, {"IsUnlimited": False, "Value": size}, text=size.text, order=octets)


def size_text(octets: int) -> str:
    """Return a size in the largest unit that leaves a whole number before the point, four digits of it, and in octets."""
    power, value = 0, float(octets)
    while value >= _STEP and power < len(_UNITS) - 1:
        power, value = power + 1, value / _STEP
    return f"{value:.4g} {_UNITS[power]} ({octets:,} bytes)"


def mailbox_statistics(
    session: Session, mailbox: Recipient, folders: Sequence[MailFolder], logon: Logon | None
) -> PSObject:
    """Return how much a mailbox holds, and who opened it last, as Get-MailboxStatistics writes it."""
    deleted = [folder for folder in folders if folder.special is SpecialFolder.DELETED_ITEMS]
    guid = str(mailbox.guid)
    return PSObject(
        MAILBOX_STATISTICS,
        {
            "RunspaceId": session.runspace_id,
            "AssociatedItemCount": 0,
            "DeletedItemCount": sum(folder.message_count for folder in deleted),
            "DisconnectDate": None,
            "DisplayName": mailbox.display_name,
            "ItemCount": sum(folder.message_count for folder in folders),
            "LastLoggedOnUserAccount": None if logon is None else logon.account,
            "LastLogoffTime": None,
            "LastLogonTime": None if logon is None else logon.at,
            "LegacyDN": mailbox.legacy_exchange_dn,
            "MailboxGuid": mailbox.guid,
            "ObjectClass": "Mailbox",
            "StorageLimitStatus": "NoChecking",
            "TotalDeletedItemSize": mailbox_size(sum(folder.size for folder in deleted)),
            "TotalItemSize": mailbox_size(sum(folder.size for folder in folders)),
            "ServerName": session.organization.server.partition(".")[0],
            "MailboxTypeDetail": mailbox.recipient_type_details.value,
            "IsArchiveMailbox": False,
            "Identity": guid,
            "OriginatingServer": session.organization.server,
            "IsValid": True,
            "ObjectState": UNCHANGED,
        },
        text=guid,
    )


def _whole(octets: int, power: int) -> Callable[[], int]:
    return lambda: octets // _STEP**power
