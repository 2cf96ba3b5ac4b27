"""Personal data: what was found, and a new version of the data in which it is hidden."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, get_args

from pydantic import Field, JsonValue

from tools.asking import ask, button
from tools.cards import PersonalColumnView, PersonalKindView, PrivacyCard
from tools.columns import choose
from tools.context import ToolContext
from tools.finding import find_column, find_dataset
from tools.inspecting import inspected
from tools.quoting import plain, quote, quote_all
from tools.registry import ToolOutput, tool
from tools.words import count
from workspace import versions
from workspace.dataset import ColumnRole, Dataset, FixCall, Step
from workspace.errors import InputError
from workspace.privacy import KINDS, PersonalScan, scan_personal
from workspace.privacy.pseudonyms import pseudonyms_of
from workspace.privacy.redact import Redaction, RedactionReport, Treatment, redact_table
from workspace.privacy.tagger import available

_LOOKED_INTO = 5_000
_KEPT_BEFORE = (
    "The uploaded file and the version before still hold them, for you to go back to; trainings use the new version. "
    "Delete the data to be rid of them."
)
_NO_NAMES = "Names of people are not looked for: that needs a language model, and none is installed here."
_WORDS: dict[str, Treatment] = {
    "hide": "mask",
    "mask": "mask",
    "remove": "mask",
    "redact": "mask",
    "pseudonym": "pseudonym",
    "pseudonyms": "pseudonym",
    "pseudonymize": "pseudonym",
    "replace": "pseudonym",
    "stand-in": "pseudonym",
    "keep": "keep",
    "leave": "keep",
}


@tool()
def redact_dataset(
    context: ToolContext,
    dataset_id: Annotated[
        str | None, Field(description="id or name of the data; leave out for the newest of this conversation")
    ] = None,
    everything: Annotated[
        str | None,
        Field(description="for all kinds: 'mask' ([EMAIL] instead), 'pseudonym' (the same stand-in each time), 'keep'"),
    ] = None,
    kinds: Annotated[
        dict[str, str] | None,
        Field(description='by kind, where it differs: {"email": "pseudonym", "ip": "keep"}; others are masked'),
    ] = None,
    drop_columns: Annotated[list[str] | str | None, Field(description="columns to leave out as a whole")] = None,
) -> ToolOutput:
    """Finds personal data (e-mail, phone, bank account, card, identity numbers, addresses) and hides it on demand.

    Without choices it only shows what is there, with the middle of each example hidden. With choices it makes a new
    version without these values; that can be undone. Nothing that was hidden reaches a training or a model.
    """
    dataset = versions.current(context.workspace, find_dataset(context, dataset_id))
    if everything is None and not kinds and not drop_columns:
        return _found(context, dataset)
    return _hidden(context, dataset, _redaction(dataset, everything, kinds or {}, drop_columns))


def _redaction(
    dataset: Dataset, everything: str | None, kinds: dict[str, str], drop_columns: list[str] | str | None
) -> Redaction:
    """What was asked for. Raises InputError with every fault at once."""
    faults = [f"There is no kind “{plain(kind, 40)}”." for kind in kinds if kind not in KINDS]
    wanted: dict[str, Treatment] = {}
    for kind, said in [*(dict.fromkeys(KINDS, everything) if everything else {}).items(), *kinds.items()]:
        treatment = _WORDS.get(said.strip().casefold())
        if treatment is None:
            faults.append(f"“{plain(said, 40)}” is nothing that can be done with a value.")
        elif kind in KINDS:
            wanted[kind] = treatment
    if drop_columns and everything is None and not kinds:
        wanted = dict.fromkeys(KINDS, "keep")  # only the columns were asked for
    columns = drop_columns.split(",") if isinstance(drop_columns, str) else drop_columns or []
    dropped: list[str] = []
    for name in columns:
        try:
            dropped.append(find_column(dataset.profile, name.strip()))
        except InputError as fault:
            faults.append(fault.message)
    if faults:
        raise InputError(
            "BAD_REDACTION",
            " ".join(dict.fromkeys(faults)),
            f"Kinds are {', '.join(KINDS)}; each can be {', '.join(get_args(Treatment))}.",
        )
    return Redaction(kinds=wanted, drop_columns=dropped)


def _found(context: ToolContext, dataset: Dataset) -> ToolOutput:
    with context.workspace.storage.as_file(dataset.table_key) as table:
        scan = scan_personal(table, [c.name for c in dataset.profile.columns], texts=_LOOKED_INTO)
    data: dict[str, JsonValue] = {
        "dataset_id": dataset.id,
        "name": quote(dataset.name, 100),
        "rows": dataset.rows,
        "looked_at": scan.looked_at,
        "rows_with_personal_data": scan.any_row,
        "kinds": dict(scan.rows),
        "names_looked_for": available(),
    }
    plan = button("Make a plan", "propose_plan", dataset_id=dataset.id)
    if not scan.any_row:
        card = _card(dataset, scan, [], "" if available() else _NO_NAMES)
        part = "" if scan.complete else f" in the {count(scan.looked_at, 'row')} I looked at"
        return ToolOutput(
            data=data,
            cards=[card.card(f"No personal data found{part}")],
            ask=ask("What next?", plan, button("Look at the data", "inspect_dataset", dataset_id=dataset.id)),
            stage="cleanup",
        )
    hide_all = button("Hide all", "redact_dataset", primary=True, dataset_id=dataset.id, everything="mask")
    stand_ins = button("Use stand-ins", "redact_dataset", dataset_id=dataset.id, everything="pseudonym")
    chosen = button("Do as chosen", "redact_dataset", dataset_id=dataset.id)
    card = _card(dataset, scan, _columns(context, dataset, scan), _note(scan))
    at_least = "" if scan.complete else "At least "
    verb = "holds" if scan.any_row == 1 else "hold"
    title = f"{at_least}{count(scan.any_row, 'row')} {verb} personal data"
    return ToolOutput(
        data=data,
        cards=[card.model_copy(update={"button": chosen}).card(title)],
        ask=ask(
            "Shall I hide it? With “Hide all” I write [EMAIL] and the like in its place; stand-ins keep apart who is "
            "who. It makes a new version and can be undone.",
            hide_all,
            stand_ins,
            button("Leave it", "propose_plan", dataset_id=dataset.id),
        ),
        stage="cleanup",
    )


def _note(scan: PersonalScan) -> str:
    part = f"I looked at {scan.looked_at:,} of {scan.total:,} rows; hiding goes through all of them."
    return " ".join(note for note in ("" if scan.complete else part, "" if available() else _NO_NAMES) if note)


def _columns(context: ToolContext, dataset: Dataset, scan: PersonalScan) -> list[PersonalColumnView]:
    choice = choose(context, dataset, None, None, None)
    used = {*choice.text, choice.label}
    rows = {name: max(by_kind.values()) for name, by_kind in scan.columns.items()}
    return [
        PersonalColumnView(name=plain(name, 80), rows=n, used=name in used)
        for name, n in sorted(rows.items(), key=lambda item: -item[1])
    ]


def _card(dataset: Dataset, scan: PersonalScan, columns: list[PersonalColumnView], note: str) -> PrivacyCard:
    return PrivacyCard(
        dataset_id=dataset.id,
        name=plain(dataset.name, 100),
        version=dataset.version,
        done=False,
        rows=dataset.rows,
        rows_with=scan.any_row,
        looked_at=scan.looked_at,
        kinds=[
            PersonalKindView(
                code=kind,
                label=KINDS[kind].one if rows == 1 else KINDS[kind].many,
                rows=rows,
                examples=[plain(example, 40) for example in scan.examples.get(kind, [])],
                instead=KINDS[kind].mask,
            )
            for kind, rows in scan.rows.items()
        ],
        columns=columns,
        note=note,
    )


def _hidden(context: ToolContext, dataset: Dataset, redaction: Redaction) -> ToolOutput:
    with redacted(context, dataset, redaction) as (table, changes, report):
        if not report.hidden and not report.dropped:
            output = inspected(context, dataset)
            note = "There was nothing to hide."
            return output.model_copy(update={"data": output.data | {"redacted": {}, "note": note}, "stage": "cleanup"})
        fix = FixCall(code="redact", args={"kinds": dict(redaction.kinds), "drop_columns": list(report.dropped)})
        step = Step(kind="redact", title=_title(report), fixes=[fix], cells_changed=report.cells_changed)
        new = versions.derive(context.workspace, dataset, table, step, changes)
    now = inspected(context, new)
    undo = button("Undo", "clean_dataset", dataset_id=new.id, undo="true")
    card = PrivacyCard(
        dataset_id=new.id,
        name=plain(new.name, 100),
        version=new.version,
        done=True,
        rows=new.rows,
        rows_with=report.rows_changed,
        looked_at=new.rows,
        kinds=_done_views(report),
        dropped=[plain(name, 80) for name in report.dropped],
        note=_KEPT_BEFORE,
        buttons=[undo],
    )
    data = now.data | {
        "redacted": {"masked": dict(report.masked), "pseudonyms": dict(report.pseudonyms), "kept": dict(report.kept)},
        "rows_changed": report.rows_changed,
        "columns_left_out": quote_all(report.dropped, 80),
    }
    problems = [c for c in now.cards if c.kind == "problems"]
    return ToolOutput(data=data, cards=[card.card(_title(report)), *problems], ask=now.ask, stage="cleanup")


@contextmanager
def redacted(
    context: ToolContext, dataset: Dataset, redaction: Redaction
) -> Iterator[tuple[Path, Path, RedactionReport]]:
    """The table without personal data, the list of changed cells, and what was done, in temporary files."""
    storage = context.workspace.storage
    pseudonyms = pseudonyms_of(storage, dataset.family_id) if "pseudonym" in redaction.kinds.values() else None
    roles = {column.role: column.name for column in dataset.profile.columns}
    text = dataset.profile.task.text
    spans = (text[0], roles[ColumnRole.SPANS]) if ColumnRole.SPANS in roles and text else None
    with tempfile.TemporaryDirectory(prefix="mtw-") as folder, storage.as_file(dataset.table_key) as table:
        out, changes = Path(folder) / "table.parquet", Path(folder) / "changes.parquet"
        yield out, changes, redact_table(table, out, redaction, pseudonyms, changes, spans)


def _done_views(report: RedactionReport) -> list[PersonalKindView]:
    done: list[tuple[Treatment, dict[str, int]]] = [
        ("mask", report.masked),
        ("pseudonym", report.pseudonyms),
        ("keep", report.kept),
    ]
    return [
        PersonalKindView(
            code=kind,
            label=KINDS[kind].one if values[kind] == 1 else KINDS[kind].many,
            values=values[kind],
            treatment=treatment,
            instead=KINDS[kind].mask if treatment == "mask" else "",
        )
        for treatment, values in done
        for kind in KINDS
        if kind in values
    ]


def _title(report: RedactionReport) -> str:
    """'41 values hidden in 37 rows, 1 column left out'."""
    parts = []
    if report.hidden:
        parts.append(f"{count(report.hidden, 'value')} hidden in {count(report.rows_changed, 'row')}")
    if report.dropped:
        parts.append(f"{count(len(report.dropped), 'column')} left out")
    return ", ".join(parts)
