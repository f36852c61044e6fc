"""Every case of the specification against the authorizer, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from delegacy.store.engine import Database
from support.postgres import PostgresServer
from support.spec.cases import Case, load_cases
from support.spec.store_world import StoreWorld
from support.spec.worlds import play
from support.stores import OpenStore, directory_store


@pytest.mark.parametrize("case", load_cases(), ids=str)
def test_the_authorizer_keeps_the_sentence_on_sqlite(case: Case, tmp_path: Path) -> None:
    with directory_store(tmp_path) as opened:
        assert play(case, StoreWorld(opened)) > 0


@pytest.fixture(scope="module")
def in_postgresql(postgres: PostgresServer) -> Iterator[OpenStore]:
    with directory_store(Database(postgres.new_database())) as opened:
        yield opened


@pytest.mark.interop
@pytest.mark.parametrize("case", load_cases(), ids=str)
def test_the_authorizer_keeps_the_sentence_on_postgresql(case: Case, in_postgresql: OpenStore) -> None:
    world = StoreWorld(in_postgresql)
    try:
        assert play(case, world) > 0
    finally:
        world.clear()
