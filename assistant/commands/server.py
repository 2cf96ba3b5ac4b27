"""``mtw up`` and ``mtw worker``."""

import importlib.util
import os
from typing import Annotated, Any

import typer

from workspace.errors import Unavailable


def up(
    host: Annotated[str | None, typer.Option(help="Where to listen. [default: 127.0.0.1]", metavar="H")] = None,
    port: Annotated[int | None, typer.Option(help="[default: 8000, or PORT]", metavar="P")] = None,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Start no worker; others may train.")] = False,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Start the wizard: web chat, HTTP API, message broker and one worker."""
    from assistant.server.up import up as run_all
    from workspace.settings import load_settings

    given: dict[str, Any] = {"host": host, "port": port}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    run_all(settings, worker=not no_worker, with_parent=with_parent)


def worker(
    queues: Annotated[str, typer.Option(help="Which work to take, such as cpu,gpu.", metavar="cpu,gpu")] = "",
) -> None:
    """Run one worker, here or on another machine with the same settings."""
    from assistant.server.broker import address_of
    from assistant.server.up import worker_command
    from workspace.migrations import upgrade
    from workspace.settings import load_settings

    settings = load_settings()
    if importlib.util.find_spec("torch") is None:
        raise Unavailable(
            "TRAINING_NOT_INSTALLED",
            "Training is not installed on this computer.",
            "Install it with: pip install 'model-training-wizard[worker]'",
        )
    redis_url = settings.redis_url or address_of(settings.home / "broker")
    if not redis_url:
        raise Unavailable(
            "BROKER_UNAVAILABLE",
            "There is no message broker to take work from.",
            "Start the wizard with mtw up, or set REDIS_URL to its Redis or Valkey server.",
        )
    upgrade(settings.database)
    command = worker_command(queues)
    os.execve(command[0], command, os.environ | {"MTW_HOME": str(settings.home), "REDIS_URL": redis_url})  # noqa: S606
