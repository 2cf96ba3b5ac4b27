"""Data sets of the Hugging Face hub by name (``hf://owner/name``): their files are fetched and read like a folder.

Scripts of a data set are never run. Where it has no data files of its own, the hub's own conversion to Parquet
(revision ``refs/convert/parquet``) is taken.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workspace.errors import Forbidden, InputError, LimitExceeded, NotFound, Unavailable, WizardError
from workspace.reading.folder_files import TABLES, data_files
from workspace.reading.source import Limits
from workspace.reading.unpacking import Inner, shown_path
from workspace.settings import Settings

_NAME = re.compile(r"hf:/{1,2}(?:datasets/)?([A-Za-z0-9][\w.-]*(?:/[\w.-]+)?)/?")
_ADDRESS = re.compile(r"https?://(?:www\.)?huggingface\.co/datasets/([\w.-]+(?:/[\w.-]+)?)(?:[/?#].*)?")
_CONVERTED = "refs/convert/parquet"
_KNOWN_TEXTS = frozenset({".txt", ".gz", ".zip", ".bz2", ".xz"})
_ABOUT = ("README.md", "dataset_info.json", "dataset_dict.json")


def hub_name(text: str) -> str | None:
    """The name in ``hf://owner/name`` or in the address of a data set's page; None for anything else."""
    found = _NAME.fullmatch(text.strip()) or _ADDRESS.fullmatch(text.strip())
    return found.group(1) if found else None


def fetch_hub_dataset(
    name: str,
    folder: Path,
    settings: Settings,
    progress: Callable[[float], None] | None = None,
) -> Path:
    """Fetch a data set's data files, and what tells of them, into a folder below ``folder``, which is returned.

    Raises:
        Unavailable: HUB_OFFLINE, HUB_AWAY.
        NotFound: there is none of this name, or it is private.
        Forbidden: its owner wants to be asked first.
        LimitExceeded: it is larger than an upload may be.
        InputError: it has no files that can be read.
    """
    if settings.hf_hub_offline:
        raise Unavailable(
            "HUB_OFFLINE",
            "This installation never asks the Hugging Face hub (HF_HUB_OFFLINE is set).",
            "Download the data set elsewhere and upload its files, or let whoever runs the wizard change the setting.",
        )
    from huggingface_hub import HfApi

    limits = Limits.of(settings)
    target = folder / name.rsplit("/", 1)[-1]
    target.mkdir(parents=True, exist_ok=True)
    api = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)
    with _mapped(name):
        revision, files = _files(api, name)
        if not files:
            raise InputError(
                "HUB_DATASET_EMPTY",
                f"The data set “{name}” has no files that I can read.",
                "Look at its page on huggingface.co; if it offers a download, upload that.",
            )
        size = sum(count for _, count in files)
        if size > limits.max_bytes:
            raise LimitExceeded(
                "FILE_TOO_LARGE",
                f"This data set has {size >> 20:,} MB; at most {limits.max_bytes >> 20:,} MB are allowed.",
                "Choose a smaller one, or ask whoever runs the wizard to raise MTW_MAX_UPLOAD_MB.",
            )
        done = 0
        for path, count in files:
            api.hf_hub_download(name, path, repo_type="dataset", revision=revision, local_dir=target)
            done += count
            if progress is not None:
                progress(done / max(1, size))
    return target


def _files(api: Any, name: str) -> tuple[str | None, list[tuple[str, int]]]:
    """The revision to take and its data files with their sizes."""
    from huggingface_hub.errors import RevisionNotFoundError

    for revision in (None, _CONVERTED):
        try:
            listed = api.dataset_info(name, revision=revision, files_metadata=True).siblings or []
        except RevisionNotFoundError:
            break  # Not every data set was converted.
        # What the hub says is not trusted to name places on this computer.
        sizes = {file.rfilename: file.size or 0 for file in listed if shown_path(file.rfilename) == file.rfilename}
        wanted = _readable(list(sizes))
        if wanted:
            about = [path for path in sizes if path.rsplit("/", 1)[-1] in _ABOUT]
            return revision, [(path, sizes[path]) for path in dict.fromkeys((*wanted, *about))]
    return None, []


def _readable(paths: Sequence[str]) -> list[str]:
    found = [inner.name for inner in data_files([Inner(path, Path(path)) for path in paths])]
    return [path for path in found if _suffixes(path) & (TABLES | _KNOWN_TEXTS)]


def _suffixes(path: str) -> set[str]:
    return {suffix.lower() for suffix in Path(path).suffixes}


@contextmanager
def _mapped(name: str) -> Iterator[None]:
    """The hub's errors in our words."""
    from huggingface_hub import errors

    # The error of the client that it speaks with, which is another one in its next versions.
    client_error: type[Exception] = vars(errors)["HTTPError"]

    try:
        yield
    except WizardError:
        raise
    except errors.GatedRepoError as exc:
        raise Forbidden(
            "HUB_DATASET_GATED",
            f"The owner of “{name}” wants to be asked before it is used.",
            "Ask for access on its page at huggingface.co, and let whoever runs the wizard set HF_TOKEN.",
        ) from exc
    except (errors.RepositoryNotFoundError, errors.HFValidationError) as exc:
        raise NotFound(
            "HUB_DATASET_NOT_FOUND",
            f"There is no data set “{name}” on the Hugging Face hub, or it is private.",
            "Check the name on huggingface.co/datasets; it has the form owner/name.",
        ) from exc
    except (client_error, OSError, errors.EntryNotFoundError) as exc:
        raise Unavailable(
            "HUB_AWAY",
            "The Hugging Face hub cannot be reached now.",
            "Try again in a minute, or download the data set elsewhere and upload its files.",
        ) from exc
