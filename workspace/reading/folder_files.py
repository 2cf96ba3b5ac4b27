"""Which files of a folder hold data, and which split a file belongs to."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from workspace.reading.unpacking import Inner

TABLES = frozenset(
    ".csv .tsv .tab .psv .json .jsonl .ndjson .parquet .arrow .feather .ipc .xlsx .xlsm .xls .ods .conll .conllu "
    ".iob .iob2 .bio .bioes".split()
)
DOCUMENTS = frozenset(".docx .odt .pdf .html .htm".split())
_NO_DATA = frozenset(
    ".py .ipynb .md .rst .yaml .yml .toml .cfg .ini .lock .sh .css .js .png .jpg .jpeg .gif .svg .bib .tex .sql .r "
    ".gitignore .gitattributes .sha256 .md5 .crc .log .doc .ppt .pptx".split()
)
_ABOUT = re.compile(
    r"(?:readme|read[ _-]?me|licen[cs]e|citation|changelog|notice|contributing|authors|copying|manifest|metadata|"
    r"datasheet|dataset_infos?|dataset_dict|state|vocab|schema)(?:[._ -].*)?",
    re.I,
)
_SPLITS = {
    "train": "train",
    "training": "train",
    "trn": "train",
    "valid": "valid",
    "validation": "valid",
    "val": "valid",
    "dev": "valid",
    "devel": "valid",
    "development": "valid",
    "test": "test",
    "testing": "test",
    "tst": "test",
    "eval": "test",
    "evaluation": "test",
}
SPLIT_ORDER = {"train": 0, "valid": 1, "test": 2}
_CUT = re.compile(r"[^a-z]+")
_SHARD = re.compile(r"[-_]\d{5}(?:-of-\d{5})?(?=\.|$)")


def data_files(files: Sequence[Inner]) -> list[Inner]:
    """The files that hold data, in the order of their splits and names; all of them where none looks like it."""
    seen = [inner for inner in files if not any(part.startswith(".") for part in inner.parts)] or list(files)
    useful = [i for i in seen if i.suffix not in _NO_DATA and not _ABOUT.fullmatch(i.parts[-1]) and not _is_cache(i)]
    if any(inner.suffix in TABLES for inner in useful):
        useful = [inner for inner in useful if inner.suffix not in DOCUMENTS]
    found = useful or seen
    return sorted(found, key=lambda inner: (SPLIT_ORDER.get(split_of(inner.name) or "", 3), inner.name))


def _is_cache(inner: Inner) -> bool:
    """What the ``datasets`` library leaves beside its data."""
    return inner.suffix == ".arrow" and inner.parts[-1].startswith("cache-")


def split_of(name: str) -> str | None:
    """``train``, ``valid`` or ``test``, by a word of the file's name or the name of a folder it lies in."""
    *folders, last = PurePosixPath(name.lower()).parts
    words = [word for word in _CUT.split(last.split(".")[0]) if word]
    named = {_SPLITS[word] for word in words if word in _SPLITS}
    if len(named) == 1:
        return named.pop()
    return next((_SPLITS[folder] for folder in reversed(folders) if folder in _SPLITS), None)


def is_split(folder: str) -> bool:
    """Whether a folder is called like a split."""
    return folder.lower() in _SPLITS


def is_shard(name: str) -> bool:
    """Whether a file is a numbered part of a table, such as ``train-00000-of-00002.parquet``."""
    return _SHARD.search(PurePosixPath(name).name) is not None
