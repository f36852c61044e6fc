from uuid import UUID

import pytest

from delegacy.domain.facts import Target
from delegacy.domain.folder import LONGEST_NAME, FolderPath, InvalidFolderName
from delegacy.domain.recipient import RecipientTypeDetails
from delegacy.mail.imap.namespace import FolderName, Namespace

DEEP = "/".join(["d" * 18] * 31)
LONG_ADDRESS = "a" * 60 + "@" + "b" * 60 + "." + "c" * 60 + ".example"


def target(number: int, display_name: str, address: str = "") -> Target:
    address = address or f"a{number}@contoso.com"
    return Target(
        number, UUID(int=number).bytes, None, RecipientTypeDetails.USER_MAILBOX, display_name, address, hidden=False
    )


def test_a_name_without_a_meaning_means_nothing() -> None:
    namespace = Namespace([target(1, "Terry Adams")])
    for name in ("Other Users", "Other Users/", "other users/Nobody", "Other Users//Terry Adams", "Other Users/Terry"):
        assert namespace.locate(name) is None


@pytest.mark.parametrize("name", ["", "/", "a//b", " a", "Other Users/Terry Adams/", "Other Users/Terry Adams//b"])
def test_a_name_that_no_folder_can_have_is_refused(name: str) -> None:
    with pytest.raises(InvalidFolderName):
        Namespace([target(1, "Terry Adams")]).locate(name)


def test_the_inbox_of_another_has_one_name() -> None:
    namespace = Namespace([target(1, "Terry Adams")])
    assert namespace.locate("OTHER USERS/terry ADAMS") == FolderName(UUID(int=1), FolderPath(("Inbox",)))
    assert namespace.locate("Other Users/Terry Adams/inbox") is None
    assert namespace.locate("Other Users/Terry Adams/inbox/x") == FolderName(UUID(int=1), FolderPath(("inbox", "x")))


def test_names_above_are_no_part_of_a_path() -> None:
    path = FolderPath.parse(DEEP)
    namespace = Namespace([target(1, "N" * 96)])
    assert namespace.locate(namespace.name(UUID(int=1), path)) == FolderName(UUID(int=1), path)


def test_however_long_name_and_address_are_there_is_a_name_for_it() -> None:
    twins = [target(number, "x" * 255, LONG_ADDRESS) for number in (1, 2, 3)]
    namespace = Namespace(twins)
    assert len(namespace.others) == 3
    for name, found in namespace.others.items():
        assert len(name) <= LONGEST_NAME
        assert namespace.locate(f"Other Users/{name}") == FolderName(found.guid, FolderPath(("Inbox",)))


def test_nobody_takes_the_name_that_tells_two_others_apart() -> None:
    told_apart = f"Twin (a1@contoso.com) {UUID(int=1)}"
    namespace = Namespace(
        [target(3, "Twin (a1@contoso.com)"), target(4, told_apart), target(1, "Twin"), target(2, "Twin")]
    )
    assert {found.guid for found in namespace.others.values()} == {UUID(int=number) for number in (1, 2, 3, 4)}
    assert namespace.others[told_apart].guid == UUID(int=4)
