"""What is shown of data that has arrived or has changed: the table, its problems with their repairs, the next step."""

from tools.answer_counts import count_labels, count_marks
from tools.asking import CHANGE, ask, button
from tools.checking import start_check
from tools.columns import Choice, choose, judged, problems_of
from tools.context import ToolContext
from tools.dataset_cards import (
    PREVIEW_ROWS,
    facts_for_model,
    problems_card,
    problems_title,
    table_card,
    table_title,
)
from tools.quoting import plain, quote
from tools.registry import ToolOutput
from tools.repairs import SHOW_FIRST, mend_all, offered
from tools.words import listed
from workspace.dataset import ColumnRole, DataProblem, Dataset, TaskKind
from workspace.events import Asked, Option
from workspace.reading import preview
from workspace.reading.reports import SHEETS_ALIKE
from workspace.reading.source import ALL_SHEETS

AS_IT_IS = "No, plan as it is"
_MOST_COUNTED = 10_000


def inspected(context: ToolContext, dataset: Dataset, choice: Choice | None = None) -> ToolOutput:
    """What ``inspect_dataset`` shows, for a data set that has just arrived or whose columns were corrected."""
    choice = choice or choose(context, dataset, None, None, None)
    dataset = judged(context, dataset, choice)
    with context.workspace.storage.as_file(dataset.table_key) as table:
        rows = preview(table, PREVIEW_ROWS)
    labels = labels_of(context, dataset, choice.label, choice.task)
    problems = problems_of(dataset, choice, len(labels))
    why = "as you said" if choice.corrected else plain(dataset.profile.task.why, 300)
    card = table_card(dataset, rows, choice, labels, why)
    data = facts_for_model(dataset, choice, labels, problems)
    data["why"] = quote(why, 300)
    found = problems_card(dataset, problems).model_copy(update={"checking": start_check(context, dataset, choice)})
    return ToolOutput(
        data=data,
        cards=[card.card(table_title(card)), found.card(problems_title(problems))],
        ask=next_step(dataset, choice, problems),
        stage="data",
    )


def labels_of(
    context: ToolContext, dataset: Dataset, label: str | None, task: TaskKind | None = None
) -> dict[str, int]:
    """Rows per answer, most frequent first; counted anew where the column is not the one that was guessed.

    For marked words: places of each kind. Empty for a column of very many values: that is no list of answers, and
    counting it could fill the memory.
    """
    guess = dataset.profile.task
    if task is TaskKind.GENERATION:
        return {}
    if task is TaskKind.NER and label is not None and dataset.profile.column(label):
        with context.workspace.storage.as_file(dataset.table_key) as table:
            return count_marks(table, label)
    if guess.label_columns and (label is None or label in guess.label_columns):
        return dataset.profile.labels
    column = dataset.profile.column(label) if label is not None else None
    if label is None or column is None or column.unique > _MOST_COUNTED:
        return {}
    if label == dataset.profile.task.label and dataset.profile.labels:
        return dataset.profile.labels
    with context.workspace.storage.as_file(dataset.table_key) as table:
        return count_labels(table, label)


def next_step(dataset: Dataset, choice: Choice, problems: list[DataProblem]) -> Asked:
    """The likely next step: name a column, mend what hurts, or plan."""
    if not choice.answers or not choice.text:
        return _which_label(dataset, choice)
    fixes = offered(problems)
    if any(p.severity == "blocking" and p not in fixes for p in problems):
        example = button("Show me with an example", "load_sample")
        return ask(
            "This cannot be trained as it is. How would you like to go on?",
            *_other_tables(dataset),
            _other_file(),
            CHANGE,
            example,
        )
    text = " and ".join(f"“{plain(name, 60)}”" for name in choice.text)
    learned = listed([f"“{plain(name, 60)}”" for name in choice.answers])
    reading = f"I would read {text} and learn {learned}."
    # The question is the one that the first button answers: so a typed yes does what it says, and no the second.
    if fixes:
        problems_found = "the problem" if len(fixes) == 1 else f"the {len(fixes)} problems"
        question = f"{reading} Shall I first fix {problems_found} that I found?"
        first = [
            mend_all(dataset, fixes, then_plan=True),
            button(AS_IT_IS, "propose_plan", dataset_id=dataset.id),
            button(SHOW_FIRST, "clean_dataset", dataset_id=dataset.id, fixes="all", preview="true"),
        ]
    else:
        question = f"{reading} Is that right?"
        first = [button("Right, make a plan", "propose_plan", primary=True, dataset_id=dataset.id)]
    return ask(question, *first, *_other_tables(dataset), CHANGE)


def _other_tables(dataset: Dataset) -> list[Option]:
    """Further tables of the same workbook, document or archive, if the reader told of them."""
    problems = [p for p in dataset.profile.problems if p.code in ("OTHER_TABLES", SHEETS_ALIKE)]
    together = [
        button(f"Read all {p.count + 1} sheets together", "inspect_dataset", dataset_id=dataset.id, sheet=ALL_SHEETS)
        for p in problems
        if p.code == SHEETS_ALIKE
    ]
    told = [name for p in problems for name in p.examples if name in dataset.profile.sheets]
    single = [
        button(f"Read “{plain(name, 40)}” instead", "inspect_dataset", dataset_id=dataset.id, sheet=name)
        for name in told[: 1 if together else 2]
    ]
    return [*together, *single]


def _which_label(dataset: Dataset, choice: Choice) -> Asked:
    columns = [
        c for c in dataset.profile.columns if c.name not in choice.text and 1 < c.unique <= max(2, dataset.rows // 2)
    ]
    columns.sort(key=lambda c: (c.role not in (ColumnRole.LABEL, ColumnRole.LABELS), c.unique))
    options = [button(plain(c.name, 40), "inspect_dataset", dataset_id=dataset.id, label=c.name) for c in columns[:5]]
    question = "Which column holds the answer to learn?" if options else "No column could be the answer to learn."
    label = [button("Label some rows here", "label_examples", primary=not options, dataset_id=dataset.id)]
    return ask(
        question,
        *options,
        *(label if choice.text else []),
        *_other_tables(dataset),
        _other_file(primary=not options and not choice.text),
    )


def _other_file(*, primary: bool = True) -> Option:
    return Option(id="upload", label="Upload another file", style="primary" if primary else "plain")
