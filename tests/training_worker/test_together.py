"""Several processes train one model: the same loss curve as one process, and one of them writes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import distributed

from tests.training_worker.samples import banking, plan, table
from training_worker import together, train_together
from training_worker.reporter import ListReporter
from training_worker.training import train
from workspace.plan import TrainingPlan

Curve = list[tuple[str, int, float]]


@pytest.fixture
def finetuning() -> TrainingPlan:
    return plan("finetune", settings={"epochs": 2, "batch_size": 16})


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return table(tmp_path / "rows.parquet", *banking(per_label=8, labels=8))


def curve(metrics: list[dict[str, object]]) -> Curve:
    wanted = [m for m in metrics if m["name"] in ("train_loss", "valid_loss")]
    return [(str(m["name"]), int(str(m["step"])), float(str(m["value"]))) for m in wanted]


def trained_here(finetuning: TrainingPlan, rows: Path, work: Path) -> tuple[Curve, list[str]]:
    report = ListReporter()
    outcome = train(finetuning, rows, None, work, report, "together").outcome
    return curve([metric.model_dump(mode="json") for metric in report.metrics]), [t.note for t in outcome.tried]


def same(one: Curve, other: Curve) -> None:
    assert [point[:2] for point in one] == [point[:2] for point in other]
    assert [point[2] for point in other] == pytest.approx([point[2] for point in one], rel=1e-3)


@pytest.mark.slow
@pytest.mark.long
def test_two_processes_learn_what_one_learns(
    finetuning: TrainingPlan, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, _ = trained_here(finetuning, rows, tmp_path / "alone")
    assert len(alone) >= 3
    # As torchrun starts them, on one computer or on several.
    (tmp_path / "plan.json").write_text(finetuning.model_dump_json())
    out = tmp_path / "torchrun"
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]
    command += ["training_worker.train_together", str(tmp_path / "plan.json"), str(rows), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert (out / "model" / "mtw.json").is_file()
    assert json.loads(done.stdout.splitlines()[-1])["recipe"] == "finetune"
    same(alone, curve(json.loads((out / "curves.json").read_text("utf-8"))))
    # As the worker does by itself where there are several graphics cards.
    monkeypatch.setenv("MTW_PROCESSES", "2")
    helped, notes = trained_here(finetuning, rows, tmp_path / "helped")
    same(alone, helped)
    assert "2 processes" in notes[0]
    assert not distributed.is_initialized()


def test_one_process_needs_no_agreement() -> None:
    gradient = torch.ones(3)
    assert together.add_up([gradient], 2.0) == 2.0
    assert gradient.tolist() == [1.0, 1.0, 1.0]
    assert together.agree("as it is") == "as it is"
    assert (together.rank(), together.size()) == (0, 1)


def test_together_needs_one_recipe(rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plan.json").write_text(plan("auto").model_dump_json())
    assert train_together.main([str(tmp_path / "plan.json"), str(rows), str(tmp_path / "out")]) != 0
    assert "need one recipe" in capsys.readouterr().err
