"""What a person wants of a model, in numbers: which mistakes are worse, and how many are bearable. Pure types."""

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from workspace.intervals import wilson
from workspace.model import ClassScore, Evaluation

Audience = Literal["business", "developer", "researcher"]
MistakeKind = Literal["missed", "false_alarms"]
Met = Literal["yes", "likely", "unlikely", "no"]


class MistakeLimit(BaseModel):
    """How many mistakes of one kind are bearable.

    missed: of the texts that have the label, the share that gets another answer (1 - recall).
    false_alarms: of the texts that get the label, the share that has another one (1 - precision).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: MistakeKind
    label: str = Field(min_length=1, max_length=200)
    at_most: float = Field(ge=0, lt=1, description="a share: 0.05 is 5 of 100")

    def __str__(self) -> str:
        share = f"{100 * self.at_most:g} of 100"
        if self.kind == "missed":
            return f"at most {share} “{self.label}” missed"
        return f"at most {share} false alarms among those called “{self.label}”"


class SuccessCriteria(BaseModel):
    """Who asks, what for, and what has to be reached. Everything may be left open."""

    model_config = ConfigDict(extra="forbid")

    audience: Audience | None = Field(default=None, description="changes the tone and the detail, never the ability")
    use: str = Field(default="", max_length=500, description="what the answers are for, in the person's words")
    limits: tuple[MistakeLimit, ...] = Field(default=(), max_length=20)

    def with_limit(self, limit: MistakeLimit) -> "SuccessCriteria":
        """The same with this limit in the place of an older one on the same mistakes."""
        kept = [known for known in self.limits if (known.kind, known.label) != (limit.kind, limit.label)]
        return self.model_copy(update={"limits": (*kept, limit)})


class LimitJudged(BaseModel):
    """A limit beside what was counted on unseen rows. ``met`` looks at the 95 % interval as well: yes and no are
    sure, likely and unlikely could still be chance."""

    limit: MistakeLimit
    mistakes: int
    of: int
    share: float
    interval: tuple[float, float] = Field(description="95 % (Wilson)")
    met: Met


def judged(limits: Iterable[MistakeLimit], evaluation: Evaluation) -> list[LimitJudged]:
    """Every limit whose label stands in the exam, beside what was counted there."""
    scores = {score.label: score for score in evaluation.per_class}
    found: list[LimitJudged] = []
    for limit in limits:
        label = meant_label(limit.label, list(scores))
        if label is None:
            continue
        mistakes, of = _counted(limit.kind, scores[label])
        if not of:
            continue
        low, high = wilson(mistakes, of)
        share = mistakes / of
        named = limit.model_copy(update={"label": label})
        found.append(
            LimitJudged(
                limit=named,
                mistakes=mistakes,
                of=of,
                share=share,
                interval=(low, high),
                met=_met(share, low, high, limit.at_most),
            )
        )
    return found


def meant_label(said: str, labels: Sequence[str]) -> str | None:
    """The label that somebody means: by its name, by a name inside what was said (“the urgent mails”), or a near one.

    None where none or more than one fits.
    """
    if said in labels:
        return said
    folded = {_folded(label): label for label in labels}
    words = _folded(said)
    if words in folded:
        return folded[words]
    inside = [label for name, label in folded.items() if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words)]
    if len(inside) == 1:
        return inside[0]
    near = [n for word in [words, *words.split()] for n in difflib.get_close_matches(word, folded, n=1, cutoff=0.75)]
    return folded[near[0]] if len(set(near)) == 1 else None


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


def _counted(kind: MistakeKind, score: ClassScore) -> tuple[int, int]:
    hits = round(score.recall * score.support)
    if kind == "missed":
        return score.support - hits, score.support
    said = round(hits / score.precision) if score.precision else 0
    return said - hits, said


def _met(share: float, low: float, high: float, at_most: float) -> Met:
    if share <= at_most:
        return "yes" if high <= at_most else "likely"
    return "no" if low > at_most else "unlikely"
