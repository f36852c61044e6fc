"""The door for questions: load the facts, ask the policy, write one log line.

The ``authorize_*`` coroutines are for surfaces; each hops to a worker thread once. The ``decide_*`` methods are the same decisions
without hop and log line, and ``explain_*`` answer an administrator, with the chain of groups.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from delegacy.domain.account import Account
from delegacy.domain.address import SmtpAddress
from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.facts import FolderFacts, OpeningFacts, SendingFacts, Target
from delegacy.domain.group import Membership
from delegacy.domain.ports import Clock, DecisionFacts, DirectoryReader, Store
from delegacy.domain.recipient import ACCOUNTS, MAILBOXES, Recipient
from delegacy.domain.sid import Sid
from delegacy.enforcement.folder_upkeep import FolderUpkeep
from delegacy.enforcement.insight import Insight
from delegacy.enforcement.opening import FolderOpening, Opening
from delegacy.policy.automapping import mailboxes_with_folders, mapped_mailboxes
from delegacy.policy.decision import (
    Allow,
    Deny,
    OpenDecision,
    OpenDenial,
    OpenRight,
    SendDecision,
    SendRight,
)
from delegacy.policy.opening import (
    decide_enter,
    decide_open,
    folder_rights,
    is_open_for_folders,
    rights_by_folder,
)
from delegacy.policy.questions import OpenAnswer, SendAnswer
from delegacy.policy.sending import decide_send

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SendAuthorization:
    """The answer to "may this account send with this From": the decision, and the author (None where nobody has the address)."""

    decision: SendDecision
    author: Target | None


class Authorizer(Insight):
    """Decides, for every surface, from facts read at that moment. Nothing is remembered between decisions."""

    def __init__(
        self,
        facts: DecisionFacts,
        store: Store,
        clock: Clock,
        protocol: ClientProtocol | None = None,
        opened: Callable[[Opening], None] | None = None,
    ) -> None:
        self._facts = facts
        self._store = store
        self._clock = clock
        self._protocol = protocol
        self._opened = opened

    @property
    def upkeep(self) -> FolderUpkeep:
        """Return who keeps the permissions of folders as they come and go in what was opened here."""
        return FolderUpkeep(self._store, self._clock)

    def over(self, protocol: ClientProtocol) -> "Authorizer":
        """Return the door of a client protocol: it opens nothing for which the protocol is switched off."""
        return Authorizer(self._facts, self._store, self._clock, protocol, self._opened)

    def telling(self, opened: Callable[[Opening], None]) -> "Authorizer":
        """Return a door that tells, in a worker thread, of each mailbox that it opens; renewing one is not opening it."""
        return Authorizer(self._facts, self._store, self._clock, self._protocol, opened)

    async def authorize_open(self, account: Account, mailbox: str) -> Opening | Deny[OpenDenial]:
        """Return an ``Opening`` of the mailbox that ``mailbox`` names in any identity form, or the denial.

        A name that is nobody's, or that several have, is denied like a missing right. Raises ``StoreError`` if the facts can't be read.
        """
        return await asyncio.to_thread(self._open, account, mailbox)

    async def authorize_open_guid(self, account: Account, mailbox: UUID) -> Opening | Deny[OpenDenial]:
        """Return an ``Opening`` of the mailbox with this GUID, or the denial."""
        return await asyncio.to_thread(self._open, account, str(mailbox))

    async def authorize_enter(self, account: Account, mailbox: UUID) -> Opening | Deny[OpenDenial]:
        """Return an ``Opening`` of the mailbox with this GUID, if only for the sake of single folders; or the denial."""
        return await asyncio.to_thread(self._open, account, str(mailbox), for_folders=True)

    async def renew(self, opening: Opening) -> Opening | Deny[OpenDenial]:
        """Return a current ``Opening`` in place of ``opening``, or the denial if the right is gone; one indexed query if nothing changed."""
        return await asyncio.to_thread(self._renew, opening)

    async def authorize_folder(self, opening: Opening, folder: UUID) -> FolderOpening | Deny[OpenDenial]:
        """Renew the opening and return it with what it may do in one folder of the mailbox; or the denial if the right is gone."""
        allowed = await self.authorize_folders(opening, (folder,))
        return allowed if isinstance(allowed, Deny) else allowed[0]

    async def authorize_folders(
        self, opening: Opening, folders: Sequence[UUID]
    ) -> Sequence[FolderOpening] | Deny[OpenDenial]:
        """Answer the same for several folders of a mailbox at one moment, in their order."""
        renewed = await self.renew(opening)
        if isinstance(renewed, Deny):
            return renewed
        return [
            FolderOpening(renewed, folder, folder_rights(renewed.right, renewed.granted, folder)) for folder in folders
        ]

    async def change(self) -> int:
        """Return the number of the last directory change, for whoever watches open sessions."""
        return await asyncio.to_thread(self._facts.change)

    async def mapped_mailboxes(self, account: Account) -> tuple[Target, ...]:
        """Return the mailboxes that are opened in the account's profile by themselves."""
        return await asyncio.to_thread(self._mapped, account)

    async def mailboxes_beside(self, account: Account) -> tuple[Target, ...]:
        """Return the mailboxes that are shown beside the account's own: the mapped ones, then those in which it may do something in folders."""
        return await asyncio.to_thread(self._beside, account)

    async def authorize_send(self, account: Account, address: SmtpAddress) -> SendAuthorization:
        """Decide whether the account may send with ``address`` in From. Raises ``StoreError`` if the facts can't be read."""
        return await asyncio.to_thread(self._send, account, address)

    def decide_open(self, account: int, mailbox: int) -> OpenDecision:
        """Decide whether the account opens the mailbox, both by key."""
        now = self._clock.now()
        return decide_open(self._facts.opening(account, mailbox, now), now)

    def decide_send(self, account: int, address: str) -> SendDecision:
        """Decide whether the account sends with the address whose key (``SmtpAddress.key``) is given."""
        now = self._clock.now()
        return decide_send(self._facts.sending(account, address, now), now)

    def explain_open(self, delegate: str, mailbox: str) -> OpenAnswer:
        """Answer about any delegate and mailbox, with the chain of groups; see ``policy.questions``."""
        now = self._clock.now()
        with self._store.read() as directory:
            account = _account_of(directory, delegate)
            target = directory.resolve(mailbox, MAILBOXES)
            facts = self._facts.opening(account.id, target.id, now)
            decision = decide_open(facts, now)
            return OpenAnswer(
                decision,
                None if facts is None else facts.mailbox,
                _chain_to_trustee(directory, account, facts, decision),
            )

    def explain_send(self, delegate: str, author: str) -> SendAnswer:
        """Answer about any delegate and author, with the chain of groups; see ``policy.questions``."""
        now = self._clock.now()
        with self._store.read() as directory:
            account = _account_of(directory, delegate)
            target = directory.resolve(author, frozenset())
            address = target.primary_smtp_address
            facts = self._facts.sending(account.id, address.key, now) if address else None
            decision = decide_send(facts, now)
            if facts is not None and isinstance(decision, Allow) and decision.right is SendRight.SEND_ON_BEHALF:
                chain = _chain_to_listed_group(directory, account, facts)
            else:
                chain = _chain_to_trustee(directory, account, facts, decision)
            return SendAnswer(decision, None if facts is None else facts.author, chain)

    def _open(self, account: Account, identity: str, *, for_folders: bool = False) -> Opening | Deny[OpenDenial]:
        key = self._facts.mailbox_key(identity)
        answer = self._decide(account, key, identity, for_folders=for_folders)
        if self._opened is not None and isinstance(answer, Opening):
            self._opened(answer)
        return answer

    def _decide(
        self, account: Account, key: int | None, named: str, *, for_folders: bool
    ) -> Opening | Deny[OpenDenial]:
        now = self._clock.now()
        facts = None if key is None else self._facts.opening(account.id, key, now)
        decision = decide_open(facts, now, self._protocol)
        folders: FolderFacts | None = None
        if for_folders and facts is not None and is_open_for_folders(decision):
            facts, folders = self._with_folders(account, facts, now)
            decision = decide_enter(facts, folders, now, self._protocol)
        target = named if facts is None else facts.mailbox.address or facts.mailbox.display_name
        if facts is None or isinstance(decision, Deny):
            denial = decision if isinstance(decision, Deny) else Deny(OpenDenial.NO_SUCH_MAILBOX)
            _log.warning(
                "open denied", extra={"account": account.logon_name, "target": target, "reason": denial.reason.value}
            )
            return denial
        _log.info(
            "open allowed", extra={"account": account.logon_name, "target": target, "reason": decision.right.value}
        )
        if decision.right is not OpenRight.FOLDER_PERMISSION or folders is None:
            return Opening(account, facts.mailbox, decision.right, facts.change, facts.expires_at, for_folders)
        ends = [end for end in (facts.expires_at, *(one.expires_at for one in folders.entries)) if end is not None]
        return Opening(
            account,
            facts.mailbox,
            decision.right,
            facts.change,
            min(ends, default=None),
            for_folders,
            MappingProxyType(rights_by_folder(folders)),
        )

    def _with_folders(
        self, account: Account, facts: OpeningFacts, now: datetime
    ) -> tuple[OpeningFacts | None, FolderFacts | None]:
        """Return the facts of a mailbox and those of its folders, both of one moment."""
        opening: OpeningFacts | None = facts
        folders = self._facts.folders(account.id, facts.mailbox.id, now)
        while opening is not None and folders is not None and opening.change != folders.change:
            opening = self._facts.opening(account.id, facts.mailbox.id, now)
            folders = self._facts.folders(account.id, facts.mailbox.id, now)
        return opening, folders

    def _renew(self, opening: Opening) -> Opening | Deny[OpenDenial]:
        if opening.holds_at(self._facts.change(), self._clock.now()):
            return opening
        return self._decide(
            opening.account, opening.mailbox.id, opening.mailbox.address, for_folders=opening.for_folders
        )

    def _mapped(self, account: Account) -> tuple[Target, ...]:
        now = self._clock.now()
        return mapped_mailboxes(self._facts.mapped(account.id, now), now, self._protocol)

    def _beside(self, account: Account) -> tuple[Target, ...]:
        now = self._clock.now()
        entered = mailboxes_with_folders(self._facts.with_folders_for(account.id, now), now, self._protocol)
        return tuple({target.guid: target for target in (*self._mapped(account), *entered)}.values())

    def _send(self, account: Account, address: SmtpAddress) -> SendAuthorization:
        now = self._clock.now()
        facts = self._facts.sending(account.id, address.key, now)
        decision = decide_send(facts, now)
        if isinstance(decision, Deny):
            level, outcome, reason = logging.WARNING, "send denied", decision.reason.value
        else:
            level, outcome, reason = logging.INFO, "send allowed", decision.right.value
        _log.log(level, outcome, extra={"account": account.logon_name, "target": str(address), "reason": reason})
        return SendAuthorization(decision, None if facts is None else facts.author)


def _account_of(directory: DirectoryReader, delegate: str) -> Recipient:
    """Return the account that signs in as ``delegate``: the master account of a linked mailbox, else the object itself."""
    found = directory.resolve(delegate, ACCOUNTS)
    master = found.linked_master_account and directory.by_sid(found.linked_master_account)
    return master or found


def _chain_to_trustee(
    directory: DirectoryReader,
    account: Recipient,
    facts: OpeningFacts | SendingFacts | None,
    decision: OpenDecision | SendDecision,
) -> tuple[Membership, ...]:
    entry = decision.entry
    if facts is None or entry is None or entry.trustee not in facts.token.groups:
        return ()
    return _chain(directory, account, facts, entry.trustee, security_only=True)


def _chain_to_listed_group(
    directory: DirectoryReader, account: Recipient, facts: SendingFacts
) -> tuple[Membership, ...]:
    if facts.grant_send_on_behalf_to & facts.token.users:
        return ()
    chains = (
        _chain(directory, account, facts, group, security_only=False)
        for group in sorted(facts.grant_send_on_behalf_to & facts.mail_groups)
    )
    return min((chain for chain in chains if chain), key=len, default=())


def _chain(
    directory: DirectoryReader,
    account: Recipient,
    facts: OpeningFacts | SendingFacts,
    group: Sid,
    *,
    security_only: bool,
) -> tuple[Membership, ...]:
    """Return the chain from the account, or from the linked mailbox whose master it is."""
    if chain := directory.group_chain(account.id, group, security_only=security_only):
        return chain
    for sid in facts.token.users - {account.sid}:
        linked = directory.by_sid(Sid(sid))
        if linked is not None and (chain := directory.group_chain(linked.id, group, security_only=security_only)):
            return chain
    return ()
