"""What is no more: entries, places in lists, memberships and states of objects, written down with the moment at which they ended.

Together with the tables of what there is now they tell what was at any time. A row is written when something ends, so granting costs
nothing more.
"""

from typing import Final

from delegacy.domain.recipient import Recipient
from delegacy.store.transaction import Transaction

_ENTRY: Final = "target, access_right, trustee, allow, inherited, to_group, entry, inheritance_type, granted_by, granted_at, expires_at"
_PLACE: Final = "target, delegate, to_group, entry, granted_by, granted_at, expires_at"
_STATE: Final = (
    "recipient_type_details, sid, display_name, primary_smtp_address, name, container, domain, sam_account_name, "
    "linked_master_account, guid, hidden, account_disabled, security_enabled, when_created"
)
_KEEP_ENTRIES: Final = (
    f"INSERT INTO ace_history ({_ENTRY}, ended_at) SELECT {_ENTRY}, {{now}} FROM ace WHERE {{condition}}"
)
_KEEP_PLACES: Final = f"INSERT INTO send_on_behalf_history ({_PLACE}, ended_at) SELECT {_PLACE}, {{now}} FROM send_on_behalf WHERE {{condition}}"
_KEEP_MEMBERS: Final = (
    "INSERT INTO member_history (member, group_id, added_at, ended_at) "
    "SELECT member, group_id, added_at, {now} FROM member WHERE {condition}"
)
# Of several changes at one moment the first one says what was until then.
_KEEP_STATE: Final = (
    f"INSERT INTO object_history (id, ended_at, removed, {_STATE}) SELECT id, ?, ?, {_STATE} FROM object WHERE id = ? "
    "AND NOT EXISTS (SELECT 1 FROM object_history h WHERE h.id = object.id AND h.ended_at = ?)"
)
_REMOVED: Final = "UPDATE object_history SET removed = 1 WHERE id = ? AND ended_at = ?"
_KEEP_SWITCH: Final = (
    "INSERT INTO switch_history (name, value, ended_at) SELECT h.name, h.value, h.ended_at "
    "FROM (SELECT ? AS name, ? AS value, ? AS ended_at) h "
    "WHERE NOT EXISTS (SELECT 1 FROM switch_history k WHERE k.name = h.name AND k.ended_at = h.ended_at)"
)
_DECIDING: Final = (
    "recipient_type_details",
    "sid",
    "hidden_from_address_lists_enabled",
    "account_disabled",
    "security_enabled",
    "linked_master_account",
    "primary_smtp_address",
)
"""The properties of an object that decisions look at."""


def end_entries(transaction: Transaction, condition: str, parameters: tuple[object, ...]) -> None:
    """Write down the entries that a condition on ``ace`` names, before they go or become others."""
    transaction.connection.run(_KEEP_ENTRIES.format(now=transaction.now, condition=condition), parameters)


def end_places(transaction: Transaction, condition: str, parameters: tuple[object, ...]) -> None:
    """Write down places in Send on Behalf lists, before they go."""
    transaction.connection.run(_KEEP_PLACES.format(now=transaction.now, condition=condition), parameters)


def end_memberships(transaction: Transaction, condition: str, parameters: tuple[object, ...]) -> None:
    """Write down memberships, before they go."""
    transaction.connection.run(_KEEP_MEMBERS.format(now=transaction.now, condition=condition), parameters)


def end_state(transaction: Transaction, before: Recipient, after: Recipient | None) -> None:
    """Write down what an object is before it is updated to ``after``, where decisions see a difference, or removed."""
    if after is None or any(getattr(before, name) != getattr(after, name) for name in _DECIDING):
        moment = transaction.now
        transaction.connection.run(_KEEP_STATE, (moment, int(after is None), before.id, moment))
        if after is None:
            transaction.connection.run(_REMOVED, (before.id, moment))


def end_switch(transaction: Transaction, name: str, value: int) -> None:
    """Write down what an organization's switch was."""
    transaction.connection.run(_KEEP_SWITCH, (name, value, transaction.now))
