"""What is written for readers is true: generated pages are fresh, links lead somewhere, documented targets are there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from delegacy.reference.pages import pages
from support.sources import ROOT

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
ELSEWHERE = ("https://", "http://", "mailto:")


def documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def headings(document: Path) -> set[str]:
    """Return the anchors of a page, as GitHub makes them."""
    lines = CODE.sub("", document.read_text("utf-8")).splitlines()
    titles = (line.lstrip("#").strip().lower() for line in lines if line.startswith("#"))
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


def links() -> Iterator[tuple[Path, str]]:
    for document in documents():
        for target in LINK.findall(CODE.sub("", document.read_text("utf-8"))):
            if not target.startswith(ELSEWHERE):
                yield document, target


def test_the_generated_pages_are_fresh() -> None:
    folder = ROOT / "docs" / "reference"
    written = {file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in folder.rglob("*.md")}
    wanted = pages()
    assert written.keys() == wanted.keys(), "run `make docs`"
    assert [place for place in wanted if written[place] != wanted[place]] == [], "run `make docs`"


def test_there_are_links() -> None:
    assert len(list(links())) > 100


def test_every_link_leads_somewhere() -> None:
    lost = []
    for document, target in links():
        place, _, anchor = target.partition("#")
        file = (document.parent / place).resolve() if place else document
        if not file.exists() or (anchor and anchor not in headings(file)):
            lost.append(f"{document.relative_to(ROOT)}: {target}")
    assert lost == []


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_targets_and_files_that_are_named_are_there(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)|^\$ make ([a-z]+)", text, re.MULTILINE)) <= {
        pair for target in targets for pair in ((target, ""), ("", target))
    }
    folders = (ROOT, ROOT / "src" / "delegacy", ROOT / "docs")
    named = set(re.findall(r"`([a-z_]+(?:/[a-z0-9_.]+)+/?)`", text))
    assert [name for name in sorted(named) if not any((folder / name).exists() for folder in folders)] == []


def test_readme_fits_on_two_screens() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 110
