"""Buttons and selects, within Slack's limits, and what their ``action_id`` means.

========================  =======================================================================================
``answer:{ask_id}:{n}``   the n-th option of a question; :func:`questions.chosen_option` finds it
``press:{n}``             a button on a card; its value is the option's id, for ``assistant.questions.card_button``
``say:{n}``               says its value in the conversation, as if it had been typed
``open:{form}[:{n}]``      opens a modal (``trigger_id``): plan, columns, privacy, question, try; its value is an id
``home:{what}:{n}``       on the App Home: new (no value), dataset, run; their ids are the values
``label:{n}``             an answer or a step in a labelling; :func:`labelling_cards.labelling_step` reads its value
``go:{n}``                a link: nothing is left to be done but to acknowledge it
========================  =======================================================================================
"""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, Literal

from assistant.surfaces.slack.blocks.text import plain_text
from workspace.events import Option

Block = dict[str, Any]
Form = Literal["plan", "columns", "privacy", "question", "try"]

_VALUE = 2_000
_OPTIONS = 100
_STYLES = {"primary": "primary", "danger": "danger"}


def button(
    label: str, action_id: str, value: str = "", *, style: str = "plain", confirm: Block | None = None, url: str = ""
) -> Block:
    """A button. A value that is too long for Slack is left away; the ``action_id`` still says which it is."""
    made: Block = {"type": "button", "text": plain_text(label, 75), "action_id": action_id[:255]}
    if value and len(value) <= _VALUE:
        made["value"] = value
    if style in _STYLES:
        made["style"] = _STYLES[style]
    if confirm:
        made["confirm"] = confirm
    if url:
        made["url"] = url
    return made


def confirmation(title: str, text: str, yes: str, no: str) -> Block:
    """The small window that asks again before something is destroyed."""
    return {
        "title": plain_text(title, 100),
        "text": plain_text(text, 300),
        "confirm": plain_text(yes, 30),
        "deny": plain_text(no, 30),
        "style": "danger",
    }


def choice(label: str, value: str) -> Block:
    """One option of a select. ``value`` is at most 150 characters."""
    return {"text": plain_text(label, 75), "value": value[:150]}


def select(placeholder: str, action_id: str, options: Sequence[Block], initial: Block | None = None) -> Block:
    """A menu from which one is chosen."""
    made: Block = {
        "type": "static_select",
        "placeholder": plain_text(placeholder, 150),
        "action_id": action_id[:255],
        "options": list(options[:_OPTIONS]),
    }
    if initial:
        made["initial_option"] = initial
    return made


class Presses:
    """The buttons of one card, numbered: an ``action_id`` is there once in a message."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = count(1)

    def press(self, option: Option) -> Block:
        return button(option.label, f"press:{next(self._numbers)}", option.id, style=option.style)

    def presses(self, options: Sequence[Option]) -> list[Block]:
        return [self.press(option) for option in options if len(option.id) <= _VALUE]

    def say(self, label: str, text: str, style: str = "plain", confirm: Block | None = None) -> Block:
        return button(label, f"say:{next(self._numbers)}", text, style=style, confirm=confirm)

    def label(self, label: str, value: str, style: str = "plain") -> Block:
        return button(label, self.label_id(), value, style=style)

    def label_id(self) -> str:
        return f"label:{next(self._numbers)}"

    def open(self, label: str, form: Form, value: str, style: str = "plain") -> Block:
        return button(label, f"open:{form}", value, style=style)

    def link(self, label: str, url: str, style: str = "plain") -> list[Block]:
        """Nothing where there is no whole address: Slack opens no others."""
        fits = url.startswith(("http://", "https://")) and len(url) <= 3_000
        return [button(label, f"go:{next(self._numbers)}", style=style, url=url)] if fits else []
