"""The mailboxes of a session: its own at the root and those beside it, each opened through the authorizer and renewed at every use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from delegacy.domain.client_access import ClientProtocol
from delegacy.domain.folder import FolderPath, FolderRights, MailFolder
from delegacy.domain.folder_permission import TOP
from delegacy.domain.mail_store import MailStore
from delegacy.enforcement.authorizer import Authorizer
from delegacy.enforcement.opening import FolderOpening, Opening
from delegacy.mail.imap.login import SignedIn
from delegacy.mail.imap.namespace import FolderName, Namespace
from delegacy.mail.imap.replies import CANNOT_OPEN, NOT_ALLOWED, NOT_FOUND, Refusal
from delegacy.mail.imap.workers import MailWorkers
from delegacy.policy.decision import Deny

LOST: Final = "The mailbox can't be opened any more."


class SessionOver(Exception):
    """The session ends here; ``text`` is what the client is told with ``BYE``."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class OpeningLost(Refusal):
    """A mailbox beside the session's own that was open and can't be opened any more."""

    def __init__(self) -> None:
        super().__init__(CANNOT_OPEN)


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """A folder of an open mailbox, with what may be done in it. ``mailbox`` is None for the session's own."""

    mailbox: UUID | None
    opening: Opening
    folder: MailFolder
    rights: FolderRights


class SessionMailboxes:
    """What a session may open. Nothing here outlives a change of the directory: every use asks the authorizer."""

    def __init__(self, signed_in: SignedIn, *, authorizer: Authorizer, store: MailStore, workers: MailWorkers) -> None:
        self.account = signed_in.account
        self.direct = signed_in.direct
        self._root = signed_in.opening
        self._others: dict[UUID, Opening] = {}
        self._authorizer = authorizer.over(ClientProtocol.IMAP)
        self._store = store
        self._workers = workers

    @property
    def has_root(self) -> bool:
        """Tell whether the session has a mailbox of its own."""
        return self._root is not None

    @property
    def root(self) -> Opening | None:
        """Return the opening of the session's own mailbox, as it was last renewed."""
        return self._root

    async def renew_root(self) -> None:
        """Renew the opening of the session's own mailbox. Raises ``SessionOver``."""
        if self._root is None:
            return
        renewed = await self._authorizer.renew(self._root)
        if isinstance(renewed, Deny):
            raise SessionOver(LOST)
        self._root = renewed

    async def namespace(self) -> Namespace:
        """Return the names of now. A session on another person's mailbox shows that mailbox alone."""
        if self.direct:
            return Namespace()
        return Namespace(await self._authorizer.mailboxes_beside(self.account))

    async def opening(self, mailbox: UUID | None) -> Opening:
        """Return an opening of a mailbox of the namespace: the root as it is, another one renewed. Raises ``Refusal``."""
        if mailbox is None:
            if self._root is None:
                raise Refusal(NOT_FOUND)
            return self._root
        known = self._others.pop(mailbox, None)
        opened = (
            await self._authorizer.authorize_enter(self.account, mailbox)
            if known is None
            else await self._authorizer.renew(known)
        )
        if isinstance(opened, Deny):
            raise Refusal(NOT_FOUND)
        self._others[mailbox] = opened
        return opened

    async def locate(self, name: str) -> FolderName:
        """Return what a name means now. Raises ``Refusal`` if it can mean no folder, or ``InvalidFolderName``."""
        located = await self.try_locate(name)
        if located is None:
            raise Refusal(NOT_FOUND)
        return located

    async def try_locate(self, name: str) -> FolderName | None:
        """Return what a name means now, None if it can mean no folder. Raises ``InvalidFolderName``."""
        return Namespace().locate(name) or (await self.namespace()).locate(name)

    async def find(self, name: str, needed: FolderRights) -> OpenFolder:
        """Return the folder that ``name`` means, for a use that needs these rights.

        Raises ``Refusal``, ``SessionOver``, ``FolderNotFound``, ``InvalidFolderName``.
        """
        located = await self.locate(name)
        opening = await self.opening(located.mailbox)
        folder = await self._workers.call(self._store.folder, opening, located.path)
        return await self.authorize(located.mailbox, opening, folder, needed)

    async def authorize(
        self, mailbox: UUID | None, opening: Opening, folder: MailFolder, needed: FolderRights
    ) -> OpenFolder:
        """Return a folder for a use that needs these rights. Raises ``Refusal``, also as ``OpeningLost``, or ``SessionOver``."""
        allowed = await self.renew_folder(mailbox, opening, folder)
        if needed not in allowed.rights:
            raise Refusal(NOT_ALLOWED if FolderRights.FOLDER_VISIBLE in allowed.rights else NOT_FOUND)
        return allowed

    async def renew_folder(self, mailbox: UUID | None, opening: Opening, folder: MailFolder) -> OpenFolder:
        """Return a folder with what may be done in it, be it nothing. Raises ``OpeningLost``, or ``SessionOver`` for the session's own mailbox."""
        (allowed,) = await self._allowed(opening, [folder.guid])
        return OpenFolder(mailbox, allowed.opening, folder, allowed.rights)

    async def visible(self, opening: Opening, folders: Sequence[MailFolder]) -> list[tuple[MailFolder, FolderRights]]:
        """Return those folders of a mailbox that may be listed, with what may be done in them. Raises ``OpeningLost``, ``SessionOver``."""
        allowed = await self._allowed(opening, [folder.guid for folder in folders])
        pairs = zip(folders, allowed, strict=True)
        return [(folder, one.rights) for folder, one in pairs if FolderRights.FOLDER_VISIBLE in one.rights]

    async def may_create(self, located: FolderName) -> bool:
        """Tell whether a folder that is not there may be made, which the rights on the nearest folder above say.

        Raises ``Refusal``, also as ``OpeningLost``, or ``SessionOver``.
        """
        opening = await self.opening(located.mailbox)
        folders = await self._workers.call(self._store.folders, opening)
        (allowed,) = await self._allowed(opening, [folder_above(located.path, folders)])
        return FolderRights.CREATE_SUBFOLDER in allowed.rights

    async def _allowed(self, opening: Opening, folders: Sequence[UUID]) -> Sequence[FolderOpening]:
        allowed = await self._authorizer.authorize_folders(opening, folders)
        if isinstance(allowed, Deny):
            raise self._lost(opening)
        return allowed

    def _lost(self, opening: Opening) -> OpeningLost | SessionOver:
        is_root = self._root is not None and opening.mailbox_guid == self._root.mailbox_guid
        return SessionOver(LOST) if is_root else OpeningLost()


def folder_above(path: FolderPath, folders: Iterable[MailFolder]) -> UUID:
    """Return the nearest of ``folders`` above a path, or what stands above all of them."""
    by_key = {folder.path.key: folder.guid for folder in folders}
    above = path.parent
    while above is not None and above.key not in by_key:
        above = above.parent
    return TOP if above is None else by_key[above.key]
