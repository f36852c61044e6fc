"""One IMAP session: greeting, sign-in, commands until the end (RFC 9051 section 3)."""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime
from typing import Final

from delegacy.domain.errors import DelegacyError, StoreError
from delegacy.domain.folder import FolderRights
from delegacy.mail.imap.context import ImapServices, SessionContext
from delegacy.mail.imap.dispatch import enable, leave_folder, run_on_folders, run_on_messages, show_namespace
from delegacy.mail.imap.login import sign_in
from delegacy.mail.imap.mailboxes import OpeningLost, SessionMailboxes, SessionOver
from delegacy.mail.imap.replies import OK, Outcome, Refusal, bad, no, outcome_of
from delegacy.mail.imap.stream import ImapStream, PeerGone
from delegacy.wire.imap.commands import (
    Append,
    Authenticate,
    Command,
    Copy,
    Enable,
    Expunge,
    Fetch,
    Identify,
    Login,
    Plain,
    PlainCommand,
    Search,
    Store,
    Tagged,
)
from delegacy.wire.imap.errors import InvalidImapCommand, UnsupportedCharset
from delegacy.wire.imap.parser import parse_command
from delegacy.wire.imap.printing import Condition, print_continuation, print_status, print_untagged
from delegacy.wire.imap.reader import CommandText, Limits, LiteralInvited, Refused
from delegacy.wire.sasl import Challenge, Credentials, SaslError, begin_exchange

_log = logging.getLogger(__name__)

LIMITS_BEFORE_LOGIN: Final = Limits(line=8192, literal=4096, message=0, literals=4)

_LINE: Final = 65_536
_LITERALS: Final = 64
_LOGIN_SECONDS: Final = 60.0
_IDLE_SECONDS: Final = 31 * 60.0
"""RFC 9051 section 5.4: at least half an hour."""
_MOST_FAILURES: Final = 3
_MOST_BAD_COMMANDS: Final = 20
"""In a row."""

_BEFORE_LOGIN: Final = b"IMAP4rev1 IMAP4rev2 LITERAL- SASL-IR ID ENABLE AUTH=PLAIN"
_AFTER_LOGIN: Final = (
    b"IMAP4rev1 IMAP4rev2 LITERAL+ ID ENABLE IDLE NAMESPACE CHILDREN LIST-EXTENDED LIST-STATUS SPECIAL-USE UIDPLUS UNSELECT MOVE "
    b"ESEARCH SEARCHRES CONDSTORE QRESYNC STATUS=SIZE BINARY ACL RIGHTS=kxte"
)
_WITHOUT_LOGIN: Final = frozenset({Plain.CAPABILITY, Plain.NOOP, Plain.LOGOUT, Plain.STARTTLS})


class ImapSession(ImapStream):
    """Serves one connection."""

    def __init__(self, services: ImapServices, message_size: int) -> None:
        super().__init__(LIMITS_BEFORE_LOGIN)
        self._services = services
        self._limits_after_login = Limits(_LINE, _LINE, message_size, _LITERALS)
        self._context: SessionContext | None = None
        self._failures = 0
        self._bad_commands = 0
        self._rights_in_doubt = False
        self._deadline = 0.0
        self._over = False

    def folder_changed(self) -> None:
        """See ``Watcher.folder_changed``."""
        if self._context is not None:
            self._context.folder_changed = True
            self.wake()

    def directory_looked_at(self, change: int, now: datetime) -> None:
        """See ``Watcher.directory_looked_at``."""
        context = self._context
        if context is None:
            return
        if any(not opening.holds_at(change, now) for opening in context.held_openings()):
            self._rights_in_doubt = True
            self.wake()

    async def serve(self) -> None:
        """Serve the connection to its end."""
        self._extend_deadline(_LOGIN_SECONDS)
        with self._services.watch.joined(self):
            try:
                self.write(print_status(Condition.OK, "IMAP4 service ready.", code=b"CAPABILITY " + _BEFORE_LOGIN))
                while not self._over:
                    await self._answer(await self._next())
            except TimeoutError:
                self._say_good_bye("You have been silent for too long.")
            except SessionOver as over:
                self._say_good_bye(over.text)
            except PeerGone:
                _log.debug("imap client has gone", extra={"origin": self.origin})
            except StoreError as error:
                # Nobody can tell whether the session may go on.
                _log.warning("imap session ended", extra={"origin": self.origin, "reason": error.error_id})
                self._say_good_bye(outcome_of(error).text)
            except Exception:  # noqa: BLE001 - the outer edge of a connection; it is logged
                _log.exception("imap session failed", extra={"origin": self.origin})
                self._say_good_bye("The server made a mistake.")

    def _say_good_bye(self, text: str) -> None:
        self.write(print_status(Condition.BYE, text))

    def _extend_deadline(self, seconds: float) -> None:
        self._deadline = asyncio.get_running_loop().time() + seconds

    async def _next(self) -> CommandText | LiteralInvited | Refused:
        while True:
            incoming = self.reader.next_command()
            if incoming is not None:
                if self._context is not None:
                    self._extend_deadline(_IDLE_SECONDS)
                return incoming
            await self._pause()

    async def _pause(self) -> None:
        """Wait for something to look at. Raises ``SessionOver`` when the session's own mailbox may not be used any more."""
        if self.ending:
            raise SessionOver("The server is shutting down.")
        await self.flush()
        await self.wait(max(0.0, self._deadline - asyncio.get_running_loop().time()))
        if self._rights_in_doubt and self._context is not None:
            self._rights_in_doubt = False
            await self._context.renew()

    async def _answer(self, incoming: CommandText | LiteralInvited | Refused) -> None:
        match incoming:
            case LiteralInvited():
                self.write(print_continuation(b"OK"))
            case Refused():
                self._refuse(incoming)
            case CommandText():
                try:
                    tagged = parse_command(incoming, utf8=self._context is not None and self._context.enabled.rev2)
                except (InvalidImapCommand, UnsupportedCharset) as error:
                    self._finish(error.tag, outcome_of(error))
                else:
                    self._finish(tagged.tag, await self._outcome(tagged))
        await self.flush()

    def _refuse(self, refused: Refused) -> None:
        if refused.too_big:
            self._finish(refused.tag, Outcome(Condition.NO, refused.text, b"TOOBIG"))
        else:
            self._finish(refused.tag, Outcome(Condition.BAD, refused.text))
        if refused.fatal:
            raise SessionOver(refused.text)

    def _finish(self, tag: str | None, outcome: Outcome) -> None:
        self.write(print_status(outcome.condition, outcome.text, tag=tag, code=outcome.code))
        self._bad_commands = self._bad_commands + 1 if outcome.condition is Condition.BAD else 0
        if self._bad_commands > _MOST_BAD_COMMANDS:
            raise SessionOver("Too many commands that can't be read.")

    async def _outcome(self, tagged: Tagged) -> Outcome:
        """Run a command, and return what the client is told."""
        try:
            if self._context is None:
                return await self._run_before_login(tagged.command)
            if not _renews_by_itself(self._context, tagged.command):
                await self._context.mailboxes.renew_root()
            outcome = await self._run_signed_in(self._context, tagged)
            await self._tell_changes(self._context, tagged.command)
        except OpeningLost as lost:
            if self._context is not None:
                self._context.selection_lost = False
            return lost.outcome
        except Refusal as refusal:
            return refusal.outcome
        except DelegacyError as error:
            _log.info("imap command failed", extra={"origin": self.origin, "reason": error.error_id})
            return outcome_of(error)
        return outcome

    async def _run_before_login(self, command: Command) -> Outcome:
        match command:
            case PlainCommand(plain) if plain in _WITHOUT_LOGIN:
                return self._run_anywhere(plain, _BEFORE_LOGIN)
            case Identify():
                return self._identify()
            case Login(name, password):
                if not name or not password:
                    raise bad("LOGIN needs a name and a password.")
                return await self._sign_in(Credentials(name, password), "LOGIN")
            case Authenticate(mechanism, initial):
                return await self._authenticate(mechanism, initial)
            case _:
                raise bad("Sign in first.")

    def _run_anywhere(self, plain: Plain, capabilities: bytes) -> Outcome:
        match plain:
            case Plain.CAPABILITY:
                self.write(print_untagged(b"CAPABILITY", capabilities))
                return OK
            case Plain.STARTTLS:
                raise bad("TLS is in use already.")
            case Plain.LOGOUT:
                self._over = True
                self._say_good_bye("Good-bye.")
                return OK
            case _:
                return OK

    def _identify(self) -> Outcome:
        self.write(print_untagged(b"ID", b'("name" "Delegacy")'))
        return OK

    async def _authenticate(self, mechanism: bytes, initial: bytes | None) -> Outcome:
        exchange = begin_exchange(mechanism.decode("ascii"))
        if exchange is None:
            raise no("There is no such mechanism.", b"CANNOT")
        try:
            step = exchange.start(initial)
            while isinstance(step, Challenge):
                self.write(print_continuation(step.text.encode("ascii")))
                step = exchange.respond(await self._next_line())
        except SaslError:
            raise bad("The authentication exchange can't be read.") from None
        return await self._sign_in(step, "AUTHENTICATE")

    async def _next_line(self) -> bytes:
        while True:
            line = self.reader.next_line()
            if isinstance(line, Refused):
                raise SessionOver(line.text)
            if line is not None:
                return line
            await self._pause()

    async def _sign_in(self, credentials: Credentials, command: str) -> Outcome:
        services = self._services
        signed_in = await sign_in(credentials, self.origin, door=services.sign_in, authorizer=services.authorizer)
        if signed_in is None:
            self._failures += 1
            if self._failures >= _MOST_FAILURES:
                self._over = True
                self._say_good_bye("Too many failures.")
            return Outcome(Condition.NO, f"{command} failed.", b"AUTHENTICATIONFAILED")
        mailboxes = SessionMailboxes(
            signed_in, authorizer=services.authorizer, store=services.store, workers=services.workers
        )
        self._context = SessionContext(services, self, self, mailboxes)
        self.reader.limits = self._limits_after_login
        self._extend_deadline(_IDLE_SECONDS)
        return Outcome(Condition.OK, "Signed in.", b"CAPABILITY " + _AFTER_LOGIN)

    async def _tell_changes(self, context: SessionContext, command: Command) -> None:
        """Tell what has happened in the selected folder meanwhile, at the end of a command that did not."""
        # RFC 9051 section 7.5.1: not while message numbers are in use.
        expunged = not isinstance(command, Fetch | Store | Search) or command.by_uid
        if context.has_to_tell(expunged=expunged):
            with suppress(OpeningLost):  # what the command was about is done; that the folder is closed has been said
                await context.use_selected(FolderRights.READ_ANY)
                await context.tell_changes(expunged=expunged)

    async def _run_signed_in(self, context: SessionContext, tagged: Tagged) -> Outcome:
        command = tagged.command
        match command:
            case PlainCommand(plain):
                return await self._run_plain(context, plain)
            case Identify():
                return self._identify()
            case Login() | Authenticate():
                raise bad("You are signed in already.")
            case Enable(capabilities):
                return enable(context, capabilities)
            case Fetch() | Store() | Search() | Copy() | Expunge() | Append():
                return await run_on_messages(context, command, tagged.tag)
            case _:
                return await run_on_folders(context, command)

    async def _run_plain(self, context: SessionContext, plain: Plain) -> Outcome:
        match plain:
            case Plain.NOOP:
                if context.selected is not None:
                    with suppress(OpeningLost):  # RFC 9051 section 6.1.2: it never fails
                        await context.use_selected(FolderRights.READ_ANY)
                        await context.tell_changes(expunged=True, look=True)
                return OK
            case Plain.CHECK:
                await context.use_selected(FolderRights.READ_ANY)
                await context.tell_changes(expunged=True, look=True)
                return OK
            case Plain.NAMESPACE:
                return show_namespace(context)
            case Plain.IDLE:
                return await self._idle(context)
            case Plain.CLOSE | Plain.UNSELECT:
                return await leave_folder(context, expunge=plain is Plain.CLOSE)
            case _:
                return self._run_anywhere(plain, _AFTER_LOGIN)

    async def _idle(self, context: SessionContext) -> Outcome:
        """Tell changes as they come, until the client says DONE (RFC 9051 section 6.3.13)."""
        self.write(print_continuation(b"Idling."))
        look = True
        while (line := self.reader.next_line()) is None:
            if context.selected is not None and (look or context.folder_changed):
                look = False
                await self._tell_idle(context)
            await self._pause()
        if isinstance(line, Refused):
            raise SessionOver(line.text)
        if line.upper() != b"DONE":
            raise bad("Expected DONE.")
        if context.selection_lost:
            raise context.nothing_selected()
        return OK

    @staticmethod
    async def _tell_idle(context: SessionContext) -> None:
        try:
            with suppress(OpeningLost):  # the command fails when the client comes back
                await context.use_selected(FolderRights.READ_ANY)
                await context.tell_changes(expunged=True, look=True)
        except StoreError as error:
            raise SessionOver(outcome_of(error).text) from error


def _renews_by_itself(context: SessionContext, command: Command) -> bool:
    """Tell whether a command uses the selected folder of the session's own mailbox first of all, which renews the opening of it."""
    if context.selected is None or context.selected.mailbox is not None:
        return False
    return isinstance(command, Fetch | Store | Search | Copy | Expunge) or command == PlainCommand(Plain.NOOP)
