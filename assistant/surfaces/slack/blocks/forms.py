"""Forms in windows of their own (modals): fields in, values or faults out. What is filled in is never trusted."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field, JsonValue

from assistant.surfaces.slack.blocks.elements import Block, choice
from assistant.surfaces.slack.blocks.text import escaped, mrkdwn, plain_text, plain_words
from workspace.events import FormField

_BLOCKS = 100
_OPTIONS = 100
_TEXT = 3_000
_INPUT = "value"


class Entry(BaseModel):
    """One field. ``options``: what is stored, and the words for it."""

    name: str
    label: str
    kind: Literal["text", "number", "choice", "several", "boolean"]
    help: str = ""
    value: JsonValue = None
    options: list[tuple[str, str]] = Field(default_factory=list)
    minimum: float | None = None
    maximum: float | None = None
    group: str = Field(default="", description="the heading that it stands under")
    required: bool = False
    long: bool = Field(default=False, description="a text of several lines")


class Filled(BaseModel):
    """What came back. ``errors``: by ``block_id``, for ``response_action: errors``; empty where all is well."""

    values: dict[str, JsonValue] = Field(default_factory=dict)
    errors: dict[str, str] = Field(default_factory=dict)


def entry_of(field: FormField, group: str = "", help_: str = "") -> Entry:
    """A field as the web's forms have it."""
    return Entry(
        name=field.name,
        label=field.label,
        kind=field.kind,
        help=help_ or field.help,
        value=field.value,
        options=[(option, option) for option in field.options],
        minimum=field.minimum,
        maximum=field.maximum,
        group=group,
    )


def modal(
    callback_id: str, title: str, entries: Sequence[Entry], private_metadata: str, submit: str, intro: str = ""
) -> dict[str, Any]:
    """A view for ``views.open``. ``private_metadata``: at most 3,000 characters, comes back as it is."""
    if len(private_metadata) > 3_000:
        raise ValueError("private_metadata has more than 3,000 characters")
    blocks: list[Block] = []
    if words := escaped(intro).strip():
        blocks.append({"type": "section", "text": mrkdwn(words)})
    group = ""
    for number, entry in enumerate(entries):
        if entry.group != group:
            group = entry.group
            blocks.append({"type": "header", "text": plain_text(group, 150)})
        blocks.append(_input(number, entry))
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain_text(title, 24),
        "submit": plain_text(submit, 24),
        "close": plain_text("Leave it", 24),
        "private_metadata": private_metadata,
        "blocks": blocks[:_BLOCKS],
    }


def filled(entries: Sequence[Entry], view_state: dict[str, Any]) -> Filled:
    """The values of a ``view_submission`` (its ``view.state``, or that one's ``values``), every fault named at once."""
    state = view_state.get("values", view_state)
    found = Filled()
    for number, entry in enumerate(entries):
        block_id = block_id_of(number, entry)
        if block_id not in state:
            continue
        value, fault = _read(entry, state[block_id].get(_INPUT) or {})
        if fault:
            found.errors[block_id] = fault
        else:
            found.values[entry.name] = value
    return found


def block_id_of(number: int, entry: Entry) -> str:
    return f"field:{number}:{entry.name}"[:255]


def _input(number: int, entry: Entry) -> Block:
    block: Block = {
        "type": "input",
        "block_id": block_id_of(number, entry),
        "label": plain_text(entry.label, 2_000),
        "element": _element(entry),
        "optional": not entry.required,
    }
    hint = " ".join(part for part in (entry.help, _range(entry)) if part)
    if hint:
        block["hint"] = plain_text(hint, 2_000)
    return block


def _element(entry: Entry) -> Block:
    if entry.kind in ("text", "number"):
        return _written(entry)
    options = [choice(words, str(n)) for n, (_, words) in enumerate(_options(entry))]
    if entry.kind == "several":
        chosen = [options[n] for n, (name, _) in enumerate(_options(entry)) if name in _names(entry.value)]
        several: Block = {"type": "multi_static_select", "action_id": _INPUT, "options": options}
        return {**several, "initial_options": chosen} if chosen else several
    single: Block = {"type": "static_select", "action_id": _INPUT, "options": options}
    at = [n for n, (name, _) in enumerate(_options(entry)) if name == _stored(entry.value)]
    return {**single, "initial_option": options[at[0]]} if at else single


def _written(entry: Entry) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": _INPUT, "max_length": _TEXT}
    if entry.long:
        element["multiline"] = True
    shown = number_words(entry.value) if entry.kind == "number" else str(entry.value or "")
    if shown:
        element["initial_value"] = shown[:_TEXT]
    return element


def _read(entry: Entry, answer: dict[str, Any]) -> tuple[JsonValue, str]:
    """Value and fault of one field."""
    options = _options(entry)
    if entry.kind == "several":
        found = [_at(options, chosen) for chosen in answer.get("selected_options") or []]
        if entry.required and not found:
            return None, "Choose at least one."
        return [name for name in found if name is not None], ""
    if entry.kind in ("choice", "boolean"):
        name = _at(options, answer.get("selected_option"))
        if name is None and entry.required:
            return None, "Choose one."
        return (name == "true" if name is not None and entry.kind == "boolean" else name), ""
    text = str(answer.get("value") or "").strip()
    if entry.required and not text:
        return None, "Write something here."
    return _number(entry, text) if entry.kind == "number" and text else (text or None, "")


def _number(entry: Entry, text: str) -> tuple[JsonValue, str]:
    try:
        number = float(text.replace(",", "") if "." in text else text.replace(",", "."))
    except ValueError:
        return None, "Write a number, such as 10 or 0.5."
    if number != number or number in (float("inf"), float("-inf")):
        return None, "Write a number, such as 10 or 0.5."
    low, high = entry.minimum, entry.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        return None, f"This has to be {_range(entry)}."
    return (int(number) if number == int(number) else number), ""


def _at(options: Sequence[tuple[str, str]], chosen: Any) -> str | None:
    """What is stored for a chosen option; its value is its place in the list."""
    place = str(chosen.get("value", "")) if isinstance(chosen, dict) else ""
    known = place.isdecimal() and place.isascii() and int(place) < len(options)
    return options[int(place)][0] if known else None


def _options(entry: Entry) -> list[tuple[str, str]]:
    """At most 100, the present ones among them; Slack has no menus without options."""
    if entry.kind == "boolean":
        return [("true", "yes"), ("false", "no")]
    present = _names(entry.value)
    first = [option for option in entry.options if option[0] in present]
    kept = [*first, *(option for option in entry.options if option[0] not in present)][:_OPTIONS]
    return [option for option in entry.options if option in kept] or [("", "–")]


def _names(value: JsonValue) -> set[str]:
    return {str(name) for name in value} if isinstance(value, list) else {_stored(value)}


def _stored(value: JsonValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _range(entry: Entry) -> str:
    low, high = entry.minimum, entry.maximum
    if low is not None and high is not None:
        return f"{number_words(low)} to {number_words(high)}"
    if low is not None:
        return f"{number_words(low)} or more"
    return f"{number_words(high)} or less" if high is not None else ""


def number_words(value: JsonValue) -> str:
    """A number as people write it: ``0.00002``, never ``2e-05``."""
    if value is None or isinstance(value, bool) or not isinstance(value, (int, float)):
        return plain_words(str(value), 100) if value not in (None, "") else ""
    return f"{value:.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
