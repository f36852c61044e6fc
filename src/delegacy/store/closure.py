"""Which groups are in which, through any nesting: kept complete with every change of a membership or of a group's type.

The closure holds groups only. It has two flags, because two relations live in it: through security groups alone, and through groups with
an address alone. Groups may be in one another in a circle.
"""

from typing import Final

from delegacy.domain.recipient import MAIL_GROUPS, RecipientTypeDetails
from delegacy.store.connection import Connection

FLAGS: Final = ("security", "mail")

_ADD_EDGE: Final = """
    INSERT INTO group_closure (descendant, ancestor, security, mail)
    SELECT d.descendant, a.ancestor, d.security * a.security, d.mail * a.mail
    FROM group_closure d, group_closure a
    WHERE d.ancestor = ? AND a.descendant = ? AND (d.security * a.security = 1 OR d.mail * a.mail = 1)
    ON CONFLICT (descendant, ancestor) DO UPDATE SET
        security = CASE WHEN excluded.security = 1 THEN 1 ELSE group_closure.security END,
        mail = CASE WHEN excluded.mail = 1 THEN 1 ELSE group_closure.mail END
"""
# Everything that may have led over what is gone goes; then what another way leads to is found again, from the top down.
_FORGET: Final = """
    UPDATE group_closure SET {flag} = 0
    WHERE {flag} = 1 AND descendant <> ancestor AND descendant IN ({keys}) AND ancestor IN ({keys})
"""
_FIND_AGAIN: Final = """
    INSERT INTO group_closure (descendant, ancestor, {flag})
    SELECT DISTINCT d.descendant, a.ancestor, 1
    FROM group_closure d CROSS JOIN member m CROSS JOIN group_closure a
    WHERE d.descendant IN ({keys}) AND d.ancestor = d.descendant AND d.{flag} = 1
      AND m.member = d.descendant
      AND a.descendant = m.group_id AND a.ancestor IN ({keys}) AND a.{flag} = 1
      AND NOT EXISTS (
        SELECT 1 FROM group_closure k WHERE k.descendant = d.descendant AND k.ancestor = a.ancestor AND k.{flag} = 1
      )
    ON CONFLICT (descendant, ancestor) DO UPDATE SET {flag} = 1
"""
_DROP_EMPTY: Final = """
    DELETE FROM group_closure
    WHERE security = 0 AND mail = 0 AND descendant <> ancestor AND descendant IN ({keys}) AND ancestor IN ({keys})
"""


def flags_of(kind: RecipientTypeDetails, *, security_enabled: bool) -> tuple[int, int]:
    """Return whether a group is a security group, and whether it has an address, as the closure stores it."""
    return int(security_enabled), int(kind in MAIL_GROUPS)


def add_group(connection: Connection, group: int, flags: tuple[int, int]) -> None:
    """Take a new group in."""
    connection.run(
        "INSERT INTO group_closure (descendant, ancestor, security, mail) VALUES (?, ?, ?, ?)", (group, group, *flags)
    )


def add_membership(connection: Connection, member: int, group: int) -> None:
    """Take in that the group ``member`` has become a member of ``group``."""
    connection.run(_ADD_EDGE, (member, group))


def remove_membership(connection: Connection, member: int, group: int) -> None:
    """Take in that the group ``member``, whose row in ``member`` is gone, was a member of ``group``."""
    for flag in FLAGS:
        below, above = _below(connection, member, flag), _above(connection, group, flag)
        if below and above:
            _refind(connection, flag, below, above)


def change_type(connection: Connection, group: int, flags: tuple[int, int]) -> None:
    """Take in that a group has become, or is no longer, a security group or one with an address."""
    row = connection.row("SELECT security, mail FROM group_closure WHERE descendant = ? AND ancestor = ?", (group,) * 2)
    before = row or (0, 0)
    gained = False
    for flag, was, is_ in zip(FLAGS, before, flags, strict=True):
        if was == is_:
            continue
        below, above = _below(connection, group, flag), _above(connection, group, flag)
        connection.run(
            f"UPDATE group_closure SET {flag} = ? WHERE descendant = ? AND ancestor = ?",
            (is_, group, group),
        )
        if was:
            _refind(connection, flag, below, above)
        gained = gained or bool(is_)
    if gained:
        for (above_it,) in connection.rows(
            "SELECT m.group_id FROM member m JOIN group_closure c ON c.descendant = m.group_id AND c.ancestor = m.group_id "
            "WHERE m.member = ?",
            (group,),
        ):
            add_membership(connection, group, above_it)
        for (below_it,) in connection.rows(
            "SELECT m.member FROM member m JOIN group_closure c ON c.descendant = m.member AND c.ancestor = m.member "
            "WHERE m.group_id = ?",
            (group,),
        ):
            add_membership(connection, below_it, group)


def remove_group(connection: Connection, group: int) -> None:
    """Take a group out, with its memberships both ways."""
    change_type(connection, group, (0, 0))
    connection.run("DELETE FROM member WHERE member = ? OR group_id = ?", (group, group))
    connection.run("DELETE FROM group_closure WHERE descendant = ? OR ancestor = ?", (group, group))


def _below(connection: Connection, group: int, flag: str) -> list[int]:
    sql = f"SELECT descendant FROM group_closure WHERE ancestor = ? AND {flag} = 1"
    return [row[0] for row in connection.rows(sql, (group,))]


def _above(connection: Connection, group: int, flag: str) -> list[int]:
    sql = f"SELECT ancestor FROM group_closure WHERE descendant = ? AND {flag} = 1"
    return [row[0] for row in connection.rows(sql, (group,))]


def _refind(connection: Connection, flag: str, below: list[int], above: list[int]) -> None:
    parameters = (connection.keys(below), connection.keys(above))
    keys = connection.key_set
    connection.run(_FORGET.format(flag=flag, keys=keys), parameters)
    while connection.run(_FIND_AGAIN.format(flag=flag, keys=keys), parameters) > 0:
        pass
    connection.run(_DROP_EMPTY.format(keys=keys), parameters)
