"""Names say what a thing is."""

import ast
import re

from support.sources import SOURCE, sources

VAGUE = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "manager",
    "managers",
    "misc",
    "stuff",
    "shared",
    "core",
    "lib",
    "tools",
}
VAGUE_CLASS = re.compile(r"(?:Manager|Helper|Helpers|Util|Utils|Impl|Wrapper|Data|Info)$")

# PowerShell's own word for the part of the interpreter that the others are about.
ALLOWED_MODULES = {"powershell/interpreter/core.py"}
# Exchange's and PowerShell's own words.
ALLOWED_CLASSES = {"CmdletInfo", "FunctionInfo"}


def test_no_module_has_a_vague_name() -> None:
    vague = [
        source.place
        for source in sources()
        if source.path.stem.strip("_") in VAGUE or re.search(r"_(?:utils?|helpers?|manager|misc)$", source.path.stem)
    ]
    assert set(vague) == ALLOWED_MODULES


def test_no_folder_has_a_vague_name() -> None:
    assert [path for path in SOURCE.rglob("*") if path.is_dir() and path.name in VAGUE] == []


def test_no_class_has_a_vague_name() -> None:
    vague = {
        node.name
        for source in sources()
        for node in source.nodes
        if isinstance(node, ast.ClassDef) and VAGUE_CLASS.search(node.name)
    }
    assert vague == ALLOWED_CLASSES
