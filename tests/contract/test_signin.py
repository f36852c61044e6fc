from dataclasses import replace

import pytest

from delegacy.domain.account import Account
from delegacy.domain.address import ProxyAddress, SmtpAddress
from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.errors import ManagementObjectNotFound
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from support.stores import OnPostgres, OnSqlite, OpenStore, recipient, sid_of

T = RecipientTypeDetails


def with_password(opened: OpenStore, *recipients: Recipient) -> list[Recipient]:
    added = opened.add(*recipients)
    with opened.store.write() as work:
        for each in added:
            work.directory.set_credential(each.id, f"hash of {each.name}")
        work.commit()
    return added


class SignInContract:
    @pytest.mark.parametrize(
        "name", ["upn@contoso.com", "UPN@CONTOSO.com", "terryadams@contoso.com", "contoso\\TerryAdams"]
    )
    def test_an_account_signs_in_by_its_three_names(self, opened: OpenStore, name: str) -> None:
        (terry,) = with_password(opened, recipient("Terry Adams", user_principal_name="upn@contoso.com"))
        credential = opened.names.credential(name)
        assert credential is not None
        assert credential.password_hash == "hash of Terry Adams"
        assert not credential.disabled
        assert credential.account == Account(
            id=terry.id,
            guid=terry.guid,
            sid=sid_of(terry),
            logon_name="CONTOSO\\terryadams",
            display_name="Terry Adams",
            user_principal_name="upn@contoso.com",
            primary_smtp_address=terry.primary_smtp_address,
            mailbox_id=terry.id,
            mailbox_guid=terry.guid,
        )

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "\\",
            "CONTOSO\\",
            "terryadams",
            "Terry Adams",
            "terry.proxy@contoso.com",
            "FABRIKAM\\terryadams",
            "x" * 2000,
            "\0",
            "\ud800@x",
        ],
    )
    def test_no_other_form_signs_in(self, opened: OpenStore, name: str) -> None:
        addresses = (ProxyAddress.parse("SMTP:terryadams@contoso.com"), ProxyAddress.parse("terry.proxy@contoso.com"))
        with_password(opened, recipient("Terry Adams", email_addresses=addresses))
        assert opened.names.credential(name) is None

    def test_a_name_that_two_have_signs_in_nobody(self, opened: OpenStore) -> None:
        with_password(
            opened,
            recipient("Terry Adams", user_principal_name="shared@contoso.com"),
            recipient("Ayla Kol", primary_smtp_address=SmtpAddress.parse("shared@contoso.com"), email_addresses=()),
        )
        assert opened.names.credential("shared@contoso.com") is None

    @pytest.mark.parametrize("kind", [T.MAIL_CONTACT, T.MAIL_UNIVERSAL_SECURITY_GROUP, T.DYNAMIC_DISTRIBUTION_GROUP])
    def test_what_is_no_account_does_not_sign_in(self, opened: OpenStore, kind: RecipientTypeDetails) -> None:
        with_password(opened, recipient("Helpdesk", kind))
        assert opened.names.credential("helpdesk@contoso.com") is None
        assert opened.names.credential("CONTOSO\\helpdesk") is None

    @pytest.mark.parametrize(
        ("attributes", "expected"),
        [
            ({}, set()),
            ({"ImapEnabled": True, "SmtpClientAuthenticationDisabled": False, "PopEnabled": False}, set()),
            ({"ImapEnabled": False}, {ClientProtocol.IMAP}),
            ({"SmtpClientAuthenticationDisabled": True}, {ClientProtocol.SMTP}),
            ({"ImapEnabled": False, "SmtpClientAuthenticationDisabled": True}, set(ClientProtocol)),
        ],
    )
    def test_protocols_are_switched_off(
        self, opened: OpenStore, attributes: dict[str, bool], expected: set[ClientProtocol]
    ) -> None:
        with_password(opened, recipient("Terry Adams", attributes=attributes))
        credential = opened.names.credential("terryadams@contoso.com")
        assert credential is not None
        assert credential.switched_off == expected
        assert opened.names.switched_off(credential.account) == expected

    def test_a_master_accounts_protocols_are_those_of_its_mailbox(self, opened: OpenStore) -> None:
        (robin,) = with_password(opened, recipient("Robin", T.USER, domain="FABRIKAM"))
        (linked,) = opened.add(recipient("Linked", T.LINKED_MAILBOX, linked_master_account=sid_of(robin)))
        credential = opened.names.credential("FABRIKAM\\robin")
        assert credential is not None
        assert credential.switched_off == opened.names.switched_off(credential.account) == frozenset()
        with opened.store.write() as work:
            work.directory.update(replace(linked, attributes={"ImapEnabled": False}))
            work.commit()
        assert opened.names.switched_off(credential.account) == {ClientProtocol.IMAP}

    def test_who_has_no_mailbox_has_no_switches(self, opened: OpenStore) -> None:
        with_password(opened, recipient("Service", T.USER, attributes={"ImapEnabled": False}))
        credential = opened.names.credential("CONTOSO\\service")
        assert credential is not None
        assert credential.switched_off == opened.names.switched_off(credential.account) == frozenset()

    def test_whose_mailbox_is_gone_has_none_either(self, opened: OpenStore) -> None:
        (terry,) = with_password(opened, recipient("Terry Adams", attributes={"ImapEnabled": False}))
        credential = opened.names.credential("terryadams@contoso.com")
        assert credential is not None
        with opened.store.write() as work:
            work.directory.remove(terry.id)
            work.commit()
        assert opened.names.switched_off(credential.account) == frozenset()

    def test_an_account_without_a_password_has_an_empty_hash(self, opened: OpenStore) -> None:
        opened.add(recipient("Terry Adams"))
        credential = opened.names.credential("terryadams@contoso.com")
        assert credential is not None
        assert credential.password_hash == ""

    def test_a_disabled_account_says_so(self, opened: OpenStore) -> None:
        with_password(opened, recipient("Tickets", T.SHARED_MAILBOX, account_disabled=True))
        credential = opened.names.credential("tickets@contoso.com")
        assert credential is not None
        assert credential.disabled

    def test_an_account_without_a_mailbox_has_none(self, opened: OpenStore) -> None:
        with_password(opened, recipient("Plain", T.USER), recipient("External", T.MAIL_USER))
        plain, external = (opened.names.credential(f"CONTOSO\\{name}") for name in ("plain", "external"))
        assert plain is not None
        assert external is not None
        assert (plain.account.mailbox_id, plain.account.primary_smtp_address) == (None, None)
        assert (external.account.mailbox_id, str(external.account.primary_smtp_address)) == (
            None,
            "external@contoso.com",
        )

    @pytest.mark.parametrize(
        "name", ["FABRIKAM\\robinw", "robin@fabrikam.com", "robinwood@contoso.com", "CONTOSO\\robinwood"]
    )
    def test_the_master_account_signs_in_for_a_linked_mailbox(self, opened: OpenStore, name: str) -> None:
        (master,) = with_password(
            opened,
            recipient(
                "robinw", T.LINKED_USER, domain="FABRIKAM", user_principal_name="robin@fabrikam.com", email_addresses=()
            ),
        )
        (mailbox,) = opened.add(
            recipient(
                "Robin Wood",
                T.LINKED_MAILBOX,
                display_name="Robin Wood (Fabrikam)",
                account_disabled=True,
                linked_master_account=master.sid,
            )
        )
        credential = opened.names.credential(name)
        assert credential is not None
        assert not credential.disabled
        assert credential.password_hash == "hash of robinw"
        account = credential.account
        assert (account.id, account.sid) == (master.id, master.sid)
        assert (account.mailbox_id, account.mailbox_guid, account.linked_id) == (mailbox.id, mailbox.guid, mailbox.id)
        assert (account.primary_smtp_address, account.display_name) == (
            mailbox.primary_smtp_address,
            "Robin Wood (Fabrikam)",
        )

    def test_a_linked_mailbox_whose_master_is_gone_signs_in_nobody_else(self, opened: OpenStore) -> None:
        opened.add(
            recipient(
                "Robin Wood", T.LINKED_MAILBOX, account_disabled=True, linked_master_account="S-1-5-21-7-8-9-4711"
            )
        )
        credential = opened.names.credential("robinwood@contoso.com")
        assert credential is not None
        assert credential.disabled

    def test_a_new_password_replaces_the_old_one(self, opened: OpenStore) -> None:
        (terry,) = with_password(opened, recipient("Terry Adams"))
        with opened.store.write() as work:
            work.directory.set_credential(terry.id, "new hash")
            work.commit()
        credential = opened.names.credential("terryadams@contoso.com")
        assert credential is not None
        assert credential.password_hash == "new hash"

    def test_nobody_gets_no_password(self, opened: OpenStore) -> None:
        with opened.store.write() as work, pytest.raises(ManagementObjectNotFound):
            work.directory.set_credential(4711, "hash")

    def test_a_renamed_account_signs_in_by_its_new_name_only(self, opened: OpenStore) -> None:
        (terry,) = with_password(opened, recipient("Terry Adams"))
        with opened.store.write() as work:
            work.directory.update(replace(terry, user_principal_name="t@contoso.com", sam_account_name="t"))
            work.commit()
        assert opened.names.credential("CONTOSO\\terryadams") is None
        assert opened.names.credential("CONTOSO\\t") is not None


class TestSqlite(OnSqlite, SignInContract): ...


class TestPostgres(OnPostgres, SignInContract): ...
