"""From whom a recipient accepts messages, and from whom not."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class RestrictionList(IntEnum):
    """A list of senders, or of groups whose members are meant (Set-Mailbox and the like); the values are those that are stored."""

    ACCEPT_MESSAGES_ONLY_FROM = 1
    ACCEPT_MESSAGES_ONLY_FROM_DL_MEMBERS = 2
    REJECT_MESSAGES_FROM = 3
    REJECT_MESSAGES_FROM_DL_MEMBERS = 4


@dataclass(frozen=True, slots=True)
class DeliveryRestrictions:
    """The four lists of one recipient, as keys in the order in which they were given. Without any list mail is taken from everybody."""

    accept_messages_only_from: tuple[int, ...] = ()
    accept_messages_only_from_dl_members: tuple[int, ...] = ()
    reject_messages_from: tuple[int, ...] = ()
    reject_messages_from_dl_members: tuple[int, ...] = ()

    @property
    def lists(self) -> dict[RestrictionList, tuple[int, ...]]:
        """Return the lists by what they are."""
        return {
            RestrictionList.ACCEPT_MESSAGES_ONLY_FROM: self.accept_messages_only_from,
            RestrictionList.ACCEPT_MESSAGES_ONLY_FROM_DL_MEMBERS: self.accept_messages_only_from_dl_members,
            RestrictionList.REJECT_MESSAGES_FROM: self.reject_messages_from,
            RestrictionList.REJECT_MESSAGES_FROM_DL_MEMBERS: self.reject_messages_from_dl_members,
        }

    @property
    def groups(self) -> frozenset[int]:
        """Return the groups whose members are meant."""
        return frozenset((*self.accept_messages_only_from_dl_members, *self.reject_messages_from_dl_members))


UNRESTRICTED: Final = DeliveryRestrictions()
