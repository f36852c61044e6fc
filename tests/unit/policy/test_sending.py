import pytest

from delegacy.domain.recipient import MAILBOXES, RecipientTypeDetails
from delegacy.domain.rights import ExtendedRight, MailboxRight
from delegacy.domain.sid import EVERYONE, SELF
from delegacy.policy.decision import Allow, Deny, Obligation, SendDenial, SendRight
from delegacy.policy.sending import decide_send
from support.facts import DELEGATE, HELPDESK, MASTER, NOW, OWNER, SALES, ace, sending, target, token

SEND_AS = ace(DELEGATE, ExtendedRight.SEND_AS)
SEND_AS_DENIED = ace(DELEGATE, ExtendedRight.SEND_AS, allow=False)
OWNING = token(OWNER)

AS = Allow(SendRight.SEND_AS, SEND_AS, frozenset({Obligation.LEAVE_NO_TRACE}))
ON_BEHALF = Allow(SendRight.SEND_ON_BEHALF, None, frozenset({Obligation.SHOW_DELEGATE}))
GROUPS = [kind for kind in RecipientTypeDetails if kind not in MAILBOXES]


def test_an_address_that_is_nobodys_may_not_be_used() -> None:
    assert decide_send(None, NOW) == Deny(SendDenial.NO_SUCH_AUTHOR)


def test_everybody_sends_as_himself_with_nothing_besides() -> None:
    assert decide_send(sending(acting=OWNING), NOW) == Allow(SendRight.OWNER)


def test_the_master_account_sends_as_its_linked_mailbox() -> None:
    linked = target(RecipientTypeDetails.LINKED_MAILBOX)
    assert decide_send(sending(acting=token(MASTER, OWNER), author=linked), NOW) == Allow(SendRight.OWNER)
    assert decide_send(sending(acting=token(MASTER), author=linked), NOW) == Deny(SendDenial.NO_SEND_RIGHT)


def test_send_as_leaves_no_trace() -> None:
    assert decide_send(sending(SEND_AS), NOW) == AS


def test_send_on_behalf_shows_the_delegate() -> None:
    assert decide_send(sending(grant_send_on_behalf_to=[DELEGATE]), NOW) == ON_BEHALF


def test_send_as_is_used_where_both_are_granted() -> None:
    assert decide_send(sending(SEND_AS, grant_send_on_behalf_to=[DELEGATE]), NOW) == AS


def test_nothing_granted_means_no() -> None:
    assert decide_send(sending(), NOW) == Deny(SendDenial.NO_SEND_RIGHT)


def test_full_access_lets_nobody_send() -> None:
    entry = ace(DELEGATE, MailboxRight.FULL_ACCESS, MailboxRight.SEND_AS, ExtendedRight.RECEIVE_AS)
    assert decide_send(sending(entry), NOW) == Deny(SendDenial.NO_SEND_RIGHT)


def test_the_authors_own_entry_is_for_nobody_else() -> None:
    assert decide_send(sending(ace(SELF, ExtendedRight.SEND_AS)), NOW) == Deny(SendDenial.NO_SEND_RIGHT)


def test_a_deny_of_send_as_refuses_and_is_named() -> None:
    assert decide_send(sending(SEND_AS, SEND_AS_DENIED), NOW) == Deny(SendDenial.SEND_AS_DENIED, SEND_AS_DENIED)


def test_a_deny_of_send_as_leaves_a_place_in_the_send_on_behalf_list() -> None:
    assert decide_send(sending(SEND_AS_DENIED, grant_send_on_behalf_to=[DELEGATE]), NOW) == ON_BEHALF


def test_a_deny_to_everyone_does_not_keep_the_author_from_sending() -> None:
    entry = ace(EVERYONE, ExtendedRight.SEND_AS, allow=False)
    assert decide_send(sending(entry, acting=OWNING), NOW) == Allow(SendRight.OWNER)


def test_send_as_counts_through_a_security_group_of_the_token() -> None:
    entry = ace(HELPDESK, ExtendedRight.SEND_AS)
    assert decide_send(sending(entry, acting=token(DELEGATE, groups=[HELPDESK])), NOW) == Allow(
        SendRight.SEND_AS, entry, frozenset({Obligation.LEAVE_NO_TRACE})
    )


def test_send_as_does_not_count_through_a_group_that_only_has_an_address() -> None:
    entry = ace(HELPDESK, ExtendedRight.SEND_AS)
    assert decide_send(sending(entry, mail_groups=[HELPDESK]), NOW) == Deny(SendDenial.NO_SEND_RIGHT)


def test_send_on_behalf_counts_through_a_group_with_an_address() -> None:
    assert decide_send(sending(grant_send_on_behalf_to=[HELPDESK], mail_groups=[HELPDESK]), NOW) == ON_BEHALF


def test_send_on_behalf_does_not_count_through_another_group() -> None:
    facts = sending(grant_send_on_behalf_to=[SALES, OWNER], mail_groups=[HELPDESK])
    assert decide_send(facts, NOW) == Deny(SendDenial.NO_SEND_RIGHT)


def test_send_on_behalf_of_a_linked_delegate_counts_for_its_master_account() -> None:
    facts = sending(acting=token(MASTER, DELEGATE), grant_send_on_behalf_to=[DELEGATE])
    assert decide_send(facts, NOW) == ON_BEHALF


@pytest.mark.parametrize("kind", sorted(MAILBOXES, key=str))
def test_nobody_but_the_owner_sends_from_a_hidden_mailbox(kind: RecipientTypeDetails) -> None:
    hidden = target(kind, hidden=True)
    refused = Deny(SendDenial.HIDDEN_FROM_ADDRESS_LISTS)
    assert decide_send(sending(SEND_AS, author=hidden), NOW) == refused
    assert decide_send(sending(author=hidden, grant_send_on_behalf_to=[DELEGATE]), NOW) == refused
    assert decide_send(sending(author=hidden, acting=OWNING), NOW) == Allow(SendRight.OWNER)


def test_a_hidden_mailbox_is_sent_from_where_the_organization_allows_it() -> None:
    hidden = target(hidden=True)
    assert decide_send(sending(SEND_AS, author=hidden, hidden_mailboxes_denied=False), NOW) == AS
    assert decide_send(sending(author=hidden, hidden_mailboxes_denied=False), NOW) == Deny(SendDenial.NO_SEND_RIGHT)


@pytest.mark.parametrize("kind", GROUPS)
def test_the_rule_for_hidden_mailboxes_is_not_for_others(kind: RecipientTypeDetails) -> None:
    hidden = target(kind, hidden=True)
    assert decide_send(sending(SEND_AS, author=hidden), NOW) == AS
    assert decide_send(sending(author=hidden, grant_send_on_behalf_to=[DELEGATE]), NOW) == ON_BEHALF
    assert decide_send(sending(author=hidden), NOW) == Deny(SendDenial.NO_SEND_RIGHT)


def test_an_author_without_an_account_is_nobodys_own() -> None:
    everyone = target(RecipientTypeDetails.DYNAMIC_DISTRIBUTION_GROUP, sid=None)
    assert decide_send(sending(author=everyone), NOW) == Deny(SendDenial.NO_SEND_RIGHT)
    assert decide_send(sending(ace(SELF, ExtendedRight.SEND_AS), author=everyone), NOW) == Deny(
        SendDenial.NO_SEND_RIGHT
    )
    assert decide_send(sending(SEND_AS, author=everyone), NOW) == AS


# Can't send an email message when Full Access permission is granted to a shared mailbox
def test_a_session_opened_on_the_author_needs_send_as() -> None:
    assert decide_send(sending(SEND_AS, signed_in_as_author=True), NOW) == AS
    assert decide_send(sending(grant_send_on_behalf_to=[DELEGATE], signed_in_as_author=True), NOW) == Deny(
        SendDenial.SEND_AS_REQUIRED
    )
    assert decide_send(sending(signed_in_as_author=True), NOW) == Deny(SendDenial.NO_SEND_RIGHT)


def test_a_disabled_account_sends_nothing_not_even_as_itself() -> None:
    refused = Deny(SendDenial.ACCOUNT_DISABLED)
    assert decide_send(sending(SEND_AS, account_disabled=True), NOW) == refused
    assert decide_send(sending(acting=OWNING, account_disabled=True), NOW) == refused
    assert decide_send(sending(grant_send_on_behalf_to=[DELEGATE], account_disabled=True), NOW) == refused


# Automatically save sent items in delegator's mailbox
@pytest.mark.parametrize(("copy_sent_as", "copied"), [(True, True), (False, False)])
def test_a_message_sent_as_is_copied_where_the_author_asks_for_it(*, copy_sent_as: bool, copied: bool) -> None:
    decision = decide_send(sending(SEND_AS, copy_sent_as=copy_sent_as, copy_sent_on_behalf=not copy_sent_as), NOW)
    assert isinstance(decision, Allow)
    assert (Obligation.COPY_TO_SENT_ITEMS in decision.obligations) == copied
    assert decision.obligations - {Obligation.COPY_TO_SENT_ITEMS} == {Obligation.LEAVE_NO_TRACE}


@pytest.mark.parametrize(("copy_sent_on_behalf", "copied"), [(True, True), (False, False)])
def test_a_message_sent_on_behalf_is_copied_where_the_author_asks_for_it(
    *, copy_sent_on_behalf: bool, copied: bool
) -> None:
    facts = sending(
        grant_send_on_behalf_to=[DELEGATE],
        copy_sent_on_behalf=copy_sent_on_behalf,
        copy_sent_as=not copy_sent_on_behalf,
    )
    decision = decide_send(facts, NOW)
    assert isinstance(decision, Allow)
    assert (Obligation.COPY_TO_SENT_ITEMS in decision.obligations) == copied
    assert decision.obligations - {Obligation.COPY_TO_SENT_ITEMS} == {Obligation.SHOW_DELEGATE}


def test_what_the_author_sends_himself_is_not_copied() -> None:
    assert decide_send(sending(acting=OWNING, copy_sent_as=True, copy_sent_on_behalf=True), NOW) == Allow(
        SendRight.OWNER
    )
