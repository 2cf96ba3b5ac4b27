"""From what is wanted to what is done: one function for each intent."""

from collections.abc import Callable
from typing import Any

from assistant.guide.journey import Journey
from assistant.guide.offers import file_ask, goal_ask, next_steps
from assistant.guide.reply import Ask, Call, Reply
from assistant.guide.slots import column_alone, columns_in, columns_said, texts_to_try, wishes_in
from assistant.guide.texts import say

Action = Callable[[str, Journey], Reply]


def act(intent: str, text: str, journey: Journey) -> Reply:
    """What the guide does when somebody wants this. ``text`` is what was said, empty for a button."""
    return _ACTIONS.get(intent, _talk(intent))(text, journey)


def _talk(key: str) -> Action:
    """Says something and offers what comes next."""
    return lambda text, journey: Reply(say(key, journey=journey), ask=next_steps(journey))


def _tool(name: str, needs: str = "", first: str = "", **args: Any) -> Action:
    """Calls a tool, if what it needs is there; else says what is missing and offers the way there."""

    def action(text: str, journey: Journey) -> Reply:
        if needs and not getattr(journey, needs):
            return Reply(say(first, journey=journey), ask=_way_to(journey))
        return Reply(calls=(Call(name, dict(args)),))

    return action


def _way_to(journey: Journey) -> Ask:
    return next_steps(journey) if journey.dataset_id or journey.run_id else file_ask()


def recommend(text: str, journey: Journey) -> Reply:
    if not text:
        return Reply(say("goal_first"), ask=goal_ask())
    return Reply(calls=(Call("recommend_task", {"goal": text[:4000]}),))


def upload(text: str, journey: Journey) -> Reply:
    return Reply(say("upload"), ask=file_ask())


def propose(text: str, journey: Journey) -> Reply:
    if not journey.dataset_id:
        return Reply(say("no_data_yet"), ask=file_ask())
    args: dict[str, Any] = dict(columns_in(text, journey.columns)) if text else {}
    wishes = wishes_in(text).changes if text else {}
    known = ("recipe", "base", "budget_seconds", "seed")
    args |= {name: wishes.pop(name) for name in known if name in wishes}
    settings = {name: value for name, value in wishes.items() if name not in _PLAN_FIELDS}
    if settings:
        args["settings"] = settings
    return Reply(calls=(Call("propose_plan", args),))


_PLAN_FIELDS = ("metric", "test_fraction", "valid_fraction")
_FASTER = ("fast", "quick", "short", "schnell", "rapid", "rápid", "less time")
_SLOWER = (
    "accurate",
    "better",
    "longer",
    "more time",
    "genauer",
    "besser",
    "mehr zeit",
    "mieux",
    "mejor",
    "takes long",
)


def revise(text: str, journey: Journey) -> Reply:
    """With what was named; else the form in which everything can be set."""
    if not journey.plan_id:
        if journey.ready:
            reply = propose(text, journey)
            return Reply(say("no_plan_yet"), reply.calls)
        return change_columns(text, journey)
    changes = dict(wishes_in(text).changes)
    changes |= columns_in(text, journey.columns) or columns_said(text)
    if not changes and text:
        said = text.casefold()
        if any(word in said for word in _FASTER):
            return Reply(say("faster"), (Call("revise_plan", {"changes": {"budget_seconds": 30}}),))
        if any(word in said for word in _SLOWER):
            return Reply(say("slower"), (Call("revise_plan", {"changes": {"budget_seconds": 600}}),))
    if not changes:
        return Reply(say("change_plan"), (Call("revise_plan", {}),))
    return Reply(calls=(Call("revise_plan", {"changes": changes}),))


def change_columns(text: str, journey: Journey) -> Reply:
    """Another guess at what the columns are for."""
    if not journey.dataset_id:
        return Reply(say("no_data_yet"), ask=file_ask())
    told = columns_in(text, journey.columns) or columns_said(text)
    alone = column_alone(text, journey.columns)
    if not told and alone:
        told = {"label": alone}
    if told:
        return Reply(calls=(Call("inspect_dataset", {"dataset_id": journey.dataset_id, **told}),))
    return Reply(say("change_columns", journey=journey), ask=Ask(say("change_columns_ask"), kind="text"))


def launch(text: str, journey: Journey) -> Reply:
    if journey.running:
        return Reply(calls=(Call("run_status"),))
    if journey.plan_id:
        return Reply(calls=(Call("launch_training", {"plan_id": journey.plan_id}),))
    reply = propose(text, journey)
    return Reply(say("no_plan_yet"), reply.calls) if reply.calls else reply


def try_it(text: str, journey: Journey) -> Reply:
    texts = texts_to_try(text) if text else []
    if texts:
        return Reply(calls=(Call("try_model", {"texts": texts}),))
    if not journey.model_id:
        return Reply(say("no_model_yet", journey=journey), ask=next_steps(journey))
    return Reply(calls=(Call("try_model"),))


def cancel(text: str, journey: Journey) -> Reply:
    if not journey.running:
        return Reply(say("not_running"), ask=next_steps(journey))
    return Reply(calls=(Call("cancel_run", {"run_id": journey.run_id}),))


def explain(text: str, journey: Journey) -> Reply:
    return Reply(calls=(Call("explain_concept", {"term": text[:200] or "label"}),))


def greeting(text: str, journey: Journey) -> Reply:
    if journey.dataset_id or journey.run_id:
        return Reply(say("greeting", journey=journey), ask=next_steps(journey))
    return Reply(say("welcome"), ask=goal_ask())


def goodbye(text: str, journey: Journey) -> Reply:
    return Reply(say("goodbye", journey=journey))


_ACTIONS: dict[str, Action] = {
    "recommend_task": recommend,
    "load_sample": _tool("load_sample"),
    "upload": upload,
    "inspect_dataset": _tool("inspect_dataset", "dataset_id", "no_data_yet"),
    "list_datasets": _tool("list_datasets"),
    "delete_dataset": _tool("delete_dataset", "dataset_id", "no_data_yet"),
    "propose_plan": propose,
    "revise_plan": revise,
    "list_base_models": _tool("list_base_models"),
    "launch_training": launch,
    "run_status": _tool("run_status", "run_id", "not_running"),
    "cancel_run": cancel,
    "list_runs": _tool("list_runs"),
    "explain_results": _tool("explain_results", "model_id", "no_model_yet"),
    "show_mistakes": _tool("show_mistakes", "model_id", "no_model_yet"),
    "try_model": try_it,
    "try": try_it,
    "export_model": _tool("export_model", "model_id", "no_model_yet"),
    "explain_concept": explain,
    "greeting": greeting,
    "goodbye": goodbye,
}
