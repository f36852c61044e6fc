"""Delegacy's command line on databases that can be made full: `python on_a_full_disk.py SWITCH ARGUMENT...`.

While the file SWITCH is there, no SQLite database of this process grows by a page, as on a full disk; when it is gone, there is room
again. SQLite's own limit does it, asked for each time that a connection is taken from the pool.
"""

import sqlite3
import sys
from pathlib import Path

import sqlalchemy as sa

from delegacy.cli import main

_NO_LIMIT = 2**30 - 1


def run(switch: Path, arguments: list[str]) -> int:
    def take(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {1 if switch.exists() else _NO_LIMIT}")

    sa.event.listen(sa.pool.Pool, "checkout", take)
    return main(arguments)


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), sys.argv[2:]))
