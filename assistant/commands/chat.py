"""``mtw chat``: the same conversation as in the browser."""

from typing import Annotated

import typer


def chat(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Speak JSON lines, for programs.")] = False,
    resume: Annotated[str | None, typer.Option(help="Go on with this conversation.", metavar="ID")] = None,
) -> None:
    """Talk to the wizard in the terminal."""
    from assistant.surfaces.terminal import run_chat
    from workspace.migrations import upgrade
    from workspace.settings import load_settings

    settings = load_settings()
    upgrade(settings.database)
    run_chat(settings, jsonl=jsonl, resume=resume)
