from array import array
from uuid import UUID

import pytest

from delegacy.domain.account import Account
from delegacy.domain.facts import Target
from delegacy.domain.folder import FolderPath, FolderRole, MailFolder
from delegacy.domain.mail_item import Flags, SystemFlag
from delegacy.domain.mail_store import FlagState, FolderChanges, FolderView
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.sid import Sid
from delegacy.enforcement.opening import Opening
from delegacy.mail.imap.mailboxes import OpenFolder
from delegacy.mail.imap.selected import NoSuchMessage, SelectedFolder, Telling
from delegacy.policy.decision import OpenRight
from delegacy.wire.imap.sequence import SAVED_RESULT, parse_sequence_set

ACCOUNT = Account(id=1, guid=UUID(int=1), sid=Sid("S-1-5-21-1"), logon_name="CONTOSO\\ayla", display_name="Ayla Kol")
TARGET = Target(
    1, UUID(int=1).bytes, None, RecipientTypeDetails.USER_MAILBOX, "Ayla Kol", "ayla@contoso.com", hidden=False
)
OPENING = Opening(ACCOUNT, TARGET, OpenRight.OWNER, 1)
AT_ONCE = Telling(expunged=True, vanished=False, modseq=False)
LATER = Telling(expunged=False, vanished=False, modseq=False)
SEEN = Flags(SystemFlag.SEEN)


def folder(uid_next: int, modseq: int) -> MailFolder:
    return MailFolder(
        id=1,
        guid=UUID(int=2),
        path=FolderPath(("Inbox",)),
        special=None,
        uid_validity=1,
        uid_next=uid_next,
        highest_modseq=modseq,
        message_count=0,
        unseen_count=0,
        deleted_count=0,
        size=0,
        keywords=frozenset(),
    )


def selected(*uids: int) -> SelectedFolder:
    view = FolderView(folder(max(uids, default=0) + 1, 5), array("I", uids))
    return SelectedFolder(view, OpenFolder(None, OPENING, view.folder, FolderRole.OWNER.rights), read_only=False)


def told(
    selected: SelectedFolder, changes: FolderChanges, telling: Telling, known: dict[int, int] | None = None
) -> bytes:
    return b"".join(selected.absorb(changes, telling, known or {}))


def test_a_number_beyond_the_last_is_an_error_and_a_uid_is_none() -> None:
    folder = selected(3, 5, 9)
    for text in (b"4", b"1:4", b"4,1"):
        with pytest.raises(NoSuchMessage):
            folder.spans(parse_sequence_set(text), by_uid=False)
    assert folder.spans(parse_sequence_set(b"4,6:8,100"), by_uid=True) == []
    assert folder.spans(parse_sequence_set(b"100:*"), by_uid=True) == [(2, 3)]
    assert selected().spans(parse_sequence_set(b"1:*"), by_uid=False) == []
    assert selected().spans(parse_sequence_set(b"1:*"), by_uid=True) == []


def test_a_saved_result_is_what_is_left_of_it() -> None:
    folder = selected(3, 5, 9)
    folder.saved_result = [3, 4, 9]
    assert folder.all_uids(folder.spans(SAVED_RESULT, by_uid=False)) == array("I", [3, 9])


def test_batches_hold_no_more_than_is_wanted() -> None:
    folder = selected(1, 2, 3, 5, 6, 8)
    spans = folder.spans(parse_sequence_set(b"1:2,4:6"), by_uid=False)
    assert [list(batch) for batch in folder.uid_batches(spans, 2)] == [[1, 2], [5, 6], [8]]
    assert [list(batch) for batch in folder.uid_batches(spans, 100)] == [[1, 2, 5, 6, 8]]


def test_rows_have_the_numbers_of_their_messages() -> None:
    folder = selected(3, 5, 9)
    assert list(folder.number_rows([(3,), (5,), (9,)]).numbers) == [1, 2, 3]
    assert list(folder.number_rows([(3,), (9,)]).numbers) == [1, 3]
    assert list(folder.number_rows([(3,), (9,), (11,)]).rows) == [(3,), (9,)]


def test_what_is_expunged_keeps_its_number_until_it_may_be_told() -> None:
    selection = selected(3, 5, 9)
    assert told(selection, FolderChanges(folder(10, 6), (), (5,)), LATER) == b""
    assert selection.keeps_back
    assert selection.numbers_of([9]) == [3]
    new = FolderChanges(folder(11, 7), (FlagState(10, SEEN, 7),), (5, 9))
    assert told(selection, new, LATER) == b"* 4 EXISTS\r\n"
    assert told(selection, FolderChanges(folder(11, 7)), AT_ONCE) == b"* 3 EXPUNGE\r\n* 2 EXPUNGE\r\n"
    assert list(selection.uids) == [3, 10]


def test_what_came_and_went_in_between_is_not_told() -> None:
    selection = selected(3)
    assert told(selection, FolderChanges(folder(5, 8), (), (4,)), AT_ONCE) == b""
    assert list(selection.uids) == [3]


def test_flags_are_told_unless_they_have_been_in_this_state() -> None:
    changes = FolderChanges(folder(10, 7), (FlagState(3, SEEN, 6), FlagState(5, SEEN, 7)))
    assert told(selected(3, 5, 9), changes, AT_ONCE, {3: 6, 5: 6}) == b"* 2 FETCH (UID 5 FLAGS (\\Seen))\r\n"


def test_with_qresync_it_is_told_up_to_which_change_all_has_been_told() -> None:
    later, at_once = (
        Telling(expunged=False, vanished=True, modseq=True),
        Telling(expunged=True, vanished=True, modseq=True),
    )
    selection = selected(3, 5, 9)
    assert (
        told(selection, FolderChanges(folder(10, 6), (), (5,)), later) == b"* OK [HIGHESTMODSEQ 5] The last change.\r\n"
    )
    assert selection.told_until == 5
    assert told(selection, FolderChanges(folder(10, 6)), at_once) == (
        b"* VANISHED 5\r\n* OK [HIGHESTMODSEQ 6] The last change.\r\n"
    )
    assert told(selection, FolderChanges(folder(10, 7), (), (9,)), at_once) == b"* VANISHED 9\r\n"


def test_messages_that_the_client_still_counts_are_not_unknown() -> None:
    assert selected(3, 5, 9).unknown([1, 3, 4, 9]) == [1, 4]
