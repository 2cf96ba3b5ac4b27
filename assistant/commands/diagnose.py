"""``mtw diagnose``: an error text, a log or a question, explained in plain words."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workspace.errors import InputError

if TYPE_CHECKING:
    from tools.troubleshooting import Diagnosis

_MOST_BYTES = 5_000_000
"""Of a longer log the beginning and the end are read."""


def diagnose(
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE|-]", help="A file with the message or the log; - or nothing: standard input."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Explain an error text, a log or a question: what went wrong, why, and what to do next."""
    from assistant.commands.printing import print_json
    from tools.troubleshooting import diagnose as find_cause
    from tools.troubleshooting import symptom_finder
    from workspace.settings import load_settings

    text = _text(file)
    if not text.strip():
        raise InputError(
            "NOTHING_TO_EXPLAIN", "There is no text to explain.", "Give a file, or pipe the message: … | mtw diagnose -"
        )
    found = find_cause(text, symptom_finder(load_settings()))
    if json:
        print_json(found.as_json())
    else:
        _show(found)


def _text(file: str | None) -> str:
    """What is to be explained; a question may stand in the place of the file. Raises InputError."""
    if file is None or file == "-":
        return _decoded(sys.stdin.buffer.read())
    path = Path(file)
    try:
        if path.is_file():
            return _decoded(_ends(path))
    except OSError as exc:
        reason = exc.strerror or type(exc).__name__
        raise InputError("FILE_UNREADABLE", f"{file} cannot be read: {reason}.", "Check the file.") from exc
    if " " in file.strip():
        return file
    raise InputError("FILE_NOT_FOUND", f"The file {file} does not exist.", "Check the name and the folder.")


def _ends(path: Path) -> bytes:
    with path.open("rb") as opened:
        first = opened.read(_MOST_BYTES)
        size = opened.seek(0, 2)
        if size <= _MOST_BYTES:
            return first
        opened.seek(max(_MOST_BYTES, size - _MOST_BYTES))
        return first + b"\n" + opened.read()


def _decoded(data: bytes) -> str:
    """Logs of Windows consoles are UTF-16 at times."""
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    return data.decode("utf-16" if utf16 else "utf-8", "replace")


def _show(found: "Diagnosis") -> None:
    from rich.text import Text

    from assistant.commands.printing import console
    from tools.troubleshooting import load_entries
    from tools.words import how_sure

    entries = load_entries()
    out = console()
    entry = entries.get(found.cause)
    out.print(Text(entry.title if entry else "I do not know what this is", style="bold"))
    out.print(Text(found.explanation))
    if entry:
        out.print(Text(entry.why))
        out.print(Text(f"{how_sure(found.confidence)} ({found.cause})", style="dim"))
    out.print(Text("What to do:", style="bold"))
    for step in found.next_steps:
        out.print(Text(f"- {step}"))
    if found.alternatives:
        others = "; ".join(f"{entries[code].title} ({code})" for code in found.alternatives[:3])
        out.print(Text(f"It may also be: {others}", style="dim"))
