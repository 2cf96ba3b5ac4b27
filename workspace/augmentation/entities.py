"""Names in texts exchanged for others of their kind: the sentence stays, its person, place or product is another one.

After Dai & Adel, "An analysis of simple data augmentation for named entity recognition" (2020), mention replacement.
"""

import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Mention:
    """Words ``start`` to ``end`` (or characters of a text) that are one name of the kind ``label``."""

    start: int
    end: int
    label: str


def mentions_in(tags: Sequence[str]) -> list[Mention]:
    """The names that IOB1, IOB2 and IOBES tags mark, from left to right."""
    found: list[Mention] = []
    begun: int | None = None
    label = ""
    for place, tag in enumerate([*tags, "O"]):
        prefix, _, name = tag.partition("-")
        goes_on = begun is not None and name == label and prefix in ("I", "E", "L", "M")
        if begun is not None and not goes_on:
            found.append(Mention(begun, place, label))
            begun = None
        if begun is None and prefix not in ("O", ""):
            begun, label = place, name
    return found


def swap_in_words(
    words: Sequence[str],
    tags: Sequence[str],
    others: Mapping[str, Sequence[Sequence[str]]],
    pick: random.Random,
) -> tuple[list[str], list[str]] | None:
    """Every name replaced by another of its kind, tags in step. None where there is nothing to exchange.

    Args:
        others: names (as words) by kind.
    """
    new_words: list[str] = []
    new_tags: list[str] = []
    at, changed = 0, False
    style = {tag.partition("-")[0] for tag in tags}
    for mention in mentions_in(tags):
        before = list(words[mention.start : mention.end])
        choice = [list(other) for other in others.get(mention.label, ()) if list(other) != before]
        name = pick.choice(choice) if choice else before
        changed = changed or name != before
        new_words += [*words[at : mention.start], *name]
        new_tags += [*tags[at : mention.start], *_tags(len(name), mention.label, style)]
        at = mention.end
    if not changed:
        return None
    return [*new_words, *words[at:]], [*new_tags, *tags[at:]]


def _tags(count: int, label: str, style: set[str]) -> list[str]:
    """Tags of one name, in the style that the row has: with E and S, with L and U, or just B and I."""
    last, single = ("E", "S") if style & {"E", "S"} else ("L", "U") if style & {"L", "U"} else ("I", "B")
    if count == 1:
        return [f"{single}-{label}"]
    return [f"B-{label}", *[f"I-{label}"] * (count - 2), f"{last}-{label}"]


def swap_in_text(
    text: str, spans: str, others: Mapping[str, Sequence[str]], pick: random.Random
) -> tuple[str, str] | None:
    """The same for a text with a JSON list of ``{"start", "end", "label"}``. None where nothing can be exchanged.

    Overlapping names are left as they are: exchanging one would tear the other apart.
    """
    marked = json.loads(spans)
    plain = [s for s in marked if isinstance(s, dict) and {"start", "end", "label"} <= s.keys()]
    plain.sort(key=lambda s: s["start"])
    if len(plain) < len(marked) or any(a["end"] > b["start"] for a, b in pairwise(plain)):
        return None
    parts: list[str] = []
    new: list[dict[str, object]] = []
    at = length = 0
    changed = False
    for span in plain:
        before = text[span["start"] : span["end"]]
        choice = [other for other in others.get(span["label"], ()) if other != before]
        name = pick.choice(choice) if choice else before
        changed = changed or name != before
        parts += [text[at : span["start"]], name]
        length += span["start"] - at
        copied = {"text": name} if "text" in span else {}
        new.append(span | {"start": length, "end": length + len(name)} | copied)
        length += len(name)
        at = span["end"]
    if not changed:
        return None
    return "".join([*parts, text[at:]]), json.dumps(new, ensure_ascii=False)


def names_by_kind(rows: Sequence[tuple[Sequence[str], Sequence[str]]]) -> dict[str, list[tuple[str, ...]]]:
    """All names of rows of words and tags, by kind, each once."""
    found: defaultdict[str, dict[tuple[str, ...], None]] = defaultdict(dict)
    for words, tags in rows:
        for mention in mentions_in(tags):
            found[mention.label][tuple(words[mention.start : mention.end])] = None
    return {label: list(names) for label, names in found.items()}
