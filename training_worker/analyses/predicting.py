"""A trained model answers every row of a table, beside the chat, with progress and a way to stop."""

import time
from collections import Counter
from functools import partial

import pyarrow.parquet as pq
from pydantic import JsonValue

from training_worker.analyses import AnalysisInput, AnalysisResult
from training_worker.answered_rows import texts_of, with_answers
from training_worker.artifacts import model_folder
from training_worker.prediction import load_predictor
from workspace.database import engine_for
from workspace.model import Prediction
from workspace.repositories import Models
from workspace.run import Progressed

BATCH_ROWS = 1024
MOST_COUNTED = 30


def predict(given: AnalysisInput) -> AnalysisResult:
    """The analysis ``predict``; ``args`` has the ``model_id``. The result is the table with the answers in new columns.

    Raises:
        NotFound: the model was deleted meanwhile.
        Stop: it was asked to end.
    """
    owned = given.owned
    assert owned is not None
    model = Models(engine_for(owned.settings.database), owned.owner_id).get(str(given.job.args["model_id"]))
    given.report.progress(Progressed(stage="data", message="Opening the model", fraction=0.0))
    predictor = load_predictor(model_folder(owned.settings, owned.storage, model))
    source = pq.ParquetFile(given.table)
    total, done, begun = max(source.metadata.num_rows, 1), 0, time.monotonic()
    counts: Counter[str] = Counter()
    unsure = 0
    out = given.work / "answered.parquet"
    writer: pq.ParquetWriter | None = None

    def tell(size: int, share: float) -> None:
        given.report.check()
        fraction = min((done + share * size) / total, 1.0)
        left = (time.monotonic() - begun) * (1 - fraction) / fraction if fraction else None
        message = f"Reading row {int(fraction * total):,} of {total:,}"
        given.report.progress(Progressed(stage="evaluate", message=message, fraction=0.98 * fraction, eta_seconds=left))

    try:
        for batch in source.iter_batches(BATCH_ROWS):
            texts = texts_of(batch, given.job.text, predictor.task)
            answers = predictor.predict(texts, partial(tell, len(texts)))
            table = with_answers(batch, answers)
            writer = writer or pq.ParquetWriter(out, table.schema)
            writer.write_table(table)
            for answer in answers:
                counts.update(_said(answer))
                unsure += answer.label is not None and not answer.sure
            done += len(answers)
            tell(0, 0.0)
    finally:
        if writer is not None:
            writer.close()
    said: list[JsonValue] = [{"label": label, "count": n} for label, n in counts.most_common(MOST_COUNTED)]
    data: dict[str, JsonValue] = {"model_id": model.id, "rows": done, "counts": said, "unsure": unsure}
    return AnalysisResult(data=data, table=out if writer is not None else None)


def _said(answer: Prediction) -> list[str]:
    """The labels of one answer: one, several, or the kinds of what was marked."""
    if answer.label is not None:
        return [answer.label]
    return list(answer.labels or [e.label for e in answer.entities or []])
