"""PowerShell's question with choices, as the console lays it out, and what an answer to it means.

Layout: "WhatIf, Confirm and ValidateOnly switches in Exchange Server" (Microsoft), and the console host of Windows PowerShell 5.1.
"""

from collections.abc import Sequence

from delegacy.admin.shell.terminal_text import cells
from delegacy.powershell.host import Choice

HELP_KEY = "?"


def choice_lines(choices: Sequence[Choice], default: int, width: int) -> str:
    """Return `[Y] Yes  [N] No  [?] Help (default is "Y"): `, broken where a choice would pass the end of the line.

    `default` is the index of the choice that an empty answer takes, or -1.
    """
    pieces = [
        f"[{choice.key}] {choice.plain_label}  " if choice.key else f"{choice.plain_label}  " for choice in choices
    ]
    pieces.append(f"[{HELP_KEY}] Help")
    if 0 <= default < len(choices):
        pieces.append(f' (default is "{_short(choices[default])}")')
    pieces.append(": ")
    lines = [""]
    for piece in pieces:
        if lines[-1] and cells(lines[-1]) + cells(piece.rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece
    return "\n".join(lines)


def help_text(choices: Sequence[Choice]) -> str:
    """Return what each choice does, one a line."""
    return "\n".join(f"{_short(choice)} - {choice.help}".rstrip(" -") for choice in choices)


def picked(answer: str, choices: Sequence[Choice]) -> int | None:
    """Return the index of the choice that an answer names by letter or in full, case ignored; None when it names none."""
    wanted = answer.strip().casefold()
    for index, choice in enumerate(choices):
        if wanted and wanted in (choice.key.casefold(), choice.plain_label.casefold()):
            return index
    return None


def _short(choice: Choice) -> str:
    return choice.key or choice.plain_label
