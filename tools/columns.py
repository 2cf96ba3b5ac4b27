"""Which columns and which task are meant: what was said now, else what was corrected before, else what was guessed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tools.context import ToolContext
from tools.finding import find_column
from workspace.dataset import ColumnRole, DataProblem, Dataset, TaskGuess, TaskKind
from workspace.errors import InputError, NotFound
from workspace.events import ToolCalled, ToolReturned
from workspace.reading import profile_table

_TELLING = ("inspect_dataset", "propose_plan")
_MIN_LABELLED_ROWS = 10
_MOST_LABELS = 1_000
"""The training refuses more (``training_worker.split``)."""
_ABOUT_LABEL = frozenset(
    {
        "NO_LABEL_COLUMN",
        "MISSING_LABEL",
        "ONE_CLASS",
        "FEW_ROWS",
        "TOO_MANY_CLASSES",
        "LABEL_VARIANTS",
        "RARE_CLASSES",
        "IMBALANCE",
        "CONFLICTING_LABELS",
        "SIMILAR_LABELS",
        "SUSPICIOUS_LABELS",
        "LEAKAGE_COLUMN",
        "BAD_TAG_SEQUENCE",
    }
)
_ABOUT_TEXT = frozenset(
    {
        "NO_TEXT_COLUMN",
        "MISSING_TEXT",
        "EXACT_DUPLICATES",
        "NEAR_DUPLICATES",
        "CONFLICTING_LABELS",
        "SUSPICIOUS_LABELS",
        "MOJIBAKE",
        "HTML_IN_TEXT",
        "QUOTED_MAIL",
        "SIGNATURES",
        "BOILERPLATE",
        "TEXT_TOO_SHORT",
        "TEXT_TOO_LONG",
        "MIXED_LANGUAGES",
        "LEAKAGE_SPLIT",
        "ID_AS_TEXT",
    }
)
"""Problems of a profile that speak of the columns it guessed; they say nothing about other columns."""

Reason = tuple[str, str, str]


@dataclass(frozen=True)
class Choice:
    """The columns to read and to learn. ``corrected``: not as the profile guessed.

    The answers stand in ``label``, or in ``label_columns``, one yes-or-no column for each label.
    """

    text: list[str]
    label: str | None
    task: TaskKind | None
    corrected: bool
    label_columns: tuple[str, ...] = ()

    @property
    def answers(self) -> list[str]:
        """The columns with answers; none where there are none yet."""
        return list(self.label_columns) or ([self.label] if self.label is not None else [])


def choose(
    context: ToolContext, dataset: Dataset, text: Sequence[str] | str | None, label: str | None, task: TaskKind | None
) -> Choice:
    """Resolves what was said about columns. Raises InputError that names every unknown column at once."""
    said = {"text": [text] if isinstance(text, str) else list(text or []), "label": label, "task": task}
    earlier = _remembered(context, dataset) if not all(said.values()) else {}
    faults: list[InputError] = []
    names = [_column(dataset, name, faults) for name in said["text"] or _listed(earlier.get("text"))]
    answer = said["label"] or earlier.get("label")
    chosen_label = _column(dataset, str(answer), faults) if answer else None
    if faults:
        message = " ".join(f"{fault.message} {fault.next_step}" for fault in faults)
        raise InputError("MISSING_COLUMN", message, "Name the columns as they stand in the file.")
    guess = dataset.profile.task
    kind = task or (TaskKind(earlier["task"]) if earlier.get("task") else None)
    final_label = chosen_label or (guess.label if guess.label not in names else None)
    final_text = [n for n in names if n] or [n for n in guess.text if n != final_label]
    final_text = final_text or _longest_text(dataset, final_label)
    final_kind = kind or guess.kind or (TaskKind.CLASSIFICATION if final_label and final_text else None)
    corrected = (final_text, final_label, final_kind) != (guess.text, guess.label, guess.kind)
    several = final_label is None and final_kind is TaskKind.MULTILABEL
    columns = tuple(name for name in guess.label_columns if name not in final_text) if several else ()
    return Choice(final_text, final_label, final_kind, corrected, columns)


def problems_of(dataset: Dataset, choice: Choice, labels: int) -> list[DataProblem]:
    """What stands in the way of a training on these columns first, then what the profile found and still holds.

    Args:
        labels: how many different answers the label column holds; 0 where they were too many to count.
    """
    own = [
        DataProblem(code=code, severity="blocking", count=dataset.rows, message=f"{message} {what_to_do}")
        for code, message, what_to_do in _blocking(dataset, choice, labels)
    ]
    guess = dataset.profile.task
    outdated = {p.code for p in own}
    outdated |= _ABOUT_LABEL if choice.label != guess.label else set()
    outdated |= _ABOUT_TEXT if choice.text != guess.text else set()
    return own + [p for p in dataset.problems if p.code not in outdated]


def judged(context: ToolContext, dataset: Dataset, choice: Choice) -> Dataset:
    """The data as it looks with these columns: problems are about what is used, not about what was guessed."""
    check = dataset.check
    if check is not None and (choice.text, choice.label) != (check.text, check.label):
        dataset = dataset.model_copy(update={"check": None})
    if not choice.corrected or not choice.text or choice.label is None:
        return dataset
    said = TaskGuess(kind=choice.task, text=choice.text, label=choice.label, confidence=1, why="as you said")
    with context.workspace.storage.as_file(dataset.table_key) as table:
        profile = profile_table(table, dataset.profile, task=said)
    return dataset.model_copy(update={"profile": profile})


def _blocking(dataset: Dataset, choice: Choice, labels: int) -> list[Reason]:
    """Why nothing can be learned: code, what is wrong, what to do. All at once."""
    if not dataset.rows:
        return [("NO_ROWS", "The file has column names but no row below them.", "Fill in rows and upload it again.")]
    if len(dataset.profile.columns) == 1:
        return [_ONE_COLUMN]
    column = dataset.profile.column(choice.label) if choice.label else None
    filled = dataset.rows - column.missing if column else dataset.rows
    found: list[Reason] = []
    if not choice.text:
        found.append(_NO_TEXT)
    if not choice.answers:
        found.append(_NO_LABEL)
    elif column is not None and choice.task is not TaskKind.GENERATION:
        found += _about_answers(choice.task, labels or column.unique, filled)
    if filled < _MIN_LABELLED_ROWS:
        rows = f"There are {filled} rows with an answer; with fewer than {_MIN_LABELLED_ROWS} nothing can be learned."
        found.append(("FEW_ROWS", rows, "Add rows: 50 for each answer are a start, 200 are good."))
    return found


def _about_answers(task: TaskKind | None, different: int, filled: int) -> list[Reason]:
    """``different``: answers, labels or kinds of places that the column holds."""
    if different > _MOST_LABELS:
        many = f"There are {different:,} different answers; at most {_MOST_LABELS:,} can be learned."
        return [("TOO_MANY_LABELS", many, "Name another column as the answer, or join rare ones into one.")]
    if task is TaskKind.NER:
        return []
    if different == 1:
        return [_ONE_CLASS]
    if different and different == filled and task is not TaskKind.MULTILABEL:
        return [_ALL_DIFFERENT]
    return []


_ONE_COLUMN: Reason = (
    "ONE_COLUMN",
    "The file has a single column, so there is no answer to learn.",
    "Add a second column: beside each text, what it should get.",
)
_NO_TEXT: Reason = (
    "NO_TEXT_COLUMN",
    "No column holds text to read.",
    "Name the column with the texts, or upload a file that has one.",
)
_NO_LABEL: Reason = (
    "NO_LABEL_COLUMN",
    "No column holds the answers to learn.",
    "Name the column with the answers, or add one to the file: beside each text, what it should get.",
)
_ONE_CLASS: Reason = (
    "ONE_CLASS",
    "Every row has the same answer, so there is nothing to tell apart.",
    "Add rows with at least one other answer, or name another column as the answer.",
)
_ALL_DIFFERENT: Reason = (
    "RARE_CLASSES",
    "Every row has its own answer, so no pattern can be learned.",
    "Name another column as the answer, or add rows until each answer has at least two, better 20.",
)


def _column(dataset: Dataset, name: str, faults: list[InputError]) -> str | None:
    try:
        return find_column(dataset.profile, name)
    except InputError as fault:
        faults.append(fault)
        return None


def _holds(dataset: Dataset, names: Any) -> bool:
    """Whether this version has such columns."""
    faults: list[InputError] = []
    for name in _listed(names):
        _column(dataset, name, faults)
    return not faults


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(v) for v in value or []]


def _longest_text(dataset: Dataset, label: str | None) -> list[str]:
    texts = [c for c in dataset.profile.columns if c.name != label and (c.role is ColumnRole.TEXT or c.type == "text")]
    return [max(texts, key=lambda c: c.mean_length).name] if texts else []


def _remembered(context: ToolContext, dataset: Dataset) -> dict[str, Any]:
    """What was last said in this conversation about the columns of this data set: the arguments of such a call.

    It holds for every version: a repair takes no column away.
    """
    if not context.conversation_id:
        return {}
    family = {d.id for d in context.workspace.datasets.list(family_id=dataset.family_id, undone=True)}
    try:
        events = context.workspace.transcripts.load(context.conversation_id).events
    except NotFound:
        return {}
    good = {
        e.event.call_id
        for e in events
        if isinstance(e.event, ToolReturned)
        and e.event.ok
        and isinstance(e.event.data, dict)
        and e.event.data.get("dataset_id") in family
    }
    for stored in reversed(events):
        call = stored.event
        if isinstance(call, ToolCalled) and call.tool in _TELLING and call.call_id in good:
            told = {key: call.args[key] for key in ("text", "label", "task") if call.args.get(key)}
            told = {key: value for key, value in told.items() if key == "task" or _holds(dataset, value)}
            if told:
                return told
    return {}
