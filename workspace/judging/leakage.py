"""What lets a model know the answer, or the exam, beforehand: its score is then better than it will be in use."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workspace.dataset import DataProblem, FixOffer, TaskGuess, TaskKind
from workspace.hashing import Hashes, hash_strings
from workspace.judging.columns import batches, examples_at, filled, flat, row_count
from workspace.judging.near_duplicates import plain_words
from workspace.judging.sample import Sample, joined_texts
from workspace.judging.spool import Spool, repeated
from workspace.judging.types import CountedColumn, CountedTable, RowNumbers
from workspace.judging.wording import rows as rows_word
from workspace.splits import is_split, part_of

_PURE = 0.98
_OBVIOUS = 0.9
_LEAST = 20
_WORD = re.compile(r"[^\W\d_]+")


def split_column(columns: Sequence[CountedColumn]) -> str | None:
    """The column that says which rows are for training and which for the exam, if there is one."""
    return next((c.name for c in columns if is_split(c.name, c.counts)), None)


def find_split_leaks(table: Path, text: list[str], split: str) -> RowNumbers:
    """Rows of an earlier part (training) whose text also stands in a later one (validation, exam).

    Texts are the same where they differ in capitals, blanks and punctuation only.
    """
    leaking = [np.zeros(0, dtype=np.int64)]
    with Spool(row_count(table)) as spool:
        for at, batch in batches(table, [*text, split]):
            joined = joined_texts(batch, text)
            parts = _parts(batch.column(split))
            spool.add(at, _keys(joined), parts.astype(np.uint64), filled(joined) & (parts >= 0))
        for some in spool.parts():
            again = repeated(some.keys)
            keys, values, rows = some.keys[again], some.values[again], some.rows[again]
            leaking += [rows[(values == part) & np.isin(keys, keys[values < part])] for part in (1, 2)]
    return np.sort(np.concatenate(leaking))


def _parts(column: pa.Array) -> npt.NDArray[np.int64]:
    """The part of the data that each row is for, -1 where that is not said."""
    named = column.dictionary_encode()
    found = [part_of(value) for value in named.dictionary.to_pylist()]
    known = np.array([*(-1 if part is None else part for part in found), -1], dtype=np.int64)
    parts: npt.NDArray[np.int64] = known[pc.fill_null(named.indices, len(known) - 1).to_numpy()]
    return parts


def _keys(texts: pa.Array) -> Hashes:
    plain = pc.replace_substring(plain_words(pc.fill_null(texts, "")), " ", "")
    # Signs alone, such as emoji, are compared as they are.
    return hash_strings(pc.if_else(pc.equal(plain, ""), texts, plain))


def find_leakage(table: Path, statistics: CountedTable, task: TaskGuess, sample: Sample) -> list[DataProblem]:
    """Problems of all kinds of leakage. Copies across a split are looked for in the whole table."""
    found: list[DataProblem] = []
    split = split_column([c for c in statistics.columns if c.name not in (*task.text, task.label)])
    if split is not None and len(leaks := find_split_leaks(table, task.text, split)):
        found.append(_split_problem(table, task.text, split, leaks))
    if task.kind is TaskKind.CLASSIFICATION and task.label is not None:
        names = [c.name for c in statistics.columns if c.name not in (*task.text, task.label, split)]
        found += _about_columns(sample.part(), names, task.text, task.label)
    return found


def _split_problem(table: Path, text: list[str], split: str, leaks: RowNumbers) -> DataProblem:
    stand = "stands" if len(leaks) == 1 else "stand"
    return DataProblem(
        code="LEAKAGE_SPLIT",
        severity="warning",
        count=len(leaks),
        message=f"{rows_word(len(leaks))} of the training part also {stand} among the rows that “{split}” keeps for "
        "the exam. A model would know these answers by heart, and its score would be too good.",
        examples=examples_at(table, text, leaks),
        fix=FixOffer(code="drop_split_leaks", label="Take them out of the training part"),
    )


def _about_columns(part: Sample, names: list[str], text: list[str], label: str) -> list[DataProblem]:
    columns = part.batch([*names, label])
    answers = columns.column(label).to_pylist()
    problems = []
    for name in names:
        share = gives_away(flat(columns.column(name)).to_pylist(), answers)
        if share is not None:
            problems.append(_column_problem(name, share, len(answers)))
    named = names_its_answer(part.texts(text).texts.to_pylist(), answers)
    if named is not None:
        problems.append(_text_problem(text[0], named, len(answers)))
    return problems


def gives_away(values: Sequence[str | None], answers: Sequence[str | None]) -> float | None:
    """In how many of the rows with a repeated value that value tells the answer; None where not in nearly all of them.

    Values that hardly repeat, such as ids, are compared without their digits (``BILL-0012``).
    """
    pairs = [(value, answer) for value, answer in zip(values, answers, strict=True) if value and answer]
    if len(pairs) < _LEAST or len({answer for _, answer in pairs}) < 2:
        return None
    if len({value for value, _ in pairs}) > 0.5 * len(pairs):
        pairs = [("".join(_WORD.findall(value)), answer) for value, answer in pairs]
        if len({value for value, _ in pairs}) > 0.5 * len(pairs):
            return None
    groups: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for value, answer in pairs:
        groups[value][answer] += 1
    repeated = [group for group in groups.values() if group.total() > 1]
    covered = sum(group.total() for group in repeated)
    obvious = max(sum(repeated, Counter()).values(), default=0)
    if covered < max(_LEAST, 0.3 * len(pairs)) or obvious > _OBVIOUS * covered:
        return None
    share = sum(max(group.values()) for group in repeated) / covered
    return share if share >= _PURE else None


def names_its_answer(texts: Sequence[str | None], answers: Sequence[str | None]) -> float | None:
    """In how many rows the text holds the very name of its answer; None where not in nearly all of them."""
    told = total = 0
    wanted = {answer: _name(answer) for answer in set(answers) if answer}
    for text, answer in zip(texts, answers, strict=True):
        if not text or not answer or wanted[answer] is None:
            continue
        total += 1
        told += f" {wanted[answer]} " in f" {' '.join(_WORD.findall(text.casefold()))} "
    if total < max(_LEAST, 0.5 * len(answers)) or len(wanted) < 2:
        return None
    return told / total if told >= _OBVIOUS * total else None


def _name(answer: str) -> str | None:
    """A label's name as words, if it is one that would not stand in any text."""
    words = " ".join(_WORD.findall(answer.casefold()))
    return words if len(words) >= 3 else None


def _column_problem(name: str, share: float, rows: int) -> DataProblem:
    return DataProblem(
        code="LEAKAGE_COLUMN",
        severity="info",
        count=rows,
        message=f"“{name}” gives the answer away in {share * 100:.0f} of 100 rows. I do not learn from it; do not "
        "choose it as text if it is only known once the answer is.",
        examples=[name],
    )


def _text_problem(name: str, share: float, rows: int) -> DataProblem:
    return DataProblem(
        code="LEAKAGE_COLUMN",
        severity="warning",
        count=rows,
        message=f"In {share * 100:.0f} of 100 rows the name of the answer stands in “{name}” itself. If it will not in "
        "use, the score is too good; take it out of the texts first.",
        examples=[name],
    )
