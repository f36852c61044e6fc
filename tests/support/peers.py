"""Programs that tests talk to and that we did not write."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest


def require_program(name: str, folders: Iterable[Path] = ()) -> str:
    """Return the path of a program, looked for in ``folders`` and then in PATH; skip the test, naming it, if it is missing.

    Where CI is set nothing may be missing, so the test fails there.
    """
    for folder in folders:
        if (folder / name).is_file():
            return str(folder / name)
    found = shutil.which(name)
    if found is not None:
        return found
    missing = f"the program {name} is not installed (make peers installs it)"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)
