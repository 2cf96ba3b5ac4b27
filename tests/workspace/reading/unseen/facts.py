"""Reads a made file and compares what was found with its facts."""

import codecs
from pathlib import Path
from typing import Any

from tests.workspace.reading.unseen.made import Made
from workspace.dataset import DatasetProfile
from workspace.errors import WizardError
from workspace.reading import Limits, inspect_file


def compare(made: Made, folder: Path) -> dict[str, tuple[Any, Any]]:
    """Each fact with what was found and what is right; an error stands for all that it hides."""
    path = folder / made.name
    path.write_bytes(made.data)
    try:
        found = _found(inspect_file(path, Limits()), made)
    except WizardError as exc:
        found = dict.fromkeys(made.facts, f"error {exc.code}")
    finally:
        path.unlink()
    return {fact: (found[fact], _codec(right) if fact == "encoding" else right) for fact, right in made.facts.items()}


def _found(profile: DatasetProfile, made: Made) -> dict[str, Any]:
    task = profile.task
    wanted = made.facts.get("problem")
    return {
        "encoding": _codec(profile.encoding),
        "delimiter": profile.delimiter,
        "header_row": profile.header_row,
        "rows": profile.rows,
        "format": profile.format,
        "sheet": profile.sheet,
        "sheets": profile.sheets,
        "task": task.kind,
        "text": task.text,
        "label": task.label,
        "label_columns": task.label_columns,
        "label_separator": task.label_separator,
        "columns": [column.name for column in profile.columns],
        "roles": {c.name: c.role.value for c in profile.columns if c.name in made.facts.get("roles", {})},
        "problem": next((problem.code for problem in profile.problems if problem.code == wanted), None),
    }


def _codec(name: str | None) -> str | None:
    """One name for the names of an encoding; Python's cp932 and Shift JIS are the same for such texts."""
    return None if name is None else codecs.lookup({"shift_jis": "cp932"}.get(name, name)).name
