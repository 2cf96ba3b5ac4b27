"""All learning rows read once by the base model; what was read survives a restart and serves every recipe."""

import hashlib
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from training_worker.embedding import Encoder, Vectors
from training_worker.interruptible import run_interruptible
from training_worker.job import Job, write_array

CHECKPOINT_SECONDS = 10.0
PROBE_TOKENS = (1500, 8000)
"""A tenth of the tokens is read to see how long all take, but no less and no more than these."""
SAMPLE_ROWS = 1000
"""Texts that are taken apart to know how many tokens all have."""


def reading_seconds(job: Job, encoder: Encoder) -> float:
    """Seconds to read the learning rows that neither another recipe nor a check of the data has read."""
    texts, max_tokens = job.split.learn.texts, job.whole("max_tokens")
    read = job.vectors.find(reader_of(encoder, max_tokens), texts, no_vectors(encoder, len(texts)))
    if read.all():
        return 0.0
    sample = np.random.default_rng(0).choice(len(texts), min(len(texts), SAMPLE_ROWS), replace=False)
    tokens = encoder.tokenize([texts[i] for i in sample], max_tokens)
    mean = sum(map(len, tokens)) / len(tokens)
    return float((~read).sum() * mean / measured_pace(job, encoder, tokens))


def measured_pace(job: Job, encoder: Encoder, tokens: list[list[int]]) -> float:
    """Tokens a second, from a sample over all lengths; kept for the recipes that come later.

    The sample is large enough for every processor to have several batches: with a few, some wait for the last.
    """
    if "tokens_per_second" not in job.facts:
        order = np.random.default_rng(0).permutation(len(tokens))
        lengths = np.cumsum([len(tokens[i]) for i in order])
        wanted = float(np.clip(lengths[-1] / 10, *PROBE_TOKENS))
        sample = [tokens[i] for i in order[: int(np.searchsorted(lengths, wanted)) + 1]]
        encoder.embed(sample[:2], _ignore, check=job.report.check)  # warms up
        begun = time.monotonic()
        encoder.embed(sample, _ignore, check=job.report.check)
        job.facts["tokens_per_second"] = sum(map(len, sample)) / (time.monotonic() - begun)
    return job.facts["tokens_per_second"]


def _ignore(rows: NDArray[np.int64], vectors: Vectors) -> None:
    """Only the time counts."""


def read_texts(job: Job, encoder: Encoder, tell: Callable[[float, str], None]) -> Vectors:
    """Vectors of all learning rows, rows by dimensions. Written every ten seconds, and not read again then;
    texts that a check of the data has read are not read at all.

    Batches are always the same ones, so an interrupted run ends with the same bits as an uninterrupted one.
    """
    texts, max_tokens = job.split.learn.texts, job.whole("max_tokens")
    tokens = run_interruptible(job.report, lambda: encoder.tokenize(texts, max_tokens))
    reader = reader_of(encoder, max_tokens)
    key = hashlib.sha256(f"{reader} {len(texts)}".encode()).hexdigest()[:12]
    kept = job.work.parent / f"vectors-{key}.npy"
    vectors = no_vectors(encoder, len(texts))
    if kept.exists():
        vectors = np.load(kept)
    done_rows: NDArray[np.bool_] = np.asarray(vectors.any(axis=1))
    if not done_rows.any():
        done_rows = job.vectors.find(reader, texts, vectors)
    lengths = np.array([len(t) for t in tokens])
    unread = np.flatnonzero(~done_rows)
    total, done = int(lengths.sum()), int(lengths[done_rows].sum())
    saved = time.monotonic()

    def on_batch(batch: NDArray[np.int64], found: Vectors) -> None:
        nonlocal done, saved
        rows = unread[batch]
        vectors[rows] = found
        done += int(lengths[rows].sum())
        tell(done / max(total, 1), f"Reading {len(texts):,} texts with {job.plan.base}")
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            write_array(kept, vectors)
            job.report.checkpointed()
            saved = time.monotonic()

    # What was read before an interruption are whole batches, so what is left falls into the same batches again.
    encoder.embed([tokens[row] for row in unread], on_batch, check=job.report.check)
    if len(unread):
        write_array(kept, vectors)
        job.report.checkpointed()
        job.vectors.add(reader, texts, vectors)
        job.vectors.keep()
    return vectors


def reader_of(encoder: Encoder, max_tokens: int) -> str:
    """What vectors depend on besides the text."""
    layers = "".join(f" {depth}" for depth in encoder.depths)
    return f"{encoder.base.source} {encoder.pooling} {max_tokens}{layers}"


def no_vectors(encoder: Encoder, rows: int) -> Vectors:
    """Room for vectors, rows by dimensions."""
    return np.zeros((rows, encoder.size), dtype=np.float32)
