"""The page of settings."""

import dataclasses
import typing
from enum import Enum
from pathlib import Path
from typing import Any, Final

from delegacy.config import OTHER_VARIABLES, keys, variable
from delegacy.reference.markdown import block, code, page, table

_EXAMPLE: Final = """\
host = "0.0.0.0"
database = "postgresql://delegacy@db.example.org/delegacy"

[tls]
certificate = "/etc/ssl/delegacy/chain.pem"
key = "/etc/ssl/delegacy/key.pem"

[smarthost]
host = "relay.example.org"
username = "delegacy"
password_file = "/etc/delegacy/relay-password"

[shell]
drives = { C = "/srv/exports" }
"""
_WORDS: Final = ((bool, "true or false"), (int, "a whole number"), (str, "text"), (Path, "a path"))


def settings_page() -> str:
    """Return the page."""
    return page(
        "Settings",
        "A setting comes from the configuration file (TOML, `--config FILE`), from a variable, or from a flag of the command line; the later "
        "of these wins. What is unknown, or out of range, is an error. A key with a dot is in a table of the file: `http.port` is `port` "
        "below `[http]`. Sizes are in octets. The flags are `--data`, `--database`, `--host`, `--http-port`, `--submission-port`, "
        "`--imap-port` and `--smtp-port`.",
        block(_EXAMPLE.splitlines(), "toml"),
        table(
            ("Key", "Variable", "Value", "Default", "Meaning"),
            (
                (
                    code(key),
                    code(variable(key)),
                    value_in_words(field.type),
                    _default(field.default),
                    field.metadata["help"],
                )
                for key, field in keys().items()
            ),
        ),
        "A password in `database` is seen by everybody who may list processes if it is given as a flag; a variable, the configuration file or a "
        "`.pgpass` file is the better place.",
        "## Other variables",
        table(("Variable", "Meaning"), ((code(name), text) for name, text in OTHER_VARIABLES.items())),
    )


def value_in_words(kind: Any) -> str:  # noqa: ANN401 - an annotation can be anything
    """Return what a setting of a type can be."""
    if typing.get_origin(kind) is typing.Annotated:
        return str(kind.__metadata__[0])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(code(str(member.value)) for member in kind)
    if typing.get_origin(kind) is tuple:
        return "networks"
    kinds = typing.get_args(kind) or (kind,)
    return next(words for known, words in _WORDS if known in kinds)


def _default(value: object) -> str:
    if value is dataclasses.MISSING or value in (None, "", ()):
        return ""
    if isinstance(value, Enum):
        value = value.value
    return code(str(value).lower() if isinstance(value, bool) else str(value))
