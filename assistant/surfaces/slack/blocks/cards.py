"""Every card as a message: the finding as its header, then what is worth reading on a small screen."""

from collections.abc import Callable
from typing import Any

from assistant.surfaces.slack.blocks import data_cards, labelling_cards, result_cards, run_cards, use_cards
from assistant.surfaces.slack.blocks.page import Page, SlackMessage
from tools import cards
from tools.run_card import progress_title
from workspace.events import Card, CardKind

View = Callable[[Page, Any], None]

VIEWS: dict[CardKind, View] = {
    "table": data_cards.table,
    "problems": data_cards.problems,
    "changes": data_cards.changes,
    "comparison": data_cards.comparison,
    "privacy": data_cards.privacy,
    "augmentation": data_cards.augmentation,
    "datasets": data_cards.datasets,
    "plan": run_cards.plan,
    "progress": run_cards.progress,
    "runs": run_cards.runs,
    "models": run_cards.models,
    "diagnosis": run_cards.diagnosis,
    "metrics": result_cards.metrics,
    "confusion": result_cards.confusion,
    "mistakes": result_cards.mistakes,
    "samples": result_cards.samples,
    "run_comparison": result_cards.run_comparison,
    "prediction": use_cards.prediction,
    "answers": use_cards.answers,
    "download": use_cards.download,
    "deployment": use_cards.deployment,
    "concept": use_cards.concept,
    "labelling": labelling_cards.labelling,
    "differences": labelling_cards.differences,
}


def message_of(card: Card, base_url: str = "") -> SlackMessage:
    """The card's form in Slack. Some draw pictures, which takes up to a second: call it in a thread.

    Args:
        base_url: where the web chat is, for links; without one there are none.

    Never with what is shown only once (``card.once``), as Slack keeps what is written: see :func:`message_of_secret`.
    """
    page = Page(card.title, base_url)
    VIEWS[card.kind](page, cards.CARDS[card.kind].of(card.data))
    return page.message()


def message_of_secret(card: Card) -> SlackMessage | None:
    """What the card shows once, to be sent as an ephemeral message: Slack does not keep those. None: nothing."""
    key = card.once.get("key")
    if not isinstance(key, str):
        return None
    page = Page("Its key")
    page.say("Copy it now and keep it like a password: it is shown only this once, and only to you.")
    page.code(key)
    return page.message()


def message_of_progress(view: dict[str, Any], base_url: str = "") -> SlackMessage:
    """The one message of a run, anew: ``view`` is that of a ``run_progressed`` event."""
    card = cards.ProgressCard.of(view)
    return message_of(card.card(progress_title(card)), base_url)
