from pathlib import Path

from delegacy.cmdlets import _texts
from delegacy.domain.errors import (
    AccessControlListFull,
    ManagementObjectAmbiguous,
    ManagementObjectNotFound,
    RecipientNotFound,
    SecurityPrincipalNotFound,
)

GOLDEN = Path(__file__).with_name("texts.golden")


def test_the_fixed_texts_are_those_of_the_golden_file() -> None:
    texts = {name: value for name, value in vars(_texts).items() if name.isupper()}
    texts |= {
        "MANAGEMENT_OBJECT_NOT_FOUND": str(ManagementObjectNotFound("{identity}", "{server}")),
        "MANAGEMENT_OBJECT_AMBIGUOUS": str(ManagementObjectAmbiguous("{identity}")),
        "SECURITY_PRINCIPAL_NOT_FOUND": str(SecurityPrincipalNotFound("{user}")),
        "RECIPIENT_NOT_FOUND": str(RecipientNotFound("{recipient}")),
        "ACCESS_CONTROL_LIST_FULL": str(AccessControlListFull("{mailbox}")),
    }
    assert "".join(f"{name}\n    {text}\n" for name, text in texts.items()) == GOLDEN.read_text(encoding="utf-8")
