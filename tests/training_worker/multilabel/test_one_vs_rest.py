"""One classifier a label: what is saved answers as what was fitted, and calibrated probabilities mean what they say."""

from pathlib import Path

import numpy as np
import skops.io
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from training_worker.multilabel.one_vs_rest import as_one_vs_rest, fit_calibration, fit_labels
from training_worker.reporter import ListReporter

LABELS = ["a", "b", "c"]


def rows(seed: int = 1, count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(count, 5)).astype(np.float32)
    return features, features @ rng.normal(size=(5, 3)) + rng.normal(size=(count, 3)) > 0.5


def test_the_saved_model_answers_as_the_weights_say_and_holds_no_code(tmp_path: Path) -> None:
    features, targets = rows()
    weights, bias = fit_labels(ListReporter(), LogisticRegression, features, targets, lambda done: None)
    file = tmp_path / "model.skops"
    skops.io.dump(as_one_vs_rest(weights, bias, LABELS), file)
    model = skops.io.load(file, trusted=[])
    assert np.allclose(model.predict_proba(features), expit(features @ weights.T + bias), atol=1e-6)
    assert np.array_equal(model.predict(features), features @ weights.T + bias > 0)
    assert model.classes_.tolist() == LABELS
    assert (model.predict(features) == targets).mean() > 0.75


def test_a_label_that_no_row_has_is_never_given_and_one_that_all_have_always() -> None:
    features, targets = rows()
    targets[:, 0], targets[:, 1] = False, True
    weights, bias = fit_labels(ListReporter(), LogisticRegression, features, targets, lambda done: None)
    never, always, _ = expit(features @ weights.T + bias).T
    assert never.max() < 0.001
    assert always.min() > 0.999


def test_calibrated_probabilities_mean_what_they_say_for_each_label() -> None:
    rng = np.random.default_rng(2)
    odds = rng.normal(-1, 2, (20_000, 2))
    targets = rng.random(odds.shape) < expit(odds)
    scores = odds * [0.2, 3.0] + [1.0, -2.0]  # as two classifiers with different scales might give them
    slope, offset = fit_calibration(scores, targets)
    assert np.abs(expit(scores * slope + offset) - expit(odds)).max() < 0.05


def test_a_label_with_one_row_is_calibrated_as_the_others_are() -> None:
    rng = np.random.default_rng(3)
    odds = rng.normal(-1, 2, (2000, 3))
    targets = rng.random(odds.shape) < expit(odds)
    targets[:, 2] = False
    targets[int(odds[:, 2].argmin()), 2] = True  # and ranks the wrong way round
    slope, _ = fit_calibration(odds, targets)
    assert (slope > 0).all()
    assert np.allclose(slope[:2], 1, atol=0.2)


def test_without_rows_scores_are_taken_as_they_are() -> None:
    slope, offset = fit_calibration(np.zeros((0, 2)), np.zeros((0, 2), bool))
    assert (slope.tolist(), offset.tolist()) == ([1, 1], [0, 0])
