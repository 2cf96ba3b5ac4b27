"""Every cause: its file is whole, its samples are of it, and what it names exists."""

import pytest

from tools.troubleshooting.curves import observations
from tools.troubleshooting.diagnosis import diagnose
from tools.troubleshooting.entry import TroubleshootingEntry, load_entries
from tools.troubleshooting.symptoms import ByWords
from workspace.cleaning import FIXES
from workspace.planning import PlanWishes
from workspace.recipe import load_recipes

WORDS = ByWords()
ENTRIES = load_entries()
CODES = sorted(ENTRIES)
OBSERVED = {
    "loss_not_a_number": {"train_loss": [1.0, float("nan")]},
    "loss_falls_to_zero": {"train_loss": [0.9, 0.5, 0.0, 0.0]},
    "loss_zero_from_start": {"train_loss": [0.0, 0.0, 0.0]},
    "loss_rises": {"train_loss": [0.9, 0.6, 3.0]},
    "loss_flat": {"train_loss": [1.386, 1.385, 1.387, 1.386]},
    "loss_of_guessing": {"train_loss": [0.70, 0.695], "valid_score": [0.50]},
    "learning_rate_huge": {"learning_rate": [0.5]},
    "validation_worse": {"train_loss": [0.9, 0.4, 0.1], "valid_loss": [0.8, 0.6, 0.9]},
    "perfect_at_once": {"valid_score": [1.0]},
    "score_at_chance": {"valid_score": [0.33, 0.33, 0.33]},
    "one_class": {"f1": [0.0], "valid_score": [0.87]},
}


def test_there_is_an_entry_for_each_of_the_known_causes() -> None:
    assert len(ENTRIES) == 64


@pytest.mark.parametrize("code", CODES)
def test_its_samples_are_of_it_and_the_others_are_not(code: str) -> None:
    samples = ENTRIES[code].samples
    assert {text: diagnose(text, WORDS).cause for text in samples.matching} == dict.fromkeys(samples.matching, code)
    assert code not in {diagnose(text, WORDS).cause for text in samples.other}


@pytest.mark.parametrize("code", CODES)
def test_what_it_names_exists(code: str) -> None:
    entry = ENTRIES[code]
    knobs = {name for recipe in load_recipes().values() for name in recipe.settings}
    assert set(entry.related) | set(entry.outranks) <= set(ENTRIES) - {code}
    assert set(entry.observations) <= {*OBSERVED, "same_output"}
    for mend in entry.mends:
        assert mend.repair is None or mend.repair in FIXES
        assert set(mend.plan) <= knobs | set(PlanWishes.model_fields)
    assert entry.explanation.endswith(".")
    assert not [step for step in entry.next_steps if not step.strip()]


def test_no_code_of_the_wizard_has_two_causes() -> None:
    codes = [code for entry in ENTRIES.values() for code in (entry.code, *entry.codes)]
    assert len(codes) == len(set(codes))


def test_no_symptom_belongs_to_two_causes() -> None:
    phrases = [phrase.casefold() for entry in ENTRIES.values() for phrase in entry.symptoms]
    assert len(phrases) == len(set(phrases))


@pytest.mark.parametrize("name", sorted(OBSERVED))
def test_curves_show(name: str) -> None:
    assert name in observations(OBSERVED[name])


def test_a_curve_as_it_should_be_shows_nothing() -> None:
    good = {"train_loss": [1.1, 0.7, 0.4, 0.3], "valid_loss": [1.0, 0.7, 0.5, 0.45], "valid_score": [0.6, 0.7, 0.8]}
    assert observations(good) == {}


def test_an_entry_with_an_unknown_field_is_refused() -> None:
    body = ENTRIES["DISK_FULL"].model_dump() | {"colour": "red"}
    with pytest.raises(ValueError, match="colour"):
        TroubleshootingEntry.model_validate(body)
