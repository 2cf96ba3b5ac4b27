"""Computations of a labelling: categories for texts that have none, and which text to ask about next."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training_worker.computations import Computing
from training_worker.embedding import load_encoder, vectors_of
from training_worker.label_groups import suggest
from training_worker.label_order import (
    Vectors,
    chances_of,
    chances_of_several,
    doubt_of_several,
    judge,
    order,
)
from training_worker.label_spans import LEAST_ANSWERS, Marked, SpanModel, judge_spans
from training_worker.reading_texts import no_vectors, reader_of
from training_worker.starter import STARTER, resolve_base
from workspace.database import engine_for
from workspace.dataset import CurvePoint, TaskKind
from workspace.intervals import wilson
from workspace.labelling import (
    LabelAnswer,
    LabelEstimate,
    Labelling,
    LabelSession,
    LabelSpan,
    NextText,
    order_without_model,
)
from workspace.labelling_agreement import agreed
from workspace.labelling_table import PoolText, read_pool

MAX_TOKENS = 128
READ_SECONDS = 3.0
"""A call reads new texts for so long at most, as others wait for this process; the rest is read by later calls."""
_READ_ROWS = 128
GROUPED_ROWS = 1_000
QUEUE = 60
SURE_RIGHT = 0.95
FEWEST_JUDGED = 20
SMALL_GAIN = 0.01
_NAME_WEIGHT = 0.5
_FEW_EXAMPLES = 3


def suggest_categories(ctx: Computing, arguments: dict[str, Any]) -> dict[str, Any]:
    """``{"groups": [{"name", "words", "share", "rows"}], "read", "of"}`` for ``{"session_id"}``: see ``label_groups``.

    Call it again while ``read`` is smaller than ``of``: each call reads for a few seconds only.
    """
    session, pool = _open(ctx, arguments)
    rows = order_without_model(session.id, [t.row for t in pool.values() if t.known is None])[:GROUPED_ROWS]
    texts = [pool[row].text for row in rows]
    vectors, have = _read(ctx, session, texts)
    read = int(have.sum())
    answer: dict[str, Any] = {"read": read, "of": len(rows), "groups": []}
    if read == len(rows):
        answer["groups"] = [
            {"name": g.name, "words": g.words, "share": g.share, "rows": [rows[i] for i in g.rows[:5]]}
            for g in suggest(texts, vectors)
        ]
    return answer


def next_to_label(ctx: Computing, arguments: dict[str, Any]) -> dict[str, Any]:
    """``{"queue": [NextText], "estimate": LabelEstimate|None, "more"}`` for ``{"session_id"}``.

    ``more``: not all texts were read yet; another call would choose among more of them.
    """
    session, pool = _open(ctx, arguments)
    answers = Labelling(engine_for(ctx.settings.database), ctx.owner_id).answers(session.id)
    if session.task is TaskKind.NER:
        return _next_spans(session, pool, answers)
    return _next_texts(ctx, session, pool, answers)


def _open(ctx: Computing, arguments: dict[str, Any]) -> tuple[LabelSession, dict[int, PoolText]]:
    session = Labelling(engine_for(ctx.settings.database), ctx.owner_id).get(str(arguments["session_id"]))

    def read() -> dict[int, PoolText]:
        with ctx.storage.as_file(session.pool.key) as file:
            return {text.row: text for text in read_pool(file)}

    return session, ctx.remember(session.pool.key, read)


def _read(ctx: Computing, session: LabelSession, texts: list[str]) -> tuple[Vectors, NDArray[np.bool_]]:
    """Vectors of the texts, and which of them there are already. Those at the front are read first."""
    encoder = load_encoder(resolve_base(STARTER))
    cache = ctx.vectors(ctx.datasets.get(session.dataset_id))
    reader = reader_of(encoder, MAX_TOKENS)
    vectors = no_vectors(encoder, len(texts))
    have = cache.find(reader, texts, vectors)
    end = time.monotonic() + READ_SECONDS
    missing = np.flatnonzero(~have)
    new: list[int] = []
    while len(missing) and (not new or time.monotonic() < end):
        rows, missing = missing[:_READ_ROWS], missing[_READ_ROWS:]
        vectors[rows] = vectors_of(encoder, [texts[i] for i in rows], MAX_TOKENS, lambda _done: None)
        have[rows] = True
        new += rows.tolist()
    if new:
        cache.add(reader, [texts[i] for i in new], vectors[new])
        cache.keep()
    return vectors, have


# Whole texts --------------------------------------------------------------------------------------------------------


def _next_texts(
    ctx: Computing, session: LabelSession, pool: dict[int, PoolText], answers: list[LabelAnswer]
) -> dict[str, Any]:
    keys = [c.key for c in session.classes]
    found, split = agreed(answers)
    marks = _marks(session, pool, found)
    asked = order_without_model(session.id, [t.row for t in pool.values() if t.known is None])
    # What has an answer is read first, then texts in a fair order, as far as time allows.
    rows = [*marks, *(row for row in asked if row not in marks)]
    vectors, have = _read(ctx, session, [pool[row].text for row in rows])
    rows, vectors = [row for row, there in zip(rows, have, strict=True) if there], vectors[have]
    settled = {a.row for a in answers} | set(split)
    known = np.array([row in marks or row in settled for row in rows], dtype=bool)
    learnt = np.array([row in marks for row in rows], dtype=bool)
    matrix = np.array([marks[row] for row in rows if row in marks], dtype=bool).reshape(-1, len(keys))
    drawn = {a.row for a in answers if a.by == "chance"} | {row for row in marks if pool[row].known is not None}
    chances = _chances(session, vectors[learnt], matrix, vectors)
    doubt = doubt_of_several(chances) if session.task is TaskKind.MULTILABEL else chances
    rng = np.random.default_rng(len(answers))
    counts = matrix.sum(axis=0).astype(np.int64)
    picks = order(vectors, known, doubt, counts, QUEUE, rng, len(drawn))
    shown = _with_names(session, vectors[learnt], matrix, vectors)
    queue = [NextText(row=rows[p.row], by=p.by, scores=_scores(keys, shown, p.row)) for p in picks]
    judged = np.array([row in drawn for row in rows if row in marks], dtype=bool)
    places = np.array([_place(answers, row) for row in rows if row in marks])
    estimate = _estimate(session, vectors[learnt], matrix, judged, places, rng)
    return {
        "queue": [item.model_dump(mode="json") for item in queue],
        "estimate": estimate.model_dump(mode="json") if estimate else None,
        "more": bool(not have.all()),
    }


def _marks(session: LabelSession, pool: dict[int, PoolText], found: dict[int, LabelAnswer]) -> dict[int, list[bool]]:
    """For each row with a label, answered here or in the file: which of the categories it has."""
    names = {c.name: c.key for c in session.classes}
    marks: dict[int, list[bool]] = {}
    for text in pool.values():
        given = found[text.row].labels if text.row in found else [names.get(name, "") for name in text.known or []]
        if any(given) or (text.row in found and session.task is TaskKind.MULTILABEL):
            marks[text.row] = [c.key in given for c in session.classes]
    return marks


def _chances(session: LabelSession, train: Vectors, marks: NDArray[np.bool_], wanted: Vectors) -> NDArray[np.float64]:
    if not len(train):
        return np.zeros((len(wanted), 0))
    if session.task is TaskKind.MULTILABEL:
        return chances_of_several(train, marks, wanted)
    return chances_of(train, marks.argmax(axis=1), marks.shape[1], wanted)


def _with_names(
    session: LabelSession, train: Vectors, marks: NDArray[np.bool_], wanted: Vectors
) -> NDArray[np.float64]:
    """As ``_chances``, for suggestions: a category with few answers is helped by what its name means."""
    if session.task is TaskKind.MULTILABEL:
        return _chances(session, train, marks, wanted)
    encoder = load_encoder(resolve_base(STARTER))
    few = np.flatnonzero(marks.sum(axis=0) < _FEW_EXAMPLES) if len(marks) else np.arange(len(session.classes))
    names = vectors_of(encoder, [session.classes[i].name for i in few], MAX_TOKENS, lambda _done: None)
    classes = np.concatenate([marks.argmax(axis=1) if len(marks) else np.zeros(0), few]).astype(np.int64)
    weights = np.concatenate([np.ones(len(train)), np.full(len(few), _NAME_WEIGHT)])
    return chances_of(np.concatenate([train, names]), classes, len(session.classes), wanted, weights)


def _scores(keys: list[str], chances: NDArray[np.float64], row: int) -> dict[str, float]:
    """The likeliest categories of a row."""
    if not chances.shape[1]:
        return {}
    best = np.argsort(-chances[row])[:5]
    return {keys[i]: round(float(chances[row, i]), 4) for i in best}


def _place(answers: list[LabelAnswer], row: int) -> int:
    """When it was answered; what stood in the file came first."""
    return next((a.seq for a in answers if a.row == row), 0)


def _estimate(
    session: LabelSession,
    vectors: Vectors,
    marks: NDArray[np.bool_],
    judged: NDArray[np.bool_],
    places: NDArray[np.int64],
    rng: np.random.Generator,
) -> LabelEstimate | None:
    """How good a model would be that learns from these answers, now and with two thirds of them."""
    if not judged.sum() or len(marks) < 2:
        return None
    if session.task is TaskKind.MULTILABEL:
        return _estimate_several(vectors, marks, judged)
    classes = marks.argmax(axis=1)
    by_time = np.argsort(places, kind="stable")
    vectors, classes, judged = vectors[by_time], classes[by_time], judged[by_time]
    curve = []
    for part in (1 / 3, 2 / 3, 1.0):
        size = round(part * len(classes))
        # The same texts are judged with less learnt: those not yet answered then were not learnt from either.
        right = _judge_part(vectors, classes, judged, size, rng)
        low, high = wilson(float(right.sum()), len(right))
        curve.append(CurvePoint(rows=size, score=float(right.mean()), low=low, high=high))
    now, gain = curve[-1], curve[-1].score - curve[-2].score
    rows = int(judged.sum())
    flat = gain <= SMALL_GAIN and len(classes) >= 5 * int(marks.any(axis=0).sum())
    enough = rows >= FEWEST_JUDGED and (flat or now.low >= SURE_RIGHT)
    return LabelEstimate(
        rows=rows, score=now.score, low=now.low, high=now.high, good_enough=enough, gain=gain, curve=curve
    )


def _judge_part(
    vectors: Vectors, classes: NDArray[np.int64], judged: NDArray[np.bool_], size: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Whether each judged row is answered rightly by a model that learned from the first ``size`` others."""
    if size == len(classes):
        return judge(vectors, classes, judged, rng)
    inside = np.arange(len(classes)) < size
    found = np.zeros(len(classes), dtype=bool)
    if (inside & judged).any():
        found[inside & judged] = judge(vectors[inside], classes[inside], judged[inside], rng)
    later = ~inside & judged
    if later.any() and size:
        width = int(classes.max()) + 1
        chances = chances_of(vectors[inside], classes[inside], width, vectors[later])
        said = chances.argmax(axis=1) if chances.shape[1] else np.full(int(later.sum()), classes[0])
        found[later] = said == classes[later]
    return np.asarray(found[judged])


def _estimate_several(
    vectors: Vectors, marks: NDArray[np.bool_], judged: NDArray[np.bool_], folds: int = 4
) -> LabelEstimate:
    """F1 over all labels of the judged texts."""
    right = said = true = 0
    fold = np.arange(len(marks)) % folds
    for number in range(folds):
        ask = (fold == number) & judged
        if ask.any() and (fold != number).any():
            found = chances_of_several(vectors[fold != number], marks[fold != number], vectors[ask]) >= 0.5
            right += int((found & marks[ask]).sum())
            said, true = said + int(found.sum()), true + int(marks[ask].sum())
    score = 2 * right / (said + true) if said + true else 0.0
    low, high = wilson(score * max(true, 1), max(true, 1))
    rows = int(judged.sum())
    enough = rows >= FEWEST_JUDGED and low >= SURE_RIGHT
    return LabelEstimate(rows=rows, score=score, low=low, high=high, metric="f1", good_enough=enough)


# Marked words -------------------------------------------------------------------------------------------------------


def _next_spans(session: LabelSession, pool: dict[int, PoolText], answers: list[LabelAnswer]) -> dict[str, Any]:
    keys = [c.key for c in session.classes]
    found, _ = agreed(answers)
    settled = {a.row for a in answers}
    rows = [r for r in order_without_model(session.id, list(pool)) if r not in settled and pool[r].known is None]
    texts = [Marked.of(pool[row].text, answer.spans) for row, answer in found.items()]
    open_texts = [Marked.of(pool[row].text) for row in rows[: 10 * QUEUE]]
    model = SpanModel(texts, keys) if len(texts) >= LEAST_ANSWERS else None
    readings = model.read(open_texts) if model else None
    drawn = [answer.by in ("chance", "start") for answer in found.values()]
    ranked = sorted(range(len(open_texts)), key=lambda i: -readings[i].doubt if readings else 0)
    chance = [i for i in range(len(open_texts)) if i % 5 == 4][: QUEUE // 5]
    useful = [i for i in ranked if i not in set(chance)]
    queue = []
    for place in range(min(QUEUE, len(open_texts))):
        by_chance = bool(chance) and (place % 5 == 4 or not useful)
        i = chance.pop(0) if by_chance else useful.pop(0)
        why = "chance" if by_chance else "useful" if model else "start"
        spans: list[LabelSpan] = readings[i].spans if readings else []
        queue.append(NextText.model_validate({"row": rows[i], "by": why, "spans": spans}))
    estimate = None
    if sum(drawn) and len(texts) >= 2 * LEAST_ANSWERS:
        score, low, high, judged = judge_spans(texts, drawn, keys)
        enough = judged >= FEWEST_JUDGED and low >= SURE_RIGHT
        estimate = LabelEstimate(
            rows=int(judged), score=score, low=low, high=high, metric="entity_f1", good_enough=enough
        )
    return {
        "queue": [item.model_dump(mode="json") for item in queue],
        "estimate": estimate.model_dump(mode="json") if estimate else None,
        "more": False,
    }
