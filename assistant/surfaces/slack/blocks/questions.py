"""Questions with buttons, as a message; which option a press stands for."""

from collections.abc import Sequence
from typing import Any

from assistant.surfaces.slack.blocks.elements import Block, button, choice, confirmation, select
from assistant.surfaces.slack.blocks.page import Page, SlackMessage
from assistant.surfaces.slack.blocks.text import escaped
from tools.asking import UPLOAD
from workspace.events import Asked, Option

_BUTTONS = 25
_DESTROYING = {"delete_dataset", "delete_model"}
_DESTROYING_ACTIONS = {"revoke_key", "rotate_key"}
_SELECT = "select"


def question_of(question: Asked) -> SlackMessage:
    """The question with a button for each option; more than 25 become a menu. A form opens in a window of its own."""
    page = Page()
    page.say(escaped(question.text))
    options = [(n, option) for n, option in enumerate(question.options) if option.id != UPLOAD.id]
    if question.fields:
        opening = question.options[0].label if question.options else "Fill in"
        page.actions(
            [
                button(opening, "open:question", question.ask_id, style="primary"),
                *(_button(question, n, option) for n, option in options[1:_BUTTONS]),
            ]
        )
    elif len(options) > _BUTTONS:
        page.actions([_menu(question, options)])
    else:
        page.actions([_button(question, n, option) for n, option in options])
    if question.ask == "file" or len(options) < len(question.options):
        page.note("Drop the file into this conversation.")
    if question.ask == "text":
        page.note("Write your answer into this conversation.")
    return page.message(question.text)


def answered_of(question: Asked, label: str) -> SlackMessage:
    """The question once it is decided: no buttons any more, and what was chosen."""
    page = Page()
    page.say(escaped(question.text))
    page.note(escaped(f"✓ {label}" if label else "This is no longer open.", 300))
    return page.message(question.text)


def chosen_option(question: Asked, action: dict[str, Any]) -> Option | None:
    """The option that an action of a ``block_actions`` payload stands for; None where it is none of this question."""
    _, ask_id, number = [*str(action.get("action_id", "")).split(":", 2), "", ""][:3]
    if number == _SELECT:
        number = str((action.get("selected_option") or {}).get("value", ""))
    known = ask_id == question.ask_id and number.isdecimal() and int(number) < len(question.options)
    return question.options[int(number)] if known else None


def _button(question: Asked, number: int, option: Option) -> Block:
    sure = _sure(question, option)
    style = "danger" if sure else option.style
    return button(option.label, f"answer:{question.ask_id}:{number}", option.id, style=style, confirm=sure)


def _menu(question: Asked, options: Sequence[tuple[int, Option]]) -> Block:
    entries = [choice(option.label, str(number)) for number, option in options]
    return select("Choose one", f"answer:{question.ask_id}:{_SELECT}", entries)


def _sure(question: Asked, option: Option) -> Block | None:
    """What cannot be undone is asked once more: in a thread a button is soon pressed by accident."""
    approval = question.approval
    destroys = option.style == "danger"
    if approval and option.id == approval.accept:
        destroys |= approval.tool in _DESTROYING or approval.args.get("action") in _DESTROYING_ACTIONS
    return confirmation("Are you sure?", question.text, option.label, "No, leave it") if destroys else None
