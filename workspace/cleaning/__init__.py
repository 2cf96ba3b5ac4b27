"""Repairs of tables: each takes a table and makes another one; nothing is changed in place.

A repair is one :class:`Fix` in one of the lists below: what people are told about it, and a plan for a table made by
the same function that found the problem. A new repair is one function and one line in its list.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow.parquet as pq
from pydantic import BaseModel, ValidationError

from workspace.cleaning import engine
from workspace.cleaning.annotation_fixes import ANNOTATION_FIXES
from workspace.cleaning.label_fixes import LABEL_FIXES
from workspace.cleaning.redact import REDACT
from workspace.cleaning.removals import REMOVALS
from workspace.cleaning.text_fixes import TEXT_FIXES
from workspace.cleaning.types import CHANGES_SCHEMA, CellChange, CleaningReport, Columns, Fix, FixDone, FixInput
from workspace.dataset import FixCall
from workspace.errors import InputError
from workspace.judging.columns import row_count

__all__ = [
    "CHANGES_SCHEMA",
    "FIXES",
    "CellChange",
    "CleaningReport",
    "Columns",
    "Fix",
    "FixDone",
    "apply_fixes",
    "clean_text",
    "preview_fix",
]

FIXES: dict[str, Fix] = {fix.code: fix for fix in [REDACT, *TEXT_FIXES, *LABEL_FIXES, *ANNOTATION_FIXES, *REMOVALS]}
"""All repairs by their code, in the order in which they are best done: what is hidden first is in no later report."""


def apply_fixes(
    table: Path,
    out: Path,
    calls: Sequence[FixCall],
    columns: Columns,
    findings: Path | None = None,
    changes: Path | None = None,
    progress: Callable[[float], None] | None = None,
) -> CleaningReport:
    """Writes ``table`` as repaired to ``out``, one repair after the other in the order given. Memory stays flat.

    Args:
        findings: rows that problems are about (:mod:`workspace.findings`), by their place in ``table``.
        changes: where a line for every changed cell and removed row goes, with :data:`CHANGES_SCHEMA`.
        progress: is told how far it is, from 0 to 1.

    Raises:
        InputError: BAD_FIX, with all faults of all calls; then nothing is written.
    """
    checked = _checked(calls, columns, table)
    rows = row_count(table)
    done = engine.run(table, out, checked, FixInput(table, columns, findings), changes, progress)
    return CleaningReport(rows_before=rows, rows_after=row_count(out), done=done)


def preview_fix(
    table: Path, call: FixCall, columns: Columns, findings: Path | None = None, limit: int = 10
) -> list[CellChange]:
    """The first ``limit`` changes that a repair would make, by row of ``table``. Raises as ``apply_fixes``."""
    ((fix, options),) = _checked([call], columns, table)
    return engine.first_changes(fix, options, FixInput(table, columns, findings), limit)


def clean_text(calls: Sequence[FixCall]) -> Callable[[str], str]:
    """One function that does to a text sent for prediction what was done to those learnt from.

    Repairs that only make sense for a table (``for_prediction`` is false) are left out. Raises InputError BAD_FIX.
    """
    steps = [fix.text(options) for fix, options in _checked(calls, None, None) if fix.text is not None]

    def clean(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return clean


def _checked(calls: Sequence[FixCall], columns: Columns | None, table: Path | None) -> list[tuple[Fix, BaseModel]]:
    faults: list[str] = []
    checked: list[tuple[Fix, BaseModel]] = []
    if columns is not None and table is not None:
        there = set(pq.ParquetFile(table).schema_arrow.names)
        named = [*columns.text, *([columns.label] if columns.label else [])]
        faults += [f"There is no column “{name}”." for name in named if name not in there]
        if not columns.text:
            faults.append("It is not known which column holds the texts.")
    for call in calls:
        fix = FIXES.get(call.code)
        if fix is None:
            faults.append(f"There is no repair “{call.code[:60]}”.")
            continue
        if fix.needs_label and columns is not None and columns.label is None:
            faults.append(f"“{fix.title}” needs to know which column holds the answers.")
        try:
            checked.append((fix, fix.options.model_validate(call.args)))
        except ValidationError as exc:
            faults += [f"“{fix.title}”: {'.'.join(map(str, e['loc']))}: {e['msg']}." for e in exc.errors()]
    if faults:
        raise InputError("BAD_FIX", " ".join(dict.fromkeys(faults)), f"Repairs are: {', '.join(FIXES)}.")
    return checked
