"""What is known of mailboxes from outside."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from delegacy.domain.folder import SpecialFolder
from delegacy.domain.mailbox_usage import Logon
from delegacy.store.engine import Database
from delegacy.store.mailbox_usage import SqlMailboxUsage
from support.mail_store import AYLA, NOW, TERRY, OpenMail, opened_mail
from support.mail_world import letter
from support.postgres import PostgresServer


class MailboxUsageContract:
    @pytest.fixture
    def usage(self, mail: OpenMail) -> SqlMailboxUsage:
        return SqlMailboxUsage(mail.store.transactions)

    def test_a_mailbox_that_nobody_has_used_has_no_folders_and_gets_none(
        self, mail: OpenMail, usage: SqlMailboxUsage
    ) -> None:
        assert usage.folders(AYLA.mailbox_guid) == ()
        assert usage.item_dates(AYLA.mailbox_guid) == {}
        assert usage.last_logon(AYLA.mailbox_guid) is None
        assert mail.count_rows("mail_mailbox") == 0

    def test_folders_are_those_of_the_mail_store(self, mail: OpenMail, usage: SqlMailboxUsage) -> None:
        mail.append("one")
        assert usage.folders(AYLA.mailbox_guid) == mail.store.folders(AYLA)
        assert usage.folders(TERRY.mailbox_guid) == ()

    def test_the_dates_of_the_oldest_and_the_newest_message(self, mail: OpenMail, usage: SqlMailboxUsage) -> None:
        later = NOW + timedelta(days=3)
        for moment in (NOW + timedelta(days=1), later, NOW):
            mail.append_raw(letter("x"), received=moment)
        mail.append_raw(letter("x"), received=later, path="Drafts")
        mail.append_raw(letter("x"), received=NOW - timedelta(days=9), access=TERRY)
        dates = usage.item_dates(AYLA.mailbox_guid)
        assert dates == {mail.folder().id: (NOW, later), mail.folder("Drafts").id: (later, later)}

    def test_the_last_logon_stays(self, usage: SqlMailboxUsage) -> None:
        early, late = NOW, NOW + timedelta(microseconds=1)
        usage.note([Logon(AYLA.mailbox_guid, "CONTOSO\\ayla", early), Logon(TERRY.mailbox_guid, "CONTOSO\\x", early)])
        usage.note([Logon(AYLA.mailbox_guid, "CONTOSO\\raymonds", late)])
        usage.note([Logon(AYLA.mailbox_guid, "CONTOSO\\ayla", early)])  # another server is late to tell
        assert usage.last_logon(AYLA.mailbox_guid) == Logon(AYLA.mailbox_guid, "CONTOSO\\raymonds", late)
        assert usage.last_logon(TERRY.mailbox_guid) == Logon(TERRY.mailbox_guid, "CONTOSO\\x", early)
        usage.note([])

    def test_removing_a_mailbox_forgets_who_was_in(self, mail: OpenMail, usage: SqlMailboxUsage) -> None:
        mail.append("one")
        usage.note([Logon(AYLA.mailbox_guid, "CONTOSO\\ayla", NOW)])
        mail.store.remove_mailbox(AYLA.mailbox_guid)
        assert usage.last_logon(AYLA.mailbox_guid) is None
        assert usage.folders(AYLA.mailbox_guid) == ()

    def test_sizes_follow_what_is_there(self, mail: OpenMail, usage: SqlMailboxUsage) -> None:
        mail.append("one")
        (inbox, *_) = usage.folders(AYLA.mailbox_guid)
        assert (inbox.special, inbox.message_count, inbox.size) == (SpecialFolder.INBOX, 1, len(letter("one")))


class TestSqlite(MailboxUsageContract):
    @pytest.fixture
    def mail(self, tmp_path: Path) -> Iterator[OpenMail]:
        with opened_mail(Database.at(tmp_path / "mail.db")) as mail:
            yield mail


class TestPostgres(MailboxUsageContract):
    @pytest.fixture
    def mail(self, postgres: PostgresServer) -> Iterator[OpenMail]:
        with opened_mail(Database(postgres.new_database())) as mail:
            yield mail
