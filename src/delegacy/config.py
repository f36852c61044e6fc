"""Settings: a TOML file, then ``DELEGACY_*`` variables, then command line flags, in rising order; unknown keys are errors.

Every setting is one field of ``Settings``. Its key in the file is in the field's metadata (``http.port`` is ``port`` in the table
``[http]``), its variable is the key in capitals (``DELEGACY_HTTP_PORT``). Read once by the composition root, and never below it.
"""

import dataclasses
import ipaddress
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final

from delegacy.domain.address import SmtpAddress
from delegacy.domain.errors import InvalidInput

VARIABLE_PREFIX: Final = "DELEGACY_"
OTHER_VARIABLES: Final = MappingProxyType(
    {
        "DELEGACY_ADMIN_PASSWORD": "The administrator's password for `delegacy init`, in place of the question.",
        "DELEGACY_DEMO_PASSWORD": "The password of every account of the demo organization; `delegacy` if it is not set.",
        "DELEGACY_CONFIG": "The configuration file, in place of `--config`.",
    }
)
"""Variables of ours that are no settings."""

_HIGHEST_PORT: Final = 65535
_HIGHEST_COUNT: Final = 2**31 - 1

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
ListeningPort = Annotated[int, "a port; 0 picks a free one"]
PeerPort = Annotated[int, "a port"]
Count = Annotated[int, "a whole number from 1"]
DatabaseUrl = Annotated[str, "a PostgreSQL URL"]
HostName = Annotated[str, "a name or an address"]
ServerName = Annotated[str, "a name"]
Drives = Annotated[tuple[tuple[str, Path], ...], "letters with folders"]


class InvalidConfiguration(InvalidInput):
    """A setting that is unknown or cannot be right."""

    error_id = "InvalidConfiguration"


class LogLevel(Enum):
    """Which log lines are written: those of this level and above."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(Enum):
    """How log lines look."""

    AUTO = "auto"
    JSON = "json"
    PLAIN = "plain"


class SmarthostSecurity(Enum):
    """How the connection to the smarthost is protected."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


def _setting(key: str, text: str, *, default: object) -> Any:  # noqa: ANN401 - stands for a value of the field's own type
    return dataclasses.field(default=default, metadata={"key": key, "help": text})


def default_data_directory() -> Path:
    """Return the user's data directory for Delegacy (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_DATA_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "share") / "delegacy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be configured. Sizes are in octets, times in seconds."""

    data: Path = _setting("data", "The data directory; the user's data directory by default.", default=None)
    database: DatabaseUrl = _setting(
        "database", "A PostgreSQL URL, postgresql://user@host/name; SQLite in the data directory if empty.", default=""
    )
    host: HostName = _setting("host", "The address that all services listen on.", default="127.0.0.1")
    server_name: ServerName = _setting(
        "server_name",
        "The name that the mail services greet with; dc01 in the organization's domain if empty.",
        default="",
    )
    http_port: ListeningPort = _setting("http.port", "The port for HTTP.", default=8080)
    submission_port: ListeningPort = _setting("submission.port", "The port for mail submission over TLS.", default=8465)
    imap_port: ListeningPort = _setting("imap.port", "The port for IMAP over TLS.", default=8993)
    smtp_port: ListeningPort = _setting("smtp.port", "The port for incoming mail.", default=8025)
    smtp_trusted_networks: tuple[Network, ...] = _setting(
        "smtp.trusted_networks", "Peers that may send with our own addresses without signing in.", default=()
    )
    smtp_allow_local_header_from: bool = _setting(
        "smtp.allow_local_header_from",
        "Accept incoming mail whose From is one of ours, as mailing lists send it back.",
        default=False,
    )
    tls_certificate: Path | None = _setting(
        "tls.certificate", "The certificate chain (PEM); one of a local CA if not given.", default=None
    )
    tls_key: Path | None = _setting("tls.key", "The certificate's private key (PEM).", default=None)
    smarthost_host: str = _setting(
        "smarthost.host", "The server that mail to other domains is handed to; refused if empty.", default=""
    )
    smarthost_port: PeerPort = _setting("smarthost.port", "The smarthost's port.", default=587)
    smarthost_security: SmarthostSecurity = _setting(
        "smarthost.security", "starttls, implicit, or none (on loopback only).", default=SmarthostSecurity.STARTTLS
    )
    smarthost_username: str = _setting(
        "smarthost.username", "The name to sign in to the smarthost with; no sign-in if empty.", default=""
    )
    smarthost_password_file: Path | None = _setting(
        "smarthost.password_file", "A file whose first line is the smarthost's password.", default=None
    )
    limits_message_size: Count = _setting("limits.message_size", "The largest message.", default=36 * 1024 * 1024)
    limits_recipients: Count = _setting("limits.recipients", "The most recipients of one message.", default=500)
    limits_connections: Count = _setting("limits.connections", "The most connections to one service.", default=1000)
    limits_connections_per_address: Count = _setting(
        "limits.connections_per_address", "The most connections of one peer to one service.", default=100
    )
    shell_drives: Drives = _setting(
        "shell.drives",
        'Folders that stand for drives in paths like C:\\Temp: a table, or "C=/srv/exports,D=/mnt" in the variable.',
        default=(),
    )
    log_level: LogLevel = _setting("log.level", "debug, info, warning or error.", default=LogLevel.INFO)
    log_format: LogFormat = _setting("log.format", "json, plain, or auto: plain on a terminal.", default=LogFormat.AUTO)

    def __post_init__(self) -> None:
        if self.data is None:
            object.__setattr__(self, "data", default_data_directory())
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise InvalidConfiguration("tls.certificate and tls.key must be given together.", "tls")
        if self.smarthost_username and self.smarthost_password_file is None:
            raise InvalidConfiguration("smarthost.username needs smarthost.password_file.", "smarthost.password_file")
        if self.smarthost_security is SmarthostSecurity.NONE and not _is_loopback(self.smarthost_host):
            raise InvalidConfiguration(
                f"smarthost.security can be none on loopback only, and {self.smarthost_host} is elsewhere. Use starttls or implicit.",
                "smarthost.security",
            )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in ("", "localhost")


def keys() -> Mapping[str, "dataclasses.Field[Any]"]:
    """Return the fields of ``Settings`` by their keys."""
    return MappingProxyType({field.metadata["key"]: field for field in dataclasses.fields(Settings)})


def variable(key: str) -> str:
    """Return the environment variable of a key, ``DELEGACY_HTTP_PORT``."""
    return VARIABLE_PREFIX + key.replace(".", "_").upper()


def load_settings(file: Path | None, environment: Mapping[str, str], flags: Mapping[str, object]) -> Settings:
    """Return the settings of a file (if any), the environment and the command line's flags (by key; None where not given).

    Raises ``InvalidConfiguration`` for what is unknown, unreadable or out of range.
    """
    values: dict[str, object] = {}
    if file is not None:
        values |= _from_file(file)
    values |= _from_environment(environment)
    values |= {key: value for key, value in flags.items() if value is not None}
    known = keys()
    arguments: dict[str, Any] = {}
    for key, value in values.items():
        if key not in known:
            raise InvalidConfiguration(
                f"There is no setting '{key}'. The settings are: {', '.join(sorted(known))}.", key
            )
        arguments[known[key].name] = _convert(key, known[key].type, value)
    return Settings(**arguments)


def _from_file(file: Path) -> dict[str, object]:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidConfiguration(
            f"The configuration file {file} can't be read: {error.strerror}.", str(file)
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidConfiguration(f"The configuration file {file} isn't TOML: {error}.", str(file)) from None
    values: dict[str, object] = {}
    for key, value in document.items():
        if isinstance(value, dict):
            values |= {f"{key}.{name}": item for name, item in value.items()}
        else:
            values[key] = value
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    by_variable = {variable(key): key for key in keys()}
    values: dict[str, object] = {}
    for name, value in environment.items():
        if not name.startswith(VARIABLE_PREFIX) or name in OTHER_VARIABLES:
            continue
        if name not in by_variable:
            raise InvalidConfiguration(
                f"There is no variable {name}. The settings' variables are: {', '.join(sorted(by_variable))}.", name
            )
        values[by_variable[name]] = value
    return values


def _convert(key: str, kind: object, value: object) -> object:
    try:
        return _CONVERSIONS[kind](value)
    except (ValueError, TypeError) as error:
        if kind is DatabaseUrl:  # it may hold a password
            raise InvalidConfiguration(f"The setting '{key}' isn't right: {error}.", key) from None
        raise InvalidConfiguration(f"The setting '{key}' can't be '{value}': {str(error).rstrip('.')}.", key) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("it must be text")
    return value


def _host(value: object) -> str:
    text = _text(value).strip()
    if not text:
        raise ValueError("it is empty; every address is 0.0.0.0, or :: with IPv6")
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError("it is neither a name nor an address")
    return text


def _server_name(value: object) -> str:
    if text := _text(value):
        SmtpAddress("postmaster", text)  # a name as mail has it, or an error that says why not
    return text


def _database(value: object) -> str:
    if (text := _text(value)) and not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("a database is given as postgresql://user@host/name; without one, SQLite is used")
    return text


def _whole_number(value: object, lowest: int, highest: int) -> int:
    if isinstance(value, str) and value.isascii() and value.strip().isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("it must be a whole number")
    if not lowest <= value <= highest:
        raise ValueError(f"it must be from {lowest} to {highest}")
    return value


def _word(words: type[Enum]) -> Callable[[object], Enum]:
    def chosen(value: object) -> Enum:
        if value not in [word.value for word in words]:
            raise ValueError(f"it must be one of {', '.join(word.value for word in words)}")
        return words(value)

    return chosen


def _switch(value: object) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
    if not isinstance(value, str) or value.lower() not in words:
        raise ValueError("it must be true or false")
    return words[value.lower()]


def _path(value: object) -> Path:
    if isinstance(value, Path):
        return value
    if not (text := _text(value)):
        raise ValueError("it is empty")
    return Path(text).expanduser()


def _drives(value: object) -> tuple[tuple[str, Path], ...]:
    if isinstance(value, str):
        pairs = [item.partition("=")[::2] for item in value.split(",") if item.strip()]
    elif isinstance(value, Mapping):
        pairs = [(letter, _text(folder)) for letter, folder in value.items()]
    else:
        raise TypeError("it must be a table such as { C = '/srv/exports' }")
    drives = {letter.strip().upper(): Path(folder.strip()).expanduser() for letter, folder in pairs}
    for letter, folder in drives.items():
        if len(letter) != 1 or not letter.isascii() or not letter.isalpha():
            raise ValueError(f"'{letter}' isn't the letter of a drive")
        if not folder.is_absolute():
            raise ValueError(f"the folder of {letter} must be given in full, as /srv/exports")
    return tuple(drives.items())


def _networks(value: object) -> tuple[Network, ...]:
    items = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        raise TypeError("it must be a list of networks such as 192.0.2.0/24")
    return tuple(ipaddress.ip_network(_text(item)) for item in items)


_CONVERSIONS: Final = MappingProxyType[object, Any](
    {
        str: _text,
        DatabaseUrl: _database,
        HostName: _host,
        ServerName: _server_name,
        ListeningPort: partial(_whole_number, lowest=0, highest=_HIGHEST_PORT),
        PeerPort: partial(_whole_number, lowest=1, highest=_HIGHEST_PORT),
        Count: partial(_whole_number, lowest=1, highest=_HIGHEST_COUNT),
        bool: _switch,
        Path: _path,
        Path | None: _path,
        tuple[Network, ...]: _networks,
        Drives: _drives,
        **{words: _word(words) for words in (LogLevel, LogFormat, SmarthostSecurity)},
    }
)
