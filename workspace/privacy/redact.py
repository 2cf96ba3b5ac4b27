"""Hiding personal data in a table: a new table, and a report without a single value that was hidden."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field

from workspace.errors import InputError
from workspace.privacy.kinds import KINDS, Found
from workspace.privacy.pseudonyms import Pseudonyms
from workspace.privacy.recognise import find_personal
from workspace.privacy.spans import shift_spans

Treatment = Literal["keep", "mask", "pseudonym"]
_BATCH = 2_000


class Redaction(BaseModel):
    """What to do with each kind, and columns to leave out. Kinds that are not named are masked."""

    model_config = ConfigDict(extra="forbid")
    kinds: dict[str, Treatment] = Field(default_factory=dict)
    drop_columns: list[str] = Field(default_factory=list)

    def treatment(self, kind: str) -> Treatment:
        return self.kinds.get(kind, "mask")


class RedactionReport(BaseModel):
    """Counts only: what was hidden is nowhere in it."""

    rows: int = 0
    rows_changed: int = 0
    cells_changed: int = 0
    masked: dict[str, int] = Field(default_factory=dict, description="values by kind")
    pseudonyms: dict[str, int] = Field(default_factory=dict, description="values by kind")
    kept: dict[str, int] = Field(default_factory=dict, description="values by kind")
    dropped: list[str] = Field(default_factory=list)

    @property
    def hidden(self) -> int:
        return sum(self.masked.values()) + sum(self.pseudonyms.values())


class Redactor:
    """Rewrites one value at a time and counts what it did. ``column`` is a hint (:func:`find_personal`)."""

    def __init__(self, redaction: Redaction, pseudonyms: Pseudonyms | None) -> None:
        self._redaction = redaction
        self._pseudonyms = pseudonyms
        self.counts: dict[str, Counter[str]] = {"mask": Counter(), "pseudonym": Counter(), "keep": Counter()}

    def text(self, text: str, column: str) -> tuple[str, list[tuple[int, int, int]]]:
        """The text, and what moved: (start, end, new length) of each value that was replaced."""
        parts: list[str] = []
        moved: list[tuple[int, int, int]] = []
        at = 0
        for one in find_personal(text, column):
            instead = self._instead(text, one)
            if instead is None:
                continue
            parts += [text[at : one.start], instead]
            moved.append((one.start, one.end, len(instead)))
            at = one.end
        return "".join([*parts, text[at:]]), moved

    def words(self, words: list[str | None], column: str) -> list[str | None]:
        """As many words as before, so that tags still fit: every word of a value is replaced on its own."""
        joined = " ".join(word or "" for word in words)
        found = [(one, self._instead(joined, one)) for one in find_personal(joined, column)]
        out: list[str | None] = []
        at = 0
        for word in words:
            end = at + len(word or "")
            instead = next((new for one, new in found if new is not None and one.start < end and one.end > at), None)
            out.append(word if instead is None else instead.replace(" ", "-"))
            at = end + 1
        return out

    def _instead(self, text: str, one: Found) -> str | None:
        treatment = self._redaction.treatment(one.kind)
        self.counts[treatment][one.kind] += 1
        if treatment == "keep":
            return None
        if treatment == "mask" or self._pseudonyms is None:
            return KINDS[one.kind].mask
        return self._pseudonyms.of(text[one.start : one.end], one.kind)


def redact_table(
    table: Path,
    out: Path,
    redaction: Redaction,
    pseudonyms: Pseudonyms | None = None,
    changes: Path | None = None,
    spans: tuple[str, str] | None = None,
    progress: Callable[[float], None] | None = None,
) -> RedactionReport:
    """Writes ``table`` with its personal data hidden to ``out``. Every row is looked at; memory stays flat.

    Args:
        changes: where to say row by row which cells changed: with the text as it is now, never as it was.
        spans: the text column and the column that marks places in it by character; the places move with the text.

    Raises:
        InputError: ``MISSING_COLUMN``, or ``NOTHING_LEFT`` where all columns would be left out.
    """
    from workspace.cleaning.types import CHANGES_SCHEMA  # that package has a repair that imports this module

    file = pq.ParquetFile(table)
    schema = _schema(file.schema_arrow, redaction.drop_columns)
    redactor = Redactor(redaction, pseudonyms)
    report = RedactionReport(rows=file.metadata.num_rows, dropped=list(redaction.drop_columns))
    log = pq.ParquetWriter(changes, CHANGES_SCHEMA) if changes else None
    done = 0
    with pq.ParquetWriter(out, schema, compression="snappy") as writer:
        for batch in file.iter_batches(_BATCH, columns=schema.names):
            values = {name: batch.column(name).to_pylist() for name in schema.names}
            lines = rewrite(values, redactor, spans, done)
            report.cells_changed += len(lines)
            report.rows_changed += len({line["row"] for line in lines})
            arrays = [pa.array(values[field.name], field.type) for field in schema]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            if log is not None and lines:
                log.write_table(pa.Table.from_pylist(lines, CHANGES_SCHEMA))
            done += batch.num_rows
            if progress is not None:
                progress(done / max(1, report.rows))
    if log is not None:
        log.close()
    report.masked = dict(redactor.counts["mask"])
    report.pseudonyms = dict(redactor.counts["pseudonym"])
    report.kept = dict(redactor.counts["keep"])
    return report


def _schema(schema: Any, drop: list[str]) -> Any:
    missing = [name for name in drop if name not in schema.names]
    if missing:
        raise InputError(
            "MISSING_COLUMN",
            f"There is no column named {', '.join(missing)}.",
            f"There are: {', '.join(schema.names[:20])}.",
        )
    left = [field for field in schema if field.name not in drop]
    if not left:
        raise InputError("NOTHING_LEFT", "All columns would be left out.", "Keep at least one of them.")
    return pa.schema(left, schema.metadata)


def rewrite(
    values: dict[str, list[Any]], redactor: Redactor, spans: tuple[str, str] | None, first: int
) -> list[dict[str, Any]]:
    """Changes the values of a batch in place; a line for every cell that is another one now, without what it was.

    Args:
        values: the batch's columns by name.
        first: number of the batch's first row.
    """
    lines: list[dict[str, Any]] = []
    for name, column in values.items():
        if spans is not None and name == spans[1]:
            continue  # goes with its text
        for row, value in enumerate(column):
            if value is None:
                continue
            moved: list[tuple[int, int, int]] = []
            if isinstance(value, list):
                after: Any = redactor.words(value, name)
            else:
                after, moved = redactor.text(value, name)
            if after == value:
                continue
            column[row] = after
            shown = after if isinstance(after, str) else " ".join(word or "" for word in after)
            lines.append({"fix": "redact", "kind": "changed", "row": first + row, "column": name, "after": shown})
            if moved and spans is not None and name == spans[0] and spans[1] in values:
                values[spans[1]][row] = shift_spans(values[spans[1]][row], moved, after)
    return lines
