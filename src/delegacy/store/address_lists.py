"""Address lists: written and read. They are kept by path, which is unique where names are not."""

import json
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final
from uuid import UUID

from delegacy.domain.address_list import AddressList
from delegacy.domain.identity import fold
from delegacy.store.connection import Connection
from delegacy.store.rows import to_moment

_ALL: Final = (
    "SELECT guid, name, display_name, container, recipient_filter, recipient_container, conditions, when_changed "
    "FROM address_list ORDER BY name_key"
)
_PUT: Final = (
    "INSERT INTO address_list (name_key, guid, name, display_name, container, recipient_filter, recipient_container, conditions, "
    "when_changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name_key) DO UPDATE SET guid = excluded.guid, "
    "name = excluded.name, display_name = excluded.display_name, container = excluded.container, "
    "recipient_filter = excluded.recipient_filter, recipient_container = excluded.recipient_container, "
    "conditions = excluded.conditions, when_changed = excluded.when_changed"
)


def read(connection: Connection) -> tuple[AddressList, ...]:
    """Return every address list, by path."""
    return tuple(
        AddressList(
            guid=UUID(bytes=bytes(guid)),
            name=name,
            display_name=display_name,
            container=container,
            recipient_filter=recipient_filter,
            recipient_container=recipient_container,
            conditions=MappingProxyType(_conditions(conditions)),
            when_changed=to_moment(when_changed),
        )
        for guid, name, display_name, container, recipient_filter, recipient_container, conditions, when_changed in connection.rows(
            _ALL
        )
    )


def put(connection: Connection, lists: Iterable[AddressList], when_changed: int) -> None:
    """Store address lists over those with their paths, or add them."""
    connection.run_many(
        _PUT,
        [
            (
                one.key,
                one.guid.bytes,
                one.name,
                one.display_name,
                one.container,
                one.recipient_filter,
                one.recipient_container,
                json.dumps(dict(one.conditions)) if one.conditions else "",
                when_changed,
            )
            for one in lists
        ],
    )


def remove(connection: Connection, paths: Iterable[str]) -> None:
    """Remove address lists."""
    connection.run_many("DELETE FROM address_list WHERE name_key = ?", [(fold(path),) for path in paths])


def _conditions(stored: str) -> dict[str, object]:
    values = json.loads(stored) if stored else {}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
