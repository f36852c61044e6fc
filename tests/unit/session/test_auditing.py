from enum import Enum

import pytest

from delegacy.cmdlets._base import Identity
from delegacy.cmdlets._lists import ListChange
from delegacy.powershell.values import Hashtable, PSCredential, PSObject, ScriptBlock, SecureString
from delegacy.session.auditing import MASK, printed


class Kind(Enum):
    ONE = "One"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "$null"),
        (True, "True"),
        ("terrya", "terrya"),
        (12, "12"),
        (Kind.ONE, "One"),
        (Identity("Terry Adams"), "Terry Adams"),
        (("a", Identity("b")), "a,b"),
        (ListChange(("a", "b")), "a,b"),
        (ListChange(()), "$null"),
        (ListChange(None, ("a",), ("b", "c")), "@{Add=a;Remove=b,c}"),
        (Hashtable({"Add": ["a", "b"]}), "@{Add=a,b}"),
        (PSObject("Mailbox", {"Name": "x"}, text="contoso.com/Users/x"), "contoso.com/Users/x"),
        (PSObject("Mailbox", {"Name": "x"}), "Mailbox"),
        (ScriptBlock("Alias -eq 'x'"), "{Alias -eq 'x'}"),
        (SecureString("secret"), MASK),
        (PSCredential("user", SecureString("secret")), MASK),
        ([SecureString("secret")], MASK),
        (Hashtable({"Password": SecureString("secret")}), f"@{{Password={MASK}}}"),
    ],
)
def test_a_value_is_kept_as_text_and_a_secret_not_at_all(value: object, text: str) -> None:
    assert printed(value) == text
