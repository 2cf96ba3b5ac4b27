"""The parts of a closer look on made-up numbers whose answer is known."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from training_worker.analyses.checking import Read
from training_worker.analyses.checking_several import findings_several, suspicious_several
from training_worker.analyses.label_forms import OneColumn, YesNoColumns
from training_worker.analyses.learning_curve import Curve, forecast, measure
from training_worker.analyses.meaning import same_in_meaning
from training_worker.analyses.quick_model import FOLDS, OutOfSample, Views, folds_of, out_of_sample
from training_worker.analyses.rows import SampledRows, read_sample, stratified_order
from training_worker.analyses.several_labels import (
    Doubt,
    doubted,
    marks_of,
    measure_several,
    micro_f1,
    out_of_sample_several,
    rarest,
)
from training_worker.analyses.suspicion import suspicious_labels
from training_worker.analyses.verdict import too_few, verdict_of, weakest_labels
from workspace.cleaning import Columns, apply_fixes
from workspace.dataset import DataProblem, FixCall, FixOffer, TaskKind
from workspace.errors import InputError
from workspace.findings import write_findings

Floats = NDArray[np.float32]


def nothing() -> None:
    return None


def three_groups(rows: int, spread: float = 0.6, seed: int = 0) -> tuple[list[str], Floats, NDArray[np.int64]]:
    """Texts, vectors of length 1 and classes that the vectors tell apart, but not always."""
    rng = np.random.default_rng(seed)
    classes = np.arange(rows) % 3
    centres = np.eye(3, 24)
    vectors = centres[classes] + rng.normal(scale=spread / np.sqrt(3), size=(rows, 24))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    words = ["refund invoice card", "parcel courier late", "password login error"]
    texts = [f"{words[c]} number{i}" for i, c in enumerate(classes)]
    return texts, vectors.astype(np.float32), classes.astype(np.int64)


def curve_of(sizes: list[int], accuracy: list[float], rows: int = 1000) -> Curve:
    spread = np.linspace(-0.004, 0.004, FOLDS)[:, None]
    return Curve(sizes, np.array(accuracy)[None, :] + spread, rows)


def test_planted_wrong_labels_are_found_with_the_right_ones() -> None:
    texts, vectors, right = three_groups(600)
    rng = np.random.default_rng(1)
    wrong = rng.choice(600, 48, replace=False)
    given = right.copy()
    given[wrong] = (given[wrong] + 1) % 3
    folds = folds_of(texts, given)
    model = out_of_sample(Views.of(texts, vectors), given, 3, folds, nothing)
    found = suspicious_labels(model.probabilities, given)
    hits = np.isin(found.rows, wrong)
    assert hits.mean() >= 0.9
    assert hits.sum() >= 0.7 * len(wrong)
    assert (found.suggested[hits] == right[found.rows[hits]]).all()
    assert (np.diff(found.scores) <= 0).all()


def test_right_labels_are_left_in_peace() -> None:
    texts, vectors, right = three_groups(600, spread=0.3)
    model = out_of_sample(Views.of(texts, vectors), right, 3, folds_of(texts, right), nothing)
    assert len(suspicious_labels(model.probabilities, right).rows) <= 6


def test_a_label_that_could_not_be_learned_is_neither_doubted_nor_suggested() -> None:
    classes = np.array([0] * 20 + [1] * 20 + [2] * 2)
    probabilities = np.full((42, 3), 0.1)
    probabilities[np.arange(40), classes[:40]] = 0.8
    probabilities[0] = [0.1, 0.1, 0.8]
    probabilities[40:] = [0.9, 0.05, 0.05]
    assert len(suspicious_labels(probabilities, classes).rows) == 0


def test_folds_spread_each_label_and_keep_equal_texts_together() -> None:
    texts = [f"text number {i // 2}" + ("!" if i % 2 else "") for i in range(200)]
    classes = np.array([(i // 2) % 4 for i in range(200)])
    folds = folds_of(texts, classes)
    assert (folds[::2] == folds[1::2]).all()
    counts = [np.bincount(classes[folds == fold], minlength=4) for fold in range(FOLDS)]
    assert np.ptp(counts) == 0


def test_texts_without_a_common_word_are_judged_by_their_vectors() -> None:
    _, vectors, classes = three_groups(90, spread=0.3)
    texts = [f"w{i}" for i in range(90)]
    views = Views.of(texts, vectors)
    assert views.words is None
    model = out_of_sample(views, classes, 3, folds_of(texts, classes), nothing)
    assert (model.probabilities.argmax(axis=1) == classes).mean() > 0.9


def test_the_measured_curve_ends_at_what_was_judged_out_of_sample() -> None:
    texts, vectors, classes = three_groups(400, spread=1.6)
    texts = [f"row{i}" for i in range(400)]
    views, folds = Views.of(texts, vectors), folds_of(texts, classes)
    model = out_of_sample(views, classes, 3, folds, nothing)
    told: list[float] = []
    curve = measure(views, classes, 3, folds, model, told.append)
    whole = (model.probabilities.argmax(axis=1) == classes).mean()
    assert curve.sizes[-1] == 320
    assert curve.accuracy[:, -1].mean() == pytest.approx(whole, abs=0.011)
    assert curve.accuracy[:, 0].mean() < whole
    assert [p.rows for p in curve.points] == curve.sizes
    assert all(p.low <= p.score <= p.high for p in curve.points)
    assert told == [0, 0.2, 0.4, 0.6, 0.8]


def test_a_power_law_is_continued() -> None:
    def law(rows: float) -> float:
        return 1 - (0.05 + 2.0 * rows**-0.5)

    sizes = [100, 200, 400, 800]
    far = forecast(curve_of(sizes, [law(s) for s in sizes], rows=100_000), [800, 3200])
    assert far[0].score == pytest.approx(law(800), abs=0.005)
    assert far[1].score == pytest.approx(law(3200), abs=0.01)
    assert all(f.low <= f.score <= f.high for f in far)
    assert far[1].high - far[1].low > far[0].high - far[0].low


def test_the_verdict_says_how_many_more_rows_would_help() -> None:
    sizes = [40, 80, 160, 320]
    steep = verdict_of(curve_of(sizes, [0.45, 0.55, 0.64, 0.71]), 400, [], "", 400)
    assert steep.kind == "not_enough"
    assert steep.rows_needed is not None
    assert (steep.rows_low or 0) <= steep.rows_needed <= (steep.rows_high or 0)
    assert f"{steep.rows_needed:,} more rows would lift it to" in steep.sentence
    assert steep.sentence.startswith("A quick model gets 71 of 100 unseen texts right.")
    assert len(steep.curve) == 4

    flat = verdict_of(curve_of(sizes, [0.93, 0.94, 0.945, 0.945]), 400, [], "", 400)
    assert (flat.kind, flat.rows_needed) == ("ready", None)
    assert "hardly" in flat.sentence

    fix = FixOffer(code="drop_duplicates", label="Remove them")
    many = DataProblem(code="EXACT_DUPLICATES", severity="warning", count=60, message="", fix=fix)
    first = verdict_of(curve_of(sizes, [0.93, 0.94, 0.945, 0.945]), 400, [many], "", 400)
    assert first.kind == "fix_first"
    assert "60 rows" in first.sentence


def test_few_rows_get_a_rule_of_thumb() -> None:
    verdict = too_few([3, 60], 63)
    assert (verdict.kind, verdict.rows_needed) == ("not_enough", 47)


def test_the_weakest_label_is_named() -> None:
    classes = np.array([0] * 50 + [1] * 10)
    correct = np.array([True] * 50 + [True] * 3 + [False] * 7)
    hint = weakest_labels(correct, classes, ["Orders", "Returns"])
    assert "“Returns” (30 of 100 right, 10 rows)" in hint
    assert weakest_labels(np.ones(60, bool), classes, ["Orders", "Returns"]) == ""
    assert weakest_labels(correct[:59], classes[:59], ["Orders", "Returns"]) == "", "nine rows tell nothing"


def test_the_same_in_other_words_is_told_once_and_not_what_words_show() -> None:
    texts = ["where is my parcel", "my package has not come yet", "Where is my parcel?", "close my account"]
    vectors = np.array([[1, 0, 0], [0.99, 0.141, 0], [1, 0, 0], [0, 0, 1]], dtype=np.float32)
    later, earlier = same_in_meaning(texts, vectors, nothing)
    assert (later.tolist(), earlier.tolist()) == ([1, 2], [0, 1])


def test_rows_keep_their_numbers_and_a_sample_stays_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    texts = [f"text {i}" if i % 10 else None for i in range(50_000)]
    pq.write_table(pa.table({"text": texts, "label": [f" l{i % 3} " for i in range(50_000)]}), path)
    whole = read_sample(path, ["text"], "label", 100_000)
    assert (len(whole), whole.usable, whole.numbers[0], whole.labels[0]) == (45_000, 45_000, 1, "l1")
    part = read_sample(path, ["text"], "label", 1000)
    assert 800 < len(part) < 1000
    assert part.usable == pytest.approx(45_000, rel=0.1)
    assert all(part.texts[i] == f"text {part.numbers[i]}" for i in range(len(part)))
    assert np.ptp(part.numbers) > 45_000
    with pytest.raises(InputError, match="nothere"):
        read_sample(path, ["nothere"], None, 10)


def test_every_beginning_of_the_order_is_a_fair_sample() -> None:
    classes = np.array([0] * 800 + [1] * 190 + [2] * 10)
    order = stratified_order(classes)
    assert sorted(order) == list(range(1000))
    assert set(classes[order[:3]]) == {0, 1, 2}
    shares = np.bincount(classes[order[:200]], minlength=3) / 200
    assert np.abs(shares - [0.8, 0.19, 0.01]).max() < 0.02


def test_the_model_s_scales_are_its_own() -> None:
    texts, vectors, classes = three_groups(120)
    model = out_of_sample(Views.of(texts, vectors), classes, 3, folds_of(texts, classes), nothing)
    assert isinstance(model, OutOfSample)
    assert model.probabilities.sum(axis=1) == pytest.approx(np.ones(120))


def several_groups(rows: int, seed: int = 0) -> tuple[list[str], Floats, NDArray[np.bool_]]:
    """Texts with one to three of six labels, and vectors that tell of each."""
    rng = np.random.default_rng(seed)
    marks = rng.random((rows, 6)) < 0.25
    marks[~marks.any(axis=1), 0] = True
    vectors = marks.astype(float) @ np.eye(6, 24) + rng.normal(scale=0.12, size=(rows, 24))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [f"text number{i}" for i in range(rows)], vectors.astype(np.float32), marks


def test_wrong_ones_among_several_labels_are_found_with_the_right_ones() -> None:
    texts, vectors, right = several_groups(600)
    rng = np.random.default_rng(1)
    wrong = rng.choice(600, 48, replace=False)
    given = right.copy()
    cells = rng.integers(0, 6, 48)
    given[wrong, cells] = ~given[wrong, cells]
    bare = ~given.any(axis=1)
    given[bare, (cells[0] + 1) % 6] = True
    strata = given.argmax(axis=1)
    views = Views.of(texts, vectors)
    folds = folds_of(texts, strata)
    found = doubted(out_of_sample_several(views, given, folds, nothing), given)
    hits = np.isin(found.rows, wrong)
    assert hits.mean() >= 0.9
    assert hits.sum() >= 0.8 * len(wrong)
    assert (found.better[hits] == right[found.rows[hits]]).all(axis=1).mean() >= 0.9
    assert found.better.any(axis=1).all(), "no row loses all of its labels"
    assert (np.diff(found.scores) <= 0).all()
    curve = measure_several(views, given, strata, folds, lambda _: None)
    means = curve.accuracy.mean(axis=0)
    assert means[0] < means[-1]
    assert means[-1] > 0.85
    assert verdict_of(curve, 600, [], "", 600, metric="micro F1").sentence.startswith(
        "The labels that a quick model gives to unseen texts score 9"
    )


def test_rows_are_divided_by_their_rarest_label() -> None:
    assert rarest([["a", "b"], ["a"], ["b", "a", "c"], ["a"]]) == ["b", "a", "c", "a"]
    marks, names = marks_of([["b"], ["a", "b"]])
    assert (names, marks.tolist()) == (["a", "b"], [[False, True], [True, True]])
    assert micro_f1(np.array([[True, False]]), np.array([[True, True]])) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("column", "separator"), [(pa.list_(pa.string()), None), (pa.string(), ";")])
def test_several_labels_are_suggested_as_the_cell_holds_them(
    tmp_path: Path, column: pa.DataType, separator: str | None
) -> None:
    had, should = ["Food, hot", "Travel"], ["Travel", "Work"]
    rows = SampledRows(["a text"], [json.dumps(had)], np.array([1]), 1)
    read = Read(rows, np.zeros((1, 4), dtype=np.float32), ["Travel"], np.array([0]))
    names = ["Food, hot", "Travel", "Work"]
    doubt = Doubt(np.array([0]), np.array([[False, True, True]]), np.array([0.9]))
    assert "probably also Work, probably not Food, hot" in suspicious_several(read, doubt, names)[0].examples[0]
    write_findings(findings_several(OneColumn("tags", separator), read, doubt, names), tmp_path / "findings.parquet")
    before = [["Work"], had] if separator is None else ["Work", "Food, hot; Travel"]
    pq.write_table(pa.table({"text": ["x", "a text"], "tags": pa.array(before, column)}), tmp_path / "table.parquet")
    apply_fixes(
        tmp_path / "table.parquet",
        tmp_path / "out.parquet",
        [FixCall(code="relabel_suspicious")],
        Columns(text=["text"], label="tags", task=TaskKind.MULTILABEL),
        findings=tmp_path / "findings.parquet",
    )
    after = pq.read_table(tmp_path / "out.parquet")["tags"].to_pylist()
    assert after == ([["Work"], should] if separator is None else ["Work", "Travel; Work"])


@pytest.mark.parametrize(
    ("yes", "no", "kind"),
    [("x", None, pa.string()), ("Yes", "No", pa.string()), (1, 0, pa.int64()), (True, False, pa.bool_())],
)
def test_labels_in_columns_of_their_own_are_suggested_as_they_are_written(
    tmp_path: Path, yes: object, no: object, kind: pa.DataType
) -> None:
    flags = {"Food": [yes, no, yes], "Work": [no, yes, no], "Travel": [yes, yes, no]}
    columns = {name: pa.array(cells, kind) for name, cells in flags.items()}
    form = YesNoColumns(list(flags))
    labels = form.cells(*columns.values())
    assert [json.loads(cell) for cell in labels] == [["Food", "Travel"], ["Travel", "Work"], ["Food"]]
    read = Read(
        SampledRows(["a", "b", "c"], labels, np.arange(3), 3),
        np.zeros((3, 4), dtype=np.float32),
        ["Food"],
        np.zeros(3, dtype=np.int64),
    )
    names = ["Food", "Travel", "Work"]
    doubt = Doubt(np.array([1]), np.array([[True, True, False]]), np.array([0.9]))
    write_findings(findings_several(form, read, doubt, names), tmp_path / "findings.parquet")
    pq.write_table(pa.table({"text": ["a", "b", "c"]} | columns), tmp_path / "table.parquet")
    report = apply_fixes(
        tmp_path / "table.parquet",
        tmp_path / "out.parquet",
        [FixCall(code="relabel_suspicious")],
        Columns(text=["text"], task=TaskKind.MULTILABEL),
        findings=tmp_path / "findings.parquet",
    )
    after = pq.read_table(tmp_path / "out.parquet")
    assert after.drop_columns("text").to_pydict() == flags | {"Food": [yes, yes, yes], "Work": [no, no, no]}
    assert after.schema.field("Food").type == kind
    assert report.done[0].cells_changed == 2
