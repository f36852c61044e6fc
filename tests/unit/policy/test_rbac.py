from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from uuid import UUID

import pytest

from delegacy.domain.properties import Property
from delegacy.domain.rbac import EVERYTHING, NOTHING, ManagementRole, RecipientScope, RoleEntry, ScopeKind
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.domain.recipient_filter import parse_filter
from delegacy.domain.role_catalogue import BUILT_IN_ROLES
from delegacy.policy.rbac import (
    UNLIMITED,
    Access,
    HeldEntry,
    WriteDenial,
    decide_write,
    holds_cmdlet,
    holds_parameter,
    is_limited,
    read_scopes,
)

SET = "Set-Mailbox"
SALES = RecipientScope(ScopeKind.CUSTOM_RECIPIENT_SCOPE, condition=parse_filter("Department -eq 'Sales'"))
BOARD = RecipientScope(ScopeKind.CUSTOM_RECIPIENT_SCOPE, condition=parse_filter("Department -eq 'Board'"))


def person(department: str, key: int = 1) -> Recipient:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return Recipient(
        id=key,
        guid=UUID(int=key),
        recipient_type_details=RecipientTypeDetails.USER_MAILBOX,
        name=f"person {key}",
        display_name="",
        domain="CONTOSO",
        container="contoso.com/Users",
        when_created=moment,
        when_changed=moment,
        attributes={"Department": department},
    )


def unlinked(_prop: Property, _recipient: Recipient) -> frozenset[str]:
    """Return no links, of anybody."""
    return frozenset()


def held(
    *parameters: str,
    write: RecipientScope = EVERYTHING,
    read: RecipientScope = EVERYTHING,
    exclusive: bool = False,
    without: tuple[str, ...] = (),
) -> HeldEntry:
    entry = RoleEntry(SET, frozenset(parameters) or None, frozenset(without))
    return HeldEntry(entry, "role", "assignment", read, write, exclusive)


def access(*entries: HeldEntry, exclusive: tuple[RecipientScope, ...] = ()) -> Access:
    return Access(MappingProxyType({SET.lower(): entries} if entries else {}), exclusive)


def test_without_an_entry_there_is_no_cmdlet_and_nothing_may_be_changed() -> None:
    nothing = access()
    assert not holds_cmdlet(nothing, SET)
    assert not holds_parameter(nothing, SET, "Identity")
    assert decide_write(nothing, SET, [], person("Sales"), unlinked) is WriteDenial.OUT_OF_WRITE_SCOPE


def test_names_of_cmdlets_and_parameters_ignore_case() -> None:
    some = access(held("office"))
    assert holds_cmdlet(some, "set-MAILBOX")
    assert holds_parameter(some, "SET-mailbox", "OFFICE")
    assert not holds_parameter(some, SET, "Alias")


def test_an_excluded_parameter_is_not_held() -> None:
    assert not holds_parameter(access(held(without=("alias",))), SET, "Alias")
    assert holds_parameter(access(held(without=("alias",)), held("alias")), SET, "Alias")


@pytest.mark.parametrize("scope", [NOTHING, SALES, RecipientScope(ScopeKind.SELF, keys=frozenset({2}))])
def test_an_object_outside_every_write_scope_is_refused(scope: RecipientScope) -> None:
    some = access(held(write=scope))
    assert is_limited(some, SET, [])
    assert decide_write(some, SET, [], person("Board"), unlinked) is WriteDenial.OUT_OF_WRITE_SCOPE


def test_one_write_scope_that_holds_it_is_enough() -> None:
    assert (
        decide_write(access(held(write=BOARD), held(write=SALES)), SET, ["Office"], person("Sales"), unlinked) is None
    )


def test_each_parameter_needs_an_assignment_whose_scope_holds_the_object() -> None:
    some = access(held("office"), held("alias", write=SALES))
    assert decide_write(some, SET, ["Office"], person("Board"), unlinked) is None
    assert decide_write(some, SET, ["Office", "Alias"], person("Board"), unlinked) is WriteDenial.OUT_OF_WRITE_SCOPE
    assert decide_write(some, SET, ["Office", "Alias"], person("Sales"), unlinked) is None
    assert not is_limited(some, SET, ["Office"])
    assert is_limited(some, SET, ["Office", "Alias"])


def test_an_exclusive_scope_shuts_everybody_else_out() -> None:
    fenced = access(held(), exclusive=(BOARD,))
    assert is_limited(fenced, SET, [])
    assert decide_write(fenced, SET, [], person("Board"), unlinked) is WriteDenial.IN_EXCLUSIVE_SCOPE
    assert decide_write(fenced, SET, [], person("Sales"), unlinked) is None


def test_an_exclusive_scope_lets_in_who_has_one_that_holds_the_object() -> None:
    some = access(held(), held("office", write=BOARD, exclusive=True), exclusive=(BOARD,))
    assert decide_write(some, SET, ["Office"], person("Board"), unlinked) is None
    assert decide_write(some, SET, ["Alias"], person("Board"), unlinked) is WriteDenial.OUT_OF_WRITE_SCOPE
    other = access(held(), held(write=SALES, exclusive=True), exclusive=(BOARD, SALES))
    assert decide_write(other, SET, [], person("Board"), unlinked) is WriteDenial.IN_EXCLUSIVE_SCOPE


def test_an_owner_of_groups_may_make_a_group_and_nothing_else() -> None:
    own = access(held(write=RecipientScope(ScopeKind.MY_DISTRIBUTION_GROUPS, keys=frozenset({5}))))
    group = replace(person(""), recipient_type_details=RecipientTypeDetails.MAIL_UNIVERSAL_DISTRIBUTION_GROUP)
    assert decide_write(own, SET, [], replace(group, id=0), unlinked) is None
    assert decide_write(own, SET, [], replace(group, id=5), unlinked) is None
    assert decide_write(own, SET, [], replace(group, id=6), unlinked) is WriteDenial.OUT_OF_WRITE_SCOPE
    assert decide_write(own, SET, [], replace(person(""), id=0), unlinked) is WriteDenial.OUT_OF_WRITE_SCOPE


def test_who_is_unlimited_may_do_everything() -> None:
    assert holds_cmdlet(UNLIMITED, "Anything")
    assert holds_parameter(UNLIMITED, "Anything", "At-All")
    assert not is_limited(UNLIMITED, SET, ["Office"])
    assert decide_write(UNLIMITED, SET, ["Office"], person("Board"), unlinked) is None
    assert read_scopes(UNLIMITED, SET) is None


def test_what_is_seen_adds_up() -> None:
    assert read_scopes(access(), SET) == ()
    assert read_scopes(access(held(read=SALES), held(read=BOARD)), SET) == (SALES, BOARD)
    assert read_scopes(access(held(read=SALES), held()), SET) is None


@pytest.mark.parametrize("role", BUILT_IN_ROLES.values(), ids=lambda role: role.name)
def test_a_built_in_role_says_what_it_is_for_where_it_holds_something(role: ManagementRole) -> None:
    assert len(role.entries) == 1 or role.description


@pytest.mark.parametrize("role", BUILT_IN_ROLES.values(), ids=lambda role: role.name)
def test_a_view_only_role_holds_nothing_that_writes(role: ManagementRole) -> None:
    if role.name.startswith("View-Only"):
        writing = {
            entry.cmdlet for entry in role.entries.values() if not entry.cmdlet.startswith(("Get-", "Search-", "Test-"))
        }
        assert writing == {"Write-AdminAuditLog"}


def test_a_scope_may_ask_for_what_a_recipient_is_linked_with() -> None:
    group = "CN=Sales,CN=Users,DC=contoso,DC=com"
    members = RecipientScope(ScopeKind.CUSTOM_RECIPIENT_SCOPE, condition=parse_filter(f"MemberOfGroup -eq '{group}'"))
    asked: list[tuple[str, int]] = []

    def links(prop: Property, recipient: Recipient) -> frozenset[str]:
        asked.append((prop.name, recipient.id))
        return frozenset({group.casefold()} if recipient.id == 1 else ())

    some = access(held(write=members))
    assert decide_write(some, SET, [], person("", 1), links) is None
    assert decide_write(some, SET, [], person("", 2), links) is WriteDenial.OUT_OF_WRITE_SCOPE
    assert asked == [("MemberOfGroup", 1), ("MemberOfGroup", 2)]
    assert decide_write(access(held(write=SALES)), SET, [], person("Sales"), links) is None
    assert len(asked) == 2
