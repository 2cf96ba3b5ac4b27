"""Rows for rare labels: made from learning rows only, near copies of the exam refused, the gain measured honestly."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.training_worker.samples import banking, sms, table
from training_worker.analyses import AnalysisInput, AnalysisResult
from training_worker.analyses.augmentation import AugmentOptions, augment, chosen_labels, make_rows
from training_worker.analyses.gain import measured_gain
from training_worker.data import LabelledRows, read_rows
from training_worker.reporter import ListReporter, Stop
from training_worker.split import split_rows
from training_worker.vector_cache import VectorCache
from workspace.analysis import AnalysisJob
from workspace.augmentation import MARKER, same_text_key, source_key
from workspace.dataset import DatasetProfile, TaskGuess, TaskKind
from workspace.errors import InputError
from workspace.plan import TrainingPlan


def ask(folder: Path, texts: list[str], names: list[str], report: ListReporter, **args: Any) -> AnalysisResult:
    rows = table(folder / "rows.parquet", texts, names)
    job = AnalysisJob(
        kind="augment", dataset_id="ds", text=("text",), label="label", task=TaskKind.CLASSIFICATION, args=args
    )
    guess = TaskGuess(kind=TaskKind.CLASSIFICATION, text=["text"], label="label", confidence=1, why="")
    profile = DatasetProfile(format="csv", rows=len(texts), columns=[], task=guess)
    return augment(AnalysisInput(job, rows, profile, folder, report, VectorCache()))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[AnalysisResult, ListReporter]:
    """154 messages of which 24 are spam."""
    texts, labels = sms()
    spam = [i for i, label in enumerate(labels) if label == "spam"][:24]
    kept = [i for i, label in enumerate(labels) if label != "spam"][:130] + spam
    folder, report = tmp_path_factory.mktemp("augment"), ListReporter()
    return ask(folder, [texts[i] for i in kept], [labels[i] for i in kept], report), report


@pytest.mark.slow
def test_new_rows_stand_below_the_old_ones_and_name_their_source(measured: tuple[AnalysisResult, ListReporter]) -> None:
    result = measured[0]
    assert result.table is not None
    rows = pq.read_table(result.table).to_pylist()
    made = [row for row in rows if row[MARKER]]

    assert len(made) == result.data["rows_added"] > 20
    assert rows[-len(made) :] == made
    assert {row["label"] for row in made} == {"spam"}
    written = {source_key(row["text"]): row for row in rows if not row[MARKER]}
    assert {written[row[MARKER]]["label"] for row in made} == {"spam"}


@pytest.mark.slow
def test_no_source_is_in_the_exam_of_a_training(measured: tuple[AnalysisResult, ListReporter]) -> None:
    assert measured[0].table is not None
    rows = read_rows(measured[0].table, ["text"], "label")
    usual = {name: TrainingPlan.model_fields[name].default for name in ("test_fraction", "valid_fraction", "seed")}
    split = split_rows(rows, None, **usual)
    exam = {same_text_key(text) for text in split.test.texts}

    assert split.dropped.get("made_from_exam_rows", 0) == 0
    assert len(split.learn.made) == measured[0].data["rows_added"]
    assert not exam & {same_text_key(text) for text in split.learn.texts}


@pytest.mark.slow
def test_the_gain_comes_with_an_interval_and_no_text_of_a_row(measured: tuple[AnalysisResult, ListReporter]) -> None:
    data, report = measured[0].data, measured[1]

    assert -1 <= data["low"] <= data["gain"] <= data["high"] <= 1  # type: ignore[operator]
    assert data["after"] == pytest.approx(data["before"] + data["gain"], abs=2e-4)  # type: ignore[operator]
    assert (data["seeds"], data["added"]) == (5, {"spam": data["rows_added"]})
    (label,) = data["labels"]  # type: ignore[misc]
    assert label["label"] == "spam"
    fractions = [tick.fraction for tick in report.progressed]
    assert fractions == sorted(fractions)
    assert len({tick.message for tick in report.progressed}) >= 3


@pytest.mark.slow
def test_it_can_be_stopped(tmp_path: Path) -> None:
    texts, labels = banking(labels=3)
    with pytest.raises(Stop):
        ask(tmp_path, texts, labels, ListReporter(stop_after_checks=2), labels=labels[:1])


def rows_of(**counts: int) -> LabelledRows:
    texts = [f"{label} text number {i} with {i * 7} some more words" for label, n in counts.items() for i in range(n)]
    return LabelledRows(texts, [label for label, n in counts.items() for _ in range(n)])


def test_rare_are_labels_with_fewer_than_half_of_the_middle_ones_rows() -> None:
    assert chosen_labels(rows_of(a=100, b=90, c=20, d=8), []) == ["d", "c"]
    assert chosen_labels(rows_of(a=100, b=90, c=80), ["c", "c"]) == ["c"]
    with pytest.raises(InputError) as none:
        chosen_labels(rows_of(a=100, b=90), [])
    with pytest.raises(InputError) as unknown:
        chosen_labels(rows_of(a=100, b=90), ["z"])
    assert (none.value.code, unknown.value.code) == ("NO_RARE_LABELS", "LABEL_UNKNOWN")


def test_near_copies_of_exam_rows_are_refused() -> None:
    learn = LabelledRows(["the parcel came late again today my friend", "x y z"] * 3 + ["other words here"] * 9, [])
    learn = LabelledRows(learn.texts, ["rare"] * 6 + ["much"] * 9)
    near = LabelledRows(["the parcel came late again today friend"], ["rare"])
    free = make_rows(learn, LabelledRows([], []), ["rare"], AugmentOptions(methods=["drop"]))
    guarded = make_rows(learn, near, ["rare"], AugmentOptions(methods=["drop"]))

    assert any(text.startswith("the parcel") or "parcel" in text for text in free.texts)
    assert not [text for text in guarded.texts if "parcel" in text]
    assert guarded.refused > free.refused


def test_paraphrases_are_used_for_learning_rows_only() -> None:
    learn = rows_of(rare=5, much=40)
    pairs = [
        (source_key(learn.texts[0]), "the same in quite other words"),
        (source_key("a row of the exam"), "this one must not be used"),
    ]
    made = make_rows(learn, rows_of(much=2), ["rare"], AugmentOptions(methods=[], paraphrases=pairs))

    assert (made.texts, made.sources, made.methods) == (["the same in quite other words"], [0], ["paraphrase"])


@pytest.mark.slow
def test_a_real_gain_is_seen_and_none_is_invented() -> None:
    """The rare class lies where only the new rows show it; then again with new rows that say nothing new."""
    rng = np.random.default_rng(0)
    classes = np.array([0] * 150 + [1] * 20, dtype=np.int64)
    centre = np.where(classes[:, None] == 0, 1.0, -0.2) * np.array([1.0, 0, 0, 0])
    written = (centre + rng.normal(scale=0.7, size=(170, 4))).astype(np.float32)
    sources = np.repeat(np.arange(150, 170), 4)
    clear = np.tile(np.array([-1.0, 0, 0, 0], np.float32), (80, 1)) + rng.normal(scale=0.3, size=(80, 4)).astype(
        np.float32
    )
    texts = [f"t{i}" for i in range(250)]

    def gain(new: np.ndarray) -> float:  # type: ignore[type-arg]
        vectors = np.vstack([written, new]).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        found = measured_gain(texts, vectors, classes, sources, ["a", "b"], ["b"], 2, lambda _: None)
        assert found.low <= found.gain <= found.high
        return found.gain if found.low > 0 else 0.0

    assert gain(clear) > 0.02
    assert gain(written[sources]) == 0.0


def test_other_tasks_are_refused(tmp_path: Path) -> None:
    job = AnalysisJob(kind="augment", dataset_id="ds", text=("t",), label="l", task=TaskKind.NER)
    guess = TaskGuess(kind=TaskKind.NER, text=["t"], label="l", confidence=1, why="")
    profile = DatasetProfile(format="csv", rows=1, columns=[], task=guess)
    with pytest.raises(InputError) as caught:
        augment(AnalysisInput(job, tmp_path / "none.parquet", profile, tmp_path, ListReporter(), VectorCache()))
    assert caught.value.code == "AUGMENTATION_IMPOSSIBLE"
