import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from delegacy.config import OTHER_VARIABLES, keys, variable
from delegacy.domain.errors import DelegacyError, ManagementObjectNotFound
from delegacy.policy.decision import OpenDenial, SendDenial
from delegacy.reference import __main__
from delegacy.reference.markdown import MARK
from delegacy.reference.pages import pages, write_pages
from delegacy.reference.product import denials, errors, first_sentence
from delegacy.reference.settings import value_in_words
from delegacy.session.declarations import declared_cmdlets
from delegacy.session.signin import SignInDenial


@cache
def written() -> Mapping[str, str]:
    """Return the pages, made once for all the tests that only read them."""
    return pages()


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of a page's tables."""
    return [re.split(r" (?<!\\)\| ", line.strip("| ")) for line in text.splitlines() if line.startswith("| ")]


def test_every_setting_and_variable_is_on_its_page() -> None:
    page = written()["settings.md"]
    for key, field in keys().items():
        assert f"| `{key}` | `{variable(key)}` |" in page
        assert field.metadata["help"] in page
    for name in OTHER_VARIABLES:
        assert f"`{name}`" in page


@pytest.mark.parametrize("key", keys())
def test_what_a_setting_can_be_is_said(key: str) -> None:
    assert value_in_words(keys()[key].type)


def test_no_page_depends_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    before = pages()
    monkeypatch.setenv("HOME", "/somewhere/else")
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert pages() == before
    assert str(Path.home()) not in "".join(before.values())


@pytest.mark.parametrize("name", [info.name for info in declared_cmdlets()])
def test_every_cmdlet_has_a_page_with_all_its_parameters(name: str) -> None:
    (info,) = (each for each in declared_cmdlets() if each.name == name)
    page = written()[f"cmdlets/{name}.md"]
    assert f"](cmdlets/{name}.md)" in written()["cmdlets.md"]
    named = [row[0].split(",")[0].strip("`") for row in rows(page)]
    for parameter in info.parameters:
        assert (f"-{parameter.name}" in named) != parameter.hidden
    unsupported = page.partition("## Not supported")[2]
    for parameter_name in info.unsupported:
        assert f"`-{parameter_name}`" in unsupported


def test_every_error_is_on_its_page_with_its_category() -> None:
    assert ManagementObjectNotFound in errors()
    page = written()["errors.md"]
    for error in errors():
        assert f"`{error.error_id}` | `{error.category.value}` | {first_sentence(error)} |" in page
        assert first_sentence(error).endswith(".")
    assert len(errors()) == len(set(errors()))
    assert all(issubclass(error, DelegacyError) for error in errors())


def test_every_reason_for_a_denial_is_on_its_page() -> None:
    assert {OpenDenial, SendDenial, SignInDenial} <= set(denials())
    page = written()["denials.md"]
    for vocabulary in denials():
        assert f"## {vocabulary.__name__}" in page
        for reason in vocabulary:
            assert f"| `{reason.name}` | {reason.value} |" in page


def test_pages_that_are_none_any_more_go_and_what_somebody_wrote_stays(tmp_path: Path) -> None:
    (tmp_path / "cmdlets").mkdir()
    (tmp_path / "cmdlets" / "Get-Gone.md").write_text(f"# Get-Gone\n\n{MARK}\n", encoding="utf-8")
    (tmp_path / "notes.md").write_text("# Notes\n", encoding="utf-8")
    write_pages(tmp_path)
    found = {file.relative_to(tmp_path).as_posix(): file.read_text("utf-8") for file in tmp_path.rglob("*.md")}
    assert found == {**written(), "notes.md": "# Notes\n"}


def test_the_command_writes_where_it_is_told_to(tmp_path: Path) -> None:
    assert __main__.main([]) == 2
    assert __main__.main([str(tmp_path)]) == 0
    assert (tmp_path / "README.md").is_file()
