from datetime import timedelta

import pytest

from delegacy.domain.ace import Ace
from delegacy.domain.delivery_restriction import DeliveryRestrictions
from delegacy.domain.object_link import ObjectLink
from delegacy.domain.ports import Place, RecipientQuery
from delegacy.domain.properties import PROPERTIES, PropertyType
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.domain.recipient_filter import matches, parse_filter
from support.stores import FULL_ACCESS, NOW, OnPostgres, OnSqlite, OpenStore, recipient, sid_of

T = RecipientTypeDetails

USERS = "CN=Users,DC=contoso,DC=com"
LINKS: tuple[tuple[str, list[str]], ...] = (
    (f"MemberOfGroup -eq 'CN=Sales,{USERS}'", ["Ayla", "Board", "Twin"]),
    ("MemberOfGroup -eq 'contoso.com/Users/sales'", ["Ayla", "Board", "Twin"]),
    ("MemberOfGroup -eq 'cn=SALES,ou=users,dc=CONTOSO,dc=com'", ["Ayla", "Board", "Twin"]),
    (f"MemberOfGroup -eq 'CN=Board,{USERS}'", ["Terry"]),
    ("MemberOfGroup -eq 'CN=Sales,CN=Users,DC=fabrikam,DC=com'", []),
    (f"MemberOfGroup -eq 'CN=Ayla,{USERS}'", []),
    (f"MemberOfGroup -ne 'CN=Sales,{USERS}' -and RecipientType -eq 'UserMailbox'", ["Jim", "Terry"]),
    ("MemberOfGroup -eq $null", ["Jim", "Sales"]),
    (f"MemberOfGroup -eq 'CN=Sales,{USERS}' -and -not (MemberOfGroup -eq $null)", ["Ayla", "Board", "Twin"]),
    (f"Members -eq 'CN=Terry,{USERS}'", ["Board"]),
    ("Members -ne $null", ["Board", "Sales"]),
    ("Members -eq 'CN=Twin,OU=East,DC=contoso,DC=com'", ["Sales"]),
    (f"Members -eq 'CN=Twin,{USERS}'", []),
    (f"ManagedBy -eq 'CN=Jim,{USERS}'", ["Sales"]),
    (f"GrantSendOnBehalfTo -eq 'CN=Jim,{USERS}'", ["Terry"]),
    (f"GrantSendOnBehalfTo -eq 'CN=Board,{USERS}'", []),
    ("GrantSendOnBehalfTo -ne $null", ["Terry"]),
    (f"AcceptMessagesOnlyFrom -eq 'CN=Ayla,{USERS}'", ["Jim"]),
    (f"AcceptMessagesOnlyFromDLMembers -eq 'CN=Sales,{USERS}'", ["Jim"]),
    (f"RejectMessagesFrom -eq 'CN=Ayla,{USERS}'", []),
    (f"RejectMessagesFromDLMembers -eq 'CN=Board,{USERS}'", ["Jim"]),
    ("RejectMessagesFrom -ne $null", []),
)

NAMES: tuple[tuple[ObjectLink, dict[str, str]], ...] = (
    (ObjectLink.MEMBER_OF, {"Ayla": "Sales", "Board": "Sales", "Twin": "Sales", "Terry": "Board"}),
    (ObjectLink.MEMBERS, {"Sales": "Ayla Board Twin", "Board": "Terry"}),
    (ObjectLink.MANAGED_BY, {"Sales": "Jim Ayla"}),
    (ObjectLink.SEND_ON_BEHALF, {"Terry": "Jim"}),
    (ObjectLink.SEND_ON_BEHALF_OF, {"Jim": "Terry"}),
    (ObjectLink.AUTO_MAPPING, {"Ayla": "Jim"}),
    (ObjectLink.AUTO_MAPPED, {"Jim": "Ayla"}),
)


class LinksContract:
    @pytest.fixture
    def people(self, opened: OpenStore) -> list[Recipient]:
        ayla, jim, terry, twin, sales, board = people = opened.add(
            recipient("Ayla"),
            recipient("Jim"),
            recipient("Terry"),
            recipient("Twin", container="contoso.com/East"),
            recipient("Sales", T.MAIL_UNIVERSAL_SECURITY_GROUP),
            recipient("Board", T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP),
        )
        with opened.store.write() as work:
            directory = work.directory
            directory.add_members(sales.id, [ayla.id, board.id, twin.id])
            directory.add_members(board.id, [terry.id])
            directory.set_managers(sales.id, [jim.id])
            directory.set_grant_send_on_behalf_to(terry.id, [jim.id], Place())
            soon = Place(expires_at=NOW + timedelta(minutes=1))
            directory.set_grant_send_on_behalf_to(jim.id, [board.id], soon)
            directory.set_inherited([Ace(sid_of(ayla), FULL_ACCESS, inherited=True)])
            restrictions = DeliveryRestrictions(
                accept_messages_only_from=(ayla.id,),
                accept_messages_only_from_dl_members=(sales.id,),
                reject_messages_from_dl_members=(board.id,),
            )
            directory.set_delivery_restrictions(jim.id, restrictions)
            work.commit()
        opened.clock.moment = NOW + timedelta(minutes=2)
        return people

    @pytest.mark.parametrize(("text", "expected"), LINKS, ids=[text for text, _ in LINKS])
    def test_filters_ask_for_what_recipients_are_linked_with(
        self, opened: OpenStore, people: list[Recipient], text: str, expected: list[str]
    ) -> None:
        condition = parse_filter(text)
        assert parse_filter(str(condition)) == condition
        with opened.store.read() as directory:
            assert [each.name for each in directory.list(RecipientQuery(filter=condition))] == expected
            found = [each.name for each in people if matches(condition, each, directory.linked)]
        assert sorted(found) == expected

    @pytest.mark.parametrize(("link", "expected"), NAMES, ids=[link.value for link, _ in NAMES])
    def test_many_are_asked_at_once_for_the_names_of_what_they_are_linked_with(
        self, opened: OpenStore, people: list[Recipient], link: ObjectLink, expected: dict[str, str]
    ) -> None:
        ayla, jim, *_ = people
        with opened.store.write() as work:
            work.directory.link(ayla.id, [jim.id])
            work.directory.set_managers(people[4].id, [jim.id, ayla.id])
            work.commit()
        names = {each.id: each.name for each in people}
        with opened.store.read() as directory:
            found = directory.linked_names(link, [each.id for each in people])
        assert {names[key]: " ".join(each.name for each in listed) for key, listed in found.items()} == expected
        assert all(each.canonical_name.startswith("contoso.com/") for listed in found.values() for each in listed)

    def test_nobody_asked_for_is_linked_with_nothing(self, opened: OpenStore) -> None:
        with opened.store.read() as directory:
            assert [directory.linked_names(link, []) for link in ObjectLink] == [{}] * len(ObjectLink)

    def test_what_is_not_there_yet_has_no_links(self, opened: OpenStore, people: list[Recipient]) -> None:
        assert people
        with opened.store.read() as directory:
            for prop in PROPERTIES.values():
                if prop.type is PropertyType.OBJECTS:
                    assert directory.linked(prop, recipient("New")) == frozenset()


class TestSqlite(OnSqlite, LinksContract): ...


class TestPostgres(OnPostgres, LinksContract): ...
