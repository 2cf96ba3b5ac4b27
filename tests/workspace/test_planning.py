"""Plans from a profile and wishes."""

from datetime import UTC, datetime

import pytest

from workspace.dataset import ColumnProfile, ColumnRole, Dataset, DatasetProfile, TaskGuess, TaskKind
from workspace.errors import InputError
from workspace.plan import STARTER, WRITER
from workspace.planning import PlanWishes, parse_settings, plan_changes, plan_from_profile, typed_value
from workspace.recipe import load_recipes
from workspace.settings import Settings


def _column(name: str, role: ColumnRole, unique: int = 90, missing: int = 0, length: float = 5) -> ColumnProfile:
    return ColumnProfile(name=name, type="text", role=role, missing=missing, unique=unique, mean_length=length)


def _dataset(*columns: ColumnProfile, guess: TaskGuess | None = None, rows: int = 100) -> Dataset:
    columns = columns or (
        _column("Body", ColumnRole.TEXT, length=80),
        _column("Team", ColumnRole.LABEL, unique=6),
        _column("Id", ColumnRole.ID, unique=100),
    )
    guess = guess or TaskGuess(kind=TaskKind.CLASSIFICATION, text=["Body"], label="Team", confidence=0.9, why="")
    profile = DatasetProfile(format="csv", rows=rows, columns=list(columns), task=guess)
    return Dataset(
        id="ds_1", owner_id="usr_1", name="mails", source_name="mails.csv", source_key="k", table_key="k", rows=rows,
        profile=profile, created_at=datetime.now(UTC),
    )  # fmt: skip


def _fault(dataset: Dataset, settings: Settings, wishes: PlanWishes) -> InputError:
    with pytest.raises(InputError) as caught:
        plan_from_profile(dataset, settings, wishes)
    return caught.value


def test_the_profile_decides_where_nothing_is_asked(settings: Settings) -> None:
    plan = plan_from_profile(_dataset(), settings)
    assert (plan.task, plan.text, plan.label) == (TaskKind.CLASSIFICATION, ("Body",), "Team")
    assert (plan.recipe, plan.budget_seconds) == ("auto", settings.default_budget_seconds)


def test_wishes_win(settings: Settings) -> None:
    wishes = PlanWishes(recipe="linear", budget_seconds=30, seed=7, settings={"C": "2.5", "word_ngrams": "1"})
    plan = plan_from_profile(_dataset(), settings, wishes)
    assert (plan.recipe, plan.budget_seconds, plan.seed) == ("linear", 30, 7)
    assert plan.settings == {"C": 2.5, "word_ngrams": 1}
    assert type(plan.settings["word_ngrams"]) is int


def test_columns_are_found_whatever_their_case(settings: Settings) -> None:
    plan = plan_from_profile(_dataset(), settings, PlanWishes(text=["body "], label="TEAM"))
    assert (plan.text, plan.label) == (("Body",), "Team")


def test_all_faults_are_told_at_once(settings: Settings) -> None:
    error = _fault(
        _dataset(),
        settings,
        PlanWishes(text=["Bodi"], label="Tean", recipe="linear", budget_seconds=1, settings={"C": "-1", "lr": 3}),
    )
    assert error.code == "PLAN_INVALID"
    for part in ("'Bodi'", "Did you mean 'Body'?", "'Tean'", "C must be at least", "no setting 'lr'", "budget_seconds"):
        assert part in error.message


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        (PlanWishes(label="Nothing like it"), "MISSING_COLUMN"),
        (PlanWishes(recipe="magic"), "RECIPE_UNKNOWN"),
        (PlanWishes(task=TaskKind.NER, recipe="linear"), "TASK_UNSUPPORTED"),
        (PlanWishes(recipe="linear", settings={"C": "nan"}), "SETTING_INVALID"),
        (PlanWishes(recipe="linear", settings={"C": "inf"}), "SETTING_INVALID"),
        (PlanWishes(metric="luck"), "SETTING_INVALID"),
        (PlanWishes(text=["Team"]), "PLAN_INVALID"),
    ],
)
def test_one_fault_has_its_own_code(settings: Settings, wishes: PlanWishes, code: str) -> None:
    assert _fault(_dataset(), settings, wishes).code == code


@pytest.mark.parametrize(
    ("label", "code"),
    [
        (_column("Team", ColumnRole.LABEL, unique=1), "ONE_CLASS"),
        (_column("Team", ColumnRole.LABEL, unique=100), "RARE_CLASS_SPLIT"),
        (_column("Team", ColumnRole.LABEL, unique=0, missing=100), "EMPTY_DATASET"),
    ],
)
def test_answers_that_cannot_be_learned(settings: Settings, label: ColumnProfile, code: str) -> None:
    dataset = _dataset(_column("Body", ColumnRole.TEXT), label)
    assert _fault(dataset, settings, PlanWishes()).code == code


def test_a_file_that_is_for_nothing_we_know(settings: Settings) -> None:
    dataset = _dataset(_column("Body", ColumnRole.TEXT), guess=TaskGuess(kind=None, confidence=0, why="no answers"))
    error = _fault(dataset, settings, PlanWishes())
    assert "name the task" in error.message
    assert "answers to learn" in error.message


def test_a_changed_plan_keeps_the_rest(settings: Settings) -> None:
    dataset = _dataset()
    plan = plan_from_profile(dataset, settings, PlanWishes(recipe="linear", seed=3, settings={"C": 2.0}))
    changed = plan_from_profile(dataset, settings, PlanWishes(budget_seconds=60, settings={"word_ngrams": 1}), plan)
    assert changed.settings == {"C": 2.0, "word_ngrams": 1}
    assert changed.seed == 3
    assert {c.field: (c.before, c.after) for c in plan_changes(plan, changed)} == {
        "budget_seconds": (str(plan.budget_seconds), "60"),
        "settings.word_ngrams": ("default", "1"),
    }


def test_settings_of_another_recipe_go_with_it(settings: Settings) -> None:
    dataset = _dataset()
    only_linear = next(n for n in load_recipes()["linear"].settings if n not in load_recipes()["embed"].settings)
    knob = load_recipes()["linear"].settings[only_linear]
    plan = plan_from_profile(dataset, settings, PlanWishes(recipe="linear", settings={only_linear: knob.default}))
    assert plan_from_profile(dataset, settings, PlanWishes(recipe="embed"), plan).settings == {}


def test_key_value_pairs() -> None:
    assert parse_settings(["C=2", " a = b=c "]) == {"C": "2", "a": "b=c"}
    with pytest.raises(InputError) as caught:
        parse_settings(["C", "=3", "ok=1"])
    assert "'C'" in caught.value.message
    assert "'=3'" in caught.value.message


def test_texts_become_what_the_knob_takes() -> None:
    knobs = load_recipes()["linear"].settings
    assert typed_value("2e-1", knobs["C"]) == 0.2
    assert typed_value("2", knobs["word_ngrams"]) == 2
    assert typed_value("two", knobs["word_ngrams"]) == "two"


_FLAGS = TaskGuess(kind=TaskKind.MULTILABEL, text=["Body"], label_columns=["Billing", "Urgent"], confidence=0.8, why="")


def _flagged() -> Dataset:
    columns = (_column("Billing", ColumnRole.LABELS, unique=2), _column("Urgent", ColumnRole.LABELS, unique=2))
    return _dataset(_column("Body", ColumnRole.TEXT, length=80), *columns, guess=_FLAGS)


def _joined() -> Dataset:
    guess = TaskGuess(
        kind=TaskKind.MULTILABEL, text=["Body"], label="Teams", label_separator=";", confidence=0.8, why=""
    )
    columns = (_column("Body", ColumnRole.TEXT, length=80), _column("Teams", ColumnRole.LABELS, unique=9))
    return _dataset(*columns, _column("Other", ColumnRole.OTHER), guess=guess)


def test_several_labels_come_into_the_plan_in_the_form_of_the_file(settings: Settings) -> None:
    flags, joined = plan_from_profile(_flagged(), settings), plan_from_profile(_joined(), settings)
    assert (flags.task, flags.label, flags.label_columns) == (
        TaskKind.MULTILABEL, "Billing, Urgent", ("Billing", "Urgent"),
    )  # fmt: skip
    assert flags.answer_columns == ("Billing", "Urgent")
    assert (joined.label, joined.label_columns, joined.label_separator) == ("Teams", (), ";")
    assert joined.answer_columns == ("Teams",)


def test_a_changed_plan_keeps_the_form_of_its_labels(settings: Settings) -> None:
    for dataset in (_flagged(), _joined()):
        plan = plan_from_profile(dataset, settings)
        changed = plan_from_profile(dataset, settings, PlanWishes(seed=7, metric="micro_f1"), plan)
        assert changed.model_copy(update={"seed": plan.seed, "metric": plan.metric}) == plan


def test_label_columns_can_be_named(settings: Settings) -> None:
    plan = plan_from_profile(_joined(), settings, PlanWishes(label_columns=["teams", "Other"]))
    assert (plan.task, plan.label_columns, plan.label_separator) == (TaskKind.MULTILABEL, ("Teams", "Other"), None)
    assert plan_from_profile(_joined(), settings, PlanWishes(label="teams")).label_separator == ";"
    assert plan_from_profile(_joined(), settings, PlanWishes(label="Other")).label_separator is None


def test_a_label_column_that_is_not_there_or_is_read_is_told(settings: Settings) -> None:
    error = _fault(_flagged(), settings, PlanWishes(label_columns=["Billing", "Nope"]))
    assert error.code == "MISSING_COLUMN"
    error = _fault(_flagged(), settings, PlanWishes(text=["Urgent"]))
    assert "both the text and the answer" in error.message


def test_one_label_a_text_has_no_form(settings: Settings) -> None:
    plan = plan_from_profile(_joined(), settings, PlanWishes(task=TaskKind.CLASSIFICATION))
    assert (plan.label, plan.label_columns, plan.label_separator) == ("Teams", (), None)


def test_a_model_that_writes_starts_from_one_that_can_write(settings: Settings) -> None:
    dataset = _dataset()
    written = plan_from_profile(dataset, settings, PlanWishes(task=TaskKind.GENERATION))
    assert written.base == WRITER
    assert plan_from_profile(dataset, settings, PlanWishes(task=TaskKind.CLASSIFICATION), written).base == STARTER
    named = plan_from_profile(dataset, settings, PlanWishes(task=TaskKind.GENERATION, base="gpt2"))
    assert plan_from_profile(dataset, settings, PlanWishes(seed=7), named).base == "gpt2"


def test_a_base_model_that_cannot_write_is_refused_and_not_swapped(settings: Settings) -> None:
    error = _fault(_dataset(), settings, PlanWishes(task=TaskKind.GENERATION, base=STARTER))
    assert error.code == "WRONG_TASK_HEAD"
    assert STARTER in error.message
    assert WRITER in error.message
