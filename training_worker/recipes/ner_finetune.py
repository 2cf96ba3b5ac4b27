"""The base model learns end to end to tag each word, and the word features are asked beside it where that helps.

Read top to bottom: a linear classifier on what the base model understands of each word gives the head its start; then
``training_worker.tuning_loop``; then the weight of the word features (the CRF of ``ner_linear``), chosen on validation
rows as everything here.
"""

import time
import warnings
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
from torch import nn

from training_worker.calibration import fit_scale
from training_worker.embedding import Encoder, autocast, batches, load_encoder, pad
from training_worker.interruptible import run_interruptible
from training_worker.job import Answers, Job
from training_worker.ner.pieces import UNLABELLED, Piece, pieces_of
from training_worker.ner.predictor import CRF_FILE, LogProbabilities, mixed, names_of
from training_worker.ner.scoring import entity_f1
from training_worker.ner.tags import Span, TagSet
from training_worker.ner.tuned import TokenTagger, log_softmax, read_words
from training_worker.reading_texts import measured_pace
from training_worker.recipes import ner_linear
from training_worker.starter import resolve_base
from training_worker.thrift import read_side_by_side
from training_worker.tuning_loop import END_SECONDS, TuningLoop
from workspace.labelling_words import words_of
from workspace.recipe import load_recipes

LEAST_EPOCHS = 1  # with fewer auto does not begin; the word features, asked beside it, keep it from losing
EPOCHS, LEAST_STEPS, MOST_EPOCHS = 4, 200, 30  # where the number of passes is left open
TRAIN_COST = 3.2  # a training step against reading the same tokens
START = 0.08  # share of the time for the start, for the progress
START_TOKENS = 12_000
WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
_NONE = np.zeros(0, np.int64)


@dataclass
class NerFinetuneCandidate:
    rows: NDArray[np.int64]
    answers: Answers
    note: str
    base: str | None
    tagger: TokenTagger
    scale: float
    crf_weight: float

    def save(self, job: Job, folder: Path) -> dict[str, Any]:
        """Writes the best state, and the word features learned once more from all rows where they are asked.

        The base model is not trained again on all rows: that would take as long again.
        """
        job.tell(0.99, "Putting the model together")
        most = min(job.whole("max_tokens"), self.tagger.encoder.most_tokens)
        facts = run_interruptible(job.report, lambda: self.tagger.save(folder, self.scale, most))
        if self.crf_weight:
            everything = np.arange(len(job.split.learn))
            ner_linear.crf_of(features_job(job), everything, folder / CRF_FILE, lambda done: job.report.check())
            facts["crf_weight"] = self.crf_weight
        return facts


class NerFinetuneTrainer:
    def estimate(self, job: Job) -> float:
        """One pass over the training rows, from the measured pace of reading these texts here."""
        reading = reading_seconds(job)
        once = END_SECONDS + min(LEAST_EPOCHS, epochs_of(job)) * (TRAIN_COST + 0.2) * reading
        return float(reading + job.whole("trials") * once)

    def least_seconds(self, job: Job) -> float:
        """A short start and half a pass; what is left of the budget decides how many passes follow."""
        return float(END_SECONDS + (1 + TRAIN_COST / 2) * reading_seconds(job))

    def train(self, job: Job) -> NerFinetuneCandidate:
        begun = time.monotonic()
        job.tell(0.0, "Opening the base model")
        base = resolve_base(job.plan.base)
        encoder = run_interruptible(job.report, lambda: load_encoder(base))
        job = replace(job, settings={**job.settings, "epochs": epochs_of(job)})
        tags = TagSet(job.split.labels)
        train_rows, valid_rows = job.split.folds[0] if job.split.folds else (np.arange(len(job.split.learn)), _NONE)
        texts = Texts(job, encoder, tags)
        tagger = run_interruptible(job.report, lambda: TokenTagger(encoder, tags, job.plan.seed))
        if not (job.work / "position.json").exists():
            start_head(job, tagger, texts, train_rows)
        learning = TagLearning(job, tagger, texts, train_rows, valid_rows, begun)
        learning.learn()
        logits = learning.logits()
        scale = scale_of(texts, valid_rows, logits)
        read = [log_softmax(scores * scale) for scores in logits]
        weight, read = with_word_features(job, train_rows, valid_rows, read)
        note = learning.note + (f", word features count {weight:.0%}" if weight else "")
        answers = ner_linear.spans_array(job, valid_rows, read)
        return NerFinetuneCandidate(valid_rows, answers, note, base.name, tagger, scale, weight)


TRAINER = NerFinetuneTrainer()


def epochs_of(job: Job) -> int:
    """Passes over the rows: as set, else a few, and more of few rows."""
    if job.whole("epochs"):
        return job.whole("epochs")
    steps = -(-len(job.split.learn) // (job.whole("batch_size") * job.whole("accumulation")))
    return int(np.clip(-(-LEAST_STEPS // steps), EPOCHS, MOST_EPOCHS))


def reading_seconds(job: Job) -> float:
    """Seconds to read every learning row once, without learning."""
    texts = Texts(job, load_encoder(resolve_base(job.plan.base)), TagSet(job.split.labels))
    tokens = texts.tokens
    return sum(map(len, tokens)) / measured_pace(job, texts.encoder, tokens)


class Texts:
    """The learning rows as the model reads them: words with tags, and windows of tokens."""

    def __init__(self, job: Job, encoder: Encoder, tags: TagSet) -> None:
        learn = job.split.learn
        self.encoder = encoder
        self.names: list[tuple[Span, ...]] = learn.targets
        self.places = [words_of(text) for text in learn.texts]
        self.tags = [tags.encode(places, spans) for places, spans in zip(self.places, learn.targets, strict=True)]
        most = min(job.whole("max_tokens"), encoder.most_tokens)
        self.pieces = pieces_of(encoder.tokenizer, learn.texts, self.places, most)
        self.targets = [piece.targets(self.tags[piece.row]) for piece in self.pieces]

    @cached_property
    def tokens(self) -> list[list[int]]:
        return [piece.tokens for piece in self.pieces]

    def pieces_in(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Numbers of the windows of these rows."""
        return np.flatnonzero(np.isin([piece.row for piece in self.pieces], rows))


def start_head(job: Job, tagger: TokenTagger, texts: Texts, rows: NDArray[np.int64]) -> None:
    """Sets the head to a linear classifier of what the base model understands of some tokens, before it learns."""
    order = np.random.default_rng(job.plan.seed).permutation(texts.pieces_in(rows))
    lengths = np.cumsum([len(texts.tokens[i]) for i in order])
    chosen = order[: int(np.searchsorted(lengths, START_TOKENS)) + 1]
    linear = tagger.linear()
    vectors, targets = [np.zeros((0, linear.in_features), np.float32)], [_NONE]

    def read(part: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        inputs = pad(texts.encoder.tokenizer, [texts.tokens[i] for i in part])
        with torch.inference_mode(), autocast():
            hidden = tagger.module.base_model(**inputs).last_hidden_state.float().cpu().numpy()
        wanted = padded([texts.targets[i] for i in part]).numpy()
        known = wanted != UNLABELLED
        return hidden[known], wanted[known]

    parts = (chosen[part] for part in batches([texts.tokens[i] for i in chosen]))
    for hidden, wanted in read_side_by_side(read, parts, job.report.check):
        vectors.append(hidden)
        targets.append(wanted)
        job.tell(START * 0.5, "Finding a good start")
    known = np.concatenate(targets)
    if len(np.unique(known)) < 2:
        return
    classifier = LogisticRegression(C=1.0, max_iter=50)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a start need not be the best
        run_interruptible(job.report, lambda: classifier.fit(np.concatenate(vectors), known))
    weights, bias = np.asarray(classifier.coef_), np.asarray(classifier.intercept_)
    if len(classifier.classes_) == 2:
        weights, bias = np.vstack([-weights / 2, weights / 2]), np.concatenate([-bias / 2, bias / 2])
    with torch.no_grad():
        linear.bias.fill_(min(float(bias.min()), 0.0))
        linear.weight[classifier.classes_] = torch.tensor(weights, dtype=linear.weight.dtype).to(linear.weight.device)
        linear.bias[classifier.classes_] = torch.tensor(bias, dtype=linear.bias.dtype).to(linear.bias.device)


def padded(targets: list[list[int]]) -> torch.Tensor:
    """Targets of a batch, rows by tokens."""
    longest = max(map(len, targets))
    return torch.tensor([row + [UNLABELLED] * (longest - len(row)) for row in targets])


class TagLearning(TuningLoop):
    """Windows of texts with a tag for each token, judged by the names in whole texts."""

    metric = "entity_f1"
    least_between = 15

    def __init__(
        self,
        job: Job,
        tagger: TokenTagger,
        texts: Texts,
        train_rows: NDArray[np.int64],
        valid_rows: NDArray[np.int64],
        begun: float,
    ) -> None:
        self.tagger, self.texts, self.valid_rows = tagger, texts, valid_rows
        number = {int(row): i for i, row in enumerate(valid_rows)}
        self._judged = [
            Piece(number[texts.pieces[i].row], texts.pieces[i].tokens, texts.pieces[i].words)
            for i in texts.pieces_in(valid_rows)
        ]
        items = texts.pieces_in(train_rows)
        super().__init__(job, tagger, texts.encoder.tokenizer, texts.tokens, items, begun, START)

    def weight(self, rows: NDArray[np.int64]) -> float:
        return float(max(1, sum(target != UNLABELLED for i in rows for target in self.texts.targets[i])))

    def losses(self, rows: NDArray[np.int64], inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        with autocast():
            logits = self.tagger.module(**inputs).logits
        target = padded([self.texts.targets[i] for i in rows]).to(logits.device)
        return nn.functional.cross_entropy(
            logits.float().flatten(0, 1), target.flatten(), ignore_index=UNLABELLED, reduction="sum"
        )

    def judge(self) -> tuple[float, float] | None:
        if not len(self.valid_rows):
            return None
        read = [log_softmax(scores) for scores in self.logits()]
        score = f1_of(self.job, self.valid_rows, read)
        own = [
            scores[np.arange(len(scores)), self.texts.tags[r]] for r, scores in zip(self.valid_rows, read, strict=True)
        ]
        words = np.concatenate(own)
        return score, float(-words.mean()) if len(words) else 0.0

    def logits(self) -> list[NDArray[np.float64]]:
        """Of the words of the validation rows, by the present state."""
        self.tagger.module.eval()
        sizes = [len(self.texts.places[row]) for row in self.valid_rows]
        tags = len(self.tagger.tags.names)
        return read_words(self.tagger.module, self.tokenizer, self._judged, sizes, tags, self.job.report.check)


def f1_of(job: Job, rows: NDArray[np.int64], read: list[LogProbabilities]) -> float:
    """Strict entity F1 of what was read in these rows."""
    tags, learn = TagSet(job.split.labels), job.split.learn
    found = [
        [span for span, _ in names_of(tags, words_of(learn.texts[row]), scores)]
        for row, scores in zip(rows, read, strict=True)
    ]
    return entity_f1([learn.targets[row] for row in rows], found)


def scale_of(texts: Texts, rows: NDArray[np.int64], logits: list[NDArray[np.float64]]) -> float:
    """What the logits are multiplied by for the probabilities to be right on the validation rows' words."""
    true = np.array([tag for row in rows for tag in texts.tags[row]], np.int64)
    return fit_scale(np.concatenate(logits), true) if len(true) else 1.0


def with_word_features(
    job: Job, train_rows: NDArray[np.int64], valid_rows: NDArray[np.int64], read: list[LogProbabilities]
) -> tuple[float, list[LogProbabilities]]:
    """The best weight of the word features (0: they are not asked), and what both say together."""
    if not len(valid_rows) or not job.settings["word_features"]:
        return 0.0, read
    features = features_job(job)
    crf = ner_linear.crf_of(
        features, train_rows, features.work / "fold-0.crfsuite", lambda done: job.tell(0.98, "Learning word features")
    )
    other = ner_linear.read_rows(job, crf, valid_rows)
    scores = [f1_of(job, valid_rows, mixed(read, other, weight)) for weight in WEIGHTS]
    best = WEIGHTS[int(np.argmax(scores))]
    return best, mixed(read, other, best) if best else read


def features_job(job: Job) -> Job:
    """The job of ``ner_linear`` in the same run: what it has learned is not learned again."""
    knobs = load_recipes()["ner_linear"].settings
    settings = {name: job.plan.settings.get(name, knob.default) for name, knob in knobs.items()}
    work = job.work.parent / "ner_linear"
    work.mkdir(exist_ok=True)
    return replace(job, settings=settings, work=work)
