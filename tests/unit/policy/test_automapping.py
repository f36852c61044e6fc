import pytest

from delegacy.domain.ace import Ace
from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.facts import OpeningFacts
from delegacy.domain.rights import MailboxRight
from delegacy.domain.sid import EVERYONE
from delegacy.policy.automapping import mapped_mailboxes
from support.facts import DELEGATE, HELPDESK, MASTER, NOW, OWNER, TICK, ace, opening, target, token

MEMBER = token(DELEGATE, groups=[HELPDESK])
GRANT = ace(DELEGATE, MailboxRight.FULL_ACCESS)
DENY = ace(DELEGATE, MailboxRight.FULL_ACCESS, allow=False)
TO_GROUP = ace(HELPDESK, MailboxRight.FULL_ACCESS)


def is_mapped(facts: OpeningFacts) -> bool:
    mapped = mapped_mailboxes([facts], NOW)
    assert mapped in ((), (facts.mailbox,))
    return bool(mapped)


def test_a_linked_mailbox_that_opens_is_in_the_profile() -> None:
    assert is_mapped(opening(GRANT))


def test_no_link_nothing_in_the_profile() -> None:
    assert mapped_mailboxes([], NOW) == ()


@pytest.mark.parametrize(
    "facts",
    [
        opening(),
        opening(GRANT, DENY),
        opening(GRANT, ace(EVERYONE, MailboxRight.FULL_ACCESS, allow=False)),
        opening(GRANT, mailbox=target(hidden=True)),
        opening(GRANT, account_disabled=True),
        opening(ace(DELEGATE, MailboxRight.FULL_ACCESS, expires_at=NOW)),
        opening(ace(DELEGATE, MailboxRight.READ_PERMISSION)),
    ],
)
def test_a_link_shows_nothing_that_does_not_open(facts: OpeningFacts) -> None:
    assert not is_mapped(facts)


def test_a_hidden_mailbox_is_in_the_profile_where_the_organization_allows_it() -> None:
    assert is_mapped(opening(GRANT, mailbox=target(hidden=True), hidden_mailboxes_denied=False))


def test_ones_own_mailbox_is_not_mapped() -> None:
    assert not is_mapped(opening(ace(OWNER, MailboxRight.FULL_ACCESS), acting=token(OWNER)))


@pytest.mark.parametrize(
    "entry",
    [
        ace(DELEGATE, MailboxRight.FULL_ACCESS, expires_at=NOW),
        ace(DELEGATE, MailboxRight.FULL_ACCESS, inherited=True),
        ace(DELEGATE, MailboxRight.READ_PERMISSION),
        ace(DELEGATE, MailboxRight.READ_PERMISSION, allow=False),
        ace(OWNER, MailboxRight.FULL_ACCESS),
        ace(EVERYONE, MailboxRight.FULL_ACCESS),
    ],
)
def test_a_group_keeps_no_mailbox_in_the_profile_when_the_grant_to_the_individual_is_gone(entry: Ace) -> None:
    assert not is_mapped(opening(TO_GROUP, entry, acting=MEMBER))


def test_a_group_beside_the_individual_changes_nothing() -> None:
    assert is_mapped(opening(TO_GROUP, GRANT, acting=MEMBER))
    assert is_mapped(opening(TO_GROUP, ace(DELEGATE, MailboxRight.FULL_ACCESS, expires_at=NOW + TICK), acting=MEMBER))


def test_a_grant_to_the_master_account_is_one_to_the_individual() -> None:
    assert is_mapped(opening(ace(MASTER, MailboxRight.FULL_ACCESS), acting=token(MASTER, DELEGATE)))


def test_a_mailbox_that_is_closed_to_the_protocol_is_in_no_profile_of_it() -> None:
    facts = opening(ace(DELEGATE, MailboxRight.FULL_ACCESS))._replace(switched_off=frozenset({ClientProtocol.IMAP}))
    assert mapped_mailboxes([facts], NOW, ClientProtocol.IMAP) == ()
    assert len(mapped_mailboxes([facts], NOW)) == 1


def test_mapped_mailboxes_come_by_display_name() -> None:
    names = [
        ("beta", "b@contoso.com"),
        ("Alpha", "z@contoso.com"),
        ("alpha", "a@contoso.com"),
        ("Gamma", "g@contoso.com"),
    ]
    linked = [opening(GRANT, mailbox=target(name=name, address=address)) for name, address in names]
    assert [mailbox.address for mailbox in mapped_mailboxes(linked, NOW)] == [
        "a@contoso.com",
        "z@contoso.com",
        "b@contoso.com",
        "g@contoso.com",
    ]
