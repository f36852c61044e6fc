"""Address lists as they are stored."""

from dataclasses import replace
from uuid import uuid4

from delegacy.domain.address_list import ROOT, AddressList
from support.stores import NOW, OnPostgres, OnSqlite, OpenStore


def address_list(name: str, container: str = ROOT, /, **changes: object) -> AddressList:
    plain = AddressList(
        guid=uuid4(),
        name=name,
        display_name=name,
        recipient_filter="Alias -ne $null",
        container=container,
        when_changed=NOW,
    )
    return replace(plain, **changes)  # type: ignore[arg-type] # the names are an address list's


class AddressListsContract:
    def put(self, opened: OpenStore, *lists: AddressList) -> None:
        with opened.store.write() as work:
            work.directory.put_address_lists(lists)
            work.commit()

    def found(self, opened: OpenStore) -> tuple[AddressList, ...]:
        with opened.store.read() as directory:
            return directory.address_lists()

    def test_what_is_put_is_read_by_path(self, opened: OpenStore) -> None:
        sales = address_list(
            "Sales", "\\All Users", recipient_container="contoso.com/Users", display_name="Those who sell"
        )
        everybody = address_list(
            "All Users", conditions={"IncludedRecipients": "MailboxUsers", "ConditionalCompany": ("A", "B")}
        )
        contacts = address_list("Sales", "\\Contacts")
        self.put(opened, sales, everybody, contacts)
        assert [one.path for one in self.found(opened)] == ["\\All Users", "\\All Users\\Sales", "\\Contacts\\Sales"]
        assert self.found(opened) == (everybody, sales, contacts)

    def test_one_path_names_one_list(self, opened: OpenStore) -> None:
        first, second = address_list("Sales"), address_list("SALES", recipient_filter="Alias -eq 'x'")
        self.put(opened, first)
        self.put(opened, second)
        assert self.found(opened) == (second,)

    def test_what_is_removed_is_gone(self, opened: OpenStore) -> None:
        self.put(opened, address_list("A"), address_list("B", "\\A"), address_list("C"))
        with opened.store.write() as work:
            work.directory.remove_address_lists(["\\a", "\\A\\b"])
            work.commit()
        assert [one.name for one in self.found(opened)] == ["C"]


class TestSqlite(OnSqlite, AddressListsContract): ...


class TestPostgres(OnPostgres, AddressListsContract): ...
