"""Where a message goes: addresses to mailboxes and other servers, through groups, contacts and forwarding; each place once."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from types import MappingProxyType
from typing import Final
from uuid import UUID

from delegacy.domain.address import InvalidAddress, ProxyAddress, SmtpAddress, normalise_domain
from delegacy.domain.errors import InvalidFilter
from delegacy.domain.ports import DirectoryReader, RecipientQuery
from delegacy.domain.recipient import MAIL_GROUPS, RECIPIENTS, Recipient, RecipientTypeDetails
from delegacy.domain.recipient_filter import parse_filter
from delegacy.domain.sid import administrator_sid
from delegacy.enforcement.delivery import SenderCheck
from delegacy.policy.decision import DeliveryDenial

AUTHORITATIVE: Final = "Authoritative"
"""The type of an accepted domain whose every recipient is in the directory (New-AcceptedDomain -DomainType)."""

_GROUPS: Final = MAIL_GROUPS | {RecipientTypeDetails.DYNAMIC_DISTRIBUTION_GROUP}


class Undeliverable(Enum):
    """Why a recipient cannot be reached."""

    NOT_FOUND = "nobody has the address"
    NOT_OURS = "the address is of another organization, and we don't relay"
    NO_ROUTE = "the address is of another organization, and there is no smarthost"
    NO_EXTERNAL_ADDRESS = "the contact has no usable external address"
    GROUP_NEEDS_SIGN_IN = "the group takes mail from authenticated senders only"
    MAILBOX_NEEDS_SIGN_IN = "the recipient takes mail from authenticated senders only"
    GROUP_NOT_FOR_SENDER = "the group takes no mail from this sender"
    MAILBOX_NOT_FOR_SENDER = "the recipient takes no mail from this sender"
    FILTER_UNREADABLE = "the group's filter cannot be read"
    LOOP = "the recipient's mail is passed on to where it came from"


_RESTRICTIONS: Final = MappingProxyType(
    {
        DeliveryDenial.SENDER_NOT_AUTHENTICATED: (
            Undeliverable.GROUP_NEEDS_SIGN_IN,
            Undeliverable.MAILBOX_NEEDS_SIGN_IN,
        ),
        DeliveryDenial.SENDER_REJECTED: (Undeliverable.GROUP_NOT_FOR_SENDER, Undeliverable.MAILBOX_NOT_FOR_SENDER),
        DeliveryDenial.MEMBERS_REJECTED: (Undeliverable.GROUP_NOT_FOR_SENDER, Undeliverable.MAILBOX_NOT_FOR_SENDER),
        DeliveryDenial.SENDER_NOT_ACCEPTED: (Undeliverable.GROUP_NOT_FOR_SENDER, Undeliverable.MAILBOX_NOT_FOR_SENDER),
    }
)
"""What a restriction that the sender does not meet means for a group, and for anybody else."""
RESTRICTED: Final = frozenset(reason for pair in _RESTRICTIONS.values() for reason in pair)
"""The reasons that are the recipient's own wish."""
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Origin:
    """Who sent a message, as far as routing goes.

    ``sender`` is the reverse-path (None for the null one) and ``author`` who the message is from where that is known (``SenderCheck``).
    """

    sender: SmtpAddress | None
    authenticated: bool
    may_send_out: bool
    author: SmtpAddress | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Where a message goes.

    ``remote`` are addresses of other servers, each with the address that hears if it cannot be reached there (None: nobody);
    ``undeliverable`` are recipients that were met on the way and cannot be reached, with the reason and who hears of it.
    """

    mailboxes: tuple[UUID, ...]
    remote: Mapping[SmtpAddress, SmtpAddress | None]
    undeliverable: Mapping[SmtpAddress, tuple[Undeliverable, SmtpAddress | None]]


def examine(directory: DirectoryReader, address: SmtpAddress, origin: Origin) -> Undeliverable | None:
    """Return why a recipient cannot be reached, as far as can be told without looking into groups; None if it can."""
    expansion = _Expansion(directory, origin)
    if not origin.authenticated and not expansion.is_accepted(address):
        return Undeliverable.NOT_OURS
    recipient = directory.by_address(address.key)
    if recipient is not None and recipient.recipient_type_details in _GROUPS:
        return expansion.restriction(recipient)
    expansion.add_address(address, None)
    return next((reason for reason, _ in expansion.undeliverable.values()), None)


def route(directory: DirectoryReader, recipients: Iterable[SmtpAddress], origin: Origin) -> Route:
    """Return where a message for ``recipients`` goes, in one read transaction.

    A message with the null reverse-path is a report: a group is not expanded for it, its managers get it if ReportToManagerEnabled is set, and
    otherwise nobody.
    """
    expansion = _Expansion(directory, origin)
    for address in recipients:
        expansion.add_address(address, origin.sender)
    return Route(
        tuple(expansion.mailboxes), MappingProxyType(expansion.remote), MappingProxyType(expansion.undeliverable)
    )


class _Expansion:
    """What has been found so far. Objects are visited once each, so cycles end."""

    def __init__(self, directory: DirectoryReader, origin: Origin) -> None:
        self._directory = directory
        self._origin = origin
        self._domains = {
            normalise_domain(domain.domain_name): domain.domain_type for domain in directory.accepted_domains()
        }
        self._check = SenderCheck(directory, origin.author, authenticated=origin.authenticated)
        self._visited: dict[int, int] = {}  # when each was
        self._passing_on: dict[int, None] = {}
        self._came_back = self._joined = False
        self.mailboxes: dict[UUID, None] = {}
        self.remote: dict[SmtpAddress, SmtpAddress | None] = {}
        self.undeliverable: dict[SmtpAddress, tuple[Undeliverable, SmtpAddress | None]] = {}

    def is_accepted(self, address: SmtpAddress) -> bool:
        return address.domain_key in self._domains

    def restriction(self, recipient: Recipient) -> Undeliverable | None:
        """Return the delivery restriction that the sender does not meet."""
        denial = self._check.denial(recipient)
        if denial is None:
            return None
        group, other = _RESTRICTIONS[denial]
        return group if recipient.recipient_type_details in _GROUPS else other

    def add_address(self, address: SmtpAddress, report_to: SmtpAddress | None) -> None:
        recipient = self._directory.by_address(address.key) or self._postmaster(address)
        if recipient is not None and recipient.recipient_type_details in RECIPIENTS:
            self._add(recipient, address, report_to)
        elif self._domains.get(address.domain_key) == AUTHORITATIVE:
            self.undeliverable.setdefault(address, (Undeliverable.NOT_FOUND, report_to))
        else:
            self._add_remote(address, report_to)

    def _postmaster(self, address: SmtpAddress) -> Recipient | None:
        """Return the built-in administrator for the postmaster of a domain of ours that has given nobody the address.

        RFC 5321 section 4.5.1: mail to postmaster is taken, and our reports come from there.
        """
        if address.local_part.casefold() != "postmaster" or self._domains.get(address.domain_key) != AUTHORITATIVE:
            return None
        return self._directory.by_sid(administrator_sid(self._directory.organization().domain.sid))

    def _add_remote(self, address: SmtpAddress, report_to: SmtpAddress | None) -> None:
        if self._origin.may_send_out:
            self.remote.setdefault(address, report_to)
        else:
            self.undeliverable.setdefault(address, (Undeliverable.NO_ROUTE, report_to))

    def _add(self, recipient: Recipient, address: SmtpAddress, report_to: SmtpAddress | None) -> None:
        if recipient.id in self._visited:
            self._came_back |= recipient.id in self._passing_on
            self._joined |= self._visited[recipient.id] < self._visited[next(iter(self._passing_on), recipient.id)]
            return
        self._visited[recipient.id] = len(self._visited)
        restriction = self.restriction(recipient)
        if restriction is not None:
            self.undeliverable.setdefault(address, (restriction, report_to))
        elif recipient.recipient_type_details in MAIL_GROUPS:
            self._add_group(recipient, self._directory.members(recipient.id), report_to)
        elif recipient.recipient_type_details is RecipientTypeDetails.DYNAMIC_DISTRIBUTION_GROUP:
            self._add_dynamic_group(recipient, address, report_to)
        elif recipient.is_mailbox:
            self._add_mailbox(recipient, address, report_to)
        else:
            with self._passed_on(recipient, address, report_to):
                self._add_external(recipient, address, report_to)

    def _add_group(self, group: Recipient, members: Iterable[Recipient], report_to: SmtpAddress | None) -> None:
        managers = self._managers(group)
        if self._origin.sender is None:
            members, report_to = managers, None
        elif group.attributes.get("ReportToManagerEnabled", False):
            report_to = next((manager.primary_smtp_address for manager in managers), None)
        elif not group.attributes.get("ReportToOriginatorEnabled", True):
            report_to = None
        remaining = iter(members)
        while page := list(islice(remaining, _AT_ONCE)):
            self._check.look_ahead(page)
            for member in page:
                if member.recipient_type_details in RECIPIENTS and member.primary_smtp_address is not None:
                    self._add(member, member.primary_smtp_address, report_to)

    def _managers(self, group: Recipient) -> list[Recipient]:
        """Return the managers that hear of reports; never a group, so that a report does not reach one this way."""
        if not group.attributes.get("ReportToManagerEnabled", False):
            return []
        return [one for one in self._directory.managers(group.id) if one.primary_smtp_address and not one.is_group]

    def _add_dynamic_group(self, group: Recipient, address: SmtpAddress, report_to: SmtpAddress | None) -> None:
        try:
            query = RecipientQuery(
                kinds=RECIPIENTS,
                filter=parse_filter(group.recipient_filter) if group.recipient_filter else None,
                container=group.recipient_container,
            )
        except InvalidFilter:
            self.undeliverable.setdefault(address, (Undeliverable.FILTER_UNREADABLE, report_to))
            return
        self._add_group(group, self._directory.list(query) if query.filter is not None else (), report_to)

    def _add_mailbox(self, mailbox: Recipient, address: SmtpAddress, report_to: SmtpAddress | None) -> None:
        forward_to = _external_address(mailbox, "ForwardingSmtpAddress")
        with self._passed_on(mailbox, address, report_to):
            if forward_to is None or mailbox.attributes.get("DeliverToMailboxAndForward", False):
                self.mailboxes.setdefault(mailbox.guid)
            if forward_to is not None:
                self.add_address(forward_to, report_to)

    @contextmanager
    def _passed_on(self, recipient: Recipient, address: SmtpAddress, report_to: SmtpAddress | None) -> Iterator[None]:
        """Follow the mail of a recipient to others.

        Where it only comes back, and joins nobody who was reached before, the first who passed it on has not been reached.
        """
        is_first, reached = not self._passing_on, self._count_reached()
        if is_first:
            self._came_back = self._joined = False
        self._passing_on[recipient.id] = None
        yield
        del self._passing_on[recipient.id]
        if is_first and self._came_back and not self._joined and self._count_reached() == reached:
            self.undeliverable.setdefault(address, (Undeliverable.LOOP, report_to))

    def _count_reached(self) -> int:
        return len(self.mailboxes) + len(self.remote) + len(self.undeliverable)

    def _add_external(self, recipient: Recipient, address: SmtpAddress, report_to: SmtpAddress | None) -> None:
        """Add a mail user or contact, whose external address is often one of its own in the directory."""
        external = _external_address(recipient, "ExternalEmailAddress")
        if external is None:
            self.undeliverable.setdefault(address, (Undeliverable.NO_EXTERNAL_ADDRESS, report_to))
        elif (other := self._directory.by_address(external.key)) is not None and other.id != recipient.id:
            self._add(other, external, report_to)
        elif self._domains.get(external.domain_key) == AUTHORITATIVE:
            self.undeliverable.setdefault(address, (Undeliverable.NO_EXTERNAL_ADDRESS, report_to))
        else:
            self._add_remote(external, report_to)


def _external_address(recipient: Recipient, attribute: str) -> SmtpAddress | None:
    text = recipient.attributes.get(attribute)
    if not isinstance(text, str):
        return None
    try:
        return ProxyAddress.parse(text).smtp_address
    except InvalidAddress:
        return None
