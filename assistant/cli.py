"""The ``mtw`` command: what the subcommands are called, and how any of them ends.

Exit codes: 0 done, 1 it failed, 2 the call or the input file is wrong. No traceback reaches the terminal; what was
not expected goes to ``errors.log`` in the logs folder, under an id that the person sees.
"""

import sys
import traceback
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer
from typer.exceptions import Abort, TyperException

from assistant.commands.printing import print_error
from workspace.errors import InputError, Unavailable, WizardError

# The commands that train belong to the worker. Their code is found by name, and loaded only when one is called.
_TRAINING = {
    "train": "Train a model on a file, and say how good it is.",
    "evaluate": "Score a saved model on labelled rows.",
    "predict": "Let a saved model read a text or a file.",
    "export": "Write a saved model as a folder or file to take away.",
}
_INSTALL = "Install it with: pip install 'model-training-wizard[worker]'"


def main() -> None:
    """Entry point of the ``mtw`` script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    as_json = "--json" in options
    try:
        ended = _application(arguments)(args=list(arguments), prog_name="mtw", standalone_mode=False)
    except WizardError as exc:
        print_error(exc, as_json=as_json)
        return exc.exit_code
    except TyperException as exc:
        print_error(_wrong_call(exc), as_json=as_json)
        return 2
    except (Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        return 1
    except Exception as exc:  # the last net: a person never sees a traceback
        print_error(_unexpected(exc), as_json=as_json)
        return 1
    return ended if isinstance(ended, int) else 0


def _application(arguments: Sequence[str]) -> typer.Typer:
    """The command tree. Only the module of the command that is called gets imported, so that each starts fast."""
    from assistant.commands import (
        chat,
        clean,
        data,
        diagnose,
        doctor,
        evaluate_chat,
        online,
        report,
        server,
        transcripts,
        users,
    )

    application = typer.Typer(
        help="Train language models by talking: sort texts, with a number you can trust.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    commands: dict[str, Callable[..., None]] = {
        "up": server.up,
        "worker": server.worker,
        "inspect": data.inspect,
        "convert": data.convert,
        "clean": clean.clean,
        "diagnose": diagnose.diagnose,
        "chat": chat.chat,
        "report": report.report,
        "doctor": doctor.doctor,
        "evaluate-chat": evaluate_chat.evaluate_chat,
    }
    for name, command in commands.items():
        application.command(name)(command)
    application.add_typer(transcripts.application, name="transcripts")
    application.add_typer(users.application, name="users")
    application.add_typer(online.application, name="online")
    called = next((argument for argument in arguments if not argument.startswith("-")), "")
    for name, help_text in _TRAINING.items():
        if name == called:
            application.command(name)(_training_command(name))
        else:
            application.command(name, help=help_text)(_never)
    return application


def _never() -> None:
    """Stands in the list of commands for one that is not loaded because another one is called."""


def _training_command(name: str) -> Callable[..., Any]:
    """Raises Unavailable where what trains is not installed."""
    found = entry_points(group="mtw.commands", name=name)
    try:
        entry: EntryPoint = next(iter(found))
        command: Callable[..., Any] = entry.load()
    except (StopIteration, ImportError) as exc:
        missing = f" ({exc.name} is missing)" if isinstance(exc, ImportError) and exc.name else ""
        raise Unavailable(
            "TRAINING_NOT_INSTALLED", f"Training is not installed on this computer{missing}.", _INSTALL
        ) from exc
    return command


def _wrong_call(error: TyperException) -> InputError:
    context = getattr(error, "ctx", None)  # click's usage errors carry it
    command = context.command_path if context else "mtw"
    return InputError("WRONG_CALL", error.format_message(), f"'{command} --help' shows how it is called.")


def _unexpected(error: Exception) -> WizardError:
    """Writes the traceback down, and says where."""
    from workspace.ids import uuid7_hex

    number = uuid7_hex()[-8:]
    text = "".join(traceback.format_exception(error))
    try:
        from workspace.settings import load_settings

        folder = load_settings().home / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "errors.log").open("a", encoding="utf-8") as file:
            file.write(f"--- {number}\n{text}")
        where = f"The details are in {folder / 'errors.log'} under the number {number}."
    except (WizardError, OSError):
        where = "Run it again; if it stays like this, mtw doctor checks the installation."
    return WizardError("UNEXPECTED", f"Something failed that should not fail: {type(error).__name__}.", where)
