from datetime import UTC, datetime
from uuid import UUID

import pytest

from delegacy.domain.recipient import (
    ACCOUNTS,
    GROUPS,
    MAIL_GROUPS,
    MAILBOXES,
    RECIPIENTS,
    SYSTEM_MAILBOXES,
    USERS,
    Recipient,
    RecipientTypeDetails,
)

T = RecipientTypeDetails
WHEN = datetime(2026, 3, 1, tzinfo=UTC)


def recipient(
    kind: RecipientTypeDetails = T.USER_MAILBOX, name: str = "Terry Adams", sam: str | None = "terrya"
) -> Recipient:
    return Recipient(
        guid=UUID(int=7),
        recipient_type_details=kind,
        name=name,
        display_name=name,
        domain="CONTOSO",
        container="contoso.com/Users",
        sam_account_name=sam,
        when_created=WHEN,
        when_changed=WHEN,
    )


def test_an_object_prints_by_its_place_in_the_directory() -> None:
    assert recipient().distinguished_name == "CN=Terry Adams,CN=Users,DC=contoso,DC=com"
    assert recipient().canonical_name == "contoso.com/Users/Terry Adams"


def test_a_principal_prints_with_its_domain() -> None:
    assert recipient().logon_name == "CONTOSO\\terrya"


def test_what_has_no_account_name_prints_by_its_name() -> None:
    assert recipient(T.MAIL_CONTACT, "Outside Sales", sam=None).logon_name == "Outside Sales"


@pytest.mark.parametrize(
    ("kind", "recipient_type"),
    [
        (T.USER_MAILBOX, "UserMailbox"),
        (T.LINKED_MAILBOX, "UserMailbox"),
        (T.SHARED_MAILBOX, "UserMailbox"),
        (T.ROOM_MAILBOX, "UserMailbox"),
        (T.EQUIPMENT_MAILBOX, "UserMailbox"),
        (T.ARBITRATION_MAILBOX, "UserMailbox"),
        (T.DISCOVERY_MAILBOX, "UserMailbox"),
        (T.MAIL_USER, "MailUser"),
        (T.MAIL_CONTACT, "MailContact"),
        (T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP, "MailUniversalDistributionGroup"),
        (T.MAIL_UNIVERSAL_SECURITY_GROUP, "MailUniversalSecurityGroup"),
        (T.MAIL_NON_UNIVERSAL_GROUP, "MailNonUniversalGroup"),
        (T.ROOM_LIST, "MailUniversalDistributionGroup"),
        (T.DYNAMIC_DISTRIBUTION_GROUP, "DynamicDistributionGroup"),
        (T.USER, "User"),
        (T.DISABLED_USER, "User"),
        (T.LINKED_USER, "User"),
        (T.UNIVERSAL_SECURITY_GROUP, "Group"),
        (T.UNIVERSAL_DISTRIBUTION_GROUP, "Group"),
        (T.NON_UNIVERSAL_GROUP, "Group"),
        (T.ROLE_GROUP, "Group"),
    ],
)
def test_every_kind_has_its_recipient_type(kind: RecipientTypeDetails, recipient_type: str) -> None:
    assert kind.recipient_type == recipient_type


def test_every_kind_is_a_mailbox_an_account_a_group_a_contact_or_a_dynamic_group_and_only_one() -> None:
    parts = [MAILBOXES, USERS, GROUPS, {T.MAIL_USER}, {T.MAIL_CONTACT}, {T.DYNAMIC_DISTRIBUTION_GROUP}]
    assert sorted(kind.value for part in parts for kind in part) == sorted(kind.value for kind in T)


def test_the_sets_nest_as_their_names_say() -> None:
    assert SYSTEM_MAILBOXES < MAILBOXES
    assert MAIL_GROUPS < GROUPS
    assert MAILBOXES | USERS | {T.MAIL_USER} == ACCOUNTS
    assert MAILBOXES | MAIL_GROUPS | {T.MAIL_USER, T.MAIL_CONTACT, T.DYNAMIC_DISTRIBUTION_GROUP} == RECIPIENTS


@pytest.mark.parametrize("kind", T)
def test_an_object_knows_whether_it_has_a_mailbox_or_members(kind: RecipientTypeDetails) -> None:
    assert recipient(kind).is_mailbox == (kind in MAILBOXES)
    assert recipient(kind).is_group == (kind in GROUPS)
