"""A training from table to folder, with a tiny model of random weights."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from transformers import pipeline

from tests.training_worker.generation.tiny import questions
from training_worker.auto import Tournament, settings_of
from training_worker.data import LabelledRows
from training_worker.generation.low_rank import adapt
from training_worker.job import Job, Pace
from training_worker.kinds.generation import token_probability
from training_worker.prediction import load_predictor
from training_worker.printing import show_evaluation
from training_worker.recipes import lora
from training_worker.reporter import Stop
from training_worker.split import Split
from training_worker.training import Trained, split_of, train
from workspace.dataset import TaskKind
from workspace.errors import InputError
from workspace.plan import STARTER, WRITER, TrainingPlan
from workspace.recipe import load_recipes
from workspace.run import MetricLogged, Progressed

ROWS = 60


@dataclass
class Report:
    """Collects what is told; asks to stop at the given look after a checkpoint."""

    stop_after: int | None = None
    curve: list[tuple[str, int, float]] = field(default_factory=list)
    checkpoints: int = 0

    def check(self) -> None:
        if self.stop_after is not None and self.checkpoints >= self.stop_after:
            raise Stop

    def progress(self, event: Progressed) -> None:
        assert 0 <= event.fraction <= 1

    def metric(self, event: MetricLogged) -> None:
        self.curve.append((event.name, event.step, event.value))

    def checkpointed(self) -> None:
        self.checkpoints += 1


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prompts, answers = questions(ROWS)
    path = tmp_path_factory.mktemp("rows") / "table.parquet"
    pq.write_table(pa.table({"instruction": prompts, "input": [""] * ROWS, "output": answers}), path)
    return path


def _plan(base: Path, **settings: float) -> TrainingPlan:
    return TrainingPlan(
        dataset_id="ds_test",
        task=TaskKind.GENERATION,
        text=("instruction", "input"),
        label="output",
        metric="token_probability",
        base=str(base),
        budget_seconds=600,
        settings={"learning_rate": 0.01, "epochs": 6, **settings},
    )


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def trained(rows: Path, tiny_folder: Path, work: Path) -> Trained:
    return train(_plan(tiny_folder), rows, None, work, Report(), "tiny")


@pytest.mark.slow
def test_it_learns_and_says_how_much(trained: Trained) -> None:
    evaluation = trained.outcome.evaluation
    assert set(evaluation.metrics) == {"loss", "perplexity", "token_probability", "chrf", "rouge_l"}
    assert set(evaluation.baseline) == set(evaluation.metrics)
    assert evaluation.metrics["loss"] < 0.5 * evaluation.baseline["loss"]
    assert evaluation.metrics["rouge_l"] > evaluation.baseline["rouge_l"]
    assert evaluation.rows == trained.outcome.rows["test"]
    first = evaluation.samples[0]
    assert first.reference.startswith("The ")
    assert first.before != first.after
    card = (trained.folder / "README.md").read_text("utf-8")
    assert 'pipeline("text-generation"' in card
    assert f"Before training it was {evaluation.baseline['perplexity']:.3f}" in card


@pytest.mark.slow
def test_the_terminal_shows_answers_before_and_after(trained: Trained, capsys: pytest.CaptureFixture[str]) -> None:
    evaluation = trained.outcome.evaluation
    show_evaluation(evaluation)
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.count("Before") == 2  # a column of the figures, and one of the answers
    assert evaluation.samples[0].reference.split()[-1] in shown
    assert "simplest way" not in shown


@pytest.mark.slow
def test_the_folder_answers_alike_with_plain_transformers(trained: Trained) -> None:
    prompt = questions(1)[0][0]
    predictor = load_predictor(trained.folder)
    (found,) = predictor.predict([prompt])
    assert found.as_json() == {"text": prompt, "output": found.output}
    plain = pipeline("text-generation", model=str(trained.folder))
    (answer,) = plain([{"role": "user", "content": prompt}], return_full_text=False)
    assert answer["generated_text"].strip() == found.output
    again = [p.output for p in predictor.stream(questions(3)[0])]
    assert again[0] == found.output
    meta = json.loads((trained.folder / "mtw.json").read_text("utf-8"))
    assert "adapter/adapter_model.safetensors" in meta["files"]


@pytest.mark.slow
def test_the_score_is_that_of_the_state_that_is_saved(
    trained: Trained, rows: Path, tiny_folder: Path, work: Path
) -> None:
    learn = split_of(_plan(tiny_folder), rows, None).learn
    judged = [int(i) for i in np.load(work / "lora" / "valid_rows.npy")]
    answers = np.load(work / "lora" / "valid_answers.npy")
    assert trained.outcome.tried[0].score == pytest.approx(token_probability(answers), abs=1e-5)
    predictor = load_predictor(trained.folder)
    shares: list[float] = []
    found = predictor.losses([learn.texts[i] for i in judged], [learn.targets[i] for i in judged], shares.append)
    np.testing.assert_allclose(found, answers, rtol=0.02, atol=0.01)  # weights are stored in float16
    assert sum(shares) == pytest.approx(1)


@pytest.mark.slow
def test_the_base_model_is_found_again_inside(trained: Trained, tiny_folder: Path) -> None:
    predictor = load_predictor(trained.folder)
    prompts, answers = questions(6)
    learned = predictor.losses(prompts, answers, lambda tokens: None)
    with predictor.before_training():
        before = predictor.losses(prompts, answers, lambda tokens: None)
    base = load_predictor_of_base(tiny_folder, prompts, answers)
    np.testing.assert_allclose(before, base, rtol=0.01)
    np.testing.assert_allclose(predictor.losses(prompts, answers, lambda tokens: None), learned, rtol=1e-6)


def load_predictor_of_base(folder: Path, prompts: list[str], answers: list[str]) -> np.ndarray:
    from training_worker.generation.causal import load_causal, sums_of_losses
    from training_worker.starter import Base

    causal = load_causal(Base("tiny", str(folder)))
    encoded = causal.form.encode(prompts, answers, 200)
    return sums_of_losses(causal, encoded.tokens, encoded.starts, lambda tokens: None)


@pytest.mark.slow
def test_an_interrupted_training_ends_with_the_same_weights(
    rows: Path, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training_worker.tuning_loop.checkpoint_due", lambda seconds, every: True)
    monkeypatch.setattr(lora.Learning, "_affordable_steps", lambda self, lanes: 9)
    plan = _plan(tiny_folder)
    whole = train(plan, rows, None, tmp_path / "whole", Report(), "tiny")
    with pytest.raises(Stop):
        train(plan, rows, None, tmp_path / "cut", Report(stop_after=4), "tiny")
    cut = train(plan, rows, None, tmp_path / "cut", Report(), "tiny")
    weights = "adapter/adapter_model.safetensors"
    assert (whole.folder / weights).read_bytes() == (cut.folder / weights).read_bytes()


def test_too_few_rows_and_no_rows_are_said(tmp_path: Path, tiny_folder: Path) -> None:
    for prompts, code in ((["a", "b"], "TOO_FEW_ROWS"), ([""], "EMPTY_DATASET")):
        path = tmp_path / f"{code}.parquet"
        pq.write_table(pa.table({"instruction": prompts, "input": prompts, "output": ["x"] * len(prompts)}), path)
        with pytest.raises(InputError) as caught:
            train(_plan(tiny_folder), path, None, tmp_path / "work", Report(), "tiny")
        assert caught.value.code == code


def test_the_encoder_is_no_base_to_write_with(rows: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        train(_plan(Path(STARTER)), rows, None, tmp_path / "work", Report(), "tiny")
    assert caught.value.code == "WRONG_TASK_HEAD"
    assert WRITER in caught.value.next_step


def test_a_training_that_ends_with_its_budget_says_so_from_the_first_second(
    rows: Path, tiny_folder: Path, tmp_path: Path
) -> None:
    plan = _plan(tiny_folder).model_copy(update={"budget_seconds": 20})  # all rows would take a minute by the recipe
    tournament = Tournament(plan, split_of(plan, rows, None), tmp_path, Pace(Report(), 20))
    tournament.job(load_recipes()["lora"])
    assert 15 < tournament.facts["lora_seconds"] <= 20


def test_the_judgement_at_the_end_is_part_of_the_progress(tiny: lora.Causal, tmp_path: Path) -> None:
    prompts, answers = questions(24)
    encoded = tiny.form.encode(prompts, answers, 100)
    train_rows, valid_rows = np.arange(16), np.arange(16, 24)
    plan = TrainingPlan(dataset_id="ds", task=TaskKind.GENERATION, text=("t",), label="l")
    nothing = LabelledRows(prompts, [""] * 24)
    recipe = load_recipes()["lora"]
    job = Job(
        plan=plan,
        split=Split(nothing, nothing, [], []),
        settings=settings_of(recipe, plan),
        work=tmp_path,
        report=Report(),
        deadline=float("inf"),
        recipe="lora",
        on_progress=lambda fraction, message: None,
    )
    layers = adapt(tiny.model, 2, 4, False, 0)
    learning = lora.Learning(job, tiny, layers, encoded, train_rows, valid_rows, 0.0)
    assert learning._fraction() == pytest.approx(lora.START)
    learning.position.step = learning.position.total_steps
    # 6 steps of 8 rows that are learned, and 8 rows that are read, at 1 / 2.4 of the time.
    assert learning._fraction() == pytest.approx(lora.START + (0.98 - lora.START) * 6 / (6 + 1 / 2.4), rel=0.01)


def test_what_was_cut_is_said(tiny: lora.Causal) -> None:
    encoded = tiny.form.encode(["word " * 200, "Is it?"], ["Yes.", "word " * 200], 40)
    notes = lora.cut_notes(encoded, 40)
    assert [note.split(" ", 1)[0] for note in notes] == ["1", "1"]
    assert lora.cut_notes(tiny.form.encode(["Is it?"], ["Yes."], 40), 40) == []
