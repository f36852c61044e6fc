"""What decides an assignment beside the matrices, which are data (tests/spec/cases/assignment.toml)."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from delegacy.domain.recipient import GROUPS, MAILBOXES, Recipient, RecipientTypeDetails
from delegacy.domain.rights import Permission
from delegacy.policy.assignment import AssignmentDenial, decide_assignment

T = RecipientTypeDetails
D = AssignmentDenial
WHEN = datetime(2026, 3, 1, tzinfo=UTC)
ENTRIES = [Permission.FULL_ACCESS, Permission.SEND_AS]
SHARED = T.SHARED_MAILBOX


def delegate(kind: RecipientTypeDetails, *, security_enabled: bool = False) -> Recipient:
    return Recipient(
        guid=UUID(int=1),
        recipient_type_details=kind,
        name="Delegate",
        display_name="Delegate",
        domain="CONTOSO",
        container="contoso.com/Users",
        security_enabled=security_enabled,
        when_created=WHEN,
        when_changed=WHEN,
    )


@pytest.mark.parametrize("permission", Permission)
def test_a_mailbox_is_assigned_every_permission_on_a_mailbox(permission: Permission) -> None:
    assert decide_assignment(permission, SHARED, delegate(T.USER_MAILBOX)) is None


@pytest.mark.parametrize("permission", ENTRIES)
@pytest.mark.parametrize(
    "kind", [T.MAIL_UNIVERSAL_SECURITY_GROUP, T.UNIVERSAL_SECURITY_GROUP, T.NON_UNIVERSAL_GROUP, T.ROLE_GROUP]
)
def test_a_group_holds_entries_where_it_is_security_enabled(permission: Permission, kind: RecipientTypeDetails) -> None:
    assert decide_assignment(permission, SHARED, delegate(kind, security_enabled=True)) is None
    assert decide_assignment(permission, SHARED, delegate(kind)) is D.DELEGATE_IS_NO_SECURITY_PRINCIPAL


@pytest.mark.parametrize("kind", [T.MAIL_NON_UNIVERSAL_GROUP, T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, T.ROOM_LIST])
@pytest.mark.parametrize("security_enabled", [True, False])
def test_a_group_with_an_address_is_in_a_send_on_behalf_list_whether_it_is_security_enabled_or_not(
    kind: RecipientTypeDetails, *, security_enabled: bool
) -> None:
    member = delegate(kind, security_enabled=security_enabled)
    assert decide_assignment(Permission.SEND_ON_BEHALF, SHARED, member) is None


def test_a_well_known_principal_holds_entries_and_is_in_no_list() -> None:
    assert [decide_assignment(permission, SHARED, None) for permission in ENTRIES] == [None, None]
    assert decide_assignment(Permission.SEND_ON_BEHALF, SHARED, None) is D.DELEGATE_IS_NO_RECIPIENT


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize(
    ("kind", "denial"),
    [
        (T.DYNAMIC_DISTRIBUTION_GROUP, D.DELEGATE_HAS_NO_FIXED_MEMBERS),
        (T.MAIL_CONTACT, D.DELEGATE_HAS_NO_ACCOUNT),
    ],
)
def test_what_nobody_signs_in_as_and_what_has_no_fixed_members_says_so(
    permission: Permission, kind: RecipientTypeDetails, denial: AssignmentDenial
) -> None:
    assert decide_assignment(permission, SHARED, delegate(kind)) is denial


@pytest.mark.parametrize("kind", [kind for kind in T if kind not in MAILBOXES | {T.MAIL_USER}])
def test_full_access_is_assigned_on_mailboxes_only(kind: RecipientTypeDetails) -> None:
    assert decide_assignment(Permission.FULL_ACCESS, kind, delegate(T.USER_MAILBOX)) is D.TARGET_HAS_NO_MAILBOX
    assert decide_assignment(Permission.FULL_ACCESS, kind, None) is D.TARGET_HAS_NO_MAILBOX


@pytest.mark.parametrize("kind", [T.MAIL_CONTACT, T.USER, T.UNIVERSAL_SECURITY_GROUP, T.ROLE_GROUP])
def test_what_has_no_list_gets_no_send_on_behalf(kind: RecipientTypeDetails) -> None:
    denial = decide_assignment(Permission.SEND_ON_BEHALF, kind, delegate(T.USER_MAILBOX))
    assert denial is D.TARGET_IS_NO_RECIPIENT


@pytest.mark.parametrize("kind", T)
def test_send_as_is_assigned_on_any_object(kind: RecipientTypeDetails) -> None:
    assert decide_assignment(Permission.SEND_AS, kind, delegate(T.USER_MAILBOX)) is None


def test_the_target_is_refused_before_the_delegate() -> None:
    contact = delegate(T.MAIL_CONTACT)
    for kind in GROUPS:
        assert decide_assignment(Permission.FULL_ACCESS, kind, contact) is D.TARGET_HAS_NO_MAILBOX
