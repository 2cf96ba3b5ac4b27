"""Whether the texts that programs send still look like those that the model was tested on."""

import math
from collections.abc import Sequence

import pyarrow.compute as pc
import pyarrow.parquet as pq

from tools.words import count, of_100
from workspace.dataset import TaskKind
from workspace.deployments import DayOfUse
from workspace.errors import WizardError
from workspace.home import Workspace
from workspace.model import TrainedModel

_FEWEST = 50
"""Texts below which nothing is said."""
_SLACK = 0.05
_LONGER = 2.0
_MOST_ROWS = 100_000
CHARS = "chars"


def reference_of(workspace: Workspace, model: TrainedModel) -> dict[str, float]:
    """``{"chars": mean length}`` of the texts it was made from (the first 100,000); empty where they are gone."""
    try:
        plan = workspace.runs.get(model.run_id).plan
        table_key = workspace.datasets.get(plan.dataset_id).table_key
        if not table_key:
            return {}
        chars = rows = 0
        with workspace.storage.as_file(table_key) as table:
            for batch in pq.ParquetFile(table).iter_batches(20_000, columns=list(plan.text)):
                for column in batch.columns:
                    chars += pc.sum(pc.utf8_length(column.cast("string"))).as_py() or 0
                rows += batch.num_rows
                if rows >= _MOST_ROWS:
                    break
    except WizardError:
        return {}
    return {CHARS: chars / rows} if rows else {}


def drift_note(model: TrainedModel, reference: dict[str, float], days: Sequence[DayOfUse]) -> str:
    """What is different about the texts that come in, in plain words; empty where nothing stands out.

    For classification, the mean confidence on the test rows lies within the expected calibration error of the
    accuracy there (the error is a mean of absolute differences of the two, Guo et al. 2017, so it bounds the
    difference of their means). Texts on which the model is less sure than that are different from the test rows.
    """
    texts = sum(day.texts for day in days)
    if texts < _FEWEST:
        return ""
    found = [note for note in (_less_sure(model, days), _longer(reference, days, texts)) if note]
    if not found:
        return ""
    return f"{' '.join(found)} It may be right less often than on its test: look at some of the answers."


def _less_sure(model: TrainedModel, days: Sequence[DayOfUse]) -> str:
    metrics = model.outcome.evaluation.metrics
    scored = sum(day.scored for day in days)
    if model.task is not TaskKind.CLASSIFICATION or scored < _FEWEST or "accuracy" not in metrics:
        return ""
    mean = sum(day.score_sum for day in days) / scored
    # Two standard errors of a mean of numbers between 0 and 1 are at most 1/sqrt(n).
    least = metrics["accuracy"] - metrics.get("ece", 0.0) - _SLACK - 1 / math.sqrt(scored)
    if mean >= least:
        return ""
    return (
        f"The model is less sure of the {count(scored, 'text')} that came in ({of_100(mean)} on average) than it was "
        f"of its test texts (about {of_100(metrics['accuracy'])})."
    )


def _longer(reference: dict[str, float], days: Sequence[DayOfUse], texts: int) -> str:
    usual = reference.get(CHARS, 0.0)
    mean = sum(day.chars for day in days) / texts
    if not usual or 1 / _LONGER <= mean / usual <= _LONGER:
        return ""
    way = "longer" if mean > usual else "shorter"
    return (
        f"The texts that come in are much {way} than those it learned from: {mean:,.0f} characters, not {usual:,.0f}."
    )
