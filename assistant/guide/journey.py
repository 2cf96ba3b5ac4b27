"""Where a conversation stands, read from its messages alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from workspace.events import Asked

_ENDED = ("succeeded", "failed", "cancelled")


@dataclass
class Journey:
    """What there is so far. Ids are empty where there is none."""

    dataset_id: str = ""
    dataset_name: str = ""
    names: dict[str, str] = field(default_factory=dict)
    """The id of each data set that was looked at, by its name."""
    columns: list[str] = field(default_factory=list)
    long_columns: set[str] = field(default_factory=set)
    """Columns of running text: what one reads, not what one answers."""
    id_columns: set[str] = field(default_factory=set)
    """Columns in which nothing repeats: nothing can be learned from them."""
    text: list[str] = field(default_factory=list)
    label: str = ""
    """The columns that would be read and learned now."""
    why: str = ""
    """Why these columns."""
    blocking: list[str] = field(default_factory=list)
    """What stands in the way of a training on this data, in sentences."""
    ready: bool = False
    """The data has a text column and an answer column."""
    plan_id: str = ""
    plan: dict[str, Any] = field(default_factory=dict)
    """What the model got to know of the plan: methods, seconds, budget_seconds, warnings, …"""
    run_id: str = ""
    run_status: str = ""
    failure: str = ""
    """Why the last training failed, and what to do; empty where it did not."""
    model_id: str = ""
    goal: str = ""
    audience: str = ""
    """business, developer or researcher; empty where nobody said."""
    at: Literal["goal", "data", "plan", "run", "model"] = "goal"
    """What the last step was about."""
    asked: Asked | None = None
    """The last question, if nothing but its answer came after it."""
    labelling: bool = False
    """Texts are being labelled: the last step was one of it."""
    trying: bool = False
    """The person is typing texts for the model."""

    @classmethod
    def of(cls, messages: Sequence[BaseMessage]) -> "Journey":
        """Folds the messages, oldest first; what the person did last does not close the question it may answer."""
        journey = cls()
        last = len(messages) - 1
        if last > 0 and "answer" in messages[last].additional_kwargs and isinstance(messages[last - 1], HumanMessage):
            last -= 1  # typed words, and the answer that was read from them
        for place, message in enumerate(messages):
            if isinstance(message, ToolMessage):
                journey._after(message.name or "", result_of(message), message.status != "error")
            elif isinstance(message, AIMessage) and (asked := message.additional_kwargs.get("ask")):
                journey.asked = Asked.model_validate(asked)
            elif isinstance(message, HumanMessage) and place < last:
                journey.asked = None
        return journey

    def _after(self, tool: str, data: dict[str, Any], ok: bool) -> None:
        if not ok:
            return
        take = _TAKERS.get(tool)
        if take:
            take(self, data)
            self.at = _PLACES.get(tool, self.at)
        self.labelling = tool in _LABELLING
        self.trying = tool == "try_model" or (self.trying and tool in ("show_mistakes", "explain_concept"))

    @property
    def running(self) -> bool:
        return bool(self.run_id) and self.run_status not in _ENDED

    @property
    def lost(self) -> bool:
        """The last training ended without a result."""
        return self.run_status in ("failed", "cancelled")

    @property
    def other_columns(self) -> list[str]:
        """Columns that are neither read nor learned now."""
        return [name for name in self.columns if name not in self.text and name != self.label]


def result_of(message: ToolMessage) -> dict[str, Any]:
    """What the tool returned, as data."""
    data = message.additional_kwargs.get("data")
    if data is None:
        try:
            data = json.loads(str(message.content))
        except json.JSONDecodeError:
            return {}
    return data if isinstance(data, dict) else {}


def bare(text: Any) -> str:
    """A quoted name without its marks."""
    return str(text).removeprefix("«").removesuffix("»")


def _goal(journey: Journey, data: dict[str, Any]) -> None:
    journey.goal = str(data.get("task") or "")


def _dataset(journey: Journey, data: dict[str, Any]) -> None:
    journey.dataset_id = str(data.get("dataset_id") or data.get("dataset") or "")
    journey.dataset_name = bare(data.get("name", ""))
    if journey.dataset_name:
        journey.names[journey.dataset_name] = journey.dataset_id
    journey.columns = [bare(column["name"]) for column in data.get("columns", [])]
    journey.long_columns = {bare(c["name"]) for c in data.get("columns", []) if c.get("role") == "text"}
    journey.id_columns = {bare(c["name"]) for c in data.get("columns", []) if c.get("role") in ("id", "date")}
    wanted = data.get("plan_arguments", {})
    journey.text = [bare(name) for name in wanted.get("text") or []]
    answers = [bare(name) for name in data.get("answers_in") or []]
    journey.label = bare(wanted.get("label") or (answers[0] if answers else ""))
    journey.why = bare(data.get("why", ""))
    journey.blocking = [bare(p["message"]) for p in data.get("problems", []) if p["severity"] == "blocking"]
    journey.ready = bool(wanted.get("text") and journey.label) and not journey.blocking
    journey.plan_id, journey.plan = "", {}


def _criteria(journey: Journey, data: dict[str, Any]) -> None:
    journey.audience = str(data.get("audience") or journey.audience)
    if data.get("plan"):
        _plan(journey, data["plan"])
        journey.at = "plan"


def _version(journey: Journey, data: dict[str, Any]) -> None:
    """A tool that may have made a new version of the data; a look at it alone leaves everything as it was."""
    if data.get("plan_arguments"):
        _dataset(journey, data)
        journey.at = "data"
        if data.get("plan"):
            _plan(journey, data["plan"])
            journey.at = "plan"


def _deleted(journey: Journey, data: dict[str, Any]) -> None:
    if data.get("dataset_id"):  # only the original was forgotten
        journey.dataset_id, journey.at = str(data["dataset_id"]), "data"
        return
    journey.dataset_id, journey.dataset_name, journey.columns, journey.plan_id = "", "", [], ""
    journey.text, journey.label, journey.plan, journey.blocking = [], "", {}, []
    journey.ready = False


def _plan(journey: Journey, data: dict[str, Any]) -> None:
    journey.plan_id = str(data.get("plan_id") or "")
    journey.dataset_id = str(data.get("dataset_id") or journey.dataset_id)
    journey.ready = True
    if "can_be_changed" not in data:
        journey.plan = data
        journey.text = [bare(name) for name in data.get("text", [])] or journey.text
        journey.label = bare(data.get("label", "")) or journey.label


def _run(journey: Journey, data: dict[str, Any]) -> None:
    journey.run_id = str(data.get("run_id") or journey.run_id)
    journey.run_status = str(data.get("status") or journey.run_status or "queued")
    failure = data.get("failure") or {}
    journey.failure = f"{bare(failure.get('message', ''))} {bare(failure.get('next_step', ''))}".strip()
    journey.model_id = str(data.get("model_id") or journey.model_id)


def _results(journey: Journey, data: dict[str, Any]) -> None:
    _run(journey, data | {"status": "succeeded"})


def _use(journey: Journey, data: dict[str, Any]) -> None:
    journey.model_id = str(data.get("model_id") or journey.model_id)


_TAKERS = {
    "recommend_task": _goal,
    "load_sample": _dataset,
    "inspect_dataset": _dataset,
    "clean_dataset": _version,
    "redact_dataset": _version,
    "augment_dataset": _version,
    "finish_labelling": _version,
    "delete_dataset": _deleted,
    "set_success_criteria": _criteria,
    "propose_plan": _plan,
    "revise_plan": _plan,
    "launch_training": _run,
    "apply_fix": _run,
    "run_status": _run,
    "cancel_run": _run,
    "explain_results": _results,
    "show_mistakes": _use,
    "try_model": _use,
    "export_model": _use,
    "predict_file": _use,
    "deploy_model": _use,
    "change_deployment": _use,
}

_LABELLING = frozenset(
    {"label_examples", "answer_example", "change_categories", "prelabel_examples", "invite_labeller"}
)

_PLACES: dict[str, Literal["goal", "data", "plan", "run", "model"]] = {
    "load_sample": "data",
    "inspect_dataset": "data",
    "delete_dataset": "goal",
    "propose_plan": "plan",
    "revise_plan": "plan",
    "launch_training": "run",
    "apply_fix": "run",
    "run_status": "run",
    "cancel_run": "run",
    "explain_results": "model",
    "show_mistakes": "model",
    "try_model": "model",
    "export_model": "model",
    "deploy_model": "model",
    "change_deployment": "model",
}
