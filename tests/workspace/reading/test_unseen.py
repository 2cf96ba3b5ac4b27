"""Messy files that the readers were not built from: nothing but the file is given, and every fact is found."""

from pathlib import Path

import pytest

from tests.workspace.reading.unseen import FILES, Made
from tests.workspace.reading.unseen.facts import compare


@pytest.mark.slow
@pytest.mark.parametrize("made", FILES, ids=lambda made: str(made.name))
def test_facts_of_unseen_files(made: Made, tmp_path: Path) -> None:
    wrong = {fact: pair for fact, pair in compare(made, tmp_path).items() if pair[0] != pair[1]}
    assert not wrong
