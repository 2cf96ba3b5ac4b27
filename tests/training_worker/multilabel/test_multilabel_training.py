"""Whole trainings with several labels a text, on real comments: they learn, and what is saved says the same."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import skops.io

from tests.training_worker.samples import DATA, plan
from training_worker.kinds import kind_of
from training_worker.multilabel.predictor import MultilabelPredictor
from training_worker.prediction import load_predictor
from training_worker.reporter import ListReporter
from training_worker.training import Trained, train
from workspace.dataset import TaskKind
from workspace.errors import InputError

TEXTS = ["Thank you so much, this is wonderful!", "Why would anybody do that?", "", "🙂"]


def comments() -> list[tuple[str, list[str]]]:
    """Texts with their emotions, some with several, some with none."""
    lines = (DATA / "goemotions_sample.jsonl").read_text("utf-8").splitlines()
    return [(row["text"], row["labels"]) for row in map(json.loads, lines)]


def table(path: Path, rows: list[tuple[str, list[str]]]) -> Path:
    labels = pa.array([labels for _, labels in rows], pa.list_(pa.string()))
    pq.write_table(pa.table({"text": [text for text, _ in rows], "label": labels}), path)
    return path


def trained(folder: Path, recipe: str, seed: int = 42, **settings: object) -> Trained:
    wanted = plan(recipe, task=TaskKind.MULTILABEL, seed=seed, settings=settings)
    return train(wanted, table(folder / "rows.parquet", comments()), None, folder / "work", ListReporter(), "Emotions")


@pytest.fixture(scope="module")
def linear(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return trained(tmp_path_factory.mktemp("linear"), "linear", C=0.3)


def test_it_learns_and_says_how_good_it_is(linear: Trained) -> None:
    evaluation = linear.outcome.evaluation
    assert evaluation.metrics["macro_f1"] > evaluation.baseline["macro_f1"] + 0.3
    assert evaluation.metrics["macro_f1"] > evaluation.linear_baseline["macro_f1"] > evaluation.baseline["macro_f1"]
    low, high = evaluation.intervals["macro_f1"]
    assert low <= evaluation.metrics["macro_f1"] <= high
    assert set(evaluation.thresholds) == set(linear.labels)
    assert {m.expected for m in evaluation.mistakes} & {"no label", *linear.labels}
    assert sum(linear.outcome.rows.values()) == len(comments())


def test_the_card_says_how_labels_are_given(linear: Trained) -> None:
    card = (linear.folder / "README.md").read_text("utf-8")
    assert f"any of {len(linear.labels)} labels" in card
    assert "`thresholds` in `mtw.json`" in card
    assert "A plain linear classifier of words, as scikit-learn has it, gets" in card
    assert f"| macro_f1 | {linear.outcome.evaluation.metrics['macro_f1']:.3f} |" in card


def test_every_label_reaches_both_sides(linear: Trained) -> None:
    support = {score.label: score.support for score in linear.outcome.evaluation.per_class}
    everywhere = {label: sum(label in labels for _, labels in comments()) for label in linear.labels}
    for label, count in support.items():
        assert 0.1 < count / everywhere[label] < 0.3


def test_labels_are_those_above_their_threshold(linear: Trained) -> None:
    predictor = load_predictor(linear.folder)
    assert isinstance(predictor, MultilabelPredictor)
    found = predictor.predict(TEXTS)
    for prediction in found:
        assert prediction.label == max(prediction.scores, key=prediction.scores.__getitem__)
        given = {n for n, p in prediction.scores.items() if p >= linear.outcome.evaluation.thresholds[n] - 1e-6}
        assert set(prediction.labels or []) == given
    assert found[0].labels is not None
    assert "gratitude" in found[0].labels


def test_thresholds_come_from_validation_rows_only(linear: Trained, tmp_path: Path) -> None:
    """With other answers in the test rows, model and thresholds stay the same to the last bit."""
    rows = comments()
    learn, test = rows[::2], rows[1::2]
    wanted = plan("linear", task=TaskKind.MULTILABEL, settings={"C": 0.3})
    file = table(tmp_path / "learn.parquet", learn)
    files = [
        table(tmp_path / "a.parquet", test),
        table(tmp_path / "b.parquet", [(text, ["anger"]) for text, _ in test]),
    ]
    models = [train(wanted, file, other, tmp_path / other.stem, ListReporter(), "x") for other in files]
    thresholds = [m.outcome.evaluation.thresholds for m in models]
    assert thresholds[0] == thresholds[1]
    one, two = (load_predictor(m.folder) for m in models)
    assert isinstance(one, MultilabelPredictor)
    assert isinstance(two, MultilabelPredictor)
    assert np.array_equal(one.probabilities(TEXTS), two.probabilities(TEXTS))


def test_it_loads_with_plain_skops(linear: Trained) -> None:
    pipeline = skops.io.load(linear.folder / "model.skops", trusted=[])
    predictor = load_predictor(linear.folder)
    assert isinstance(predictor, MultilabelPredictor)
    assert np.allclose(pipeline.predict_proba(TEXTS), predictor.probabilities(TEXTS))


def test_the_same_seed_gives_the_same_model(linear: Trained, tmp_path: Path) -> None:
    again = load_predictor(trained(tmp_path, "linear", C=0.3).folder)
    first = load_predictor(linear.folder)
    assert [p.scores for p in again.predict(TEXTS)] == [p.scores for p in first.predict(TEXTS)]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "EMPTY_DATASET"),
        ([("a", ["x"]), ("b", [])], "ONE_CLASS"),
        ([("a", []), ("b", [])], "ONE_CLASS"),
        ([("a", [str(i) for i in range(1001)])], "TOO_MANY_LABELS"),
    ],
)
def test_rows_that_teach_nothing_are_refused(tmp_path: Path, rows: list[tuple[str, list[str]]], code: str) -> None:
    kind = kind_of(TaskKind.MULTILABEL)
    read = kind.read(plan("linear", task=TaskKind.MULTILABEL), table(tmp_path / "rows.parquet", rows))
    with pytest.raises(InputError) as caught:
        kind.check(read)
    assert caught.value.code == code


@pytest.mark.usefixtures("float32")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "settings"), [("embed", {}), pytest.param("finetune", {"epochs": 1}, marks=pytest.mark.long)]
)
def test_models_with_a_base_load_with_plain_transformers(
    tmp_path: Path, recipe: str, settings: dict[str, object]
) -> None:
    from transformers import pipeline

    done = trained(tmp_path, recipe, **settings)
    evaluation = done.outcome.evaluation
    assert evaluation.metrics["macro_f1"] > evaluation.baseline["macro_f1"] + 0.3
    predictor = load_predictor(done.folder)
    expected = predictor.predict(TEXTS[:2])
    for options in ({}, {"function_to_apply": "sigmoid"}):
        classify = pipeline("text-classification", model=str(done.folder), top_k=None, **options)
        for answers, prediction in zip(classify(TEXTS[:2]), expected, strict=True):
            assert {a["label"]: a["score"] for a in answers} == pytest.approx(prediction.scores, abs=1e-4)
