"""Short questions that the process with warm models answers: one function each, one line in ``COMPUTATIONS``.

They are for what a person waits for in the chat (a second or two). What takes longer is an analysis.
"""

import importlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from training_worker.failures import failure_of
from training_worker.vector_cache import StoredVectors
from workspace.database import engine_for
from workspace.dataset import Dataset
from workspace.errors import InputError, WizardError
from workspace.repositories import Datasets
from workspace.settings import Settings
from workspace.storage import Storage

KEPT = 8
"""How many things of earlier calls (a pool's vectors, a fitted model) stay in memory."""


@dataclass(frozen=True)
class Computing:
    """What a computation is given besides its arguments. Everything is seen as its owner sees it."""

    settings: Settings
    owner_id: str
    memory: "OrderedDict[tuple[str, str], Any]" = field(default_factory=OrderedDict)

    @cached_property
    def storage(self) -> Storage:
        return Storage.of(self.settings, self.owner_id)

    @cached_property
    def datasets(self) -> Datasets:
        return Datasets(engine_for(self.settings.database), self.owner_id)

    @contextmanager
    def table(self, dataset_id: str) -> Iterator[tuple[Dataset, Path]]:
        """A version and its Parquet file. Raises NotFound."""
        dataset = self.datasets.get(dataset_id)
        with self.storage.as_file(dataset.table_key) as path:
            yield dataset, path

    def vectors(self, dataset: Dataset) -> StoredVectors:
        """What the base model has read of this version before; call ``keep`` after adding to it."""
        return StoredVectors(self.storage, self.datasets, dataset)

    def remember(self, key: str, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, made once while the process lives and it is among the things used last."""
        mine = (self.owner_id, key)
        if mine not in self.memory:
            self.memory[mine] = make()
        self.memory.move_to_end(mine)
        while len(self.memory) > KEPT:
            self.memory.popitem(last=False)
        return self.memory[mine]


COMPUTATIONS: dict[str, str] = {
    "suggest_categories": "training_worker.labelling:suggest_categories",
    "next_to_label": "training_worker.labelling:next_to_label",
}
"""Name -> ``module:function`` that takes a :class:`Computing` and a dict of arguments, and gives a dict (JSON)."""


class Computer:
    """Answers computations one after the other. Not for several threads at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._memory: OrderedDict[tuple[str, str], Any] = OrderedDict()

    def answer(self, owner_id: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """``{"result": {...}}``, or ``{"error": {...}}`` with code, message, next_step and the error's kind."""
        try:
            return {"result": _computation(name)(Computing(self._settings, owner_id, self._memory), arguments)}
        except WizardError as exc:
            return {"error": exc.as_dict() | {"kind": type(exc).__name__}}
        except Exception as exc:
            failure = failure_of(exc)
            return {"error": failure.model_dump(include={"code", "message", "next_step"}) | {"kind": "Unavailable"}}


def _computation(name: str) -> Callable[[Computing, dict[str, Any]], dict[str, Any]]:
    if name not in COMPUTATIONS:
        raise InputError("COMPUTATION_UNKNOWN", f"There is no computation {name} here.", "Update the worker.")
    module, _, function = COMPUTATIONS[name].partition(":")
    found: Callable[[Computing, dict[str, Any]], dict[str, Any]] = getattr(importlib.import_module(module), function)
    return found
