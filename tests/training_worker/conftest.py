"""Who looks after trainings that only count."""

from collections.abc import Iterator

import pytest

from training_worker.nursery import Nursery
from training_worker.supervision import Foreman
from workspace.settings import Settings


@pytest.fixture(scope="module")
def nursery() -> Nursery:
    return Nursery(preload="tests.training_worker.counting_trainer")


@pytest.fixture
def foreman(settings: Settings, nursery: Nursery) -> Iterator[Foreman]:
    made = Foreman(settings, nursery)
    yield made
    made.stop()
    made.join()
