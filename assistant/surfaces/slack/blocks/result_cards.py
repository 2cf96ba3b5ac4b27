"""Cards of results: how good it is, what it mixes up, where it goes wrong."""

from collections.abc import Sequence

from assistant.surfaces.slack.blocks.page import Page
from assistant.surfaces.slack.blocks.pictures import class_scores, confusion_matrix, learning_curve
from assistant.surfaces.slack.blocks.text import bold, cut_escaped, escaped
from tools import cards
from tools.words import count, duration

_VERDICTS = {
    "good": ":white_check_mark: *Good to use.*",
    "fair": ":warning: *Usable, with care.*",
    "weak": ":no_entry: *Not good enough yet.*",
}
_MET = {"yes": ":white_check_mark:", "likely": ":white_check_mark:", "unlikely": ":x:", "no": ":x:"}


def metrics(page: Page, card: cards.MetricsCard) -> None:
    page.say(escaped(card.headline))
    page.say(f"{_VERDICTS[card.verdict]} {escaped(card.baseline, 500)}")
    page.points(f"{_MET[aim.met]} {escaped(aim.sentence, 500)}" for aim in card.aims)
    page.facts((m.label, f"{_figure(m.value, m.share)}{_between(m)}\n{m.meaning}") for m in card.metrics[:10])
    rows = [
        (c.label, f"{c.precision:.0%}", f"{c.recall:.0%}", f"{c.f1:.0%}", f"{c.support:,}", _taken_for(c))
        for c in card.per_class[:10]
    ]
    if rows:
        page.heading("Each answer, the weakest first")
    headers = ["Answer", "Precision", "Recall", "F1", "Exam rows", "Most often taken for"]
    page.table(headers, rows, numbers=(1, 2, 3, 4))
    hidden = len(card.per_class) - len(rows) + card.hidden_classes
    page.note(f"{count(hidden, 'more answer')} not listed." if hidden else "")
    if card.advice:
        page.heading("What would make it better")
        page.points(escaped(advice, 500) for advice in card.advice)
    _beyond(page, card)
    learned, chosen, scored = (f"{card.rows.get(part, 0):,}" for part in ("train", "valid", "test"))
    page.note(
        f"{escaped(card.recipe_title, 100)}, trained in {duration(card.seconds)} on {learned} rows, "
        f"chosen on {chosen}, and scored on {scored} that were put aside before."
    )
    page.actions([page.presses.open("Try it", "try", card.model_id, "primary")])
    if card.per_class:
        page.pictures.append(class_scores(card))
    if card.more_rows and card.more_rows.measured:
        more = card.more_rows
        page.pictures.append(learning_curve(more.measured, more.expected, "", more.sentence))


def _beyond(page: Page, card: cards.MetricsCard) -> None:
    """What the single figures hide."""
    page.points(
        escaped(sentence, 500)
        for sentence in (
            *(view.sentence for view in card.sureness),
            *(price.sentence for price in card.prices),
            card.calibration.sentence if card.calibration else "",
            card.more_rows.sentence if card.more_rows else "",
            card.parts_sentence,
        )
        if sentence
    )


def confusion(page: Page, card: cards.ConfusionCard) -> None:
    page.say(escaped(card.sentence))
    page.note(
        "Each row is what was right, each column what the model said.",
        f"The last one stands for {count(card.folded, 'other answer')}." if card.folded else "",
    )
    if card.labels:
        page.pictures.append(confusion_matrix(card))


def mistakes(page: Page, card: cards.MistakesCard) -> None:
    if not card.mistakes:
        page.say(":white_check_mark: No mistakes.")
    for one in card.mistakes:
        if one.expected_parts:
            page.say(
                f"*Should be marked:* {marked_text(one.expected_parts)}",
                f"*The model marked:* {marked_text(one.predicted_parts)}",
            )
            continue
        because = f" Because of {escaped(', '.join(one.because), 200)}." if one.because else ""
        page.say(
            f"> {_quoted(one.text)}",
            f"Right is {bold(one.expected, 100)}; it said {bold(one.predicted, 100)}, {one.score:.0%} sure.{because}",
        )


def samples(page: Page, card: cards.SamplesCard) -> None:
    for sample in card.samples[:5]:
        page.say(
            bold(sample.prompt, 300),
            f"*before:* {escaped(sample.before, 500)}",
            f"*after:* {escaped(sample.after, 500)}",
            f"*wished for:* {escaped(sample.reference, 500)}",
        )


def run_comparison(page: Page, card: cards.RunComparisonCard) -> None:
    page.say(escaped(card.sentence))
    page.points(
        f"{escaped(p.sentence, 500)} Difference {_figure(p.difference, card.share)} "
        f"({_figure(p.low, card.share)} to {_figure(p.high, card.share)})."
        for p in card.pairs
    )
    rows = [
        (
            f"{'✓ ' if one.best else ''}{one.name}",
            one.recipe_title,
            one.data,
            _figure(one.value, card.share),
            _interval(one.low, one.high, card.share),
            duration(one.seconds),
        )
        for one in card.runs
    ]
    page.table(["Training", "Method", "Data", card.metric_label, "95 % between", "Time"], rows, numbers=(3,))
    page.say(escaped(card.cost), escaped(card.note))


def marked_text(parts: Sequence[cards.TextPart], limit: int = 1_000) -> str:
    """``met *Ann* (person) in *Rome* (place)``, escaped."""
    words = (f"{bold(part.text)} ({escaped(part.label, 60)})" if part.label else escaped(part.text) for part in parts)
    return cut_escaped("".join(words), limit)


def _quoted(text: str) -> str:
    return escaped(" ".join(text.split()), 700)


def _taken_for(row: cards.ClassRow) -> str:
    return f"{row.confused_with} ({row.confused_count:,})" if row.confused_with else "–"


def _figure(value: float, share: bool) -> str:
    return f"{value:.1%}" if share else f"{value:.2f}"


def _interval(low: float | None, high: float | None, share: bool) -> str:
    return "" if low is None or high is None else f"{_figure(low, share)} to {_figure(high, share)}"


def _between(metric: cards.MetricView) -> str:
    interval = _interval(metric.low, metric.high, metric.share)
    return f" ({interval})" if interval else ""
