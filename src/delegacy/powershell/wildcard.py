"""Wildcard patterns: `*`, `?`, `[a-z]`, and a backtick before a character that means itself."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_SPECIAL: Final = frozenset("*?[")


def has_wildcards(text: str) -> bool:
    """Return whether the text would match anything but itself."""
    return any(character in _SPECIAL for character in text)


@lru_cache(maxsize=256)
def wildcard_pattern(pattern: str, *, ignore_case: bool = True) -> re.Pattern[str]:
    """Return the regular expression that a wildcard pattern stands for. Raises `ValueError` when the pattern is malformed.

    Each part between two stars is matched at its first place and never again (an atomic group), so that matching takes linear time.
    """
    segments = _segments(pattern)
    pieces = [segments[0]]
    pieces += [f"(?>.*?{segment})" for segment in segments[1:-1] if segment]
    if len(segments) > 1:
        pieces.append(f".*{segments[-1]}" if segments[-1] else ".*")
    try:
        return re.compile("".join(pieces), re.DOTALL | (re.IGNORECASE if ignore_case else 0))
    except re.error:
        raise _malformed(pattern) from None


def matches_wildcard(pattern: str, text: str, *, ignore_case: bool = True) -> bool:
    """Return whether the whole text matches. Raises `ValueError` when the pattern is malformed."""
    return wildcard_pattern(pattern, ignore_case=ignore_case).fullmatch(text) is not None


def _malformed(pattern: str) -> ValueError:
    return ValueError(f"The specified wildcard character pattern is not valid: {pattern}")


def _segments(pattern: str) -> list[str]:
    """Return the regular expressions of the parts between stars."""
    segments = [""]
    position = 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "*":
            segments.append("")
        elif character == "`" and position < len(pattern):
            segments[-1] += re.escape(pattern[position])
            position += 1
        elif character == "?":
            segments[-1] += "."
        elif character == "[":
            end = pattern.find("]", position + 1)
            if end < 0:
                raise _malformed(pattern)
            inside = pattern[position:end].replace("\\", r"\\").replace("^", r"\^").replace("[", r"\[")
            segments[-1] += f"[{inside}]"
            position = end + 1
        else:
            segments[-1] += re.escape(character)
    return segments
