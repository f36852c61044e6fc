"""Identities for tab completion: what the caller's own Get- cmdlets show him, so that nobody sees more by typing Tab."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from delegacy.powershell.completion import Identity
from delegacy.powershell.interpreter.interpreter import Interpreter
from delegacy.powershell.text import to_text
from delegacy.powershell.values import PSObject

_BY_BEGINNING: Final = {
    "mailbox": ("Get-Mailbox",),
    "recipient": ("Get-Recipient",),
    "group": ("Get-Group",),
    "user": ("Get-User",),
    "delegate": ("Get-User", "Get-Group"),
}
"""Cmdlets that find by the beginning of a name themselves; of a noun, its own."""
_WHOLE: Final = {
    "role": "Get-ManagementRole",
    "role group": "Get-RoleGroup",
    "scope": "Get-ManagementScope",
    "address list": "Get-AddressList",
}
"""Cmdlets that show the few objects that there are."""
_TELLING: Final = ("PrimarySmtpAddress", "UserPrincipalName", "SamAccountName", "RoleType", "Description")


class VisibleIdentities:
    """`IdentityCompleter` by an interpreter that nobody hears or sees."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    def complete_identity(self, kind: str, prefix: str, limit: int) -> Sequence[Identity]:
        """Return objects of a kind whose names begin with a text; none of a kind that the caller may not list."""
        found: list[PSObject] = []
        if kind in _WHOLE:
            shown = self._shown(_WHOLE[kind], {})
            found += [one for one in shown if _property(one, "Name").lower().startswith(prefix.lower())]
        else:
            for cmdlet in _BY_BEGINNING.get(kind) or (f"Get-{kind}",):
                found += self._shown(cmdlet, {"ResultSize": limit} | ({"Anr": prefix} if prefix else {}))
        return _told_apart(found[:limit])

    def _shown(self, cmdlet: str, parameters: Mapping[str, object]) -> Iterable[PSObject]:
        outcome = self._interpreter.invoke(cmdlet, parameters)
        return [one for one in outcome.output if isinstance(one, PSObject)]


def _told_apart(found: Sequence[PSObject]) -> list[Identity]:
    """Return each object by its name, or by its whole identity where several have the name."""
    names = Counter(_property(one, "Name").lower() for one in found)
    identities = []
    for one in found:
        name = _property(one, "Name")
        text = name if names[name.lower()] == 1 else _property(one, "Identity")
        identities.append(Identity(text, next((told for word in _TELLING if (told := _property(one, word))), "")))
    return sorted(identities, key=lambda identity: identity.text.lower())


def _property(one: PSObject, name: str) -> str:
    return to_text(one.get(name)) if one.find(name) is not None else ""
