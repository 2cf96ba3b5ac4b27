"""How fast a saved model reads a file of 10,000 short texts, and what 8 bits cost in right answers.

    python benchmarks/training/prediction.py MODEL test.csv --text text --label category

``MODEL`` is a folder that ``mtw train --out`` wrote, ``test.csv`` labelled rows that it has not seen. They are repeated
with small variations (other beginnings and ends, small letters) up to 10,000. Three ways, each a process of its own:
``mtw predict`` as it is, ``mtw predict --fast`` (8 bits, made before), and what one would write without thought: torch
in full precision, batches of 32 in the order of the file. A call with one row is subtracted, which leaves the pace.
"""

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS = 10_000
PLAIN_ROWS = 2_000
BEGINNINGS = ("", "Hello, ", "please help: ", "hi there. ")
ENDS = ("", " Thanks!", " I am waiting.", " please answer soon")


def varied(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The rows as they are, then with other beginnings and ends."""
    found = list(rows)
    for number in range(ROWS - len(rows)):
        text, label = rows[number % len(rows)]
        turn = number // len(rows) + 1
        text = f"{BEGINNINGS[(number + turn) % 4]}{text.lower() if turn % 2 else text}{ENDS[(number // 3 + turn) % 4]}"
        found.append((text, label))
    return found[:ROWS]


def write(rows: list[tuple[str, str]], file: Path) -> Path:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("text", "label"))
        writer.writerows(rows)
    return file


def timed(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of a process with its children."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begun, cpu


def share_right(out: Path, rows: list[tuple[str, str]]) -> float:
    with out.open(encoding="utf-8", newline="") as file:
        found = [row["prediction"] for row in csv.DictReader(file)]
    return sum(a == label for a, (_, label) in zip(found, rows, strict=False)) / min(len(found), len(rows))


def plain(model: Path, file: Path, out: Path) -> None:
    """The wizard's model in full precision, batches of 32 in the order of the file, each padded to its longest text."""
    import training_worker.length_batches as length_batches
    from training_worker import embedding
    from training_worker.prediction import load_predictor

    def in_order(tokens, most_tokens=0):  # type: ignore[no-untyped-def]
        import numpy as np

        return (np.arange(i, min(i + 32, len(tokens))) for i in range(0, len(tokens), 32))

    length_batches.batches = embedding.batches = in_order
    embedding.autocast = embedding.nullcontext
    with file.open(encoding="utf-8", newline="") as opened:
        texts = [row["text"] for row in csv.DictReader(opened)]
    answers = load_predictor(model).predict(texts)
    with out.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(("text", "prediction"))
        writer.writerows((a.text, a.label) for a in answers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("--text", default="text")
    parser.add_argument("--label", default="label")
    parser.add_argument("--plain", type=Path, help="for the process that reads plainly: where its answers go")
    given = parser.parse_args()
    if given.plain:
        plain(given.model, given.test, given.plain)
        return
    with given.test.open(encoding="utf-8", newline="") as file:
        rows = [(row[given.text], row[given.label]) for row in csv.DictReader(file)]
    here = [str(Path(sys.executable).parent / "mtw")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        many, few = varied(rows), rows[:1]
        files = {len(part): write(part, folder / f"{len(part)}.csv") for part in (many, many[:PLAIN_ROWS], few)}
        model = str(given.model)
        subprocess.run([*here, "predict", model, "--fast", "make it"], check=True, capture_output=True)
        ways = {
            "plain torch fp32": (
                PLAIN_ROWS,
                lambda n, out: [sys.executable, __file__, model, str(files[n]), "--plain", out],
            ),
            "mtw predict": (ROWS, lambda n, out: [*here, "predict", model, "--file", str(files[n]), "--out", out]),
            "mtw predict --fast": (
                ROWS,
                lambda n, out: [*here, "predict", model, "--fast", "--file", str(files[n]), "--out", out],
            ),
        }
        print(f"load {os.getloadavg()[0]:.1f}, {len(os.sched_getaffinity(0))} processors")
        for way, (size, command) in ways.items():
            out = folder / "out.csv"
            start_wall, start_cpu = timed(command(1, str(out)))
            wall, cpu = timed(command(size, str(out)))
            print(
                f"{way}: {size:,} rows in {wall:.1f} s, {cpu:.1f} CPU s; "
                f"start {start_wall:.1f} s, {start_cpu:.1f} CPU s; "
                f"{size / (wall - start_wall):,.0f} rows/s, {size / (cpu - start_cpu):,.0f} rows/CPU s; right "
                f"{share_right(out, many):.4f}, of the {min(size, len(rows)):,} rows as they are "
                f"{share_right(out, rows):.4f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
