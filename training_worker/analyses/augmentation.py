"""More rows for rare labels, and whether they help: made from learning rows only, measured on rows they never saw.

The exam's rows are put aside first, in the same way and with the same seed as a training does it. What is left is
judged by cross-validation with several seeds: a quick model learns once with the new rows and once with the rows they
were made from repeated as often, so that a gain is the new texts' and not the larger weight of a rare label, which
every training gives it anyway. Where no gain is seen, that is what is said.
"""

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from training_worker.analyses import AnalysisInput, AnalysisResult
from training_worker.analyses.gain import Gain, measured_gain
from training_worker.data import LabelledRows, read_rows, same_text_key, source_key
from training_worker.embedding import load_encoder
from training_worker.reading_texts import no_vectors, reader_of
from training_worker.split import sample, split_rows
from training_worker.starter import STARTER, resolve_base
from workspace.augmentation import MARKER, METHODS, variants
from workspace.dataset import TaskKind
from workspace.errors import InputError
from workspace.plan import TrainingPlan
from workspace.recipe import load_recipes
from workspace.run import Progressed

MOST_ROWS = 1_500
"""Learning rows the gain is measured on; rare labels keep all of theirs."""
MOST_NEW = 200
"""New rows for one label; more of the same adds little."""
MOST_FROM_ONE = 4
RARE_SHARE = 0.5
"""A label is rare with fewer rows than half of the middle label's."""
MOST_LABELS = 10
NEAR = 0.75
"""Share of common words from which a new row is a near copy of an exam row."""
SEEDS = 5
CHUNK = 256


class AugmentOptions(BaseModel):
    """What was asked for. ``paraphrases``: pairs of a text's :func:`source_key` and the same in other words."""

    model_config = ConfigDict(extra="forbid")
    labels: list[str] = Field(default_factory=list, description="empty: those that are rare")
    methods: list[str] = Field(default_factory=lambda: list(METHODS))
    paraphrases: list[tuple[str, str]] = Field(default_factory=list)
    seed: int = 0


@dataclass
class Made:
    """New rows: their text, label, the learning row each was made from, and by what."""

    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    refused: int = 0


def augment(given: AnalysisInput) -> AnalysisResult:
    """The analysis ``augment``.

    Raises:
        InputError: ``AUGMENTATION_IMPOSSIBLE``, ``NO_RARE_LABELS``, ``LABEL_UNKNOWN``, or as a split.
        Stop: it was asked to end.
    """
    started = time.monotonic()
    job = given.job
    if job.task not in (None, TaskKind.CLASSIFICATION) or job.label is None:
        raise InputError(
            "AUGMENTATION_IMPOSSIBLE",
            "Rows can be added only where each text has one label.",
            "Train on the data as it is.",
        )
    options = AugmentOptions.model_validate(job.args)
    usual = TrainingPlan.model_fields
    split = split_rows(
        _written(read_rows(given.table, job.text, job.label)),
        None,
        test_fraction=usual["test_fraction"].default,
        valid_fraction=usual["valid_fraction"].default,
        seed=usual["seed"].default,
    )
    rare = chosen_labels(split.learn, options.labels)
    _tell(given, 0.02, f"Making rows for {len(rare)} rare labels")
    made = make_rows(split.learn, split.test, rare, options)
    if not made.texts:
        raise InputError(
            "NOTHING_MADE", "No new row could be made from these few words.", "Add real rows for these labels."
        )
    gain = _gain(given, split.learn, made, rare)
    _tell(given, 0.98, "Writing the new rows down")
    out = given.work / "augmented.parquet"
    _write(given, split.learn, made, out)
    data: dict[str, JsonValue] = {
        **gain.as_data(),
        "rows_added": len(made.texts),
        "refused": made.refused,
        "added": dict(Counter(made.labels)),
        "methods": dict(Counter(made.methods)),
        "learn_rows": len(split.learn),
        "exam_rows": len(split.test),
        "seconds": round(time.monotonic() - started, 1),
    }
    return AnalysisResult(data=data, table=out)


def _written(rows: LabelledRows) -> LabelledRows:
    made = set(rows.made)
    kept = rows.take([i for i in range(len(rows)) if i not in made])
    return LabelledRows(kept.texts, kept.labels, kept.dropped)


def chosen_labels(rows: LabelledRows, wanted: list[str]) -> list[str]:
    """The labels to make rows for: those that were named, else those that are rare, rarest first."""
    counts = Counter(rows.labels)
    unknown = [label for label in wanted if label not in counts]
    if unknown:
        raise InputError(
            "LABEL_UNKNOWN",
            f"No row to learn from has the label {', '.join(unknown)}.",
            f"Labels are: {', '.join(sorted(counts)[:20])}.",
        )
    if wanted:
        return list(dict.fromkeys(wanted))
    middle = float(np.median(list(counts.values())))
    most = max(counts.values())
    limit = max(RARE_SHARE * middle, 0.1 * most)
    rare = sorted((label for label, count in counts.items() if count < limit), key=lambda label: counts[label])
    if not rare:
        raise InputError(
            "NO_RARE_LABELS",
            "No label is rare here: each has at least half as many rows as the middle one.",
            "Name labels to make rows for them all the same.",
        )
    return rare[:MOST_LABELS]


def make_rows(learn: LabelledRows, exam: LabelledRows, rare: list[str], options: AugmentOptions) -> Made:
    """New rows for the labels, from learning rows only; near copies of exam rows are refused."""
    counts = Counter(learn.labels)
    aim = int(np.median(list(counts.values())))
    pick = random.Random(options.seed)  # noqa: S311
    said_otherwise: dict[str, list[str]] = {}
    for key, text in options.paraphrases:
        said_otherwise.setdefault(key, []).append(text)
    made = Made()
    seen = {same_text_key(text) for text in (*learn.texts, *exam.texts)}
    for label in rare:
        rows = [i for i, name in enumerate(learn.labels) if name == label]
        wanted = min(MOST_NEW, max(aim - len(rows), len(rows)), MOST_FROM_ONE * len(rows))
        known = [_words(text) for text, name in zip(exam.texts, exam.labels, strict=True) if name == label]
        pick.shuffle(rows)
        found: list[tuple[int, str, str]] = []
        each = -(-wanted // len(rows))
        for row in rows:
            text = learn.texts[row]
            told = [(row, other, "paraphrase") for other in said_otherwise.get(source_key(text), [])]
            noise = variants(text, options.methods, each, pick) if options.methods else []
            found += [*told, *((row, variant.text, variant.method) for variant in noise)][:each]
        for row, text, method in found[:wanted]:
            key = same_text_key(text)
            if key in seen or any(_alike(_words(text), words) for words in known):
                made.refused += 1
                continue
            seen.add(key)
            made.texts.append(text)
            made.labels.append(label)
            made.sources.append(row)
            made.methods.append(method)
    return made


def _words(text: str) -> frozenset[str]:
    return frozenset(same_text_key(text).split())


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= NEAR * max(1, len(one | other))


def _gain(given: AnalysisInput, learn: LabelledRows, made: Made, rare: list[str]) -> Gain:
    """Measures on at most :data:`MOST_ROWS` learning rows, all those that new rows were made from among them."""
    names = sorted(set(learn.labels))
    number = {name: i for i, name in enumerate(names)}
    classes = np.array([number[label] for label in learn.labels], dtype=np.int64)
    needed = np.flatnonzero(np.isin(classes, [number[label] for label in rare]))
    others = np.setdiff1d(np.arange(len(learn)), needed)
    kept = np.concatenate([needed, sample(others.tolist(), classes, max(0, MOST_ROWS - len(needed)), seed=0)])
    kept = np.sort(kept)
    place = {int(row): i for i, row in enumerate(kept)}
    texts = [learn.texts[i] for i in kept] + made.texts
    vectors = _read(given, texts)
    sources = np.array([place[row] for row in made.sources], dtype=np.int64)
    _tell(given, 0.8, "Measuring with and without the new rows")

    def tell(done: float) -> None:
        _tell(given, 0.8 + 0.17 * done, "Measuring with and without the new rows")

    return measured_gain(texts, vectors, classes[kept], sources, names, rare, SEEDS, tell)


def _read(given: AnalysisInput, texts: list[str]) -> NDArray[np.float32]:
    encoder = load_encoder(resolve_base(STARTER))
    max_tokens = int(load_recipes()["embed"].settings["max_tokens"].default)
    reader = reader_of(encoder, max_tokens)
    vectors = no_vectors(encoder, len(texts))
    unread = np.flatnonzero(~given.vectors.find(reader, texts, vectors))

    def chunk_read(chunk: NDArray[np.int64], batch: NDArray[np.int64], found: NDArray[np.float32]) -> None:
        vectors[chunk[batch]] = found

    for start in range(0, len(unread), CHUNK):
        chunk = unread[start : start + CHUNK]
        going_on = partial(_tell, given, 0.05 + 0.75 * start / len(unread), f"Reading {len(texts):,} texts")
        part = [texts[i] for i in chunk]
        encoder.embed(encoder.tokenize(part, max_tokens), partial(chunk_read, chunk), check=going_on)
        given.vectors.add(reader, part, vectors[chunk])
    return vectors


def _tell(given: AnalysisInput, fraction: float, message: str) -> None:
    given.report.check()
    given.report.progress(Progressed(stage="data", message=message, fraction=fraction, eta_seconds=None))


def _write(given: AnalysisInput, learn: LabelledRows, made: Made, out: Path) -> None:
    """The table with the new rows below it and a column that says which they are. Rows are copied in batches."""
    job = given.job
    file = pq.ParquetFile(given.table)
    schema = file.schema_arrow
    if MARKER not in schema.names:
        schema = schema.append(pa.field(MARKER, pa.string()))
    with pq.ParquetWriter(out, schema, compression="snappy") as writer:
        for batch in file.iter_batches(20_000):
            columns = [
                batch.column(field.name) if field.name in batch.schema.names else pa.nulls(len(batch), field.type)
                for field in schema
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
        values = {
            job.text[0]: made.texts,
            job.label: made.labels,
            MARKER: [source_key(learn.texts[row]) for row in made.sources],
        }
        new = [
            pa.array(values[field.name], field.type) if field.name in values else pa.nulls(len(made.texts), field.type)
            for field in schema
        ]
        writer.write_table(pa.Table.from_arrays(new, schema=schema))
