"""How many kinds of real faults are diagnosed right, and how many are past with one yes.

    python -m benchmarks.troubleshooting.faults [--out FILE.md]

Each fault is made in a real small training (tests/training_worker/faults), in a worker of its own.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.training_worker.faults.kinds import FAULTS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="where the table goes; else it is printed")
    options = parser.parse_args()
    command = [sys.executable, "-m", "tests.training_worker.faults"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    met = [json.loads(line) for line in done.stdout.splitlines()]
    right = sum(one["right"] for one in met)
    fixable = [one for one in met if FAULTS[one["name"]].fix]
    fixed = sum(one["fixed"] for one in fixable)
    summary = (
        f"{len(met)} kinds: {right} diagnosed right ({right / len(met):.0%}); of {len(fixable)} with something to do "
        f"at a press, {fixed} end in a model after one yes ({fixed / len(fixable):.0%})."
    )
    table = "\n".join(
        [
            "| fault | cause | whose | sure | offered | after one yes |",
            "| --- | --- | --- | ---: | --- | --- |",
            *map(_row, met),
        ]
    )
    if options.out:
        options.out.write_text(f"{summary}\n\n{table}\n", encoding="utf-8")
    else:
        print(table)
    print(summary)


def _row(met: dict[str, Any]) -> str:
    fault = FAULTS[met["name"]]
    cause = met["cause"] if met["right"] else f"**{met['cause'] or met['code']}**, not {fault.causes[0]}"
    after = "a model" if met["fixed"] else ("fails again" if met["offer"] else "-")
    offer = met["offer"].removeprefix("I can ").partition(" (")[0].removesuffix(".") or "-"
    return f"| {met['name']} | {cause} | {met['whose']} | {met['confidence']:.2f} | {offer} | {after} |"


if __name__ == "__main__":
    main()
