"""Who looks after trainings that only count."""

from collections.abc import Iterator

import pytest

from training_worker.nursery import Nursery
from training_worker.supervision import Foreman
from workspace.settings import Settings


@pytest.fixture(scope="module")
def float32() -> Iterator[None]:
    """For tests that compare numbers closely: 32 bits here, even where the processor is quicker with 16."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training_worker.embedding.fast_bfloat16", lambda: False)
        yield


@pytest.fixture(scope="module")
def nursery() -> Nursery:
    return Nursery(preload="tests.training_worker.counting_trainer")


@pytest.fixture
def foreman(settings: Settings, nursery: Nursery) -> Iterator[Foreman]:
    made = Foreman(settings, nursery)
    yield made
    made.stop()
    made.join()
