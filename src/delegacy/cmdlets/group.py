"""Groups of every kind, with mail or without: Get-Group."""

from dataclasses import dataclass

from delegacy.cmdlets import _views
from delegacy.cmdlets._listing import GetRecipientCmdlet, as_kinds, kind_names
from delegacy.domain.recipient import GROUPS, RecipientTypeDetails
from delegacy.powershell.metadata import parameter


@dataclass(kw_only=True)
class GetGroup(GetRecipientCmdlet):
    """List groups, those without mail among them."""

    name = "Get-Group"
    output_types = (_views.GROUP,)
    kinds = GROUPS
    view = _views.GROUP

    recipient_type_details: tuple[str, ...] | None = parameter(
        values=kind_names(GROUPS), help="Only groups of these kinds."
    )

    def wanted_kinds(self) -> frozenset[RecipientTypeDetails]:
        """Return the kinds that this command is about."""
        return GROUPS if self.recipient_type_details is None else as_kinds(self, self.recipient_type_details, GROUPS)
