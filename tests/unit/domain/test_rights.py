import pytest

from delegacy.domain.rights import (
    ADMITS_FULL_ACCESS,
    ADMITS_SEND_AS,
    DirectoryRight,
    ExtendedRight,
    InheritanceType,
    MailboxRight,
    Right,
    parse_extended_right,
    right_from_number,
)

EVERY_RIGHT: list[Right] = [*MailboxRight, *DirectoryRight, *ExtendedRight]


def test_mailbox_rights_print_as_exchange_prints_them() -> None:
    assert [right.label for right in MailboxRight] == [
        "FullAccess",
        "SendAs",
        "ExternalAccount",
        "DeleteItem",
        "ReadPermission",
        "ChangePermission",
        "ChangeOwner",
    ]


def test_mailbox_rights_have_the_documented_masks() -> None:
    assert [int(right) for right in MailboxRight] == [0x1, 0x2, 0x4, 0x10000, 0x20000, 0x40000, 0x80000]


@pytest.mark.parametrize(
    ("right", "label"),
    [
        (DirectoryRight.GENERIC_ALL, "GenericAll"),
        (DirectoryRight.EXTENDED_RIGHT, "ExtendedRight"),
        (DirectoryRight.WRITE_DACL, "WriteDacl"),
        (ExtendedRight.SEND_AS, "Send-As"),
        (ExtendedRight.RECEIVE_AS, "Receive-As"),
    ],
)
def test_directory_rights_print_as_exchange_prints_them(right: DirectoryRight | ExtendedRight, label: str) -> None:
    assert right.label == label


def test_no_two_rights_have_one_number_and_each_is_found_by_its_own() -> None:
    assert len({int(right) for right in EVERY_RIGHT}) == len(EVERY_RIGHT)
    assert [right_from_number(int(right)) for right in EVERY_RIGHT] == EVERY_RIGHT


@pytest.mark.parametrize("number", [0, 3, -1, 0x1000000, 0x2000003])
def test_a_number_that_is_no_right_is_refused(number: int) -> None:
    with pytest.raises(KeyError):
        right_from_number(number)


@pytest.mark.parametrize(
    "text",
    [
        "Send As",
        "send as",
        "Send-As",
        " SEND-AS ",
        "ab721a54-1e2f-11d0-9819-00aa0040529b",
        "{AB721A54-1E2F-11D0-9819-00AA0040529B}",
    ],
)
def test_an_extended_right_is_known_by_display_name_common_name_and_guid(text: str) -> None:
    assert parse_extended_right(text) is ExtendedRight.SEND_AS


def test_receive_as_is_another_right() -> None:
    assert parse_extended_right("Receive As") is ExtendedRight.RECEIVE_AS
    assert parse_extended_right("ab721a56-1e2f-11d0-9819-00aa0040529b") is ExtendedRight.RECEIVE_AS


@pytest.mark.parametrize(
    "text",
    ["", "SendAs", "Send", "Send  As", "Send_As", "Send To", "ab721a55-1e2f-11d0-9819-00aa0040529b", "FullAccess"],
)
def test_other_text_names_no_extended_right(text: str) -> None:
    assert parse_extended_right(text) is None


def test_only_full_access_opens_a_mailbox() -> None:
    assert [right for right in EVERY_RIGHT if right in ADMITS_FULL_ACCESS] == [MailboxRight.FULL_ACCESS]


def test_full_control_and_all_extended_rights_include_send_as_and_nothing_else_does() -> None:
    assert [right for right in EVERY_RIGHT if right in ADMITS_SEND_AS] == [
        DirectoryRight.GENERIC_ALL,
        DirectoryRight.EXTENDED_RIGHT,
        ExtendedRight.SEND_AS,
    ]


def test_inheritance_types_are_spelled_as_exchange_spells_them() -> None:
    assert [kind.value for kind in InheritanceType] == ["None", "All", "Descendents", "SelfAndChildren", "Children"]
