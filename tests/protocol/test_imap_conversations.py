from pathlib import Path

import pytest

from support.imap_conversation import play

FOLDER = Path(__file__).parent / "imap"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.txt")), ids=lambda file: file.stem)
def test_conversation(file: Path, tmp_path: Path) -> None:
    play(file, tmp_path)
