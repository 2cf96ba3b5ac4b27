"""Whole trainings with the linear recipe: quick, real, on real rows."""

import errno
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import skops.io
import yaml
from sklearn.pipeline import Pipeline

from tests.training_worker.samples import banking, plan, sms, table
from training_worker import auto, export
from training_worker.data import read_rows
from training_worker.evaluation import evaluate
from training_worker.prediction import load_predictor
from training_worker.reporter import CancelAsked, ListReporter
from training_worker.training import Trained, train
from workspace.cleaning import FIXES
from workspace.dataset import FixCall
from workspace.errors import InputError, Unavailable


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trained, ListReporter]:
    folder = tmp_path_factory.mktemp("linear")
    report = ListReporter()
    trained = train(plan("linear"), table(folder / "sms.parquet", *sms()), None, folder / "work", report, "SMS")
    return trained, report


def test_defaults_learn_on_real_messages(learned: tuple[Trained, ListReporter]) -> None:
    evaluation = learned[0].outcome.evaluation
    assert evaluation.metrics["macro_f1"] > 0.9
    assert evaluation.metrics["macro_f1"] > evaluation.baseline["macro_f1"] + 0.3
    low, high = evaluation.intervals["accuracy"]
    assert low <= evaluation.metrics["accuracy"] <= high


def test_defaults_learn_with_ten_rows_a_label(tmp_path: Path) -> None:
    rows = table(tmp_path / "rows.parquet", *banking(per_label=10))
    trained = train(plan("linear"), rows, None, tmp_path / "work", ListReporter(), "few")
    evaluation = trained.outcome.evaluation
    assert evaluation.metrics["accuracy"] > evaluation.baseline["accuracy"] + 0.35
    assert trained.outcome.rows["valid"] > 0


def test_the_outcome_tells_rows_times_and_what_was_tried(learned: tuple[Trained, ListReporter]) -> None:
    outcome = learned[0].outcome
    assert outcome.model_id == ""
    assert sum(outcome.rows.values()) == 600
    assert outcome.rows["test"] == outcome.evaluation.rows
    assert len(set(outcome.evaluation.unseen)) == 5
    assert set(outcome.evaluation.unseen) <= set(sms()[0])
    assert [t.recipe for t in outcome.tried] == ["linear"]
    assert outcome.tried[0].score > 0.8
    assert set(outcome.seconds) == {"data", "train", "evaluate", "total"}
    assert outcome.peak_rss_mb > 50


def test_progress_only_grows_and_tells_the_stages_in_order(learned: tuple[Trained, ListReporter]) -> None:
    told = learned[1].progressed
    fractions = [p.fraction for p in told]
    assert fractions == sorted(fractions)
    stages = list(dict.fromkeys(p.stage for p in told))
    assert stages == ["data", "train", "evaluate", "save"]
    assert all(p.eta_seconds is not None and p.eta_seconds >= 0 for p in told)
    assert learned[1].metrics[0].name == "valid_macro_f1"


def test_the_folder_loads_with_plain_skops_and_agrees_with_the_predictor(
    learned: tuple[Trained, ListReporter],
) -> None:
    folder = learned[0].folder
    pipeline = skops.io.load(folder / "model.skops", trusted=[])
    assert isinstance(pipeline, Pipeline)
    texts = ["Free entry! Win a prize now", "see you at home", "", "🙂"]
    predictor = load_predictor(folder)
    probabilities = predictor.probabilities(texts)
    assert np.allclose(pipeline.predict_proba(texts), probabilities)
    assert np.allclose(probabilities.sum(axis=1), 1)
    first = predictor.predict(texts)[0]
    assert (first.label, set(first.scores)) == ("spam", {"ham", "spam"})
    assert list(pipeline.predict(texts[:2])) == ["spam", "ham"]
    assert [p.label for p in predictor.stream(iter(texts))] == [p.label for p in predictor.predict(texts)]


def test_no_pickle_is_written(learned: tuple[Trained, ListReporter]) -> None:
    names = {p.name for p in learned[0].folder.rglob("*")}
    program = {"predict.py", "labels.json", "requirements.txt"}
    assert names == {"README.md", "model.skops", "mtw.json"} | program


def test_the_card_has_valid_front_matter_and_the_measured_numbers(learned: tuple[Trained, ListReporter]) -> None:
    trained = learned[0]
    text = (trained.folder / "README.md").read_text("utf-8")
    _, front, body = text.split("---\n", 2)
    card = yaml.safe_load(front)
    accuracy = trained.outcome.evaluation.metrics["accuracy"]
    assert card["model-index"][0]["results"][0]["metrics"][0]["value"] == accuracy
    assert f"{accuracy * 100:.1f} of 100" in body
    assert "skops.io.load" in body


def test_a_model_cleans_what_it_is_asked_as_its_rows_were_cleaned(tmp_path: Path) -> None:
    rows = table(tmp_path / "rows.parquet", *sms())
    fixes = [FixCall(code="strip_html"), FixCall(code="drop_duplicates")]
    trained = train(plan("linear"), rows, None, tmp_path / "work", ListReporter(), "SMS", cleaned=fixes)
    predictor = load_predictor(trained.folder)
    assert [fix["code"] for fix in predictor.meta["cleaning"]] == ["strip_html"]
    plain, marked = predictor.predict(["Win a prize now", "<p>Win a <b>prize</b> now</p>"])
    assert marked.scores == plain.scores
    assert marked.text == "<p>Win a <b>prize</b> now</p>"
    card = (trained.folder / "README.md").read_text("utf-8")
    assert FIXES["strip_html"].title.lower() in card


def test_what_is_told_is_what_the_saved_model_scores_on_the_test_file(tmp_path: Path) -> None:
    texts, labels = banking()
    test = table(tmp_path / "test.parquet", texts[::4], labels[::4])
    rest = [i for i in range(len(texts)) if i % 4]
    rows = table(tmp_path / "rows.parquet", [texts[i] for i in rest], [labels[i] for i in rest])
    trained = train(plan("linear"), rows, test, tmp_path / "work", ListReporter(), "banking")
    again = read_rows(test, ("text",), "label")
    predictor = load_predictor(trained.folder)
    probabilities, sharpening = predictor.probabilities(again.texts), predictor.meta["sharpening"]
    scored = evaluate(again.texts, again.labels, probabilities, predictor.labels, sharpening=sharpening)
    assert scored.metrics == trained.outcome.evaluation.metrics
    assert trained.outcome.rows["test"] == len(texts[::4])


def test_the_same_seed_gives_the_same_model(tmp_path: Path) -> None:
    rows = table(tmp_path / "rows.parquet", *banking(labels=4))
    one, two, other = (
        train(plan("linear", seed=seed), rows, None, tmp_path / name, ListReporter(), "same")
        for name, seed in (("one", 1), ("two", 1), ("other", 2))
    )
    texts = banking()[0][:50]
    same = load_predictor(one.folder).probabilities(texts)
    assert np.array_equal(same, load_predictor(two.folder).probabilities(texts))
    assert not np.array_equal(same, load_predictor(other.folder).probabilities(texts))


def test_test_labels_change_nothing_but_the_evaluation(tmp_path: Path) -> None:
    """Nothing may be chosen on test rows: with all test labels turned round the model must stay the same."""
    texts, labels = sms()
    rows = table(tmp_path / "rows.parquet", texts[:400], labels[:400])
    turned = ["spam" if label == "ham" else "ham" for label in labels[400:]]
    tests = [table(tmp_path / f"{k}.parquet", texts[400:], names) for k, names in enumerate((labels[400:], turned))]
    one, two = (train(plan("linear"), rows, test, tmp_path / test.stem, ListReporter(), "sms") for test in tests)
    assert one.outcome.evaluation.metrics["accuracy"] == pytest.approx(
        1 - two.outcome.evaluation.metrics["accuracy"], abs=1e-6
    )
    assert one.outcome.tried[0].score == two.outcome.tried[0].score
    probe = [t.folder for t in (one, two)]
    assert np.array_equal(*(load_predictor(f).probabilities(texts[:50]) for f in probe))


def test_a_stop_is_heard_and_leaves_no_model(tmp_path: Path) -> None:
    rows = table(tmp_path / "rows.parquet", *banking(per_label=8))
    full = ListReporter()
    train(plan("linear", settings={"C": 1.0}), rows, None, tmp_path / "full", full, "all")
    for checks in (0, 3, full.checks // 3):  # their number varies a little with the time that steps take
        work = tmp_path / f"work{checks}"
        with pytest.raises(CancelAsked):
            train(plan("linear", settings={"C": 1.0}), rows, None, work, ListReporter(checks), "stopped")
        assert not (work / "model").exists()


def test_after_an_interruption_the_result_is_the_same(tmp_path: Path) -> None:
    rows = table(tmp_path / "rows.parquet", *sms())
    whole = train(plan("linear"), rows, None, tmp_path / "whole", ListReporter(), "sms")
    work = tmp_path / "work"
    for checks in (8, 12, 16):
        with pytest.raises(CancelAsked):
            train(plan("linear"), rows, None, work, ListReporter(checks), "sms")
    again = train(plan("linear"), rows, None, work, ListReporter(), "sms")
    assert again.outcome.evaluation == whole.outcome.evaluation
    assert again.outcome.tried[0].score == whole.outcome.tried[0].score


def test_a_full_disk_is_told_and_leaves_nothing_that_looks_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = table(tmp_path / "rows.parquet", *sms())

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(export.os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as error:
        train(plan("linear"), rows, None, tmp_path / "work", ListReporter(), "sms")
    assert error.value.errno == errno.ENOSPC
    assert not (tmp_path / "work" / "model").exists()
    monkeypatch.undo()
    assert train(plan("linear"), rows, None, tmp_path / "work", ListReporter(), "sms").folder.is_dir()


def test_every_fault_of_a_plan_is_told_at_once(tmp_path: Path) -> None:
    rows = table(tmp_path / "rows.parquet", *sms())
    faulty = plan("linear", settings={"C": -1.0, "epochs": 3, "word_ngrams": 2.5})
    with pytest.raises(InputError) as error:
        train(faulty, rows, None, tmp_path / "work", ListReporter(), "x")
    assert error.value.code == "PLAN_INVALID"
    for name in ("C=-1.0", "epochs", "word_ngrams=2.5"):
        assert name in error.value.message


def test_rows_are_left_out_where_even_the_first_recipe_takes_longer_than_the_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training_worker.recipes.linear import LinearTrainer

    monkeypatch.setattr(LinearTrainer, "least_seconds", lambda self, job: len(job.split.learn) / 100)
    rows = table(tmp_path / "rows.parquet", *sms())
    trained = train(plan("linear", budget_seconds=5), rows, None, tmp_path / "work", ListReporter(), "sms")
    learned = trained.outcome.rows["train"] + trained.outcome.rows["valid"]
    assert 345 <= learned <= 355
    assert any("of 48" in note or "of 47" in note for note in trained.outcome.notes)
    assert trained.outcome.evaluation.metrics["macro_f1"] > 0.85


def test_auto_keeps_what_works_when_another_recipe_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = auto.trainer_of
    calls = iter([True, False, True])  # when asked how long it takes; where that is known, when it trains

    class Broken:
        def estimate(self, job: object) -> float:
            if next(calls):
                raise Unavailable("HUB_UNREACHABLE", "The base model is not here.", "Use another.")
            return 0.1

        def train(self, job: object) -> None:
            raise Unavailable("HUB_UNREACHABLE", "The base model is not here.", "Use another.")

    monkeypatch.setattr(auto, "trainer_of", lambda name: real(name) if name == "linear" else Broken())
    rows = table(tmp_path / "rows.parquet", *sms())
    trained = train(plan("auto"), rows, None, tmp_path / "work", ListReporter(), "sms")
    assert trained.outcome.recipe == "linear"
    assert sum("could not be tried" in note for note in trained.outcome.notes) == 3


def test_auto_leaves_out_what_does_not_fit_the_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = auto.trainer_of

    class Slow:
        def estimate(self, job: object) -> float:
            return 1000.0

        def train(self, job: object) -> None:
            raise AssertionError("must not be started")

    monkeypatch.setattr(auto, "trainer_of", lambda name: real(name) if name == "linear" else Slow())
    rows = table(tmp_path / "rows.parquet", *sms())
    trained = train(plan("auto", budget_seconds=60), rows, None, tmp_path / "work", ListReporter(), "sms")
    assert [t.recipe for t in trained.outcome.tried] == ["linear"]
    assert sum("1,000 seconds" in note for note in trained.outcome.notes) == 3


def test_a_damaged_or_foreign_folder_is_refused(learned: tuple[Trained, ListReporter], tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        load_predictor(tmp_path)
    assert error.value.code == "NOT_A_MODEL"
    meta = json.loads((learned[0].folder / "mtw.json").read_text("utf-8"))
    (tmp_path / "mtw.json").write_text(json.dumps(meta), "utf-8")
    for name in ("README.md", "predict.py", "labels.json", "requirements.txt"):
        (tmp_path / name).write_bytes((learned[0].folder / name).read_bytes())
    (tmp_path / "model.skops").write_bytes((learned[0].folder / "model.skops").read_bytes()[:-1])
    with pytest.raises(InputError) as error:
        load_predictor(tmp_path)
    assert error.value.code == "MODEL_INCOMPLETE"
    assert "model.skops" in error.value.message


def test_a_model_file_that_needs_foreign_code_is_refused(learned: tuple[Trained, ListReporter], tmp_path: Path) -> None:
    meta = json.loads((learned[0].folder / "mtw.json").read_text("utf-8"))
    skops.io.dump(Counter("some"), tmp_path / "model.skops")
    (tmp_path / "mtw.json").write_text(json.dumps({**meta, "files": {}}), "utf-8")
    with pytest.raises(InputError) as error:
        load_predictor(tmp_path)
    assert error.value.code == "MODEL_UNSAFE"


def test_emoji_alone_can_be_learned_from(tmp_path: Path) -> None:
    texts = ["🙂 🎉", "🙂 👍", "🎉 👍", "🙂", "🎉"] * 4 + ["🙁 👎", "😡", "👎 😡", "🙁", "😡 🙁"] * 4
    texts = [t + " " + "🔵" * (i + 1) for i, t in enumerate(texts)]
    rows = table(tmp_path / "rows.parquet", texts, ["good"] * 20 + ["bad"] * 20)
    trained = train(plan("linear"), rows, None, tmp_path / "work", ListReporter(), "emoji")
    assert trained.outcome.evaluation.metrics["accuracy"] >= 0.75
