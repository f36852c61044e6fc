from dataclasses import replace
from uuid import UUID

import pytest

from delegacy.domain.folder import FolderPath, FolderRights, FolderRole, MailFolder, SpecialFolder
from delegacy.mail.imap.rights import letters

FOLDER = MailFolder(
    id=1,
    guid=UUID(int=1),
    path=FolderPath(("Projects",)),
    special=None,
    uid_validity=1,
    uid_next=1,
    highest_modseq=1,
    message_count=0,
    unseen_count=0,
    deleted_count=0,
    size=0,
    keywords=frozenset(),
)


@pytest.mark.parametrize(
    ("rights", "expected"),
    [
        (FolderRights.NONE, ""),
        (FolderRights.FREE_BUSY_DETAILED, ""),
        (FolderRole.CONTRIBUTOR.rights, "li"),
        (FolderRole.REVIEWER.rights, "lr"),
        (FolderRole.EDITOR.rights, "lrswited"),
        (FolderRole.OWNER.rights, "lrswikxtecd"),
    ],
)
def test_rights_have_the_letters_of_the_standard_and_of_the_one_before(rights: FolderRights, expected: str) -> None:
    assert letters(rights, FOLDER) == expected


def test_a_folder_that_every_mailbox_has_can_be_deleted_by_nobody() -> None:
    assert letters(FolderRole.OWNER.rights, replace(FOLDER, special=SpecialFolder.DRAFTS)) == "lrswiktecd"
