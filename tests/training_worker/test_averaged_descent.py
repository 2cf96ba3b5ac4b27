"""Many rows: counts held once in single precision, and classifiers that read them a slice at a time."""

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from tests.training_worker.samples import banking, plan, sms, table
from training_worker import averaged_descent, word_counts
from training_worker.averaged_descent import fit_by_descent
from training_worker.reporter import ListReporter
from training_worker.training import train


def test_it_answers_as_liblinear_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(averaged_descent, "SLICE_ROWS", 100)
    monkeypatch.setattr(averaged_descent, "PASSES", 40)  # few rows: as many steps as many rows make in ten passes
    texts, names = banking(per_label=20, labels=3)
    matrix = csr_matrix(TfidfVectorizer(dtype=np.float32).fit_transform(texts))
    known, classes = np.unique(names, return_inverse=True)
    order = np.random.default_rng(0).permutation(len(texts))
    learn, rest = order[::2], order[1::2]
    told: list[float] = []
    weights, bias = fit_by_descent(
        ListReporter(), matrix, learn, np.arange(3), lambda label, at: classes[at] == label, 1.0, None, 0, told.append
    )
    by_liblinear = LinearSVC(C=1.0).fit(matrix[learn], classes[learn])
    found = np.argmax(matrix[rest] @ weights.T + bias, axis=1)
    assert len(known) == 3
    assert np.mean(found == by_liblinear.predict(matrix[rest])) >= 0.9
    assert told == sorted(told)
    assert told[-1] < 1


def test_many_texts_are_counted_in_parts_as_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_counts, "PART_ROWS", 7)
    texts = [*sms()[0][:50], "", "!"]
    counter = TfidfVectorizer(dtype=np.float32).fit(texts)
    parts = word_counts._counted(counter, texts)
    assert (parts != counter.transform(texts)).nnz == 0
    assert parts.dtype == np.float32
    assert parts.indices.dtype == parts.indptr.dtype == np.int32


def test_a_training_from_many_rows_is_about_as_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table(tmp_path / "rows.parquet", *sms())
    scores = []
    for limit in (10_000_000, 20_000):
        monkeypatch.setattr(word_counts, "MANY_CHARACTERS", limit)
        chosen = plan("linear", settings={"C": 1.0})
        trained = train(chosen, rows, None, tmp_path / str(limit), ListReporter(), "sms")
        scores.append(trained.outcome.evaluation.metrics["accuracy"])
    assert scores[1] > scores[0] - 0.03
