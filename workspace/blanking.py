"""What conversations have shown of data that is deleted is taken out of them: cards with rows, and quoted texts."""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from pydantic import JsonValue
from sqlalchemy import String, cast, or_
from sqlmodel import Session, col, select

from workspace.events import ROW_TEXTS, Card
from workspace.tables import ConversationEventRow

DELETED = "deleted with the data"
_WITH_ROWS = {kind for kind, names in ROW_TEXTS.items() if names} | {"comparison"}
"""Kinds of cards that show texts of a table, or what its cells were changed to. The numbers of a result say nothing
about a single row; they stay."""

_QUOTED = re.compile("«[^»]*»")
_LEAST = 16
"""Shorter texts (names of answers and columns) are left in sentences: taken out everywhere they would spoil others."""


def blank_events(session: Session, ids: Collection[str], instead: Card) -> int:
    """Takes out what the stored events of an owner's conversations show of the things with these ids.

    Cards with rows become ``instead``; what a tool quoted for a chat model becomes ``«deleted with the data»``; the
    same texts, where the assistant repeated them, become the mark as well. What the person wrote stays.

    Args:
        ids: of the versions of a data set, and of runs and models made from them.

    Returns:
        How many events were changed.
    """
    body = cast(col(ConversationEventRow.body), String)
    naming = select(ConversationEventRow.conversation_id).where(or_(*(body.contains(one) for one in ids)))
    changed = 0
    for conversation in sorted(set(session.exec(naming))):
        query = select(ConversationEventRow).where(ConversationEventRow.conversation_id == conversation)
        changed += _blank(list(session.exec(query.order_by(col(ConversationEventRow.seq)))), ids, instead)
    return changed


def _blank(events: list[ConversationEventRow], ids: Collection[str], instead: Card) -> int:
    calls = {event.body.get("call_id") for event in events if event.kind != "asked" and _names(event.body, ids)} - {
        None
    }
    concerned = [
        e for e in events if e.body.get("call_id") in calls or (e.kind == "card_shown" and _names(e.body, ids))
    ]
    shown: set[str] = set()
    changed = 0
    for event in concerned:
        before = event.body
        if event.kind == "tool_returned":
            shown.update(_quoted(before["data"]))
            event.body = {**before, "data": _without_quotes(before["data"])}
        elif event.kind == "card_shown" and before["card"]["kind"] in _WITH_ROWS:
            shown.update(_strings(before["card"]["data"]))
            event.body = {**before, "card": instead.model_dump(mode="json")}
        changed += event.body != before
    texts = sorted((one for one in shown if len(one) >= _LEAST), key=len, reverse=True)
    if not texts:
        return changed
    # The longest first, so that no rest of a text stays that another one begins.
    repeated = re.compile("|".join(map(re.escape, texts)))
    for event in events:
        if event.kind in ("assistant_said", "asked") and repeated.search(event.body["text"]):
            event.body = {**event.body, "text": repeated.sub(f"[{DELETED}]", event.body["text"])}
            changed += 1
    return changed


def _names(body: dict[str, Any], ids: Collection[str]) -> bool:
    text = json.dumps(body)
    return any(one in text for one in ids)


def _strings(value: JsonValue) -> Iterator[str]:
    """Every string in it, without the mark of a cut."""
    if isinstance(value, str):
        yield value.strip().rstrip("…").strip()
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)


def _quoted(value: JsonValue) -> Iterator[str]:
    for text in _strings(value):
        yield from (found[1:-1].rstrip("…").strip() for found in _QUOTED.findall(text))


def _without_quotes(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return _QUOTED.sub(f"«{DELETED}»", value)
    if isinstance(value, list):
        return [_without_quotes(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_quotes(item) for key, item in value.items()}
    return value
