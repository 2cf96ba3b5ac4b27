"""The windows that open from a card: change the plan, choose columns, treat personal data, try a text."""

import re
from typing import Any

from pydantic import JsonValue, ValidationError

from assistant.surfaces.slack.blocks.forms import Entry, Filled, block_id_of, entry_of, filled, modal
from tools import cards
from workspace.events import Asked
from workspace.plan_wishes import PlanWishes
from workspace.recipe import load_recipes

_TREATMENTS = {"mask": "Hide", "pseudonym": "Use stand-ins", "keep": "Keep"}
_DROP = "column:"


def plan_modal(card: cards.PlanCard, private_metadata: str) -> dict[str, Any]:
    """The form that changes a plan, with the fields of the web's. Its ``callback_id`` is ``plan``."""
    return modal("plan", "Change the plan", _plan_entries(card), private_metadata, "Apply")


def plan_changes(card: cards.PlanCard, view_state: dict[str, Any]) -> Filled:
    """What differs from the plan; every fault by the field that it stands in."""
    entries = _plan_entries(card)
    found = filled(entries, view_state)
    values = {}
    for number, entry in enumerate(entries):
        value = found.values.get(entry.name)
        if value is None or value == entry.value:
            continue
        if fault := _fault(entry, value):
            found.errors[block_id_of(number, entry)] = fault
        else:
            values[entry.name] = value
    return Filled(values={} if found.errors else values, errors=found.errors)


def plan_sentence(changes: dict[str, JsonValue]) -> str:
    """What the person says by applying them: the same words as the web's form sends."""
    return f"Change the plan: {', '.join(f'{name}={_quoted(value)}' for name, value in changes.items())}"


def _quoted(value: JsonValue) -> str:
    """What has spaces or commas in it is one value all the same."""
    said = str(value).lower() if isinstance(value, bool) else str(value)
    return '"' + said.replace('"', "") + '"' if re.search(r"[\s,;=]", said) else said


def question_modal(question: Asked, private_metadata: str) -> dict[str, Any]:
    """A question with fields, as a window. Its ``callback_id`` is ``question``."""
    submit = question.options[0].label if question.options else "Use this"
    entries = [entry_of(field) for field in question.fields]
    return modal("question", "Please fill in", entries, private_metadata, submit, intro=question.text)


def question_values(question: Asked, view_state: dict[str, Any]) -> Filled:
    """The answer to a question with fields, for ``assistant.questions.form_call``."""
    return filled([entry_of(field) for field in question.fields], view_state)


def columns_modal(card: cards.TableCard, private_metadata: str) -> dict[str, Any]:
    """Which columns are read, which one is learned, and what for. Its ``callback_id`` is ``columns``."""
    submit = card.button.label if card.button else "Use these columns"
    return modal("columns", "Choose the columns", _column_entries(card), private_metadata, submit)


def columns_values(card: cards.TableCard, view_state: dict[str, Any]) -> Filled:
    """The values that go with a press of the card's button: text, label, and the task where it differs."""
    entries = _column_entries(card)
    found = filled(entries, view_state)
    text, label = found.values.get("text"), found.values.get("label")
    if isinstance(text, list) and label in text:
        found.errors[block_id_of(1, entries[1])] = "This column is read already. Learn another one."
    if found.values.get("task") in (None, card.task):
        found.values.pop("task", None)
    return found


def privacy_modal(card: cards.PrivacyCard, private_metadata: str) -> dict[str, Any]:
    """What is done with each kind of personal data. Its ``callback_id`` is ``privacy``."""
    submit = card.button.label if card.button else "Do as chosen"
    intro = "Choose for each kind. The examples on the card show what was found."
    return modal("privacy", "Personal data", _privacy_entries(card), private_metadata, submit, intro)


def privacy_values(card: cards.PrivacyCard, view_state: dict[str, Any]) -> Filled:
    """The values that go with a press of the card's button: kinds, and columns to leave out."""
    found = filled(_privacy_entries(card), view_state)
    kinds = {kind.code: found.values.get(kind.code) or kind.treatment for kind in card.kinds}
    dropped = found.values.get(_DROP)
    return Filled(values={"kinds": kinds, **({"drop_columns": dropped} if dropped else {})}, errors=found.errors)


def try_modal(model_id: str, private_metadata: str) -> dict[str, Any]:
    """A text for a model to answer. Its ``callback_id`` is ``try:{model_id}``."""
    return modal(f"try:{model_id}"[:255], "Try it", [_TRY], private_metadata, "Try")


def try_text(view_state: dict[str, Any]) -> Filled:
    """What was typed, under ``text``; said as ``Try: …`` in the conversation."""
    return filled([_TRY], view_state)


_TRY = Entry(name="text", label="A text to try", kind="text", required=True, long=True)


def _plan_entries(card: cards.PlanCard) -> list[Entry]:
    """Each setting once: methods share those that have the same name, as they do in a plan."""
    titles = {recipe.name: recipe.title for recipe in card.recipes}
    entries: dict[str, Entry] = {}
    for setting in card.settings:
        group = "The plan" if setting.group == "plan" else f"Settings of “{titles.get(setting.group, setting.group)}”"
        field = (
            setting.field
            if setting.field.value is not None
            else setting.field.model_copy(update={"value": setting.value})
        )
        made = entry_of(field, group, " ".join(part for part in (setting.help, setting.effect) if part))
        entries.setdefault(setting.name, made.model_copy(update={"name": setting.name, "label": setting.label}))
    return list(entries.values())


def _fault(entry: Entry, value: JsonValue) -> str:
    """As the plan itself would say it: by the type of its field, or by the method's own setting."""
    if entry.name in PlanWishes.model_fields:
        try:
            PlanWishes.model_validate({entry.name: value})
        except ValidationError as exc:
            whole = any(error["type"].startswith("int") for error in exc.errors())
            return "This has to be a whole number." if whole else "This is not possible here."
        return ""
    knobs = (recipe.settings.get(entry.name) for recipe in load_recipes().values())
    knob = next((knob for knob in knobs if knob), None)
    fault = knob.fault(value) if knob and isinstance(value, (bool, int, float, str)) else None
    return f"This {fault}." if fault else ""


def _column_entries(card: cards.TableCard) -> list[Entry]:
    columns = [(column.name, column.name) for column in card.columns]
    text: JsonValue = list(card.text)
    entries = [
        Entry(name="text", label="Columns to read", kind="several", value=text, options=columns, required=True),
        Entry(name="label", label="Column to learn", kind="choice", value=card.label, options=columns, required=True),
    ]
    if len(card.tasks) > 1:
        task = Entry(name="task", label="What it is for", kind="choice", value=card.task, options=card.tasks)
        entries.append(task)
    return entries


def _privacy_entries(card: cards.PrivacyCard) -> list[Entry]:
    entries = [
        Entry(
            name=kind.code,
            label=f"{kind.label} in {kind.rows:,} {'row' if kind.rows == 1 else 'rows'}",
            kind="choice",
            value=kind.treatment,
            options=[
                (code, f"{words}: {kind.instead}" if code == "mask" else words) for code, words in _TREATMENTS.items()
            ],
            required=True,
        )
        for kind in card.kinds
    ]
    free = [(column.name, column.name) for column in card.columns if not column.used]
    if free:
        entries.append(Entry(name=_DROP, label="Columns to leave out", kind="several", value=[], options=free))
    return entries
