"""What is said of few rows, uneven labels and other languages."""

from dataclasses import replace

import numpy as np

from training_worker.data import LabelledRows
from training_worker.data_notes import notes_on
from training_worker.split import Split

GERMAN = "Ich habe die Rechnung noch nicht bekommen, bitte schicken Sie sie mir bald zu."
ENGLISH = "I have not received the invoice yet, please send it to me as soon as you can."


def _split(texts: list[str], labels: list[str], folds: int = 1) -> Split:
    rows = LabelledRows(texts, labels, {})
    halves = (np.arange(0, len(texts), 2), np.arange(1, len(texts), 2))
    return Split(rows, rows, sorted(set(labels)), [halves] * folds)


def test_nothing_is_said_of_many_even_rows_in_english() -> None:
    assert notes_on(_split([ENGLISH] * 80, ["a", "b"] * 40), starter=True) == []


def test_few_rows_and_how_they_judge() -> None:
    (note,) = notes_on(_split([ENGLISH] * 8, ["a", "b"] * 4, folds=5), starter=True)
    assert "half of the labels have 4 or fewer" in note
    assert "5 rounds" in note


def test_uneven_labels_are_named() -> None:
    split = _split([ENGLISH] * 4004, ["ham"] * 4000 + ["spam"] * 4)
    (note,) = notes_on(split, starter=True)
    assert "ham has 4,000 rows and spam has 4" in note
    early = (np.arange(2000, 4004), np.arange(2000))  # no spam among the rows that judge
    _, second = notes_on(replace(split, folds=[early]), starter=True)
    assert second.startswith("spam: too few rows")


def test_another_language_is_said_where_the_starter_model_reads() -> None:
    split = _split([GERMAN, ENGLISH] * 40, ["a", "b"] * 40)
    (note,) = notes_on(split, starter=True)
    assert "German" in note
    assert notes_on(split, starter=False) == []
