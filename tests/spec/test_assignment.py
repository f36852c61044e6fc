"""The matrices of "Manage permissions for recipients", cell by cell, and every target with every delegate."""

from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest

from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.domain.rights import Permission
from delegacy.policy.assignment import DELEGATES, TARGETS, AssignmentDenial, Surface, decide_assignment
from support.spec.assignments import Row, load_delegates, load_targets

MAILBOX = RecipientTypeDetails.USER_MAILBOX
WHEN = datetime(2026, 3, 1, tzinfo=UTC)


def delegate_of(row: Row) -> Recipient | None:
    if row.kind is None:
        return None
    return Recipient(
        guid=UUID(int=1),
        recipient_type_details=row.kind,
        name=row.name,
        display_name=row.name,
        domain="CONTOSO",
        container="contoso.com/Users",
        security_enabled=row.security_enabled,
        when_created=WHEN,
        when_changed=WHEN,
    )


USER_MAILBOX = delegate_of(load_delegates()[0])


@pytest.mark.parametrize("permission", Permission, ids=lambda permission: permission.value)
@pytest.mark.parametrize("row", load_targets(), ids=str)
def test_a_permission_is_offered_on_a_target_as_the_table_says(row: Row, permission: Permission) -> None:
    assert row.kind is not None
    cell = row.cells[permission]
    denial = decide_assignment(permission, row.kind, USER_MAILBOX)
    if isinstance(cell, AssignmentDenial):
        assert denial is cell
        assert row.kind not in TARGETS[permission]
    else:
        assert denial is None
        assert TARGETS[permission][row.kind] is cell


@pytest.mark.parametrize("permission", Permission, ids=lambda permission: permission.value)
@pytest.mark.parametrize("row", load_delegates(), ids=str)
def test_a_permission_is_offered_to_a_delegate_as_the_table_says(row: Row, permission: Permission) -> None:
    cell = row.cells[permission]
    denial = decide_assignment(permission, MAILBOX, delegate_of(row))
    if isinstance(cell, AssignmentDenial):
        assert denial is cell
    else:
        assert denial is None
        assert row.kind is None or DELEGATES[permission][row.kind] is cell


@pytest.mark.parametrize("permission", Permission, ids=lambda permission: permission.value)
def test_a_permission_is_assigned_exactly_where_target_and_delegate_both_admit_it(permission: Permission) -> None:
    for target, delegate in product(load_targets(), load_delegates()):
        assert target.kind is not None
        refusals = [
            row.cells[permission] for row in (target, delegate) if isinstance(row.cells[permission], AssignmentDenial)
        ]
        expected = refusals[0] if refusals else None
        assert decide_assignment(permission, target.kind, delegate_of(delegate)) is expected, f"{target}, {delegate}"


def test_the_tables_name_every_kind_of_object() -> None:
    kinds = set(RecipientTypeDetails)
    assert {row.kind for row in load_targets()} == kinds
    assert {row.kind for row in load_delegates()} == kinds | {None}


def test_every_refusal_and_every_surface_occurs_in_the_tables() -> None:
    cells = {cell for row in (*load_targets(), *load_delegates()) for cell in row.cells.values()}
    assert cells == set(AssignmentDenial) | (set(Surface) - {Surface.NOWHERE})
