"""From what is wanted to what is done: one function for each intent."""

import re
from collections.abc import Callable
from typing import Any

from assistant.guide import data_intents, deploy_intents, fault_intents, label_intents
from assistant.guide.aims import set_aims
from assistant.guide.division import division_in
from assistant.guide.export_intents import export
from assistant.guide.journey import Journey
from assistant.guide.offers import SAMPLE, delete_option, file_ask, goal_ask, next_steps, sample_options, way_to
from assistant.guide.reply import Ask, Call, Reply
from assistant.guide.slots import column_alone, column_said, columns_in, columns_said, texts_to_try, wishes_in, words
from assistant.guide.texts import say
from tools.asking import UPLOAD, button
from tools.goal import score_goal
from workspace.dataset import TaskKind
from workspace.plan import MOST_SECONDS, TrainingPlan

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
            return Reply(say(first, journey=journey), ask=way_to(journey))
        return Reply(calls=(Call(name, dict(args)),))

    return action


def recommend(text: str, journey: Journey) -> Reply:
    if not text:
        return Reply(say("goal_first"), ask=goal_ask())
    scores = score_goal(text)
    best = max(scores, key=lambda kind: scores[kind])
    if journey.ready and (best == TaskKind.CLASSIFICATION or not scores[best]):
        return Reply(say("goal_with_data", journey=journey), ask=next_steps(journey))
    return Reply(calls=(Call("recommend_task", {"goal": text[:4000]}),))


def ask_support(text: str, journey: Journey) -> Reply:
    """With the person's own words as the question."""
    return Reply(calls=(Call("ask_support", {"message": text[:4000] or "I need help."}),))


def give_feedback(text: str, journey: Journey) -> Reply:
    """Praise, unless the words are those of somebody who is unhappy."""
    verdict = "bad" if re.search(words()["unhappy"], text, re.IGNORECASE) else "good"
    return Reply(calls=(Call("give_feedback", {"verdict": verdict, "comment": text[:2000]}),))


def load_sample(text: str, journey: Journey) -> Reply:
    """The sample whose name or topic is said, else the usual one."""
    if text and re.search(words()["which_samples"], text, re.IGNORECASE):
        return Reply(say("which_samples"), ask=Ask(say("which_samples_ask"), sample_options()))
    named = text and re.search(words()["samples"], text, re.IGNORECASE)
    return Reply(calls=(Call("load_sample", {"name": text[:200]} if named else {}),))


def upload(text: str, journey: Journey) -> Reply:
    return Reply(say("upload"), ask=file_ask())


def propose(text: str, journey: Journey) -> Reply:
    if not journey.dataset_id:
        return Reply(say("no_data_yet"), ask=file_ask())
    division = division_in(text, journey.columns) if text else {}
    args: dict[str, Any] = dict(division or columns_in(text, journey.columns)) if text else {}
    wishes = wishes_in(text).changes if text else {}
    args |= {name: wishes[name] for name in _PROPOSED if name in wishes}
    settings = {name: value for name, value in wishes.items() if name not in TrainingPlan.model_fields}
    if settings:
        args["settings"] = settings
    return Reply(calls=(Call("propose_plan", args),))


_PROPOSED = tuple("task text label recipe base budget_seconds metric test_fraction valid_fraction seed".split())
_SHORTEST = 5


def revise(text: str, journey: Journey) -> Reply:
    """With what was named; else the form in which everything can be set."""
    if not journey.plan_id:
        if journey.ready:
            reply = propose(text, journey)
            return Reply(say("no_plan_yet"), reply.calls)
        return change_columns(text, journey)
    changes = dict(wishes_in(text).changes)
    changes |= division_in(text, journey.columns) or columns_told(text, journey)
    if changes:
        return Reply(calls=(Call("revise_plan", {"changes": changes}),))
    direction = faster_or_better(text)
    if direction == "faster":
        return _faster(journey)
    if direction == "better":
        return _better(text, journey)
    return Reply(say("change_plan"), (Call("revise_plan", {}),))


def faster_or_better(text: str) -> str:
    """``faster``, ``better`` or empty: what somebody wants who names no number."""
    return next((way for way, pattern in words()["ways"].items() if re.search(pattern, text, re.IGNORECASE)), "")


def _faster(journey: Journey) -> Reply:
    plan = journey.plan
    budget, methods = int(plan.get("budget_seconds") or 120), plan.get("methods") or []
    expected = (plan.get("seconds") or [0, budget])[1]
    if len(methods) < 2:
        return Reply(say("fastest", seconds=expected, methods=methods), ask=next_steps(journey))
    shorter = max(_SHORTEST, min(budget, int(expected)) // 2)
    if shorter >= budget:
        return Reply(say("fastest", seconds=expected, methods=methods), ask=next_steps(journey))
    return Reply(say("faster"), (Call("revise_plan", {"changes": {"budget_seconds": shorter}}),))


def _better(text: str, journey: Journey) -> Reply:
    """More time, where that lets another method in; else what helps instead."""
    plan = journey.plan
    budget, methods = int(plan.get("budget_seconds") or 120), plan.get("methods") or []
    if plan.get("recipe") not in (None, "auto"):
        changes: dict[str, Any] = {"recipe": "auto", "budget_seconds": max(budget, 300)}
        return Reply(say("slower"), (Call("revise_plan", {"changes": changes}),))
    if plan.get("warnings") or len(methods) < 2 or re.search(words()["more_time"], text, re.IGNORECASE):
        longer = min(MOST_SECONDS, max(2 * budget, 300))
        return Reply(say("slower"), (Call("revise_plan", {"changes": {"budget_seconds": longer}}),))
    if journey.model_id:
        return Reply(say("better_model"), (Call("explain_results", {"run_id": journey.run_id}),))
    return Reply(say("best_already"), ask=next_steps(journey))


def columns_told(text: str, journey: Journey) -> dict[str, str]:
    """Columns that a message wants to be used, by what they are for."""
    told = columns_in(text, journey.columns) or columns_said(text)
    if told or not text:
        return told
    if name := column_alone(text, journey.columns):
        return {_role(name, journey): name} if name not in (*journey.text, journey.label) else {}
    if name := column_said(text):
        return {"label": name}
    return {}


def _role(column: str, journey: Journey) -> str:
    """What a column is for that was named without saying so: running text is read, anything else is learned."""
    return "text" if column in journey.long_columns else "label"


def change_columns(text: str, journey: Journey) -> Reply:
    """Another guess at what the columns are for."""
    if not journey.dataset_id:
        return Reply(say("no_data_yet"), ask=file_ask())
    if told := columns_told(text, journey):
        return _with_columns(told, journey)
    return Reply(say("change_columns", journey=journey), ask=which_column(journey))


def other_column(text: str, journey: Journey) -> Reply:
    """ "no, the other column": the only other one, or the question which."""
    if not journey.dataset_id:
        return Reply(say("no_data_yet"), ask=file_ask())
    others = journey.other_columns
    if len(others) == 1:
        return _with_columns({_role(others[0], journey): others[0]}, journey)
    if others:
        return Reply(say("which_column", journey=journey), ask=which_column(journey))
    if len(journey.text) == 1 and journey.label:
        return Reply(say("only_columns", journey=journey), ask=_swap(journey))
    return change_columns("", journey)


def _with_columns(told: dict[str, str], journey: Journey) -> Reply:
    if journey.plan_id:
        return Reply(calls=(Call("revise_plan", {"changes": dict(told)}),))
    return Reply(calls=(Call("inspect_dataset", {"dataset_id": journey.dataset_id, **told}),))


def results(text: str, journey: Journey) -> Reply:
    """How good it is; who wants it better hears what helps, and gets the time where a method was left out."""
    if not journey.model_id:
        return Reply(say("no_model_yet", journey=journey), ask=way_to(journey))
    if journey.plan_id and re.search(words()["do_better"], text, re.IGNORECASE):
        return _better(text, journey)
    return Reply(calls=(Call("explain_results"),))


def which_column(journey: Journey) -> Ask:
    """The other columns as buttons, each as the answer to learn; free words are understood as well."""
    options = [
        button(name[:40], "inspect_dataset", dataset_id=journey.dataset_id, label=name)
        for name in journey.other_columns
        if name not in journey.long_columns | journey.id_columns
    ]
    if not options:
        return Ask(say("change_columns_ask"), kind="text")
    return Ask(say("which_answer_ask"), tuple(options[:5]))


def _swap(journey: Journey) -> Ask:
    read, learn = journey.label, journey.text[0]
    label = f"Read “{read[:30]}”, learn “{learn[:30]}”"
    turn = button(label, "inspect_dataset", dataset_id=journey.dataset_id, text=read, label=learn)
    return Ask(say("next_ask"), (turn, *next_steps(journey).options[:2]))


def launch(text: str, journey: Journey) -> Reply:
    if journey.running:
        return Reply(calls=(Call("run_status"),))
    if journey.plan_id:
        return Reply(calls=(Call("launch_training", {"plan_id": journey.plan_id}),))
    reply = propose(text, journey)
    return Reply(say("no_plan_yet"), reply.calls) if reply.calls else reply


def try_it(text: str, journey: Journey) -> Reply:
    texts = texts_to_try(text) if text else []
    if not journey.model_id:
        return Reply(say("no_model_yet", journey=journey), ask=next_steps(journey))
    if texts:
        return Reply(calls=(Call("try_model", {"texts": texts[:20]}),))
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


def duration(text: str, journey: Journey) -> Reply:
    if journey.running:
        return Reply(calls=(Call("run_status"),))
    return Reply(say("duration", journey=journey), ask=next_steps(journey))


def restart(text: str, journey: Journey) -> Reply:
    options = [UPLOAD, SAMPLE]
    if journey.plan_id and not journey.running:
        options.append(button("Plan with the same data", "propose_plan", dataset_id=journey.dataset_id))
    return Reply(say("restart", journey=journey), ask=Ask(say("upload_ask"), tuple(options), kind="file"))


def wrong_file(text: str, journey: Journey) -> Reply:
    options = (UPLOAD, delete_option(journey)) if journey.dataset_id else (UPLOAD, SAMPLE)
    return Reply(say("wrong_file", journey=journey), ask=Ask(say("upload_ask"), options, kind="file"))


def goodbye(text: str, journey: Journey) -> Reply:
    return Reply(say("goodbye", journey=journey))


_ACTIONS: dict[str, Action] = {
    "recommend_task": recommend,
    "set_success_criteria": set_aims,
    "load_sample": load_sample,
    "upload": upload,
    "inspect_dataset": _tool("inspect_dataset", "dataset_id", "no_data_yet"),
    "list_datasets": _tool("list_datasets"),
    "delete_dataset": data_intents.delete,
    "clean_dataset": data_intents.clean,
    "check_dataset": data_intents.check,
    "undo": data_intents.undo,
    "redo": data_intents.redo,
    "redact_dataset": data_intents.redact,
    "augment_dataset": data_intents.augment,
    "compare_datasets": data_intents.compare,
    "rename_dataset": data_intents.rename,
    "share_dataset": data_intents.share,
    "label_examples": label_intents.label,
    "change_categories": label_intents.change_categories,
    "answer_example": label_intents.answer_example,
    "decide_differences": label_intents.decide,
    "finish_labelling": label_intents.finish,
    "invite_labeller": label_intents.invite,
    "prelabel_examples": _tool("prelabel_examples", "dataset_id", "no_data_yet"),
    "propose_plan": propose,
    "revise_plan": revise,
    "other_column": other_column,
    "duration": duration,
    "restart": restart,
    "wrong_file": wrong_file,
    "other_file": _tool("list_datasets"),
    "list_base_models": _tool("list_base_models"),
    "launch_training": launch,
    "run_status": _tool("run_status", "run_id", "not_running"),
    "cancel_run": cancel,
    "list_runs": _tool("list_runs"),
    "explain_results": results,
    "show_mistakes": _tool("show_mistakes", "model_id", "no_model_yet"),
    "compare_runs": _tool("compare_runs", "model_id", "no_model_yet"),
    "try_model": try_it,
    "try": try_it,
    "predict_file": _tool("predict_file", "model_id", "no_model_yet"),
    "export_model": export,
    "deploy_model": _tool("deploy_model", "model_id", "no_model_yet"),
    "delete_model": _tool("delete_model", "model_id", "no_model_yet"),
    "show_deployments": _tool("show_deployments"),
    "change_deployment": deploy_intents.change,
    "ask_support": ask_support,
    "support_state": _tool("support_state"),
    "give_feedback": give_feedback,
    "explain_concept": explain,
    "diagnose_problem": fault_intents.diagnose,
    "odd_results": fault_intents.explain_text,
    "apply_fix": fault_intents.apply,
    "greeting": greeting,
    "goodbye": goodbye,
}
