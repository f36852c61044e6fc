from pathlib import Path

import pytest

from support.powershell_transcript import Section, sections

CASES = Path(__file__).parent / "cases"
SECTIONS = [
    pytest.param(section, id=f"{file.stem}: {section.title}")
    for file in sorted(CASES.glob("*.txt"))
    for section in sections(file)
]


@pytest.mark.parametrize("section", SECTIONS)
def test_what_is_typed_shows_what_the_transcript_says(section: Section) -> None:
    assert section.steps
    for step, shown in section.play():
        assert shown == step.shown, f"line {step.line}: {step.typed}"
