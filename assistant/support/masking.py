"""A conversation without its person's data: what support staff see until they ask for more, and what is exported.

Personal data is replaced by its kind. Texts of the person's rows are replaced by their length.
"""

import re
from pathlib import PurePath

from pydantic import JsonValue

from workspace.events import (
    ROW_TEXTS,
    Answered,
    Asked,
    AssistantSaid,
    Card,
    CardShown,
    ConversationEvent,
    ErrorShown,
    FileReceived,
    ToolCalled,
    ToolReturned,
    UserSaid,
)
from workspace.privacy import hide

CELLS = "preview"
"""Where numbers are masked, too: cells may hold any."""

MOST_SHOWN = 40
"""Characters of a quotation that may be shown: names of labels and columns are shorter, texts are longer."""

_QUOTED = re.compile(r"«([^»]*)»|“([^”]*)”")


def masked_event(event: ConversationEvent) -> ConversationEvent:
    """The same event as it may be shown without a reason."""
    match event:
        case UserSaid():
            return event.model_copy(update={"text": hide(event.text)})
        case FileReceived():
            # Looked at without its ending, with which an address would be none.
            name = PurePath(event.name)
            return event.model_copy(update={"name": f"{hide(name.stem)}{name.suffix}", "key": ""})
        case AssistantSaid():
            return event.model_copy(update={"text": masked_text(event.text)})
        case ErrorShown():
            shown = {"message": masked_text(event.message), "next_step": masked_text(event.next_step)}
            return event.model_copy(update=shown)
        case ToolCalled():
            return event.model_copy(update={"args": _walk(event.args)})
        case ToolReturned():
            return event.model_copy(update={"data": _walk(event.data)})
        case Asked():
            return event.model_copy(update={"text": masked_text(event.text)})
        case Answered():
            # A button's id is ours, and the question above it names it, too.
            value = event.value if event.label and isinstance(event.value, str) else _walk(event.value)
            return event.model_copy(update={"value": value, "label": masked_text(event.label)})
        case CardShown():
            return event.model_copy(update={"card": masked_card(event.card)})
        case _:
            return event


def masked_card(card: Card) -> Card:
    """The card with the texts of rows replaced by their lengths."""
    rows = ROW_TEXTS.get(card.kind)
    data = _lengths(card.data) if rows is None else _walk(card.data, rows)
    return card.model_copy(update={"title": masked_text(card.title), "data": data})


def masked_text(text: str) -> str:
    """Without personal data; quotations that are longer than names are go, too."""
    return hide(_QUOTED.sub(_short_quotation, text))


def _short_quotation(found: re.Match[str]) -> str:
    inside = next(group for group in found.groups() if group is not None)
    if len(inside) <= MOST_SHOWN:
        return found[0]
    return f"{found[0][0]}▒ {len(inside)}{found[0][-1]}"


def _walk(value: JsonValue, rows: frozenset[str] = frozenset()) -> JsonValue:
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, list):
        return [_walk(item, rows) for item in value]
    if isinstance(value, dict):
        return {
            name: _lengths(item, numbers=name == CELLS) if name in rows else _walk(item, rows)
            for name, item in value.items()
        }
    return value


def _lengths(value: JsonValue, *, numbers: bool = False) -> JsonValue:
    if isinstance(value, list):
        return [_lengths(item, numbers=numbers) for item in value]
    if isinstance(value, dict):
        return {name: _lengths(item, numbers=numbers) for name, item in value.items()}
    if isinstance(value, str) or (numbers and value is not None):
        return f"▒ {len(str(value))}"
    return value
