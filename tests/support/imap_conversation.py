"""Golden IMAP conversations: text files with what clients say and what they must hear, in a small contoso.com.

``C:`` and ``c:`` lines are sent, and ``S:`` lines must come back, as in ``conversation``; what a literal holds comes line by line like the rest.
A line that begins with ``...`` must come too, after any others.
``==`` lines connect or change the world:

``== connect``, ``== connect phone``       a new connection, which speaks from here on; with a name if there are several
``== on phone``                           another connection speaks
``== ayla signs in``                      a new connection, signed in
``== closed``                             the server hangs up, and has said nothing more
``== ayla gets two``                      the letter ``messages/two.eml`` is delivered, with LF lines
``== raymonds may open jimh [by himself]``  Full Access; ``by himself`` without auto-mapping, ``for an hour`` with an end
``== raymonds may use jimh's Inbox as Reviewer``  a permission on a folder: roles and single rights; ``everybody`` and ``top`` are what they are called
``== raymonds may no longer use jimh's Inbox``
``== raymonds may no longer open terrya``, ``== raymonds must not open terrya`` (a deny), ``== desk loses raymonds``, ``== hide terrya``, ``== show terrya``,
``== disable raymonds``, ``== delete raymonds``, ``== 3600 seconds later``, ``== raymonds is called Ray``

Raymond Sam is the delegate. He has Full Access to Terry Adams and the shared mailbox Helpdesk Tickets, auto-mapped; to Esther Valle through a group
in the group Desk, so that it is not; and, to no avail, to Hal Hidden. Jim Hance grants him nothing. Paula Reiter is a mail user and Backup an account
without mail: both have Full Access to Terry Adams and no mailbox of their own. Everybody's password is ``secret``.
"""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Final

from delegacy.domain.folder import FOLDER_RIGHT_NAMES, FolderRole
from delegacy.domain.recipient import RecipientTypeDetails
from support.conversation import escaped, expanded, fits
from support.imap_client import ImapClient, ImapService, imap_service
from support.mail_world import MailWorld, mail_world

_T: Final = RecipientTypeDetails
_Direction = Callable[..., object]
_RIGHTS: Final = {role.value: role.rights for role in FolderRole} | {
    name: right for right, name in FOLDER_RIGHT_NAMES.items()
}


def populate(world: MailWorld) -> None:
    """Add the people of the conversations."""
    for alias, name in (
        ("ayla", "Ayla Kol"),
        ("raymonds", "Raymond Sam"),
        ("terrya", "Terry Adams"),
        ("estherv", "Esther Valle"),
        ("jimh", "Jim Hance"),
        ("hal", "Hal Hidden"),
    ):
        world.add(alias, name)
    world.add("helpdesktickets", "Helpdesk Tickets", _T.SHARED_MAILBOX)
    world.add("paula", "Paula Reiter", _T.MAIL_USER)
    world.add("backup", "Backup", _T.USER)
    world.add_group("inner", "raymonds")
    world.add_group("desk", "inner")
    world.grant("desk", "estherv")
    for mailbox in ("terrya", "helpdesktickets", "hal"):
        world.grant("raymonds", mailbox, mapped=True)
    world.grant("paula", "terrya", mapped=True)
    world.grant("backup", "terrya", mapped=True)
    world.hide("hal")


class ImapConversation:
    """Plays the lines of a file against a server."""

    def __init__(self, world: MailWorld, service: ImapService, messages: Path) -> None:
        self._world = world
        self._service = service
        self._messages = messages
        self._clients: dict[str, ImapClient] = {}
        self._client: ImapClient | None = None
        self._directions: dict[str, _Direction] = {
            r"(\w+) gets (\w+)": self._deliver,
            r"(\w+) may open (\w+)( by himself)?( for an hour)?": self._grant,
            r"(\w+) may use (\w+)'s ([^']+) as ([\w, ]+?)( for an hour)?": self._permit,
            r"(\w+) may no longer use (\w+)'s (.+)": world.forbid,
            r"(\w+) may no longer open (\w+)": world.revoke,
            r"(\w+) must not open (\w+)": self._deny,
            r"(\w+) loses (\w+)": world.leave,
            r"hide (\w+)": world.hide,
            r"show (\w+)": world.show,
            r"disable (\w+)": world.disable,
            r"delete (\w+)": world.remove,
            r"(\d+) seconds later": lambda seconds: world.clock.advance(float(seconds)),
            r"(\w+) is called (.*)": lambda alias, name: world.rename(alias, escaped(name).decode("utf-8")),
        }

    async def play(self, name: str, text: str) -> None:
        """Play the text of a file; an assertion names the line that went wrong."""
        for number, line in enumerate(text.splitlines(), 1):
            try:
                await self._play(line)
            except (AssertionError, EOFError, TimeoutError) as error:
                raise AssertionError(f"{name}:{number}: {line}\n{error!r}") from None

    async def _play(self, line: str) -> None:
        kind, _, rest = line.partition(" ")
        match kind:
            case "" | "#":
                return
            case "C:":
                self._speaker().send(expanded(rest).encode() + b"\r\n")
            case "c:":
                self._speaker().send(escaped(rest))
            case "S:":
                heard = (await self._speaker().line()).decode("utf-8", "replace")
                assert fits(rest, heard), f"the server said: {heard}"
            case "...":
                while not fits(rest, (await self._speaker().line()).decode("utf-8", "replace")):
                    pass
            case "==":
                await self._direct(rest)
            case _:
                raise AssertionError("not a line of a conversation")

    async def _direct(self, words: str) -> None:
        first, _, name = words.partition(" ")
        if first == "connect":
            self._connect(name)
        elif first == "on":
            self._client = self._clients[name]
        elif words == "closed":
            assert await self._speaker().last_words() == b""
        elif name == "signs in":
            await self._connect(first).sign_in(f"{first}@contoso.com")
        else:
            self._change(words)

    def _change(self, words: str) -> None:
        for pattern, change in self._directions.items():
            if found := re.fullmatch(pattern, words):
                change(*found.groups())
                return
        raise AssertionError("no such direction")

    def _connect(self, name: str) -> ImapClient:
        self._client = self._clients[name] = self._service.connect()
        return self._client

    def _speaker(self) -> ImapClient:
        assert self._client is not None, "nobody is connected"
        return self._client

    def _deliver(self, alias: str, message: str) -> None:
        content = (self._messages / f"{message}.eml").read_bytes()
        self._world.deliver(alias, content.replace(b"\n", b"\r\n"))

    def _grant(self, delegate: str, mailbox: str, by_himself: str | None, for_an_hour: str | None) -> None:
        until = self._world.clock.now() + timedelta(hours=1) if for_an_hour else None
        self._world.grant(delegate, mailbox, mapped=by_himself is None, until=until)

    def _permit(self, trustee: str, mailbox: str, folder: str, words: str, for_an_hour: str | None) -> None:
        until = self._world.clock.now() + timedelta(hours=1) if for_an_hour else None
        rights = reduce(or_, (_RIGHTS[word] for word in words.split(", ")))
        self._world.permit(trustee, mailbox, folder, rights, until=until)

    def _deny(self, delegate: str, mailbox: str) -> None:
        self._world.grant(delegate, mailbox, allow=False)


def play(file: Path, folder: Path) -> None:
    """Play a file in a world of its own, made in ``folder``."""

    async def converse(world: MailWorld, text: str) -> None:
        async with imap_service(world) as service:
            await ImapConversation(world, service, file.parent / "messages").play(file.name, text)

    with mail_world(folder) as world:
        populate(world)
        asyncio.run(converse(world, file.read_text(encoding="utf-8")))
