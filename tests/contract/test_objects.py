from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.errors import (
    Conflict,
    InvalidInput,
    InvalidProperty,
    ManagementObjectAlreadyExists,
    ManagementObjectNotFound,
    ProxyAddressExists,
)
from delegacy.domain.organization import AcceptedDomain, AccountDomain, HiddenMailboxDelegation
from delegacy.domain.ports import LostGrant
from delegacy.domain.recipient import GroupScope, RecipientTypeDetails
from delegacy.domain.rights import Permission
from delegacy.domain.sid import Sid
from support.stores import (
    CONTOSO,
    FABRIKAM,
    FULL_ACCESS,
    NOW,
    SEND_AS,
    OnPostgres,
    OnSqlite,
    OpenStore,
    guid_of,
    recipient,
    sid_of,
)

T = RecipientTypeDetails
_TAKEN: Mapping[str, object] = {
    "name": "TERRY ADAMS",
    "alias": "TerryA",
    "sam_account_name": "TERRYA",
    "user_principal_name": "Terry@Contoso.com",
    "guid": UUID("00000000-0000-0000-0000-000000000001"),
    "legacy_exchange_dn": "/O=CONTOSO/CN=TERRY",
    "sid": Sid("S-1-5-21-1-2-3-5000"),
    "linked_master_account": Sid("S-1-5-21-7-8-9-1104"),
}


class ObjectsContract:
    def test_an_object_is_read_as_it_was_written(self, opened: OpenStore) -> None:
        written = recipient(
            "Ayla Kol",
            T.ROOM_MAILBOX,
            display_name="Ayla Köl (Sales)",
            email_addresses=(
                ProxyAddress.parse("SMTP:aylakol@contoso.com"),
                ProxyAddress.parse("smtp:Ayla@Contoso.com"),
                ProxyAddress.parse("X500:/o=Old/cn=ayla"),
            ),
            hidden_from_address_lists_enabled=True,
            account_disabled=True,
            linked_master_account=Sid("S-1-5-21-7-8-9-1200"),
            group_scope=GroupScope.DOMAIN_LOCAL,
            security_enabled=True,
            recipient_filter="Department -eq 'x'",
            recipient_container="contoso.com",
            when_changed=NOW + timedelta(microseconds=1),
            attributes={
                "Department": "Sales",
                "CustomAttribute1": "Größe",
                "ResourceCapacity": 12,
                "MessageCopyForSentAsEnabled": True,
                "ExtensionCustomAttribute1": ("a", "B"),
            },
        )
        (added,) = opened.add(written)
        assert added == replace(written, id=added.id, sid=added.sid)
        with opened.store.read() as directory:
            found = directory.get(added.id)
        assert found == added
        assert dict(found.attributes) == dict(written.attributes)

    def test_accounts_and_groups_get_sids_of_their_domain(self, opened: OpenStore) -> None:
        first, second, other = opened.add(
            recipient("A"),
            recipient("B", T.MAIL_UNIVERSAL_DISTRIBUTION_GROUP),
            recipient("C", T.LINKED_USER, domain="FABRIKAM"),
        )
        assert (first.sid, second.sid) == ("S-1-5-21-1-2-3-1000", "S-1-5-21-1-2-3-1001")
        assert other.sid == "S-1-5-21-7-8-9-1000"

    @pytest.mark.parametrize("kind", [T.MAIL_CONTACT, T.DYNAMIC_DISTRIBUTION_GROUP])
    def test_what_is_no_principal_gets_no_sid(self, opened: OpenStore, kind: RecipientTypeDetails) -> None:
        (added,) = opened.add(recipient("A", kind))
        assert added.sid is None

    def test_a_sid_that_was_chosen_is_not_given_out_again(self, opened: OpenStore) -> None:
        opened.add(recipient("Chosen", sid=Sid("S-1-5-21-1-2-3-1001")))
        (given,) = opened.add(recipient("Given"))
        assert given.sid == "S-1-5-21-1-2-3-1002"

    def test_a_sid_is_not_given_out_again_after_a_removal(self, opened: OpenStore) -> None:
        (first,) = opened.add(recipient("A"))
        with opened.store.write() as work:
            work.directory.remove(first.id)
            work.commit()
        (second,) = opened.add(recipient("A"))
        assert second.sid != first.sid
        assert second.id != first.id

    def test_an_account_of_no_domain_is_refused(self, opened: OpenStore) -> None:
        with pytest.raises(InvalidProperty):
            opened.add(recipient("A", domain="NOWHERE"))

    @pytest.mark.parametrize("taken", _TAKEN)
    def test_what_is_unique_is_refused_in_any_case(self, opened: OpenStore, taken: str) -> None:
        opened.add(
            recipient(
                "Terry Adams",
                alias="terrya",
                sam_account_name="terrya",
                user_principal_name="terry@contoso.com",
                guid=_TAKEN["guid"],
                legacy_exchange_dn="/o=Contoso/cn=terry",
                sid=_TAKEN["sid"],
                linked_master_account=_TAKEN["linked_master_account"],
            )
        )
        with pytest.raises(ManagementObjectAlreadyExists):
            opened.add(recipient("Ayla Kol", **{taken: _TAKEN[taken]}))
        with opened.store.read() as directory:
            assert not directory.find("aylakol@contoso.com", frozenset())

    def test_the_same_name_in_another_container_and_account_name_in_another_domain_are_free(
        self, opened: OpenStore
    ) -> None:
        opened.add(
            recipient("Robin Wood", alias="robin1", user_principal_name="robin1@contoso.com", email_addresses=()),
            recipient(
                "Robin Wood",
                T.LINKED_USER,
                guid=guid_of("other"),
                container="contoso.com/Sales",
                domain="FABRIKAM",
                user_principal_name="robinw@fabrikam.com",
            ),
        )
        with opened.store.read() as directory:
            assert [found.domain for found in directory.find("Robin Wood", frozenset())] == ["CONTOSO"]  # ours first
            assert directory.find("contoso.com/Sales/Robin Wood", frozenset())[0].domain == "FABRIKAM"

    def test_an_address_has_one_owner(self, opened: OpenStore) -> None:
        opened.add(recipient("Terry Adams"))
        with pytest.raises(ProxyAddressExists) as raised:
            opened.add(recipient("Ayla Kol", email_addresses=(ProxyAddress.parse("smtp:TerryAdams@CONTOSO.com"),)))
        assert "contoso.com/Users/Terry Adams" in raised.value.message

    def test_a_primary_address_that_is_not_listed_is_taken_all_the_same(self, opened: OpenStore) -> None:
        (added,) = opened.add(recipient("Terry Adams", email_addresses=()))
        assert [str(address) for address in added.email_addresses] == ["SMTP:terryadams@contoso.com"]
        with pytest.raises(ProxyAddressExists):
            opened.add(
                recipient("Other", T.MAIL_CONTACT, primary_smtp_address=SmtpAddress.parse("terryadams@contoso.com"))
            )

    def test_many_are_added_with_keys_in_order(self, opened: OpenStore) -> None:
        with opened.store.write() as work:
            keys = work.directory.add_many([recipient(f"Person {number}") for number in range(50)])
            work.commit()
        with opened.store.read() as directory:
            found = directory.get_many(keys)
        assert [found[key].name for key in keys] == [f"Person {number}" for number in range(50)]
        assert len({found[key].sid for key in keys}) == 50

    @pytest.mark.parametrize(
        ("clashing", "error"),
        [
            (recipient("Person 1", guid=guid_of("x")), ManagementObjectAlreadyExists),
            (recipient("X", alias="person1"), ManagementObjectAlreadyExists),
            (recipient("X", email_addresses=(ProxyAddress.parse("person1@contoso.com"),)), ProxyAddressExists),
            (recipient("X", alias="terryadams"), ManagementObjectAlreadyExists),
        ],
    )
    def test_of_many_with_one_that_clashes_none_is_added(
        self, opened: OpenStore, clashing: object, error: type[Conflict]
    ) -> None:
        opened.add(recipient("Terry Adams"))
        with opened.store.write() as work:
            with pytest.raises(error):
                work.directory.add_many([recipient("Person 0"), recipient("Person 1"), clashing])  # type: ignore[list-item]
            (key,) = work.directory.add_many([recipient("Person 0")])
            work.commit()
        with opened.store.read() as directory:
            assert directory.get(key).name == "Person 0"
            assert not directory.find("Person 1", frozenset())

    def test_an_update_stores_every_property(self, opened: OpenStore) -> None:
        (before,) = opened.add(recipient("Terry Adams", attributes={"Department": "Sales", "Notes": "x"}))
        after = replace(
            before,
            name="Terry A. Adams",
            alias="ta",
            recipient_type_details=T.SHARED_MAILBOX,
            account_disabled=True,
            email_addresses=(ProxyAddress.parse("SMTP:ta@contoso.com"), ProxyAddress.parse("x@contoso.com")),
            primary_smtp_address=SmtpAddress.parse("ta@contoso.com"),
            attributes={"Department": "Legal"},
        )
        with opened.store.write() as work:
            work.directory.update(after)
            work.commit()
        with opened.store.read() as directory:
            assert directory.get(before.id) == after
            assert directory.by_address("terryadams@contoso.com") is None
            assert directory.by_address("X@contoso.com") == after

    def test_an_update_keeps_the_sid_that_is_not_mentioned(self, opened: OpenStore) -> None:
        (before,) = opened.add(recipient("Terry Adams"))
        with opened.store.write() as work:
            work.directory.update(replace(before, sid=None, display_name="T"))
            work.commit()
        with opened.store.read() as directory:
            assert directory.get(before.id).sid == before.sid

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"name": "Ayla Kol"}, ManagementObjectAlreadyExists),
            ({"alias": "AYLAKOL"}, ManagementObjectAlreadyExists),
            ({"email_addresses": (ProxyAddress.parse("aylakol@contoso.com"),)}, ProxyAddressExists),
        ],
    )
    def test_an_update_to_what_is_taken_is_refused(
        self, opened: OpenStore, changes: Mapping[str, object], error: type[Conflict]
    ) -> None:
        (terry, _) = opened.add_named(T.USER_MAILBOX, "Terry Adams", "Ayla Kol")
        with opened.store.write() as work, pytest.raises(error):
            work.directory.update(replace(terry, **changes))  # type: ignore[arg-type] # the names are a recipient's

    def test_an_update_of_what_is_gone_is_refused(self, opened: OpenStore) -> None:
        with opened.store.write() as work, pytest.raises(ManagementObjectNotFound):
            work.directory.update(recipient("Terry Adams", id=4711))

    def test_a_removal_takes_all_that_hangs_on_the_object_with_it(self, opened: OpenStore) -> None:
        terry, ayla = opened.add_named(T.USER_MAILBOX, "Terry Adams", "Ayla Kol")
        (group,) = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Helpdesk")
        opened.join([(terry, group), (ayla, group)])
        opened.grant(ayla, terry, FULL_ACCESS)
        opened.grant(group, terry, SEND_AS)
        opened.grant(terry, ayla)
        opened.list_send_on_behalf(ayla, terry, group)
        with opened.store.write() as work:
            work.directory.set_managers(group.id, [terry.id])
            work.directory.link(ayla.id, [terry.id])
            work.directory.set_credential(terry.id, "hash")
            lost = work.directory.remove(terry.id)
            work.commit()
        assert lost == (
            LostGrant(Permission.FULL_ACCESS, FULL_ACCESS, "contoso.com/Users/Ayla Kol"),
            LostGrant(Permission.SEND_AS, SEND_AS, "contoso.com/Users/Helpdesk"),
            LostGrant(Permission.SEND_ON_BEHALF, frozenset(), "contoso.com/Users/Ayla Kol"),
        )
        with opened.store.read() as directory:
            assert directory.mailbox_acl(ayla.id).entries == ()
            assert directory.grant_send_on_behalf_to(ayla.id) == (group,)
            assert [member.name for member in directory.members(group.id)] == ["Ayla Kol"]
            assert directory.managers(group.id) == ()
            assert directory.automapping_links(ayla.id) == ()
            assert directory.by_address("terryadams@contoso.com") is None
            with pytest.raises(ManagementObjectNotFound):
                directory.get(terry.id)

    def test_a_removal_of_what_is_gone_is_refused(self, opened: OpenStore) -> None:
        with opened.store.write() as work, pytest.raises(ManagementObjectNotFound):
            work.directory.remove(4711)

    def test_a_group_is_removed_from_within_groups(self, opened: OpenStore) -> None:
        inner, middle, outer = opened.add_named(T.MAIL_UNIVERSAL_SECURITY_GROUP, "Inner", "Middle", "Outer")
        (terry,) = opened.add(recipient("Terry Adams"))
        opened.join([(terry, inner), (inner, middle), (middle, outer)])
        with opened.store.write() as work:
            work.directory.remove(middle.id)
            work.commit()
        with opened.store.read() as directory:
            assert directory.groups_of(inner.id) == ()
            assert list(directory.members(outer.id)) == []
            assert directory.group_chain(terry.id, sid_of(outer), security_only=True) == ()

    @pytest.mark.parametrize("text", ["a\ud800", "\udfff"])
    def test_text_that_cannot_be_stored_is_refused(self, opened: OpenStore, text: str) -> None:
        with pytest.raises(InvalidInput):
            opened.add(recipient("A", display_name=text))

    def test_an_attribute_of_a_strange_type_is_refused(self, opened: OpenStore) -> None:
        with pytest.raises(InvalidProperty):
            opened.add(recipient("A", attributes={"Notes": object()}))

    def test_domains_are_listed_with_our_own_and_the_default_one_first(self, opened: OpenStore) -> None:
        with opened.store.write() as work:
            work.directory.add_account_domain(
                AccountDomain("ADATUM", "adatum.com", Sid("S-1-5-21-4-4-4"), trusted=True)
            )
            work.directory.add_accepted_domain(AcceptedDomain("Aaa", "aaa.example"))
            work.directory.add_accepted_domain(AcceptedDomain("New", "new.example", default=True))
            work.commit()
        with opened.store.read() as directory:
            assert [domain.netbios_name for domain in directory.account_domains()] == ["CONTOSO", "ADATUM", "FABRIKAM"]
            assert directory.account_domains()[0] == CONTOSO
            assert [domain.domain_name for domain in directory.accepted_domains()] == [
                "new.example",
                "aaa.example",
                "contoso.com",
            ]

    def test_a_domain_is_added_once(self, opened: OpenStore) -> None:
        with opened.store.write() as work:
            with pytest.raises(ManagementObjectAlreadyExists):
                work.directory.add_account_domain(replace(FABRIKAM, sid=Sid("S-1-5-21-6-6-6")))
            with pytest.raises(ManagementObjectAlreadyExists):
                work.directory.add_account_domain(replace(FABRIKAM, netbios_name="OTHER"))
            with pytest.raises(ManagementObjectAlreadyExists):
                work.directory.add_accepted_domain(AcceptedDomain("x", "CONTOSO.com"))

    def test_an_accepted_domain_is_changed_and_removed(self, opened: OpenStore) -> None:
        net = AcceptedDomain("Net", "contoso.net")
        with opened.store.write() as work:
            work.directory.add_accepted_domain(net)
            work.directory.update_accepted_domain(replace(net, domain_type="InternalRelay", name="N", default=True))
            work.commit()
        with opened.store.read() as directory:
            assert directory.accepted_domains() == (
                AcceptedDomain("N", "contoso.net", "InternalRelay", default=True),
                AcceptedDomain("contoso.com", "contoso.com"),
            )
        with opened.store.write() as work:
            work.directory.remove_accepted_domain("contoso.com")
            with pytest.raises(ManagementObjectNotFound):
                work.directory.remove_accepted_domain("contoso.com")
            with pytest.raises(ManagementObjectNotFound):
                work.directory.update_accepted_domain(AcceptedDomain("x", "contoso.com"))
            work.commit()
        with opened.store.read() as directory:
            assert [domain.domain_name for domain in directory.accepted_domains()] == ["contoso.net"]

    @pytest.mark.parametrize(
        ("domain", "expected"),
        [
            ("contoso.com", "Terry Adams"),
            ("CONTOSO.com", "Terry Adams"),
            ("mail.contoso.com", None),
            ("toso.com", None),
            ("com", None),
            ("sub.example", "Terry Adams"),
            ("xn--bcher-kva.example", "Terry Adams"),
            ("b\u00fccher.example", "Terry Adams"),
        ],
    )
    def test_who_has_an_address_in_a_domain(self, opened: OpenStore, domain: str, expected: str | None) -> None:
        addresses = (
            "SMTP:terry@contoso.com",
            "smtp:t@sub.example",
            "smtp:t@b\u00fccher.example",
            "X500:/o=a@b.example",
        )
        opened.add(
            recipient(
                "Terry Adams",
                email_addresses=tuple(map(ProxyAddress.parse, addresses)),
                primary_smtp_address=SmtpAddress.parse("terry@contoso.com"),
            )
        )
        with opened.store.read() as directory:
            user = directory.with_address_in(domain)
            assert (user and user.name) == expected
            assert directory.with_address_in("b.example") is None

    def test_the_organization_keeps_its_switch(self, opened: OpenStore) -> None:
        with opened.store.write() as work:
            assert work.directory.organization().hidden_mailbox_delegation is HiddenMailboxDelegation.DENY
            work.directory.set_hidden_mailbox_delegation(HiddenMailboxDelegation.ALLOW)
            work.commit()
        with opened.store.read() as directory:
            assert directory.organization().hidden_mailbox_delegation is HiddenMailboxDelegation.ALLOW
            assert directory.organization().domain == CONTOSO
            assert directory.organization().server == "dc01.contoso.com"


class TestSqlite(OnSqlite, ObjectsContract): ...


class TestPostgres(OnPostgres, ObjectsContract): ...
