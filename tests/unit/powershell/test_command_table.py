import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import pytest

from delegacy.powershell import builtins
from delegacy.powershell.builtins._base import Builtin
from delegacy.powershell.builtins.table import BUILTIN_ALIASES, BUILTIN_INFOS

WITHOUT_A_COMMAND = {"_base", "table"}
IMPORTED = "import sys; from delegacy.powershell.builtins.table import BUILTIN_INFOS; {}; print('delegacy.powershell.builtins.data' in sys.modules)"


def test_a_name_that_is_no_command_is_not_found() -> None:
    assert BUILTIN_INFOS.get("get-nothing") is None
    assert "get-nothing" not in BUILTIN_INFOS
    with pytest.raises(KeyError):
        BUILTIN_INFOS["Where-Object"]  # keys are in lower case


def test_every_command_of_every_module_is_in_the_table() -> None:
    modules = {found.name for found in iter_modules(builtins.__path__)} - WITHOUT_A_COMMAND
    written = {
        cls.name
        for module in modules
        for cls in vars(import_module(f"{builtins.__name__}.{module}")).values()
        if isinstance(cls, type) and issubclass(cls, Builtin) and cls.name
    }
    assert written == set(BUILTIN_INFOS.names) == {info.name for info in BUILTIN_INFOS.values()}


def test_a_declaration_is_read_once() -> None:
    assert BUILTIN_INFOS["where-object"] is BUILTIN_INFOS["where-object"]


def test_aliases_name_commands_of_the_table() -> None:
    assert BUILTIN_INFOS["where-object"].aliases == ("where", "?")
    assert set(BUILTIN_ALIASES.values()) <= set(BUILTIN_INFOS.names)
    assert all(alias in BUILTIN_INFOS[name.lower()].aliases for alias, name in BUILTIN_ALIASES.items())


@pytest.mark.parametrize(("use", "is_imported"), [("len(BUILTIN_INFOS)", False), ("BUILTIN_INFOS['import-csv']", True)])
def test_a_module_is_imported_with_the_first_use_of_one_of_its_commands(use: str, *, is_imported: bool) -> None:
    ran = subprocess.run([sys.executable, "-c", IMPORTED.format(use)], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == str(is_imported)
