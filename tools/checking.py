"""The closer look at data by a model: started by itself when data has arrived, told of when it has ended."""

from typing import Annotated

from pydantic import Field, JsonValue

from tools.asking import ask, button
from tools.cards import CheckingView
from tools.columns import Choice, choose, judged
from tools.context import ToolContext
from tools.dataset_cards import problems_card
from tools.finding import find_dataset
from tools.quoting import quote
from tools.registry import ToolOutput, tool
from tools.words import count
from workspace import versions
from workspace.analysis import Analysis, AnalysisJob
from workspace.dataset import Check, Dataset, TaskKind
from workspace.errors import InputError, NotFound
from workspace.events import Asked
from workspace.home import Workspace
from workspace.run import Progressed, RunStatus

SUSPICIOUS = "SUSPICIOUS_LABELS"
_LEAST_ROWS = 40
"""With fewer rows a model has nothing to say that counting does not."""
_MOST_LABELS = 300


@tool()
def check_dataset(
    context: ToolContext,
    dataset_id: Annotated[
        str | None, Field(description="id or name of the data; leave out for the newest of this conversation")
    ] = None,
) -> ToolOutput:
    """Looks more closely at data with a model: labels that are probably wrong, and what more rows would bring.

    It starts by itself when data has arrived and takes half a minute; use it when the person asks for it, or asks
    whether the labels are right or the data is enough.
    """
    dataset = find_dataset(context, dataset_id)
    choice = choose(context, dataset, None, None, None)
    dataset = judged(context, dataset, choice)
    if dataset.check is not None:
        return _found(dataset, dataset.check)
    if not _possible(dataset, choice):
        raise InputError(
            "CHECK_IMPOSSIBLE",
            "A model can look more closely only at data that sorts texts under labels, with at least "
            f"{_LEAST_ROWS} labelled rows and at most {_MOST_LABELS} labels.",
            "Go on with a plan: the training shows what the data is worth.",
        )
    view = start_check(context, dataset, choice, asked=True)
    data: dict[str, JsonValue] = {"dataset_id": dataset.id, "status": "running"}
    card = problems_card(dataset, []).model_copy(update={"checking": view})
    return ToolOutput(data=data, cards=[card.card("A model looks more closely at your data")], stage="data")


def start_check(context: ToolContext, dataset: Dataset, choice: Choice, *, asked: bool = False) -> CheckingView | None:
    """Starts the closer look in the background, once for the same data and columns. None where there is none to do.

    Data with personal data is looked at only when a person asks for it: what they hide first must not reach a worker.
    """
    seconds = context.workspace.settings.check_seconds
    if dataset.profile.privacy and not asked:
        return None
    if not seconds or dataset.check is not None or not _possible(dataset, choice):
        return None
    job = AnalysisJob(
        kind="check",
        dataset_id=dataset.id,
        text=tuple(choice.text),
        label=choice.label,
        task=choice.task,
        args={"seconds": seconds} | _form_of_labels(dataset, choice),
    )
    analysis, is_new = context.workspace.analyses.start(job, context.conversation_id)
    if is_new:
        context.workspace.queue.submit_run(analysis.id)
    return None if analysis.status.ended else _view(analysis, None)


def checking_view(workspace: Workspace, analysis_id: str) -> CheckingView:
    """How far it is, for the card that shows it. Cheap to call often. Raises NotFound."""
    analysis = workspace.analyses.get(analysis_id)
    ticks = workspace.analyses.events(analysis_id, kinds=["progressed"])
    last = ticks[-1].event if ticks else None
    return _view(analysis, last if isinstance(last, Progressed) else None)


def still_wanted(workspace: Workspace, analysis: Analysis) -> bool:
    """Whether a person still wants to hear of it: the data is there, and is what would be trained on."""
    try:
        dataset = workspace.datasets.get(analysis.job.dataset_id)
        return versions.current(workspace, dataset).id == dataset.id
    except NotFound:
        return False


def _form_of_labels(dataset: Dataset, choice: Choice) -> dict[str, JsonValue]:
    """What stands between the labels of a cell, or their columns, where a text may have several."""
    if choice.label_columns:
        return {"label_columns": list(choice.label_columns)}
    guess = dataset.profile.task
    several = choice.task is TaskKind.MULTILABEL and choice.label == guess.label
    return {"separator": guess.label_separator} if several and guess.label_separator else {}


def _possible(dataset: Dataset, choice: Choice) -> bool:
    if choice.text and choice.label_columns:
        return dataset.rows >= _LEAST_ROWS  # those with a label are counted when they are read
    column = dataset.profile.column(choice.label) if choice.label else None
    if not choice.text or column is None or dataset.rows - column.missing < _LEAST_ROWS:
        return False
    if choice.task is TaskKind.MULTILABEL:
        return column.unique > 1  # of cells; the labels in them are counted when they are read
    return choice.task in (None, TaskKind.CLASSIFICATION) and 1 < column.unique <= _MOST_LABELS


def _view(analysis: Analysis, last: Progressed | None) -> CheckingView:
    put_back = analysis.status is RunStatus.QUEUED and analysis.started_at is not None
    waiting = "A training goes first" if put_back else "Getting ready"
    return CheckingView(
        run_id=analysis.id,
        status=analysis.status.value,
        message=last.message if last and analysis.status is RunStatus.RUNNING else waiting,
        fraction=1.0 if analysis.status.ended else last.fraction if last else 0.0,
        eta_seconds=last.eta_seconds if last and analysis.status is RunStatus.RUNNING else None,
    )


def _found(dataset: Dataset, check: Check) -> ToolOutput:
    doubtful = next((p for p in check.problems if p.code == SUSPICIOUS), None)
    verdict = check.verdict
    data: dict[str, JsonValue] = {
        "dataset_id": dataset.id,
        "status": "done",
        "rows_checked": check.rows_checked,
        "doubtful_labels": doubtful.count if doubtful else 0,
        "verdict": verdict.kind if verdict else None,
        "rows_that_would_help": verdict.rows_needed if verdict else None,
        "finding": quote(verdict.sentence, 400) if verdict else None,
        "problems": [
            {"code": p.code, "severity": p.severity, "count": p.count, "message": quote(p.message, 300)}
            for p in check.problems
        ],
    }
    card = problems_card(dataset, check.problems)
    return ToolOutput(
        data=data,
        cards=[card.card(_title(check))],
        ask=_question(dataset, doubtful.count) if doubtful and doubtful.severity == "warning" else None,
        stage="data",
    )


def _title(check: Check) -> str:
    doubtful = next((p.count for p in check.problems if p.code == SUSPICIOUS), 0)
    if doubtful:
        return f"{count(doubtful, 'label looks', 'labels look')} wrong, of {check.rows_checked:,}"
    if check.verdict and check.verdict.kind == "not_enough":
        return "More rows would help"
    return f"A closer look at {count(check.rows_checked, 'label')} found none that looks wrong"


def _question(dataset: Dataset, doubtful: int) -> Asked:
    every = "it" if doubtful == 1 else f"all {doubtful:,}"
    data, fix = dataset.id, "relabel_suspicious"
    return ask(
        f"{count(doubtful, 'label looks', 'labels look')} wrong. What shall I do with them?",
        button(f"Change {every} to the probable label", "clean_dataset", primary=True, dataset_id=data, fixes=fix),
        button("Show me first", "clean_dataset", dataset_id=data, fixes=fix, preview="true"),
        button("Leave these rows out", "clean_dataset", dataset_id=data, fixes="drop_suspicious"),
        button("Leave them, make a plan", "propose_plan", dataset_id=data),
    )
