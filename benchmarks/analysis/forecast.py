"""Learning curves measured on a part of real data, continued to all of it, beside what all of it then gives.

    python benchmarks/analysis/forecast.py FOLDER [--sets banking77 trec snips sms_spam] [--draws 5]

FOLDER as for flipped_labels.py. For each draw, a random 25 % or 50 % of the rows is all that the curve sees; truth is
the quick model's accuracy when it learns from all rows, each row judged by a model that has not seen it.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from flipped_labels import SETS, table_of

from training_worker.analyses.learning_curve import Curve, forecast, measure
from training_worker.analyses.quick_model import Views, folds_of, out_of_sample
from training_worker.analyses.rows import read_sample, stratified_order
from training_worker.embedding import load_encoder, vectors_of
from training_worker.reading_texts import no_vectors, reader_of
from training_worker.starter import STARTER, resolve_base
from training_worker.vector_cache import VectorCache

MAX_TOKENS = 256


def nothing(*_: object) -> None:
    return None


def measure_set(folder: Path, name: str, draws: int, cache: VectorCache) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "table.parquet"
        text, label = table_of(folder, name, path)
        rows = read_sample(path, [text], label, 1_000_000)
    encoder = load_encoder(resolve_base(STARTER))
    vectors = no_vectors(encoder, len(rows))
    if not cache.find(reader_of(encoder, MAX_TOKENS), rows.texts, vectors).all():
        vectors = vectors_of(encoder, rows.texts, MAX_TOKENS, nothing)
    names = sorted(set(rows.labels))
    classes = np.array([names.index(label) for label in rows.labels])

    def curve_of(chosen: np.ndarray) -> Curve:
        texts = [rows.texts[i] for i in chosen]
        views, folds = Views.of(texts, vectors[chosen]), folds_of(texts, classes[chosen])
        model = out_of_sample(views, classes[chosen], len(names), folds, nothing)
        return measure(views, classes[chosen], len(names), folds, model, nothing)

    whole = curve_of(np.arange(len(rows)))
    truth, learned = whole.accuracy[:, -1].mean(), whole.sizes[-1]
    for share in (0.25, 0.5):
        found = []
        for draw in range(draws):
            chosen = stratified_order(classes, seed=draw)[: int(share * len(rows))]
            curve = curve_of(chosen)
            ahead = forecast(curve, [learned])[0]
            found.append((curve.accuracy[:, -1].mean(), ahead.score, ahead.low, ahead.high))
        now, score, low, high = np.array(found).T
        print(
            f"{name}\tfrom {share:.0%}: now {now.mean():.3f}, forecast {score.mean():.3f}, truth {truth:.3f}\t"
            f"mean error {np.abs(score - truth).mean():.3f} (taking today's score: {np.abs(now - truth).mean():.3f})\t"
            f"truth inside the 80 % interval {np.mean((low <= truth) & (truth <= high)):.0%}, "
            f"width {np.mean(high - low):.3f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--draws", type=int, default=5)
    called = parser.parse_args()
    for name in called.sets:
        measure_set(called.folder, name, called.draws, VectorCache())


if __name__ == "__main__":
    main()
