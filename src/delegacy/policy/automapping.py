"""Which mailboxes open in an account's profile by themselves, and which are shown for the sake of some of their folders."""

from collections.abc import Iterable
from datetime import datetime

from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.facts import OpeningFacts, Target
from delegacy.domain.rights import ADMITS_FULL_ACCESS
from delegacy.policy.decision import Allow, OpenRight
from delegacy.policy.opening import decide_open, is_open_for_folders


def mapped_mailboxes(
    linked: Iterable[OpeningFacts], now: datetime, over: ClientProtocol | None = None
) -> tuple[Target, ...]:
    """Return, of the mailboxes linked to an account for auto-mapping, those that it can open as a delegate, by display name.

    A link is made by a grant to the individual (Add-MailboxPermission -AutoMapping) and shows nothing that does not open: a deny or the
    rule for hidden mailboxes keep the mailbox out of the profile. Where the grant to the individual has expired, the same right through
    a group does not keep it in. ``over`` is the protocol of the profile (``decide_open``).
    """
    mapped = []
    for facts in linked:
        decision = decide_open(facts, now, over)
        if isinstance(decision, Allow) and decision.right is OpenRight.FULL_ACCESS and _names_individual(facts, now):
            mapped.append(facts.mailbox)
    return _by_display_name(mapped)


def mailboxes_with_folders(
    facts: Iterable[OpeningFacts], now: datetime, over: ClientProtocol | None = None
) -> tuple[Target, ...]:
    """Return, of the mailboxes in which somebody has rights in folders, those that he can enter for them or opens anyway, by display name."""
    entered = []
    for one in facts:
        decision = decide_open(one, now, over)
        opens = isinstance(decision, Allow) and decision.right is OpenRight.FULL_ACCESS
        if opens or is_open_for_folders(decision):
            entered.append(one.mailbox)
    return _by_display_name(entered)


def _by_display_name(mailboxes: Iterable[Target]) -> tuple[Target, ...]:
    return tuple(sorted(mailboxes, key=lambda mailbox: (mailbox.display_name.casefold(), mailbox.address)))


def _names_individual(facts: OpeningFacts, now: datetime) -> bool:
    """Tell whether an explicit entry about Full Access names the account itself; it allows, for a deny would have decided."""
    return any(
        not entry.inherited
        and entry.trustee in facts.token.users
        and not entry.rights.isdisjoint(ADMITS_FULL_ACCESS)
        and entry.is_in_force(now)
        for entry in facts.mailbox_acl
    )
