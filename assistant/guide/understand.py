"""What a person's message asks for: rules first, then nearness to known phrases, then an honest question."""

import re
from collections.abc import Callable

from assistant.approval import normal, option_of, verdict
from assistant.guide.aims import aims_in
from assistant.guide.data_intents import gives_new_name
from assistant.guide.division import division_in
from assistant.guide.fault_intents import complains, explain_text, pasted
from assistant.guide.intents import act, change_columns, faster_or_better, revise
from assistant.guide.journey import Journey
from assistant.guide.label_intents import changed_while_labelling, lists_categories
from assistant.guide.matcher import Match
from assistant.guide.offers import goal_ask, next_steps, offers
from assistant.guide.reply import Ask, Call, Reply
from assistant.guide.slots import (
    column_alone,
    column_said,
    columns_in,
    columns_said,
    file_named,
    pasted_plan,
    text_led_to,
    texts_to_try,
    wishes_in,
    words,
)
from assistant.guide.texts import say
from assistant.guide.trying import is_addressed, is_command
from tools.asking import call_of
from tools.glossary import find_concept
from tools.goal import score_goal
from workspace.events import Asked
from workspace.reading.hub_reader import hub_name

_QUESTION = re.compile(
    r"\b(what(?:'s|s| is| are| does| do| means?)|explain|define|meaning of|mean(?:s|ing)?\b|"
    r"was (?:ist|sind|bedeutet|heißt|heisst)|bedeutet|erklär\w*|qu'est-ce|c'est quoi|que (?:significa|veut dire)|"
    r"qu[eé] (?:es|significa)|expli(?:que|ca))",
    re.IGNORECASE,
)
Matcher = Callable[[str], Match]


def understand(text: str, journey: Journey, match: Matcher) -> Reply:
    """The reply to typed words."""
    if reply := _by_rule(text, journey):
        return reply
    found = match(text)
    if journey.trying and not is_command(text, found, journey):
        return Reply(calls=(Call("try_model", {"texts": [text]}),))
    if not journey.dataset_id and not (found.sure and found.intent != "recommend_task") and _is_goal(text, found):
        return act("recommend_task", text, journey)
    if found.sure:
        return act(found.intent, text, journey)
    if complains(text):
        return explain_text(text, journey)
    if journey.labelling and journey.asked:
        return Reply(say("unsure_labelling"), ask=_again(journey.asked))
    return Reply(say("unsure"), ask=Ask(say("next_ask"), offers(found.likely, journey)))


def _by_rule(text: str, journey: Journey) -> Reply | None:
    asked = journey.asked
    if journey.running and re.fullmatch(words()["stop"], normal(text)):
        return act("cancel_run", text, journey)
    if asked and (option := option_of(asked, text)):
        return press(option.id, journey)
    if asked and (reply := _yes_or_no(text, asked, journey)):
        return reply
    if journey.dataset_id and not journey.model_id and lists_categories(text):
        return act("label_examples", text, journey)
    if journey.labelling and changed_while_labelling(text):
        return act("change_categories", text, journey)
    if journey.dataset_id and gives_new_name(text):
        return act("rename_dataset", text, journey)
    if pasted(text, trying=journey.trying):
        return explain_text(text, journey)
    if journey.plan_id and not journey.running and (plan := pasted_plan(text)):
        return Reply(calls=(Call("revise_plan", {"changes": plan}),))
    if tried := _tried(text, journey):
        return tried
    if journey.trying and not is_addressed(text):
        return None
    return _by_slots(text, journey)


def _by_slots(text: str, journey: Journey) -> Reply | None:
    """What names a column, a concept, a setting or a file."""
    count = len(text.split())
    if hub := next(filter(None, (hub_name(word.strip("“”\"'<>().,;!?")) for word in text.split())), None):
        return Reply(calls=(Call("load_sample", {"name": f"hf://{hub}"}),))
    if (aims := aims_in(text)) and (len(aims) > 1 or count <= 8):
        return act("set_success_criteria", text, journey)
    if (journey.plan_id or journey.ready) and not journey.running and division_in(text, journey.columns):
        return revise(text, journey)
    if reply := _columns(text, journey):
        return reply
    if _QUESTION.search(text) and count <= 12 and (concept := find_concept(text)):
        return Reply(calls=(Call("explain_concept", {"term": concept.title}),))
    if (journey.plan_id or journey.ready) and not journey.running and wishes_in(text):
        return revise(text, journey)
    if journey.at == "plan" and journey.plan_id and count <= 6 and faster_or_better(text) and "?" not in text:
        return revise(text, journey)
    if not journey.dataset_id and (name := file_named(text)) and count <= 8:
        return Reply(say("file_named", file=name), ask=act("upload", "", journey).ask)
    return None


def _yes_or_no(text: str, asked: Asked, journey: Journey) -> Reply | None:
    match verdict(text):
        case "yes":
            primary = next((option for option in asked.options if option.style == "primary"), None)
            # Where no button is the usual one, a yes agrees to nothing in particular.
            return press(primary.id, journey) if primary else Reply(say("where", journey=journey), ask=_again(asked))
        case "no":
            if asked.approval and asked.approval.tool == "launch_training" and not normal(text).startswith("chang"):
                return Reply(say("declined_run"), ask=next_steps(journey))
            # A button that says no is what was meant; else something is to be different.
            refusing = (option for option in asked.options if verdict(option.label.split(",")[0]) == "no")
            change = (option for option in asked.options if option.id == "change")
            meant = next(refusing, None) or next(change, None)
            return press(meant.id, journey) if meant else Reply(say("declined"), ask=next_steps(journey))
    return None


def _again(asked: Asked) -> Ask:
    """The same question once more."""
    return Ask(asked.text, tuple(asked.options), "choice" if asked.ask == "confirm" else asked.ask, tuple(asked.fields))


def _tried(text: str, journey: Journey) -> Reply | None:
    """Texts between quotation marks or behind ``try:``: for the model, once there is one."""
    led, texts = text_led_to(text), texts_to_try(text)
    if journey.model_id and not journey.running and texts and not columns_in(text, journey.columns):
        return Reply(calls=(Call("try_model", {"texts": texts[:20]}),))
    if led and not journey.model_id and journey.dataset_id and not wishes_in(text):
        return Reply(say("no_model_yet", journey=journey), ask=next_steps(journey))
    return None


def _columns(text: str, journey: Journey) -> Reply | None:
    if not journey.dataset_id or journey.running or len(text) >= 300:
        return None
    if _says(text, "other_column") and not columns_in(text, journey.columns):
        named = column_alone(text, journey.columns)
        return change_columns(text, journey) if named else act("other_column", text, journey)
    told = columns_in(text, journey.columns) or columns_said(text)
    alone = column_alone(text, journey.columns) if len(text.split()) <= 8 else ""
    wanted = bool(alone) and (not journey.ready or _says(text, "use_column"))
    if wanted and not told and journey.ready and alone in (*journey.text, journey.label):
        return Reply(say("column_used", journey=journey), ask=next_steps(journey))
    if not told and not wanted and not column_said(text):
        return None
    return revise(text, journey) if journey.plan_id else change_columns(text, journey)


def _says(text: str, kind: str) -> bool:
    return bool(re.search(words()[kind], text, re.IGNORECASE))


def _is_goal(text: str, found: Match) -> bool:
    """A text at the start that speaks of a kind of task, or is long and near to goals that are known."""
    near = "recommend_task" in found.likely[:3]
    return max(score_goal(text).values()) >= 2 or (len(text.split()) >= 7 and near)


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
