from dataclasses import replace
from uuid import UUID

import pytest

from delegacy.domain.folder import FolderPath, FolderRights, FolderRole, MailFolder, SpecialFolder
from delegacy.domain.mail_item import ANY_FLAGS, NO_FLAG, FlagLimits, SystemFlag
from delegacy.mail.imap.rights import admits_changes, admits_removal, flag_limits, letters

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
DELETED_ONLY = FlagLimits(SystemFlag.DELETED, keywords=False)


@pytest.mark.parametrize(
    ("rights", "expected"),
    [
        (FolderRights.NONE, ""),
        (FolderRights.FREE_BUSY_DETAILED, ""),
        (FolderRole.CONTRIBUTOR.rights, "li"),
        (FolderRole.REVIEWER.rights, "lr"),
        (FolderRole.NON_EDITING_AUTHOR.rights, "lri"),
        (FolderRole.AUTHOR.rights, "lri"),
        (FolderRole.EDITOR.rights, "lrswited"),
        (FolderRole.OWNER.rights, "lrswikxtecd"),
    ],
)
def test_rights_have_the_letters_of_the_standard_and_of_the_one_before(rights: FolderRights, expected: str) -> None:
    assert letters(rights, FOLDER) == expected


def test_a_folder_that_every_mailbox_has_can_be_deleted_by_nobody() -> None:
    assert letters(FolderRole.OWNER.rights, replace(FOLDER, special=SpecialFolder.DRAFTS)) == "lrswiktecd"


@pytest.mark.parametrize(
    ("rights", "of_own", "of_others"),
    [
        (FolderRole.REVIEWER.rights, NO_FLAG, NO_FLAG),
        (FolderRole.CONTRIBUTOR.rights, NO_FLAG, NO_FLAG),
        (FolderRole.NON_EDITING_AUTHOR.rights, DELETED_ONLY, NO_FLAG),
        (FolderRole.AUTHOR.rights, ANY_FLAGS, NO_FLAG),
        (FolderRights.EDIT_OWNED | FolderRights.DELETE_ANY, ANY_FLAGS, DELETED_ONLY),
        (FolderRights.EDIT_ANY | FolderRights.DELETE_OWNED, ANY_FLAGS, FlagLimits(~SystemFlag.DELETED, keywords=True)),
        (FolderRole.EDITOR.rights, ANY_FLAGS, ANY_FLAGS),
    ],
)
def test_the_flags_that_rights_let_somebody_change(
    rights: FolderRights, of_own: FlagLimits, of_others: FlagLimits
) -> None:
    assert flag_limits(rights, own=True) == of_own
    assert flag_limits(rights, own=False) == of_others


@pytest.mark.parametrize(
    ("rights", "changes", "removes"),
    [
        (FolderRole.REVIEWER.rights | FolderRights.FOLDER_OWNER | FolderRights.CREATE_SUBFOLDER, False, False),
        (FolderRole.CONTRIBUTOR.rights, True, False),
        (FolderRights.EDIT_OWNED, True, False),
        (FolderRights.DELETE_OWNED, True, True),
        (FolderRights.DELETE_ANY, True, True),
    ],
)
def test_whether_rights_let_somebody_change_or_remove_anything(
    rights: FolderRights, *, changes: bool, removes: bool
) -> None:
    assert admits_changes(rights) is changes
    assert admits_removal(rights) is removes
