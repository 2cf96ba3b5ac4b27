"""Analyses: what a worker finds out about data without training on it. One module each, one line in ``ANALYSES``.

Each is a function from what it is given to what it found; reading from storage and keeping the result is the
runner's. The module is loaded when its analysis runs.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from training_worker.computations import Computing
from training_worker.reporter import Reporter
from training_worker.vector_cache import VectorCache
from workspace.analysis import AnalysisJob
from workspace.dataset import Check, DatasetProfile
from workspace.errors import InputError
from workspace.findings import Finding
from workspace.privacy.pseudonyms import Pseudonyms


@dataclass(frozen=True)
class AnalysisInput:
    """What an analysis is given.

    ``table`` is the version's Parquet file, ``work`` a folder of its own that survives a ``kill -9``. ``report.check``
    must be called often; it raises ``Stop`` when the analysis shall end. ``pseudonyms``: the stand-ins of the data set.
    ``owned``: all else that its owner has.
    """

    job: AnalysisJob
    table: Path
    profile: DatasetProfile
    work: Path
    report: Reporter
    vectors: VectorCache
    pseudonyms: Callable[[], Pseudonyms] | None = None
    owned: Computing | None = None


@dataclass(frozen=True)
class AnalysisResult:
    """What it found.

    ``data`` goes into the end event: small, and without any text of the rows. ``check`` is kept with the data set.
    ``findings`` are kept beside the table, in place of earlier ones with the same ``codes``. ``table`` is a new table
    (in ``work``), kept in storage; ``data`` then gets its ``table_key``, and for ``changes``, what was changed in it,
    a ``changes_key``.
    """

    data: dict[str, JsonValue] = field(default_factory=dict)
    check: Check | None = None
    findings: list[Finding] = field(default_factory=list)
    codes: tuple[str, ...] = ()
    table: Path | None = None
    changes: Path | None = None


ANALYSES: dict[str, str] = {
    "augment": "training_worker.analyses.augmentation:augment",
    "check": "training_worker.analyses.checking:check",
    "export": "training_worker.analyses.exporting:export",
    "predict": "training_worker.analyses.predicting:predict",
    "redact": "training_worker.analyses.redaction:redact",
}
"""Kind of analysis -> ``module:function`` that takes an :class:`AnalysisInput` and gives an :class:`AnalysisResult`."""


def analysis_of_kind(kind: str) -> Callable[[AnalysisInput], AnalysisResult]:
    """The function. Raises InputError where there is none of that name."""
    if kind not in ANALYSES:
        known = ", ".join(sorted(ANALYSES))
        raise InputError("ANALYSIS_UNKNOWN", f"There is no analysis {kind} here.", f"There are: {known}.")
    module, _, name = ANALYSES[kind].partition(":")
    function: Callable[[AnalysisInput], AnalysisResult] = getattr(importlib.import_module(module), name)
    return function
