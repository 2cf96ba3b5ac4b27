"""A saved model used from the terminal: scored on a labelled file, or asked about texts."""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from training_worker.answered_rows import texts_of, with_answers
from training_worker.artifacts import model_folder
from training_worker.data import with_columns
from training_worker.evaluating.slices import group_columns, with_language
from training_worker.kinds import kind_of
from training_worker.prediction import Predictor, load_predictor, read_meta
from training_worker.printing import note
from training_worker.progress_bar import ProgressBar
from workspace.dataset import DatasetProfile, TaskKind
from workspace.errors import InputError, NotFound
from workspace.home import LOCAL_OWNER, Workspace
from workspace.migrations import upgrade
from workspace.model import Evaluation, Prediction
from workspace.plan import TrainingPlan
from workspace.plan_columns import columns_to_read
from workspace.queue import LocalQueue
from workspace.reading import Limits, read
from workspace.settings import Settings, load_settings
from workspace.text_parts import TextParts, whole_text

BATCH_ROWS = 2048
_Write = Callable[[pa.Table], None]


def open_model(settings: Settings, model: str, *, fast: bool = False) -> Predictor:
    """Loads a model by its id or folder. ``fast``: with its weights in 8 bits, where it has a network that reads.

    Raises:
        NotFound: there is neither a folder nor a model of that name.
        InputError: the folder holds no model that can be used.
    """
    folder, meta = open_folder(settings, model)
    if fast:
        from training_worker.onnx_export import quick_form

        folder = quick_form(folder, meta, settings.home / "cache" / "int8", note)
    return load_predictor(folder)


def open_folder(settings: Settings, model: str) -> tuple[Path, dict[str, Any]]:
    """The folder of a model that is named by its id or folder, and its ``mtw.json``. Raises as :func:`open_model`."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder, read_meta(folder)
    upgrade(settings.database)
    workspace = Workspace(LOCAL_OWNER, settings, LocalQueue(settings))
    try:
        found = workspace.models.get(model)
    except NotFound as exc:
        raise NotFound(
            "MODEL_NOT_FOUND",
            f"There is neither a model nor a folder named {model}.",
            "Give a model's id, or the folder that mtw train --out wrote.",
        ) from exc
    folder = model_folder(settings, workspace.storage, found)
    return folder, read_meta(folder)


def predict_text(model: str, text: TextParts, *, fast: bool = False) -> Prediction:
    """What the model says about one text. Raises as :func:`open_model`, and InputError (``TEXT_PARTS``)."""
    predictor = open_model(load_settings(), model, fast=fast)
    return predictor.predict([whole_text(text, predictor.meta["text"])])[0]


def evaluate_file(model: str, file: Path, text: Sequence[str], label: str | None) -> Evaluation:
    """Scores the model on the labelled rows of a file.

    Raises:
        InputError: the file has no column with texts or answers, or no row has both.
    """
    settings = load_settings()
    predictor = open_model(settings, model)
    with ProgressBar() as bar, _table(settings, file, bar) as (profile, table):
        columns = _text_columns(predictor, profile, text)
        plan = TrainingPlan.model_validate(predictor.meta["plan"])
        plan = plan.model_copy(update={"text": tuple(columns), **_answers_in(plan, profile, label)})
        kind = kind_of(predictor.task)
        rows = kind.read(plan, table)
        if not len(rows):
            raise InputError("EMPTY_DATASET", "No row has both a text and an answer.", "Check the file's columns.")
        return kind.evaluate(
            predictor, with_language(with_columns(rows, table, group_columns(table, plan))), None, plan.seed
        )


def predict_file(model: str, file: Path, out: Path | None, *, fast: bool = False) -> Iterator[Prediction]:
    """Predictions for every row, in order; with ``out``, also written there beside the file's own columns.

    ``fast``: as in :func:`open_model`. The file grows as the iterator is read, and is complete when it ends.
    """
    if out is not None and out.suffix.lower() not in (".csv", ".jsonl", ".parquet"):
        raise InputError("OUT_NOT_USABLE", f"{out} must end with .csv, .jsonl or .parquet.", "Name another file.")
    if out is not None and not out.absolute().parent.is_dir():
        raise InputError("OUT_NOT_USABLE", f"There is no folder {out.parent}.", "Make it first, or name another one.")
    if out is not None and out.exists() and file.exists() and out.samefile(file):
        raise InputError("OUT_NOT_USABLE", "The answers cannot replace the file itself.", "Name another file.")
    settings = load_settings()
    predictor = open_model(settings, model, fast=fast)
    with ExitStack() as stack:
        bar = stack.enter_context(ProgressBar())
        profile, path = stack.enter_context(_table(settings, file, bar))
        columns = _text_columns(predictor, profile, [])
        write = stack.enter_context(_writer(out)) if out is not None else None
        progress = stack.enter_context(bar.reading(f"{file.name} with the model"))
        done, rows = 0, max(profile.rows, 1)
        for batch in pq.ParquetFile(path).iter_batches(BATCH_ROWS):
            texts = texts_of(batch, columns, predictor.task)
            answers = predictor.predict(texts, partial(_tell, progress, done / rows, len(texts) / rows))
            if write:
                write(with_answers(batch, answers))
            yield from answers
            done += len(answers)
            progress(done / rows)


def _tell(progress: Callable[[float], None], before: float, share: float, done: float) -> None:
    progress(before + share * done)


@contextmanager
def _table(settings: Settings, file: Path, bar: ProgressBar) -> Iterator[tuple[DatasetProfile, Path]]:
    if not file.exists():
        raise InputError("FILE_NOT_FOUND", f"There is no file {file}.", "Check the name and the folder.")
    with tempfile.TemporaryDirectory(prefix="mtw-") as folder:
        out = Path(folder) / "table.parquet"
        with bar.reading(file.name) as progress:
            profile = read(file, name=file.name, out=out, limits=Limits.of(settings), progress=progress)
        yield profile, out


def _text_columns(predictor: Predictor, profile: DatasetProfile, asked: Sequence[str]) -> list[str]:
    """The columns asked for, else those the model learned from, else those that look like text."""
    wanted = list(asked) or [str(name) for name in predictor.meta["text"]]
    found = list(columns_to_read(profile, wanted))
    if found == wanted:
        return wanted
    if asked or not found:
        raise _no_column(wanted, profile)
    note(f"The file has no column {', '.join(wanted)}; reading {', '.join(found)} instead.")
    return found


def _answers_in(plan: TrainingPlan, profile: DatasetProfile, asked: str | None) -> dict[str, Any]:
    """What of the plan is different for this file: where its answers stand and how several labels are written."""
    guess = profile.task
    wanted = (asked,) if asked else plan.answer_columns
    if all(profile.column(name) for name in wanted):
        if plan.label_columns and not asked:
            return {}
        separator = guess.label_separator if guess.label == wanted[0] else plan.label_separator
        return {"label": wanted[0], "label_columns": (), "label_separator": separator}
    found = (guess.label,) if guess.label else tuple(guess.label_columns)
    if asked or not found or (plan.task is not TaskKind.MULTILABEL and guess.label is None):
        raise _no_column(wanted, profile)
    note(f"The file has no column {', '.join(wanted)}; taking the answers from {', '.join(found)} instead.")
    columns = () if guess.label else found
    return {"label": ", ".join(found), "label_columns": columns, "label_separator": guess.label_separator}


def _no_column(wanted: Sequence[str], profile: DatasetProfile) -> InputError:
    there = ", ".join(c.name for c in profile.columns)
    return InputError(
        "MISSING_COLUMN",
        f"The file has no column {', '.join(wanted)}; it has: {there}.",
        "Rename the column, or name one with --text and --label.",
    )


@contextmanager
def _writer(out: Path) -> Iterator[_Write]:
    """Writes tables one after the other; the file appears when all are written."""
    part = out.with_name(out.name + ".part")
    try:
        with ExitStack() as stack:
            opened: list[Any] = []

            def write(table: pa.Table) -> None:
                if not opened:
                    opened.append(stack.enter_context(_open(out, part, table)))
                opened[0](table)

            yield write
        if part.exists():
            part.replace(out)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _open(out: Path, part: Path, first: pa.Table) -> Iterator[_Write]:
    kind = out.suffix.lower()
    if kind == ".parquet":
        with pq.ParquetWriter(part, first.schema) as writer:
            yield writer.write_table
    elif kind == ".csv":
        with pa.csv.CSVWriter(part, _flat(first).schema) as writer:
            yield lambda table: writer.write_table(_flat(table))
    else:
        with part.open("w", encoding="utf-8") as file:
            yield lambda table: file.writelines(
                json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in table.to_pylist()
            )


def _flat(table: pa.Table) -> pa.Table:
    """Lists as JSON text: a CSV file has no lists."""
    for i, column in enumerate(table.schema):
        if pa.types.is_nested(column.type):
            values = [None if v is None else json.dumps(v, ensure_ascii=False) for v in table.column(i).to_pylist()]
            table = table.set_column(i, column.name, pa.array(values, pa.string()))
    return table
