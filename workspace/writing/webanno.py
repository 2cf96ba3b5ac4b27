"""WebAnno TSV 3.3: a row is a sentence; spans that end within a word become sub-tokens.

A table that was read from such a file gets back its layers, relations and chains; any other is written with the layer
``NamedEntity``, which WebAnno and INCEpTION have from the start.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from workspace.reading.annotations import webanno_cells as cells
from workspace.reading.annotations.spans import Span, to_utf16
from workspace.reading.annotations.webanno import Layer, feature_key, layer_of
from workspace.writing.rows import Row, Table, does_not_fit
from workspace.writing.words import as_text, places_of

_DEFAULT = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value"
_ORDER = {"SP": 0, "CH": 1, "RL": 2}


@dataclass
class _Unit:
    number: str
    start: int
    end: int
    stacks: dict[str, list[tuple[list[str], int]]] = field(default_factory=dict)


def webanno_lines(table: Table) -> Iterator[str]:
    """The header, then the sentences."""
    if not table.parts.spans and not (table.parts.tokens and table.parts.tags):
        raise does_not_fit(
            "A WebAnno file holds marked places, and this table has none.",
            "Write it as CSV, JSONL or Parquet, or mark places in its texts first.",
        )
    table.leave_out("sentence", "token_offsets", "relations", "chains", "other_layers", "comments")
    layers, highest, numbered = _survey(table)
    yield "#FORMAT=WebAnno TSV 3.3\n"
    for layer in layers:
        yield f"#T_{layer.kind}={layer.header}\n"
    yield "\n"
    at, free = 0, highest
    for index, row in enumerate(table.rows(), start=1):
        text, spans = as_text(row)
        number = str(row.rest["sentence"]) if numbered else str(index)
        units, free = _units(row, text, spans, number, free)
        yield "\n" + "".join(f"{comment}\n" for comment in row.rest.get("comments") or [])
        yield from (f"#Text={cells.escape_text(line)}\n" for line in text.split("\n"))
        for unit in units:
            yield _line(unit, text, at, layers)
        at += to_utf16(text, len(text)) + 1


def _survey(table: Table) -> tuple[list[Layer], int, bool]:
    """The layers of a table, the highest number that its spans have, and whether its sentences have their numbers."""
    headers: dict[str, str] = {}
    highest, before, numbered = 0, 0, "sentence" in table.parts.rest
    for row in table.rows():
        for span in _all_spans(row):
            headers.setdefault(str(span.get("layer") or _DEFAULT), "SP")
            highest = max(highest, _number(span))
        for kind, name in (("CH", "chains"), ("RL", "relations")):
            for item in row.rest.get(name) or []:
                if isinstance(item, dict) and "layer" in item and "values" in item:
                    headers.setdefault(item["layer"], kind)
        if numbered:
            given = str(row.rest.get("sentence") or "")
            numbered = given.isascii() and given.isdigit() and len(given) < 10 and int(given) > before
            before = int(given) if numbered else 0
    headers = headers or {_DEFAULT: "SP"}
    ordered = sorted(headers.items(), key=lambda item: _ORDER[item[1]])
    return [layer_of(kind, header) for header, kind in ordered], highest, numbered


def _all_spans(row: Row) -> list[Span]:
    found = list(as_text(row)[1])
    for other in row.rest.get("other_layers") or []:
        if isinstance(other, dict):
            found += [{**span, "layer": other["layer"]} for span in other.get("spans") or []]
    return found


def _number(span: Span) -> int:
    number = span.get("id")
    return number if isinstance(number, int) and "layer" in span else 0


def _tokens(row: Row, text: str, spans: list[Span]) -> list[tuple[int, int]]:
    """The words of a sentence: those that were read with it, else new ones; blanks that a span holds count as words."""
    given = row.rest.get("token_offsets")
    if isinstance(given, list) and given and all(isinstance(p, list) and 0 <= p[0] <= p[1] <= len(text) for p in given):
        return [(start, end) for start, end in given]
    places = places_of(text)
    covered = {index for start, end in places for index in range(start, end)}
    edges = {edge for span in spans for edge in (span["start"], span["end"] - 1) if 0 <= edge < len(text)}
    # The first word begins where the sentence does.
    lone = {edge for edge in edges | ({0} if text else set()) if edge not in covered}
    return sorted([*places, *((edge, edge + 1) for edge in lone)]) or [(0, len(text))]


def _units(row: Row, text: str, spans: list[Span], number: str, free: int) -> tuple[list[_Unit], int]:
    tokens = _tokens(row, text, spans)
    units = {place: _Unit(f"{number}-{index}", *place) for index, place in enumerate(tokens, start=1)}
    everything = _all_spans(row)
    pieces = [_pieces(span, tokens) for span in everything]
    extra = {place for places in pieces for place in places if place not in units}
    for parent in units.copy():
        inner = sorted(place for place in extra if _home(place, tokens) == parent)
        for count, place in enumerate(inner, start=1):
            units[place] = _Unit(f"{units[parent].number}.{count}", *place)
    stacked = {place for index, places in enumerate(pieces) for place in places if _stacks(place, index, pieces)}
    for span, places in zip(everything, pieces, strict=True):
        layer = layer_of("SP", str(span.get("layer") or _DEFAULT))
        key = _number(span)
        if not key and (len(places) > 1 or places[0] in stacked):
            free += 1
            key = free
        for place in places:
            units[place].stacks.setdefault(layer.header, []).append((_values(layer, span), key))
    _add_raw(row, units)
    ordered = sorted(units.values(), key=lambda unit: tuple(map(int, unit.number.split("-")[1].split("."))))
    return ordered, free


def _stacks(place: tuple[int, int], index: int, pieces: list[list[tuple[int, int]]]) -> bool:
    return any(place in places for other, places in enumerate(pieces) if other != index)


def _pieces(span: Span, tokens: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The units that a span covers: whole words, and its part of a word that it covers partly."""
    start, end = span["start"], span["end"]
    found = [(max(start, a), min(end, b)) for a, b in tokens if a < end and start < b]
    return found or [(start, end)]


def _home(place: tuple[int, int], tokens: list[tuple[int, int]]) -> tuple[int, int]:
    """The word that a sub-token belongs to."""
    inside = [token for token in tokens if token[0] <= place[0] and place[1] <= token[1]]
    return inside[0] if inside else max((t for t in tokens if t[0] <= place[0]), default=tokens[0])


def _values(layer: Layer, span: Span) -> list[str]:
    """A span's features in the order of its layer."""
    found = []
    for index, name in enumerate(layer.features):
        value = span.get(feature_key(name))
        if index == layer.label:
            value = None if span["label"] in ("", layer.short) else span["label"]
        slot, _ = cells.is_slot(layer.features, index)
        found.append("*" if value is None else str(value) if slot else cells.escape(str(value)))
    return found


def _add_raw(row: Row, units: dict[tuple[int, int], _Unit]) -> None:
    """Chains and relations, whose cells were kept as the file had them."""
    by_number = {unit.number: unit for unit in units.values()}
    for item in row.rest.get("relations") or []:
        unit = by_number.get(str(item.get("unit"))) if isinstance(item, dict) else None
        if unit is not None:
            unit.stacks.setdefault(item["layer"], []).append((list(item["values"].values()), 0))
    for link in row.rest.get("chains") or []:
        for unit in units.values():
            if "." not in unit.number and link["start"] < unit.end and unit.start < link["end"]:
                unit.stacks.setdefault(link["layer"], []).append((list(link["values"].values()), 0))


def _line(unit: _Unit, text: str, at: int, layers: list[Layer]) -> str:
    start, end = at + to_utf16(text, unit.start), at + to_utf16(text, unit.end)
    word = " ".join(text[unit.start : unit.end].splitlines()).replace("\t", " ")
    fields = [unit.number, f"{start}-{end}", word]
    for layer in layers:
        stack = unit.stacks.get(layer.header, [])
        for column in range(len(layer.features)):
            values = [values[column] + (f"[{key}]" if key and _numbers(layer, column) else "") for values, key in stack]
            fields.append("|".join(values) or "_")
    return "\t".join(fields) + "\t\n"


def _numbers(layer: Layer, column: int) -> bool:
    return layer.kind == "SP" and not cells.is_slot(layer.features, column)[1]
