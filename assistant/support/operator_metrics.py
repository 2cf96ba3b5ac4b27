"""``/metrics`` for Prometheus: what waits and runs now, and what has happened so far. No names and no texts."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, func
from sqlmodel import col, select

from workspace.database import system_session
from workspace.tables import (
    ConversationEventRow,
    ConversationRow,
    DatasetRow,
    FeedbackRow,
    ModelRow,
    RunRow,
    UsageRow,
    UserRow,
)

_COUNTED = {
    "users": (UserRow, "People who have used it"),
    "conversations": (ConversationRow, "Conversations"),
    "datasets": (DatasetRow, "Versions of data"),
    "models": (ModelRow, "Trained models"),
}


class _Figures(Collector):
    """Read from the database at each scrape, so that every process tells the same and a restart loses nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        with system_session(self._engine) as session:
            for name, (table, words) in _COUNTED.items():
                count = session.exec(select(func.count()).select_from(table)).one()
                yield GaugeMetricFamily(f"mtw_{name}", words, value=count)
            runs = GaugeMetricFamily("mtw_runs", "Trainings and analyses by state", labels=("kind", "status"))
            states = select(RunRow.kind, RunRow.status, func.count()).group_by(RunRow.kind, RunRow.status)
            for kind, status, count in session.exec(states):
                runs.add_metric((kind, status), count)
            yield runs
            thumbs = GaugeMetricFamily("mtw_feedback", "Thumbs on what the assistant said", labels=("thumb",))
            for up in (True, False):
                of_kind = col(FeedbackRow.value) > 0 if up else col(FeedbackRow.value) <= 0
                count = session.exec(select(func.count()).select_from(FeedbackRow).where(of_kind)).one()
                thumbs.add_metric(("up" if up else "down",), count)
            yield thumbs
            shown = select(func.count()).select_from(ConversationEventRow)
            count = session.exec(shown.where(ConversationEventRow.kind == "error_shown")).one()
            yield GaugeMetricFamily("mtw_errors_shown", "Errors that people were shown", value=count)
            asked = select(func.coalesce(func.sum(UsageRow.texts), 0))
            yield GaugeMetricFamily(
                "mtw_texts_answered", "Texts that models online answered", session.exec(asked).one()
            )


def metrics_text(engine: Engine) -> bytes:
    """The figures in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Figures(engine))
    return generate_latest(registry)
