"""A trained model answers every row of a file: in a worker, told of at its end, taken away as a spreadsheet."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pyarrow.parquet as pq
from pydantic import Field, JsonValue

from tools.asking import ask, button
from tools.cards import AnswersCard, SaidCount
from tools.checking import checking_view
from tools.context import ToolContext
from tools.exporting import local_path
from tools.finding import find_dataset, find_model
from tools.quoting import harmless_cell, plain, quote
from tools.registry import ToolOutput, tool
from tools.row_changes import CsvFile
from tools.words import count
from workspace.analysis import Analysis, AnalysisJob
from workspace.dataset import Dataset
from workspace.errors import InputError, NotFound, Unavailable
from workspace.home import Workspace
from workspace.model import TrainedModel
from workspace.plan_columns import columns_to_read
from workspace.run import RunStatus

KIND = "predict"
SHOWN = 5
_CHARS = 160
_ADDED = ("prediction", "score", "sure", "predictions", "entities", "output")


@tool()
def predict_file(
    context: ToolContext,
    dataset_id: Annotated[
        str | None, Field(description="id or name of the data; leave out for the newest of this conversation")
    ] = None,
    model_id: Annotated[
        str | None, Field(description="id or name of a trained model; leave out for the newest of this conversation")
    ] = None,
) -> ToolOutput:
    """Lets a trained model answer every row of an uploaded file; the file with the answers can then be downloaded.

    Use it when the person wants a whole file sorted, marked or answered. For a text or two use try_model.
    """
    model = find_model(context, model_id)
    dataset = find_dataset(context, dataset_id)
    job = AnalysisJob(
        kind=KIND,
        dataset_id=dataset.id,
        text=_columns(context.workspace, dataset, model),
        args={"model_id": model.id},
    )
    analysis, is_new = context.workspace.analyses.start(job, context.conversation_id)
    if is_new:
        context.workspace.queue.submit_run(analysis.id)
    card = AnswersCard(
        dataset_id=dataset.id,
        dataset_name=plain(dataset.name, 80),
        model_id=model.id,
        model_name=plain(model.name, 80),
        rows=dataset.rows,
    )
    if analysis.status is RunStatus.SUCCEEDED and analysis.result:
        return _answered(context, dataset, analysis, card)
    if analysis.status.ended:
        why = analysis.failure.message if analysis.failure else "It was stopped."
        raise Unavailable("NOT_ANSWERED", f"The rows could not be answered. {why}", "Try it with another file.")
    data: dict[str, JsonValue] = {"dataset_id": dataset.id, "model_id": model.id, "status": "running"}
    going = card.model_copy(update={"checking": checking_view(context.workspace, analysis.id)})
    return ToolOutput(data=data, cards=[going.card(f"Your model reads {count(dataset.rows, 'row')}")], stage="use")


def _columns(workspace: Workspace, dataset: Dataset, model: TrainedModel) -> tuple[str, ...]:
    """The columns the model learned to read, else what looks like text. Raises InputError where there is none."""
    try:
        learned = workspace.runs.get(model.run_id).plan.text
    except NotFound:
        learned = ()
    found = columns_to_read(dataset.profile, learned)
    if not found:
        there = ", ".join(plain(c.name, 40) for c in dataset.profile.columns)
        raise InputError(
            "MISSING_COLUMN", f"I see no column with texts in this file; it has: {there}.", "Upload one with texts."
        )
    return found


def _answered(context: ToolContext, dataset: Dataset, analysis: Analysis, card: AnswersCard) -> ToolOutput:
    result: dict[str, Any] = analysis.result or {}
    workspace, key = context.workspace, str(result["table_key"])
    with workspace.storage.as_file(key) as table:
        header, preview = _preview(table, analysis.job.text)
        path = _local(workspace, dataset, analysis, table)
    said = [SaidCount(label=plain(one["label"], 80), count=one["count"]) for one in result["counts"]]
    rows, unsure = int(result["rows"]), int(result["unsure"])
    shown = card.model_copy(
        update={
            "rows": rows,
            "counts": said,
            "unsure": unsure,
            "header": header,
            "preview": preview,
            "file_name": answers_file_name(dataset),
            "url": f"/api/v1/datasets/{dataset.id}/answers/{analysis.id}",
            "path": path,
        }
    )
    facts: list[JsonValue] = [{"label": quote(one.label, 60), "count": one.count} for one in said[:10]]
    data: dict[str, JsonValue] = {
        "dataset_id": dataset.id,
        "model_id": card.model_id,
        "status": "done",
        "rows": rows,
        "not_sure": unsure,
        "labels": facts,
    }
    title = f"{count(rows, 'row')} answered" + (f", {unsure:,} of them not surely" if unsure else "")
    question = ask(
        "The file holds your rows with the answers beside them.",
        button("Try a single text", "try_model", model_id=card.model_id),
        button("Use it from a program", "deploy_model", model_id=card.model_id),
    )
    return ToolOutput(data=data, cards=[shown.card(title)], ask=question, stage="use")


def _preview(table: Path, text: tuple[str, ...]) -> tuple[list[str], list[list[str]]]:
    """The columns that were read and those that were added, of the first rows, cut."""
    source = pq.ParquetFile(table)
    added = [name for name in source.schema_arrow.names if name.rstrip("_") in _ADDED]
    names = [*text, *[name for name in added if name not in text]]
    batch = next(source.iter_batches(SHOWN, columns=names), None)
    rows = [] if batch is None else batch.to_pylist()
    header = [plain(name, 60) for name in names]
    return header, [[plain(_cell(row[name]), _CHARS) for name in names] for row in rows]


def open_answers(context: ToolContext, dataset_id: str, analysis_id: str) -> CsvFile:
    """The rows with their answers as CSV, for whoever streams it. Raises NotFound, before the first chunk."""
    dataset = context.workspace.datasets.get(dataset_id)
    analysis = context.workspace.analyses.get(analysis_id)
    if analysis.job.kind != KIND or analysis.job.dataset_id != dataset.id or not analysis.result:
        raise NotFound("ANSWERS_NOT_FOUND", "There are no such answers.", "Let a model answer the file first.")
    key = str(analysis.result["table_key"])

    def chunks() -> Iterator[bytes]:
        with context.workspace.storage.as_file(key) as table:
            yield from csv_of_table(table)

    return CsvFile(answers_file_name(dataset), chunks())


def answers_file_name(dataset: Dataset) -> str:
    """What the file is called when it is taken away."""
    return f"{Path(plain(dataset.name, 60)).stem.replace('/', '-') or 'data'}-answers.csv"


def _local(workspace: Workspace, dataset: Dataset, analysis: Analysis, table: Path) -> str | None:
    key = workspace.storage.key("datasets", dataset.id, f"{analysis.id}.csv")
    path = local_path(workspace, key)
    if path is not None and not workspace.storage.exists(key):
        with workspace.storage.write(key) as out:
            out.writelines(csv_of_table(table))
    return path


def csv_of_table(table: Path) -> Iterator[bytes]:
    """A table as CSV, UTF-8 with the mark that Excel wants, a thousand rows at a time; no cell runs as a formula."""
    source = pq.ParquetFile(table)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless_cell(name) for name in source.schema_arrow.names])
    yield out.getvalue().encode("utf-8-sig", "replace")
    for batch in source.iter_batches(1_000):
        out.seek(0)
        out.truncate()
        columns = [[harmless_cell(_cell(value)) for value in column.to_pylist()] for column in batch.columns]
        writer.writerows(zip(*columns, strict=True))
        yield out.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
