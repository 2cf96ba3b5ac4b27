"""How good a model finds names on rows it has never seen, beside two simple ways to find them."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training_worker.data import LabelledRows
from training_worker.evaluating.slices import slices_of
from training_worker.kinds.base import OnProgress, Predictor
from training_worker.ner.plain_tagger import plain_names
from training_worker.ner.scoring import COUNTS, count_rows, metrics_of
from training_worker.ner.tags import Span
from workspace.exams import exam_of
from workspace.labelling_words import words_of
from workspace.model import ClassScore, Entity, Evaluation, Mistake

BOOTSTRAP_SAMPLES = 1000
MISTAKES = 25
TEXT_CHARS = 500
LEAST_SURE = 0.5
"""Of the times that words stand in the training rows, the share that is marked, for the word list to mark them."""
MOST_WORDS = 6
_F1_PARTS = [COUNTS.index(name) for name in ("strict", "predicted", "true")]


def evaluate_ner(
    predictor: Predictor,
    rows: LabelledRows,
    learn: LabelledRows | None,
    seed: int,
    on_progress: OnProgress | None = None,
) -> Evaluation:
    """Entity scores with bootstrap intervals over rows; the baselines learn from ``learn``: a list of its names, and a
    plain model, which is left out where these rows are not known.
    """
    answers = predictor.predict(rows.texts, on_progress)
    found = [[Span(e.start, e.end, e.label) for e in answer.entities or []] for answer in answers]
    counts = count_rows(rows.targets, found)
    known = mark_known(name_list(learn), rows.texts) if learn is not None else [[] for _ in rows.texts]
    plain = plain_names(learn, rows.texts, seed) if learn is not None else None
    mistakes = _mistakes(rows, [answer.entities or [] for answer in answers])
    right = np.array([set(true) == set(said) for true, said in zip(rows.targets, found, strict=True)], dtype=bool)
    marks = [" ".join(f"{s.start}-{s.end}:{s.label}" for s in sorted(spans)) for spans in rows.targets]
    labels = sorted({span.label for spans in [*rows.targets, *found] for span in spans} | set(predictor.labels))
    return Evaluation(
        rows=len(rows),
        metrics=_figures(counts),
        intervals=bootstrap_intervals(counts, seed),
        baseline=_figures(count_rows(rows.targets, known)),
        linear_baseline={} if plain is None else _figures(count_rows(rows.targets, plain)),
        per_class=[_of_label(label, rows.targets, found) for label in labels],
        labels=labels,
        mistakes=mistakes[:MISTAKES],
        wrong=len(mistakes),
        slices=slices_of(right, rows.texts, rows.columns),
        exam=exam_of(rows.texts, marks, right.tolist(), "f1", counts[:, _F1_PARTS].tolist()),
    )


def bootstrap_intervals(counts: NDArray[np.float64], seed: int) -> dict[str, tuple[float, float]]:
    """95 % intervals (Efron 1979): rows are drawn again and again, as names of one text go together."""
    rng = np.random.default_rng(seed)
    rows = len(counts)
    draws = np.stack(
        [np.bincount(rng.integers(0, rows, rows), minlength=rows) @ counts for _ in range(BOOTSTRAP_SAMPLES)]
    )
    found = {}
    for name, values in metrics_of(draws).items():
        low, high = np.quantile(values, (0.025, 0.975))
        found[name] = (round(float(low), 6), round(float(high), 6))
    return found


def _figures(counts: NDArray[np.float64]) -> dict[str, float]:
    return {name: round(float(value), 6) for name, value in metrics_of(counts.sum(axis=0)).items()}


def name_list(rows: LabelledRows) -> dict[tuple[str, ...], str]:
    """Words (lower case) of names that are mostly marked where they stand, each with its usual label."""
    marked: dict[tuple[str, ...], Counter[str]] = {}
    for text, spans in zip(rows.texts, rows.targets, strict=True):
        for span in spans:
            words = _words(text[span.start : span.end])
            if 0 < len(words) <= MOST_WORDS:
                marked.setdefault(words, Counter())[span.label] += 1
    seen: Counter[tuple[str, ...]] = Counter()
    for text in rows.texts:
        words = _words(text)
        for size in range(1, MOST_WORDS + 1):
            seen.update(key for i in range(len(words) - size + 1) if (key := words[i : i + size]) in marked)
    return {
        words: labels.most_common(1)[0][0]
        for words, labels in marked.items()
        if labels.total() > LEAST_SURE * seen[words]
    }


def mark_known(names: dict[tuple[str, ...], str], texts: Sequence[str]) -> list[list[Span]]:
    """Marks the names of a list in texts, the longest at each place."""
    found = []
    for text in texts:
        places = words_of(text)
        words = tuple(text[start:end].lower() for start, end in places)
        spans, at = [], 0
        while at < len(words):
            size = next((n for n in range(MOST_WORDS, 0, -1) if words[at : at + n] in names), 0)
            size = min(size, len(words) - at)
            if size:
                spans.append(Span(places[at][0], places[at + size - 1][1], names[words[at : at + size]]))
            at += max(size, 1)
        found.append(spans)
    return found


def _words(text: str) -> tuple[str, ...]:
    return tuple(text[start:end].lower() for start, end in words_of(text))


def _of_label(label: str, true: Sequence[Sequence[Span]], found: Sequence[Sequence[Span]]) -> ClassScore:
    def only(rows: Sequence[Sequence[Span]]) -> list[list[Span]]:
        return [[span for span in spans if span.label == label] for spans in rows]

    sums = count_rows(only(true), only(found)).sum(axis=0)
    scores = metrics_of(sums)
    return ClassScore(
        label=label,
        precision=round(float(scores["entity_precision"]), 6),
        recall=round(float(scores["entity_recall"]), 6),
        f1=round(float(scores["entity_f1"]), 6),
        support=int(sums[COUNTS.index("true")]),
    )


def _mistakes(rows: LabelledRows, found: Sequence[Sequence[Entity]]) -> list[Mistake]:
    """Texts with a name missed, invented, of the wrong kind or with wrong borders; the surest mistakes first."""
    mistakes = []
    for text, spans, entities in zip(rows.texts, rows.targets, found, strict=True):
        wrong = [e for e in entities if Span(e.start, e.end, e.label) not in spans]
        marked = {Span(e.start, e.end, e.label) for e in entities}
        missed = [span for span in spans if span not in marked]
        if not wrong and not missed:
            continue
        expected = [Entity(start=s.start, end=s.end, label=s.label, text=text[s.start : s.end]) for s in spans]
        mistakes.append(
            Mistake(
                text=text[:TEXT_CHARS],
                expected=_in_short(expected),
                predicted=_in_short(entities),
                score=max((e.score for e in wrong), default=0.0),
                expected_entities=[e for e in expected if e.end <= TEXT_CHARS],
                predicted_entities=[e for e in entities if e.end <= TEXT_CHARS],
            )
        )
    return sorted(mistakes, key=lambda m: -m.score)


def _in_short(entities: Sequence[Entity]) -> str:
    return ", ".join(f"{e.text} ({e.label})" for e in entities)[:TEXT_CHARS]
