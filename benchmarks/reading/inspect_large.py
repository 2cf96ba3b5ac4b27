"""Time, memory and event-loop lag of inspecting a CSV of 100 MB (about 1 million rows), against pandas.

    python -m benchmarks.reading.inspect_large [--megabytes 100] [--json]

Every measurement runs in a process of its own, one after the other, on the same generated file.
"""

import argparse
import asyncio
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_TOPICS = {
    "billing": "invoice payment charge refund amount card bank due overdue receipt tax total",
    "delivery": "parcel courier late address tracking arrived box damaged shipping door pickup depot",
    "login": "password reset account locked code email sign error page browser token expired",
    "returns": "return label exchange size wrong item refund shop warranty faulty broken replace",
    "praise": "thank great helpful friendly quick service team happy recommend excellent kind perfect",
}
_COMMON = "the a to my is was and I for it of on with please have not since you can this that when order".split()


def generate(path: Path, megabytes: int, seed: int = 7) -> int:
    """Write messages with quotes, line breaks, commas and accents; returns the number of rows."""
    chance = random.Random(seed)
    rows = 0
    teams = list(_TOPICS)
    words = {team: _COMMON + text.split() * 2 for team, text in _TOPICS.items()}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ticket_id", "created_at", "message", "team", "priority"])
        while file.tell() < megabytes * 1_000_000 if rows % 5_000 == 0 else True:
            team = teams[min(4, int(chance.expovariate(0.9)))]
            text = " ".join(chance.choices(words[team], k=chance.randint(3, 16)))
            if rows % 17 == 0:
                text = f'He said "{text}", café — naïve.'
            if rows % 29 == 0:
                text += "\nBest regards"
            day = f"2025-{rows % 12 + 1:02d}-{rows % 28 + 1:02d}"
            writer.writerow([f"{rows:08d}", day, text, team, rows % 3])
            rows += 1
    return rows


def peak_mb() -> float:
    """Peak resident memory of this process in MB, from the kernel."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def resident_mb() -> float:
    """Resident memory of this process now, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def measure_wizard(path: Path) -> dict[str, float]:
    """``inspect_file`` in a thread while an asyncio ticker wakes every millisecond."""
    from workspace.reading import Limits, inspect_file

    # Idle means: imported and warm, as the chat process is.
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.csv"
        generate(small, 1)
        inspect_file(small, Limits())
    idle = resident_mb()
    lags: list[float] = []
    result: dict[str, float] = {}

    def work() -> None:
        start, used = time.perf_counter(), time.process_time()
        profile = inspect_file(path, Limits())
        result["seconds"] = time.perf_counter() - start
        result["cpu_seconds"] = time.process_time() - used
        result["rows"] = profile.rows

    async def ticker() -> None:
        task = asyncio.create_task(asyncio.to_thread(work))
        while not task.done():
            start = time.perf_counter()
            await asyncio.sleep(0.001)
            lags.append((time.perf_counter() - start - 0.001) * 1000)
        await task

    asyncio.run(ticker())
    lags.sort()
    result["mb_above_idle"] = peak_mb() - idle
    result["lag_p95_ms"] = lags[int(0.95 * len(lags))]
    result["lag_max_ms"] = lags[-1]
    return result


def measure_pandas(path: Path) -> dict[str, float]:
    """``read_csv`` and ``value_counts`` of every column."""
    import pandas

    idle = resident_mb()
    start, used = time.perf_counter(), time.process_time()
    frame = pandas.read_csv(path, dtype=str)
    for name in frame.columns:
        frame[name].value_counts()
    return {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - used,
        "rows": len(frame),
        "mb_above_idle": peak_mb() - idle,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", choices=["wizard", "pandas"], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure = {"wizard": measure_wizard, "pandas": measure_pandas}[options.one]
        print(json.dumps(measure(options.file)))
        return
    with tempfile.TemporaryDirectory(prefix="mtw-bench-") as folder:
        path = Path(folder) / "tickets.csv"
        rows = generate(path, options.megabytes)
        print(f"{path.stat().st_size / 1e6:.0f} MB, {rows:,} rows, {os.cpu_count()} CPUs", file=sys.stderr)
        found: dict[str, list[dict[str, float]]] = {"wizard": [], "pandas": []}
        for _ in range(options.repeat):
            for name, runs in found.items():
                command = [sys.executable, "-m", "benchmarks.reading.inspect_large", "--one", name, "--file", str(path)]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                runs.append(json.loads(done.stdout))
    if options.json:
        print(json.dumps(found))
        return
    print("| reader | seconds (median) | CPU seconds (median) | MB above idle (max) | lag p95 ms | lag max ms | rows |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, runs in found.items():
        seconds = sorted(run["seconds"] for run in runs)[len(runs) // 2]
        cpu = sorted(run["cpu_seconds"] for run in runs)[len(runs) // 2]
        memory = max(run["mb_above_idle"] for run in runs)
        p95 = max(run.get("lag_p95_ms", 0.0) for run in runs)
        worst = max(run.get("lag_max_ms", 0.0) for run in runs)
        print(
            f"| {name} | {seconds:.2f} | {cpu:.2f} | {memory:.0f} | {p95:.1f} | {worst:.1f} | {runs[0]['rows']:,.0f} |"
        )


if __name__ == "__main__":
    main()
