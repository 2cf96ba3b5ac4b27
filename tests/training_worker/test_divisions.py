"""The exam as a column of the file has it."""

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training_worker.data import LabelledRows, read_rows, same_text_key, with_columns
from training_worker.divisions import Division, group_folds, moments
from training_worker.evaluating.slices import group_columns
from training_worker.split import Split, split_rows
from workspace.dataset import TaskKind
from workspace.errors import InputError
from workspace.plan import TrainingPlan

CODES = {"RARE_CLASS_SPLIT", "ONE_CLASS", "ONE_GROUP", "EMPTY_DATASET", "NO_TIMES"}


def _split(rows: LabelledRows, way: str, seed: int = 1) -> Split:
    by = Division.of(
        TrainingPlan.model_validate(
            {"dataset_id": "d", "task": TaskKind.CLASSIFICATION, "text": ("t",), "label": "l", f"{way}_column": "by"}
        )
    )
    return split_rows(rows, None, test_fraction=0.2, valid_fraction=0.15, seed=seed, by=by)


def _rows(values: list[str], texts: list[str] | None = None) -> LabelledRows:
    texts = texts or [f"text number {i} {'red' if i % 2 else 'blue'} {i * 7919}" for i in range(len(values))]
    return LabelledRows(texts, ["ab"[i % 2] for i in range(len(values))], columns={"by": values})


def test_named_rows_are_the_exam_and_others_choose() -> None:
    values = ["Train"] * 60 + ["dev"] * 20 + ["TEST"] * 30 + ["spare"] * 5
    split = _split(_rows(values), "split")
    assert split.rows == {"train": 60, "valid": 20, "test": 30}
    assert split.test.texts == _rows(values).texts[80:110]
    assert split.dropped == {"in_no_part": 5}
    assert "30 rows" in split.notes[0]


def test_a_row_that_nearly_repeats_one_of_the_exam_is_not_learned_from() -> None:
    rows = _rows(["train"] * 60 + ["test"] * 20)
    rows.texts[0] = "the parcel with my new blue shoes has not arrived until today"
    rows.texts[60] = "The parcel with my new blue shoes has not arived until today!"
    split = _split(rows, "split")
    assert split.dropped == {"also_in_test": 1}
    assert rows.texts[0] not in split.learn.texts
    assert rows.texts[60] in split.test.texts


@pytest.mark.parametrize(
    ("values", "code"),
    [(["train"] * 20, "NO_TEST_ROWS"), (["test"] * 10 + ["dev"] * 10, "NO_TRAINING_ROWS")],
)
def test_a_split_without_a_side_is_refused(values: list[str], code: str) -> None:
    with pytest.raises(InputError) as fault:
        _split(_rows(values), "split")
    assert fault.value.code == code


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["", *"abcdefgh"]), min_size=12, max_size=80), st.integers(0, 3))
def test_no_group_stands_on_both_sides(values: list[str], seed: int) -> None:
    try:
        split = _split(_rows(values), "group", seed)
    except InputError as fault:
        assert fault.code in CODES  # noqa: PT017
        return
    learned = {value for value in split.learn.columns["by"] if value}
    assert learned.isdisjoint(split.test.columns["by"])
    assert len(split.test)
    if len(learned) > 1 and "" not in split.learn.columns["by"]:
        for train, valid in split.folds:
            groups = np.array(split.learn.columns["by"])
            assert set(groups[train]).isdisjoint(groups[valid])


def test_groups_are_chosen_so_that_labels_keep_their_share() -> None:
    pick = random.Random(5)
    groups = np.array([pick.randrange(50) for _ in range(2000)])
    labels = ["rare" if group % 10 == 0 else "usual" for group in groups.tolist()]
    folds = group_folds(labels, groups, 5, np.random.default_rng(0))
    assert sorted(np.concatenate(folds).tolist()) == list(range(2000))
    shares = [np.mean([labels[i] == "rare" for i in fold]) for fold in folds]
    assert max(shares) - min(shares) < 0.06
    assert max(map(len, folds)) - min(map(len, folds)) < 120


def test_many_small_groups_go_by_chance() -> None:
    folds = group_folds(["a"] * 9000, np.arange(9000) // 3, 5, np.random.default_rng(0))
    assert [len(fold) for fold in folds] == [1800] * 5


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 28), min_size=10, max_size=60))
def test_the_latest_rows_judge(days: list[int]) -> None:
    try:
        split = _split(_rows([f"2024-02-{day:02d}" for day in days]), "time")
    except InputError as fault:
        assert fault.code in CODES  # noqa: PT017
        return
    assert max(split.learn.columns["by"]) < min(split.test.columns["by"])


def test_rows_that_choose_are_later_than_those_learned_from_and_undated_ones_judge_nothing() -> None:
    days = [f"{1 + i % 28:02d}.{1 + i // 28:02d}.2024" for i in range(280)]
    split = _split(_rows(["", "soon", *days]), "time")
    train, valid = split.folds[0]
    at = moments(split.learn.columns["by"])
    assert np.nanmax(at[train]) < at[valid].min()
    assert at[valid].max() < moments(split.test.columns["by"]).min()
    assert {"", "soon"} <= set(split.learn.columns["by"])
    assert split.notes[1].startswith("2 rows without a readable time")


@pytest.mark.parametrize(
    "values",
    [
        ["2", "10", "3.5"],
        ["2024-03-04", "2024-03-05T10:00:00Z", "2024-03-04 23:59"],
        ["04.03.2024", "01.04.2024", "31.03.2024"],
        ["03/04/2024", "04/01/2024", "03/31/2024"],
        ["4 Mar 2024", "April 1, 2024", "2024-03-31"],
    ],
)
def test_times_as_people_write_them(values: list[str]) -> None:
    first, last, between = moments(values)
    assert first < between < last


def test_columns_stand_beside_the_rows_that_were_kept(tmp_path: Path) -> None:
    table = tmp_path / "t.parquet"
    pq.write_table(
        pa.table(
            {
                "t": ["a", "", "c", "d"] * 20,
                "l": ["x", "y", None, "z"] * 20,
                "source": ["web", "web", "mail", None] * 20,
                "number": list(range(80)),
                "by": ["train", "test"] * 40,
                "one": ["same"] * 80,
            }
        ),
        table,
    )
    rows = with_columns(read_rows(table, ["t"], "l"), table, ["source", "number"])
    assert rows.origin[:3] == [0, 3, 4]
    assert rows.columns["source"][:3] == ["web", "", "web"]
    assert rows.take([1, 2]).columns["number"] == ["3", "4"]
    plan = TrainingPlan(dataset_id="d", task=TaskKind.CLASSIFICATION, text=("t",), label="l", split_column="by")
    assert group_columns(table, plan) == ["source"]


def test_no_text_of_the_exam_is_learned_from_whatever_divides() -> None:
    pick = random.Random(3)
    texts = [pick.choice(["hello there", "Hello, there!", f"message {i}"]) for i in range(200)]
    for way, values in (
        ("group", [str(i % 20) for i in range(200)]),
        ("time", [str(i) for i in range(200)]),
        ("split", [pick.choice(["train", "test"]) for _ in range(200)]),
    ):
        split = _split(_rows(values, texts), way)
        exam = {same_text_key(text) for text in split.test.texts}
        assert exam.isdisjoint(same_text_key(text) for text in split.learn.texts)
