import errno
import json
import os
import random
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from delegacy.domain.errors import (
    InvalidInput,
    SchemaTooNew,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from delegacy.domain.folder import FolderNotFound, FolderPath
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.store import maintenance
from delegacy.store.connection import Dialect
from delegacy.store.engine import Database
from delegacy.store.mailstore import SqlMailStore
from delegacy.store.migrations import create_schema
from delegacy.store.unit_of_work import SqlStore
from support.mail_store import AYLA, OpenMail
from support.mail_world import SteppingClock
from support.postgres import PostgresServer
from support.stores import NOW, OnPostgres, OnSqlite, OpenStore, SetClock, recipient

T = RecipientTypeDetails


class MaintenanceContract:
    @pytest.fixture
    def mail(self, opened: OpenStore, tmp_path: Path) -> Iterator[Database]:
        database = opened.database
        if database.dialect is Dialect.SQLITE:
            database = Database.at(tmp_path / "mail.db")
        create_schema(opened.database, database)
        with database.connection() as connection:
            connection.run("INSERT INTO mail_mailbox (guid, last_uid_validity) VALUES ('a', 1)")
        yield database
        database.close()

    @pytest.fixture
    def terry(self, opened: OpenStore) -> Recipient:
        return opened.add(recipient("Terry Adams", attributes={"Notes": "tab\there\nand \\ there"}))[0]

    def test_what_was_backed_up_is_put_back_while_others_are_connected(
        self, opened: OpenStore, mail: Database, terry: Recipient, tmp_path: Path
    ) -> None:
        opened.grant(terry, terry)
        maintenance.backup(opened.database, mail, tmp_path / "backup.zip")
        (later,) = opened.add(recipient("Later"))
        with opened.store.write() as work:
            work.directory.update(replace(terry, display_name="Changed"))
            work.commit()
        with mail.connection() as connection:
            connection.run("INSERT INTO mail_mailbox (guid, last_uid_validity) VALUES ('b', 1)")
        assert opened.facts.opening(later.id, terry.id, terry.when_created) is not None
        change = opened.facts.change()

        with opened.store.read() as reader:
            before = reader.get(terry.id)
            maintenance.restore(opened.database, mail, tmp_path / "backup.zip", NOW)
            assert reader.get(terry.id) == before
            assert reader.get(later.id) == later

        assert opened.facts.change() == change + 1
        assert opened.facts.opening(later.id, terry.id, terry.when_created) is None
        with opened.store.read() as directory:
            assert directory.get(terry.id) == terry
            assert directory.find("Later", frozenset()) == ()
            assert len(directory.mailbox_acl(terry.id).entries) == 1
        with mail.connection() as connection:
            assert connection.rows("SELECT guid FROM mail_mailbox") == [("a",)]
            connection.run("INSERT INTO mail_mailbox (guid, last_uid_validity) VALUES ('c', 1)")
        (again,) = opened.add(recipient("Later"))
        assert again.id > later.id  # who was called so has nothing to do with it
        assert again.sid not in {"", later.sid, terry.sid}
        opened.grant(terry, again)
        with opened.store.read() as directory:
            assert directory.verify_audit_log().broken is None

    def test_a_backup_of_a_higher_change_keeps_it_higher(
        self, opened: OpenStore, mail: Database, terry: Recipient, tmp_path: Path
    ) -> None:
        with opened.database.connection() as connection:
            connection.run("UPDATE head SET change = 500")
            maintenance.backup(opened.database, mail, tmp_path / "backup.zip")
            connection.run("UPDATE head SET change = 20")
        maintenance.restore(opened.database, mail, tmp_path / "backup.zip", NOW)
        assert opened.facts.change() == 501
        with opened.store.read() as directory:
            assert directory.get(terry.id) == terry

    def test_folders_put_back_are_none_that_anybody_knew(
        self, opened: OpenStore, mail: Database, tmp_path: Path
    ) -> None:
        there = OpenMail(mail, SqlMailStore(mail, SetClock()), SteppingClock(NOW))
        there.append("one")
        kept = there.folder()
        maintenance.backup(opened.database, mail, tmp_path / "backup.zip")
        there.append("a later one")
        known = {kept.id}
        validities = {kept.uid_validity, there.folder("Drafts").uid_validity}
        for name in ("New", "Newer"):
            created = there.store.create_folder(AYLA, FolderPath.parse(name))
            known.add(created.id)
            validities.add(created.uid_validity)
        there.store.delete_folder(AYLA, created.id)

        for _ in range(2):
            maintenance.restore(opened.database, mail, tmp_path / "backup.zip", NOW)

            for number in known:
                with pytest.raises(FolderNotFound):
                    there.store.fetch(AYLA, number, [1, 2], [])
            folder = there.folder()
            assert folder.uid_validity > max(validities)
            assert there.folder("Drafts").uid_validity > max(validities)
            assert (there.uids(), there.append("another"), there.uids()) == ([1], 2, [1, 2])
            assert b"another" in there.content(2)
            assert there.store.changes(AYLA, folder.id, folder.highest_modseq).updated[0].uid == 2
            created = there.store.create_folder(AYLA, FolderPath.parse("Newer"))
            assert created.id not in known
            assert created.uid_validity > folder.uid_validity
            known |= {folder.id, created.id}
            validities |= {folder.uid_validity, created.uid_validity}

    def test_folders_put_back_on_a_new_machine_are_none_of_the_old_one(
        self, opened: OpenStore, mail: Database, tmp_path: Path
    ) -> None:
        there = OpenMail(mail, SqlMailStore(mail, SetClock()), SteppingClock(NOW))
        before = there.folder().uid_validity
        maintenance.backup(opened.database, mail, tmp_path / "backup.zip")
        later = NOW + timedelta(days=1)
        maintenance.restore(opened.database, mail, tmp_path / "backup.zip", later)
        assert there.folder().uid_validity > later.timestamp() > before

    def test_a_backup_taken_during_changes_is_one_state(
        self, opened: OpenStore, mail: Database, terry: Recipient, tmp_path: Path
    ) -> None:
        stop = threading.Event()

        def keep_changing() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                with opened.store.write() as work:
                    work.directory.update(replace(terry, display_name=str(number)))
                    work.directory.set_credential(terry.id, str(number))
                    work.commit()

        thread = threading.Thread(target=keep_changing)
        thread.start()
        try:
            for number in range(3):
                maintenance.backup(opened.database, mail, tmp_path / f"{number}.zip")
        finally:
            stop.set()
            thread.join()
        for number in range(3):
            maintenance.restore(opened.database, mail, tmp_path / f"{number}.zip", NOW)
            with opened.database.connection() as connection:
                name = connection.row("SELECT display_name FROM object WHERE id = ?", (terry.id,))
                assert name is not None
                assert name[0] in ("Terry Adams", *map(str, range(10**6)))
                if name[0] != "Terry Adams":
                    assert connection.row("SELECT password_hash FROM credential") == name

    def test_a_backup_is_its_owners_and_overwrites_nothing(
        self, opened: OpenStore, mail: Database, tmp_path: Path
    ) -> None:
        file = tmp_path / "backup.zip"
        maintenance.backup(opened.database, mail, file)
        assert file.stat().st_mode & 0o777 == 0o600
        before = file.read_bytes()
        with pytest.raises(InvalidInput):
            maintenance.backup(opened.database, mail, file)
        assert file.read_bytes() == before
        assert not list(tmp_path.glob(".*"))

    def test_a_backup_into_nowhere_is_refused(self, opened: OpenStore, mail: Database, tmp_path: Path) -> None:
        with pytest.raises(StoreUnavailable):
            maintenance.backup(opened.database, mail, tmp_path / "missing" / "backup.zip")

    @pytest.mark.parametrize(
        "damage", ["missing", "no zip", "no manifest", "strange manifest", "cut", "no tables", "newer"]
    )
    def test_what_is_no_backup_changes_nothing(
        self, opened: OpenStore, mail: Database, terry: Recipient, tmp_path: Path, damage: str
    ) -> None:
        file = tmp_path / "backup.zip"
        maintenance.backup(opened.database, mail, file)
        change = opened.facts.change()
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            entries = {name: archive.read(name) for name in archive.namelist()}
        match damage:
            case "missing":
                file.unlink()
            case "no zip":
                file.write_bytes(b"PK not really")
            case "cut":
                file.write_bytes(file.read_bytes()[:-200])
            case _:
                if damage == "no manifest":
                    del entries["manifest.json"]
                elif damage == "strange manifest":
                    entries["manifest.json"] = b"[]"
                elif damage == "no tables":
                    entries = {"manifest.json": entries["manifest.json"]}
                else:
                    entries["manifest.json"] = json.dumps(manifest | {"directory": "9999"}).encode()
                with zipfile.ZipFile(file, "w") as archive:
                    for name, content in entries.items():
                        archive.writestr(name, content)
        with pytest.raises((InvalidInput, StoreUnavailable, SchemaTooNew)):
            maintenance.restore(opened.database, mail, file, NOW)
        assert opened.facts.change() == change
        with opened.store.read() as directory:
            assert directory.get(terry.id) == terry

    @pytest.mark.parametrize("seed", range(40))
    def test_a_backup_with_any_damage_is_refused_or_whole(
        self, opened: OpenStore, mail: Database, terry: Recipient, tmp_path: Path, seed: int
    ) -> None:
        chance = random.Random(seed)
        file = tmp_path / "backup.zip"
        maintenance.backup(opened.database, mail, file)
        content = bytearray(file.read_bytes())
        if seed % 4 == 0:
            del content[chance.randrange(len(content)) :]
        else:
            for _ in range(chance.choice((1, 1, 4, 40))):
                content[chance.randrange(len(content))] = chance.randrange(256)
        file.write_bytes(content)
        opened.add(recipient("Later"))
        with suppress(InvalidInput, StoreError):
            maintenance.restore(opened.database, mail, file, NOW)
        with opened.store.read() as directory:
            found = directory.find("Later", frozenset())
            assert directory.get(terry.id) == terry
            assert directory.verify_audit_log().broken is None
        assert len(found) in (0, 1)
        assert not list(tmp_path.glob(".*"))

    @pytest.mark.parametrize("trick", ["encrypted", "lzma", "large manifest", "nested manifest", "list of schemas"])
    def test_a_zip_file_that_backup_did_not_write_is_refused(
        self, opened: OpenStore, mail: Database, terry: Recipient, tmp_path: Path, trick: str
    ) -> None:
        file = tmp_path / "backup.zip"
        maintenance.backup(opened.database, mail, file)
        with zipfile.ZipFile(file) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
        method = zipfile.ZIP_LZMA if trick == "lzma" else zipfile.ZIP_DEFLATED
        entries |= {
            "large manifest": {"manifest.json": b" " * 2**24 + entries["manifest.json"]},
            "nested manifest": {"manifest.json": b"[" * 60_000},
            "list of schemas": {"manifest.json": b'{"format": 1, "backend": ["sqlite"], "directory": {}, "mail": 7}'},
        }.get(trick, {})
        with zipfile.ZipFile(file, "w", method) as archive:
            for name, content in entries.items():
                archive.writestr(name, content)
        if trick == "encrypted":
            marked = bytearray(file.read_bytes())
            for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
                place = -1
                while (place := marked.find(mark, place + 1)) >= 0:
                    marked[place + offset] |= 1
            file.write_bytes(marked)
        with pytest.raises((InvalidInput, SchemaTooNew)):
            maintenance.restore(opened.database, mail, file, NOW)
        with opened.store.read() as directory:
            assert directory.get(terry.id) == terry

    def test_a_file_system_without_links_takes_a_backup_and_overwrites_nothing(
        self, opened: OpenStore, mail: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def link(_old: Path, _new: Path) -> None:
            raise PermissionError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", link)
        maintenance.backup(opened.database, mail, tmp_path / "backup.zip")
        with pytest.raises(InvalidInput):
            maintenance.backup(opened.database, mail, tmp_path / "backup.zip")
        assert zipfile.is_zipfile(tmp_path / "backup.zip")
        assert (tmp_path / "backup.zip").stat().st_mode & 0o777 == 0o600
        assert not list(tmp_path.glob(".*"))

    def test_nothing_is_backed_up_where_there_is_nothing(self, opened: OpenStore, tmp_path: Path) -> None:
        empty = Database.at(tmp_path / "empty.db")
        try:
            with pytest.raises(StoreUnavailable):
                maintenance.backup(empty, empty, tmp_path / "backup.zip")
        finally:
            empty.close()
        assert not (tmp_path / "backup.zip").exists()
        assert opened.facts.change() > 0


class TestSqlite(OnSqlite, MaintenanceContract):
    def test_a_backup_makes_a_new_installation(
        self, opened: OpenStore, mail: Database, terry: Recipient, tmp_path: Path
    ) -> None:
        maintenance.backup(opened.database, mail, tmp_path / "backup.zip")
        places = [Database.at(tmp_path / "new" / name) for name in ("directory.db", "mail.db")]
        (tmp_path / "new").mkdir()
        maintenance.restore(places[0], places[1], tmp_path / "backup.zip", NOW)
        with SqlStore(places[0], SetClock()).read() as directory:
            assert directory.get(terry.id) == terry
        for place in places:
            place.close()

    def test_a_damaged_database_in_a_backup_changes_nothing(
        self, opened: OpenStore, mail: Database, terry: Recipient, tmp_path: Path
    ) -> None:
        file = tmp_path / "backup.zip"
        maintenance.backup(opened.database, mail, file)
        with zipfile.ZipFile(file) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
        broken = bytearray(entries["directory.db"])
        broken[4096 * 3 : 4096 * 6] = bytes(4096 * 3)
        entries["directory.db"] = bytes(broken)
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in entries.items():
                archive.writestr(name, content)
        with pytest.raises(InvalidInput):
            maintenance.restore(opened.database, mail, file, NOW)
        with opened.store.read() as directory:
            assert directory.get(terry.id) == terry

    @pytest.mark.parametrize(
        "addition",
        [
            "CREATE TRIGGER grants AFTER INSERT ON credential BEGIN DELETE FROM ace; END",
            "CREATE VIEW everybody AS SELECT * FROM object",
            "CREATE TABLE strange (x)",
            "CREATE VIRTUAL TABLE strange USING fts5 (x)",
        ],
    )
    def test_a_database_with_more_in_it_than_ours_is_refused(
        self, opened: OpenStore, mail: Database, terry: Recipient, tmp_path: Path, addition: str
    ) -> None:
        file = tmp_path / "backup.zip"
        maintenance.backup(opened.database, mail, file)
        with zipfile.ZipFile(file) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
        (tmp_path / "hostile.db").write_bytes(entries["directory.db"])
        with closing(sqlite3.connect(tmp_path / "hostile.db")) as hostile:
            hostile.execute("PRAGMA journal_mode = DELETE")
            hostile.execute(addition)
            hostile.commit()
        entries["directory.db"] = (tmp_path / "hostile.db").read_bytes()
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in entries.items():
                archive.writestr(name, content)
        with pytest.raises(InvalidInput, match="none of ours"):
            maintenance.restore(opened.database, mail, file, NOW)
        with opened.store.read() as directory:
            assert directory.get(terry.id) == terry

    def test_what_does_not_fit_on_the_disk_is_not_unpacked(
        self, opened: OpenStore, mail: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        maintenance.backup(opened.database, mail, tmp_path / "backup.zip")
        monkeypatch.setattr(shutil, "disk_usage", lambda _place: shutil._ntuple_diskusage(10**6, 10**6, 0))
        with pytest.raises(StoreFull):
            maintenance.restore(opened.database, mail, tmp_path / "backup.zip", NOW)
        assert not list(tmp_path.glob(".*"))


class TestPostgres(OnPostgres, MaintenanceContract):
    def test_a_backup_of_the_other_kind_of_database_is_refused(
        self, opened: OpenStore, mail: Database, terry: Recipient, tmp_path: Path
    ) -> None:
        maintenance.backup(opened.database, mail, tmp_path / "backup.zip")
        file = Database.at(tmp_path / "directory.db")
        create_schema(file, file)
        try:
            with pytest.raises(InvalidInput):
                maintenance.restore(file, file, tmp_path / "backup.zip", NOW)
            with file.connection() as connection:
                assert connection.rows("SELECT * FROM object") == []
        finally:
            file.close()
        with opened.store.read() as directory:
            assert directory.get(terry.id) == terry

    def test_a_backup_makes_a_new_installation(
        self, opened: OpenStore, mail: Database, terry: Recipient, tmp_path: Path, postgres: PostgresServer
    ) -> None:
        maintenance.backup(opened.database, mail, tmp_path / "backup.zip")
        place = Database(postgres.new_database())
        maintenance.restore(place, place, tmp_path / "backup.zip", NOW)
        with place.connection() as connection:
            assert connection.row("SELECT name FROM object") == (terry.name,)
        place.close()
