"""Hiding personal data in a long table: the same work as in the chat, beside it, with progress and a way to stop.

The worker reads here what is to be hidden, as nothing else of it ever does. It keeps the table without it, and no log
or event holds a value.
"""

import time

from training_worker.analyses import AnalysisInput, AnalysisResult
from workspace.privacy.redact import Redaction, redact_table, spans_of
from workspace.run import Progressed


def redact(given: AnalysisInput) -> AnalysisResult:
    """The analysis ``redact``; ``args`` is a :class:`Redaction`. The result is in the table, or nothing is.

    Raises:
        InputError: see ``redact_table``.
        Stop: it was asked to end.
    """
    redaction = Redaction.model_validate(given.job.args)
    started = time.monotonic()

    def tell(fraction: float) -> None:
        given.report.check()
        gone = time.monotonic() - started
        left = gone * (1 - fraction) / fraction if fraction else None
        given.report.progress(
            Progressed(stage="data", message="Hiding personal data", fraction=0.98 * fraction, eta_seconds=left)
        )

    stand_ins = given.pseudonyms() if given.pseudonyms and "pseudonym" in redaction.kinds.values() else None
    table, changes = given.work / "redacted.parquet", given.work / "changes.parquet"
    report = redact_table(given.table, table, redaction, stand_ins, changes, spans_of(given.profile), tell)
    return AnalysisResult(data={"report": report.model_dump(mode="json")}, table=table, changes=changes)
