"""Hiding personal data in a table: a new table, and a report without a single value that was hidden."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field

from workspace.dataset import ColumnRole, DatasetProfile
from workspace.errors import InputError
from workspace.parquet import open_table
from workspace.privacy.kinds import KINDS, Found
from workspace.privacy.pseudonyms import Pseudonyms
from workspace.privacy.recognise import find_personal
from workspace.privacy.spans import shift_spans

Treatment = Literal["keep", "mask", "pseudonym"]
_BATCH = 200
"""Rows between two ticks: two seconds where the model looks at each text."""

_GROUP_ROWS, _NOTED = 65_536, 5_000
_SECONDS_A_CHARACTER = 1e-5
"""Where each text has digits; measured on mails."""
_SECONDS_A_CHARACTER_DEEP, _SECONDS_A_TEXT_DEEP = 1e-4, 3e-3


class Redaction(BaseModel):
    """What to do with each kind, and columns to leave out. Kinds that are not named are masked."""

    model_config = ConfigDict(extra="forbid")
    kinds: dict[str, Treatment] = Field(default_factory=dict)
    drop_columns: list[str] = Field(default_factory=list)
    deep: bool = Field(default=False, description="also what only the model sees: names and addresses anywhere")

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
        for one in find_personal(text, column, deep=self._redaction.deep):
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
        found = [(one, self._instead(joined, one)) for one in find_personal(joined, column, deep=self._redaction.deep)]
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
        progress: is told how far it is, from 0 to 1, about every second; what it raises ends the work.

    Raises:
        InputError: ``MISSING_COLUMN``, or ``NOTHING_LEFT`` where all columns would be left out.
    """
    from workspace.cleaning.types import CHANGES_SCHEMA  # that package has a repair that imports this module

    file = open_table(table)
    schema = _schema(file.schema_arrow, redaction.drop_columns)
    redactor = Redactor(redaction, pseudonyms)
    report = RedactionReport(rows=file.metadata.num_rows, dropped=list(redaction.drop_columns))
    with ExitStack() as files:
        writer = files.enter_context(pq.ParquetWriter(out, schema, compression="snappy"))
        log = files.enter_context(pq.ParquetWriter(changes, CHANGES_SCHEMA)) if changes else None
        waiting: list[Any] = []
        noted: list[dict[str, Any]] = []
        done = 0
        for batch in file.iter_batches(_BATCH, columns=schema.names):
            values = {name: batch.column(name).to_pylist() for name in schema.names}
            lines = rewrite(values, redactor, spans, done)
            report.cells_changed += len(lines)
            report.rows_changed += len({line["row"] for line in lines})
            arrays = [pa.array(values[field.name], field.type) for field in schema]
            waiting.append(pa.Table.from_arrays(arrays, schema=schema))
            done += batch.num_rows
            noted += lines
            if log is not None and (done == report.rows or len(noted) >= _NOTED):
                log.write_table(pa.Table.from_pylist(noted, CHANGES_SCHEMA))
                noted = []
            if done == report.rows or sum(part.num_rows for part in waiting) >= _GROUP_ROWS:
                writer.write_table(pa.concat_tables(waiting))
                waiting = []
            if progress is not None:
                progress(done / report.rows)
    report.masked = dict(redactor.counts["mask"])
    report.pseudonyms = dict(redactor.counts["pseudonym"])
    report.kept = dict(redactor.counts["keep"])
    return report


def spans_of(profile: DatasetProfile) -> tuple[str, str] | None:
    """The text column and the column that marks places in it by character; None where there is none."""
    roles = {column.role: column.name for column in profile.columns}
    text = profile.task.text
    return (text[0], roles[ColumnRole.SPANS]) if ColumnRole.SPANS in roles and text else None


def estimated_seconds(table: Path, redaction: Redaction) -> float:
    """About how long :func:`redact_table` takes on one core. Counts the characters; memory stays flat."""
    file = open_table(table)
    kept = [field for field in file.schema_arrow if field.name not in redaction.drop_columns]
    characters = texts = 0
    for batch in file.iter_batches(_GROUP_ROWS, columns=[field.name for field in kept]):
        for column in batch.columns:
            flat = column.flatten() if pa.types.is_list(column.type) else column
            characters += pc.sum(pc.utf8_length(flat)).as_py() or 0
            texts += len(column) - column.null_count
    if redaction.deep:
        return characters * _SECONDS_A_CHARACTER_DEEP + texts * _SECONDS_A_TEXT_DEEP
    return characters * _SECONDS_A_CHARACTER


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
