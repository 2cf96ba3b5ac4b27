"""More rows for data with marked names: the same sentences with other names of the data. Not measured."""

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import JsonValue

from tools.asking import ask, button
from tools.cards import AugmentationCard, NewRowView
from tools.columns import Choice
from tools.context import ToolContext
from tools.inspecting import inspected
from tools.quoting import plain
from tools.registry import ToolOutput
from tools.words import count
from workspace import versions
from workspace.augmentation import add_exchanged
from workspace.cleaning import CHANGES_SCHEMA
from workspace.dataset import Dataset, Step
from workspace.errors import InputError
from workspace.privacy import shade

_SAMPLES = 6
_CHARS = 160
_NOT_MEASURED = (
    "Names come from your own rows, and their marks move with them. Whether this helps I cannot measure yet: this "
    "version does not train on marked names."
)


def exchange_names(context: ToolContext, dataset: Dataset, choice: Choice, *, use: bool) -> ToolOutput:
    """Shows what exchanging names would give, or adds it as a version. The same rows each time."""
    column, label = choice.text[0], choice.label or ""
    with tempfile.TemporaryDirectory(prefix="mtw-") as folder:
        out = Path(folder) / "table.parquet"
        with context.workspace.storage.as_file(dataset.table_key) as table:
            made = add_exchanged(table, out, column, label)
        if not made:
            raise InputError(
                "NOTHING_MADE",
                "No name could be exchanged: each kind of name needs at least two different ones.",
                "Add real rows instead.",
            )
        if not use:
            return _shown(dataset, made)
        changes = Path(folder) / "changes.parquet"
        lines = [{"fix": "augment", "kind": "added", "row": -1, "column": column, "after": new} for _, new in made]
        pq.write_table(pa.Table.from_pylist(lines, CHANGES_SCHEMA), changes)
        step = Step(kind="augment", title=f"{count(len(made), 'row')} with other names added", rows_added=len(made))
        new = versions.derive(context.workspace, dataset, out, step, changes)
    now = inspected(context, new)
    undo = button("Undo", "clean_dataset", dataset_id=new.id, undo="true")
    card = _card(new, made, "added").model_copy(update={"buttons": [undo]})
    data = now.data | {"augmented": {"rows_added": len(made), "verdict": None}}
    return ToolOutput(data=data, cards=[card.card(step.title)], ask=now.ask, stage="plan")


def _shown(dataset: Dataset, made: list[tuple[str, str]]) -> ToolOutput:
    rows = count(len(made), "new row")
    data: dict[str, JsonValue] = {
        "dataset_id": dataset.id,
        "status": "made",
        "rows_added": len(made),
        "verdict": None,
        "note": "not measured",
    }
    return ToolOutput(
        data=data,
        cards=[_card(dataset, made, "measured").card(f"{rows} with other names; not measured")],
        ask=ask(
            "Shall I add them? It makes a new version and can be undone.",
            button("Leave them out", "propose_plan", primary=True, dataset_id=dataset.id),
            button(f"Add the {count(len(made), 'row')}", "augment_dataset", dataset_id=dataset.id, use="true"),
        ),
        stage="cleanup",
    )


def _card(dataset: Dataset, made: list[tuple[str, str]], state: str) -> AugmentationCard:
    step = max(1, len(made) // _SAMPLES)
    return AugmentationCard(
        dataset_id=dataset.id,
        name=plain(dataset.name, 100),
        version=dataset.version,
        state="added" if state == "added" else "measured",
        rows_added=len(made),
        samples=[
            NewRowView(label="", made_from=plain(shade(before), _CHARS), text=plain(shade(after), _CHARS))
            for before, after in made[::step][:_SAMPLES]
        ],
        note=_NOT_MEASURED,
    )
