"""Memory and time of inspecting a CSV of gigabytes, with the memory at each tenth of the way.

    python -m benchmarks.reading.inspect_vast [--megabytes 100] [--copies 20]

The file is made of ``--copies`` copies of one part, in each of which the letters are shifted by one more place: so its
texts differ, and writing it takes seconds.
"""

import argparse
import string
import tempfile
import time
from pathlib import Path

from benchmarks.reading.inspect_large import generate, peak_mb, resident_mb
from workspace.reading import Limits, inspect_file


def write_vast(path: Path, megabytes: int, copies: int) -> int:
    """Write the file; returns the number of rows."""
    part = path.with_suffix(".part")
    rows = generate(part, megabytes)
    header, _, body = part.read_bytes().partition(b"\r\n")
    part.unlink()
    small = string.ascii_lowercase
    with path.open("wb") as file:
        file.write(header + b"\r\n")
        for copy in range(copies):
            shift = copy % 26
            file.write(body.translate(bytes.maketrans(small.encode(), (small[shift:] + small[:shift]).encode())))
    return rows * copies


def main() -> None:
    """Print the memory on the way and at its peak, above that of a process that has read a small file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--copies", type=int, default=20)
    options = parser.parse_args()
    limits = Limits(max_bytes=1 << 40, max_rows=1 << 40)
    with tempfile.TemporaryDirectory(prefix="mtw-bench-") as folder:
        small, path = Path(folder) / "small.csv", Path(folder) / "vast.csv"
        generate(small, 1)
        inspect_file(small, limits)
        rows = write_vast(path, options.megabytes, options.copies)
        idle = resident_mb()
        told: dict[int, float] = {}

        def progress(fraction: float) -> None:
            told.setdefault(int(10 * fraction), resident_mb() - idle)

        start, used = time.perf_counter(), time.process_time()
        profile = inspect_file(path, limits, progress=progress)
        seconds, cpu = time.perf_counter() - start, time.process_time() - used
        print(f"{path.stat().st_size / 1e9:.2f} GB, {rows:,} rows written, {profile.rows:,} read")
    print(f"{seconds:.1f} s, {cpu:.1f} CPU s, at most {peak_mb() - idle:.0f} MB above {idle:.0f} MB")
    print("; ".join(f"{10 * tenth} %: {mb:.0f} MB" for tenth, mb in told.items()))


if __name__ == "__main__":
    main()
