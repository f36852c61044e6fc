"""The matrices of the specification as data: which permission, on which kind of target, to which kind of delegate, and where."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.rights import Permission
from delegacy.policy.assignment import AssignmentDenial, Surface
from support.spec.cases import CASES

_REFUSED: Final = "refused: "


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a matrix: a kind of object (None for a well-known principal), and for each permission where, or why not."""

    name: str
    kind: RecipientTypeDetails | None
    security_enabled: bool
    cells: Mapping[Permission, Surface | AssignmentDenial]

    def __str__(self) -> str:
        return self.name


def load_targets() -> tuple[Row, ...]:
    """Return the matrix of targets."""
    return tuple(_row(table) for table in _document()["target"])


def load_delegates() -> tuple[Row, ...]:
    """Return the matrix of delegates."""
    return tuple(_row(table) for table in _document()["delegate"])


def _document() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((CASES / "assignment.toml").read_text("utf-8"))


def _row(table: dict[str, Any]) -> Row:
    kind = RecipientTypeDetails(table["type"]) if "type" in table else None
    cells = {permission: _cell(table[permission.value]) for permission in Permission}
    return Row(table["row"], kind, table.get("security_enabled", False), cells)


def _cell(text: str) -> Surface | AssignmentDenial:
    if text.startswith(_REFUSED):
        return AssignmentDenial(text.removeprefix(_REFUSED))
    return Surface(text)
