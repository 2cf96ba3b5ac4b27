"""Models: what there is to start from, trying a trained one, taking it away."""

from typing import Annotated

from pydantic import Field, JsonValue

from tools.asking import ask, button
from tools.base_models import load_base_models, models_folder, where_is
from tools.cards import DownloadCard, ModelRowView, ModelsCard, PredictionCard
from tools.context import ToolContext
from tools.exporting import Export, export_of
from tools.finding import find_model
from tools.prediction_view import prediction_facts, prediction_view
from tools.quoting import plain, quote
from tools.registry import ToolOutput, tool
from tools.words import count
from workspace.errors import InputError
from workspace.events import Asked
from workspace.ids import new_id

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
) -> ToolOutput:
    """Asks a trained model about texts and shows its answers with how sure it is.

    Use it when the person wants to try the model. Without texts it asks for one.
    """
    model = find_model(context, model_id)
    given = [texts] if isinstance(texts, str) else list(texts or [])
    given = [text for text in given if text.strip()]
    if not given:
        return ToolOutput(data={"model_id": model.id, "waits_for": "a text"}, ask=_ask_text(), stage="use")
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
            button("See mistakes", "show_mistakes", run_id=model.run_id),
            button("Download it", "export_model", model_id=model.id),
            button("Use it from a program", "deploy_model", model_id=model.id),
        ),
        stage="use",
    )


@tool()
def export_model(context: ToolContext, model_id: Annotated[str | None, _MODEL] = None) -> ToolOutput:
    """Packs a trained model into one zip file to take away: weights, model card, and how to load it."""
    model = find_model(context, model_id)
    export = export_of(context.workspace, model)
    card = DownloadCard(
        model_id=model.id,
        model_name=plain(model.name, 80),
        url=f"/api/v1/models/{model.id}/download",
        path=export.path,
        file_name=export.file_name,
        bytes=export.bytes,
        files=export.files,
        snippet=export.snippet,
    )
    size = f"{export.bytes / 1_000_000:,.1f} MB"
    data: dict[str, JsonValue] = {
        "model_id": model.id,
        "file_name": quote(export.file_name, 80),
        "megabytes": round(export.bytes / 1_000_000, 1),
        "url": card.url,
        "files": list(export.files),
    }
    return ToolOutput(
        data=data,
        cards=[card.card(f"Ready to download: {export.file_name}, {size}")],
        ask=ask(
            "The file holds the model, its description and how to load it.",
            button("Try it", "try_model", model_id=model.id),
            button("Use it from a program", "deploy_model", model_id=model.id),
            button("See mistakes", "show_mistakes", run_id=model.run_id),
        ),
        stage="use",
    )


def open_export(context: ToolContext, model_id: str) -> Export:
    """A model's zip file, packed now if it was not before, for whoever streams it (``chunks``).

    Raises NotFound and Unavailable, both before the first chunk.
    """
    return export_of(context.workspace, context.workspace.models.get(model_id))


def _ask_text() -> Asked:
    return Asked(ask_id=new_id("ask"), ask="text", text="Write or paste a text, and I will show what the model says.")


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
