"""How fast Delegacy serves IMAP, beside Dovecot on the same machine, with the same messages, over TLS.

    python benchmarks/imap.py [--messages N] [--rounds N] [--sessions N] [--json FILE] [--without-dovecot]

Both servers run in processes of their own; every row is asked of both in turn, several times, and medians are printed with their ratio: below 1
we are faster or smaller. Messages are appended through IMAP itself, each of them durable before it is acknowledged on our side.
Needs Dovecot (Debian: dovecot-imapd) for the comparison; without it only our own times are printed.
"""

import argparse
import gc
import json
import multiprocessing
import multiprocessing.synchronize
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from imap_peers import Connection, Peer, delegacy_server, dovecot_server, has_dovecot, memory, scratch

_THUNDERBIRD: Final = (
    b"(UID RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS (From To Cc Bcc Subject Date Message-ID Priority X-Priority References Newsgroups "
    b"In-Reply-To Content-Type Reply-To)])"
)
COMMANDS: Final = (
    ("SELECT", b"SELECT INBOX"),
    ("FETCH 1:* (UID FLAGS)", b"FETCH 1:* (UID FLAGS)"),
    ("FETCH 1:* BODY.PEEK[HEADER]", b"FETCH 1:* BODY.PEEK[HEADER]"),
    ("FETCH 1:* (UID RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS (...)])", b"FETCH 1:* " + _THUNDERBIRD),
    ("FETCH 1:* (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)", b"FETCH 1:* (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)"),
    ("FETCH 1:* BODYSTRUCTURE", b"FETCH 1:* BODYSTRUCTURE"),
    ("FETCH 1:* BODY.PEEK[]", b"FETCH 1:* BODY.PEEK[]"),
    ("SEARCH SUBJECT", b'SEARCH SUBJECT "quarterly budget"'),
    ("SEARCH BODY", b'SEARCH BODY "no such phrase"'),
    ("NOOP", b"NOOP"),
)
_WORDS: Final = [
    "quarterly",
    "budget",
    "report",
    "meeting",
    "project",
    "delegate",
    "mailbox",
    "access",
    "invoice",
    "contract",
    "summer",
    "plan",
    "lunch",
    "draft",
    "offer",
    "travel",
    "schedule",
    "holiday",
    "review",
    "team",
    "customer",
    "printer",
    "helpdesk",
    "ticket",
]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the result: each server's value, and ours by Dovecot's."""

    name: str
    unit: str
    delegacy: float
    dovecot: float | None

    @property
    def ratio(self) -> float | None:
        """Return our value by Dovecot's; None without Dovecot."""
        return None if not self.dovecot else self.delegacy / self.dovecot


def main() -> None:
    """Measure, print, and write JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--sessions", type=int, default=100, help="sessions that idle while memory is measured")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--without-dovecot", action="store_true")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        peers = [stack.enter_context(delegacy_server(stack.enter_context(scratch())))]
        if not arguments.without_dovecot and has_dovecot():
            peers.append(stack.enter_context(dovecot_server(stack.enter_context(scratch()))))
        rows = measure(peers, arguments.messages, arguments.rounds, arguments.sessions)
    print(table(rows))
    if arguments.json:
        arguments.json.write_text(json.dumps(_document(arguments, rows), indent=2) + "\n", encoding="utf-8")


def measure(peers: Sequence[Peer], messages: int, rounds: int, sessions: int) -> list[Row]:
    """Return every row."""
    letters = [letter(number) for number in range(messages)]
    print(f"{messages:,} messages, {sum(map(len, letters)) / 1e6:.1f} MB", file=sys.stderr)
    rows = [_row("APPEND, while filling", "/s", [_filling_rate(peer, letters) for peer in peers])]
    connections = [Connection(peer) for peer in peers]
    for connection in connections:
        connection.ask(b"SELECT INBOX")
    for name, command in COMMANDS:
        rows.append(_row(name, "ms", _medians([_asking(connection, command) for connection in connections], rounds)))
    rows.append(_row("NOOP of another session during a big FETCH, worst", "ms", [_worst_noop(peer) for peer in peers]))
    small = letter(messages, 1024)
    appenders = [_appending(connection, small) for connection in connections]
    rows.append(_row("APPEND 1 KB", "/s", [100_000 / median for median in _medians(appenders, rounds)]))
    for connection in connections:
        connection.close()
    rows.append(_row(f"memory, {sessions} IDLE sessions", "MB", [_memory_of_idle(peer, sessions) for peer in peers]))
    return rows


def letter(number: int, size: int | None = None) -> bytes:
    """Return a message as mail servers pass them on, of about 4 KB if no size is given; each is different."""
    dice = random.Random(number)
    subject = " ".join(dice.choices(_WORDS, k=5))
    header = f"""Return-Path: <user{number % 50}@contoso.com>
Received: from mail{number % 7}.contoso.com (mail{number % 7}.contoso.com [192.0.2.{number % 250}])
\tby mx.contoso.com with ESMTPS id {number:08x}
\tfor <administrator@contoso.com>; Mon, 2 Mar 2026 08:00:00 +0000
Received: from client (host [192.0.2.1]) by mail.contoso.com with ESMTPSA id {number:09x}; Mon, 2 Mar 2026 07:59:59 +0000
Message-ID: <{number}.{size or 0}@contoso.com>
Date: Mon, 2 Mar 2026 07:59:58 +0000
From: Sender {number % 50} <user{number % 50}@contoso.com>
To: Administrator <administrator@contoso.com>
Cc: Terry Adams <terrya@contoso.com>, Ayla Kol <ayla@contoso.com>
Subject: {subject} {number}
References: <{number - 1}.0@contoso.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

"""
    wanted = (size or dice.choice((1500, 3000, 4500, 8000))) - len(header)
    lines: list[str] = []
    while wanted > 0:
        lines.append(" ".join(dice.choices(_WORDS, k=10)))
        wanted -= len(lines[-1]) + 2
    return (header + "\n".join(lines) + "\n").replace("\n", "\r\n").encode("ascii")


def table(rows: Sequence[Row]) -> str:
    """Return the rows as text."""
    width = max(len(row.name) for row in rows)
    lines = [f"{'':<{width}}  {'Delegacy':>12}  {'Dovecot':>12}  {'ratio':>6}"]
    for row in rows:
        theirs = "" if row.dovecot is None else f"{row.dovecot:,.1f} {row.unit}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        lines.append(f"{row.name:<{width}}  {f'{row.delegacy:,.1f} {row.unit}':>12}  {theirs:>12}  {ratio:>6}".rstrip())
    return "\n".join(lines)


def _row(name: str, unit: str, values: Sequence[float]) -> Row:
    row = Row(name, unit, values[0], values[1] if len(values) > 1 else None)
    print(f"{name}: {', '.join(f'{value:.1f} {unit}' for value in values)}", file=sys.stderr)
    return row


def _filling_rate(peer: Peer, letters: Sequence[bytes]) -> float:
    connection = Connection(peer)
    begun = time.perf_counter()
    for message in letters:
        connection.append(message)
    rate = len(letters) / (time.perf_counter() - begun)
    connection.close()
    return rate


def _asking(connection: Connection, command: bytes) -> Callable[[], object]:
    return lambda: connection.ask(command)


def _appending(connection: Connection, message: bytes) -> Callable[[], object]:
    def append_a_hundred() -> None:
        for _ in range(100):
            connection.append(message)

    return append_a_hundred


def _medians(calls: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Return the median milliseconds of each call; they take turns."""
    times: list[list[float]] = [[] for _ in calls]
    for call in calls:
        call()
    gc.collect()
    for _ in range(rounds):
        for call, spent in zip(calls, times, strict=True):
            begun = time.perf_counter()
            call()
            spent.append((time.perf_counter() - begun) * 1000)
    return [statistics.median(spent) for spent in times]


def _worst_noop(peer: Peer) -> float:
    """Return the milliseconds of the slowest NOOP while another session fetches all headers, over and over."""
    context = multiprocessing.get_context("fork")
    started, done = context.Event(), context.Event()
    reader = context.Process(target=_fetch_headers, args=(peer, started, done))
    connection = Connection(peer)
    reader.start()
    started.wait()
    worst = 0.0
    for _ in range(200):
        begun = time.perf_counter()
        connection.ask(b"NOOP")
        worst = max(worst, (time.perf_counter() - begun) * 1000)
        time.sleep(0.005)
    done.set()
    reader.join()
    connection.close()
    return worst


def _fetch_headers(
    peer: Peer, started: multiprocessing.synchronize.Event, done: multiprocessing.synchronize.Event
) -> None:
    connection = Connection(peer)
    connection.ask(b"SELECT INBOX")
    started.set()
    while not done.is_set():
        connection.ask(b"FETCH 1:* BODY.PEEK[HEADER]")


def _memory_of_idle(peer: Peer, sessions: int) -> float:
    """Return the megabytes that all processes of a server take while so many sessions idle in the big folder."""
    connections = [Connection(peer) for _ in range(sessions)]
    for connection in connections:
        connection.ask(b"SELECT INBOX")
        connection.idle()
    time.sleep(1)
    taken = memory(peer)
    for connection in connections:
        connection.close()
    return taken


def _document(arguments: argparse.Namespace, rows: Sequence[Row]) -> dict[str, object]:
    return {
        "environment": {
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "processors": os.cpu_count(),
        },
        "messages": arguments.messages,
        "rounds": arguments.rounds,
        "rows": [{**asdict(row), "ratio": row.ratio} for row in rows],
    }


if __name__ == "__main__":
    main()
