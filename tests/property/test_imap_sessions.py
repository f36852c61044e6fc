"""Any bytes into a session are answered or end it; and what sessions of one folder are told is all that they need to know of it."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.imap_client import ImapClient, ImapService, imap_service
from support.mail_world import MailWorld, mail_world

WORDS = (
    *(
        b"LOGIN",
        b"AUTHENTICATE PLAIN",
        b"SELECT",
        b"EXAMINE",
        b"CREATE",
        b"DELETE",
        b"RENAME",
        b"SUBSCRIBE",
        b"LIST",
        b"LSUB",
    ),
    *(
        b"STATUS",
        b"APPEND",
        b"FETCH",
        b"UID FETCH",
        b"STORE",
        b"UID STORE",
        b"SEARCH",
        b"UID SEARCH",
        b"COPY",
        b"UID MOVE",
    ),
    *(
        b"EXPUNGE",
        b"UID EXPUNGE",
        b"IDLE",
        b"ENABLE",
        b"ID",
        b"MYRIGHTS",
        b"GETACL",
        b"SETACL",
        b"NAMESPACE",
        b"CLOSE",
        b"NOOP",
    ),
)
ARGUMENTS = (
    *(b"INBOX", b'"Drafts"', b'"Other Users"', b'""', b"*", b"%", b"Gr&APw-", b"&", b"a/b/c", b"{3+}\r\nabc", b"{3}\r\n", b"~{2+}\r\n\0\0"),
    *(b"1", b"1:*", b"*", b"$", b"2,1", b"0", b"4294967296", b"(", b")", b"()", b"NIL", b"\\Seen", b"(\\Deleted)", b"(a b)"),
    *(b"FLAGS", b"+FLAGS.SILENT (\\Seen)", b"-FLAGS x", b"ALL", b"FULL", b"BODY[]", b"BODY.PEEK[1.2.MIME]<0.5>", b"BINARY[1]"),
    *(b"(MESSAGES UNSEEN)", b"RETURN (SAVE COUNT)", b"CHARSET UTF-8", b"OR SEEN NOT", b"SUBJECT x", b"BODY {1+}\r\n\xff", b"(CHANGEDSINCE 1)"),
    *(b"QRESYNC", b"CONDSTORE", b"IMAP4rev2", b"(QRESYNC (1 1))", b"(CONDSTORE)", b'"1-Jan-2026"', b'" 1-Jan-2026 00:00:00 +0000"', b"=", b"AGEAYgBj"),
)  # fmt: skip
LINES = st.builds(
    lambda tag, word, arguments, end: b" ".join([tag, word, *arguments]) + end,
    st.sampled_from([b"a", b"*", b"", b"tag+"]),
    st.sampled_from(WORDS),
    st.lists(st.one_of(st.sampled_from(ARGUMENTS), st.binary(max_size=8)), max_size=5),
    st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"", b" \r\n", b"\r\nDONE\r\n"]),
)
CHUNKS = st.lists(st.one_of(LINES, st.binary(max_size=60)), max_size=12)


@dataclass
class Fixture:
    """A running server in a loop that lives as long as the module's tests."""

    world: MailWorld
    runner: asyncio.Runner
    service: ImapService
    folders: int = 0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fixture]:
    with mail_world(tmp_path_factory.mktemp("imap")) as world, asyncio.Runner() as runner:
        world.add("ayla", "Ayla Kol")
        service = imap_service(world)
        yield Fixture(world, runner, runner.run(service.__aenter__()))
        runner.run(service.__aexit__(None, None, None))


@settings(deadline=None)
@given(signed_in=st.booleans(), chunks=CHUNKS)
def test_any_bytes_are_answered_or_end_the_session(running: Fixture, *, signed_in: bool, chunks: list[bytes]) -> None:
    async def feed() -> bytes:
        client = running.service.connect()
        if signed_in:
            await client.sign_in("ayla@contoso.com")
        for chunk in chunks:
            client.send(chunk)
            await asyncio.sleep(0)
        client.session.eof_received()
        return await client.last_words()

    running.world.clock.advance(86_400)  # failures to sign in are forgotten
    said = running.runner.run(feed())
    assert b"made a mistake" not in said
    assert said.endswith(b"\r\n") or not said


FLAGS = st.lists(st.sampled_from(["\\Seen", "\\Flagged", "\\Deleted", "Work", "Later"]), max_size=2, unique=True)
NUMBERS = st.lists(st.integers(1, 6), min_size=1, max_size=3, unique=True)


@dataclass(frozen=True)
class Act:
    """What one of two sessions does next; numbers that are too large for what it knows are cut."""

    who: int
    what: str
    numbers: list[int]
    flags: list[str]
    by_uid: bool = False
    silent: bool = False
    sign: str = "+"


ACTS = st.builds(
    Act,
    st.integers(0, 1),
    st.sampled_from(
        ["STORE", "STORE", "STORE", "EXPUNGE", "APPEND", "COPY", "MOVE", "FETCH", "READ", "SEARCH", "NOOP", "IDLE"]
    ),
    NUMBERS,
    FLAGS,
    st.booleans(),
    st.booleans(),
    st.sampled_from(["+", "-", ""]),
)


@dataclass
class Shown:
    """A message as a session has been told of it; None is what it has not been told."""

    uid: int | None = None
    flags: frozenset[str] | None = None


@dataclass
class Viewer:
    """A client that believes what it is told and works out what it has done silently."""

    client: ImapClient
    folder: str
    vanished: bool
    messages: list[Shown] = field(default_factory=list)

    async def ask(self, command: str) -> None:
        lines = await self.client.ask(command.encode())
        for line in b"\r\n".join(lines).replace(b"{0}\r\n", b"").split(b"\r\n"):  # the texts that are read are empty
            self.hear(line)

    def hear(self, line: bytes) -> None:
        if found := re.fullmatch(rb"\* (\d+) EXISTS", line):
            assert int(found[1]) >= len(self.messages)
            self.messages += [Shown() for _ in range(int(found[1]) - len(self.messages))]
        elif found := re.fullmatch(rb"\* (\d+) EXPUNGE", line):
            assert not self.vanished
            del self.messages[int(found[1]) - 1]
        elif found := re.fullmatch(rb"\* VANISHED ([0-9:,]+)", line):
            assert self.vanished
            self._forget({uid for part in found[1].split(b",") for uid in _stretch(part)})
        elif found := re.match(rb"\* (\d+) FETCH \((.*)", line):
            self._learn(self.messages[int(found[1]) - 1], found[2])
        else:
            assert not re.match(rb"\w+ (BAD|NO) ", line), line

    async def act(self, act: Act) -> None:
        known = [number for number in sorted(act.numbers) if number <= len(self.messages)]
        chosen = [self.messages[number - 1] for number in known]
        by_uid = act.by_uid and all(shown.uid for shown in chosen)
        names = ",".join(str(shown.uid if by_uid else number) for number, shown in zip(known, chosen, strict=True))
        uid, flags = "UID " if by_uid else "", f"({' '.join(act.flags)})"
        match act.what:
            case "NOOP" | "EXPUNGE":
                await self.ask(act.what)
            case "APPEND":
                await self.ask(f"APPEND {self.folder} {flags} {{6+}}\r\nx: y\r\n")
            case "IDLE":
                await self._idle()
            case _ if not known:
                await self.ask("CHECK")
            case "SEARCH":
                await self.ask(f"{uid}SEARCH UNSEEN {names if not by_uid else ''}".strip())
            case "STORE":
                if act.silent:
                    _work_out(chosen, act)
                await self.ask(f"{uid}STORE {names} {act.sign}FLAGS{'.SILENT' * act.silent} {flags}")
            case "COPY" | "MOVE":
                await self.ask(f"{uid}{act.what} {names} {self.folder}")
            case "READ":
                await self.ask(f"{uid}FETCH {names} (BODY[TEXT])")
            case _:
                await self.ask(f"{uid}FETCH {names} (UID FLAGS)")

    async def _idle(self) -> None:
        self.client.send(b"a IDLE\r\n")
        assert await self.client.line() == b"+ Idling."
        self.client.send(b"DONE\r\n")
        for line in await self.client.until(b"a "):
            self.hear(line)

    def _forget(self, gone: set[int]) -> None:
        """Take out messages by UID; a client that does not know a message's UID yet has to ask for it first."""
        left = [shown for shown in self.messages if shown.uid not in gone]
        assert len(left) == len(self.messages) - len(gone)
        self.messages = left

    @staticmethod
    def _learn(shown: Shown, items: bytes) -> None:
        if uid := re.search(rb"UID (\d+)", items):
            assert shown.uid in (None, int(uid[1]))
            shown.uid = int(uid[1])
        if flags := re.search(rb"FLAGS \(([^)]*)\)", items):
            shown.flags = frozenset(flags[1].decode().split())


def _stretch(part: bytes) -> range:
    low, _, high = part.partition(b":")
    return range(int(low), int(high or low) + 1)


def _work_out(chosen: list[Shown], act: Act) -> None:
    """Do to what is known what a silent STORE does; what the server then says goes before it."""
    named = frozenset(act.flags)
    for shown in chosen:
        if not act.sign:
            shown.flags = named
        elif shown.flags is not None:
            shown.flags = shown.flags | named if act.sign == "+" else shown.flags - named


async def view(running: Fixture, folder: str, *, vanished: bool) -> Viewer:
    """Return a session that has the folder selected and has asked what is in it."""
    client = running.service.connect()
    await client.sign_in("ayla@contoso.com")
    viewer = Viewer(client, folder, vanished)
    if vanished:
        await viewer.ask("ENABLE QRESYNC")
    await viewer.ask(f"SELECT {folder}")
    await viewer.ask("FETCH 1:* (UID FLAGS)")
    return viewer


async def ask_for_uids(viewer: Viewer) -> None:
    """Do what the client does that is told of messages by UID: ask for those that it does not know."""
    for number, shown in enumerate(viewer.messages, 1):
        if shown.uid is None:
            await viewer.ask(f"FETCH {number} UID")


def compare(viewer: Viewer, truth: Viewer) -> None:
    assert len(viewer.messages) == len(truth.messages)
    for shown, real in zip(viewer.messages, truth.messages, strict=True):
        assert shown.uid in (None, real.uid)
        assert shown.flags in (None, real.flags)


@settings(deadline=None)
@given(acts=st.lists(ACTS, max_size=20), vanished=st.booleans())
def test_two_sessions_of_a_folder_know_what_is_in_it(running: Fixture, *, acts: list[Act], vanished: bool) -> None:
    running.folders += 1
    folder = f"F{running.folders}"

    async def play() -> None:
        maker = running.service.connect()
        await maker.sign_in("ayla@contoso.com")
        await maker.ask(f"CREATE {folder}".encode())
        for _ in range(3):
            await maker.ask(f"APPEND {folder} {{6+}}\r\nx: y\r\n".encode())
        viewers = [await view(running, folder, vanished=False), await view(running, folder, vanished=vanished)]
        for act in acts:
            await viewers[act.who].act(act)
            if viewers[act.who].vanished:
                await ask_for_uids(viewers[act.who])
        truth = await view(running, folder, vanished=False)
        for viewer in viewers:
            await viewer.ask("NOOP")
            compare(viewer, truth)
        for client in (maker, truth.client, *(viewer.client for viewer in viewers)):
            await client.ask(b"LOGOUT")

    running.runner.run(play())
