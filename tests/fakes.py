"""Fakes of the ports, for fast tests. Nothing here is used by the program itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from workspace.errors import Unavailable
from workspace.model import Prediction

Answer = Callable[[str], Prediction]


@dataclass
class FakeQueue:
    """Remembers what was submitted; answers predictions with ``answer`` and what is computed with ``computations``.

    Where it has no answer it says that no worker is there.
    """

    submitted: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, list[str]]] = field(default_factory=list)
    answer: Answer | None = None
    computed: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    computations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)

    def submit_run(self, run_id: str) -> None:
        self.submitted.append(run_id)

    def predict(self, owner_id: str, model_id: str, texts: list[str], timeout: float = 60) -> list[Prediction]:
        self.asked.append((owner_id, model_id, texts))
        if self.answer is None:
            raise Unavailable("WORKER_UNAVAILABLE", "The part that runs models did not answer.", "Try again.")
        return [self.answer(text) for text in texts]

    def compute(self, owner_id: str, name: str, arguments: dict[str, Any], timeout: float = 60) -> dict[str, Any]:
        self.computed.append((owner_id, name, arguments))
        if name not in self.computations:
            raise Unavailable("WORKER_UNAVAILABLE", "The part that runs models did not answer.", "Try again.")
        return self.computations[name](arguments)
