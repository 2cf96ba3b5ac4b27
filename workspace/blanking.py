"""What is kept of the texts of deleted data outside of it is taken out.

Conversations have shown it (cards with rows, quoted texts), and trainings have kept their mistakes.
"""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from pydantic import JsonValue
from sqlalchemy import String, cast, or_
from sqlmodel import Session, col, select

from workspace.events import ROW_TEXTS, Card
from workspace.model import RunOutcome
from workspace.said import words_of
from workspace.tables import ConversationEventRow, ModelRow, RunEventRow, RunRow, WordsSaidRow

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
        events = list(session.exec(query.order_by(col(ConversationEventRow.seq))))
        changed += _blank(events, ids, instead)
        _blank_words(session, conversation, events)
    return changed


def _blank_words(session: Session, conversation: str, events: Sequence[ConversationEventRow]) -> None:
    """What is kept for search is made anew of the events as they are now."""
    bodies = {event.seq: event for event in events}
    for said in session.exec(select(WordsSaidRow).where(WordsSaidRow.conversation_id == conversation)):
        event = bodies[said.seq]
        said.words = words_of(event.kind, event.body)


_TOLD = frozenset({"detail", "traceback", "log"})
"""Facts of a failure in a program's own words, which may hold a cell that it stumbled over."""


def blank_outcomes(session: Session, dataset_ids: Collection[str]) -> set[str]:
    """Takes the texts of rows out of what the owner's trainings on these data sets have left.

    The figures stay, and so do the models.

    Args:
        dataset_ids: versions that were learned from or tested on.

    Returns:
        Ids of these trainings and of their models.
    """
    runs = session.exec(select(RunRow).where(RunRow.kind == "training"))
    used = [run for run in runs if {run.plan["dataset_id"], run.plan.get("test_dataset_id")} & set(dataset_ids)]
    ids = {run.id for run in used}
    for run in used:
        run.outcome = _figures(run.outcome) if run.outcome else None
        run.failure = _plain_failure(run.failure) if run.failure else None
    for event in session.exec(select(RunEventRow).where(col(RunEventRow.run_id).in_(ids))):
        if event.body["kind"] == "succeeded":
            event.body = {**event.body, "outcome": _figures(event.body["outcome"])}
        elif event.body["kind"] == "failed":
            event.body = {**event.body, "failure": _plain_failure(event.body["failure"])}
    for model in session.exec(select(ModelRow).where(col(ModelRow.run_id).in_(ids))):
        model.body = {**model.body, "outcome": _figures(model.body["outcome"])}
        ids.add(model.id)
    return ids


def _figures(outcome: dict[str, Any]) -> dict[str, Any]:
    whole = RunOutcome.model_validate(outcome)
    return whole.model_copy(update={"evaluation": whole.evaluation.without_texts()}).model_dump(mode="json")


def _plain_failure(failure: dict[str, Any]) -> dict[str, Any]:
    return {**failure, "facts": {name: fact for name, fact in failure["facts"].items() if name not in _TOLD}}


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
