"""A decision in words, for the one who asked ``delegacy check``."""

from delegacy.domain.ace import Ace
from delegacy.domain.facts import Target
from delegacy.domain.group import Membership
from delegacy.domain.ports import DirectoryReader
from delegacy.policy.decision import Allow, Deny, OpenRight, SendRight
from delegacy.policy.questions import OpenAnswer, SendAnswer


def in_words(answer: OpenAnswer | SendAnswer, delegate: str, named: str, directory: DirectoryReader) -> str:
    """Return the decision, its reason, the entry that decided and the chain of groups, a line each."""
    if isinstance(answer, OpenAnswer):
        target, verb, denied = answer.mailbox, "may open", "may not open"
    else:
        target, verb, denied = answer.author, "may send as", "may not send as"
    decision = answer.decision
    if isinstance(decision, Allow) and decision.right is SendRight.SEND_ON_BEHALF:
        verb = "may send on behalf of"
    name = _name(target, named)
    if isinstance(decision, Deny):
        lines = [f"No. {delegate} {denied} {name}: {decision.reason.value}."]
    elif decision.right in (OpenRight.OWNER, SendRight.OWNER):
        lines = [f"Yes. {delegate} {verb} {name}: it is the account's own."]
    else:
        lines = [f"Yes. {delegate} {verb} {name}: {decision.right.value}."]
    if decision.entry is not None:
        lines.append(f"  Decided by: {_entry(decision.entry, directory)}")
    if answer.chain:
        lines.append(f"  Through: {_chain(answer.chain)}")
    return "\n".join(lines)


def _name(target: Target | None, named: str) -> str:
    if target is None:
        return named
    return f"{target.display_name} <{target.address}>" if target.address else target.display_name


def _entry(entry: Ace, directory: DirectoryReader) -> str:
    trustee = directory.principal_names([entry.trustee])[entry.trustee]
    rights = ", ".join(sorted(right.label for right in entry.rights))
    kind = "Allow" if entry.allow else "Deny"
    text = f"{kind} {rights} for {trustee}, {'inherited' if entry.inherited else 'on the object itself'}"
    if entry.granted_by and entry.granted_at is not None:
        text += f", granted by {entry.granted_by} at {entry.granted_at:%Y-%m-%d %H:%M} UTC"
    return text + "."


def _chain(chain: tuple[Membership, ...]) -> str:
    return ", ".join(f"{step.member} is a member of {step.group}" for step in chain) + "."
