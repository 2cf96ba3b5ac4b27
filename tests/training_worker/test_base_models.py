"""Finding and refusing base models; no network is used."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.training_worker.faults import bases
from training_worker import starter
from training_worker.embedding import load_encoder, vectors_of
from training_worker.starter import STARTER, STARTER_HUB_ID, Base, resolve_base, starter_folder, unavailable
from workspace.errors import InputError, Unavailable
from workspace.settings import load_settings


def _model(folder: Path, weights: str = "model.safetensors") -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"}))
    (folder / weights).write_bytes(b"x")
    return folder


def test_the_starter_is_packaged_and_its_weights_are_the_known_ones() -> None:
    base = resolve_base(STARTER)
    assert base.local
    assert base == resolve_base(STARTER_HUB_ID)
    assert base.licence == "apache-2.0"


def test_changed_starter_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter, "STARTER_SHA256", "0" * 64)
    starter_folder.cache_clear()
    with pytest.raises(InputError) as error:
        resolve_base(STARTER)
    starter_folder.cache_clear()
    assert error.value.code == "WEIGHTS_CORRUPT"


def test_a_model_is_found_by_folder_and_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _model(tmp_path / "models" / "tiny")
    assert resolve_base(str(folder)).source == str(folder)
    monkeypatch.setenv("MTW_MODELS_DIR", str(tmp_path / "models"))
    assert resolve_base("tiny", load_settings()).source == str(folder)


@pytest.mark.parametrize("name", ["../secret", "/no/such/folder", "a/b/c", "tiny; rm -rf"])
def test_what_is_no_model_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    _model(tmp_path / "secret")
    monkeypatch.setenv("MTW_MODELS_DIR", str(tmp_path / "models"))
    with pytest.raises(InputError) as error:
        resolve_base(name, load_settings())
    assert error.value.code == "MODEL_NOT_FOUND"
    assert STARTER in error.value.next_step


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        resolve_base(str(_model(tmp_path / "old", "pytorch_model.bin")))
    assert error.value.code == "TORCH_LOAD_BLOCKED"


def test_hub_models_are_refused_at_once_when_downloads_are_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve_base("org/model").source == "org/model"
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(InputError) as error:
        resolve_base("org/model", load_settings())
    assert error.value.code == "HUB_UNREACHABLE"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("You are trying to access a gated repo.", "GATED_OR_TOKEN"),
        ("401 Client Error: Unauthorized", "GATED_OR_TOKEN"),
        ("x is not a local folder and is not a valid model identifier listed on the hub", "MODEL_NOT_FOUND"),
        ("We couldn't connect to 'https://huggingface.co' to load the files", "HUB_UNREACHABLE"),
    ],
)
def test_why_a_hub_model_cannot_be_loaded_is_told(text: str, code: str) -> None:
    found = unavailable(Base("org/model", "org/model", "org/model"), OSError(text))
    assert found.code == code
    assert isinstance(found, Unavailable) == (code == "HUB_UNREACHABLE")


def test_a_broken_folder_is_told(tmp_path: Path) -> None:
    from training_worker.embedding import load_encoder

    base = resolve_base(str(_model(tmp_path / "broken")))
    with pytest.raises(InputError) as error:
        load_encoder(base)
    assert error.value.code == "WEIGHTS_CORRUPT"


@pytest.mark.parametrize("kind", ["bert", "camembert"])
def test_long_texts_are_cut_where_the_model_has_no_more_places(kind: str, tmp_path: Path) -> None:
    encoder = load_encoder(resolve_base(str(bases.reader(tmp_path / "base", kind=kind))))
    vectors = vectors_of(encoder, ["please help me with my order " * 200], max_tokens=8192, tick=lambda _: None)
    assert np.isfinite(vectors).all()


def test_a_model_without_its_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        load_encoder(resolve_base(str(bases.without_tokenizer(tmp_path / "base"))))
    assert error.value.code == "TOKENIZER_DEPENDENCY"
