"""What words say and what the base model understood, weighed against each other.

Read top to bottom: the linear recipe's classifier (taken over where that recipe has run already), vectors of several
layers of the base model, a classifier on them, and one weight for each of the two, all chosen on validation rows. The
log-probabilities are added, so that the result is calibrated, and what each word contributes can be told.
"""

import re
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from training_worker.calibration import fit_scale, fit_weights, log_probabilities, softmax
from training_worker.embedding import Encoder, Vectors, load_encoder, vectors_of
from training_worker.ensemble import answers_for, ensemble_facts
from training_worker.evaluation import choosing_score
from training_worker.interruptible import run_interruptible
from training_worker.job import Job, Probabilities, write_array
from training_worker.lanes import Lanes, processors
from training_worker.reading_texts import no_vectors, read_texts, reader_of, reading_seconds
from training_worker.recipes import linear
from training_worker.sequence_export import save_head_beside_encoder
from training_worker.split import Split, sample
from training_worker.starter import resolve_base
from training_worker.whitened_head import Option, Weights, Within, compact, fit, variation
from workspace.recipe import load_recipes

OPTIONS = (Option(0.1, 10.0), Option(0.3, 3.0), Option(0.7, 1.0), Option(0.9, 0.3))
"""From trusting the rows to being cautious; the search begins in the middle and goes on where it is better."""
FEW_ROWS = 30
"""Rows a label up to which the labels' names are tried as examples."""
NOT_WORDS = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])")
MOST_LAYERED_ROWS = 50_000
"""With more rows only the last layer is kept: six parts of them would not fit into memory."""
STEPS = 25
"""Steps that fitting the classifier takes, for the estimate."""
FLOPS = 5e10
"""Floating-point operations a second that these matrix products reach on one core with AVX2, for the estimate."""
SIDE_BY_SIDE_BYTES = 250_000_000
"""Vectors larger than this are fitted one option at a time: each whitens a copy of them."""
HEADS_SHARE = 0.5
"""Of the time that is left, what choosing the classifier may take; with less, fewer folds judge."""
LEAST_READ = 0.25
"""Share of the texts that must fit into the time; with less, reading them is not worth it."""
SLACK = 1.2
"""What the time for reading is divided by: the pace may sink."""
WORDS, READING, SEARCHED = 0.2, 0.75, 0.9
"""Shares of the time after which words are learned, texts are read, and all is chosen."""


@dataclass
class BlendCandidate:
    """See :class:`training_worker.job.Candidate`. ``weights`` are those of words and meaning, ``read`` are the rows
    whose texts the base model has read, with ``vectors``."""

    rows: NDArray[np.int64]
    answers: Probabilities
    note: str
    base: str | None
    words: linear.LinearCandidate
    option: Option
    scale: float
    weights: NDArray[np.float64]
    encoder: Encoder
    read: Split
    vectors: Vectors
    names: Vectors

    def save(self, job: Job, folder: Path) -> dict[str, Any]:
        """Refits both on all learning rows and writes each into a folder of its own."""
        (folder / "words").mkdir()
        words = self.words.save(words_job(job, SEARCHED, 0.95), folder / "words")
        job.tell(0.95, f"Learning once more from all {len(self.vectors):,} texts")
        labels, max_tokens = job.split.labels, job.whole("max_tokens")
        read = replace(job, split=self.read)
        weights, bias = run_interruptible(job.report, lambda: learn_head(read, self.vectors, self.names, self.option))
        job.tell(0.98, "Putting the model together")
        meaning = run_interruptible(
            job.report,
            lambda: save_head_beside_encoder(
                self.encoder, weights * self.scale, bias * self.scale, labels, max_tokens, folder / "meaning"
            ),
        )
        facts = [{"folder": "words", **words}, {"folder": "meaning", **meaning}]
        return ensemble_facts(facts, self.weights.tolist())


class BlendTrainer:
    def estimate(self, job: Job) -> float:
        """The linear recipe where it has not run, reading these texts on this machine, and fitting the classifiers.

        Where all texts take too long and a part is worth reading, it is what the time allows.
        """
        words, rows = seconds_of(job)
        room = job.seconds_left / SLACK
        return room if words + LEAST_READ * rows <= room < words + rows else words + rows

    def least_seconds(self, job: Job) -> float:
        words, rows = seconds_of(job)
        return words + LEAST_READ * rows

    def train(self, job: Job) -> BlendCandidate:
        words = linear.TRAINER.train(words_job(job, 0.0, WORDS))
        assert isinstance(words, linear.LinearCandidate)
        job.tell(WORDS, "Opening the base model")
        encoder = run_interruptible(job.report, lambda: encoder_of(job))
        kept = rows_to_read(job, encoder)
        job = replace(job, split=job.split.part(kept))
        vectors = read_texts(job, encoder, lambda done, text: job.tell(WORDS + (READING - WORDS) * done, text))
        share_last_layer(job, encoder, vectors)
        judging = with_folds_for_the_time(job, encoder.size)
        rows, known = judging.split.judged
        option, scores, names = search(judging, vectors, names_of(job, encoder), rows)
        true = job.split.classes[rows]
        scale = fit_scale(scores[known], true[known])
        said = answers_for(kept[rows], words.rows, words.answers)
        members = [log_probabilities(said), log_probabilities(softmax(scores * scale))]
        weights = fit_weights([member[known] for member in members], true[known])
        answers = softmax(np.tensordot(weights, np.stack(members), axes=1))
        return BlendCandidate(
            rows=kept[rows],
            answers=answers,
            note=note_of(job, option, weights, len(words.matrix.indptr) - 1, named=len(names) > 0),
            base=encoder.base.name,
            words=words,
            option=option,
            scale=scale,
            weights=weights,
            encoder=encoder,
            read=job.split,
            vectors=vectors,
            names=names,
        )


TRAINER = BlendTrainer()


def note_of(job: Job, option: Option, weights: NDArray[np.float64], rows: int, *, named: bool) -> str:
    """What was chosen, for people; ``rows`` are those that the words were counted in."""
    share = weights[0] / max(float(weights.sum()), 1e-9)
    note = f"words count {share:.0%}, meaning {1 - share:.0%}; {option.words}"
    if len(job.split.learn) < rows:
        note += f"; there was time to read {len(job.split.learn):,} of {rows:,} texts"
    return note + (", the labels' names are learned from, too" if named else "")


def seconds_of(job: Job) -> tuple[float, float]:
    """Seconds for counting words, and for what grows with the texts that are read: reading and fitting classifiers."""
    words = words_job(job, 0.0, 1.0)
    counting = linear.TRAINER.estimate(words) / (linear.fits(words) if any(words.work.glob("C*.npy")) else 1)
    encoder = encoder_of(job)
    fold, end = head_seconds(job, encoder.size)
    return 1.0 + counting, min(1, len(job.split.folds)) * fold + end + reading_seconds(job, encoder)


def rows_to_read(job: Job, encoder: Encoder) -> NDArray[np.int64]:
    """The learning rows whose texts there is time to read: all, or a part of each label; always the same ones when an
    interrupted training goes on."""
    rows = len(job.split.learn)
    file = job.work / "rows_to_read.npy"
    if file.exists():
        return np.asarray(np.load(file))
    words, seconds = seconds_of(job)
    share = max((job.seconds_left - words) / (SLACK * seconds), LEAST_READ)
    least = 2 * len(job.split.labels)
    kept = np.arange(rows)
    if share < 1 and least < rows:
        kept = sample(kept.tolist(), job.split.strata, max(int(share * rows), least), job.plan.seed)
    write_array(file, kept)
    return kept


def words_job(job: Job, begin: float, end: float) -> Job:
    """The linear recipe's job, in its own folder, so that what it has learned there is not learned again."""
    folder = job.work.parent / "linear"
    folder.mkdir(parents=True, exist_ok=True)
    knobs = load_recipes()["linear"].settings

    def on_progress(fraction: float, message: str) -> None:
        job.on_progress(begin + (end - begin) * fraction, message)

    settings = {name: job.plan.settings.get(name, knob.default) for name, knob in knobs.items()}
    return replace(job, work=folder, settings=settings, on_progress=on_progress)


def encoder_of(job: Job) -> Encoder:
    """The base model, read in layers where there are not too many texts."""
    encoder = load_encoder(resolve_base(job.plan.base), job.choice("pooling"))
    return encoder.layered() if len(job.split.learn) <= MOST_LAYERED_ROWS else encoder


def head_seconds(job: Job, size: int) -> tuple[float, float]:
    """Seconds that choosing the classifier takes for each fold that judges, and seconds that learning it at the end
    takes; ``size`` is that of a vector."""
    rows, labels = len(job.split.learn), len(job.split.labels)
    size = min(size, rows)
    variation = 2 * rows * size**2
    fitting = rows * size**2 + size**3 / 3 + 4 * STEPS * rows * size * labels
    options = 5 if rows <= FEW_ROWS * labels else 3
    return (variation + options * fitting) / FLOPS / side_by_side(rows * size), (variation + fitting) / FLOPS


def side_by_side(numbers: int) -> int:
    """How many classifiers are fitted at a time, on vectors of so many numbers in all."""
    return 1 if 4 * numbers > SIDE_BY_SIDE_BYTES else min(2, processors())


def with_folds_for_the_time(job: Job, size: int) -> Job:
    """The job with as many folds to judge by as the time allows, at least one."""
    fold, end = head_seconds(job, size)
    most = int((job.seconds_left - end) * HEADS_SHARE / max(fold, 1e-9))
    return replace(job, split=replace(job.split, folds=job.split.folds[: max(1, most)]))


def share_last_layer(job: Job, encoder: Encoder, vectors: Vectors) -> None:
    """Gives the first part of each vector to the recipes that need just that, so that they need not read."""
    last = replace(encoder, depths=())
    if encoder.depths:
        job.vectors.add(reader_of(last, job.whole("max_tokens")), job.split.learn.texts, vectors[:, : last.size])


def names_of(job: Job, encoder: Encoder) -> Vectors:
    """Vectors of the labels' names, one row a label, where there are few rows: a name says what its label is about.

    Measured on banking77 with 10 rows a label, in cross-validation: accuracy 85.6 with them, 83.5 without.
    """
    labels = job.split.labels
    names = [NOT_WORDS.sub(" ", label).strip() for label in labels]
    if len(job.split.learn) > FEW_ROWS * len(labels) or not all(sum(map(str.isalpha, name)) > 2 for name in names):
        return no_vectors(encoder, 0)
    return vectors_of(encoder, names, job.whole("max_tokens"), lambda rows: job.report.check())


def search(
    job: Job, vectors: Vectors, names: Vectors, rows: NDArray[np.int64]
) -> tuple[Option, NDArray[np.float64], Vectors]:
    """The option with the best score on the validation rows, its scores there, and the names if they help.

    Where there are no rows to choose by, it is the third option, with the names.
    """
    always = job.choice("class_weight") == "balanced"
    bold, second, third, cautious = (replace(option, balanced=always) for option in OPTIONS)
    if not len(rows):
        return third, np.zeros((0, len(job.split.labels))), names
    found: list[tuple[float, Option, NDArray[np.float64], Vectors]] = []

    def best() -> Option:
        return max(found, key=lambda result: result[0])[1]

    def try_options(folds: list[Fold], used: Vectors, *options: Option) -> None:
        job.tell(READING, f"Learning on what the base model understood ({options[0].words})")
        most = side_by_side(max(fold.vectors.size for fold in folds))
        with threadpool_limits(1), Lanes[NDArray[np.float64]](job.report.check, most) as lanes:
            scores = list(lanes.run(partial(fold.scores, option) for option in options for fold in folds))
        for number, option in enumerate(options):
            said = np.concatenate(scores[number * len(folds) : (number + 1) * len(folds)])
            score = choosing_score(job.plan.metric, job.split.classes[rows], said)
            found.append((score, option, said, used))
            job.log(f"valid_{job.plan.metric}", len(found), score)

    none = names[:0]
    job.tell(READING, "Looking at what texts of the same label have in common")
    folds = run_interruptible(job.report, lambda: folds_of(job, vectors, none))
    try_options(folds, none, second, third)
    next_one = bold if best() == second else cautious
    weighted = [replace(best(), balanced=True)] if linear.weighting_to_try(job) == (False, True) else []
    try_options(folds, none, next_one, *weighted)
    if len(names):
        folds = run_interruptible(job.report, lambda: folds_of(job, vectors, names))
        try_options(folds, names, *dict.fromkeys((best(), third)))
    return max(found, key=lambda result: result[0])[1:]


@dataclass(frozen=True)
class Fold:
    """What does not depend on the option, computed once: a fold's training rows and the names, how labels vary there,
    and the rows that judge."""

    vectors: Vectors
    classes: NDArray[np.int64]
    within: Within
    judging: Vectors
    labels: int

    def scores(self, option: Option) -> NDArray[np.float64]:
        """Of the rows that judge, by a classifier that learned from the others only."""
        weights, bias = fit(self.vectors, self.classes, self.within, self.labels, option)
        return np.asarray(self.judging @ weights.T + bias)


def folds_of(job: Job, vectors: Vectors, names: Vectors) -> list[Fold]:
    """Every fold that judges, ready for trying options."""
    short, classes, _ = with_names(job, vectors, names)
    named = np.arange(len(vectors), len(short))
    found = []
    with threadpool_limits(1):
        for train, valid in job.split.folds:
            rows = np.concatenate([train, named])
            within = variation(short[rows], classes[rows], vectors.shape[1])
            found.append(Fold(short[rows], classes[rows], within, short[valid], len(job.split.labels)))
    return found


def learn_head(job: Job, vectors: Vectors, names: Vectors, option: Option) -> tuple[Weights, Weights]:
    """Weights (labels by dimensions) and bias, learned from all learning rows."""
    short, classes, basis = with_names(job, vectors, names)
    with threadpool_limits(1):
        within = variation(short, classes, vectors.shape[1])
        weights, bias = fit(short, classes, within, len(job.split.labels), option)
    return weights @ basis, bias


def with_names(job: Job, vectors: Vectors, names: Vectors) -> tuple[Vectors, NDArray[np.int64], Vectors]:
    """All vectors compacted, those of the names behind those of the rows, their classes, and the basis."""
    with threadpool_limits(1):
        short, basis = compact(np.concatenate([vectors, names]) if len(names) else vectors)
    return short, np.concatenate([job.split.classes, np.arange(len(names))]), basis
