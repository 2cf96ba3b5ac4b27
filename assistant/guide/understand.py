"""What a person's message asks for: rules first, then nearness to known phrases, then an honest question."""

import re
from collections.abc import Callable

from assistant.approval import normal, option_of, verdict
from assistant.guide.intents import act, change_columns, revise
from assistant.guide.journey import Journey
from assistant.guide.matcher import Match
from assistant.guide.offers import goal_ask, next_steps, offers
from assistant.guide.reply import Ask, Call, Reply
from assistant.guide.slots import column_alone, columns_in, columns_said, file_named, texts_to_try, wishes_in
from assistant.guide.texts import say
from tools.asking import call_of
from tools.glossary import find_concept
from tools.goal import score_goal
from workspace.events import Asked, Option

_QUESTION = re.compile(
    r"\b(what(?:'s| is| are| does| do)|explain|define|meaning of|mean(?:s|ing)?\b|was (?:ist|sind|bedeutet|heißt)|"
    r"erklär\w*|qu'est-ce|que (?:significa|veut dire)|qué es|explique)",
    re.IGNORECASE,
)
_STOP = frozenset("stop cancel abort halt stopp abbrechen arrête arreter annuler cancelar parar".split())
_ORDINALS = {"first": 1, "second": 2, "third": 3, "1st": 1, "2nd": 2, "3rd": 3, "erste": 1, "zweite": 2, "dritte": 3}

Matcher = Callable[[str], Match]


def understand(text: str, journey: Journey, match: Matcher) -> Reply:
    """The reply to typed words."""
    if reply := _by_rule(text, journey):
        return reply
    found = match(text)
    if journey.trying and not (found.sure and _is_command(text, found)):
        return Reply(calls=(Call("try_model", {"texts": [text]}),))
    if not journey.dataset_id and not (found.sure and found.intent != "recommend_task") and _is_goal(text):
        return act("recommend_task", text, journey)
    if found.sure:
        return act(found.intent, text, journey)
    return Reply(say("unsure"), ask=Ask(say("next_ask"), offers(found.likely, journey)))


def _by_rule(text: str, journey: Journey) -> Reply | None:
    said = normal(text)
    asked = journey.asked
    if journey.running and said in _STOP:
        return act("cancel_run", text, journey)
    if asked and (option := option_of(asked, text) or _by_number(said, asked)):
        return press(option.id, journey)
    if asked and (reply := _yes_or_no(text, asked, journey)):
        return reply
    if tried := _tried(text, journey):
        return tried
    if journey.trying:
        return None
    if reply := _columns(text, journey):
        return reply
    if _QUESTION.search(text) and len(said.split()) <= 12 and (concept := find_concept(text)):
        return Reply(calls=(Call("explain_concept", {"term": concept.title}),))
    if (journey.plan_id or journey.ready) and wishes_in(text):
        return revise(text, journey)
    if not journey.dataset_id and (name := file_named(text)) and len(said.split()) <= 8:
        return Reply(say("file_named", file=name), ask=act("upload", "", journey).ask)
    return None


def _by_number(said: str, asked: Asked) -> Option | None:
    """ "2", "option 2", "the second one"."""
    found = re.fullmatch(r"(?:option |number |nr |no |the )?(\d|[a-z\d]+?)(?: one| option)?", said)
    number = int(found[1]) if found and found[1].isdigit() else _ORDINALS.get(found[1], 0) if found else 0
    return asked.options[number - 1] if 1 <= number <= len(asked.options) else None


def _yes_or_no(text: str, asked: Asked, journey: Journey) -> Reply | None:
    match verdict(text):
        case "yes":
            primary = next((option for option in asked.options if option.style == "primary"), None)
            return press(primary.id, journey) if primary and primary.id != "upload" else None
        case "no":
            change = next((option for option in asked.options if option.id == "change"), None)
            return press(change.id, journey) if change else Reply(say("declined"), ask=next_steps(journey))
    return None


def _tried(text: str, journey: Journey) -> Reply | None:
    """Texts between quotation marks or behind ``try:``, once there is a model."""
    texts = texts_to_try(text)
    if not texts or not journey.model_id or columns_in(text, journey.columns):
        return None
    return Reply(calls=(Call("try_model", {"texts": texts[:20]}),))


def _columns(text: str, journey: Journey) -> Reply | None:
    if not journey.dataset_id or journey.run_id:
        return None
    told = columns_in(text, journey.columns) or columns_said(text)
    asked_for_column = journey.asked is not None and not journey.ready and column_alone(text, journey.columns)
    if not told and not asked_for_column:
        return None
    if journey.plan_id:
        return revise(text, journey)
    return change_columns(text, journey) if len(text) < 300 else None


def _is_command(text: str, found: Match) -> bool:
    """While texts are being tried, only what is short and plainly a wish is not a text to try."""
    return len(text.split()) <= 9 and (found.score >= 0.6 or found.intent in ("goodbye", "thanks"))


def _is_goal(text: str) -> bool:
    return max(score_goal(text).values()) >= 2 or len(text.split()) >= 7


def press(value: str, journey: Journey) -> Reply:
    """A button's press."""
    name, args = call_of(value)
    if value.startswith("guide:"):
        return act(value.removeprefix("guide:"), "", journey)
    match name:
        case "upload":
            return act("upload", "", journey)
        case "change" if journey.plan_id:
            return revise("", journey)
        case "change":
            return change_columns("", journey)
        case "no":
            return _declined(journey)
        case "start":
            return act("launch_training", "", journey)
    return Reply(calls=(Call(name, dict(args)),))


def _declined(journey: Journey) -> Reply:
    approval = journey.asked.approval if journey.asked else None
    if approval and approval.tool == "launch_training":
        return revise("", journey)
    return Reply(say("declined"), ask=next_steps(journey))


def welcome() -> Reply:
    return Reply(say("welcome"), ask=goal_ask())
