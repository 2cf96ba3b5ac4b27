"""What a single figure hides, in words: how it does when sure, on parts of the exam, and with more rows."""

from tools.cards import CalibrationView, MoreRowsView, PartView, PriceView, ReliabilityView, SureView
from tools.quoting import plain
from tools.words import count, of_100
from workspace.dataset import TaskKind
from workspace.model import Evaluation, Slice, ThresholdPrice

MOST_PARTS = 8
_SMALL_GAP = 0.03
_UNIT = {
    TaskKind.MULTILABEL: "texts with all labels right",
    TaskKind.NER: "texts with all places right",
}


def sure_views(evaluation: Evaluation) -> list[SureView]:
    """``At 0.8 it answers 91 of 100 and errs on 2 of 100 of these.``"""
    return [
        SureView(
            threshold=s.threshold,
            answered=s.answered,
            accuracy=s.accuracy,
            sentence=f"From {s.threshold:.0%} sure on, it answers {of_100(s.answered)} texts and is wrong in "
            f"{of_100(1 - s.accuracy)} of these; for the others it says “not sure”.",
        )
        for s in evaluation.sureness
    ]


def price_views(evaluation: Evaluation) -> list[PriceView]:
    """Two labels: what it costs to miss less, threshold by threshold."""
    return [
        PriceView(
            label=plain(p.label, 60),
            threshold=p.threshold,
            missed=_share(p.missed, p.missed + p.found),
            false_alarms=_share(p.false_alarms, p.false_alarms + p.found),
            sentence=_price(p),
        )
        for p in evaluation.prices
    ]


def _share(part: int, of: int) -> float:
    return round(part / of, 6) if of else 0.0


def _price(price: ThresholdPrice) -> str:
    have, said = price.missed + price.found, price.false_alarms + price.found
    return (
        f"Said from {price.threshold:.0%} on: {price.missed:,} of {have:,} missed, "
        f"{price.false_alarms:,} of {said:,} false alarms."
    )


def calibration_view(evaluation: Evaluation) -> CalibrationView | None:
    """Whether its confidence can be believed, and what the correction brought."""
    error, before = evaluation.metrics.get("ece"), evaluation.metrics.get("ece_before")
    if error is None or not evaluation.reliability:
        return None
    points = f"{100 * error:.1f} points"
    believed = f"When it says how sure it is, it is off by {points} on average"
    sentence = (
        f"{believed}: you can take that at its word." if error <= _SMALL_GAP else f"{believed}; take it with care."
    )
    if before is not None and round(before, 3) != round(error, 3):
        sentence += f" Before its confidence was corrected, that was {100 * before:.1f} points."
    return CalibrationView(
        sentence=sentence,
        bins=[
            ReliabilityView(low=b.low, high=b.high, rows=b.rows, confidence=b.confidence, right=b.right)
            for b in evaluation.reliability
        ],
    )


def part_views(evaluation: Evaluation) -> list[PartView]:
    """Parts of the exam, the weakest first."""
    worst = sorted(evaluation.slices, key=lambda s: (s.accuracy, -s.rows))[:MOST_PARTS]
    return [
        PartView(
            name=f"{plain(s.column, 40)}: {plain(s.value, 60)}",
            rows=s.rows,
            value=s.accuracy,
            low=s.interval[0],
            high=s.interval[1],
        )
        for s in worst
    ]


def parts_sentence(task: TaskKind, evaluation: Evaluation) -> str:
    """Whether any part is really weaker than the whole; by chance some part always looks weakest."""
    if not evaluation.slices:
        return ""
    total = sum(s.accuracy * s.rows for s in _whole(evaluation)) / max(sum(s.rows for s in _whole(evaluation)), 1)
    weak = [s for s in evaluation.slices if s.interval[1] < total]
    unit = _UNIT.get(task, "right")
    if not weak:
        return "No part of the exam is clearly weaker than the whole."
    worst = min(weak, key=lambda s: s.accuracy)
    return (
        f"Weakest where {plain(worst.column, 40)} is “{plain(worst.value, 60)}”: {of_100(worst.accuracy)} {unit} "
        f"({count(worst.rows, 'row')}), {of_100(total)} on the whole."
    )


def _whole(evaluation: Evaluation) -> list[Slice]:
    """The parts of the first column: together they are the exam, or nearly."""
    return [s for s in evaluation.slices if s.column == evaluation.slices[0].column]


def more_rows_view(evaluation: Evaluation) -> MoreRowsView | None:
    """What twice as many rows would bring, with an interval."""
    curve = evaluation.curve
    if curve is None:
        return None
    now, then = curve.expected[0], curve.expected[-1]
    gain = 100 * (then.score - now.score)
    span = f"{of_100(then.low)} to {of_100(then.high).removesuffix(' of 100')}"
    if gain < 0.5:
        sentence = (
            f"With {then.rows:,} rows instead of {now.rows:,} it would hardly be better: more of them are not what is "
            "missing."
        )
    else:
        sentence = (
            f"With {then.rows:,} rows instead of {now.rows:,}, about {gain:.0f} more of 100 would be right "
            f"(a quick model, continued by its curve; likely {span})."
        )
    return MoreRowsView(sentence=sentence, measured=list(curve.points), expected=list(curve.expected))


def plain_model_sentence(evaluation: Evaluation) -> str:
    """The other baseline: a plain linear model of words."""
    known = evaluation.linear_baseline
    if "accuracy" in known:
        return f"A plain model that counts words gets {of_100(known['accuracy'])} right."
    if "micro_f1" in known:
        return f"A plain model that counts words gets F1 {known['micro_f1']:.2f}."
    if "entity_f1" in known:
        return f"A plain model that looks at each word and its neighbours gets F1 {known['entity_f1']:.2f}."
    return ""
