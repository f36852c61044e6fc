"""Removing what others may name in their grants."""

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import DirectoryCmdlet
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.ports import LostGrant
from delegacy.domain.recipient import Recipient


def remove_recipient(cmdlet: DirectoryCmdlet, target: Recipient) -> None:
    """Remove an object with every grant that names it, and say which those were."""
    lost = cmdlet.session.changes.remove(target.id)
    cmdlet.modified(target.canonical_name, ModifiedProperty("Guid", str(target.guid), ""))
    for grant in lost:
        cmdlet.modified(target.canonical_name, ModifiedProperty(permission_label(grant), grant.target, ""))
        cmdlet.write_warning(
            _texts.LOST_GRANT.format(
                permission=permission_label(grant), principal=target.canonical_name, target=grant.target
            )
        )


def permission_label(grant: LostGrant) -> str:
    """Return what a grant gave: the permission, or the rights where they are none of the three."""
    if grant.permission is not None:
        return grant.permission.value
    return ", ".join(right.label for right in sorted(grant.rights))
