"""One of several processes that torchrun has started, on one computer or on several, to train one model.

    torchrun --nproc-per-node 2 -m training_worker.train_together PLAN.json TABLE.parquet OUT [--test TABLE.parquet]

See ``training_worker.together``. The plan names one recipe; all processes read the same files.
"""

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from training_worker.job import write_json
from training_worker.reporter import ListReporter
from training_worker.together import Helped, join, leave, rank
from training_worker.training import train
from workspace.errors import InputError, WizardError
from workspace.plan import TrainingPlan


def main(arguments: list[str] | None = None) -> int:
    """One of the processes that torchrun started; the first one's folder ``OUT`` holds the model."""
    parser = argparse.ArgumentParser(prog="python -m training_worker.train_together", description=__doc__)
    parser.add_argument("plan", type=Path, help="the plan as JSON")
    parser.add_argument("table", type=Path, help="the rows, the same file for all processes")
    parser.add_argument("out", type=Path, help="the work folder; OUT/model is the model, OUT/curves.json its curves")
    parser.add_argument("--test", type=Path)
    called = parser.parse_args(arguments)
    plan = TrainingPlan.model_validate_json(called.plan.read_text("utf-8"))
    report = ListReporter()
    try:
        if plan.recipe == "auto":
            raise InputError("PLAN_INVALID", "Processes that train together need one recipe.", "Name it in the plan.")
        join("env://", int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]))
        with ExitStack() as files:
            files.callback(leave)
            work = Path(files.enter_context(tempfile.TemporaryDirectory())) if rank() else called.out
            trained = train(plan, called.table, called.test, work, report, called.table.stem)
    except Helped:
        return 0
    except WizardError as exc:
        print(exc, file=sys.stderr)
        return exc.exit_code
    write_json(called.out / "curves.json", [metric.model_dump(mode="json") for metric in report.metrics])
    print(trained.outcome.model_dump_json())
    return 0


if __name__ == "__main__":
    sys.exit(main())
