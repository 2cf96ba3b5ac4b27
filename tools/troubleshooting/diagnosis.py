"""From a text (an error, a log, a question) and what is known of a run to the likeliest cause, or to an honest no.

Evidence of three kinds is added up for each cause: exact messages, what the curves show, and nearness to the symptoms
that are known. What a message says outweighs what a sentence resembles.
"""

import math
import re
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, Field

from tools.troubleshooting.curves import Series, observations_in
from tools.troubleshooting.entry import WEIGHTS, Fix, load_entries
from tools.troubleshooting.signatures import Evidence, cleaned, evidence_in, root_line
from tools.troubleshooting.symptoms import Symptoms

_WORD = re.compile(r"\w{4,}")

UNKNOWN = "UNKNOWN"
"""The cause of a diagnosis that found none."""

_MESSAGE_COUNTS = 7.0
"""Nats for a message that is certain; nearness of meaning ranges over about five."""
_BESIDE_MESSAGE = 0.3
"""What likeness still counts where a message says it: it decides between equals."""
_FLOOR = 3e-3
_MOST_ALTERNATIVES = 4
_KNOWN_FROM = 0.1
"""Confidence below which nothing is claimed: texts about other things mostly stay below it."""
_LEAST_WORDS = 3
"""Fewer words ("it does not work") are like many symptoms and say nothing."""


class Diagnosis(BaseModel):
    """What is wrong, how sure that is, and what to do. ``cause`` is ``UNKNOWN`` where nothing is claimed."""

    cause: str
    confidence: float = Field(ge=0, le=1)
    explanation: str
    next_steps: list[str]
    fix: Fix | None
    alternatives: list[str] = Field(description="other causes that it may be, likeliest first")
    facts: dict[str, str] = Field(default_factory=dict, description="what the message names, such as a column")

    @property
    def known(self) -> bool:
        return self.cause != UNKNOWN

    def as_json(self) -> dict[str, Any]:
        """The shape of ``mtw diagnose --json`` and of the HTTP API."""
        return self.model_dump(mode="json", exclude={"facts"})


@dataclass(frozen=True)
class Known:
    """What is known beside the text: the code that a run failed with, and its curves."""

    code: str | None = None
    series: Series = field(default_factory=dict)


def diagnose(text: str, symptoms: Symptoms, known: Known | None = None) -> Diagnosis:
    """The likeliest cause of what the text tells.

    Args:
        text: an error message, a log, numbers, or a question in anybody's words; of any length.
        symptoms: finds causes by what people say.
        known: what is known of the run that the text is about.
    """
    text = cleaned(text)
    evidence = evidence_in(text)
    _add_observations(evidence, text, known or Known())
    entries = load_entries()
    if known and known.code in entries:
        evidence[known.code] = Evidence(1.0, evidence[known.code].facts if known.code in evidence else {})
    chances, near = dict.fromkeys(entries, 1 / len(entries)), 0.0
    if text.strip() and not (known and known.code in entries):
        chances, near = symptoms.chances(_essence(text))
    said = max((found.weight for found in evidence.values()), default=0.0)
    likeness = _BESIDE_MESSAGE if said >= WEIGHTS["likely"] else 1.0
    totals = {
        code: _MESSAGE_COUNTS * (evidence[code].weight if code in evidence else 0.0)
        + likeness * math.log(chances[code] + _FLOOR)
        for code in entries
    }
    ranked = sorted(totals, key=lambda code: -totals[code])
    confidence = _confidence(totals, ranked, evidence, near)
    said_too_little = not evidence and len(_WORD.findall(text)) < _LEAST_WORDS
    if confidence < _KNOWN_FROM or said_too_little:
        return _unknown(ranked, confidence)
    entry = entries[ranked[0]]
    return Diagnosis(
        cause=entry.code,
        confidence=confidence,
        explanation=entry.explanation,
        next_steps=list(entry.next_steps),
        fix=entry.fix,
        alternatives=_alternatives(ranked, evidence, entry.related),
        facts=evidence[entry.code].facts if entry.code in evidence else {},
    )


def _essence(text: str) -> str:
    """What is compared with the symptoms: the line that names the error, else the beginning."""
    return (root_line(text) or text.strip())[:600]


def _add_observations(evidence: dict[str, Evidence], text: str, known: Known) -> None:
    found = observations_in(text, known.series)
    for code, entry in load_entries().items():
        for name, strength in entry.observations.items():
            if name not in found:
                continue
            facts = {key: f"{value:g}" for key, value in found[name].items()}
            weight = WEIGHTS[strength]
            before = evidence.get(code)
            if before is None:
                evidence[code] = Evidence(weight, facts)
            else:
                evidence[code] = Evidence(max(before.weight, weight) + 0.03, facts | before.facts, before.at)


def _confidence(totals: dict[str, float], ranked: list[str], evidence: dict[str, Evidence], near: float) -> float:
    """The share of the first among the likeliest, no higher than its best evidence allows."""
    powers = [math.exp(totals[code] - totals[ranked[0]]) for code in ranked[:8]]
    share = powers[0] / sum(powers)
    best = evidence.get(ranked[0])
    allowed = max(best.weight if best else 0.0, 0.9 * near)
    return round(min(0.99, share * allowed), 3)


def _alternatives(ranked: list[str], evidence: dict[str, Evidence], related: tuple[str, ...]) -> list[str]:
    """What the text speaks for as well, then what is often mistaken for the first."""
    spoken = [code for code in ranked[1:] if code in evidence]
    by_meaning = ranked[1:3]
    return list(dict.fromkeys([*spoken[:2], *by_meaning, *related]))[:_MOST_ALTERNATIVES]


def _unknown(ranked: list[str], confidence: float) -> Diagnosis:
    return Diagnosis(
        cause=UNKNOWN,
        confidence=confidence,
        explanation="I do not know what this is. It is like none of the faults that I know well enough to say.",
        next_steps=[
            "Send the whole message, from its first line to its last, or the last lines of the log.",
            "Say what you did just before, and what you expected.",
            "Or ask support; they see what happened.",
        ],
        fix=None,
        alternatives=ranked[:3],
    )
