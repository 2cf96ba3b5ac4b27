"""How honest the time left is that a training tells, and how often it tells.

    python benchmarks/training/progress.py --data FOLDER [linear finetune]

``FOLDER`` holds banking77/train.csv. Each recipe trains once; what it tells goes through the same thinning as in the
worker. The error is that of the time left against what was really left, as a share of the whole training, from the
first tenth of it on (a second at least is always forgiven: nobody plans by it).
"""

import argparse
import csv
import importlib
import json
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from training_worker.reporter import ListReporter
from training_worker.thinning import MIN_SECONDS, Thinner
from training_worker.training import train
from workspace.dataset import TaskKind
from workspace.plan import TrainingPlan
from workspace.run import MetricLogged, Progressed

ROWS = {"linear": 2_500, "finetune": 500}


class Listener(ListReporter):
    """Stores what is due from a thread of its own, as the worker's reporter does."""

    def __init__(self) -> None:
        super().__init__()
        self.stored: list[tuple[float, Progressed]] = []
        self._thinner, self._guard, self._end = Thinner(), threading.Lock(), threading.Event()
        threading.Thread(target=self._store, daemon=True).start()

    def progress(self, event: Progressed) -> None:
        with self._guard:
            self._thinner.progress(event, time.monotonic())

    def metric(self, event: MetricLogged) -> None:
        with self._guard:
            self._thinner.metric(event)

    def close(self) -> None:
        self._end.set()

    def _store(self) -> None:
        while not self._end.wait(MIN_SECONDS):
            with self._guard:
                due = self._thinner.due(time.monotonic())
            self.stored += [(time.monotonic(), event) for event in due if isinstance(event, Progressed)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--budget", type=int, default=600)
    parser.add_argument("--curve", action="store_true", help="print each time left beside the true one")
    parser.add_argument("recipes", nargs="*", default=list(ROWS))
    call = parser.parse_args()
    importlib.import_module("training_worker.preload")  # what the worker has loaded before a training begins
    with (call.data / "banking77/train.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    for recipe in call.recipes:
        some = [rows[i] for i in np.random.default_rng(0).permutation(len(rows))[: ROWS.get(recipe, 2_000)]]
        told, began, ended = listen(recipe, some, call.budget)
        print(json.dumps({"recipe": recipe, "load": round(os.getloadavg()[0], 1), **judged(told, began, ended)}))
        if call.curve:
            for at, event in told:
                print(f"{at - began:7.1f} left {event.eta_seconds} true {ended - at:.1f} {event.stage} {event.message}")


def listen(recipe: str, rows: list[dict[str, str]], budget: int) -> tuple[list[tuple[float, Progressed]], float, float]:
    plan = TrainingPlan(
        dataset_id="banking77",
        task=TaskKind.CLASSIFICATION,
        text=("text",),
        label="category",
        recipe=recipe,
        budget_seconds=budget,
    )
    report = Listener()
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "rows.parquet"
        pq.write_table(pa.Table.from_pylist(rows), table)
        began = time.monotonic()
        train(plan, table, None, Path(folder) / "work", report, recipe)
    report.close()
    return report.stored, began, time.monotonic()


def judged(told: list[tuple[float, Progressed]], began: float, ended: float) -> dict[str, Any]:
    whole = ended - began
    later = [(at, event) for at, event in told if at - began >= whole / 10 and event.eta_seconds is not None]
    errors = [max(abs(float(e.eta_seconds or 0) - (ended - at)) - 1.0, 0.0) / whole for at, e in later]
    gaps = np.diff([at for at, _ in told])
    return {
        "seconds": round(whole, 1),
        "events": len(told),
        "longest_silence": round(float(gaps.max()), 2),
        "most_a_second": max(sum(0 <= other - at < 1 for other, _ in told) for at, _ in told),
        "mean_error": round(float(np.mean(errors)), 3),
        "largest_error": round(float(np.max(errors)), 3),
    }


if __name__ == "__main__":
    main()
