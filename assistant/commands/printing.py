"""What the commands print: JSON to standard output, everything for people that is no result to standard error."""

import json
import sys
from typing import Any

from rich.console import Console

from workspace.errors import WizardError

err = Console(stderr=True, highlight=False)


def print_json(data: Any) -> None:
    """One JSON document, readable, on standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def print_error(error: WizardError, *, as_json: bool) -> None:
    """The reason, and what to do next."""
    if as_json:
        print_json({"error": error.as_dict()})
        return
    if error.message:
        err.print(error.message, style="bold", markup=False, soft_wrap=True)
    if error.next_step:
        err.print(error.next_step, markup=False, soft_wrap=True)


def console() -> Console:
    """For tables that people read. Built at the time of use: tests replace standard output."""
    return Console(highlight=False)
