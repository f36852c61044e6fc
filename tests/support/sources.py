"""The product's own modules, as text and as syntax trees."""

import ast
import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Final

import delegacy

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src" / "delegacy"
TESTS: Final = ROOT / "tests"


@dataclass(frozen=True)
class Source:
    """One module's file."""

    path: Path
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Return every node of the tree; those of all modules are walked to once."""
        return tuple(ast.walk(self.tree))

    @property
    def place(self) -> str:
        """Return where it is in the package, ``policy/sending.py``."""
        return self.path.relative_to(SOURCE).as_posix()

    @property
    def layer(self) -> str:
        """Return the folder of the package that it is in; its own name for a module at the top."""
        return self.path.relative_to(SOURCE).parts[0]


@cache
def sources() -> tuple[Source, ...]:
    """Return every module of the product."""
    return tuple(
        Source(path, text, ast.parse(text))
        for path in sorted(SOURCE.rglob("*.py"))
        for text in [path.read_text("utf-8")]
    )


@cache
def modules() -> tuple[ModuleType, ...]:
    """Return every module of the product, imported; the one that starts the program excepted."""
    names = [module.name for module in pkgutil.walk_packages(delegacy.__path__, "delegacy.")]
    return tuple(
        importlib.import_module(name) for name in names if not name.endswith("__main__") and ".migrations" not in name
    )
