"""Cleaning: repairs make a new version, a preview makes none, undo and redo walk between versions."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

from pydantic import Field, JsonValue

from tools.asking import ask, button
from tools.cards import ChangesCard
from tools.cleaning_view import Repaired, cleaned_card, preview_card, went_back_card
from tools.columns import Choice, choose, judged, problems_of
from tools.context import ToolContext
from tools.finding import find_dataset
from tools.inspecting import inspected, labels_of
from tools.plans import propose_plan
from tools.quoting import plain, quote
from tools.registry import ToolOutput, tool
from tools.repairs import offered, place_of
from tools.words import count
from workspace import versions
from workspace.cleaning import FIXES, Columns, FixDone, apply_fixes
from workspace.dataset import DataProblem, Dataset, FixCall, Step, TaskGuess
from workspace.errors import InputError, NotFound

_AGAIN = ("last", "previous", "same", "again")
_BY_ROW = ("drop_suspicious", "relabel_suspicious", "drop_ragged_rows")
"""Repairs of rows that were found in one table: they say nothing about another one."""

Options = dict[str, dict[str, JsonValue]]


@tool()
def clean_dataset(
    context: ToolContext,
    dataset_id: Annotated[
        str | None, Field(description="id or name of the data; leave out for the newest of this conversation")
    ] = None,
    fixes: Annotated[
        list[str] | str | None,
        Field(description="codes of repairs as inspect_dataset gives them, or 'all' for all that it advises"),
    ] = None,
    args: Annotated[
        Options | None,
        Field(description='options by repair: {"merge_similar_labels": {"pairs": {"Biling": "Billing"}}}'),
    ] = None,
    preview: Annotated[bool, Field(description="only show what would change")] = False,
    undo: Annotated[bool, Field(description="take the last step back")] = False,
    redo: Annotated[bool, Field(description="bring back the step that was undone last")] = False,
    recipe: Annotated[
        str | None,
        Field(description="id or name of other data: do to this one what was done to that; 'last' for the newest"),
    ] = None,
    then_plan: Annotated[bool, Field(description="go straight on to a plan")] = False,
) -> ToolOutput:
    """Repairs data: removes repeats, merges spellings, strips HTML and the like, whatever inspect_dataset offers.

    It makes a new version and shows what changed, before and after. The uploaded file and the version before stay as
    they are, so it needs no yes and can be undone (undo, redo). With preview it only shows what would change.
    """
    found = find_dataset(context, dataset_id, undone=undo)
    if undo or redo:
        return _walked(context, found, back=undo)
    dataset = versions.current(context.workspace, found)
    choice = choose(context, dataset, None, None, None)
    problems = _problems(context, dataset, choice)
    calls, left_out = _recipe(context, dataset, recipe) if recipe else ([], [])
    calls += _calls(fixes if fixes is not None or recipe else "all", args or {}, problems)
    if not calls:
        return _nothing(context, dataset, choice, "There is nothing to repair here.")
    with repaired(context, dataset, choice, calls) as result:
        if preview:
            return _previewed(dataset, result)
        if not result.done:
            return _nothing(context, dataset, choice, "Nothing was left to change: these repairs found nothing.")
        cleaned = kept(context, dataset, choice, result)
        card = cleaned_card(context, dataset, cleaned, result, left_out)
    return _shown(context, cleaned, choice, card, result, then_plan=then_plan)


@contextmanager
def repaired(context: ToolContext, dataset: Dataset, choice: Choice, calls: Sequence[FixCall]) -> Iterator[Repaired]:
    """The data as repaired, in temporary files. Raises InputError BAD_FIX with every fault."""
    storage = context.workspace.storage
    findings = versions.findings_key(context.workspace, dataset)
    columns = Columns(choice.text, choice.label, choice.task)
    with tempfile.TemporaryDirectory(prefix="mtw-") as folder, storage.as_file(dataset.table_key) as table:
        out, changes = Path(folder) / "table.parquet", Path(folder) / "changes.parquet"
        with storage.as_file(findings) if storage.exists(findings) else nullcontext(None) as known:
            report = apply_fixes(table, out, calls, columns, known, changes)
        yield Repaired(report, table, out, changes, choice.text)


def _problems(context: ToolContext, dataset: Dataset, choice: Choice) -> list[DataProblem]:
    seen = judged(context, dataset, choice)
    return problems_of(seen, choice, len(labels_of(context, seen, choice.label, choice.task)))


def _calls(fixes: list[str] | str | None, args: Options, problems: Sequence[DataProblem]) -> list[FixCall]:
    """What was asked for, in the order in which it is best done. A problem's code means the repair that it offers."""
    named = fixes.split(",") if isinstance(fixes, str) else fixes or []
    named = [name.strip() for name in named if name.strip()]
    mends = {p.code.casefold(): p.fix.code for p in problems if p.fix}
    codes: list[str] = []
    for name in named:
        if name.casefold() == "all":
            codes += [p.fix.code for p in offered(problems) if p.fix]
        else:
            codes.append(mends.get(name.casefold(), name))
    unknown = set(args) - set(codes)
    codes = list(dict.fromkeys([*codes, *args])) if unknown <= set(FIXES) else codes
    codes.sort(key=place_of)
    return [FixCall(code=code, args=args.get(code, {})) for code in dict.fromkeys(codes)]


def _recipe(context: ToolContext, dataset: Dataset, wanted: str) -> tuple[list[FixCall], list[str]]:
    """The repairs of other data, and what of them says nothing about this one."""
    workspace = context.workspace
    if wanted.strip().casefold() in _AGAIN:
        others = [d for d in workspace.datasets.list() if d.family_id != dataset.family_id]
        source = next((d for d in others if versions.fixes_of(workspace.datasets, d)), None)
        if source is None:
            raise NotFound("NO_RECIPE", "No other data of yours was cleaned yet.", "Clean this one as it needs it.")
    else:
        source = find_dataset(context, wanted)
    fixes = versions.fixes_of(workspace.datasets, source)
    if not fixes:
        message = f"Nothing was repaired in “{plain(source.name, 60)}”, so there is nothing to do again."
        raise InputError("NO_RECIPE", message, "Name data that was cleaned.")
    titles = [FIXES[fix.code].title for fix in fixes if fix.code in _BY_ROW and fix.code in FIXES]
    return [fix for fix in fixes if fix.code not in _BY_ROW], titles


def kept(context: ToolContext, dataset: Dataset, choice: Choice, result: Repaired) -> Dataset:
    """The repaired data as a new version."""
    done = result.done
    step = Step(
        kind="clean",
        title="; ".join(fix.title for fix in done)[:400],
        fixes=[FixCall(code=fix.code, args=fix.args) for fix in done],
        rows_removed=sum(fix.rows_removed for fix in done),
        rows_added=sum(fix.rows_added for fix in done),
        cells_changed=sum(fix.cells_changed for fix in done),
    )
    said = None
    if choice.corrected and choice.text:
        said = TaskGuess(kind=choice.task, text=choice.text, label=choice.label, confidence=1, why="as you said")
    return versions.derive(context.workspace, dataset, result.table, step, result.changes, task=said)


def _shown(
    context: ToolContext, cleaned: Dataset, choice: Choice, card: ChangesCard, result: Repaired, *, then_plan: bool
) -> ToolOutput:
    """What changed, then the problems that are left or, where it was asked for and nothing is in the way, the plan."""
    now = inspected(context, cleaned)
    data = now.data | {"cleaned": _facts(result.report.rows_before, result.done)}
    shown = card.card(_title(card))
    blocked = any(p.severity == "blocking" for p in _problems(context, cleaned, choice))
    if then_plan and not blocked:
        plan = propose_plan(context, dataset_id=cleaned.id)
        return ToolOutput(data=data | {"plan": plan.data}, cards=[shown, *plan.cards], ask=plan.ask, stage="plan")
    problems = [c for c in now.cards if c.kind == "problems"]
    return ToolOutput(data=data, cards=[shown, *problems], ask=now.ask, stage="cleanup")


def _previewed(dataset: Dataset, result: Repaired) -> ToolOutput:
    done, report = result.done, result.report
    card = preview_card(dataset, result)
    codes = ",".join(fix.code for fix in done)
    data: dict[str, JsonValue] = {
        "preview": True,
        "dataset_id": dataset.id,
        "rows": report.rows_before,
        "rows_then": report.rows_after,
        "cleaned": _facts(report.rows_before, done),
    }
    if not done:
        return ToolOutput(data=data, cards=[card.card("Nothing would change")], stage="cleanup")
    return ToolOutput(
        data=data,
        cards=[card.card(_title(card))],
        ask=ask(
            "Shall I do it? Your file stays as it is, and it can be undone.",
            button("Do it", "clean_dataset", primary=True, dataset_id=dataset.id, fixes=codes),
            button("Do it, then plan", "clean_dataset", dataset_id=dataset.id, fixes=codes, then_plan="true"),
            button("Leave the data as it is", "propose_plan", dataset_id=dataset.id),
        ),
        stage="cleanup",
    )


def _walked(context: ToolContext, found: Dataset, *, back: bool) -> ToolOutput:
    """Undo and redo. Undo is meant for exactly the version that a button names."""
    workspace = context.workspace
    if back:
        before, now = found, versions.undo(workspace, found)
    else:
        before = versions.current(workspace, found)
        now = versions.redo(workspace, before)
    card = went_back_card(before, now, back=back)
    output = inspected(context, now)
    cards = [card.card(_title(card)), *(c for c in output.cards if c.kind == "problems")]
    data = output.data | {"undone" if back else "redone": True}
    return ToolOutput(data=data, cards=cards, ask=output.ask, stage="cleanup")


def _nothing(context: ToolContext, dataset: Dataset, choice: Choice, why: str) -> ToolOutput:
    output = inspected(context, dataset, choice)
    data = output.data | {"cleaned": [], "note": why}
    return ToolOutput(
        data=data, cards=[c for c in output.cards if c.kind == "problems"], ask=output.ask, stage="cleanup"
    )


def _facts(rows: int, done: Sequence[FixDone]) -> JsonValue:
    return [
        {
            "fix": fix.code,
            "done": quote(fix.title, 120),
            "rows_removed": fix.rows_removed,
            "rows_added": fix.rows_added,
            "cells_changed": fix.cells_changed,
            "of_rows": rows,
        }
        for fix in done
    ]


def _title(card: ChangesCard) -> str:
    """The finding: what is there now, and what was done."""
    rows = count(card.rows_after, "row")
    match card.done:
        case "undone":
            return f"Undone: back to {rows}" + (", as uploaded" if card.version == 1 else "")
        case "redone":
            return f"Brought back: {rows}"
    most = max(card.fixes, key=lambda fix: (fix.rows_removed, fix.cells_changed), default=None)
    first = most.title if most else "nothing changed"
    more = f" and {len(card.fixes) - 1} more" if len(card.fixes) > 1 else ""
    left = "would be left" if card.done == "preview" else "left"
    return f"{rows} {left}: {first}{more}"
