"""Chooses among recipes: tries them from cheap to costly while the budget lasts, keeps the best on validation rows."""

import importlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training_worker.data_notes import notes_on
from training_worker.ensemble import NAME as ENSEMBLE
from training_worker.ensemble import EnsembleCandidate, Pool, pool_of
from training_worker.job import Answers, Candidate, Job, Pace, Trainer, read_json, write_array, write_json
from training_worker.kinds import kind_of
from training_worker.split import ENOUGH_VALID_ROWS, Split
from training_worker.trials import train_in_trials
from training_worker.vector_cache import VectorCache
from workspace.dataset import TaskKind
from workspace.errors import InputError, WizardError
from workspace.model import Tried
from workspace.plan import STARTER, SettingValue, TrainingPlan
from workspace.recipe import Recipe, load_recipes

CHARACTERS_PER_TOKEN = 3.5
ENOUGH = 0.995
"""A score on enough validation rows from which on nothing dearer is tried."""
SAFETY = 1.15  # estimates are rough: what would only just fit is left out


HALVES, MOST_HALVES = 20, 0.7
"""A recipe that costs more must be better in so many of so many random halves of the validation rows."""


@dataclass
class Attempt:
    """One recipe's result, as it is kept in ``state.json``."""

    recipe: str
    score: float
    seconds: float
    note: str
    rows: NDArray[np.int64]
    answers: Answers


@dataclass
class Choice:
    """The recipe that won, ready to be saved, and what was tried on the way."""

    recipe: str
    job: Job
    candidate: Candidate
    tried: list[Tried]
    notes: list[str] = field(default_factory=list)


def trainer_of(recipe: str) -> Trainer:
    """The trainer module of a recipe; loaded only when it is needed, as torch takes seconds."""
    trainer: Trainer = importlib.import_module(f"training_worker.recipes.{recipe}").TRAINER
    return trainer


def settings_of(recipe: Recipe, plan: TrainingPlan) -> dict[str, SettingValue]:
    """The recipe's defaults with the plan's changes."""
    return {name: plan.settings.get(name, knob.default) for name, knob in recipe.settings.items()}


def recipes_of(plan: TrainingPlan) -> list[Recipe]:
    """The recipes to try, cheapest first.

    Raises:
        InputError: ``PLAN_INVALID`` with every fault of recipe name, task and settings at once.
    """
    known = load_recipes()
    faults = []
    if plan.recipe != "auto" and plan.recipe not in known:
        faults.append(f"there is no recipe {plan.recipe} (there are auto, {', '.join(known)})")
    chosen = [r for r in known.values() if plan.recipe in ("auto", r.name) and plan.task in r.tasks]
    for name, value in plan.settings.items():
        knobs = [r.settings[name] for r in chosen if name in r.settings]
        if not knobs and chosen:
            names = sorted({n for r in chosen for n in r.settings})
            faults.append(f"{name} cannot be set here (what can: {', '.join(names)})")
        faults += [f"{name}={value} {fault}" for fault in {k.fault(value) for k in knobs} if fault]
    if faults:
        raise InputError(
            "PLAN_INVALID", "The plan cannot be used: " + "; ".join(faults) + ".", "Change these and start again."
        )
    return chosen


class Tournament:
    """Tries recipes one after the other. What is done is kept in ``work`` and not done again after a restart."""

    def __init__(
        self, plan: TrainingPlan, split: Split, work: Path, pace: Pace, vectors: VectorCache | None = None
    ) -> None:
        self.plan, self.split, self.work, self.pace = plan, split, work, pace
        self.kind = kind_of(plan.task)
        self.vectors = vectors or VectorCache()
        self.notes: list[str] = []
        self.facts: dict[str, float] = {}
        self._state_file = work / "state.json"
        state = read_json(self._state_file) or {}
        self._state: dict[str, Any] = state if state.get("plan") == plan.hash else {"plan": plan.hash}
        self._deadline = time.monotonic() + plan.budget_seconds - float(self._state.get("spent", 0.0))
        self._begun = time.monotonic()
        self._spent_before = float(self._state.get("spent", 0.0))

    def run(self, recipes: list[Recipe]) -> Choice:
        """The best recipe on validation rows.

        Raises:
            WizardError, MemoryError: the first recipe's error when none worked.
        """
        if self.plan.task is TaskKind.CLASSIFICATION:
            starter = self.plan.base == STARTER and any(recipe.uses_base for recipe in recipes)
            self.notes += notes_on(self.split, starter=starter)
        best: Attempt | None = None
        candidates: dict[str, tuple[Job, Candidate]] = {}
        attempts: dict[str, Attempt] = {}
        errors: list[Exception] = []
        for number, recipe in enumerate(recipes):
            if any(recipe.name in load_recipes()[name].contains for name in attempts):
                continue
            if best is not None and self._hardly_better(best):
                self.notes.append(f"{recipe.title} was not tried: there is hardly anything left to win.")
                continue
            job = self.job(recipe, recipes[number + 1 :])
            attempt = self._kept(recipe.name)
            if attempt is None:
                started = time.monotonic()
                try:
                    if best is not None and not self._fits(recipe, job):
                        continue
                    candidate = train_in_trials(trainer_of(recipe.name), job, self._score)
                except (WizardError, MemoryError) as exc:
                    errors.append(exc)
                    self.notes.append(f"{recipe.title} could not be tried: {exc or 'not enough memory'}")
                    continue
                candidates[recipe.name] = (job, candidate)
                attempt = self._judge(recipe.name, candidate, time.monotonic() - started)
            attempts[recipe.name] = attempt
            best = attempt if best is None else self._better(best, attempt)
            self.pace.best = best.score
        if best is None:
            raise errors[0]
        pool = self._pooled(attempts, best)
        tried = [Tried(recipe=a.recipe, score=a.score, seconds=a.seconds, note=a.note) for a in attempts.values()]
        names = list(pool.weights) if pool else [best.recipe]
        for name in names:
            if name not in candidates:  # tried before a restart: its files in ``work`` make this quick
                job = self.job(load_recipes()[name])
                candidates[name] = (job, train_in_trials(trainer_of(name), job, self._score))
        job, candidate = candidates[names[0]]
        if pool is None:
            return Choice(best.recipe, job, candidate, tried, self.notes)
        titles = {name: load_recipes()[name].title for name in names}
        together = EnsembleCandidate.of(pool, {name: candidates[name] for name in names}, titles)
        tried.append(Tried(recipe=ENSEMBLE, score=self._score(pool.rows, pool.answers), seconds=0, note=together.note))
        return Choice(ENSEMBLE, job, together, tried, self.notes)

    def _pooled(self, attempts: dict[str, Attempt], best: Attempt) -> Pool | None:
        """The recipes together, where they know more than the best one alone; only what gives probabilities."""
        if self.plan.task is not TaskKind.CLASSIFICATION:
            return None
        said = {name: (attempt.rows, attempt.answers) for name, attempt in attempts.items()}
        found = pool_of(said, self.split.classes)
        if found is None:
            return None
        rows, alone = np.intersect1d(best.rows, found.rows, return_indices=True)[:2]
        score = self._score(rows, self.kind.select(best.answers, alone))
        return found if self._score(found.rows, found.answers) > score else None

    def job(self, recipe: Recipe, later: Sequence[Recipe] = ()) -> Job:
        """What the recipe's trainer is given; ``later`` are recipes that may follow, for the time left."""

        begun = time.monotonic()

        def on_progress(fraction: float, message: str) -> None:
            # The estimate counts at first, the pace seen so far more and more.
            seen = (time.monotonic() - begun) / fraction if fraction > 0 else 0.0
            here = (1 - fraction) * ((1 - fraction) * self.facts[f"{recipe.name}_seconds"] + fraction * seen)
            rest = sum(self._rough(r) for r in later)
            left = here + min(rest, max(job.seconds_left - here, 0.0)) + self.finish_seconds()
            self.pace.tell("train", message, left, recipe.name)

        if recipe.uses_base:  # torch takes seconds to load
            from training_worker.embedding import compute_as

            compute_as(self.plan.settings)
        folder = self.work / recipe.name
        folder.mkdir(parents=True, exist_ok=True)
        job = Job(
            plan=self.plan,
            split=self.split,
            settings=settings_of(recipe, self.plan),
            work=folder,
            report=self.pace.report,
            deadline=self._deadline - self.finish_seconds(),
            recipe=recipe.name,
            on_progress=on_progress,
            facts=self.facts,
            vectors=self.vectors,
        )
        # One that stops when the budget ends takes what is left, however long all rows would take it.
        self.facts[f"{recipe.name}_seconds"] = self._rough(recipe) or max(job.seconds_left, 0.0)
        return job

    def finish_seconds(self) -> float:
        """What judging on the test rows and saving will take: as long as reading them with the base model, if any."""
        pace = self.facts.get("tokens_per_second")
        if pace is None:
            return 0.5 + len(self.split.test) / 2000
        return 1.0 + sum(map(len, self.split.test.texts)) / CHARACTERS_PER_TOKEN * 1.2 / pace

    def _rough(self, recipe: Recipe) -> float:
        known = self.facts.get(f"{recipe.name}_estimate")
        rough = recipe.fixed_seconds + recipe.seconds_per_1000_rows * len(self.split.learn) / 1000
        seconds = rough if known is None else known
        # What will not fit will not be tried, so it is no part of the time left.
        return seconds if seconds * SAFETY <= self.plan.budget_seconds else 0.0

    def _fits(self, recipe: Recipe, job: Job) -> bool:
        """Asks the trainer how long it will take; says so where that is too long."""
        if job.seconds_left <= 0:
            self._leave_out(recipe, None)
            return False
        estimate = trainer_of(recipe.name).estimate(job)
        self.facts[f"{recipe.name}_estimate"] = self.facts[f"{recipe.name}_seconds"] = estimate
        if estimate * SAFETY > job.seconds_left:
            self._leave_out(recipe, estimate)
            return False
        return True

    def _leave_out(self, recipe: Recipe, seconds: float | None) -> None:
        need = f"would take about {seconds:,.0f} seconds" if seconds else "was left out"
        self.notes.append(f"{recipe.title} {need}: more than was left of the {self.plan.budget_seconds} seconds.")

    def _judge(self, recipe: str, candidate: Candidate, seconds: float) -> Attempt:
        rows, answers = candidate.rows, candidate.answers
        score = self._score(rows, answers) if len(rows) else 0.0
        write_array(self.work / recipe / "valid_rows.npy", rows)
        write_array(self.work / recipe / "valid_answers.npy", answers)
        done = self._state.setdefault("done", {})
        done[recipe] = {"score": round(score, 6), "seconds": round(seconds, 3), "note": candidate.note}
        self._state["spent"] = self._spent_before + time.monotonic() - self._begun
        write_json(self._state_file, self._state)
        self.pace.report.checkpointed()
        kept = self._kept(recipe)
        assert kept is not None
        return kept

    def _kept(self, recipe: str) -> Attempt | None:
        done = self._state.get("done", {}).get(recipe)
        if done is None:
            return None
        folder = self.work / recipe
        return Attempt(
            recipe=recipe,
            rows=np.load(folder / "valid_rows.npy"),
            answers=np.load(folder / "valid_answers.npy"),
            **done,
        )

    def _score(self, rows: NDArray[np.int64], answers: Answers) -> float:
        return self.kind.score(self.plan, self.split, rows, answers)

    def _hardly_better(self, best: Attempt) -> bool:
        """Whether nothing is left to win, as far as enough validation rows of every label say."""
        if self.plan.task is not TaskKind.CLASSIFICATION or len(best.rows) < ENOUGH_VALID_ROWS:
            return False
        return best.score >= ENOUGH and len(np.unique(self.split.classes[best.rows])) == len(self.split.labels)

    def _better(self, champion: Attempt, challenger: Attempt) -> Attempt:
        """Compared on the rows that both were judged on; the cheaper one stays unless the other is better, and so in
        most halves of these rows: few rows favour now one and now the other. What contains the cheaper one need not."""
        common, a, b = np.intersect1d(champion.rows, challenger.rows, return_indices=True)
        if not len(common):
            # No rows to judge on (one row per label): what knows the language already needs fewer examples.
            return challenger if not len(challenger.rows) and challenger.recipe in ("blend", "embed") else champion

        def gain(part: NDArray[np.int64]) -> float:
            old = self._score(common[part], self.kind.select(champion.answers, a[part]))
            return self._score(common[part], self.kind.select(challenger.answers, b[part])) - old

        if gain(np.arange(len(common))) <= 0:
            return champion
        if champion.recipe in load_recipes()[challenger.recipe].contains:
            return challenger
        rng = np.random.default_rng(self.plan.seed)
        halves = [np.sort(rng.permutation(len(common))[: (len(common) + 1) // 2]) for _ in range(HALVES)]
        return challenger if np.mean([gain(half) >= 0 for half in halves]) >= MOST_HALVES else champion
