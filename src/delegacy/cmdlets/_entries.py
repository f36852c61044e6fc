"""Access control entries as the permission cmdlets handle them: taken from the pipeline, taken away, and warned about."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets import _texts
from delegacy.cmdlets._delegates import Principal
from delegacy.cmdlets._expiry import told_end
from delegacy.domain.ace import Ace
from delegacy.domain.acl import Acl, RemovalOutcome
from delegacy.domain.audit import ModifiedProperty
from delegacy.domain.ports import Directory
from delegacy.domain.recipient import Recipient
from delegacy.domain.rights import DirectoryRight, ExtendedRight, MailboxRight, Right
from delegacy.powershell.values import PSObject

# The masks of mailbox rights, read as rights of a directory object, which is how these warnings print them.
_AS_DIRECTORY_RIGHTS: Final[Mapping[MailboxRight, str]] = MappingProxyType(
    {
        MailboxRight.FULL_ACCESS: "CreateChild",
        MailboxRight.SEND_AS: "DeleteChild",
        MailboxRight.EXTERNAL_ACCOUNT: "ListChildren",
        MailboxRight.DELETE_ITEM: "Delete",
        MailboxRight.READ_PERMISSION: "ReadControl",
        MailboxRight.CHANGE_PERMISSION: "WriteDacl",
        MailboxRight.CHANGE_OWNER: "WriteOwner",
    }
)


def as_ace_of(type_name: str) -> Callable[[object], PSObject]:
    """Return the conversion that takes entries of this type from the pipeline, and nothing else."""

    def convert(value: object) -> PSObject:
        if not isinstance(value, PSObject) or type_name not in value.type_names:
            raise ValueError("Give an entry as the Get- cmdlet wrote it.")
        return value

    return convert


def grant(changes: Directory, target: int, ace: Ace) -> frozenset[Right]:
    """Grant the rights of ``ace`` that the target's list lacks, and return them.

    An entry that holds such a right without doing for the object what ``ace`` does gives it up first (``Acl.add``).
    """
    present = changes.entries_like(target, ace)
    missing = Acl(present).missing_rights(ace)
    if any(entry.rights & missing for entry in present):
        changes.revoke(target, ace.trustee, missing, allow=ace.allow)
    if missing:
        changes.grant(target, ace if missing == ace.rights else ace._replace(rights=missing))
    return missing


def revoke(
    changes: Directory, target: int, principal: Principal, rights: frozenset[Right], *, allow: bool
) -> RemovalOutcome:
    """Take rights away under every SID of the principal, and return the best of the outcomes."""
    outcomes = [changes.revoke(target, sid, rights, allow=allow) for sid in principal.sids]
    for outcome in (RemovalOutcome.REMOVED, RemovalOutcome.INHERITED):
        if outcome in outcomes:
            return outcome
    return RemovalOutcome.NOT_PRESENT


def outcome_warning(
    outcome: RemovalOutcome, target: Recipient, principal: Principal, rights: frozenset[Right], *, allow: bool
) -> str:
    """Return the warning for an entry that was not removed."""
    if outcome is RemovalOutcome.INHERITED:
        return _texts.ENTRY_INHERITED.format(
            rights=", ".join(dict.fromkeys(_directory_right(right) for right in sorted(rights))),
            control="Allow" if allow else "Deny",
            object=target.distinguished_name,
        )
    return _texts.ENTRY_ABSENT.format(object=target.distinguished_name, account=principal.name)


def split(rights: frozenset[Right]) -> list[frozenset[Right]]:
    """Return the rights as entries of a directory object hold them: each extended right by itself, the others together."""
    extended = [frozenset[Right]({right}) for right in sorted(rights) if isinstance(right, ExtendedRight)]
    others = frozenset(right for right in rights if not isinstance(right, ExtendedRight))
    return [others, *extended] if others else extended


def entry_added(name: str, trustee: str, rights: frozenset[Right], ace: Ace) -> ModifiedProperty:
    """Return how the audit log tells of rights that were granted, and until when."""
    told = entry_change(name, trustee, rights, allow=ace.allow, added=True)
    if ace.expires_at is None:
        return told
    return replace(told, new_value=f"{told.new_value} (until {told_end(ace.expires_at)})")


def entry_change(name: str, trustee: str, rights: frozenset[Right], *, allow: bool, added: bool) -> ModifiedProperty:
    """Return how the audit log tells of an entry that came or went."""
    text = f"{trustee}: {', '.join(right.label for right in sorted(rights))}{'' if allow else ' (Deny)'}"
    return ModifiedProperty(name, "" if added else text, text if added else "")


def _directory_right(right: Right) -> str:
    if isinstance(right, MailboxRight):
        return _AS_DIRECTORY_RIGHTS[right]
    if isinstance(right, ExtendedRight):
        return DirectoryRight.EXTENDED_RIGHT.label
    return right.label
