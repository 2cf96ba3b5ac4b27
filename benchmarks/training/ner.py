"""Finds names with ``mtw train`` on public data sets: entity F1 on the given test files, and what it cost.

    python benchmarks/training/ner.py --data FOLDER [--budget 600] [--set KEY=VALUE ...] [wnut17 mit_restaurant bc5cdr]

``FOLDER`` holds wnut17, mit_restaurant and bc5cdr, each with train.conll and test.conll; ner.md says where they
come from. Prints one line of JSON for each set. Processor seconds are those of all processes of the command.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

MTW = str(Path(sys.executable).with_name("mtw"))
SETS = ("wnut17", "mit_restaurant", "bc5cdr")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--budget", type=int, default=600)
    parser.add_argument("--set", action="append", default=[], dest="settings", metavar="KEY=VALUE")
    parser.add_argument("sets", nargs="*", default=list(SETS))
    call = parser.parse_args()
    for name in call.sets:
        with tempfile.TemporaryDirectory() as folder:
            result = train(call.data / name, call.budget, call.settings, Path(folder))
        print(json.dumps({"set": name, "load": os.getloadavg()[0], **result}), flush=True)


def train(data: Path, budget: int, settings: list[str], home: Path) -> dict[str, object]:
    """What ``mtw train`` reached in a new home, with the processor seconds of all its processes."""
    command = [MTW, "train", str(data / "train.conll"), "--test", str(data / "test.conll")]
    command += ["--budget", str(budget), "--json", *(word for pair in settings for word in ("--set", pair))]
    began = time.monotonic()
    out = home / "answer.json"
    with out.open("wb") as file, (home / "notes.txt").open("wb") as notes:
        process = subprocess.Popen(command, env={**os.environ, "MTW_HOME": str(home)}, stdout=file, stderr=notes)
        seconds = watch(process)
    if process.returncode:
        raise SystemExit((home / "answer.json").read_text() + (home / "notes.txt").read_text())
    found = json.loads(out.read_text())
    return {
        "processor_seconds": round(seconds),
        "wall": round(time.monotonic() - began),
        "recipe": found["recipe"],
        "metrics": {name: round(value, 4) for name, value in found["metrics"].items()},
        "entity_f1_interval": found["intervals"]["entity_f1"],
        "word_list_f1": found["baseline"]["entity_f1"],
        "rows": found["rows"],
        "tried": [(t["recipe"], round(t["score"], 4), t["seconds"], t["note"]) for t in found["tried"]],
        "notes": found["notes"],
        "peak_rss_mb": found["peak_rss_mb"],
    }


def watch(process: "subprocess.Popen[bytes]") -> float:
    """Waits for the end; processor seconds of the process and all that it started, to about a second each."""
    seen: dict[int, float] = {}
    while process.poll() is None:
        try:
            for one in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
                times = one.cpu_times()
                seen[one.pid] = times.user + times.system
        except psutil.Error:
            continue
        finally:
            time.sleep(0.5)
    return sum(seen.values())


if __name__ == "__main__":
    main()
