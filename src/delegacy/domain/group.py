"""Groups: what they are made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Membership:
    """One step of a chain of groups: ``member`` is in ``group``, both as they print."""

    member: str
    group: str
