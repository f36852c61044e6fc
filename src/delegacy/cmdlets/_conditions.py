"""The ready-made conditions of dynamic distribution groups, and the filters they make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets._lists import ListChange, as_list_change, as_text, changed
from delegacy.domain.errors import InvalidProperty
from delegacy.domain.identity import fold
from delegacy.domain.properties import PROPERTIES, check_value, property_named
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.domain.recipient_filter import And, Comparison, Filter, Not, Operator, Or
from delegacy.powershell.cmdlet import Cmdlet
from delegacy.powershell.metadata import parameter
from delegacy.powershell.values import pascal_case

_T = RecipientTypeDetails


def _is(name: str, value: str) -> Filter:
    return Comparison(PROPERTIES[name.casefold()], Operator.EQ, value)


def _mailbox_users() -> Filter:
    """Return the filter of every mailbox but the system's own."""
    return And(
        (
            _is("RecipientType", "UserMailbox"),
            Not(_is("RecipientTypeDetails", _T.ARBITRATION_MAILBOX.value)),
            Not(_is("RecipientTypeDetails", _T.DISCOVERY_MAILBOX.value)),
        )
    )


_INCLUDED: Final[Mapping[str, Callable[[], Filter]]] = MappingProxyType(
    {
        "AllRecipients": lambda: Not(Comparison(PROPERTIES["alias"], Operator.EQ, None)),
        "MailboxUsers": _mailbox_users,
        "Resources": lambda: Or(
            (
                _is("RecipientTypeDetails", _T.ROOM_MAILBOX.value),
                _is("RecipientTypeDetails", _T.EQUIPMENT_MAILBOX.value),
            )
        ),
        "MailContacts": lambda: _is("RecipientType", "MailContact"),
        "MailUsers": lambda: _is("RecipientType", "MailUser"),
        "MailGroups": lambda: Or(
            tuple(
                _is("RecipientType", kind)
                for kind in (
                    "MailUniversalDistributionGroup",
                    "MailUniversalSecurityGroup",
                    "MailNonUniversalGroup",
                    "DynamicDistributionGroup",
                )
            )
        ),
    }
)


def as_included(value: object) -> str:
    """Return the kinds of recipients that -IncludedRecipients names, in Exchange's spelling. Raises `ValueError`."""
    words: list[str] = []
    for item in value if isinstance(value, (list, tuple)) else (value,):
        words += str(item).split(",")
    known = {name.casefold(): name for name in _INCLUDED}
    try:
        return ", ".join(dict.fromkeys(known[word.strip().casefold()] for word in words))
    except KeyError as error:
        raise ValueError(f"{error} isn't one of {', '.join(_INCLUDED)}.") from None


def ready_made_filter(attributes: Mapping[str, object]) -> str | None:
    """Return the filter that a group's IncludedRecipients and conditions make, or None where it has none of the first."""
    included = attributes.get("IncludedRecipients")
    if not isinstance(included, str) or not included:
        return None
    parts = [_any([_INCLUDED[name]() for name in included.split(", ")])]
    for name, values in attributes.items():
        if name.startswith("Conditional") and isinstance(values, tuple) and values:
            parts.append(_any([_is(name.removeprefix("Conditional"), str(value)) for value in values]))
    return str(parts[0] if len(parts) == 1 else And(tuple(parts)))


def require_included(attributes: Mapping[str, object]) -> None:
    """Raise `InvalidProperty` for conditions on a group that has a filter of its own."""
    if "IncludedRecipients" not in attributes and any(name.startswith("Conditional") for name in attributes):
        raise InvalidProperty(
            "Conditions go with -IncludedRecipients. A filter of one's own has none.", "IncludedRecipients"
        )


def without_ready_made(attributes: Mapping[str, object]) -> dict[str, object]:
    """Return the attributes without the ready-made conditions."""
    return {
        name: value
        for name, value in attributes.items()
        if name != "IncludedRecipients" and not name.startswith("Conditional")
    }


def _any(parts: list[Filter]) -> Filter:
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


_TEXTS: Final = as_list_change(as_text)


@dataclass(kw_only=True)
class Conditions(Cmdlet):
    """A cmdlet with -IncludedRecipients and the parameters that narrow it."""

    included_recipients: str | None = parameter(
        convert=as_included, help=f"The kinds of recipients: {', '.join(_INCLUDED)}."
    )
    conditional_company: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose Company is one of these."
    )
    conditional_department: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose Department is one of these."
    )
    conditional_state_or_province: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose StateOrProvince is one of these."
    )
    conditional_custom_attribute1: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute1 is one of these."
    )
    conditional_custom_attribute2: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute2 is one of these."
    )
    conditional_custom_attribute3: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute3 is one of these."
    )
    conditional_custom_attribute4: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute4 is one of these."
    )
    conditional_custom_attribute5: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute5 is one of these."
    )
    conditional_custom_attribute6: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute6 is one of these."
    )
    conditional_custom_attribute7: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute7 is one of these."
    )
    conditional_custom_attribute8: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute8 is one of these."
    )
    conditional_custom_attribute9: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute9 is one of these."
    )
    conditional_custom_attribute10: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute10 is one of these."
    )
    conditional_custom_attribute11: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute11 is one of these."
    )
    conditional_custom_attribute12: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute12 is one of these."
    )
    conditional_custom_attribute13: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute13 is one of these."
    )
    conditional_custom_attribute14: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute14 is one of these."
    )
    conditional_custom_attribute15: ListChange[str] | None = parameter(
        convert=_TEXTS, help="Only recipients whose CustomAttribute15 is one of these."
    )

    @property
    def asks_for_ready_made(self) -> bool:
        """Tell whether one of these parameters was given."""
        return any(map(_is_condition, self.bound))

    def conditions_of(self, current: Mapping[str, object]) -> dict[str, object]:
        """Return the ready-made conditions after the command; ``current`` are those before. Raises `InvalidProperty`."""
        conditions = dict(current)
        for name, value in self.bound.items():
            prop = property_named(pascal_case(name))
            if prop is None or not _is_condition(name):
                continue
            before = conditions.get(prop.name)
            listed = before if isinstance(before, tuple) else ()
            after = changed(listed, value, fold) if isinstance(value, ListChange) else value
            conditions[prop.name] = check_value(prop, after)
        kept = {name: value for name, value in conditions.items() if value not in (None, ())}
        require_included(kept)
        return kept


def _is_condition(name: str) -> bool:
    return name.startswith("conditional_") or name == "included_recipients"
