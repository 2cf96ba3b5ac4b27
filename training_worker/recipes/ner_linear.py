"""A conditional random field over features of words.

Read top to bottom: learn on each fold's training rows, read its validation rows, learn once more from all rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training_worker.job import Answers, Job
from training_worker.ner.crf import CrfTagger, features_of, fit_crf
from training_worker.ner.predictor import CRF_FILE, LogProbabilities, names_of
from training_worker.ner.tags import TagSet
from workspace.labelling_words import words_of

PASS_SECONDS = 1.5e-6  # a word and a pass
READ_SECONDS = 8e-5  # a word: its features, and what it is
_NONE = np.zeros(0, np.int64)


@dataclass
class CrfCandidate:
    rows: NDArray[np.int64]
    answers: Answers
    note: str
    base: str | None = None

    def save(self, job: Job, folder: Path) -> dict[str, Any]:
        """Learns once more from all rows and writes ``model.crfsuite``."""
        runs = len(job.split.folds) + 1

        def tell(done: float) -> None:
            job.tell((runs - 1 + done) / runs, f"Learning once more from all {len(job.split.learn):,} texts")

        crf_of(job, np.arange(len(job.split.learn)), folder / CRF_FILE, tell)
        return {"format": "crfsuite"}


class CrfTrainer:
    def estimate(self, job: Job) -> float:
        """From the number of words and tags; constants measured on two cores."""
        words = sum(text.count(" ") + 1 for text in job.split.learn.texts) * 1.2
        tags = 2 * len(job.split.labels) + 1
        one = words * (READ_SECONDS + job.whole("passes") * PASS_SECONDS * (1 + tags / 20))
        return float(0.5 + one * (len(job.split.folds) + 1))

    def least_seconds(self, job: Job) -> float:
        return self.estimate(job)

    def train(self, job: Job) -> CrfCandidate:
        rows, _ = job.split.judged
        read: list[LogProbabilities] = []
        runs = len(job.split.folds) + 1
        for number, (train, valid) in enumerate(job.split.folds):

            def tell(done: float, number: int = number) -> None:
                job.tell((number + done) / runs, "Learning which words speak for which name")

            tagger = crf_of(job, train, job.work / f"fold-{number}.crfsuite", tell)
            read += read_rows(job, tagger, valid)
        return CrfCandidate(rows, spans_array(job, rows, read), f"c1={job.number('c1'):g}, c2={job.number('c2'):g}")


TRAINER = CrfTrainer()


def crf_of(job: Job, rows: NDArray[np.int64], file: Path, tell: Callable[[float], None]) -> CrfTagger:
    """A CRF that has learned from these rows; taken from ``file`` where it is there already."""
    tags = TagSet(job.split.labels)
    if not file.exists():
        learn, passes = job.split.learn, job.whole("passes")
        settings = {"c1": job.number("c1"), "c2": job.number("c2"), "max_iterations": passes}

        def features() -> Any:
            for number, row in enumerate(rows):
                if number % 100 == 0:
                    tell(0.1 * number / len(rows))
                places = words_of(learn.texts[row])
                yield features_of(learn.texts[row], places), tags.encode(places, learn.targets[row])

        fit_crf(file, features(), tags, settings, lambda done: tell(0.1 + 0.9 * done / passes))
        job.report.checkpointed()
    return CrfTagger(file, tags)


def read_rows(job: Job, tagger: CrfTagger, rows: NDArray[np.int64]) -> list[LogProbabilities]:
    """What the tagger says of the words of these rows."""
    texts = [job.split.learn.texts[row] for row in rows]
    return tagger(texts, [words_of(text) for text in texts], lambda done: job.report.check())


def spans_array(job: Job, rows: NDArray[np.int64], read: list[LogProbabilities]) -> Answers:
    """The names in rows as ``Answers``: position, start, end, number of the label."""
    tags = TagSet(job.split.labels)
    number = {label: i for i, label in enumerate(tags.labels)}
    found = [
        (position, span.start, span.end, number[span.label])
        for position, (row, scores) in enumerate(zip(rows, read, strict=True))
        for span, _ in names_of(tags, words_of(job.split.learn.texts[row]), scores)
    ]
    return np.array(found, np.int64).reshape(-1, 4)
