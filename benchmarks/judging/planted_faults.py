"""Faults are planted in real data; which rows are found, and which are found that have none?

    python -m benchmarks.judging.planted_faults FOLDER [--seed 11] [--set banking77]

``FOLDER`` holds ``banking77/train.csv``, ``sms_spam/sms.tsv`` and ``multilingual_sentiment/train.csv``. Every fault
goes into rows of its own. A row counts as found where the repair that is offered would change or remove it. Rows that
are found before anything is planted (real faults of the data, or false alarms) are counted on their own: they are
neither right nor wrong here. To measure one more finding, add how its fault looks to ``pollution.py`` and its repair to
``_FIXES``; what a model finds (flipped labels) is measured with the analyses.
"""

import argparse
import csv
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.judging.pollution import Row, dirty_text, near_copy, odd_label
from workspace.cleaning import Columns, apply_fixes
from workspace.dataset import FixCall, TaskGuess, TaskKind
from workspace.judging.leakage import find_leakage
from workspace.reading.statistics import TableStatistics

_SETS: dict[str, tuple[str, str, int | str, int | str]] = {
    "banking77": ("banking77/train.csv", ",", "text", "category"),
    "sms_spam": ("sms_spam/sms.tsv", "\t", 1, 0),
    "multilingual_sentiment": ("multilingual_sentiment/train.csv", ";", "tweet", "sentiment"),
}
_COLUMNS = Columns(["text"], "label", TaskKind.CLASSIFICATION)
_SHARES = {"EXACT_DUPLICATES": 0.05, "NEAR_DUPLICATES": 0.03, "LEAKAGE_SPLIT": 0.03}
_TEXT_FAULTS = ("HTML_IN_TEXT", "SIGNATURES", "QUOTED_MAIL", "PERSONAL_DATA", "MOJIBAKE")
_TEXT_SHARE = 0.02
_LABEL_SHARE = 0.03
_FIXES = {
    "EXACT_DUPLICATES": "drop_duplicates",
    "NEAR_DUPLICATES": "drop_near_duplicates",
    "LEAKAGE_SPLIT": "drop_split_leaks",
    "LABEL_VARIANTS": "merge_label_variants",
    "SIMILAR_LABELS": "merge_similar_labels",
    "HTML_IN_TEXT": "strip_html",
    "SIGNATURES": "strip_signatures",
    "QUOTED_MAIL": "strip_quoted_mail",
    "MOJIBAKE": "repair_encoding",
    "PERSONAL_DATA": "redact",
}


@dataclass
class Planted:
    """A polluted table. ``faults``: by code, sets of ids of which at least one has to be found."""

    rows: list[Row]
    faults: dict[str, list[frozenset[str]]] = field(default_factory=dict)


def load(folder: Path, name: str) -> list[Row]:
    """The rows of a set, with the columns that all sets get."""
    path, delimiter, text, label = _SETS[name]
    with (folder / path).open(encoding="utf-8-sig", newline="") as file:
        if isinstance(text, int):
            quiet = csv.reader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE)
            pairs = [(cells[text], cells[int(label)]) for cells in quiet]
        else:
            pairs = [(row[text], row[str(label)]) for row in csv.DictReader(file, delimiter=delimiter)]
    return [Row(str(number), text, label) for number, (text, label) in enumerate(pairs)]


def plant(rows: list[Row], chance: random.Random) -> Planted:
    """Puts every fault into rows of its own; copies stand anywhere among the rows, which keep their order."""
    rows = list(rows)
    waiting = chance.sample(range(len(rows)), len(rows))
    found = Planted(rows)

    def take(share: float, fits: Callable[[Row], bool] = lambda row: True) -> list[int]:
        chosen = [place for place in waiting if fits(rows[place])][: round(share * len(rows))]
        left = set(waiting) - set(chosen)
        waiting[:] = [place for place in waiting if place in left]
        return chosen

    copies = []
    for code, make in _COPIES.items():
        found.faults[code] = []
        for place in take(_SHARES[code], lambda row: code != "LEAKAGE_SPLIT" or row.split == "train"):  # noqa: B023
            copy = make(rows[place], chance)
            copies.append(copy._replace(id=f"{rows[place].id}:{code}"))
            found.faults[code].append(frozenset((rows[place].id, copies[-1].id)))
    for code in ("LABEL_VARIANTS", "SIMILAR_LABELS"):
        chosen = take(_LABEL_SHARE / 2)
        for place in chosen:
            rows[place] = rows[place]._replace(label=odd_label(rows[place].label, code, chance))
        found.faults[code] = [frozenset((rows[place].id,)) for place in chosen]
    for code in _TEXT_FAULTS:
        chosen = take(_TEXT_SHARE, lambda row: dirty_text(row.text, code, random.Random(0)) != row.text)  # noqa: B023
        for place in chosen:
            rows[place] = rows[place]._replace(text=dirty_text(rows[place].text, code, chance))
        found.faults[code] = [frozenset((rows[place].id,)) for place in chosen]
    found.rows = list(rows)
    for copy in copies:
        found.rows.insert(chance.randrange(len(found.rows) + 1), copy)
    return found


_COPIES: dict[str, Callable[[Row, random.Random], Row]] = {
    "EXACT_DUPLICATES": lambda row, chance: row,
    "NEAR_DUPLICATES": lambda row, chance: row._replace(text=near_copy(row.text, chance)),
    "LEAKAGE_SPLIT": lambda row, chance: row._replace(split="test"),
}


_KIN = (tuple(_COPIES), ("SIGNATURES", "QUOTED_MAIL", "PERSONAL_DATA"))


def write(rows: list[Row], out: Path, chance: random.Random) -> Path:
    """The table, with a column that gives the answer away and one that does not."""
    answers = sorted({row.label.strip().lower() for row in rows})
    codes = {label: f"Q{number:03d}" for number, label in enumerate(answers)}
    columns = {
        "id": [row.id for row in rows],
        "text": [row.text for row in rows],
        "label": [row.label for row in rows],
        "split": [row.split for row in rows],
        "queue": [codes[row.label.strip().lower()] for row in rows],
        "channel": [chance.choice(("mail", "chat", "phone")) for _ in rows],
    }
    pq.write_table(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}), out)
    return out


def found_ids(table: Path, code: str) -> set[str]:
    """Ids of the rows that the repair for a problem would remove or change."""
    with tempfile.TemporaryDirectory() as folder:
        changes = Path(folder) / "changes.parquet"
        apply_fixes(table, Path(folder) / "out.parquet", [FixCall(code=_FIXES[code])], _COLUMNS, changes=changes)
        rows = pq.read_table(changes, columns=["row"]).column(0).to_pylist()
    ids = pq.read_table(table, columns=["id"]).column(0).to_pylist()
    return {ids[row] for row in rows}


def measure(rows: list[Row], seed: int, folder: Path) -> list[str]:
    """A line of the results for each fault."""
    chance = random.Random(seed)
    rows = [row._replace(split="test" if chance.random() < 0.2 else "train") for row in rows]
    clean = write(rows, folder / "clean.parquet", chance)
    reverse = write(rows[::-1], folder / "reverse.parquet", chance)
    planted = plant(rows, chance)
    dirty = write(planted.rows, folder / "dirty.parquet", chance)
    lines = [_line(code, planted, clean, reverse, dirty) for code in planted.faults]
    return [*lines, _leaking_column(dirty)]


def _line(code: str, planted: Planted, clean: Path, reverse: Path, dirty: Path) -> str:
    start = time.process_time()
    found = found_ids(dirty, code)
    seconds = time.process_time() - start
    faults, copies = planted.faults[code], code in _COPIES
    # What is planted for another finding may be one of this kind as well: any copy repeats a row, a signature has a
    # telephone number. A copy has the faults of its row.
    kin = next(group for group in (*_KIN, (code,)) if code in group)
    before = found_ids(clean, code)
    # Of rows that repeat each other only the later ones are found: seen from the end, the earlier ones are.
    twins = {row for other in kin for table in (clean, reverse) for row in found_ids(table, other)} if copies else set()
    members = {row for other in kin for group in planted.faults[other] for row in group}
    wrong = {row for row in found if row not in members and row.split(":")[0] not in before | twins}
    right = sum(1 for group in faults if group & found)
    precision, recall = right / max(1, right + len(wrong)), right / max(1, len(faults))
    return f"{code} | {len(faults):,} | {precision:.3f} | {recall:.3f} | {len(before):,} | {seconds:.1f}"


def _leaking_column(table: Path) -> str:
    """One column gives the answer away; two others, and the text, do not."""
    file = pq.ParquetFile(table)
    statistics = TableStatistics(file.schema_arrow)
    for batch in file.iter_batches():
        statistics.see(batch)
    task = TaskGuess(kind=TaskKind.CLASSIFICATION, text=["text"], label="label", confidence=1, why="")
    problems = find_leakage(table, statistics, task, statistics.spread.sample())
    named = Counter(name for p in problems if p.code == "LEAKAGE_COLUMN" for name in p.examples)
    hit, wrong = named["queue"], named.total() - named["queue"]
    return f"LEAKAGE_COLUMN | 1 | {hit / max(1, hit + wrong):.3f} | {hit:.3f} | – | –"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--set", choices=_SETS, action="append")
    options = parser.parse_args()
    print("| data | fault | planted | precision | recall | found before planting | CPU seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in options.set or _SETS:
        with tempfile.TemporaryDirectory(prefix="mtw-bench-") as folder:
            for line in measure(load(options.folder, name), options.seed, Path(folder)):
                print(f"| {name} | {line} |", flush=True)


if __name__ == "__main__":
    main()
