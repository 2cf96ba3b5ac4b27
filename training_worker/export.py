"""The folder that a training leaves behind: weights, ``mtw.json`` and a model card.

It loads with plain scikit-learn (through skops) or plain transformers (safetensors); there is never a pickle.
"""

import hashlib
import importlib.metadata
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training_worker.example_script import write_example
from training_worker.job import write_json
from training_worker.model_card import CARD, model_card
from training_worker.prediction import META
from workspace.model import RunOutcome
from workspace.plan import TrainingPlan

LIBRARIES = ("scikit-learn", "skops", "torch", "transformers", "numpy", "model-training-wizard")


def describe(
    folder: Path, plan: TrainingPlan, labels: list[str], recipe: str, base: str | None, facts: dict[str, Any]
) -> dict[str, Any]:
    """Writes ``mtw.json``: all that is needed to use the model and to know where it comes from."""
    meta = {
        "version": 1,
        "task": plan.task.value,
        "labels": labels,
        "text": list(plan.text),
        "label": plan.label,
        "recipe": recipe,
        "base": base,
        "plan": plan.model_dump(mode="json"),
        "plan_hash": plan.hash,
        "libraries": _versions(),
        **facts,
    }
    write_json(folder / META, meta)
    return meta


def finish(
    part: Path, final: Path, meta: dict[str, Any], name: str, outcome: RunOutcome, check: Callable[[], None]
) -> None:
    """Adds card, example script and list of files, flushes all to disk and moves ``part`` to ``final`` in one step.

    Raises:
        OSError: when the disk is full; ``final`` then does not exist.
    """
    (part / CARD).write_text(model_card(name, meta, outcome), encoding="utf-8")
    write_example(meta, part)
    files = {}
    for path in sorted(p for p in part.rglob("*") if p.is_file() and p.name != META):
        check()
        files[path.relative_to(part).as_posix()] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
        _flush(path)
    write_json(part / META, {**meta, "metrics": outcome.evaluation.metrics, "files": files})
    part.replace(final)


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _versions() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
