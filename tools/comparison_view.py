"""How two data sets differ, as a card."""

from collections.abc import Mapping

from tools.cards import ColumnDifference, ComparisonCard, LabelCount, LabelMove, Piece, RowChangeView
from tools.context import ToolContext
from tools.quoting import plain
from tools.row_changes import pieces
from tools.words import count, listed
from workspace import versions
from workspace.comparing import MOST_ROWS, Comparison, Difference
from workspace.dataset import Dataset

_LABELS = 20
_MOVES = 10
_CHARS = 240


def comparison_card(
    context: ToolContext,
    before: Dataset,
    after: Dataset,
    found: Comparison,
    labels_before: Mapping[str, int],
    labels_after: Mapping[str, int],
) -> ComparisonCard:
    """Counts, columns, answers and examples."""
    line = versions.lineage(context.workspace, after)
    ids = [version.id for version in line]
    steps = line[ids.index(before.id) + 1 :] if before.id in ids else []
    names = {**labels_before, **labels_after}
    different = [name for name in names if labels_before.get(name) != labels_after.get(name)]
    return ComparisonCard(
        before_id=before.id,
        after_id=after.id,
        before=f"{plain(before.name, 60)}, version {before.version}",
        after=f"{plain(after.name, 60)}, version {after.version}",
        rows_before=before.rows,
        rows_after=after.rows,
        rows_added=found.added,
        rows_removed=found.removed,
        rows_changed=found.changed,
        sentence=_how(found),
        steps=[plain(version.step.title, 300) for version in steps if version.step],
        columns=_columns(before, after, found),
        labels=[
            LabelCount(label=plain(name, 80), before=labels_before.get(name, 0), after=labels_after.get(name, 0))
            for name in different[:_LABELS]
        ],
        moves=[
            LabelMove(before=plain(a, 80), after=plain(b, 80), rows=rows)
            for (a, b), rows in found.moves.most_common(_MOVES)
        ],
        examples=[_example(one) for one in found.examples],
    )


def comparison_title(card: ComparisonCard) -> str:
    """The finding."""
    parts = []
    if card.rows_removed:
        parts.append(f"{count(card.rows_removed, 'row')} fewer")
    if card.rows_added:
        parts.append(f"{count(card.rows_added, 'row')} more")
    if card.rows_changed:
        parts.append(f"{count(card.rows_changed, 'row')} changed")
    for names, what in ((columns_added(card), "more"), (columns_removed(card), "fewer")):
        parts += [f"{count(len(names), 'column')} {what} ({listed(names)})"] if names else []
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts) or "The rows are the same"


def columns_added(card: ComparisonCard) -> list[str]:
    """Columns that only the second one has."""
    return [column.name for column in card.columns if column.before is None]


def columns_removed(card: ComparisonCard) -> list[str]:
    """Columns that only the first one has."""
    return [column.name for column in card.columns if column.after is None]


def _how(found: Comparison) -> str:
    if found.by_row:
        return "Each row was followed from step to step."
    seen = f" Only the first {MOST_ROWS:,} rows were compared." if found.rows_seen else ""
    return f"Rows with the same text count as the same row.{seen}"


def _columns(before: Dataset, after: Dataset, found: Comparison) -> list[ColumnDifference]:
    old = {c.name: c.type for c in before.profile.columns}
    new = {c.name: c.type for c in after.profile.columns}
    return [
        ColumnDifference(
            name=plain(name, 80), before=old.get(name), after=new.get(name), cells_changed=found.cells.get(name)
        )
        for name in {**old, **new}
        if old.get(name) != new.get(name) or found.cells.get(name)
    ]


def _example(one: Difference) -> RowChangeView:
    if one.row < 0:
        added = [Piece(text=plain(one.after or "", _CHARS), changed=True)]
        return RowChangeView(kind="added", row=None, fix="Only in the second", after=added)
    left, right = pieces(one.before or "", one.after or "")
    column = plain(one.column, 60) if one.column else None
    return RowChangeView(
        kind="changed", row=one.row + 1, column=column, fix=f"Row {one.row + 1:,}", before=left, after=right
    )
