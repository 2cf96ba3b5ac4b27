"""Labelling by buttons: one text at a time, a press answers it. What a press means comes back as a typed step."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from assistant.surfaces.slack.blocks.elements import Block, choice, select
from assistant.surfaces.slack.blocks.page import Page
from assistant.surfaces.slack.blocks.text import bold, escaped
from tools import cards
from tools.words import count

_BUTTONS = 20
_MENU = 100
_CHOSEN = "label:chosen"
_BLOCK = "labelling"


class LabelStep(BaseModel):
    """What was pressed. ``back``, ``later`` and ``undo`` answer nothing."""

    session: str
    row: int = Field(default=0, ge=0)
    do: Literal["labelled", "skipped", "unsure", "back", "decide", "later", "undo"]
    labels: list[str] = Field(default_factory=list, description="keys of categories")
    answer: int | None = Field(default=None, description="decide: the number of the answer that is right")


def labelling(page: Page, card: cards.LabelCard) -> None:
    seen = card.view
    if seen.item:
        _item(page, seen, seen.item)
    elif not seen.classes:
        page.say("There is no category yet. Write which ones there are, parted by commas.")
    elif not seen.preparing:
        page.say(":white_check_mark: Every text has an answer.")
    page.say(escaped(seen.estimate.sentence, 500), escaped(seen.agreement, 500))
    found = ", ".join(f"{one.name} {one.count:,}" for one in seen.classes[:12])
    page.note(f"{seen.labelled:,} of {count(seen.texts, 'text')} labelled.", escaped(found, 600))
    decide = [card.button] if card.button and seen.undecided else []
    page.actions(page.presses.presses([*decide, *card.buttons]))


def differences(page: Page, card: cards.DifferencesCard) -> None:
    seen = card.view
    item = seen.item
    if item is None:
        page.say(":white_check_mark: Nothing is left to decide.")
    else:
        page.say(f"> {escaped(' '.join(item.text.split()), 1_500)}{' … (the text goes on)' if item.cut else ''}")
        page.note("Choose the answer that is right. It is what counts; all answers stay in the record.")
        for said in item.said[:20]:
            step = LabelStep(session=seen.session_id, row=item.row, do="decide", answer=said.answer)
            page.say(
                f"{bold(said.sentence, 300)} ({escaped(', '.join(said.who), 200)})",
                accessory=_button(page, "This one", step),
            )
        given = {key for said in item.said for key in said.labels}
        others = [one for one in seen.classes if one.key not in given] if seen.task == "classification" else []
        if others:
            page.note("None of them is right? Then it is:")
            page.actions(_answers(page, seen.session_id, item.row, others, "decide"))
    steps = []
    if item and seen.undecided > 1:
        steps.append(_button(page, "Decide later", LabelStep(session=seen.session_id, row=item.row, do="later")))
    if seen.can_undo:
        steps.append(_button(page, "Undo", LabelStep(session=seen.session_id, do="undo")))
    page.actions([*steps, *page.presses.presses(card.buttons)])


def labelling_step(action: dict[str, Any], state: dict[str, Any] | None = None) -> LabelStep | None:
    """The step that an action of a ``block_actions`` payload stands for; ``state`` is the payload's ``state.values``.

    Categories chosen in a menu are in the state or in the action itself. None where there is no step in it, such as
    while several categories are being chosen.
    """
    chosen = action.get("selected_option") or {}
    value = str(chosen.get("value") or action.get("value") or "")
    if not str(action.get("action_id", "")).startswith("label:") or not value:
        return None
    try:
        step = LabelStep.model_validate_json(value)
    except ValidationError:
        return None
    menu = ((state or {}).get(_BLOCK) or {}).get(_CHOSEN) or {}
    keys = [str(option.get("value", "")) for option in menu.get("selected_options") or []]
    return step.model_copy(update={"labels": keys}) if step.do == "labelled" and not step.labels else step


def _item(page: Page, seen: cards.LabelView, item: cards.LabelItemView) -> None:
    page.say(f"> {escaped(' '.join(item.text.split()), 1_500)}{' … (the text goes on)' if item.cut else ''}")
    page.note(escaped(item.why, 300))
    page.say(escaped(item.suggestion.sentence, 300) if item.suggestion else "")
    marked = item.given.labels if item.given else item.suggestion.labels if item.suggestion else []
    if seen.task == "ner":
        page.say("Words are marked in the web chat: a message has no way to mark them.")
    elif seen.task == "multilabel" and seen.classes:
        page.actions(_several(page, seen, item.row, marked), _BLOCK)
    else:
        page.actions(_answers(page, seen.session_id, item.row, seen.classes, "labelled", marked))
    steps = [
        _button(page, words, LabelStep(session=seen.session_id, row=item.row, do=do))
        for words, do in _STEPS
        if do != "back" or seen.can_go_back
    ]
    page.actions(steps)


_STEPS: tuple[tuple[str, Literal["skipped", "unsure", "back"]], ...] = (
    ("Skip", "skipped"),
    ("Not sure", "unsure"),
    ("Back", "back"),
)


def _answers(
    page: Page,
    session: str,
    row: int,
    classes: Sequence[cards.LabelClassView],
    do: Literal["labelled", "decide"],
    marked: Sequence[str] = (),
) -> list[Block]:
    """A button for each category; many become a menu."""
    steps = [(one, LabelStep(session=session, row=row, do=do, labels=[one.key])) for one in classes]
    if len(steps) <= _BUTTONS:
        return [_button(page, one.name, step, "primary" if one.key in marked else "plain") for one, step in steps]
    return [
        select(
            "Choose the answer", page.presses.label_id(), [choice(one.name, _json(step)) for one, step in steps[:_MENU]]
        )
    ]


def _several(page: Page, seen: cards.LabelView, row: int, marked: Sequence[str]) -> list[Block]:
    """A menu for any number of categories, and a button that takes them."""
    options = [choice(one.name, one.key) for one in seen.classes[:_MENU]]
    chosen = [option for option in options if option["value"] in marked]
    menu: Block = {**select("Choose what fits", _CHOSEN, options), "type": "multi_static_select"}
    step = LabelStep(session=seen.session_id, row=row, do="labelled")
    return [{**menu, "initial_options": chosen} if chosen else menu, _button(page, "Save", step, "primary")]


def _button(page: Page, words: str, step: LabelStep, style: str = "plain") -> Block:
    return page.presses.label(words, _json(step), style)


def _json(step: LabelStep) -> str:
    return step.model_dump_json(exclude_defaults=True)
