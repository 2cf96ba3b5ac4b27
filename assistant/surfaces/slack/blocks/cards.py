"""Every card as a message: the finding as its header, then what is worth reading on a small screen."""

from collections.abc import Callable
from typing import Any

from assistant.surfaces.slack.blocks.page import Page, SlackMessage
from assistant.surfaces.slack.blocks.text import bold, escaped
from tools import cards
from tools.run_card import progress_title
from workspace.events import Card

View = Callable[[Page, Any], None]


def message_of(card: Card, base_url: str = "") -> SlackMessage:
    """The card's form in Slack. ``base_url``: where the web chat is, for links; without one there are no links.

    Never what is shown only once (``card.once``): Slack keeps what is written.
    """
    page = Page(card.title)
    view = VIEWS.get(card.kind)
    if view:
        view(page, cards.CARDS[card.kind].of(card.data))
    return page.message(card.title)


def message_of_progress(view: dict[str, Any], base_url: str = "") -> SlackMessage:
    """The one message of a run, anew: ``view`` is that of a ``run_progressed`` event."""
    card = cards.ProgressCard.of(view)
    return message_of(card.card(progress_title(card)), base_url)


def _concept(page: Page, card: cards.ConceptCard) -> None:
    for paragraph in card.text.split("\n\n"):
        page.say(escaped(paragraph))
    if card.example:
        page.say(f"{bold('Example')} {escaped(card.example)}")
    page.say(escaped(card.yours))
    if card.related:
        page.note(escaped(f"See also: {', '.join(card.related)}"))


VIEWS: dict[str, View] = {"concept": _concept}
