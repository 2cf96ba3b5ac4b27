"""The wizard's own words in other languages, from prompts/languages/; what has no translation is said in English.

One file a language: ``says`` and ``after`` are templates under the keys of prompts/guide/, ``phrases`` are buttons and
questions by their English words, ``sentences`` are what tools say, with {places} that stand for anything, ``units`` are
spans of time, ``words`` are what the language is known by, ``asked`` is how somebody asks for it.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from workspace.events import Asked

FOLDER = Path(__file__).parent.parent / "prompts" / "languages"
ENGLISH = "en"
_MOST_WORDS = 40
_PLACE = re.compile(r"\\\{(\w+)\\\}")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_QUOTED = re.compile(r"[\"“„«][^\"“”„«»]*[\"“”»]")
_TEXTS_OF_OTHERS = frozenset({"try_model", "label_examples", "change_categories", "answer_example"})
"""What is typed for these tools is text to read or a name, and says nothing of the person's language."""

_speaking: ContextVar[str] = ContextVar("speaking", default=ENGLISH)


@dataclass(frozen=True)
class Catalogue:
    """One language."""

    code: str
    name: str
    says: dict[str, str]
    after: dict[str, str]
    phrases: dict[str, str]
    sentences: tuple[tuple[re.Pattern[str], str], ...]
    units: dict[str, str]
    thousands: str
    words: frozenset[str]
    asked: re.Pattern[str]


@cache
def languages() -> tuple[str, ...]:
    """Codes of all languages, English first."""
    return (ENGLISH, *sorted({path.stem for path in FOLDER.glob("*.yaml")} - {ENGLISH}))


@cache
def catalogue(code: str) -> Catalogue:
    """The language's texts. English has none of its own here, only the words that it is known by."""
    raw = yaml.safe_load((FOLDER / f"{code}.yaml").read_text("utf-8"))
    patterns = ((_pattern(english), said) for english, said in raw.get("sentences", {}).items())
    return Catalogue(
        code=code,
        name=raw["language"],
        says=raw.get("says", {}),
        after=raw.get("after", {}),
        phrases=raw.get("phrases", {}),
        sentences=tuple(patterns),
        units=raw.get("units", {}),
        thousands=raw.get("thousands", ","),
        words=frozenset(str(raw["words"]).split()),
        asked=re.compile(raw["asked"], re.IGNORECASE),
    )


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(english)), re.DOTALL)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Within the block, the wizard's own words are in this language."""
    token = _speaking.set(code)
    try:
        yield
    finally:
        _speaking.reset(token)


def spoken() -> Catalogue | None:
    """The language of the moment; None for English."""
    code = _speaking.get()
    return None if code == ENGLISH else catalogue(code)


def translated(text: str) -> str:
    """A sentence or a phrase of the wizard in the language of the moment, else as it is.

    What somebody's file holds stands between « and », and is left alone.
    """
    language = spoken()
    if language is None:
        return text
    if text in language.phrases:
        return language.phrases[text]
    for pattern, said in language.sentences:
        if found := pattern.fullmatch(text):
            return said.format(**{name: translated(value) for name, value in found.groupdict().items()})
    return text


def in_units(text: str) -> str:
    """``3 to 5 minutes`` in the language of the moment."""
    language = spoken()
    if language is None:
        return text
    return re.sub(r"[a-z]+", lambda word: language.units.get(word[0], word[0]), text)


def asked_in(asked: Asked, code: str) -> Asked:
    """A question with its buttons and fields in a language; ids stay as they are."""
    if code == ENGLISH:
        return asked
    with speaking(code):
        options = [option.model_copy(update={"label": translated(option.label)}) for option in asked.options]
        fields = [
            field.model_copy(update={"label": translated(field.label), "help": translated(field.help)})
            for field in asked.fields
        ]
        return asked.model_copy(update={"text": translated(asked.text), "options": options, "fields": fields})


def language_of(messages: Sequence[BaseMessage]) -> str:
    """The language of a conversation: the one asked for last, else the one written in last; English at first.

    Texts that were typed for the model, and what stands between quotation marks, do not count.
    """
    code, fixed = ENGLISH, False
    for place, message in enumerate(messages):
        if not isinstance(message, HumanMessage) or message.additional_kwargs:
            continue
        behind = messages[place + 1] if place + 1 < len(messages) else None
        if isinstance(behind, AIMessage) and any(call["name"] in _TEXTS_OF_OTHERS for call in behind.tool_calls):
            continue
        if wanted := language_asked(message.text):
            code, fixed = wanted, True
        elif not fixed:
            code = language_written(message.text) or code
    return code


def language_asked(text: str) -> str:
    """The language that somebody asks to be spoken to in: "auf Deutsch bitte"; empty where they ask for none."""
    if len(text.split()) > 8:
        return ""
    return next((code for code in languages() if catalogue(code).asked.search(text)), "")


def language_written(text: str) -> str:
    """The language of a message by its small words; empty where it cannot be told."""
    said = [word.casefold() for word in _WORD.findall(_QUOTED.sub(" ", text))][:_MOST_WORDS]
    if any("\u0600" <= letter <= "\u06ff" for word in said for letter in word):
        return "ar"
    hits = {code: sum(word in catalogue(code).words for word in said) for code in languages()}
    best = max(hits, key=lambda code: hits[code])
    others = max(count for code, count in hits.items() if code != best)
    return best if hits[best] > others else ""


def placeholders(template: str) -> set[str]:
    """What a template or a phrase needs to be given: ``journey.model_id``, ``data.rows``, ``{name}``."""
    code = " ".join(re.findall(r"\{[{%](.*?)[}%]\}", template, re.DOTALL))
    own = set(re.findall(r"\bset (\w+)", code)) | set(re.findall(r"\bfor (\w+)", code))
    code = re.sub(r"'[^']*'", " ", code)
    paths = re.findall(r"(?<![\w.|])([a-z_]+(?:\.[a-z_]+)*)", re.sub(r"\|\s*\w+", " ", code))
    needed = {path for path in paths if path.split(".")[0] not in _JINJA | own}
    return needed | set(re.findall(r"(?<!\{)\{(\w+)\}(?!\})", template))


_JINJA = frozenset(
    "if elif else endif for endfor in set and or not is defined loop true false none range format get items".split()
)


def shown_number(text: str) -> str:
    """``1,772`` as it is written in the language of the moment."""
    language = spoken()
    return text if language is None else text.replace(",", language.thousands)


@cache
def welcome_words() -> dict[str, Any]:
    """The first screen in every language, by its English words; the page takes the one of the browser."""
    return {code: {english: catalogue(code).phrases[english] for english in WELCOME} for code in languages()[1:]}


WELCOME = (
    "Train a model that reads text for you",
    "I help you train your own model, step by step, and you need no experience for it. You bring a table with "
    "examples, such as past mails and the team each one went to. After a few minutes you know how well it works, "
    "can try it, and take it with you.",
    "Sort messages",
    "Find names in text",
    "Write text",
    "See it with sample data",
    "I want to sort messages into groups",
    "I want to find names and other details in text",
    "I want a model that writes text",
    "Show me how it works with sample data",
    "Or drop a file anywhere on this page. Excel, CSV, JSON and Parquet are fine.",
)
