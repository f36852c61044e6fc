"""-WhatIf with its effect: a record runs without being heard, and then it is told who gains and who loses what."""

from collections.abc import Iterator
from itertools import chain, islice
from types import MappingProxyType
from typing import Final

from delegacy.cmdlets import _texts
from delegacy.domain.errors import DelegacyError
from delegacy.domain.rights import Permission
from delegacy.policy.questions import AccessEffect, DelegateAccess
from delegacy.powershell.cmdlet import CommandRuntime
from delegacy.powershell.errors import ErrorRecord
from delegacy.powershell.streams import InformationRecord, ProgressRecord

MOST_LINES: Final = 10
_TEXTS: Final = MappingProxyType(
    {
        Permission.FULL_ACCESS: "Full Access to",
        Permission.SEND_AS: "Send As for",
        Permission.SEND_ON_BEHALF: "Send on Behalf of",
    }
)


class RehearsalRuntime:
    """The `CommandRuntime` of a record that is rehearsed: what it says is not heard, what it asks is answered with yes."""

    def __init__(self, real: CommandRuntime) -> None:
        self.real = real

    only_asks = True
    feeds_gated_cmdlet = False

    def write_object(self, value: object) -> None:
        """Hand nothing on."""

    def write_error(self, record: ErrorRecord) -> None:
        """Report nothing."""

    def write_warning(self, message: str) -> None:
        """Report nothing."""

    def write_verbose(self, message: str) -> None:
        """Write nothing."""

    def write_debug(self, message: str) -> None:
        """Write nothing."""

    def write_information(self, record: InformationRecord) -> None:
        """Write nothing."""

    def write_progress(self, progress: ProgressRecord) -> None:
        """Show nothing."""

    def should_process(self, sentence: str) -> bool:
        """Tell of the change, and let it be made."""
        self.real.tell_what_if(sentence)
        return True

    def should_continue(self, _query: str, _caption: str) -> bool:
        """Let the change be made."""
        return True

    def is_stopping(self) -> bool:
        """Return whether the pipeline is being stopped."""
        return self.real.is_stopping()

    def tell_what_if(self, sentence: str) -> None:
        """Print `What if: <sentence>`."""
        self.real.tell_what_if(sentence)

    def tell_effect(self, effect: AccessEffect) -> None:
        """Print who gains and who loses what, the first of them."""
        lines = list(islice(_lines(effect), MOST_LINES))
        left = len(effect.gained) + len(effect.lost) - len(lines)
        if not effect.is_whole:
            lines.append(_texts.EFFECT_GOES_ON if not left else _texts.EFFECT_MORE_AT_LEAST.format(count=left))
        elif left:
            lines.append(_texts.EFFECT_MORE.format(count=left))
        elif not lines and effect.is_about_access:
            lines.append(_texts.EFFECT_NONE)
        for line in lines:
            self.real.tell_what_if(line)

    def tell_failure(self, error: DelegacyError) -> None:
        """Print why it would not be done."""
        self.real.tell_what_if(_texts.EFFECT_FAILURE.format(error=error.message))


def _lines(effect: AccessEffect) -> Iterator[str]:
    told = chain(
        ((_texts.EFFECT_GAIN, each) for each in effect.gained), ((_texts.EFFECT_LOSS, each) for each in effect.lost)
    )
    for text, access in told:
        yield text.format(
            user=access.account.display_name,
            permission=_TEXTS[access.permission],
            target=access.target.display_name,
            through=_through(access),
        )


def _through(access: DelegateAccess) -> str:
    groups = " > ".join(group.display_name for group in access.chain[1:])
    return f" (through {groups})" if groups else ""
