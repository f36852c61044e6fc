from collections.abc import Iterator

import pytest
from hypothesis import settings

from delegacy.store.engine import Database
from support.postgres import PostgresServer
from support.stores import OpenStore, directory_store

settings.register_profile("fuzz", max_examples=5_000, deadline=None)


@pytest.fixture(scope="module")
def in_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenStore]:
    """Give a module's examples one directory; each example leaves it as it found it."""
    with directory_store(tmp_path_factory.mktemp("store")) as opened:
        yield opened


@pytest.fixture(scope="module")
def in_postgresql(postgres: PostgresServer) -> Iterator[OpenStore]:
    """Give a module's examples one directory; each example leaves it as it found it."""
    with directory_store(Database(postgres.new_database())) as opened:
        yield opened
