"""Whether the submitter may send a message that says it is from these: every identity of it is authorised."""

from collections.abc import Iterable
from dataclasses import dataclass

from delegacy.domain.account import Account
from delegacy.domain.address import SmtpAddress
from delegacy.domain.facts import Target
from delegacy.domain.message import MessageIdentity, NamedAddress
from delegacy.enforcement.authorizer import Authorizer
from delegacy.policy.decision import Allow, Deny, Obligation, SendDenial, SendRight

_NOBODYS = Deny(SendDenial.NO_SEND_RIGHT)


@dataclass(frozen=True, slots=True)
class Authorship:
    """Leave to send: by which right, as whom, and what must happen besides."""

    right: SendRight
    author: Target
    obligations: frozenset[Obligation]


class AuthorshipCheck:
    """Asks about each address of one message once. ``account`` is the submitter."""

    def __init__(self, authorizer: Authorizer, account: Account) -> None:
        self._authorizer = authorizer
        self._account = account
        self._answers: dict[SmtpAddress, Authorship | Deny[SendDenial]] = {}

    async def check(self, identity: MessageIdentity) -> Authorship | Deny[SendDenial]:
        """Return the authorship of a message, or the first denial. Raises ``StoreError``.

        The envelope is the submitter's own address, the author's, or the null one. Sender is the submitter's own or the same as From. Resent
        fields are authorised like From and Sender, block by block as far as they can be told apart. An address quoted in a display name must
        be one that the submitter could send as, or the author's own.
        """
        authorship = await self._ask(identity.header_from.address)
        if isinstance(authorship, Deny):
            return authorship
        author = authorship.author
        denied = (
            await self._envelope(identity.envelope_sender, author)
            or await self._sender(identity.header_sender, {identity.header_from.address})
            or await self._resent(identity, authorship)
            or await self._quoted([identity.header_from, *identity.resent_from, *identity.resent_sender], author)
        )
        return denied or authorship

    async def _envelope(self, sender: SmtpAddress | None, author: Target) -> Deny[SendDenial] | None:
        if sender is None:
            return None
        answer = await self._ask(sender)
        if isinstance(answer, Deny):
            return answer
        return None if answer.right is SendRight.OWNER or answer.author.id == author.id else _NOBODYS

    async def _sender(self, sender: NamedAddress | None, same_as: set[SmtpAddress]) -> Deny[SendDenial] | None:
        if sender is None or sender.address in same_as:
            return None
        answer = await self._ask(sender.address)
        if isinstance(answer, Deny):
            return answer
        return None if answer.right is SendRight.OWNER else _NOBODYS

    async def _resent(self, identity: MessageIdentity, authorship: Authorship) -> Deny[SendDenial] | None:
        """On behalf of somebody a message is only resent with the submitter in Resent-Sender, where it may stay."""
        for sender in identity.resent_sender:
            denied = await self._sender(sender, {resent.address for resent in identity.resent_from})
            if denied is not None:
                return denied
        # Of a message that is to leave no trace, Resent-Sender goes with all else that names the submitter.
        traceless = Obligation.LEAVE_NO_TRACE in authorship.obligations
        named = set() if traceless else {sender.address for sender in identity.resent_sender}
        for resent in identity.resent_from:
            answer = await self._ask(resent.address)
            if isinstance(answer, Deny):
                return answer
            if answer.right is SendRight.SEND_ON_BEHALF and not await self._any_own(named):
                return _NOBODYS
        return None

    async def _any_own(self, addresses: Iterable[SmtpAddress]) -> bool:
        for address in addresses:
            answer = await self._ask(address)
            if isinstance(answer, Authorship) and answer.right is SendRight.OWNER:
                return True
        return False

    async def _quoted(self, names: Iterable[NamedAddress], author: Target) -> Deny[SendDenial] | None:
        for address in dict.fromkeys(quoted for name in names for quoted in name.quoted_addresses):
            answer = await self._ask(address)
            if isinstance(answer, Deny):
                return answer
            if answer.right is SendRight.SEND_ON_BEHALF and answer.author.id != author.id:
                return _NOBODYS
        return None

    async def _ask(self, address: SmtpAddress) -> Authorship | Deny[SendDenial]:
        known = self._answers.get(address)
        if known is None:
            answer = await self._authorizer.authorize_send(self._account, address)
            if isinstance(answer.decision, Allow) and answer.author is not None:
                known = Authorship(answer.decision.right, answer.author, answer.decision.obligations)
            else:
                known = answer.decision if isinstance(answer.decision, Deny) else _NOBODYS
            self._answers[address] = known
        return known
