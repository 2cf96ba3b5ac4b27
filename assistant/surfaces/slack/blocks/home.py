"""The App Home: my data, my trainings, my models, each with the next thing to do."""

from collections.abc import Iterable, Sequence
from typing import Any

from assistant.surfaces.slack.blocks.elements import Block, button
from assistant.surfaces.slack.blocks.page import Page
from assistant.surfaces.slack.blocks.text import bold, escaped
from tools.cards import DatasetRowView, RunRowView
from tools.words import count
from workspace.model import TrainedModel

_MOST = 8
_STATES = {"queued": "waiting", "running": "training", "succeeded": "done", "failed": "failed", "cancelled": "stopped"}


def home_view(
    datasets: Sequence[DatasetRowView], runs: Sequence[RunRowView], models: Sequence[TrainedModel]
) -> dict[str, Any]:
    """A view for ``views.publish``: the newest of each, and how many more there are."""
    page = Page("Train your own language models")
    page.say("Drop a file into a message to me, or say what you want to sort, tag or find in texts.")
    page.actions([button("Start something new", "home:new", style="primary")])
    _part(page, "My data", "No data yet. Drop a file here, or start with an example.", map(_dataset, datasets[:_MOST]))
    _more(page, len(datasets))
    nothing = "No trainings yet. Start with an example, it takes a minute."
    _part(page, "My trainings", nothing, map(_run, runs[:_MOST]))
    _more(page, len(runs))
    _part(page, "My models", "No models yet. A training leaves one here.", map(_model, models[:_MOST]))
    _more(page, len(models))
    return {"type": "home", "blocks": _numbered(page.message().blocks)}


def _part(page: Page, heading: str, empty: str, rows: Iterable[tuple[str, Block]]) -> None:
    page.heading(heading)
    listed = list(rows)
    for words, accessory in listed:
        page.say(words, accessory=accessory)
    if not listed:
        page.say(empty)


def _more(page: Page, there: int) -> None:
    if there > _MOST:
        page.note(f"and {there - _MOST:,} more")


def _dataset(row: DatasetRowView) -> tuple[str, Block]:
    version = f", version {row.version}" if row.version > 1 else ""
    answers = f", {count(row.labels, 'answer')}" if row.labels else ""
    words = f"{bold(row.name, 120)}{version}\n{count(row.rows, 'row')}{answers}"
    return words, button("Go on with it", "home:dataset", row.dataset_id)


def _run(row: RunRowView) -> tuple[str, Block]:
    state = _STATES.get(row.status, row.status)
    return f"{bold(row.name, 120)} ({state})\n{escaped(row.headline, 300)}", button("Show it", "home:run", row.run_id)


def _model(model: TrainedModel) -> tuple[str, Block]:
    since = f"{model.created_at:%Y-%m-%d}"
    answers = f"{count(len(model.labels), 'answer')}, " if model.labels else ""
    return f"{bold(model.name, 120)}\n{answers}since {since}", button("Try it", "open:try", model.id, style="primary")


def _numbered(blocks: Iterable[Block]) -> list[Block]:
    """Each ``action_id`` is there once in a view."""
    numbered = []
    for n, block in enumerate(blocks):
        accessory = block.get("accessory")
        if accessory:
            block = {**block, "accessory": {**accessory, "action_id": f"{accessory['action_id']}:{n}"}}
        numbered.append(block)
    return numbered
