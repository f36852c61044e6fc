"""Rules of the layers that an import graph cannot see."""

import ast
from collections.abc import Iterator

import pytest

from support.sources import Source, sources

BELOW_THE_DOORS = {"domain", "policy", "wire", "powershell", "store", "cmdlets"}
BELOW_THE_SURFACES = BELOW_THE_DOORS | {"session", "enforcement"}

WALL_CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
UNSTRUCTURED = {("asyncio", "create_task"), ("asyncio", "ensure_future"), ("asyncio", "get_event_loop")}

DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
CHANGING = {
    "append",
    "extend",
    "insert",
    "add",
    "update",
    "pop",
    "popitem",
    "remove",
    "discard",
    "clear",
    "setdefault",
    "sort",
}


def in_layers(layers: set[str]) -> list[Source]:
    return [source for source in sources() if source.layer in layers]


def calls(source: Source) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield line, object and method of every call of the form ``object.method(...)``."""
    for node in source.nodes:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            yield node.lineno, (node.func.value.id, node.func.attr)


@pytest.mark.parametrize("layer", sorted(BELOW_THE_SURFACES | {"mail", "admin"}))
def test_the_layers_that_these_rules_name_are_there(layer: str) -> None:
    assert in_layers({layer})


def test_everything_below_the_doors_is_synchronous() -> None:
    coroutines = [
        f"{source.place}:{node.lineno}"
        for source in in_layers(BELOW_THE_DOORS)
        for node in source.nodes
        if isinstance(node, (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await))
    ]
    assert coroutines == []


def test_nothing_below_the_surfaces_reads_the_clock() -> None:
    readings = [
        f"{source.place}:{line}"
        for source in in_layers(BELOW_THE_SURFACES)
        for line, call in calls(source)
        if call in WALL_CLOCK
    ]
    assert readings == []


def test_no_task_is_started_outside_a_group() -> None:
    loose = [f"{source.place}:{line}" for source in sources() for line, call in calls(source) if call in UNSTRUCTURED]
    assert loose == []


def test_every_name_of_a_module_that_holds_several_things_is_final() -> None:
    loose = []
    for source in sources():
        for node in source.tree.body:
            is_display = isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, DISPLAYS)
            is_final = isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation).startswith("Final")
            if is_display and not is_final and not ast.unparse(node).startswith("__all__"):
                loose.append(f"{source.place}:{node.lineno}")
    assert loose == []


def test_no_module_changes_what_it_holds() -> None:
    changed = [
        f"{source.place}:{line} {name}"
        for source in sources()
        for line, name in changes(source)
        if name in set(held(source))
    ]
    assert changed == []


def held(source: Source) -> Iterator[str]:
    """Yield the names at the top of a module that hold a list, a table or a set."""
    for node in source.tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, DISPLAYS):
            yield ast.unparse(node.target)


def changes(source: Source) -> Iterator[tuple[int, str]]:
    """Yield line and name of everything that is assigned into, deleted from, or told to change."""
    for node in source.nodes:
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield node.lineno, ast.unparse(node.value)
    for line, (name, method) in calls(source):
        if method in CHANGING:
            yield line, name


def test_no_function_rebinds_a_global() -> None:
    rebound = [
        f"{source.place}:{node.lineno}" for source in sources() for node in source.nodes if isinstance(node, ast.Global)
    ]
    assert rebound == []


def test_the_policy_is_handed_the_time() -> None:
    """Every decider takes ``now`` where it needs it, so that an answer depends on its facts alone."""
    imports = [
        f"{source.place}:{node.lineno}"
        for source in in_layers({"policy"})
        for node in source.nodes
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
        if name.split(".")[0] in {"time", "random", "secrets", "os", "logging", "threading"}
    ]
    assert imports == []
