"""Data sets of the hub by name, from a hub of our own on this computer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workspace.reading.hub import Hub, hub_of_our_own
from workspace.errors import Forbidden, InputError, LimitExceeded, NotFound, Unavailable, WizardError
from workspace.reading import Limits, read
from workspace.reading.hub_reader import fetch_hub_dataset, hub_name
from workspace.settings import Settings


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Settings]:
    with hub_of_our_own(monkeypatch, tmp_path / "cache"):
        yield Settings(home=tmp_path / "home", hf_hub_offline=False)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hf://ada/mails", "ada/mails"),
        ("hf:/ada/mails", "ada/mails"),
        ("hf://datasets/imdb", "imdb"),
        ("https://huggingface.co/datasets/ada/mails/tree/main", "ada/mails"),
        ("ada/mails", None),
        ("hf://../etc/passwd", None),
        ("mails.csv", None),
    ],
)
def test_what_names_a_data_set_of_the_hub(text: str, name: str | None) -> None:
    assert hub_name(text) == name


def test_a_data_set_by_name(online: Settings, tmp_path: Path) -> None:
    seen: list[float] = []
    folder = fetch_hub_dataset("ada/mails", tmp_path / "in", online, seen.append)
    assert not list(tmp_path.rglob("outside.csv"))
    assert not list(folder.rglob("*.png"))
    profile = read(folder, name="mails", out=tmp_path / "t.parquet", limits=Limits())
    assert (profile.format, profile.rows, profile.column("split") is not None) == ("parquet", 60, True)
    assert seen[-1] == 1.0


def test_a_data_set_made_by_a_script_comes_from_the_hub_s_own_conversion(online: Settings, tmp_path: Path) -> None:
    folder = fetch_hub_dataset("ada/script", tmp_path / "in", online)
    assert [path.name for path in folder.rglob("*.py")] == []
    assert read(folder, name="script", out=tmp_path / "t.parquet", limits=Limits()).rows == 30


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("ada/unknown", NotFound, "HUB_DATASET_NOT_FOUND"),
        ("ada/gated", Forbidden, "HUB_DATASET_GATED"),
        ("ada/broken", Unavailable, "HUB_AWAY"),
        ("ada/nothing", InputError, "HUB_DATASET_EMPTY"),
    ],
)
def test_what_the_hub_refuses(online: Settings, tmp_path: Path, name: str, kind: type[WizardError], code: str) -> None:
    with pytest.raises(kind) as caught:
        fetch_hub_dataset(name, tmp_path, online)
    assert caught.value.code == code
    assert caught.value.next_step


def test_too_large_a_data_set_is_not_fetched(online: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Hub.repositories, "ada/large", {"rows.csv": b"text,label\n" + b"x,y\n" * 400_000})
    with pytest.raises(LimitExceeded) as caught:
        fetch_hub_dataset("ada/large", tmp_path, online.model_copy(update={"max_upload_mb": 1}))
    assert caught.value.code == "FILE_TOO_LARGE"


def test_a_hub_that_is_away_or_not_wanted(online: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable) as caught:
        fetch_hub_dataset("ada/mails", tmp_path, online.model_copy(update={"hf_hub_offline": True}))
    assert caught.value.code == "HUB_OFFLINE"
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(Unavailable) as caught:
        fetch_hub_dataset("ada/mails", tmp_path, online)
    assert caught.value.code == "HUB_AWAY"
