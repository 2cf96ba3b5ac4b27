"""``mtw diagnose`` and ``POST /api/v1/diagnose``: the shape that programs rely on, and how it ends."""

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.cli import run

KEYS = {"cause", "confidence", "explanation", "next_steps", "fix", "alternatives"}
MEMORY = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.21 GiB. GPU 0 has a total capacity of 7.7 GiB"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTW_HOME", str(tmp_path / "home"))
    # Words alone: reading the starter model takes seconds, and these texts say it by their messages.
    monkeypatch.setattr("tools.troubleshooting.symptoms.starter_onnx_folder", lambda settings: None)


def test_a_message_from_standard_input_is_explained_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(MEMORY.encode())))
    assert run(["diagnose", "-", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == KEYS
    assert told["cause"] == "CUDA_OOM"
    assert told["fix"] == {
        "kind": "config_change",
        "patch": {"batch_size": "halve", "gradient_accumulation_steps": "multiply", "max_length": "reduce"},
    }
    assert 0.8 < told["confidence"] <= 1


def test_a_log_of_windows_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "run.log"
    log.write_bytes("OSError: [Errno 28] No space left on device".encode("utf-16"))
    assert run(["diagnose", str(log), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cause"] == "DISK_FULL"


def test_a_question_is_answered_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diagnose", "Every mail is called spam, always the same answer"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Every answer is the same category")
    assert "What to do:" in told


def test_what_nobody_knows_is_not_claimed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diagnose", "my bicycle has a flat tyre today", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["cause"], told["fix"]) == ("UNKNOWN", None)
    assert told["confidence"] < 0.1
    assert told["next_steps"]


@pytest.mark.parametrize("arguments", [["diagnose", "no-such-file.log"], ["diagnose", "  "]])
def test_a_wrong_call_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*arguments, "--json"]) == 2
    assert "error" in json.loads(capsys.readouterr().out)
