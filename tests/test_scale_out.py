"""PostgreSQL, Redis and S3 instead of the built-in parts, by settings alone: one whole training on real servers."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.servers import S3Server, free_port, wait_until
from workspace.dataset import TaskKind
from workspace.home import LOCAL_OWNER, Workspace
from workspace.migrations import upgrade
from workspace.plan import TrainingPlan
from workspace.queue import CeleryQueue
from workspace.reading import ingest
from workspace.run import Run
from workspace.settings import load_settings

pytestmark = pytest.mark.slow


@pytest.fixture
def distributed(
    postgres_url: str, valkey_url: str, s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The environment that names the three servers; nothing else is set."""
    environment = s3_server.environment | {
        "DATABASE_URL": postgres_url,
        "REDIS_URL": valkey_url.removesuffix("/0") + "/5",
        "STORAGE_URL": f"s3://{s3_server.bucket}/{tmp_path.name}",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


@contextmanager
def running(*arguments: str, home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """``mtw ARGUMENTS`` with a home of its own, as on another machine."""
    code = "from assistant.cli import main; main()"
    with (home.parent / f"{home.name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env=os.environ | {"MTW_HOME": str(home)},
            stdout=log,
            stderr=log,
        )
        try:
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()
            process.wait()


def health(port: int) -> dict[str, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as exc:
        return dict(json.load(exc))
    except OSError:
        return {}


@pytest.mark.long
def test_a_training_on_other_machines(distributed: dict[str, str], tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "web")
    upgrade(settings.database)
    workspace = Workspace(LOCAL_OWNER, settings, CeleryQueue(settings.redis_url))
    mails = tmp_path / "mails.csv"
    words = {"Orders": "where is my parcel, order number", "Billing": "the invoice has a wrong amount, bill number"}
    rows = [f'"{words[team]} {n}",{team}\n' for n in range(60) for team in words]
    mails.write_text("Body,Team\n" + "".join(rows))
    dataset = ingest(workspace, mails, mails.name, None)
    plan = TrainingPlan(
        dataset_id=dataset.id, task=TaskKind.CLASSIFICATION, text=("Body",), label="Team", recipe="linear"
    )
    run, _ = workspace.runs.create(workspace.plans.add(plan))
    port = free_port()
    with (
        running("worker", home=tmp_path / "worker"),
        running("up", "--no-worker", "--port", str(port), home=tmp_path / "web"),
    ):
        workspace.queue.submit_run(run.id)

        def ended() -> Run | None:
            found = workspace.runs.get(run.id)
            return found if found.status.ended else None

        wait_until(lambda: ended() is not None, 240, "training on other machines")
        done = workspace.runs.get(run.id)
        assert done.outcome is not None, done.failure
        assert done.outcome.evaluation.metrics["accuracy"] == 1.0
        model = workspace.models.get(done.outcome.model_id)
        assert workspace.storage.list(model.artifact_key)
        (answer,) = workspace.queue.predict(LOCAL_OWNER, model.id, ["my parcel is not here"], timeout=120)
        assert answer.label == "Orders"
        wait_until(lambda: health(port).get("status") == "ok", 120, "starting the web application")
        assert health(port) | {"chat_model": ""} == {
            "status": "ok", "database": "ok", "broker": "ok", "worker": "ok", "chat_model": "",
        }  # fmt: skip
    # Nothing of it went into the homes: they hold logs and scratch files alone.
    for home in ("web", "worker"):
        assert not list((tmp_path / home).rglob("mtw.db"))
        assert not (tmp_path / home / "storage").exists()
        assert not (tmp_path / home / "broker").exists()
