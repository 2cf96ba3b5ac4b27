"""A trained model as one zip file in storage, packed once and streamed to whoever asks."""

import builtins
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, get_args

from workspace.errors import NotFound
from workspace.home import Workspace
from workspace.model import TrainedModel
from workspace.packing import pack

Form = Literal["zip", "onnx", "onnx-int8"]
FORMS: tuple[Form, ...] = get_args(Form)
_SNIPPET = """# in the unpacked folder {folder}, after: pip install -r requirements.txt
from predict import predict

print(predict(["some text"]))
"""
_BLOCK = 1 << 20
_CARD = "README.md"


@dataclass(frozen=True)
class Export:
    """A packed model. ``path``: where it lies, where the person sits at this computer; else None."""

    file_name: str
    bytes: int
    path: str | None
    files: list[str]
    snippet: str
    _workspace: Workspace
    _key: str

    @property
    def chunks(self) -> "Iterator[builtins.bytes]":
        """The file's bytes, a megabyte at a time."""
        with self._workspace.storage.read(self._key) as file:
            while block := file.read(_BLOCK):
                yield block


def export_of(workspace: Workspace, model: TrainedModel) -> Export:
    """The model's zip file, packed now if it was not before.

    Raises:
        NotFound: the model's files are gone.
        Unavailable: the storage cannot be reached.
    """
    storage = workspace.storage
    names = storage.list(model.artifact_key)
    if not names:
        raise NotFound("MODEL_FILES_GONE", "The files of this model are no longer there.", "Train it again.")
    folder = _file_stem(model.name)
    key = export_key(workspace, model.id)
    if not storage.exists(key):
        entries = ((folder + name.removeprefix(model.artifact_key), partial(storage.read, name)) for name in names)
        with storage.write(key) as out:
            pack(entries, out)
    return Export(
        file_name=f"{folder}.zip",
        bytes=storage.size(key),
        path=local_path(workspace, key),
        files=[name.removeprefix(model.artifact_key + "/") for name in names],
        snippet=_snippet(workspace, names, model.artifact_key, folder),
        _workspace=workspace,
        _key=key,
    )


def ready_export(workspace: Workspace, model: TrainedModel, form: Form) -> Export | None:
    """The model's zip file in a form that a worker has made; None before that. Raises Unavailable."""
    key = export_key(workspace, model.id, form)
    if not workspace.storage.exists(key):
        return None
    with workspace.storage.as_file(key) as file, zipfile.ZipFile(file) as archive:
        names = [name.partition("/")[2] for name in archive.namelist()]
    folder = f"{_file_stem(model.name)}-{form}"
    return Export(
        file_name=f"{folder}.zip",
        bytes=workspace.storage.size(key),
        path=local_path(workspace, key),
        files=names,
        snippet=_SNIPPET.format(folder=key.rpartition("/")[2].removesuffix(".zip")),
        _workspace=workspace,
        _key=key,
    )


def export_key(workspace: Workspace, model_id: str, form: Form = "zip") -> str:
    """Where a model's zip file is kept; whoever deletes the model deletes it too."""
    return workspace.storage.key("exports", f"{model_id}.zip" if form == "zip" else f"{model_id}-{form}.zip")


def _snippet(workspace: Workspace, names: list[str], artifact: str, folder: str) -> str:
    """The Python of the model card's chapter on use: one truth about how the model loads."""
    if f"{artifact}/{_CARD}" not in names:
        return ""
    with workspace.storage.read(f"{artifact}/{_CARD}") as file:
        card = file.read().decode("utf-8", "replace")
    use = card.rpartition("\n## How to use it\n")[2]
    found = re.search(r"^```python\n(.*?)^```", use, re.DOTALL | re.MULTILINE)
    return f"# in the unpacked folder {folder}\n{found.group(1)}" if found else ""


def _file_stem(name: str) -> str:
    """A file name that every system takes, from what the model is called."""
    flat = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", flat).strip("-").lower()[:60].strip("-")
    return stem or "model"


def local_path(workspace: Workspace, key: str) -> str | None:
    """Where the file lies, for the person at this computer; nobody else needs to know the server's folders."""
    url = workspace.storage.url
    if workspace.settings.auth != "local" or not url.startswith("file://"):
        return None
    return str(Path(url.removeprefix("file://")) / key)
