"""spaCy: v2 JSON (paragraphs, sentences, tokens), ``[text, {"entities": …, "cats": …}]``, and JSONL with the same.

v2: v2.spacy.io/api/annotation#json-input; v3 pairs: spacy.io/usage/training; ``Doc.to_json``: spacy.io/api/doc.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workspace.dataset import DataProblem
from workspace.reading.annotations.forms import Categories, Form, Row, most
from workspace.reading.annotations.spans import canonical, label_text
from workspace.reading.annotations.tags import Scheme, scheme_note, to_iob2

_MARKS = ("entities", "ents", "cats", "spans")
_TOKEN_COLUMNS = {"tag": "pos_tags", "dep": "deps", "head": "heads"}


def recognise_spacy(records: Sequence[Any]) -> Form | None:
    """One of spaCy's forms, where the records look like it."""
    if most(records, lambda r: isinstance(r, Mapping) and isinstance(r.get("paragraphs"), list)):
        return Documents()
    if most(records, _is_pair) or most(records, _is_doc, 1.0):
        return Pairs()
    return None


def _is_pair(record: Any) -> bool:
    whole = isinstance(record, list) and len(record) == 2 and isinstance(record[0], str)
    return whole and isinstance(record[1], Mapping) and _has_marks(record[1])


def _has_marks(marks: Mapping[str, Any]) -> bool:
    cats = isinstance(marks.get("cats"), Mapping)
    return cats or any(_tuples(marks.get(key)) is not None for key in ("entities", "ents")) or "links" in marks


def _is_doc(record: Any) -> bool:
    if not isinstance(record, Mapping) or not isinstance(record.get("text"), str):
        return False
    cats = record.get("cats")
    scored = isinstance(cats, Mapping) and all(isinstance(v, int | float) for v in cats.values())
    tuples = isinstance(record.get("entities"), list) and _tuples(record["entities"]) is not None
    named = isinstance(record.get("ents"), list) and canonical(record["ents"]) is not None
    if "relations" in record or isinstance(cats, list):
        return False
    return scored or named or (tuples and not any(isinstance(e, Mapping) for e in record["entities"]))


def _tuples(value: Any) -> Any:
    return canonical(value) if isinstance(value, list) else None


class Pairs:
    """Texts with spans and categories; a score of at least one half counts as yes."""

    format = "spacy"

    def __init__(self) -> None:
        self._categories = Categories()
        self._spans = self._scores = False

    def see(self, record: Any) -> None:
        """Whether there are spans, and one category each or several."""
        _, marks = _pair(record)
        self._spans = self._spans or any(isinstance(marks.get(key), list) for key in ("entities", "ents"))
        cats = marks.get("cats")
        if isinstance(cats, Mapping):
            self._categories.see(_positive(cats))
            self._scores = self._scores or any(score not in (0, 1) for score in cats.values())

    def rows(self, records: Iterator[Any]) -> Iterator[Row]:
        """One row a text."""
        for record in records:
            text, marks = _pair(record)
            row: dict[str, Any] = {"text": text}
            if self._spans:
                row["spans"] = canonical(marks.get("entities", marks.get("ents"))) or []
            cats = marks.get("cats")
            row |= self._categories.column(_positive(cats) if isinstance(cats, Mapping) else None)
            used = {"text", "entities", "ents"} | (set() if self._scores else {"cats"})
            yield row | {key: value for key, value in marks.items() if key not in used}

    def problems(self) -> list[DataProblem]:
        """Nothing."""
        return []


def _pair(record: Any) -> tuple[Any, Mapping[str, Any]]:
    """The text and its marks; a record that is neither keeps what it has."""
    if isinstance(record, Mapping):
        return record.get("text"), record
    if isinstance(record, list) and record:
        marks = record[1] if len(record) > 1 and isinstance(record[1], Mapping) else {}
        return record[0] if isinstance(record[0], str) else str(record[0]), marks
    return (None if record is None else str(record)), {}


def _positive(cats: Mapping[str, Any]) -> list[str]:
    return [label_text(name) for name, score in cats.items() if isinstance(score, int | float) and score >= 0.5]


class Documents:
    """v2 JSON: one row a sentence with its words and tags, or one a paragraph where only categories are given."""

    format = "spacy"

    def __init__(self) -> None:
        self._categories = Categories()
        self._scheme = Scheme()
        self._sentences = 0
        self._named = self._tokens = False

    def see(self, record: Any) -> None:
        """Which tags and categories there are."""
        for paragraph in _paragraphs(record):
            self._categories.see(_paragraph_cats(paragraph))
            for sentence in _sentences(paragraph):
                self._sentences += 1
                self._tokens = True
                tags = _entity_tags(sentence)
                self._named = self._named or any(tag != "O" for tag in tags)
                self._scheme.see(tags)

    def rows(self, records: Iterator[Any]) -> Iterator[Row]:
        """One row a sentence, or a paragraph without sentences."""
        for number, record in enumerate(records):
            key = record.get("id", number) if isinstance(record, Mapping) else number
            for place, paragraph in enumerate(_paragraphs(record)):
                head: dict[str, Any] = {"document": key, "paragraph": place}
                head |= self._categories.column(_paragraph_cats(paragraph))
                sentences = _sentences(paragraph)
                for sentence in sentences:
                    yield {**self._sentence(sentence), **head}
                if not sentences:
                    yield {"text": paragraph.get("raw"), **head}

    def _sentence(self, tokens: list[Mapping[str, Any]]) -> dict[str, Any]:
        row: dict[str, Any] = {"tokens": [label_text(token.get("orth")) for token in tokens]}
        tags = to_iob2(_entity_tags(tokens), self._scheme.name)
        plain = [label_text(token.get("tag")) for token in tokens]
        row["tags"] = tags if self._named or not any(plain) else plain
        for key, name in _TOKEN_COLUMNS.items():
            if any(key in token for token in tokens):
                row[name] = [label_text(token.get(key)) for token in tokens]
        return row

    def problems(self) -> list[DataProblem]:
        """The scheme of the tags, where it was another one."""
        return scheme_note(self._scheme.name, self._sentences)


def _paragraphs(record: Any) -> list[Mapping[str, Any]]:
    found = record.get("paragraphs") if isinstance(record, Mapping) else None
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def _sentences(paragraph: Mapping[str, Any]) -> list[list[Mapping[str, Any]]]:
    found = paragraph.get("sentences")
    lists = [item.get("tokens") for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []
    cut = [[token for token in tokens if isinstance(token, Mapping)] for tokens in lists if isinstance(tokens, list)]
    return [tokens for tokens in cut if tokens]


def _entity_tags(tokens: list[Mapping[str, Any]]) -> list[str]:
    """``-`` says that nobody looked; for learning it is outside."""
    return [tag if (tag := label_text(token.get("ner"))) not in ("", "-") else "O" for token in tokens]


def _paragraph_cats(paragraph: Mapping[str, Any]) -> list[str] | None:
    found = paragraph.get("cats")
    if isinstance(found, list):
        found = {item["label"]: item.get("value", 1) for item in found if isinstance(item, Mapping) and "label" in item}
    return _positive(found) if isinstance(found, Mapping) else None
