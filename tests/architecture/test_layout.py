"""The tree: where things lie, and how long they are."""

from pathlib import Path

import pytest

from support.sources import ROOT, SOURCE, TESTS, sources

LONGEST = 500

# Each with its reason.
LONGER = {
    "domain/role_catalogue.py": "the built-in roles, as data",
    "powershell/parser.py": "a grammar",
    "powershell/expression_parser.py": "a grammar",
    "powershell/tokenizer.py": "a grammar",
    "powershell/syntax.py": "the nodes of a grammar",
    "powershell/convert.py": "one function for each type of the conversion rules",
    "powershell/methods.py": "a table of .NET methods",
    "powershell/statics.py": "a table of .NET types",
    "store/schema.py": "the tables of the directory",
    "cmdlets/_views.py": "a list of properties for each kind of output object",
}

# What only works together with something outside, and where that is tested.
TESTED_ELSEWHERE = {
    "store": "tests/contract, on both databases",
    "enforcement": "tests/spec, on both databases",
    "bootstrap": "tests/interop, as a process",
    "demo": "tests/interop, as a process",
}

KINDS = ["unit", "spec", "contract", "protocol", "property", "interop", "architecture"]


def test_no_module_is_long_without_a_reason() -> None:
    long = {source.place for source in sources() if len(source.text.splitlines()) > LONGEST}
    assert long == set(LONGER)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_test_has_tests(kind: str) -> None:
    assert list((TESTS / kind).rglob("test_*.py"))


def test_every_folder_of_tests_is_of_a_known_kind() -> None:
    folders = {path.name for path in TESTS.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))}
    assert folders - {"support", "e2e"} == set(KINDS)


def test_every_folder_of_tests_holds_tests() -> None:
    beside = {"support", "cases", "__pycache__", "smtp", "imap", "data"}
    empty = [
        path.relative_to(TESTS).as_posix()
        for path in TESTS.rglob("*")
        if path.is_dir() and not beside & set(path.relative_to(TESTS).parts) and not list(path.rglob("test_*.py"))
    ]
    assert empty == []


def test_unit_tests_mirror_the_source() -> None:
    unit = TESTS / "unit"
    strays = [
        folder.relative_to(unit).as_posix()
        for folder in unit.rglob("*")
        if folder.is_dir()
        and folder.name not in ("__pycache__", "cases")
        and not (SOURCE / folder.relative_to(unit)).exists()
    ]
    assert [stray for stray in strays if not (SOURCE / f"{stray}.py").exists()] == []


def test_every_layer_has_unit_tests() -> None:
    layers = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    covered = {path.name for path in (TESTS / "unit").iterdir() if path.is_dir()}
    assert layers - covered <= set(TESTED_ELSEWHERE)


def test_the_import_contracts_name_every_layer() -> None:
    contracts = (ROOT / ".importlinter").read_text("utf-8")
    assert "exhaustive = true" in contracts
    assert "# " not in contracts, "a contract is kept or changed, not commented out"


def test_every_package_says_what_it_is_for() -> None:
    silent = [source.place for source in sources() if not source.tree.body or not _docstring(source.text)]
    assert silent == []


def _docstring(text: str) -> bool:
    return text.lstrip().startswith(('"""', 'r"""'))


def test_tests_are_found_where_they_lie() -> None:
    lost = [path for path in TESTS.rglob("*_test.py") if path.is_file()]
    assert lost == []
    assert not list(Path(SOURCE).rglob("test_*.py"))
