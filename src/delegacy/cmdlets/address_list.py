"""Address lists: Get-, New-, Set- and Remove-AddressList. Who is in one, Get-Recipient -RecipientPreviewFilter tells."""

import uuid
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets import _texts, _views
from delegacy.cmdlets._base import ExchangeCmdlet, Identity, as_identity
from delegacy.cmdlets._conditions import Conditions, as_included, ready_made_filter
from delegacy.cmdlets._creation import checked_text
from delegacy.cmdlets._listing import as_filter_text, container_of
from delegacy.domain.address_list import ROOT, AddressList
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.dn import DistinguishedName
from delegacy.domain.errors import (
    InvalidProperty,
    ManagementObjectAlreadyExists,
    ManagementObjectAmbiguous,
    ManagementObjectNotFound,
)
from delegacy.domain.identity import fold
from delegacy.domain.properties import PROPERTIES
from delegacy.domain.recipient_filter import parse_filter
from delegacy.powershell.metadata import ConfirmImpact, parameter
from delegacy.powershell.values import PSObject

_READY_MADE: Final = "PrecannedFilter"
_CONDITIONS: Final = tuple(prop.name for prop in PROPERTIES.values() if prop.name.startswith("Conditional"))
_ABOVE: Final = ("All Address Lists", "Address Lists Container", "Microsoft Exchange", "Services", "Configuration")
_KIND: Final = "address list"


@dataclass(kw_only=True)
class GetAddressList(ExchangeCmdlet):
    """List address lists."""

    name = "Get-AddressList"
    default_parameter_set = "Identity"
    output_types = (_views.ADDRESS_LIST,)

    identity: Identity | None = parameter(
        position=0,
        sets=("Identity",),
        pipeline=True,
        pipeline_by_property_name=True,
        allow_null=True,
        allow_empty=True,
        convert=lambda value: as_identity(value) if value not in (None, "") else None,
        completer="address list",
        help="The address list, by name, path, distinguished name or GUID. Every one, if it is left out.",
    )
    container: Identity | None = parameter(
        sets={"Container": True},
        convert=as_identity,
        completer="address list",
        help=r"Only what is below this address list; \ is above all of them.",
    )
    search_text: str | None = parameter(
        sets=("SearchSet",), help="Only address lists with this text in their name or display name."
    )

    def run(self) -> None:
        """Show what was asked for."""
        lists = list(self.session.directory.address_lists())
        if self.identity is not None:
            lists = [_find(self, self.identity)]
        if self.container is not None:
            above = _path(self, self.container)
            lists = [one for one in lists if one.is_below(above)]
        wanted = fold(self.search_text or "")
        for one in lists:
            if wanted in fold(one.name) or wanted in fold(one.display_name):
                self.write_object(_shown(self, one))


@dataclass(kw_only=True)
class NewAddressList(Conditions, ExchangeCmdlet):
    """Make an address list: the recipients that a filter describes."""

    name = "New-AddressList"
    default_parameter_set = _READY_MADE
    supports_should_process = True
    changes_recipients = False
    output_types = (_views.ADDRESS_LIST,)

    name_: str = parameter(name="Name", position=0, mandatory=True, help="The name, unique where the list stands.")
    included_recipients: str | None = parameter(
        sets={_READY_MADE: True}, convert=as_included, help="The kinds of recipients, as MailboxUsers or AllRecipients."
    )
    recipient_filter: str | None = parameter(
        sets={"CustomFilter": True}, convert=as_filter_text, help="An OPATH filter: Property -operator 'value'."
    )
    recipient_container: str | None = parameter(help="Only recipients in or below this organizational unit.")
    container: Identity | None = parameter(
        convert=as_identity,
        completer="address list",
        help="The address list that the new one goes below; none, if it is left out.",
    )
    display_name: str | None = parameter(help="The name that is shown.")

    def run(self) -> None:
        """Make one address list."""
        conditions = self.conditions_of({})
        if self.recipient_filter is not None and conditions:
            raise InvalidProperty("Give -RecipientFilter or -IncludedRecipients, not both.", "RecipientFilter")
        name = _checked_name(self.name_)
        made = AddressList(
            guid=uuid.uuid4(),
            name=name,
            display_name=checked_text("DisplayName", self.display_name or name),
            container=ROOT if self.container is None else _path(self, self.container),
            recipient_filter=_filter(self.recipient_filter, conditions),
            recipient_container=""
            if self.recipient_container is None
            else container_of(self, self.recipient_container),
            conditions=MappingProxyType(conditions),
            when_changed=self.session.clock.now(),
        )
        _require_free(self, made)
        if not self.should_process(_texts.CREATE.format(kind=_KIND, name=made.path)):
            return
        self.session.changes.put_address_lists([made])
        self.modified(made.path, ModifiedProperty("Name", "", name), *_differences(None, made))
        self.write_object(_shown(self, made))


@dataclass(kw_only=True)
class SetAddressList(Conditions, ExchangeCmdlet):
    """Change an address list. A ready-made filter stays ready-made, and one of one's own stays that."""

    name = "Set-AddressList"
    supports_should_process = True
    changes_recipients = False

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="address list",
        help="The address list, by name, path, distinguished name or GUID.",
    )
    name_: str | None = parameter(name="Name", help="The name, unique where the list stands.")
    display_name: str | None = parameter(help="The name that is shown.")
    recipient_filter: str | None = parameter(
        convert=as_filter_text, help="An OPATH filter: Property -operator 'value'."
    )
    recipient_container: str | None = parameter(
        help="Only recipients in or below this organizational unit; $null for anywhere."
    )

    def run(self) -> None:
        """Change one address list, with the paths of those below it."""
        before = _find(self, self.identity)
        after = self._after(before)
        below = [one for one in self.session.directory.address_lists() if one.is_below(before.path)]
        if after.key != before.key:
            _require_free(self, after)
        if not self.should_process(_texts.SET.format(kind=_KIND, identity=before.path)):
            return
        told = _differences(before, after)
        self.modified(before.path, *told)
        if not told:
            self.write_warning(_texts.NOTHING_MODIFIED.format(identity=before.path))
            return
        changes = self.session.changes
        if after.path != before.path:
            changes.remove_address_lists([before.path, *(one.path for one in below)])
            moved = [replace(one, container=after.path + one.container[len(before.path) :]) for one in below]
            changes.put_address_lists(moved)
        changes.put_address_lists([after])

    def _after(self, before: AddressList) -> AddressList:
        after = before
        if self.recipient_filter is not None and (before.conditions or self.asks_for_ready_made):
            raise InvalidProperty(
                f"'{before.path}' can't be given a filter of its own: it has a ready-made one, or was to get one. Make a new address list.",
                "RecipientFilter",
            )
        if self.recipient_filter is not None:
            after = replace(after, recipient_filter=_filter(self.recipient_filter, {}))
        elif self.asks_for_ready_made:
            if not before.conditions:
                raise InvalidProperty(
                    f"'{before.path}' can't be given a ready-made filter: it has one of its own. Make a new address list.",
                    "IncludedRecipients",
                )
            conditions = self.conditions_of(before.conditions)
            after = replace(after, conditions=MappingProxyType(conditions), recipient_filter=_filter(None, conditions))
        if self.name_ is not None:
            after = replace(after, name=_checked_name(self.name_))
        if self.display_name is not None:
            after = replace(after, display_name=checked_text("DisplayName", self.display_name))
        if "recipient_container" in self.bound:
            unit = container_of(self, self.recipient_container) if self.recipient_container else ""
            after = replace(after, recipient_container=unit)
        return after


@dataclass(kw_only=True)
class RemoveAddressList(ExchangeCmdlet):
    """Remove an address list; with -Recursive, also those below it."""

    name = "Remove-AddressList"
    supports_should_process = True
    changes_recipients = False
    confirm_impact = ConfirmImpact.HIGH

    identity: Identity = parameter(
        position=0,
        mandatory=True,
        pipeline=True,
        pipeline_by_property_name=True,
        convert=as_identity,
        completer="address list",
        help="The address list, by name, path, distinguished name or GUID.",
    )
    recursive: bool = parameter(switch=True, help="Remove the address lists below it as well.")

    def run(self) -> None:
        """Remove one address list."""
        found = _find(self, self.identity)
        below = [one.path for one in self.session.directory.address_lists() if one.is_below(found.path)]
        if below and not self.recursive:
            raise InvalidProperty(
                f"'{found.path}' can't be removed: there are address lists below it. Use -Recursive to remove those as well.",
                found.path,
            )
        if self.should_process(_texts.REMOVE.format(kind=_KIND, identity=found.path)):
            self.session.changes.remove_address_lists([found.path, *below])
            self.modified(
                found.path, *(ModifiedProperty("Name", path.rpartition(ROOT)[2], "") for path in (found.path, *below))
            )


def _find(cmdlet: ExchangeCmdlet, identity: Identity) -> AddressList:
    """Return the one address list with this name, path, distinguished name or GUID.

    Raises `ManagementObjectNotFound`, or `ManagementObjectAmbiguous` where several have the name.
    """
    lists = cmdlet.session.directory.address_lists()
    asked = identity.key.strip()
    wanted = fold(asked)
    path = ROOT + wanted.lstrip(ROOT)
    found = [
        one for one in lists if wanted in (str(one.guid), fold(_distinguished_name(cmdlet, one))) or one.key == path
    ]
    found = found or [one for one in lists if fold(one.name) == wanted]
    if not found:
        raise ManagementObjectNotFound(identity.text, cmdlet.session.organization.server)
    if len(found) > 1:
        raise ManagementObjectAmbiguous(identity.text)
    return found[0]


def _path(cmdlet: ExchangeCmdlet, identity: Identity) -> str:
    """Return the path of an address list, or of what is above all of them."""
    return ROOT if identity.text.strip() == ROOT else _find(cmdlet, identity).path


def _require_free(cmdlet: ExchangeCmdlet, wanted: AddressList) -> None:
    if any(one.key == wanted.key for one in cmdlet.session.directory.address_lists()):
        raise ManagementObjectAlreadyExists(
            f"There is an address list with the path '{wanted.path}' already.", wanted.path
        )


def _checked_name(given: str) -> str:
    name = checked_text("Name", given)
    if ROOT in name or not name.isprintable():
        raise InvalidProperty(
            f"'{name}' can't be the name of an address list: it has a backslash or more than one line.", name
        )
    return name


def _filter(own: str | None, conditions: dict[str, object]) -> str:
    """Return the filter of one's own, or the one that the conditions make. Raises `InvalidFilter`."""
    text = own or ready_made_filter(conditions)
    if text is None:
        raise InvalidProperty("Give -IncludedRecipients or -RecipientFilter.", "IncludedRecipients")
    parse_filter(text)
    return text


def _differences(before: AddressList | None, after: AddressList) -> list[ModifiedProperty]:
    """Return what differs, as the audit log tells it."""

    def values(one: AddressList | None) -> dict[str, str]:
        if one is None:
            return {}
        told = {
            name: ", ".join(value) if isinstance(value, tuple) else str(value) for name, value in one.conditions.items()
        }
        return {
            "Name": one.name,
            "DisplayName": one.display_name,
            "RecipientFilter": one.recipient_filter,
            "RecipientContainer": one.recipient_container,
        } | told

    old, new = values(before), values(after)
    names = [*old, *(name for name in new if name not in old)]
    return [
        ModifiedProperty(name, old.get(name, ""), new.get(name, ""))
        for name in names
        if old.get(name, "") != new.get(name, "") and not (before is None and name == "Name")
    ]


def _distinguished_name(cmdlet: ExchangeCmdlet, one: AddressList) -> str:
    organization = cmdlet.session.organization
    names = [*reversed(one.path.strip(ROOT).split(ROOT)), *_ABOVE[:2], organization.name, *_ABOVE[2:]]
    labels = organization.domain.dns_name.split(".")
    return str(DistinguishedName((*(("CN", name) for name in names), *(("DC", label) for label in labels))))


def _shown(cmdlet: ExchangeCmdlet, one: AddressList) -> PSObject:
    """Return an address list as Get-AddressList writes it."""
    name = _distinguished_name(cmdlet, one)
    included = one.conditions.get("IncludedRecipients")
    return PSObject(
        _views.ADDRESS_LIST,
        {
            "RunspaceId": cmdlet.session.runspace_id,
            "DisplayName": one.display_name,
            "Path": one.path,
            "RecipientFilter": one.recipient_filter,
            "LastUpdatedRecipientFilter": one.recipient_filter,
            "RecipientFilterApplied": True,
            "IncludedRecipients": included,
            **{condition: one.conditions.get(condition, ()) for condition in _CONDITIONS},
            "RecipientContainer": one.recipient_container or None,
            "RecipientFilterType": "Precanned" if one.conditions else "Custom",
            "Container": one.container,
            "Name": one.name,
            "DistinguishedName": name,
            "Identity": PSObject(_views.OBJECT_ID, {"Name": one.name, "DistinguishedName": name}, text=one.path),
            "Guid": one.guid,
            "WhenChanged": one.when_changed,
            "IsValid": True,
            "ObjectState": _views.UNCHANGED,
        },
        text=one.path,
    )
