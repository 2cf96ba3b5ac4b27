"""``mtw inspect`` and ``mtw convert``: what is in a file, and the table as the wizard read it."""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from workspace.dataset import DatasetProfile
from workspace.errors import InputError

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="A table, texts, what an annotation tool wrote, hf://owner/name, or data://NAME for data kept here, "
        "such as data://mails (its current version) and data://mails@1.",
    ),
]
Sheet = Annotated[
    str | None,
    typer.Option(
        help="Which sheet of a workbook, or which table, such as “Sheet1 (2)”; “*” for all sheets with the same "
        "columns together.",
        metavar="S",
    ),
]

# A path loses one of the two slashes.
_KEPT = re.compile(r"data:/{1,2}(.+)")


def inspect(
    file: File,
    sheet: Sheet = None,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out the closer look by a model.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what is in a file: its columns, what they are for, and what would hurt a training.

    Tables of at most 20,000 rows that sort texts are also looked at by a model, for up to 20 seconds: which labels
    look wrong, and what more rows would bring.
    """
    from assistant.commands.closer_look import looked_closely

    with read_table(file, sheet) as (profile, table):
        if not quick:
            profile = looked_closely(table, profile)
        if json:
            from assistant.commands.printing import print_json

            without = {"columns": {"__all__": {"mean_length"}}}
            print_json(
                profile.model_dump(mode="json", exclude={**without, **({} if profile.verdict else {"verdict": True})})
            )
        else:
            _show(file.name, profile)


def convert(
    file: File,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Where the table goes, such as out.csv or out.parquet.")],
    sheet: Sheet = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="csv, tsv, parquet, json, jsonl, conll, conllu, iob, brat, doccano, fasttext, labelstudio, prodigy, "
            "spacy or webanno; without it the ending of OUT says which.",
        ),
    ] = None,
) -> None:
    """Write the table as the wizard read it: CSV (UTF-8, comma, one header row), or for an annotation tool."""
    from assistant.commands.printing import err
    from workspace.writing import format_for, write_table

    form = format_for(out, to)
    faults = []
    if not out.parent.is_dir():
        faults.append(f"there is no folder {out.parent}")
    if out.exists() and file.exists() and out.samefile(file):
        faults.append("the file cannot be written over itself")
    if faults:
        raise InputError("OUTPUT_UNUSABLE", f"This cannot be written: {'; '.join(faults)}.", "Name another OUT.")
    with read_table(file, sheet) as (profile, table):
        written = write_table(table, out, form, profile.task)
        err.print(f"{profile.rows:,} rows, {len(profile.columns)} columns: {out}", markup=False, soft_wrap=True)
        for note in written.notes:
            err.print(note, markup=False, soft_wrap=True)


@contextmanager
def bar(what: str) -> Iterator[Callable[[float], None]]:
    """A bar for what takes its time; it takes fractions from 0 to 1. Nothing is shown where nobody looks."""
    from rich.progress import Progress

    from assistant.commands.printing import err

    with Progress(console=err, transient=True, disable=not err.is_terminal) as shown:
        task = shown.add_task(what.replace("[", "\\["), total=1.0)
        yield lambda fraction: shown.update(task, completed=fraction)


@contextmanager
def read_table(file: Path, sheet: str | None) -> Iterator[tuple[DatasetProfile, Path]]:
    """The profile of a file, or of data that is kept here (``data://name``), and its table as a Parquet file."""
    from workspace.reading import Limits, read
    from workspace.reading.hub_reader import fetch_hub_dataset, hub_name
    from workspace.settings import load_settings

    if (kept := kept_name(file)) is not None:
        with _kept_table(kept, sheet) as found:
            yield found
        return
    settings = load_settings()
    hub = hub_name(str(file))
    if hub is None and not file.exists():
        raise InputError("FILE_NOT_FOUND", f"The file {file} does not exist.", "Check the name and the folder.")
    with tempfile.TemporaryDirectory(prefix="mtw-") as folder:
        table = Path(folder) / "table.parquet"
        with bar(f"Reading {file.name}") as progress:
            if hub is not None:
                file = fetch_hub_dataset(hub, Path(folder), settings, progress)
            name = file.name or file.resolve().name
            profile = read(file, name=name, out=table, limits=Limits.of(settings), sheet=sheet, progress=progress)
        yield profile, table


def kept_name(file: Path) -> str | None:
    """The name in ``data://name``: data that was uploaded, labelled or cleaned here; None for anything else."""
    said = _KEPT.fullmatch(str(file))
    return said.group(1) if said else None


@contextmanager
def _kept_table(name: str, sheet: str | None) -> Iterator[tuple[DatasetProfile, Path]]:
    """The current version of data that is kept here; ``name@2`` is its second one. Raises NotFound."""
    from assistant.commands.online import NoWorkers
    from tools.context import ToolContext
    from tools.finding import find_dataset
    from workspace import versions
    from workspace.home import LOCAL_OWNER, Workspace
    from workspace.migrations import upgrade
    from workspace.settings import load_settings

    if sheet is not None:
        message = "A sheet can be chosen of a file only."
        raise InputError("SHEET_OF_KEPT_DATA", message, "Leave --sheet out, or name the uploaded file.")
    named, at, number = name.rpartition("@")
    is_version = bool(at) and number.isdigit()
    settings = load_settings()
    upgrade(settings.database)
    context = ToolContext(Workspace(LOCAL_OWNER, settings, NoWorkers()))
    found = find_dataset(context, (named if is_version else name) or None)
    dataset = versions.current(context.workspace, found)
    if is_version:
        line = versions.lineage(context.workspace, dataset)
        dataset = next((one for one in line if one.version == int(number)), dataset)
        if dataset.version != int(number):
            known = ", ".join(str(one.version) for one in line)
            raise InputError("NO_SUCH_VERSION", f"“{named}” has no version {number}.", f"Choose one of {known}.")
    with context.workspace.storage.as_file(dataset.table_key) as table:
        yield dataset.profile, table


def _show(name: str, profile: DatasetProfile) -> None:
    from rich.table import Table
    from rich.text import Text

    from assistant.commands.printing import console

    out = console()
    sheet = f', sheet "{profile.sheet}"' if profile.sheet else ""
    title = f"{name}{sheet}: {profile.rows:,} rows, {len(profile.columns)} columns"
    out.print(Text(title, style="bold"))
    columns = Table("Column", "For", "Type", "Missing", "Different", "For example")
    for c in profile.columns:
        example = c.examples[0] if c.examples else ""
        cells = [c.name, c.role.value, c.type, f"{c.missing:,}", f"{c.unique:,}", example[:60]]
        columns.add_row(*(Text(" ".join(cell.split())) for cell in cells))
    out.print(columns)
    out.print(Text(profile.task.why))
    if profile.labels:
        most = max(profile.labels.values())
        labels = Table("Label", "Rows", "", show_edge=False)
        for label, count in list(profile.labels.items())[:20]:
            labels.add_row(Text(label[:40]), f"{count:,}", "█" * max(1, round(30 * count / most)))
        out.print(labels)
        if len(profile.labels) > 20:
            out.print(f"and {len(profile.labels) - 20:,} more labels")
    for number, problem in enumerate(profile.problems, start=1):
        style = {"blocking": "red", "warning": "yellow"}.get(problem.severity, "")
        mend = f" [--fix {problem.fix.code}]" if problem.fix else ""
        out.print(Text(f"{number}. {problem.message}{mend}", style=style))
    if not profile.problems:
        out.print("No problems found.")
    if profile.verdict:
        out.print(Text(profile.verdict.sentence, style="bold"))
    if any(problem.fix for problem in profile.problems):
        out.print(Text("Repair it with: mtw clean FILE OUT.csv --all, or with --fix for one thing at a time."))
