"""What the Set- cmdlets of recipients share: the declared parameters, and one way to apply and tell of a change."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from delegacy.cmdlets import _texts
from delegacy.cmdlets._addresses import POLICY, changed_addresses
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._creation import checked_account_name, checked_principal_name, checked_text
from delegacy.cmdlets._groups import find_managers
from delegacy.cmdlets._lists import ListChange, as_list_change, as_text, changed
from delegacy.cmdlets._views import FOLLOWING, plain, recipient_objects
from delegacy.domain.address import SmtpAddress
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.errors import InvalidProperty
from delegacy.domain.ports import Place
from delegacy.domain.properties import PROPERTIES, Property, PropertyType, check_value, property_named
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.powershell.metadata import parameter
from delegacy.powershell.values import pascal_case

MANAGED_BY: Final = "ManagedBy"
_ADDRESS_PARAMETERS: Final = frozenset(
    {
        "alias",
        "primary_smtp_address",
        "windows_email_address",
        "email_addresses",
        "email_address_policy_enabled",
    }
)


def as_address(value: object) -> SmtpAddress:
    """Return an email address. Raises `ValueError`."""
    return SmtpAddress.parse(str(value))


def with_primary_address(cmdlet: ExchangeCmdlet, recipient: Recipient, address: SmtpAddress) -> Recipient:
    """Return the recipient with this primary address, which takes it out of the email address policy."""
    addresses = changed_addresses(cmdlet.session.directory, recipient, primary=address)
    return replace(
        recipient,
        primary_smtp_address=addresses.primary,
        email_addresses=addresses.proxies,
        attributes={**recipient.attributes, POLICY: addresses.follows_policy},
    )


@dataclass(kw_only=True)
class CustomAttributes:
    """The fifteen custom attributes, which every recipient has, and the five with several values."""

    custom_attribute1: str | None = parameter(help="A value for your own use.")
    custom_attribute2: str | None = parameter(help="A value for your own use.")
    custom_attribute3: str | None = parameter(help="A value for your own use.")
    custom_attribute4: str | None = parameter(help="A value for your own use.")
    custom_attribute5: str | None = parameter(help="A value for your own use.")
    custom_attribute6: str | None = parameter(help="A value for your own use.")
    custom_attribute7: str | None = parameter(help="A value for your own use.")
    custom_attribute8: str | None = parameter(help="A value for your own use.")
    custom_attribute9: str | None = parameter(help="A value for your own use.")
    custom_attribute10: str | None = parameter(help="A value for your own use.")
    custom_attribute11: str | None = parameter(help="A value for your own use.")
    custom_attribute12: str | None = parameter(help="A value for your own use.")
    custom_attribute13: str | None = parameter(help="A value for your own use.")
    custom_attribute14: str | None = parameter(help="A value for your own use.")
    custom_attribute15: str | None = parameter(help="A value for your own use.")
    extension_custom_attribute1: ListChange[str] | None = parameter(
        convert=as_list_change(as_text), help="Values for your own use."
    )
    extension_custom_attribute2: ListChange[str] | None = parameter(
        convert=as_list_change(as_text), help="Values for your own use."
    )
    extension_custom_attribute3: ListChange[str] | None = parameter(
        convert=as_list_change(as_text), help="Values for your own use."
    )
    extension_custom_attribute4: ListChange[str] | None = parameter(
        convert=as_list_change(as_text), help="Values for your own use."
    )
    extension_custom_attribute5: ListChange[str] | None = parameter(
        convert=as_list_change(as_text), help="Values for your own use."
    )


@dataclass(kw_only=True)
class PersonalProperties:
    """What an address list says about a person besides his names and addresses."""

    first_name: str | None = parameter(help="The first name.")
    last_name: str | None = parameter(help="The last name.")
    initials: str | None = parameter(help="The initials.")
    title: str | None = parameter(help="The title.")
    department: str | None = parameter(help="The department.")
    company: str | None = parameter(help="The company.")
    office: str | None = parameter(help="The office.")
    phone: str | None = parameter(help="The telephone number.")
    home_phone: str | None = parameter(help="The telephone number at home.")
    mobile_phone: str | None = parameter(help="The mobile telephone number.")
    fax: str | None = parameter(help="The fax number.")
    pager: str | None = parameter(help="The pager number.")
    assistant_name: str | None = parameter(help="The name of the assistant.")
    street_address: str | None = parameter(help="The street.")
    city: str | None = parameter(help="The city.")
    state_or_province: str | None = parameter(help="The state or province.")
    postal_code: str | None = parameter(help="The postal code.")
    post_office_box: str | None = parameter(help="The post office box.")
    country_or_region: str | None = parameter(help="The country or region.")
    web_page: str | None = parameter(help="The web page.")
    notes: str | None = parameter(help="A note.")
    phonetic_display_name: str | None = parameter(help="How the display name is pronounced.")
    simple_display_name: str | None = parameter(help="A display name in ASCII.")


@dataclass
class Plan:
    """What a Set- command will do to one object: the object as it will be, and its lists where they change."""

    before: Recipient
    after: Recipient
    lists: dict[str, tuple[tuple[Recipient, ...], tuple[Recipient, ...]]] = field(default_factory=dict)
    further: list[ModifiedProperty] = field(default_factory=list)
    place: Place | None = None

    def changes(self) -> list[ModifiedProperty]:
        """Return what is different afterwards, as the audit log tells it."""
        told = []
        for prop in PROPERTIES.values():
            old, new = prop.value_of(self.before), prop.value_of(self.after)
            if old != new and prop.name not in FOLLOWING:
                told.append(ModifiedProperty(prop.name, plain(old), plain(new)))
        told += [
            ModifiedProperty(name, plain(old), plain(new))
            for name, (old, new) in self.lists.items()
            if [item.id for item in old] != [item.id for item in new]
        ]
        return told + self.further


@dataclass(kw_only=True)
class SetObjectCmdlet(ExchangeCmdlet):
    """A Set- cmdlet: finds the object, plans the change, asks, applies, tells the audit, and passes the object on when piped."""

    supports_should_process = True
    kinds: ClassVar[frozenset[RecipientTypeDetails]] = frozenset()
    noun: ClassVar[str] = ""
    view: ClassVar[str] = ""

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="noun",
        help="The object.",
    )

    def run(self) -> None:
        """Change one object."""
        target = self.find_target()
        self.check_target(target)
        plan = Plan(target, self._with_plain_properties(target))
        self.plan(plan)
        if not self.should_process(_texts.SET.format(kind=self.noun, identity=target.canonical_name)):
            return
        told = plan.changes()
        changes = self.session.changes
        self.modified(target.canonical_name, *told)
        if not told:
            self.write_warning(_texts.NOTHING_MODIFIED.format(identity=target.canonical_name))
        else:
            after = replace(plan.after, when_changed=self.session.clock.now())
            changes.update(after)
            self.apply(plan)
        self._pass_on(changes.get(target.id))

    def wanted_kinds(self) -> frozenset[RecipientTypeDetails]:
        """Return the kinds that this command is about."""
        return self.kinds

    def find_target(self) -> Recipient:
        """Return the object. Raises `LookupFailed` or `OutOfScope`."""
        return self.find_to_change(self.identity, self.wanted_kinds())

    def check_target(self, target: Recipient) -> None:
        """Refuse an object that the caller may not change with this cmdlet."""

    def plan(self, plan: Plan) -> None:
        """Work out what else changes than plain properties. Raises `DelegacyError`."""

    def apply(self, plan: Plan) -> None:
        """Write what is not a property of the object itself."""
        if MANAGED_BY in plan.lists:
            _, managers = plan.lists[MANAGED_BY]
            self.session.changes.set_managers(plan.before.id, [manager.id for manager in managers])

    def plan_managers(self, plan: Plan, change: ListChange[Identity]) -> None:
        """Plan the change of a group's managers."""
        resolved = ListChange(
            None if change.replacement is None else tuple(find_managers(self, change.replacement)),
            tuple(find_managers(self, change.add)),
            tuple(find_managers(self, change.remove)),
        )
        self.plan_list(plan, MANAGED_BY, self.session.directory.managers(plan.before.id), resolved)

    def plan_list(self, plan: Plan, name: str, current: Sequence[Recipient], change: ListChange[Recipient]) -> None:
        """Plan the change of a list of recipients."""
        plan.lists[name] = (tuple(current), changed(current, change, lambda recipient: recipient.id))

    def _pass_on(self, target: Recipient) -> None:
        if self.runtime.feeds_gated_cmdlet:
            self.write_objects(recipient_objects(self.session, self.view, [target]))

    def _with_plain_properties(self, target: Recipient) -> Recipient:
        attributes = dict(target.attributes)
        for name, value in self.bound.items():
            prop = property_named(pascal_case(name))
            if prop is None or not prop.is_attribute or prop.name == POLICY:
                continue
            if target.recipient_type_details not in prop.kinds:
                raise InvalidProperty(
                    f"{prop.name} can't be set on '{target.canonical_name}': a "
                    f"{target.recipient_type_details.value} has no such property.",
                    prop.name,
                )
            new = check_value(prop, _listed(prop, target, value))
            if new in (None, ()):
                attributes.pop(prop.name, None)
            else:
                attributes[prop.name] = new
        return replace(target, attributes=attributes)


def _listed(prop: Property, target: Recipient, value: object) -> object:
    if isinstance(value, ListChange):
        current = prop.value_of(target)
        return changed(current if isinstance(current, tuple) else (), value, str)
    return list(value) if prop.type is PropertyType.STRINGS and isinstance(value, (list, tuple)) else value


@dataclass(kw_only=True)
class SetRecipientCmdlet(CustomAttributes, SetObjectCmdlet):
    """A Set- cmdlet of something with an address."""

    alias: str | None = parameter(help="The part before the @ of the address that the email address policy gives.")
    display_name: str | None = parameter(help="The name that address lists show.")
    name_: str | None = parameter(name="Name", help="The unique name of the object in its container.")
    email_addresses: ListChange[str] | None = parameter(
        convert=as_list_change(as_text), help="All addresses: SMTP: for the primary one, smtp: for the others."
    )
    email_address_policy_enabled: bool | None = parameter(
        help="Whether the email address policy makes the primary address."
    )
    primary_smtp_address: SmtpAddress | None = parameter(
        convert=as_address, help="The primary address; it takes the recipient out of the email address policy."
    )
    windows_email_address: SmtpAddress | None = parameter(convert=as_address, help="The same as PrimarySmtpAddress.")
    hidden_from_address_lists_enabled: bool | None = parameter(
        help="Whether address lists leave it out. A hidden mailbox is closed to delegates."
    )
    mail_tip: str | None = parameter(help="The hint that senders see.")
    require_sender_authentication_enabled: bool | None = parameter(
        help="Whether it accepts messages from people of the organization only."
    )
    simple_display_name: str | None = parameter(help="A display name in ASCII.")

    def plan(self, plan: Plan) -> None:
        """Work out names and addresses."""
        fields: dict[str, Any] = {}
        if self.name_ is not None:
            fields["name"] = checked_text("Name", self.name_)
        if self.display_name is not None:
            fields["display_name"] = checked_text("DisplayName", self.display_name)
        if self.hidden_from_address_lists_enabled is not None:
            fields["hidden_from_address_lists_enabled"] = self.hidden_from_address_lists_enabled
        plan.after = replace(plan.after, **fields)
        self._plan_addresses(plan)

    def _plan_addresses(self, plan: Plan) -> None:
        if _ADDRESS_PARAMETERS.isdisjoint(self.bound):
            return
        addresses = changed_addresses(
            self.session.directory,
            plan.before,
            alias=None if self.alias is None else checked_text("Alias", self.alias),
            primary=self.primary_smtp_address or self.windows_email_address,
            email_addresses=self.email_addresses,
            follow_policy=self.email_address_policy_enabled,
        )
        plan.after = replace(
            plan.after,
            alias=addresses.alias,
            primary_smtp_address=addresses.primary,
            email_addresses=addresses.proxies,
            attributes={**plan.after.attributes, POLICY: addresses.follows_policy},
        )


@dataclass(kw_only=True)
class AccountName:
    """The account name of users and groups."""

    sam_account_name: str | None = parameter(help="The account name, as in DOMAIN\\account.")

    def with_account_names(self, recipient: Recipient) -> Recipient:
        """Return the recipient with the names that were given."""
        if self.sam_account_name is None:
            return recipient
        name = checked_account_name(recipient.recipient_type_details, self.sam_account_name)
        return replace(recipient, sam_account_name=name)


@dataclass(kw_only=True)
class AccountNames(AccountName):
    """The names of what somebody signs in with."""

    user_principal_name: str | None = parameter(help="The name to sign in with, as terrya@contoso.com.")

    def with_account_names(self, recipient: Recipient) -> Recipient:
        """Return the recipient with the names that were given."""
        recipient = super().with_account_names(recipient)
        if self.user_principal_name is None:
            return recipient
        return replace(recipient, user_principal_name=checked_principal_name(self.user_principal_name))
