"""The closer look at data: suspicious labels, near copies by meaning, and how much more rows would bring.

Bounded in time: texts are read by the base model in an order in which every beginning is a fair sample, until the
time is over. What was read is kept, so that a training of the same rows need not read it again.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np

from training_worker.analyses import AnalysisInput, AnalysisResult
from training_worker.analyses.learning_curve import Curve, measure
from training_worker.analyses.meaning import same_in_meaning
from training_worker.analyses.quick_model import OutOfSample, Views, folds_of, out_of_sample
from training_worker.analyses.rows import SampledRows, read_sample, stratified_order
from training_worker.analyses.suspicion import Suspicion, suspicious_labels
from training_worker.analyses.verdict import too_few, verdict_of, weakest_labels
from training_worker.embedding import Vectors, load_encoder
from training_worker.reading_texts import no_vectors, reader_of
from training_worker.reporter import Reporter
from training_worker.split import Indices
from training_worker.starter import STARTER, resolve_base
from training_worker.vector_cache import VectorCache
from workspace.analysis import AnalysisJob
from workspace.dataset import Check, DataProblem, DatasetProfile, FixOffer, Severity, TaskKind, Verdict
from workspace.errors import InputError
from workspace.findings import Finding
from workspace.recipe import load_recipes
from workspace.run import Progressed

SUSPICIOUS = "SUSPICIOUS_LABELS"
SAME_MEANING = "SAME_MEANING"
DEFAULT_SECONDS = 25.0
MOST_ROWS = 20_000
MOST_LABELS = 300
LEAST_ROWS = 40
READING = 0.75
"""Share of the time that reading the texts may take."""
CHUNK = 256
WORTH_A_WARNING = 0.03
"""Share of doubtful labels from which on they hurt; in clean data one to three of a hundred are doubted."""
EXAMPLES = 3
EXAMPLE_CHARS = 160


@dataclass(frozen=True)
class Read:
    """The rows that the base model has read in the time there was."""

    rows: SampledRows
    vectors: Vectors
    names: list[str]
    classes: Indices


def check(given: AnalysisInput) -> AnalysisResult:
    """A check as a job of the worker. ``args``: ``seconds``, how long it may take.

    Raises:
        InputError: ``CHECK_IMPOSSIBLE`` for tasks other than sorting texts.
        Stop: it was asked to end.
    """
    started = time.monotonic()
    seconds = float(str(given.job.args.get("seconds", DEFAULT_SECONDS)))
    found = look(given.job, given.table, given.profile, given.report, given.vectors, seconds)
    problems = {p.code: p.count for p in found.check.problems}
    verdict = found.check.verdict
    about = {"text": list(given.job.text), "label": given.job.label}
    return AnalysisResult(
        data={
            "problems": dict(problems),
            "rows_checked": found.check.rows_checked,
            "seconds": round(time.monotonic() - started, 2),
            "verdict": verdict.kind if verdict else None,
        },
        check=found.check.model_copy(update=about),
        findings=found.findings,
        codes=(SUSPICIOUS, SAME_MEANING),
    )


@dataclass(frozen=True)
class Look:
    """What a look is given. ``tell`` reports how far it is; at ``deadline`` (monotonic seconds) reading ends."""

    table: Path
    text: Sequence[str]
    profile: DatasetProfile
    report: Reporter
    vectors: VectorCache
    tell: Callable[[float, str], None]
    begun: float
    deadline: float


@dataclass(frozen=True)
class Found:
    check: Check
    findings: list[Finding]


def look(
    job: AnalysisJob,
    table: Path,
    profile: DatasetProfile,
    report: Reporter,
    vectors: VectorCache,
    seconds: float,
) -> Found:
    """The check itself, from a table to problems, verdict and the rows concerned."""
    several = [str(name) for name in cast("list[object]", job.args.get("label_columns") or [])]
    if job.task not in (None, TaskKind.CLASSIFICATION, TaskKind.MULTILABEL) or not (job.label or several):
        raise InputError(
            "CHECK_IMPOSSIBLE",
            "Only data that sorts texts under labels can be looked at more closely.",
            "Train on it as it is; the result shows what it is worth.",
        )
    begun = time.monotonic()
    tell = _teller(report, begun, seconds)
    given = Look(table, job.text, profile, report, vectors, tell, begun, begun + READING * seconds)
    tell(0.0, "Taking a closer look at the data")
    if job.task is TaskKind.MULTILABEL or job.label is None:
        from training_worker.analyses.checking_several import look_at_several
        from training_worker.analyses.label_forms import OneColumn, YesNoColumns

        separator = job.args.get("separator")
        one = OneColumn(job.label, str(separator) if separator else None) if job.label else None
        return look_at_several(given, one or YesNoColumns(several))
    rows = read_sample(table, job.text, job.label, MOST_ROWS)
    counts = Counter(rows.labels)
    if len(rows) < LEAST_ROWS or sum(count >= 3 for count in counts.values()) < 2:
        return Found(_only_verdict(rows, counts), [])
    if len(counts) > MOST_LABELS:
        return Found(Check(rows_checked=0, seconds=round(time.monotonic() - begun, 2)), [])
    read = read_texts(rows, rows.labels, given)
    many = f"{len(read.rows):,} labels"
    tell(READING, f"Looking more closely at {many}")
    views = Views.of(read.rows.texts, read.vectors)
    folds = folds_of(read.rows.texts, read.classes)
    model = out_of_sample(views, read.classes, len(read.names), folds, report.check)
    suspicion = suspicious_labels(model.probabilities, read.classes)
    tell(READING + 0.1, "Looking for rows that say the same")
    later, earlier = same_in_meaning(read.rows.texts, read.vectors, report.check)
    tell(READING + 0.13, "Estimating what more rows would bring")
    curve = measure(
        views,
        read.classes,
        len(read.names),
        folds,
        model,
        lambda done: tell(READING + 0.13 + 0.1 * done, "Estimating what more rows would bring"),
    )
    problems = [*_suspicious(read, suspicion), *alike(read, later, earlier)]
    known = [p for p in profile.problems if p.severity == "warning"]
    verdict = _verdict(read, curve, model, [*known, *problems])
    result = Check(
        problems=problems,
        verdict=verdict,
        rows_checked=len(read.rows),
        seconds=round(time.monotonic() - begun, 2),
    )
    return Found(result, [*_findings(job.label, read, suspicion), *copies(read, later, earlier)])


def _teller(report: Reporter, begun: float, seconds: float) -> Callable[[float, str], None]:
    def tell(fraction: float, message: str) -> None:
        report.check()
        elapsed = time.monotonic() - begun
        left = elapsed * (1 - fraction) / fraction if fraction > 0.02 else seconds
        report.progress(
            Progressed(stage="data", message=message, fraction=min(fraction, 0.999), eta_seconds=round(left, 1))
        )

    return tell


def _only_verdict(rows: SampledRows, counts: Counter[str]) -> Check:
    return Check(verdict=too_few(list(counts.values()), len(rows)), rows_checked=len(rows))


def read_texts(rows: SampledRows, strata: Sequence[str], given: Look) -> Read:
    """Reads texts until all are read or the time is over; a part that was read is a fair sample of the rows.

    Args:
        strata: one a row, what the sample is even in: the label, or one of several.
    """
    cache, tell, check, deadline = given.vectors, given.tell, given.report.check, given.deadline
    names = sorted(set(strata))
    number = {name: i for i, name in enumerate(names)}
    classes = np.array([number[label] for label in strata], dtype=np.int64)
    order = stratified_order(classes)
    rows, classes = rows.take(order), classes[order]
    tell(0.01, "Opening the base model")
    encoder = load_encoder(resolve_base(STARTER))
    max_tokens = int(load_recipes()["embed"].settings["max_tokens"].default)
    reader = reader_of(encoder, max_tokens)
    vectors = no_vectors(encoder, len(rows))
    known = cache.find(reader, rows.texts, vectors)
    unread = np.flatnonzero(~known)
    message = f"Reading {len(rows):,} texts for a closer look"

    def chunk_read(chunk: Indices, batch: Indices, found: Vectors) -> None:
        vectors[chunk[batch]] = found

    for start in range(0, len(unread), CHUNK):
        if time.monotonic() > deadline and int(known.sum()) >= LEAST_ROWS:
            break
        chunk = unread[start : start + CHUNK]
        tell(0.02 + (READING - 0.02) * start / len(unread), message)
        tokens = encoder.tokenize([rows.texts[i] for i in chunk], max_tokens)
        encoder.embed(tokens, partial(chunk_read, chunk), check=check)
        cache.add(reader, [rows.texts[i] for i in chunk], vectors[chunk])
        known[chunk] = True
    read = np.flatnonzero(known)
    read = read[np.argsort(rows.numbers[read])]  # in the order of the table, so that "earlier" means what it says
    return Read(rows.take(read), vectors[read], names, classes[read])


def _suspicious(read: Read, suspicion: Suspicion) -> list[DataProblem]:
    count = len(suspicion.rows)
    if not count:
        return []
    examples = [
        f"{cut(read.rows.texts[row])} — {read.rows.labels[row]}, probably {read.names[better]}"
        for row, better in zip(suspicion.rows[:EXAMPLES], suspicion.suggested[:EXAMPLES], strict=True)
    ]
    have = "label looks" if count == 1 else "labels look"
    message = (
        f"{count:,} {have} wrong: a model that learned from the other rows is surer of another label"
        f"{of_sample(read)}. Wrong labels teach mistakes; the most doubtful come first."
    )
    fix = FixOffer(code="relabel_suspicious", label="Change them to the probable label")
    severity: Severity = "warning" if count >= WORTH_A_WARNING * len(read.rows) else "info"
    return [DataProblem(code=SUSPICIOUS, severity=severity, count=count, message=message, examples=examples, fix=fix)]


def alike(read: Read, later: Indices, earlier: Indices) -> list[DataProblem]:
    """Rows that say the same as an earlier one in other words."""
    if not len(later):
        return []
    examples = [
        f"{cut(read.rows.texts[row])} — {cut(read.rows.texts[other])}"
        for row, other in zip(later[:EXAMPLES], earlier[:EXAMPLES], strict=True)
    ]
    many = "1 row says" if len(later) == 1 else f"{len(later):,} rows say"
    message = (
        f"Also, {many} nearly the same as an earlier row in other words{of_sample(read)}. "
        "They add little, and the exam is a bit easier than life where one of a pair is in it."
    )
    return [DataProblem(code=SAME_MEANING, severity="info", count=len(later), message=message, examples=examples)]


def of_sample(read: Read) -> str:
    """How many rows were looked at, where these are not all."""
    if read.rows.usable <= len(read.rows):
        return ""
    return f" ({len(read.rows):,} of {read.rows.usable:,} rows were looked at)"


def _verdict(read: Read, curve: Curve, model: OutOfSample, problems: list[DataProblem]) -> Verdict:
    correct = model.probabilities.argmax(axis=1) == read.classes
    hint = weakest_labels(correct, read.classes, read.names)
    return verdict_of(curve, read.rows.usable, problems, hint, len(read.rows))


def _findings(label: str, read: Read, suspicion: Suspicion) -> list[Finding]:
    return [
        Finding(
            code=SUSPICIOUS,
            row=int(read.rows.numbers[row]),
            column=label,
            suggestion=read.names[better],
            score=round(float(score), 4),
        )
        for row, better, score in zip(suspicion.rows, suspicion.suggested, suspicion.scores, strict=True)
    ]


def copies(read: Read, later: Indices, earlier: Indices) -> list[Finding]:
    """The same, row by row."""
    numbers = read.rows.numbers
    return [
        Finding(code=SAME_MEANING, row=int(numbers[row]), other_row=int(numbers[other]))
        for row, other in zip(later, earlier, strict=True)
    ]


def cut(text: str) -> str:
    """A text as an example: one line, not too long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= EXAMPLE_CHARS else flat[: EXAMPLE_CHARS - 1] + "…"
