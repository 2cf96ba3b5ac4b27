"""The evaluation set, held with the guide by rules and letters alone, without real trainings."""

import asyncio
from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.evaluating.holding import Holder
from assistant.evaluating.judging import Judged, judge
from assistant.evaluating.report import report_of
from assistant.evaluating.scenario import End, Scenario, Step, scenarios, write_file
from assistant.toolbelt import registry


def hold(holder: Holder, chosen: list[Scenario]) -> list[Judged]:
    async def all_of() -> list[Judged]:
        return [await holder.hold(one, judge) for one in chosen]

    return asyncio.run(all_of())


def named(*ids: str) -> list[Scenario]:
    return [one for one in scenarios() if one.id in ids]


def test_the_set_covers_stages_languages_and_personas() -> None:
    assert len(scenarios()) >= 60
    assert {one.language for one in scenarios()} == {"en", "de", "fr", "es", "ar"}
    assert {one.persona for one in scenarios()} == {"business", "developer", "researcher", "support"}
    assert len({one.stage for one in scenarios()}) == 18
    assert len({(one.stage, one.id) for one in scenarios()}) == len(scenarios())


def test_every_tool_and_file_that_is_named_exists(tmp_path: Path) -> None:
    for one in scenarios():
        assert {*one.tools, *one.end.never, *one.end.either, *one.end.fails} <= set(registry()), one.id
        for step in one.steps:
            if step.upload:
                assert write_file(step.upload, tmp_path).stat().st_size > 100


def test_a_step_is_one_thing() -> None:
    with pytest.raises(ValidationError):
        Step(say="go", approve=True)


def test_one_of_each_kind_ends_as_it_must(holder: Holder) -> None:
    judged = hold(holder, named("a plan, and nothing started", "wie lange noch", "as ONNX", "a time limit", "mistakes"))
    assert [(one.scenario.id, one.faults) for one in judged if not one.passed] == []
    report = report_of("guide", judged)
    assert (report.passed, report.conversations) == (5, 5)
    assert {share.name: (share.right, share.of) for share in report.tools}["propose_plan"] == (1, 1)


def test_what_is_not_true_is_told_at_once(holder: Holder) -> None:
    (one,) = named("as ONNX")
    wrong = End(
        called=["delete_model"], never=["export_model"], cards=["plan"], rows=3, runs=9, says="banana", speaks="ar"
    )
    (judged,) = hold(holder, [one.model_copy(update={"end": wrong})])
    assert not judged.passed
    assert len(judged.faults) == 7
    assert report_of("guide", [judged]).wrongly_called == {"export_model": 1}


@pytest.mark.slow
@pytest.mark.long
def test_the_guide_passes_nine_of_ten(holder: Holder) -> None:
    judged = hold(holder, list(scenarios()))
    failed = [(one.scenario.id, one.faults) for one in judged if not one.passed]
    assert len(failed) <= len(scenarios()) / 10, failed
    wrong = report_of("guide", judged).wrongly_called
    assert not wrong.keys() & {"launch_training", "delete_dataset", "deploy_model"}
