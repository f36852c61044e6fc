"""Removing what others may name in their grants."""

from typing import Final

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import DirectoryCmdlet
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import LastAdministrator
from delegacy.domain.ports import DirectoryReader, LostGrant
from delegacy.domain.recipient import Recipient, RecipientTypeDetails

ORGANIZATION_MANAGEMENT: Final = "Organization Management"


def remove_recipient(cmdlet: DirectoryCmdlet, target: Recipient) -> None:
    """Remove an object with every grant that names it, and say which those were. Raises `LastAdministrator`."""
    changes = cmdlet.session.changes
    for group in changes.groups_of(target.id):
        require_administrators_left(changes, group, {target.id})
    lost = changes.remove(target.id)
    cmdlet.modified(target.canonical_name, ModifiedProperty("Guid", str(target.guid), ""))
    for grant in lost:
        cmdlet.modified(target.canonical_name, ModifiedProperty(permission_label(grant), grant.target, ""))
        cmdlet.write_warning(
            _texts.LOST_GRANT.format(
                permission=permission_label(grant), principal=target.canonical_name, target=grant.target
            )
        )


def require_administrators_left(directory: DirectoryReader, group: Recipient, leaving: set[int]) -> None:
    """Raise `LastAdministrator` if nobody would stay in Organization Management when ``leaving`` have left ``group``."""
    if group.recipient_type_details is not RecipientTypeDetails.ROLE_GROUP or group.name != ORGANIZATION_MANAGEMENT:
        return
    if all(member.id in leaving for member in directory.members(group.id)):
        raise LastAdministrator(
            f"'{group.name}' can't be left without members: nobody would be in charge of the organization.", group.name
        )


def permission_label(grant: LostGrant) -> str:
    """Return what a grant gave: the permission, or the rights where they are none of the three."""
    if grant.permission is not None:
        return grant.permission.value
    return ", ".join(right.label for right in sorted(grant.rights))
