"""The facts of a decision, from a ``Model``: what the store reads in one transaction, for asking the pure policy."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import NAMESPACE_DNS, uuid5

from delegacy.domain.access_token import AccessToken
from delegacy.domain.ace import Ace
from delegacy.domain.facts import OpeningFacts, SendingFacts, Target
from delegacy.domain.recipient import MAIL_GROUPS, RECIPIENTS, RecipientTypeDetails
from delegacy.domain.rights import DirectoryRight, ExtendedRight, MailboxRight, Right
from delegacy.domain.sid import Sid, well_known_by_name
from support.spec.cases import Lifetime
from support.spec.model import Entry, Model, Thing

NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""The moment of every decision about a case."""

RIGHTS: Final[Mapping[str, Right]] = MappingProxyType(
    {right.label: right for kind in (DirectoryRight, ExtendedRight, MailboxRight) for right in kind}
)
ENDS: Final = MappingProxyType(
    {
        Lifetime.FOREVER: None,
        Lifetime.STILL_LASTS: NOW + timedelta(days=1),
        Lifetime.ENDED: NOW - timedelta(days=1),
    }
)
_WITHOUT_SID: Final = frozenset({RecipientTypeDetails.MAIL_CONTACT, RecipientTypeDetails.DYNAMIC_DISTRIBUTION_GROUP})


def sid_of(name: str) -> Sid:
    """Return the SID that a name has in a model: a well-known one, or one made of the name."""
    return well_known_by_name(name) or Sid(f"S-1-5-21-{uuid5(NAMESPACE_DNS, name).int % 2**31}")


def name_of(sid: Sid, model: Model) -> str:
    """Return the name behind a SID."""
    names = (*model.things, *(entry.to for thing in model.things.values() for entry in thing.entries))
    return next(name for name in names if sid_of(name) == sid)


def ace_of(entry: Entry) -> Ace:
    """Return an entry of a model as one of the domain."""
    return Ace(
        sid_of(entry.to),
        frozenset({RIGHTS[entry.right]}),
        allow=not entry.deny,
        inherited=entry.inherited,
        inheritance_type=entry.inheritance,
        expires_at=ENDS[entry.lifetime],
    )


def opening_facts(model: Model, account: str, mailbox: str) -> OpeningFacts | None:
    """Return the facts of opening; None where there is no such mailbox."""
    if mailbox not in model.things or not model.things[mailbox].declared.is_mailbox:
        return None
    thing = model.things[mailbox]
    return OpeningFacts(
        change=1,
        account_disabled=model.things[account].disabled,
        token=_token(model, account),
        mailbox=_target(mailbox, thing),
        mailbox_acl=tuple(ace_of(entry) for entry in thing.entries if entry.is_of_mailbox),
        hidden_mailboxes_denied=model.hidden_mailboxes_denied,
    )


def sending_facts(
    model: Model, account: str, author: str, *, from_its_own_profile: bool = False
) -> SendingFacts | None:
    """Return the facts of sending; None where nobody has the author's address."""
    if author not in model.things or model.things[author].kind not in RECIPIENTS:
        return None
    thing = model.things[author]
    identities = model.identities(account)
    mail_groups = {name for name, one in model.things.items() if one.kind in MAIL_GROUPS}
    return SendingFacts(
        change=1,
        account_disabled=model.things[account].disabled,
        token=_token(model, account),
        author=_target(author, thing),
        ad_acl=tuple(ace_of(entry) for entry in thing.entries if not entry.is_of_mailbox),
        hidden_mailboxes_denied=model.hidden_mailboxes_denied,
        grant_send_on_behalf_to=_sids(thing.send_on_behalf),
        mail_groups=_sids(_groups_above(model, identities, mail_groups)),
        signed_in_as_author=from_its_own_profile,
    )


def linked_facts(model: Model, account: str) -> list[OpeningFacts]:
    """Return the facts of opening each mailbox that is linked to the account for auto-mapping."""
    identities = model.identities(account)
    linked = [name for name, thing in model.things.items() if identities & set(thing.linked_delegates)]
    return [facts for name in linked if (facts := opening_facts(model, account, name)) is not None]


def _token(model: Model, account: str) -> AccessToken:
    identities = model.identities(account)
    security_groups = {name for name, thing in model.things.items() if thing.declared.security_enabled}
    return AccessToken(_sids(identities), _sids(_groups_above(model, identities, security_groups)))


def _groups_above(model: Model, identities: set[str], through: set[str]) -> set[str]:
    """Return those of the groups ``through`` that hold one of the identities, through each other."""
    reached: set[str] = set()
    while True:
        more = {name for name in through - reached if (identities | reached) & set(model.things[name].members)}
        if not more:
            return reached
        reached |= more


def _target(name: str, thing: Thing) -> Target:
    sid = None if thing.kind in _WITHOUT_SID else sid_of(name)
    return Target(0, uuid5(NAMESPACE_DNS, name).bytes, sid, thing.kind, name, f"{name}@contoso.com", thing.hidden)


def _sids(names: Iterable[str]) -> frozenset[Sid]:
    return frozenset(sid_of(name) for name in names)
