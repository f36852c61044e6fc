"""Regular expressions as .NET writes them, on Python's engine."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from delegacy.powershell.errors import ErrorCategory, runtime_error
from delegacy.powershell.limits import limit_error

if TYPE_CHECKING:
    from collections.abc import Callable

SUBJECT_LIMIT: Final = 2**20
_DIALECT: Final = re.compile(
    r"\\\\|\\k<(?P<back>\w+)>|\\z|\\Z|\\p\{(?P<category>\w+)\}|\\(?P<escape>.)|\(\?<(?P<name>[A-Za-z_]\w*)>", re.DOTALL
)
_CATEGORIES: Final = {
    "L": r"[^\W\d_]",
    "Lu": "[A-Z]",
    "Ll": "[a-z]",
    "N": r"\d",
    "Nd": r"\d",
    "P": r"[^\w\s]",
    "IsLatin": "[A-Za-z]",
}
_LEADING_FLAGS: Final = re.compile(r"\(\?([imsnx]+)\)")
_REASONS: Final = (
    ("missing ), unterminated", "Not enough )'s."),
    ("unbalanced parenthesis", "Too many )'s."),
    ("nothing to repeat", "Quantifier {x,y} following nothing."),
    ("unterminated character set", "Unterminated [] set."),
    ("bad escape (end of pattern)", "Illegal \\ at end of pattern."),
    ("bad character range", "[x-y] range in reverse order."),
    ("multiple repeat", "Nested quantifier."),
)
_REPLACEMENT: Final = re.compile(r"\$(?:\$|&|(?P<number>\d{1,4})|\{(?P<name>\w+)\})")


@lru_cache(maxsize=256)
def compiled(pattern: str, *, ignore_case: bool = True) -> re.Pattern[str]:
    """Return the regular expression. Raises `PowerShellError` when it is malformed."""

    def translated(found: re.Match[str]) -> str:
        if found["name"]:
            return f"(?P<{found['name']}>"
        if found["back"]:
            return f"(?P={found['back']})"
        if found["category"]:
            return _CATEGORIES.get(found["category"], r"\w")
        return {r"\z": r"\Z", r"\Z": r"(?=\n?\Z)", r"\e": r"\x1b"}.get(found.group(), found.group())

    flags = re.IGNORECASE if ignore_case else re.RegexFlag(0)
    leading = _LEADING_FLAGS.match(pattern)
    if leading is not None:
        pattern = pattern[leading.end() :]
        for letter in leading[1]:
            flags |= {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}.get(
                letter, re.RegexFlag(0)
            )
    try:
        return re.compile(_DIALECT.sub(translated, pattern), flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise runtime_error(
            f'parsing "{pattern}" - {_reason(error)}',
            "System.ArgumentException",
            ErrorCategory.OPERATION_STOPPED,
            exception_type="System.ArgumentException",
        ) from None


def _reason(error: Exception) -> str:
    """Return what is wrong with a pattern in the words of the .NET Framework."""
    found = str(error)
    return next((words for beginning, words in _REASONS if found.startswith(beginning)), f"{found}.")


def check_subject(text: str) -> str:
    """Return the text, or raise when it is too long to be searched by a pattern."""
    if len(text) > SUBJECT_LIMIT:
        raise limit_error(f"a text of more than {SUBJECT_LIMIT} characters cannot be matched")
    return text


def replacer(replacement: str) -> Callable[[re.Match[str]], str]:
    """Return the function that writes a replacement with `$1`, `${name}`, `$&` and `$$` filled in."""

    def replaced(found: re.Match[str]) -> str:
        def part(reference: re.Match[str]) -> str:
            text = reference.group()
            if text == "$$":
                return "$"
            if text == "$&":
                return found.group()
            key = int(reference["number"]) if reference["number"] else reference["name"]
            if isinstance(key, str) and key.isdigit():
                key = int(key)
            try:
                return found.group(key) or ""
            except IndexError:
                return text

        return _REPLACEMENT.sub(part, replacement)

    return replaced
