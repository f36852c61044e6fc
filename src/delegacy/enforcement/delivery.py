"""Who takes the mail of one sender: asked for each recipient that a message meets on its way."""

import logging
from collections.abc import Sequence
from typing import Final

from delegacy.domain.address import SmtpAddress, normalise_domain
from delegacy.domain.delivery_restriction import UNRESTRICTED, DeliveryRestrictions
from delegacy.domain.facts import DeliveryFacts
from delegacy.domain.ports import DirectoryReader
from delegacy.domain.recipient import Recipient
from delegacy.policy.decision import DeliveryDenial
from delegacy.policy.delivery import decide_delivery

_log = logging.getLogger(__name__)

_AUTHENTICATION: Final = "RequireSenderAuthenticationEnabled"


class SenderCheck:
    """Decides about the recipients of one message, in the read transaction of ``directory``.

    ``author`` is who the message is from: the author where it was sent with Send As, the delegate where it was sent on behalf. It is None
    where he isn't known yet, and for what the system itself sends; then nothing is asked but whether somebody signed in.
    """

    def __init__(self, directory: DirectoryReader, author: SmtpAddress | None, *, authenticated: bool) -> None:
        self._directory = directory
        self._author = author
        self._authenticated = authenticated
        self._restrictions: dict[int, DeliveryRestrictions] = {}
        self._memberships: dict[int, bool] = {}
        self._sender: Recipient | None = None
        self._is_vouched_for = authenticated
        self._is_known = author is None

    def look_ahead(self, recipients: Sequence[Recipient]) -> None:
        """Read the restrictions of many recipients at once; those of others are read one by one."""
        if self._author is None:
            return
        keys = [recipient.id for recipient in recipients if recipient.id not in self._restrictions]
        found = self._directory.delivery_restrictions(keys)
        self._restrictions.update((key, found.get(key, UNRESTRICTED)) for key in keys)

    def denial(self, recipient: Recipient) -> DeliveryDenial | None:
        """Return why the recipient does not take the message; None if it does."""
        denial = decide_delivery(self._facts(recipient))
        if denial is not None:
            target = str(recipient.primary_smtp_address or recipient.name)
            _log.info(
                "delivery denied",
                extra={"author": str(self._author or ""), "target": target, "reason": denial.value},
            )
        return denial

    def _facts(self, recipient: Recipient) -> DeliveryFacts:
        restrictions = self._restrictions_of(recipient)
        restricted = restrictions is not UNRESTRICTED
        if restricted and not self._is_known:
            self._look_up()
        return DeliveryFacts(
            requires_authentication=recipient.attributes.get(_AUTHENTICATION, False) is True,
            authenticated=self._authenticated,
            is_vouched_for=self._is_vouched_for,
            sender=None if self._sender is None else self._sender.id,
            groups=frozenset(group for group in restrictions.groups if self._is_in(group))
            if restricted
            else frozenset(),
            restrictions=restrictions,
        )

    def _restrictions_of(self, recipient: Recipient) -> DeliveryRestrictions:
        if self._author is None:
            return UNRESTRICTED
        self.look_ahead([recipient])
        return self._restrictions[recipient.id]

    def _look_up(self) -> None:
        """Find the sender. What nobody signed in for may be anybody's who writes from outside, and is nobody's of an accepted domain."""
        self._is_known = True
        if self._author is None:
            return
        self._sender = self._directory.by_address(self._author.key)
        if not self._authenticated:
            ours = {normalise_domain(domain.domain_name) for domain in self._directory.accepted_domains()}
            self._is_vouched_for = self._author.domain_key not in ours

    def _is_in(self, group: int) -> bool:
        if self._sender is None:
            return False
        if group not in self._memberships:
            self._memberships[group] = self._directory.gets_mail_of(group, self._sender.id)
        return self._memberships[group]
