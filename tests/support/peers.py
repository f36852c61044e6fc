"""Programs that tests talk to and that we did not write."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import pytest


def require_program(name: str, folders: Iterable[Path] = ()) -> str:
    """Return the path of a program, looked for in ``folders`` and then in PATH; skip the test, naming it, if it is missing.

    Where CI is set nothing may be missing, so the test fails there.
    """
    for folder in folders:
        if (folder / name).is_file():
            return str(folder / name)
    found = shutil.which(name)
    if found is None:
        _miss(f"the program {name} is not installed (make peers installs it)")
    return found


def require_perl_module(name: str) -> None:
    """Skip the test, naming the module, if Perl has no such one; likewise."""
    perl = require_program("perl")
    if subprocess.run([perl, f"-M{name}", "-e", "1"], capture_output=True, check=False).returncode != 0:
        _miss(f"the Perl module {name} is not installed (make peers installs it)")


def _miss(missing: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)
