"""More rows for rare labels: made and measured by a worker, added as a new version where the person wants them."""

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import Field, JsonValue

from tools.asking import ask, button
from tools.augmentation_names import exchange_names
from tools.augmentation_view import measured_card, rows_made, sentence_of, verdict_of
from tools.cards import AugmentationCard
from tools.checking import checking_view
from tools.columns import Choice, choose
from tools.context import ToolContext
from tools.finding import find_dataset
from tools.inspecting import inspected
from tools.paraphrasing import paraphrased
from tools.quoting import plain, quote
from tools.registry import ToolOutput, tool
from tools.words import count
from workspace import versions
from workspace.analysis import Analysis, AnalysisJob
from workspace.augmentation import MARKER, METHODS
from workspace.cleaning import CHANGES_SCHEMA
from workspace.dataset import Dataset, Step, TaskKind
from workspace.errors import InputError, NotFound
from workspace.run import RunStatus

_LEAST_ROWS = 40
KIND = "augment"


@tool()
def augment_dataset(
    context: ToolContext,
    dataset_id: Annotated[
        str | None, Field(description="id or name of the data; leave out for the newest of this conversation")
    ] = None,
    labels: Annotated[
        list[str] | str | None, Field(description="labels that should get more rows; leave out for those that are rare")
    ] = None,
    methods: Annotated[
        list[str] | str | None, Field(description="'typo', 'drop', 'swap'; leave out for all of them")
    ] = None,
    paraphrase: Annotated[
        bool, Field(description="also let the hosted chat model say the texts in other words (personal data hidden)")
    ] = False,
    use: Annotated[bool, Field(description="add the rows that were made and measured, as a new version")] = False,
) -> ToolOutput:
    """Makes more rows for labels that have few, and measures whether they help before anything is added.

    New rows are learning rows with typing errors, words left out or exchanged, never made from rows of the exam. It
    takes about half a minute and is told when it has ended; often there is no gain, and then that is what is said.
    In data with marked names, names are exchanged for others of their kind instead; that is not measured.
    With use the measured rows are added as a new version, which can be undone.
    """
    dataset = versions.current(context.workspace, find_dataset(context, dataset_id))
    choice = choose(context, dataset, None, None, None)
    if choice.task is TaskKind.NER and choice.text and choice.label:
        return exchange_names(context, dataset, choice, use=use)
    _refuse(dataset, choice)
    wanted = _listed(labels)
    kinds = _methods(methods)
    done = _measured(context, dataset) if not (wanted or kinds or paraphrase) else None
    if use:
        if done is None:
            raise NotFound("NOTHING_MEASURED", "No rows were made for this data yet.", "Ask for more rows first.")
        return _added(context, dataset, choice, done)
    if done is not None:
        return _shown(context, dataset, choice, done)
    return _started(context, dataset, choice, wanted, kinds, paraphrase=paraphrase)


def _refuse(dataset: Dataset, choice: Choice) -> None:
    column = dataset.profile.column(choice.label) if choice.label else None
    rows = dataset.rows - (column.missing if column else 0)
    fits = choice.text and column is not None and choice.task in (None, TaskKind.CLASSIFICATION)
    if not fits or rows < _LEAST_ROWS:
        raise InputError(
            "AUGMENTATION_IMPOSSIBLE",
            f"Rows can be added where each text has one label, and there are at least {_LEAST_ROWS} labelled rows: "
            "with fewer nobody could measure whether they help.",
            "Label more rows, or go on with a plan.",
        )


def _listed(given: list[str] | str | None) -> list[str]:
    found = given.split(",") if isinstance(given, str) else given or []
    return [name.strip() for name in found if name.strip()]


def _methods(given: list[str] | str | None) -> list[str]:
    found = _listed(given)
    unknown = [name for name in found if name not in METHODS]
    if unknown:
        raise InputError(
            "METHOD_UNKNOWN",
            f"There is no way of making rows called {', '.join(plain(name, 30) for name in unknown)}.",
            f"There are: {', '.join(f'{code} ({words})' for code, words in METHODS.items())}.",
        )
    return found


def _measured(context: ToolContext, dataset: Dataset) -> Analysis | None:
    """The newest analysis of this version that has ended well."""
    found = context.workspace.analyses.list(dataset_id=dataset.id)
    return next((a for a in found if a.job.kind == KIND and a.status is RunStatus.SUCCEEDED and a.result), None)


def _started(
    context: ToolContext, dataset: Dataset, choice: Choice, labels: list[str], methods: list[str], *, paraphrase: bool
) -> ToolOutput:
    args: dict[str, JsonValue] = {}
    if labels:
        args["labels"] = list(labels)
    if methods:
        args["methods"] = list(methods)
    if paraphrase:
        args["paraphrases"] = [list(pair) for pair in paraphrased(context, dataset, choice, labels)]
    job = AnalysisJob(
        kind=KIND,
        dataset_id=dataset.id,
        text=tuple(choice.text),
        label=choice.label,
        task=TaskKind.CLASSIFICATION,
        args=args,
    )
    analysis, is_new = context.workspace.analyses.start(job, context.conversation_id)
    if analysis.status is RunStatus.SUCCEEDED:
        return _shown(context, dataset, choice, analysis)
    if is_new:
        context.workspace.queue.submit_run(analysis.id)
    card = AugmentationCard(
        dataset_id=dataset.id,
        name=plain(dataset.name, 100),
        version=dataset.version,
        state="measuring",
        checking=checking_view(context.workspace, analysis.id),
        note="Nothing is added before you have seen what it brings.",
    )
    data: dict[str, JsonValue] = {"dataset_id": dataset.id, "status": "running", "paraphrases": paraphrase}
    return ToolOutput(data=data, cards=[card.card("I make rows for the rare labels and measure them")], stage="cleanup")


def _shown(context: ToolContext, dataset: Dataset, choice: Choice, analysis: Analysis) -> ToolOutput:
    result = cast(dict[str, Any], analysis.result)
    verdict = verdict_of(result)
    with context.workspace.storage.as_file(str(result["table_key"])) as table:
        samples = rows_made(table, choice.text, choice.label or "")
    add = button(
        f"Add the {count(int(result['rows_added']), 'row')}",
        "augment_dataset",
        primary=verdict == "helps",
        dataset_id=dataset.id,
        use="true",
    )
    leave = button("Leave them out", "propose_plan", primary=verdict != "helps", dataset_id=dataset.id)
    card = measured_card(dataset, result, verdict, samples, "measured")
    question = {
        "helps": "The new rows help. Shall I add them? It makes a new version and can be undone.",
        "unclear": "I cannot see a gain, so I would leave them out. Real rows help more than made ones.",
        "harms": "They make it worse here, so I would leave them out.",
    }[verdict]
    return ToolOutput(
        data=_facts(dataset, result, verdict) | {"status": "measured"},
        cards=[card.card(sentence_of(result, verdict))],
        ask=ask(question, *((add, leave) if verdict == "helps" else (leave, add))),
        stage="cleanup",
    )


def _added(context: ToolContext, dataset: Dataset, choice: Choice, analysis: Analysis) -> ToolOutput:
    result = cast(dict[str, Any], analysis.result)
    verdict = verdict_of(result)
    step = Step(
        kind="augment",
        title=f"{count(int(result['rows_added']), 'row')} made for {count(len(result['labels']), 'rare label')}",
        rows_added=int(result["rows_added"]),
    )
    with (
        tempfile.TemporaryDirectory(prefix="mtw-") as folder,
        context.workspace.storage.as_file(str(result["table_key"])) as table,
    ):
        changes = Path(folder) / "changes.parquet"
        _write_changes(table, choice.text[0], changes)
        samples = rows_made(table, choice.text, choice.label or "")
        new = versions.derive(context.workspace, dataset, table, step, changes)
    now = inspected(context, new)
    undo = button("Undo", "clean_dataset", dataset_id=new.id, undo="true")
    card = measured_card(new, result, verdict, samples, "added").model_copy(update={"buttons": [undo]})
    data = now.data | {"augmented": _facts(dataset, result, verdict)}
    return ToolOutput(
        data=data, cards=[card.card(f"{step.title}, none of them in the exam")], ask=now.ask, stage="plan"
    )


def _write_changes(table: Path, column: str, out: Path) -> None:
    """One line for each row that was made."""
    with pq.ParquetWriter(out, CHANGES_SCHEMA) as writer:
        for batch in pq.ParquetFile(table).iter_batches(20_000, columns=[column, MARKER]):
            texts = batch.column(column).filter(pc.is_valid(batch.column(MARKER)))
            lines = [
                {"fix": "augment", "kind": "added", "row": -1, "column": column, "after": text}
                for text in texts.to_pylist()
            ]
            writer.write_table(pa.Table.from_pylist(lines, CHANGES_SCHEMA))


def _facts(
    dataset: Dataset, result: dict[str, Any], verdict: Literal["helps", "unclear", "harms"]
) -> dict[str, JsonValue]:
    numbers = ("rows_added", "refused", "before", "after", "gain", "low", "high", "seeds", "rows_judged")
    return {
        "dataset_id": dataset.id,
        "verdict": verdict,
        "metric": "mean F1 of the labels that get rows, on rows held back",
        **{name: result[name] for name in numbers},
        "labels": [
            {
                "label": quote(str(row["label"]), 60),
                "rows": row["rows"],
                "added": result["added"].get(row["label"], 0),
                "before": row["before"],
                "after": row["after"],
            }
            for row in result["labels"][:12]
        ],
    }
