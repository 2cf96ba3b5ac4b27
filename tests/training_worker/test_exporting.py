"""Models taken away: the same answers in another form, and programs that need nothing of ours."""

import ast
import json
import runpy
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import JsonValue
from transformers import AutoTokenizer, BertConfig, BertModel

from tests.training_worker.multilabel.test_multilabel_training import comments
from tests.training_worker.multilabel.test_multilabel_training import table as emotions
from tests.training_worker.ner.samples import ner_plan, tagged
from tests.training_worker.ner.samples import table as words
from tests.training_worker.runs import stored_dataset
from tests.training_worker.samples import banking, plan, table
from training_worker.analyses import AnalysisInput, analysis_of_kind
from training_worker.artifacts import store_model
from training_worker.computations import Computing
from training_worker.data import LabelledRows
from training_worker.example_script import requirements_of
from training_worker.exporting import Difference, Exported, export_model
from training_worker.onnx_export import quick_form
from training_worker.prediction import load_predictor, read_meta
from training_worker.reporter import ListReporter
from training_worker.starter import starter_folder
from training_worker.training import train
from training_worker.vector_cache import VectorCache
from workspace.analysis import AnalysisJob
from workspace.dataset import TaskKind
from workspace.errors import InputError
from workspace.home import Workspace
from workspace.model import ModelForm

QUESTIONS = ["My card has not come yet", "what was the exchange rate you used", "ok", "Why was I charged twice? " * 9]


def _silent(message: str, fraction: float) -> None:
    """Nobody wants to know."""


def _no_rows() -> LabelledRows | None:
    return None


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two small layers with the starter's tokenizer."""
    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    config = BertConfig(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2)
    BertModel(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(str(starter_folder())).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folders(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One small model of each form, by its recipe."""
    found = {}
    for recipe in ("linear", "embed", "blend"):
        place = tmp_path_factory.mktemp(recipe)
        rows = table(place / "rows.parquet", *banking(per_label=8, labels=5))
        made = train(plan(recipe, base=str(tiny)), rows, None, place / "work", ListReporter(), "Questions")
        found[recipe] = made.folder
    return found


def _scores(folder: Path, texts: list[str]) -> list[dict[str, float]]:
    return [p.scores for p in load_predictor(folder).predict(texts)]


@pytest.mark.usefixtures("float32")
@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["embed", "blend"])
def test_onnx_gives_the_same_answers_and_is_read_without_torch(
    folders: dict[str, Path], recipe: str, tmp_path: Path
) -> None:
    export_model(folders[recipe], "onnx", tmp_path / "out", _no_rows, _silent)
    assert "onnx" in json.dumps(read_meta(tmp_path / "out")["files"])
    for ours, theirs in zip(_scores(folders[recipe], QUESTIONS), _scores(tmp_path / "out", QUESTIONS), strict=True):
        assert theirs == pytest.approx(ours, abs=0.03 if torch.cuda.is_available() else 2e-3)


@pytest.mark.slow
def test_eight_bits_are_smaller_and_their_price_is_measured(folders: dict[str, Path], tmp_path: Path) -> None:
    texts, labels = banking(per_label=8, labels=5)
    done = export_model(folders["embed"], "onnx-int8", tmp_path / "out", lambda: LabelledRows(texts, labels), _silent)
    assert done.difference is not None
    assert done.difference.rows == len(texts)
    assert done.difference.before > 0.5
    assert done.bytes < 0.5 * done.bytes_before
    assert f"{len(texts):,} test texts" in done.sentence
    assert read_meta(tmp_path / "out")["weights"] == "int8"
    assert "in ONNX, its weights in 8 bits" in (tmp_path / "out" / "README.md").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "form"), [("linear", "zip"), ("embed", "transformers"), ("blend", "zip"), ("blend", "onnx")]
)
def test_the_program_that_goes_along_gives_the_same_answers(
    folders: dict[str, Path], recipe: str, form: ModelForm, tmp_path: Path
) -> None:
    out = tmp_path / ("model.zip" if form == "zip" else "model")
    export_model(folders[recipe], form, out, _no_rows, _silent)
    if form == "zip":
        with zipfile.ZipFile(out) as archive:
            archive.extractall(tmp_path)
    script = tmp_path / "model" / "predict.py"
    program = runpy.run_path(str(script))
    for text, ours in zip(QUESTIONS, load_predictor(folders[recipe]).predict(QUESTIONS), strict=True):
        label, probability = program["predict"]([text])[0]
        assert (label, probability) == (ours.label, pytest.approx(ours.score, abs=0.02))
    code = script.read_text("utf-8")
    imported = {name.split(".")[0] for name in _imported(code)} - {"json", "sys", "pathlib"}
    known = {"skops", "numpy", "torch", "transformers", "onnxruntime", "tokenizers"}
    assert imported <= known
    assert (tmp_path / "model" / "requirements.txt").read_text("utf-8").split() == requirements_of(code)
    assert json.loads((tmp_path / "model" / "labels.json").read_text("utf-8")) == read_meta(folders[recipe])["labels"]


def _imported(code: str) -> list[str]:
    nodes: list[Any] = list(ast.walk(ast.parse(code)))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return plain + [node.module for node in nodes if isinstance(node, ast.ImportFrom)]


@pytest.mark.slow
def test_what_a_form_cannot_hold_is_said(folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no base model") as caught:
        export_model(folders["linear"], "transformers", tmp_path / "out", _no_rows, _silent)
    assert caught.value.code == "NO_TRANSFORMERS"
    with pytest.raises(InputError) as caught:
        export_model(folders["linear"], "onnx", tmp_path / "out", _no_rows, _silent)
    assert caught.value.code == "NO_ONNX"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_quick_form_is_made_once(folders: dict[str, Path], tmp_path: Path) -> None:
    said: list[str] = []
    meta = read_meta(folders["embed"])
    quick = quick_form(folders["embed"], meta, tmp_path, said.append)
    assert quick_form(folders["embed"], meta, tmp_path, said.append) == quick
    assert len(said) == 1
    assert len(_scores(quick, QUESTIONS)) == 4
    assert quick_form(folders["linear"], read_meta(folders["linear"]), tmp_path, said.append) == folders["linear"]


def test_the_sentence_says_what_was_gained_and_lost() -> None:
    less = Difference(3080, "accuracy", 0.942, 0.940)
    found = Exported("onnx-int8", Path("out"), 23_000_000, 92_000_000, less)
    assert found.sentence == "onnx-int8: 4.0 times smaller (23.0 MB), 0.2 points less right on 3,080 test texts."
    same = Difference(100, "accuracy", 0.9, 0.9)
    assert Exported("onnx", Path("out"), 92, 92, same).sentence.endswith("as many right on 100 test texts.")


@pytest.mark.slow
def test_a_worker_writes_it_for_the_chat(tiny: Path, tmp_path: Path, workspace: Workspace) -> None:
    dataset = stored_dataset(workspace, rows=60)
    wanted = plan("embed", base=str(tiny), dataset_id=dataset.id)
    run, _ = workspace.runs.create(workspace.plans.add(wanted))
    with workspace.storage.as_file(dataset.table_key) as rows:
        made = train(wanted, rows, None, tmp_path / "work", ListReporter(), "Mails")
        outcome = store_model(workspace.engine, workspace.storage, run, made, "Mails")
        key = workspace.storage.key("exports", "x.zip")
        args: dict[str, JsonValue] = {"model_id": outcome.model_id, "form": "onnx-int8", "key": key}
        job = AnalysisJob(kind="export", dataset_id=dataset.id, text=("text",), args=args)
        owned = Computing(workspace.settings, workspace.owner_id)
        given = AnalysisInput(job, rows, dataset.profile, tmp_path, ListReporter(), VectorCache(), owned=owned)
        found = analysis_of_kind("export")(given)
    rows_tested = made.outcome.evaluation.rows
    assert str(found.data["sentence"]).endswith(f"right on {rows_tested} test texts.")
    with workspace.storage.as_file(key) as file, zipfile.ZipFile(file) as archive:
        assert {"x/predict.py", "x/model.onnx", "x/requirements.txt", "x/labels.json"} <= set(archive.namelist())


@pytest.mark.slow
def test_several_labels_keep_their_thresholds(tiny: Path, tmp_path: Path) -> None:
    wanted = plan("embed", base=str(tiny), task=TaskKind.MULTILABEL, settings={"C": 3.0})
    rows = emotions(tmp_path / "rows.parquet", comments()[:120])
    made = train(wanted, rows, None, tmp_path / "work", ListReporter(), "Emotions").folder
    texts = [text for text, _ in comments()[:20]]
    ours = load_predictor(made).predict(texts)
    assert any(answer.labels for answer in ours)
    export_model(made, "onnx", tmp_path / "out", _no_rows, _silent)
    theirs = load_predictor(tmp_path / "out").predict(texts)
    for ours_one, theirs_one in zip(ours, theirs, strict=True):
        assert theirs_one.scores == pytest.approx(ours_one.scores, abs=0.03)
    program = runpy.run_path(str(tmp_path / "out" / "predict.py"))
    for text, answer in zip(texts, theirs, strict=True):
        assert {label for label, _ in program["predict"]([text])[0]} == set(answer.labels or [])


@pytest.mark.slow
def test_names_are_found_in_the_same_places(tiny: Path, tmp_path: Path) -> None:
    rows = words(tmp_path / "rows.parquet", tagged()[:60])
    wanted = ner_plan("ner_finetune", base=str(tiny), settings={"epochs": 1, "batch_size": 16})
    made = train(wanted, rows, None, tmp_path / "work", ListReporter(), "Names").folder
    export_model(made, "onnx", tmp_path / "out", _no_rows, _silent)
    texts = [" ".join(found) for found, _ in tagged()[:30]]
    ours, theirs = (load_predictor(folder).predict(texts) for folder in (made, tmp_path / "out"))
    places = [[[(e.start, e.end, e.label) for e in p.entities or []] for p in answers] for answers in (ours, theirs)]
    assert places[0] == places[1]
    answers = runpy.run_path(str(tmp_path / "out" / "predict.py"))["predict"](texts)
    for text, names in zip(texts, answers, strict=True):
        assert all(text[start:end] == word for _, word, start, end in names)
