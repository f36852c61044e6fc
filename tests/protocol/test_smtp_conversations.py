from pathlib import Path

import pytest

from support.conversation import Conversation
from support.smtp_world import SmtpWorld, serving

FOLDER = Path(__file__).parent / "smtp"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.txt")), ids=lambda file: file.stem)
def test_conversation(file: Path, tmp_path: Path) -> None:
    world = SmtpWorld(tmp_path)
    try:
        with serving(world, tmp_path) as services:
            Conversation(services).play(file)
    finally:
        world.close()
