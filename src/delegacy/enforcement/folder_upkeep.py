"""Permissions on folders that mail programs make and delete, kept as the folders come and go.

This changes the directory without a cmdlet, as nobody has asked for another permission: a new folder begins with the permissions of the
folder above it, and who makes it in somebody else's mailbox is its owner.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from delegacy.domain.folder import FolderRole
from delegacy.domain.folder_permission import FolderPermission
from delegacy.domain.ports import Clock, Store
from delegacy.enforcement.opening import Opening
from delegacy.policy.decision import OpenRight


class FolderUpkeep:
    """Keeps the permissions of an organization's folders. All methods raise ``StoreError``."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def made(self, opening: Opening, above: UUID, folders: Sequence[UUID]) -> None:
        """Give new folders the permissions of the folder above them, or of what is above all folders."""
        await asyncio.to_thread(self._made, opening, above, folders)

    async def deleted(self, opening: Opening, folder: UUID) -> None:
        """Remove the permissions of a folder that is gone."""
        await asyncio.to_thread(self._deleted, opening, folder)

    def _made(self, opening: Opening, above: UUID, folders: Sequence[UUID]) -> None:
        mailbox = opening.mailbox.id
        with self._store.read() as directory:
            entries = {one.trustee: one for one in directory.folder_permissions(mailbox, above)}
        if opening.right is OpenRight.FOLDER_PERMISSION:
            entries[opening.account.sid] = self._of_maker(opening)
        if not entries:
            return
        with self._store.write() as work:
            for folder in folders:
                for entry in entries.values():
                    work.directory.set_folder_permission(mailbox, folder, entry)
            work.commit()

    def _of_maker(self, opening: Opening) -> FolderPermission:
        """Return the entry of the owner of a new folder. It ends no later than what let him make it."""
        return FolderPermission(
            opening.account.sid,
            FolderRole.OWNER.rights,
            opening.account.logon_name,
            self._clock.now(),
            opening.expires_at,
        )

    def _deleted(self, opening: Opening, folder: UUID) -> None:
        mailbox = opening.mailbox.id
        with self._store.read() as directory:
            entries = directory.folder_permissions(mailbox, folder)
        if not entries:
            return
        with self._store.write() as work:
            for entry in entries:
                work.directory.remove_folder_permission(mailbox, folder, entry.trustee)
            work.commit()
