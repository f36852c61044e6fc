"""What the Tab key puts in, and the list that it opens."""

import logging
from collections.abc import Iterable, Sequence
from typing import Final

from prompt_toolkit.buffer import Buffer, CompletionState
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from delegacy.admin.shell.session import CommandSession
from delegacy.admin.shell.terminal_text import displayable

_LOG: Final = logging.getLogger(__name__)


class SessionCompleter(Completer):
    """Suggestions of a session as the line editor wants them."""

    def __init__(self, session: CommandSession) -> None:
        self._session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002 - the base class's
        """Return what could stand at the cursor; nothing when the session can't tell."""
        try:
            found = self._session.complete(document.text, document.cursor_position)
        except Exception:  # noqa: BLE001 - a look-up that fails must not take away what was typed
            _LOG.debug("completion failed", exc_info=True)
            return []
        return [
            Completion(
                item.text,
                start_position=found.start - document.cursor_position,
                display=displayable(item.label),
                display_meta=displayable(item.description),
            )
            for item in found.items
        ]


def complete_at_cursor(buffer: Buffer) -> None:
    """Put in what suggestions have in common, and list them when there are several.

    At once, before the next key: who types Tab and Enter in a row must not run half a name.
    """
    found = list(buffer.completer.get_completions(buffer.document, CompleteEvent(completion_requested=True)))
    if len(found) == 1:
        buffer.apply_completion(found[0])
        return
    if not found:
        return
    before = buffer.document.text_before_cursor
    start = len(before) + found[0].start_position
    common = _common_start([item.text for item in found])
    if len(common) > len(before) - start and _unquoted(common).startswith(_unquoted(before[start:])):
        buffer.delete_before_cursor(len(before) - start)
        buffer.insert_text(common)
    buffer.complete_state = CompletionState(
        buffer.document,
        [
            Completion(
                item.text,
                start_position=start - buffer.cursor_position,
                display=item.display,
                display_meta=item.display_meta,
            )
            for item in found
        ],
    )


def _common_start(texts: Sequence[str]) -> str:
    """Return what all the texts begin with, case ignored, as the first one spells it."""
    folded = [text.lower() for text in texts]
    first, last = min(folded), max(folded)
    length = 0
    while length < len(first) and first[length] == last[length]:
        length += 1
    return texts[0][:length]


def _unquoted(text: str) -> str:
    return text.lower().lstrip("'\"")
