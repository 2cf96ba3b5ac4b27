"""What can be read out of a message by rule: times, settings, columns, quoted texts, names of methods and models."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from workspace.dataset import TaskKind
from workspace.plan import TrainingPlan
from workspace.recipe import Recipe, load_recipes

_NUMBER = r"(\d+(?:[.,]\d+)?(?:e-?\d+)?)"
_QUOTED = re.compile(r"[\"“”„«`]([^\"“”„«»`]{2,})[\"“”»`]|(?<!\w)['‘’]([^'‘’]{3,})['‘’](?!\w)")
_MODEL_ID = re.compile(r"\b([A-Za-z][\w.]*[-/][\w./-]*\w)\b")
_FILE = re.compile(r"[\w()\[\] .-]*[\w)\]]\.(?:csv|tsv|txt|xlsx?|jsonl?|parquet|ods)\b", re.IGNORECASE)
_PERCENT = r"(\d{1,2})\s*(?:%|percent|prozent|pour cent|por ciento)"
_PERCENT_TEST = re.compile(rf"{_PERCENT}\s*(?:\w+\s+){{0,4}}?(?:test\w*|exam|aside|held out)", re.I)
_TEST_PERCENT = re.compile(rf"\b(?:test\w*|exam|hold ?out)\b[^\d.,;]{{0,20}}?{_PERCENT}", re.I)
_BUDGET = re.compile(
    r"\b(?:budget|time limit|max(?:imum)? time)\b\s*(?:of|to|is|=|:)?\s*(\d{1,6})(?![\w.,%]*\d)\s*$", re.I
)
_ASSIGNED = re.compile(r"""(?<![\w.=])([a-z]\w*)=("[^"]*"|[^\s,;"]*(?:,(?!\s)[^\s,;="]+)*)""")
_SPLIT = re.compile(r"\b(\d{2})\s*/\s*(\d{1,2})(?:\s*/\s*(\d{1,2}))?\b")


@cache
def words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text("utf-8"))
    return loaded


def seconds_in(text: str) -> int | None:
    """A span of time in seconds: ``in 5 minutes``, ``half an hour``, ``90 s``. None where there is none."""
    units, amounts = words()["units"], words()["amounts"]
    any_unit = "|".join(units.values())
    amount = "|".join(amounts.values())
    found = re.search(rf"(?<![\w.]){_NUMBER}\s*-?\s*({any_unit})\b", text, re.IGNORECASE)
    if found:
        return round(float(found[1].replace(",", ".")) * _key(units, found[2]))
    found = re.search(rf"\b({amount})\s+({any_unit})\b", text, re.IGNORECASE)
    if found and len(found[2]) > 1:
        return round(_key(amounts, found[1]) * _key(units, found[2]))
    return None


def _key(table: dict[float, str], said: str) -> float:
    return next(value for value, pattern in table.items() if re.fullmatch(pattern, said, re.IGNORECASE))


def texts_to_try(text: str) -> list[str]:
    """What should be given to the model: after ``try:`` or ``classify``, or between quotation marks."""
    return text_led_to(text) or quoted(text)


def text_led_to(text: str) -> list[str]:
    """The text behind words that plainly hand one over: ``try this: …``, ``classify …``."""
    leads = words()["leads"]
    for pattern in (leads["with_colon"], leads["bare"]):
        if (found := re.match(rf"\s*(?:{pattern})(\S.*)$", text, re.IGNORECASE | re.DOTALL)) and found[1].strip():
            return quoted(found[1]) or [found[1].strip()]
    return []


def quoted(text: str) -> list[str]:
    return [first or second for first, second in _QUOTED.findall(text)]


def file_named(text: str) -> str:
    """A file's name in the text; empty where there is none."""
    found = _FILE.search(text)
    return found[0].strip() if found else ""


def columns_in(text: str, columns: Sequence[str]) -> dict[str, str]:
    """Columns that are named together with what they are for: ``{"text": "Body", "label": "Team"}``.

    Each name goes with the nearest word for a role, so that "Body as the text and Team as the label" is read right.
    """
    named = _named(text, columns)
    roles = [
        (found.start(), found.end(), role)
        for role, pattern in words()["roles"].items()
        for found in re.finditer(rf"\b(?:{pattern})\b", text, re.IGNORECASE)
        if not any(start <= found.start() < end for start, end, _ in named)
    ]
    # Nearest pairs of the same clause first; each column and each role word goes into one pair only.
    borders = [
        found.start() for found in _CLAUSE.finditer(text) if not any(a <= found.start() < b for a, b, _ in named)
    ]
    pairs = sorted(
        (
            sum(min(role[0], column[0]) <= border < max(role[0], column[0]) for border in borders),
            max(role[0] - column[1], column[0] - role[1]),
            number,
            column[0],
        )
        for column in named
        for number, role in enumerate(roles)
    )
    result: dict[str, str] = {}
    used: set[int] = set()
    names = {start: name for start, _, name in named}
    for _, _, number, start in pairs:
        role = roles[number][2]
        if number not in used and start in names and role not in result:
            used.add(number)
            result[role] = names.pop(start)
    return result


_CLAUSE = re.compile(r"[,;.]|\b(?:and|und|et|y)\b", re.IGNORECASE)
_SAID_AS = re.compile(
    r"\b(?:use|take|nimm|verwende|prends|usa)\s+(?:the\s+column\s+)?[\"“„']?(.+?)[\"”“']?\s+(?:as|als|comme|como)\s+"
    r"(?:the\s+|den\s+|die\s+|le\s+|la\s+|el\s+)?(text|label|answer|antwort|réponse|respuesta)\b",
    re.IGNORECASE,
)


_SAID_COLUMN = re.compile(
    r"\b(?:use|take|learn|want|nimm|verwende|prends|utilise|usa)\s+(?:the\s+|die\s+|la\s+)?"
    r"(?:column|spalte|colonne|columna)\s+[\"“„']?([^\"”“'.,;!?]{1,60})",
    re.IGNORECASE,
)


def column_said(text: str) -> str:
    """What somebody calls a column in "use the column X", whether it exists or not; empty where none is named."""
    found = _SAID_COLUMN.search(text)
    return found[1].strip() if found else ""


def columns_said(text: str) -> dict[str, str]:
    """Columns as somebody calls them in "use X as the text and Y as the answer", whether they exist or not."""
    told: dict[str, str] = {}
    for part in re.split(r"\s+(?:and|und|et|y)\s+|,\s*", text):
        found = _SAID_AS.search(part if _SAID_AS.search(part) else f"use {part}")
        if found and len(found[1]) <= 80:
            told["text" if found[2].lower() == "text" else "label"] = found[1]
    return told


def column_alone(text: str, columns: Sequence[str]) -> str:
    """The only column that is named; empty where there is none or more than one."""
    names = {name for _, _, name in _named(text, columns)}
    return names.pop() if len(names) == 1 else ""


def _named(text: str, columns: Sequence[str]) -> list[tuple[int, int, str]]:
    """Places of column names, longest names first, so that "Text type" is not also "Text"."""
    taken: list[tuple[int, int, str]] = []
    for name in sorted((c for c in columns if c.strip()), key=len, reverse=True):
        for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
            if not any(start < found.end() and found.start() < end for start, end, _ in taken):
                taken.append((found.start(), found.end(), name))
    # Spelled exactly as in the file beats a common word that happens to be a column's name.
    exact = [place for place in taken if text[place[0] : place[1]] == place[2]]
    return sorted(exact or taken)


@dataclass
class Wishes:
    """What a message asks to be different in a plan; ``revise_plan`` checks it."""

    changes: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.changes)


def wishes_in(text: str) -> Wishes:
    """Settings, method, base model, time and split that are named in the text."""
    wishes = Wishes()
    rest = _settings(_switches(_assigned(text, wishes), wishes), wishes)
    if found := _BUDGET.search(rest):
        wishes.changes["budget_seconds"] = int(found[1])
    if (seconds := seconds_in(rest)) is not None:
        wishes.changes["budget_seconds"] = seconds
    _split(rest, wishes)
    for metric, pattern in words()["metrics"].items():
        if re.search(pattern, rest, re.IGNORECASE):
            wishes.changes["metric"] = metric
    if recipe := _recipe(rest):
        wishes.changes.setdefault("recipe", recipe)
    if base := _base(rest):
        wishes.changes.setdefault("base", base)
    if only := _only_recipe(wishes.changes):
        wishes.changes["recipe"] = only
    return wishes


def _assigned(text: str, wishes: Wishes) -> str:
    """Takes ``name=value`` out of the text, as the forms and developers write it; returns what is left."""

    def take(found: re.Match[str]) -> str:
        if found[1] not in _plan_names():
            return found[0]
        wishes.changes[found[1]] = _assigned_value(found[2])
        return " "

    return _ASSIGNED.sub(take, text)


def _assigned_value(said: str) -> str | int | float | bool | None:
    if said.startswith('"'):
        return said.strip('"')
    said = said.rstrip(".!?")
    if said.casefold() in ("true", "false"):
        return said.casefold() == "true"
    return _value(said) if re.fullmatch(r"-?\d+(?:\.\d*)?(?:e-?\d+)?", said, re.IGNORECASE) else said or None


@cache
def _plan_names() -> frozenset[str]:
    """Everything that can be set in a plan, by its own name."""
    return frozenset(
        (*TrainingPlan.model_fields, *(name for recipe in load_recipes().values() for name in recipe.settings))
    )


def _only_recipe(changes: dict[str, Any]) -> str:
    """The method that alone can do all that was said, where it is plain: two settings or more, and no method named."""
    owners = [
        {recipe.name for recipe in load_recipes().values() if name in recipe.settings and not _marks(recipe)}
        for name in changes
    ]
    owners = [known for known in owners if known]
    both = set.intersection(*owners) if len(owners) > 1 else set()
    return both.pop() if len(both) == 1 and "recipe" not in changes else ""


def _marks(recipe: Recipe) -> bool:
    """Whether it marks words or writes: such data says so itself, and has its own methods."""
    return TaskKind.CLASSIFICATION not in recipe.tasks


def _switches(text: str, wishes: Wishes) -> str:
    """Takes what is set without a value out of the text, "freeze the embeddings"; returns what is left."""
    if found := re.search(words()["frozen_first"], text, re.IGNORECASE):
        wishes.changes["frozen_layers"] = int(found[1])
        text = text[: found.start()] + " " + text[found.end() :]
    for name, value, pattern in words()["switches"]:
        if name not in wishes.changes and (found := re.search(pattern, text, re.IGNORECASE)):
            wishes.changes[name] = value
            text = text[: found.start()] + " " + text[found.end() :]
    return text


def _settings(text: str, wishes: Wishes) -> str:
    """Takes ``name value`` and ``value name`` pairs out of the text; returns what is left."""
    for name, pattern in _setting_patterns().items():
        plain = rf"(?<!\w)(?:{pattern})(?!\w)"
        if choices := _choices().get(name):
            said = "|".join(map(re.escape, choices))
            between = r"\s*(?:=|:|to|is|on|auf)?\s*"
            found = re.search(rf"{plain}{between}({said})(?!\w)|(?<!\w)({said})\s+{plain}", text, re.IGNORECASE)
            if found:
                wishes.changes[name] = (found[1] or found[2]).lower()
                text = text[: found.start()] + " " + text[found.end() :]
            continue
        after = re.search(rf"{plain}\s*(?:of|to|is|=|:|auf|von|à|de|a)?\s*{_NUMBER}(?!\w)", text, re.IGNORECASE)
        before = re.search(rf"(?<![\w.]){_NUMBER}\s+{plain}", text, re.IGNORECASE)
        found = after or before
        if found:
            wishes.changes[name] = _value(found[1])
            text = text[: found.start()] + " " + text[found.end() :]
            continue
        switch = re.search(rf"{plain}\s*(?:=|:|to|is)?\s*(on|off|true|false)\b", text, re.IGNORECASE)
        if switch:
            wishes.changes[name] = switch[1].lower() in ("on", "true")
            text = text[: switch.start()] + " " + text[switch.end() :]
    return text


@cache
def _setting_patterns() -> dict[str, str]:
    """For each thing that can be set, its own name with any separators, and its other names."""
    patterns = dict(words()["settings"])
    for recipe in load_recipes().values():
        for name in recipe.settings:
            own = re.escape(name).replace("_", "[ _-]?")
            patterns[name] = f"{patterns[name]}|{own}" if name in patterns else own
    return patterns


@cache
def _choices() -> dict[str, tuple[str, ...]]:
    """The names that each setting can have which is one of several names."""
    found: dict[str, tuple[str, ...]] = {}
    for recipe in load_recipes().values():
        for name, knob in recipe.settings.items():
            if knob.choices:
                found[name] = tuple(dict.fromkeys((*found.get(name, ()), *knob.choices)))
    return found


def _value(said: str) -> int | float:
    number = float(said.replace(",", "."))
    return int(number) if number.is_integer() and "e" not in said.lower() and "." not in said else number


def _split(text: str, wishes: Wishes) -> None:
    if found := _PERCENT_TEST.search(text) or _TEST_PERCENT.search(text):
        wishes.changes["test_fraction"] = int(found[1]) / 100
    elif found := _SPLIT.search(text):
        parts = [int(part) for part in found.groups() if part]
        if sum(parts) == 100:
            wishes.changes["test_fraction"] = parts[-1] / 100
            if len(parts) == 3:
                wishes.changes["valid_fraction"] = round(parts[1] / (parts[0] + parts[1]), 4)


def _recipe(text: str) -> str:
    for name, pattern in words()["recipes"].items():
        if re.search(rf"\b(?:{pattern})\b", text, re.IGNORECASE):
            return str(name)
    return next((name for name in load_recipes() if re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)), "")


def _base(text: str) -> str:
    """A base model's name: one with a slash, or one that looks like ``deberta-v3-small``."""
    for found in _MODEL_ID.finditer(text):
        name = found[1]
        looks = re.fullmatch(r"[\w.-]{3,}/(?=.*[-\d])[\w.-]{3,}", name) or re.fullmatch(r"[A-Za-z]+-.*\d.*", name)
        if looks and not _FILE.fullmatch(name):
            return name
    return ""


def pasted_plan(text: str) -> dict[str, Any]:
    """A plan as YAML or JSON, whole or in part, such as the card shows it; empty where the text is none.

    Fences and a word before them do not matter. What is in it is checked by ``revise_plan``.
    """
    body = found[1] if (found := re.search(r"```(?:ya?ml|json)?\s*\n(.*?)```", text, re.DOTALL)) else text
    if body.count(":") < 2 or len(body.strip().splitlines()) < 2 or len(body) > _LONGEST_PLAN:
        return {}
    try:
        loaded = yaml.safe_load(body)
    except yaml.YAMLError:
        return {}
    if not isinstance(loaded, dict) or not all(isinstance(key, str) for key in loaded):
        return {}
    if not _plan_names() & set(loaded):
        return {}
    return loaded


_LONGEST_PLAN = 20_000
