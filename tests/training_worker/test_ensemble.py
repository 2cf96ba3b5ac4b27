"""Recipes' answers weighed against each other, and models of several parts."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from training_worker.calibration import softmax
from training_worker.ensemble import EnsembleCandidate, Pool, pool_of
from training_worker.job import Job

ROWS = 400
CLASSES = np.random.default_rng(0).integers(0, 3, ROWS)


def _answers(seed: int, skill: float) -> np.ndarray:
    """Probabilities of a model that leans to the right label, and errs on rows of its own."""
    scores = np.random.default_rng(seed).normal(size=(ROWS, 3))
    scores[np.arange(ROWS), CLASSES] += skill
    return softmax(scores)


def test_two_that_err_on_different_rows_are_better_together() -> None:
    rows = np.arange(ROWS)
    first, second = _answers(1, 1.5), _answers(2, 1.5)
    found = pool_of({"blend": (rows, first), "finetune": (rows[::-1], second[::-1])}, CLASSES)
    assert found is not None
    right = [(said.argmax(axis=1) == CLASSES).mean() for said in (first, second, found.answers)]
    assert right[2] > max(right[:2]) + 0.03
    assert found.weights["blend"] == pytest.approx(found.weights["finetune"], rel=0.5)


def test_they_are_judged_on_the_rows_that_all_have_seen() -> None:
    rows = np.arange(ROWS)
    said = {"blend": (rows, _answers(1, 1.5)), "finetune": (rows[100:], _answers(2, 1.5)[100:])}
    found = pool_of(said, CLASSES)
    assert found is not None
    assert found.rows.tolist() == list(range(100, ROWS))
    assert pool_of({**said, "finetune": (rows[:50], _answers(2, 1.5)[:50])}, CLASSES) is None


def test_what_adds_nothing_is_left_out() -> None:
    rows = np.arange(ROWS)
    assert pool_of({"blend": (rows, _answers(1, 3.0)), "finetune": (rows, _answers(2, 0.0))}, CLASSES) is None
    # The blend is made of the word statistics already.
    assert pool_of({"linear": (rows, _answers(1, 1.5)), "blend": (rows, _answers(2, 1.5))}, CLASSES) is None


class _Member:
    """A candidate that writes what it is asked to."""

    base = "some-base"

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts

    def save(self, job: Job, folder: Path) -> dict[str, Any]:
        for part in self.facts.get("members", []):
            (folder / part["folder"]).mkdir()
            (folder / part["folder"] / "file").touch()
        return self.facts


def test_the_parts_of_a_member_become_members(tmp_path: Path) -> None:
    parts = [
        {"folder": "words", "format": "sklearn", "weight": 0.5},
        {"folder": "meaning", "weight": 1.0, "max_tokens": 64},
    ]
    members = {
        "blend": (None, _Member({"format": "ensemble", "members": parts})),
        "finetune": (None, _Member({"format": "transformers", "max_tokens": 128})),
    }
    pool = Pool(np.arange(2), np.eye(2), {"blend": 0.8, "finetune": 0.4})
    candidate = EnsembleCandidate.of(
        pool, cast(Any, members), {"blend": "Words and meaning", "finetune": "Fine-tuning"}
    )
    assert candidate.note == "Words and meaning counts 67%, Fine-tuning counts 33%"
    facts = candidate.save(cast(Job, None), tmp_path)
    assert {m["folder"]: m["weight"] for m in facts["members"]} == pytest.approx(
        {"words": 0.4, "meaning": 0.8, "finetune": 0.4}
    )
    assert facts["max_tokens"] == 64
    assert sorted(p.name for p in tmp_path.iterdir()) == ["finetune", "meaning", "words"]
    assert (tmp_path / "meaning" / "file").is_file()
