"""Removing what others may name in their grants: objects, and their mail."""

from dataclasses import replace

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import DirectoryCmdlet
from delegacy.cmdlets._settings import Plan
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.delivery_restriction import UNRESTRICTED
from delegacy.domain.ports import LostGrant, Place
from delegacy.domain.properties import property_named
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.domain.rights import Permission


def remove_recipient(cmdlet: DirectoryCmdlet, target: Recipient) -> None:
    """Remove an object with every grant that names it, and say which those were."""
    opened = cmdlet.session.changes.accepting_only_from(target.id)
    lost = cmdlet.session.changes.remove(target.id)
    cmdlet.modified(target.canonical_name, ModifiedProperty("Guid", str(target.guid), ""))
    for grant in lost:
        _tell_lost(cmdlet, target, permission_label(grant), grant.target)
    for recipient in opened:
        cmdlet.write_warning(
            _texts.OPEN_TO_EVERYBODY.format(identity=recipient.canonical_name, sender=target.canonical_name)
        )


def withdraw_mail(cmdlet: DirectoryCmdlet, target: Recipient, kind: RecipientTypeDetails) -> None:
    """Make an object with mail one of ``kind``, which has none, and take with its mail every grant that goes with it, saying which."""
    changes = cmdlet.session.changes
    lost = _places_of(cmdlet, target)
    _set_send_on_behalf(cmdlet, target.id, [])
    for ace in changes.mailbox_acl(target.id).entries:
        if not ace.inherited:
            changes.revoke(target.id, ace.trustee, ace.rights, allow=ace.allow)
    changes.unlink(target.id)
    changes.remove_folder_permissions(target.id)
    changes.set_delivery_restrictions(target.id, UNRESTRICTED)
    after = replace(
        target,
        recipient_type_details=kind,
        alias=None,
        primary_smtp_address=None,
        email_addresses=(),
        legacy_exchange_dn="",
        hidden_from_address_lists_enabled=False,
        linked_master_account=None,
        when_changed=cmdlet.session.clock.now(),
        attributes=_attributes_of_kind(target, kind),
    )
    changes.update(after)
    cmdlet.modified(target.canonical_name, *Plan(target, after).changes())
    for place in lost:
        _tell_lost(cmdlet, target, Permission.SEND_ON_BEHALF.value, place.canonical_name)


def _places_of(cmdlet: DirectoryCmdlet, delegate: Recipient) -> list[Recipient]:
    """Take a recipient out of every Send on Behalf list, for what has no mail can be in none, and return whose lists those were."""
    changes, lost = cmdlet.session.changes, []
    for holding in changes.what_can(delegate.id):
        if holding.permission is Permission.SEND_ON_BEHALF and holding.trustee == delegate.sid:
            delegates = changes.grant_send_on_behalf_to(holding.target)
            _set_send_on_behalf(cmdlet, holding.target, [one.id for one in delegates if one.id != delegate.id])
            lost.append(changes.get(holding.target))
    return lost


def _set_send_on_behalf(cmdlet: DirectoryCmdlet, target: int, delegates: list[int]) -> None:
    session = cmdlet.session
    session.changes.set_grant_send_on_behalf_to(
        target, delegates, Place(session.caller_name, session.clock.now(), named=())
    )


def _attributes_of_kind(target: Recipient, kind: RecipientTypeDetails) -> dict[str, object]:
    """Return the properties that the object keeps when it becomes ``kind``."""
    known = {name: property_named(name) for name in target.attributes}
    return {
        name: value
        for name, value in target.attributes.items()
        if (prop := known[name]) is not None and kind in prop.kinds
    }


def _tell_lost(cmdlet: DirectoryCmdlet, principal: Recipient, permission: str, target: str) -> None:
    cmdlet.modified(principal.canonical_name, ModifiedProperty(permission, target, ""))
    cmdlet.write_warning(
        _texts.LOST_GRANT.format(permission=permission, principal=principal.canonical_name, target=target)
    )


def permission_label(grant: LostGrant) -> str:
    """Return what a grant gave: the permission, or the rights where they are none of the three."""
    if grant.permission is not None:
        return grant.permission.value
    if grant.on_folders:
        return "Folder permission"
    return ", ".join(right.label for right in sorted(grant.rights))
