"""What a training itself tells about a fault: its failure, what its curves and its result show."""

from tools.run_story import story_of
from tools.troubleshooting import Known
from tools.troubleshooting.entry import entry_of
from workspace.home import Workspace
from workspace.run import Run, RunStatus

_CURVES = {"train_loss": ("train_loss", "loss"), "valid_loss": ("valid_loss",), "valid_score": ("valid_accuracy",)}


def told_by(run: Run) -> str:
    """The failure as text: what a program said, and where."""
    if run.failure is None:
        return ""
    facts = run.failure.facts
    parts = [str(facts[name]) for name in ("traceback", "exception", "detail", "log") if facts.get(name)]
    return "\n".join([run.failure.message, *parts])


def known_of(workspace: Workspace, run: Run) -> Known:
    """The code that it ended with, and the curves of what it tried last."""
    entry = entry_of(run.failure.code) if run.failure else None
    story = story_of(workspace, run.id)
    recipe = run.outcome.recipe if run.outcome else next(reversed(story.recipes), "")
    series: dict[str, list[float]] = {}
    for name, keys in _CURVES.items():
        points = next((story.curves[f"{recipe}/{key}"] for key in keys if f"{recipe}/{key}" in story.curves), [])
        if points:
            series[name] = [value for _, value in points]
    if run.status is RunStatus.SUCCEEDED and run.outcome:
        told = [row.recall for row in run.outcome.evaluation.per_class] if run.outcome.evaluation.per_class else []
        if len(told) > 1 and sum(recall > 0 for recall in told) == 1:
            series["f1"] = [0.0]
    rate = run.plan.settings.get("learning_rate")
    if isinstance(rate, float):
        series["learning_rate"] = [rate]
    return Known(code=entry.code if entry else None, series=series)
