"""What can be read out of a message by rule."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.guide.slots import (
    column_alone,
    columns_in,
    columns_said,
    file_named,
    seconds_in,
    texts_to_try,
    wishes_in,
)
from assistant.surfaces.slack.blocks.modals import plan_sentence
from workspace.recipe import load_recipes


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("in 5 minutes", 300),
        ("within 2 min please", 120),
        ("half an hour", 1800),
        ("it may take an hour", 3600),
        ("90s", 90),
        ("90 seconds", 90),
        ("1.5 hours", 5400),
        ("1,5 Stunden", 5400),
        ("in fünf Minuten", 300),
        ("en 10 minutes", 600),
        ("ten minutes", 600),
        ("a 5-minute run", 300),
        ("I have 300 mails", None),
        ("5 models", None),
        ("version 5m2", None),
        ("we met a man", None),
        ("", None),
    ],
)
def test_times(text: str, seconds: int | None) -> None:
    assert seconds_in(text) == seconds


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("learning rate 3e-5", {"learning_rate": 3e-5}),
        ("lr=0.001 and seed 7", {"learning_rate": 0.001, "seed": 7}),
        ("use 4 epochs", {"epochs": 4}),
        ("epochs: 4, batch size 16", {"epochs": 4, "batch_size": 16, "recipe": "finetune"}),
        ("3 epochs in 10 minutes", {"epochs": 3, "budget_seconds": 600}),
        ("only word statistics", {"recipe": "linear"}),
        ("use fine-tuning", {"recipe": "finetune"}),
        ("try all methods", {"recipe": "auto"}),
        ("stratified 80/10/10", {"test_fraction": 0.1, "valid_fraction": 0.1111}),
        ("70/30", {"test_fraction": 0.3}),
        ("keep 25 % as a test", {"test_fraction": 0.25}),
        ("optimise for accuracy", {"metric": "accuracy"}),
        ("use microsoft/deberta-v3-small", {"base": "microsoft/deberta-v3-small"}),
        (
            "use deberta-v3-small, lr 2e-5, 4 epochs, seed 7",
            {
                "base": "deberta-v3-small",
                "recipe": "finetune",
                "learning_rate": 2e-5,
                "epochs": 4,
                "seed": 7,
            },
        ),
        ("class weight balanced", {"class_weight": "balanced"}),
        ("word ngrams 3", {"word_ngrams": 3}),
        ("what is the weather", {}),
        ("yes and/or no", {}),
        ("on 24/7 duty", {}),
        ("is accuracy good?", {}),
    ],
)
def test_wishes(text: str, changes: dict[str, Any]) -> None:
    assert wishes_in(text).changes == changes


COLUMNS = ["Body", "Team", "Body text", "id"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("use Body as the text", {"text": "Body"}),
        ("use Body as the text and Team as the answer", {"text": "Body", "label": "Team"}),
        ("the label is team", {"label": "Team"}),
        ("read Body text and learn Team", {"label": "Team", "text": "Body text"}),
        ("Team is what it should predict", {"label": "Team"}),
        ("nimm Body als Text", {"text": "Body"}),
        ("what is in my data", {}),
        ("hello", {}),
    ],
)
def test_columns(text: str, told: dict[str, str]) -> None:
    assert columns_in(text, COLUMNS) == told


def test_columns_that_do_not_exist_are_still_what_was_said() -> None:
    assert columns_said("use foo as the text and bar as the answer") == {"text": "foo", "label": "bar"}
    assert columns_said("show me the data") == {}


def test_a_single_column() -> None:
    assert column_alone("Team", COLUMNS) == "Team"
    assert column_alone("it is TEAM I think", COLUMNS) == "Team"
    assert column_alone("Body or Team", COLUMNS) == ""
    assert column_alone("nothing", COLUMNS) == ""


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("try: my parcel is late", ["my parcel is late"]),
        ("Test this: a\nb", ["a\nb"]),
        ('what about "win a prize" and “hello”', ["win a prize", "hello"]),
        ("what would it say to 'call me now'?", ["call me now"]),
        ("it's what they don't like", []),
        ("try it", []),
        ("show the mistakes", []),
    ],
)
def test_texts_to_try(text: str, texts: list[str]) -> None:
    assert texts_to_try(text) == texts


def test_file_names() -> None:
    assert file_named("it is mails Q3 (2).xlsx").endswith("(2).xlsx")
    assert file_named("my file") == ""


@given(st.text(max_size=200))
def test_no_text_breaks_a_rule(text: str) -> None:
    wishes_in(text)
    seconds_in(text)
    texts_to_try(text)
    columns_said(text)
    file_named(text)
    columns_in(text, ["a", "*", "(", "text", ""])


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        ("dropout 0.1 and a cosine schedule", {"dropout": 0.1, "schedule": "cosine"}),
        ("constant learning rate decay, warmup 0.2", {"schedule": "constant", "warmup": 0.2}),
        ("use cls pooling and bf16", {"pooling": "cls", "precision": "bfloat16"}),
        ("train on the gpu with 5 trials", {"device": "gpu", "trials": 5}),
        ("device cpu, gradient accumulation 4, batch size 16", {"device": "cpu", "accumulation": 4, "batch_size": 16}),
        ("head own, precision float32", {"head": "own", "precision": "float32"}),
        ("class weight balanced", {"class_weight": "balanced"}),
    ],
)
def test_settings_that_are_one_of_several_names_are_understood(said: str, changes: dict[str, object]) -> None:
    told = wishes_in(said).changes
    assert {name: told.get(name) for name in changes} == changes


def test_precision_as_a_score_is_no_setting() -> None:
    assert "precision" not in wishes_in("I want a precision of 0.9").changes


def settable() -> dict[str, Any]:
    """Everything in the form of a plan, each with another value than the usual one."""
    values: dict[str, Any] = {
        "recipe": "linear",
        "base": "my models/x, y",
        "budget_seconds": 600,
        "metric": "accuracy",
        "test_fraction": 0.3,
        "valid_fraction": 0.25,
        "seed": 7,
    }
    for recipe in load_recipes().values():
        for name, knob in recipe.settings.items():
            usual = knob.default
            if knob.choices:
                values[name] = next(choice for choice in knob.choices if choice != usual)
            elif isinstance(usual, bool):
                values[name] = not usual
            else:
                values[name] = (
                    usual + 1 if isinstance(usual, int) else usual / 2 if isinstance(usual, float) else "a b,c=d"
                )
    return values


def test_what_the_form_says_is_heard_whole() -> None:
    assert wishes_in(plan_sentence(settable())).changes == settable()


@pytest.mark.parametrize(("name", "value"), settable().items())
def test_one_field_of_the_form_is_heard_alone(name: str, value: Any) -> None:
    heard = wishes_in(plan_sentence({name: value})).changes
    assert heard[name] == value
    assert type(heard[name]) is type(value)


def test_a_cleared_field_sets_back() -> None:
    assert wishes_in("Change the plan: seed=, epochs=4").changes["seed"] is None
