"""What other processes start: ``python -m training_worker run RUN_ID | serve | export-starter``."""

import argparse
import json
import logging
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from training_worker.failures import EXIT_SHUTDOWN
from workspace.errors import WizardError
from workspace.processes import follow_parent
from workspace.run import RunStatus
from workspace.settings import Settings, load_settings
from workspace.starter import FILES, starter_onnx_folders


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 done, 1 it failed, 2 called wrongly, 75 stopped and can be gone on with."""
    parser = argparse.ArgumentParser(prog="python -m training_worker", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="sees one stored training or analysis through to its end")
    run.add_argument("run_id", help="the run's id, or - to read it from standard input when everything is loaded")
    commands.add_parser("serve", help="answers requests, one JSON object a line")
    starter = commands.add_parser("export-starter", help="prepares the starter model for the chat")
    starter.add_argument("--home", action="store_true", help="into MTW_HOME instead of beside the installation")
    called = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        settings = load_settings()
        if called.command == "run":
            return run_to_the_end(settings, called.run_id)
        if called.command == "serve":
            return serve(settings)
        return export_starter(settings, in_home=called.home)
    except WizardError as exc:
        print(f"{exc}", file=sys.stderr)
        return exc.exit_code


def run_to_the_end(settings: Settings, run_id: str) -> int:
    """Sees the run through, whoever trains it. SIGTERM writes a checkpoint and leaves the run waiting."""
    from training_worker.nursery import Nursery
    from training_worker.runner import run_log_of
    from training_worker.supervision import Foreman

    follow_parent(grace_seconds=30)
    nursery = Nursery()
    nursery.warm()
    foreman = Foreman(settings, nursery)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: foreman.stop())
    if run_id == "-":
        run_id = sys.stdin.readline().strip()
        if not run_id:
            return 2
    log = run_log_of(settings)
    while not foreman.stopping:
        run = log.find(run_id)
        if run is None or run.status.ended:
            return 0 if run and run.status is RunStatus.SUCCEEDED else 1
        if not foreman.train(run_id, limited=False):
            # Another worker has it. Should that one die, its lease runs out and the next claim here succeeds.
            time.sleep(0.5)
    return EXIT_SHUTDOWN


def serve(settings: Settings) -> int:
    """Reads requests, one JSON object a line, and answers each with one, until input ends.

    ``{"owner_id", "model_id", "texts"}`` gets ``{"predictions"}``, ``{"owner_id", "compute", "arguments"}`` gets
    ``{"result"}``; both may get ``{"error"}``.
    """
    from training_worker.computations import Computer
    from training_worker.model_shelf import ModelShelf

    follow_parent()
    answers = sys.stdout
    # Whatever a library prints must not get between the answers.
    sys.stdout = sys.stderr
    shelf, computer = ModelShelf(settings), Computer(settings)
    for line in sys.stdin:
        request = json.loads(line)
        if "compute" in request:
            answer = computer.answer(request["owner_id"], request["compute"], request["arguments"])
        else:
            answer = shelf.answer(request["owner_id"], request["model_id"], request["texts"])
        answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
        answers.flush()
    return 0


def export_starter(settings: Settings, *, in_home: bool) -> int:
    """Writes the starter model as ONNX where the chat looks for it; nothing to do where it is there already."""
    beside, home = starter_onnx_folders(settings)
    folder = home if in_home else beside
    if all((folder / name).is_file() for name in FILES):
        return 0
    follow_parent(signal.SIGKILL)
    from training_worker.starter_export import export_onnx

    folder.parent.mkdir(parents=True, exist_ok=True)
    # Made beside its place and moved there in one step: the chat never sees half a model.
    part = Path(tempfile.mkdtemp(prefix=".starter-", dir=folder.parent))
    try:
        export_onnx(part)
        if folder.exists():
            shutil.rmtree(folder)
        part.chmod(0o755)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
