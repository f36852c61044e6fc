import pytest

from delegacy.wire.imap.reader import CommandReader, CommandText, Incoming, Limits, Literal, LiteralInvited, Refused

BEFORE_LOGIN = Limits(line=100, literal=20, message=0, literals=2)
AFTER_LOGIN = Limits(line=200, literal=20, message=1000, literals=3)
INVITED = LiteralInvited()


def read(data: bytes, limits: Limits = AFTER_LOGIN) -> list[Incoming]:
    reader = CommandReader(limits)
    reader.feed(data)
    incoming = []
    while (one := reader.next_command()) is not None:
        incoming.append(one)
    return incoming


def test_a_line_is_a_command() -> None:
    assert read(b"a NOOP\r\nb NOOP\r\nc NO") == [CommandText(b"a NOOP"), CommandText(b"b NOOP")]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_it_does_not_matter_how_bytes_arrive(size: int) -> None:
    data = b"a LOGIN {3+}\r\nb\r\n {2}\r\n\r\n\r\nb APPEND x {4+}\r\n\0\xff\r\n\r\nc NOOP\r\n"
    reader = CommandReader(AFTER_LOGIN)
    incoming = []
    for start in range(0, len(data), size):
        reader.feed(data[start : start + size])
        while (one := reader.next_command()) is not None:
            incoming.append(one)
    assert incoming == [
        INVITED,
        CommandText(b"a LOGIN {3+} {2}", (Literal(8, b"b\r\n", binary=False), Literal(13, b"\r\n", binary=False))),
        CommandText(b"b APPEND x {4+}", (Literal(11, b"\0\xff\r\n", binary=False),)),
        CommandText(b"c NOOP"),
    ]


def test_a_client_that_waits_is_invited_to_send_its_literal() -> None:
    reader = CommandReader(AFTER_LOGIN)
    reader.feed(b"a LOGIN {2}\r\n")
    assert reader.next_command() == INVITED
    assert reader.next_command() is None
    reader.feed(b"xy z\r\n")
    assert reader.next_command() == CommandText(b"a LOGIN {2} z", (Literal(8, b"xy", binary=False),))


def test_a_literal8_is_told_from_a_literal() -> None:
    assert read(b"a X ~{1+}\r\n\0\r\n") == [CommandText(b"a X ~{1+}", (Literal(4, b"\0", binary=True),))]


def test_braces_elsewhere_are_text() -> None:
    assert read(b'a X {3} "{3}"\r\n') == [CommandText(b'a X {3} "{3}"')]


@pytest.mark.parametrize(
    "data",
    [
        b"a NOOP\n",
        b"a NO\rOP\r\n",
        b"a NO\0OP\r\n",
        b"x" * 300,
        b"a " + b"x" * 300 + b"\r\n",
        b"a X {10+}\r\n0123456789" + b"x" * 195 + b"\r\n",
    ],
)
def test_what_cannot_be_a_line_ends_the_conversation(data: bytes) -> None:
    *_, last = read(data)
    assert isinstance(last, Refused)
    assert last.fatal
    reader = CommandReader(AFTER_LOGIN)
    reader.feed(data)
    while reader.next_command() is not None:
        pass
    reader.feed(b"b NOOP\r\n")
    assert reader.next_command() is None
    assert reader.next_line() is None


def test_a_literal_that_waits_and_is_too_large_is_not_invited() -> None:
    refused, after = read(b"a LOGIN {21}\r\nb NOOP\r\n")
    assert refused == Refused("a", "Literal too large")
    assert after == CommandText(b"b NOOP")


def test_a_message_may_be_larger_than_another_literal() -> None:
    assert read(b"a APPEND x {1000}\r\n") == [INVITED]
    assert read(b"a append x {1000}\r\n") == [INVITED]
    assert read(b"a APPEND x {1001}\r\n") == [Refused("a", "Literal too large", too_big=True)]
    assert read(b"a SEARCH TEXT {1000}\r\n") == [Refused("a", "Literal too large")]


def test_before_login_nothing_is_appended_and_a_large_literal_ends_the_conversation() -> None:
    assert read(b"a APPEND x {1}\r\n", BEFORE_LOGIN) == [Refused("a", "Literal too large", too_big=True)]
    assert read(b"a LOGIN {20+}\r\n", BEFORE_LOGIN) == []
    (refused,) = read(b"a LOGIN {21+}\r\nb NOOP\r\n", BEFORE_LOGIN)
    assert refused == Refused("a", "Literal too large", fatal=True)


def test_a_large_message_that_comes_uninvited_is_thrown_away() -> None:
    data = b"a APPEND x {5000+}\r\n" + b"y" * 5000 + b"\r\nb NOOP\r\n"
    assert read(data) == [Refused("a", "Literal too large", too_big=True), CommandText(b"b NOOP")]


def test_what_follows_a_large_message_is_thrown_away_with_it() -> None:
    data = b"a APPEND x {5000+}\r\n" + b"y" * 5000 + b" {30+}\r\n" + b"z" * 30 + b" {3}\r\nb NOOP\r\n"
    assert read(data) == [Refused("a", "Literal too large", too_big=True), CommandText(b"b NOOP")]


def test_thrown_away_octets_take_no_room() -> None:
    reader = CommandReader(AFTER_LOGIN)
    reader.feed(b"a APPEND x {999999999999+}\r\n")
    for _ in range(100):
        reader.feed(b"y" * 10_000)
        assert reader.next_command() is None
        assert not reader.is_full


def test_literals_are_counted() -> None:
    data = b"a X" + b" {1+}\r\nx" * 4 + b"\r\nb NOOP\r\n"
    assert read(data) == [Refused("a", "Too many literals"), CommandText(b"b NOOP")]


def test_a_refusal_without_a_tag_has_none() -> None:
    assert read(b"( {99}\r\n") == [Refused(None, "Literal too large")]


def test_a_reader_says_when_it_has_enough() -> None:
    reader = CommandReader(AFTER_LOGIN)
    reader.feed(b"a APPEND x {1000+}\r\n" + b"x" * 900)
    assert reader.next_command() is None
    assert not reader.is_full
    reader.feed(b"x" * 100 + b"\r\n" + b"b NOOP\r\n" * 100)
    assert reader.next_command() is not None
    assert reader.is_full


def test_a_line_that_is_no_command_can_be_read() -> None:
    reader = CommandReader(AFTER_LOGIN)
    reader.feed(b"DONE {3}\r\nrest")
    assert reader.next_line() == b"DONE {3}"
    assert reader.next_line() is None
    reader.feed(b"x" * 300)
    refused = reader.next_line()
    assert isinstance(refused, Refused)
    assert refused.fatal


def test_limits_can_be_widened_on_the_way() -> None:
    reader = CommandReader(BEFORE_LOGIN)
    reader.feed(b"a LOGIN x y\r\nb " + b"x" * 90)
    assert reader.next_command() == CommandText(b"a LOGIN x y")
    reader.limits = AFTER_LOGIN
    reader.feed(b"x" * 90 + b"\r\n")
    assert reader.next_command() == CommandText(b"b " + b"x" * 180)
