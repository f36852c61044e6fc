"""Roles, scopes and assignments in the store, and who is in charge."""

import uuid
from dataclasses import replace
from types import MappingProxyType

import pytest

from delegacy.domain.errors import ManagementObjectNotFound
from delegacy.domain.ports import Directory, RecipientQuery
from delegacy.domain.rbac import (
    EVERYTHING,
    NOTHING,
    ROLE_MANAGEMENT,
    ManagementRole,
    ManagementScope,
    RecipientScope,
    RoleAssignment,
    RoleEntry,
    ScopeKind,
)
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.domain.recipient_filter import parse_filter
from support.stores import NOW, OnPostgres, OnSqlite, OpenStore, recipient

T = RecipientTypeDetails

SCOPE = ManagementScope(
    guid=uuid.UUID(int=7),
    name="Sales",
    recipient_filter="Department -eq 'Sales'",
    recipient_root="contoso.com/Users",
    exclusive=True,
    when_changed=NOW,
)


def assigned(role: str, assignee: int, name: str = "given", **changes: object) -> RoleAssignment:
    made = RoleAssignment(guid=uuid.uuid4(), name=name, role=role, assignee=assignee, when_changed=NOW)
    return replace(made, **changes)  # type: ignore[arg-type] # the names are an assignment's


def write(opened: OpenStore, *changes: ManagementRole | ManagementScope | RoleAssignment) -> None:
    with opened.store.write() as work:
        put(work.directory, *changes)
        work.commit()


def put(directory: Directory, *things: ManagementRole | ManagementScope | RoleAssignment) -> None:
    for thing in things:
        match thing:
            case ManagementRole():
                directory.put_management_role(thing)
            case ManagementScope():
                directory.put_management_scope(thing)
            case RoleAssignment():
                directory.put_role_assignments([thing])


class RolesContract:
    def test_a_role_is_kept_with_its_entries_and_has_the_rest_from_its_root(self, opened: OpenStore) -> None:
        entries = {
            "set-mailbox": RoleEntry("Set-Mailbox", frozenset({"identity"})),
            "get-mailbox": RoleEntry("Get-Mailbox", None, frozenset({"anr"})),
        }
        parent = ManagementRole(
            name="Mine",
            role_type="MyBaseOptions",
            parent="MyBaseOptions",
            description="For me.",
            entries=MappingProxyType(entries),
            guid=uuid.uuid4(),
            when_changed=NOW,
            read_scope=ScopeKind.SELF,
            write_scope=ScopeKind.SELF,
            is_end_user_role=True,
        )
        child = replace(parent, name="Less", parent="Mine", guid=uuid.uuid4())
        write(opened, parent, child)
        with opened.store.read() as directory:
            assert directory.management_roles() == (child, parent)
        write(opened, replace(parent, description="Other."))
        with opened.store.write() as work:
            work.directory.remove_management_role("LESS")
            work.commit()
        with opened.store.read() as directory:
            assert [role.description for role in directory.management_roles()] == ["Other."]

    def test_scopes_and_assignments_are_kept(self, opened: OpenStore) -> None:
        given = assigned(
            "mail recipients",
            5,
            write_scope=ScopeKind.EXCLUSIVE_RECIPIENT_SCOPE,
            scope="sales",
            delegating=True,
            enabled=False,
        )
        write(opened, SCOPE, given)
        with opened.store.read() as directory:
            assert directory.management_scopes() == (SCOPE,)
            assert directory.role_assignments() == (given,)
        with opened.store.write() as work:
            work.directory.remove_management_scope("SALES")
            work.directory.remove_role_assignment("Given")
            work.commit()
        with opened.store.read() as directory:
            assert directory.management_scopes() == ()
            assert directory.role_assignments() == ()

    def test_whose_assignments_go_with_him(self, opened: OpenStore) -> None:
        (group,) = opened.add(recipient("Admins", T.ROLE_GROUP))
        write(opened, assigned("mail recipients", group.id))
        with opened.store.write() as work:
            work.directory.remove(group.id)
            work.commit()
        with opened.store.read() as directory:
            assert directory.role_assignments() == ()

    def test_security_groups_count_through_any_nesting_and_others_do_not(self, opened: OpenStore) -> None:
        master, *_ = opened.add(recipient("robinw", T.LINKED_USER, domain="FABRIKAM"))
        (linked,) = opened.add(recipient("Robin", T.LINKED_MAILBOX, linked_master_account=master.sid))
        inner, outer = opened.add(recipient("Inner", T.MAIL_UNIVERSAL_SECURITY_GROUP), recipient("Outer", T.ROLE_GROUP))
        (plain,) = opened.add(recipient("Plain", T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP))
        opened.join([(linked, inner), (inner, outer), (linked, plain), (plain, outer)])
        with opened.store.read() as directory:
            assert directory.security_groups_of(linked.id) == {inner.id, outer.id}
            assert directory.security_groups_of(master.id) == {inner.id, outer.id}
            assert directory.security_groups_of(outer.id) == frozenset()


class InChargeContract:
    @pytest.fixture
    def admins(self, opened: OpenStore) -> Recipient:
        (group,) = opened.add(recipient("Organization Management", T.ROLE_GROUP, security_enabled=True))
        write(opened, assigned(ROLE_MANAGEMENT, group.id))
        return group

    def someone(self, opened: OpenStore) -> bool:
        with opened.store.read() as directory:
            return directory.someone_is_in_charge()

    def test_nobody_is_without_a_member(self, opened: OpenStore, admins: Recipient) -> None:
        assert not self.someone(opened)
        (empty,) = opened.add(recipient("Empty", T.UNIVERSAL_SECURITY_GROUP))
        opened.join([(empty, admins)])
        assert not self.someone(opened)

    def test_a_member_is_through_nested_security_groups(self, opened: OpenStore, admins: Recipient) -> None:
        terry, plain, secure = opened.add(
            recipient("terrya"),
            recipient("Plain", T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP),
            recipient("Secure", T.UNIVERSAL_SECURITY_GROUP),
        )
        opened.join([(terry, plain), (plain, admins)])
        assert not self.someone(opened)
        opened.join([(terry, secure), (secure, admins)])
        assert self.someone(opened)

    def test_a_disabled_account_is_not(self, opened: OpenStore, admins: Recipient) -> None:
        (terry,) = opened.add(recipient("terrya", account_disabled=True))
        opened.join([(terry, admins)])
        assert not self.someone(opened)

    def test_a_master_account_is(self, opened: OpenStore, admins: Recipient) -> None:
        (master,) = opened.add(recipient("robinw", T.LINKED_USER, domain="FABRIKAM"))
        (linked,) = opened.add(
            recipient("Robin", T.LINKED_MAILBOX, linked_master_account=master.sid, account_disabled=True)
        )
        opened.join([(linked, admins)])
        assert self.someone(opened)

    @pytest.mark.parametrize(
        "changes",
        [{"delegating": True}, {"enabled": False}, {"write_scope": ScopeKind.SELF}, {"role": "mail recipients"}],
    )
    def test_other_assignments_give_no_charge(self, opened: OpenStore, changes: dict[str, object]) -> None:
        (terry,) = opened.add(recipient("terrya"))
        given = assigned(ROLE_MANAGEMENT, terry.id)
        write(opened, given)
        assert self.someone(opened)
        write(opened, replace(given, **changes))  # type: ignore[arg-type] # the names are an assignment's
        assert not self.someone(opened)


class SightContract:
    @pytest.fixture
    def people(self, opened: OpenStore) -> list[Recipient]:
        return opened.add(
            recipient("Ayla", attributes={"Department": "Sales"}),
            recipient("Terry", attributes={"Department": "Board"}, hidden_from_address_lists_enabled=True),
            recipient("Jim", container="contoso.com/Users/Sub"),
        )

    @pytest.mark.parametrize(
        ("scope", "names"),
        [
            (NOTHING, []),
            (EVERYTHING, ["Ayla", "Jim", "Terry"]),
            (
                RecipientScope(ScopeKind.MY_GAL, condition=parse_filter("HiddenFromAddressListsEnabled -eq $false")),
                ["Ayla", "Jim"],
            ),
            (RecipientScope(ScopeKind.OU, root="contoso.com/users"), ["Ayla", "Jim", "Terry"]),
            (RecipientScope(ScopeKind.OU, root="contoso.com/users/sub"), ["Jim"]),
            (RecipientScope(ScopeKind.OU, root="contoso.com/user"), []),
            (
                RecipientScope(
                    ScopeKind.CUSTOM_RECIPIENT_SCOPE,
                    root="contoso.com",
                    condition=parse_filter("Department -like 's*'"),
                ),
                ["Ayla"],
            ),
        ],
    )
    def test_lists_counts_and_identities_find_only_what_a_scope_holds(
        self, opened: OpenStore, people: list[Recipient], scope: RecipientScope, names: list[str]
    ) -> None:
        with opened.store.read() as whole:
            directory = whole.narrowed((scope,))
            assert [one.name for one in directory.list(RecipientQuery())] == names
            assert directory.count(RecipientQuery()) == len(names)
            for person in people:
                if person.name in names:
                    assert directory.resolve(person.name, frozenset()) == person
                else:
                    with pytest.raises(ManagementObjectNotFound):
                        directory.resolve(person.name, frozenset())
                assert scope.admits(person, whole.linked) == (person.name in names)

    def test_scopes_add_up(self, opened: OpenStore, people: list[Recipient]) -> None:
        own = RecipientScope(ScopeKind.SELF, keys=frozenset({people[1].id}))
        sales = RecipientScope(ScopeKind.CUSTOM_RECIPIENT_SCOPE, condition=parse_filter("Department -eq 'Sales'"))
        with opened.store.read() as whole:
            found = whole.narrowed((own, sales)).list(RecipientQuery())
            assert [one.name for one in found] == ["Ayla", "Terry"]
            assert len(list(whole.list(RecipientQuery()))) == 3


class TestSqlite(OnSqlite, RolesContract, InChargeContract, SightContract): ...


class TestPostgres(OnPostgres, RolesContract, InChargeContract, SightContract): ...
