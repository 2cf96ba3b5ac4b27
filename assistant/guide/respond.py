"""The guide's answer to a conversation: a pure function of its messages."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from assistant.guide.intents import act, columns_told, which_column
from assistant.guide.journey import Journey, bare, result_of
from assistant.guide.offers import SAMPLE, data_options, next_steps
from assistant.guide.reply import Ask, Call, Reply
from assistant.guide.slots import wishes_in
from assistant.guide.texts import after, say
from assistant.guide.understand import Matcher, press, understand, welcome
from assistant.languages import language_asked, language_of, speaking
from assistant.prompts import escape
from tools.asking import UPLOAD


def respond(messages: Sequence[BaseMessage], match: Matcher) -> Reply:
    """What to say, call or ask after these messages, in the language that they are in."""
    talk = [message for message in messages if not isinstance(message, SystemMessage)]
    journey = Journey.of(talk)
    # A text that is typed for the model says nothing of the person's language.
    own = talk[:-1] if journey.trying and isinstance(talk[-1], HumanMessage) else talk
    with speaking(language_of(own)):
        return _respond(talk, journey, match)


def _respond(talk: Sequence[BaseMessage], journey: Journey, match: Matcher) -> Reply:
    last = talk[-1] if talk else None
    if isinstance(last, ToolMessage):
        return _after_tools(talk, journey)
    if isinstance(last, HumanMessage):
        return _to_person(last, talk, journey, match)
    if isinstance(last, AIMessage) and "error" in last.additional_kwargs:
        return _after_error(last.additional_kwargs["error"], talk, journey)
    return welcome() if not talk else Reply(say("where", journey=journey), ask=next_steps(journey))


def _to_person(last: HumanMessage, talk: Sequence[BaseMessage], journey: Journey, match: Matcher) -> Reply:
    answer = last.additional_kwargs.get("answer")
    words = last.text
    if answer is None and language_asked(words):
        return Reply(say("language"), ask=next_steps(journey))
    if answer is None:
        return understand(words, journey, match)
    said = _typed_before(talk)
    value = answer["value"]
    if isinstance(value, dict):
        return _form(value, journey)
    if said is not None:
        # Typed past a question that waited for a yes: the words count, the question is declined.
        return (
            understand(said, journey, match) if value not in ("yes", "start") else act("launch_training", "", journey)
        )
    asked = journey.asked
    if asked and any(option.id == value for option in asked.options):
        return press(str(value), journey)
    if str(value).startswith("guide:") or value in ("upload", "change", "start", "no"):
        return press(str(value), journey)
    return understand(str(value), journey, match)


def _typed_before(talk: Sequence[BaseMessage]) -> str | None:
    """What was typed right before an answer that the conversation drew from it."""
    before = talk[-2] if len(talk) > 1 else None
    if isinstance(before, HumanMessage) and "answer" not in before.additional_kwargs:
        return None if "file" in before.additional_kwargs else before.text
    return None


def _form(values: dict[str, Any], journey: Journey) -> Reply:
    changes = {name: value for name, value in values.items() if value not in (None, "")}
    if not changes:
        return Reply(say("form_empty"), ask=next_steps(journey))
    return Reply(calls=(Call("revise_plan", {"changes": changes}),))


def _after_tools(talk: Sequence[BaseMessage], journey: Journey) -> Reply:
    """Words for the results that came since the last model message."""
    results: list[ToolMessage] = []
    for message in reversed(talk):
        if not isinstance(message, ToolMessage):
            break
        results.insert(0, message)
    failed = next((message for message in results if message.status == "error"), None)
    if failed is not None:
        data = result_of(failed)
        shown = f"{data.get('message', '')} {data.get('next_step', '')}".strip()
        no_column = data.get("code") == "MISSING_COLUMN" and journey.other_columns
        return Reply(_escaped(shown), ask=which_column(journey) if no_column else next_steps(journey))
    beside = _words_beside_file(talk, len(results))
    if told := _told_columns(beside, journey):
        return Reply(calls=(Call("inspect_dataset", {"dataset_id": journey.dataset_id, **told}),))
    parts = [after(message.name or "", data=result_of(message), journey=journey) for message in results]
    words = "\n\n".join(filter(None, parts))
    if beside and journey.ready and wishes_in(beside):
        return Reply(words, act("propose_plan", beside, journey).calls)
    return Reply(words, ask=_ask_after(results[-1], journey))


def _words_beside_file(talk: Sequence[BaseMessage], results: int) -> str:
    """What was written beside the file whose reading has just returned; empty where nothing was."""
    last = len(talk) - results - 1  # the message with the calls
    while last > 0 and not isinstance(talk[last], HumanMessage):
        last -= 1
    if last < 1 or "file" not in talk[last].additional_kwargs:
        return ""
    if any(isinstance(m, ToolMessage) and m.name != "inspect_dataset" for m in talk[last:]):
        return ""
    before = talk[last - 1]
    said = isinstance(before, HumanMessage) and not before.additional_kwargs
    return before.text if said else ""


def _told_columns(beside: str, journey: Journey) -> dict[str, str]:
    """Columns that were named in the words beside a file, "sort these by Type", and are not used already."""
    told = columns_told(beside, journey)
    known = {"text": ", ".join(journey.text), "label": journey.label}
    return {role: name for role, name in told.items() if name in journey.columns and known[role] != name}


def _ask_after(result: ToolMessage, journey: Journey) -> Ask | None:
    """Only where the tool itself asks nothing."""
    tool = result.name or ""
    if tool == "list_datasets":
        return Ask(say("next_ask"), data_options(result_of(result), journey))
    if tool in ("explain_concept", "list_runs", "list_base_models"):
        return next_steps(journey)
    return None


def _after_error(error: dict[str, Any], talk: Sequence[BaseMessage], journey: Journey) -> Reply:
    if error.get("code") == "APPROVAL_OUTDATED":
        return Reply(
            say("outdated"), (Call("launch_training", {"plan_id": journey.plan_id} if journey.plan_id else {}),)
        )
    before = next((m for m in reversed(talk[:-1]) if isinstance(m, HumanMessage)), None)
    if before is not None and "file" in before.additional_kwargs:
        return Reply(say("file_error"), ask=Ask(say("error_next"), (UPLOAD, SAMPLE), kind="file"))
    return Reply(ask=next_steps(journey))


def _escaped(text: str) -> str:
    return str(escape(bare(text)))
