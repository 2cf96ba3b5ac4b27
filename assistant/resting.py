"""A hosted chat model that does not answer rests for a minute, so that not every turn waits for it again."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from workspace.errors import Unavailable

REST_SECONDS = 60.0

_WORTH_A_REST = frozenset({"CHAT_MODEL_SLOW", "CHAT_MODEL_KEY", "CHAT_MODEL_UNKNOWN", "CHAT_MODEL_AWAY"})
"""Asking again at once would only cost time: others (a fault, a garbled answer) may be gone with the next call."""


@dataclass
class _Rest:
    until: float
    error: Unavailable
    told: set[str] = field(default_factory=set)


class Resting:
    """Which models rest, by name and address, and which conversations know it. One a process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rests: dict[tuple[str, str], _Rest] = {}

    def begin(self, model: tuple[str, str], error: Unavailable, conversation_id: str) -> None:
        """Lets the model rest, if its failure is one that lasts; ``conversation_id`` has just been told."""
        if error.code in _WORTH_A_REST:
            self._rests[model] = _Rest(self._clock() + REST_SECONDS, error, {conversation_id})

    def rests(self, model: tuple[str, str]) -> bool:
        rest = self._rests.get(model)
        if rest and rest.until <= self._clock():
            del self._rests[model]
            return False
        return rest is not None

    def untold(self, model: tuple[str, str], conversation_id: str) -> Unavailable | None:
        """Why it rests, the first time that a conversation meets it."""
        rest = self._rests.get(model)
        if rest is None or conversation_id in rest.told:
            return None
        rest.told.add(conversation_id)
        return rest.error

    def forget(self) -> None:
        """Everything is tried again."""
        self._rests.clear()


resting = Resting()
"""The one of this process."""
