"""One analysis from a stored job to a stored result: the part of the runner that is about analyses."""

from functools import partial
from pathlib import Path

from pydantic import JsonValue

from training_worker.analyses import AnalysisInput, AnalysisResult, analysis_of_kind
from training_worker.computations import Computing
from training_worker.reporter import Reporter
from training_worker.vector_cache import StoredVectors
from workspace.analysis import Analysis
from workspace.database import engine_for
from workspace.dataset import Dataset
from workspace.errors import NotFound
from workspace.findings import FILE, read_findings, write_findings
from workspace.privacy.pseudonyms import pseudonyms_of
from workspace.repositories import Datasets
from workspace.run import Analysed
from workspace.settings import Settings
from workspace.storage import Storage


def analyse(analysis: Analysis, settings: Settings, work: Path, report: Reporter) -> Analysed:
    """Reads the version, runs the analysis, keeps what it found, and gives the end event.

    Raises:
        NotFound: the data was deleted meanwhile.
        Stop: cancel, shutdown or giving way was asked for.
        WizardError, OSError: see the analysis.
    """
    job = analysis.job
    datasets = Datasets(engine_for(settings.database), analysis.owner_id)
    storage = Storage.of(settings, analysis.owner_id)
    dataset = datasets.get(job.dataset_id)
    vectors = StoredVectors(storage, datasets, dataset)
    with storage.as_file(dataset.table_key) as table:
        try:
            stand_ins = partial(pseudonyms_of, storage, dataset.family_id)
            owned = Computing(settings, analysis.owner_id)
            given = AnalysisInput(job, table, dataset.profile, work, report, vectors, stand_ins, owned)
            result = analysis_of_kind(job.kind)(given)
        finally:
            # Also when it gives way to a training: what was read serves that training.
            vectors.keep()
    report.check()
    data = result.data | {"dataset_id": dataset.id} | _store(result, analysis.id, storage, dataset, work)
    try:
        if result.check is not None:
            datasets.set_check(dataset.id, result.check)
        datasets.get(dataset.id)
    except NotFound:
        storage.delete(storage.key("datasets", dataset.id))
        raise
    return Analysed(result=data)


def _store(
    result: AnalysisResult, analysis_id: str, storage: Storage, dataset: Dataset, work: Path
) -> dict[str, JsonValue]:
    """Everything lies in the data set's own folder, so that it is deleted with it."""
    if result.codes:
        key = storage.key("datasets", dataset.id, FILE)
        kept = []
        if storage.exists(key):
            with storage.as_file(key) as file:
                kept = [f for f in read_findings(file) if f.code not in result.codes]
        write_findings([*kept, *result.findings], work / FILE)
        storage.put_file(work / FILE, key)
    made = {"table_key": (result.table, ".parquet"), "changes_key": (result.changes, ".changes.parquet")}
    keys: dict[str, JsonValue] = {}
    for name, (part, ending) in made.items():
        if part is not None:
            key = storage.key("datasets", dataset.id, f"{analysis_id}{ending}")
            storage.put_file(part, key)
            keys[name] = key
    return keys
