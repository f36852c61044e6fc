from __future__ import annotations

from enum import Enum, Flag

import pytest

from delegacy.powershell.compare import compare, equal
from delegacy.powershell.values import (
    AliasProperty,
    Hashtable,
    PSObject,
    ScriptMethod,
    ScriptProperty,
    SecureString,
    Version,
    enum_label,
)


class Named(Enum):
    FULL_ACCESS = "FullAccess"


class Numbered(Enum):
    READ_PERMISSION = 3


class Flags(Flag):
    READ_ITEMS = 1
    CREATE_ITEMS = 2


def test_secure_text_never_prints() -> None:
    secret = SecureString("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    assert secret.reveal() == "hunter2"


@pytest.mark.parametrize(
    ("member", "label"),
    [
        (Named.FULL_ACCESS, "FullAccess"),
        (Numbered.READ_PERMISSION, "ReadPermission"),
        (Flags.READ_ITEMS, "ReadItems"),
        (Flags.READ_ITEMS | Flags.CREATE_ITEMS, "ReadItems, CreateItems"),
    ],
)
def test_enum_labels(member: Enum, label: str) -> None:
    assert enum_label(member) == label


def test_hashtable_keys_ignore_case_and_keep_their_first_spelling() -> None:
    table = Hashtable({"Name": 1})
    table["NAME"] = 2
    assert table["name"] == 2
    assert list(table) == ["Name"]


def test_hashtable_tells_true_from_one() -> None:
    table = Hashtable()
    table[1] = "one"
    assert True not in table
    assert 1 in table


def test_object_properties_ignore_case_and_keep_order() -> None:
    made = PSObject(properties={"Name": "a", "Alias": "b"})
    made.set("NAME", "c")
    made.set("Extra", 1)
    assert made.get("name") == "c"
    assert made.names() == ["Name", "Alias", "Extra"]
    assert made.find("alias") == "Alias"
    made.remove("alias")
    assert made.find("Alias") is None
    with pytest.raises(KeyError):
        made.get("Alias")


def test_object_members_of_each_kind() -> None:
    made = PSObject(
        ("My.Type", "Object"),
        {
            "Size": 3,
            "Twice": ScriptProperty(lambda it: 2 * int(str(it.get("Size")))),
            "Big": AliasProperty("Twice"),
            "Describe": ScriptMethod(lambda: "three"),
        },
        text="it",
    )
    assert made.get("big") == 6
    assert made.names() == ["Size", "Twice", "Big"]
    describe = made.method("describe")
    assert describe is not None
    assert describe() == "three"
    assert made.method("Size") is None


def test_a_copy_is_another_object() -> None:
    made = PSObject(properties={"A": 1}, text="x")
    other = made.copy()
    other.set("A", 2)
    assert (made.get("A"), other.get("A"), other.text) == (1, 2, "x")


def test_versions_compare_by_number() -> None:
    assert Version.parse("5.10") > Version.parse("5.9")
    assert str(Version.parse("5.1.0")) == "5.1.0"
    for wrong in ("5", "a.b", "1.2.3.4.5", "x"):
        with pytest.raises(ValueError, match=wrong):
            Version.parse(wrong)


def test_an_object_with_an_order_is_compared_by_it() -> None:
    small, large = PSObject("Size", text="9 KB", order=9), PSObject("Size", text="10 KB", order=10)
    assert compare(small, large) < 0
    assert compare(large, 9.5) > 0
    assert compare(11, large) > 0
    assert equal(small, PSObject("Size", text="another", order=9))
    assert equal(small, 9)
    assert equal(9, small)
    assert not equal(small, large)
    assert not equal(small, "9 KB")
    assert compare(PSObject("Named", text="10"), PSObject("Named", text="9")) < 0
    assert large.copy().order == 10
