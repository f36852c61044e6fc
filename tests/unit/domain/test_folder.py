from itertools import pairwise

import pytest

from delegacy.domain.folder import (
    DEEPEST_PATH,
    LONGEST_NAME,
    FolderPath,
    FolderRights,
    FolderRole,
    InvalidFolderName,
    SpecialFolder,
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        " a",
        "a ",
        "a/ b",
        "a\nb",
        "a\0b",
        "a\u2028b",
        "a\ud800b",
        "x" * (LONGEST_NAME + 1),
        "/".join("a" * (DEEPEST_PATH + 1)),
        "/".join(["x" * 200] * 4),
        "\ufb03" * 210,  # its folded form is too long to be a key
    ],
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(InvalidFolderName):
        FolderPath.parse(text)


def test_a_path_of_no_names_is_refused() -> None:
    with pytest.raises(InvalidFolderName):
        FolderPath(())


def test_a_name_holds_no_separator() -> None:
    with pytest.raises(InvalidFolderName):
        FolderPath(("a/b",))


def test_paths_compare_without_case_by_key() -> None:
    one, other = FolderPath.parse("Straße/ÄRGER"), FolderPath.parse("STRASSE/a\u0308rger")
    assert one.key == other.key
    assert str(one) == "Straße/ÄRGER"


def test_a_path_has_a_parent_but_at_the_top() -> None:
    assert FolderPath.parse("a/b").parent == FolderPath.parse("a")
    assert FolderPath.parse("a").parent is None


@pytest.mark.parametrize(
    ("inner", "below"), [("a/b", True), ("A/B/c", True), ("a", False), ("ab", False), ("b/a", False)]
)
def test_a_path_lies_below_another(inner: str, *, below: bool) -> None:
    assert FolderPath.parse(inner).is_below(FolderPath.parse("a")) is below


def test_special_folders_lie_at_the_top() -> None:
    assert [str(special.path) for special in SpecialFolder] == [special.value for special in SpecialFolder]


def test_roles_grow_as_documented() -> None:
    order = [
        FolderRole.NONE,
        FolderRole.REVIEWER,
        FolderRole.NON_EDITING_AUTHOR,
        FolderRole.AUTHOR,
        FolderRole.EDITOR,
        FolderRole.PUBLISHING_EDITOR,
        FolderRole.OWNER,
    ]
    for weaker, stronger in pairwise(order):
        assert weaker.rights in stronger.rights
        assert weaker.rights != stronger.rights
    assert FolderRights.READ_ANY not in FolderRole.CONTRIBUTOR.rights
    assert FolderRights.EDIT_ANY not in FolderRole.PUBLISHING_AUTHOR.rights


def test_a_role_has_the_documented_mask() -> None:
    """MS-OXCPERM 2.2.7 and the permission levels that Outlook shows."""
    assert {role.value: int(role.rights) for role in FolderRole} == {
        "None": 0,
        "AvailabilityOnly": 0x800,
        "LimitedDetails": 0x1800,
        "Contributor": 0x402,
        "Reviewer": 0x401,
        "NonEditingAuthor": 0x413,
        "Author": 0x41B,
        "PublishingAuthor": 0x49B,
        "Editor": 0x47B,
        "PublishingEditor": 0x4FB,
        "Owner": 0x7FB,
    }
