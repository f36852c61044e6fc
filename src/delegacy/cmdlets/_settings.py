"""What the Set- cmdlets of recipients share: the declared parameters, and one way to apply and tell of a change."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from delegacy.cmdlets import _texts
from delegacy.cmdlets._addresses import POLICY, changed_addresses
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._creation import checked_account_name, checked_principal_name, checked_text
from delegacy.cmdlets._delegates import find_behalf_delegates, hidden_rule_applies
from delegacy.cmdlets._expiry import end_of, expires_at_parameter, for_parameter, told_end
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

_SEND_ON_BEHALF: Final = "GrantSendOnBehalfTo"
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


@dataclass
class Plan:
    """What a Set- command will do to one object: the object as it will be, and its lists where they change."""

    before: Recipient
    after: Recipient
    lists: dict[str, tuple[tuple[Recipient, ...], tuple[Recipient, ...]]] = field(default_factory=dict)
    further: list[ModifiedProperty] = field(default_factory=list)
    named_delegates: frozenset[int] = frozenset()
    delegates_end: datetime | None = None

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
        target = self.find_to_change(self.identity, self.wanted_kinds())
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

    def check_target(self, target: Recipient) -> None:
        """Refuse an object that the caller may not change with this cmdlet."""

    def plan(self, plan: Plan) -> None:
        """Work out what else changes than plain properties. Raises `DelegacyError`."""

    def apply(self, plan: Plan) -> None:
        """Write what is not a property of the object itself."""
        if _SEND_ON_BEHALF in plan.lists:
            _, delegates = plan.lists[_SEND_ON_BEHALF]
            place = Place(self.session.caller_name, self.session.clock.now(), plan.delegates_end, plan.named_delegates)
            self.session.changes.set_grant_send_on_behalf_to(
                plan.before.id, [delegate.id for delegate in delegates], place
            )
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
    grant_send_on_behalf_to: ListChange[Identity] | None = parameter(
        convert=as_list_change(as_identity),
        completer="delegate",
        help='Who may send on its behalf: a new list, @{Add="..";Remove=".."}, or $null.',
    )
    expires_at: datetime | None = expires_at_parameter()
    for_: timedelta | None = for_parameter()
    mail_tip: str | None = parameter(help="The hint that senders see.")
    require_sender_authentication_enabled: bool | None = parameter(
        help="Whether it accepts messages from people of the organization only."
    )
    simple_display_name: str | None = parameter(help="A display name in ASCII.")

    def plan(self, plan: Plan) -> None:
        """Work out names, addresses and the Send on Behalf list."""
        fields: dict[str, Any] = {}
        if self.name_ is not None:
            fields["name"] = checked_text("Name", self.name_)
        if self.display_name is not None:
            fields["display_name"] = checked_text("DisplayName", self.display_name)
        if self.hidden_from_address_lists_enabled is not None:
            fields["hidden_from_address_lists_enabled"] = self.hidden_from_address_lists_enabled
        plan.after = replace(plan.after, **fields)
        self._plan_addresses(plan)
        if "grant_send_on_behalf_to" in self.bound:
            self._plan_send_on_behalf(plan, self.grant_send_on_behalf_to or ListChange(()))
        elif self.expires_at is not None or self.for_ is not None:
            raise InvalidProperty(
                "-ExpiresAt and -For say when Send on Behalf ends: give -GrantSendOnBehalfTo with them.", "ExpiresAt"
            )

    def apply(self, plan: Plan) -> None:
        """Write the Send on Behalf list, and warn where it lets nobody in."""
        super().apply(plan)
        _, delegates = plan.lists.get(_SEND_ON_BEHALF, ((), ()))
        if delegates and hidden_rule_applies(self.session, plan.after):
            self.write_warning(_texts.HIDDEN_MAILBOX.format(identity=plan.after.canonical_name))

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

    def _plan_send_on_behalf(self, plan: Plan, change: ListChange[Identity]) -> None:
        session, target = self.session, plan.before

        def found(named: Sequence[Identity]) -> tuple[Recipient, ...]:
            return tuple(find_behalf_delegates(session, target, named))

        resolved = ListChange(
            None if change.replacement is None else found(change.replacement), found(change.add), found(change.remove)
        )
        self.plan_list(plan, _SEND_ON_BEHALF, session.directory.grant_send_on_behalf_to(target.id), resolved)
        plan.named_delegates = frozenset(delegate.id for delegate in (*(resolved.replacement or ()), *resolved.add))
        plan.delegates_end = end_of(session, self.expires_at, self.for_)
        self._tell_ends(plan)

    def _tell_ends(self, plan: Plan) -> None:
        """Plan that places end, or end later than they did."""
        old, new = self.session.directory.send_on_behalf_ends(plan.before.id), plan.delegates_end
        before, after = plan.lists[_SEND_ON_BEHALF]
        present = {delegate.id for delegate in before}
        for delegate in after:
            end = old.get(delegate.id)
            if delegate.id not in plan.named_delegates:
                continue
            if (delegate.id not in present and new is not None) or (end is not None and (new is None or new > end)):
                name = f"{_SEND_ON_BEHALF} of {delegate.canonical_name} ends"
                plan.further.append(ModifiedProperty(name, told_end(end) if end else "", told_end(new)))


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
