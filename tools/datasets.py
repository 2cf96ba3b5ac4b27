"""Data: load a sample, look into a file, list what is there, delete it."""

import hashlib
import tempfile
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, JsonValue

from tools.asking import UPLOAD, ask, button
from tools.cards import DatasetRowView, DatasetsCard
from tools.columns import choose
from tools.context import ToolContext
from tools.finding import find_dataset
from tools.forgetting import STAYS, copies_kept, describe_forgetting, forget_original, forget_shown, models_kept
from tools.inspecting import inspected
from tools.labelling_desk import forget_labelling
from tools.quoting import plain, quote
from tools.registry import ApprovalRequest, ToolOutput, tool
from tools.samples import find_sample
from workspace import versions
from workspace.dataset import Dataset, TaskKind
from workspace.errors import Conflict, NotFound
from workspace.events import FileReceived
from workspace.reading import ingest, original_key
from workspace.reading.hub_reader import fetch_hub_dataset, hub_name

_MAX_LISTED = 50


@tool()
def load_sample(
    context: ToolContext,
    name: Annotated[
        str | None,
        Field(
            description="'sms_spam' (text messages, the usual one), 'bank_questions' (ten topics), "
            "'voice_commands' (seven intents, with names and places marked), or hf://owner/name for a data set of the "
            "Hugging Face hub that the person has named"
        ),
    ] = None,
) -> ToolOutput:
    """Loads a small real data set, for somebody who wants to see how it works without a file of their own.

    It becomes the data of this conversation, and is then shown in the same way as an uploaded file.
    """
    if hub := hub_name(name or ""):
        with tempfile.TemporaryDirectory(prefix="mtw-") as folder:
            progress = context.progress_of(hub)
            fetched = fetch_hub_dataset(hub, Path(folder), context.workspace.settings, progress)
            return inspected(context, _kept(context, fetched, fetched.name))
    sample = find_sample(name)
    recent = context.workspace.datasets.list(context.conversation_id) if context.conversation_id else []
    if recent and recent[0].source_name == sample.file and recent[0].parent_id is None:
        dataset = recent[0]  # pressed twice
    else:
        dataset = _kept(context, sample.path, sample.file)
    output = inspected(context, dataset)
    about: dict[str, JsonValue] = {
        "about": sample.summary,
        "goal": sample.goal,
        "licence": f"{sample.licence}, {sample.by}",
    }
    return output.model_copy(update={"data": {"sample": sample.name} | about | output.data})


@tool()
def inspect_dataset(
    context: ToolContext,
    dataset_id: Annotated[
        str | None, Field(description="id or name of the data; leave out for the newest of this conversation")
    ] = None,
    text: Annotated[
        list[str] | str | None, Field(description="column(s) with the text to read, where the guess is wrong")
    ] = None,
    label: Annotated[str | None, Field(description="column with the answer to learn, where the guess is wrong")] = None,
    task: Annotated[TaskKind | None, Field(description="the task, where the guess is wrong")] = None,
    sheet: Annotated[
        str | None,
        Field(description="another sheet of the same workbook; '*' for all sheets with the same columns together"),
    ] = None,
) -> ToolOutput:
    """Shows what is in a data set: rows, columns and their roles, labels with counts, and problems to fix.

    Use it after a file has arrived, and again with text, label, task or sheet when the person corrects the guess.
    Corrections hold for the rest of the conversation.
    """
    found = _found_or_read(context, dataset_id)
    if sheet and sheet != found.profile.sheet:
        found = _other_sheet(context, found, sheet)
    return inspected(context, found, choose(context, found, text, label, task))


@tool()
def list_datasets(context: ToolContext) -> ToolOutput:
    """Lists the data sets of this person, newest first: the current version, what was done to it, size and date."""
    everything = context.workspace.datasets.list()
    found = list({d.family_id: d for d in reversed(everything)}.values())[::-1]
    here = context.workspace.datasets.list(context.conversation_id) if context.conversation_id else []
    if not found:
        question = "There is no data yet. Upload a file, or start with an example: it takes a minute."
        return ToolOutput(
            data={"datasets": [], "count": 0},
            cards=[DatasetsCard(datasets=[]).card("No data yet")],
            ask=ask(question, UPLOAD, button("Show me with an example", "load_sample")),
        )
    card = DatasetsCard(
        datasets=[
            DatasetRowView(
                dataset_id=d.id,
                name=plain(d.name),
                version=d.version,
                rows=d.rows,
                task=d.profile.task.kind.value if d.profile.task.kind else None,
                labels=len(d.profile.labels),
                created_at=d.created_at.isoformat(),
                current=bool(here) and d.id == here[0].id,
                bytes=sum(_bytes(context, version) for version in _family(context, d)),
                steps=_steps(context, d),
                source=plain(d.source_name, 80),
            )
            for d in found[:_MAX_LISTED]
        ],
        hidden=max(0, len(found) - _MAX_LISTED),
    )
    rows = sum(d.rows for d in found)
    data: dict[str, JsonValue] = {
        "count": len(found),
        "datasets": [
            {"id": d.id, "name": quote(d.name, 100), "rows": d.rows, "version": d.version} for d in found[:20]
        ],
    }
    files = "1 data set" if len(found) == 1 else f"{len(found)} data sets"
    return ToolOutput(data=data, cards=[card.card(f"You have {files} with {rows:,} rows in all")])


def _describe_delete(context: ToolContext, arguments: BaseModel) -> ApprovalRequest:
    dataset = find_dataset(context, getattr(arguments, "dataset_id", None))
    if getattr(arguments, "keep_current", False):
        return describe_forgetting(context, dataset)
    family = _family(context, dataset)
    _refuse_if_used(context, family)
    versions = f", all {len(family)} versions of it" if len(family) > 1 else ""
    kept = models_kept(context, family) + copies_kept(context, family)
    return ApprovalRequest(
        text=f"Delete “{plain(dataset.name)}” with {dataset.rows:,} rows{versions}, the uploaded file included?{kept} "
        f"{STAYS} This cannot be undone.",
        fingerprint=hashlib.sha256(" ".join(sorted(d.id for d in family)).encode()).hexdigest()[:16],
        accept_label="Delete it",
        decline_label="Keep it",
    )


@tool(describe=_describe_delete)
def delete_dataset(
    context: ToolContext,
    dataset_id: Annotated[
        str | None, Field(description="id or name of the data; leave out for the newest of this conversation")
    ] = None,
    keep_current: Annotated[
        bool, Field(description="keep the current version; forget the uploaded file and every other version for good")
    ] = False,
) -> ToolOutput:
    """Deletes a data set, all versions of it and the uploaded file. Models that were trained from it stay.

    So do their figures; the texts of their mistakes go with the data.

    With keep_current only the original and the versions before are forgotten, as after hiding personal data.
    It waits for the person's yes. It is refused while a training uses the data.
    """
    found = find_dataset(context, dataset_id)
    if keep_current:
        return forget_original(context, found)
    family = _family(context, found)
    _refuse_if_used(context, family)
    workspace, storage = context.workspace, context.workspace.storage
    size = sum(_bytes(context, version) for version in family)
    # The rows go first: without them nothing refers to the objects, should the storage be away now.
    forget_labelling(workspace, [version.id for version in family])
    workspace.datasets.delete_family(found.family_id, versions=len(family), rows=found.rows, bytes=size)
    for version in family:
        storage.delete(storage.key("datasets", version.id))
    forget_shown(context, family)
    left = len(context.workspace.datasets.list())
    return ToolOutput(
        data={"deleted": quote(found.name, 100), "rows": found.rows, "versions": len(family), "datasets_left": left},
        ask=ask("What next?", UPLOAD, button("Show what is left", "list_datasets")),
        stage="data",
    )


def _steps(context: ToolContext, dataset: Dataset) -> list[str]:
    """What was done to it since the upload."""
    if dataset.parent_id is None:
        return []
    line = versions.lineage(context.workspace, dataset)
    return [plain(version.step.title, 160) for version in line if version.step]


def _bytes(context: ToolContext, version: Dataset) -> int:
    """What a version takes in storage, with its list of changes and all that lies beside it."""
    storage = context.workspace.storage
    return sum(storage.size(key) for key in storage.list(storage.key("datasets", version.id)))


def _found_or_read(context: ToolContext, wanted: str | None) -> Dataset:
    """The data set; or a file of this conversation that arrived, but whose reading broke off, read now."""
    try:
        return find_dataset(context, wanted)
    except NotFound:
        received = _received(context, wanted)
        if received is None:
            raise
    made = received.key.split("/")[-2]
    with context.workspace.storage.as_file(received.key) as source:
        return _kept(context, source, received.name, kept_as=made)


def _kept(
    context: ToolContext, source: Path, name: str, *, sheet: str | None = None, kept_as: str | None = None
) -> Dataset:
    """The file as a data set of this conversation; whoever waits sees how far the reading is, and can stop it."""
    return ingest(
        context.workspace,
        source,
        name,
        context.conversation_id,
        sheet=sheet,
        progress=context.progress_of(name),
        kept_as=kept_as,
    )


def _received(context: ToolContext, dataset_id: str | None) -> FileReceived | None:
    """The upload whose data set would have this id; the last one where no id is given."""
    if context.conversation_id is None:
        return None
    events = [stored.event for stored in context.workspace.transcripts.load(context.conversation_id).events]
    files = [event for event in events if isinstance(event, FileReceived)]
    for file in reversed(files):
        made = dataset_id or file.key.split("/")[-2]
        if file.key == original_key(context.workspace, made):
            return file if context.workspace.storage.exists(file.key) else None
    return None


def _other_sheet(context: ToolContext, dataset: Dataset, sheet: str) -> Dataset:
    """The same workbook, read at another sheet: a data set of its own."""
    if not dataset.source_key:
        raise NotFound("ORIGINAL_FORGOTTEN", "The uploaded file was forgotten, for good.", "Upload it again.")
    with context.workspace.storage.as_file(dataset.source_key) as source:
        return _kept(context, source, dataset.source_name, sheet=sheet)


def _family(context: ToolContext, dataset: Dataset) -> list[Dataset]:
    """All versions, those that were undone as well."""
    return context.workspace.datasets.list(family_id=dataset.family_id, undone=True)


def _refuse_if_used(context: ToolContext, family: list[Dataset]) -> None:
    ids = {d.id for d in family}
    for run in context.workspace.runs.list():
        if not run.status.ended and {run.plan.dataset_id, run.plan.test_dataset_id} & ids:
            raise Conflict(
                "DATASET_IN_USE", "A training is using this data.", "Stop the training first, or wait until it ends."
            )
