"""A prediction in words."""

from tools.cards import PredictionView, ScoreView
from tools.quoting import plain
from workspace.model import Prediction

_MOST_SCORES = 5
_WORDS = ((0.95, "almost certainly"), (0.8, "very likely"), (0.0, "probably"))


def prediction_view(prediction: Prediction) -> PredictionView:
    """The answer, how sure it is in words, and the five best scores."""
    ranked = sorted(prediction.scores.items(), key=lambda item: -item[1])[:_MOST_SCORES]
    sure = is_sure(prediction)
    return PredictionView(
        text=plain(prediction.text, 500),
        label=plain(prediction.label, 80),
        score=prediction.score,
        sure=sure,
        sentence=_sentence(prediction, ranked, sure),
        scores=[ScoreView(label=plain(label, 80), score=round(score, 4)) for label, score in ranked],
    )


def is_sure(prediction: Prediction) -> bool:
    """More likely right than not by some margin; or, among many labels, at least twice as likely as the next one."""
    others = [score for label, score in prediction.scores.items() if label != prediction.label]
    second = max(others, default=0.0)
    return prediction.score >= 0.6 or (prediction.score >= 0.4 and prediction.score >= 2 * second)


def _sentence(prediction: Prediction, ranked: list[tuple[str, float]], sure: bool) -> str:
    label = plain(prediction.label, 60)
    if sure:
        word = next(word for least, word in _WORDS if prediction.score >= least)
        score = "over 0.99" if prediction.score >= 0.995 else f"{prediction.score:.2f}"
        return f"“{label}”, {word} ({score})"
    second = next(((name, score) for name, score in ranked if name != prediction.label), None)
    if second is None:
        return f"Not sure: perhaps “{label}” ({prediction.score:.2f})"
    return f"Not sure: “{label}” ({prediction.score:.2f}) or “{plain(second[0], 60)}” ({second[1]:.2f})"
