import pytest

from delegacy.domain.mail_item import Flags, SystemFlag
from delegacy.domain.mail_store import FlagState
from delegacy.wire.imap.commands import StatusItem
from delegacy.wire.imap.printing import (
    Condition,
    FlagItems,
    append_uid_code,
    copy_uid_code,
    print_esearch,
    print_flag_updates,
    print_flags,
    print_list,
    print_mailbox,
    print_search,
    print_status,
    print_status_data,
    print_string,
    print_vanished,
)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (b"", b'""'),
        (b"plain", b'"plain"'),
        (b'a"b\\c', b'"a\\"b\\\\c"'),
        (b"a\tb", b'"a\tb"'),
        (b"a\r\nb", b"{4}\r\na\r\nb"),
        (b"\xff", b"{1}\r\n\xff"),
        (b"\0", b"{1}\r\n\0"),
    ],
)
def test_strings_are_quoted_where_they_can_be(value: bytes, printed: bytes) -> None:
    assert print_string(value) == printed


def test_mailbox_names_are_printed_as_the_client_reads_them() -> None:
    assert print_mailbox('Entwürfe "x"', utf8=False) == b'"Entw&APw-rfe \\"x\\""'
    assert print_mailbox('Entwürfe "x"', utf8=True) == '"Entwürfe \\"x\\""'.encode()


def test_flags_are_printed_in_one_order() -> None:
    system = SystemFlag.SEEN | SystemFlag.ANSWERED | SystemFlag.FLAGGED | SystemFlag.DELETED | SystemFlag.DRAFT
    assert print_flags(int(system), "a b") == b"\\Answered \\Flagged \\Deleted \\Seen \\Draft a b"
    assert print_flags(0, "") == b""


def test_status_responses() -> None:
    assert print_status(Condition.OK, "Done.") == b"* OK Done.\r\n"
    assert print_status(Condition.NO, "Gone.", tag="a1", code=b"NONEXISTENT") == b"a1 NO [NONEXISTENT] Gone.\r\n"


def test_data_responses() -> None:
    assert print_list(b"LIST", (b"\\Sent",), "/", b'"x"') == b'* LIST (\\Sent) "/" "x"\r\n'
    assert print_list(b"LIST", (), "/", b'"x"', b'"CHILDINFO" ("SUBSCRIBED")').endswith(
        b'"x" ("CHILDINFO" ("SUBSCRIBED"))\r\n'
    )
    assert (
        print_status_data(b'"x"', {StatusItem.MESSAGES: 1, StatusItem.SIZE: 2})
        == b'* STATUS "x" (MESSAGES 1 SIZE 2)\r\n'
    )
    assert print_search([1, 5], None) == b"* SEARCH 1 5\r\n"
    assert print_search([], 7) == b"* SEARCH (MODSEQ 7)\r\n"
    assert print_esearch("a", [(b"MIN", b"1")], by_uid=True) == b'* ESEARCH (TAG "a") UID MIN 1\r\n'
    assert print_vanished([1, 2, 4], earlier=True) == b"* VANISHED (EARLIER) 1:2,4\r\n"
    assert print_vanished([], earlier=False) == b""
    assert append_uid_code(7, [3]) == b"APPENDUID 7 3"
    assert copy_uid_code(7, [1, 2], [8, 9]) == b"COPYUID 7 1:2 8:9"


@pytest.mark.parametrize(
    ("items", "printed"),
    [
        (FlagItems(uid=False, flags=True, modseq=False), b"* 3 FETCH (FLAGS (\\Seen k))\r\n* 4 FETCH (FLAGS ())\r\n"),
        (
            FlagItems(uid=True, flags=False, modseq=True),
            b"* 3 FETCH (UID 9 MODSEQ (5))\r\n* 4 FETCH (UID 11 MODSEQ (6))\r\n",
        ),
        (
            FlagItems(uid=True, flags=True, modseq=True),
            b"* 3 FETCH (UID 9 FLAGS (\\Seen k) MODSEQ (5))\r\n* 4 FETCH (UID 11 FLAGS () MODSEQ (6))\r\n",
        ),
    ],
)
def test_flag_updates_tell_what_is_wanted(items: FlagItems, printed: bytes) -> None:
    updates = [(3, FlagState(9, Flags(SystemFlag.SEEN, ("k",)), 5)), (4, FlagState(11, Flags(), 6))]
    assert print_flag_updates(updates, items) == printed
    assert print_flag_updates([], items) == b""
