"""What administrators have done: Search- and Write-AdminAuditLog."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from delegacy.cmdlets import _audit_views, _texts
from delegacy.cmdlets._base import ExchangeCmdlet, Session
from delegacy.domain.audit import AuditQuery
from delegacy.domain.dn import DistinguishedName, canonical_name, looks_like_dn
from delegacy.domain.errors import InvalidDistinguishedName, InvalidProperty
from delegacy.domain.recipient import ACCOUNTS, Recipient, RecipientTypeDetails
from delegacy.powershell.metadata import parameter

_MOST: Final = 250_000
_LONGEST_COMMENT: Final = 500
_ANY: Final[frozenset[RecipientTypeDetails]] = frozenset()


@dataclass(kw_only=True)
class SearchAdminAuditLog(ExchangeCmdlet):
    """Search the log of what administrators have done, newest first.

    Objects and callers are found by any identity. In names of cmdlets, parameters, objects and callers, * stands for any characters.
    ModifiedProperties is empty unless Set-AdminAuditLogConfig -LogLevel says Verbose; the log itself always has the values.
    """

    name = "Search-AdminAuditLog"
    output_types = (_audit_views.AUDIT_EVENT,)

    cmdlets: tuple[str, ...] = parameter(default=(), pipeline=True, help="Only runs of these cmdlets.")
    parameters: tuple[str, ...] = parameter(
        default=(), help="Only runs with one of these parameters; goes with -Cmdlets."
    )
    start_date: datetime | None = parameter(help="Only runs from here on.")
    end_date: datetime | None = parameter(help="Only runs up to here.")
    is_success: bool | None = parameter(help="Only runs that succeeded, or only those that failed.")
    external_access: bool | None = parameter(
        help="Only runs by people of the organization ($false), or by others ($true), of whom there are none."
    )
    object_ids: tuple[str, ...] = parameter(default=(), help="Only changes of these objects.")
    user_ids: tuple[str, ...] = parameter(default=(), help="Only runs by these callers.")
    result_size: int = parameter(default=1000, minimum=1, maximum=_MOST, help="How many to show.")
    start_index: int = parameter(default=0, minimum=0, help="How many to leave out first.")

    def run(self) -> None:
        """Show the entries."""
        if self.parameters and not self.cmdlets:
            raise InvalidProperty("-Parameters goes with -Cmdlets: say whose parameters they are.", "Parameters")
        if self.external_access:
            return
        directory, level = self.session.directory, self.session.directory.audit_config().log_level
        query = AuditQuery(
            cmdlets=self.cmdlets,
            parameters=self.parameters,
            start=self.start_date and self.session.to_utc(self.start_date),
            end=self.end_date and self.session.to_utc(self.end_date),
            succeeded=self.is_success,
            objects=tuple(_object_names(self.session, self.object_ids)),
            callers=tuple(_caller_names(self.session, self.user_ids)),
            skip=self.start_index,
            limit=self.result_size,
        )
        for record in self.each(directory.audit_entries(query)):
            self.write_object(_audit_views.audit_event(self.session, record, level))
            if self.stopping:
                return


@dataclass(kw_only=True)
class WriteAdminAuditLog(ExchangeCmdlet):
    """Write a comment into the log of what administrators have done."""

    name = "Write-AdminAuditLog"
    supports_should_process = True
    changes_recipients = False

    comment: str = parameter(mandatory=True, help="The comment, of 500 characters at most.")

    def run(self) -> None:
        """Write it: the entry of this run is what carries it."""
        if len(self.comment) > _LONGEST_COMMENT:
            raise InvalidProperty(
                f"The comment has {len(self.comment)} characters; {_LONGEST_COMMENT} is the most that the log takes.",
                "Comment",
            )
        self.should_process(_texts.WRITE_AUDIT_LOG.format(comment=self.comment))


def _object_names(session: Session, identities: Iterable[str]) -> Iterator[str]:
    """Yield what the log may call the objects: as given, and for those that are there, by every name that a command could give."""
    for identity in identities:
        yield identity
        if "*" in identity:
            continue
        yield from _canonical(identity)
        for found in session.directory.find(identity, _ANY):
            yield from _names(found)


def _caller_names(session: Session, identities: Iterable[str]) -> Iterator[str]:
    for identity in identities:
        yield identity
        if "*" not in identity:
            yield from (found.canonical_name for found in session.directory.find(identity, ACCOUNTS))


def _canonical(identity: str) -> Iterator[str]:
    """Yield the canonical name of an object given by DN, which may be gone."""
    if looks_like_dn(identity):
        try:
            name = DistinguishedName.parse(identity)
        except InvalidDistinguishedName:
            return
        yield canonical_name(name.container, name.name)


def _names(recipient: Recipient) -> Iterator[str]:
    yield recipient.canonical_name
    yield recipient.distinguished_name
    yield str(recipient.guid)
    for name in (
        recipient.logon_name,
        recipient.alias,
        recipient.sam_account_name,
        recipient.user_principal_name,
        recipient.display_name,
        recipient.legacy_exchange_dn,
    ):
        if name:
            yield name
    yield from (str(address.address) for address in recipient.email_addresses)
