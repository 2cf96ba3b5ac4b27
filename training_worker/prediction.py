"""Opens a saved model, whatever its task."""

import json
from pathlib import Path
from typing import Any

from training_worker.kinds import kind_of
from training_worker.kinds.base import Predictor
from workspace.dataset import TaskKind
from workspace.errors import InputError

META = "mtw.json"

__all__ = ["META", "Predictor", "load_predictor", "read_meta"]


def load_predictor(folder: Path) -> Predictor:
    """Loads a model folder.

    Raises:
        InputError: ``NOT_A_MODEL`` when the folder holds none, ``MODEL_INCOMPLETE`` when files are missing or cut
            short, ``MODEL_UNSAFE`` when it would need code of unknown origin.
    """
    meta = read_meta(folder)
    for name, size in meta.get("files", {}).items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size["bytes"]:
            raise InputError(
                "MODEL_INCOMPLETE",
                f"The model folder {folder.name} is damaged: {name} is missing or cut short.",
                "Copy or export the model again.",
            )
    return kind_of(TaskKind(meta["task"])).predictor(folder, meta)


def read_meta(folder: Path) -> dict[str, Any]:
    """What ``mtw.json`` says about the model in ``folder``.

    Raises:
        InputError: ``NOT_A_MODEL``.
    """
    try:
        meta: dict[str, Any] = json.loads((folder / META).read_text("utf-8"))
        _ = meta["task"], meta["labels"], meta["format"]
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise InputError(
            "NOT_A_MODEL",
            f"{folder} is not a model made by this program (it has no readable {META}).",
            "Give a model's id, or the folder that a training wrote with --out.",
        ) from exc
    return meta
