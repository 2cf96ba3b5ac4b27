"""The end of a closer look reaches its conversation without disturbing it."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from assistant.followup import Followup
from assistant.hub import Hub
from assistant.rendering.steps import Renderer
from assistant.surfaces.terminal import Terminal
from assistant.surfaces.web_live import run_state
from assistant.toolbelt import call_tool
from tests.assistant.talking import Talker, calls, of, words, write_csv
from tests.fakes import FakeQueue
from tools import redacting
from tools.context import ToolContext
from training_worker.analysing import analyse
from training_worker.reporter import ListReporter
from workspace.analysis import Analysis
from workspace.dataset import Check, DataProblem, FixOffer, Verdict
from workspace.events import Asked, CardShown, RunProgressed
from workspace.run import Analysed, Failed, Failure, Progressed, RunEvent, RunStatus
from workspace.run_log import RunLog


@pytest.fixture(autouse=True)
def looks_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTW_CHECK_SECONDS", "25")


@pytest.fixture
def analysis(talker: Talker, tmp_path: Path) -> Analysis:
    """Data was shown, and a model looks more closely at it."""
    talker.upload(write_csv(tmp_path / "mails.csv", times=10))
    (found,) = talker.workspace.analyses.list(talker.conversation.id)
    return found


def finish(talker: Talker, analysis: Analysis, end: RunEvent | None = None) -> None:
    """As the worker ends it."""
    log = RunLog(talker.workspace.engine)
    lease = log.claim(analysis.id, "w", 60, 3)
    assert lease is not None
    if end is None:
        fix = FixOffer(code="relabel_suspicious", label="Change them")
        wrong = DataProblem(code="SUSPICIOUS_LABELS", severity="warning", count=7, message="They look wrong.", fix=fix)
        verdict = Verdict(kind="fix_first", sentence="First repair these.")
        job = analysis.job
        check = Check(problems=[wrong], verdict=verdict, text=list(job.text), label=job.label, rows_checked=80)
        talker.workspace.datasets.set_check(job.dataset_id, check)
    log.append(lease, end or Analysed())


def look(talker: Talker, live: Hub | None = None) -> bool:
    followup = Followup(talker.workspace.settings, lambda _: talker.workspace, live=live or Hub())
    return talker.run(followup.look)


def test_what_was_found_is_told_and_asked_once(talker: Talker, analysis: Analysis) -> None:
    before = len(talker.stored)
    finish(talker, analysis)
    assert look(talker) is False
    told = talker.stored[before:]
    assert calls(told) == ["check_dataset"]
    assert [card.card.title for card in of(told, CardShown)] == ["7 labels look wrong, of 80"]
    assert "7 labels look wrong" in words(told)
    assert [o.label for o in of(told, Asked)[0].options][:2] == ["Change all 7 to the probable label", "Show me first"]
    look(talker)
    assert len(talker.stored) == before + len(told)


def test_the_waiting_for_a_training_does_not_wait_for_it(talker: Talker, analysis: Analysis) -> None:
    assert talker.workspace.runs.unreported() == []
    assert [a.id for a in talker.workspace.analyses.unreported()] == [analysis.id]


def test_an_open_plan_is_not_disturbed(talker: Talker, analysis: Analysis) -> None:
    talker.press("Right, make a plan")
    asked, before = talker.asked, len(talker.stored)
    finish(talker, analysis)
    look(talker)
    told = talker.stored[before:]
    assert len(of(told, CardShown)) == 1
    assert (of(told, Asked), words(told)) == ([], "")
    talker.press("Start")
    assert len(talker.workspace.runs.list()) == 1
    assert asked.approval is not None


def test_it_is_silent_about_data_that_is_gone_or_changed(talker: Talker, analysis: Analysis) -> None:
    finish(talker, analysis)
    before = len(talker.stored)
    talker.workspace.datasets.set_undone(analysis.job.dataset_id, True)
    newer = talker.workspace.datasets.get(analysis.job.dataset_id)
    talker.workspace.datasets.add(
        newer.model_copy(update={"id": "ds_newer", "version": 2, "parent_id": newer.id, "undone": False})
    )
    look(talker)
    assert len(talker.stored) == before
    assert talker.workspace.analyses.unreported() == []


def test_it_is_silent_where_it_failed(talker: Talker, analysis: Analysis) -> None:
    before = len(talker.stored)
    finish(talker, analysis, Failed(failure=Failure(code="CPU_OOM", message="m")))
    look(talker)
    assert len(talker.stored) == before
    assert talker.workspace.analyses.get(analysis.id).status is RunStatus.FAILED


def test_the_card_shows_how_far_it_is_live_and_after_a_reload(talker: Talker, analysis: Analysis) -> None:
    log, live = RunLog(talker.workspace.engine), Hub()
    lease = log.claim(analysis.id, "w", 60, 3)
    assert lease is not None
    log.append(lease, Progressed(stage="data", message="Looking more closely at 80 labels", fraction=0.75))
    with live.subscribe(talker.conversation.id) as news:
        assert look(talker, live) is True
        tick = talker.run(news.get)
    assert isinstance(tick, RunProgressed)
    assert tick.analysis
    renderer = Renderer(talker.conversation.id)
    for stored in talker.conversation.events:
        renderer.event(stored)
    (update,) = renderer.progress(tick)
    data = update.body["props"]["data"]
    assert data["checking"]["message"] == "Looking more closely at 80 labels"
    assert "problems" in data
    reloaded = Renderer(talker.conversation.id, run_state(talker.workspace))
    for stored in talker.conversation.events:
        reloaded.event(stored)
    (card,) = reloaded.progress_cards()
    assert card.body["props"]["data"]["checking"]["fraction"] == 0.75


def test_one_that_was_broken_off_goes_on_when_the_conversation_is_opened_again(
    talker: Talker, analysis: Analysis, queue: FakeQueue
) -> None:
    with Hub().subscribe(talker.conversation.id) as news:
        opened = Terminal(talker.conversation, talker.workspace, news, talker.workspace.settings)
        queue.submitted.clear()
        talker.run(opened.go_on_looking)
        assert queue.submitted == [analysis.id]
        finish(talker, analysis)
        look(talker)
        talker.run(opened.go_on_looking)
        assert queue.submitted == [analysis.id]


def test_a_long_hiding_becomes_a_version_at_its_end(
    talker: Talker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the worker has made is nobody's version before its end is told, and one version then."""
    monkeypatch.setattr(redacting, "LONGEST", 0.0)
    talker.upload(write_csv(tmp_path / "mails.csv", [("write to anna.keller@gmail.com", "a"), ("late", "b")]))
    workspace = talker.workspace
    (before,) = workspace.datasets.list()
    call = {"dataset_id": before.id, "everything": "mask"}
    assert call_tool(ToolContext(workspace, talker.conversation.id), "redact_dataset", call).ok
    (job,) = [a for a in workspace.analyses.list(dataset_id=before.id) if a.job.kind == "redact"]
    work = tmp_path / "work"
    work.mkdir()
    end = analyse(job, workspace.settings, work, ListReporter())
    finish(talker, job, end)
    assert [d.id for d in workspace.datasets.list()] == [before.id]

    look(talker)
    now, parent = workspace.datasets.list()
    assert (now.parent_id, parent.id, now.step and now.step.kind) == (before.id, before.id, "redact")
    assert [card.card.kind for card in of(talker.stored, CardShown)][-2:] == ["privacy", "problems"]
    with workspace.storage.as_file(now.table_key) as table:
        assert "keller" not in str(pq.read_table(table).to_pylist())
    look(talker)
    assert len(workspace.datasets.list()) == 2
