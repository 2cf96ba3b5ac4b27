"""One tiny model for all tests of this folder."""

from pathlib import Path

import pytest

from tests.training_worker.generation.tiny import tiny_model
from training_worker.generation.causal import Causal, load_causal
from training_worker.starter import Base


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def tiny(tiny_folder: Path) -> Causal:
    """Loaded anew: tests change it."""
    return load_causal(Base("tiny", str(tiny_folder)))
