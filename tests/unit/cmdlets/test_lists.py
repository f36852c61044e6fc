import pytest

from delegacy.cmdlets._lists import ListChange, as_list_change, as_text, changed
from delegacy.powershell.values import Hashtable

convert = as_list_change(as_text)


def apply(current: tuple[str, ...], value: object) -> tuple[str, ...]:
    return changed(current, convert(value), str.casefold)


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("c", ("c",)),
        (["c", "a"], ("c", "a")),
        (["c", "C"], ("C",)),
        (None, ()),
        (Hashtable({"Add": "c"}), ("a", "b", "c")),
        (Hashtable({"add": ["c", "A"]}), ("a", "b", "c")),
        (Hashtable({"Remove": ["B", "x"]}), ("a",)),
        (Hashtable({"Add": "c", "Remove": "a"}), ("b", "c")),
        (Hashtable({"Add": "a", "Remove": "a"}), ("b",)),
        (Hashtable({}), ("a", "b")),
    ],
)
def test_a_list_is_replaced_changed_or_emptied(value: object, after: tuple[str, ...]) -> None:
    assert apply(("a", "b"), value) == after


def test_what_is_converted_already_stays() -> None:
    change = ListChange(("a",))
    assert convert(change) is change


@pytest.mark.parametrize("value", [Hashtable({"Ad": "c"}), Hashtable({"Add": "a", "Replace": "b"}), [None], [["a"]]])
def test_other_keys_and_values_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        convert(value)
