"""Limits on mistakes as factors on probabilities."""

from pathlib import Path

import numpy as np
import pytest

from tests.training_worker.samples import plan, sms, table
from training_worker.favouring import MOST, favoured, favouring_notes, favours_of
from training_worker.prediction import load_predictor
from training_worker.reporter import ListReporter
from training_worker.training import train
from workspace.success import MistakeLimit

LABELS = ["calm", "urgent"]


def rows(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels, a quarter of them urgent, and probabilities that are right often but not always."""
    rng = np.random.default_rng(seed)
    true = (rng.random(count) < 0.25).astype(np.int64)
    urgent = 1 / (1 + np.exp(-rng.normal(np.where(true == 1, 0.6, -1.6), 1.2)))
    return true, np.stack([1 - urgent, urgent], axis=1)


def missed(true: np.ndarray, answers: np.ndarray) -> float:
    return float((answers.argmax(axis=1)[true == 1] == 0).mean())


def false_alarms(true: np.ndarray, answers: np.ndarray) -> float:
    said = answers.argmax(axis=1) == 1
    return float((true[said] == 0).mean())


def test_missed_texts_keep_the_limit_on_new_rows() -> None:
    limit = MistakeLimit(kind="missed", label="urgent", at_most=0.05)
    shares = []
    for seed in range(20):
        true, known = rows(400, seed)
        favours = favours_of([limit], LABELS, true, known)
        assert favours["urgent"] > 1
        new_true, new = rows(4000, seed + 100)
        assert missed(new_true, new) > 0.2
        shares.append(missed(new_true, favoured(new, LABELS, favours)))
    assert np.mean(shares) <= 0.05


def test_false_alarms_keep_the_limit() -> None:
    true, known = rows(800, 3)
    limit = MistakeLimit(kind="false_alarms", label="urgent", at_most=0.1)
    favours = favours_of([limit], LABELS, true, known)
    assert false_alarms(true, known) > 0.1
    assert favours["urgent"] < 1
    assert false_alarms(true, favoured(known, LABELS, favours)) <= 0.1


def test_missed_ones_come_first_where_both_cannot_be_kept() -> None:
    true, known = rows(800, 4)
    both = [
        MistakeLimit(kind="missed", label="urgent", at_most=0.02),
        MistakeLimit(kind="false_alarms", label="urgent", at_most=0.02),
    ]
    answers = favoured(known, LABELS, favours_of(both, LABELS, true, known))
    assert missed(true, answers) <= 0.02


def test_what_is_kept_already_changes_nothing() -> None:
    true = np.array([0, 1] * 50)
    sure = np.where(true[:, None] == np.arange(2), 0.99, 0.01)
    limit = MistakeLimit(kind="missed", label="urgent", at_most=0.05)
    assert favours_of([limit], LABELS, true, sure) == {}
    assert favoured(sure, LABELS, {}) is sure


def test_one_odd_row_does_not_decide_everything() -> None:
    true = np.array([0] * 20 + [1] * 6)
    known = np.where(true[:, None] == np.arange(2), 0.9, 0.1)
    known[-1] = [1 - 1e-9, 1e-9]
    limit = MistakeLimit(kind="missed", label="urgent", at_most=0.05)
    assert favours_of([limit], LABELS, true, known) == {"urgent": MOST}


def test_labels_that_are_not_there_are_left_alone() -> None:
    true, known = rows(50, 1)
    assert favours_of([MistakeLimit(kind="missed", label="other", at_most=0.05)], LABELS, true, known) == {}


def test_rows_still_sum_to_one_and_the_notes_say_what_was_done() -> None:
    _, known = rows(50, 1)
    assert favoured(known, LABELS, {"urgent": 3.0}).sum(axis=1) == pytest.approx(np.ones(50))
    assert favouring_notes({"urgent": 3.0, "calm": 0.5}) == [
        "To keep to what you want, “urgent” is said sooner: its probability counts 3 times.",
        "To keep to what you want, “calm” is said later: its probability counts 0.5 times.",
    ]


@pytest.mark.slow
def test_a_training_keeps_to_the_limit_and_the_saved_model_does_too(tmp_path: Path) -> None:
    rows = table(tmp_path / "rows.parquet", *sms())
    limit = MistakeLimit(kind="missed", label="spam", at_most=0.05)
    # A classifier that is held back much misses many of the rarer label.
    settings = {"C": 0.01, "class_weight": "none"}
    wanted = plan("linear", settings=settings)
    free = train(wanted, rows, None, tmp_path / "free", ListReporter(), "free")
    kept = train(wanted.model_copy(update={"limits": (limit,)}), rows, None, tmp_path / "kept", ListReporter(), "kept")
    recall = [
        next(score.recall for score in trained.outcome.evaluation.per_class if score.label == "spam")
        for trained in (free, kept)
    ]
    assert recall[1] > recall[0]
    assert recall[1] >= 0.85
    assert any("“spam” is said sooner" in note for note in kept.outcome.notes)
    predictor = load_predictor(kept.folder)
    assert predictor.meta["favours"]["spam"] > 1
    assert "`favours`" in (kept.folder / "README.md").read_text("utf-8")
    (answer,) = predictor.predict(["call now to claim your free prize"])
    assert sum(answer.scores.values()) == pytest.approx(1, abs=1e-4)
