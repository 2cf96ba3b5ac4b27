"""A trained model in the form in which somebody wants to take it away, and what the new form costs in right answers."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

from training_worker.data import LabelledRows
from training_worker.example_script import write_example
from training_worker.export import sha256
from training_worker.job import write_json
from training_worker.kinds import kind_of
from training_worker.model_card import CARD, with_usage
from training_worker.prediction import META, load_predictor, read_meta
from training_worker.training import split_of
from workspace.dataset import TaskKind
from workspace.errors import InputError, WizardError
from workspace.metrics import TASK_METRICS
from workspace.model import ModelForm
from workspace.packing import pack_folder
from workspace.plan import TrainingPlan
from workspace.repositories import Datasets
from workspace.storage import Storage

FORMS: tuple[ModelForm, ...] = get_args(ModelForm)
MOST_ROWS = 5_000
"""Test rows that two forms are compared on."""
_TRANSFORMERS = ("transformers", "token_classification", "causal")


@dataclass(frozen=True)
class Difference:
    """The same test rows answered by the model as it was and in its new form. ``metric``: which figure it is."""

    rows: int
    metric: str
    before: float
    after: float

    @property
    def sentence(self) -> str:
        """What it costs, in words."""
        points = 100 * (self.before - self.after)
        what = "less" if points > 0 else "more"
        change = f"{abs(points):.1f} points {what}" if abs(points) >= 0.05 else "as many"
        return f"{change} right on {self.rows:,} test texts"


@dataclass(frozen=True)
class Exported:
    """What was written. ``difference`` is None where the form gives the same answers, or no test rows are left."""

    form: ModelForm
    out: Path
    bytes: int
    bytes_before: int
    difference: Difference | None
    note: str = ""

    @property
    def sentence(self) -> str:
        """The finding: how much smaller, and what it costs."""
        size = f"{self.bytes / 1e6:,.1f} MB"
        if self.form in ("transformers", "zip"):
            return f"{self.form}: {size}; its answers are those of the model."
        times = self.bytes_before / max(self.bytes, 1)
        size = f"{times:.1f} times smaller ({size})" if times >= 1.2 else size
        found = self.difference.sentence if self.difference else "not compared on test texts"
        return f"{self.form}: {size}, {found}." + (f" {self.note}" if self.note else "")

    def as_json(self) -> dict[str, Any]:
        """What ``mtw export --json`` prints."""
        return {**asdict(self), "out": str(self.out), "sentence": self.sentence}


def export_model(
    folder: Path,
    form: ModelForm,
    out: Path,
    test: Callable[[], LabelledRows | None],
    tell: Callable[[str, float], None],
) -> Exported:
    """Writes the model in ``folder`` to ``out`` (a folder that is not there yet, or a zip file).

    ``test`` gives rows that it has not learned from, or None where they are gone. ``tell`` is told what goes on and
    how far it is.

    Raises:
        InputError: ``NO_ONNX``, ``NO_TRANSFORMERS`` where the model has no such form.
        OSError: the disk is full.
    """
    meta = read_meta(folder)
    if form == "transformers" and meta["format"] not in _TRANSFORMERS:
        raise InputError("NO_TRANSFORMERS", _why_not(meta), "Take it as zip, or as onnx where it has a base model.")
    before = size_of(folder)
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        difference, note = None, ""
        if form.startswith("onnx"):
            difference, note = _as_onnx(folder, meta, part, form, test, tell)
        else:
            shutil.copytree(folder, part, dirs_exist_ok=True)
            write_example(meta, part)
        size = size_of(part)
        if form == "zip":
            tell("Packing the model", 0.5)
            packed = part.with_suffix(".zip")
            pack_folder(part, packed, out.stem)
            packed.replace(out)
            size = out.stat().st_size
        else:
            part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Exported(form, out, size, before, difference, note)


def _as_onnx(
    folder: Path,
    meta: dict[str, Any],
    part: Path,
    form: ModelForm,
    test: Callable[[], LabelledRows | None],
    tell: Callable[[str, float], None],
) -> tuple[Difference | None, str]:
    """Writes the new form, then lets both forms answer the test rows."""
    from training_worker.onnx_export import export_onnx

    made = export_onnx(folder, meta, part, eight_bits=form == "onnx-int8", tell=lambda text: tell(text, 0.1))
    write_example(made, part)
    if (folder / CARD).exists():
        (part / CARD).write_text(with_usage((folder / CARD).read_text("utf-8"), made), "utf-8")
    files = sorted(path for path in part.rglob("*") if path.is_file())
    made["files"] = {p.relative_to(part).as_posix(): {"bytes": p.stat().st_size, "sha256": sha256(p)} for p in files}
    write_json(part / META, made)
    tell("Looking for its test texts", 0.3)
    rows = test()
    if not rows:
        return None, "Its test rows are no longer there: score it with mtw evaluate on labelled rows."
    found = compare(folder, part, rows, meta, lambda done: tell("Comparing both on the test texts", 0.3 + 0.7 * done))
    write_json(part / META, made | {"compared": asdict(found)})
    return found, ""


def compare(
    before: Path, after: Path, rows: LabelledRows, meta: dict[str, Any], on_progress: Callable[[float], None]
) -> Difference:
    """Both models' headline figure on the same rows, at most 5,000 of them."""
    rows = rows.take(range(min(len(rows), MOST_ROWS)))
    task = TaskKind(meta["task"])
    metric = TASK_METRICS[task].headline
    kind, seed = kind_of(task), int(meta["plan"]["seed"])
    scores = []
    for number, folder in enumerate((before, after)):

        def tell(done: float, number: int = number) -> None:
            on_progress((number + done) / 2)

        scores.append(kind.evaluate(load_predictor(folder), rows, None, seed, tell).metrics[metric])
    return Difference(len(rows), metric, scores[0], scores[1])


def test_rows_of(storage: Storage, datasets: Datasets, plan: TrainingPlan) -> LabelledRows | None:
    """The rows that a plan put aside to judge by, divided again as they were then; None where the data is gone."""
    try:
        with ExitStack() as stack:
            tables = [
                stack.enter_context(storage.as_file(datasets.get(name).table_key)) if name else None
                for name in (plan.dataset_id, plan.test_dataset_id)
            ]
            assert tables[0] is not None
            return split_of(plan, tables[0], tables[1]).test
    except (WizardError, OSError):
        return None


def size_of(folder: Path) -> int:
    """Bytes of all its files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _why_not(meta: dict[str, Any]) -> str:
    if meta["format"] in ("sklearn", "crfsuite"):
        return "This model counts words and has no base model, so there is nothing that transformers could load."
    return (
        "This model adds what words say to what a base model understood, or keeps its head beside it: plain "
        "transformers can load one of the parts only."
    )
