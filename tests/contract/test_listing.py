import pytest

from delegacy.domain.address import ProxyAddress
from delegacy.domain.errors import InvalidFilter, InvalidProperty
from delegacy.domain.ports import RecipientQuery
from delegacy.domain.properties import PROPERTIES, Property
from delegacy.domain.recipient import MAILBOXES, Recipient, RecipientTypeDetails
from delegacy.domain.recipient_filter import Operator, matches, parse_filter
from support.stores import NOW, OnPostgres, OnSqlite, OpenStore, recipient

T = RecipientTypeDetails

PEOPLE = (
    recipient(
        "Ayla Kol",
        attributes={
            "FirstName": "Ayla",
            "LastName": "Kol",
            "Department": "Sales",
            "City": "Bern",
            "CustomAttribute1": "VIP",
            "ExtensionCustomAttribute1": ("Red", "Green"),
            "MessageCopyForSentAsEnabled": True,
        },
    ),
    recipient(
        "Terry Adams",
        display_name="Terry 100% (Sales)",
        email_addresses=(ProxyAddress.parse("SMTP:terryadams@contoso.com"), ProxyAddress.parse("boss@fabrikam.com")),
        hidden_from_address_lists_enabled=True,
        attributes={"FirstName": "Terry", "LastName": "Adams", "Department": "SALES", "CustomAttribute1": "vip_x"},
    ),
    recipient("Éva Kovács", alias="eva", sam_account_name="eva", attributes={"Department": "Ärzte", "City": "ÉGER"}),
    recipient("Room 1", T.ROOM_MAILBOX, container="contoso.com/Rooms", attributes={"ResourceCapacity": 12}),
    recipient("Room 2", T.ROOM_MAILBOX, container="contoso.com/Rooms/East", attributes={"ResourceCapacity": 9}),
    recipient("Rooms", T.ROOM_LIST, container="contoso.com/RoomsElsewhere"),
    recipient("Plain User", T.USER),
    recipient("Contact", T.MAIL_CONTACT, attributes={"ExternalEmailAddress": "SMTP:x@example.com"}),
)

FILTERS: tuple[tuple[str, list[str]], ...] = (
    ("Name -eq 'AYLA kol'", ["Ayla Kol"]),
    ("Name -eq 'éVA KOVÁCS'", ["Éva Kovács"]),
    ("Name -like '*o*m*'", ["Room 1", "Room 2", "Rooms"]),
    ("Name -like 'room*'", ["Room 1", "Room 2", "Rooms"]),
    ("Name -like '*1'", ["Room 1"]),
    ("Name -like 'Room ?'", []),
    ("Name -like 'Room _'", []),
    ("DisplayName -like '*100%*'", ["Terry Adams"]),
    ("DisplayName -like '*\\*'", []),
    ("Name -gt 'Rooms'", ["Terry Adams", "Éva Kovács"]),
    ("Name -ge 'Rooms' -and Name -lt 'z'", ["Rooms", "Terry Adams"]),
    ("Name -le 'B'", ["Ayla Kol"]),
    ("Alias -eq $null", ["Plain User"]),
    ("Alias -like '*' -and RecipientTypeDetails -eq 'MailContact'", ["Contact"]),
    ("-not (Alias -eq 'aylakol') -and RecipientType -eq 'User'", ["Plain User"]),
    ("Department -eq 'sales'", ["Ayla Kol", "Terry Adams"]),
    ("Department -ne 'Sales' -and Department -ne $null", ["Éva Kovács"]),
    ("Department -eq 'ärzte' -or City -eq 'Bern'", ["Ayla Kol", "Éva Kovács"]),
    ("Department -like 'Ä*'", ["Éva Kovács"]),
    ("Department -lt 'z'", ["Ayla Kol", "Terry Adams"]),
    ("-not (Department -like '*') -and -not (Name -like 'R*')", ["Contact", "Plain User"]),
    ("Department -notlike 'S*' -and City -like '*'", ["Éva Kovács"]),
    ("CustomAttribute1 -eq 'vip'", ["Ayla Kol"]),
    ("CustomAttribute1 -like 'vip_*'", ["Terry Adams"]),
    ("CustomAttribute1 -ne 'vip' -and FirstName -ne $null", ["Terry Adams"]),
    ("CustomAttribute1 -eq $null -and City -ne $null", ["Éva Kovács"]),
    ("ExtensionCustomAttribute1 -eq 'green'", ["Ayla Kol"]),
    ("ExtensionCustomAttribute1 -like 'g*n'", ["Ayla Kol"]),
    ("ExtensionCustomAttribute1 -ne 'green' -and Department -ne $null", ["Terry Adams", "Éva Kovács"]),
    ("ExtensionCustomAttribute1 -ne $null", ["Ayla Kol"]),
    ("MessageCopyForSentAsEnabled -eq $true", ["Ayla Kol"]),
    ("MessageCopyForSentAsEnabled -eq $false -and Department -like 'sa*'", ["Terry Adams"]),
    ("MessageCopyForSentAsEnabled -eq $null", []),
    ("ReportToOriginatorEnabled -eq $true -and Name -eq 'Rooms'", ["Rooms"]),
    ("HiddenFromAddressListsEnabled -eq $true", ["Terry Adams"]),
    ("HiddenFromAddressListsEnabled -ne $false", ["Terry Adams"]),
    ("ResourceCapacity -gt 9", ["Room 1"]),
    ("ResourceCapacity -ge 9", ["Room 1", "Room 2"]),
    ("ResourceCapacity -ne 9 -and RecipientTypeDetails -like 'room*'", ["Room 1", "Rooms"]),
    ("ResourceCapacity -eq $null -and RecipientType -eq 'UserMailbox'", ["Ayla Kol", "Terry Adams", "Éva Kovács"]),
    ("RecipientType -ne 'UserMailbox'", ["Contact", "Plain User", "Rooms"]),
    ("RecipientTypeDetails -gt 'UserL'", ["Ayla Kol", "Terry Adams", "Éva Kovács"]),
    ("RecipientTypeDetails -eq $null", []),
    ("EmailAddresses -eq 'boss@fabrikam.com'", ["Terry Adams"]),
    ("EmailAddresses -eq 'SMTP:BOSS@fabrikam.com'", ["Terry Adams"]),
    ("EmailAddresses -like '*@fabrikam.com'", ["Terry Adams"]),
    ("EmailAddresses -like 'smtp:room*' -and EmailAddresses -notlike '*2*'", ["Room 1", "Rooms"]),
    ("EmailAddresses -eq $null", ["Plain User", "Éva Kovács"]),
    ("EmailAddresses -ne 'boss@fabrikam.com' -and FirstName -ne $null", ["Ayla Kol"]),
    ("PrimarySmtpAddress -eq 'AylaKol@contoso.com'", ["Ayla Kol"]),
    ("WindowsEmailAddress -like 'ayla*'", ["Ayla Kol"]),
    ("SamAccountName -eq 'plainuser'", ["Plain User"]),
    ("UserPrincipalName -eq 'plainuser@contoso.com'", ["Plain User"]),
    ("OrganizationalUnit -eq 'contoso.com/rooms'", ["Room 1"]),
    ("LegacyExchangeDN -like '*cn=ROOM1'", ["Room 1"]),
    ("DistinguishedName -eq 'CN=Room 2,OU=East,OU=Rooms,DC=contoso,DC=com'", ["Room 2"]),
    ("DistinguishedName -ne $null -and Name -eq 'Rooms'", ["Rooms"]),
    (f"Guid -eq '{recipient('Rooms').guid}'", ["Rooms"]),
    ("Guid -eq $null", []),
    ("WhenCreated -gt '2026-03-04T05:06:07Z' -and Name -eq 'Rooms'", ["Rooms"]),
    (f"WhenCreated -eq '{NOW.isoformat()}' -and Name -eq 'Rooms'", ["Rooms"]),
    ("WhenChanged -lt '03/04/2026'", []),
    ("WhenCreated -eq $null", []),
    ("ExternalEmailAddress -like '*example.com'", ["Contact"]),
    ("AccountDisabled -eq $true", []),
)


def unlinked(_prop: Property, _recipient: Recipient) -> frozenset[str]:
    """Return no links: the people here have none."""
    return frozenset()


class ListingContract:
    @pytest.fixture(autouse=True)
    def people(self, opened: OpenStore) -> None:
        opened.add(*PEOPLE)

    def names(self, opened: OpenStore, query: RecipientQuery) -> list[str]:
        with opened.store.read() as directory:
            found = [each.name for each in directory.list(query)]
            assert directory.count(query) == len(found)
        return found

    def test_filters_say_what_the_evaluation_says(self, opened: OpenStore) -> None:
        for text, expected in FILTERS:
            condition = parse_filter(text)
            by_evaluation = [each for each in PEOPLE if matches(condition, each, unlinked)]
            found = self.names(opened, RecipientQuery(filter=condition))
            assert found == expected, text
            assert sorted(each.name for each in by_evaluation) == sorted(expected), text

    def test_every_property_that_can_be_filtered_by_compiles_with_every_operator(self, opened: OpenStore) -> None:
        values: tuple[str, ...] = (
            "'x'",
            "$true",
            "$null",
            "5",
            "'2026-01-01'",
            "'a@b.example'",
            f"'{PEOPLE[0].guid}'",
            "'*y'",
        )
        values = (*values, "'CN=x,DC=contoso,DC=com'", "'Room*'", "'User'", "'UserMailbox'", "'Open'")
        tried = 0
        with opened.store.read() as directory:
            for prop in PROPERTIES.values():
                for operator in Operator:
                    for value in values:
                        try:
                            condition = parse_filter(f"{prop.name} {operator.value} {value}")
                        except InvalidFilter:
                            continue
                        tried += 1
                        found = {each.name for each in directory.list(RecipientQuery(filter=condition))}
                        assert found == {each.name for each in PEOPLE if matches(condition, each, unlinked)}, str(
                            condition
                        )
        assert tried > 1000

    def test_kinds_and_container_narrow_the_list(self, opened: OpenStore) -> None:
        rooms = frozenset({T.ROOM_MAILBOX, T.ROOM_LIST})
        assert self.names(opened, RecipientQuery(kinds=rooms)) == ["Room 1", "Room 2", "Rooms"]
        assert self.names(opened, RecipientQuery(container="CONTOSO.com/Rooms")) == ["Room 1", "Room 2"]
        assert self.names(opened, RecipientQuery(container="contoso.com/Rooms/East/")) == ["Room 2"]
        assert self.names(opened, RecipientQuery(container="contoso.com/Room")) == []
        assert len(self.names(opened, RecipientQuery(container="contoso.com"))) == len(PEOPLE)

    @pytest.mark.parametrize(
        ("wildcard", "expected"),
        [
            ("*", [each.name for each in sorted(PEOPLE, key=lambda each: each.name.casefold())]),
            ("ayla*", ["Ayla Kol"]),
            ("*kol", ["Ayla Kol"]),
            ("*SALES*", ["Terry Adams"]),
            ("*@fabrikam*", ["Terry Adams"]),
            ("boss@*", ["Terry Adams"]),
            ("*smtp*", []),
            ("*\n*", []),
            ("r*m*s", ["Rooms"]),
            ("*oom*1*", ["Room 1"]),
            ("ayla", []),
            ("%", []),
            ("*100%*", ["Terry Adams"]),
            ("*_*", []),
        ],
    )
    def test_a_wildcard_looks_at_names_and_addresses(
        self, opened: OpenStore, wildcard: str, expected: list[str]
    ) -> None:
        assert self.names(opened, RecipientQuery(wildcard=wildcard)) == expected

    @pytest.mark.parametrize(
        ("anr", "expected"),
        [
            ("ROOM", ["Room 1", "Room 2", "Rooms"]),
            ("kol", ["Ayla Kol"]),
            ("adams", ["Terry Adams"]),
            ("terry 1", ["Terry Adams"]),
            ("eva", ["Éva Kovács"]),
            ("oom", []),
            ("", []),
            ("r%", []),
        ],
    )
    def test_name_resolution_looks_at_beginnings(self, opened: OpenStore, anr: str, expected: list[str]) -> None:
        assert self.names(opened, RecipientQuery(anr=anr)) == expected

    def test_pages_follow_one_another_in_every_order(self, opened: OpenStore) -> None:
        for sort_by in ("Name", "displayname", "Alias", "City", "FirstName", "LastName", "Office", "ServerLegacyDN"):
            with opened.store.read() as directory:
                whole = [each.id for each in directory.list(RecipientQuery(sort_by=sort_by))]
                assert sorted(whole) == list(range(1, len(PEOPLE) + 1))
                paged: list[int] = []
                after: tuple[str, int] | None = None
                while page := list(directory.list(RecipientQuery(sort_by=sort_by, limit=3, after=after))):
                    paged += [each.id for each in page]
                    last = page[-1]
                    value = {
                        "Name": last.name,
                        "displayname": last.display_name,
                        "Alias": last.alias or "",
                        "ServerLegacyDN": last.legacy_exchange_dn,
                    }.get(sort_by, str(last.attributes.get(sort_by, "")))
                    after = (value, last.id)
                assert paged == whole, sort_by

    def test_a_limit_is_kept_and_not_counted(self, opened: OpenStore) -> None:
        with opened.store.read() as directory:
            query = RecipientQuery(kinds=MAILBOXES, limit=2)
            assert [each.name for each in directory.list(query)] == ["Ayla Kol", "Room 1"]
            assert directory.count(query) == 5
            assert list(directory.list(RecipientQuery(limit=0))) == []

    def test_more_than_a_page_is_listed_once_each(self, opened: OpenStore) -> None:
        with opened.store.write() as work:
            work.directory.add_many(
                [
                    recipient(
                        f"Person {number % 7} {number}",
                        display_name="Same",
                        alias=f"p{number}",
                        sam_account_name=f"p{number}",
                    )
                    for number in range(2500)
                ]
            )
            work.commit()
        with opened.store.read() as directory:
            found = [each.id for each in directory.list(RecipientQuery(sort_by="DisplayName"))]
        assert len(found) == len(set(found)) == 2500 + len(PEOPLE)

    def test_an_order_that_there_is_none_is_refused(self, opened: OpenStore) -> None:
        with opened.store.read() as directory, pytest.raises(InvalidProperty):
            list(directory.list(RecipientQuery(sort_by="Department; DROP TABLE object")))


class TestSqlite(OnSqlite, ListingContract): ...


class TestPostgres(OnPostgres, ListingContract): ...
