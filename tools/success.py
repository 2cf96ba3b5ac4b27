"""Who asks, what for, and which mistakes are worse: one short form, or free words. Nobody has to answer."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from tools.aims import aim_views, criteria_of, limit_sentence, limits_among, unknown_labels
from tools.asking import UPLOAD, ask, button, form
from tools.context import ToolContext
from tools.finding import find_dataset
from tools.inspecting import labels_of
from tools.plans import with_limits
from tools.quoting import plain, quote, unquote
from tools.registry import ToolOutput, tool
from workspace.dataset import Dataset
from workspace.errors import InputError
from workspace.events import Asked, FormField, Option
from workspace.run import Run, RunStatus
from workspace.success import Audience, MistakeLimit, SuccessCriteria, meant_label

Worse = Literal["missed", "false_alarms", "both"]
_WORSE: dict[str, Worse] = {
    "both the same": "both",
    "missing one": "missed",
    "a false alarm": "false_alarms",
}
_USUAL_PERCENT = 5.0
_MOST_LABELS = 50


@tool()
def set_success_criteria(
    context: ToolContext,
    audience: Annotated[Audience | None, Field(description="who the person is, if they said so")] = None,
    use: Annotated[str | None, Field(description="what the answers are for, in their words", max_length=500)] = None,
    worse: Annotated[
        str | None,
        Field(description="which mistake is worse: 'missed' (of a label's texts), 'false_alarms', or 'both' the same"),
    ] = None,
    label: Annotated[str | None, Field(description="the label that these mistakes are about", max_length=200)] = None,
    at_most_percent: Annotated[
        float | None, Field(description="how many such mistakes of 100 are bearable", ge=0, lt=100)
    ] = None,
    clear: Annotated[bool, Field(description="take all limits on mistakes away")] = False,
    changes: Annotated[dict[str, JsonValue] | None, Field(description="what was filled into the form")] = None,
) -> ToolOutput:
    """Keeps who the person is, what the answers are for, and which mistakes are worse, with a limit on them.

    Use it for words such as "I must not miss more than 5 % of the urgent mails", "false alarms are worse" or "I am a
    developer". The plan, the answers of the model and the verdict follow it. Without arguments it shows a short form.
    """
    given = {"audience": audience, "use": use, "worse": worse, "label": label, "at_most_percent": at_most_percent}
    said: dict[str, JsonValue] = {
        name: value for name, value in (given | (changes or {})).items() if value not in (None, "")
    }
    said |= {"worse": _WORSE.get(str(said["worse"]), said["worse"])} if "worse" in said else {}
    before = criteria_of(context)
    dataset, labels = _data(context)
    if not clear and (not said or (not changes and _lacks_label(said, labels))):
        return _form(before, labels, said)
    wanted = _changed(before.model_copy(update={"limits": ()}) if clear else before, said, labels)
    if context.conversation_id is not None:
        context.workspace.transcripts.set_criteria(context.conversation_id, wanted)
    return _kept(context, wanted, dataset, labels)


def _changed(before: SuccessCriteria, said: dict[str, JsonValue], labels: dict[str, int]) -> SuccessCriteria:
    """What is wanted now. Raises InputError with all that cannot be understood."""
    faults: list[str] = []
    after = before.model_dump(include={"audience", "use"})
    after |= {name: str(said[name]) for name in ("audience", "use") if name in said}
    if after["audience"] not in (None, "business", "developer", "researcher"):
        faults.append("The audience is business, developer or researcher.")
    criteria = before if faults else SuccessCriteria(limits=before.limits, **after)
    worse = said.get("worse")
    if worse == "both":
        criteria = criteria.model_copy(update={"limits": ()})
    elif worse in ("missed", "false_alarms") or "at_most_percent" in said:
        share = _share(said.get("at_most_percent", _USUAL_PERCENT), faults)
        name = _label(str(said.get("label", "")), labels, faults)
        if name and not faults:
            kind: Literal["missed", "false_alarms"] = "false_alarms" if worse == "false_alarms" else "missed"
            criteria = criteria.with_limit(MistakeLimit(kind=kind, label=name, at_most=share))
    elif worse:
        faults.append("Worse is 'missed', 'false_alarms' or 'both'.")
    if faults:
        raise InputError("CRITERIA_INVALID", " ".join(faults), "Say it in another way, or fill in the form.")
    return criteria


def _share(percent: JsonValue, faults: list[str]) -> float:
    try:
        share = float(str(percent).rstrip(" %")) / 100
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        faults.append("How many of 100 are bearable is a number from 0 to below 100.")
    return share


def _label(said: str, labels: dict[str, int], faults: list[str]) -> str:
    """The label's own name where there is data; else as it was said, to be found in the data that comes."""
    said = unquote(said).strip()
    if not said and len(labels) == 2:
        said = min(labels, key=lambda name: labels[name])  # of two answers the rare one is the one to be found
    if not said:
        faults.append("Which label are these mistakes about?")
    elif labels and (found := meant_label(said, list(labels))):
        return found
    elif labels:
        listed = ", ".join(f"“{plain(name, 40)}”" for name in list(labels)[:8])
        faults.append(f"There is no label “{plain(said, 60)}”; there are {listed}.")
    return said


def _data(context: ToolContext) -> tuple[Dataset | None, dict[str, int]]:
    """The data of this conversation and its labels; nothing where there is none yet."""
    own = context.workspace.datasets.list(context.conversation_id) if context.conversation_id else []
    if not own:
        return None, {}
    dataset = find_dataset(context, own[0].id)
    plan = context.workspace.plans.latest(context.conversation_id or "")
    used = plan.plan if plan and plan.plan.dataset_id == dataset.id else None
    guess = dataset.profile.task
    return dataset, labels_of(context, dataset, used.label if used else guess.label, used.task if used else guess.kind)


def _lacks_label(said: dict[str, JsonValue], labels: dict[str, int]) -> bool:
    """Whether one mistake is worse, but nobody knows yet for which label: the form asks."""
    wanted = said.get("worse", "missed" if "at_most_percent" in said else "both") != "both"
    named = str(said.get("label", ""))
    return wanted and len(labels) != 2 and (not named or (bool(labels) and meant_label(named, list(labels)) is None))


def _form(criteria: SuccessCriteria, labels: dict[str, int], said: dict[str, JsonValue]) -> ToolOutput:
    limit = criteria.limits[-1] if criteria.limits else None
    kinds: dict[object, str] = {kind: words for words, kind in _WORSE.items()}
    percent = said.get("at_most_percent") or (100 * limit.at_most if limit else _USUAL_PERCENT)
    names = [plain(name, 80) for name in list(labels)[:_MOST_LABELS]]
    rarest = min(labels, key=lambda name: labels[name]) if labels else ""
    shown = {
        "audience": str(said.get("audience") or criteria.audience or "business"),
        "worse": kinds.get(said.get("worse") or (limit.kind if limit else "both"), "both the same"),
        "label": plain(limit.label if limit else rarest, 80),
        "at_most_percent": f"{percent:g}" if isinstance(percent, (int, float)) else str(_USUAL_PERCENT),
    }
    fields = [
        FormField(
            name="audience",
            label="Who are you?",
            kind="choice",
            help="Changes how I talk and how much detail you see, never what you can do.",
            value=shown["audience"],
            options=["business", "developer", "researcher"],
        ),
        FormField(name="use", label="What will you do with the answers?", kind="text", value=criteria.use),
        FormField(
            name="worse", label="Which mistake is worse?", kind="choice", value=shown["worse"], options=list(_WORSE)
        ),
        FormField(
            name="label",
            label="For which label?",
            kind="choice" if names else "text",
            help="Counts only where one mistake is worse.",
            value=shown["label"],
            options=names,
        ),
        FormField(
            name="at_most_percent",
            label="How many of 100 are bearable?",
            kind="number",
            value=float(shown["at_most_percent"]),
            minimum=0,
            maximum=99,
        ),
    ]
    save = button("Keep this", "set_success_criteria", primary=True, **shown)
    question = form("Five short questions, all of them optional.", fields, save, SKIP)
    return ToolOutput(data={"form": True, "labels": len(labels)}, ask=question)


SKIP = Option(id="guide:where", label="Skip")


def _kept(
    context: ToolContext, criteria: SuccessCriteria, dataset: Dataset | None, labels: dict[str, int]
) -> ToolOutput:
    data: dict[str, JsonValue] = {
        "audience": criteria.audience,
        "use": quote(criteria.use, 200) if criteria.use else "",
        "limits": [quote(limit_sentence(limit), 200) for limit in criteria.limits],
        "not_in_the_data": [quote(name, 60) for name in unknown_labels(criteria, labels)] if labels else [],
    }
    run = _last_run(context)
    plan = context.workspace.plans.latest(context.conversation_id) if context.conversation_id else None
    if run and run.outcome and (plan is None or plan.id == run.plan_id):
        views = aim_views(criteria.limits, run.outcome.evaluation)
        data["aims"] = [quote(view.sentence, 300) for view in views]
        return ToolOutput(data=data, ask=_after_result(run, reached=all(v.met in ("yes", "likely") for v in views)))
    if plan and (run is None or run.plan_id != plan.id):
        output = with_limits(context, plan, limits_among(criteria, labels))
        data["plan"] = output.data
        return output.model_copy(update={"data": data})
    if dataset is None:
        return ToolOutput(data=data, ask=ask("What next?", UPLOAD, button("Show me with an example", "load_sample")))
    return ToolOutput(data=data, ask=ask("What next?", button("Make a plan", "propose_plan", primary=True)))


def _after_result(run: Run, *, reached: bool) -> Asked:
    again = button("Train again with these aims", "propose_plan", primary=not reached, dataset_id=run.plan.dataset_id)
    results = button("Show the results", "explain_results", primary=reached, run_id=run.id)
    return ask("What next?", *((results, again) if reached else (again, results)))


def _last_run(context: ToolContext) -> Run | None:
    runs = context.workspace.runs.list(context.conversation_id) if context.conversation_id else []
    return next((run for run in runs if run.status is not RunStatus.FAILED), None)
