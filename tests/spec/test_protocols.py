"""Every case of the specification through SMTP submission and IMAP."""

from pathlib import Path

import pytest

from support.spec.cases import Case, load_cases
from support.spec.protocol_world import protocol_world
from support.spec.worlds import play


@pytest.mark.parametrize("case", load_cases(), ids=str)
def test_submission_and_imap_keep_the_sentence(case: Case, tmp_path: Path) -> None:
    with protocol_world(tmp_path) as world:
        assert play(case, world) > 0
