"""Conversations held without real trainings."""

from pathlib import Path

import pytest

from assistant.evaluating.holding import Holder
from tests.assistant.talking import finish_run
from tests.fakes import FakeQueue
from workspace.home import Workspace
from workspace.model import Prediction
from workspace.queue import Queue
from workspace.settings import Settings


class PreparedLab:
    """Trainings end at once with a prepared result; the model says the same of every text."""

    def queue(self, settings: Settings) -> Queue:
        return FakeQueue(
            answer=lambda text: Prediction(
                text=text, label="billing", score=0.9, scores={"billing": 0.9, "delivery": 0.1}
            )
        )

    async def finish(self, workspace: Workspace, run_id: str) -> None:
        finish_run(workspace, run_id)
        model = workspace.models.list()[0]
        with workspace.storage.write(f"{model.artifact_key}/config.json") as file:
            file.write(b"{}")


@pytest.fixture
def holder(settings: Settings, tmp_path: Path, by_rules: None) -> Holder:
    return Holder(settings, tmp_path / "held", PreparedLab())
