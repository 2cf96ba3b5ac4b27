"""The contract of the command line: names, exit codes, JSON on standard output, and never a traceback."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import assistant.cli
from assistant.cli import run
from workspace.settings import load_settings

COMMANDS = {
    "up": ["--host", "--port", "--no-worker"],
    "worker": ["--queues"],
    "inspect": ["--sheet", "--json"],
    "convert": ["--sheet", "--to"],
    "train": ["--task", "--text", "--label", "--test", "--recipe", "--base", "--budget", "--set", "--seed", "--out"],
    "evaluate": ["--json"],
    "predict": ["--file", "--out", "--json"],
    "chat": ["--jsonl", "--resume"],
    "doctor": ["--json"],
}


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    path = tmp_path / "mails Q3 [final].csv"
    rows = "".join(f'{n},"Where is my order, number {n}?",{("Orders", "Billing")[n % 2]}\n' for n in range(40))
    path.write_text("id,Body,Team\n" + rows, "utf-8")
    return path


def error_of(text: str) -> dict[str, Any]:
    answer = json.loads(text)
    assert set(answer) == {"error"}
    assert set(answer["error"]) == {"code", "message", "next_step"}
    return dict(answer["error"])


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_and_options_of_the_contract(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run([command, "--help"]) == 0
    shown = capsys.readouterr().out
    for option in COMMANDS[command]:
        assert option in shown
    assert "--with-parent" not in shown


def test_list_of_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(command in shown for command in COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing-like-this"],
        ["inspect"],
        ["inspect", "a.csv", "b.csv"],
        ["inspect", "a.csv", "--colour"],
        ["convert", "a.csv"],
        ["up", "--port", "many"],
        ["train"],
        ["predict", "somewhere"],
    ],
)
def test_wrong_calls(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) >= 2
    assert run([*arguments, "--json"]) == 2
    assert error_of(capsys.readouterr().out)["message"]


def test_inspect_as_json(mails: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", str(mails), "--json"]) == 0
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert list(found) == [
        "format", "encoding", "delimiter", "header_row", "sheets", "sheet", "rows", "columns", "task", "labels",
        "problems", "privacy", "verdict",
    ]  # fmt: skip
    assert found["rows"] == 40
    assert [c["name"] for c in found["columns"]] == ["id", "Body", "Team"]
    assert set(found["columns"][0]) == {"name", "type", "role", "missing", "unique", "examples"}
    assert [c["role"] for c in found["columns"]] == ["id", "text", "label"]
    assert set(found["task"]) >= {"kind", "text", "label", "confidence", "why"}
    assert found["labels"] == {"Billing": 20, "Orders": 20}


def test_inspect_for_people(mails: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", str(mails)]) == 0
    shown = capsys.readouterr().out
    assert "mails Q3 [final].csv: 40 rows, 3 columns" in shown
    assert "Billing" in shown


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("program.csv", bytes(range(256)) * 50),
        ("half.parquet", b"PAR1"),
        ("half.xlsx", b"PK\x03\x04"),
    ],
)
def test_unreadable_files(tmp_path: Path, name: str, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for arguments in (["inspect", str(path), "--json"], ["convert", str(path), str(tmp_path / "out.csv"), "--json"]):
        if arguments[0] == "inspect":
            assert run(arguments) == 2
            assert error_of(capsys.readouterr().out)["next_step"]
        else:
            assert run(arguments[:-1]) == 2
            told = capsys.readouterr()
            assert told.out == ""
            assert told.err.strip()
            assert not (tmp_path / "out.csv").exists()


def test_missing_files_and_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", str(tmp_path / "nothing.csv"), "--json"]) == 2
    assert error_of(capsys.readouterr().out)["code"] == "FILE_NOT_FOUND"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run(["inspect", str(empty), "--json"]) == 2
    assert error_of(capsys.readouterr().out)["code"] == "NO_TABLE"


def test_a_folder_is_inspected_like_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mails"
    for label in ("billing", "delivery"):
        (folder / label).mkdir(parents=True)
        for number in range(3):
            (folder / label / f"{number}.txt").write_text(f"mail {number} about {label}", "utf-8")
    assert run(["inspect", str(folder), "--json"]) == 0
    profile = json.loads(capsys.readouterr().out)
    assert (profile["format"], profile["rows"], profile["labels"]) == ("txt", 6, {"billing": 3, "delivery": 3})
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert run(["inspect", "hf://nobody/nothing", "--json"]) == 1
    assert error_of(capsys.readouterr().out)["code"] == "HUB_OFFLINE"


def test_convert_to_csv_and_parquet(mails: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for suffix in (".csv", ".parquet"):
        assert run(["convert", str(mails), str(tmp_path / f"out{suffix}")]) == 0
    assert capsys.readouterr().out == ""
    written = (tmp_path / "out.csv").read_bytes()
    assert b"\r" not in written
    rows = list(csv.reader(written.decode("utf-8").splitlines()))
    assert rows[0] == ["id", "Body", "Team"]
    assert rows[1] == ["0", "Where is my order, number 0?", "Orders"]
    assert len(rows) == 41
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.column_names == ["id", "Body", "Team"]
    assert table.num_rows == 40
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([mails.name, "out.csv", "out.parquet"])


def test_convert_keeps_nested_values_as_json(tmp_path: Path) -> None:
    source = tmp_path / "records.jsonl"
    source.write_text('{"text": "a\\nb", "labels": ["x", "ü"]}\n{"text": null, "labels": []}\n', "utf-8")
    assert run(["convert", str(source), str(tmp_path / "out.csv")]) == 0
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["text"] == "a\nb"
    assert json.loads(rows[0]["labels"]) == ["x", "ü"]
    assert rows[1]["text"] == ""


def test_convert_for_an_annotation_tool(mails: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["convert", str(mails), str(tmp_path / "tasks.json"), "--to", "labelstudio"]) == 0
    tasks = json.loads((tmp_path / "tasks.json").read_text("utf-8"))
    assert tasks[0]["data"]["Body"] == "Where is my order, number 0?"
    assert tasks[0]["annotations"][0]["result"][0]["value"] == {"choices": ["Orders"]}
    assert run(["convert", str(mails), str(tmp_path / "tasks.conll")]) == 2
    assert "neither tags nor marked places" in capsys.readouterr().err


@pytest.mark.parametrize("out", ["out.xlsx", "no folder/out.csv", "", "mails Q3 [final].csv"])
def test_convert_refuses_at_once(mails: Path, out: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = mails.read_bytes()
    assert run(["convert", str(mails), str(mails.parent / out)]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert mails.read_bytes() == before


def test_wrong_settings(mails: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MTW_MAX_ROWZ", "5")
    assert run(["inspect", str(mails), "--json"]) == 2
    assert "MTW_MAX_ROWS" in error_of(capsys.readouterr().out)["message"]


def test_limits_are_settings(mails: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MTW_MAX_ROWS", "39")
    assert run(["inspect", str(mails), "--json"]) == 2
    assert "39" in error_of(capsys.readouterr().out)["message"]


@pytest.mark.parametrize("as_json", [False, True])
def test_no_traceback_is_shown_but_one_is_kept(
    mails: Path, as_json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr("workspace.reading.read", fail)
    assert run(["inspect", str(mails), *(["--json"] if as_json else [])]) == 1
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
    assert "a mistake of ours" not in told.out + told.err
    kept = (load_settings().home / "logs" / "errors.log").read_text()
    number = kept.splitlines()[0].removeprefix("--- ")
    assert "a mistake of ours" in kept
    if as_json:
        assert number in error_of(told.out)["next_step"]
    else:
        assert number in told.err
        assert told.out == ""


@pytest.mark.parametrize("command", ["train", "evaluate", "predict"])
def test_without_the_training_part(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(assistant.cli, "entry_points", lambda **_: ())
    assert run([command, "x", "--json"]) == 1
    error = error_of(capsys.readouterr().out)
    assert error["code"] == "TRAINING_NOT_INSTALLED"
    assert "pip install" in error["next_step"]


def test_worker_without_a_broker(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["worker"]) == 1
    assert "mtw up" in capsys.readouterr().err


def test_doctor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is True
    checks = {check["name"]: check for check in found["checks"]}
    assert {"database", "broker", "storage", "worker", "chat model", "disk", "memory", "processor"} <= set(checks)
    assert not load_settings().home.joinpath("mtw.db").exists()  # it looks, and changes nothing

    monkeypatch.setenv("DATABASE_URL", "postgresql://someone:hush@127.0.0.1:1/x")
    monkeypatch.setenv("REDIS_URL", "redis://:hush@127.0.0.1:1/0")
    monkeypatch.setenv("STORAGE_URL", "s3://bucket")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    monkeypatch.setenv("MTW_CHAT_MODEL", "some-model")
    assert run(["doctor", "--json"]) == 1
    told = capsys.readouterr().out
    found = json.loads(told)
    assert found["ok"] is False
    wrong = {check["name"] for check in found["checks"] if not check["ok"] and check["needed"]}
    assert wrong == {"database", "broker", "storage", "chat model"}
    assert all(check["next_step"] for check in found["checks"] if not check["ok"])
    assert "hush" not in told
    assert run(["doctor"]) == 1
    assert "missing" in capsys.readouterr().out


def mtw(*arguments: str, say: str = "") -> "subprocess.CompletedProcess[str]":
    code = "from assistant.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], input=say, capture_output=True, text=True, timeout=120
    )


def test_users_are_added_once_and_with_a_fit_password() -> None:
    from assistant.identity import Users
    from workspace.database import engine_for

    assert mtw("users", "add", "ada@example.com", "--role", "support", say="a long password\n").returncode == 0
    settings = load_settings(auth="password", auth_secret="x" * 40)
    found = Users(engine_for(settings.database), settings).verify("ada@example.com", "a long password")
    assert found is not None
    assert found.role == "support"
    again = mtw("users", "add", "ada@example.com", say="another password\n")
    assert (again.returncode, again.stdout) == (1, "")
    short = mtw("users", "add", "bob", say="short\n")
    assert short.returncode == 2
    assert "short" not in short.stdout
    assert mtw("users", "add", "bob", "--role", "king", say="a long password\n").returncode == 2


def test_a_reader_that_goes_away_is_no_error(mails: Path) -> None:
    """``mtw inspect FILE --json | head -1``"""
    code = "from assistant.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "inspect", str(mails), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
