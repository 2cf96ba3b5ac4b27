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
PROBE_SECONDS = 0.6
PROBE_ROWS = 128


def measured_pace(job: Job, encoder: Encoder, tokens: list[list[int]]) -> float:
    """Tokens a second, from a sample over all lengths; kept for the recipes that come later."""
    if "tokens_per_second" not in job.facts:
        rng = np.random.default_rng(0)
        begun, seen = 0.0, 0
        while not begun or time.monotonic() - begun < PROBE_SECONDS:
            sample = [tokens[i] for i in rng.integers(0, len(tokens), PROBE_ROWS)]
            encoder.embed(sample, lambda rows, vectors: None, check=job.report.check)
            seen += sum(map(len, sample)) if begun else 0
            begun = begun or time.monotonic()  # the first batch only warms up
        job.facts["tokens_per_second"] = seen / (time.monotonic() - begun)
    return job.facts["tokens_per_second"]


def read_texts(job: Job, encoder: Encoder, tell: Callable[[float, str], None]) -> Vectors:
    """Vectors of all learning rows, rows by dimensions. Written every ten seconds, and not read again then.

    Batches are always the same ones, so an interrupted run ends with the same bits as an uninterrupted one.
    """
    texts, max_tokens = job.split.learn.texts, job.whole("max_tokens")
    tokens = run_interruptible(job.report, lambda: encoder.tokenize(texts, max_tokens))
    key = hashlib.sha256(f"{encoder.base.source} {max_tokens} {len(texts)}".encode()).hexdigest()[:12]
    kept = job.work.parent / f"vectors-{key}.npy"
    vectors: Vectors = np.zeros((len(texts), encoder.model.config.hidden_size), dtype=np.float32)
    if kept.exists():
        vectors = np.load(kept)
    done_rows: NDArray[np.bool_] = np.asarray(vectors.any(axis=1))
    lengths = np.array([len(t) for t in tokens])
    total, done = int(lengths.sum()), int(lengths[done_rows].sum())
    saved = time.monotonic()

    def on_batch(rows: NDArray[np.int64], found: Vectors) -> None:
        nonlocal done, saved
        vectors[rows] = found
        done += int(lengths[rows].sum())
        tell(done / max(total, 1), f"Reading {len(texts):,} texts with {job.plan.base}")
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            write_array(kept, vectors)
            job.report.checkpointed()
            saved = time.monotonic()

    encoder.embed(tokens, on_batch, skip=done_rows, check=job.report.check)
    if not done_rows.all():
        write_array(kept, vectors)
        job.report.checkpointed()
    return vectors
