"""Small tables for the tests of checks, and what is found in them."""

from pathlib import Path
from typing import Any

from tests.workspace.cleaning.tables import write
from workspace.dataset import DataProblem, DatasetProfile, TaskGuess, TaskKind
from workspace.reading import profile_table

CSV = DatasetProfile(format="csv", rows=0, columns=[], task=TaskGuess(kind=None, confidence=0, why=""))


def judged(folder: Path, task: TaskGuess | None = None, **columns: list[Any]) -> DatasetProfile:
    """The profile of a table with these columns."""
    marks = {name: {b"mtw.kind": b"object"} for name in columns if name == "spans"}
    return profile_table(write(folder / "judged.parquet", marks, **columns), CSV, task=task)


def problem(profile: DatasetProfile, code: str) -> DataProblem | None:
    """The problem of that code, if it was found."""
    return next((p for p in profile.problems if p.code == code), None)


def sorting(text: str = "text", label: str = "team") -> TaskGuess:
    """A task of sorting texts."""
    return TaskGuess(kind=TaskKind.CLASSIFICATION, text=[text], label=label, confidence=1, why="said so")
