"""Hiding in a worker: the same table as in the chat, progress that grows, nothing where it was stopped."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from training_worker.analyses import AnalysisInput
from training_worker.analyses.redaction import redact
from training_worker.reporter import ListReporter, Stop
from training_worker.vector_cache import VectorCache
from workspace.analysis import AnalysisJob
from workspace.dataset import DatasetProfile, TaskGuess
from workspace.privacy.pseudonyms import Pseudonyms
from workspace.privacy.redact import Redaction, redact_table

REDACTION = Redaction(kinds={"email": "pseudonym"}, drop_columns=["note"])


def given(folder: Path, report: ListReporter) -> AnalysisInput:
    texts = [f"mail user{i}@gmail.com, card 4111 1111 1111 1111" if i % 7 == 0 else "nothing" for i in range(1_000)]
    pq.write_table(pa.table({"text": texts, "note": ["x"] * 1_000}), folder / "rows.parquet")
    job = AnalysisJob(kind="redact", dataset_id="ds", text=("text", "note"), args=REDACTION.model_dump(mode="json"))
    guess = TaskGuess(kind=None, text=["text"], confidence=1, why="")
    profile = DatasetProfile(format="csv", rows=1_000, columns=[], task=guess)
    stand_ins = Pseudonyms(b"key" * 8)
    return AnalysisInput(job, folder / "rows.parquet", profile, folder, report, VectorCache(), lambda: stand_ins)


def test_it_makes_what_the_chat_would_make(tmp_path: Path) -> None:
    report = ListReporter()
    result = redact(given(tmp_path, report))
    redact_table(tmp_path / "rows.parquet", tmp_path / "here.parquet", REDACTION, Pseudonyms(b"key" * 8))

    assert result.table is not None
    assert result.changes is not None
    assert pq.read_table(result.table).equals(pq.read_table(tmp_path / "here.parquet"))
    assert pq.read_table(result.table).column_names == ["text"]
    assert pq.ParquetFile(result.changes).metadata.num_rows == 143
    assert "gmail" not in str(pq.read_table(result.changes).to_pylist()) + str(result.data)
    fractions = [event.fraction for event in report.progressed]
    assert fractions == sorted(set(fractions))
    assert len(fractions) == 5


def test_it_stops_when_asked(tmp_path: Path) -> None:
    report = ListReporter(stop_after_checks=2)
    with pytest.raises(Stop):
        redact(given(tmp_path, report))

    assert len(report.progressed) == 2
