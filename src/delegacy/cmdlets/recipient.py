"""Everything with an address: Get-Recipient."""

from dataclasses import dataclass
from typing import Final

from delegacy.cmdlets import _views
from delegacy.cmdlets._listing import GetRecipientCmdlet, as_filter_text, as_kinds, kind_names
from delegacy.domain.recipient import ABSENT_KINDS, RECIPIENTS, RecipientTypeDetails
from delegacy.powershell.metadata import parameter

_KINDS: Final = RECIPIENTS - {RecipientTypeDetails.ARBITRATION_MAILBOX}


@dataclass(kw_only=True)
class GetRecipient(GetRecipientCmdlet):
    """List recipients of every kind: mailboxes, mail users, contacts and groups."""

    name = "Get-Recipient"
    output_types = (_views.REDUCED_RECIPIENT,)
    kinds = _KINDS
    view = _views.REDUCED_RECIPIENT

    recipient_preview_filter: str | None = parameter(
        sets={"RecipientPreviewFilterSet": True},
        convert=as_filter_text,
        help="The filter of a dynamic distribution group, to see whom it describes.",
    )
    recipient_type: tuple[str, ...] | None = parameter(
        values=tuple(sorted({kind.recipient_type for kind in _KINDS})), help="Only recipients of these types."
    )
    recipient_type_details: tuple[str, ...] | None = parameter(
        values=kind_names(_KINDS, ABSENT_KINDS), help="Only recipients of these kinds."
    )

    def conditions(self) -> list[str]:
        """Return the filters that all must hold."""
        preview = self.recipient_preview_filter
        return super().conditions() + ([] if preview is None else [preview])

    def wanted_kinds(self) -> frozenset[RecipientTypeDetails]:
        """Return the kinds that this command is about."""
        kinds = _KINDS if self.recipient_type_details is None else as_kinds(self, self.recipient_type_details, _KINDS)
        if self.recipient_type is None:
            return kinds
        types = {name.casefold() for name in self.recipient_type}
        return frozenset(kind for kind in kinds if kind.recipient_type.casefold() in types)
