"""The likely next steps as buttons."""

from typing import Any

from assistant.guide.journey import Journey, bare
from assistant.guide.reply import Ask
from assistant.guide.texts import say
from tools.asking import CHANGE, UPLOAD, button
from tools.samples import load_samples
from tools.words import count
from workspace.events import Option

SAMPLE = button("Show me with sample data", "load_sample")
GOALS = (
    button("Sort messages", "recommend_task", goal="sort texts"),
    button("Find names in text", "recommend_task", goal="find names in text"),
    button("Write text", "recommend_task", goal="write text"),
    SAMPLE,
)
TRY = button("Try it", "try_model", primary=True)
OTHER_FILE = Option(id="upload", label="Upload another file")

_LABELS = {
    "recommend_task": "Say what I want to get done",
    "set_success_criteria": "Say which mistakes are worse",
    "load_sample": "See it with sample data",
    "upload": "Upload a file",
    "inspect_dataset": "Look at my data",
    "list_datasets": "List my data",
    "delete_dataset": "Delete my data",
    "propose_plan": "Make a plan",
    "revise_plan": "Change the plan",
    "list_base_models": "Show the base models",
    "launch_training": "Start the training",
    "run_status": "See how far the training is",
    "cancel_run": "Stop the training",
    "list_runs": "List my trainings",
    "explain_results": "Show the results",
    "show_mistakes": "See the mistakes",
    "compare_runs": "Compare my trainings",
    "try_model": "Try the model",
    "export_model": "Download the model",
    "delete_model": "Delete the model",
    "deploy_model": "Use the model from a program",
    "show_deployments": "See what is online",
    "clean_dataset": "Clean my data",
    "check_dataset": "Check my labels",
    "label_examples": "Label texts here",
    "redact_dataset": "Hide personal data",
    "augment_dataset": "Make rows for rare labels",
    "rename_dataset": "Rename my data",
    "share_dataset": "Share my data",
    "predict_file": "Let the model answer a file",
    "change_deployment": "Change what is online",
    "diagnose_problem": "Find out what went wrong",
    "odd_results": "Find out what is odd",
    "ask_support": "Ask a person",
    "code": "Whether programming is needed",
    "leave": "Whether I may leave",
    "language": "Which languages work",
    "explain_concept": "Have a word explained",
    "help": "Hear how this works",
    "where": "See where we are",
    "privacy": "Where my data goes",
    "cost": "What it costs",
    "duration": "How long it takes",
    "amount": "Which data is needed",
    "who": "Who you are",
    "restart": "Start anew",
    "wrong_file": "Take another file",
    "other_file": "List my data",
    "why": "Hear why",
}
"""What the guide may offer when it is not sure. Small talk is not among it: nobody presses that."""


def next_steps(journey: Journey) -> Ask:
    """What most people do from here."""
    return Ask(say("next_ask"), next_options(journey))


def next_options(journey: Journey) -> tuple[Option, ...]:
    if journey.running:
        return (button("See how far it is", "run_status", primary=True), button("Stop the training", "cancel_run"))
    if journey.at == "plan" and journey.plan_id:
        return (button("Start", "launch_training", primary=True, plan_id=journey.plan_id), CHANGE)
    if journey.at == "run" and journey.lost and journey.ready:
        again = button("Make another plan", "propose_plan", primary=True)
        return (again, button("Show my data", "inspect_dataset"), OTHER_FILE)
    if journey.at == "data" and journey.ready:
        return (button("Make a plan", "propose_plan", primary=True), CHANGE, OTHER_FILE)
    if journey.at == "data":
        return (CHANGE, OTHER_FILE, SAMPLE)
    if journey.model_id:
        return (TRY, button("See the mistakes", "show_mistakes"), button("Download the model", "export_model"))
    return (UPLOAD, SAMPLE) if journey.goal else GOALS


def delete_option(journey: Journey) -> Option:
    return button("Delete this file", "delete_dataset", dataset_id=journey.dataset_id)


def data_options(data: dict[str, Any], journey: Journey) -> tuple[Option, ...]:
    """The listed data sets as buttons, without the one that is used already."""
    found = [entry for entry in data.get("datasets", []) if entry["id"] != journey.dataset_id]
    use = [
        button(
            f"Use {bare(entry['name'])[:40]} ({count(entry['rows'], 'row')})", "inspect_dataset", dataset_id=entry["id"]
        )
        for entry in found[:4]
    ]
    return (*use, OTHER_FILE if journey.dataset_id or use else UPLOAD)


def sample_options() -> tuple[Option, ...]:
    """The packaged samples as buttons."""
    return tuple(button(sample.title, "load_sample", name=name) for name, sample in load_samples().items())


def offered(intent: str) -> Option:
    """A button that does what somebody may have meant."""
    return Option(id=f"guide:{intent}", label=_LABELS[intent])


def offers(likely: tuple[str, ...], journey: Journey) -> tuple[Option, ...]:
    """Three buttons: what the words may mean, filled up with what usually comes next."""
    meant = [offered(intent) for intent in likely if intent in _LABELS and _possible(intent, journey)]
    usual = [option for option in next_options(journey) if option.label not in {m.label for m in meant}]
    return tuple([*meant, *usual][:3])


def _possible(intent: str, journey: Journey) -> bool:
    """Whether it makes sense to offer this now."""
    if intent in _NEEDS_MODEL:
        return bool(journey.model_id)
    if intent in ("run_status", "cancel_run"):
        return journey.running
    if intent in ("launch_training", "revise_plan"):
        return bool(journey.plan_id) and not journey.running
    if intent in _NEEDS_DATA:
        return bool(journey.dataset_id)
    return True


_NEEDS_MODEL = frozenset(
    "explain_results show_mistakes compare_runs try_model predict_file export_model deploy_model change_deployment"
    " delete_model odd_results".split()
)
_NEEDS_DATA = frozenset(
    "inspect_dataset delete_dataset propose_plan restart wrong_file why clean_dataset check_dataset label_examples"
    " redact_dataset augment_dataset rename_dataset share_dataset other_file".split()
)


def goal_ask() -> Ask:
    return Ask(say("welcome_ask"), GOALS)


def file_ask() -> Ask:
    return Ask(say("upload_ask"), (UPLOAD, SAMPLE), kind="file")


def way_to(journey: Journey) -> Ask:
    """What comes next, where there is anything yet; else how to bring a file."""
    return next_steps(journey) if journey.dataset_id or journey.run_id else file_ask()
