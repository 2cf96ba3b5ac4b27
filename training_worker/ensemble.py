"""Several recipes' models as one: their log-probabilities are added, each with a weight that validation rows give it.

A classifier on frozen vectors, word counts and a fine-tuned model err on different texts. Two or three weights are
fitted on rows that none of them has learned from, so there is little to learn by heart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training_worker.calibration import fit_weights, log_probabilities, softmax
from training_worker.job import Candidate, Job, Probabilities

NAME = "ensemble"
LEAST_ROWS = 100
"""With fewer rows to judge by, it is chance which weights look best."""
LEAST_SHARE = 0.1
"""A member with a smaller share of the weight is left out: it would only make answers slower."""
_PARTS = {"blend": {"linear", "embed"}}
"""What a recipe is made of already."""


@dataclass
class Pool:
    """What several recipes say together of the rows that all were judged on."""

    rows: NDArray[np.int64]
    answers: Probabilities
    weights: dict[str, float]


def pool_of(tried: Mapping[str, tuple[NDArray[np.int64], Probabilities]], classes: NDArray[np.int64]) -> Pool | None:
    """The recipes' answers weighed against each other; None where fewer than two are worth having.

    Args:
        tried: for each recipe the rows it was judged on, and its probabilities there (rows by labels).
        classes: the label of every learning row.
    """
    inside = set().union(*(_PARTS.get(name, set()) for name in tried))
    names = [name for name in tried if name not in inside]
    while len(names) > 1:
        rows = tried[names[0]][0]
        for name in names[1:]:
            rows = np.intersect1d(rows, tried[name][0])
        if len(rows) < LEAST_ROWS:
            return None
        members = [log_probabilities(answers_for(rows, *tried[name])) for name in names]
        weights = fit_weights(members, classes[rows])
        kept = [name for name, weight in zip(names, weights, strict=True) if weight >= LEAST_SHARE * weights.sum()]
        if kept == names:
            answers = softmax(np.tensordot(weights, np.stack(members), axes=1))
            return Pool(rows, answers, dict(zip(names, map(float, weights), strict=True)))
        names = kept
    return None


def answers_for(wanted: NDArray[np.int64], rows: NDArray[np.int64], answers: Probabilities) -> Probabilities:
    """The answers of the wanted rows; ``rows`` says whose ``answers`` are."""
    order = np.argsort(rows)
    return answers[order[np.searchsorted(rows, wanted, sorter=order)]]


@dataclass
class EnsembleCandidate:
    """See :class:`training_worker.job.Candidate`. ``members`` are what won by itself, with the jobs that made it."""

    rows: NDArray[np.int64]
    answers: Probabilities
    note: str
    base: str | None
    members: dict[str, tuple[Job, Candidate]]
    weights: dict[str, float]

    @classmethod
    def of(
        cls, pool: Pool, members: dict[str, tuple[Job, Candidate]], titles: Mapping[str, str]
    ) -> "EnsembleCandidate":
        """``titles`` are what people call the members."""
        total = sum(pool.weights.values())
        note = ", ".join(f"{titles[name]} counts {weight / total:.0%}" for name, weight in pool.weights.items())
        base = next((candidate.base for _, candidate in members.values() if candidate.base), None)
        return cls(pool.rows, pool.answers, note, base, members, pool.weights)

    def save(self, job: Job, folder: Path) -> dict[str, Any]:
        """Each member finishes as it would alone, in a folder of its own."""
        facts = []
        for name, (own, candidate) in self.members.items():
            (folder / name).mkdir()
            found = candidate.save(own, folder / name)
            parts = found.get("members", [])
            for part in parts:  # a member that is made of several: its parts become members
                (folder / name / part["folder"]).rename(folder / part["folder"])
            if parts:
                (folder / name).rmdir()
            weight = self.weights[name]
            facts += [(weight * part["weight"], part) for part in parts] or [(weight, {**found, "folder": name})]
        return ensemble_facts([fact for _, fact in facts], [weight for weight, _ in facts])


def ensemble_facts(members: Sequence[dict[str, Any]], weights: Sequence[float]) -> dict[str, Any]:
    """Facts for ``mtw.json`` of a model of several; each member's say its ``folder``."""
    shared: dict[str, Any] = {}
    for name in ("top_words", "max_tokens", "base_licence", "base_hub_id"):
        shared |= next(({name: member[name]} for member in members if name in member), {})
    listed = [{**member, "weight": float(weight)} for member, weight in zip(members, weights, strict=True)]
    return {"format": "ensemble", "members": listed, **shared}
