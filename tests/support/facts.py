"""Facts for unit tests of the policy, each with what a delegate without any right would have."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from delegacy.domain.access_token import AccessToken
from delegacy.domain.ace import Ace
from delegacy.domain.facts import OpeningFacts, SendingFacts, Target
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.rights import InheritanceType, Right
from delegacy.domain.sid import Sid

NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK: Final = timedelta(microseconds=1)

DELEGATE: Final = Sid("S-1-5-21-7-1001")
OWNER: Final = Sid("S-1-5-21-7-1002")
MASTER: Final = Sid("S-1-5-21-9-1001")
HELPDESK: Final = Sid("S-1-5-21-7-2001")
SALES: Final = Sid("S-1-5-21-7-2002")


def ace(
    trustee: Sid,
    *rights: Right,
    allow: bool = True,
    inherited: bool = False,
    inheritance_type: InheritanceType = InheritanceType.ALL,
    expires_at: datetime | None = None,
) -> Ace:
    return Ace(trustee, frozenset(rights), allow, inherited, inheritance_type, expires_at)


def drawn_entry(
    trustee: Sid,
    rights: frozenset[Right],
    *,
    allow: bool = True,
    inherited: bool = False,
    inheritance_type: InheritanceType = InheritanceType.ALL,
    expires_at: datetime | None = None,
) -> Ace:
    """Return an entry; for Hypothesis, which makes up every field of a tuple that it is not told."""
    return Ace(trustee, rights, allow, inherited, inheritance_type, expires_at)


def token(*users: Sid, groups: Iterable[Sid] = ()) -> AccessToken:
    return AccessToken(frozenset(users or (DELEGATE,)), frozenset(groups))


def target(
    kind: RecipientTypeDetails = RecipientTypeDetails.USER_MAILBOX,
    *,
    sid: Sid | None = OWNER,
    hidden: bool = False,
    name: str = "Terry Adams",
    address: str = "terrya@contoso.com",
) -> Target:
    return Target(7, UUID(int=7).bytes, sid, kind, name, address, hidden)


def opening(
    *acl: Ace,
    acting: AccessToken | None = None,
    mailbox: Target | None = None,
    account_disabled: bool = False,
    hidden_mailboxes_denied: bool = True,
) -> OpeningFacts:
    return OpeningFacts(1, account_disabled, acting or token(), mailbox or target(), acl, hidden_mailboxes_denied)


def sending(
    *acl: Ace,
    acting: AccessToken | None = None,
    author: Target | None = None,
    grant_send_on_behalf_to: Iterable[Sid] = (),
    mail_groups: Iterable[Sid] = (),
    **flags: bool,
) -> SendingFacts:
    """Facts of sending; ``flags`` are those fields of ``SendingFacts`` that are true or false."""
    facts = SendingFacts(
        change=1,
        account_disabled=False,
        token=acting or token(),
        author=author or target(),
        ad_acl=acl,
        hidden_mailboxes_denied=True,
        grant_send_on_behalf_to=frozenset(grant_send_on_behalf_to),
        mail_groups=frozenset(mail_groups),
    )
    return facts._replace(**flags)  # type: ignore[arg-type] # the flags are all bool
