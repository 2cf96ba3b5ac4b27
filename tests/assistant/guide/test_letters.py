"""Nearness by letters."""

import pytest

from assistant.guide.letters import Letters

GROUPS = {"start": ["start the training", "Training starten"], "stop": ["stop the training", "arrête l'entraînement"]}


@pytest.mark.parametrize(
    ("said", "group"),
    [("strat the trainig", "start"), ("bitte Trainings starten", "start"), ("arrete l'entrainement", "stop")],
)
def test_slips_and_other_forms_are_near(said: str, group: str) -> None:
    letters = Letters(GROUPS)
    near = dict(zip(letters.names, letters.near(said), strict=True))
    assert max(near, key=lambda name: near[name]) == group
    assert near[group] < 1


def test_itself_is_nearest_and_nothing_is_near_to_nothing() -> None:
    letters = Letters(GROUPS)
    assert letters.near("stop the training")[1] == pytest.approx(1, abs=1e-5)
    assert letters.near("").tolist() == [0, 0]
    assert letters.near("qwxyz").tolist() == [0, 0]
