"""A prediction in words, whatever the model was trained for."""

from collections.abc import Sequence

from pydantic import JsonValue

from tools.cards import PredictionView, ScoreView, TextPart
from tools.quoting import plain, prose, quote
from tools.words import count, listed
from workspace.model import Entity, Prediction

_MOST_SCORES = 5
_MOST_CHARS = 500
_OUTPUT_CHARS = 4000
_WORDS = ((0.95, "almost certainly"), (0.8, "very likely"), (0.0, "probably"))


def prediction_view(prediction: Prediction) -> PredictionView:
    """The answer, how sure it is in words, and the five best scores."""
    if prediction.output is not None:
        return _written(prediction, prediction.output)
    if prediction.entities is not None:
        return _marked(prediction, prediction.entities)
    ranked = sorted(prediction.scores.items(), key=lambda item: -item[1])[:_MOST_SCORES]
    scores = [ScoreView(label=plain(label, 80), score=round(score, 4)) for label, score in ranked]
    if prediction.labels is not None:
        return _several(prediction, prediction.labels, scores)
    sure = bool(prediction.sure)
    return PredictionView(
        text=plain(prediction.text, _MOST_CHARS),
        label=plain(prediction.label or "", 80),
        score=prediction.score,
        sure=sure,
        sentence=_sentence(prediction, ranked, sure),
        scores=scores,
    )


def prediction_facts(prediction: Prediction, view: PredictionView) -> dict[str, JsonValue]:
    """What a chat model is told about a prediction; what comes from the text or the model is quoted."""
    facts: dict[str, JsonValue] = {"text": quote(prediction.text)}
    if prediction.output is not None:
        return facts | {"output": quote(prediction.output, 1000)}
    if prediction.entities is not None:
        found: list[JsonValue] = [
            {"text": quote(e.text, 80), "label": quote(e.label, 60), "score": round(e.score, 4)}
            for e in prediction.entities[:30]
        ]
        return facts | {"entities": found}
    if prediction.labels is not None:
        facts["labels"] = [quote(label, 60) for label in prediction.labels]
    return facts | {
        "label": quote(prediction.label or "", 60),
        "score": round(prediction.score or 0.0, 4),
        "sure": view.sure,
        "next_best": [{"label": quote(s.label, 60), "score": s.score} for s in view.scores[1:3]],
    }


def marked_parts(text: str, entities: Sequence[Entity], most: int = _MOST_CHARS) -> list[TextPart]:
    """The text cut where marked words begin and end; at most ``most`` characters of it."""
    parts, at = [], 0
    for entity in sorted(entities, key=lambda e: e.start):
        if entity.start < at or entity.end > most:
            continue
        if entity.start > at:
            parts.append(TextPart(text=prose(text[at : entity.start], most)))
        words = prose(text[entity.start : entity.end], most)
        parts.append(TextPart(text=words, label=plain(entity.label, 60)))
        at = entity.end
    rest = text[at:most] + ("…" if len(text) > most else "")
    return [*parts, TextPart(text=prose(rest, most + 1))] if rest else parts


def _sentence(prediction: Prediction, ranked: list[tuple[str, float]], sure: bool) -> str:
    label, score = plain(prediction.label or "", 60), prediction.score or 0.0
    if sure:
        word = next(word for least, word in _WORDS if score >= least)
        return f"“{label}”, {word} ({'over 0.99' if score >= 0.995 else f'{score:.2f}'})"
    second = next(((name, value) for name, value in ranked if name != prediction.label), None)
    if second is None:
        return f"Not sure: perhaps “{label}” ({score:.2f})"
    return f"Not sure: “{label}” ({score:.2f}) or “{plain(second[0], 60)}” ({second[1]:.2f})"


def _several(prediction: Prediction, given: list[str], scores: list[ScoreView]) -> PredictionView:
    labels = [plain(label, 80) for label in given]
    if labels:
        sentence = listed([f"“{label}”" for label in labels])
    else:
        nearest = f" (nearest: “{scores[0].label}”, {scores[0].score:.2f})" if scores else ""
        sentence = f"None of the labels{nearest}"
    return PredictionView(
        text=plain(prediction.text, _MOST_CHARS),
        label=plain(prediction.label or "", 80),
        score=prediction.score,
        labels=labels,
        sure=True,
        sentence=sentence,
        scores=scores,
    )


def _marked(prediction: Prediction, entities: list[Entity]) -> PredictionView:
    kinds = list(dict.fromkeys(plain(e.label, 60) for e in entities))
    named = listed([f"{sum(plain(e.label, 60) == kind for e in entities)} {kind}" for kind in kinds[:6]])
    return PredictionView(
        text=plain(prediction.text, _MOST_CHARS),
        sure=True,
        sentence=f"{count(len(entities), 'place')} found: {named}" if entities else "Nothing to mark in this text",
        parts=marked_parts(prediction.text, entities),
    )


def _written(prediction: Prediction, output: str) -> PredictionView:
    return PredictionView(
        text=plain(prediction.text, _MOST_CHARS),
        sure=True,
        sentence="It writes:",
        output=prose(output, _OUTPUT_CHARS),
    )
