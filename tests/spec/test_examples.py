"""The examples of Get-Help run on the demo organization, as a newcomer runs them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from delegacy.bootstrap.directory import open_directory
from delegacy.bootstrap.runspaces import open_runspace
from delegacy.config import Settings
from delegacy.demo import make_demo
from delegacy.powershell.metadata import CmdletInfo
from delegacy.powershell.streams import Stream
from delegacy.session.declarations import declared_cmdlets
from support.commands import PlainPasswords, RecordingHost

CMDLETS = declared_cmdlets()
Run = Callable[[str], RecordingHost]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    make_demo(Settings(data=folder), "delegacy", lambda _: None)
    return folder


@pytest.fixture
def run(demo: Path, tmp_path: Path) -> Iterator[Run]:
    """Run a script in a shell on the demo organization; no question is answered."""
    folder = tmp_path / "demo"
    shutil.copytree(demo, folder)
    host = RecordingHost()
    with open_directory(Settings(data=folder)) as services:
        runspace = open_runspace(services, host, user=None, origin="shell", passwords=PlainPasswords())

        def run(text: str) -> RecordingHost:
            host.shown.clear()
            runspace.run(text)
            return host

        yield run


def test_an_example_that_fails_is_seen(run: Run) -> None:
    assert "couldn't be found" in run("Get-Mailbox nobody").text(Stream.ERROR)


@pytest.mark.parametrize("info", CMDLETS, ids=lambda info: info.name)
def test_the_examples_of_a_cmdlet_run(info: CmdletInfo, run: Run) -> None:
    assert info.examples
    for example in info.examples:
        assert info.name in example.code
        assert example.remarks.endswith(".")
        said = run(example.code)
        assert not said.text(Stream.ERROR), example.code
        assert not said.questions, example.code
