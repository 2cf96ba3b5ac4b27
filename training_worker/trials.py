"""Several trials of one recipe with other learning rates and dropout; the best on validation rows is kept.

Drawn at random around what is set, which finds good values sooner than a grid does (Bergstra and Bengio 2012,
https://jmlr.org/papers/v13/bergstra12a.html). The first trial is as set.
"""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from training_worker.job import Answers, Candidate, Job, Trainer
from workspace.errors import TrainingFailed
from workspace.plan import SettingValue
from workspace.recipe import load_recipes

SPREAD = 0.5
"""Powers of ten by which a learning rate is drawn below or above what is set: from a third to three times."""
DROPOUTS = (0.0, 0.1, 0.2)
LEAST_SHARE = 0.5
"""Of the time that a trial was given at first: with less left, no more trial is begun."""


def train_in_trials(trainer: Trainer, job: Job, score: Callable[[NDArray[np.int64], Answers], float]) -> Candidate:
    """The best candidate of as many trials as are set and as the time allows; ``score`` is on validation rows."""
    count = int(job.settings.get("trials", 1))
    if count == 1 or not job.split.folds:
        return trainer.train(job)
    share = job.seconds_left / count
    best = trainer.train(trial_job(job, 0, count))
    best_score, best_trial, done = score(best.rows, best.answers), 0, 1
    for number in range(1, count):
        if job.seconds_left < LEAST_SHARE * share:
            break
        try:
            candidate = trainer.train(trial_job(job, number, count))
        except TrainingFailed as exc:
            if exc.code != "LR_TOO_HIGH":
                raise
            done += 1  # this one drew too large a learning rate; the others go on
            continue
        done += 1
        if (reached := score(candidate.rows, candidate.answers)) > best_score:
            best, best_score, best_trial = candidate, reached, number
    rate = float(trial_settings(job, best_trial)["learning_rate"])
    best.note += f"; the best of {done} trials, learning rate {rate:.2g}"
    return best


def trial_job(job: Job, number: int, count: int) -> Job:
    """One trial: its own settings, its own files, its share of the time that is left."""

    def on_progress(fraction: float, message: str) -> None:
        job.on_progress((number + fraction) / count, f"Trial {number + 1} of {count}: {message}")

    now = time.monotonic()
    folder = job.work.with_name(f"{job.work.name}-trial-{number + 1}") if number else job.work
    folder.mkdir(parents=True, exist_ok=True)
    return replace(
        job,
        settings=trial_settings(job, number),
        work=folder,
        deadline=now + job.seconds_left / (count - number),
        on_progress=on_progress,
        curve_suffix=f" (trial {number + 1})" if number else "",
    )


def trial_settings(job: Job, number: int) -> dict[str, SettingValue]:
    """What is set in this trial, within the ranges of the recipe."""
    settings = dict(job.settings)
    if not number:
        return settings
    knobs = load_recipes()[job.recipe].settings
    rng = np.random.default_rng([job.plan.seed, number])
    factor = 10 ** rng.uniform(-SPREAD, SPREAD)
    for name in ("learning_rate", "head_learning_rate"):
        if name in settings:
            low, high = knobs[name].minimum or 0.0, knobs[name].maximum or 1.0
            settings[name] = float(np.clip(job.number(name) * factor, low, high))
    if "dropout" in settings:
        settings["dropout"] = float(rng.choice(DROPOUTS))
    return settings
