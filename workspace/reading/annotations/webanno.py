"""WebAnno / INCEpTION TSV 3.x (inception-project.github.io, "WebAnno TSV 3.3 file format"): one row a sentence.

Span layers become ``spans`` (nested, stacked, over several words and within words), each with its layer and the other
features; parts of speech, lemmas and the like go to ``other_layers``, chains to ``chains``, relations to
``relations``, so that the same file can be written again. Offsets in the file count UTF-16 units of the document.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from workspace.reading.annotations import webanno_cells as cells
from workspace.reading.annotations.lines import lines_of
from workspace.reading.annotations.spans import Span, from_utf16, to_utf16
from workspace.reading.annotations.table import Row, opened_rows
from workspace.reading.source import Opened, Source

_FORMAT = "#FORMAT=WebAnno TSV 3"
_LINGUISTIC = ("POS", "Lemma", "Stem", "MorphologicalFeatures", "SurfaceForm", "Token", "Sentence", "Morpheme")
_RESERVED = frozenset({"start", "end", "label", "layer", "id"})
_LABELS = ("value", "label", "entity", "category", "class", "type", "tag", "PosValue")


@dataclass(frozen=True)
class Layer:
    """A layer of the header: ``SP`` spans, ``CH`` chains, ``RL`` relations; its columns from ``first`` on."""

    kind: str
    name: str
    features: tuple[str, ...]
    first: int

    @property
    def header(self) -> str:
        """The layer as the header writes it."""
        return "|".join((self.name, *self.features))

    @property
    def short(self) -> str:
        """The last part of its name: the label where a span has no value."""
        return self.name.rsplit(".", 1)[-1]

    @property
    def label(self) -> int:
        """Which feature is the label."""
        named = [self.features.index(name) for name in _LABELS if name in self.features]
        return named[0] if named else 0


@dataclass
class _Unit:
    number: str
    start: int
    end: int
    word: str
    cells: list[str]


@dataclass
class _Sentence:
    text: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    units: list[_Unit] = field(default_factory=list)


def is_webanno(text: str) -> bool:
    """Whether a sample begins as these files do."""
    return text.lstrip("\ufeff \r\n").startswith(_FORMAT)


def layer_of(kind: str, header: str, first: int = 3) -> Layer:
    """A layer from what stands behind ``#T_SP=``."""
    name, *features = header.split("|")
    return Layer(kind, name, tuple(features) or ("",), first)


def feature_key(name: str) -> str:
    """How a span names a feature: as the layer does, but for the five names that every span has."""
    return f"{name}_" if name in _RESERVED else name


def open_webanno(source: Source) -> Opened:
    """A WebAnno TSV 3 file as one row a sentence."""
    begun = 0

    def rows() -> Iterator[Row]:
        nonlocal begun
        low = 0.5 if begun else 0.0
        begun += 1
        return _rows(lines_of(source, low, low + 0.5))

    return opened_rows(source, "webanno", rows, objects=("chains", "token_offsets"))


def _rows(lines: Iterable[str]) -> Iterator[Row]:
    layers: list[Layer] = []
    sentence = _Sentence()
    for line in lines:
        if line.startswith("#T_"):
            first = layers[-1].first + len(layers[-1].features) if layers else 3
            layers.append(layer_of(line[3:5], line[6:], first))
        elif line.startswith("#FORMAT="):
            continue
        elif line.startswith("#Text="):
            sentence.text.append(cells.unescape_text(line[6:]))
        elif line.startswith("#"):
            sentence.comments.append(line)
        elif line.strip():
            unit = _unit(line)
            if unit is not None:
                sentence.units.append(unit)
        elif sentence.units:
            yield _row(sentence, layers)
            sentence = _Sentence()
    if sentence.units:
        yield _row(sentence, layers)


def _unit(line: str) -> _Unit | None:
    fields = line.split("\t")
    start, dash, end = fields[1].partition("-") if len(fields) > 2 else ("", "", "")
    if not (dash and start.isdigit() and end.isdigit() and len(start) < 16 and len(end) < 16):
        return None
    return _Unit(fields[0], int(start), int(end), fields[2], fields)


def _row(sentence: _Sentence, layers: list[Layer]) -> dict[str, Any]:
    text = _place(sentence)
    row: dict[str, Any] = {"text": text, "spans": []}
    chains: list[Span] = []
    relations: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    spans_by_layer = {layer: _spans(layer, sentence.units) for layer in layers if layer.kind == "SP"}
    plain = [layer for layer in spans_by_layer if layer.short not in _LINGUISTIC] or list(spans_by_layer)
    for layer in layers:
        if layer.kind == "CH":
            chains += _chain_links(layer, sentence.units)
        elif layer.kind == "RL":
            relations += _relations(layer, sentence.units)
        elif layer in plain:
            row["spans"] += spans_by_layer[layer]
        elif spans_by_layer[layer]:
            others.append({"layer": layer.header, "spans": spans_by_layer[layer]})
    row["sentence"] = sentence.units[0].number.split("-")[0]
    row["token_offsets"] = [[u.start, u.end] for u in sentence.units if "." not in u.number]
    more = {"relations": relations, "chains": chains, "other_layers": others}
    row |= {name: found for name, found in more.items() if found}
    if sentence.comments:
        row["comments"] = sentence.comments
    return row


def _place(sentence: _Sentence) -> str:
    """The text of a sentence; its units' offsets are changed from UTF-16 units of the document to its characters."""
    text, units = "\n".join(sentence.text), sentence.units
    first = next((u for u in units if "." not in u.number), units[0])
    base = first.start - to_utf16(text, max(0, text.find(first.word)))
    narrow = len(text) == to_utf16(text, len(text))
    places = [
        (u.start - base, u.end - base) if narrow else (from_utf16(text, u.start - base), from_utf16(text, u.end - base))
        for u in units
    ]
    right = sum(1 for u, (start, end) in zip(units, places, strict=True) if text[start:end] == u.word)
    if 2 * right < len(units):
        text, places = _rebuilt(units)
    for unit, (start, end) in zip(units, places, strict=True):
        unit.start, unit.end = start, end
    return text


def _rebuilt(units: list[_Unit]) -> tuple[str, list[tuple[int, int]]]:
    """A text made of the words, a blank between them, where the file's own text does not fit its offsets."""
    words: list[str] = []
    places: list[tuple[int, int]] = []
    at = 0
    for unit in units:
        if "." in unit.number:
            places.append(places[-1] if places else (0, 0))
            continue
        places.append((at, at + len(unit.word)))
        words.append(unit.word)
        at += len(unit.word) + 1
    return " ".join(words), places


def _spans(layer: Layer, units: list[_Unit]) -> list[Span]:
    found: list[Span] = []
    by_number: dict[int, Span] = {}
    for unit in units:
        for values, number in cells.stack(unit.cells, layer.first, layer.features):
            known = by_number.get(number) if number else None
            if known is not None:
                known["start"], known["end"] = min(known["start"], unit.start), max(known["end"], unit.end)
                continue
            span = _span(layer, values, unit, number)
            found.append(span)
            if number:
                by_number[number] = span
    return found


def _span(layer: Layer, values: list[str | None], unit: _Unit, number: int) -> Span:
    label = values[layer.label]
    span: Span = {"start": unit.start, "end": unit.end, "label": label if label else layer.short}
    for index, (name, value) in enumerate(zip(layer.features, values, strict=True)):
        if index != layer.label and value is not None:
            span[feature_key(name)] = value
    return span | {"layer": layer.header} | ({"id": number} if number else {})


def _chain_links(layer: Layer, units: list[_Unit]) -> list[Span]:
    """Chain elements; the same link on several words is one element."""
    found: dict[str, Span] = {}
    for unit in units:
        for values in cells.raw_stack(unit.cells, layer.first, len(layer.features)):
            linked = next((value for value in values if "->" in value), unit.number)
            link = linked.rsplit("->", 1)[-1]
            if link in found:
                found[link]["end"] = max(found[link]["end"], unit.end)
                continue
            named = dict(zip(layer.features, values, strict=True))
            found[link] = {"start": unit.start, "end": unit.end, "layer": layer.header, "values": named}
    return list(found.values())


def _relations(layer: Layer, units: list[_Unit]) -> list[dict[str, Any]]:
    return [
        {"unit": unit.number, "layer": layer.header, "values": dict(zip(layer.features, values, strict=True))}
        for unit in units
        for values in cells.raw_stack(unit.cells, layer.first, len(layer.features))
    ]
