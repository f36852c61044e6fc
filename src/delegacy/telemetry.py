"""Logging: structured lines, JSON or plain, with secrets masked. Nobody else configures logging."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Final, TextIO

from delegacy.domain.errors import DelegacyError, InvalidInput, StoreFull, StoreUnavailable

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_SECRET_NAMES: Final = re.compile(r"password|secret|credential|authorization|token", re.IGNORECASE)
_EXPECTED: Final = (InvalidInput, StoreUnavailable, StoreFull)
_MASK: Final = "(hidden)"


def configure_logging(level: str, *, plain: bool | None = None, stream: TextIO | None = None) -> None:
    """Send every log line to ``stream`` (standard error by default), plain or as JSON; by default plain on a terminal.

    Raises ``InvalidInput`` for a level that is none.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise InvalidInput(f"There is no log level '{level}'. Use debug, info, warning or error.", level)
    target = sys.stderr if stream is None else stream
    handler = logging.StreamHandler(target)
    handler.setFormatter(PlainLines() if (target.isatty() if plain is None else plain) else JsonLines())
    logging.basicConfig(level=number, handlers=[handler], force=True)
    for chatty in ("mail.log", "uvicorn", "asyncio"):
        logging.getLogger(chatty).setLevel(max(number, logging.WARNING))


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, object] = {
            "time": _moment(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "source": record.name,
            "event": record.getMessage(),
            **_details(record),
        }
        if record.exc_info and not _expected(record):
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)  # ASCII only: right in any locale, and nothing in it drives a terminal


class PlainLines(logging.Formatter):
    """A line for reading on a terminal; what a peer sent can't break out of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        details = "".join(f"  {name}={_printable(value)}" for name, value in _details(record).items())
        line = f"{_moment(record):%H:%M:%S} {record.levelname.lower():7} {_printable(record.getMessage())}{details}"
        if not record.exc_info or _expected(record):
            return line
        return "\n".join((line, *map(_printable, self.formatException(record.exc_info).splitlines())))


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, tz=UTC)


def _details(record: logging.LogRecord) -> dict[str, object]:
    details = {
        name: _MASK if _SECRET_NAMES.search(name) else value
        for name, value in vars(record).items()
        if name not in _STANDARD
    }
    error = _expected(record)
    return details if error is None else details | {"reason": error.message}


def _expected(record: logging.LogRecord) -> DelegacyError | None:
    """Return the error of a record if it is one that befalls every site: where it was raised then tells nobody anything."""
    error = record.exc_info[1] if record.exc_info else None
    return error if isinstance(error, _EXPECTED) else None


def _printable(value: object) -> str:
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in str(value))
