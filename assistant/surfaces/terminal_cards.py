"""Cards as rich text: tables and bars that fit a terminal. Everything from files is printed as plain text."""

from collections.abc import Callable, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text

from assistant.surfaces import terminal_results
from assistant.surfaces.terminal_parts import bar, text_grid, text_lines
from tools import cards
from tools.words import duration_range, of_100
from workspace.events import Asked, AssistantSaid, Card, CardShown, ConversationEvent, ErrorShown

View = Callable[[Any], RenderableType]


def card_view(card: Card) -> RenderableType:
    """The card with its finding as the title."""
    kind = cards.CARDS.get(card.kind)
    view = _VIEWS.get(card.kind)
    body: RenderableType = view(kind.of(card.shown)) if kind and view else Text("")
    return Panel(body, title=Text(card.title), title_align="left", box=box.ROUNDED, border_style="blue")


def event_view(event: ConversationEvent) -> RenderableType | None:
    """What the assistant's part of a conversation looks like; None for what nobody sees."""
    match event:
        case AssistantSaid():
            return Markdown(event.shown)
        case CardShown(card=card):
            return card_view(card)
        case ErrorShown():
            return Group(Text(event.message, style="bold red"), Text(event.next_step))
        case Asked():
            options = (
                Text(f"  {number}  {option.label}", style="green" if option.style == "primary" else "")
                for number, option in enumerate(event.options, start=1)
            )
            return Group(Text(event.text, style="bold"), *options)
        case _:
            return None


def _table(card: cards.TableCard) -> RenderableType:
    columns = card.columns[:5]
    parts: list[RenderableType] = [
        text_grid([f"{c.name} ({c.role})" for c in columns], [row[: len(columns)] for row in card.preview[:5]])
    ]
    if card.labels:
        bars = [(share.label, f"{share.count:,}", bar(share.share)) for share in card.labels[:12]]
        parts += [text_grid(["Answer", "Rows", ""], bars), Text(card.labels_sentence)]
    parts.append(Text(card.read_as, style="dim"))
    return Group(*parts)


def _problems(card: cards.ProblemsCard) -> RenderableType:
    going_on = ["A model looks more closely now; I tell you what it finds."] if card.checking else []
    if not card.problems and not card.verdict:
        return text_lines(*(going_on or ["Nothing to fix."]))
    marks = {"blocking": "✗", "warning": "!", "info": "·"}
    verdict = [card.verdict.sentence] if card.verdict else []
    mends = {p.code: f"  → write: {p.button.label}" if p.button else "" for p in card.problems}
    lines = [part for p in card.problems for part in (f"{marks[p.severity]} {p.message}", mends[p.code])]
    return text_lines(*verdict, *lines, *going_on)


def _changes(card: cards.ChangesCard) -> RenderableType:
    parts: list[RenderableType] = [text_lines(*(f"• {fix.title}" for fix in card.fixes), card.note)]
    if card.changes:
        rows = [
            (c.row, c.column or c.kind, c.text[:60], _marked(c.before, "red strike"), _after(c)) for c in card.changes
        ]
        parts.append(text_grid(["Row", "", "Text", "Before", "After"], rows))
    if card.hidden_changes:
        parts.append(Text(f"and {card.hidden_changes:,} more changes", style="dim"))
    if card.path or card.url:
        parts.append(Text(f"All changes, row by row: {card.path or card.url}", style="dim"))
    if card.buttons:
        parts.append(Text(f"To take it back, write: {card.buttons[0].label}", style="dim"))
    return Group(*parts)


def _marked(pieces: Sequence[cards.Piece], style: str) -> Text:
    """A text whose changed parts stand out, by more than colour."""
    return Text.assemble(*((piece.text, style if piece.changed else "") for piece in pieces))


def _after(change: cards.RowChangeView) -> Text:
    return Text("left out", style="dim") if change.kind == "removed" else _marked(change.after, "green underline")


def _comparison(card: cards.ComparisonCard) -> RenderableType:
    parts: list[RenderableType] = [
        text_lines(
            f"{card.before}: {card.rows_before:,} rows; {card.after}: {card.rows_after:,} rows",
            f"Only in the first {card.rows_removed:,}, only in the second {card.rows_added:,}, "
            f"changed {card.rows_changed:,}",
            card.sentence,
            *(f"• {step}" for step in card.steps),
        )
    ]
    if card.moves:
        parts.append(text_grid(["From", "To", "Rows"], [(m.before, m.after, m.rows) for m in card.moves]))
    if card.labels:
        parts.append(text_grid(["Answer", "Before", "After"], [(c.label, c.before, c.after) for c in card.labels]))
    if card.columns:
        rows = [(c.name, c.before or "not there", c.after or "not there", c.cells_changed) for c in card.columns]
        parts.append(text_grid(["Column", "Before", "After", "Cells changed"], rows))
    return Group(*parts)


def _privacy(card: cards.PrivacyCard) -> RenderableType:
    if card.done:
        words = {"mask": "hidden", "pseudonym": "replaced by stand-ins", "keep": "kept"}
        lines = [f"• {k.values:,} {k.label} {words[k.treatment]} {k.instead}".rstrip() for k in card.kinds]
        lines += [f"• the column “{name}” left out" for name in card.dropped]
        return text_lines(*lines, card.note)
    if card.checking:
        return text_lines("I tell you when all of it is hidden; you can go on meanwhile.", card.note)
    rows = [(k.label, f"{k.rows:,}", ", ".join(k.examples)) for k in card.kinds]
    columns = [f"“{c.name}”: {c.rows:,} rows" for c in card.columns]
    grid = [text_grid(["Kind", "Rows", "For example"], rows)] if rows else []
    return Group(*grid, text_lines(*columns, card.note))


def _augmentation(card: cards.AugmentationCard) -> RenderableType:
    if card.state == "measuring":
        return text_lines("I tell you what it brings when it is measured; you can go on meanwhile.", card.note)
    rows = [(r.label, r.rows, r.added, f"{100 * r.before:.0f}", f"{100 * r.after:.0f}") for r in card.labels]
    made = [(s.label, s.made_from, s.text) for s in card.samples]
    return Group(
        text_lines(card.sentence),
        text_grid(["Answer", "Rows", "New", "Before", "After"], rows),
        text_grid(["Answer", "Made from", "New row"], made),
        Text(card.note, style="dim"),
    )


def _plan(card: cards.PlanCard) -> RenderableType:
    time = duration_range(card.estimated_seconds_low, card.estimated_seconds_high)
    methods = [(r.title, r.summary) for r in card.recipes if r.chosen]
    changes = [f"{c.label}: {c.before} → {c.after}" for c in card.changes]
    notes = [*card.warnings, *(better.sentence for better in card.better)]
    return Group(
        text_lines(*card.sentences, *changes, *(f"! {note}" for note in notes)),
        text_grid(["Method", "What it does"], methods),
        Text(f"About {time}, about {card.memory_mb:,} MB of memory.", style="dim"),
    )


def _progress(card: cards.ProgressCard) -> RenderableType:
    best = f"Best so far: {of_100(card.best)} ({card.metric_label})" if card.best is not None else ""
    failure = f"{card.failure.message} {card.failure.next_step}" if card.failure else ""
    return text_lines(card.message, f"{card.fraction:.0%} done" if not card.failure else "", best, failure)


def _download(card: cards.DownloadCard) -> RenderableType:
    where = card.path or card.url
    if card.checking:
        return text_lines(f"{card.checking.message} … I tell you when it is there.")
    return Group(text_lines(f"{card.file_name}, {card.bytes / 1_000_000:,.1f} MB", where, ""), Text(card.snippet))


def _deployment(card: cards.DeploymentCard) -> RenderableType:
    key = ["Its key, shown only now:", card.key, ""] if card.key else []
    live = {True: "answers", False: ""}
    versions = [(v.version, v.model_name, live[v.live], v.score) for v in card.versions]
    usage = [(day.day, f"{day.requests:,}", f"{day.texts:,}") for day in card.usage]
    return Group(
        text_lines(card.url, *key, card.drift),
        text_grid(["Version", "Model", "", "Test"], versions),
        *([text_grid(["Day", "Requests", "Texts"], usage)] if usage else []),
        text_lines(f"Keys: {', '.join(k.hint for k in card.keys) or 'none'}", card.limits, "", card.snippets[0].code),
    )


def _datasets(card: cards.DatasetsCard) -> RenderableType:
    rows = [(d.name, d.version, f"{d.rows:,}", d.labels, "; ".join(d.steps)) for d in card.datasets[:20]]
    return text_grid(["Name", "Version", "Rows", "Answers", "Steps"], rows)


def _runs(card: cards.RunsCard) -> RenderableType:
    return text_grid(["Data", "State", "Result"], [(r.name, r.status, r.headline) for r in card.runs[:20]])


def _models(card: cards.ModelsCard) -> RenderableType:
    rows = [(m.name, m.languages, m.speed, m.summary, m.note) for m in card.models]
    return text_grid(["Name", "Languages", "Speed", "", ""], rows)


def _concept(card: cards.ConceptCard) -> RenderableType:
    related = f"See also: {', '.join(card.related)}" if card.related else ""
    return text_lines(card.text, f"Example: {card.example}" if card.example else "", card.yours, related)


def _labelling(card: cards.LabelCard) -> RenderableType:
    seen = card.view
    if seen.item is None:
        return text_lines(seen.estimate.sentence, seen.agreement)
    suggestion = seen.item.suggestion.sentence if seen.item.suggestion else ""
    counts = [(c.name, c.count) for c in seen.classes[:12]]
    return Group(
        Text(seen.item.text, style="bold"),
        text_lines("", seen.item.why, suggestion),
        text_grid(["Category", "So far"], counts),
        text_lines(seen.estimate.sentence, seen.agreement),
    )


def _differences(card: cards.DifferencesCard) -> RenderableType:
    item = card.view.item
    if item is None:
        return text_lines(f"{card.view.decided:,} decided.")
    rows = [(", ".join(said.who), said.sentence) for said in item.said]
    return Group(Text(item.text, style="bold"), text_grid(["Who", "Answer"], rows))


def _diagnosis(card: cards.DiagnosisCard) -> RenderableType:
    steps = [f"• {step}" for step in card.next_steps]
    others = "; ".join(option.label for option in card.buttons)
    parts: list[RenderableType] = [
        text_lines(card.happened, card.explanation, card.why, card.whose_sentence, card.sure, *card.facts),
        Text("What to do", style="bold"),
        text_lines(*steps),
    ]
    if card.changes:
        rows = [(c.label, c.before, c.after) for c in card.changes]
        parts.append(text_grid(["What I would change", "Now", "Then"], rows))
    if others:
        parts.append(Text(f"It may also be: {others}", style="dim"))
    return Group(*parts)


_VIEWS: dict[str, View] = {
    "diagnosis": _diagnosis,
    "differences": _differences,
    "labelling": _labelling,
    "table": _table,
    "problems": _problems,
    "changes": _changes,
    "comparison": _comparison,
    "run_comparison": terminal_results.run_comparison,
    "privacy": _privacy,
    "augmentation": _augmentation,
    "plan": _plan,
    "progress": _progress,
    "metrics": terminal_results.metrics,
    "confusion": terminal_results.confusion,
    "mistakes": terminal_results.mistakes,
    "samples": terminal_results.samples,
    "prediction": terminal_results.prediction,
    "answers": terminal_results.answers,
    "download": _download,
    "deployment": _deployment,
    "datasets": _datasets,
    "runs": _runs,
    "models": _models,
    "concept": _concept,
}
