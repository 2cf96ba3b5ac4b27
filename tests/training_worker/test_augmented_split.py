"""Rows that augmentation made are learned from where their source is, and judge nothing."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from training_worker.data import LabelledRows, read_rows
from training_worker.split import split_rows
from training_worker.training import thin
from workspace.augmentation import MARKER, same_text_key, source_key

TEXTS = [f"message number {i} about {'money' if i % 2 else 'parcels'} and so on" for i in range(200)]
LABELS = ["billing" if i % 2 else "delivery" for i in range(200)]
MADE = [f"{text} indeed" for text in TEXTS]


@pytest.fixture
def rows() -> LabelledRows:
    """200 written rows, then one made from each."""
    sources = [""] * 200 + [source_key(text) for text in TEXTS]
    return LabelledRows(TEXTS + MADE, LABELS + LABELS, {}, sources)


def split_of(rows: LabelledRows, test: LabelledRows | None = None, seed: int = 7):  # type: ignore[no-untyped-def]
    return split_rows(rows, test, test_fraction=0.2, valid_fraction=0.15, seed=seed)


def test_the_exam_is_that_of_the_written_rows_alone(rows: LabelledRows) -> None:
    plain = split_of(LabelledRows(TEXTS, LABELS))
    split = split_of(rows)

    assert split.test.texts == plain.test.texts
    assert split.learn.texts[: len(plain.learn)] == plain.learn.texts
    assert split.rows["valid"] == plain.rows["valid"]


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_none_is_made_from_a_row_that_judges(rows: LabelledRows, seed: int) -> None:
    split = split_of(rows, seed=seed)
    exam = {source_key(text) for text in split.test.texts}
    learned = [source for source in split.learn.sources if source]

    assert len(learned) == 160
    assert not exam & set(learned)
    assert split.dropped["made_from_exam_rows"] == 40
    for train, valid in split.folds:
        judged = {source_key(split.learn.texts[i]) for i in valid}
        assert not [i for i in valid if split.learn.sources[i]]
        assert not judged & {split.learn.sources[i] for i in train}
        assert len(train) == 2 * (160 - len(valid))


def test_with_an_exam_of_its_own_all_are_learned_from(rows: LabelledRows) -> None:
    test = LabelledRows(["something else about money", MADE[0]], ["billing", "delivery"])
    split = split_of(rows, test)

    assert len(split.learn) == 399
    assert same_text_key(MADE[0]) not in {same_text_key(text) for text in split.learn.texts}


def test_fewer_rows_keep_their_sources(rows: LabelledRows) -> None:
    smaller = thin(split_of(rows), 100, 0)

    assert len(smaller.learn.sources) == len(smaller.learn) == 100
    for _, valid in smaller.folds:
        assert not [i for i in valid if smaller.learn.sources[i]]


def test_the_mark_is_read_from_the_table(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    marks = [None, source_key("a b c"), None]
    pq.write_table(pa.table({"t": ["a b c", "a c b", None], "l": ["x", "x", "y"], MARKER: marks}), path)
    rows = read_rows(path, ["t"], "l")

    assert rows.texts == ["a b c", "a c b"]
    assert rows.sources == ["", source_key("a b c")]
    assert rows.made == [1]


def test_tables_without_the_mark_are_divided_as_ever() -> None:
    split = split_of(LabelledRows(TEXTS, LABELS))

    assert split.learn.sources == []
    assert np.array_equal(np.sort(np.concatenate([valid for _, valid in split.folds])), np.arange(160))
