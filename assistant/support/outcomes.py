"""How a conversation went: what it led to, and whether its person got stuck. Pure functions of what is stored."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from workspace.events import Answered, Asked, ConversationEvent, ErrorShown, UserSaid
from workspace.run import Run, RunStatus

Outcome = Literal["trained", "failed", "in progress", "gave up"]
"""trained: a model came out. failed: a training failed, and none succeeded. gave up: neither, and nothing goes on."""

IDLE = timedelta(minutes=30)
"""So long after its last event nobody is expected to go on by themselves."""
REPEATED = 3
"""So many times the same error: the person does not get past it."""
PAUSE = timedelta(minutes=5)
"""Longer silences are not counted as time that was spent on the conversation."""


def outcome_of(runs: Sequence[Run], last: datetime, now: datetime) -> Outcome:
    """``runs`` are the conversation's trainings; ``last`` is when something happened in it last."""
    states = {run.status for run in runs}
    if RunStatus.SUCCEEDED in states:
        return "trained"
    if states & {RunStatus.QUEUED, RunStatus.RUNNING} or now - last < IDLE:
        return "in progress"
    return "failed" if RunStatus.FAILED in states else "gave up"


TELLING = ("user_said", "answered", "asked", "error_shown")
"""Kinds of events that say whether a person got stuck. The others are many, and long."""


def stuck_because(events: Sequence[ConversationEvent], runs: Sequence[Run], last: datetime, now: datetime) -> str:
    """Why somebody should have a look, in a sentence; empty where nobody needs to.

    Args:
        events: those of the kinds in :data:`TELLING` are enough.
        last: when something happened in the conversation last.
    """
    errors = [event for event in events if isinstance(event, ErrorShown)]
    code, times = max(Counter(error.code for error in errors).items(), key=lambda item: item[1], default=("", 0))
    if times >= REPEATED:
        return f"The same error {times} times: {code}."
    if now - last < IDLE:
        return ""
    ended = [run for run in runs if run.status.ended]
    if ended and ended[-1].status is RunStatus.FAILED and ended[-1].failure:
        return f"The last training failed: {ended[-1].failure.code}."
    return _left_at(events) if not ended else ""


def _left_at(events: Sequence[ConversationEvent]) -> str:
    """An error or a question that the person went away from."""
    for event in reversed(events):
        match event:
            case ErrorShown(code=code):
                return f"They left after an error: {code}."
            case Asked(approval=approval) if approval is not None:
                return f"They were asked to agree and left: {approval.tool}."
            case Asked():
                return "They left at a question."
            case UserSaid() | Answered():
                return ""
            case _:
                continue
    return ""


def active_seconds(times: Sequence[datetime]) -> float:
    """Time that was spent on the conversation: between its events, without the pauses."""
    return sum((b - a).total_seconds() for a, b in pairwise(times) if b - a <= PAUSE)
