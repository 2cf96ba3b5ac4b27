"""Label Studio (labelstud.io/guide/export): JSON, JSON_MIN and CSV. One row a task.

Where several people annotated a task, the row has what most of them said and ``annotations`` has each one's answer;
an answer that was marked as ground truth counts alone. Tasks about pictures, sound and film are refused.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from workspace.dataset import DataProblem
from workspace.errors import UnreadableFile
from workspace.reading.annotations.forms import Categories, Form, Row, disagreements, majority, most
from workspace.reading.annotations.label_studio_min import answers_in, is_min, task_of
from workspace.reading.annotations.label_studio_results import Result, is_media, read_result, shown_text, without_words
from workspace.reading.annotations.spans import Span, plain

_FILE = re.compile(r"\S+\.(?:png|jpe?g|gif|bmp|webp|tiff?|svg|mp3|wav|ogg|flac|m4a|mp4|avi|mov|webm)(?:\?\S*)?", re.I)
_KEPT = ("created_at", "updated_at", "lead_time")


def recognise_label_studio(records: Sequence[Any]) -> Form | None:
    """Label Studio's form, where the records are its tasks."""
    if not most(records, lambda r: _is_task(r) or is_min(r)):
        return None
    form = LabelStudio()
    tasks = [task_of([r]) if is_min(r) else r for r in records if isinstance(r, Mapping)]
    if any(map(_about_media, tasks)):
        raise UnreadableFile(
            "NOT_ABOUT_TEXT",
            "These are Label Studio's annotations of pictures, sound or film. I can only learn from texts.",
            "Export a Label Studio project whose tasks are texts.",
        )
    return form


def _is_task(record: Any) -> bool:
    if not isinstance(record, Mapping) or not isinstance(record.get("data"), Mapping):
        return False
    return any(isinstance(record.get(key), list) for key in ("annotations", "completions", "predictions"))


def _about_media(task: Mapping[str, Any]) -> bool:
    results = [item for annotation in _annotations(task) for item in annotation.get("result") or []]
    if any(map(is_media, results)):
        return True
    strings = [value for value in task["data"].values() if isinstance(value, str)]
    return bool(strings) and all(_FILE.fullmatch(value) for value in strings)


def _annotations(task: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = task.get("annotations", task.get("completions"))
    kept = [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []
    return [item for item in kept if not item.get("was_cancelled") and isinstance(item.get("result"), list | None)]


class LabelStudio:
    """Label Studio's tasks, whole ones or the rows of its short exports."""

    format = "labelstudio"

    def __init__(self) -> None:
        self._choices: dict[str, Categories] = {}
        self._texts: Counter[str] = Counter()
        self._controls: set[str] = set()
        self._spans = self._several = False
        self._shared = self._differ = 0

    def see(self, record: Any) -> None:
        """Which controls there are, whether several people annotated, which text the spans are in."""
        if not isinstance(record, Mapping):
            return
        if is_min(record):
            self._controls.update(answers_in(record))
        task = task_of([record], self._controls) if is_min(record) else record
        data = task.get("data")
        if not isinstance(data, Mapping):
            return
        results = [read_result(item) for item in _annotations(task)]
        for result in results:
            for name in result.choices:
                self._choices.setdefault(name, Categories())
            if result.spans is not None:
                self._spans = True
                self._texts.update(_texts_of(data, result.spans))
        for name, categories in self._choices.items():
            votes = [result.choices[name] for result in results if name in result.choices]
            categories.see(max(votes, key=len, default=None))

    def rows(self, records: Iterator[Any]) -> Iterator[Row]:
        """One row a task; rows of a short export that follow each other with one id are one task."""
        self._shared = self._differ = 0
        self._several = False
        for key, group in groupby(records, _key):
            if key is not None:
                yield self._row(task_of(list(group), self._controls))
                continue
            for record in group:
                if isinstance(record, Mapping):
                    yield self._row(task_of([record], self._controls) if is_min(record) else record)
                else:
                    yield {"not read": json.dumps(record, ensure_ascii=False)}

    def _row(self, task: Mapping[str, Any]) -> Row:
        data = task["data"] if isinstance(task.get("data"), Mapping) else {}
        results = [read_result(item) for item in _annotations(task)]
        counted = [result for result in results if result.truth] or results
        row = self._data(data, task)
        differ = False
        if self._spans:
            spans, same = _agreed_spans(counted)
            if (text := row.get("text")) != (shown := shown_text(text, spans or [])):
                row["text"], row["html"], text = shown, text, shown
            row["spans"] = None if spans is None else without_words(text, spans)
            differ = not same
        for name, categories in self._choices.items():
            votes = [result.choices[name] for result in counted if name in result.choices]
            agreed, same = majority(votes) if votes else ([], True)
            column = categories.column((agreed or votes[0]) if votes else None)
            row |= column if len(self._choices) == 1 else dict.fromkeys((name,), next(iter(column.values()), None))
            differ = differ or not same
        row |= _others(counted)
        self._shared += len(results) > 1
        self._differ += differ and len(results) > 1
        if len(results) > 1:
            # A truth that nobody signed is what this program settled on before; it is no one's answer.
            signed = [result for result in results if result.annotator is not None]
            row["annotations"] = [_said(result, row.get("text")) for result in signed]
        return row

    def _data(self, data: Mapping[str, Any], task: Mapping[str, Any]) -> dict[str, Any]:
        """The task's own fields, the text first, and what the tool says about it."""
        main = self._texts.most_common(1)[0][0] if self._texts else None
        if self._spans and main is None:
            strings = {key: value for key, value in data.items() if isinstance(value, str)}
            main = "text" if "text" in strings else max(strings, key=lambda key: len(strings[key]), default=None)
        row: dict[str, Any] = {}
        if main is not None and (main == "text" or "text" not in data):
            row["text"] = data.get(main)
        own = {"spans", "label", "labels", "annotations", "relations"}
        for key, value in data.items():
            if not (key == main and "text" in row):
                row[f"{key} (data)" if key in own or key in self._choices else key] = value
        if task.get("id") is not None:
            row.setdefault("id", task["id"])
        made = _annotations(task)
        if len(made) == 1:
            row.setdefault("annotator", read_result(made[0]).annotator)
            row |= {key: made[0][key] for key in _KEPT if made[0].get(key) is not None and key not in row}
        if task.get("predictions"):
            row["predictions"] = task["predictions"]
        return row | ({"meta": task["meta"]} if task.get("meta") else {})

    def problems(self) -> list[DataProblem]:
        """Where annotators differ."""
        return disagreements(self._differ, self._shared)


def _key(record: Any) -> Any:
    return str(record["id"]) if is_min(record) and record.get("id") is not None else None


def _texts_of(data: Mapping[str, Any], spans: Sequence[Span]) -> Iterator[str]:
    """The names of the texts in which the marked words stand at their place."""
    for key, value in data.items():
        if isinstance(value, str):
            placed = without_words(value, [dict(span) for span in spans])
            for span, at in zip(spans, placed, strict=True):
                if span.get("text") and value[at["start"] : at["end"]] == span["text"]:
                    yield key


def _agreed_spans(results: Sequence[Result]) -> tuple[list[Span] | None, bool]:
    if not results:
        return None, True
    if len(results) == 1:
        return results[0].spans or [], True
    kept, same = majority([[plain(span) for span in result.spans or []] for result in results])
    wanted = set(kept)
    found: dict[tuple[int, int, str], Span] = {}
    for result in results:
        for span in result.spans or []:
            if plain(span) in wanted:
                found.setdefault(plain(span), span)
    return list(found.values()), same


def _others(results: Sequence[Result]) -> dict[str, Any]:
    """Answers that are neither spans nor categories: those of the first annotator who gave them."""
    row: dict[str, Any] = {}
    for result in results:
        for name, answer in result.answers.items():
            row.setdefault(name, answer)
    relations = next((result.relations for result in results if result.relations), None)
    unplaced = [item for result in results for item in result.unplaced]
    return row | ({"relations": relations} if relations else {}) | ({"other_results": unplaced} if unplaced else {})


def _said(result: Result, text: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"annotator": result.annotator}
    if result.spans is not None:
        said["spans"] = without_words(text, result.spans)
    return said | result.choices | result.answers | ({"relations": result.relations} if result.relations else {})
