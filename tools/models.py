"""Models: what there is to start from, trying a trained one, taking it away."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, JsonValue

from tools.asking import ask, button
from tools.base_models import load_base_models, models_folder, where_is
from tools.cards import DownloadCard, ModelRowView, ModelsCard, PredictionCard
from tools.checking import checking_view
from tools.context import ToolContext
from tools.exporting import FORMS, Export, Form, export_key, export_of, ready_export
from tools.finding import find_model
from tools.prediction_view import prediction_facts, prediction_view
from tools.quoting import plain, quote
from tools.registry import ToolOutput, tool
from tools.words import count, listed
from workspace.analysis import Analysis, AnalysisJob
from workspace.dataset import TaskKind
from workspace.errors import InputError, NotFound, Unavailable
from workspace.events import Asked, Option
from workspace.ids import new_id
from workspace.model import TrainedModel
from workspace.run import RunStatus

MAX_TEXTS = 20
MAX_CHARS = 20_000
_MODEL = Field(description="id or name of a trained model; leave out for the newest of this conversation")


@tool()
def list_base_models(
    context: ToolContext,
    only_here: Annotated[bool, Field(description="only those that are on this computer already")] = False,
) -> ToolOutput:
    """Lists the ready language models that a training can start from: size, languages, licence, speed.

    Use it when somebody asks which base models there are, or needs another language or a stronger model.
    """
    settings = context.workspace.settings
    local = models_folder(settings)
    rows = []
    for entry in load_base_models():
        where = where_is(entry.name, settings)
        note = {
            "packaged": "Comes with this wizard.",
            "models folder": "Lies in the models folder.",
            "hub": f"Is downloaded when first used ({entry.download_mb:,} MB), where the hub can be reached.",
            "not here": "Not on this computer, and this installation may not use the hub.",
        }[where]
        shown = entry.model_dump(exclude={"packaged", "hub_id"})
        rows.append(ModelRowView(**shown, available=where != "not here", where=where, note=note))
    known = {name.casefold() for entry in load_base_models() for name in (entry.name, entry.hub_id)}
    own: list[JsonValue] = [quote(name, 80) for name in local if name.casefold() not in known]
    order = {"packaged": 0, "models folder": 1, "hub": 2, "not here": 3}
    rows.sort(key=lambda row: order[row.where])
    if only_here:
        rows = [row for row in rows if row.where in ("packaged", "models folder")]
    here = sum(row.where in ("packaged", "models folder") for row in rows) + len(own)
    data: dict[str, JsonValue] = {
        "models": [
            {
                "name": row.name,
                "languages": row.languages,
                "millions_of_weights": row.parameters_millions,
                "speed": row.speed,
                "licence": row.licence,
                "where": row.where,
            }
            for row in rows
        ],
        "others_in_models_folder": own,
    }
    title = f"{count(here, 'base model')} on this computer" + ("" if only_here else f", {len(rows)} known in all")
    return ToolOutput(data=data, cards=[ModelsCard(models=rows).card(title)])


@tool()
def try_model(
    context: ToolContext,
    texts: Annotated[
        list[str] | str | None, Field(description="one text or several (20 at most), exactly as the person wrote them")
    ] = None,
    model_id: Annotated[str | None, _MODEL] = None,
    unseen: Annotated[
        int | None, Field(ge=1, description="in place of texts: the first, second ... of a few texts of its exam")
    ] = None,
) -> ToolOutput:
    """Asks a trained model about texts and shows its answers with how sure it is.

    Use it when the person wants to try the model. Without texts it asks for one.
    """
    model = find_model(context, model_id)
    given = [texts] if isinstance(texts, str) else list(texts or [])
    given = [text for text in given if text.strip()]
    of_exam = model.outcome.evaluation.unseen
    if not given and unseen and of_exam:
        given = [of_exam[(unseen - 1) % len(of_exam)]]
    if not given:
        asked = _ask_text(_columns(context, model), _unseen_button(model, 1))
        return ToolOutput(data={"model_id": model.id, "waits_for": "a text"}, ask=asked, stage="use")
    _check(given)
    found = context.workspace.queue.predict(context.owner_id, model.id, given)
    views = [prediction_view(p) for p in found]
    card = PredictionCard(model_id=model.id, model_name=plain(model.name, 80), predictions=views)
    title = views[0].sentence if len(views) == 1 else f"{len(views)} texts sorted"
    data: dict[str, JsonValue] = {
        "model_id": model.id,
        "predictions": [prediction_facts(p, view) for p, view in zip(found, views, strict=True)],
    }
    return ToolOutput(
        data=data,
        cards=[card.card(title)],
        ask=ask(
            "Type another text, or go on.",
            button("Try another text", "try_model", primary=True, model_id=model.id),
            *(_unseen_button(model, unseen + 1) if unseen else []),
            button("See mistakes", "show_mistakes", run_id=model.run_id),
            button("Download it", "export_model", model_id=model.id),
            button("Use it from a program", "deploy_model", model_id=model.id),
        ),
        stage="use",
    )


@tool()
def export_model(
    context: ToolContext,
    model_id: Annotated[str | None, _MODEL] = None,
    form: Annotated[
        Form, Field(description="zip: as it is; onnx: for ONNX Runtime; onnx-int8: the same, a quarter of the size")
    ] = "zip",
) -> ToolOutput:
    """Packs a trained model into one zip file to take away: weights, model card, a program that loads it.

    As ONNX it is written by a worker in about a minute, which also measures on its test texts what the 8 bits cost.
    """
    model = find_model(context, model_id)
    if form == "zip":
        return _packed(model, export_of(context.workspace, model), form, "")
    analysis, is_new = context.workspace.analyses.start(_export_job(context, model, form), context.conversation_id)
    if is_new:
        context.workspace.queue.submit_run(analysis.id)
    if analysis.status is RunStatus.SUCCEEDED and (export := ready_export(context.workspace, model, form)):
        return _packed(model, export, form, str((analysis.result or {}).get("sentence", "")))
    if analysis.status.ended:
        raise Unavailable("EXPORT_FAILED", *_why_not(analysis))
    card = DownloadCard(
        model_id=model.id,
        model_name=plain(model.name, 80),
        url="",
        path=None,
        file_name="",
        bytes=0,
        files=[],
        snippet="",
        checking=checking_view(context.workspace, analysis.id),
    )
    data: dict[str, JsonValue] = {"model_id": model.id, "form": form, "status": "running"}
    return ToolOutput(data=data, cards=[card.card(f"I write your model as {_FORMS[form]}")], stage="use")


_FORMS: dict[Form, str] = {"zip": "one file", "onnx": "ONNX", "onnx-int8": "ONNX with weights in 8 bits"}


def _export_job(context: ToolContext, model: TrainedModel, form: Form) -> AnalysisJob:
    """Raises InputError for a model without a network, and where the data that it is compared on is gone."""
    if model.base is None or model.task is TaskKind.GENERATION:
        raise InputError(
            "NO_ONNX", "Only models with a base model that reads texts can be written as ONNX.", "Take it as zip."
        )
    try:
        plan = context.workspace.runs.get(model.run_id).plan
        context.workspace.datasets.get(model.dataset_id)
    except NotFound as exc:
        raise InputError(
            "DATA_GONE", "The data it learned from was deleted, so nothing is left to compare on.", "Take it as zip."
        ) from exc
    return AnalysisJob(
        kind="export",
        dataset_id=model.dataset_id,
        text=plan.text,
        label=plan.label,
        task=model.task,
        args={"model_id": model.id, "form": form, "key": export_key(context.workspace, model.id, form)},
    )


def _why_not(analysis: Analysis) -> tuple[str, str]:
    failure = analysis.failure
    message = failure.message if failure else "Its file is no longer there."
    return f"The model could not be written in this form. {message}", "Take it as zip."


def _packed(model: TrainedModel, export: Export, form: Form, note: str) -> ToolOutput:
    card = DownloadCard(
        model_id=model.id,
        model_name=plain(model.name, 80),
        url=f"/api/v1/models/{model.id}/download" + ("" if form == "zip" else f"?form={form}"),
        path=export.path,
        file_name=export.file_name,
        bytes=export.bytes,
        files=export.files,
        snippet=export.snippet,
        note=note,
    )
    size = f"{export.bytes / 1_000_000:,.1f} MB"
    data: dict[str, JsonValue] = {"measured": note} if note else {}
    data |= {
        "model_id": model.id,
        "file_name": quote(export.file_name, 80),
        "megabytes": round(export.bytes / 1_000_000, 1),
        "url": card.url,
        "files": list(export.files),
    }
    smaller = [button("Smaller and faster (8 bits)", "export_model", model_id=model.id, form="onnx-int8")]
    return ToolOutput(
        data=data,
        cards=[card.card(f"Ready to download: {export.file_name}, {size}")],
        ask=ask(
            "The file holds the model, its description and a program that loads it.",
            button("Try it", "try_model", model_id=model.id),
            button("Use it from a program", "deploy_model", model_id=model.id),
            *(smaller if form == "zip" and model.base and model.task is not TaskKind.GENERATION else []),
            button("See mistakes", "show_mistakes", run_id=model.run_id),
        ),
        stage="use",
    )


def open_export(context: ToolContext, model_id: str, form: str = "zip") -> Export:
    """A model's zip file, for whoever streams it (``chunks``). As zip it is packed now if it was not before.

    Raises NotFound and Unavailable, both before the first chunk.
    """
    model = context.workspace.models.get(model_id)
    known = next((one for one in FORMS if one == form), None)
    export = export_of(context.workspace, model) if known == "zip" else None
    if known and not export:
        export = ready_export(context.workspace, model, known)
    if export is None:
        raise NotFound("EXPORT_NOT_FOUND", "The model was not written in this form.", "Ask for it in the chat first.")
    return export


def _columns(context: ToolContext, model: TrainedModel) -> tuple[str, ...]:
    """The columns that it learned from; none where its training is no longer known."""
    try:
        return context.workspace.runs.get(model.run_id).plan.text
    except NotFound:
        return ()


def _unseen_button(model: TrainedModel, number: int) -> list[Option]:
    if number > len(model.outcome.evaluation.unseen):
        return []
    label = "Take one from the exam" if number == 1 else "Another one from the exam"
    return [button(label, "try_model", model_id=model.id, unseen=str(number))]


def _ask_text(columns: Sequence[str], options: list[Option]) -> Asked:
    text = "Write or paste a text, and I will show what the model says."
    if len(columns) > 1:
        parts = listed([f"“{plain(name, 40)}”" for name in columns])
        text = f"The model reads {parts} together: write each on a line of its own, in this order."
    return Asked(ask_id=new_id("ask"), ask="text", text=text, options=options)


def _check(texts: list[str]) -> None:
    faults = []
    if len(texts) > MAX_TEXTS:
        faults.append(f"these are {len(texts)} texts; up to {MAX_TEXTS} can be tried at once")
    if any(len(text) > MAX_CHARS for text in texts):
        faults.append(f"a text has more than {MAX_CHARS:,} characters")
    if faults:
        raise InputError(
            "TEXTS_TOO_MANY", f"This is too much: {' and '.join(faults)}.", "Try fewer or shorter texts at a time."
        )
