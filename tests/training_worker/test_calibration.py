import numpy as np

from training_worker.calibration import fit_weights, log_probabilities, softmax


def _members(seed: int = 0, rows: int = 2000) -> tuple[list[np.ndarray], np.ndarray]:
    """Two models that each know another part of the truth, and one that guesses."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, 4, rows)
    scores = [rng.normal(size=(rows, 4)) for _ in range(3)]
    for number in range(2):
        knows = rng.random(rows) < 0.7
        scores[number][knows, true[knows]] += 3
    return [log_probabilities(softmax(s)) for s in scores], true


def test_the_blend_is_better_than_each_and_leaves_out_what_only_guesses() -> None:
    members, true = _members()
    weights = fit_weights(members, true)
    assert weights[:2].min() > 0.3
    assert weights[2] < 0.1
    unseen, truth = _members(seed=1)
    blended = np.tensordot(weights, np.stack(unseen), axes=1)
    assert (blended.argmax(axis=1) == truth).mean() > max((m.argmax(axis=1) == truth).mean() for m in unseen) + 0.03
    probabilities = softmax(blended)
    assert abs(probabilities.max(axis=1).mean() - (blended.argmax(axis=1) == truth).mean()) < 0.03


def test_without_rows_all_models_count_alike() -> None:
    assert fit_weights([np.zeros((0, 3))] * 2, np.zeros(0, np.int64)).tolist() == [0.5, 0.5]
