"""Where the starter model lies as ONNX, for a process without torch."""

import sys
from pathlib import Path

from workspace.settings import Settings

FILES = ("model.onnx", "model.weights", "tokenizer.json")


def starter_onnx_folders(settings: Settings) -> tuple[Path, Path]:
    """The two places, best first: beside the installation (written by ``make install``), and in the home."""
    return Path(sys.prefix) / "share" / "mtw" / "starter-onnx", settings.home / "cache" / "starter-onnx"


def starter_onnx_folder(settings: Settings) -> Path | None:
    """The folder with all of ``FILES``; None while nobody has exported them."""
    for folder in starter_onnx_folders(settings):
        if all((folder / name).is_file() for name in FILES):
            return folder
    return None
