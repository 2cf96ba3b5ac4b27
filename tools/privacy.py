"""Personal data: what was found, and a new version of the data in which it is hidden."""

from typing import Annotated, get_args

from pydantic import Field, JsonValue

from tools.asking import ask, button
from tools.cards import PersonalColumnView, PersonalKindView, PrivacyCard
from tools.columns import choose
from tools.context import ToolContext
from tools.finding import find_column, find_dataset
from tools.quoting import plain, quote
from tools.redacting import hide, stop_hiding
from tools.registry import ToolOutput, tool
from tools.words import count
from workspace import versions
from workspace.dataset import Dataset
from workspace.errors import InputError
from workspace.privacy import KINDS, PersonalScan, scan_personal
from workspace.privacy.redact import Redaction, Treatment
from workspace.privacy.tagger import INSTALL, available

_LOOKED_INTO = 5_000
_DEEP_CHARACTERS, _DEEP_ROWS = 30_000, 300
"""What the model looks at while the person waits: about four seconds."""

_NO_NAMES = (
    "Names of people are found only behind greetings and the like: the model that sees them elsewhere is not "
    f"installed. To have it: {INSTALL}"
)
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
    stop: Annotated[bool, Field(description="stop hiding where it is going on; nothing is changed then")] = False,
) -> ToolOutput:
    """Finds personal data (names, e-mail, phone, account, card, identity numbers, addresses), hides it on demand.

    Without choices it only shows what is there, with the middle of each example hidden. With choices it makes a new
    version without these values; that can be undone. Long tables take minutes; the result then comes by itself.
    Nothing that was hidden reaches a training or a model.
    """
    dataset = versions.current(context.workspace, find_dataset(context, dataset_id))
    if stop:
        return stop_hiding(context, dataset)
    if everything is None and not kinds and not drop_columns:
        return _found(context, dataset)
    return hide(context, dataset, _redaction(dataset, everything, kinds or {}, drop_columns))


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
    deep = available() and any(wanted.get(kind, "mask") != "keep" for kind in ("name", "address"))
    return Redaction(kinds=wanted, drop_columns=dropped, deep=deep)


def _scanned(context: ToolContext, dataset: Dataset) -> tuple[PersonalScan, int]:
    """What there is, and in how many rows the model looked for it. Counts of what it alone sees are lower bounds."""
    columns = [column.name for column in dataset.profile.columns]
    with context.workspace.storage.as_file(dataset.table_key) as table:
        scan = scan_personal(table, columns, texts=_LOOKED_INTO)
        if not available():
            return scan, 0
        length = sum(column.mean_length for column in dataset.profile.columns)
        rows = max(20, min(_DEEP_ROWS, int(_DEEP_CHARACTERS / max(1.0, length))))
        seen = scan_personal(table, columns, rows=10 * rows, texts=rows, deep=True)
    return _both(scan, seen), min(rows, dataset.rows)


def _both(scan: PersonalScan, seen: PersonalScan) -> PersonalScan:
    def most(a: dict[str, int], b: dict[str, int]) -> dict[str, int]:
        return {kind: max(a.get(kind, 0), b.get(kind, 0)) for kind in KINDS if kind in a or kind in b}

    columns = (*scan.columns, *seen.columns)
    return scan.model_copy(
        update={
            "rows": most(scan.rows, seen.rows),
            "columns": {n: most(scan.columns.get(n, {}), seen.columns.get(n, {})) for n in dict.fromkeys(columns)},
            "examples": seen.examples | scan.examples,
            "any_row": max(scan.any_row, seen.any_row),
            "names": seen.names,
            "small_names": seen.small_names,
        }
    )


def _found(context: ToolContext, dataset: Dataset) -> ToolOutput:
    scan, by_model = _scanned(context, dataset)
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
        card = _card(dataset, scan, [], _note(dataset, scan, by_model))
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
    card = _card(dataset, scan, _columns(context, dataset, scan), _note(dataset, scan, by_model))
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


def _note(dataset: Dataset, scan: PersonalScan, by_model: int) -> str:
    notes = []
    if not scan.complete:
        notes.append(f"I looked at {scan.looked_at:,} of {scan.total:,} rows; hiding goes through all of them.")
    if not available():
        notes.append(_NO_NAMES)
    else:
        where = "" if by_model >= dataset.rows else f" in {by_model:,} of {dataset.rows:,} rows so far"
        notes.append(
            f"A model looked for names and addresses{where}: it misses some, and takes some words for names "
            "that are none."
        )
    if scan.doubtful_names:
        notes.append(
            "These texts are written as in chats, where about half of the names it sees are none, so names are not "
            "chosen here. “Hide all” hides them as well."
        )
    return " ".join(notes)


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
                treatment="keep" if kind == "name" and scan.doubtful_names else "mask",
                instead=KINDS[kind].mask,
            )
            for kind, rows in scan.rows.items()
        ],
        columns=columns,
        note=note,
    )
