"""What Hugging Face datasets know about their columns: the names behind the numbers of a label.

Arrow and Parquet files that the ``datasets`` library wrote carry this in the schema's metadata, folders in
``dataset_info.json``, and repositories of the hub in the head of their ``README.md``.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

Names = Mapping[str, list[str]]
"""Column -> the names of its numbers."""
_LARGEST = 8 << 20
_LARGEST_CARD = 256 << 10


def names_in_schema(schema: pa.Schema) -> Names:
    """The names that a file's own metadata gives."""
    try:
        features = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))["info"]["features"]
    except (ValueError, KeyError, TypeError):
        return {}
    return _of_features(features)


def names_in_folder(files: Mapping[str, Path]) -> Names:
    """The names that ``dataset_info.json`` or the head of ``README.md`` gives; ``files`` by name."""
    found: dict[str, list[str]] = {}
    for name, path in files.items():
        last = name.rsplit("/", 1)[-1].lower()
        if last == "dataset_info.json":
            found |= _of_features(_json(path).get("features"))
        elif last == "readme.md" and not found:
            found |= _of_card(path)
    return found


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes()[:_LARGEST])
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _of_features(features: object) -> dict[str, list[str]]:
    if not isinstance(features, dict):
        return {}
    found = {}
    for column, feature in features.items():
        # A list of labels is {"feature": {...}, "_type": "Sequence"}, or in older files a list with one element.
        while True:
            if isinstance(feature, dict) and "feature" in feature:
                feature = feature["feature"]
            elif isinstance(feature, list) and len(feature) == 1:
                feature = feature[0]
            else:
                break
        if isinstance(feature, dict) and feature.get("_type") == "ClassLabel":
            names = feature.get("names")
            if isinstance(names, list) and names and all(isinstance(name, str) for name in names):
                found[str(column)] = names
    return found


def _of_card(path: Path) -> dict[str, list[str]]:
    """``dataset_info: features: - {name: label, dtype: {class_label: {names: {'0': neg, '1': pos}}}}``"""
    text = path.read_bytes()[:_LARGEST_CARD].decode("utf-8", "replace").replace("\r\n", "\n")
    head, mark, _ = text.removeprefix("---\n").partition("\n---")
    if not text.startswith("---\n") or not mark:
        return {}
    try:
        card = yaml.safe_load(head)
    except (yaml.YAMLError, RecursionError):
        return {}
    infos = card.get("dataset_info") if isinstance(card, dict) else None
    found: dict[str, list[str]] = {}
    for info in infos if isinstance(infos, list) else [infos]:
        features = info.get("features") if isinstance(info, dict) else None
        for feature in features if isinstance(features, list) else []:
            if not isinstance(feature, dict) or not isinstance(feature.get("name"), str):
                continue
            kind: Any = feature.get("dtype", feature.get("sequence", feature.get("list")))
            names = kind.get("class_label") if isinstance(kind, dict) else None
            names = names.get("names") if isinstance(names, dict) else None
            if isinstance(names, dict) and names and feature["name"] not in found:
                found[feature["name"]] = [str(name) for name in names.values()]
    return found
