"""Every text renders, in every state of the journey, and shows what it is given and nothing else."""

import itertools
import re
from pathlib import Path
from typing import Any

import pytest

from assistant.guide.journey import Journey
from assistant.guide.texts import after, say, texts
from assistant.prompts import FOLDER, escape, prompt, render
from assistant.toolbelt import registry

JOURNEYS = [
    Journey(),
    Journey(dataset_id="ds_1", dataset_name="a_b*c.csv", columns=["x", "y"]),
    Journey(dataset_id="ds_1", dataset_name="mails", columns=["x"], ready=True, plan_id="plan_1"),
    Journey(dataset_id="ds_1", ready=True, plan_id="plan_1", run_id="run_1", run_status="running"),
    Journey(dataset_id="ds_1", run_id="run_1", run_status="succeeded", model_id="mdl_1", at="model"),
    Journey(dataset_id="ds_1", ready=True, run_id="run_1", run_status="failed", at="run"),
    Journey(dataset_id="ds_1", plan_id="plan_1", plan={"methods": ["a", "b"], "seconds": [8, 20]}, at="plan"),
    Journey(dataset_id="ds_1", ready=True, text=["Body"], label="Team", why="Team repeats", at="data"),
]


@pytest.mark.parametrize(("key", "journey"), list(itertools.product(texts("says.yaml"), JOURNEYS)))
def test_what_the_guide_says(key: str, journey: Journey) -> None:
    text = say(key, journey=journey, file="mails.xlsx", data_is_there=True, seconds=20, methods=["Word statistics"])
    assert text
    assert "{" not in text
    assert "  " not in text


def test_every_tool_has_its_words() -> None:
    assert set(texts("after.yaml")) == set(registry())


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda p: p.name)
def test_the_files(path: Path) -> None:
    text = prompt(path.name, journey=JOURNEYS[3], calls=12)
    assert text
    assert "{{" not in text


def test_the_system_prompt_knows_the_marks_and_the_tools() -> None:
    text = prompt("system.md")
    assert "« and »" in text
    named = set(re.findall(r"`([a-z_]+)`", text))
    assert named <= set(registry())


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain name", "plain name"),
        ("![x](http://x)", r"!\[x\](http://x)"),
        ("<b>*bold*</b>", r"\<b\>\*bold\*\</b\>"),
        ("`code`", r"\`code\`"),
        (3, 3),
    ],
)
def test_values_show_exactly_themselves(value: Any, shown: Any) -> None:
    assert escape(value) == shown
    assert render("{{ value }}", value=value) == str(shown)


def test_the_marks_are_for_models_only() -> None:
    assert render("{{ value }}", value="«Team»") == "Team"


def test_a_tool_without_words_is_silent() -> None:
    assert after("no_such_tool", data={}) == ""
