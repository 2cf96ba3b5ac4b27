"""One training from a stored plan to a finished model folder."""

import resource
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from training_worker import together
from training_worker.auto import Tournament, recipes_of, trainer_of
from training_worker.data import with_columns
from training_worker.divisions import Division
from training_worker.energy import Energy, cpu_seconds
from training_worker.evaluating.slices import group_columns, with_language
from training_worker.evaluating.sureness import sharpening_of
from training_worker.export import describe, finish
from training_worker.favouring import favouring_notes, favours_of
from training_worker.job import Job, Pace
from training_worker.kinds import kind_of
from training_worker.memory_fit import fit_to_machine
from training_worker.prediction import load_predictor
from training_worker.reporter import Reporter
from training_worker.split import Split, sample, split_rows
from training_worker.thrift import Thrift
from training_worker.vector_cache import VectorCache
from workspace.cleaning import FIXES
from workspace.dataset import FixCall, TaskKind
from workspace.judging.languages import languages_of
from workspace.model import Evaluation, RunOutcome
from workspace.plan import TrainingPlan
from workspace.recipe import Recipe

AROUND_SECONDS = 2.0  # reading, dividing, judging and saving, whatever the rows
TEXTS_TO_TRY = 5
LONGEST_TO_TRY = 600  # characters
SAMPLE_SHARE = 0.7  # of the budget: what the first recipe may take before rows are left out


@dataclass(frozen=True)
class Trained:
    """The finished model: ``folder`` is complete, ``outcome.model_id`` is left empty for the caller."""

    outcome: RunOutcome
    labels: list[str]
    folder: Path


def train(
    plan: TrainingPlan,
    table: Path,
    test_table: Path | None,
    work: Path,
    report: Reporter,
    name: str,
    vectors: VectorCache | None = None,
    cleaned: Sequence[FixCall] = (),
    energy: Energy | None = None,
) -> Trained:
    """Trains, judges and saves.

    ``work`` survives a ``kill -9``: called again with the same plan and folder, it goes on from there. The result
    depends on the rows, the plan and the machine only, except where the budget cuts a recipe short. ``vectors`` are
    what the base model has read before; they differ from fresh ones in the last of their eleven bits. ``cleaned`` is
    what was done to the table; the model does to a text what of it can be done to one text alone. ``energy`` is what
    its footprint is estimated with.

    Raises:
        InputError: the plan or the rows cannot be used (``ONE_CLASS``, ``RARE_CLASS_SPLIT``, ...).
        Stop: cancel or shutdown was asked for.
        OSError: the disk is full or not writable; no complete-looking folder is left.
    """
    recipes = recipes_of(plan)
    work.mkdir(parents=True, exist_ok=True)
    pace = Pace(report, plan.budget_seconds)
    started, cpu_before = time.monotonic(), cpu_seconds()
    pace.tell("data", "Reading the rows", _rough_seconds(plan, recipes, pq.read_metadata(table).num_rows))
    split = split_of(plan, table, test_table)
    data_seconds = time.monotonic() - started

    kept = fit_to_machine(plan, split, recipes, work, thin)
    recipes = kept.recipes
    tournament = Tournament(plan, kept.split, work, pace, vectors)
    tournament.notes += kept.notes
    tournament.split = together.agree(_fit_to_budget(plan, kept.split, recipes[0], tournament))
    choice = tournament.run(recipes)
    part = work / "model.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    facts = choice.candidate.save(choice.job, part)
    if fixes := [fix.model_dump(mode="json") for fix in cleaned if FIXES[fix.code].for_prediction]:
        facts = {**facts, "cleaning": fixes}
    if plan.limits:
        answers, rows = choice.candidate.answers, choice.candidate.rows
        favours = favours_of(plan.limits, split.labels, tournament.split.classes[rows], answers)
        facts = {**facts, "favours": favours}
        choice.notes.extend(favouring_notes(favours))
    elif plan.task is TaskKind.CLASSIFICATION:
        facts = {**facts, "sharpening": sharpening_of(choice.candidate)}
    facts = {**facts, "languages": [name for name, _ in languages_of(split.learn.texts).most_common(3)]}
    meta = describe(part, plan, split.labels, choice.recipe, choice.candidate.base, facts)
    train_seconds = time.monotonic() - started - data_seconds

    judging = time.monotonic()
    evaluation = _evaluate(part, split, plan, pace, tournament.finish_seconds())
    evaluate_seconds = time.monotonic() - judging
    outcome = RunOutcome(
        model_id="",
        recipe=choice.recipe,
        base=choice.candidate.base,
        rows=tournament.split.rows,
        evaluation=evaluation,
        tried=choice.tried,
        notes=[*split.notes, *choice.notes, *filter(None, [Thrift.of(work).note])],
        seconds={
            "data": round(data_seconds, 3),
            "train": round(train_seconds, 3),
            "evaluate": round(evaluate_seconds, 3),
            "total": round(time.monotonic() - started, 3),
        },
        peak_rss_mb=round(_peak_rss_mb(), 1),
        footprint=(energy or Energy()).used(cpu_seconds() - cpu_before),
    )
    pace.tell("save", "Saving the model", 0.2, choice.recipe)
    folder = work / "model"
    shutil.rmtree(folder, ignore_errors=True)
    finish(part, folder, meta, name, outcome, report.check)
    return Trained(outcome, split.labels, folder)


def split_of(plan: TrainingPlan, table: Path, test_table: Path | None) -> Split:
    """Which rows of the table the plan learns from, chooses by and judges on: the same each time. Raises InputError."""
    kind = kind_of(plan.task)
    by = Division.of(plan)
    rows = kind.read(plan, table)
    test = kind.read(plan, test_table) if test_table else None
    if test is None:
        # Of a file of their own, test rows bring their own columns; else those of the one file go with all rows.
        rows = with_columns(rows, table, [*group_columns(table, plan), *([by.column] if by else [])])
    else:
        assert test_table is not None
        test = with_columns(test, test_table, group_columns(test_table, plan))
    return split_rows(
        rows,
        test,
        test_fraction=plan.test_fraction,
        valid_fraction=plan.valid_fraction,
        seed=plan.seed,
        check=kind.check,
        labels=kind.labels,
        by=by,
    )


def _rough_seconds(plan: TrainingPlan, recipes: Sequence[Recipe], rows: int) -> float:
    """How long all of it may take, before anything is known but the number of rows."""
    total = 0.0
    for number, recipe in enumerate(recipes):
        seconds = recipe.fixed_seconds + recipe.seconds_per_1000_rows * rows * (1 - plan.test_fraction) / 1000
        total += seconds if not number or total + seconds <= plan.budget_seconds else 0.0
    return min(total, plan.budget_seconds) + AROUND_SECONDS + rows / 1000


def _fit_to_budget(plan: TrainingPlan, split: Split, first: Recipe, tournament: Tournament) -> Split:
    """Leaves rows out where even the first recipe would take longer than the budget; says so."""
    job: Job = tournament.job(first)
    trainer = trainer_of(first.name)
    estimate = trainer.least_seconds(job)
    if first.uses_base:  # from the measured pace of reading, for the time left that is told
        tournament.facts[f"{first.name}_estimate"] = trainer.estimate(job)
    allowed = SAMPLE_SHARE * plan.budget_seconds
    if estimate <= allowed:
        return split
    count = max(int(len(split.learn) * allowed / estimate), 2 * len(split.labels))
    if count >= len(split.learn):
        return split
    smaller = thin(split, count, plan.seed)
    tournament.notes.append(
        f"To keep within {plan.budget_seconds} seconds, {len(smaller.learn):,} of {len(split.learn):,} rows "
        "were learned from; with more time it can use all."
    )
    return smaller


def thin(split: Split, count: int, seed: int) -> Split:
    """The split with about ``count`` learning rows, each label in its share; the folds keep their sides."""
    return split.part(sample(range(len(split.learn)), split.strata, count, seed))


def _evaluate(folder: Path, split: Split, plan: TrainingPlan, pace: Pace, seconds: float) -> Evaluation:
    """Judges the saved files themselves, so that what is measured is what is handed out."""
    pace.tell("evaluate", f"Judging on {len(split.test):,} texts it has never seen", seconds)
    begun = time.monotonic()

    def on_progress(done: float) -> None:
        left = (time.monotonic() - begun) * (1 - done) / done if done else seconds
        pace.tell("evaluate", f"Judging on {len(split.test):,} texts it has never seen", left + 0.2)

    test = with_language(split.test)
    found = kind_of(plan.task).evaluate(load_predictor(folder), test, split.learn, plan.seed, on_progress)
    return found.model_copy(update={"unseen": _to_try(test.texts, plan.seed)})


def _to_try(texts: Sequence[str], seed: int) -> list[str]:
    """A few of the texts, of a length that a person reads through."""
    short = sorted({text for text in texts if 0 < len(text) <= LONGEST_TO_TRY})
    return [short[place] for place in np.random.default_rng(seed).permutation(len(short))[:TEXTS_TO_TRY]]


def _peak_rss_mb() -> float:
    """Largest memory of this process so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
