import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delegacy.mail.smtp_reader import SmtpReader, UnusableContent

LARGEST = 2000


def read(chunks: Sequence[bytes], largest: int = LARGEST) -> tuple[bytes | UnusableContent, bytes]:
    """Return the content that a peer sends in these chunks, and the line after it."""

    async def scenario() -> tuple[bytes | UnusableContent, bytes]:
        stream = asyncio.StreamReader()
        reader = SmtpReader(stream, 1001)

        async def send() -> None:
            for chunk in chunks:
                stream.feed_data(chunk)
                await asyncio.sleep(0)
            stream.feed_eof()

        sending = asyncio.create_task(send())
        try:
            content = await reader.read_content(largest)
            return content, await reader.readuntil()
        finally:
            await sending

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("sent", "content"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"a\r\n.\r\n", b"a\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b".a\r\n..\r\n.b.\r\n.\r\n", b"a\r\n.\r\nb.\r\n"),
        (b"a\r\n\r\n\r\n.\r\n", b"a\r\n\r\n\r\n"),
        (b"a\n.\nb\r\n.\r\n", b"a\n.\nb\r\n"),
        (b"a\r.\rb\r\n.\r\n", b"a\r.\rb\r\n"),
        (b"a\n.\r\nb\r\n.\r\n", b"a\n.\r\nb\r\n"),
        (b"a\r\n.\nb\r\n.\r\n", b"a\r\n\nb\r\n"),
        (b"a\r\n.\rb\r\n.\r\n", b"a\r\n\rb\r\n"),
        (b"a\r\n. \r\n.\r\n", b"a\r\n \r\n"),
        (b"\x00\xff\r\n.\r\n", b"\x00\xff\r\n"),
    ],
)
def test_content_ends_at_a_line_of_one_dot_and_nowhere_else(sent: bytes, content: bytes) -> None:
    whole = [sent + b"NOOP\r\n"]
    octets = [bytes([octet]) for octet in sent + b"NOOP\r\n"]
    assert read(whole) == read(octets) == (content, b"NOOP\r\n")


def test_content_that_is_too_large_is_read_to_its_end_and_not_kept() -> None:
    exactly = b"a" * 998 + b"\r\n" + b"b" * 998 + b"\r\n"
    assert read([exactly + b".\r\nNOOP\r\n"]) == (exactly, b"NOOP\r\n")
    assert read([exactly + b"c\r\n.\r\nNOOP\r\n"]) == (UnusableContent.TOO_LARGE, b"NOOP\r\n")
    assert read([b"x\r\n" * 1000] * 50 + [b".\r\nNOOP\r\n"]) == (UnusableContent.TOO_LARGE, b"NOOP\r\n")
    assert read([b"x" * 100_000, b"\r\n", b".\r", b"\nNOOP\r\n"]) == (UnusableContent.TOO_LARGE, b"NOOP\r\n")


def test_a_line_has_a_thousand_octets_and_its_dot() -> None:
    assert read([b"." + b"a" * 998 + b"\r\n.\r\nNOOP\r\n"]) == (b"a" * 998 + b"\r\n", b"NOOP\r\n")
    assert read([b"a" * 1000 + b"\r\n.\r\nNOOP\r\n"]) == (UnusableContent.LINE_TOO_LONG, b"NOOP\r\n")
    assert read([b"a\r\n" + b"b" * 1500 + b"\r\n.\r\nNOOP\r\n"]) == (UnusableContent.LINE_TOO_LONG, b"NOOP\r\n")


def test_a_peer_that_leaves_in_the_middle_has_sent_nothing() -> None:
    with pytest.raises(asyncio.IncompleteReadError):
        read([b"From: a@b.c\r\n\r\nbody\r\n"])


def test_a_large_message_arrives_whole() -> None:
    content = b"..dot\r\nline\r\n" * 100_000
    assert read([content, b".\r\nNOOP\r\n"], len(content)) == (content.replace(b"..dot", b".dot"), b"NOOP\r\n")


@given(
    st.lists(st.sampled_from([b"\r", b"\n", b".", b"a", b"\r\n", b"\r\n."]), max_size=12).map(b"".join),
    st.lists(st.integers(1, 4), min_size=1, max_size=30),
)
def test_however_it_is_cut_the_content_is_the_same(sent: bytes, sizes: list[int]) -> None:
    octets = b"x" + sent + b"\r\n.\r\nNOOP\r\n"
    chunks, position = [], 0
    for size in [*sizes, len(octets)]:
        chunks.append(octets[position : position + size])
        position += size
    assert read([chunk for chunk in chunks if chunk]) == read([octets])


@given(st.binary(max_size=200))
def test_what_is_stuffed_comes_back(content: bytes) -> None:
    lines = content.replace(b"\r", b"").replace(b"\n", b"\r\n") + b"\r\n"
    stuffed = (b"\r\n" + lines).replace(b"\r\n.", b"\r\n..")[2:]
    assert read([stuffed + b".\r\nNOOP\r\n"]) == (lines, b"NOOP\r\n")


def test_command_lines_are_bounded() -> None:
    async def scenario() -> None:
        stream = asyncio.StreamReader()
        reader = SmtpReader(stream, 1001)
        stream.feed_data(b"NOOP\r\n" + b"x" * 2000 + b"\r\nQUIT\r\n")
        stream.feed_eof()
        assert await reader.readuntil() == b"NOOP\r\n"
        with pytest.raises(asyncio.LimitOverrunError) as caught:
            await reader.readuntil()
        assert len(await reader.read(caught.value.consumed)) == caught.value.consumed
        rest = b""
        while not rest.endswith(b"\n"):
            rest += await reader.read(1)
        assert await reader.readuntil() == b"QUIT\r\n"
        with pytest.raises(asyncio.IncompleteReadError):
            await reader.readuntil()

    asyncio.run(scenario())
