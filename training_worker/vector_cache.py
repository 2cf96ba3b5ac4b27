"""What the base model has read once is not read again: vectors by the content of their text, kept beside a table.

A check of the data leaves them for the training that follows, and a cleaned version finds those of its parent. They
lie in the data set's folder in storage, so they go when the data goes: texts can be guessed from their vectors.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workspace.dataset import Dataset
from workspace.errors import NotFound, Unavailable
from workspace.repositories import Datasets
from workspace.storage import Storage

logger = logging.getLogger(__name__)

MOST_BYTES = 64_000_000
"""What a table keeps of each reader: 83,000 vectors of one layer of the starter model, 13,900 of several layers."""
Vectors = NDArray[np.float32]


def digest(text: str) -> bytes:
    """16 bytes that stand for a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class VectorCache:
    """Vectors in memory only; :class:`StoredVectors` keeps them."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[bytes, NDArray[np.float16]]] = {}

    def find(self, reader: str, texts: Sequence[str], vectors: Vectors) -> NDArray[np.bool_]:
        """Fills in the rows of ``vectors`` whose text was read before, and says which.

        Args:
            reader: base model and number of tokens; vectors of another reader are never given.
        """
        known = self._known(reader)
        found = np.zeros(len(texts), dtype=bool)
        if known:
            for row, text in enumerate(texts):
                vector = known.get(digest(text))
                if vector is not None and vector.shape[0] == vectors.shape[1]:
                    vectors[row], found[row] = vector, True
        return found

    def add(self, reader: str, texts: Sequence[str], vectors: Vectors) -> None:
        """Remembers vectors, rows in the order of the texts, as long as there is room."""
        known = self._known(reader)
        for text, vector in zip(texts, vectors, strict=True):
            if 2 * len(known) * len(vector) >= MOST_BYTES:
                return
            known.setdefault(digest(text), vector.astype(np.float16))

    def keep(self) -> None:
        """Stores what was added, where there is a place for it."""

    def in_memory(self) -> "VectorCache":
        """What is known so far, with no place to store it: for another process."""
        copy = VectorCache()
        copy._rows = self._rows
        return copy

    def _known(self, reader: str) -> dict[bytes, NDArray[np.float16]]:
        return self._rows.setdefault(reader, {})


@dataclass
class StoredVectors(VectorCache):
    """Vectors of a version of data in storage, with those of the versions it was made from."""

    storage: Storage
    datasets: Datasets
    dataset: Dataset
    _sizes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def keep(self) -> None:
        """Writes what is new. A storage that is away, or data deleted meanwhile, costs nothing but the gain."""
        for reader, rows in self._rows.items():
            if len(rows) == self._sizes.get(reader, 0):
                continue
            key = self._key(self.dataset.id, reader)
            keys = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), 16)
            try:
                with self.storage.write(key) as file:
                    np.savez(file, keys=keys, vectors=np.stack(list(rows.values())))
                self._sizes[reader] = len(rows)
                self.datasets.get(self.dataset.id)
            except NotFound:
                self.storage.delete(key)
            except (Unavailable, OSError) as exc:
                logger.warning("vectors could not be kept: %s", exc)

    def _known(self, reader: str) -> dict[bytes, NDArray[np.float16]]:
        if reader not in self._rows:
            self._rows[reader] = {}
            for dataset in self._lineage():
                self._rows[reader].update(self._read(self._key(dataset.id, reader)))
                if dataset.id == self.dataset.id:
                    self._sizes[reader] = len(self._rows[reader])
        return self._rows[reader]

    def _lineage(self) -> list[Dataset]:
        family = {d.id: d for d in self.datasets.list(family_id=self.dataset.family_id, undone=True)}
        line, one = [self.dataset], self.dataset
        while one.parent_id in family:
            one = family[one.parent_id]
            line.append(one)
        return line

    def _read(self, key: str) -> dict[bytes, Any]:
        try:
            if not self.storage.exists(key):
                return {}
            with self.storage.as_file(key) as path, np.load(path, allow_pickle=False) as kept:
                return {row.tobytes(): vector for row, vector in zip(kept["keys"], kept["vectors"], strict=True)}
        except (NotFound, Unavailable, OSError, ValueError, KeyError) as exc:
            logger.warning("vectors could not be read: %s", exc)
            return {}

    def _key(self, dataset_id: str, reader: str) -> str:
        name = hashlib.sha256(reader.encode()).hexdigest()[:12]
        return self.storage.key("datasets", dataset_id, f"vectors-{name}.npz")
