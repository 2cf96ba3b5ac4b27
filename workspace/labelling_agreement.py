"""What follows from the answers of several people: what counts, how far they agree, and where they differ."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

from pydantic import BaseModel, Field

from workspace.labelling import LabelAnswer


class Agreement(BaseModel):
    """How far two people answered alike on the rows that both answered."""

    people: tuple[str, str]
    rows: int
    same: float = Field(description="share of the rows with the very same answer")
    kappa: float | None = Field(description="Cohen's kappa (1960); None where chance alone explains everything")


def agreed(answers: Iterable[LabelAnswer]) -> tuple[dict[int, LabelAnswer], list[int]]:
    """For each row the answer that most people gave, and the rows on which no answer has the most voices.

    Skipped and unsure ones say nothing. Two people who differ leave the row open until that is decided; a decision
    counts more than any number of answers.
    """
    given_answers = list(answers)
    found = {answer.row: answer for answer in given_answers if answer.state == "decided"}
    split: list[int] = []
    for row, given in by_row(given_answers).items():
        if row in found:
            continue
        votes = Counter(_said(answer) for answer in given).most_common()
        if len(votes) > 1 and votes[0][1] == votes[1][1]:
            split.append(row)
        else:
            found[row] = next(answer for answer in given if _said(answer) == votes[0][0])
    return found, sorted(split)


def by_row(answers: Iterable[LabelAnswer]) -> dict[int, list[LabelAnswer]]:
    """The answers of people to each row, in the order in which they came; skipped and unsure ones are left out."""
    found: dict[int, list[LabelAnswer]] = {}
    for answer in answers:
        if answer.state == "labelled":
            found.setdefault(answer.row, []).append(answer)
    return found


def alike(answers: Sequence[LabelAnswer]) -> list[list[LabelAnswer]]:
    """The answers to one row, those that say the same together."""
    found: dict[tuple[object, ...], list[LabelAnswer]] = {}
    for answer in answers:
        found.setdefault(_said(answer), []).append(answer)
    return list(found.values())


def agreement(answers: Iterable[LabelAnswer], least: int = 1) -> list[Agreement]:
    """Every two people who answered at least ``least`` rows in common, most rows first."""
    said: dict[str, dict[int, tuple[object, ...]]] = {}
    for answer in answers:
        if answer.state == "labelled":
            said.setdefault(answer.person, {})[answer.row] = _said(answer)
    found = []
    for one, other in combinations(said, 2):
        rows = sorted(said[one].keys() & said[other].keys())
        if len(rows) >= least:
            pairs = [(said[one][row], said[other][row]) for row in rows]
            same = sum(a == b for a, b in pairs) / len(pairs)
            found.append(Agreement(people=(one, other), rows=len(rows), same=same, kappa=_kappa(pairs, same)))
    return sorted(found, key=lambda a: -a.rows)


def _kappa(pairs: Sequence[tuple[object, object]], same: float) -> float | None:
    """Agreement beyond chance: (observed - expected) / (1 - expected)."""
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(first[value] * second[value] for value in first) / len(pairs) ** 2
    return None if expected == 1 else (same - expected) / (1 - expected)


def _said(answer: LabelAnswer) -> tuple[object, ...]:
    spans = sorted((span.start, span.end, span.label) for span in answer.spans)
    return (*sorted(answer.labels), *spans)
