"""The App Home: what there is, and the next thing to do with it."""

from datetime import UTC, datetime

from hypothesis import given, settings

from assistant.surfaces.slack.blocks import home_view
from tests.assistant.surfaces.slack.blocks.hostile import hostile_texts
from tests.assistant.surfaces.slack.blocks.slack_limits import elements_of, view_faults, words_of
from tools.cards import DatasetRowView, RunRowView
from workspace.dataset import TaskKind
from workspace.model import Evaluation, RunOutcome, TrainedModel

AT = datetime(2026, 11, 2, tzinfo=UTC)


def dataset(name: str) -> DatasetRowView:
    return DatasetRowView(
        dataset_id="ds_1", name=name, version=2, rows=1_772, task="classification", labels=6, created_at=AT.isoformat()
    )


def run(name: str) -> RunRowView:
    return RunRowView(
        run_id="run_1", name=name, status="succeeded", recipe="embed", score=0.93, headline="93 of 100 right",
        created_at=AT.isoformat(), seconds=38,
    )  # fmt: skip


def model(name: str) -> TrainedModel:
    outcome = RunOutcome.model_construct(model_id="mdl_1", evaluation=Evaluation.model_construct(metrics={}))
    return TrainedModel.model_construct(
        id="mdl_1", owner_id="u", run_id="run_1", dataset_id="ds_1", name=name, task=TaskKind.CLASSIFICATION,
        recipe="embed", base=None, labels=["a", "b"], artifact_key="m", outcome=outcome, created_at=AT,
    )  # fmt: skip


def test_everything_has_its_next_step() -> None:
    view = home_view([dataset("mails")], [run("mails")], [model("mails")])
    assert view_faults(view) == []
    pressed = [(e["action_id"].split(":")[:2], e.get("value")) for e in elements_of(view["blocks"])]
    assert pressed == [
        (["home", "new"], None),
        (["home", "dataset"], "ds_1"),
        (["home", "run"], "run_1"),
        (["open", "try"], "mdl_1"),
    ]


def test_an_empty_home_says_how_to_begin() -> None:
    view = home_view([], [], [])
    assert view_faults(view) == []
    assert "No data yet" in "".join(words_of(view["blocks"]))


def test_more_than_fits_is_counted() -> None:
    view = home_view([dataset(f"mails {n}") for n in range(20)], [run("x")] * 30, [model("m")] * 40)
    assert view_faults(view) == []
    words = "".join(words_of(view["blocks"]))
    assert "and 12 more" in words
    assert "and 32 more" in words


@settings(max_examples=40, deadline=None, derandomize=True)
@given(text=hostile_texts)
def test_no_name_breaks_the_home(text: str) -> None:
    assert view_faults(home_view([dataset(text)] * 9, [run(text)] * 9, [model(text)] * 9)) == []
