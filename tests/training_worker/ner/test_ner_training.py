"""Real trainings that find names, through the whole training: rows, split, recipe, judgement, saved model."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from transformers import pipeline

from tests.training_worker.ner.samples import ner_plan, table, tagged
from tests.training_worker.test_base_recipes import _StopAtStep, _tiny_bert
from training_worker import tuning_loop
from training_worker.ner.rows import text_of
from training_worker.prediction import load_predictor
from training_worker.recipes import ner_finetune
from training_worker.reporter import CancelAsked, ListReporter
from training_worker.training import Trained, train
from training_worker.use_model import evaluate_file, predict_file
from workspace.model import Prediction

pytestmark = pytest.mark.slow
QUICK = {"epochs": 2, "batch_size": 16, "checkpoint_seconds": 1}


def _train(folder: Path, recipe: str, report: ListReporter | None = None, **changes: object) -> Trained:
    folder.mkdir(exist_ok=True)
    rows = table(folder / "rows.parquet", tagged())
    return train(ner_plan(recipe, **changes), rows, None, folder / "work", report or ListReporter(), "Names")


def _answers(trained: Trained) -> list[Prediction]:
    return load_predictor(trained.folder).predict([text_of(words)[0] for words, _ in tagged()])


@pytest.fixture(scope="module")
def linear(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return _train(tmp_path_factory.mktemp("linear"), "ner_linear")


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The starter model alone; six passes over 38 texts."""
    settings = {"epochs": 6, "batch_size": 8, "learning_rate": 0.0002, "word_features": False}
    return _train(tmp_path_factory.mktemp("tuned"), "ner_finetune", settings=settings)


@pytest.mark.parametrize("kind", ["linear", "tuned"])
def test_it_finds_the_names_it_learned_and_tells_how_many_of_others(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    trained: Trained = request.getfixturevalue(kind)
    evaluation = trained.outcome.evaluation
    assert {"entity_f1", "entity_precision", "entity_recall", "partial_f1", "type_f1"} == set(evaluation.metrics)
    assert evaluation.rows == 12
    assert {score.label for score in evaluation.per_class} >= set(trained.labels)
    assert any(mistake.expected_entities for mistake in evaluation.mistakes)
    assert set(evaluation.linear_baseline) == set(evaluation.metrics)
    plain = evaluation.linear_baseline["entity_f1"]
    assert f"as scikit-learn has it, gets {plain:.3f}." in (trained.folder / "README.md").read_text("utf-8")
    again = evaluate_file(str(trained.folder), table(tmp_path / "all.parquet", tagged()), [], None)
    assert again.metrics["entity_f1"] > 0.6
    assert again.metrics["entity_f1"] > again.baseline["entity_f1"]


@pytest.mark.parametrize("kind", ["linear", "tuned"])
def test_answers_name_the_very_letters(kind: str, request: pytest.FixtureRequest) -> None:
    trained: Trained = request.getfixturevalue(kind)
    found = [entity for answer in _answers(trained) for entity in answer.entities or [] if answer.text]
    assert found
    for answer in _answers(trained):
        for entity in answer.entities or []:
            assert answer.text[entity.start : entity.end] == entity.text
            assert entity.label in trained.labels
            assert 0 < entity.score <= 1


def test_a_saved_crf_is_no_pickle_and_its_card_says_how_to_open_it(linear: Trained) -> None:
    names = {path.name for path in linear.folder.iterdir()}
    assert names == {"model.crfsuite", "mtw.json", "README.md", "labels.json", "requirements.txt"}
    card = (linear.folder / "README.md").read_text("utf-8")
    assert "token-classification" in card
    assert "pycrfsuite" in card


def test_plain_transformers_finds_the_same_names(tuned: Trained) -> None:
    """But for words that the tokenizer cuts, where plain transformers decides piece by piece."""
    plain = pipeline("token-classification", model=str(tuned.folder), aggregation_strategy="simple", device="cpu")
    ours = theirs = both = 0
    for answer in _answers(tuned)[:15]:
        one = {(e.start, e.end, e.label) for e in answer.entities or []}
        other = {(e["start"], e["end"], e["entity_group"]) for e in plain(answer.text)}
        ours, theirs, both = ours + len(one), theirs + len(other), both + len(one & other)
    assert both > 0.7 * max(ours, theirs)


def test_a_file_of_texts_gets_a_column_of_names(linear: Trained, tmp_path: Path) -> None:
    text = "  I love Redondo Beach Blvd"
    pq.write_table(pa.table({"tokens": [text, None]}), tmp_path / "in.parquet")
    answers = list(predict_file(str(linear.folder), tmp_path / "in.parquet", tmp_path / "out.parquet"))
    cells = pq.read_table(tmp_path / "out.parquet").column("entities").to_pylist()
    assert [json.loads(cell) for cell in cells] == [[e.model_dump() for e in a.entities or []] for a in answers]
    assert all(text[e["start"] : e["end"]] == e["text"] for e in json.loads(cells[0]))


def test_the_same_seed_gives_the_same_bits_even_after_interruptions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkpoint after every step, stopped twice in the middle: loss by loss the same training."""
    monkeypatch.setattr(ner_finetune.TagLearning, "_affordable_steps", lambda self, lanes: 6)
    monkeypatch.setattr(ner_finetune.TagLearning, "least_between", 2)
    monkeypatch.setattr(tuning_loop, "LOG_STEPS", 1)
    monkeypatch.setattr(tuning_loop, "checkpoint_due", lambda seconds, every: True)
    base = str(_tiny_bert(tmp_path / "tiny"))
    whole_report = ListReporter()
    whole = _train(tmp_path / "whole", "ner_finetune", whole_report, base=base, settings=QUICK)
    seen: dict[int, float] = {}
    for stop_at in (2, 4, None):
        report = _StopAtStep(stop_at)
        try:
            parts = _train(tmp_path / "parts", "ner_finetune", report, base=base, settings=QUICK)
        except CancelAsked:
            assert stop_at is not None
        seen |= {m.step: m.value for m in report.metrics if m.name == "train_loss"}
    assert seen == {m.step: m.value for m in whole_report.metrics if m.name == "train_loss"}
    assert [a.entities for a in _answers(whole)] == [a.entities for a in _answers(parts)]
    assert np.array_equal(_weights(whole), _weights(parts))


def _weights(trained: Trained) -> np.ndarray:
    from safetensors.numpy import load_file

    return np.concatenate([v.ravel() for _, v in sorted(load_file(trained.folder / "model.safetensors").items())])
