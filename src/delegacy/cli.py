"""The command line: arguments in, exit code out; no logic.

Exit codes: 0 done (``check``: allowed), 1 refused (``shell``: the last statement failed), 2 bad input or nothing could be done.
"""

import argparse
import gc
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from delegacy import __version__
from delegacy.config import Settings, load_settings
from delegacy.domain.errors import DelegacyError, InvalidInput, StoreFull

_DONE: Final = 0
_REFUSED: Final = 1
_BAD_INPUT: Final = 2
_INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. An error is one line on standard error, never a traceback."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names of files can be no text
    parsed = _parser().parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], int] = parsed.command
        return command(parsed)
    except DelegacyError as error:
        print(f"delegacy: {' '.join(str(error).split())}", file=sys.stderr)
        return _BAD_INPUT
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said to them.
        _give_up_output()
        return _REFUSED
    except KeyboardInterrupt:
        return _INTERRUPTED


def _give_up_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="delegacy", description="Mailbox delegation as Exchange Server has it.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"delegacy {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    init = _command(commands, "init", _init, "make a new organization in an empty data directory")
    init.add_argument("--domain", required=True, help="the organization's domain, as contoso.com")
    init.add_argument("--netbios", help="the domain part of account names; the first label of the domain if not given")

    serve = _command(commands, "serve", _serve, "run all services")
    _add_listeners(serve)

    demo = _command(commands, "demo", _demo, "run all services on the demo organization, made at the first start")
    _add_listeners(demo)
    demo.add_argument("--reset", action="store_true", help="remove the demo's data first, and start over")
    demo.add_argument(
        "--recipients", type=_count, default=0, metavar="N", help="generate N more recipients, with grants"
    )

    shell = _command(commands, "shell", _shell, "the management shell; also while services run on the same data")
    shell.add_argument("--user", metavar="NAME", help="run as this person; the built-in administrator if not given")
    source = shell.add_mutually_exclusive_group()
    source.add_argument("-c", dest="text", metavar="COMMAND", help="run a command and exit")
    source.add_argument("script", nargs="?", metavar="FILE", help="run a script (- for standard input) and exit")
    shell.add_argument("arguments", nargs="*", help="the script's arguments")

    check = _command(
        commands, "check", _check, "say whether a delegate may open a mailbox or send as a recipient, and why"
    )
    check.add_argument("delegate", metavar="DELEGATE")
    check.add_argument("question", choices=("open", "send"))
    check.add_argument("target", metavar="TARGET")

    _command(commands, "migrate", _migrate, "bring the database of an older version up to date")
    backup = _command(commands, "backup", _backup, "copy everything into one file; also while services run")
    backup.add_argument("file", type=_file, metavar="FILE")
    restore = _command(commands, "restore", _restore, "put back what `backup` wrote; also while services run")
    restore.add_argument("file", type=_file, metavar="FILE")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.", allow_abbrev=False)
    parser.set_defaults(command=run)
    parser.add_argument("--data", metavar="DIR", help="the data directory")
    parser.add_argument("--database", metavar="URL", help="a PostgreSQL database, postgresql://user@host/name")
    parser.add_argument("--config", type=_file, metavar="FILE", help="a configuration file (TOML)")
    return parser


def _add_listeners(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="the address to listen on (127.0.0.1)")
    for service, text in (
        ("http", "HTTP (8080)"),
        ("submission", "mail submission over TLS (8465)"),
        ("imap", "IMAP over TLS (8993)"),
        ("smtp", "incoming mail (8025)"),
    ):
        parser.add_argument(
            f"--{service}-port", type=_count, metavar="PORT", help=f"the port for {text}; 0 picks a free one"
        )


def _file(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("it is empty")
    return Path(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' isn't a whole number")
    return int(text)


def _settings(parsed: argparse.Namespace) -> Settings:
    flags = {
        "data": parsed.data,
        "database": parsed.database,
        "host": getattr(parsed, "host", None),
        "http.port": getattr(parsed, "http_port", None),
        "submission.port": getattr(parsed, "submission_port", None),
        "imap.port": getattr(parsed, "imap_port", None),
        "smtp.port": getattr(parsed, "smtp_port", None),
    }
    named = os.environ.get("DELEGACY_CONFIG")
    return load_settings(parsed.config or (Path(named) if named else None), os.environ, flags)


def _init(parsed: argparse.Namespace) -> int:
    from delegacy.bootstrap.organization import initialise

    settings = _settings(parsed)
    given = os.environ.get("DELEGACY_ADMIN_PASSWORD")
    made = initialise(settings, parsed.domain, parsed.netbios, (lambda: given) if given else _ask_for_new_password)
    _say(f"Organization {parsed.domain} made in {made.place}. Its administrator signs in as {made.administrator}.")
    return _DONE


def _ask_for_new_password() -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        raise InvalidInput(
            "The administrator needs a password: set DELEGACY_ADMIN_PASSWORD, or run this on a terminal."
        )
    try:
        password = getpass.getpass("Password for Administrator: ")
        again = getpass.getpass("Again: ")
    except EOFError:
        raise InvalidInput("No password was given. Nothing was made.") from None
    if password != again:
        raise InvalidInput("The two passwords differ. Nothing was made.")
    return password


def _serve(parsed: argparse.Namespace) -> int:
    from delegacy.bootstrap.serving import run_services

    run_services(_settings(parsed))
    return _DONE


def _demo(parsed: argparse.Namespace) -> int:
    from delegacy.demo import run_demo

    run_demo(_settings(parsed), os.environ, _say, reset=parsed.reset, more_recipients=parsed.recipients)
    return _DONE


def _say(text: str) -> None:
    """Say something at once. Raises ``BrokenPipeError`` if nobody listens any more, ``StoreFull`` if a disk has no room for it."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        _give_up_output()
        raise StoreFull(f"The output can't be written: {error.strerror}.") from None


def _shell(parsed: argparse.Namespace) -> int:
    settings = _settings(parsed)
    script: str | bytes
    if parsed.text is not None:
        script = parsed.text
    elif parsed.script is not None and parsed.script != "-":
        script = _read_script(parsed.script)
    elif sys.stdin is None:
        raise InvalidInput("There is no input to read commands from. Give a command with -c, or a script.")
    elif parsed.script == "-" or not sys.stdin.isatty():
        script = sys.stdin.buffer.read()
    else:
        from delegacy.bootstrap.interactive_shell import run_interactively

        return run_interactively(settings, parsed.user)
    gc.disable()  # importing makes much and drops little: to look for garbage meanwhile only delays the script
    from delegacy.bootstrap.shell import run_script

    gc.freeze()
    gc.enable()
    name = None if parsed.script == "-" else parsed.script
    return run_script(settings, parsed.user, script, name, parsed.arguments)


def _read_script(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise InvalidInput(f"The script {name} can't be read: {error.strerror}.", name) from None


def _check(parsed: argparse.Namespace) -> int:
    from delegacy.bootstrap.organization import check

    allowed, explanation = check(_settings(parsed), parsed.delegate, parsed.question, parsed.target)
    _say(explanation)
    return _DONE if allowed else _REFUSED


def _migrate(parsed: argparse.Namespace) -> int:
    from delegacy.bootstrap.organization import migrate

    _say(migrate(_settings(parsed)))
    return _DONE


def _backup(parsed: argparse.Namespace) -> int:
    from delegacy.bootstrap.organization import backup

    _say(backup(_settings(parsed), parsed.file))
    return _DONE


def _restore(parsed: argparse.Namespace) -> int:
    from delegacy.bootstrap.organization import restore

    _say(restore(_settings(parsed), parsed.file))
    return _DONE
