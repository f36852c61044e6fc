"""Which mailboxes open in an account's profile by themselves."""

from collections.abc import Iterable
from datetime import datetime

from delegacy.domain.facts import OpeningFacts, Target
from delegacy.policy.decision import Allow, OpenRight
from delegacy.policy.opening import decide_open


def mapped_mailboxes(linked: Iterable[OpeningFacts], now: datetime) -> tuple[Target, ...]:
    """Return, of the mailboxes linked to an account for auto-mapping, those that it can open as a delegate, by display name.

    A link is made by a grant to the individual (Add-MailboxPermission -AutoMapping); it shows nothing that does not open: a deny, a
    hidden mailbox or an expired grant keep the mailbox out of the profile.
    """
    mapped = []
    for facts in linked:
        decision = decide_open(facts, now)
        if isinstance(decision, Allow) and decision.right is OpenRight.FULL_ACCESS:
            mapped.append(facts.mailbox)
    return tuple(sorted(mapped, key=lambda mailbox: (mailbox.display_name.casefold(), mailbox.address)))
