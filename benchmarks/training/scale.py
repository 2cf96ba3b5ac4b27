"""How time and memory grow with the rows: one training for each number of rows, each in a process of its own.

    python benchmarks/training/scale.py [--recipe linear] [--rows 10000 100000 300000]

Made-up texts of 12 words on average and three labels; one setting, so that all sizes do the same work. The budget is
so large that no row is left out for want of time.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from memory import Case, made_up, peak_mb, plan_of
from pyarrow import parquet

WORDS, LABELS = 12, 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", default="linear")
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 300_000])
    parser.add_argument("--here", action="store_true", help="the one size in this process")
    call = parser.parse_args()
    for rows in call.rows:
        if call.here:
            print(json.dumps(measure(call.recipe, rows)), flush=True)
        else:
            command = [sys.executable, __file__, "--here", "--recipe", call.recipe, "--rows", str(rows)]
            subprocess.run(command, check=True)


def measure(recipe: str, rows: int) -> dict[str, object]:
    """What one training takes; CPU seconds without those of loading libraries and of making the texts up."""
    from training_worker import preload  # noqa: F401
    from training_worker.reporter import ListReporter
    from training_worker.training import train

    case = Case(recipe, rows, WORDS, LABELS, 86_400, {"C": 1.0})
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "rows.parquet"
        parquet.write_table(made_up(case), table)
        began, before = time.process_time(), peak_mb()
        outcome = train(plan_of(case), table, None, Path(folder) / "work", ListReporter(), "made up").outcome
    cpu = time.process_time() - began
    return {
        "recipe": recipe,
        "rows": rows,
        "cpu": round(cpu, 1),
        "cpu_ms_a_row": round(1000 * cpu / rows, 3),
        "before_mb": before,
        "peak_mb": peak_mb(),
        "seconds": outcome.seconds,
        "notes": outcome.notes,
    }


if __name__ == "__main__":
    main()
