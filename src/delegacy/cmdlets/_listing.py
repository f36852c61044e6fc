"""What the Get- cmdlets of recipients share: which objects, in which order, how many."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, Final

from delegacy.cmdlets import _texts
from delegacy.cmdlets._base import DirectoryCmdlet, ExchangeCmdlet, Identity, Session, as_identity
from delegacy.cmdlets._views import recipient_objects
from delegacy.domain.dn import DistinguishedName, canonical_name, looks_like_dn
from delegacy.domain.errors import InvalidProperty, ManagementObjectNotFound
from delegacy.domain.ports import RecipientQuery
from delegacy.domain.properties import SORTABLE
from delegacy.domain.recipient import Recipient, RecipientTypeDetails
from delegacy.domain.recipient_filter import And, Filter, Links, matches, parse_filter
from delegacy.powershell.metadata import parameter
from delegacy.powershell.values import PSObject, ScriptBlock

_DEFAULT_SIZE: Final = 1000
_PAGE: Final = 200


def as_result_size(value: object) -> int | None:
    """Return a -ResultSize: a number, or None for Unlimited. Raises `ValueError`."""
    if isinstance(value, str) and value.strip().casefold() == "unlimited":
        return None
    if isinstance(value, bool) or not str(value).strip().isdecimal():
        raise ValueError(f"'{value}' isn't a number of results. Give a number, or Unlimited.")
    return int(str(value))


def as_filter_text(value: object) -> str:
    """Return an OPATH filter, given as text or as a script block. Raises `ValueError`."""
    if isinstance(value, ScriptBlock):
        return value.source
    if isinstance(value, str):
        return value
    raise ValueError("Give the filter as text, \"Property -eq 'value'\".")


def as_sort_property(value: object) -> str:
    """Return the property that -SortBy names, in Exchange's spelling. Raises `ValueError`."""
    wanted = str(value).casefold()
    if wanted == "serverlegacydn":
        return "LegacyExchangeDN"
    for name in SORTABLE:
        if name.casefold() == wanted:
            return name
    raise ValueError(f"'{value}' can't be sorted by. Give one of {', '.join(SORTABLE)}.")


def container_of(cmdlet: DirectoryCmdlet, unit: str) -> str:
    """Return the canonical name of an organizational unit given by name, canonical name or DN.

    Raises `InvalidProperty` for an empty one, or one in a domain that we don't know.
    """
    text = unit.strip().strip("/")
    domains = {domain.dns_name.casefold() for domain in cmdlet.session.directory.account_domains()}
    if looks_like_dn(text):
        name = DistinguishedName.parse(text)
        is_domain = name.rdns[0][0] == "DC"
        text = ".".join(label for _, label in name.rdns) if is_domain else canonical_name(name.container, name.name)
        known = text.partition("/")[0].casefold() in domains
    else:
        known = bool(text)
        if text.partition("/")[0].casefold() not in domains:
            text = f"{cmdlet.session.organization.domain.dns_name}/{text}"
    if not known:
        raise InvalidProperty(
            f"'{unit}' isn't an organizational unit. Give a name, as Users, contoso.com/Users or CN=Users,DC=contoso,DC=com.",
            unit,
        )
    return text


def matching(
    cmdlet: DirectoryCmdlet, identity: Identity, kinds: frozenset[RecipientTypeDetails]
) -> Iterable[Recipient]:
    """Return the one object with this identity, or those that match where it holds ``*``."""
    if identity.guid is None and "*" in identity.text:
        return cmdlet.each(cmdlet.session.directory.list(RecipientQuery(kinds=kinds, wildcard=identity.text)))
    return (cmdlet.find(identity, kinds),)


def pages(session: Session, view: str, recipients: Iterable[Recipient]) -> Iterator[PSObject]:
    """Yield the objects of recipients, made a page at a time."""
    remaining = iter(recipients)
    while page := list(islice(remaining, _PAGE)):
        yield from recipient_objects(session, view, page)


def limited(cmdlet: DirectoryCmdlet, rows: Iterable[object], size: int | None) -> None:
    """Write the rows, at most ``size`` of them, and warn if there are more."""
    remaining = iter(rows)
    for row in islice(remaining, size):
        cmdlet.write_object(row)
        if cmdlet.stopping:
            return
    if size is not None and next(remaining, None) is not None:
        asked = "result_size" in cmdlet.bound
        cmdlet.write_warning(_texts.MORE_RESULTS_ASKED if asked else _texts.MORE_RESULTS)


@dataclass(kw_only=True)
class GetRecipientCmdlet(ExchangeCmdlet):
    """A Get- cmdlet of recipients: by identity, by name, by filter."""

    default_parameter_set = "Identity"
    kinds: ClassVar[frozenset[RecipientTypeDetails]] = frozenset()
    view: ClassVar[str] = ""

    identity: Identity | None = parameter(
        position=0,
        sets=("Identity",),
        pipeline=True,
        pipeline_by_property_name=True,
        allow_null=True,
        allow_empty=True,
        convert=lambda value: as_identity(value) if value not in (None, "") else None,
        completer="noun",
        help="The object; * stands for any characters. Everything, if it is left out.",
    )
    anr: str | None = parameter(
        sets={"AnrSet": True}, help="The beginning of a name, display name, first or last name, or alias."
    )
    filter: str | None = parameter(convert=as_filter_text, help="An OPATH filter: Property -operator 'value'.")
    organizational_unit: str | None = parameter(help="Only what lies in or below this organizational unit.")
    result_size: int | None = parameter(
        default=_DEFAULT_SIZE, convert=as_result_size, help="How many to show; Unlimited for all."
    )
    sort_by: str | None = parameter(convert=as_sort_property, help="The property to sort by, ascending.")

    def wanted_kinds(self) -> frozenset[RecipientTypeDetails]:
        """Return the kinds that this command is about."""
        return self.kinds

    def narrowed(self, recipients: Iterable[Recipient]) -> Iterable[Recipient]:
        """Return those of the recipients that a further parameter of the cmdlet asks for."""
        return recipients

    def conditions(self) -> list[str]:
        """Return the filters that all must hold."""
        return [] if self.filter is None else [self.filter]

    def run(self) -> None:
        """Show what was asked for."""
        limited(self, pages(self.session, self.view, self.narrowed(self._recipients())), self.result_size)

    def _recipients(self) -> Iterable[Recipient]:
        conditions = tuple(parse_filter(text) for text in self.conditions())
        condition = And(conditions) if len(conditions) > 1 else next(iter(conditions), None)
        container = None if self.organizational_unit is None else container_of(self, self.organizational_unit)
        kinds = self.wanted_kinds()
        is_one = self.identity is not None and (self.identity.guid is not None or "*" not in self.identity.text)
        if not kinds and not is_one:
            return []
        if self.identity is not None and is_one:
            if not kinds:
                raise ManagementObjectNotFound(self.identity.text, self.session.organization.server)
            found = self.find(self.identity, kinds)
            return [found] if _admits(found, condition, container, self.session.directory.linked) else []
        query = RecipientQuery(
            kinds=kinds,
            filter=condition,
            wildcard=None if self.identity is None else self.identity.text,
            anr=self.anr,
            container=container,
            sort_by=self.sort_by or "Name",
        )
        if container is not None:
            self._require_container(container, query)
        return self.each(self.session.directory.list(query))

    def _require_container(self, container: str, query: RecipientQuery) -> None:
        """Refuse a unit that nothing lies in; the well-known ones and domains are there even when empty."""
        if "/" not in container or container.endswith("/Users"):
            return
        if not self.session.directory.count(RecipientQuery(container=query.container)):
            raise ManagementObjectNotFound(container, self.session.organization.server)


def kind_names(offered: Iterable[RecipientTypeDetails], absent: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the values of a cmdlet's -RecipientTypeDetails: the kinds that it shows, and those that Exchange's would."""
    return tuple(sorted({*(kind.value for kind in offered), *absent}))


def as_kinds(
    cmdlet: DirectoryCmdlet, asked: Iterable[str], offered: frozenset[RecipientTypeDetails]
) -> frozenset[RecipientTypeDetails]:
    """Return the kinds that -RecipientTypeDetails asks for, as far as there are any here.

    Raises `InvalidProperty` for one that the cmdlet never shows.
    """
    known = {kind.value: kind for kind in RecipientTypeDetails}
    kinds = frozenset(known[name] for name in asked if name in known)
    for kind in sorted(kinds - offered, key=lambda kind: kind.value):
        raise InvalidProperty(f"{cmdlet.name} shows no objects of type {kind.value}.", kind.value)
    return kinds


def _admits(recipient: Recipient, condition: Filter | None, container: str | None, links: Links) -> bool:
    if condition is not None and not matches(condition, recipient, links):
        return False
    if container is None:
        return True
    inside, outside = recipient.container.casefold(), container.casefold()
    return inside == outside or inside.startswith(outside + "/")
