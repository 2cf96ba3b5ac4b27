"""What was measured about added rows, in words and as a card."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pyarrow.compute as pc
import pyarrow.parquet as pq

from tools.cards import AugmentationCard, NewRowView, RareLabelView
from tools.quoting import plain
from tools.words import count
from workspace.augmentation import MARKER, source_key
from workspace.dataset import Dataset
from workspace.privacy import shade

Verdict = Literal["helps", "unclear", "harms"]
_LEAST = 0.005
"""The model that is trained later is another one than the quick one that measures; a hair's breadth says nothing."""
_SAMPLES = 6
_LOOKED_THROUGH = 20_000
_CHARS = 160


def verdict_of(result: dict[str, Any]) -> Verdict:
    """A gain counts where its whole interval lies above half a point; what may be chance is unclear."""
    if result["low"] > _LEAST:
        return "helps"
    return "harms" if result["high"] < 0 else "unclear"


def sentence_of(result: dict[str, Any], verdict: Verdict) -> str:
    """The finding, as a title."""
    rows = count(int(result["rows_added"]), "new row")
    before, after = _points(result["before"]), _points(result["after"])
    if verdict == "helps":
        return f"{rows} lift the rare labels from {before} to {after} of 100"
    if verdict == "harms":
        return f"{rows} make the rare labels worse: {before} before, {after} after, of 100"
    return f"{rows} bring no gain that could be told from chance ({before} before, {after} after, of 100)"


def measured_card(
    dataset: Dataset,
    result: dict[str, Any],
    verdict: Verdict,
    samples: list[NewRowView],
    state: Literal["measured", "added"],
) -> AugmentationCard:
    """Scores before and after for each label, and some of the new rows."""
    refused = int(result["refused"])
    judged = count(int(result["rows_judged"]), "row")
    left_out = (
        f" {count(refused, 'row')} left out, nearly the same as another one or as one of the exam." if refused else ""
    )
    return AugmentationCard(
        dataset_id=dataset.id,
        name=plain(dataset.name, 100),
        version=dataset.version,
        state=state,
        rows_added=int(result["rows_added"]),
        refused=refused,
        verdict=verdict,
        sentence=(
            f"Difference {_signed(result['gain'])} points, in 90 of 100 cases between {_signed(result['low'])} and "
            f"{_signed(result['high'])}. Measured {result['seeds']} times on {judged} "
            "that the model had not learned from; a quick model, so take it as a hint."
        ),
        before=result["before"],
        after=result["after"],
        low=result["low"],
        high=result["high"],
        seeds=int(result["seeds"]),
        labels=[
            RareLabelView(
                label=plain(str(row["label"]), 60),
                rows=row["rows"],
                added=result["added"].get(row["label"], 0),
                before=row["before"],
                after=row["after"],
                low=row["low"],
                high=row["high"],
            )
            for row in result["labels"]
        ],
        samples=samples,
        note=f"New rows are never in the exam, and none is made from a row of it.{left_out}",
    )


def rows_made(table: Path, text: Sequence[str], label: str) -> list[NewRowView]:
    """A few of the new rows, each with the text that it was made from. Values that are personal are shaded."""
    names = [*dict.fromkeys([*text, label, MARKER])]
    made: list[tuple[str, str, str]] = []
    for batch in pq.ParquetFile(table).iter_batches(20_000, columns=names):
        rows = batch.filter(pc.is_valid(batch.column(MARKER))).to_pylist()
        made += [(str(row[text[0]]), str(row[label]), row[MARKER]) for row in rows]
    step = max(1, len(made) // _SAMPLES)
    chosen = made[::step][:_SAMPLES]
    wanted = {key for _, _, key in chosen}
    sources: dict[str, str] = {}
    seen = 0
    for batch in pq.ParquetFile(table).iter_batches(2_000, columns=names):
        for row in batch.filter(pc.is_null(batch.column(MARKER))).to_pylist():
            whole = "\n".join(str(row[name]).strip() for name in text if row[name] and str(row[name]).strip())
            key = source_key(whole) if row[label] in {name for _, name, _ in chosen} else ""
            if key in wanted:
                sources.setdefault(key, whole)
        seen += batch.num_rows
        if len(sources) == len(wanted) or seen >= _LOOKED_THROUGH:
            break
    return [
        NewRowView(
            label=plain(name, 60),
            made_from=plain(shade(sources.get(key, "")), _CHARS),
            text=plain(shade(new), _CHARS),
        )
        for new, name, key in chosen
    ]


def _points(score: float) -> str:
    return f"{100 * score:.0f}"


def _signed(difference: float) -> str:
    return f"{100 * difference:+.1f}"
