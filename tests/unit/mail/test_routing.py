from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.delivery_restriction import DeliveryRestrictions
from delegacy.domain.organization import AcceptedDomain
from delegacy.domain.recipient import MAILBOXES, Recipient, RecipientTypeDetails
from delegacy.mail.reports import failure_for, reply_for
from delegacy.mail.routing import Origin, Route, Undeliverable, examine, route
from support.smtp_world import SmtpWorld

BILL = SmtpAddress.parse("bill@fabrikam.com")
INSIDE = Origin(SmtpAddress.parse("raymonds@contoso.com"), authenticated=True, may_send_out=False)
INSIDE_WITH_SMARTHOST = replace(INSIDE, may_send_out=True)
OUTSIDE = Origin(BILL, authenticated=False, may_send_out=True)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SmtpWorld]:
    world = SmtpWorld(tmp_path)
    yield world
    world.close()


def routed(world: SmtpWorld, origin: Origin, *names: str) -> Route:
    with world.store.read() as directory:
        return route(directory, [SmtpAddress.parse(name) for name in names], origin)


def examined(world: SmtpWorld, origin: Origin, name: str) -> Undeliverable | None:
    with world.store.read() as directory:
        return examine(directory, SmtpAddress.parse(name), origin)


def people(world: SmtpWorld, found: Route) -> set[str]:
    names = {recipient.guid: name for name, recipient in world.people.items()}
    return {names[guid] for guid in found.mailboxes}


def add(world: SmtpWorld, name: str, kind: RecipientTypeDetails, **fields: object) -> Recipient:
    world.change(lambda directory: world.add(directory, name, name.title(), kind, **fields))
    return world.people[name]


@pytest.mark.parametrize(
    ("origin", "address", "expected"),
    [
        (INSIDE, "ayla@contoso.com", None),
        (INSIDE, "AYLA@Contoso.com", None),
        (INSIDE, "hal@contoso.com", None),
        (INSIDE, "staff@contoso.com", None),
        (INSIDE, "boxed@contoso.com", None),
        (INSIDE, "nobody@contoso.com", Undeliverable.NOT_FOUND),
        (INSIDE, "bill@fabrikam.com", Undeliverable.NO_ROUTE),
        (INSIDE_WITH_SMARTHOST, "bill@fabrikam.com", None),
        (INSIDE, "partner@contoso.com", Undeliverable.NO_ROUTE),
        (INSIDE, "partner@fabrikam.com", Undeliverable.NO_ROUTE),
        (INSIDE_WITH_SMARTHOST, "partner@contoso.com", None),
        (OUTSIDE, "ayla@contoso.com", None),
        (OUTSIDE, "everyone@contoso.com", None),
        (OUTSIDE, "dynamic@contoso.com", None),
        (OUTSIDE, "partner@contoso.com", None),
        (OUTSIDE, "nobody@contoso.com", Undeliverable.NOT_FOUND),
        (OUTSIDE, "bill@fabrikam.com", Undeliverable.NOT_OURS),
        (OUTSIDE, "partner@fabrikam.com", Undeliverable.NOT_OURS),
        (OUTSIDE, "ayla@mail.contoso.com", Undeliverable.NOT_OURS),
        (OUTSIDE, "staff@contoso.com", Undeliverable.GROUP_NEEDS_SIGN_IN),
        (OUTSIDE, "boxed@contoso.com", Undeliverable.MAILBOX_NEEDS_SIGN_IN),
    ],
)
def test_recipients_are_examined(
    world: SmtpWorld, origin: Origin, address: str, expected: Undeliverable | None
) -> None:
    assert examined(world, origin, address) is expected


def test_mail_for_postmaster_is_taken_for_every_domain_of_ours(world: SmtpWorld) -> None:
    world.change(lambda directory: directory.add_accepted_domain(AcceptedDomain("Second", "example.org")))
    relay = AcceptedDomain("Relay", "relay.example", domain_type="InternalRelay")
    world.change(lambda directory: directory.add_accepted_domain(relay))
    assert examined(world, OUTSIDE, "postmaster@fabrikam.com") is Undeliverable.NOT_OURS
    assert examined(world, OUTSIDE, "postmaster2@contoso.com") is Undeliverable.NOT_FOUND
    assert examined(world, INSIDE, "postmaster@relay.example") is Undeliverable.NO_ROUTE
    for name in ("postmaster@contoso.com", "PostMaster@example.org"):
        assert examined(world, OUTSIDE, name) is None
        with world.store.read() as directory:
            administrator = directory.resolve("Administrator", MAILBOXES)
        assert routed(world, OUTSIDE, name).mailboxes == (administrator.guid,)
    # Whoever is given the address has it.
    addresses = (*world.people["carol"].email_addresses, ProxyAddress.parse("smtp:postmaster@contoso.com"))
    world.change(lambda directory: directory.update(replace(world.people["carol"], email_addresses=addresses)))
    assert people(world, routed(world, OUTSIDE, "postmaster@contoso.com")) == {"carol"}
    # Without an administrator there is nobody.
    world.change(lambda directory: directory.remove(administrator.id))
    assert examined(world, OUTSIDE, "postmaster@example.org") is Undeliverable.NOT_FOUND


def test_accounts_and_groups_without_mail_receive_none(world: SmtpWorld) -> None:
    add(world, "plain", RecipientTypeDetails.UNIVERSAL_SECURITY_GROUP)
    assert examined(world, INSIDE, "plain@contoso.com") is Undeliverable.NOT_FOUND
    assert routed(world, INSIDE, "plain@contoso.com").mailboxes == ()


def test_groups_reach_each_mailbox_once(world: SmtpWorld) -> None:
    found = routed(world, INSIDE, "everyone@contoso.com", "inner@contoso.com", "ayla@contoso.com", "ayla@contoso.com")
    assert people(world, found) == {"terrya", "carol", "ayla", "hal"}
    assert len(found.mailboxes) == 4


def test_restricted_members_of_an_open_group_get_nothing_from_outside(world: SmtpWorld) -> None:
    found = routed(world, OUTSIDE, "mixed@contoso.com")
    assert people(world, found) == {"ayla"}
    assert found.undeliverable == {SmtpAddress.parse("boxed@contoso.com"): (Undeliverable.MAILBOX_NEEDS_SIGN_IN, BILL)}
    assert dict(found.remote) == {SmtpAddress.parse("partner@fabrikam.com"): BILL}


def test_dynamic_groups_are_filled_at_the_moment(world: SmtpWorld) -> None:
    assert people(world, routed(world, INSIDE, "dynamic@contoso.com")) == {"carol", "terrya"}
    world.change(lambda directory: directory.update(replace(world.people["terrya"], alias="terry")))
    assert people(world, routed(world, INSIDE, "dynamic@contoso.com")) == {"carol"}


def test_a_dynamic_group_without_a_filter_has_no_members(world: SmtpWorld) -> None:
    add(world, "empty", RecipientTypeDetails.DYNAMIC_DISTRIBUTION_GROUP)
    found = routed(world, INSIDE, "empty@contoso.com")
    assert (found.mailboxes, dict(found.undeliverable)) == ((), {})


def test_a_filter_that_cannot_be_read_is_reported(world: SmtpWorld) -> None:
    add(world, "broken", RecipientTypeDetails.DYNAMIC_DISTRIBUTION_GROUP, recipient_filter="Alias -resembles 'x'")
    found = routed(world, INSIDE, "broken@contoso.com")
    assert found.undeliverable[SmtpAddress.parse("broken@contoso.com")][0] is Undeliverable.FILTER_UNREADABLE


def test_forwarding_replaces_the_mailbox_or_adds_to_it(world: SmtpWorld) -> None:
    assert people(world, routed(world, INSIDE, "away@contoso.com")) == {"ayla"}
    both = {"ForwardingSmtpAddress": "smtp:ayla@contoso.com", "DeliverToMailboxAndForward": True}
    world.change(lambda directory: directory.update(replace(world.people["away"], attributes=both)))
    assert people(world, routed(world, INSIDE, "away@contoso.com")) == {"away", "ayla"}


def test_forwarding_in_a_circle_ends(world: SmtpWorld) -> None:
    back = {"ForwardingSmtpAddress": "away@contoso.com", "DeliverToMailboxAndForward": True}
    world.change(lambda directory: directory.update(replace(world.people["ayla"], attributes=back)))
    assert people(world, routed(world, INSIDE, "away@contoso.com")) == {"ayla"}


def forwards(world: SmtpWorld, name: str, to: str) -> None:
    attributes = {"ForwardingSmtpAddress": f"{to}@contoso.com"}
    world.change(lambda directory: directory.update(replace(world.people[name], attributes=attributes)))


def test_mail_that_only_goes_round_is_not_taken(world: SmtpWorld) -> None:
    forwards(world, "ayla", "carol")
    forwards(world, "carol", "away")  # who forwards to Ayla
    assert examined(world, INSIDE, "carol@contoso.com") is Undeliverable.LOOP
    found = routed(world, INSIDE, "away@contoso.com", "carol@contoso.com")
    assert dict(found.undeliverable) == {
        SmtpAddress.parse("away@contoso.com"): (Undeliverable.LOOP, INSIDE.sender),
    }
    assert found.mailboxes == ()
    # Those beside the circle get theirs.
    assert people(world, routed(world, INSIDE, "everyone@contoso.com")) == {"terrya", "hal"}


def test_mail_that_is_passed_on_to_oneself_is_not_taken(world: SmtpWorld) -> None:
    forwards(world, "ayla", "ayla")
    assert examined(world, INSIDE, "ayla@contoso.com") is Undeliverable.LOOP
    for one, other in (("jack", "jill"), ("jill", "jack")):
        to = {"ExternalEmailAddress": f"SMTP:{other}@contoso.com"}
        add(world, one, RecipientTypeDetails.MAIL_CONTACT, attributes=to)
    assert examined(world, INSIDE_WITH_SMARTHOST, "jill@contoso.com") is Undeliverable.LOOP


def test_mail_that_comes_back_and_reaches_others_too_is_taken(world: SmtpWorld) -> None:
    forwards(world, "ayla", "everyone")  # where she is a member
    assert examined(world, INSIDE, "ayla@contoso.com") is None
    found = routed(world, INSIDE, "ayla@contoso.com")
    assert people(world, found) == {"terrya", "carol", "hal"}
    assert dict(found.undeliverable) == {}
    forwards(world, "carol", "ayla")
    assert examined(world, INSIDE, "carol@contoso.com") is None
    # Reached on another way, before.
    found = routed(world, INSIDE, "terrya@contoso.com", "hal@contoso.com", "ayla@contoso.com")
    assert people(world, found) == {"terrya", "hal"}
    assert dict(found.undeliverable) == {}


def test_one_who_passes_on_to_somebody_reached_already_is_in_no_circle(world: SmtpWorld) -> None:
    found = routed(world, INSIDE, "ayla@contoso.com", "away@contoso.com")
    assert (people(world, found), dict(found.undeliverable)) == ({"ayla"}, {})


def test_forwarding_outside_needs_a_way(world: SmtpWorld) -> None:
    out = {"ForwardingSmtpAddress": "bill@fabrikam.com"}
    world.change(lambda directory: directory.update(replace(world.people["away"], attributes=out)))
    assert dict(routed(world, INSIDE_WITH_SMARTHOST, "away@contoso.com").remote) == {BILL: INSIDE.sender}
    assert dict(routed(world, INSIDE, "away@contoso.com").undeliverable) == {
        BILL: (Undeliverable.NO_ROUTE, INSIDE.sender)
    }


def test_a_forwarding_address_that_is_none_is_as_if_there_were_none(world: SmtpWorld) -> None:
    wrong = {"ForwardingSmtpAddress": "not an address"}
    world.change(lambda directory: directory.update(replace(world.people["away"], attributes=wrong)))
    assert people(world, routed(world, INSIDE, "away@contoso.com")) == {"away"}


@pytest.mark.parametrize("external", [None, "not an address", "X400:c=us", "SMTP:lost@contoso.com"])
def test_a_contact_without_a_usable_external_address_cannot_be_reached(world: SmtpWorld, external: str | None) -> None:
    address = SmtpAddress.parse("lost@contoso.com")
    add(
        world,
        "lost",
        RecipientTypeDetails.MAIL_CONTACT,
        email_addresses=(ProxyAddress.primary(address),),
        attributes={} if external is None else {"ExternalEmailAddress": external},
    )
    assert examined(world, INSIDE_WITH_SMARTHOST, "lost@contoso.com") is Undeliverable.NO_EXTERNAL_ADDRESS


def test_a_contact_may_stand_for_a_mailbox_here(world: SmtpWorld) -> None:
    add(world, "nick", RecipientTypeDetails.MAIL_CONTACT, attributes={"ExternalEmailAddress": "SMTP:ayla@contoso.com"})
    assert people(world, routed(world, INSIDE, "nick@contoso.com")) == {"ayla"}


def test_a_domain_that_is_shared_sends_on_what_is_not_here(world: SmtpWorld) -> None:
    world.change(
        lambda directory: directory.add_accepted_domain(AcceptedDomain("Shared", "shared.example", "InternalRelay"))
    )
    assert examined(world, OUTSIDE, "somebody@shared.example") is None
    assert examined(world, replace(OUTSIDE, may_send_out=False), "somebody@shared.example") is Undeliverable.NO_ROUTE
    assert list(routed(world, OUTSIDE, "somebody@shared.example").remote) == [
        SmtpAddress.parse("somebody@shared.example")
    ]


def test_a_report_does_not_open_a_group(world: SmtpWorld) -> None:
    report = Origin(None, authenticated=False, may_send_out=False)
    assert people(world, routed(world, report, "everyone@contoso.com", "dynamic@contoso.com")) == set()
    assert people(world, routed(world, report, "managed@contoso.com")) == {"ayla", "carol"}
    assert people(world, routed(world, report, "ayla@contoso.com")) == {"ayla"}


def test_a_report_goes_to_no_manager_that_is_a_group(world: SmtpWorld) -> None:
    managed, inner = world.people["managed"].id, world.people["inner"].id
    world.change(lambda directory: directory.set_managers(managed, [inner]))
    report = Origin(None, authenticated=False, may_send_out=False)
    assert people(world, routed(world, report, "managed@contoso.com")) == set()


def restrict(world: SmtpWorld, name: str, restrictions: DeliveryRestrictions) -> None:
    world.change(lambda directory: directory.set_delivery_restrictions(world.people[name].id, restrictions))


def test_a_restricted_group_inside_another_is_reported_and_the_rest_is_reached(world: SmtpWorld) -> None:
    raymond = replace(INSIDE, author=INSIDE.sender)
    restrict(world, "inner", DeliveryRestrictions(accept_messages_only_from=(world.people["ayla"].id,)))
    found = routed(world, raymond, "everyone@contoso.com")
    assert people(world, found) == {"terrya", "ayla", "hal"}
    assert dict(found.undeliverable) == {
        SmtpAddress.parse("inner@contoso.com"): (Undeliverable.GROUP_NOT_FOR_SENDER, INSIDE.sender)
    }


def test_a_restricted_member_of_an_open_group_gets_nothing(world: SmtpWorld) -> None:
    restrict(world, "hal", DeliveryRestrictions(reject_messages_from=(world.people["raymonds"].id,)))
    found = routed(world, replace(INSIDE, author=INSIDE.sender), "everyone@contoso.com")
    assert people(world, found) == {"terrya", "carol", "ayla"}
    assert dict(found.undeliverable) == {
        SmtpAddress.parse("hal@contoso.com"): (Undeliverable.MAILBOX_NOT_FOR_SENDER, INSIDE.sender)
    }


def test_members_of_a_dynamic_group_are_accepted_as_it_is_now(world: SmtpWorld) -> None:
    terry = replace(INSIDE, author=SmtpAddress.parse("terrya@contoso.com"))
    restrict(world, "ayla", DeliveryRestrictions(accept_messages_only_from_dl_members=(world.people["dynamic"].id,)))
    assert people(world, routed(world, terry, "ayla@contoso.com")) == {"ayla"}
    world.change(lambda directory: directory.update(replace(world.people["terrya"], alias="terry")))
    assert people(world, routed(world, terry, "ayla@contoso.com")) == set()


def test_a_secondary_address_is_the_same_sender(world: SmtpWorld) -> None:
    restrict(world, "ayla", DeliveryRestrictions(accept_messages_only_from=(world.people["raymonds"].id,)))
    ray = replace(INSIDE, author=SmtpAddress.parse("RAY@contoso.com"))
    assert people(world, routed(world, ray, "ayla@contoso.com")) == {"ayla"}


def test_forwarding_does_not_go_round_a_restriction(world: SmtpWorld) -> None:
    restrict(world, "ayla", DeliveryRestrictions(reject_messages_from=(world.people["raymonds"].id,)))
    found = routed(world, replace(INSIDE, author=INSIDE.sender), "away@contoso.com")
    assert found.mailboxes == ()
    assert found.undeliverable[SmtpAddress.parse("ayla@contoso.com")][0] is Undeliverable.MAILBOX_NOT_FOR_SENDER


@pytest.mark.parametrize("claimed", ["terrya@contoso.com", "TERRYA@CONTOSO.COM"])
def test_nobody_outside_is_somebody_here(world: SmtpWorld, claimed: str) -> None:
    """Where a site lets our addresses come back from outside in From, they open nothing."""
    restrict(world, "ayla", DeliveryRestrictions(accept_messages_only_from=(world.people["terrya"].id,)))
    author = SmtpAddress.parse(claimed)
    assert people(world, routed(world, replace(INSIDE, author=author), "ayla@contoso.com")) == {"ayla"}
    assert people(world, routed(world, replace(OUTSIDE, author=author), "ayla@contoso.com")) == set()


def test_a_contact_writes_with_its_own_address_alone(world: SmtpWorld) -> None:
    """The address that a contact has in our domain is nobody's outside."""
    restrict(world, "ayla", DeliveryRestrictions(accept_messages_only_from=(world.people["partner"].id,)))
    for address, reached in (("partner@fabrikam.com", {"ayla"}), ("partner@contoso.com", set())):
        origin = replace(OUTSIDE, author=SmtpAddress.parse(address))
        assert people(world, routed(world, origin, "ayla@contoso.com")) == reached


def test_reports_reach_those_who_take_mail_from_few(world: SmtpWorld) -> None:
    restrict(world, "raymonds", DeliveryRestrictions(accept_messages_only_from=(world.people["ayla"].id,)))
    report = Origin(None, authenticated=True, may_send_out=False)
    assert people(world, routed(world, report, "raymonds@contoso.com")) == {"raymonds"}


def test_every_reason_has_a_reply_and_a_status() -> None:
    for reason in Undeliverable:
        assert reply_for(reason).startswith("550 5.")
        assert failure_for(BILL, reason).status in reply_for(reason)
