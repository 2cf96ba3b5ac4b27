"""Hiding personal data: at once where it takes seconds, beside the conversation where it takes longer."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from tools.asking import button
from tools.cards import PersonalKindView, PrivacyCard
from tools.checking import checking_view
from tools.context import ToolContext
from tools.inspecting import inspected
from tools.quoting import plain, quote_all
from tools.registry import ToolOutput
from tools.words import count
from workspace import versions
from workspace.analysis import Analysis, AnalysisJob
from workspace.dataset import Dataset, FixCall, Step
from workspace.errors import NotFound
from workspace.privacy import KINDS
from workspace.privacy.pseudonyms import pseudonyms_of
from workspace.privacy.redact import (
    Redaction,
    RedactionReport,
    Treatment,
    estimated_seconds,
    redact_table,
    spans_of,
)
from workspace.run import RunStatus

KIND = "redact"
LONGEST = 5.0
"""Seconds for which a conversation waits; what takes longer is a worker's, with progress and a way to stop."""

_KEPT_BEFORE = (
    "The uploaded file and the version before still hold them, for you to go back to; trainings use the new version. "
    "Forget the original to be rid of them."
)


def hide(context: ToolContext, dataset: Dataset, redaction: Redaction) -> ToolOutput:
    """A new version without what is to be hidden, or the start of the work on it, or what that work has made."""
    with context.workspace.storage.as_file(dataset.table_key) as table:
        seconds = estimated_seconds(table, redaction)
    if seconds > LONGEST:
        return _beside(context, dataset, redaction)
    with redacted(context, dataset, redaction) as (table, changes, report):
        return _kept(context, dataset, redaction, report, table, changes)


def _beside(context: ToolContext, dataset: Dataset, redaction: Redaction) -> ToolOutput:
    names = tuple(column.name for column in dataset.profile.columns)
    job = AnalysisJob(kind=KIND, dataset_id=dataset.id, text=names, args=redaction.model_dump(mode="json"))
    analysis, is_new = context.workspace.analyses.start(job, context.conversation_id)
    if analysis.status is RunStatus.SUCCEEDED and analysis.result is not None:
        return _made(context, dataset, redaction, analysis.result)
    if is_new:
        context.workspace.queue.submit_run(analysis.id)
    card = PrivacyCard(
        dataset_id=dataset.id,
        name=plain(dataset.name, 100),
        version=dataset.version,
        done=False,
        rows=dataset.rows,
        rows_with=0,
        looked_at=0,
        kinds=[],
        checking=checking_view(context.workspace, analysis.id),
        note="Nothing is changed before all of it is hidden. Trainings started now still learn from the data as it is.",
        buttons=[button("Stop", "redact_dataset", dataset_id=dataset.id, stop="true")],
    )
    data: dict[str, JsonValue] = {"dataset_id": dataset.id, "status": "running", "rows": dataset.rows}
    return ToolOutput(data=data, cards=[card.card("I hide the personal data in all rows")], stage="cleanup")


def _made(context: ToolContext, dataset: Dataset, redaction: Redaction, result: dict[str, Any]) -> ToolOutput:
    """What the worker has made becomes a version only here, whole."""
    storage = context.workspace.storage
    report = RedactionReport.model_validate(result["report"])
    with (
        storage.as_file(str(result["table_key"])) as table,
        storage.as_file(str(result["changes_key"])) as changes,
    ):
        return _kept(context, dataset, redaction, report, table, changes)


def choices_of(analysis: Analysis) -> dict[str, Any]:
    """The arguments of ``redact_dataset`` that it was started with: the same choices give its result."""
    redaction = Redaction.model_validate(analysis.job.args)
    return {"kinds": dict(redaction.kinds), "drop_columns": list(redaction.drop_columns)}


def stop_hiding(context: ToolContext, dataset: Dataset) -> ToolOutput:
    """Asks the worker to stop. Raises NotFound where nothing is being hidden."""
    for analysis in context.workspace.analyses.list(dataset_id=dataset.id):
        if analysis.job.kind == KIND and not analysis.status.ended:
            context.workspace.analyses.request_cancel(analysis.id)
            return ToolOutput(
                data={"dataset_id": dataset.id, "status": "stopped", "note": "Asked to stop. Your data is unchanged."},
                stage="cleanup",
            )
    raise NotFound("NOTHING_TO_STOP", "Nothing is being hidden right now.", "Ask what personal data there is.")


@contextmanager
def redacted(
    context: ToolContext, dataset: Dataset, redaction: Redaction
) -> Iterator[tuple[Path, Path, RedactionReport]]:
    """The table without personal data, the list of changed cells, and what was done, in temporary files."""
    storage = context.workspace.storage
    pseudonyms = pseudonyms_of(storage, dataset.family_id) if "pseudonym" in redaction.kinds.values() else None
    with tempfile.TemporaryDirectory(prefix="mtw-") as folder, storage.as_file(dataset.table_key) as table:
        out, changes = Path(folder) / "table.parquet", Path(folder) / "changes.parquet"
        yield out, changes, redact_table(table, out, redaction, pseudonyms, changes, spans_of(dataset.profile))


def _kept(
    context: ToolContext, dataset: Dataset, redaction: Redaction, report: RedactionReport, table: Path, changes: Path
) -> ToolOutput:
    if not report.hidden and not report.dropped:
        output = inspected(context, dataset)
        note = "There was nothing to hide."
        return output.model_copy(update={"data": output.data | {"redacted": {}, "note": note}, "stage": "cleanup"})
    fix = FixCall(code="redact", args={"kinds": dict(redaction.kinds), "drop_columns": list(report.dropped)})
    step = Step(kind="redact", title=_title(report), fixes=[fix], cells_changed=report.cells_changed)
    new = versions.derive(context.workspace, dataset, table, step, changes)
    now = inspected(context, new)
    card = PrivacyCard(
        dataset_id=new.id,
        name=plain(new.name, 100),
        version=new.version,
        done=True,
        rows=new.rows,
        rows_with=report.rows_changed,
        looked_at=new.rows,
        kinds=_done_views(report),
        dropped=[plain(name, 80) for name in report.dropped],
        note=_KEPT_BEFORE,
        buttons=[
            button("Undo", "clean_dataset", dataset_id=new.id, undo="true"),
            button("Forget the original", "delete_dataset", dataset_id=new.id, keep_current="true"),
        ],
    )
    data = now.data | {
        "redacted": {"masked": dict(report.masked), "pseudonyms": dict(report.pseudonyms), "kept": dict(report.kept)},
        "rows_changed": report.rows_changed,
        "columns_left_out": quote_all(report.dropped, 80),
    }
    problems = [c for c in now.cards if c.kind == "problems"]
    return ToolOutput(data=data, cards=[card.card(_title(report)), *problems], ask=now.ask, stage="cleanup")


def _done_views(report: RedactionReport) -> list[PersonalKindView]:
    done: list[tuple[Treatment, dict[str, int]]] = [
        ("mask", report.masked),
        ("pseudonym", report.pseudonyms),
        ("keep", report.kept),
    ]
    return [
        PersonalKindView(
            code=kind,
            label=KINDS[kind].one if values[kind] == 1 else KINDS[kind].many,
            values=values[kind],
            treatment=treatment,
            instead=KINDS[kind].mask if treatment == "mask" else "",
        )
        for treatment, values in done
        for kind in KINDS
        if kind in values
    ]


def _title(report: RedactionReport) -> str:
    """'41 values hidden in 37 rows, 1 column left out'."""
    parts = []
    if report.hidden:
        parts.append(f"{count(report.hidden, 'value')} hidden in {count(report.rows_changed, 'row')}")
    if report.dropped:
        parts.append(f"{count(len(report.dropped), 'column')} left out")
    return ", ".join(parts)
