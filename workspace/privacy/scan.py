"""How much personal data a table holds: rows per kind, a few examples with the middle hidden, and the problem to tell.

A whole table is looked at up to a number of rows; of a longer one, stretches spread evenly over it. What is counted
is then a lower bound, and the message says so.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from workspace.dataset import DataProblem, FixOffer
from workspace.parquet import open_table
from workspace.privacy.kinds import KINDS, Found
from workspace.privacy.names import worth_a_look

QUICK_ROWS = 20_000
"""Rows looked at while a file is read."""

QUICK_TEXTS = 2_000
"""Of those, rows with a digit or an @ that are looked into; that takes about a millisecond each, others nothing."""

_SAMPLED_TEXTS = 300
"""Fewer where the table is only sampled: its size is what takes time already."""

EXAMPLES = 3
_STRETCH = 500
_CHAT = 0.1
_FEW_WORDS = 4
_WORTH_A_LOOK = re.compile(r"[@\d]")
_BARE = r"^\s*\d{1,11}\s*$"
"""Row numbers, ids, years: too short for a card, and nothing else without a word that says what they are."""


class PersonalScan(BaseModel):
    """``rows`` per kind among the ``looked_at`` rows of ``total``; examples show no more than first letters."""

    rows: dict[str, int] = Field(default_factory=dict)
    columns: dict[str, dict[str, int]] = Field(default_factory=dict, description="rows per kind for each column")
    examples: dict[str, list[str]] = Field(default_factory=dict)
    any_row: int = 0
    looked_at: int = 0
    total: int = 0
    names: int = Field(default=0, description="names seen in texts of several words")
    small_names: int = Field(default=0, description="of those, written in small letters only, as in chats")

    @property
    def doubtful_names(self) -> bool:
        """Whether people write as in chats: then about half of what the model takes for names are none (measured)."""
        return self.names >= 5 and self.small_names >= _CHAT * self.names

    @property
    def complete(self) -> bool:
        return self.looked_at >= self.total


def scan_personal(
    table: Path,
    columns: Sequence[str],
    rows: int | None = QUICK_ROWS,
    texts: int | None = QUICK_TEXTS,
    *,
    deep: bool = False,
) -> PersonalScan:
    """Looks for personal data in the named columns of a Parquet table. None: in all of it. Memory stays flat.

    Args:
        deep: also for what only the model sees; then any text is worth a look (:func:`find_personal`).

    Raises:
        KeyError: the table has no such column.
    """
    file = open_table(table)
    names = [name for name in dict.fromkeys(columns) if name in file.schema_arrow.names]
    if len(names) < len(set(columns)):
        raise KeyError(", ".join(sorted(set(columns) - set(names))))
    total = file.metadata.num_rows
    if rows is not None and total > rows and texts is not None:
        texts = min(texts, _SAMPLED_TEXTS)
    return _scan(lambda: _stretches(file, names, rows), names, total, texts, deep)


def scan_sample(rows: pa.RecordBatch, columns: Sequence[str], total: int) -> PersonalScan:
    """The same for rows of a table of ``total`` rows that are in memory already."""
    texts = QUICK_TEXTS if rows.num_rows == total else _SAMPLED_TEXTS
    return _scan(lambda: iter([rows]), list(dict.fromkeys(columns)), total, texts)


def _scan(
    parts: Callable[[], Iterator[Any]], names: list[str], total: int, texts: int | None, deep: bool = False
) -> PersonalScan:
    """``parts`` begins anew with each call. ``texts``: look into so many rows at most."""
    scan = PersonalScan(total=total)
    worth = sum(int(np.count_nonzero(_worth_a_look(batch, deep))) for batch in parts()) if texts else 0
    step = -(-worth // texts) if texts else 1
    counts: Counter[str] = Counter()
    by_column: defaultdict[str, Counter[str]] = defaultdict(Counter)
    met = 0
    for batch in parts():
        chosen = np.flatnonzero(_worth_a_look(batch, deep))
        taken = chosen[(np.arange(met, met + len(chosen)) % max(1, step)) == 0]
        met += len(chosen)
        scan.looked_at += batch.num_rows - len(chosen) + len(taken)
        for row in batch.take(pa.array(taken, pa.int64())).to_pylist():
            here = _look_into(row, by_column, scan, deep)
            counts.update(here)
            scan.any_row += bool(here)
    scan.rows = {kind: counts[kind] for kind in KINDS if counts[kind]}
    scan.columns = {name: dict(by_column[name]) for name in names if by_column[name]}
    return scan


def _look_into(row: dict[str, Any], by_column: dict[str, Counter[str]], scan: PersonalScan, deep: bool) -> set[str]:
    """The kinds that stand in a row; counts them by column, too, and how names are written."""
    from workspace.privacy.recognise import find_personal

    here: set[str] = set()
    for name, value in row.items():
        text = text_of(value)
        found = find_personal(text, name, deep=deep)
        kinds = {one.kind for one in found}
        by_column[name].update(kinds)
        here |= kinds
        _remember(scan.examples, text, found)
        if "name" in kinds and len(text.split()) >= _FEW_WORDS:
            written = [text[one.start : one.end] for one in found if one.kind == "name"]
            scan.names += len(written)
            scan.small_names += sum(map(str.islower, written))
    return here


def _worth_a_look(batch: Any, deep: bool) -> NDArray[np.bool_]:
    """For each row whether one of its texts has a digit, an @ or a greeting; letters are enough for the model."""
    pattern = r"\pL" if deep else f"{_WORTH_A_LOOK.pattern}|{worth_a_look().pattern}"
    worth = np.zeros(batch.num_rows, dtype=bool)
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_list(column.type):
            column = pc.binary_join(column, " ")
        matches = pc.match_substring_regex(column, pattern)
        if not _says_what_digits_are(name):
            matches = pc.and_not(matches, pc.match_substring_regex(column, _BARE))
        worth |= pc.fill_null(matches, False).to_numpy(zero_copy_only=False)
    return worth


@cache
def _says_what_digits_are(name: str) -> bool:
    """Whether a column's name makes its bare digits personal: "mobile", "PESEL"."""
    from workspace.privacy.recognise import said_by

    return said_by(name)


def count_personal(table: Path, columns: Sequence[str]) -> dict[str, int]:
    """Rows per kind of personal data, in the order of :data:`KINDS`; a lower bound for tables of many rows."""
    return scan_personal(table, columns).rows


def personal_problem(scan: PersonalScan) -> DataProblem | None:
    """What to tell about it: how many rows, of what kind, why it matters. None where nothing was found."""
    if not scan.any_row:
        return None
    listed = ", ".join(f"{count:,} with {KINDS[kind].many}" for kind, count in scan.rows.items())
    have = "1 row holds" if scan.any_row == 1 else f"{scan.any_row:,} rows hold"
    part = "" if scan.complete else f" I looked at {scan.looked_at:,} of {scan.total:,} rows, so there may be more."
    return DataProblem(
        code="PERSONAL_DATA",
        severity="warning",
        count=scan.any_row,
        message=f"{have} personal data: {listed}. A model can learn such values by heart and give them away.{part}",
        examples=[f"{KINDS[kind].one}: {shown[0]}" for kind, shown in scan.examples.items() if shown][:EXAMPLES],
        fix=FixOffer(code="redact", label="Hide them"),
    )


def text_of(value: Any) -> str:
    """A cell as one text: the items of a list one after the other."""
    if value is None:
        return ""
    return value if isinstance(value, str) else " ".join(str(item) for item in value if item is not None)


def masked(value: str, kind: str) -> str:
    """A value as it may be shown: ``an•••@g•••.com``, ``DE•••00``, ``•••4567``. Never more than four characters of it.

    Names and addresses keep their first letter only.
    """
    if kind == "email":
        user, _, domain = value.partition("@")
        return f"{user[:1]}•••@{domain[:1]}•••.{domain.rpartition('.')[2]}"
    if kind in ("name", "address"):
        return f"{value[:1]}•••"
    if kind == "iban":
        return f"{value[:2]}•••{value[-2:]}"
    return f"•••{value[-2:]}"


def hide(text: str, hint: str = "") -> str:
    """The text with ``[EMAIL]`` and the like in place of every value: for chat models and logs."""
    return _replaced(text, hint, lambda _, kind: KINDS[kind].mask)


def shade(text: str, hint: str = "") -> str:
    """The text with the middle of every value hidden (:func:`masked`): for people, who know their own data by that."""
    return _replaced(text, hint, masked)


def _replaced(text: str, hint: str, instead: Callable[[str, str], str]) -> str:
    from workspace.privacy.recognise import find_personal

    if not _WORTH_A_LOOK.search(text) and not worth_a_look().search(text):
        return text
    parts, end = [], 0
    for one in find_personal(text, hint):
        parts += [text[end : one.start], instead(text[one.start : one.end], one.kind)]
        end = one.end
    return "".join([*parts, text[end:]])


def _remember(examples: dict[str, list[str]], text: str, found: Sequence[Found]) -> None:
    for one in found:
        shown = examples.setdefault(one.kind, [])
        example = masked(text[one.start : one.end], one.kind)
        if len(shown) < EXAMPLES and example not in shown:
            shown.append(example)


def _stretches(file: pq.ParquetFile, names: list[str], rows: int | None) -> Iterator[Any]:
    """All rows, or about ``rows`` of them in short stretches that lie evenly over the row groups."""
    total = file.metadata.num_rows
    if rows is None or total <= rows:
        yield from file.iter_batches(2_000, columns=names)
        return
    groups = file.metadata.num_row_groups
    wanted = max(1, min(groups, rows // _STRETCH))
    for number in sorted({i * groups // wanted for i in range(wanted)}):
        take = rows // wanted
        for batch in file.iter_batches(_STRETCH, row_groups=[number], columns=names):
            yield batch.slice(0, take)
            take -= batch.num_rows
            if take <= 0:
                break
