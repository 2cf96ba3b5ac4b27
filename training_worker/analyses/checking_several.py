"""A closer look at data whose texts may have several labels: what is read, what is doubted, and how it is told."""

import json
import time
from collections import Counter
from collections.abc import Sequence

import numpy as np

from training_worker.analyses.checking import (
    EXAMPLES,
    LEAST_ROWS,
    MOST_LABELS,
    MOST_ROWS,
    READING,
    SUSPICIOUS,
    WORTH_A_WARNING,
    Found,
    Look,
    Read,
    alike,
    copies,
    cut,
    of_sample,
    read_texts,
)
from training_worker.analyses.label_forms import LabelForm
from training_worker.analyses.meaning import same_in_meaning
from training_worker.analyses.quick_model import Views, folds_of
from training_worker.analyses.rows import read_sample
from training_worker.analyses.several_labels import (
    Doubt,
    doubted,
    marks_of,
    measure_several,
    out_of_sample_several,
    rarest,
)
from training_worker.analyses.verdict import too_few, verdict_of
from workspace.dataset import Check, DataProblem, FixOffer, Severity
from workspace.findings import Finding

METRIC = "micro F1"


def look_at_several(given: Look, form: LabelForm) -> Found:
    """As :func:`training_worker.analyses.checking.look`, where a text may have several labels."""
    tell = given.tell
    rows = read_sample(given.table, given.text, form.columns, MOST_ROWS, cells=form.cells)
    targets: list[list[str]] = [json.loads(cell) for cell in rows.labels]
    counts = Counter(name for labels in targets for name in labels)
    if len(rows) < LEAST_ROWS or sum(count >= 3 for count in counts.values()) < 2:
        return Found(Check(verdict=too_few(list(counts.values()), len(rows)), rows_checked=len(rows)), [])
    if len(counts) > MOST_LABELS:
        return Found(Check(rows_checked=0), [])
    read = read_texts(rows, rarest(targets), given)
    marks, names = marks_of([json.loads(cell) for cell in read.rows.labels])
    tell(READING, f"Looking more closely at the labels of {len(read.rows):,} texts")
    views = Views.of(read.rows.texts, read.vectors)
    folds = folds_of(read.rows.texts, read.classes)
    doubt = doubted(out_of_sample_several(views, marks, folds, given.report.check), marks)
    tell(READING + 0.1, "Looking for rows that say the same")
    later, earlier = same_in_meaning(read.rows.texts, read.vectors, given.report.check)
    message = "Estimating what more rows would bring"
    curve = measure_several(views, marks, read.classes, folds, lambda done: tell(READING + 0.13 + 0.1 * done, message))
    problems = [*suspicious_several(read, doubt, names), *alike(read, later, earlier)]
    known = [p for p in given.profile.problems if p.severity == "warning"]
    result = Check(
        problems=problems,
        verdict=verdict_of(curve, read.rows.usable, [*known, *problems], "", len(read.rows), metric=METRIC),
        rows_checked=len(read.rows),
        seconds=round(time.monotonic() - given.begun, 2),
    )
    return Found(result, [*findings_several(form, read, doubt, names), *copies(read, later, earlier)])


def suspicious_several(read: Read, doubt: Doubt, names: Sequence[str]) -> list[DataProblem]:
    """The problem with examples that say which label is missed and which is doubted."""
    count = len(doubt.rows)
    if not count:
        return []
    examples = []
    for row, better in list(zip(doubt.rows, doubt.better, strict=True))[:EXAMPLES]:
        had = json.loads(read.rows.labels[row])
        should = [names[i] for i in np.flatnonzero(better).tolist()]
        examples.append(f"{cut(read.rows.texts[row])} — {', '.join(had)}: {_change(had, should)}")
    have = "text has labels" if count == 1 else "texts have labels"
    message = (
        f"{count:,} {have} that look wrong: a model that learned from the other rows misses a label there or doubts one"
        f"{of_sample(read)}. Take it as a hint and look through them: where labels are a matter of opinion, as with "
        "emotions, only about 2 of 10 such texts were labelled wrongly when it was measured."
    )
    fix = FixOffer(code="relabel_suspicious", label="Change them to the probable labels")
    severity: Severity = "warning" if count >= WORTH_A_WARNING * len(read.rows) else "info"
    return [DataProblem(code=SUSPICIOUS, severity=severity, count=count, message=message, examples=examples, fix=fix)]


def _change(had: Sequence[str], should: Sequence[str]) -> str:
    also, without = [n for n in should if n not in had], [n for n in had if n not in should]
    told = [f"probably also {' and '.join(also)}"] if also else []
    told += [f"probably not {' and '.join(without)}"] if without else []
    return ", ".join(told)


def findings_several(form: LabelForm, read: Read, doubt: Doubt, names: Sequence[str]) -> list[Finding]:
    """The rows, each with all the labels that it should probably have, written as they are in the table."""
    found = []
    for row, better, score in zip(doubt.rows, doubt.better, doubt.scores, strict=True):
        should = [names[i] for i in np.flatnonzero(better).tolist()]
        had = json.loads(read.rows.labels[row])
        column, suggestion = form.written(had, should)
        found.append(
            Finding(
                code=SUSPICIOUS,
                row=int(read.rows.numbers[row]),
                column=column,
                suggestion=suggestion,
                score=round(float(score), 4),
            )
        )
    return found
