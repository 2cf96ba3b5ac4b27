"""What can be set about fine-tuning is done: dropout, schedule, head, pooling, trials, device and precision."""

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.training_worker.test_base_recipes import _tiny_bert, _train
from training_worker.dropout import SeededDropout, dropping, set_dropout
from training_worker.embedding import compute_as, device, in_bfloat16
from training_worker.prediction import load_predictor
from training_worker.reporter import ListReporter
from training_worker.tuning_loop import SCHEDULES
from workspace.errors import Unavailable


def test_dropout_leaves_out_its_share_and_always_the_same() -> None:
    module = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))
    set_dropout(module, 0.25)
    assert isinstance(module[1], SeededDropout)
    values = torch.ones(100, 100)
    assert torch.equal(module[1](values), values)
    with dropping(seed=1, step=2, piece=3):
        first = module[1](values)
    with dropping(seed=1, step=2, piece=3):
        again = module[1](values)
    with dropping(seed=1, step=3, piece=3):
        later = module[1](values)
    assert torch.equal(first, again)
    assert not torch.equal(first, later)
    assert 0.2 < float((first == 0).float().mean()) < 0.3
    assert float(first.mean()) == pytest.approx(1.0, abs=0.05)


def test_without_dropout_nothing_is_left_out() -> None:
    module = nn.Sequential(nn.Dropout(0.5)).train()
    set_dropout(module, 0.0)
    values = torch.ones(10, 10)
    with dropping(seed=1, step=2, piece=3):
        assert torch.equal(module(values), values)


def test_each_schedule_begins_at_the_full_rate_and_falls_as_it_is_called() -> None:
    at = {name: [round(rate(left), 3) for left in (1.0, 0.75, 0.5, 0.25)] for name, rate in SCHEDULES.items()}
    assert at["linear"] == [1.0, 0.75, 0.5, 0.25]
    assert at["cosine"] == [1.0, 0.854, 0.5, 0.146]
    assert at["constant"] == [1.0, 1.0, 1.0, 1.0]


def test_a_gpu_that_is_not_there_is_refused_before_anything_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(Unavailable) as caught:
        compute_as({"device": "gpu"})
    assert caught.value.code == "GPU_UNAVAILABLE"
    compute_as({"device": "cpu", "precision": "bfloat16"})
    assert (device().type, in_bfloat16()) == ("cpu", True)
    compute_as({"precision": "float32"})
    assert not in_bfloat16()
    compute_as({})


@pytest.mark.slow
def test_a_training_with_everything_set_keeps_the_best_trial_and_is_repeatable(tmp_path: Path) -> None:
    base = str(_tiny_bert(tmp_path / "tiny"))
    settings = {"epochs": 1, "batch_size": 16, "accumulation": 2, "dropout": 0.1, "schedule": "cosine", "trials": 2}
    settings |= {"pooling": "cls", "precision": "float32", "device": "cpu", "learning_rate": 1e-3}
    report = ListReporter()
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = _train(tmp_path / "one", "finetune", report, base=base, settings=settings)
    again = _train(tmp_path / "two", "finetune", base=base, settings=settings)
    assert "the best of 2 trials" in first.outcome.tried[0].note
    assert {"valid_macro_f1", "valid_macro_f1 (trial 2)"} <= {m.name for m in report.metrics}
    asked = ["my card has not arrived", "what is the exchange rate"]
    said = [[p.scores for p in load_predictor(trained.folder).predict(asked)] for trained in (first, again)]
    assert said[0] == said[1]


@pytest.mark.slow
@pytest.mark.long
def test_the_models_own_head_can_be_asked_for(tmp_path: Path) -> None:
    base = str(_tiny_bert(tmp_path / "tiny"))
    trained = _train(tmp_path, "finetune", base=base, settings={"epochs": 1, "head": "own"})
    said = load_predictor(trained.folder).predict(["my card has not arrived"])
    assert sum(said[0].scores.values()) == pytest.approx(1.0, abs=1e-3)
    layers = json.loads((trained.folder / "config.json").read_text("utf-8"))["num_hidden_layers"]
    assert layers == 2, "no layer was added for a fitted head"
