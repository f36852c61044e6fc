"""From whom a recipient takes messages: the lists that the Set- cmdlets of recipients share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import Identity, as_identity
from delegacy.cmdlets._lists import ListChange, as_list_change, changed
from delegacy.cmdlets._settings import Plan, SetRecipientCmdlet
from delegacy.domain.delivery_restriction import UNRESTRICTED, DeliveryRestrictions, RestrictionList
from delegacy.domain.errors import InvalidProperty, ManagementObjectNotFound, RecipientNotFound, WrongRecipientType
from delegacy.domain.recipient import MAIL_GROUPS, MAILBOXES, Recipient, RecipientTypeDetails
from delegacy.powershell.metadata import parameter

_L = RestrictionList
_SENDERS: Final = MAILBOXES | {RecipientTypeDetails.MAIL_USER, RecipientTypeDetails.MAIL_CONTACT}
_GROUPS: Final = MAIL_GROUPS | {RecipientTypeDetails.DYNAMIC_DISTRIBUTION_GROUP}
_ANY: Final = frozenset[RecipientTypeDetails]()

_LISTS: Final = MappingProxyType(
    {
        "accept_messages_only_from": (_L.ACCEPT_MESSAGES_ONLY_FROM,),
        "accept_messages_only_from_dl_members": (_L.ACCEPT_MESSAGES_ONLY_FROM_DL_MEMBERS,),
        "accept_messages_only_from_senders_or_members": (
            _L.ACCEPT_MESSAGES_ONLY_FROM,
            _L.ACCEPT_MESSAGES_ONLY_FROM_DL_MEMBERS,
        ),
        "reject_messages_from": (_L.REJECT_MESSAGES_FROM,),
        "reject_messages_from_dl_members": (_L.REJECT_MESSAGES_FROM_DL_MEMBERS,),
        "reject_messages_from_senders_or_members": (_L.REJECT_MESSAGES_FROM, _L.REJECT_MESSAGES_FROM_DL_MEMBERS),
    }
)
"""The lists that a parameter sets: two of them together, senders into the one and groups into the other."""
NAMES: Final[Mapping[RestrictionList, str]] = MappingProxyType(
    {
        _L.ACCEPT_MESSAGES_ONLY_FROM: "AcceptMessagesOnlyFrom",
        _L.ACCEPT_MESSAGES_ONLY_FROM_DL_MEMBERS: "AcceptMessagesOnlyFromDLMembers",
        _L.REJECT_MESSAGES_FROM: "RejectMessagesFrom",
        _L.REJECT_MESSAGES_FROM_DL_MEMBERS: "RejectMessagesFromDLMembers",
    }
)
_HOLDS: Final = MappingProxyType(
    {
        _L.ACCEPT_MESSAGES_ONLY_FROM: _SENDERS,
        _L.ACCEPT_MESSAGES_ONLY_FROM_DL_MEMBERS: _GROUPS,
        _L.REJECT_MESSAGES_FROM: _SENDERS,
        _L.REJECT_MESSAGES_FROM_DL_MEMBERS: _GROUPS,
    }
)
"""What a list may hold."""
_CHANGE: Final = as_list_change(as_identity)


@dataclass(kw_only=True)
class SetRestrictedCmdlet(SetRecipientCmdlet):
    """A Set- cmdlet of a recipient that may take messages from some and not from others."""

    accept_messages_only_from: ListChange[Identity] | None = parameter(
        convert=_CHANGE,
        completer="recipient",
        help="The senders from whom alone it takes messages; $null for everybody.",
    )
    accept_messages_only_from_dl_members: ListChange[Identity] | None = parameter(
        name="AcceptMessagesOnlyFromDLMembers",
        convert=_CHANGE,
        completer="group",
        help="The groups from whose members alone it takes messages.",
    )
    accept_messages_only_from_senders_or_members: ListChange[Identity] | None = parameter(
        convert=_CHANGE, completer="recipient", help="Senders and groups from whom alone it takes messages."
    )
    reject_messages_from: ListChange[Identity] | None = parameter(
        convert=_CHANGE, completer="recipient", help="The senders from whom it takes no messages."
    )
    reject_messages_from_dl_members: ListChange[Identity] | None = parameter(
        name="RejectMessagesFromDLMembers",
        convert=_CHANGE,
        completer="group",
        help="The groups from whose members it takes no messages.",
    )
    reject_messages_from_senders_or_members: ListChange[Identity] | None = parameter(
        convert=_CHANGE, completer="recipient", help="Senders and groups from whom it takes no messages."
    )

    def plan(self, plan: Plan) -> None:
        """Work out names, addresses and the lists of senders."""
        super().plan(plan)
        given = [name for name in _LISTS if name in self.bound]
        if not given:
            return
        lists = [part for name in given for part in _LISTS[name]]
        if len(set(lists)) < len(lists):
            raise InvalidProperty(
                "A list of SendersOrMembers and one of the lists that it consists of can't be given in one command.",
                self.identity.text,
            )
        current = self.session.directory.delivery_restrictions([plan.before.id]).get(plan.before.id, UNRESTRICTED)
        named = self.session.directory.get_many(key for keys in current.lists.values() for key in keys)
        for name in given:
            change = getattr(self, name) or ListChange(())
            resolved = self._resolved(
                change, frozenset[RecipientTypeDetails]().union(*(_HOLDS[part] for part in _LISTS[name]))
            )
            for part in _LISTS[name]:
                before = tuple(named[key] for key in current.lists[part])
                after = changed(before, _of_kinds(resolved, _HOLDS[part]), lambda recipient: recipient.id)
                plan.lists[NAMES[part]] = (before, after)

    def apply(self, plan: Plan) -> None:
        """Write the lists of senders."""
        super().apply(plan)
        if not any(name in plan.lists for name in NAMES.values()):
            return
        directory = self.session.changes
        current = directory.delivery_restrictions([plan.before.id]).get(plan.before.id, UNRESTRICTED)
        after = (
            tuple(one.id for one in plan.lists[NAMES[part]][1]) if NAMES[part] in plan.lists else keys
            for part, keys in current.lists.items()
        )
        directory.set_delivery_restrictions(plan.before.id, DeliveryRestrictions(*after))

    def _resolved(self, change: ListChange[Identity], kinds: frozenset[RecipientTypeDetails]) -> ListChange[Recipient]:
        def found(named: Sequence[Identity]) -> tuple[Recipient, ...]:
            return tuple(self._find(identity, kinds) for identity in named)

        return ListChange(
            None if change.replacement is None else found(change.replacement), found(change.add), found(change.remove)
        )

    def _find(self, named: Identity, kinds: frozenset[RecipientTypeDetails]) -> Recipient:
        """Return a sender or group. Raises `RecipientNotFound` or `WrongRecipientType`."""
        for wanted in (kinds, _ANY):
            try:
                found = self.session.resolve(named.key, wanted)
            except ManagementObjectNotFound:
                continue
            if found.recipient_type_details not in kinds:
                raise WrongRecipientType(_texts.NOT_THE_EXPECTED_TYPE.format(identity=named.text), named.text)
            return found
        raise RecipientNotFound(named.text)


def _of_kinds(change: ListChange[Recipient], kinds: frozenset[RecipientTypeDetails]) -> ListChange[Recipient]:
    """Return the part of a change that is about objects of these kinds."""

    def among(recipients: Sequence[Recipient]) -> tuple[Recipient, ...]:
        return tuple(one for one in recipients if one.recipient_type_details in kinds)

    return ListChange(
        None if change.replacement is None else among(change.replacement), among(change.add), among(change.remove)
    )
