"""A second implementation of every decision, deliberately naive, from the documentation alone.

It walks the plain values of a ``Model`` and uses nothing of the product: where the two disagree, one of them has misread the sources. It
is written for reading, and asks about one member and one entry at a time.
"""

from support.spec.cases import Answer, Lifetime
from support.spec.model import SELF, Entry, Model, Thing, reaches

MAILBOXES = {
    "UserMailbox",
    "LinkedMailbox",
    "SharedMailbox",
    "RoomMailbox",
    "EquipmentMailbox",
    "ArbitrationMailbox",
    "DiscoveryMailbox",
}
GROUPS_WITH_ADDRESS = {
    "MailUniversalDistributionGroup",
    "MailUniversalSecurityGroup",
    "MailNonUniversalGroup",
    "RoomList",
}
WITHOUT_ADDRESS = {
    "User",
    "DisabledUser",
    "LinkedUser",
    "UniversalSecurityGroup",
    "UniversalDistributionGroup",
    "NonUniversalGroup",
    "RoleGroup",
}
EVERYBODY = {"Everyone", "NT AUTHORITY\\Authenticated Users"}


def may_open(model: Model, account: str, mailbox: str) -> Answer:
    """Answer whether somebody signed in as ``account`` opens ``mailbox``."""
    if mailbox not in model.things or model.things[mailbox].kind.value not in MAILBOXES:
        return Answer(allowed=False, reason="there is no such mailbox")
    if model.things[account].disabled:
        return Answer(allowed=False, reason="the account is disabled")
    if mailbox in model.identities(account):
        return Answer(allowed=True, reason="owner")
    thing = model.things[mailbox]
    if thing.hidden and model.hidden_mailboxes_denied:
        return Answer(allowed=False, reason="the mailbox is hidden from address lists")
    decided = walk(model, account, mailbox, thing, {"FullAccess"})
    if decided is None:
        return Answer(allowed=False, reason="nothing grants Full Access")
    if decided.deny:
        return Answer(allowed=False, reason="an entry denies Full Access", trustee=decided.to)
    return Answer(allowed=True, reason="Full Access", trustee=decided.to)


def may_send(model: Model, account: str, author: str, *, from_its_own_profile: bool = False) -> Answer:
    """Answer whether somebody signed in as ``account`` sends with the address of ``author`` in From."""
    if author not in model.things or model.things[author].kind.value in WITHOUT_ADDRESS:
        return Answer(allowed=False, reason="nobody here has this address")
    if model.things[account].disabled:
        return Answer(allowed=False, reason="the account is disabled")
    if author in model.identities(account):
        return Answer(allowed=True, reason="owner")
    thing = model.things[author]
    if thing.kind.value in MAILBOXES and thing.hidden and model.hidden_mailboxes_denied:
        return Answer(allowed=False, reason="the mailbox is hidden from address lists")
    decided = walk(model, account, author, thing, {"Send-As", "ExtendedRight", "GenericAll"})
    if decided is not None and not decided.deny:
        return Answer(allowed=True, reason="Send As", trustee=decided.to)
    if any(is_or_contains(model, delegate, account) for delegate in thing.send_on_behalf):
        if from_its_own_profile:
            return Answer(allowed=False, reason="a session opened on the mailbox itself needs Send As")
        return Answer(allowed=True, reason="Send on Behalf")
    if decided is not None:
        return Answer(allowed=False, reason="an entry denies Send As", trustee=decided.to)
    return Answer(allowed=False, reason="nothing grants Send As or Send on Behalf")


def profile(model: Model, account: str) -> list[str]:
    """Return the mailboxes that open in the account's profile by themselves, by name."""
    shown = []
    for name, thing in model.things.items():
        linked = model.identities(account) & set(thing.linked_delegates)
        personal = any(
            entry.to in model.identities(account)
            and entry.right == "FullAccess"
            and not entry.deny
            and not entry.inherited
            and counts(entry)
            for entry in thing.entries
        )
        if linked and personal and may_open(model, account, name).reason == "Full Access":
            shown.append(name)
    return sorted(shown, key=str.casefold)


def walk(model: Model, account: str, name: str, thing: Thing, rights: set[str]) -> Entry | None:
    """Return the entry that decides: the first that fits, of explicit denies, explicit allows, inherited denies, inherited allows."""
    for inherited in (False, True):
        for deny in (True, False):
            for entry in thing.entries:
                in_turn = entry.inherited == inherited and entry.deny == deny
                if in_turn and entry.right in rights and counts(entry) and is_meant(model, entry.to, account, name):
                    return entry
    return None


def counts(entry: Entry) -> bool:
    """Tell whether an entry is in force for the object that carries it."""
    return reaches(entry) and entry.lifetime is not Lifetime.ENDED


def is_meant(model: Model, trustee: str, account: str, target: str) -> bool:
    """Tell whether an entry for ``trustee`` on ``target`` is an entry for the account."""
    if trustee in EVERYBODY:
        return True
    if trustee == SELF:
        return target in model.identities(account)
    if trustee in model.identities(account):
        return True
    return any(is_in_security_group(model, one, trustee, set()) for one in model.identities(account))


def is_in_security_group(model: Model, member: str, group: str, seen: set[str]) -> bool:
    """Tell whether ``member`` is in a security group, itself or through security groups."""
    if group in seen or group not in model.things or not model.things[group].declared.security_enabled:
        return False
    seen.add(group)
    members = model.things[group].members
    return member in members or any(is_in_security_group(model, member, inner, seen) for inner in members)


def is_or_contains(model: Model, delegate: str, account: str) -> bool:
    """Tell whether a name in a Send on Behalf list is the account, or a group with an address that the account is in."""
    identities = model.identities(account)
    return delegate in identities or any(is_in_mail_group(model, one, delegate, set()) for one in identities)


def is_in_mail_group(model: Model, member: str, group: str, seen: set[str]) -> bool:
    """Tell whether ``member`` is in a group with an address and a list of members, itself or through such groups."""
    if group in seen or group not in model.things or model.things[group].kind.value not in GROUPS_WITH_ADDRESS:
        return False
    seen.add(group)
    members = model.things[group].members
    return member in members or any(is_in_mail_group(model, member, inner, seen) for inner in members)
