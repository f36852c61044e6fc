"""The moment that -At names, and what an identity named then."""

from datetime import datetime

from delegacy.cmdlets._base import DirectoryCmdlet, Identity, Session
from delegacy.domain.errors import InvalidProperty, ManagementObjectAmbiguous, ManagementObjectNotFound
from delegacy.domain.recipient import Recipient, RecipientTypeDetails


def moment_of(session: Session, at: datetime | None) -> datetime | None:
    """Return the moment in UTC. Raises `InvalidProperty` for one that has not come."""
    if at is None:
        return None
    moment = session.to_utc(at)
    if moment > session.clock.now():
        raise InvalidProperty(f"-At is {moment:%Y-%m-%d %H:%M:%S} UTC, which hasn't come yet.", "At")
    return moment


def find_at(
    cmdlet: DirectoryCmdlet, identity: Identity, kinds: frozenset[RecipientTypeDetails], at: datetime | None
) -> Recipient:
    """Return the one object with this identity; for a moment that has passed, also one that has been removed since.

    Raises `LookupFailed`.
    """
    try:
        return cmdlet.find(identity, kinds)
    except ManagementObjectNotFound:
        gone = [] if at is None else cmdlet.session.directory.formerly(identity.key)
        found = [each for each in gone if not kinds or each.recipient_type_details in kinds]
        if not found:
            raise
        if len(found) > 1:
            raise ManagementObjectAmbiguous(identity.text) from None
        return found[0]
