"""The cards of results as rich text: figures, mistakes, comparisons, answers."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from assistant.surfaces.terminal_parts import bar, text_grid, text_lines
from tools import cards
from tools.words import duration


def run_comparison(card: cards.RunComparisonCard) -> RenderableType:
    def figure(value: float | None) -> str:
        return "" if value is None else f"{value:.1%}" if card.share else f"{value:.2f}"

    rows = [
        (
            f"{'✓ ' if one.best else ''}{one.name}",
            one.recipe_title,
            one.data,
            figure(one.value),
            f"{figure(one.low)} to {figure(one.high)}" if one.low is not None else "",
            duration(one.seconds),
        )
        for one in card.runs
    ]
    apart = [
        f"• {p.sentence} Difference {figure(p.difference)} ({figure(p.low)} to {figure(p.high)})." for p in card.pairs
    ]
    return Group(
        text_lines(card.sentence, *apart, card.cost, card.note),
        text_grid(["Training", "Method", "Data", card.metric_label, "95 % between", "Time"], rows),
    )


def metrics(card: cards.MetricsCard) -> RenderableType:
    scores = [(m.label, f"{m.value:.3f}" if m.share else f"{m.value:.1f}", m.meaning) for m in card.metrics]
    classes = [
        (c.label, f"{c.precision:.2f}", f"{c.recall:.2f}", f"{c.f1:.2f}", c.support) for c in card.per_class[:12]
    ]
    return Group(
        text_lines(card.headline, card.baseline, *(f"{_MET[aim.met]} {aim.sentence}" for aim in card.aims)),
        text_grid(["Score", "", "What it means"], scores),
        text_grid(["Answer", "Precision", "Recall", "F1", "Rows"], classes),
        *_beyond(card),
        text_lines(*(f"→ {advice}" for advice in card.advice)),
    )


def _beyond(card: cards.MetricsCard) -> list[RenderableType]:
    """What the single figures hide."""
    parts: list[RenderableType] = [
        text_lines(
            *(view.sentence for view in card.sureness),
            card.calibration.sentence if card.calibration else "",
            card.more_rows.sentence if card.more_rows else "",
            card.parts_sentence,
        )
    ]
    if card.parts:
        rows = [(p.name, f"{p.rows:,}", f"{p.value:.1%}", f"{p.low:.0%} to {p.high:.0%}") for p in card.parts]
        parts.append(text_grid(["Part of the exam", "Rows", "Right", "95 % between"], rows))
    if card.prices:
        prices = [(f"{p.threshold:.0%}", f"{p.missed:.1%}", f"{p.false_alarms:.1%}") for p in card.prices]
        parts.append(text_grid([f"“{card.prices[0].label}” said from", "Missed", "False alarms"], prices))
    return parts


_MET = {"yes": "✓", "likely": "✓", "unlikely": "✗", "no": "✗"}


def confusion(card: cards.ConfusionCard) -> RenderableType:
    rows = [(label, *counts[:10]) for label, counts in zip(card.labels[:10], card.matrix, strict=False)]
    return Group(Text(card.sentence), text_grid(["is ↓  said →", *card.labels[:10]], rows))


def _with_labels(parts: Sequence[cards.TextPart]) -> Text:
    """``met [Ann](person) in [Rome](place)``: readable where there are no colours, too."""
    text = Text()
    for part in parts:
        text.append(f"[{part.text}]({part.label})" if part.label else part.text, style="bold" if part.label else "")
    return text


def samples(card: cards.SamplesCard) -> RenderableType:
    parts: list[RenderableType] = []
    for sample in card.samples:
        answers = [("before", sample.before), ("after", sample.after), ("wished for", sample.reference)]
        parts += [Text(sample.prompt, style="bold"), text_grid(["", ""], answers)]
    return Group(*parts)


def mistakes(card: cards.MistakesCard) -> RenderableType:
    if any(m.expected_parts for m in card.mistakes):
        pairs = [(_with_labels(m.expected_parts), _with_labels(m.predicted_parts)) for m in card.mistakes]
        return text_grid(["Should be marked", "The model marked"], pairs)
    rows = [(_pushed(m), m.expected, m.predicted, f"{m.score:.0%}", ", ".join(m.because)) for m in card.mistakes]
    headers = ["Text", "Right answer", "Said", "Sure", "Because of"]
    return text_grid(headers, rows) if rows else Text("No mistakes.", style="green")


def _pushed(mistake: cards.MistakeView) -> Text:
    """The text, in bold what spoke for the answer."""
    if not mistake.words:
        return Text(mistake.text)
    return Text.assemble(*((part.text, "bold" if part.push > 0 else "") for part in mistake.words))


def prediction(card: cards.PredictionCard) -> RenderableType:
    parts: list[RenderableType] = []
    for p in card.predictions:
        parts += [_with_labels(p.parts) if p.parts else Text(p.text, style="dim"), Text(p.sentence, style="bold")]
        if p.output is not None:
            parts.append(Text(p.output or "(It wrote nothing.)"))
        parts.append(text_grid(["", "", ""], [(s.label, f"{s.score:.0%}", bar(s.score)) for s in p.scores[:5]]))
    return Group(*parts)


def answers(card: cards.AnswersCard) -> RenderableType:
    if card.checking:
        return text_lines(f"{card.checking.message} … you can go on meanwhile.")
    most = max((said.count for said in card.counts), default=1)
    unsure = f"In {card.unsure:,} of {card.rows:,} rows it is not sure: look at these yourself." if card.unsure else ""
    return Group(
        text_grid(
            ["", "Rows", ""], [(said.label, f"{said.count:,}", bar(said.count / most)) for said in card.counts[:12]]
        ),
        text_grid(card.header, card.preview),
        text_lines(unsure, f"All rows with their answers: {card.path or card.url}"),
    )
