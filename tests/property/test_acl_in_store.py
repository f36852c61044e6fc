"""The store's lists against the domain's, through any sequence of grants and removals."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delegacy.domain.ace import Ace
from delegacy.domain.acl import Acl
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.rights import ExtendedRight, InheritanceType, MailboxRight, Right
from delegacy.domain.sid import EVERYONE, Sid
from support.facts import drawn_entry
from support.stores import NOW, OpenStore, recipient

JIM, GONE = Sid("S-1-5-21-1-2-3-5001"), Sid("S-1-5-21-1-2-3-5002")
RIGHTS: list[Right] = [MailboxRight.FULL_ACCESS, MailboxRight.READ_PERMISSION, ExtendedRight.SEND_AS]

trustees = st.sampled_from([JIM, GONE, EVERYONE])
rights = st.sets(st.sampled_from(RIGHTS), min_size=1).map(frozenset[Right])
entries = st.builds(
    drawn_entry,
    trustees,
    rights,
    allow=st.booleans(),
    inheritance_type=st.sampled_from(InheritanceType),
    expires_at=st.sampled_from([None, NOW - timedelta(days=1), NOW + timedelta(days=1)]),
)
removals = st.tuples(trustees, rights, st.booleans())
changes = st.lists(st.one_of(entries, entries, removals), max_size=8)

Held = dict[tuple[Sid, bool, Right], tuple[InheritanceType, object]]


def held(acl: Acl) -> Held:
    """What each right that is held reaches, and until when."""
    return {
        (ace.trustee, ace.allow, right): (ace.inheritance_type, ace.expires_at)
        for ace in acl.entries
        for right in ace.rights
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=changes, at_once=st.booleans())
def test_the_store_adds_and_removes_as_the_domain_does(
    *, in_sqlite: OpenStore, changes: list[Ace | tuple[Sid, frozenset[Right], bool]], at_once: bool
) -> None:
    in_sqlite.clock.moment = NOW - timedelta(days=2)  # before anything ends: what has ended is not seen
    with in_sqlite.store.write() as work:  # left without a commit: the next example starts with nothing
        directory = work.directory
        directory.add(recipient("Jim Hance", RecipientTypeDetails.USER_MAILBOX, sid=JIM))
        target = directory.add(recipient("Helpdesk Tickets", RecipientTypeDetails.SHARED_MAILBOX)).id
        expected = Acl()
        for change in changes:
            before = expected
            if isinstance(change, Ace):
                expected = before.add(change)
                if at_once:
                    assert directory.grant_many([target], change) == ((target,) if expected != before else ())
                else:
                    directory.grant(target, change)
            else:
                trustee, gone, allow = change
                expected, outcome = before.remove(trustee, gone, allow=allow)
                assert directory.revoke(target, trustee, gone, allow=allow) is outcome
            stored = Acl((*directory.mailbox_acl(target).entries, *directory.ad_acl(target).entries))
            assert held(stored) == held(expected)
