import numpy as np
import pytest

from training_worker.whitened_head import Option, compact, fit, variation


def _vectors(rows: int, dimensions: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three labels that differ in the first dimension, under a noise that is far louder in all the others."""
    rng = np.random.default_rng(seed)
    classes = np.arange(rows) % 3
    vectors = rng.normal(size=(rows, dimensions)) * 5
    vectors[:, 0] = classes + rng.normal(size=rows) * 0.2
    return vectors.astype(np.float32), classes


def _right(vectors: np.ndarray, classes: np.ndarray, option: Option) -> float:
    weights, bias = fit(vectors[::2], classes[::2], variation(vectors[::2], classes[::2], vectors.shape[1]), 3, option)
    return float(((vectors[1::2] @ weights.T + bias).argmax(axis=1) == classes[1::2]).mean())


def test_what_varies_within_labels_is_not_listened_to() -> None:
    vectors, classes = _vectors(600, 40)
    assert _right(vectors, classes, Option(0.01, 10.0)) > 0.9
    assert _right(vectors, classes, Option(1.0, 0.0001)) < 0.8


def test_fewer_rows_than_dimensions_are_compacted_without_loss() -> None:
    vectors, classes = _vectors(30, 80)
    short, basis = compact(vectors)
    assert short.shape == (30, 30)
    assert short @ basis == pytest.approx(vectors, abs=1e-4)
    option = Option(0.5, 1.0)
    whole = fit(vectors, classes, variation(vectors, classes, 80), 3, option)
    weights, bias = fit(short, classes, variation(short, classes, 80), 3, option)
    assert vectors @ (weights @ basis).T + bias == pytest.approx(vectors @ whole[0].T + whole[1], abs=0.02)


def test_a_label_without_a_row_never_wins_and_one_text_a_label_is_enough() -> None:
    vectors = np.eye(4, dtype=np.float32)[:3]
    classes = np.array([0, 1, 3])
    weights, bias = fit(vectors, classes, variation(vectors, classes, 4), 4, Option(0.3, 3.0))
    scores = vectors @ weights.T + bias
    assert scores.argmax(axis=1).tolist() == [0, 1, 3]
    assert (scores[:, 2] < scores.min(axis=1) + 1e-9).all()
