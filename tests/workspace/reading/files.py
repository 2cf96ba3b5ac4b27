"""Helpers of the reading tests: where the samples are, and reading bytes that a test makes."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from workspace.dataset import DatasetProfile
from workspace.reading import Limits, read

DATA = Path(__file__).parents[2] / "data"


def messy_facts() -> list[dict[str, Any]]:
    """What a right reading of each messy file finds."""
    lines = (DATA / "messy" / "facts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def read_bytes(
    folder: Path, name: str, data: bytes, limits: Limits | None = None, sheet: str | None = None
) -> tuple[DatasetProfile, dict[str, list[Any]]]:
    """Write ``data`` under a neutral name, read it as ``name``, and return the profile and the table's columns."""
    source = folder / "source"
    source.write_bytes(data)
    out = folder / "table.parquet"
    profile = read(source, name=name, out=out, limits=limits or Limits(), sheet=sheet)
    return profile, pq.read_table(out).to_pydict()


def codes(profile: DatasetProfile) -> list[str]:
    """The problems' codes, in their order."""
    return [problem.code for problem in profile.problems]
