import os
from pathlib import Path

import pytest

from delegacy.admin.shell.files import LocalFiles
from delegacy.powershell.host import FileAccessError


@pytest.fixture
def files(tmp_path: Path) -> LocalFiles:
    return LocalFiles([("C", tmp_path / "drive")], lambda: tmp_path)


def test_relative_paths_start_in_the_current_folder(files: LocalFiles, tmp_path: Path) -> None:
    assert files.resolve("people.csv") == str(tmp_path / "people.csv")
    assert files.resolve(".\\lists\\..\\people.csv") == str(tmp_path / "people.csv")
    assert files.resolve("/etc/hosts") == "/etc/hosts"
    assert files.resolve("~/x") == str(Path.home() / "x")


def test_what_is_written_is_read(files: LocalFiles, tmp_path: Path) -> None:
    files.write("a.txt", b"one\r\n", append=False)
    files.write("a.txt", b"\xfftwo", append=True)
    assert files.read("a.txt") == b"one\r\n\xfftwo"
    files.write("a.txt", b"three", append=False)
    assert (tmp_path / "a.txt").read_bytes() == b"three"


def test_files_and_folders_are_told_apart(files: LocalFiles, tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    (tmp_path / "d").mkdir()
    assert files.is_file("f")
    assert not files.is_file("d")
    assert not files.is_file("missing")
    assert files.is_folder("d")
    assert not files.is_folder("f")
    assert not files.is_folder("missing")


@pytest.mark.parametrize("path", ["", "a\0b", "D:\\people.csv", "d:people.csv", "Env:\\PATH", "~nobody-of-that-name/x"])
def test_paths_that_can_name_nothing_here_are_refused(files: LocalFiles, path: str) -> None:
    for use in (files.resolve, files.read, lambda p: files.write(p, b"", append=False)):
        with pytest.raises(FileAccessError):
            use(path)
    assert not files.is_file(path)
    assert not files.is_folder(path)


def test_refusals_of_the_system_say_what_is_wrong(files: LocalFiles, tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match=r"Could not find file '.*missing\.csv'\."):
        files.read("missing.csv")
    with pytest.raises(FileAccessError, match="Could not find a part of the path"):
        files.write("no/such/folder.csv", b"", append=False)
    with pytest.raises(FileAccessError, match="is denied"):
        files.read(str(tmp_path))
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(FileAccessError, match="can't be used"):
        files.read("loop")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_what_the_system_denies_is_denied(files: LocalFiles, tmp_path: Path) -> None:
    (tmp_path / "secret").touch(mode=0)
    with pytest.raises(FileAccessError, match="is denied"):
        files.read("secret")


def test_a_file_without_end_is_refused(files: LocalFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("delegacy.admin.shell.files._LARGEST", 1024)
    with pytest.raises(FileAccessError, match="larger"):
        files.read("/dev/zero")


def test_a_folder_that_was_removed_is_reported() -> None:
    def gone() -> Path:
        raise FileNotFoundError

    with pytest.raises(FileAccessError):
        LocalFiles(folder=gone).read("x")


def test_a_folder_stands_for_a_drive(files: LocalFiles, tmp_path: Path) -> None:
    (tmp_path / "drive" / "Temp").mkdir(parents=True)
    files.write("C:\\temp\\Report.csv", b"1", append=False)
    assert (tmp_path / "drive" / "Temp" / "Report.csv").read_bytes() == b"1"
    assert files.read("c:/TEMP/report.CSV") == b"1"
    assert files.resolve("c:new.csv") == str(tmp_path / "drive" / "new.csv")


@pytest.mark.parametrize("path", ["C:\\..\\..\\secret", "C:..\\secret", "C:/a/../../secret"])
def test_no_path_leads_out_of_its_drive(files: LocalFiles, tmp_path: Path, path: str) -> None:
    assert files.resolve(path) == str(tmp_path / "drive" / "secret")


def test_who_uses_a_drive_that_stands_for_nothing_learns_what_to_set(files: LocalFiles) -> None:
    with pytest.raises(FileAccessError, match=r"A drive with the name 'D' does not exist.*shell\.drives"):
        files.read("D:\\people.csv")
