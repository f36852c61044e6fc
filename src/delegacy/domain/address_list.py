"""Address lists: filters over recipients that have a name, one below another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from delegacy.domain.identity import fold
from delegacy.domain.recipient import MAIL_GROUPS, RecipientTypeDetails

ROOT: Final = "\\"
"""The path of what stands above every address list."""
_GROUPS: Final = " -or ".join(
    f"RecipientType -eq '{kind}'"
    for kind in sorted(
        {kind.recipient_type for kind in MAIL_GROUPS | {RecipientTypeDetails.DYNAMIC_DISTRIBUTION_GROUP}}
    )
)
DEFAULT_ADDRESS_LISTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "All Contacts": "Alias -ne $null -and RecipientType -eq 'MailContact'",
        "All Distribution Lists": f"Alias -ne $null -and ({_GROUPS})",
        "All Rooms": "Alias -ne $null -and RecipientTypeDetails -eq 'RoomMailbox'",
        "All Users": "Alias -ne $null -and (RecipientType -eq 'UserMailbox' -or RecipientType -eq 'MailUser')",
    }
)
"""The address lists that an organization starts with, and their filters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressList:
    """The recipients that a filter admits, in or below an organizational unit (canonical name; anywhere if empty).

    ``container`` is the path of the address list that this one is below. ``conditions`` are IncludedRecipients and what narrows it, as
    properties of dynamic groups are; a filter of one's own has none.
    """

    guid: UUID
    name: str
    display_name: str
    recipient_filter: str
    container: str = ROOT
    recipient_container: str = ""
    conditions: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    when_changed: datetime | None = None

    @property
    def path(self) -> str:
        r"""Return ``\All Users\Sales``."""
        return f"{self.container.rstrip(ROOT)}{ROOT}{self.name}"

    @property
    def key(self) -> str:
        """Return the folded path."""
        return fold(self.path)

    def is_below(self, path: str) -> bool:
        """Tell whether this address list is below another one, at any depth."""
        return self.key.startswith(f"{fold(path).rstrip(ROOT)}{ROOT}") and self.key != fold(path)
