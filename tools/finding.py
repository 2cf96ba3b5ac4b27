"""Which dataset, plan, run, model or column is meant, where a person names it loosely or not at all."""

import difflib
from collections.abc import Sequence

from tools.context import ToolContext
from tools.quoting import plain, quote, unquote
from workspace import versions
from workspace.dataset import Dataset, DatasetProfile
from workspace.errors import InputError, NotFound
from workspace.model import TrainedModel
from workspace.plan import StoredPlan
from workspace.run import Run, RunStatus


def find_dataset(context: ToolContext, wanted: str | None, *, undone: bool = False) -> Dataset:
    """By id or name; else the newest of this conversation, else the user's newest. Raises NotFound.

    Args:
        undone: whether the id of a version that was undone means just that one, and not the current one.
    """
    own = context.workspace.datasets
    wanted = unquote(wanted) if wanted else None
    if wanted and wanted.startswith("ds_"):
        found = own.get(wanted)
        return versions.current(context.workspace, found) if found.undone and not undone else found
    if wanted:
        everything = own.list()
        names = [d.name for d in everything]
        index = _named(wanted, names)
        index = _named(wanted, [d.source_name for d in everything]) if index is None else index
        if index is not None:
            return everything[index]
        raise NotFound("DATASET_NOT_FOUND", f"There is no data called “{plain(wanted)}”.", _hint(wanted, names, "data"))
    recent = own.list(context.conversation_id) if context.conversation_id else []
    recent = recent or own.list()
    if not recent:
        raise NotFound("NO_DATASET", "There is no data yet.", "Upload a file, or load a sample to try it out.")
    return recent[0]


def find_plan(context: ToolContext, wanted: str | None) -> StoredPlan:
    """By id; else the last one of this conversation (never of another one: a plan is started). Raises NotFound."""
    if wanted:
        return context.workspace.plans.get(unquote(wanted))
    last = context.workspace.plans.latest(context.conversation_id) if context.conversation_id else None
    if last is None:
        raise NotFound("NO_PLAN", "There is no plan yet.", "Ask for a plan first.")
    return last


def find_run(context: ToolContext, wanted: str | None, *, statuses: Sequence[RunStatus] = ()) -> Run:
    """By id, or by the id of its model; else the newest of this conversation, else the user's newest.

    Args:
        statuses: where nothing is named, only runs in one of these are meant, if there is one.

    Raises:
        NotFound: there is none.
    """
    own = context.workspace.runs
    if wanted:
        wanted = unquote(wanted)
        return own.get(context.workspace.models.get(wanted).run_id if wanted.startswith("mdl_") else wanted)
    recent = own.list(context.conversation_id) if context.conversation_id else []
    recent = recent or own.list()
    if not recent:
        raise NotFound("NO_RUN", "There is no training yet.", "Ask for a plan and start it.")
    return next((run for run in recent if run.status in statuses), recent[0])


def find_model(context: ToolContext, wanted: str | None) -> TrainedModel:
    """By id, name or its run's id; else the newest of this conversation, else the user's newest. Raises NotFound."""
    own = context.workspace.models
    if wanted:
        wanted = unquote(wanted)
        if wanted.startswith("mdl_"):
            return own.get(wanted)
        if wanted.startswith("run_"):
            return _model_of(context, context.workspace.runs.get(wanted))
        found = own.list()
        names = [m.name for m in found]
        index = _named(wanted, names)
        if index is not None:
            return found[index]
        raise NotFound(
            "MODEL_NOT_FOUND", f"There is no model called “{plain(wanted)}”.", _hint(wanted, names, "models")
        )
    runs = context.workspace.runs.list(context.conversation_id) if context.conversation_id else []
    for run in runs:
        if run.status is RunStatus.SUCCEEDED and (model := own.of_run(run.id)):
            return model
    newest = own.list()
    if not newest:
        raise NotFound("NO_MODEL", "There is no trained model yet.", "Train one first; a sample takes about a minute.")
    return newest[0]


def find_column(profile: DatasetProfile, wanted: str) -> str:
    """The column's own name from what a person or a model wrote. Raises InputError with what is near."""
    names = [c.name for c in profile.columns]
    index = _named(unquote(wanted), names)
    if index is not None:
        return names[index]
    raise InputError(
        "MISSING_COLUMN", f"There is no column “{plain(unquote(wanted))}”.", _hint(wanted, names, "columns")
    )


def _model_of(context: ToolContext, run: Run) -> TrainedModel:
    model = context.workspace.models.of_run(run.id)
    if model is None:
        raise NotFound(
            "NO_MODEL", "This training has left no model.", "Look at how it went, or train again with another plan."
        )
    return model


def _named(wanted: str, names: Sequence[str]) -> int | None:
    """Index of the name that is meant: that very name, as quoted, or the only one alike but for case and spaces."""
    if wanted in names:
        return names.index(wanted)
    quoted = [i for i, name in enumerate(names) if unquote(quote(name)) == wanted]
    alike = quoted or [i for i, name in enumerate(names) if _folded(name) == _folded(wanted)]
    if alike and len({names[i] for i in alike}) == 1:
        return alike[0]
    return None


def _folded(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum()) or name


def _hint(wanted: str, names: Sequence[str], what: str) -> str:
    if not names:
        return f"There are no {what} yet."
    folded = {_folded(name): name for name in names}
    near = difflib.get_close_matches(_folded(unquote(wanted)), folded, n=1, cutoff=0.6)
    if near:
        return f"Did you mean “{plain(folded[near[0]])}”?"
    listed = ", ".join(f"“{plain(name, 40)}”" for name in list(dict.fromkeys(names))[:8])
    return f"There are: {listed}{' and more' if len(set(names)) > 8 else ''}."
