import pytest

from delegacy.domain.access_token import AccessToken
from delegacy.domain.sid import ANONYMOUS, AUTHENTICATED_USERS, EVERYONE, NETWORK_SERVICE, SELF, SYSTEM, Sid

AYLA, AYLA_MAILBOX, JIM = Sid("S-1-5-21-1-1001"), Sid("S-1-5-21-1-1002"), Sid("S-1-5-21-1-1003")
HELPDESK, SALES = Sid("S-1-5-21-1-2001"), Sid("S-1-5-21-1-2002")

TOKEN = AccessToken(frozenset({AYLA, AYLA_MAILBOX}), frozenset({HELPDESK}))


@pytest.mark.parametrize("trustee", [AYLA, AYLA_MAILBOX, HELPDESK, EVERYONE, AUTHENTICATED_USERS])
def test_an_entry_for_oneself_for_a_group_and_for_everybody_is_for_the_token(trustee: Sid) -> None:
    assert TOKEN.admits(trustee)


@pytest.mark.parametrize("trustee", [JIM, SALES, ANONYMOUS, SYSTEM, NETWORK_SERVICE, Sid(AYLA + "0")])
def test_an_entry_for_another_is_not_for_the_token(trustee: Sid) -> None:
    assert not TOKEN.admits(trustee)


def test_self_is_nobody_until_an_object_says_who() -> None:
    assert not TOKEN.admits(SELF)


def test_without_groups_the_groups_entries_are_not_for_the_token() -> None:
    assert not AccessToken(frozenset({AYLA})).admits(HELPDESK)
