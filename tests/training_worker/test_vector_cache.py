"""Vectors that are kept beside a table: found again by their text, never after the data is gone."""

import numpy as np

from tests.training_worker.runs import stored_dataset
from training_worker.vector_cache import StoredVectors, VectorCache
from workspace.dataset import Dataset
from workspace.home import Workspace
from workspace.ids import new_id

TEXTS = ["where is my parcel", "refund please", "Ünïcode \ud83d"]
VECTORS = np.arange(12, dtype=np.float32).reshape(3, 4) / 16


def cache(workspace: Workspace, dataset: Dataset) -> StoredVectors:
    return StoredVectors(workspace.storage, workspace.datasets, dataset)


def found(kept: VectorCache, reader: str, texts: list[str]) -> tuple[list[bool], np.ndarray]:
    vectors = np.zeros((len(texts), 4), dtype=np.float32)
    return kept.find(reader, texts, vectors).tolist(), vectors


def test_found_again_by_text_and_reader(workspace: Workspace) -> None:
    dataset = stored_dataset(workspace)
    first = cache(workspace, dataset)
    assert found(first, "mini 256", TEXTS)[0] == [False] * 3
    first.add("mini 256", TEXTS, VECTORS)
    first.keep()
    known, vectors = found(cache(workspace, dataset), "mini 256", [TEXTS[2], "new", TEXTS[0]])
    assert known == [True, False, True]
    assert np.array_equal(vectors[[0, 2]], VECTORS[[2, 0]])
    assert found(cache(workspace, dataset), "mini 128", TEXTS)[0] == [False] * 3


def test_a_version_finds_what_was_read_of_its_parent(workspace: Workspace) -> None:
    parent = stored_dataset(workspace)
    first = cache(workspace, parent)
    first.add("r", TEXTS, VECTORS)
    first.keep()
    child = parent.model_copy(update={"id": new_id("ds"), "parent_id": parent.id, "version": 2})
    workspace.datasets.add(child)
    other = stored_dataset(workspace)
    assert found(cache(workspace, child), "r", TEXTS)[0] == [True] * 3
    assert found(cache(workspace, other), "r", TEXTS)[0] == [False] * 3


def test_nothing_is_left_of_data_that_was_deleted_meanwhile(workspace: Workspace) -> None:
    dataset = stored_dataset(workspace)
    kept = cache(workspace, dataset)
    kept.add("r", TEXTS, VECTORS)
    workspace.datasets.delete(dataset.id)
    workspace.storage.delete(workspace.storage.key("datasets", dataset.id))
    kept.keep()
    assert workspace.storage.list(workspace.storage.key("datasets")) == []


def test_a_damaged_file_costs_only_the_gain(workspace: Workspace) -> None:
    dataset = stored_dataset(workspace)
    kept = cache(workspace, dataset)
    kept.add("r", TEXTS, VECTORS)
    kept.keep()
    (key,) = [k for k in workspace.storage.list(workspace.storage.key("datasets", dataset.id)) if "vectors" in k]
    with workspace.storage.write(key) as file:
        file.write(b"PK not a zip")
    assert found(cache(workspace, dataset), "r", TEXTS)[0] == [False] * 3
