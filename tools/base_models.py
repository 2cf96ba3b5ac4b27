"""Base models that a training can start from: the catalogue, and which of them this installation has."""

import difflib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import ConfigDict

from tools.cards import BaseModelFacts
from tools.quoting import plain
from workspace.settings import Settings

Where = Literal["packaged", "models folder", "hub", "not here"]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*(/[A-Za-z0-9][A-Za-z0-9_.\-]*)?")


class BaseModelEntry(BaseModelFacts):
    """One entry of ``base_models.yaml``."""

    model_config = ConfigDict(extra="forbid")

    packaged: bool = False
    hub_id: str = ""

    def is_called(self, name: str) -> bool:
        """Full name, or the part after the slash, whatever the case."""
        names = {self.name.casefold(), self.hub_id.casefold()}
        return name.casefold() in names | {n.rpartition("/")[2] for n in names if n}


@dataclass(frozen=True)
class BaseChoice:
    """A base model that was asked for: its proper name, where it is, and what to say about it."""

    name: str
    where: Where
    entry: BaseModelEntry | None
    fault: str = ""
    warning: str = ""


@cache
def load_base_models() -> tuple[BaseModelEntry, ...]:
    """The catalogue, recommended ones first."""
    raw = yaml.safe_load((Path(__file__).parent / "base_models.yaml").read_text("utf-8"))
    return tuple(BaseModelEntry.model_validate(entry) for entry in raw)


def where_is(name: str, settings: Settings) -> Where:
    """Where a base model would come from. The hub itself is not asked: that could take long and tells others."""
    entry = next((e for e in load_base_models() if e.is_called(name)), None)
    if entry and entry.packaged:
        return "packaged"
    if _local_name(name, entry, settings):
        return "models folder"
    return "not here" if settings.hf_hub_offline else "hub"


def models_folder(settings: Settings) -> list[str]:
    """Names of the models in ``MTW_MODELS_DIR``: folders with a config.json, at most two levels deep."""
    root = settings.models_dir
    if root is None or not root.is_dir():
        return []
    found = {file.parent for pattern in ("*/config.json", "*/*/config.json") for file in root.glob(pattern)}
    return sorted(folder.relative_to(root).as_posix() for folder in found)


def choose_base(wanted: str, settings: Settings) -> BaseChoice:
    """Finds what is meant and says at once if it cannot be used here.

    Only names are understood, never paths: what a chat may load from disk is what lies in ``MTW_MODELS_DIR``.
    """
    wanted = wanted.strip()
    if not _NAME.fullmatch(wanted) or ".." in wanted:
        return BaseChoice(
            wanted,
            "not here",
            None,
            fault=f"“{plain(wanted, 80)}” is no name of a base model; a name looks like all-MiniLM-L6-v2 or "
            "microsoft/deberta-v3-small. A folder can be used when an operator puts it into MTW_MODELS_DIR.",
        )
    entry = next((e for e in load_base_models() if e.is_called(wanted)), None)
    name = _local_name(wanted, entry, settings) or (entry.name if entry else wanted)
    where = where_is(name, settings)
    if where == "not here":
        fault = f"{name} is not on this computer, and this installation may not use the hub."
        return BaseChoice(name, where, entry, fault=f"{fault} Here are: {', '.join(_here(settings))}.")
    if where == "hub":
        size = f" ({entry.download_mb:,} MB)" if entry else ""
        return BaseChoice(name, where, entry, warning=_download_warning(name, size, entry))
    return BaseChoice(name, where, entry)


def _local_name(wanted: str, entry: BaseModelEntry | None, settings: Settings) -> str | None:
    names = {wanted.casefold(), *([entry.name.casefold()] if entry else [])}
    names |= {n.rpartition("/")[2] for n in names}
    return next((n for n in models_folder(settings) if n.casefold() in names), None)


def _here(settings: Settings) -> list[str]:
    return [*(e.name for e in load_base_models() if e.packaged), *models_folder(settings)]


def _download_warning(name: str, size: str, entry: BaseModelEntry | None) -> str:
    text = f"{name} is not on this computer; it will be downloaded from the hub{size} when the training starts."
    if entry is None:
        known = [e.name for e in load_base_models()]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
        text += f" I do not know this model{f'; did you mean {near[0]}?' if near else '.'}"
    return text
