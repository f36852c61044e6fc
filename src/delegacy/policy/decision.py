"""What a decider answers: ``Allow`` or ``Deny``, each with its reason and the entry that decided. Falling off the end is a denial."""

from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from delegacy.domain.ace import Ace


class OpenRight(Enum):
    """Why a mailbox opens."""

    OWNER = "owner"
    FULL_ACCESS = "Full Access"
    FOLDER_PERMISSION = "folder permission"


class OpenDenial(Enum):
    """Why a mailbox does not open."""

    ACCOUNT_DISABLED = "the account is disabled"
    NO_SUCH_MAILBOX = "there is no such mailbox"
    HIDDEN_FROM_ADDRESS_LISTS = "the mailbox is hidden from address lists"
    FULL_ACCESS_DENIED = "an entry denies Full Access"
    NO_FULL_ACCESS = "nothing grants Full Access"
    PROTOCOL_SWITCHED_OFF = "the protocol is switched off for the mailbox, or for the account's own"


class SendRight(Enum):
    """Why a message may carry this From."""

    OWNER = "owner"
    SEND_AS = "Send As"
    SEND_ON_BEHALF = "Send on Behalf"


class SendDenial(Enum):
    """Why a message may not carry this From."""

    ACCOUNT_DISABLED = "the account is disabled"
    NO_SUCH_AUTHOR = "nobody here has this address"
    HIDDEN_FROM_ADDRESS_LISTS = "the mailbox is hidden from address lists"
    SEND_AS_DENIED = "an entry denies Send As"
    SEND_AS_REQUIRED = "a session opened on the mailbox itself needs Send As"
    NO_SEND_RIGHT = "nothing grants Send As or Send on Behalf"


class DeliveryDenial(Enum):
    """Why a recipient does not take a message from its sender."""

    SENDER_NOT_AUTHENTICATED = "the recipient takes mail from authenticated senders only"
    SENDER_REJECTED = "the recipient takes no mail from this sender"
    MEMBERS_REJECTED = "the recipient takes no mail from the members of a group that the sender is in"
    SENDER_NOT_ACCEPTED = "the sender isn't among those from whom the recipient takes mail"


class Obligation(Enum):
    """What must happen besides, when what was allowed is done."""

    SHOW_DELEGATE = "put the delegate in Sender and in the envelope"
    LEAVE_NO_TRACE = "name the author alone, in the header and in the envelope"
    COPY_TO_SENT_ITEMS = "put a copy in the Sent Items of the author's mailbox"


RightT = TypeVar("RightT", OpenRight, SendRight)
DenialT = TypeVar("DenialT", OpenDenial, SendDenial)


@dataclass(frozen=True, slots=True)
class Allow(Generic[RightT]):
    """Yes: by which right, decided by which entry (None for the owner and for a list), and what must happen besides."""

    right: RightT
    entry: Ace | None = None
    obligations: frozenset[Obligation] = frozenset()


@dataclass(frozen=True, slots=True)
class Deny(Generic[DenialT]):
    """No: the reason, and the entry that decided where one did."""

    reason: DenialT
    entry: Ace | None = None


OpenDecision = Allow[OpenRight] | Deny[OpenDenial]
SendDecision = Allow[SendRight] | Deny[SendDenial]
