"""``mtw clean``: the repairs that a file needs, offered or done, with a list of what changed."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.commands.data import File, Sheet, bar, read_table
from workspace.errors import InputError

if TYPE_CHECKING:
    from pydantic import JsonValue

    from workspace.cleaning import CleaningReport, Columns
    from workspace.dataset import DataProblem, DatasetProfile, FixCall


def clean(
    file: File,
    out: Annotated[
        Path | None,
        typer.Argument(metavar="OUT", help="Where the repaired table goes, such as out.csv or out.parquet."),
    ] = None,
    fix: Annotated[list[str] | None, typer.Option(help="A repair by its code; may be given again.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All repairs that are advised.")] = False,
    recipe: Annotated[Path | None, typer.Option(help="Repairs from a file that --save-recipe wrote.")] = None,
    save_recipe: Annotated[Path | None, typer.Option(help="Keep the repairs, for the next file.")] = None,
    report: Annotated[Path | None, typer.Option(help="What changed, row by row, as CSV.")] = None,
    sheet: Sheet = None,
    no_model: Annotated[
        bool, typer.Option("--no-model", help="Hide personal data without the model that sees names; much quicker.")
    ] = False,
    text: Annotated[list[str] | None, typer.Option(help="Column to read, where the guess is wrong.")] = None,
    label: Annotated[str | None, typer.Option(help="Column to learn, where the guess is wrong.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Repair a file: repeats, spellings, HTML and the like. Without --fix or --all it lists what it offers."""
    asked = bool(fix or all_ or recipe)
    _check(file, out, [save_recipe, report], asked=asked)
    with read_table(file, sheet) as (profile, table):
        profile = _as_said(profile, table, text, label)
        if not asked or out is None:
            _offer(profile, as_json=json)
            return
        calls = [*_from_recipe(recipe), *_calls(fix or [], all_, profile, deep=not no_model)]
        with tempfile.TemporaryDirectory(prefix="mtw-") as folder:
            cleaned, changes = Path(folder) / "table.parquet", Path(folder) / "changes.parquet"
            with bar(f"Repairing {file.name}") as progress:
                done = _repair(table, cleaned, calls, profile, changes, progress)
            notes = _write(cleaned, out, profile)
            if report is not None:
                _write_report(changes, report)
            if save_recipe is not None:
                _save_recipe(save_recipe, done)
            left = _left(profile, cleaned, done)
    _tell(done, left, out, notes, as_json=json)


def _check(file: Path, out: Path | None, others: Sequence[Path | None], *, asked: bool) -> None:
    """Raises InputError with every fault of the call."""
    from workspace.writing import format_for

    faults = []
    if asked and out is None:
        faults.append("name a file to write, for example OUT.csv")
    if out is not None:
        format_for(out)
    for path in (out, *others):
        if path is None:
            continue
        if not path.parent.is_dir():
            faults.append(f"there is no folder {path.parent}")
        if path.exists() and file.exists() and path.samefile(file):
            faults.append("the file cannot be written over itself")
    if faults:
        raise InputError("OUTPUT_UNUSABLE", f"This cannot be written: {'; '.join(faults)}.", "Name another OUT.")


def _as_said(profile: "DatasetProfile", table: Path, text: Sequence[str] | None, label: str | None) -> "DatasetProfile":
    """The profile for the columns that were named. Raises InputError with every unknown column."""
    from workspace.dataset import TaskGuess, TaskKind
    from workspace.reading import profile_table

    if not text and label is None:
        return profile
    names = [column.name for column in profile.columns]
    unknown = [name for name in (*(text or []), *([label] if label else [])) if name not in names]
    if unknown:
        message = f"There is no column {', '.join(unknown)}. The columns are {', '.join(names)}."
        raise InputError("MISSING_COLUMN", message, "Name columns as they stand in the file.")
    task = profile.task
    said = TaskGuess(
        kind=task.kind or TaskKind.CLASSIFICATION,
        text=list(text or task.text),
        label=label or task.label,
        confidence=1,
        why="As you said.",
    )
    return profile_table(table, profile, task=said)


def _calls(fixes: Sequence[str], everything: bool, profile: "DatasetProfile", *, deep: bool) -> "list[FixCall]":
    """The repairs that were asked for. ``deep``: personal data is looked for as the chat does it, with the model."""
    from tools.repairs import offered, place_of
    from workspace.dataset import FixCall
    from workspace.privacy.tagger import available

    codes = [code.strip() for code in fixes]
    if everything:
        codes += [problem.fix.code for problem in offered(profile.problems) if problem.fix]
    options: dict[str, dict[str, JsonValue]] = {"redact": {"deep": True}} if deep and available() else {}
    return [FixCall(code=code, args=options.get(code, {})) for code in sorted(dict.fromkeys(codes), key=place_of)]


def _from_recipe(recipe: Path | None) -> "list[FixCall]":
    """Repairs of a recipe's file. Raises InputError where it is none."""
    import yaml
    from pydantic import TypeAdapter, ValidationError

    from workspace.dataset import FixCall

    if recipe is None:
        return []
    try:
        read: Any = yaml.safe_load(recipe.read_text("utf-8"))
        return TypeAdapter(list[FixCall]).validate_python(read["fixes"])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError, KeyError, TypeError) as exc:
        message = f"{recipe} is no recipe of repairs."
        raise InputError("RECIPE_UNREADABLE", message, "Make one with mtw clean --save-recipe.") from exc


def _repair(
    table: Path,
    out: Path,
    calls: "list[FixCall]",
    profile: "DatasetProfile",
    changes: Path,
    progress: Callable[[float], None],
) -> "CleaningReport":
    from workspace.cleaning import apply_fixes
    from workspace.findings import FILE

    findings = table.with_name(FILE)
    known = findings if findings.exists() else None
    return apply_fixes(table, out, calls, _columns(profile), known, changes, progress)


def _columns(profile: "DatasetProfile") -> "Columns":
    from workspace.cleaning import Columns

    return Columns(profile.task.text, profile.task.label, profile.task.kind)


def _left(profile: "DatasetProfile", cleaned: Path, done: "CleaningReport") -> "list[DataProblem]":
    from workspace.reading import profile_table

    return profile_table(cleaned, profile, fixed={fix.code for fix in done.done}).problems


def _write(table: Path, out: Path, profile: "DatasetProfile") -> list[str]:
    """What the format could not hold, in sentences."""
    from workspace.writing import format_for, write_table

    return write_table(table, out, format_for(out), profile.task).notes


def _write_report(changes: Path, report: Path) -> None:
    from tools.row_changes import csv_of
    from workspace.writing import whole_or_nothing

    with whole_or_nothing(report) as partial, partial.open("wb") as out:
        out.writelines(csv_of(changes))


def _save_recipe(path: Path, done: "CleaningReport") -> None:
    import yaml

    from workspace.writing import whole_or_nothing

    fixes = [{"code": fix.code, "args": dict(fix.args)} for fix in done.done]
    text = yaml.safe_dump({"fixes": fixes}, sort_keys=False, allow_unicode=True)
    with whole_or_nothing(path) as partial:
        partial.write_text(f"# Do these again with: mtw clean FILE OUT --recipe {path.name}\n{text}", "utf-8")


def _offer(profile: "DatasetProfile", *, as_json: bool) -> None:
    """What could be repaired, and why."""
    from assistant.commands.printing import console, print_json
    from workspace.cleaning import FIXES

    found = [(p, FIXES[p.fix.code]) for p in profile.problems if p.fix and p.fix.code in FIXES]
    if as_json:
        offers = [
            {"code": fix.code, "title": fix.title, "problem": p.code, "count": p.count, "message": p.message}
            for p, fix in found
        ]
        print_json({"rows": {"before": profile.rows, "after": profile.rows}, "offered": offers, "out": None})
        return
    from rich.table import Table
    from rich.text import Text

    out = console()
    if not found:
        out.print("There is nothing to repair in this file.")
        return
    offers_table = Table("Repair", "What it does", "Why")
    for problem, fix in found:
        offers_table.add_row(*map(Text, (fix.code, fix.title, " ".join(problem.message.split()))))
    out.print(offers_table)
    out.print(Text("Do them with --all, or one by one with --fix CODE, and name the file to write."))


def _tell(done: "CleaningReport", left: "list[DataProblem]", out: Path, notes: Sequence[str], *, as_json: bool) -> None:
    from assistant.commands.printing import console, err, print_json

    for note in notes:
        err.print(note, markup=False, soft_wrap=True)
    if as_json:
        print_json(
            {
                "rows": {"before": done.rows_before, "after": done.rows_after},
                "fixes": [fix.model_dump(exclude={"args"}) for fix in done.done],
                "problems_left": [problem.model_dump(mode="json") for problem in left],
                "out": str(out),
            }
        )
        return
    from rich.text import Text

    screen = console()
    for fix in done.done:
        screen.print(Text(f"- {fix.title}"))
    screen.print(Text(f"{done.rows_before:,} rows before, {done.rows_after:,} now: {out}", style="bold"))
    for problem in left:
        screen.print(Text(f"! {problem.message}", style="" if problem.severity == "info" else "yellow"))
