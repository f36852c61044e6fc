"""The wildcards of LIST (RFC 9051 section 6.3.9)."""

import re


class MailboxPattern:
    """A mailbox name with ``*`` for any text and ``%`` for any text without a hierarchy separator; case does not matter."""

    def __init__(self, pattern: str, separator: str) -> None:
        within = f"[^{re.escape(separator)}]*+"
        # Runs of wildcards mean what their widest member means; merged, so that no pattern takes long.
        merged = re.sub(r"[*%]*\*[*%]*", "*", pattern)
        merged = re.sub(r"%+", "%", merged)
        self._pieces = [piece for piece in re.split(r"([*%])", merged.casefold()) if piece]
        self._within = within
        self._separator = separator

    def matches(self, name: str) -> bool:
        """Tell whether the pattern matches all of ``name``."""
        # The positions that the pattern read so far can have reached: linear in pattern times name, whatever both are.
        name = name.casefold()
        reached = {0}
        for piece in self._pieces:
            reached = self._step(piece, name, reached)
            if not reached:
                return False
        return len(name) in reached

    def _step(self, piece: str, name: str, reached: set[int]) -> set[int]:
        if piece == "*":
            return set(range(min(reached), len(name) + 1))
        if piece == "%":
            further: set[int] = set()
            for start in sorted(reached):
                if start in further:
                    continue
                end = name.find(self._separator, start)
                further.update(range(start, (len(name) if end < 0 else end) + 1))
            return further
        return {start + len(piece) for start in reached if name.startswith(piece, start)}
