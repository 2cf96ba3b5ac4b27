"""How well the wizard does what it is for: figures of a month, and of now for operators.

The first figure is the one that counts: of the people who began, how many left with a model.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from assistant.support.desk import parts_of, runs_of
from assistant.support.outcomes import Outcome, outcome_of
from workspace.database import system_session
from workspace.metrics import METRICS, TASK_METRICS
from workspace.run import Run, RunStatus
from workspace.runs import TRAINING, run_of
from workspace.tables import (
    ConversationEventRow,
    ConversationRow,
    FeedbackRow,
    LabelAnswerRow,
    RunRow,
    UsageRow,
    now,
)


class Trainings(BaseModel):
    started: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    better_than_guessing: int = Field(default=0, description="beat the answer that is right most often")
    median_seconds: float | None = None
    failures: dict[str, int] = Field(default_factory=dict, description="by code, most frequent first")


class Report(BaseModel):
    """A month (UTC). Conversations count where they began."""

    month: str
    people: int
    conversations: int
    outcomes: dict[Outcome, int]
    reached_a_model: float | None = Field(description="share of the conversations that led to a model")
    minutes_to_first_model: float | None = Field(description="median, from the first word")
    gave_up_at: dict[str, int] = Field(description="stage at which those ended that led nowhere")
    errors_shown: dict[str, int] = Field(description="by code, most frequent first")
    thumbs_up: int
    thumbs_down: int
    trainings: Trainings
    texts_labelled: int
    texts_answered_online: int


def month_of(text: str | None) -> tuple[datetime, datetime]:
    """Begin and end of ``YYYY-MM``, or of this month. Raises ValueError."""
    begin = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC) if text else now()
    begin = begin.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return begin, begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)


def report(engine: Engine, begin: datetime, end: datetime) -> Report:
    """The figures of what began at ``begin`` or later, and before ``end``."""
    with system_session(engine) as session:
        heads = session.exec(select(ConversationRow).where(*_between(ConversationRow.created_at, begin, end))).all()
        stages = dict(_last_stages(session, [head.id for head in heads]))
        thumbs = session.exec(select(FeedbackRow.value).where(*_between(FeedbackRow.created_at, begin, end))).all()
        errors = session.exec(
            select(ConversationEventRow.body).where(
                ConversationEventRow.kind == "error_shown", *_between(ConversationEventRow.at, begin, end)
            )
        )
        codes = Counter(str(body["code"]) for body in errors)
        labelled = select(func.count()).select_from(LabelAnswerRow).where(*_between(LabelAnswerRow.at, begin, end))
        days = _between(UsageRow.day, f"{begin:%Y-%m-%d}", f"{end:%Y-%m-%d}")
        answered = select(func.coalesce(func.sum(UsageRow.texts), 0)).where(*days)
        texts_labelled, texts_answered = session.exec(labelled).one(), session.exec(answered).one()
        started = select(RunRow).where(RunRow.kind == TRAINING, *_between(RunRow.created_at, begin, end))
        trainings = _trainings([run_of(row) for row in session.exec(started)])
        runs = runs_of(session, [head.id for head in heads])
    ways = {head.id: outcome_of(runs[head.id], head.updated_at, now()) for head in heads}
    minutes = [(min(ends) - head.created_at).total_seconds() / 60 for head in heads if (ends := _won(runs[head.id]))]
    outcomes = Counter(ways.values())
    left_at = Counter(stages.get(id_, "goal") for id_, way in ways.items() if way == "gave up")
    return Report(
        month=f"{begin:%Y-%m}",
        people=len({head.owner_id for head in heads}),
        conversations=len(heads),
        outcomes=dict(outcomes),
        reached_a_model=round(outcomes["trained"] / len(heads), 4) if heads else None,
        minutes_to_first_model=round(median(minutes), 2) if minutes else None,
        gave_up_at=dict(left_at.most_common()),
        errors_shown=dict(codes.most_common()),
        thumbs_up=sum(value > 0 for value in thumbs),
        thumbs_down=sum(value <= 0 for value in thumbs),
        trainings=trainings,
        texts_labelled=texts_labelled,
        texts_answered_online=int(texts_answered),
    )


def _between(column: Any, begin: object, end: object) -> tuple[Any, Any]:
    return column >= begin, column < end


def _won(runs: Sequence[Run]) -> list[datetime]:
    return [run.ended_at for run in runs if run.status is RunStatus.SUCCEEDED and run.ended_at]


def _last_stages(session: Session, conversations: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The stage at which each conversation stood when its last turn ended."""
    for ids in parts_of(conversations):
        ends = select(ConversationEventRow.conversation_id, ConversationEventRow.body).where(
            col(ConversationEventRow.conversation_id).in_(ids), ConversationEventRow.kind == "turn_ended"
        )
        for conversation_id, body in session.exec(ends.order_by(col(ConversationEventRow.seq))):
            yield conversation_id, str(body["stage"])


def _trainings(runs: Sequence[Run]) -> Trainings:
    states = Counter(run.status for run in runs)
    seconds = [run.outcome.seconds["total"] for run in runs if run.outcome]
    return Trainings(
        started=len(runs),
        succeeded=states[RunStatus.SUCCEEDED],
        failed=states[RunStatus.FAILED],
        cancelled=states[RunStatus.CANCELLED],
        better_than_guessing=sum(map(_beats_guessing, runs)),
        median_seconds=round(median(seconds), 1) if seconds else None,
        failures=dict(Counter(run.failure.code for run in runs if run.failure).most_common()),
    )


def _beats_guessing(run: Run) -> bool:
    if run.outcome is None:
        return False
    name = TASK_METRICS[run.plan.task].headline
    evaluation = run.outcome.evaluation
    reached, guessed = evaluation.metrics.get(name), evaluation.baseline.get(name)
    if reached is None or guessed is None:
        return False
    return reached < guessed if METRICS[name].lower else reached > guessed
