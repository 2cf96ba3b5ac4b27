"""How good predictions of several labels a text are, with intervals, against always giving the commonest set.

Names as in scikit-learn; ``precision`` and ``recall`` are means over labels, as for one label a text. Labels that are
neither true nor given anywhere do not count in means over labels.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from training_worker.evaluating.attribution import Probabilities, words_that_mattered
from training_worker.evaluating.slices import slices_of
from training_worker.evaluating.sureness import reliability
from training_worker.evaluation import BOOTSTRAP_SAMPLES, MISTAKES, TEXT_CHARS, calibration_error
from workspace.exams import exam_of
from workspace.model import ClassScore, Evaluation, Mistake

INTERVAL_METRICS = ("macro_f1", "micro_f1", "weighted_f1", "precision", "recall", "subset_accuracy", "hamming_loss")
NO_LABEL = "no label"
_MOST_DRAWN = 20_000_000

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Labels = tuple[str, ...]


@dataclass(frozen=True)
class _Tallies:
    """Per label (last axis): hits, how often given, how often true. ``exact``: rows with just the right labels."""

    hits: Numbers
    given: Numbers
    true: Numbers
    exact: Numbers
    rows: int


def flags_of(targets: Sequence[Labels], labels: Sequence[str]) -> Flags:
    """Rows by labels: which labels each row has. Labels that are not listed are left out."""
    number = {label: i for i, label in enumerate(labels)}
    found = np.zeros((len(targets), len(labels)), dtype=bool)
    for row, names in enumerate(targets):
        found[row, [number[name] for name in names if name in number]] = True
    return found


def evaluate(
    texts: Sequence[str],
    targets: Sequence[Labels],
    probabilities: Numbers,
    labels: Sequence[str],
    thresholds: Numbers,
    *,
    commonest: Labels | None = None,
    plain: Flags | None = None,
    seed: int = 0,
    columns: Mapping[str, Sequence[str]] | None = None,
    ask: Probabilities | None = None,
) -> Evaluation:
    """Scores of ``probabilities`` (rows by ``labels``) against the ``targets``; a label is given from its threshold on.

    Labels that only stand in ``targets`` count as missed: the model cannot know them. ``commonest`` is the commonest
    set of labels of the training rows, for the baseline; without it, that of ``targets``. ``plain`` are the answers of
    a plain model (rows by ``labels``), for the other baseline.
    """
    names = [*labels, *sorted({name for row in targets for name in row} - set(labels))]
    true = flags_of(targets, names)
    given = np.zeros_like(true)
    given[:, : len(labels)] = probabilities >= thresholds
    metrics = metrics_of(true, given)
    known = true[:, : len(labels)]
    metrics["ece"] = calibration_error(known.ravel(), probabilities.ravel())
    common = Counter(targets).most_common(1)[0][0] if commonest is None else commonest
    right = (true == given).all(axis=1)
    parts = np.stack([(true & given).sum(axis=1), given.sum(axis=1), true.sum(axis=1)], axis=1)
    beside: dict[str, float] = {}
    if plain is not None:
        beside = metrics_of(true, np.pad(plain, ((0, 0), (0, len(names) - len(labels)))))
    guess = np.broadcast_to(flags_of([common], names), true.shape)
    return Evaluation(
        rows=len(true),
        metrics={k: round(v, 6) for k, v in metrics.items()},
        intervals=bootstrap_intervals(true, given, seed),
        baseline={k: round(v, 6) for k, v in metrics_of(true, guess).items()},
        linear_baseline={k: round(v, 6) for k, v in beside.items()},
        reliability=reliability(known.ravel(), probabilities.ravel()),
        per_class=_per_label(true, given, names),
        labels=names,
        thresholds={label: round(float(t), 6) for label, t in zip(labels, thresholds, strict=True)},
        mistakes=_mistakes(texts, true, given, probabilities, names, ask),
        wrong=int((~right).sum()),
        slices=slices_of(right, texts, columns),
        exam=exam_of(texts, ["\0".join(sorted(row)) for row in targets], right.tolist(), "f1", parts.tolist()),
    )


def metrics_of(true: Flags, given: Flags) -> dict[str, float]:
    """macro_f1, micro_f1, weighted_f1, precision, recall (means over labels), micro_precision, micro_recall,
    subset_accuracy (rows with just the right labels) and hamming_loss (share of wrong yes-or-no answers)."""
    tallies = _Tallies(
        (true & given).sum(axis=0).astype(float),
        given.sum(axis=0).astype(float),
        true.sum(axis=0).astype(float),
        np.asarray((true == given).all(axis=1).sum(), dtype=float),
        len(true),
    )
    return {name: float(value) for name, value in _from_tallies(tallies).items()}


def _from_tallies(tallies: _Tallies) -> dict[str, Numbers]:
    hits, given, true = tallies.hits, tallies.given, tallies.true
    both = given + true
    seen = both > 0
    f1 = 2 * hits / np.maximum(both, 1)
    all_hits, all_given, all_true = hits.sum(axis=-1), given.sum(axis=-1), true.sum(axis=-1)

    def mean(values: Numbers) -> Numbers:
        return np.asarray((values * seen).sum(axis=-1) / np.maximum(seen.sum(axis=-1), 1))

    return {
        "macro_f1": mean(f1),
        "micro_f1": np.asarray(2 * all_hits / np.maximum(all_given + all_true, 1)),
        "weighted_f1": np.asarray((f1 * true).sum(axis=-1) / np.maximum(all_true, 1)),
        "precision": mean(hits / np.maximum(given, 1)),
        "recall": mean(hits / np.maximum(true, 1)),
        "micro_precision": np.asarray(all_hits / np.maximum(all_given, 1)),
        "micro_recall": np.asarray(all_hits / np.maximum(all_true, 1)),
        "subset_accuracy": np.asarray(tallies.exact / max(tallies.rows, 1)),
        "hamming_loss": np.asarray((both - 2 * hits).sum(axis=-1) / max(tallies.rows * hits.shape[-1], 1)),
    }


def bootstrap_intervals(true: Flags, given: Flags, seed: int) -> dict[str, tuple[float, float]]:
    """95 % percentile intervals: rows are drawn anew, with all their labels."""
    parts = [csr_array(part.astype(np.float32)) for part in (true & given, given, true)]
    exact = (true == given).all(axis=1)
    drawn: dict[str, list[Numbers]] = {name: [] for name in INTERVAL_METRICS}
    for weights in _draws(len(true), seed):
        hits, said, have = (np.asarray(weights @ part, dtype=np.float64) for part in parts)
        found = _from_tallies(_Tallies(hits, said, have, np.asarray(weights @ exact, dtype=np.float64), len(true)))
        for name in INTERVAL_METRICS:
            drawn[name].append(found[name])
    intervals = {}
    for name, values in drawn.items():
        low, high = np.quantile(np.concatenate(values), [0.025, 0.975])
        intervals[name] = (round(float(low), 6), round(float(high), 6))
    return intervals


def _draws(rows: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """How often each row is drawn, samples by rows, a few samples at a time."""
    rng = np.random.default_rng(seed)
    share = np.full(rows, 1 / rows)
    step = max(1, min(BOOTSTRAP_SAMPLES, _MOST_DRAWN // rows))
    for start in range(0, BOOTSTRAP_SAMPLES, step):
        yield rng.multinomial(rows, share, size=min(step, BOOTSTRAP_SAMPLES - start)).astype(np.float32)


def _per_label(true: Flags, given: Flags, names: Sequence[str]) -> list[ClassScore]:
    hits, said, have = (part.sum(axis=0) for part in (true & given, given, true))
    return [
        ClassScore(
            label=name,
            precision=round(float(hits[i] / max(said[i], 1)), 6),
            recall=round(float(hits[i] / max(have[i], 1)), 6),
            f1=round(float(2 * hits[i] / max(said[i] + have[i], 1)), 6),
            support=int(have[i]),
        )
        for i, name in enumerate(names)
    ]


def _mistakes(
    texts: Sequence[str],
    true: Flags,
    given: Flags,
    probabilities: Numbers,
    names: Sequence[str],
    ask: Probabilities | None,
) -> list[Mistake]:
    """Rows with a wrong label, those first where the model was surest of what is wrong, with the words that spoke for
    that label or against it."""
    sure = np.zeros(true.shape)
    sure[:, : probabilities.shape[1]] = probabilities
    wrongly = np.where(true & ~given, 1 - sure, np.where(given & ~true, sure, 0.0))
    wrongly_sure = wrongly.max(axis=1)
    wrong = np.flatnonzero((true != given).any(axis=1))
    wrong = wrong[np.argsort(-wrongly_sure[wrong], kind="stable")][:MISTAKES].tolist()
    shown = [texts[i][:TEXT_CHARS] for i in wrong]
    # Of labels that the model does not know nothing can be asked.
    worst = wrongly[wrong, : probabilities.shape[1]].argmax(axis=1).tolist()
    words = words_that_mattered(ask, shown, worst) if ask else [[] for _ in wrong]
    return [
        Mistake(
            text=text,
            expected=_named(true[i], names),
            predicted=_named(given[i], names),
            score=round(float(wrongly_sure[i]), 6),
            words=told,
            words_for=names[column] if told else "",
        )
        for i, text, column, told in zip(wrong, shown, worst, words, strict=True)
    ]


def _named(flags: Flags, names: Sequence[str]) -> str:
    return ", ".join(name for name, flag in zip(names, flags, strict=True) if flag) or NO_LABEL
