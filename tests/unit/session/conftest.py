import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.commands import CAST, EXTRAS, Organization, Shell, organization


@pytest.fixture(scope="session")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cast")
    with organization(folder) as made:
        made.shell().must(CAST + EXTRAS)
    return folder


@pytest.fixture
def contoso(cast: Path, tmp_path: Path) -> Iterator[Organization]:
    shutil.copy(cast / "directory.db", tmp_path)
    with organization(tmp_path) as made:
        yield made


@pytest.fixture
def shell(contoso: Organization) -> Shell:
    return contoso.shell()
