from base64 import b64encode

import pytest

from delegacy.wire.sasl import (
    LONGEST_LINE,
    Challenge,
    Credentials,
    LoginExchange,
    PlainExchange,
    SaslCancelled,
    SaslError,
    begin_exchange,
)


def test_plain_with_an_initial_response() -> None:
    assert PlainExchange().start(b64encode(b"\0raymonds\0secret")) == Credentials("raymonds", "secret")


def test_plain_with_an_authorization_identity() -> None:
    credentials = PlainExchange().start(b64encode("terry@contoso.com\0CONTOSO\\raymonds\0påss".encode()))
    assert credentials == Credentials("CONTOSO\\raymonds", "påss", "terry@contoso.com")


def test_plain_in_two_steps() -> None:
    exchange = PlainExchange()
    assert exchange.start(None) == Challenge("")
    assert exchange.respond(b64encode(b"\0raymonds\0secret")) == Credentials("raymonds", "secret")


def test_login_asks_for_name_and_password() -> None:
    exchange = LoginExchange()
    assert exchange.start(None) == Challenge("VXNlcm5hbWU6")
    assert exchange.respond(b64encode(b"raymonds")) == Challenge("UGFzc3dvcmQ6")
    assert exchange.respond(b64encode(b"secret")) == Credentials("raymonds", "secret")


def test_login_takes_the_name_with_the_command() -> None:
    exchange = LoginExchange()
    assert exchange.start(b64encode(b"raymonds")) == Challenge("UGFzc3dvcmQ6")
    assert exchange.respond(b64encode(b"secret")) == Credentials("raymonds", "secret")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"=",
        b"!!!!",
        b"AHJheQBzZWNyZXQ",
        b"AHJheQBzZWNyZXR=",
        b" AHJheQBzZWNyZXQ=",
        b"AHJheQ BzZWNyZXQ=",
        b"AHJheQBzZWNyZXQ=\r\n",
        b"AHJheQBzZWNyZXQ==",
        b"AHJheQBzZWNyZXQ=AHJheQ==",
        b64encode(b"raymonds\0secret"),
        b64encode(b"\0raymonds\0secret\0"),
        b64encode(b"a\0\0secret"),
        b64encode(b"a\0raymonds\0"),
        b64encode(b"\0\xff\0secret"),
        b64encode(b"\0raymonds\0" + b"x" * 1025),
        b64encode(b"\0" + b"x" * 1025 + b"\0secret"),
        b"A" * (LONGEST_LINE + 4),
    ],
)
def test_what_is_no_plain_message_is_refused(line: bytes) -> None:
    with pytest.raises(SaslError):
        PlainExchange().start(line)
    with pytest.raises(SaslError):
        PlainExchange().respond(line)


@pytest.mark.parametrize("line", [b"", b"\xff", b64encode(b"\xff"), b64encode(b"a\0b"), b64encode(b"x" * 1025)])
def test_login_refuses_bad_passwords_and_names(line: bytes) -> None:
    exchange = LoginExchange()
    exchange.start(b64encode(b"raymonds"))
    with pytest.raises(SaslError):
        exchange.respond(line)


def test_login_refuses_an_empty_name() -> None:
    exchange = LoginExchange()
    exchange.start(b"=")
    with pytest.raises(SaslError):
        exchange.respond(b64encode(b"secret"))


def test_a_client_may_give_up() -> None:
    for exchange in (PlainExchange(), LoginExchange()):
        exchange.start(None)
        with pytest.raises(SaslCancelled):
            exchange.respond(b"*")


def test_only_two_mechanisms_are_offered() -> None:
    assert isinstance(begin_exchange("plain"), PlainExchange)
    assert isinstance(begin_exchange("LOGIN"), LoginExchange)
    assert begin_exchange("CRAM-MD5") is None


def test_the_password_is_not_printed() -> None:
    assert "secret" not in repr(Credentials("raymonds", "secret"))
