"""The success figures."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant import cli
from assistant.support.operator_metrics import metrics_text
from assistant.support.report import month_of, report
from tests.assistant.talking import Talker, finish_run
from tests.assistant.web_client import Site
from tests.workspace.samples import a_plan
from workspace.events import ErrorShown, TurnEnded
from workspace.home import Workspace
from workspace.run import Failure
from workspace.settings import Settings


@pytest.fixture
def month(talker: Talker, mails: Path) -> Talker:
    """One conversation that led to a model after a training that failed, and one that stopped at the data."""
    talker.upload(mails)
    talker.press("Right, make a plan")
    talker.press("Start")
    workspace = talker.workspace
    finish_run(workspace, workspace.runs.list()[0].id, Failure(code="CPU_OOM", message="Not enough memory."))
    again = workspace.plans.add(a_plan(workspace.datasets.list()[0].id, budget_seconds=33))
    run, _ = workspace.runs.create(again, talker.conversation.id)
    finish_run(workspace, run.id)
    workspace.feedback.put(talker.conversation.id, 1, 1)
    left = workspace.transcripts.create("web", title="Left")
    shown = ErrorShown(code="FILE_EMPTY", message="The file is empty.", next_step="Choose another one.")
    workspace.transcripts.append(left.id, [shown, TurnEnded(stage="data")])
    return talker


def test_the_figures_of_a_month(month: Talker) -> None:
    figures = report(month.workspace.engine, *month_of(None))
    assert (figures.conversations, figures.people) == (2, 1)
    assert figures.outcomes == {"trained": 1, "in progress": 1}
    assert figures.reached_a_model == 0.5
    assert figures.minutes_to_first_model is not None
    assert figures.errors_shown == {"FILE_EMPTY": 1}
    assert (figures.thumbs_up, figures.thumbs_down) == (1, 0)
    trainings = figures.trainings
    assert (trainings.started, trainings.succeeded, trainings.failed) == (2, 1, 1)
    assert (trainings.better_than_guessing, trainings.failures) == (1, {"CPU_OOM": 1})


def test_another_month_knows_nothing_of_it(month: Talker) -> None:
    figures = report(month.workspace.engine, *month_of("2020-02"))
    assert (figures.conversations, figures.reached_a_model, figures.trainings.started) == (0, None, 0)


def test_a_month_ends_where_the_next_begins() -> None:
    assert month_of("2026-12") == (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="data"):
        month_of("2026-1a")


def test_the_command(month: Talker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MTW_HOME", str(month.workspace.settings.home))
    assert cli.run(["report", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["conversations"] == 2
    assert cli.run(["report"]) == 0
    assert "1 led to a model (50%)" in capsys.readouterr().out
    assert cli.run(["report", "--month", "2020-02"]) == 0
    assert "Nobody used the wizard in 2020-02." in capsys.readouterr().out
    assert cli.run(["report", "--month", "November", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "MONTH_INVALID"


def test_operators_get_figures_without_names(month: Talker, workspace: Workspace) -> None:
    text = metrics_text(month.workspace.engine).decode()
    assert "mtw_conversations 2.0" in text
    assert 'mtw_runs{kind="training",status="failed"} 1.0' in text
    assert 'mtw_feedback{thumb="up"} 1.0' in text
    assert "mails" not in text
    assert workspace.owner_id not in text


def test_they_are_served(settings: Settings) -> None:
    answer = Site(settings).get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "mtw_models 0.0" in answer.text
