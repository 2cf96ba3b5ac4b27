"""What a person's answer to a question means. Only words that are a yes and nothing else are a yes."""

import re
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import JsonValue

from workspace.events import Asked, Option

Verdict = Literal["yes", "no", "other"]

_ORDINALS = {"first": 1, "second": 2, "third": 3, "1st": 1, "2nd": 2, "3rd": 3, "erste": 1, "zweite": 2, "dritte": 3}
_MOST_WORDS = 10


@cache
def _phrases() -> dict[str, frozenset[tuple[str, ...]]]:
    """Phrases as words: what says yes, what says no, and what says nothing beside them."""
    raw = yaml.safe_load((Path(__file__).parent / "answers.yaml").read_text("utf-8"))
    return {kind: frozenset(tuple(str(phrase).split()) for phrase in phrases) for kind, phrases in raw.items()}


def normal(text: str) -> str:
    """Lower case, without outer punctuation and doubled spaces."""
    return re.sub(r"\s+", " ", text.casefold().replace("’", "'").strip(" \t\r\n.!?…,;:\"'«»“”👍")).strip()


def verdict(text: str) -> Verdict:
    """Whether a typed text is plainly a yes or a no: "looks good, go" is, "yes, but with 3 epochs" is neither.

    Every word of it has to belong to a phrase that says so, and a question is no answer.
    """
    if "?" in text.strip().rstrip("?"):
        return "other"
    words = tuple(re.findall(r"[^\s.,;:!?…\"“”«»()\-–—]+", normal(text)))
    if not words or len(words) > _MOST_WORDS:
        return "other"
    if text.rstrip().endswith("?") and len(words) > 1:
        return "other"
    if _covered(words, "yes"):
        return "yes"
    return "no" if _covered(words, "no") else "other"


def _covered(words: tuple[str, ...], kind: str) -> bool:
    """Whether the words are a row of such phrases and fillers, with at least one such phrase among them."""
    told, filler = _phrases()[kind], _phrases()["filler"]
    # reached[n]: how the first n words can be read; True where one of the phrases is among them.
    reached: list[set[bool]] = [{False}] + [set() for _ in words]
    for end in range(1, len(words) + 1):
        for start in range(end):
            part = words[start:end]
            if part in told and reached[start]:
                reached[end].add(True)
            elif part in filler:
                reached[end] |= reached[start]
    return True in reached[-1]


def option_of(asked: Asked, value: JsonValue) -> Option | None:
    """The option that was meant: by its id, by what stands on the button, or by its number."""
    if not isinstance(value, str):
        return None
    said = normal(value)
    by_id = next((option for option in asked.options if option.id == value), None)
    by_label = by_id or next((o for o in asked.options if normal(o.label) == said or normal(o.id) == said), None)
    return by_label or (None if asked.ask in ("text", "form") else _by_number(said, asked))


def _by_number(said: str, asked: Asked) -> Option | None:
    """ "2", "option 2", "the second one"."""
    found = re.fullmatch(
        r"(?:i (?:take|choose) )?(?:option |number |nr |no |the |die |das )?([a-z\d]+)(?: one| option)?", said
    )
    number = int(found[1]) if found and found[1].isdecimal() else _ORDINALS.get(found[1], 0) if found else 0
    return asked.options[number - 1] if 1 <= number <= len(asked.options) else None


def decline_of(asked: Asked) -> Option:
    """The option that says no to an approval."""
    accept = asked.approval.accept if asked.approval else None
    return next((option for option in asked.options if option.id != accept), Option(id="no", label="No"))
