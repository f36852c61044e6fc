"""The guides for administrators: every command in them runs in the demo organization, and shows what stands below it."""

import csv
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest

from delegacy.powershell.values import PSObject, SecureString
from support.commands import NOW, PASSWORD, Organization, organization
from support.sources import ROOT

BY_OTHER_TESTS = {"from-exchange.md"}  # its blocks have names: test_from_exchange.py
GUIDES = sorted(guide for guide in (ROOT / "docs" / "administrators").glob("*.md") if guide.name not in BY_OTHER_TESTS)
NAMED = re.compile(r"^```powershell +\w", re.MULTILINE)
BLOCK = re.compile(r"^```(powershell|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MADE = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
ELLIPSIS = "..."


@dataclass(frozen=True)
class Example:
    """A block of commands, and the lines that are shown below it; None where the guide shows none."""

    script: str
    shown: list[str] | None


def examples(guide: Path) -> Iterator[Example]:
    blocks = BLOCK.findall(guide.read_text(encoding="utf-8"))
    for (kind, text), (following, shown) in pairwise([*blocks, ("", "")]):
        if kind == "powershell":
            yield Example(text, shown.splitlines() if following == "text" else None)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    data = resources.files("delegacy.demo")
    people = list(csv.DictReader(data.joinpath("people.csv").read_text(encoding="utf-8").splitlines()))
    with organization(folder) as made:
        made.clock.time = MADE
        made.shell().runspace.run_or_raise(
            data.joinpath("contoso.ps1").read_text(encoding="utf-8"),
            [PSObject(properties=person) for person in people],
            SecureString(PASSWORD),
        )
    return folder


@pytest.fixture
def contoso(demo: Path, tmp_path: Path) -> Iterator[Organization]:
    shutil.copy(demo / "directory.db", tmp_path)
    with organization(tmp_path) as made:
        yield made


def test_there_are_guides_with_examples() -> None:
    assert {guide.name for guide in GUIDES} >= {"insight.md", "roles.md"}
    for guide in GUIDES:
        assert list(examples(guide))
        assert not NAMED.search(guide.read_text(encoding="utf-8")), "a block with a name isn't run here"


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: str(guide.stem))
def test_every_example_runs_and_shows_what_stands_below_it(contoso: Organization, guide: Path) -> None:
    shell = contoso.shell()
    contoso.clock.time = NOW
    for example in examples(guide):
        said = shell.must(example.script)
        if example.shown is None:
            continue
        shown = [line.rstrip() for line in f"{said.output}\n{said.host}".splitlines() if line.strip()]
        pattern = "".join(
            r"(?:.*\n)*" if line == ELLIPSIS else f"{re.escape(line.rstrip())}\n"
            for line in example.shown
            if line.strip()
        )
        assert re.fullmatch(pattern, "".join(f"{line}\n" for line in shown)), f"{example.script}\n" + "\n".join(shown)
