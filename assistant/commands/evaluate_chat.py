"""``mtw evaluate-chat``: how well a chat model does this work."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workspace.errors import InputError

if TYPE_CHECKING:
    from assistant.evaluating.judging import Judged
    from assistant.evaluating.report import EvaluationReport, Share
    from assistant.evaluating.scenario import Scenario
    from workspace.settings import Settings


def evaluate_chat(
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="guide, or a model's name; the one of the settings, if left out.")
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="An OpenAI-compatible address; OPENAI_API_KEY has its key.")
    ] = None,
    stage: Annotated[list[str] | None, typer.Option(help="Only this stage; may be repeated.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Hold the conversations of the evaluation set with a chat model, and say what it got right."""
    import anyio

    from assistant.commands.printing import print_json
    from assistant.evaluating.report import report_of
    from assistant.evaluating.scenario import scenarios
    from workspace.settings import load_settings

    settings = load_settings()
    changes = {"chat_model": model, "openai_base_url": endpoint}
    settings = settings.model_copy(update={name: value for name, value in changes.items() if value is not None})
    if endpoint and settings.chat_model == "guide":
        raise InputError("MODEL_MISSING", "An endpoint needs the name of a model.", "Name it with --model.")
    chosen = [one for one in scenarios() if not stage or one.stage in stage]
    if not chosen:
        known = ", ".join(dict.fromkeys(one.stage for one in scenarios()))
        raise InputError("STAGE_UNKNOWN", "There is no such stage.", f"These are there: {known}.")
    with tempfile.TemporaryDirectory(prefix="mtw-evaluation-") as folder:
        judged = anyio.run(_held, settings, Path(folder), chosen)
    report = report_of(settings.chat_model, judged)
    if json:
        print_json(report.model_dump(mode="json"))
    else:
        _show(report)


async def _held(settings: "Settings", folder: Path, chosen: Sequence["Scenario"]) -> "list[Judged]":
    from assistant.commands.printing import err
    from assistant.evaluating.holding import Holder
    from assistant.evaluating.judging import judge
    from assistant.evaluating.lab import LocalLab

    lab = LocalLab()
    judged: list[Judged] = []
    try:
        holder = Holder(settings, folder, lab)
        for one in chosen:
            judged.append(await holder.hold(one, judge))
            err.print(f"{len(judged)} of {len(chosen)}: {'ok' if judged[-1].passed else 'not ok'}, {one.id}")
    finally:
        lab.close()
    return judged


def _show(report: "EvaluationReport") -> None:
    from rich.table import Table

    from assistant.commands.printing import console

    screen = console()
    screen.print(f"{report.model}: {report.passed} of {report.conversations} conversations ended as they must.")
    parts: list[tuple[str, list[Share]]] = [
        ("Stage", report.stages),
        ("Tool", report.tools),
        ("Language", report.languages),
        ("Persona", report.personas),
    ]
    for heading, shares in parts:
        table = Table(heading, "Right", "Of", show_edge=False)
        for share in shares:
            table.add_row(share.name, str(share.right), str(share.of))
        screen.print(table)
    for tool, times in report.wrongly_called.items():
        screen.print(f"{tool} was called {times} times where that was wrong.", markup=False)
    for fault in report.failed:
        screen.print(f"✗ {fault.stage}, “{fault.id}”: {'; '.join(fault.faults)}", markup=False, soft_wrap=True)
