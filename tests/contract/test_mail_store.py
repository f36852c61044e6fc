from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from delegacy.domain.errors import StoreFull, StoreUnavailable
from delegacy.domain.folder import (
    FolderExists,
    FolderNotEmpty,
    FolderNotFound,
    FolderPath,
    FolderProtected,
    InvalidFolderName,
    SpecialFolder,
)
from delegacy.domain.mail_item import NO_FLAGS, FlagLimits, Flags, SystemFlag, TooManyKeywords
from delegacy.domain.mail_search import (
    All,
    BodyContains,
    ChangedSince,
    Comparison,
    Criterion,
    DateField,
    Either,
    Everything,
    FieldContains,
    HasFlag,
    HasKeyword,
    Not,
    OfSize,
    OnDate,
    TextField,
)
from delegacy.domain.mail_store import Deposit, FlagAction, FlagChange, MessageColumn, Placing
from delegacy.store.engine import Database
from delegacy.store.mail_messages import MOST_FOLDER_KEYWORDS
from delegacy.wire.analysis import analyse_message
from support.mail_store import AYLA, DELETED, NOW, SEEN, TERRY, OpenMail, opened_mail
from support.mail_world import letter
from support.postgres import PostgresServer

STANDARD = ["Inbox", "Drafts", "Sent Items", "Deleted Items", "Junk Email"]
ONLY_DELETED = FlagLimits(SystemFlag.DELETED, keywords=False)
NOT_DELETED = FlagLimits(~SystemFlag.DELETED, keywords=True)


def path(text: str) -> FolderPath:
    return FolderPath.parse(text)


class FolderContract:
    def test_a_mailbox_begins_with_the_folders_that_every_mailbox_has(self, mail: OpenMail) -> None:
        folders = mail.store.folders(AYLA)
        assert [str(folder.path) for folder in folders] == STANDARD
        assert [folder.special for folder in folders] == list(SpecialFolder)
        assert {(folder.message_count, folder.uid_next) for folder in folders} == {(0, 1)}

    def test_opening_a_mailbox_again_makes_no_more_folders(self, mail: OpenMail) -> None:
        first = mail.store.folders(AYLA)
        assert mail.store.folders(AYLA) == first
        assert mail.folder() == first[0]

    def test_mailboxes_do_not_share_folders(self, mail: OpenMail) -> None:
        mail.store.create_folder(AYLA, path("Projects"))
        assert [str(folder.path) for folder in mail.store.folders(TERRY)] == STANDARD
        with pytest.raises(FolderNotFound):
            mail.folder("Projects", TERRY)

    def test_names_compare_without_case(self, mail: OpenMail) -> None:
        created = mail.store.create_folder(AYLA, path("Straße/Ärger"))
        assert mail.folder("STRASSE/äRGER") == created
        assert str(created.path) == "Straße/Ärger"
        with pytest.raises(FolderExists):
            mail.store.create_folder(AYLA, path("strasse/ärger"))
        with pytest.raises(FolderExists):
            mail.store.create_folder(AYLA, path("INBOX"))

    def test_what_is_missing_above_a_new_folder_is_created(self, mail: OpenMail) -> None:
        mail.store.create_folder(AYLA, path("a/b/c"))
        assert [str(folder.path) for folder in mail.store.folders(AYLA)][5:] == ["a", "a/b", "a/b/c"]

    def test_every_folder_has_its_own_uidvalidity(self, mail: OpenMail) -> None:
        mail.store.create_folder(AYLA, path("a/b"))
        values = [folder.uid_validity for folder in mail.store.folders(AYLA)]
        assert len(set(values)) == len(values)
        assert min(values) >= int(NOW.timestamp())

    def test_a_folder_made_again_has_a_greater_uidvalidity(self, mail: OpenMail) -> None:
        first = mail.store.create_folder(AYLA, path("a"))
        mail.store.delete_folder(AYLA, first.id)
        again = mail.store.create_folder(AYLA, path("a"))
        assert again.uid_validity > first.uid_validity
        assert again.id != first.id

    def test_a_restored_mailbox_does_not_give_out_old_uidvalidities_again(self, mail: OpenMail) -> None:
        mail.store.folders(AYLA)
        mail.clock.advance(1000)
        assert mail.store.create_folder(AYLA, path("a")).uid_validity == int(NOW.timestamp()) + 1000

    def test_a_deleted_folder_is_gone_with_its_messages(self, mail: OpenMail) -> None:
        created = mail.store.create_folder(AYLA, path("a"))
        mail.append(path="a")
        mail.store.delete_folder(AYLA, created.id)
        with pytest.raises(FolderNotFound):
            mail.folder("a")
        with pytest.raises(FolderNotFound):
            mail.store.view(AYLA, created.id)
        assert [mail.count_rows(table) for table in ("mail_message", "mail_content", "mail_data")] == [0, 0, 0]

    def test_folders_that_every_mailbox_has_stay(self, mail: OpenMail) -> None:
        for folder in mail.store.folders(AYLA):
            with pytest.raises(FolderProtected):
                mail.store.delete_folder(AYLA, folder.id)
            with pytest.raises(FolderProtected):
                mail.store.rename_folder(AYLA, folder.id, path("elsewhere"))

    def test_a_folder_with_others_below_it_is_not_deleted(self, mail: OpenMail) -> None:
        mail.store.create_folder(AYLA, path("a/b"))
        with pytest.raises(FolderNotEmpty):
            mail.store.delete_folder(AYLA, mail.folder("a").id)
        assert str(mail.folder("a/b").path) == "a/b"

    def test_a_renamed_folder_keeps_its_messages_and_takes_those_below_along(self, mail: OpenMail) -> None:
        mail.store.create_folder(AYLA, path("a/b/c"))
        mail.append(path="a/b")
        before = mail.folder("a/b")
        mail.store.rename_folder(AYLA, before.id, path("x/y"))
        after = mail.folder("x/y")
        assert (after.id, after.uid_validity, after.message_count) == (before.id, before.uid_validity, 1)
        assert [str(folder.path) for folder in mail.store.folders(AYLA)][5:] == ["a", "x", "x/y", "x/y/c"]

    def test_a_rename_may_change_case_alone(self, mail: OpenMail) -> None:
        created = mail.store.create_folder(AYLA, path("projects"))
        mail.store.rename_folder(AYLA, created.id, path("Projects"))
        assert str(mail.folder("projects").path) == "Projects"

    def test_a_folder_is_not_renamed_onto_another_or_below_itself(self, mail: OpenMail) -> None:
        created = mail.store.create_folder(AYLA, path("a"))
        mail.store.create_folder(AYLA, path("b"))
        with pytest.raises(FolderExists):
            mail.store.rename_folder(AYLA, created.id, path("B"))
        with pytest.raises(InvalidFolderName):
            mail.store.rename_folder(AYLA, created.id, path("A/b"))

    def test_a_name_with_wildcards_of_sql_is_a_name(self, mail: OpenMail) -> None:
        mail.store.create_folder(AYLA, path("a%/b_"))
        mail.store.create_folder(AYLA, path("ax/by"))
        mail.store.rename_folder(AYLA, mail.folder("a%").id, path("c"))
        assert [str(folder.path) for folder in mail.store.folders(AYLA)][5:] == ["ax", "ax/by", "c", "c/b_"]

    def test_a_folder_of_another_mailbox_is_nowhere(self, mail: OpenMail) -> None:
        foreign = mail.store.create_folder(TERRY, path("a")).id
        uid = mail.append(path="a", access=TERRY)
        inbox = mail.folder().id
        calls: list[Callable[[], object]] = [
            lambda: mail.store.view(AYLA, foreign),
            lambda: mail.store.first_unseen(AYLA, foreign),
            lambda: mail.store.changes(AYLA, foreign, 0),
            lambda: mail.store.fetch(AYLA, foreign, [uid], (MessageColumn.TEXT,)),
            lambda: mail.store.search(AYLA, foreign, Everything()),
            lambda: mail.store.append(AYLA, foreign, analyse_message(b""), NO_FLAGS, NOW),
            lambda: mail.store.copy(AYLA, foreign, [uid], to=AYLA, to_folder_id=inbox),
            lambda: mail.store.copy(AYLA, inbox, [], to=AYLA, to_folder_id=foreign),
            lambda: mail.store.move(AYLA, foreign, [uid], to=AYLA, to_folder_id=inbox),
            lambda: mail.store.change_flags(AYLA, foreign, [uid], FlagChange(FlagAction.ADD, DELETED)),
            lambda: mail.store.expunge(AYLA, foreign),
            lambda: mail.store.delete_folder(AYLA, foreign),
            lambda: mail.store.rename_folder(AYLA, foreign, path("mine")),
        ]
        for call in calls:
            with pytest.raises(FolderNotFound):
                call()
        assert mail.uids("a", TERRY) == [uid]

    def test_subscriptions_are_remembered_for_folders_that_need_not_exist(self, mail: OpenMail) -> None:
        subscriber, other = UUID(int=7), UUID(int=8)
        mail.store.set_subscribed(AYLA, subscriber, path("gone"), subscribed=True)
        mail.store.set_subscribed(AYLA, subscriber, path("Drafts"), subscribed=True)
        mail.store.set_subscribed(AYLA, subscriber, path("drafts"), subscribed=False)
        assert mail.store.subscriptions(AYLA, subscriber) == {path("gone"): True, path("drafts"): False}
        assert mail.store.subscriptions(AYLA, other) == {}
        assert mail.store.subscriptions(TERRY, subscriber) == {}


class MessageContract:
    def test_an_appended_message_comes_back_octet_by_octet(self, mail: OpenMail) -> None:
        content = letter("one") + bytes(range(1, 256)) + b"\r\n"
        uid = mail.append_raw(content)
        assert mail.content(uid) == content

    def test_uids_ascend_and_are_never_given_out_again(self, mail: OpenMail) -> None:
        assert [mail.append(), mail.append(), mail.append()] == [1, 2, 3]
        mail.mark([3])
        mail.store.expunge(AYLA, mail.folder().id)
        assert mail.append() == 4
        assert mail.uids() == [1, 2, 4]
        assert mail.folder().uid_next == 5

    def test_a_folder_counts_what_it_holds(self, mail: OpenMail) -> None:
        mail.append("one")
        mail.append("three", SEEN)
        mail.append("seven", DELETED)
        folder = mail.folder()
        assert (folder.message_count, folder.unseen_count, folder.deleted_count) == (3, 2, 1)
        assert folder.size == sum(len(letter(subject)) for subject in ("one", "three", "seven"))
        mail.store.change_flags(AYLA, folder.id, [1, 3], FlagChange(FlagAction.REPLACE, SEEN))
        folder = mail.folder()
        assert (folder.message_count, folder.unseen_count, folder.deleted_count) == (3, 0, 0)

    def test_every_column_can_be_fetched(self, mail: OpenMail) -> None:
        content = letter("one")
        uid = mail.append_raw(content, Flags(SystemFlag.SEEN, ("$Junk", "a")))
        analysed = analyse_message(content)
        (row,) = mail.store.fetch(AYLA, mail.folder().id, [uid], tuple(MessageColumn))
        assert row == (
            uid,
            int(SystemFlag.SEEN),
            "$Junk a",
            2,
            int(NOW.timestamp()),
            len(content),
            "",
            analysed.envelope,
            analysed.body,
            analysed.body_structure,
            analysed.parts,
            analysed.list_fields,
            analysed.list_fields_present,
            content[: analysed.header_size],
            content[analysed.header_size :],
        )

    def test_a_fetch_takes_ranges_and_single_messages(self, mail: OpenMail) -> None:
        uids = [mail.append() for _ in range(6)]
        mail.mark([3])
        mail.store.expunge(AYLA, mail.folder().id)
        folder_id = mail.folder().id

        def fetched(wanted: range | list[int]) -> list[object]:
            return [row[0] for row in mail.store.fetch(AYLA, folder_id, wanted, (MessageColumn.SIZE,))]

        assert fetched(range(2, 6)) == [2, 4, 5]
        assert fetched(range(1, 2**32)) == [1, 2, 4, 5, 6]
        assert fetched(range(5, 5)) == []
        assert fetched([uids[5], uids[0], 3, 99]) == [1, 6]
        assert fetched([]) == []

    def test_the_first_unseen_message_is_told(self, mail: OpenMail) -> None:
        folder_id = mail.folder().id
        assert mail.store.first_unseen(AYLA, folder_id) is None
        mail.append(flags=SEEN)
        assert mail.store.first_unseen(AYLA, folder_id) is None
        mail.append()
        mail.append()
        assert mail.store.first_unseen(AYLA, folder_id) == 2

    @pytest.mark.parametrize(
        ("action", "named", "expected"),
        [
            (FlagAction.ADD, Flags(SystemFlag.FLAGGED, ("new",)), (SystemFlag.SEEN | SystemFlag.FLAGGED, "new Old")),
            (FlagAction.REMOVE, Flags(SystemFlag.SEEN, ("old",)), (SystemFlag.NONE, "")),
            (FlagAction.REPLACE, Flags(SystemFlag.DRAFT, ("x",)), (SystemFlag.DRAFT, "x")),
            (FlagAction.ADD, Flags(SystemFlag.NONE, ("OLD",)), (SystemFlag.SEEN, "Old")),
        ],
    )
    def test_flags_change(
        self, mail: OpenMail, action: FlagAction, named: Flags, expected: tuple[SystemFlag, str]
    ) -> None:
        uid = mail.append(flags=Flags(SystemFlag.SEEN, ("Old",)))
        result = mail.store.change_flags(AYLA, mail.folder().id, [uid], FlagChange(action, named))
        assert mail.flags(uid) == expected
        assert [(state.flags.system, " ".join(state.flags.keywords)) for state in result.states] == [expected]

    @pytest.mark.parametrize(
        ("action", "named", "limits", "expected"),
        [
            (
                FlagAction.ADD,
                Flags(SystemFlag.DELETED | SystemFlag.FLAGGED, ("new",)),
                ONLY_DELETED,
                (SystemFlag.SEEN | SystemFlag.DELETED, "old"),
            ),
            (FlagAction.REMOVE, Flags(SystemFlag.SEEN, ("old",)), ONLY_DELETED, (SystemFlag.SEEN, "old")),
            (FlagAction.REPLACE, NO_FLAGS, ONLY_DELETED, (SystemFlag.SEEN, "old")),
            (FlagAction.REPLACE, Flags(SystemFlag.DELETED, ("new",)), NOT_DELETED, (SystemFlag.NONE, "new")),
        ],
    )
    def test_flags_beyond_the_limits_stay_as_they_are(
        self,
        mail: OpenMail,
        action: FlagAction,
        named: Flags,
        limits: FlagLimits,
        expected: tuple[SystemFlag, str],
    ) -> None:
        uid = mail.append(flags=Flags(SystemFlag.SEEN, ("old",)))
        mail.store.change_flags(AYLA, mail.folder().id, [uid], FlagChange(action, named, limits=limits))
        assert mail.flags(uid) == expected

    def test_a_message_is_of_who_puts_it_there_with_the_flags_that_he_may_set(self, mail: OpenMail) -> None:
        inbox, drafts = mail.folder().id, mail.folder("Drafts").id
        flags, message = Flags(SystemFlag.SEEN | SystemFlag.DELETED, ("k",)), analyse_message(letter("one"))
        mail.append()
        mail.store.append(AYLA, inbox, message, flags, NOW, Placing(UUID(int=7), ONLY_DELETED))
        mail.store.copy(AYLA, inbox, [2], to=AYLA, to_folder_id=drafts, placing=Placing(UUID(int=8)))
        mail.store.move(AYLA, inbox, [2], to=AYLA, to_folder_id=drafts)

        def creators(folder_id: int) -> list[object]:
            return [row[1] for row in mail.store.fetch(AYLA, folder_id, range(1, 9), (MessageColumn.CREATOR,))]

        assert creators(inbox) == [""]
        assert creators(drafts) == [str(UUID(int=8)), ""]
        assert mail.flags(1, "Drafts") == (SystemFlag.DELETED, "")

    def test_a_change_that_changes_nothing_is_no_change(self, mail: OpenMail) -> None:
        uid = mail.append(flags=SEEN)
        before = mail.folder()
        result = mail.mark([uid], SEEN)
        assert [state.modseq for state in result.states] == [before.highest_modseq]
        assert mail.folder() == before

    def test_messages_changed_meanwhile_are_left_alone(self, mail: OpenMail) -> None:
        first, second = mail.append(), mail.append()
        known = mail.folder().highest_modseq
        mail.mark([first], SEEN)
        change = FlagChange(FlagAction.ADD, DELETED, unchanged_since=known)
        result = mail.store.change_flags(AYLA, mail.folder().id, [first, second], change)
        assert [state.uid for state in result.states] == [second]
        assert result.modified == (first,)
        assert [(state.uid, before) for state, before in zip(result.states, result.previous, strict=True)] == [
            (second, known)
        ]
        assert mail.flags(first) == (SystemFlag.SEEN, "")

    def test_a_folder_remembers_its_keywords_in_one_spelling(self, mail: OpenMail) -> None:
        mail.append(flags=Flags(keywords=("Work",)))
        mail.append(flags=Flags(keywords=("WORK", "home")))
        assert mail.folder().keywords == {"Work", "home"}

    def test_keywords_are_bounded(self, mail: OpenMail) -> None:
        uid = mail.append()
        folder_id = mail.folder().id
        for start in range(0, MOST_FOLDER_KEYWORDS, 50):
            words = tuple(f"k{number}" for number in range(start, start + 50))
            mail.store.change_flags(AYLA, folder_id, [uid], FlagChange(FlagAction.REPLACE, Flags(keywords=words)))
        with pytest.raises(TooManyKeywords):
            mail.mark([uid], Flags(keywords=("too-many",)))
        assert len(mail.folder().keywords) == MOST_FOLDER_KEYWORDS

    def test_expunging_removes_what_is_marked_and_nothing_else(self, mail: OpenMail) -> None:
        for subject in ("one", "two", "three", "four"):
            mail.append(subject)
        mail.mark([2, 3])
        folder_id = mail.folder().id
        assert mail.store.expunge(AYLA, folder_id, [1, 3]) == (3,)
        assert mail.uids() == [1, 2, 4]
        assert mail.store.expunge(AYLA, folder_id) == (2,)
        assert mail.store.expunge(AYLA, folder_id) == ()
        folder = mail.folder()
        assert (folder.message_count, folder.unseen_count, folder.deleted_count) == (2, 2, 0)
        assert folder.size == len(letter("one")) + len(letter("four"))

    def test_a_copy_has_flags_and_date_and_shares_the_content(self, mail: OpenMail) -> None:
        uid = mail.append_raw(letter("one"), Flags(SystemFlag.FLAGGED, ("k",)), received=NOW - timedelta(days=3))
        target = mail.folder("Drafts")
        copied = mail.store.copy(AYLA, mail.folder().id, [uid, 99], to=AYLA, to_folder_id=target.id)
        assert copied.source_uids == (uid,)
        assert (copied.placed.uid_validity, copied.placed.uids) == (target.uid_validity, (1,))
        assert mail.content(1, "Drafts") == letter("one")
        assert mail.flags(1, "Drafts") == (SystemFlag.FLAGGED, "k")
        rows = mail.store.fetch(AYLA, target.id, [1], (MessageColumn.RECEIVED,))
        assert rows == [(1, int((NOW - timedelta(days=3)).timestamp()))]
        assert (mail.count_rows("mail_message"), mail.count_rows("mail_data")) == (2, 1)

    def test_a_copy_may_stay_in_its_folder_or_go_to_another_mailbox(self, mail: OpenMail) -> None:
        uid = mail.append()
        inbox = mail.folder().id
        mail.store.copy(AYLA, inbox, [uid], to=AYLA, to_folder_id=inbox)
        mail.store.copy(AYLA, inbox, [uid], to=TERRY, to_folder_id=mail.folder("Inbox", TERRY).id)
        assert mail.uids() == [1, 2]
        assert mail.content(1, access=TERRY) == mail.content(uid)

    def test_copying_nothing_changes_nothing(self, mail: OpenMail) -> None:
        before = mail.folder("Drafts")
        copied = mail.store.copy(AYLA, mail.folder().id, [7], to=AYLA, to_folder_id=before.id)
        assert (copied.source_uids, copied.placed.uids) == ((), ())
        assert mail.folder("Drafts") == before

    def test_a_move_leaves_nothing_behind(self, mail: OpenMail) -> None:
        for subject in ("one", "two", "three"):
            mail.append(subject)
        target = mail.folder("Deleted Items").id
        moved = mail.store.move(AYLA, mail.folder().id, range(1, 3), to=AYLA, to_folder_id=target)
        assert (moved.source_uids, moved.placed.uids) == ((1, 2), (1, 2))
        assert (mail.uids(), mail.uids("Deleted Items")) == ([3], [1, 2])
        assert mail.content(2, "Deleted Items") == letter("two")
        assert mail.count_rows("mail_data") == 3

    def test_a_move_within_a_folder_gives_new_uids(self, mail: OpenMail) -> None:
        mail.append("one")
        mail.append("two")
        inbox = mail.folder().id
        moved = mail.store.move(AYLA, inbox, [1], to=AYLA, to_folder_id=inbox)
        assert moved.placed.uids == (3,)
        assert mail.uids() == [2, 3]
        assert mail.folder().message_count == 2

    def test_statistics_add_up(self, mail: OpenMail) -> None:
        mail.append("one")
        mail.append("two", path="Deleted Items")
        statistics = mail.store.statistics(AYLA)
        assert (statistics.item_count, statistics.deleted_item_count) == (2, 1)
        assert statistics.total_item_size == 2 * len(letter("one"))
        assert statistics.total_deleted_item_size == len(letter("two"))


class ChangesContract:
    def test_nothing_has_changed_since_now(self, mail: OpenMail) -> None:
        mail.append()
        folder = mail.folder()
        changes = mail.store.changes(AYLA, folder.id, folder.highest_modseq)
        assert (changes.folder, changes.updated, changes.vanished) == (folder, (), ())

    def test_what_came_changed_and_went_is_told(self, mail: OpenMail) -> None:
        for subject in ("one", "two", "three"):
            mail.append(subject)
        since = mail.folder().highest_modseq
        mail.mark([1])
        mail.mark([2], SEEN)
        mail.append("four")
        mail.store.expunge(AYLA, mail.folder().id)
        changes = mail.store.changes(AYLA, mail.folder().id, since)
        assert [(state.uid, state.flags.system) for state in changes.updated] == [
            (2, SystemFlag.SEEN),
            (4, SystemFlag.NONE),
        ]
        assert changes.vanished == (1,)
        assert changes.folder == mail.folder()
        assert max(state.modseq for state in changes.updated) < changes.folder.highest_modseq

    def test_every_change_raises_the_modification_sequence(self, mail: OpenMail) -> None:
        seen = [mail.folder().highest_modseq]

        def note() -> None:
            seen.append(mail.folder().highest_modseq)

        mail.append()
        note()
        mail.mark([1])
        note()
        mail.store.copy(AYLA, mail.folder().id, [1], to=AYLA, to_folder_id=mail.folder().id)
        note()
        mail.store.expunge(AYLA, mail.folder().id, [1])
        note()
        mail.store.move(AYLA, mail.folder().id, [2], to=AYLA, to_folder_id=mail.folder("Drafts").id)
        note()
        assert seen == sorted(set(seen))

    def test_modification_sequences_of_many_folders_come_at_once(self, mail: OpenMail) -> None:
        mail.append()
        folders = mail.store.folders(AYLA)
        expected = {folder.id: folder.highest_modseq for folder in folders[:2]}
        assert mail.store.modseqs([folders[0].id, folders[1].id, 9999]) == expected
        assert mail.store.modseqs([]) == {}

    def test_who_watches_is_told_of_the_folders_of_each_commit(self, mail: OpenMail) -> None:
        inbox, drafts = mail.folder().id, mail.folder("Drafts").id
        heard: list[frozenset[int]] = []
        with mail.store.watching(heard.append):
            mail.append()
            mail.mark([1], SEEN)
            mail.mark([1], SEEN)
            mail.store.move(AYLA, inbox, [1], to=AYLA, to_folder_id=drafts)
        mail.append()
        assert heard == [frozenset({inbox}), frozenset({inbox}), frozenset({inbox, drafts})]


class SearchContract:
    @pytest.fixture
    def searched(self, mail: OpenMail) -> OpenMail:
        def message(subject: str, date_field: str, sender: str = "ayla@contoso.com", extra: str = "") -> bytes:
            return (
                f"From: {sender}\r\nTo: terrya@contoso.com\r\nCc: =?utf-8?q?J=C3=BCrgen?= <j@contoso.com>\r\n"
                f"Bcc: hidden@contoso.com\r\nSubject: {subject}\r\nDate: {date_field}\r\nMessage-ID: <{subject.split(maxsplit=1)[0]}@x>\r\n"
                f"\r\nbody {extra}\r\n"
            ).encode()

        first = message("Quarterly Report", "Mon, 2 Mar 2026 23:59:00 -0800")
        mail.append_raw(first, SEEN, received=datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC))
        second = message(
            "=?utf-8?q?STRA=C3=9FE?= 100%_x", "Tue, 3 Mar 2026 00:01:00 +0000", "Bob <bob@x.org>", "long " * 100
        )
        flags = Flags(SystemFlag.FLAGGED, ("$Forwarded",))
        mail.append_raw(second, flags, received=datetime(2026, 3, 2, tzinfo=UTC))
        mail.append_raw(b"\r\nno header\r\n", DELETED, received=datetime(2026, 3, 3, 12, tzinfo=UTC))
        return mail

    @pytest.mark.parametrize(
        ("criterion", "expected"),
        [
            (Everything(), [1, 2, 3]),
            (HasFlag(SystemFlag.SEEN), [1]),
            (Not(HasFlag(SystemFlag.SEEN)), [2, 3]),
            (HasKeyword("$forwarded"), [2]),
            (HasKeyword("$Forward"), []),
            (Not(HasKeyword("$Forwarded")), [1, 3]),
            (FieldContains(TextField.SUBJECT, "ly rep"), [1]),
            (FieldContains(TextField.SUBJECT, "straße"), [2]),
            (FieldContains(TextField.SUBJECT, "STRASSE 100%_X"), [2]),
            (FieldContains(TextField.SUBJECT, "%"), [2]),
            (FieldContains(TextField.SUBJECT, ""), [1, 2, 3]),
            (FieldContains(TextField.SUBJECT, "a\0b"), []),
            (FieldContains(TextField.FROM, "BOB"), [2]),
            (FieldContains(TextField.TO, "terrya@"), [1, 2]),
            (FieldContains(TextField.CC, "jürgen"), [1, 2]),
            (FieldContains(TextField.BCC, "hidden"), [1, 2]),
            (FieldContains(TextField.MESSAGE_ID, "<quarterly@x>"), [1]),
            (OnDate(DateField.RECEIVED, Comparison.LESS, date(2026, 3, 2)), [1]),
            (OnDate(DateField.RECEIVED, Comparison.EQUAL, date(2026, 3, 2)), [2]),
            (OnDate(DateField.RECEIVED, Comparison.AT_LEAST, date(2026, 3, 2)), [2, 3]),
            (OnDate(DateField.RECEIVED, Comparison.GREATER, date(2026, 3, 2)), [3]),
            (OnDate(DateField.SENT, Comparison.EQUAL, date(2026, 3, 2)), [1]),
            (OnDate(DateField.SENT, Comparison.AT_LEAST, date(2026, 3, 3)), [2]),
            (OnDate(DateField.SENT, Comparison.LESS, date(2026, 3, 3)), [1]),
            (Not(OnDate(DateField.SENT, Comparison.LESS, date(2026, 3, 3))), [2, 3]),
            (OfSize(Comparison.GREATER, 400), [2]),
            (OfSize(Comparison.LESS, 20), [3]),
            (ChangedSince(3), [2, 3]),
            (All((HasFlag(SystemFlag.FLAGGED), FieldContains(TextField.FROM, "bob"))), [2]),
            (All(()), [1, 2, 3]),
            (Either(HasFlag(SystemFlag.SEEN), HasFlag(SystemFlag.DELETED)), [1, 3]),
            (Not(Either(Not(Everything()), HasFlag(SystemFlag.SEEN))), [2, 3]),
            (All((Not(All((HasFlag(SystemFlag.SEEN), Everything()))), OfSize(Comparison.GREATER, 20))), [2]),
        ],
    )
    def test_searches_find(self, searched: OpenMail, criterion: Criterion, expected: list[int]) -> None:
        assert list(searched.store.search(AYLA, searched.folder().id, criterion)) == expected  # type: ignore[arg-type] # kept ones only

    def test_a_search_for_which_messages_must_be_read_is_refused(self, searched: OpenMail) -> None:
        with pytest.raises(TypeError):
            searched.store.search(AYLA, searched.folder().id, Not(BodyContains("x")))

    def test_texts_that_no_database_holds_can_be_searched_for(self, searched: OpenMail) -> None:
        uid = searched.append_raw(b"Subject: =?utf-7?q?a+2AA-b=00c?=\r\n\r\n")
        found = searched.store.search(AYLA, searched.folder().id, FieldContains(TextField.SUBJECT, "bc"))
        assert list(found) in ([uid], [])


class DeliveryContract:
    def test_one_message_goes_into_many_mailboxes_and_is_stored_once(self, mail: OpenMail) -> None:
        recipients = [UUID(int=number) for number in range(1, 21)]
        message = analyse_message(letter("all"))
        placed = mail.store.deliver(message, [Deposit(recipient) for recipient in recipients], NOW)
        assert [place.uids for place in placed] == [(1,)] * 20
        assert mail.content(1, access=TERRY) == letter("all")
        assert (mail.count_rows("mail_message"), mail.count_rows("mail_data")) == (20, 1)

    def test_a_deposit_names_folder_and_flags(self, mail: OpenMail) -> None:
        message = analyse_message(letter("sent"))
        mail.store.deliver(message, [Deposit(AYLA.mailbox_guid, SpecialFolder.SENT_ITEMS, SEEN)], NOW)
        assert mail.flags(1, "Sent Items") == (SystemFlag.SEEN, "")
        assert mail.uids() == []

    def test_two_copies_for_one_folder_get_two_uids(self, mail: OpenMail) -> None:
        deposit = Deposit(AYLA.mailbox_guid)
        placed = mail.store.deliver(analyse_message(letter("twice")), [deposit, deposit], NOW)
        assert [place.uids for place in placed] == [(1,), (2,)]
        assert mail.folder().message_count == 2

    def test_delivery_to_nobody_is_nothing(self, mail: OpenMail) -> None:
        assert mail.store.deliver(analyse_message(letter("x")), [], NOW) == ()

    def test_a_removed_mailbox_leaves_the_copies_of_others(self, mail: OpenMail) -> None:
        deposits = [Deposit(AYLA.mailbox_guid), Deposit(TERRY.mailbox_guid)]
        mail.store.deliver(analyse_message(letter("both")), deposits, NOW)
        mail.append("own")
        mail.store.set_subscribed(AYLA, UUID(int=7), path("x"), subscribed=True)
        mail.store.remove_mailbox(AYLA.mailbox_guid)
        assert mail.content(1, access=TERRY) == letter("both")
        assert (mail.count_rows("mail_message"), mail.count_rows("mail_data")) == (1, 1)
        assert mail.store.subscriptions(AYLA, UUID(int=7)) == {}
        assert mail.uids() == []

    def test_removing_a_mailbox_that_holds_nothing_is_nothing(self, mail: OpenMail) -> None:
        mail.store.remove_mailbox(UUID(int=99))

    def test_many_writers_at_once_lose_nothing(self, mail: OpenMail) -> None:
        mail.folder()

        def write(number: int) -> None:
            if number % 3:
                mail.store.deliver(
                    analyse_message(letter(f"n{number % 7}")),
                    [Deposit(AYLA.mailbox_guid), Deposit(TERRY.mailbox_guid)],
                    NOW,
                )
            else:
                uid = mail.append(f"n{number % 7}", DELETED, path="Drafts")
                mail.store.expunge(AYLA, mail.folder("Drafts").id, [uid])

        with ThreadPoolExecutor(6) as executor:
            list(executor.map(write, range(60)))
        assert mail.uids() == mail.uids(access=TERRY) == list(range(1, 41))
        assert mail.uids("Drafts") == []
        assert mail.folder().message_count == 40
        assert {len(mail.content(uid)) for uid in mail.uids()} == {len(letter("n1"))}


class MailStoreContract(FolderContract, MessageContract, ChangesContract, SearchContract, DeliveryContract):
    """Everything that a mail store must do."""


class TestSqliteMailStore(MailStoreContract):
    @pytest.fixture
    def mail(self, tmp_path: Path) -> Iterator[OpenMail]:
        with opened_mail(Database.at(tmp_path / "mail.db")) as mail:
            yield mail


class TestPostgresMailStore(MailStoreContract):
    @pytest.fixture
    def mail(self, postgres: PostgresServer) -> Iterator[OpenMail]:
        with opened_mail(Database(postgres.new_database())) as mail:
            yield mail


def fill(mail: OpenMail) -> None:
    for number in range(1000):
        mail.append(f"n{number}", body="x" * 3000)


def test_a_full_disk_refuses_a_message_and_keeps_the_others(tmp_path: Path) -> None:
    with opened_mail(Database.at(tmp_path / "mail.db", page_limit=120)) as mail:
        mail.append("first")
        with pytest.raises(StoreFull):
            mail.append_raw(letter("large") + b"x" * 1_000_000)
        assert mail.uids() == [1]
        assert mail.folder().message_count == 1
        assert mail.append("second") == 2
        with pytest.raises(StoreFull):
            fill(mail)
        assert mail.uids() == list(range(1, mail.folder().message_count + 1))
        assert mail.content(1) == letter("first")


def test_what_was_appended_is_there_when_the_database_is_opened_again(tmp_path: Path) -> None:
    with opened_mail(Database.at(tmp_path / "mail.db")) as mail:
        mail.append("kept")
    with opened_mail(Database.at(tmp_path / "mail.db")) as mail:
        assert mail.content(1) == letter("kept")


def test_a_database_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    with opened_mail(Database.at(tmp_path / "mail.db")) as mail:
        mail.append("kept")
    (tmp_path / "mail.db").unlink()
    (tmp_path / "mail.db").mkdir()
    with pytest.raises(StoreUnavailable):
        mail.store.folders(AYLA)
