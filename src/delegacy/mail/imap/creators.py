"""Whose the messages of a selected folder are: some folder rights are about those only that somebody has put there himself."""

from array import array
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from delegacy.domain.folder import FolderRights
from delegacy.domain.mail_item import FlagLimits
from delegacy.domain.mail_store import MessageColumn
from delegacy.mail.imap.context import SessionContext
from delegacy.mail.imap.rights import flag_limits
from delegacy.mail.imap.selected import SelectedFolder, Span

_MOST_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True)
class Limited:
    """Messages, and which of their flags the user may change."""

    uids: Sequence[int]
    limits: FlagLimits


async def by_limits(context: SessionContext, selected: SelectedFolder, spans: Iterable[Span]) -> AsyncIterator[Limited]:
    """Yield the messages of ``spans``, so many at a time as flags are changed at once."""
    of_own, of_others = (flag_limits(selected.rights, own=own) for own in (True, False))
    for uids in selected.uid_batches(spans, _MOST_AT_ONCE):
        if of_own == of_others:
            yield Limited(uids, of_own)
            continue
        own, others = await _by_creator(context, selected, uids)
        if own:
            yield Limited(own, of_own)
        if others:
            yield Limited(others, of_others)


async def own_of(context: SessionContext, selected: SelectedFolder, uids: Sequence[int]) -> Sequence[int]:
    """Return those messages of ``uids`` that the user has put there."""
    own, _ = await _by_creator(context, selected, uids)
    return own


async def all_removable(context: SessionContext, selected: SelectedFolder, uids: Sequence[int]) -> bool:
    """Tell whether the user, who may remove his own messages, may remove each of these."""
    if FolderRights.DELETE_ANY in selected.rights:
        return True
    _, others = await _by_creator(context, selected, uids)
    return not others


async def _by_creator(
    context: SessionContext, selected: SelectedFolder, uids: Sequence[int]
) -> tuple[Sequence[int], Sequence[int]]:
    """Return the messages of the session's user and those of others. That never changes while a message is there."""
    rows = await context.call(context.store.fetch, selected.opening, selected.folder.id, uids, (MessageColumn.CREATOR,))
    user = str(context.account_guid)
    own, others = array("I"), array("I")
    for uid, creator in rows:
        (own if creator == user else others).append(cast("int", uid))
    return own, others
