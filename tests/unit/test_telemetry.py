import io
import json
import logging
from collections.abc import Iterator

import pytest

from delegacy.domain.errors import InvalidInput, StoreError, StoreUnavailable
from delegacy.telemetry import configure_logging


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(InvalidInput):
        configure_logging("loud")


def test_secrets_are_masked_in_both_formats() -> None:
    for plain in (True, False):
        lines = io.StringIO()
        configure_logging("info", plain=plain, stream=lines)
        logging.getLogger("x").info("hello", extra={"password": "hunter2", "account": "terrya"})
        assert "hunter2" not in lines.getvalue()
        assert "terrya" in lines.getvalue()


def test_what_a_peer_sent_cannot_begin_a_line_or_drive_a_terminal() -> None:
    lines = io.StringIO()
    configure_logging("info", plain=True, stream=lines)
    logging.getLogger("x").info("hello", extra={"account": "a\r\nforged\x1b[2J"})
    assert lines.getvalue().count("\n") == 1
    assert "\x1b" not in lines.getvalue()


def fail(text: str) -> None:
    raise ValueError(text)


def test_what_a_peer_sent_drives_no_terminal_in_a_traceback_or_in_json_either() -> None:
    for plain in (True, False):
        lines = io.StringIO()
        configure_logging("info", plain=plain, stream=lines)
        try:
            fail("a\x1b[2J\x9b2J\u2028forged")
        except ValueError:
            logging.getLogger("x").exception("failed", extra={"account": "a\x9b2J\u2028"})
        assert "ValueError" in lines.getvalue()
        assert not set("\x1b\x9b\u2028") & set(lines.getvalue())


@pytest.mark.parametrize("plain", [True, False])
def test_what_befalls_every_site_has_its_reason_and_no_traceback(plain: bool) -> None:  # noqa: FBT001 - a parameter of the test
    lines = io.StringIO()
    configure_logging("info", plain=plain, stream=lines)
    for error in (StoreUnavailable("The database is away."), StoreError("The database refused: x."), ValueError("y")):
        try:
            raise error
        except (StoreError, ValueError):
            logging.getLogger("x").exception("failed")
    away, *rest = lines.getvalue().splitlines()
    assert "The database is away." in away
    assert "Traceback" not in away
    assert "\n".join(rest).count("Traceback") == 2


def test_text_that_no_encoding_holds_is_logged_all_the_same() -> None:
    for plain in (True, False):
        raw = io.BytesIO()
        lines = io.TextIOWrapper(raw, encoding="ascii", errors="backslashreplace", write_through=True)
        configure_logging("info", plain=plain, stream=lines)
        logging.getLogger("x").info("hello", extra={"account": "Björk \udcff"})
        assert raw.getvalue().endswith(b"\n")
        if not plain:
            assert json.loads(raw.getvalue())["account"] == "Björk \udcff"


def test_a_json_line_is_one_object() -> None:
    lines = io.StringIO()
    configure_logging("info", plain=False, stream=lines)
    logging.getLogger("x").warning("two\nlines", extra={"reason": "because"})
    line = json.loads(lines.getvalue())
    assert (line["event"], line["level"], line["reason"]) == ("two\nlines", "warning", "because")
