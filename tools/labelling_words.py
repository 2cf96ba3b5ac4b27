"""What a labelling says to people, in sentences."""

from collections.abc import Sequence

from tools.cards import EstimateView
from tools.quoting import plain
from tools.words import count, listed, of_100
from workspace.dataset import TaskKind
from workspace.labelling import LabelSession
from workspace.labelling_agreement import Agreement

LEAST_JUDGED = 10
"""With fewer answers to texts picked by chance an estimate says nothing."""

_WHY = {
    "start": "It is typical of many of your texts.",
    "useful": "The model is least sure about texts like this one, so your answer helps most.",
    "chance": "It was picked by chance, so that I can tell fairly how good the model is.",
    "again": "Somebody else has answered it too, so that I can tell how far you agree.",
}
_KAPPA = (
    (0.8, "which is very good agreement"),
    (0.6, "which is good agreement"),
    (0.4, "which is fair agreement; talk about the texts on which you differ"),
    (-1.0, "which is weak agreement: say more clearly what belongs into which category, then look at them again"),
)
"""Landis and Koch (1977), in plain words."""


def why_sentence(by: str) -> str:
    """Why this text is asked."""
    return _WHY.get(by, "")


def suggestion_sentence(session: LabelSession, labels: Sequence[str], share: float | None) -> str:
    """What the model would say; always marked as a suggestion."""
    if session.task is TaskKind.NER:
        return "Suggested from your answers so far. Check it before you go on."
    names = listed([f"“{plain(c.name, 60)}”" for key in labels if (c := session.named(key))])
    return f"Suggestion: {names}, {of_100(share or 0)} sure."


def hint_sentence(session: LabelSession, labels: Sequence[str]) -> str:
    """What a hosted chat model has suggested."""
    names = listed([f"“{plain(c.name, 60)}”" for key in labels if (c := session.named(key))])
    return f"The chat model suggests {names}. Check it before you take it."


def marks_sentence(places: int) -> str:
    """What a hosted chat model has suggested to mark."""
    if not places:
        return "The chat model found nothing to mark here. Check it before you go on."
    return f"The chat model suggests {count(places, 'place')} to mark. Check {'it' if places == 1 else 'each'} first."


def estimate_view(session: LabelSession, labelled: int) -> EstimateView:
    """How good a model would be that learns from these answers, as far as that can be told."""
    found = session.estimate
    answers = count(labelled, "answer")
    if found is None or found.rows < LEAST_JUDGED:
        early = "Too early to say how good a model would be" if labelled else "Nothing is answered yet"
        return EstimateView(sentence=f"{early}. About 50 answers show it." if labelled < 50 else f"{early}.")
    right = {
        "accuracy": f"would get about {of_100(found.score)} right",
        "f1": f"would find about {of_100(found.score)} labels rightly",
        "entity_f1": f"would mark about {of_100(found.score)} places rightly",
    }[found.metric]
    low, high = round(100 * found.low), round(100 * found.high)
    basis = f"between {low} and {high}, judged on {count(found.rows, 'text')} picked by chance"
    end = (
        "Good enough now: the last answers changed little."
        if found.good_enough
        else "More answers still help."
        if found.gain is None or found.gain > 0.01
        else "The last answers changed little, but the estimate is still rough."
    )
    return EstimateView(
        sentence=f"After {answers} a model {right} ({basis}). {end}",
        good_enough=found.good_enough,
        score=found.score,
        low=found.low,
        high=found.high,
        rows=found.rows,
    )


def agreement_sentence(found: Sequence[Agreement], person: str) -> str:
    """How far the two people with most texts in common agree."""
    if not found:
        return ""
    pair = found[0]
    same = round(pair.same * pair.rows)
    names = [_name(name, person) for name in sorted(pair.people, key=lambda name: name != person)]
    said = f"{names[0]} and {names[1]} gave the same answer to {same} of {count(pair.rows, 'text')}"
    if pair.kappa is None:
        return f"{said[:1].upper()}{said[1:]}."
    words = next(words for least, words in _KAPPA if pair.kappa >= least or least == -1.0)
    return f"{said[:1].upper()}{said[1:]} (Cohen's kappa {pair.kappa:.2f}), {words}."


def name_of(person: str) -> str:
    """Who answered, as the owner of the labelling reads it."""
    return plain(person, 60) or "You"


def _name(name: str, person: str) -> str:
    return "you" if name == person else plain(name, 60) if name else "the owner"
