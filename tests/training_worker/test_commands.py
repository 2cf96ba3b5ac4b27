"""``mtw train``, ``evaluate`` and ``predict`` as processes of their own, on real data, without any server."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from assistant.cli import run
from tests.training_worker.runs import mails, running, wait_for
from tests.workspace.reading.hub import hub_of_our_own
from workspace.home import LOCAL_OWNER, Workspace
from workspace.queue import LocalQueue
from workspace.run import RunStatus
from workspace.settings import Settings, load_settings

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Called:
    """How a command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def mtw(home: Path, *arguments: str | Path, **options: Any) -> "subprocess.CompletedProcess[str]":
    command = [Path(sys.executable).parent / "mtw", *arguments]
    environment = os.environ | {"MTW_HOME": str(home)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=240, **options)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli-home")


@pytest.fixture(scope="module")
def trained(home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What ``mtw train --json`` printed for a real file, with nothing named."""
    out = tmp_path_factory.mktemp("models") / "spam"
    done = mtw(home, "train", DATA / "sms_spam_sample.tsv", "--recipe", "linear", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_train_prints_the_promised_shape(trained: dict[str, Any]) -> None:
    assert {
        "run", "model", "out", "task", "recipe", "base", "rows", "metrics", "intervals", "baseline", "tried",
        "seconds", "peak_rss_mb",
    } <= set(trained)  # fmt: skip
    assert set(trained["rows"]) == {"train", "valid", "test"}
    assert {"data", "train", "evaluate", "total"} <= set(trained["seconds"])
    assert {"accuracy", "macro_f1", "precision", "recall"} <= set(trained["metrics"])
    assert trained["metrics"]["accuracy"] > trained["baseline"]["accuracy"]
    low, high = trained["intervals"]["accuracy"]
    assert low <= trained["metrics"]["accuracy"] <= high
    assert set(trained["tried"][0]) >= {"recipe", "score", "seconds"}


@pytest.mark.long
def test_predict_by_folder_and_by_id(home: Path, trained: dict[str, Any]) -> None:
    text = "WINNER!! Claim your free prize now, call 09061701461"
    for model in (trained["out"], trained["model"]):
        done = mtw(home, "predict", model, text, "--json")
        assert done.returncode == 0, done.stderr
        (answer,) = json.loads(done.stdout)
        assert set(answer) == {"text", "label", "score", "scores"}
        assert answer["label"] == "spam"
        assert answer["score"] == answer["scores"]["spam"] > 0.5


@pytest.mark.parametrize(
    "kind", ["csv", pytest.param("parquet", marks=pytest.mark.long), pytest.param("jsonl", marks=pytest.mark.long)]
)
def test_predict_a_file(home: Path, trained: dict[str, Any], tmp_path: Path, kind: str) -> None:
    file, out = tmp_path / "in.csv", tmp_path / f"out.{kind}"
    file.write_text('text,prediction\n"hello, mum",1\n\nfree prize,2\n=1+1,3\n')
    done = mtw(home, "predict", trained["out"], "--file", file, "--out", out)
    assert done.returncode == 0, done.stderr
    rows = {
        "csv": lambda: pyarrow.csv.read_csv(out).to_pylist(),
        "parquet": lambda: pq.read_table(out).to_pylist(),
        "jsonl": lambda: [json.loads(line) for line in out.read_text().splitlines()],
    }[kind]()
    assert [r["text"] for r in rows] == ["hello, mum", "free prize", "=1+1"]
    assert [str(r["prediction"]) for r in rows] == ["1", "2", "3"]
    assert {r["prediction_"] for r in rows} <= {"ham", "spam"}
    assert all(0 <= r["score"] <= 1 for r in rows)


def test_evaluate(home: Path, trained: dict[str, Any]) -> None:
    done = mtw(home, "evaluate", trained["model"], DATA / "sms_spam_sample.tsv", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["metrics"]["accuracy"] > 0.9
    assert len(answer["confusion"]) == len(answer["labels"]) == 2


@pytest.fixture
def call(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Called]:
    """The command in this process: what is refused is refused before anything starts."""
    monkeypatch.setenv("MTW_HOME", str(home))

    def called(*arguments: str | Path) -> Called:
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Called(code, out, err)

    return called


def test_all_faults_of_a_call_at_once(call: Callable[..., Called]) -> None:
    done = call(
        "train", DATA / "sms_spam_sample.tsv", "--label", "nope", "--recipe", "linear", "--set", "C=-1",
        "--set", "word_ngrams=9", "--json",
    )  # fmt: skip
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    for part in ("'nope'", "C must be", "word_ngrams must be"):
        assert part in error["message"]
    assert set(error) == {"code", "message", "next_step"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["train"], "WRONG_CALL"),
        (["train", "no-such-file.csv"], "FILE_NOT_FOUND"),
        (["train", "--resume", "run_none"], "RUN_NOT_FOUND"),
        (["predict", "mdl_none", "text"], "MODEL_NOT_FOUND"),
        (["predict", "."], "WRONG_CALL"),
        (["predict", ".", "text"], "NOT_A_MODEL"),
        (["evaluate", "mdl_none", "no-such-file.csv"], "MODEL_NOT_FOUND"),
    ],
)
def test_wrong_calls(
    call: Callable[..., Called], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call(*arguments, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == code
    assert "Traceback" not in done.stderr


def test_a_folder_with_other_files_is_left_alone(call: Callable[..., Called], tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    done = call("train", DATA / "sms_spam_sample.tsv", "--out", tmp_path, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "OUT_NOT_USABLE"
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_rows_that_cannot_be_learned_from_are_the_files_fault(call: Callable[..., Called], tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("text,label\n" + "".join(f"message number {i},yes\n" for i in range(30)))
    done = call("train", file, "--text", "text", "--label", "label", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "ONE_CLASS"


@pytest.mark.long
def test_a_full_disk_is_told_and_leaves_nothing_half(tmp_path: Path) -> None:
    """Files may not grow beyond 20 MB: what a full disk does to the model's weights, and to nothing smaller."""
    pyarrow.csv.write_csv(mails(200), tmp_path / "mails.csv")
    home = tmp_path / "home"

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20 << 20, 20 << 20))

    done = mtw(
        home, "train", tmp_path / "mails.csv", "--recipe", "embed", "--out", tmp_path / "out", "--json",
        preexec_fn=limit,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert json.loads(done.stdout)["error"]["code"] == "DISK_FULL"
    assert not (tmp_path / "out").exists()
    settings = load_settings(home=home)
    workspace = Workspace(LOCAL_OWNER, settings, LocalQueue(settings))
    (run,) = workspace.runs.list()
    assert run.status is RunStatus.FAILED
    assert workspace.models.list() == []
    assert not (home / "work" / run.id).exists()


@pytest.mark.long
def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path: Path) -> None:
    pyarrow.csv.write_csv(mails(5000), tmp_path / "mails.csv")  # so many that it cannot end before it is stopped
    home = tmp_path / "home"
    settings = load_settings(home=home)
    command = [Path(sys.executable).parent / "mtw", "train", tmp_path / "mails.csv", "--recipe", "embed", "--json"]
    training = subprocess.Popen(
        command,
        env=os.environ | {"MTW_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heed_ctrl_c,
    )
    workspace = Workspace(LOCAL_OWNER, settings, LocalQueue(settings))
    wait_for(lambda: (home / "mtw.db").exists() and _runs(workspace) > 0, "the run being stored")
    (started,) = workspace.runs.list()
    running(workspace, started, step=0)
    training.send_signal(signal.SIGINT)
    out, _ = training.communicate(timeout=60)
    assert training.returncode == 1
    error = json.loads(out)["error"]
    assert error["code"] == "STOPPED"
    assert f"mtw train --resume {started.id}" in error["next_step"]
    stopped = workspace.runs.get(started.id)
    assert (stopped.status, stopped.attempt) == (RunStatus.QUEUED, 0)
    done = mtw(home, "train", "--resume", started.id, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["run"] == started.id
    assert workspace.runs.get(started.id).status is RunStatus.SUCCEEDED


def _heed_ctrl_c() -> None:
    """Where the tests run in the background of a shell, Ctrl-C is ignored, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _runs(workspace: Workspace) -> int:
    from sqlalchemy.exc import OperationalError

    try:
        return len(workspace.runs.list())
    except OperationalError:  # being migrated
        return 0


@pytest.fixture
def local(settings: Settings) -> Iterator[Workspace]:
    queue = LocalQueue(settings)
    yield Workspace(LOCAL_OWNER, settings, queue)
    queue.close()


@pytest.mark.long
def test_the_queue_of_the_terminal(local: Workspace) -> None:
    """A training in a child process, cancelled by the database; predictions by another child."""
    from tests.training_worker.runs import ended, stored_dataset, stored_run

    dataset = stored_dataset(local, rows=200)
    first = stored_run(local, dataset, recipe="linear", C=1)
    local.queue.submit_run(first.id)
    done = ended(local, first)
    assert done.outcome is not None
    (answer,) = local.queue.predict(LOCAL_OWNER, done.outcome.model_id, ["parcel late courier"])
    assert answer.label == "shipping"
    other = stored_run(local, stored_dataset(local, rows=1500), recipe="embed")
    local.queue.submit_run(other.id)
    running(local, other, step=0)
    local.runs.request_cancel(other.id)
    assert ended(local, other).status is RunStatus.CANCELLED


@pytest.mark.long
def test_a_data_set_of_the_hub_is_learnt_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    with hub_of_our_own(monkeypatch, tmp_path / "cache"):
        shown = mtw(tmp_path / "home", "inspect", "hf://ada/mails", "--quick", "--json")
        done = mtw(tmp_path / "home", "train", "hf://ada/mails", "--recipe", "linear", "--json")
        missing = mtw(tmp_path / "home", "train", "hf://ada/unknown", "--json")
    assert json.loads(shown.stdout)["rows"] == 60
    assert done.returncode == 0, done.stderr
    assert sum(json.loads(done.stdout)["rows"].values()) > 0
    assert (missing.returncode, json.loads(missing.stdout or missing.stderr)["error"]["code"]) == (
        2,
        "HUB_DATASET_NOT_FOUND",
    )
