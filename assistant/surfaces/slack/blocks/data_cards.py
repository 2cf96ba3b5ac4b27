"""Cards about data: what was read, what is wrong with it, what was changed."""

from collections.abc import Sequence

from assistant.surfaces.slack.blocks.page import Page
from assistant.surfaces.slack.blocks.pictures import learning_curve
from assistant.surfaces.slack.blocks.text import bold, code, escaped
from tools import cards
from tools.words import count

_SEVERITY = {
    "blocking": ":no_entry: *Must be fixed:*",
    "warning": ":warning: *Worth fixing:*",
    "info": "*Good to know:*",
}
_VERDICTS = {
    "ready": ":white_check_mark: *Ready.*",
    "fix_first": ":warning: *Better fix this first.*",
    "not_enough": ":no_entry: *Not enough yet.*",
}
_HELP = {"helps": ":white_check_mark: *They help.*", "unclear": "*No gain seen.*", "harms": ":warning: *They harm.*"}
_DONE = {"mask": "hidden", "pseudonym": "replaced by stand-ins", "keep": "kept"}


def table(page: Page, card: cards.TableCard) -> None:
    page.say(escaped(card.why))
    columns = card.columns[:6]
    page.table([f"{c.name} ({c.role})" for c in columns], [row[: len(columns)] for row in card.preview[:5]])
    more = len(card.columns) - len(columns) + card.hidden_columns
    page.note(
        f"The first {min(5, len(card.preview))} of {count(card.rows, 'row')}.",
        f"{count(more, 'more column')} not shown." if more else "",
        f"Read as {escaped(card.read_as, 300)}." if card.read_as else "",
    )
    if card.labels:
        page.heading(f"How often each answer{f' in “{card.label}”' if card.label else ''} appears")
        rows = [(share.label, f"{share.count:,}", f"{share.share:.0%}") for share in card.labels[:12]]
        page.table(["Answer", "Rows", "Share"], rows, numbers=(1, 2))
        hidden = len(card.labels) - len(rows) + card.hidden_labels
        page.note(f"and {hidden:,} more." if hidden else "", escaped(card.labels_sentence, 500))
    if card.button:
        page.actions([page.presses.open("Choose other columns", "columns", card.dataset_id)])


def problems(page: Page, card: cards.ProblemsCard) -> None:
    if card.verdict:
        page.say(f"{_VERDICTS[card.verdict.kind]} {escaped(card.verdict.sentence, 1_000)}")
    elif not card.problems and not card.privacy and not card.checking:
        page.say(":white_check_mark: *Ready.* Nothing in this data stands in the way of a training.")
    for problem in card.problems[:20]:
        page.say(
            f"{_SEVERITY[problem.severity]} {escaped(problem.message, 1_000)}",
            " ".join(code(example, 120) for example in problem.examples[:3]),
            accessory=page.presses.press(problem.button) if problem.button else None,
        )
    if card.privacy:
        found = (f"{kind.replace('_', ' ')} in {count(rows, 'row')}" for kind, rows in card.privacy.items())
        page.say(f":warning: *Personal data:* {escaped(', '.join(found), 1_000)}")
    page.going_on(card.checking, "The closer look was not finished.")
    if card.verdict and len(card.verdict.curve) > 1:
        page.pictures.append(learning_curve(card.verdict.curve, (), card.verdict.metric, card.verdict.sentence))
    page.actions(page.presses.presses(card.buttons))


def changes(page: Page, card: cards.ChangesCard) -> None:
    page.points(escaped(fix.title, 300) for fix in card.fixes)
    page.say(escaped(card.note))
    if card.changes:
        rows = [(c.row, c.column or c.kind, _joined(c.before), _after(c)) for c in card.changes]
        page.table(["Row", "Column", "Before", "After"], rows, numbers=(0,))
    page.note(f"and {count(card.hidden_changes, 'more change')}." if card.hidden_changes else "")
    page.actions([*page.presses.presses(card.buttons), *page.links("All changes, row by row", card.url or "")])


def comparison(page: Page, card: cards.ComparisonCard) -> None:
    page.facts(
        [
            (card.before, count(card.rows_before, "row")),
            (card.after, count(card.rows_after, "row")),
            ("Only in the first", f"{card.rows_removed:,}"),
            ("Only in the second", f"{card.rows_added:,}"),
            ("Changed", f"{card.rows_changed:,}"),
        ]
    )
    page.say(escaped(card.sentence))
    page.points(escaped(step, 300) for step in card.steps)
    page.table(["From", "To", "Rows"], [(m.before, m.after, m.rows) for m in card.moves], numbers=(2,))
    page.table(["Answer", "Before", "After"], [(c.label, c.before, c.after) for c in card.labels], numbers=(1, 2))
    columns = [(c.name, c.before or "not there", c.after or "not there", c.cells_changed) for c in card.columns]
    page.table(["Column", "Before", "After", "Cells changed"], columns)
    page.actions(page.presses.presses(card.buttons))


def privacy(page: Page, card: cards.PrivacyCard) -> None:
    if card.done:
        found = [f"{k.values:,} {k.label} {_DONE[k.treatment]} {k.instead}".rstrip() for k in card.kinds]
        page.points(escaped(line, 300) for line in [*found, *(f"the column “{n}” left out" for n in card.dropped)])
    else:
        rows = [(k.label, f"{k.rows:,}", ", ".join(k.examples)) for k in card.kinds]
        page.table(["Kind", "Rows", "For example"], rows, numbers=(1,))
        page.points(f"in the column {code(c.name, 120)}: {count(c.rows, 'row')}" for c in card.columns)
    going = page.going_on(card.checking, "This was not finished, so nothing was changed.")
    page.note(escaped(card.note, 1_000))
    chosen = [page.presses.open("Choose what to do", "privacy", card.dataset_id)] if card.button else []
    page.actions([*chosen, *page.presses.presses([] if card.checking and not going else card.buttons)])


def augmentation(page: Page, card: cards.AugmentationCard) -> None:
    page.going_on(card.checking, "This could not be measured, so nothing was added.")
    if card.verdict:
        page.say(f"{_HELP[card.verdict]} {escaped(card.sentence, 1_000)}")
    rows = [
        (r.label, f"{r.rows:,}", f"{r.added:,}", f"{100 * r.before:.0f}", f"{100 * r.after:.0f}") for r in card.labels
    ]
    page.table(["Answer", "Rows", "New", "Without", "With"], rows, numbers=(1, 2, 3, 4))
    if rows:
        page.note("Without and with: the score (F1, of 100) on rows held back.")
    for sample in card.samples[:3]:
        page.say(f"{bold(sample.label, 100)} {code(sample.made_from, 200)} → {code(sample.text, 200)}")
    page.note(escaped(card.note, 1_000))
    page.actions(page.presses.presses(card.buttons))


def datasets(page: Page, card: cards.DatasetsCard) -> None:
    if not card.datasets:
        page.say("No data yet. Drop a file here, or start with an example.")
    rows = [
        (f"{d.name}{' (in use here)' if d.current else ''}", d.version, f"{d.rows:,}", d.labels, "; ".join(d.steps))
        for d in card.datasets[:20]
    ]
    page.table(["Name", "Version", "Rows", "Answers", "Steps"], rows, numbers=(1, 2, 3))
    older = len(card.datasets) - len(rows) + card.hidden
    page.note(f"{older:,} older ones are not listed." if older else "")


def _joined(pieces: Sequence[cards.Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def _after(change: cards.RowChangeView) -> str:
    return "left out" if change.kind == "removed" else _joined(change.after)
