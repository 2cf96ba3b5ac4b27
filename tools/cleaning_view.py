"""What a step changed, as a card: before and after, the way back, and the whole list to take away."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.asking import button
from tools.cards import ChangesCard, FixDoneView
from tools.context import ToolContext
from tools.quoting import plain
from tools.row_changes import changes_file_name, count_changes, first_changes, local_changes, with_texts
from tools.words import listed
from workspace.cleaning import FIXES, CleaningReport, FixDone
from workspace.dataset import Dataset


@dataclass(frozen=True)
class Repaired:
    """What repairs did to a table; the files are there as long as the block of ``repaired`` lasts."""

    report: CleaningReport
    before: Path
    table: Path
    changes: Path
    text: list[str]

    @property
    def done(self) -> list[FixDone]:
        """Those that found something to do."""
        return [f for f in self.report.done if f.rows_removed or f.rows_added or f.cells_changed]


def cleaned_card(
    context: ToolContext,
    parent: Dataset,
    cleaned: Dataset,
    result: Repaired,
    left_out: Sequence[str],
) -> ChangesCard:
    """A new version. ``left_out``: repairs of a recipe that say nothing about this data."""
    note = f"Left out, because it is about rows of the other file: {listed(left_out)}." if left_out else ""
    return _card(parent, cleaned, result).model_copy(
        update={
            "done": "cleaned",
            "note": note,
            "url": f"/api/v1/datasets/{cleaned.id}/changes",
            "file_name": changes_file_name(cleaned),
            "path": local_changes(context.workspace, cleaned, result.changes),
            "buttons": [button("Undo", "clean_dataset", dataset_id=cleaned.id, undo="true")],
        }
    )


def preview_card(dataset: Dataset, result: Repaired) -> ChangesCard:
    """What repairs would do. Nothing is kept."""
    return _card(dataset, dataset, result)


def went_back_card(before: Dataset, now: Dataset, *, back: bool) -> ChangesCard:
    """After undo or redo: which version holds now, and the way back."""
    step = before.step if back else now.step
    fixes = [FixDoneView(code=step.kind, title=plain(step.title, 300))] if step else []
    way = button("Redo", "clean_dataset", dataset_id=now.id, redo="true")
    if not back:
        way = button("Undo", "clean_dataset", dataset_id=now.id, undo="true")
    return ChangesCard(
        dataset_id=now.id,
        name=plain(now.name),
        version=now.version,
        done="undone" if back else "redone",
        rows_before=before.rows,
        rows_after=now.rows,
        fixes=[fix.model_copy(update={"title": f"Taken back: {fix.title}"}) for fix in fixes] if back else fixes,
        buttons=[way],
    )


def _card(before: Dataset, now: Dataset, result: Repaired) -> ChangesCard:
    report, done = result.report, result.done
    shown = first_changes(result.changes, {fix.code: FIXES[fix.code].title for fix in done})
    shown = with_texts(shown, result.before, result.text)
    return ChangesCard(
        dataset_id=now.id,
        name=plain(before.name),
        version=now.version,
        done="preview",
        rows_before=report.rows_before,
        rows_after=report.rows_after,
        fixes=[
            FixDoneView(
                code=fix.code,
                title=plain(fix.title, 200),
                rows_removed=fix.rows_removed,
                rows_added=fix.rows_added,
                cells_changed=fix.cells_changed,
            )
            for fix in done
        ],
        changes=shown,
        hidden_changes=max(0, count_changes(result.changes) - len(shown)),
    )
