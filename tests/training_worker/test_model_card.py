"""The model card in the form that the Hugging Face hub reads."""

from typing import Any

import pytest
from huggingface_hub import ModelCard

from training_worker.energy import Energy
from training_worker.model_card import model_card
from workspace.dataset import CurvePoint
from workspace.model import ClassScore, Evaluation, LearningCurve, RunOutcome, Slice
from workspace.settings import Settings

NAME = "mails Q3 | final"
META: dict[str, Any] = {
    "task": "classification",
    "labels": ["billing", "shipping"],
    "text": ["body"],
    "label": "team",
    "recipe": "embed",
    "base": "all-MiniLM-L6-v2",
    "base_licence": "apache-2.0",
    "base_hub_id": "sentence-transformers/all-MiniLM-L6-v2",
    "format": "encoder",
    "languages": ["English", "German", "Klingon"],
    "plan": {"seed": 7, "time_column": "day"},
}


def _outcome(**changes: Any) -> RunOutcome:
    point = CurvePoint(rows=400, score=0.9, low=0.88, high=0.92)
    evaluation = Evaluation(
        rows=100,
        metrics={"accuracy": 0.9, "precision": 0.91, "recall": 0.89, "macro_f1": 0.9, "ece": 0.02, "ece_before": 0.2},
        intervals={"accuracy": (0.84, 0.95)},
        baseline={"accuracy": 0.6},
        per_class=[ClassScore(label="billing", precision=0.9, recall=0.9, f1=0.9, support=50)],
        slices=[
            Slice(column="source", value="web", rows=60, accuracy=0.95, interval=(0.87, 0.98)),
            Slice(column="source", value="mail", rows=40, accuracy=0.8, interval=(0.65, 0.9)),
        ],
        curve=LearningCurve(points=[point], expected=[point, CurvePoint(rows=800, score=0.93, low=0.9, high=0.95)]),
    )
    body: dict[str, Any] = {
        "model_id": "",
        "recipe": "embed",
        "base": "all-MiniLM-L6-v2",
        "rows": {"train": 400, "valid": 60, "test": 100},
        "evaluation": evaluation,
        "tried": [],
        "notes": ["The exam is the 100 latest rows, from 2024-10-18 on (column day)."],
        "seconds": {"total": 12.0},
        "peak_rss_mb": 500.0,
        "footprint": Energy(10.0, 500.0).used(3600),
    }
    return RunOutcome(**body | changes)


def test_the_hub_reads_its_front_matter() -> None:
    card = ModelCard(model_card(NAME, META, _outcome()))
    read: Any = card.data
    data = read.to_dict()
    assert data["license"] == "apache-2.0"
    assert data["language"] == ["en", "de"]
    assert data["datasets"] == ["mails-Q3-final"]
    assert data["base_model"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert data["pipeline_tag"] == "text-classification"
    assert data["co2_eq_emissions"]["emissions"] == 5.0
    (accuracy, *_) = [r for r in read.eval_results if r.metric_type == "accuracy"]
    assert accuracy.metric_value == 0.9
    metric = data["model-index"][0]["results"][0]["metrics"][0]
    assert metric["name"] == "accuracy"


def test_people_read_how_it_was_judged_what_it_cost_and_where_it_is_weak() -> None:
    text = model_card(NAME, META, _outcome())
    assert "judged on what came after it learned" in text
    assert "- The exam is the 100 latest rows" in text
    assert "Seed: 7." in text
    assert "About 10 Wh and 5 g of CO2. This is an estimate, not a measurement" in text
    assert text.index("source: mail") < text.index("source: web")
    assert "changes by +3.0 points from 400 to 800 rows" in text
    assert "| ece_before | 0.200 |" in text
    assert "Languages of the texts, as far as seen: English, German, Klingon." in text


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ({"group_column": "customer"}, "whole groups of rows"),
        ({"split_column": "part"}, "A column of the data names them"),
        ({"test_dataset_id": "ds_2"}, "a file of their own"),
        ({}, "drawn by chance"),
    ],
)
def test_each_way_to_put_the_exam_aside_is_told(plan: dict[str, str], says: str) -> None:
    assert says in model_card(NAME, META | {"plan": plan}, _outcome())


def test_an_older_outcome_has_no_footprint() -> None:
    text = model_card(NAME, META | {"languages": []}, _outcome(footprint=None))
    assert "## Energy\n\nNot known." in text
    assert "co2_eq_emissions" not in text


def test_the_estimate_follows_the_settings() -> None:
    energy = Energy.of(Settings(watts_per_core=20, grid_grams_per_kwh=50))
    used = energy.used(1800)
    assert used.kwh == pytest.approx(0.01)
    assert used.grams_co2 == pytest.approx(0.5)
