"""Whom and what questions about access are about: the moment of -At, and what identities named then."""

from datetime import datetime
from typing import Final

from delegacy.cmdlets._base import DirectoryCmdlet, Identity, Session
from delegacy.domain.access import AccessFacts
from delegacy.domain.errors import InvalidProperty, ManagementObjectAmbiguous, ManagementObjectNotFound
from delegacy.domain.recipient import ACCOUNTS, RECIPIENTS, Recipient, RecipientTypeDetails

_ANY: Final = frozenset(RecipientTypeDetails)


def moment_of(session: Session, at: datetime | None) -> datetime | None:
    """Return the moment in UTC. Raises `InvalidProperty` for one that has not come."""
    if at is None:
        return None
    moment = session.to_utc(at)
    if moment > session.clock.now():
        raise InvalidProperty(f"-At is {moment:%Y-%m-%d %H:%M:%S} UTC, which hasn't come yet.", "At")
    return moment


def find_target(cmdlet: DirectoryCmdlet, identity: Identity, at: datetime | None = None) -> int:
    """Return the key of the object with this identity, one with an address where there is one. Raises `LookupFailed`."""
    found = _found(cmdlet, identity, RECIPIENTS, at) or _found(cmdlet, identity, _ANY, at)
    return _only(cmdlet, identity, {each.id for each in found})


def find_account(cmdlet: DirectoryCmdlet, facts: AccessFacts, identity: Identity, at: datetime | None = None) -> int:
    """Return the key of the account that signs in as whom the identity names: of a linked mailbox its master.

    A linked mailbox and its master may have one name. Raises `LookupFailed`.
    """
    found = [each.id for each in _found(cmdlet, identity, ACCOUNTS, at)]
    signing_in = facts.signing_in(found)
    return _only(cmdlet, identity, {signing_in.get(key, key) for key in found})


def _found(
    cmdlet: DirectoryCmdlet, identity: Identity, kinds: frozenset[RecipientTypeDetails], at: datetime | None
) -> tuple[Recipient, ...]:
    """Return what has this identity; for a moment that has passed, also what has been removed since."""
    directory = cmdlet.session.directory
    found = directory.find(identity.key, kinds)
    if not found and at is not None:
        return tuple(each for each in directory.formerly(identity.key) if each.recipient_type_details in kinds)
    return found


def _only(cmdlet: DirectoryCmdlet, identity: Identity, keys: set[int]) -> int:
    if not keys:
        raise ManagementObjectNotFound(identity.text, cmdlet.session.organization.server)
    if len(keys) > 1:
        raise ManagementObjectAmbiguous(identity.text)
    return keys.pop()
