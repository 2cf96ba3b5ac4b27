"""Label Studio's results (labelstud.io/guide/export): what one annotator did in one task, sorted by control."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workspace.reading.annotations.spans import Span, by_surface, label_text, offset

CHOICES = frozenset({"choices", "taxonomy"})
SPANS = ("labels", "hypertextlabels", "paragraphlabels")
_PLAIN = {"rating": "rating", "number": "number", "textarea": "text", "datetime": "datetime", "pairwise": "selected"}
MEDIA = frozenset(
    "rectangle rectanglelabels polygon polygonlabels brush brushlabels keypoint keypointlabels ellipse ellipselabels "
    "videorectangle video timeserieslabels vector vectorlabels bitmask bitmasklabels magicwand timelinelabels".split()
)
_DRAWN = frozenset({"original_width", "points", "rle", "x", "channel", "sequence"})
PATH = " > "
_MARKUP = re.compile(r"<[^<>]*>")


@dataclass
class Result:
    """What one annotator did: spans, categories by control, other answers by control, relations, what has no place."""

    annotator: Any = None
    truth: bool = False
    spans: list[Span] | None = None
    choices: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    relations: list[dict[str, Any]] = field(default_factory=list)
    unplaced: list[Any] = field(default_factory=list)


def is_media(item: Any) -> bool:
    """Whether a result marks a picture, sound or film."""
    if not isinstance(item, Mapping):
        return False
    value = item.get("value", item)
    drawn = isinstance(value, Mapping) and not _DRAWN.isdisjoint(value)
    return drawn or str(item.get("type", "")).lower() in MEDIA


def read_result(annotation: Mapping[str, Any]) -> Result:
    """One annotation of a task."""
    by = annotation.get("completed_by")
    found = Result(by.get("email") or by.get("id") if isinstance(by, Mapping) else by)
    found.truth = annotation.get("ground_truth") is True
    regions: dict[Any, list[Span]] = {}
    items = annotation.get("result")
    for item in items if isinstance(items, list) else []:
        if isinstance(item, Mapping):
            _take(item, found, regions)
    return found


def _take(item: Mapping[str, Any], found: Result, regions: dict[Any, list[Span]]) -> None:
    kind, value = str(item.get("type", "")).lower(), item.get("value")
    name = label_text(item.get("from_name")) or kind
    if kind == "relation":
        kept = {key: item[key] for key in ("from_id", "to_id", "direction", "labels") if key in item}
        found.relations.append(kept)
    elif not isinstance(value, Mapping):
        found.unplaced.append(dict(item))
    elif kind in SPANS:
        spans = region(value, kind, item.get("id"))
        if spans is None:
            found.unplaced.append(dict(item))
            return
        found.spans = [*(found.spans or []), *spans]
        regions[item.get("id")] = spans
    elif kind in CHOICES:
        names = chosen(value.get(kind))
        if item.get("id") in regions:
            for span in regions[item.get("id")]:
                span[name] = names
        else:
            found.choices.setdefault(name, []).extend(names)
    elif kind in _PLAIN:
        answer = value.get(_PLAIN[kind])
        single = isinstance(answer, list) and len(answer) == 1
        found.answers[name] = answer[0] if single and isinstance(answer, list) else answer
    else:
        found.unplaced.append(dict(item))


def region(value: Mapping[str, Any], kind: str, number: Any = None) -> list[Span] | None:
    """The spans of one region, one for each of its labels; None where its place is no number of characters."""
    whole = value.get("globalOffsets")
    placed = whole if isinstance(whole, Mapping) else value
    start, end = offset(placed.get("start")), offset(placed.get("end"))
    if start is None or end is None or kind == "paragraphlabels":
        return None
    labels = next((value[key] for key in (kind, *SPANS) if isinstance(value.get(key), list)), None) or [""]
    more = {"id": number} if number is not None else {}
    words = {"text": value["text"]} if isinstance(value.get("text"), str) else {}
    return [{"start": start, "end": end, "label": label_text(label), **more, **words} for label in labels]


def chosen(value: Any) -> list[str]:
    """Categories of a choice or a taxonomy; the steps of a path are joined."""
    items = value if isinstance(value, list) else [value]
    return [PATH.join(map(label_text, item)) if isinstance(item, list) else label_text(item) for item in items]


def without_words(text: Any, spans: list[Span]) -> list[Span]:
    """The spans put to characters by their words, and without these."""
    placed = by_surface(text, spans) if isinstance(text, str) else spans
    return [{key: value for key, value in span.items() if key != "text"} for span in placed]


def shown_text(text: Any, spans: list[Span]) -> Any:
    """The text that the offsets count: of a web page what is shown of it, where the marked words prove it."""
    if not isinstance(text, str) or "<" not in text or not spans:
        return text
    shown = html.unescape(_MARKUP.sub("", text))
    return shown if _fitting(shown, spans) > _fitting(text, spans) else text


def _fitting(text: str, spans: list[Span]) -> int:
    return sum(1 for span in spans if span.get("text") and text[span["start"] : span["end"]] == span["text"])
