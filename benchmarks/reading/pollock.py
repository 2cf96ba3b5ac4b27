"""How well polluted CSV files are read with nothing but the file: the wizard, csv.Sniffer, CleverCSV and DuckDB.

    python -m benchmarks.reading.pollock [--every 1] [--readers wizard,sniffer] [--folder POLLOCK] [--worst 20]

``--folder`` takes the paper's own files instead: a folder with ``csv/`` and ``clean/`` and, beside them or above,
``pollock_weights.json``. The measures are the paper's: success, and precision, recall and F1 of header, records and
cells, summed to at most 10; the simple score is the mean over the files, the weighted one weighs each kind by how
often it was found in a survey of 3,712 files. CleverCSV and DuckDB come with ``pip install clevercsv duckdb``.
"""

import argparse
import csv
import io
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.reading.pollution import Polluted, Rows, pollutions
from workspace.errors import WizardError
from workspace.reading import Limits, read

Reader = Callable[[Path], Rows]


def by_wizard(path: Path) -> Rows:
    """The table as ``workspace.reading.read`` gives it; names that the wizard made up itself are not in the file."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "table.parquet"
        try:
            profile = read(path, name=path.name, out=out, limits=Limits())
        except WizardError as exc:
            if exc.code in ("FILE_EMPTY", "FILE_BLANK"):
                return []  # it says that the file is empty, which is right
            raise
        table = pq.read_table(out)
    rows = [[cell or "" for cell in row.values()] for row in table.to_pylist()]
    return rows if profile.header_row is None else [table.column_names, *rows]


def by_sniffer(path: Path) -> Rows:
    """csv.Sniffer finds the dialect, csv.reader reads."""
    text = path.read_bytes().decode("utf-8")
    return list(csv.reader(io.StringIO(text, newline=""), csv.Sniffer().sniff(text)))


def by_clevercsv(path: Path) -> Rows:
    """CleverCSV finds the dialect and reads."""
    import clevercsv

    rows: Rows = clevercsv.read_table(str(path))
    return rows


def by_duckdb(path: Path) -> Rows:
    """DuckDB at its most lenient, all columns as text."""
    import duckdb

    with duckdb.connect() as connection:
        found = connection.read_csv(
            str(path), strict_mode=False, ignore_errors=True, null_padding=True, all_varchar=True
        )
        return [list(found.columns), *([cell or "" for cell in row] for row in found.fetchall())]


READERS: dict[str, Reader] = {
    "wizard": by_wizard,
    "sniffer": by_sniffer,
    "clevercsv": by_clevercsv,
    "duckdb": by_duckdb,
}


def overlap(source: Iterable[str], loaded: Iterable[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 of two bags of texts, as the paper's evaluation counts them."""
    wanted, found = Counter(source), Counter(loaded)
    if not wanted:
        return 1.0, 1.0, 1.0
    both = (wanted & found).total()
    if not both:
        return 0.0, 0.0, 0.0
    precision, recall = both / wanted.total(), both / found.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


def _plain(cell: str) -> str:
    """Case and the notation of plain numbers are not held against a reader."""
    try:
        return str(float(cell))
    except ValueError:
        return cell.lower()


def score(clean: Rows, loaded: Rows | None) -> float:
    """From 0 (the reader gave up) to 10."""
    if loaded is None:
        return 0.0
    if not clean:
        return 10.0
    total = 1.0
    total += sum(overlap(map(_plain, clean[0]), map(_plain, loaded[0] if loaded else [])))
    total += sum(overlap(map(_record, clean[1:]), map(_record, loaded[1:])))
    return total + sum(overlap((c for row in clean for c in row), (c for row in loaded for c in row)))


def _record(row: Sequence[str]) -> str:
    return "".join(map(_plain, row))


def from_folder(folder: Path, every: int) -> Iterable[Polluted]:
    """The paper's files."""
    weights: dict[str, float] = {}
    for place in (folder, folder.parent):
        if (place / "pollock_weights.json").is_file():
            weights = json.loads((place / "pollock_weights.json").read_text())
    for index, path in enumerate(sorted((folder / "csv").glob("*.csv"))):
        whole = path.name.startswith(("file_", "source"))
        if not whole and index % every:
            continue
        clean = (folder / "clean" / path.name).read_text(encoding="utf-8-sig", newline="")
        rows = list(csv.reader(io.StringIO(clean, newline="")))
        kind = "whole file" if whole else path.name.split("row")[1].strip("_").rstrip("0123456789_")
        weight = weights.get(path.name, 1.0) * (1 if whole else every)
        yield Polluted(path.name, kind, path.read_bytes(), rows, weight)


def main() -> None:
    """Print the scores as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--readers", default=",".join(READERS))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--worst", type=int, default=0)
    given = parser.parse_args()
    files = list(from_folder(given.folder, given.every) if given.folder else pollutions(given.every))
    kinds = list(dict.fromkeys(file.kind for file in files))
    print(f"{len(files)} files\n")
    print("| reader | simple | weighted | " + " | ".join(kinds) + " | given up | seconds |")
    print("| --- " * (len(kinds) + 5) + "|")
    for name in given.readers.split(","):
        _run(name, files, kinds, given.worst)


def _run(name: str, files: list[Polluted], kinds: list[str], worst: int) -> None:
    scores: dict[str, list[float]] = defaultdict(list)
    simple: list[float] = []
    weighted = weights = 0.0
    gone = 0
    bad: list[tuple[float, str]] = []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            path = Path(folder) / "table.csv"  # never the file's own name, which tells the pollution
            path.write_bytes(file.data)
            try:
                loaded: Rows | None = READERS[name](path)
            except Exception:
                loaded, gone = None, gone + 1
            points = score(file.clean, loaded)
            scores[file.kind].append(points)
            bad.append((points, file.name))
            if not file.extra:
                simple.append(points)
                weighted, weights = weighted + points * file.weight, weights + file.weight
    mean = sum(simple) / len(simple)
    parts = " | ".join(f"{sum(scores[kind]) / len(scores[kind]):.3f}" for kind in kinds)
    seconds = time.perf_counter() - began
    print(f"| {name} | {mean:.3f} | {weighted / weights:.3f} | {parts} | {gone} | {seconds:.0f} |", flush=True)
    for points, path_name in sorted(bad)[:worst]:
        print(f"    {points:6.3f} {path_name}")


if __name__ == "__main__":
    main()
