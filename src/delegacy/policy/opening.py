"""Whether an account opens a mailbox."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.facts import FolderFacts, OpeningFacts
from delegacy.domain.folder import FolderRights, FolderRole
from delegacy.domain.folder_permission import DEFAULT
from delegacy.domain.rights import ADMITS_FULL_ACCESS
from delegacy.policy.access_check import deciding_entry
from delegacy.policy.decision import Allow, Deny, OpenDecision, OpenDenial, OpenRight

_AS_OWNER: Final = Allow(OpenRight.OWNER)
_WITHOUT_RIGHT: Final = Deny(OpenDenial.NO_FULL_ACCESS)


def decide_open(facts: OpeningFacts | None, now: datetime, over: ClientProtocol | None = None) -> OpenDecision:
    """Decide whether the account opens the mailbox; ``facts`` is None where there is no such mailbox or account.

    ``over`` is the protocol by which it is to be opened: one that is switched off for the mailbox, or for the account's own, opens nothing,
    not even to the owner (Set-CASMailbox). None asks about the right alone.

    The owner opens it otherwise always. A delegate needs Full Access, and a mailbox hidden from address lists opens for none, whatever was
    granted, while the organization keeps that rule. Sending rights play no part (Manage permissions for recipients).
    """
    if facts is None:
        return Deny(OpenDenial.NO_SUCH_MAILBOX)
    if facts.account_disabled:
        return Deny(OpenDenial.ACCOUNT_DISABLED)
    if over in facts.switched_off:
        return Deny(OpenDenial.PROTOCOL_SWITCHED_OFF)
    mailbox, token = facts.mailbox, facts.token
    if mailbox.sid in token.users:
        return _AS_OWNER
    if mailbox.hidden and facts.hidden_mailboxes_denied:
        return Deny(OpenDenial.HIDDEN_FROM_ADDRESS_LISTS)
    entry = deciding_entry(facts.mailbox_acl, token, ADMITS_FULL_ACCESS, now, mailbox.sid)
    if entry is None:
        return _WITHOUT_RIGHT
    if entry.allow:
        return Allow(OpenRight.FULL_ACCESS, entry)
    return Deny(OpenDenial.FULL_ACCESS_DENIED, entry)


def decide_enter(
    facts: OpeningFacts | None, folders: FolderFacts | None, now: datetime, over: ClientProtocol | None = None
) -> OpenDecision:
    """Decide whether the account opens the mailbox, if only for the sake of some of its folders.

    A right in one folder is enough where nothing grants Full Access. It is not where an entry on the mailbox itself denies Full Access, and
    it takes nobody past the rule for hidden mailboxes. What mailboxes inherit keeps administrators out of mailboxes, not out of folders that
    they were let into.
    """
    decision = decide_open(facts, now, over)
    if not is_open_for_folders(decision) or folders is None or not rights_by_folder(folders):
        return decision
    return Allow(OpenRight.FOLDER_PERMISSION)


def is_open_for_folders(decision: OpenDecision) -> bool:
    """Tell whether rights in folders count beside a decision about the mailbox as a whole."""
    if isinstance(decision, Allow):
        return False
    inherited = decision.entry is not None and decision.entry.inherited
    return decision.reason is OpenDenial.NO_FULL_ACCESS or (
        decision.reason is OpenDenial.FULL_ACCESS_DENIED and inherited
    )


def rights_by_folder(facts: FolderFacts) -> Mapping[UUID, FolderRights]:
    """Return what the account may do in each folder where it may do anything.

    In a folder its own entry counts, even one that gives nothing; without one, what its groups' entries give together; and without those
    what everybody has. The owner of a folder sees it and makes folders below it (Add-MailboxFolderPermission).
    """
    own: dict[UUID, FolderRights] = {}
    of_groups: dict[UUID, FolderRights] = {}
    of_everybody: dict[UUID, FolderRights] = {}
    for folder, trustee, rights, _ in facts.entries:
        if trustee in facts.token.users:
            found = own
        elif trustee in facts.token.groups:
            found = of_groups
        elif trustee == DEFAULT:
            found = of_everybody
        else:
            continue
        found[folder] = found.get(folder, FolderRights.NONE) | rights
    effective = {**of_everybody, **of_groups, **own}
    return {folder: _with_implied(rights) for folder, rights in effective.items() if rights}


def _with_implied(rights: FolderRights) -> FolderRights:
    if FolderRights.FOLDER_OWNER in rights:
        return rights | FolderRights.FOLDER_VISIBLE | FolderRights.CREATE_SUBFOLDER
    return rights


def folder_rights(right: OpenRight, granted: Mapping[UUID, FolderRights], folder: UUID) -> FolderRights:
    """Return what an open mailbox may be used for in one of its folders; ``granted`` is what folder permissions give.

    The owner and whoever has Full Access act as owner of every folder; folder permissions are not needed beside them
    (Add-MailboxPermission).
    """
    match right:
        case OpenRight.OWNER | OpenRight.FULL_ACCESS:
            return FolderRole.OWNER.rights
        case OpenRight.FOLDER_PERMISSION:
            return granted.get(folder, FolderRights.NONE)
