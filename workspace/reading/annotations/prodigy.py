"""Prodigy (prodi.gy/docs/api-interfaces): categories accepted or rejected, choices among options, marked places.

Only what was accepted counts: rejected and ignored answers leave the answer of the row empty, rejected places go to
``unused_spans``. Where the file is about a single category, rejecting it says ``not <category>``.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workspace.dataset import DataProblem
from workspace.errors import UnreadableFile
from workspace.reading.annotations.forms import Categories, Form, Row, most
from workspace.reading.annotations.spans import Span, canonical, label_text

_ANSWERS = ("accept", "reject", "ignore")
_HASHES = ("_input_hash", "_task_hash")
_MEDIA = ("image", "audio", "video")


def recognise_prodigy(records: Sequence[Any]) -> Form | None:
    """Prodigy's form, where the records have its hashes or its answers."""

    def fits(record: Any) -> bool:
        if not isinstance(record, Mapping):
            return False
        hashed = any(key in record for key in _HASHES)
        said = record.get("answer") in _ANSWERS and bool({"spans", "options", "label", "tokens"} & record.keys())
        return hashed or said

    if not most(records, fits):
        return None
    if most(records, lambda r: any(key in r for key in _MEDIA) and "text" not in r):
        raise UnreadableFile(
            "NOT_ABOUT_TEXT",
            "These are Prodigy's annotations of pictures, sound or film. I can only learn from texts.",
            "Export a Prodigy data set whose tasks have a text.",
        )
    return Prodigy()


class Prodigy:
    """Prodigy's records, whatever recipe made them."""

    format = "prodigy"

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._choices = Categories()
        self._spans = self._unused = False

    def see(self, record: Any) -> None:
        """Which categories there are, whether several can be chosen, whether places are marked."""
        if not isinstance(record, Mapping):
            return
        if _has_options(record):
            self._choices.see(_chosen(record))
        elif _has_label(record):
            self._names.add(label_text(record["label"]))
        if _marks(record):
            self._spans = True
            self._unused = self._unused or bool(_spans(record)[1])

    def rows(self, records: Iterator[Any]) -> Iterator[Row]:
        """One row a record."""
        for record in records:
            yield self._row(record) if isinstance(record, Mapping) else {"text": str(record)}

    def _row(self, record: Mapping[str, Any]) -> Row:
        row: dict[str, Any] = {"text": record.get("text")}
        used = {"text"}
        if self._spans:
            row["spans"], unused = _spans(record) if _marks(record) else (None, [])
            used.add("spans")
            if self._unused:
                row["unused_spans"] = unused
        if _has_options(record):
            row |= self._choices.column(_chosen(record))
        elif _has_label(record):
            row["label"] = self._binary(record)
            used.add("label")
            if len(self._names) > 1:
                row["asked"] = record["label"]
        row |= {key: value for key, value in record.items() if key not in used}
        if isinstance(row.get("tokens"), list) and isinstance(row["text"], str):
            row["tokens"] = [_without_word(token, row["text"]) for token in row["tokens"]]
        return row

    def _binary(self, record: Mapping[str, Any]) -> str | None:
        name, answer = label_text(record["label"]), record.get("answer", "accept")
        if answer == "reject":
            return f"not {name}" if len(self._names) == 1 else None
        return name if answer == "accept" else None

    def problems(self) -> list[DataProblem]:
        """Nothing: what was ignored shows as rows without an answer."""
        return []


def _has_options(record: Mapping[str, Any]) -> bool:
    return isinstance(record.get("options"), list)


def _has_label(record: Mapping[str, Any]) -> bool:
    return isinstance(record.get("label"), str | int) and record.get("_view_id") not in ("ner", "ner_manual", "spans")


def _marks(record: Mapping[str, Any]) -> bool:
    """Whether the record is about places; in tasks about categories, ``spans`` only show where a pattern was met."""
    if _has_options(record) or _has_label(record):
        return False
    return canonical(record.get("spans")) is not None or ("tokens" in record and "answer" in record)


def _chosen(record: Mapping[str, Any]) -> list[str] | None:
    if record.get("answer", "accept") != "accept":
        return None
    chosen = record.get("accept")
    names = {}
    for option in record["options"]:
        if isinstance(option, Mapping):
            key = option.get("id", option.get("text"))
            # Options that are only counted are named by what the annotator read.
            counted = isinstance(key, int) or (isinstance(key, str) and key.isdigit())
            names[str(key)] = label_text(option.get("text", key) if counted else key)
    keys = chosen if isinstance(chosen, list) else [] if chosen is None else [chosen]
    return [names.get(str(key), label_text(key)) for key in keys]


def _without_word(token: Any, text: str) -> Any:
    """A token without its word where the text has it at that place: no second copy of what may have to be hidden."""
    if (
        not isinstance(token, Mapping)
        or not isinstance(token.get("start"), int)
        or not isinstance(token.get("end"), int)
    ):
        return token
    same = token.get("text") == text[token["start"] : token["end"]]
    return {key: value for key, value in token.items() if key != "text"} if same else token


def _spans(record: Mapping[str, Any]) -> tuple[list[Span] | None, list[Span]]:
    """The places that count (None where the row was not accepted) and those that do not."""
    spans = canonical(record.get("spans")) or []
    if record.get("answer", "accept") != "accept":
        return None, spans
    kept = [span for span in spans if span.get("answer", "accept") == "accept"]
    return kept, [span for span in spans if span.get("answer", "accept") != "accept"]
